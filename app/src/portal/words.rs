//! Where a request stands, in the requester's words.

use maud::{Markup, html};
use mil_process::process::Phase;
use mil_sla::Work;
use mil_sla::promise::{State, Tone, split_shares};

use crate::i18n::{Lang, fmt, t};
use crate::portal::seen::Seen;
use crate::ui::clock::{Sla, SlaState, Stage, sla, stage};
use crate::web::Me;
use crate::work::model::WaitingKind;

/// The first name, as colleagues call each other.
pub fn first(name: &str) -> &str {
    name.split_whitespace().next().unwrap_or(name)
}

/// One sentence: what happens next and who does it.
pub fn sentence(me: &Me, seen: &Seen) -> String {
    let lang = me.lang();
    let item = &seen.item;
    if item.merged_into_id.is_some() {
        return t!(lang, "This goes on together with another request.").to_owned();
    }
    if let Some(waiting) = item.waiting.as_ref().filter(|_| item.is_open()) {
        let who = waiting
            .asked_by
            .as_deref()
            .and_then(|id| seen.names.get(id));
        return your_turn(lang, seen, waiting.kind, who.map(|name| first(name)));
    }
    match item.phase {
        Phase::Done => {
            let at = item.closed_at.unwrap_or(item.updated_at);
            t!(
                lang,
                "Done {when}.",
                when = fmt::when(lang, at, me.now, &me.prefs.zone)
            )
        }
        Phase::Declined => t!(lang, "This has ended without a result.").to_owned(),
        Phase::New => match seen.owner() {
            Some(name) => t!(lang, "{name} has taken it up.", name = first(name)),
            None => t!(lang, "We have your order. Somebody takes it up next.").to_owned(),
        },
        _ => match seen.owner() {
            Some(name) => t!(
                lang,
                "{name} is working on it. Step: {stage}.",
                name = first(name),
                stage = seen.stage_word()
            ),
            None => t!(
                lang,
                "Next step: {stage}. Somebody takes it up next.",
                stage = seen.stage_word()
            ),
        },
    }
}

fn your_turn(lang: Lang, seen: &Seen, kind: WaitingKind, who: Option<&str>) -> String {
    let requester = first(seen.name(&seen.item.requester_id, "?"));
    match (kind, seen.mine, who) {
        (WaitingKind::Answer, true, Some(who)) => t!(
            lang,
            "{name} has a question. We go on when you have answered.",
            name = who
        ),
        (WaitingKind::Answer, true, None) => {
            t!(lang, "We have a question. We go on when you have answered.").to_owned()
        }
        (WaitingKind::Approval, true, Some(who)) => t!(
            lang,
            "{name} has something for you to look at. We go on when you have.",
            name = who
        ),
        (WaitingKind::Approval, true, None) => t!(
            lang,
            "There is something for you to look at. We go on when you have."
        )
        .to_owned(),
        (WaitingKind::Answer, false, _) => {
            t!(lang, "We wait for an answer from {name}.", name = requester)
        }
        (WaitingKind::Approval, false, _) => t!(
            lang,
            "We wait until {name} has looked at it.",
            name = requester
        ),
    }
}

/// What the one button of a request on a list says.
pub fn turn_button(lang: Lang, kind: WaitingKind) -> &'static str {
    match kind {
        WaitingKind::Answer => t!(lang, "Answer the question"),
        WaitingKind::Approval => t!(lang, "Look at it"),
    }
}

/// Segments and the requester's word for the stage.
pub fn stage_pill(lang: Lang, seen: &Seen) -> Markup {
    let (step, of) = seen.step();
    let name = match seen.item.phase {
        Phase::Done => t!(lang, "Done"),
        Phase::Declined => t!(lang, "Ended"),
        _ => seen.stage_word(),
    };
    stage(
        lang,
        &Stage {
            name,
            step,
            of: if seen.item.is_open() { of } else { 0 },
            waiting: seen.item.waiting.is_some() && seen.item.is_open(),
            done: seen.done(),
        },
    )
}

/// The state of a promise and the words for it.
pub fn chip(me: &Me, seen: &Seen) -> (SlaState, String) {
    let lang = me.lang();
    let reading = &seen.reading;
    let over = || {
        let day = seen.calendar.working_day().minutes();
        let late = (reading.used - reading.target).minutes();
        if late > 0 {
            t!(lang, "Late by {time}", time = fmt::span(lang, late, day))
        } else {
            t!(lang, "Late").to_owned()
        }
    };
    if seen.item.phase == Phase::Declined {
        return (
            SlaState::Paused,
            t!(lang, "The promise has ended").to_owned(),
        );
    }
    match (reading.state, reading.tone) {
        (State::Met, _) => (SlaState::Met, t!(lang, "Kept").to_owned()),
        (State::Missed, _) => (SlaState::Late, over()),
        (State::Late, _) => (SlaState::Late, over()),
        (State::Paused, Tone::Late) => (SlaState::Late, over()),
        (State::Paused, _) if seen.mine => (
            SlaState::Paused,
            t!(lang, "Clock stopped while we wait for you").to_owned(),
        ),
        (State::Paused, _) => (
            SlaState::Paused,
            t!(lang, "Clock stopped while we wait").to_owned(),
        ),
        (State::Running, Tone::Soon) => (SlaState::Soon, t!(lang, "Due soon").to_owned()),
        (State::Running, _) => (SlaState::Ok, t!(lang, "On time").to_owned()),
    }
}

/// How much of the promised time is used, in percent.
pub fn percent(seen: &Seen) -> u8 {
    (seen.reading.share * 100.0).clamp(0.0, 100.0) as u8
}

/// The chip.
pub fn sla_chip(me: &Me, seen: &Seen) -> Markup {
    let (state, text) = chip(me, seen);
    sla(&Sla {
        state,
        percent: percent(seen),
        text: &text,
        ..Sla::default()
    })
}

/// The promised time in a list: when, and how it stands.
pub fn promised(me: &Me, seen: &Seen) -> Markup {
    let lang = me.lang();
    let zone = &me.prefs.zone;
    let (_, how) = chip(me, seen);
    let big = match (seen.item.phase, seen.item.closed_at) {
        (Phase::Declined, Some(at)) => t!(
            lang,
            "Ended {when}",
            when = fmt::when(lang, at, me.now, zone)
        ),
        (_, Some(at)) => t!(
            lang,
            "Done {when}",
            when = fmt::when(lang, at, me.now, zone)
        ),
        _ => t!(
            lang,
            "Ready {when}",
            when = fmt::when(lang, seen.due(me.now), me.now, zone)
        ),
    };
    html! { strong class="strong" { (big) } small { (how) } }
}

/// When late work is expected, by what is still to do: the rest of the present
/// stage and the planned time of those after it.
pub fn expected(me: &Me, seen: &Seen) -> jiff::Timestamp {
    let shares: Vec<u32> = seen.process.stages.iter().map(|s| s.share).collect();
    let parts = split_shares(seen.reading.target, &shares);
    let here = seen.process.index(&seen.item.stage).unwrap_or(0);
    let spent = seen
        .item
        .promise
        .worked(&seen.calendar, seen.item.stage_since, me.now);
    let rest = parts.get(here).copied().unwrap_or(Work::ZERO) - spent;
    let later: Work = parts.iter().skip(here + 1).copied().sum();
    let rest = if rest.is_positive() { rest } else { Work::ZERO };
    let ahead = rest + later;
    let least = Work::from_minutes(60);
    seen.calendar
        .add(me.now, if ahead.is_positive() { ahead } else { least })
}
