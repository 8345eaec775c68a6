//! How long runs of a playbook take, and which steps are skipped.

use maud::{Markup, html};

use crate::error::Result;
use crate::i18n::{Lang, fmt, t, tn};
use crate::playbooks::model::{Playbook, Run, State};
use crate::playbooks::{rules, runs};
use crate::web::Me;

/// How many of the latest runs are looked at.
const LATEST: i64 = 200;

/// What the latest finished runs say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    /// How many were finished.
    pub finished: i64,
    /// How many were given up.
    pub abandoned: i64,
    /// Half of the finished ones took at most so many minutes.
    pub median_minutes: Option<i64>,
    /// Of the finished ones: key and title of a step of the present version,
    /// and how many skipped it. Only those that were.
    pub skipped: Vec<(String, String, i64)>,
}

/// The figures of some runs (pure).
pub fn of(b: &Playbook, runs: &[Run]) -> Figures {
    let finished: Vec<&Run> = runs
        .iter()
        .filter(|r| r.ended_at.is_some() && r.abandoned.is_none())
        .collect();
    let minutes = finished
        .iter()
        .filter_map(|r| Some(r.ended_at?.duration_since(r.started_at).as_mins()))
        .collect();
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let mut skipped: Vec<(String, String, i64)> = b
        .shown()
        .steps
        .into_iter()
        .map(|s| {
            let n = finished
                .iter()
                .filter(|r| r.tick(&s.key).state == State::Skipped);
            let n = count(n.count());
            (s.key, s.title, n)
        })
        .filter(|(_, _, n)| *n > 0)
        .collect();
    skipped.sort_by_key(|(_, _, n)| std::cmp::Reverse(*n));
    Figures {
        finished: count(finished.len()),
        abandoned: count(runs.iter().filter(|r| r.abandoned.is_some()).count()),
        median_minutes: rules::median(minutes),
        skipped,
    }
}

/// Of the runs that the reader may see.
pub async fn load(me: &Me, b: &Playbook) -> Result<Figures> {
    let wanted = runs::Wanted {
        playbook: Some(&b.id),
        open: Some(false),
        ..runs::Wanted::default()
    };
    let runs = runs::list(&me.app.db, &me.actor, &wanted, LATEST).await?;
    Ok(of(b, &runs))
}

/// As a block of the rail.
pub fn block(lang: Lang, f: &Figures) -> Markup {
    html! {
        @if f.finished == 0 {
            p class="muted" { (t!(lang, "No run has been finished yet.")) }
        } @else {
            p { (tn!(lang, f.finished, "{n} finished run", "{n} finished runs")) ", " (tn!(lang, f.abandoned, "{n} given up", "{n} given up")) }
            @if let Some(m) = f.median_minutes {
                p class="mt-2" { (t!(lang, "Half of them took at most {time}.", time = fmt::span(lang, m, 24 * 60))) }
            }
            @if !f.skipped.is_empty() {
                h3 class="small strong mt-3" { (t!(lang, "Skipped steps")) }
                div class="bars-h mt-2" style="grid-template-columns:minmax(0,1fr) minmax(0,1fr) max-content" {
                    @for (_, title, n) in &f.skipped {
                        span { (title) }
                        span class="tr" aria-hidden="true" { i style={ "inline-size:" (n * 100 / f.finished) "%" } {} }
                        span class="n" { (t!(lang, "{n} of {all}", n = n, all = f.finished)) }
                    }
                }
            }
        }
    }
}
