//! The versions of a process, to read.

use axum::extract::Path;
use maud::{Markup, html};
use mil_process::process::{Stage, diff};

use super::words::{self, Names};
use super::{frame, lines};
use crate::catalog::rules;
use crate::error::{Error, Result};
use crate::i18n::{t, tn};
use crate::ui::block::{Tone, pill, props};
use crate::web::Me;

/// GET /admin/processes/{process}/versions
pub async fn list(me: Me, Path(id): Path<String>) -> Result<Markup> {
    let lang = me.lang();
    let catalog = me.app.catalog().await?;
    let entry = rules::process(&catalog, &id)?;
    let running = rules::running(&me.app.db, &id).await?;
    let mut numbers: Vec<i64> = entry.versions.keys().copied().collect();
    numbers.sort_unstable_by_key(|n| -n);
    let body = html! {
        ul class="stack bare-list measure" {
            @for number in &numbers {
                @let open = running.get(number).copied().unwrap_or(0);
                li class="card" {
                    a class="strong" href={ "/admin/processes/" (id) "/versions/" (number) } { (t!(lang, "Version {n}", n = number)) }
                    @if *number == entry.current { " " (pill(Tone::Ok, "check", t!(lang, "In use"))) }
                    p class="hint" { (tn!(lang, open, "{n} open request runs on it", "{n} open requests run on it")) }
                    @if let (Some(old), Some(new)) = (entry.versions.get(&(number - 1)), entry.versions.get(number)) {
                        ul { @for change in &diff(old, new) { li { (words::change(lang, change)) } } }
                    }
                }
            }
        }
    };
    frame::page(&me, entry, "versions", body).await
}

/// GET /admin/processes/{process}/versions/{number}
pub async fn page(me: Me, Path((id, number)): Path<(String, String)>) -> Result<Markup> {
    let lang = me.lang();
    let catalog = me.app.catalog().await?;
    let entry = rules::process(&catalog, &id)?;
    let number: i64 = number.parse().map_err(|_| Error::NotFound)?;
    let def = entry.versions.get(&number).ok_or(Error::NotFound)?;
    let names = Names::load(&me.app.db, [&**def]).await?;
    let facts = |stage: &Stage| {
        let checks = lines::print_checks(lang, &stage.checklist);
        let fields = lines::print_fields(lang, &stage.fields, &stage.required_fields);
        let share = format!("{} %", stage.share);
        let limit = stage.work_limit.map(|n| n.to_string()).unwrap_or_default();
        let back = words::send_back(lang, def, stage);
        let needs = stage.required_fields.join(", ");
        let text = |text: &str| html! { (text) };
        let listed = |text: &str| html! { @for line in text.lines() { div { (line) } } };
        let some = |label: &'static str, there: bool| if there { label } else { "" };
        props(&[
            (
                t!(lang, "The requester's word"),
                text(stage.requester_word()),
            ),
            (
                t!(lang, "Kind of work"),
                text(words::phase(lang, stage.phase)),
            ),
            (
                t!(lang, "Who works on it"),
                text(&names.owner(lang, &stage.owner)),
            ),
            (t!(lang, "Share of the promised time"), text(&share)),
            (
                some(t!(lang, "Checklist"), !checks.is_empty()),
                listed(&checks),
            ),
            (
                some(t!(lang, "Fields to fill in"), !fields.is_empty()),
                listed(&fields),
            ),
            (
                some(t!(lang, "Needed before handing on"), !needs.is_empty()),
                text(&needs),
            ),
            (
                some(t!(lang, "The requester approves"), stage.requester_approves),
                text(t!(lang, "Yes")),
            ),
            (t!(lang, "Work may be sent back to"), text(&back)),
            (
                some(t!(lang, "Work limit"), !limit.is_empty()),
                text(&limit),
            ),
        ])
    };
    let body = html! {
        section class="stack measure" aria-labelledby="h-version" {
            h2 id="h-version" { (t!(lang, "Version {n}", n = number)) }
            ol class="stack bare-list" {
                @for (at, stage) in def.stages.iter().enumerate() {
                    li class="card stack" {
                        h3 { (at + 1) ". " (stage.name) }
                        (facts(stage))
                    }
                }
            }
        }
    };
    frame::page(&me, entry, "versions", body).await
}
