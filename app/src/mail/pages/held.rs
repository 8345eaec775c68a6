//! Messages that came in; and what to do with one that is held.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use crate::error::{Error, Result};
use crate::i18n::{Lang, fmt, t};
use crate::mail::pages::{frame, original};
use crate::mail::post::{self, Asked, Incoming, Release};
use crate::mail::words;
use crate::ui::block::{card, empty, pill, props};
use crate::ui::button::{Button, Kind, button};
use crate::ui::field;
use crate::ui::table::{Chip, Col, Group, Row, Table, filter_bar, row, table};
use crate::web::{Flash, Input, Me, Query, Wrong, see_other};
use crate::work::store;

/// The states in which there is something to do.
fn is_open(state: &str) -> bool {
    matches!(state, "held" | "aside" | "refused" | "discarded")
}

/// GET /admin/mail/in
pub async fn list(me: Me, Query(asked): Query<Asked>) -> Result<Markup> {
    let lang = me.lang();
    let (found, next) = post::list(&me, &me.actor, &asked).await?;
    let states: Vec<(&str, &str, bool)> = [
        "held",
        "taken",
        "aside",
        "refused",
        "repeat",
        "discarded",
        "new",
    ]
    .iter()
    .map(|s| (*s, words::state(lang, s).1, asked.state() == *s))
    .chain([("all", t!(lang, "All"), asked.state() == "all")])
    .collect();
    let chosen = states.iter().find(|s| s.2).map_or("", |s| s.1);
    let chips = [Chip {
        name: "state",
        label: t!(lang, "State"),
        icon: "msg",
        chosen,
        options: &states,
        many: false,
    }];
    let cols = [
        t!(lang, "Message"),
        t!(lang, "State"),
        t!(lang, "Why"),
        t!(lang, "Came"),
    ]
    .map(|label| Col {
        label,
        ..Col::default()
    });
    let rows = html! { @for one in &found { (line(&me, one)) } };
    let body = html! {
        h1 tabindex="-1" class="vh" { (t!(lang, "Came in")) }
        (filter_bar(lang, "/admin/mail/in", &[], &chips, html! {}))
        @if found.is_empty() {
            (empty("check", t!(lang, "Nothing here"), t!(lang, "No message is in this state."), html! {}))
        } @else {
            (table(lang, &Table { id: "mail", caption: t!(lang, "Messages"), cols: &cols, ticks: false }, &[Group { rows, ..Group::default() }]))
        }
        @if let Some(next) = next {
            nav class="pager" aria-label=(t!(lang, "Pages")) {
                a class="btn btn-s btn-line" rel="next" href={ "/admin/mail/in?state=" (asked.state()) "&after=" (next) } { (t!(lang, "Next")) }
            }
        }
    };
    frame(&me, "/admin/mail/in", t!(lang, "Came in"), html! {}, body).await
}

fn subject(lang: Lang, one: &Incoming) -> &str {
    one.subject
        .as_deref()
        .filter(|s| !s.trim().is_empty())
        .unwrap_or(t!(lang, "(no subject)"))
}

fn line(me: &Me, one: &Incoming) -> Markup {
    let lang = me.lang();
    let (tone, state) = words::state(lang, &one.state);
    row(
        lang,
        &Row {
            id: &one.id,
            number: one.sender.as_deref().unwrap_or("–"),
            title: subject(lang, one),
            href: &format!("/admin/mail/in/{}", one.id),
            ..Row::default()
        },
        html! {
            td { (pill(tone, "", state)) }
            td { (words::reason(lang, one.reason.as_deref().unwrap_or_default())) }
            td { (fmt::when(lang, one.at, me.now, &me.prefs.zone)) }
        },
    )
}

/// GET /admin/mail/in/{mail}
pub async fn show(me: Me, Path(id): Path<String>) -> Result<Markup> {
    page(&me, &id, &Release::default(), &Wrong::default()).await
}

async fn page(me: &Me, id: &str, typed: &Release, wrong: &Wrong) -> Result<Markup> {
    let lang = me.lang();
    let one = post::find(me, &me.actor, id).await?;
    let (tone, state) = words::state(lang, &one.state);
    let item = match &one.request_id {
        Some(item) => store::find(&me.app.db, &me.actor, item).await.ok(),
        None => None,
    };
    let from = match (&one.sender_name, &one.sender) {
        (Some(name), Some(address)) if !name.is_empty() => format!("{name} <{address}>"),
        (_, Some(address)) => address.clone(),
        _ => "–".to_owned(),
    };
    let mut facts = vec![
        (t!(lang, "From"), html! { (from) }),
        (
            t!(lang, "Came"),
            html! { (fmt::when(lang, one.at, me.now, &me.prefs.zone)) },
        ),
        (
            t!(lang, "Size"),
            html! { (fmt::bytes(lang, u64::try_from(one.size).unwrap_or(0))) },
        ),
    ];
    if let Some(item) = &item {
        facts.push((
            t!(lang, "Request"),
            html! { a href={ "/work/" (item.number) } { (item.number) " " (item.title) } },
        ));
    }
    let body = html! {
        h1 tabindex="-1" class="admin-h" { (subject(lang, &one)) }
        p class="row" {
            (pill(tone, "", state))
            span { (words::reason(lang, one.reason.as_deref().unwrap_or_default())) }
        }
        @if let Some(detail) = &one.detail { p class="muted small" { (detail) } }
        (wrong.summary(lang))
        (props(&facts))
        @if is_open(&one.state) { (card(t!(lang, "What to do with it"), deeds(lang, id, typed, wrong))) }
        (original::body(me, &one).await?)
    };
    frame(me, "", t!(lang, "Message"), html! {}, body).await
}

fn deeds(lang: Lang, id: &str, typed: &Release, wrong: &Wrong) -> Markup {
    let to = format!("/admin/mail/in/{id}");
    let one = |label: &str, value: &str, kind: Kind| {
        button(Button {
            label,
            kind,
            name: "action",
            value,
            ..Button::default()
        })
    };
    let number = field::Field {
        hint: t!(lang, "Its sender must take part in the request."),
        ..wrong.field("number", t!(lang, "Number of the request"), &typed.number)
    };
    html! {
        form class="row" method="post" action=(to) {
            (one(t!(lang, "Make it a request"), "new", Kind::Primary))
            (one(t!(lang, "Try again by the rules"), "again", Kind::Plain))
            (one(t!(lang, "Throw it away"), "discard", Kind::Quiet))
        }
        form class="stack measure mt-3" method="post" action=(to) {
            (field::text(lang, &number))
            div { (one(t!(lang, "Add it to this request"), "into", Kind::Plain)) }
        }
    }
}

/// POST /admin/mail/in/{mail}
pub async fn act(me: Me, Path(id): Path<String>, Input(typed): Input<Release>) -> Result<Response> {
    let lang = me.lang();
    if typed.action == "discard" {
        post::discard(&me, &me.actor, &id).await?;
        let said = t!(lang, "The message is thrown away");
        return Ok(see_other("/admin/mail/in", Some(Flash::new(said))));
    }
    match post::release(&me, &me.actor, &id, &typed).await {
        Ok(end) if end.state == "taken" => Ok(see_other(
            "/admin/mail/in",
            Some(Flash::new(t!(lang, "The message is taken"))),
        )),
        Ok(_) => Ok(see_other(
            &format!("/admin/mail/in/{id}"),
            Some(Flash::new(t!(lang, "By the rules it stays where it is"))),
        )),
        Err(error @ Error::Invalid(_)) => {
            let wrong = Wrong::of(lang, error)?;
            Ok((wrong.status(), page(&me, &id, &typed, &wrong).await?).into_response())
        }
        Err(error) => Err(error),
    }
}
