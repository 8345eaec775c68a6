//! The frame around the tabs of a service.

use std::sync::Arc;

use axum::http::StatusCode;
use maud::{Markup, html};

use crate::Result;
use crate::admin::services::words;
use crate::catalog::model::State;
use crate::catalog::{Catalog, Service};
use crate::error::{Error, FieldError};
use crate::i18n::{Lang, t};
use crate::ui::block::{Tab, Tone, crumbs, pill, tabs};
use crate::ui::button::{Button, Kind, button};
use crate::ui::shell::bar;
use crate::web::{Me, Wrong, shell};

/// A service by its id; addresses here outlive a new word in the catalogue.
pub fn find(catalog: &Catalog, id: &str) -> Result<Arc<Service>> {
    let found = catalog.services.iter().find(|s| s.id == id);
    found.cloned().ok_or(Error::NotFound)
}

/// What was wrong with a form that comes back with all that was typed, and the
/// status of the answer. When somebody else was faster, the next attempt wins
/// knowingly; other errors are about something else than the form.
pub fn again(lang: Lang, error: Error) -> Result<(StatusCode, Wrong)> {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::CONFLICT);
    let wrong = match error {
        Error::Stale(_) => Wrong::new(
            lang,
            &[FieldError::new(
                "",
                "Somebody else changed this meanwhile. Compare it in a second window; saving again replaces what they wrote.",
            )],
        ),
        Error::Conflict(msg) => Wrong::new(lang, &[FieldError::new("", msg)]),
        other => Wrong::of(lang, other)?,
    };
    Ok((status, wrong))
}

/// Where a service stands.
pub fn state(lang: Lang, service: &Service) -> Markup {
    let word = words::state(lang, service.state());
    match service.state() {
        State::Offered => pill(Tone::Ok, "check", word),
        State::Draft => pill(Tone::Plain, "edit", word),
        State::Retired => pill(Tone::Line, "lock", word),
    }
}

/// A page about a service; `here` is the last part of its tab's address.
pub async fn page(me: &Me, service: &Service, here: &str, body: Markup) -> Result<Markup> {
    let lang = me.lang();
    let base = format!("/admin/services/{}", service.id);
    let href = |part: &str| match part {
        "" => base.clone(),
        part => format!("{base}/{part}"),
    };
    let parts = [
        ("", t!(lang, "Basics")),
        ("audience", t!(lang, "Who may order")),
        ("form", t!(lang, "Form")),
        ("preview", t!(lang, "Preview")),
    ];
    let links: Vec<(String, &str, bool)> = parts
        .iter()
        .map(|(part, label)| (href(part), *label, *part == here))
        .collect();
    let tab_list: Vec<Tab<'_>> = links
        .iter()
        .map(|(href, label, current)| Tab {
            label,
            href,
            current: *current,
            ..Tab::default()
        })
        .collect();
    let deed = |verb: &str, label: &str, kind| {
        html! {
            form method="post" action={ (base) "/" (verb) } {
                input type="hidden" name="version" value=(service.version);
                (button(Button { label, kind, ..Button::default() }))
            }
        }
    };
    let end = html! {
        (state(lang, service))
        (deed("duplicate", t!(lang, "Duplicate"), Kind::Quiet))
        @match service.state() {
            State::Draft => (deed("publish", t!(lang, "Publish"), Kind::Plain)),
            State::Retired => (deed("publish", t!(lang, "Offer again"), Kind::Plain)),
            State::Offered => (deed("retire", t!(lang, "Retire"), Kind::Plain)),
        }
    };
    let whole = html! {
        (bar(&service.name, html! {}, end))
        div class="panel-body stack" {
            (crumbs(lang, &[(t!(lang, "Administration"), "/admin"), (t!(lang, "Services"), "/admin/services"), (&service.name, "")]))
            (tabs(&service.name, &tab_list))
            (body)
        }
    };
    shell::workspace(me, "/admin", &service.name, whole).await
}
