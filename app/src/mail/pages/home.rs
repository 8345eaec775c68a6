//! The overview of mail, and the test of the mail server.

use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;

use crate::error::{Error, Result};
use crate::i18n::{t, tn};
use crate::mail::boxes;
use crate::mail::pages::frame;
use crate::mail::send::Carrier;
use crate::mail::{sent, test_message, words};
use crate::ui::block::{Tone, card, empty, notice};
use crate::ui::button::{Button, Kind, button, link_button};
use crate::ui::field;
use crate::ui::table::{Col, Group, Row, Table, row, table};
use crate::web::{Flash, Input, Me, Wrong, see_other};

/// GET /admin/mail
pub async fn page(me: Me) -> Result<Markup> {
    show(&me, "", &Wrong::default()).await
}

async fn show(me: &Me, typed: &str, wrong: &Wrong) -> Result<Markup> {
    let lang = me.lang();
    let catalog = me.app.catalog().await?;
    let boxes = boxes::all(&me.app.db).await?;
    let held = sent::count(me, "mail_in", "held").await?;
    let dead = sent::count(me, "mail_out", "dead").await?;
    let waiting = sent::count(me, "mail_out", "waiting").await?;
    let mail = &me.app.config.mail;
    let add = link_button(
        "/admin/mail/boxes/new",
        Button {
            label: t!(lang, "Add mailbox"),
            kind: Kind::Primary,
            icon: "plus",
            ..Button::default()
        },
    );
    let cols = [
        t!(lang, "Mailbox"),
        t!(lang, "Becomes"),
        t!(lang, "Unknown senders"),
    ]
    .map(|label| Col {
        label,
        ..Col::default()
    });
    let rows = html! {
        @for one in &boxes {
            (row(lang, &Row {
                id: &one.id, number: &one.address, title: &one.name,
                href: &format!("/admin/mail/boxes/{}", one.id), ..Row::default()
            }, html! {
                td { (catalog.service(&one.service_id).map_or("–", |s| s.name.as_str())) }
                td { (words::strangers(lang, one.strangers).0) }
            }))
        }
    };
    let ways: Vec<&str> = [
        (!mail.imap.is_empty(), t!(lang, "by IMAP")),
        (mail.lmtp.is_some(), t!(lang, "by LMTP")),
        (mail.smtp.is_some(), t!(lang, "by SMTP")),
    ]
    .into_iter()
    .filter_map(|(on, name)| on.then_some(name))
    .chain([t!(lang, "by the command “mil mail deliver”")])
    .collect();
    let test = wrong.field("to", t!(lang, "Send a message to"), typed);
    let body = html! {
        (wrong.summary(lang))
        @if held > 0 {
            (notice(Tone::Warn, "msg", &tn!(lang, held, "{n} message waits for you.", "{n} messages wait for you."),
                html! { a href="/admin/mail/in" { (t!(lang, "Look at what is held")) } }))
        }
        @if dead > 0 {
            (notice(Tone::Bad, "alert", &tn!(lang, dead, "{n} message could not be sent.", "{n} messages could not be sent."),
                html! { a href="/admin/mail/out?state=dead" { (t!(lang, "See why")) } }))
        }
        @if boxes.is_empty() {
            (empty("msg", t!(lang, "No mailbox yet"), t!(lang, "A mailbox turns messages into requests, and lets MIL write to people. Add the address that people write to."), html! {}))
        } @else {
            (table(lang, &Table { id: "boxes", caption: t!(lang, "Mailboxes"), cols: &cols, ticks: false }, &[Group { rows, ..Group::default() }]))
        }
        (card(t!(lang, "How mail comes in"), html! {
            p { (ways.join(", ")) "." }
            p class="muted" { (t!(lang, "The ways are set when the program is started: see the guide to deploying.")) }
            @if mail.trusted.is_empty() {
                p class="muted" { (t!(lang, "No server is trusted to say who sent a message, so members of the team can answer only at the signed address of a message they got.")) }
            } @else {
                p class="muted" { (t!(lang, "Trusted to say who sent a message: {names}.", names = mail.trusted.join(", "))) }
            }
        }))
        (card(t!(lang, "How mail goes out"), html! {
            @if mail.smtp_url.is_none() {
                p { (t!(lang, "No mail server is set, so nothing is sent. Start the program with --smtp-url.")) }
            } @else {
                p { (t!(lang, "A mail server is set.")) }
            }
            @if waiting > 0 { p class="muted" { (tn!(lang, waiting, "{n} message waits to be sent.", "{n} messages wait to be sent.")) } }
            form class="stack measure mt-3" method="post" action="/admin/mail/test" {
                (field::email(lang, &test))
                div { (button(Button { label: t!(lang, "Send test message"), ..Button::default() })) }
            }
        }))
    };
    frame(me, "/admin/mail", t!(lang, "Mail"), add, body).await
}

/// Where a test goes.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct Test {
    to: String,
}

/// POST /admin/mail/test
pub async fn test(me: Me, Input(test): Input<Test>) -> Result<Response> {
    let lang = me.lang();
    match try_it(&me, &test.to).await {
        Ok(()) => Ok(see_other(
            "/admin/mail",
            Some(Flash::new(t!(
                lang,
                "The mail server took the message. Look into that mailbox."
            ))),
        )),
        Err(error) => {
            let wrong = Wrong::of(lang, error)?;
            Ok((wrong.status(), show(&me, &test.to, &wrong).await?).into_response())
        }
    }
}

/// Send a test message now, and hear what the server says.
///
/// # Errors
/// On `to`, with the server's words.
pub async fn try_it(me: &Me, to: &str) -> Result<()> {
    let Some(address) = mil_mail::read::address(to) else {
        return Err(Error::field("to", "Write a whole address."));
    };
    let Some(carrier) = Carrier::from_config(&me.app.config.mail)? else {
        return Err(Error::field(
            "to",
            "No mail server is set. Start the program with --smtp-url.",
        ));
    };
    let Some(message) = test_message::make(me, &address).await? else {
        return Err(Error::field("to", "Add a mailbox first: it is the sender."));
    };
    carrier.send(message).await.map_err(|refusal| {
        Error::field(
            "to",
            crate::error::Msg::new("The mail server did not take it: {why}.")
                .with("why", refusal.why.trim_end_matches('.')),
        )
    })
}
