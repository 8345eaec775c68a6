//! The tab that says who may see and order a service.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;

use crate::admin::services::frame;
use crate::catalog::draft::ServiceChange;
use crate::catalog::{Audience, verbs};
use crate::error::Result;
use crate::i18n::{Lang, t};
use crate::people::{Department, Team, store};
use crate::ui::block::{Tone, notice};
use crate::ui::button::{Button, Kind, button};
use crate::ui::choice::{Opt, check, checks};
use crate::ui::field::Field;
use crate::web::{Flash, Input, Me, Wrong, see_other};

/// The form.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct Form {
    everyone: String,
    partners: String,
    departments: Vec<String>,
    groups: Vec<String>,
    version: Option<i64>,
}

impl Form {
    fn audience(&self) -> Audience {
        Audience {
            everyone: self.everyone == "yes",
            partners: self.partners == "yes",
            departments: self.departments.clone(),
            groups: self.groups.clone(),
        }
    }
}

/// GET /admin/services/{service}/audience
pub async fn page(me: Me, Path(id): Path<String>) -> Result<Markup> {
    show(&me, &id, None, &Wrong::default()).await
}

/// POST /admin/services/{service}/audience
pub async fn save(me: Me, Path(id): Path<String>, Input(form): Input<Form>) -> Result<Response> {
    let change = ServiceChange {
        audience: Some(form.audience()),
        ..ServiceChange::default()
    };
    match verbs::change(&me, &me.actor, &id, form.version, change).await {
        Ok(()) => {
            let said = Flash::new(t!(me.lang(), "Who may order is saved and holds at once"));
            Ok(see_other(
                &format!("/admin/services/{id}/audience"),
                Some(said),
            ))
        }
        Err(error) => {
            let (status, wrong) = frame::again(me.lang(), error)?;
            let mut form = form;
            if status == StatusCode::PRECONDITION_FAILED {
                form.version = None;
            }
            let page = show(&me, &id, Some(&form), &wrong).await?;
            Ok((status, page).into_response())
        }
    }
}

async fn show(me: &Me, id: &str, typed: Option<&Form>, wrong: &Wrong) -> Result<Markup> {
    let lang = me.lang();
    let catalog = me.app.catalog().await?;
    let service = frame::find(&catalog, id)?;
    let departments = store::departments(&me.app.db).await?;
    let teams = store::teams(&me.app.db).await?;
    let audience = typed.map_or_else(|| service.audience.clone(), Form::audience);
    let version = typed.and_then(|form| form.version);
    let version = version.unwrap_or(service.version);
    let part = |name, label| Field {
        name,
        label,
        error: wrong.at(name),
        ..Field::default()
    };
    let department_list: Vec<Opt<'_>> = departments
        .iter()
        .filter(|d| !d.archived || audience.departments.contains(&d.id))
        .map(|d| Opt {
            value: &d.id,
            label: &d.name,
            chosen: audience.departments.contains(&d.id),
            ..Opt::default()
        })
        .collect();
    let group_list: Vec<Opt<'_>> = teams
        .iter()
        .filter(|g| !g.archived || audience.groups.contains(&g.id))
        .map(|g| Opt {
            value: &g.id,
            label: &g.name,
            chosen: audience.groups.contains(&g.id),
            ..Opt::default()
        })
        .collect();
    let body = html! {
        form class="stack measure" method="post" action={ "/admin/services/" (id) "/audience" } data-guard {
            (wrong.summary(lang))
            input type="hidden" name="version" value=(version);
            @if service.audience.is_nobody() {
                (notice(Tone::Warn, "alert", t!(lang, "Nobody may order this."), html! { (t!(lang, "Choose at least one below, or nobody finds it in the catalog.")) }))
            } @else {
                p { (sentence(lang, &service.audience, &departments, &teams)) }
            }
            (check(&part("everyone", t!(lang, "Everybody who works here")), audience.everyone))
            @if !department_list.is_empty() {
                (checks(lang, &Field { hint: t!(lang, "Their people may order, also without the tick above."), optional: true, ..part("departments", t!(lang, "Departments")) }, &department_list, true))
            }
            @if !group_list.is_empty() {
                (checks(lang, &Field { optional: true, ..part("groups", t!(lang, "Teams and groups")) }, &group_list, true))
            }
            (check(&Field { hint: t!(lang, "People with the role outside partner."), ..part("partners", t!(lang, "Outside partners")) }, audience.partners))
            div { (button(Button { label: t!(lang, "Save who may order"), kind: Kind::Primary, ..Button::default() })) }
        }
    };
    frame::page(me, &service, "audience", body).await
}

/// One sentence that says who may order.
fn sentence(lang: Lang, audience: &Audience, departments: &[Department], teams: &[Team]) -> String {
    let mut who: Vec<&str> = Vec::new();
    if audience.everyone {
        who.push(t!(lang, "everybody who works here"));
    } else {
        let of = departments
            .iter()
            .filter(|d| audience.departments.contains(&d.id));
        who.extend(of.map(|d| d.name.as_str()));
    }
    // A group may hold partners, so it counts beside everybody, too.
    let of = teams.iter().filter(|g| audience.groups.contains(&g.id));
    who.extend(of.map(|g| g.name.as_str()));
    if audience.partners {
        who.push(t!(lang, "outside partners"));
    }
    let list = match who.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => t!(
            lang,
            "{list} and {last}",
            list = rest.join(", "),
            last = last
        ),
        None => String::new(),
    };
    t!(lang, "May order this now: {who}.", who = list)
}
