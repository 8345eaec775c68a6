//! One playbook: what it says, what it said before, how it is used.

use std::collections::BTreeMap;

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use crate::error::{Error, Result};
use crate::i18n::{Lang, fmt, t};
use crate::incidents::page::Sheet;
use crate::people;
use crate::playbooks::model::{Definition, Playbook, Step};
use crate::playbooks::rules::{Change, compare};
use crate::playbooks::run_page::row as run_row;
use crate::playbooks::{figures, runs, store};
use crate::policy;
use crate::ui::block::{Tone, card, notice, pill, rail_block};
use crate::ui::button::{Button, Kind, Size, button, link_button};
use crate::ui::field::{Field, text};
use crate::ui::shell::{bar_back, split};
use crate::web::{Me, markdown, shell};

/// Names of teams by id.
pub async fn teams(me: &Me) -> Result<BTreeMap<String, String>> {
    let all = people::store::teams(&me.app.db).await?;
    Ok(all.into_iter().map(|t| (t.id, t.name)).collect())
}

/// Who does a step: the role, and the team.
pub fn who(step: &Step, teams: &BTreeMap<String, String>) -> String {
    let team = step.team_id.as_ref().and_then(|id| teams.get(id));
    match (step.role.as_str(), team) {
        ("", None) => String::new(),
        ("", Some(team)) => team.clone(),
        (role, Some(team)) if role != team => format!("{role}, {team}"),
        (role, _) => role.to_owned(),
    }
}

fn steps(lang: Lang, d: &Definition, teams: &BTreeMap<String, String>) -> Markup {
    html! {
        ol class="stack" { @for step in &d.steps { li {
            strong { (step.title) }
            @if !step.required { " " span class="opt" { (t!(lang, "(optional)")) } }
            p class="small muted" { (who(step, teams)) }
            div class="prose s14" { (markdown(&step.how)) }
        } } }
    }
}

/// GET /playbooks/{playbook}
pub async fn show(me: Me, Path(id): Path<String>) -> Result<Response> {
    render(&me, &id, &Sheet::default()).await
}

/// The page, with what was typed to start a run.
pub async fn render(me: &Me, id: &str, sheet: &Sheet) -> Result<Response> {
    let lang = me.lang();
    let b = store::find(&me.app.db, &me.actor, id).await?;
    let d = b.shown();
    let base = format!("/playbooks/{}", b.id);
    let teams = teams(me).await?;
    let wanted = runs::Wanted {
        playbook: Some(&b.id),
        ..runs::Wanted::default()
    };
    let latest = runs::list(&me.app.db, &me.actor, &wanted, 8).await?;
    let shapes = policy::shapes_catalog(&me.actor);
    let main = html! {
        div {
            h1 { (b.name) }
            p class="mt-2" { (d.purpose) }
        }
        (sheet.summary(lang))
        @if b.retired { (notice(Tone::Warn, "info", t!(lang, "Retired."), html! { (t!(lang, "Open runs go on; nobody starts a new one.")) })) }
        @if let (Some(draft), true) = (&b.draft, b.published.is_some()) {
            (notice(Tone::Info, "info", t!(lang, "A new version is being written."), html! {
                (differences(lang, &d, draft, &teams)) p class="mt-2" { a href={ (base) "/edit" } { (t!(lang, "Go on writing")) } } }))
        }
        @if b.published.is_none() { (notice(Tone::Info, "info", t!(lang, "A draft."), html! { a href={ (base) "/edit" } { (t!(lang, "Go on writing")) } })) }
        (steps(lang, &d, &teams))
    };
    let versions = store::versions(&me.app.db, &b.id).await?;
    let rail = html! {
        @if b.runs() { (rail_block(t!(lang, "Run it"), "", html! {
            form method="post" action={ (base) "/runs" } class="stack" {
                (text(lang, &Field { name: "title", label: t!(lang, "What for"), hint: t!(lang, "Such as: spring fair."), optional: true, value: sheet.value("title", ""), error: sheet.error("title"), max_length: Some(200), ..Field::default() }))
                (text(lang, &Field { name: "item", label: t!(lang, "Number of a request"), hint: t!(lang, "The run then stands on its timeline."), optional: true, value: sheet.value("item", ""), error: sheet.error("item"), ..Field::default() }))
                @if let Some((key, _)) = &b.practice { input type="hidden" name="practice" value=(key); }
                div { (button(Button { label: t!(lang, "Start"), kind: Kind::Primary, ..Button::default() })) }
            }
        })) }
        (rail_block(t!(lang, "How it goes"), "", figures::block(lang, &figures::load(me, &b).await?)))
        @if !latest.is_empty() { (rail_block(t!(lang, "Latest runs"), "", html! { ul class="stack plain-list" { @for r in &latest { (run_row(me, r)) } } })) }
        @if let Some((key, name)) = &b.practice { (rail_block(t!(lang, "Practice"), "", html! { a href={ "/practices/" (key) } { (name) } })) }
        (rail_block(t!(lang, "Versions"), "", html! {
            @if versions.is_empty() { p class="muted" { (t!(lang, "None yet.")) } }
            ul class="stack plain-list s14" { @for v in &versions { li {
                a href={ (base) "/versions/" (v.number) } { (t!(lang, "Version {n}", n = v.number)) } " "
                span class="muted" { (fmt::when(lang, v.at, me.now, &me.prefs.zone)) @if let Some(by) = &v.by { ", " (by) } }
                @if !v.note.is_empty() { p class="small" { (v.note) } }
            } } }
        }))
    };
    let body = html! {
        (bar_back(t!(lang, "Playbooks"), "/playbooks", "", html! {
            @if b.published.is_some() { (link_button(&format!("{base}/print"), Button { label: t!(lang, "Print"), kind: Kind::Line, size: Size::Small, ..Button::default() })) }
            @if shapes {
                (link_button(&format!("{base}/edit"), Button { label: t!(lang, "Edit"), size: Size::Small, ..Button::default() }))
                @if b.published.is_some() {
                    form method="post" action={ (base) @if b.retired { "/restore" } @else { "/retire" } } {
                        (button(Button { label: if b.retired { t!(lang, "Bring it back") } else { t!(lang, "Retire") }, kind: Kind::Line, size: Size::Small, ..Button::default() })) }
                }
            }
        }))
        (split(main, t!(lang, "Use and versions"), rail))
    };
    let page = shell::workspace(me, "/playbooks", &b.name, body).await?;
    Ok((sheet.status(), page).into_response())
}

/// What a version changed, step by step.
fn differences(
    lang: Lang,
    old: &Definition,
    new: &Definition,
    teams: &BTreeMap<String, String>,
) -> Markup {
    let all = compare(old, new);
    let part = |name: &str| match name {
        "title" => t!(lang, "title"),
        "how" => t!(lang, "how"),
        "role" => t!(lang, "role"),
        "team" => t!(lang, "team"),
        _ => t!(lang, "whether it is required"),
    };
    let same = old.name == new.name
        && old.purpose == new.purpose
        && all.iter().all(|(c, _)| *c == Change::Same);
    html! {
        @if same { p class="muted" { (t!(lang, "Nothing differs.")) } }
        @if old.name != new.name { p { del { (old.name) } " → " ins { (new.name) } } }
        @if old.purpose != new.purpose { p { del { (old.purpose) } " → " ins { (new.purpose) } } }
        ul class="stack plain-list" { @for (change, step) in &all {
            @if *change != Change::Same { li {
                @match change {
                    Change::New => { (pill(Tone::Ok, "plus", t!(lang, "new"))) " " ins { (step.title) } },
                    Change::Gone => { (pill(Tone::Warn, "", t!(lang, "gone"))) " " del { (step.title) } },
                    Change::Moved => { (pill(Tone::Plain, "", t!(lang, "moved"))) " " (step.title) },
                    Change::Changed(parts) => {
                        (pill(Tone::Info, "", t!(lang, "changed"))) " " (step.title) ": "
                        (parts.iter().map(|p| part(p)).collect::<Vec<_>>().join(", "))
                        @if let Some(before) = old.steps.iter().find(|s| s.key == step.key) {
                            @if before.title != step.title { p class="s14" { del { (before.title) } " → " ins { (step.title) } } }
                            @if before.how != step.how { p class="s14" { del { (before.how) } " → " ins { (step.how) } } }
                            @if who(before, teams) != who(step, teams) { p class="s14" { del { (who(before, teams)) } " → " ins { (who(step, teams)) } } }
                        }
                    },
                    Change::Same => {},
                }
            } }
        } }
    }
}

/// GET /playbooks/{playbook}/versions/{number}
pub async fn version(me: Me, Path((id, number)): Path<(String, String)>) -> Result<Markup> {
    let lang = me.lang();
    let b = store::find(&me.app.db, &me.actor, &id).await?;
    let number: i64 = number.parse().map_err(|_| Error::NotFound)?;
    let d = store::definition(&me.app.db, &b.id, number).await?;
    let before = match number {
        1 => None,
        n => Some(store::definition(&me.app.db, &b.id, n - 1).await?),
    };
    let teams = teams(&me).await?;
    let body = html! {
        (bar_back(&b.name, &format!("/playbooks/{}", b.id), "", html! {}))
        div class="panel-body stack measure" {
            h1 { (t!(lang, "Version {n}", n = number)) ": " (d.name) }
            @if number != b.current { (notice(Tone::Warn, "info", t!(lang, "An old version."), html! { (t!(lang, "Runs that began with it keep it.")) })) }
            @if let Some(before) = &before { (card(&t!(lang, "What changed since version {n}", n = number - 1), differences(lang, before, &d, &teams))) }
            p { (d.purpose) }
            (steps(lang, &d, &teams))
        }
    };
    shell::workspace(&me, "/playbooks", &b.name, body).await
}

/// GET /playbooks/{playbook}/print: a sheet of paper with boxes to tick.
pub async fn print(me: Me, Path(id): Path<String>) -> Result<Markup> {
    let lang = me.lang();
    let b: Playbook = store::find(&me.app.db, &me.actor, &id).await?;
    let d = b.shown();
    let teams = teams(&me).await?;
    let body = html! {
        article class="stack measure" {
            h1 { (b.name) }
            p { (d.purpose) }
            p class="small muted" { (t!(lang, "Version {n}", n = b.current)) " · " (t!(lang, "For:")) " ______________________ · " (t!(lang, "Date:")) " ____________" }
            ul class="stack plain-list" { @for (at, step) in d.steps.iter().enumerate() { li style="break-inside:avoid" {
                strong { "☐ " (at + 1) ". " (step.title) }
                @if !step.required { " " span class="opt" { (t!(lang, "(optional)")) } }
                @let by = who(step, &teams);
                @if !by.is_empty() { span class="muted" { " · " (by) } }
                div class="prose s14" { (markdown(&step.how)) }
            } } }
            p { a class="btn" href={ "/playbooks/" (b.id) } { (t!(lang, "Back")) } }
        }
    };
    Ok(shell::bare(&me, &b.name, body))
}
