//! Kinds, states, audiences and effects as words.

use crate::announcements::model::{Announcement, Audience, Effect, Kind, Mail, State};
use crate::i18n::{Lang, t};
use crate::ui::block::Tone;

/// What is announced.
pub fn kind(lang: Lang, kind: Kind) -> &'static str {
    match kind {
        Kind::Outage => t!(lang, "Outage"),
        Kind::Maintenance => t!(lang, "Maintenance"),
        Kind::Project => t!(lang, "New project"),
        Kind::Progress => t!(lang, "How it goes on"),
        Kind::Success => t!(lang, "Success story"),
    }
}

/// The icon of a kind.
pub fn icon(kind: Kind) -> &'static str {
    match kind {
        Kind::Outage => "alert",
        Kind::Maintenance => "gear",
        Kind::Project => "flag",
        Kind::Progress => "chart",
        Kind::Success => "star",
    }
}

/// How it stands.
pub fn state(lang: Lang, state: State) -> &'static str {
    match state {
        State::Investigating => t!(lang, "We look for the cause"),
        State::Identified => t!(lang, "Cause found"),
        State::Monitoring => t!(lang, "Mended, being watched"),
        State::Resolved => t!(lang, "Over"),
        State::Planned => t!(lang, "Planned"),
        State::InProgress => t!(lang, "Under way"),
        State::Completed => t!(lang, "Finished"),
        State::Cancelled => t!(lang, "Called off"),
    }
}

/// The colour and the icon of a state.
pub fn state_tone(state: State) -> (Tone, &'static str) {
    match state {
        State::Investigating | State::Identified => (Tone::Bad, "alert"),
        State::Monitoring => (Tone::Warn, "eye"),
        State::Resolved | State::Completed => (Tone::Ok, "check"),
        State::Planned => (Tone::Info, "cal"),
        State::InProgress => (Tone::Warn, "gear"),
        State::Cancelled => (Tone::Line, "x"),
    }
}

/// Who may read it.
pub fn audience(lang: Lang, audience: Audience) -> &'static str {
    match audience {
        Audience::Public => t!(lang, "Everybody, also without an account"),
        Audience::Everyone => t!(lang, "Everybody who signs in"),
        Audience::Staff => t!(lang, "Colleagues, not outside partners"),
        Audience::Partners => t!(lang, "Outside partners"),
        Audience::Groups => t!(lang, "Some departments and teams"),
    }
}

/// How badly a component is hit.
pub fn effect(lang: Lang, effect: Effect) -> &'static str {
    match effect {
        Effect::Works => t!(lang, "In working order"),
        Effect::Maintenance => t!(lang, "Out of use as announced"),
        Effect::Degraded => t!(lang, "Slower or worse than usual"),
        Effect::Partial => t!(lang, "Partly out of use"),
        Effect::Down => t!(lang, "Out of use"),
    }
}

/// The colour and the icon of an effect.
pub fn effect_tone(effect: Effect) -> (Tone, &'static str) {
    match effect {
        Effect::Works => (Tone::Ok, "check"),
        Effect::Maintenance => (Tone::Info, "gear"),
        Effect::Degraded => (Tone::Warn, "clock"),
        Effect::Partial => (Tone::Warn, "alert"),
        Effect::Down => (Tone::Bad, "alert"),
    }
}

/// Who gets mail.
pub fn mail(lang: Lang, mail: Mail) -> &'static str {
    match mail {
        Mail::None => t!(lang, "Nobody gets mail"),
        Mail::Subscribers => t!(lang, "Those who subscribed to what it hits"),
        Mail::Everyone => t!(lang, "They, and all who may read it"),
    }
}

/// The colour and the icon of an announcement as a whole.
pub fn tone(a: &Announcement) -> (Tone, &'static str) {
    match (a.kind, a.state) {
        (Kind::Outage | Kind::Maintenance, Some(state)) => state_tone(state),
        (Kind::Success, _) => (Tone::Ok, "star"),
        (kind, _) => (Tone::Info, icon(kind)),
    }
}
