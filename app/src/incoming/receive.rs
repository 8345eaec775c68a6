//! Taking what another program sends. The address is a secret, so an address that
//! never was, one that is switched off and one that was changed look the same.
//! What is refused is kept with its reason, and can be tried again once the
//! mapping is mended; the same thing sent twice is ordered once.

use std::collections::BTreeMap;

use axum::Json;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use mil_process::form::Kind;
use serde::Serialize;
use serde_json::Value;

use crate::actor::{Actor, Via};
use crate::error::{Error, Msg, Result};
use crate::incoming::map::{self, Mapping};
use crate::incoming::store::{self, Hook, Noted, State, Wrong};
use crate::people::{self, auth};
use crate::random::{hash_secret, new_id};
use crate::web::Ctx;
use crate::work::order::{self, Line};

/// The most bytes of one call.
pub const MAX_BODY: usize = 256 * 1024;
/// Wrong addresses from one network address within a quarter of an hour.
const WRONG: usize = 40;
/// The minutes in which [`crate::people::limiter`] counts.
const WINDOW_MINUTES: usize = 15;

/// What a program is told.
#[derive(Debug, Serialize)]
pub struct Taken {
    /// Of the request.
    number: i64,
    /// Its page.
    url: String,
    /// Whether the same came before.
    repeated: bool,
}

/// POST /hooks/{hook_secret}
pub async fn receive(
    ctx: Ctx,
    Path(secret): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response> {
    let from = format!("hook from {}", ctx.ip.as_deref().unwrap_or_default());
    ctx.app.attempts.count(&from, WRONG, ctx.now)?;
    let hook = store::by_secret(&ctx.app.db, &secret).await?;
    ctx.app.attempts.forgive(&from);
    let most = usize::try_from(hook.per_minute).unwrap_or(1) * WINDOW_MINUTES;
    let key = format!("hook {}", hook.id);
    ctx.app.attempts.count(&key, most, ctx.now)?;
    let id = new_id(ctx.now);
    let find = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    if !map::proven(hook.proof, &hook.header, &hook.secret, ctx.now, &body, find) {
        refuse(&ctx, &hook, &id, "signature", "", Vec::new()).await?;
        return Err(Error::Forbidden(Msg::new(
            "The signature does not fit. Sign the body with the secret of this address.",
        )));
    }
    if body.len() > MAX_BODY {
        refuse(&ctx, &hook, &id, "body", "", Vec::new()).await?;
        let msg = Msg::new("Send at most {n} kB.").with("n", MAX_BODY / 1024);
        return Err(Error::TooLarge(msg));
    }
    let form = find(header::CONTENT_TYPE.as_str())
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    let Some(value) = read(&body, form) else {
        refuse(
            &ctx,
            &hook,
            &id,
            "body",
            &String::from_utf8_lossy(&body),
            Vec::new(),
        )
        .await?;
        return Err(Error::Malformed(Msg::new(
            "Send JSON, or the fields of a form.",
        )));
    };
    let text = value.to_string();
    let (number, repeated) = take(&ctx, &hook, &id, &value, &text).await?;
    let taken = Taken {
        number,
        url: format!("{}/requests/{number}", ctx.app.config.public_url),
        repeated,
    };
    let status = match repeated {
        true => StatusCode::OK,
        false => StatusCode::CREATED,
    };
    Ok((status, Json(taken)).into_response())
}

fn read(body: &[u8], form: bool) -> Option<Value> {
    if !form {
        return serde_json::from_slice(body).ok();
    }
    let pairs: Vec<(String, String)> = serde_html_form::from_bytes(body).ok()?;
    let map = pairs.into_iter().map(|(k, v)| (k, Value::String(v)));
    Some(Value::Object(map.collect()))
}

async fn refuse(
    ctx: &Ctx,
    hook: &Hook,
    id: &str,
    reason: &'static str,
    body: &str,
    errors: Vec<Wrong>,
) -> Result<()> {
    let mut tx = ctx.app.db.begin().await?;
    let noted = Noted {
        reason: Some(reason),
        errors,
        ip: ctx.ip.as_deref(),
        body,
        ..Noted::default()
    };
    store::keep(&mut tx, ctx.now, &hook.id, id, &noted).await?;
    tx.commit().await?;
    Ok(())
}

/// Order what a call says; the call is kept as `id`. Returns the request's number,
/// and whether the same was ordered before.
///
/// # Errors
/// What the mapping or the service lacks; the call is kept with it.
pub async fn take(
    ctx: &Ctx,
    hook: &Hook,
    id: &str,
    value: &Value,
    text: &str,
) -> Result<(i64, bool)> {
    let filled = hook.mapping.fill(value);
    let made = make(ctx, hook, id, &filled, text).await;
    let (reason, errors) = match &made {
        Ok(_) => return made,
        Err(Error::Invalid(wrong)) => ("mapping", wrong.iter().map(Wrong::from).collect()),
        Err(Error::NotFound | Error::Forbidden(_)) => ("service", Vec::new()),
        Err(_) => return made,
    };
    refuse(ctx, hook, id, reason, text, errors).await?;
    if reason == "service" {
        return Err(Error::Conflict(Msg::new(
            "The service of this address cannot be ordered for this person now. Whoever runs MIL sees this call and can try it again.",
        )));
    }
    made
}

async fn make(
    ctx: &Ctx,
    hook: &Hook,
    id: &str,
    filled: &Mapping,
    text: &str,
) -> Result<(i64, bool)> {
    let orderer = orderer(ctx, hook, &filled.requester).await?;
    let catalog = ctx.app.catalog().await?;
    let raw: BTreeMap<String, Vec<String>> = filled
        .fields
        .iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(key, text)| (key.clone(), answers(&catalog, hook, key, text)))
        .collect();
    let line = Line {
        service: hook.service_id.clone(),
        title: Some(filled.title.chars().take(order::MAX_TITLE).collect()),
        raw,
        priority: Some(filled.urgency()),
    };
    let checked = order::check_all(&catalog, &orderer, ctx.today(), vec![line])?;
    let once = (!filled.once.is_empty())
        .then(|| format!("incoming:{}:{}", hook.id, hash_secret(&filled.once)));
    // Programs may say how urgent it is, as agents may.
    let actor = Actor {
        name: hook.name.clone(),
        ..Actor::system()
    };
    let mut tx = ctx.app.db.begin().await?;
    let key = once.as_deref();
    let placed = order::write(&mut tx, ctx, &catalog, &actor, &orderer, checked, key).await?;
    let item = placed.items.first().ok_or(Error::NotFound)?;
    let state = match placed.before {
        true => State::Repeated,
        false => State::Made,
    };
    let noted = Noted {
        state: Some(state),
        item_id: Some(&item.id),
        ip: ctx.ip.as_deref(),
        body: text,
        ..Noted::default()
    };
    store::keep(&mut tx, ctx.now, &hook.id, id, &noted).await?;
    tx.commit().await?;
    Ok((item.number, placed.before))
}

/// Lines are several answers where the field takes several, else one text.
fn answers(catalog: &crate::catalog::Catalog, hook: &Hook, key: &str, text: &str) -> Vec<String> {
    let service = catalog.service(&hook.service_id);
    let many = service
        .and_then(|s| {
            s.form
                .field(key)
                .map(|f| matches!(f.kind, Kind::Multi { .. }))
        })
        .unwrap_or(false);
    match many {
        true => text.lines().map(str::to_owned).collect(),
        false => vec![text.to_owned()],
    }
}

/// Whom the order is for: who is named, if known here, else who the address says.
async fn orderer(ctx: &Ctx, hook: &Hook, email: &str) -> Result<Actor> {
    let named = people::store::find_by_email(&ctx.app.db, email).await?;
    let named = named.filter(|person| !person.disabled);
    let id = named.map_or_else(|| hook.requester_id.clone(), |person| person.id);
    auth::by_person(&ctx.app, &id, Via::Api)
        .await?
        .ok_or_else(|| Error::Forbidden(Msg::new("This person is not here.")))
}
