//! Writing a playbook. Every button saves what is typed first, so that steps
//! can be added, moved and taken away without a script.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use crate::desk::change::say;
use crate::error::{Error, Result};
use crate::i18n::t;
use crate::incidents::page::{Sheet, one};
use crate::people;
use crate::playbooks::model::{Definition, Playbook, Step};
use crate::playbooks::{rules, store, verbs};
use crate::ui::block::card;
use crate::ui::button::{Button, Kind, Size, button, link_button};
use crate::ui::choice::{Opt, check, select};
use crate::ui::field::{Field, text, textarea, two};
use crate::ui::shell::bar_back;
use crate::web::input::Posted;
use crate::web::{Flash, Me, see_other, shell};

/// GET /playbooks/new
pub async fn new(me: Me) -> Result<Response> {
    begin(&me, &Sheet::default()).await
}

async fn begin(me: &Me, sheet: &Sheet) -> Result<Response> {
    let lang = me.lang();
    let title = t!(lang, "Write a playbook");
    let body = html! {
        (bar_back(t!(lang, "Playbooks"), "/playbooks", "", html! {}))
        div class="panel-body stack measure" {
            h1 { (title) }
            (sheet.summary(lang))
            form method="post" action="/playbooks/new" class="stack" {
                (head(me, sheet, &Definition::default()))
                div { (button(Button { label: t!(lang, "Go on to the steps"), kind: Kind::Primary, ..Button::default() })) }
            }
        }
    };
    let page = shell::workspace(me, "/playbooks", title, body).await?;
    Ok((sheet.status(), page).into_response())
}

fn head(me: &Me, sheet: &Sheet, d: &Definition) -> Markup {
    let lang = me.lang();
    html! {
        (text(lang, &Field { name: "name", label: t!(lang, "What is done"), hint: t!(lang, "Such as: publish a change."), value: sheet.value("name", &d.name), error: sheet.error("name"), max_length: Some(100), ..Field::default() }))
        (textarea(lang, &Field { name: "purpose", label: t!(lang, "When to run it"), hint: t!(lang, "And what is so afterwards."), value: sheet.value("purpose", &d.purpose), error: sheet.error("purpose"), ..Field::default() }, 3))
    }
}

/// POST /playbooks/new
pub async fn create(me: Me, posted: Posted) -> Result<Response> {
    let d = Definition {
        name: one(&posted, "name").to_owned(),
        purpose: one(&posted, "purpose").to_owned(),
        steps: vec![Step {
            required: true,
            ..Step::default()
        }],
    };
    match verbs::create(&me, &me.actor, d).await {
        Ok(b) => Ok(see_other(&format!("/playbooks/{}/edit", b.id), None)),
        Err(error) => begin(&me, &wrong(&me, posted, error)?).await,
    }
}

/// What is wrong with what was typed; other errors go on.
fn wrong(me: &Me, posted: Posted, error: Error) -> Result<Sheet> {
    match error {
        Error::Invalid(errors) => Ok(Sheet {
            errors: say(me.lang(), &errors),
            typed: Some(posted),
        }),
        other => Err(other),
    }
}

/// GET /playbooks/{playbook}/edit
pub async fn show(me: Me, Path(id): Path<String>) -> Result<Response> {
    let b = store::find(&me.app.db, &me.actor, &id).await?;
    let d = b.draft.clone().unwrap_or_else(|| b.shown());
    render(&me, &b, &d, &Sheet::default()).await
}

async fn render(me: &Me, b: &Playbook, d: &Definition, sheet: &Sheet) -> Result<Response> {
    let lang = me.lang();
    let base = format!("/playbooks/{}", b.id);
    let teams = people::store::teams(&me.app.db).await?;
    let small = |label: &str, value: String| {
        button(Button {
            label,
            name: "do",
            value: &value,
            size: Size::Small,
            kind: Kind::Line,
            ..Button::default()
        })
    };
    let body = html! {
        (bar_back(&b.name, &base, "", html! {
            @if b.draft.is_some() { form method="post" action={ (base) "/discard" } {
                (button(Button { label: t!(lang, "Throw the draft away"), kind: Kind::Line, size: Size::Small, ..Button::default() })) } }
        }))
        div class="panel-body stack measure" {
            h1 { (t!(lang, "Edit “{name}”", name = b.name)) }
            p class="muted" { (t!(lang, "Nothing changes for anybody until you publish it. Open runs keep their version.")) }
            (sheet.summary(lang))
            form method="post" action={ (base) "/edit" } class="stack" data-guard {
                input type="hidden" name="version" value=(b.version);
                // The first button is the one that Enter presses.
                div { (button(Button { label: t!(lang, "Save the draft"), name: "do", value: "save", ..Button::default() })) }
                (head(me, sheet, d))
                @for (at, step) in d.steps.iter().enumerate() {
                    @let name = |part: &str| format!("{part}.{}", step.key);
                    @let heading = t!(lang, "Step {n}", n = at + 1);
                    section id={ "s-" (step.key) } aria-label=(heading) { (card(&heading, html! { div class="stack" {
                        input type="hidden" name="step" value=(step.key);
                        @let title = name("title");
                        @let how = name("how");
                        @let role = name("role");
                        @let team = name("team");
                        @let required = name("required");
                        (text(lang, &Field { name: &title, label: t!(lang, "What is done in this step"), value: sheet.value(&title, &step.title), error: sheet.error(&title), max_length: Some(200), ..Field::default() }))
                        (textarea(lang, &Field { name: &how, label: t!(lang, "How"), hint: t!(lang, "Markdown. End with how one knows that it worked."), value: sheet.value(&how, &step.how), error: sheet.error(&how), optional: true, ..Field::default() }, 4))
                        @let options: Vec<Opt<'_>> = teams.iter().filter(|t| t.kind == "team" && !t.archived).map(|t| Opt { value: &t.id, label: &t.name, chosen: step.team_id.as_ref() == Some(&t.id), ..Opt::default() }).collect();
                        (two(html! {
                            (text(lang, &Field { name: &role, label: t!(lang, "Role"), value: sheet.value(&role, &step.role), error: sheet.error(&role), optional: true, max_length: Some(100), ..Field::default() }))
                            (select(lang, &Field { name: &team, label: t!(lang, "Team"), error: sheet.error(&team), optional: true, ..Field::default() }, &options, Some(t!(lang, "whoever runs it"))))
                        }))
                        (check(&Field { name: &required, label: t!(lang, "Required: no run is finished without it"), ..Field::default() }, step.required))
                        div class="row" {
                            @if at > 0 { (small(&t!(lang, "Move step {n} up", n = at + 1), format!("up:{}", step.key))) }
                            @if at + 1 < d.steps.len() { (small(&t!(lang, "Move step {n} down", n = at + 1), format!("down:{}", step.key))) }
                            (small(&t!(lang, "Remove step {n}", n = at + 1), format!("remove:{}", step.key)))
                        }
                    } })) }
                }
                div class="row" { (small(t!(lang, "Add a step"), "add:".to_owned())) }
                (text(lang, &Field { name: "note", label: t!(lang, "What is new in this version"), value: sheet.value("note", ""), error: sheet.error("note"), optional: true, max_length: Some(500), ..Field::default() }))
                div class="row" {
                    (button(Button { label: t!(lang, "Publish this version"), kind: Kind::Primary, name: "do", value: "publish", ..Button::default() }))
                    (button(Button { label: t!(lang, "Save the draft"), name: "do", value: "save", ..Button::default() }))
                    (link_button(&base, Button { label: t!(lang, "Cancel"), kind: Kind::Quiet, ..Button::default() }))
                }
            }
        }
    };
    let page = shell::workspace(me, "/playbooks", &b.name, body).await?;
    Ok((sheet.status(), page).into_response())
}

fn typed(posted: &Posted) -> Definition {
    let keys = posted.0.get("step").cloned().unwrap_or_default();
    let part = |name: &str, key: &str| one(posted, &format!("{name}.{key}")).to_owned();
    Definition {
        name: one(posted, "name").to_owned(),
        purpose: one(posted, "purpose").to_owned(),
        steps: keys
            .iter()
            .map(|key| Step {
                key: key.clone(),
                title: part("title", key),
                how: part("how", key),
                role: part("role", key),
                team_id: Some(part("team", key)).filter(|id| !id.is_empty()),
                required: part("required", key) == "yes",
            })
            .collect(),
    }
}

/// POST /playbooks/{playbook}/edit
pub async fn save(me: Me, Path(id): Path<String>, posted: Posted) -> Result<Response> {
    let lang = me.lang();
    let b = store::find(&me.app.db, &me.actor, &id).await?;
    let mut d = typed(&posted);
    let (deed, key) = one(&posted, "do")
        .split_once(':')
        .unwrap_or((one(&posted, "do"), ""));
    let mut at = format!("#s-{key}");
    match deed {
        "up" => rules::shift(&mut d, key, false),
        "down" => rules::shift(&mut d, key, true),
        "remove" => {
            d.steps.retain(|s| s.key != key);
            at = String::new();
        }
        "add" => {
            let taken = |n: usize| d.steps.iter().any(|s| s.key == format!("step-{n}"));
            let free = (1..).find(|n| !taken(*n)).unwrap_or(1);
            at = format!("#s-step-{free}");
            d.steps.push(Step {
                key: format!("step-{free}"),
                ..Step::default()
            });
        }
        _ => at = String::new(),
    }
    let expect = one(&posted, "version").parse().ok();
    let done = match verbs::write(&me, &me.actor, &b.id, expect, d.clone()).await {
        Ok(saved) if deed == "publish" => {
            let note = one(&posted, "note");
            verbs::publish(&me, &me.actor, &b.id, Some(saved.version), note).await
        }
        other => other,
    };
    match done {
        Ok(b) if deed == "publish" => {
            let said = t!(lang, "Version {n} is published.", n = b.current);
            Ok(see_other(
                &format!("/playbooks/{}", b.id),
                Some(Flash::new(said)),
            ))
        }
        Ok(b) => {
            let said = (deed == "save").then(|| Flash::new(t!(lang, "The draft is saved.")));
            Ok(see_other(&format!("/playbooks/{}/edit{at}", b.id), said))
        }
        Err(error) => {
            let sheet = wrong(&me, posted, error)?;
            let b = store::find(&me.app.db, &me.actor, &b.id).await?;
            render(&me, &b, &d, &sheet).await
        }
    }
}

/// POST /playbooks/{playbook}/publish
pub async fn publish(me: Me, Path(id): Path<String>) -> Result<Response> {
    let b = verbs::publish(&me, &me.actor, &id, None, "").await?;
    let said = t!(me.lang(), "Version {n} is published.", n = b.current);
    Ok(see_other(
        &format!("/playbooks/{}", b.id),
        Some(Flash::new(said)),
    ))
}

/// POST /playbooks/{playbook}/discard
pub async fn discard(me: Me, Path(id): Path<String>) -> Result<Response> {
    let b = verbs::discard(&me, &me.actor, &id).await?;
    let to = match b.published {
        Some(_) => format!("/playbooks/{}", b.id),
        None => "/playbooks".to_owned(),
    };
    Ok(see_other(
        &to,
        Some(Flash::new(t!(me.lang(), "The draft is gone."))),
    ))
}

async fn retired(me: &Me, id: &str, retired: bool) -> Result<Response> {
    let lang = me.lang();
    let b = verbs::retire(me, &me.actor, id, retired).await?;
    let said = if retired {
        t!(lang, "Retired. Open runs go on.")
    } else {
        t!(lang, "It can be run again.")
    };
    Ok(see_other(
        &format!("/playbooks/{}", b.id),
        Some(Flash::new(said)),
    ))
}

/// POST /playbooks/{playbook}/retire
pub async fn retire(me: Me, Path(id): Path<String>) -> Result<Response> {
    retired(&me, &id, true).await
}

/// POST /playbooks/{playbook}/restore
pub async fn restore(me: Me, Path(id): Path<String>) -> Result<Response> {
    retired(&me, &id, false).await
}
