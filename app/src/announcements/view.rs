//! An announcement as readers see it: what is said, how it stands, how it went on.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use maud::{Markup, html};

use crate::announcements::model::{Announcement, Effect};
use crate::announcements::store::Update;
use crate::announcements::words;
use crate::i18n::{Lang, fmt, t};
use crate::ui::block::{Tone, pill};
use crate::web::markdown::markdown;

/// For whom it is drawn.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs)]
pub struct Look<'a> {
    pub lang: Lang,
    pub now: Timestamp,
    pub zone: &'a TimeZone,
    /// Whether authors are named: only among those who work here.
    pub authors: bool,
}

impl Look<'_> {
    /// When, in words.
    pub fn when(&self, at: Timestamp) -> String {
        fmt::when(self.lang, at, self.now, self.zone)
    }
}

/// Kind and state.
pub fn pills(lang: Lang, a: &Announcement) -> Markup {
    html! {
        @if let Some(state) = a.state {
            @let (tone, icon) = words::state_tone(state);
            (pill(tone, icon, words::state(lang, state)))
        }
        (pill(Tone::Line, words::icon(a.kind), words::kind(lang, a.kind)))
    }
}

/// From when to when, and what it hits.
pub fn facts(look: Look<'_>, a: &Announcement, hits: &[(&str, Effect)]) -> Markup {
    let lang = look.lang;
    let lasted = a.ended_at.map(|end| {
        let minutes = end.duration_since(a.began_at()).as_mins();
        fmt::span(lang, minutes, 24 * 60)
    });
    html! {
        @if a.kind.hits() {
            p class="st-facts" {
                @if let (Some(from), Some(to)) = (a.from_at, a.to_at) {
                    span { (t!(lang, "From {from} to {to}", from = look.when(from), to = look.when(to))) }
                } @else {
                    span { (t!(lang, "Since {when}", when = look.when(a.began_at()))) }
                }
                @if let Some(lasted) = lasted { span { (t!(lang, "lasted {time}", time = lasted)) } }
                @if let Some(next) = a.next_update_at.filter(|_| a.is_open()) {
                    span { (t!(lang, "next update by {when}", when = look.when(next))) }
                }
            }
            @if !hits.is_empty() {
                ul class="st-hits" {
                    @for (name, effect) in hits {
                        @let (tone, icon) = words::effect_tone(*effect);
                        li { strong class="strong" { (name) } " " (pill(tone, icon, words::effect(lang, *effect))) }
                    }
                }
            }
        }
    }
}

/// Everything that was said, newest first; the first text last.
pub fn told(look: Look<'_>, a: &Announcement, updates: &[Update]) -> Markup {
    let lang = look.lang;
    html! {
        ol class="st-told" {
            @for u in updates {
                li {
                    p class="st-said" {
                        @if let Some(state) = u.state { strong { (words::state(lang, state)) } " · " }
                        time datetime=(u.at) { (look.when(u.at)) }
                        @if look.authors { @if let Some(name) = &u.author { " · " (name) } }
                    }
                    div class="prose" { (markdown(&u.body)) }
                }
            }
            li {
                @if a.kind.hits() || !updates.is_empty() {
                    p class="st-said" {
                        @if let Some(state) = a.first_state { strong { (words::state(lang, state)) } " · " }
                        time datetime=(a.published_at()) { (look.when(a.published_at())) }
                    }
                }
                div class="prose" { (markdown(&a.body)) }
            }
        }
    }
}

/// The whole of it, under a heading that links to its own page.
pub fn card(
    look: Look<'_>,
    a: &Announcement,
    updates: &[Update],
    hits: &[(&str, Effect)],
    level: u8,
) -> Markup {
    let heading = html! { a href={ "/announcements/" (a.id) } { (a.title) } };
    html! {
        article class="card st-card" {
            p class="row mb-2" { (pills(look.lang, a)) }
            @if level == 2 { h2 { (heading) } } @else { h3 { (heading) } }
            (facts(look, a, hits))
            (told(look, a, updates))
        }
    }
}
