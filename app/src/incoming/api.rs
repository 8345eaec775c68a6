//! Addresses and calls as JSON.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;

use crate::error::Result;
use crate::incoming::map::{Mapping, Proof};
use crate::incoming::store::{self, Call, Hook, State, Wrong};
use crate::incoming::verbs::{self, Fresh, Wanted};
use crate::web::{Input, Me};

/// An address.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct HookView {
    pub id: String,
    pub name: String,
    /// Id of the service that is ordered.
    pub service_id: String,
    /// Id of the person for whom it is, unless the mapping says.
    pub requester_id: String,
    pub mapping: Mapping,
    pub proof: Proof,
    pub header: String,
    pub per_minute: i64,
    pub active: bool,
    pub version: i64,
}

impl From<Hook> for HookView {
    fn from(h: Hook) -> HookView {
        HookView {
            id: h.id,
            name: h.name,
            service_id: h.service_id,
            requester_id: h.requester_id,
            mapping: h.mapping,
            proof: h.proof,
            header: h.header,
            per_minute: h.per_minute,
            active: h.active,
            version: h.version,
        }
    }
}

/// All addresses.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Hooks {
    pub items: Vec<HookView>,
}

/// A new address, with what is told once.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Made {
    pub hook: HookView,
    /// Where to post.
    pub url: String,
    /// What signatures are made with.
    pub secret: String,
}

/// Where a fresh address is.
pub fn url(me: &Me, fresh: &Fresh) -> String {
    format!("{}/hooks/{}", me.app.config.public_url, fresh.address)
}

/// GET /api/v1/incoming
pub async fn list(me: Me) -> Result<Json<Hooks>> {
    let all = store::all(&me.app.db).await?;
    let items = all.into_iter().map(HookView::from).collect();
    Ok(Json(Hooks { items }))
}

/// POST /api/v1/incoming
pub async fn create(me: Me, Input(wanted): Input<Wanted>) -> Result<Response> {
    let (hook, fresh) = verbs::create(&me, &me.actor, &wanted).await?;
    let made = Made {
        hook: hook.into(),
        url: url(&me, &fresh),
        secret: fresh.secret,
    };
    Ok((StatusCode::CREATED, Json(made)).into_response())
}

/// GET /api/v1/incoming/{hook}
pub async fn show(me: Me, Path(id): Path<String>) -> Result<Json<HookView>> {
    Ok(Json(store::find(&me.app.db, &id).await?.into()))
}

/// PUT /api/v1/incoming/{hook}
pub async fn change(
    me: Me,
    Path(id): Path<String>,
    Input(wanted): Input<Wanted>,
) -> Result<Json<HookView>> {
    let hook = verbs::change(&me, &me.actor, &id, &wanted).await?;
    Ok(Json(hook.into()))
}

/// DELETE /api/v1/incoming/{hook}
pub async fn remove(me: Me, Path(id): Path<String>) -> Result<StatusCode> {
    verbs::remove(&me, &me.actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Something that came in.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct CallView {
    pub id: String,
    pub at: String,
    pub state: State,
    /// signature, body, mapping or service; null when it was taken.
    pub reason: Option<String>,
    pub errors: Vec<Wrong>,
    /// Number of the request.
    pub request: Option<i64>,
    /// What came, as JSON.
    pub body: String,
}

impl From<Call> for CallView {
    fn from(c: Call) -> CallView {
        CallView {
            id: c.id,
            at: c.at.to_string(),
            state: c.state,
            reason: c.reason,
            errors: c.errors,
            request: c.number,
            body: c.body,
        }
    }
}

/// What came in, the last 50.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Calls {
    pub items: Vec<CallView>,
}

/// GET /api/v1/incoming/{hook}/calls
pub async fn calls(me: Me, Path(id): Path<String>) -> Result<Json<Calls>> {
    store::find(&me.app.db, &id).await?;
    let all = store::calls(&me.app.db, &id).await?;
    let items = all.into_iter().map(CallView::from).collect();
    Ok(Json(Calls { items }))
}

/// POST /api/v1/incoming/{hook}/calls/{call}/again
pub async fn again(me: Me, Path((id, call)): Path<(String, String)>) -> Result<Json<CallView>> {
    let call = verbs::again(&me, &me.actor, &id, &call).await?;
    Ok(Json(call.into()))
}
