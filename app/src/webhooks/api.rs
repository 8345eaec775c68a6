//! Webhooks as JSON.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{Error, Result};
use crate::web::{Input, Me, Query};
use crate::webhooks::chat::Look;
use crate::webhooks::store::{self, Delivery, Webhook};
use crate::webhooks::verbs::{self, Replay, Wanted};

/// An endpoint and how it does.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct WebhookView {
    pub id: String,
    pub name: String,
    pub address: String,
    pub events: Vec<String>,
    /// Ids; empty for all.
    pub services: Vec<String>,
    pub internal: bool,
    /// What it understands: the event as data, or a message of a chat program.
    pub look: Look,
    pub active: bool,
    /// Since when it is paused because it failed for long.
    pub paused_at: Option<String>,
    pub last_success_at: Option<String>,
    /// Attempts of the last 24 hours, and those that failed.
    pub tried: i64,
    pub failed: i64,
    /// Half of the last hundred successes took at most so long.
    pub median_ms: Option<i64>,
    /// Deliveries on their way, and those given up.
    pub waiting: i64,
    pub dead: i64,
    pub version: i64,
    /// The signing secret; only in the answer to what made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

async fn view(me: &Me, hook: Webhook, secret: Option<String>) -> Result<WebhookView> {
    let health = store::health(&me.app.db, &hook.id, me.now).await?;
    Ok(WebhookView {
        id: hook.id,
        name: hook.name,
        address: hook.address,
        events: hook.events,
        services: hook.services,
        internal: hook.internal,
        look: hook.look,
        active: hook.active,
        paused_at: hook.paused_at.map(|at| at.to_string()),
        last_success_at: hook.last_success_at.map(|at| at.to_string()),
        tried: health.tried,
        failed: health.failed,
        median_ms: health.median,
        waiting: health.waiting,
        dead: health.dead,
        version: hook.version,
        secret,
    })
}

/// All endpoints.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Webhooks {
    pub items: Vec<WebhookView>,
}

/// GET /api/v1/webhooks
pub async fn list(me: Me) -> Result<Json<Webhooks>> {
    let mut items = Vec::new();
    for hook in store::all(&me.app.db).await? {
        items.push(view(&me, hook, None).await?);
    }
    Ok(Json(Webhooks { items }))
}

/// POST /api/v1/webhooks
pub async fn create(me: Me, Input(wanted): Input<Wanted>) -> Result<Response> {
    let (hook, secret) = verbs::create(&me, &me.actor, &wanted).await?;
    let view = view(&me, hook, Some(secret)).await?;
    Ok((StatusCode::CREATED, Json(view)).into_response())
}

/// GET /api/v1/webhooks/{webhook}
pub async fn show(me: Me, Path(id): Path<String>) -> Result<Json<WebhookView>> {
    let hook = store::find(&me.app.db, &id).await?;
    Ok(Json(view(&me, hook, None).await?))
}

/// PUT /api/v1/webhooks/{webhook}
pub async fn change(
    me: Me,
    Path(id): Path<String>,
    Input(wanted): Input<Wanted>,
) -> Result<Json<WebhookView>> {
    let hook = verbs::change(&me, &me.actor, &id, &wanted).await?;
    Ok(Json(view(&me, hook, None).await?))
}

/// DELETE /api/v1/webhooks/{webhook}
pub async fn remove(me: Me, Path(id): Path<String>) -> Result<StatusCode> {
    verbs::remove(&me, &me.actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// On or off.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Switch {
    /// Whether it hears what happens; on also ends a pause.
    pub active: bool,
}

/// PUT /api/v1/webhooks/{webhook}/state
pub async fn switch(
    me: Me,
    Path(id): Path<String>,
    Input(input): Input<Switch>,
) -> Result<Json<WebhookView>> {
    let hook = verbs::switch(&me, &me.actor, &id, input.active).await?;
    Ok(Json(view(&me, hook, None).await?))
}

/// POST /api/v1/webhooks/{webhook}/secret
pub async fn rotate(me: Me, Path(id): Path<String>) -> Result<Json<WebhookView>> {
    let (hook, secret) = verbs::rotate(&me, &me.actor, &id).await?;
    Ok(Json(view(&me, hook, Some(secret)).await?))
}

/// Something on its way to an endpoint.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct DeliveryView {
    pub id: String,
    /// The same at every repetition; also in the body and in `MIL-Event-Id`.
    pub event_id: String,
    pub event: String,
    pub request_id: Option<String>,
    /// waiting, done or dead.
    pub state: String,
    pub attempts: i64,
    /// When it is tried next.
    pub next_at: Option<String>,
    pub created_at: String,
    pub body: Value,
    /// Each attempt; only where one delivery is asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tries: Vec<TryView>,
}

/// One attempt.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct TryView {
    pub at: String,
    pub millis: i64,
    pub status: Option<i64>,
    /// forbidden, unknown, connect, tls, late, broken, redirect or status; null when it went well.
    pub problem: Option<String>,
    /// The beginning of the answer.
    pub answer: String,
}

fn delivery(d: Delivery, tries: Vec<TryView>) -> DeliveryView {
    DeliveryView {
        next_at: (d.state == "waiting").then(|| d.not_before.to_string()),
        body: serde_json::from_str(&d.body).unwrap_or_default(),
        id: d.id,
        event_id: d.event_id,
        event: d.verb,
        request_id: d.item_id,
        state: d.state,
        attempts: d.attempts,
        created_at: d.created_at.to_string(),
        tries,
    }
}

/// Which deliveries.
#[derive(Deserialize, JsonSchema, Default)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "DeliveriesAsked")]
pub struct Asked {
    /// waiting, done or dead; all if left out.
    pub state: String,
    /// `next` of the page before.
    pub after: Option<String>,
}

/// Deliveries, newest first.
#[derive(Serialize, JsonSchema)]
pub struct Deliveries {
    /// The newest.
    pub items: Vec<DeliveryView>,
    /// Give it as `after` for the next page; null on the last.
    pub next: Option<String>,
}

/// GET /api/v1/webhooks/{webhook}/deliveries
pub async fn deliveries(
    me: Me,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Json<Deliveries>> {
    let hook = store::find(&me.app.db, &id).await?;
    let after = asked.after.as_deref();
    let (list, next) = store::deliveries(&me.app.db, &hook.id, &asked.state, after).await?;
    let items = list.into_iter().map(|d| delivery(d, Vec::new())).collect();
    Ok(Json(Deliveries { items, next }))
}

/// GET /api/v1/webhooks/{webhook}/deliveries/{delivery}
pub async fn one(
    me: Me,
    Path((id, delivery_id)): Path<(String, String)>,
) -> Result<Json<DeliveryView>> {
    let found = store::delivery_of(&me.app.db, &id, &delivery_id).await?;
    let tries = store::attempts(&me.app.db, &found.id).await?;
    let tries = tries
        .into_iter()
        .map(|a| TryView {
            at: a.at.to_string(),
            millis: a.millis,
            status: a.status,
            problem: a.problem,
            answer: a.answer,
        })
        .collect();
    Ok(Json(delivery(found, tries)))
}

/// POST /api/v1/webhooks/{webhook}/test
pub async fn test(me: Me, Path(id): Path<String>) -> Result<Response> {
    let made = verbs::test(&me, &me.actor, &id).await?;
    Ok((StatusCode::CREATED, Json(delivery(made, Vec::new()))).into_response())
}

/// What to send again: give one of the three.
#[derive(Deserialize, JsonSchema, Default)]
#[serde(deny_unknown_fields, default)]
pub struct ReplayInput {
    /// Id of one delivery.
    pub delivery: Option<String>,
    /// Everything that was given up.
    pub dead: bool,
    /// Everything since then, delivered or not.
    pub since: Option<String>,
}

impl ReplayInput {
    /// As the verb takes it.
    ///
    /// # Errors
    /// When none of the three, or more than one, is given.
    pub fn read(self) -> Result<Replay> {
        match (self.delivery, self.dead, self.since) {
            (Some(id), false, None) => Ok(Replay::One(id)),
            (None, true, None) => Ok(Replay::Dead),
            (None, false, Some(at)) => at
                .parse::<Timestamp>()
                .map(Replay::Since)
                .map_err(|_| Error::field("since", "Give a day and a time.")),
            _ => Err(Error::field(
                "",
                "Say what to send again: one delivery, all that were given up, or all since a time.",
            )),
        }
    }
}

/// How many go out again.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Replayed {
    pub count: u64,
}

/// POST /api/v1/webhooks/{webhook}/replays
pub async fn replay(
    me: Me,
    Path(id): Path<String>,
    Input(input): Input<ReplayInput>,
) -> Result<Json<Replayed>> {
    let count = verbs::replay(&me, &me.actor, &id, &input.read()?).await?;
    Ok(Json(Replayed { count }))
}
