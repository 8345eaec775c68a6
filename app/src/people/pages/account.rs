//! One account, for administrators: create it, change it, disable it.

use std::collections::BTreeSet;

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;

use crate::actor::Role;
use crate::error::{Error, FieldError, Result};
use crate::i18n::t;
use crate::people::manage::{self, Account, AccountChange};
use crate::people::pages::{admin_people, frame};
use crate::people::{links, store};
use crate::ui::button::{Button, Kind, button};
use crate::ui::choice::{Opt, checks, select};
use crate::ui::field::{self, Field};
use crate::web::{Flash, Input, Me, Wrong, see_other};

/// The form.
#[derive(Deserialize, Default, Clone)]
#[serde(default, deny_unknown_fields)]
pub struct AccountForm {
    name: String,
    email: String,
    role: String,
    title: String,
    department_id: String,
    manager: String,
    team_ids: BTreeSet<String>,
    version: Option<i64>,
}

fn role(form: &AccountForm) -> Result<Role> {
    Role::from_key(&form.role).ok_or_else(|| Error::field("role", "Choose one of the list."))
}

/// GET /admin/people/new
pub async fn new_page(me: Me) -> Result<Response> {
    let form = AccountForm {
        role: Role::Requester.key().to_owned(),
        ..AccountForm::default()
    };
    Ok(show_new(&me, &form, &Wrong::default())
        .await?
        .into_response())
}

/// POST /admin/people: creates the account and shows its invitation.
pub async fn create(me: Me, Input(form): Input<AccountForm>) -> Result<Response> {
    let result = async {
        let account = Account {
            role: role(&form)?,
            name: form.name.clone(),
            email: form.email.clone(),
            title: Some(form.title.clone()),
            department_id: Some(form.department_id.clone()),
            manager: Some(form.manager.clone()),
            team_ids: form.team_ids.clone(),
        };
        let mut tx = me.app.db.begin().await?;
        let made = manage::create(&mut tx, &me.actor, me.now, account).await?;
        tx.commit().await?;
        Ok(made)
    };
    match result.await {
        Ok((id, secret)) => {
            let address = links::address(&me.app.config.public_url, &secret);
            let page = show(&me, &id, &Wrong::default(), None, Some(&address)).await?;
            Ok(page.into_response())
        }
        Err(error) => {
            let wrong = Wrong::of(me.lang(), error)?;
            Ok((wrong.status(), show_new(&me, &form, &wrong).await?).into_response())
        }
    }
}

/// GET /admin/people/{person}
pub async fn page(me: Me, Path(id): Path<String>) -> Result<Response> {
    Ok(show(&me, &id, &Wrong::default(), None, None)
        .await?
        .into_response())
}

/// POST /admin/people/{person}
pub async fn save(
    me: Me,
    Path(id): Path<String>,
    Input(form): Input<AccountForm>,
) -> Result<Response> {
    let result = async {
        let change = AccountChange {
            role: Some(role(&form)?),
            name: Some(form.name.clone()),
            email: Some(form.email.clone()),
            title: Some(form.title.clone()),
            department_id: Some(form.department_id.clone()),
            manager: Some(form.manager.clone()),
            team_ids: Some(form.team_ids.clone()),
        };
        let mut tx = me.app.db.begin().await?;
        manage::change(&mut tx, &me.actor, me.now, &id, form.version, change).await?;
        tx.commit().await?;
        Ok(())
    };
    match result.await {
        Ok(()) => {
            let said = Flash::new(t!(me.lang(), "The account is saved"));
            Ok(see_other(&format!("/admin/people/{id}"), Some(said)))
        }
        Err(error) => {
            let wrong = Wrong::of(me.lang(), error)?;
            let page = show(&me, &id, &wrong, Some(&form), None).await?;
            Ok((wrong.status(), page).into_response())
        }
    }
}

/// The page of an account with what was wrong with an action on it.
pub async fn again(me: &Me, id: &str, fields: &[FieldError]) -> Result<Response> {
    let wrong = Wrong::new(me.lang(), fields);
    let page = show(me, id, &wrong, None, None).await?;
    Ok((wrong.status(), page).into_response())
}

async fn show_new(me: &Me, form: &AccountForm, wrong: &Wrong) -> Result<Markup> {
    let lang = me.lang();
    let body = html! {
        section class="stack measure" aria-labelledby="h-new" {
            h2 id="h-new" { (t!(lang, "Invite somebody")) }
            p class="muted" { (t!(lang, "You get a link to hand over. With it they choose a password and join.")) }
            (wrong.summary(lang))
            form class="stack" method="post" action="/admin/people" {
                (fields(me, form, wrong).await?)
                div { (button(Button { label: t!(lang, "Create account and link"), kind: Kind::Primary, ..Button::default() })) }
            }
        }
    };
    frame::admin(me, "/admin/people", html! {}, body).await
}

/// The page of one account; `link` is shown this one time.
pub async fn show(
    me: &Me,
    id: &str,
    wrong: &Wrong,
    typed: Option<&AccountForm>,
    link: Option<&str>,
) -> Result<Markup> {
    let lang = me.lang();
    let person = store::find(&me.app.db, id).await?.ok_or(Error::NotFound)?;
    let stored = AccountForm {
        name: person.name.clone(),
        email: person.email.clone(),
        role: person.role.key().to_owned(),
        title: person.title.clone().unwrap_or_default(),
        department_id: person.department_id.clone().unwrap_or_default(),
        manager: person.manager.clone().unwrap_or_default(),
        team_ids: store::team_ids(&me.app.db, id).await?,
        version: Some(person.version),
    };
    let deed = |verb: &str, label: &str| {
        html! {
            form method="post" action={ "/admin/people/" (id) "/" (verb) } {
                (button(Button { label, ..Button::default() }))
            }
        }
    };
    let body = html! {
        @if let Some(link) = link {
            section class="turn measure" aria-labelledby="h-link" {
                h2 id="h-link" { (t!(lang, "Hand this link over now")) }
                p class="mt-3" { (t!(lang, "It is shown this one time and works once. Give it only to {name}, by a way you trust.", name = person.name)) }
                p class="mt-3" { code class="secret" { (link) } }
            }
        }
        section class="stack measure" aria-labelledby="h-account" {
            h2 id="h-account" { (person.name) " " (admin_people::state(lang, &person)) }
            (wrong.summary(lang))
            form class="stack" method="post" action={ "/admin/people/" (id) } {
                input type="hidden" name="version" value=[stored.version];
                (fields(me, typed.unwrap_or(&stored), wrong).await?)
                div { (button(Button { label: t!(lang, "Save account"), kind: Kind::Primary, ..Button::default() })) }
            }
        }
        section class="stack measure" aria-labelledby="h-access" {
            h2 id="h-access" { (t!(lang, "Access")) }
            div class="row" {
                @if person.disabled {
                    (deed("enable", t!(lang, "Enable account")))
                } @else {
                    (deed("link", if person.joined { t!(lang, "Make a link for a new password") } else { t!(lang, "Make a new invitation link") }))
                    @if person.second_factor { (deed("second-step-off", t!(lang, "Switch the second step off"))) }
                    (deed("disable", t!(lang, "Disable account")))
                }
                a class="btn btn-quiet" href={ "/admin/audit?object=" (id) } { (t!(lang, "What happened to this account")) }
            }
            @if person.second_factor && !person.disabled {
                p class="hint" { (t!(lang, "Switch the second step off only for somebody who lost phone and codes, when you are sure it is them. All their devices are signed out.")) }
            }
            p class="hint" { (t!(lang, "A disabled account is signed out at once, its tokens are revoked. Its requests stay.")) }
        }
    };
    frame::admin(me, "/admin/people", html! {}, body).await
}

async fn fields(me: &Me, form: &AccountForm, wrong: &Wrong) -> Result<Markup> {
    let lang = me.lang();
    let departments = store::departments(&me.app.db).await?;
    let teams = store::teams(&me.app.db).await?;
    let part = |name, label, value| wrong.field(name, label, value);
    let optional = |field| Field {
        optional: true,
        ..field
    };
    let roles = Role::ALL.map(|r| Opt {
        value: r.key(),
        label: lang.t(r.label()),
        chosen: form.role == r.key(),
        ..Opt::default()
    });
    let departments: Vec<Opt<'_>> = departments
        .iter()
        .filter(|d| !d.archived || form.department_id == d.id)
        .map(|d| Opt {
            value: &d.id,
            label: &d.name,
            chosen: form.department_id == d.id,
            ..Opt::default()
        })
        .collect();
    let teams: Vec<Opt<'_>> = teams
        .iter()
        .filter(|team| !team.archived || form.team_ids.contains(&team.id))
        .map(|team| Opt {
            value: &team.id,
            label: &team.name,
            hint: if team.kind == "group" {
                t!(lang, "group")
            } else {
                ""
            },
            chosen: form.team_ids.contains(&team.id),
        })
        .collect();
    Ok(html! {
        (field::text(lang, &part("name", t!(lang, "Name"), &form.name)))
        (field::email(lang, &part("email", t!(lang, "Email"), &form.email)))
        (select(lang, &part("role", t!(lang, "Role"), ""), &roles, None))
        (field::text(lang, &optional(part("title", t!(lang, "Job title"), &form.title))))
        (select(lang, &optional(part("department_id", t!(lang, "Department"), "")), &departments, Some(t!(lang, "None"))))
        (field::email(lang, &Field { hint: t!(lang, "The address of their manager. Approvals can ask them."), autocomplete: "off", ..optional(part("manager", t!(lang, "Reports to"), &form.manager)) }))
        @if !teams.is_empty() { (checks(lang, &optional(part("team_ids", t!(lang, "Teams and groups"), "")), &teams, true)) }
    })
}
