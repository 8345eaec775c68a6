//! Calendar feeds as JSON.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::feeds::pages::address;
use crate::feeds::store::{self, Scope};
use crate::web::{Input, Me};

/// A feed, without its address.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct FeedView {
    pub id: String,
    pub scope: Scope,
    pub team_id: Option<String>,
    pub created_at: String,
    /// To about five minutes.
    pub read_at: Option<String>,
}

/// Your feeds.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Feeds {
    pub items: Vec<FeedView>,
}

/// GET /api/v1/me/feeds
pub async fn list(me: Me) -> Result<Json<Feeds>> {
    let items = store::list(&me.app.db, &me.actor.id)
        .await?
        .into_iter()
        .map(|f| FeedView {
            id: f.id,
            scope: f.scope,
            team_id: f.team.map(|(id, _)| id),
            created_at: f.created_at.to_string(),
            read_at: f.read_at.map(|at| at.to_string()),
        })
        .collect();
    Ok(Json(Feeds { items }))
}

/// A feed to make.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFeed {
    /// Needed.
    #[serde(default)]
    pub scope: Option<Scope>,
    /// Id of a team of yours, with `team`.
    #[serde(default)]
    pub team: Option<String>,
}

/// A feed that was made.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct MadeFeed {
    pub id: String,
    /// Secret: whoever has it reads the feed.
    pub url: String,
}

/// POST /api/v1/me/feeds
pub async fn create(me: Me, Input(new): Input<NewFeed>) -> Result<Response> {
    let scope = new
        .scope
        .ok_or_else(|| Error::field("scope", "Choose yourself or a team of yours."))?;
    let (id, secret) = store::make(&me, scope, new.team.as_deref()).await?;
    let url = address(&me.app.config.public_url, &secret);
    Ok((StatusCode::CREATED, Json(MadeFeed { id, url })).into_response())
}

/// DELETE /api/v1/me/feeds/{feed}
pub async fn revoke(me: Me, Path(id): Path<String>) -> Result<StatusCode> {
    store::revoke(&me, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
