//! What a posted request form does: order, go into the cart, be kept.

use axum::Json;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use mil_process::form;
use serde_json::json;

use crate::actor::Actor;
use crate::catalog::{Catalog, Service};
use crate::error::{Error, Result};
use crate::files::{self, Sent};
use crate::i18n::t;
use crate::portal::answers::{Answers, prepare};
use crate::portal::cart;
use crate::portal::draft::{self, FormDraft};
use crate::portal::service::{Shown, render};
use crate::portal::whom;
use crate::web::{Flash, Me, see_other};
use crate::work::order::{self, Line};

/// POST /catalog/{service}
pub async fn send(me: Me, Path(slug): Path<String>, mut sent: Sent) -> Result<Response> {
    let catalog = me.app.catalog().await?;
    let whom = whom::find(&me, sent.take("_for").as_deref()).await?;
    let service = whom::service(&me, &catalog, whom.as_ref(), &slug)?;
    let what = sent.take("_do").unwrap_or_default();
    let key = sent
        .take("_key")
        .filter(|key| key.len() <= 64)
        .unwrap_or_default();
    let line = sent.take("_line").filter(|l| !l.is_empty());
    let remove = sent.take("_remove");
    let mut answers = read(&me, service, sent).await?;
    if let Some(gone) = remove {
        let place = (line.as_deref(), whom.as_ref());
        return remove_file(&me, &catalog, service, answers, place, &gone).await;
    }
    let mut wrong = answers.check(&me, &service.form);
    if wrong.is_empty() {
        let done = match (what.as_str(), &line) {
            ("line", Some(line)) => cart::change(&me, line, service, &answers).await,
            ("cart", _) if whom.is_none() => cart::add(&me, service, &answers).await,
            _ => order_now(&me, service, &answers, whom.as_ref(), &key).await,
        };
        match done {
            Err(Error::Invalid(errors)) => wrong = errors,
            other => return other,
        }
    }
    answers.wrong.clear();
    let shown = Shown {
        answers,
        wrong: &wrong,
        line: line.as_deref(),
        whom: whom.as_ref(),
        key,
        ..Shown::default()
    };
    render(&me, &catalog, service, shown).await
}

/// The answers of a posted form; its files have been taken already.
async fn read(me: &Me, service: &Service, mut sent: Sent) -> Result<Answers> {
    let title = sent.take("_title").unwrap_or_default();
    let mut answers = prepare(me, &service.form, title, sent.fields).await?;
    answers.wrong.splice(0..0, sent.wrong);
    Ok(answers)
}

async fn order_now(
    me: &Me,
    service: &Service,
    answers: &Answers,
    whom: Option<&Actor>,
    key: &str,
) -> Result<Response> {
    let line = Line {
        service: service.id.clone(),
        title: Some(answers.title.clone()),
        raw: answers.raw.clone(),
        priority: None,
    };
    let requester = whom.map(|person| person.id.as_str());
    let placed = if key.is_empty() {
        order::place(me, &me.actor, requester, vec![line]).await?
    } else {
        order::place_form(me, &me.actor, requester, line, key).await?
    };
    if let (Some(_), [item]) = (whom, placed.items.as_slice()) {
        return Ok(see_other(&format!("/work/{}", item.number), None));
    }
    draft::keep(me, &draft::of_service(&service.id), "").await?;
    Ok(see_other(&format!("/orders/{}", placed.number), None))
}

async fn remove_file(
    me: &Me,
    catalog: &Catalog,
    service: &Service,
    mut answers: Answers,
    (line, whom): (Option<&str>, Option<&Actor>),
    gone: &str,
) -> Result<Response> {
    if let Some((field, id)) = gone.split_once(':') {
        if let Some(values) = answers.raw.get_mut(field) {
            values.retain(|value| value.split(':').next() != Some(id));
        }
        let mut tx = me.app.db.begin().await?;
        match files::store::remove_loose(&mut tx, &me.actor, me.now, id).await {
            Ok(()) => tx.commit().await?,
            Err(Error::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    if line.is_none() && whom.is_none() {
        draft::keep_form(me, &service.id, &kept(&answers)).await?;
    }
    let shown = Shown {
        answers,
        line,
        whom,
        ..Shown::default()
    };
    render(me, catalog, service, shown).await
}

fn kept(answers: &Answers) -> FormDraft {
    FormDraft {
        title: answers.title.clone(),
        raw: answers.raw.clone(),
    }
}

/// Whether a browser goes to the answer as a page; a script only wants to know
/// that it worked.
pub fn wants_page(headers: &HeaderMap) -> bool {
    let accepts = headers.get(header::ACCEPT).and_then(|v| v.to_str().ok());
    headers.contains_key("hx-request") || accepts.is_some_and(|a| a.contains("text/html"))
}

/// POST /catalog/{service}/draft
pub async fn save_draft(
    me: Me,
    Path(slug): Path<String>,
    headers: HeaderMap,
    mut sent: Sent,
) -> Result<Response> {
    let catalog = me.app.catalog().await?;
    let service = catalog.orderable(&me.actor, &slug)?;
    for field in ["_do", "_line", "_remove", "_for", "_key"] {
        sent.take(field);
    }
    let answers = read(&me, service, sent).await?;
    let mut draft = kept(&answers);
    draft.raw.retain(|key, _| service.form.field(key).is_some());
    draft::keep_form(&me, &service.id, &draft).await?;
    if !wants_page(&headers) {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let flash = Flash::new(t!(me.lang(), "Your draft is saved."));
    Ok(see_other(
        &format!("/catalog/{}", service.slug),
        Some(flash),
    ))
}

/// POST /catalog/{service}/draft/discard
pub async fn discard_draft(me: Me, Path(slug): Path<String>) -> Result<Response> {
    let catalog = me.app.catalog().await?;
    let service = catalog.orderable(&me.actor, &slug)?;
    draft::keep(&me, &draft::of_service(&service.id), "").await?;
    let flash = Flash::new(t!(me.lang(), "The draft is discarded."));
    Ok(see_other(
        &format!("/catalog/{}", service.slug),
        Some(flash),
    ))
}

/// POST /catalog/{service}/check/{field}: the rule for one field, as the server
/// will apply it. Answers `{"error": …}`, null when it is fine or hidden.
pub async fn check(
    me: Me,
    Path((slug, key)): Path<(String, String)>,
    mut sent: Sent,
) -> Result<Response> {
    let catalog = me.app.catalog().await?;
    let service = catalog.orderable(&me.actor, &slug)?;
    for field in ["_do", "_line", "_remove", "_for"] {
        sent.take(field);
    }
    let answers = read(&me, service, sent).await?;
    let shown = form::visible(&service.form, &answers.raw);
    let known = key == "_title" || shown.contains(&key);
    let wrong = answers
        .check(&me, &service.form)
        .into_iter()
        .find(|e| known && e.field == key);
    let error = wrong.map(|e| me.lang().text(&e.msg.text, &e.msg.args));
    Ok(Json(json!({ "error": error })).into_response())
}
