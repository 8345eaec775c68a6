//! The problem's own page in the workspace, opening one of incidents, and the
//! requesters' "this helped me".

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use crate::catalog::model::WorkKind;
use crate::desk::change::say;
use crate::desk::load;
use crate::error::{Error, Result};
use crate::i18n::{t, tn};
use crate::incidents::page::{Sheet, one};
use crate::incidents::store as incident_rows;
use crate::policy::{self, Do};
use crate::problems::store::{self, is_problem};
use crate::problems::verbs::{self, Change};
use crate::ui::block::card;
use crate::ui::button::{Button, Kind, button, link_button};
use crate::ui::choice::{Opt, check, checks, select};
use crate::ui::field::{Field, text, textarea};
use crate::ui::shell::bar_back;
use crate::web::input::Posted;
use crate::web::{Flash, Me, see_other, shell};

/// GET /work/{item}/problem
pub async fn show(me: Me, Path(id): Path<String>) -> Result<Response> {
    render(&me, &id, &Sheet::default()).await
}

async fn render(me: &Me, id: &str, sheet: &Sheet) -> Result<Response> {
    let lang = me.lang();
    let item = load::item(me, id).await?;
    is_problem(&item)?;
    let catalog = me.app.catalog().await?;
    let record = store::of(&me.app.db, &item).await?;
    let incidents = store::incidents(&me.app.db, &me.actor, &item.id).await?;
    let may = policy::on_item(&me.actor, Do::Work, &item.facts());
    let chosen = |id: &str| match &sheet.typed {
        Some(Posted(map)) => map
            .get("services")
            .is_some_and(|l| l.iter().any(|s| s == id)),
        None => record.services.iter().any(|s| s == id),
    };
    let ticked = |name: &str, present: bool| match &sheet.typed {
        Some(Posted(map)) => map.contains_key(name),
        None => present,
    };
    let services: Vec<Opt<'_>> = catalog
        .services
        .iter()
        .filter(|s| s.offered() || chosen(&s.id))
        .map(|s| Opt {
            value: &s.id,
            label: &s.name,
            chosen: chosen(&s.id),
            ..Opt::default()
        })
        .collect();
    let here = format!("{} {}", item.number, item.title);
    let field = |name: &'static str, label: &'static str, hint: &'static str, present| Field {
        name,
        label,
        hint,
        value: sheet.value(name, present),
        error: sheet.error(name),
        ..Field::default()
    };
    let form = html! {
        form method="post" action={ "/work/" (item.number) "/problem" } class="stack" data-guard {
            (text(lang, &Field { max_length: Some(160), ..field("headline", t!(lang, "What is wrong, in a sentence"),
                t!(lang, "People who order read it."), &record.headline) }))
            (textarea(lang, &Field { optional: true, ..field("root_cause", t!(lang, "Root cause"),
                t!(lang, "Only agents read it. Markdown is fine."), &record.root_cause) }, 5))
            (check(&Field { name: "known", label: t!(lang, "The cause is known: it is a known error"), ..Field::default() },
                ticked("known", record.known_at.is_some())))
            (textarea(lang, &Field { optional: true, ..field("workaround", t!(lang, "Workaround"),
                t!(lang, "What people can do until it is mended, in their words. Markdown is fine."), &record.workaround) }, 5))
            (checks(lang, &Field { name: "services", label: t!(lang, "Services it concerns"), optional: true,
                error: sheet.error("services"), ..Field::default() }, &services, true))
            (check(&Field { name: "published", label: t!(lang, "Offer the workaround on the pages of these services"),
                ..Field::default() }, ticked("published", record.published_at.is_some())))
            div { (button(Button { label: t!(lang, "Save"), kind: Kind::Primary, ..Button::default() })) }
        }
    };
    let body = html! {
        (bar_back(&here, &format!("/work/{}", item.number), "", html! {}))
        div class="panel-body stack" style="--gap:1.25rem" {
            div {
                h1 { (t!(lang, "Problem {number}", number = item.number)) }
                p class="muted mt-2" {
                    (tn!(lang, incidents.len(), "It lies behind {n} incident.", "It lies behind {n} incidents."))
                    @if record.helped > 0 { " " (tn!(lang, record.helped, "The workaround has helped {n} person, who did not have to ask.",
                        "The workaround has helped {n} people, who did not have to ask.")) }
                }
            }
            (sheet.summary(lang))
            @if may { (card(t!(lang, "What we know"), form)) }
            (card(t!(lang, "Incidents"), html! {
                @if incidents.is_empty() { p class="muted" { (t!(lang, "None is linked yet.")) } }
                ul class="stack plain-list" {
                    @for i in &incidents { li { a href={ "/work/" (i.number) } { (i.number) " " (i.title) }
                        @if i.closed { " " span class="small muted" { (t!(lang, "closed")) } } } }
                }
            }))
            p { (link_button(&format!("/work/{}/post-mortem", item.number), Button { label: t!(lang, "Post-mortem"), ..Button::default() })) }
        }
    };
    let page = shell::workspace(me, "/queue", &here, body).await?;
    Ok((sheet.status(), page).into_response())
}

/// POST /work/{item}/problem
pub async fn save(me: Me, Path(id): Path<String>, posted: Posted) -> Result<Response> {
    let lang = me.lang();
    let item = load::item(&me, &id).await?;
    let text = |name: &str| Some(one(&posted, name).to_owned());
    let new = Change {
        headline: text("headline"),
        root_cause: text("root_cause"),
        workaround: text("workaround"),
        known: Some(posted.0.contains_key("known")),
        services: Some(posted.0.get("services").cloned().unwrap_or_default()),
        published: Some(posted.0.contains_key("published")),
    };
    match verbs::change(&me, &me.actor, &id, new).await {
        Ok((item, record)) => {
            let said = if record.published_at.is_some() {
                t!(lang, "Saved. People who order see what helps.")
            } else {
                t!(lang, "Saved.")
            };
            let to = format!("/work/{}/problem", item.number);
            Ok(see_other(&to, Some(Flash::new(said))))
        }
        Err(Error::Invalid(errors)) => {
            let sheet = Sheet {
                errors: say(lang, &errors),
                typed: Some(posted),
            };
            render(&me, &item.id, &sheet).await
        }
        Err(error) => Err(error),
    }
}

/// GET /work/{item}/problem/new
pub async fn ask(me: Me, Path(id): Path<String>) -> Result<Response> {
    ask_again(&me, &id, &Sheet::default()).await
}

async fn ask_again(me: &Me, id: &str, sheet: &Sheet) -> Result<Response> {
    let lang = me.lang();
    let item = load::item(me, id).await?;
    incident_rows::is_incident(&item)?;
    let alike = incident_rows::alike(&me.app.db, &me.actor, &item, me.now).await?;
    let catalog = me.app.catalog().await?;
    let ours: Vec<_> = catalog
        .offered_to(&me.actor)
        .filter(|s| s.kind == WorkKind::Problem)
        .collect();
    let services: Vec<Opt<'_>> = ours
        .iter()
        .enumerate()
        .map(|(at, s)| Opt {
            value: &s.id,
            label: &s.name,
            chosen: at == 0,
            ..Opt::default()
        })
        .collect();
    let names: Vec<String> = alike
        .iter()
        .map(|a| format!("{} {}", a.number, a.title))
        .collect();
    let others: Vec<Opt<'_>> = alike
        .iter()
        .zip(&names)
        .map(|(a, label)| Opt {
            value: &a.id,
            label,
            chosen: match &sheet.typed {
                Some(Posted(map)) => map.get("incidents").is_some_and(|l| l.contains(&a.id)),
                None => true,
            },
            ..Opt::default()
        })
        .collect();
    let here = format!("{} {}", item.number, item.title);
    let body = html! {
        (bar_back(&here, &format!("/work/{}/incident", item.number), "", html! {}))
        div class="panel-body stack" {
            h1 { (t!(lang, "Open a problem")) }
            p class="muted" { (t!(lang, "A problem is the work of finding out why incidents happen. Each of them keeps its own course.")) }
            (sheet.summary(lang))
            form method="post" action={ "/work/" (item.number) "/problem/new" } class="stack measure" {
                (text(lang, &Field { name: "title", label: t!(lang, "What keeps happening"), value: sheet.value("title", &item.title),
                    error: sheet.error("title"), max_length: Some(160), ..Field::default() }))
                @if services.len() > 1 {
                    (select(lang, &Field { name: "service", label: t!(lang, "Service"), error: sheet.error("service"), ..Field::default() }, &services, None))
                } @else if let Some(one) = services.first() { input type="hidden" name="service" value=(one.value); }
                @if !others.is_empty() {
                    (checks(lang, &Field { name: "incidents", label: t!(lang, "Incidents that look the same"), optional: true,
                        ..Field::default() }, &others, true))
                }
                div class="row" {
                    (button(Button { label: t!(lang, "Open the problem"), kind: Kind::Primary, ..Button::default() }))
                    (link_button(&format!("/work/{}", item.number), Button { label: t!(lang, "Back"), kind: Kind::Quiet, ..Button::default() }))
                }
            }
        }
    };
    let page: Markup = shell::workspace(me, "/queue", &here, body).await?;
    Ok((sheet.status(), page).into_response())
}

/// POST /work/{item}/problem/new
pub async fn open(me: Me, Path(id): Path<String>, posted: Posted) -> Result<Response> {
    let lang = me.lang();
    let item = load::item(&me, &id).await?;
    let others = posted.0.get("incidents").cloned().unwrap_or_default();
    let service = Some(one(&posted, "service"));
    match verbs::open(&me, &me.actor, &id, &others, service, one(&posted, "title")).await {
        Ok(problem) => Ok(see_other(
            &format!("/work/{}/problem", problem.number),
            Some(Flash::new(t!(
                lang,
                "Problem {number} opened.",
                number = problem.number
            ))),
        )),
        Err(Error::Invalid(errors)) => {
            let sheet = Sheet {
                errors: say(lang, &errors),
                typed: Some(posted),
            };
            ask_again(&me, &item.id, &sheet).await
        }
        Err(error) => Err(error),
    }
}

/// POST /known-errors/{problem}/helped
pub async fn helped(me: Me, Path(id): Path<String>, posted: Posted) -> Result<Response> {
    verbs::helped(&me, &me.actor, &id).await?;
    let said = t!(me.lang(), "Good to hear. We counted it.");
    let back = one(&posted, "back");
    Ok(see_other(back, Some(Flash::new(said))))
}
