//! The history of a request as JSON.

use axum::Json;
use axum::extract::Path;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{Error, Result};
use crate::timeline::read;
use crate::web::{Me, Query};
use crate::work::store;

/// Which part of it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EventsQuery {
    /// The cursor of the page before.
    #[serde(default)]
    pub after: Option<String>,
    /// 1 to 200; 100 if left out.
    #[serde(default)]
    pub limit: Option<i64>,
}

/// A part of the history.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Events {
    pub items: Vec<EventView>,
    /// For `?after=`; null at the end.
    pub next: Option<String>,
}

/// Something that happened.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct EventView {
    pub id: String,
    pub at: String,
    /// Null when MIL itself did it.
    pub actor_id: Option<String>,
    /// The name as it was then.
    pub actor: String,
    /// web, api, cli or system.
    pub via: String,
    /// What happened, such as `request.moved`.
    pub verb: String,
    /// Id of what it happened to: the request, or a comment of it.
    pub object_id: String,
    /// Whether only agents read it.
    pub internal: bool,
    /// Details; `before` and `after` where something changed.
    pub data: Value,
}

/// GET /api/v1/requests/{item}/events
pub async fn list(
    me: Me,
    Path(id): Path<String>,
    Query(query): Query<EventsQuery>,
) -> Result<Json<Events>> {
    let limit = query.limit.unwrap_or(100);
    if !(1..=200).contains(&limit) {
        return Err(Error::field("limit", "Ask for 1 to 200 at a time."));
    }
    let item = store::find(&me.app.db, &me.actor, &id).await?;
    let mut found = read::read(
        &me.app.db,
        &me.actor,
        &item,
        query.after.as_deref(),
        limit + 1,
    )
    .await?;
    let more = found.len() > usize::try_from(limit).unwrap_or(usize::MAX);
    if more {
        found.pop();
    }
    let next = found.last().filter(|_| more).map(|e| e.id.clone());
    let items = found
        .into_iter()
        .map(|e| EventView {
            id: e.id,
            at: e.at.to_string(),
            actor_id: e.actor_id,
            actor: e.actor_name,
            via: e.via,
            verb: e.verb,
            object_id: e.object_id,
            internal: e.internal,
            data: e.data,
        })
        .collect();
    Ok(Json(Events { items, next }))
}
