//! One mailbox: the form, and taking it out of use.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use crate::error::Result;
use crate::i18n::t;
use crate::mail::boxes::{self, NewMailbox, Strangers};
use crate::mail::pages::frame;
use crate::mail::words;
use crate::ui::block::card;
use crate::ui::button::{Button, Kind, button};
use crate::ui::choice::{Opt, choices, combobox};
use crate::ui::field;
use crate::web::{Flash, Input, Me, Wrong, see_other};

/// GET /admin/mail/boxes/new
pub async fn new(me: Me) -> Result<Markup> {
    let start = NewMailbox {
        strangers: "hold".to_owned(),
        ..NewMailbox::default()
    };
    form(&me, None, &start, &Wrong::default()).await
}

/// POST /admin/mail/boxes/new
pub async fn create(me: Me, Input(typed): Input<NewMailbox>) -> Result<Response> {
    match boxes::add(&me, &me.actor, &typed).await {
        Ok(_) => Ok(see_other(
            "/admin/mail",
            Some(Flash::new(t!(me.lang(), "The mailbox is added"))),
        )),
        Err(error) => {
            let wrong = Wrong::of(me.lang(), error)?;
            Ok((wrong.status(), form(&me, None, &typed, &wrong).await?).into_response())
        }
    }
}

/// GET /admin/mail/boxes/{mailbox}
pub async fn show(me: Me, Path(id): Path<String>) -> Result<Markup> {
    let found = boxes::find(&me.app.db, &id).await?;
    let typed = NewMailbox {
        address: found.address,
        name: found.name,
        service: found.service_id,
        strangers: found.strangers.key().to_owned(),
        version: Some(found.version),
    };
    form(&me, Some(&id), &typed, &Wrong::default()).await
}

/// POST /admin/mail/boxes/{mailbox}
pub async fn save(
    me: Me,
    Path(id): Path<String>,
    Input(typed): Input<NewMailbox>,
) -> Result<Response> {
    match boxes::change(&me, &me.actor, &id, &typed).await {
        Ok(()) => Ok(see_other(
            "/admin/mail",
            Some(Flash::new(t!(me.lang(), "The mailbox is saved"))),
        )),
        Err(error) => {
            let wrong = Wrong::of(me.lang(), error)?;
            Ok((wrong.status(), form(&me, Some(&id), &typed, &wrong).await?).into_response())
        }
    }
}

/// POST /admin/mail/boxes/{mailbox}/archive
pub async fn archive(me: Me, Path(id): Path<String>) -> Result<Response> {
    boxes::archive(&me, &me.actor, &id).await?;
    let said = t!(
        me.lang(),
        "The mailbox is out of use. What came through it stays."
    );
    Ok(see_other("/admin/mail", Some(Flash::new(said))))
}

async fn form(me: &Me, id: Option<&str>, typed: &NewMailbox, wrong: &Wrong) -> Result<Markup> {
    let lang = me.lang();
    let catalog = me.app.catalog().await?;
    let services: Vec<Opt<'_>> = catalog
        .services
        .iter()
        .filter(|s| s.offered())
        .map(|s| Opt {
            value: &s.id,
            label: &s.name,
            chosen: typed.service == s.id || typed.service == s.slug,
            ..Opt::default()
        })
        .collect();
    let rules = Strangers::ALL.map(|rule| {
        let (label, hint) = words::strangers(lang, rule);
        Opt {
            value: rule.key(),
            label,
            hint,
            chosen: typed.strangers == rule.key(),
        }
    });
    let title = if id.is_some() {
        t!(lang, "Mailbox")
    } else {
        t!(lang, "New mailbox")
    };
    let action = id.map_or_else(
        || "/admin/mail/boxes/new".to_owned(),
        |id| format!("/admin/mail/boxes/{id}"),
    );
    let address = hint_field(
        wrong,
        "address",
        t!(lang, "Address"),
        &typed.address,
        t!(
            lang,
            "Your mail server must bring messages to this address and to reply+… beside it here."
        ),
    );
    let name = hint_field(
        wrong,
        "name",
        t!(lang, "Name"),
        &typed.name,
        t!(lang, "What people see as the sender."),
    );
    let service = hint_field(
        wrong,
        "service",
        t!(lang, "A new message becomes"),
        "",
        t!(
            lang,
            "The service that is ordered. What its form asks beyond the message is asked later."
        ),
    );
    let body = html! {
        h1 tabindex="-1" class="admin-h" { (title) }
        (wrong.summary(lang))
        form class="stack measure" method="post" action=(action) {
            (field::email(lang, &address))
            (field::text(lang, &name))
            (combobox(lang, &service, &services, Some(t!(lang, "Choose a service"))))
            (choices(lang, &wrong.field("strangers", t!(lang, "Mail from unknown addresses"), ""), &rules, false))
            @if let Some(version) = typed.version { input type="hidden" name="version" value=(version); }
            div { (button(Button { label: t!(lang, "Save mailbox"), kind: Kind::Primary, ..Button::default() })) }
        }
        @if let Some(id) = id {
            (card(t!(lang, "Take it out of use"), html! {
                p class="muted" { (t!(lang, "Messages to this address are then held. Add the address again to bring it back.")) }
                form method="post" action={ "/admin/mail/boxes/" (id) "/archive" } {
                    (button(Button { label: t!(lang, "Take mailbox out of use"), ..Button::default() }))
                }
            }))
        }
    };
    frame(me, "", title, html! {}, body).await
}

fn hint_field<'a>(
    wrong: &'a Wrong,
    name: &'a str,
    label: &'a str,
    value: &'a str,
    hint: &'a str,
) -> field::Field<'a> {
    field::Field {
        hint,
        ..wrong.field(name, label, value)
    }
}
