//! Teams, groups and departments, for administrators.

use std::collections::BTreeSet;

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;

use crate::error::Result;
use crate::i18n::t;
use crate::people::groups::{self, DepartmentState, TeamState};
use crate::people::pages::frame;
use crate::people::store::{self, Filter};
use crate::ui::block::{Tone, empty, pill};
use crate::ui::button::{Button, Kind, Size, button};
use crate::ui::choice::{Opt, check, checks, select};
use crate::ui::field::{self, Field};
use crate::web::{Flash, Input, Me, Wrong, see_other};

/// The form of a team or group. Members are added by choosing a person.
#[derive(Deserialize, Default, Clone)]
#[serde(default, deny_unknown_fields)]
pub struct TeamForm {
    kind: String,
    name: String,
    purpose: String,
    archived: Option<String>,
    members: BTreeSet<String>,
    leads: BTreeSet<String>,
    version: Option<i64>,
}

fn state(form: &TeamForm) -> TeamState {
    TeamState {
        kind: form.kind.clone(),
        name: form.name.clone(),
        purpose: form.purpose.clone(),
        archived: form.archived.is_some(),
        members: form.members.clone(),
        leads: form.leads.clone(),
    }
}

/// GET /admin/teams
pub async fn page(me: Me) -> Result<Response> {
    let form = TeamForm {
        kind: "team".to_owned(),
        ..TeamForm::default()
    };
    Ok(list(&me, &form, &Wrong::default()).await?.into_response())
}

/// POST /admin/teams
pub async fn create(me: Me, Input(form): Input<TeamForm>) -> Result<Response> {
    let mut tx = me.app.db.begin().await?;
    match groups::create_team(&mut tx, &me.actor, me.now, state(&form)).await {
        Ok(id) => {
            tx.commit().await?;
            Ok(see_other(&format!("/admin/teams/{id}"), None))
        }
        Err(error) => {
            drop(tx);
            let wrong = Wrong::of(me.lang(), error)?;
            Ok((wrong.status(), list(&me, &form, &wrong).await?).into_response())
        }
    }
}

async fn list(me: &Me, form: &TeamForm, wrong: &Wrong) -> Result<Markup> {
    let lang = me.lang();
    let teams = store::teams(&me.app.db).await?;
    let part = |name, label, hint, value| Field {
        hint,
        ..wrong.field(name, label, value)
    };
    let kinds = [
        ("team", t!(lang, "Team: fulfils requests")),
        ("group", t!(lang, "Group: says who belongs together")),
    ]
    .map(|(value, label)| Opt {
        value,
        label,
        chosen: form.kind == value,
        ..Opt::default()
    });
    let body = html! {
        @if teams.is_empty() {
            (empty("users", t!(lang, "No teams yet"), t!(lang, "Teams fulfil requests; groups say who may order what."), html! {}))
        }
        ul class="stack bare-list" { @for team in &teams { li class="card row" {
            div class="grow" {
                a class="strong" href={ "/admin/teams/" (team.id) } { (team.name) } " "
                @if team.kind == "group" { (pill(Tone::Line, "", t!(lang, "Group"))) " " }
                @if team.archived { (pill(Tone::Plain, "", t!(lang, "Archived"))) }
                p class="hint" { (team.purpose.as_deref().unwrap_or_default()) }
            }
        } } }
        section class="stack measure" aria-labelledby="h-new" {
            h2 id="h-new" { (t!(lang, "New team or group")) }
            (wrong.summary(lang))
            form class="stack" method="post" action="/admin/teams" {
                (field::text(lang, &part("name", t!(lang, "Name"), "", &form.name)))
                (select(lang, &part("kind", t!(lang, "Kind"), "", ""), &kinds, None))
                (field::text(lang, &Field { optional: true, ..part("purpose", t!(lang, "What it is there for"), "", &form.purpose) }))
                div { (button(Button { label: t!(lang, "Create"), kind: Kind::Primary, ..Button::default() })) }
            }
        }
    };
    frame::admin(me, "/admin/teams", html! {}, body).await
}

/// GET /admin/teams/{team}
pub async fn team_page(me: Me, Path(id): Path<String>) -> Result<Response> {
    Ok(show(&me, &id, None, &Wrong::default())
        .await?
        .into_response())
}

/// POST /admin/teams/{team}
pub async fn save(
    me: Me,
    Path(id): Path<String>,
    Input(form): Input<TeamForm>,
) -> Result<Response> {
    let mut tx = me.app.db.begin().await?;
    let done =
        groups::change_team(&mut tx, &me.actor, me.now, &id, form.version, state(&form)).await;
    match done {
        Ok(()) => {
            tx.commit().await?;
            let said = Flash::new(t!(me.lang(), "The team is saved"));
            Ok(see_other(&format!("/admin/teams/{id}"), Some(said)))
        }
        Err(error) => {
            drop(tx);
            let wrong = Wrong::of(me.lang(), error)?;
            let page = show(&me, &id, Some(state(&form)), &wrong).await?;
            Ok((wrong.status(), page).into_response())
        }
    }
}

async fn show(me: &Me, id: &str, typed: Option<TeamState>, wrong: &Wrong) -> Result<Markup> {
    let lang = me.lang();
    let (stored, version) = groups::team(&me.app.db, id).await?;
    let s = typed.as_ref().unwrap_or(&stored);
    let everybody = Filter {
        disabled: Some(false),
        ..Filter::default()
    };
    let people = store::list(&me.app.db, &everybody, 2_000).await?;
    let ticks = |chosen: &BTreeSet<String>, only: Option<&BTreeSet<String>>| -> Vec<Opt<'_>> {
        people
            .iter()
            .filter(|p| only.is_none_or(|only| only.contains(&p.id)))
            .map(|p| Opt {
                value: &p.id,
                label: &p.name,
                hint: p.department.as_deref().unwrap_or_default(),
                chosen: chosen.contains(&p.id),
            })
            .collect()
    };
    let members = ticks(&s.members, None);
    let leads = ticks(&s.leads, Some(&s.members));
    let part = |name, label, hint, value| Field {
        hint,
        ..wrong.field(name, label, value)
    };
    let archived = part(
        "archived",
        t!(lang, "Archived"),
        t!(lang, "It is no longer offered where teams are chosen."),
        "",
    );
    let body = html! {
        section class="stack measure" aria-labelledby="h-team" {
            h2 id="h-team" { (stored.name) }
            (wrong.summary(lang))
            form class="stack" method="post" action={ "/admin/teams/" (id) } {
                input type="hidden" name="version" value=(version);
                (field::text(lang, &part("name", t!(lang, "Name"), "", &s.name)))
                (field::text(lang, &Field { optional: true, ..part("purpose", t!(lang, "What it is there for"), "", &s.purpose) }))
                @if !leads.is_empty() {
                    (checks(lang, &part("leads", t!(lang, "Leads"), t!(lang, "They are told when a promise is at risk."), ""), &leads, true))
                }
                (checks(lang, &part("members", t!(lang, "Members"), "", ""), &members, true))
                (check(&archived, s.archived))
                div { (button(Button { label: t!(lang, "Save team"), kind: Kind::Primary, ..Button::default() })) }
            }
        }
    };
    frame::admin(me, "/admin/teams", html! {}, body).await
}

/// The form of a department.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct DepartmentForm {
    name: String,
    archived: Option<String>,
}

/// GET /admin/departments
pub async fn departments(me: Me) -> Result<Response> {
    Ok(show_departments(&me, "", &Wrong::default())
        .await?
        .into_response())
}

/// POST /admin/departments and POST /admin/departments/{department}
async fn put(me: &Me, id: Option<&str>, form: DepartmentForm) -> Result<Response> {
    let typed = form.name.clone();
    let state = DepartmentState {
        name: form.name,
        archived: form.archived.is_some(),
    };
    let mut tx = me.app.db.begin().await?;
    let done = match id {
        Some(id) => groups::change_department(&mut tx, &me.actor, me.now, id, state).await,
        None => groups::create_department(&mut tx, &me.actor, me.now, state)
            .await
            .map(drop),
    };
    match done {
        Ok(()) => {
            tx.commit().await?;
            let said = Flash::new(t!(me.lang(), "The department is saved"));
            Ok(see_other("/admin/departments", Some(said)))
        }
        Err(error) => {
            drop(tx);
            let wrong = Wrong::of(me.lang(), error)?;
            let page = show_departments(me, &typed, &wrong).await?;
            Ok((wrong.status(), page).into_response())
        }
    }
}

/// POST /admin/departments
pub async fn create_department(me: Me, Input(form): Input<DepartmentForm>) -> Result<Response> {
    put(&me, None, form).await
}

/// POST /admin/departments/{department}
pub async fn save_department(
    me: Me,
    Path(id): Path<String>,
    Input(form): Input<DepartmentForm>,
) -> Result<Response> {
    put(&me, Some(&id), form).await
}

async fn show_departments(me: &Me, typed: &str, wrong: &Wrong) -> Result<Markup> {
    let lang = me.lang();
    let all = store::departments(&me.app.db).await?;
    let name = Field {
        name: "name",
        label: t!(lang, "New department"),
        value: typed,
        error: wrong.at("name"),
        ..Field::default()
    };
    let save = || {
        button(Button {
            label: t!(lang, "Save"),
            size: Size::Small,
            ..Button::default()
        })
    };
    let body = html! {
        div class="stack measure" {
            (wrong.summary(lang))
            ul class="stack bare-list" { @for d in &all { li class="card" {
                form class="row" method="post" action={ "/admin/departments/" (d.id) } {
                    input class="input grow" name="name" value=(d.name) aria-label=(t!(lang, "Name of {name}", name = d.name));
                    label class="check" { input type="checkbox" name="archived" value="yes" checked[d.archived]; span { (t!(lang, "Archived")) } }
                    (save())
                }
            } } }
            form class="stack" method="post" action="/admin/departments" {
                (field::text(lang, &name))
                div { (button(Button { label: t!(lang, "Create department"), kind: Kind::Primary, ..Button::default() })) }
            }
        }
    };
    frame::admin(me, "/admin/departments", html! {}, body).await
}
