//! Time and place: stage, SLA chip, promise bar, pipeline.

use super::icon::icon;
use crate::i18n::{Lang, t};
use maud::{Markup, html};

/// Where a request stands.
#[derive(Debug, Clone, Copy, Default)]
pub struct Stage<'a> {
    pub name: &'a str,
    /// From 1.
    pub step: usize,
    pub of: usize,
    /// Waits for the requester: the present segment is hollow.
    pub waiting: bool,
    pub done: bool,
}

/// Segments and a word. The stage is told by position, never by colour.
pub fn stage(lang: Lang, s: &Stage<'_>) -> Markup {
    html! {
        span class="stage" data-wait[s.waiting] data-done[s.done] {
            @if s.done { (icon("check")) } @else {
                span class="segs" aria-hidden="true" {
                    @for step in 1..=s.of.min(9) {
                        i class=(if step < s.step { "d" } else if step == s.step { "n" } else { "" }) {}
                    }
                }
            }
            (s.name)
            @if !s.done && s.of > 0 {
                span class="vh" { ", " (t!(lang, "step {step} of {of}", step = s.step, of = s.of)) }
            }
        }
    }
}

/// How a promise goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SlaState {
    #[default]
    Ok,
    /// Three quarters used.
    Soon,
    Late,
    /// The clock stands still; the text says why.
    Paused,
    Met,
}

/// A promise in one chip: `percent` of the time used, then words.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sla<'a> {
    pub state: SlaState,
    pub percent: u8,
    /// "1 d 3 h left", "Waits for requester".
    pub text: &'a str,
    /// Both clock times, for the pointer.
    pub title: &'a str,
    /// Lets the browser count down each minute.
    pub ticks: Option<Ticks>,
}

/// What a browser needs to count working time down by itself. All in minutes
/// but the two instants, which are milliseconds since 1970.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ticks {
    /// Working minutes left at `from`; below zero when late.
    pub left: i64,
    /// Working minutes promised in all.
    pub total: i64,
    /// The length of a working day.
    pub day: i64,
    /// When the clock next runs: now, or the next opening.
    pub from_ms: i64,
    /// When it stops again: the end of that working period.
    pub to_ms: i64,
}

/// The SLA chip.
pub fn sla(s: &Sla<'_>) -> Markup {
    let state = match s.state {
        SlaState::Ok => None,
        SlaState::Soon => Some("soon"),
        SlaState::Late => Some("late"),
        SlaState::Paused => Some("paused"),
        SlaState::Met => Some("met"),
    };
    let ticks = s
        .ticks
        .map(|t| format!("{},{},{},{},{}", t.left, t.total, t.day, t.from_ms, t.to_ms));
    html! {
        span class="sla" data-s=[state] style={ "--p:" (s.percent.min(100)) } title=[super::field::some(s.title)]
            data-ticks=[ticks] { (s.text) }
    }
}

/// The promise as a line of time from ordered to promised.
#[derive(Debug, Clone, Copy, Default)]
pub struct Promise<'a> {
    /// What is promised: "Poster files", or "Promise" in the workspace.
    pub what: &'a str,
    /// The promised time in large letters; the portal shows it first.
    pub big: &'a str,
    pub sla: Sla<'a>,
    /// Caption and time of both ends: ("Ordered", "Mon 10:12").
    pub start: (&'a str, &'a str),
    pub end: (&'a str, &'a str),
}

/// The promise as a card of the portal: date first, chip second.
pub fn promise_card(lang: Lang, p: &Promise<'_>) -> Markup {
    html! {
        div class="card promise" style={ "--p:" (p.sla.percent.min(100)) "%" } {
            p class="s14 muted" { (p.what) }
            p class="promise-big" { (p.big) }
            p class="row small mt-2" { (sla(&p.sla)) }
            (track(lang, p.sla.percent))
            div class="ends" {
                span { strong { (p.start.0) } (p.start.1) }
                span { strong { (p.end.0) } (p.end.1) }
            }
        }
    }
}

/// The promise as a block of the workspace rail. `more` may hold further
/// promises, such as the first answer.
pub fn promise_block(lang: Lang, p: &Promise<'_>, more: Markup) -> Markup {
    html! {
        section class="block promise" style={ "--p:" (p.sla.percent.min(100)) "%" } {
            h2 class="rail-h" { (p.what) " " span class="end" { (sla(&p.sla)) } }
            (track(lang, p.sla.percent))
            div class="ends" {
                span { strong { (p.start.1) } (p.start.0) }
                span { strong { (p.end.1) } (p.end.0) }
            }
            (more)
        }
    }
}

fn track(lang: Lang, percent: u8) -> Markup {
    html! {
        div class="track" role="img" aria-label=(t!(lang, "{n} percent of the promised time used", n = percent.min(100))) {
            span {} b {}
        }
    }
}

/// Whether a step lies behind, is the present one, or comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StepState {
    Done,
    Now,
    #[default]
    Next,
}

/// A step of a pipeline.
#[derive(Debug, Clone, Copy, Default)]
pub struct Step<'a> {
    pub name: &'a str,
    /// Who and how long: "Priya, 3 h so far".
    pub note: &'a str,
    pub state: StepState,
}

/// Three to seven steps; on a phone one below the other.
pub fn pipeline(lang: Lang, name: &str, steps: &[Step<'_>]) -> Markup {
    html! {
        ol class="pipe" aria-label=(name) {
            @for (at, step) in steps.iter().enumerate() {
                li class=(match step.state { StepState::Done => "d", StepState::Now => "n", StepState::Next => "" })
                    aria-current=[(step.state == StepState::Now).then_some("step")] {
                    span class="dot" aria-hidden="true" { @if step.state == StepState::Done { (icon("check")) } @else { (at + 1) } }
                    span class="t" { (step.name)
                        @if step.state == StepState::Done { span class="vh" { ", " (t!(lang, "done")) } } }
                    span class="s" { (step.note) }
                }
            }
        }
    }
}
