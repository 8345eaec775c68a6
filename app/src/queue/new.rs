//! Ordering for somebody who called or came by.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;

use crate::actor::Via;
use crate::error::Result;
use crate::i18n::t;
use crate::people::{auth, store};
use crate::ui::button::{Button, Kind, button};
use crate::ui::choice::{Opt, Remote, remote, select};
use crate::ui::field::{Field, error_summary};
use crate::ui::shell::bar_back;
use crate::web::{Input, Me, see_other, shell};

/// For whom, and what.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct New {
    requester: String,
    #[serde(rename = "requester-text")]
    requester_text: String,
    service: String,
}

/// GET /work/new
pub async fn page(me: Me) -> Result<Response> {
    Ok(form(&me, &New::default(), &[]).await?.into_response())
}

async fn form(me: &Me, new: &New, errors: &[(&str, &str)]) -> Result<Markup> {
    let lang = me.lang();
    let catalog = me.app.catalog().await?;
    let options: Vec<Opt<'_>> = catalog
        .services
        .iter()
        .filter(|s| s.offered())
        .map(|s| Opt {
            value: &s.slug,
            label: &s.name,
            hint: "",
            chosen: s.slug == new.service,
        })
        .collect();
    let error = |name: &str| {
        errors
            .iter()
            .find(|(field, _)| *field == name)
            .map_or("", |(_, text)| *text)
    };
    let title = t!(lang, "New request");
    let requester = Field {
        name: "requester",
        label: t!(lang, "For whom"),
        hint: t!(lang, "Name or email. Leave it empty to order for yourself."),
        optional: true,
        value: &new.requester,
        error: error("requester"),
        ..Field::default()
    };
    let service = Field {
        name: "service",
        label: t!(lang, "Service"),
        error: error("service"),
        ..Field::default()
    };
    let body = html! {
        (bar_back(t!(lang, "Queue"), "/queue", "", html! {}))
        div class="panel-body stack" {
            h1 tabindex="-1" { (title) }
            (error_summary(lang, errors))
            form class="stack" method="post" action="/work/new" {
                (remote(lang, &requester, &Remote { src: "/work/people?who=all", shown: &new.requester_text, known: &[] }))
                (select(lang, &service, &options, Some(t!(lang, "Choose a service"))))
                (button(Button { label: t!(lang, "Go on"), kind: Kind::Primary, ..Button::default() }))
            }
        }
    };
    shell::workspace(me, "/queue", title, body).await
}

/// POST /work/new: leads to the form of the service.
pub async fn go_on(me: Me, Input(new): Input<New>) -> Result<Response> {
    let lang = me.lang();
    let catalog = me.app.catalog().await?;
    let typed = new.requester_text.trim();
    let person = if !new.requester.is_empty() {
        auth::by_person(&me.app, &new.requester, Via::Web).await?
    } else if typed.is_empty() {
        Some((*me.actor).clone())
    } else {
        // Without a script only the text comes.
        match store::find_by_email(&me.app.db, typed).await? {
            Some(found) => auth::by_person(&me.app, &found.id, Via::Web).await?,
            None => None,
        }
    };
    let service = catalog.service(&new.service).filter(|s| s.offered());
    let mut errors: Vec<(&str, &str)> = Vec::new();
    if person.is_none() {
        errors.push((
            "requester",
            t!(lang, "Nobody here has this name. Type the email address."),
        ));
    }
    if service.is_none() {
        errors.push(("service", t!(lang, "Choose a service first.")));
    }
    if let (Some(person), Some(service)) = (&person, service) {
        if service.audience.admits(person) {
            let whom = if person.id == me.actor.id {
                String::new()
            } else {
                format!("?for={}", person.id)
            };
            return Ok(see_other(&format!("/catalog/{}{whom}", service.slug), None));
        }
        errors.push((
            "service",
            t!(lang, "This service is not open to this person."),
        ));
    }
    Ok((
        StatusCode::UNPROCESSABLE_ENTITY,
        form(&me, &new, &errors).await?,
    )
        .into_response())
}
