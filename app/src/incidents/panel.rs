//! An incident on other pages: beside its work item for agents, on a request
//! for who ordered it, on everybody's start page while it is major.

use std::collections::BTreeMap;

use maud::{Markup, html};
use mil_db::sql;

use crate::catalog::model::WorkKind;
use crate::error::Result;
use crate::i18n::{Lang, fmt, t};
use crate::incidents::rules::asks_for_a_problem;
use crate::incidents::store::{self, Major, Record, Update};
use crate::problems;
use crate::ui::block::{Tone, notice, pill, props, rail_block};
use crate::ui::button::{Button, Kind, Size, link_button};
use crate::web::{Me, markdown};
use crate::work::Item;

/// "Severity 2", coloured only where it means trouble now.
pub fn severity_pill(lang: Lang, record: &Record) -> Markup {
    let Some(severity) = record.severity else {
        return pill(Tone::Line, "", t!(lang, "not assessed"));
    };
    let tone = match (severity, record.restored_at) {
        (1, None) => Tone::Bad,
        (2, None) => Tone::Warn,
        _ => Tone::Line,
    };
    pill(tone, "", &t!(lang, "Severity {n}", n = severity))
}

/// The name of a person, if somebody is named.
pub async fn name(me: &Me, id: Option<&str>) -> Result<String> {
    let Some(id) = id else {
        return Ok(String::new());
    };
    let ids = [id.to_owned()].into();
    let names: BTreeMap<String, String> = crate::desk::load::names(me, ids).await?;
    Ok(names.into_values().next().unwrap_or_default())
}

/// The block in the rail of the agents' page; empty for other work.
pub async fn panel(me: &Me, item: &Item, may_work: bool) -> Result<Markup> {
    if item.kind != WorkKind::Incident {
        return Ok(html! {});
    }
    let lang = me.lang();
    let record = store::of(&me.app.db, item).await?;
    let when = |at| fmt::when(lang, at, me.now, &me.prefs.zone);
    let manager = name(me, record.manager_id.as_deref()).await?;
    let href = format!("/work/{}/incident", item.number);
    let state = if record.is_major() {
        pill(Tone::Bad, "alert", t!(lang, "Major incident"))
    } else {
        html! {}
    };
    let overdue = record.next_update_at.is_some_and(|at| at <= me.now);
    let label = if record.severity.is_none() {
        t!(lang, "Assess the incident")
    } else {
        t!(lang, "Manage the incident")
    };
    Ok(rail_block(
        t!(lang, "Incident"),
        "",
        html! {
            p class="row" { (severity_pill(lang, &record)) (state) }
            (props(&[
                (if record.affected.is_empty() { "" } else { t!(lang, "Affected") }, html! { (record.affected.join(", ")) }),
                (if manager.is_empty() { "" } else { t!(lang, "Incident manager") }, html! { (manager) }),
                (t!(lang, "Noticed"), html! { (when(record.detected_at)) }),
                (if record.restored_at.is_some() { t!(lang, "Works again") } else { "" },
                    html! { @if let Some(at) = record.restored_at { (when(at)) } }),
                (if record.next_update_at.is_some() { t!(lang, "Next update") } else { "" },
                    html! { @if let Some(at) = record.next_update_at {
                        (when(at)) @if overdue { " " (pill(Tone::Bad, "alert", t!(lang, "overdue"))) } } }),
            ]))
            (hint(me, item).await?)
            @if may_work { div class="mt-3" { (link_button(&href, Button { label, size: Size::Small, kind: Kind::Line, ..Button::default() })) } }
        },
    ))
}

/// "3 similar incidents in 30 days": once, until somebody opened a problem.
async fn hint(me: &Me, item: &Item) -> Result<Markup> {
    let lang = me.lang();
    let alike = store::alike(&me.app.db, &me.actor, item, me.now).await?;
    let has = problems::store::has_cause(&me.app.db, &item.id).await?;
    let count = alike.len() + 1;
    if !asks_for_a_problem(count, has) {
        return Ok(html! {});
    }
    let href = format!("/work/{}/problem/new", item.number);
    Ok(html! {
        div class="mt-3" {
            (notice(Tone::Warn, "layers", &t!(lang, "{n} similar incidents in 30 days.", n = count),
                html! { a href=(href) { (t!(lang, "Open a problem")) } " " (t!(lang, "to find out why.")) }))
        }
    })
}

/// Updates as a list, newest first.
pub fn feed(me: &Me, updates: &[Update], names: bool) -> Markup {
    let lang = me.lang();
    html! {
        ul class="stack plain-list incident-updates" {
            @for update in updates {
                li {
                    p class="small muted" {
                        time datetime=(update.at.to_string()) { (fmt::when(lang, update.at, me.now, &me.prefs.zone)) }
                        @if names { " · " (update.author) }
                        @if !update.everyone { " " (pill(Tone::Warn, "lock", t!(lang, "Internal"))) }
                    }
                    div class="prose" { (markdown(&update.body)) }
                }
            }
        }
    }
}

/// What the requester of an item reads about the incident that it is, or that
/// it is linked with.
pub async fn for_requester(me: &Me, item: &Item) -> Result<Markup> {
    let lang = me.lang();
    let ids: Vec<String> = sql(
        "SELECT u.item_id FROM incident_update u JOIN work_item w ON w.id = u.item_id
         WHERE u.audience = 'everyone' AND w.closed_at IS NULL AND (u.item_id = $1 OR EXISTS
            (SELECT 1 FROM item_link l WHERE (l.from_id = $1 AND l.to_id = u.item_id)
                OR (l.to_id = $1 AND l.from_id = u.item_id)))
         GROUP BY u.item_id ORDER BY u.item_id",
    )
    .bind(&item.id)
    .column("item_id", &me.app.db)
    .await?;
    let mut parts = Vec::new();
    for id in ids {
        let row = sql("SELECT restored_at, next_update_at FROM incident_record WHERE item_id = $1")
            .bind(&id)
            .opt(&me.app.db)
            .await?;
        let Some(row) = row else { continue };
        let restored = row.get::<Option<i64>>("restored_at")?.is_some();
        let next: Option<i64> = row.get("next_update_at")?;
        let updates = store::updates(&me.app.db, &id, false).await?;
        parts.push((restored, next.map(crate::clock::from_micros), updates));
    }
    Ok(html! {
        @for (restored, next, updates) in &parts {
            section aria-label=(t!(lang, "How the fault stands")) {
                @if let Some(last) = updates.first() {
                    (notice(if *restored { Tone::Ok } else { Tone::Warn }, if *restored { "check" } else { "alert" },
                        if *restored { t!(lang, "It works again.") } else { t!(lang, "We are working on a fault.") },
                        html! {
                            div class="prose mt-2" { (markdown(&last.body)) }
                            p class="small mt-2" {
                                (t!(lang, "As of {when}.", when = fmt::when(lang, last.at, me.now, &me.prefs.zone)))
                                @if let Some(next) = next { " " (t!(lang, "Next update: {when}.", when = fmt::when(lang, *next, me.now, &me.prefs.zone))) }
                            }
                            @if updates.len() > 1 {
                                details class="mt-2" {
                                    summary { (t!(lang, "Earlier updates")) }
                                    (feed(me, &updates[1..], false))
                                }
                            }
                        }))
                }
            }
        }
    })
}

/// The open major incidents on the start page; empty on a good day.
pub async fn banner(me: &Me) -> Result<Markup> {
    let lang = me.lang();
    let all = super::status::majors(&me.app, &me.actor, me.now).await?;
    let open: Vec<Major> = all.into_iter().filter(|m| m.open).collect();
    Ok(html! {
        @if !open.is_empty() {
            section class="section stack" aria-label=(t!(lang, "How things stand")) {
                @for major in &open { (one(me, major)) }
            }
        }
    })
}

fn one(me: &Me, major: &Major) -> Markup {
    let lang = me.lang();
    let restored = major.record.restored_at.is_some();
    let last = major.updates.first();
    let at = last.map_or(major.record.major_at.unwrap_or(me.now), |u| u.at);
    notice(
        if restored { Tone::Ok } else { Tone::Bad },
        if restored { "check" } else { "alert" },
        &major.record.headline,
        html! {
            @if restored { (t!(lang, "It works again; we keep an eye on it.")) }
            @else if !major.record.affected.is_empty() {
                (t!(lang, "Affected: {list}.", list = major.record.affected.join(", ")))
            }
            p class="small mt-2" {
                (t!(lang, "As of {when}.", when = fmt::when(lang, at, me.now, &me.prefs.zone)))
                @if let Some(next) = major.record.next_update_at.filter(|_| !restored) {
                    " " (t!(lang, "Next update: {when}.", when = fmt::when(lang, next, me.now, &me.prefs.zone)))
                }
                " " a href="/status" { (t!(lang, "Read the updates")) }
            }
        },
    )
}
