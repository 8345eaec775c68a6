//! Answers beside a form: what is known, what can be taken, what is being worked
//! on already. It is on the page from the start, and follows what is written.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use mil_process::form::{FormDef, Kind as FieldKind};
use serde::Deserialize;

use super::verbs::{self, Solve};
use crate::error::Result;
use crate::i18n::t;
use crate::queue::filter::State;
use crate::search::{self, Found, Hit, Kind, Wish, snippet};
use crate::ui::block::rail_block;
use crate::ui::button::{Button, Size, button};
use crate::ui::icon::icon;
use crate::web::{Flash, Input, Me, see_other};

/// The most answers of a kind beside a form.
const EACH: usize = 3;
/// Letters of a form that count.
const LETTERS: usize = 400;

/// The words of a form that say what is wanted: what was typed freely, in the
/// order of the form.
pub fn typed(form: &FormDef, answer: &dyn Fn(&str) -> Option<String>) -> String {
    let free = form
        .fields
        .iter()
        .filter(|f| {
            matches!(
                f.kind,
                FieldKind::Text { pattern: None, .. } | FieldKind::LongText { .. }
            )
        })
        .map(|f| f.key.as_str());
    let mut out = answer("_title").unwrap_or_default();
    for key in free {
        out.push(' ');
        out.push_str(&answer(key).unwrap_or_default());
    }
    out.trim().chars().take(LETTERS).collect()
}

/// Answers to some words: no services, and only requests that are open.
pub async fn find(me: &Me, q: &str) -> Result<Found> {
    let wish = Wish {
        q: q.to_owned(),
        each: EACH,
        texts: true,
        ..Wish::default()
    };
    let mut found = search::find(me, &wish).await?;
    let open = search::find(
        me,
        &Wish {
            kind: Some(Kind::Request),
            state: Some(State::Open),
            texts: false,
            ..wish
        },
    )
    .await?;
    found
        .hits
        .retain(|hit| !matches!(hit.kind, Kind::Service | Kind::Request));
    found.hits.extend(open.hits);
    Ok(found)
}

/// The block beside the form of a service.
pub async fn beside(me: &Me, service: &crate::catalog::Service, typed: &str) -> Result<Markup> {
    let q = if typed.is_empty() {
        service.name.as_str()
    } else {
        typed
    };
    let list = list(me, q, Some((&service.id, &service.slug))).await?;
    Ok(html! {
        section id="answers" class="answers" hx-post="/self-help/offer" hx-include="#order" hx-trigger="input delay:600ms from:#order"
            hx-vals={ "{\"_service\":\"" (service.slug) "\"}" } hx-target="#answers-list" hx-swap="innerHTML" hx-encoding="application/x-www-form-urlencoded" hx-disinherit="*" {
            (rail_block(t!(me.lang(), "Before you order"), "", html! { div id="answers-list" hx-boost="true" { (list) } }))
        }
    })
}

/// Answers to some words, as a list; remembers that they were shown.
pub async fn list(me: &Me, q: &str, service: Option<(&str, &str)>) -> Result<Markup> {
    let lang = me.lang();
    let found = find(me, q).await?;
    let (service_id, slug) = service.unwrap_or_default();
    verbs::offered(me, service_id, &found.hits).await?;
    let said = verbs::today(me).await?;
    if found.hits.is_empty() {
        return Ok(
            html! { p class="muted small" { (t!(lang, "Nothing fits yet. Answers appear here while you write.")) } },
        );
    }
    Ok(html! {
        ul class="found-list answers-list" { @for hit in &found.hits { (one(me, hit, &found.forms, slug, &said)) } }
    })
}

fn one(
    me: &Me,
    hit: &Hit,
    forms: &[String],
    slug: &str,
    said: &[(String, String, String)],
) -> Markup {
    let lang = me.lang();
    let mine = said
        .iter()
        .find(|(kind, id, _)| kind == hit.kind.key() && *id == hit.id);
    html! {
        li {
            span class="found-i" { (icon(hit.kind.icon())) }
            div class="grow" {
                a class="strong" href=(hit.href) { (snippet::mark(&hit.title, forms)) }
                @if hit.kind == Kind::Request { span class="muted small" { " " (t!(lang, "is being worked on")) } }
                @if !hit.text.is_empty() { p class="muted small found-text" { (snippet::snippet(&hit.text, forms)) } }
                @match mine {
                    Some((_, _, id)) => form class="row mt-2" method="post" action={ "/self-help/solved/" (id) "/undo" } {
                        span class="small" { (t!(lang, "You said that this solved it.")) }
                        input type="hidden" name="service" value=(slug);
                        button class="btn btn-s btn-quiet" { (t!(lang, "Take it back")) span class="vh" { ": " (hit.title) } }
                    },
                    None => form class="mt-2" method="post" action="/self-help/solved" {
                        input type="hidden" name="kind" value=(hit.kind.key());
                        input type="hidden" name="id" value=(hit.id);
                        input type="hidden" name="service" value=(slug);
                        (button(Button { label: t!(lang, "This solved it"), icon: "check", size: Size::Small, ..Button::default() }))
                    },
                }
            }
        }
    }
}

/// POST /self-help/offer: the list for what stands in a form now.
pub async fn offer(me: Me, Input(pairs): Input<Vec<(String, String)>>) -> Result<Markup> {
    let value = |key: &str| {
        pairs
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value.clone())
    };
    let catalog = me.app.catalog().await?;
    let service = catalog.orderable(&me.actor, &value("_service").unwrap_or_default())?;
    let q = typed(&service.form, &value);
    let q = if q.is_empty() {
        service.name.clone()
    } else {
        q
    };
    list(&me, &q, Some((&service.id, &service.slug))).await
}

/// The form of a button.
#[derive(Debug, Deserialize)]
pub struct Said {
    kind: Kind,
    id: String,
    #[serde(default)]
    service: String,
}

/// POST /self-help/solved
pub async fn solved(me: Me, Input(said): Input<Said>) -> Result<Response> {
    let solve = Solve {
        kind: said.kind,
        id: said.id,
        service: Some(said.service.clone()).filter(|s| !s.is_empty()),
    };
    verbs::solved(&me, &solve).await?;
    let text = t!(
        me.lang(),
        "Good. You need not order anything, and it helps us to see what works."
    );
    Ok(see_other(&back(&said.service), Some(Flash::new(text))))
}

fn back(slug: &str) -> String {
    if slug.is_empty() {
        "/ask".to_owned()
    } else {
        format!("/catalog/{slug}")
    }
}

/// Where to go back to.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct From {
    service: String,
}

/// POST /self-help/solved/{solve}/undo
pub async fn undo(me: Me, Path(id): Path<String>, Input(from): Input<From>) -> Result<Response> {
    verbs::undo(&me, &me.actor, &id).await?;
    let said = Flash::new(t!(me.lang(), "Taken back."));
    Ok(see_other(&back(&from.service), Some(said)).into_response())
}
