//! Oneself as JSON.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::{Extension, Json};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Role;
use crate::error::{Error, Result};
use crate::people::profile::{self, Profile, ProfileChange};
use crate::people::sessions::{self, Session};
use crate::people::tokens::{self, NewToken, Token};
use crate::web::idempotency::Unkept;
use crate::web::{Input, Me};

/// Who asks.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct MeView {
    pub id: String,
    pub email: String,
    pub role: Role,
    pub department_id: Option<String>,
    /// Teams and groups.
    pub team_ids: Vec<String>,
    /// Those among them they lead.
    pub leads: Vec<String>,
    #[serde(flatten)]
    pub profile: Profile,
}

/// All of a short list.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct All<T> {
    pub items: Vec<T>,
    /// Always null: there are no further pages.
    pub next: Option<String>,
}

impl<T> All<T> {
    /// These, and no more.
    pub fn of(items: Vec<T>) -> Json<All<T>> {
        Json(All { items, next: None })
    }
}

fn view(me: &Me, profile: Profile) -> Json<MeView> {
    Json(MeView {
        id: me.actor.id.clone(),
        email: me.actor.email.clone(),
        role: me.actor.role,
        department_id: me.actor.department_id.clone(),
        team_ids: me.actor.team_ids.iter().cloned().collect(),
        leads: me.actor.leads.iter().cloned().collect(),
        profile,
    })
}

/// GET /api/v1/me
pub async fn me(me: Me) -> Result<Json<MeView>> {
    let profile = profile::load(&me.app.db, &me.actor.id).await?;
    Ok(view(&me, profile))
}

/// PATCH /api/v1/me
pub async fn change_me(me: Me, Input(change): Input<ProfileChange>) -> Result<Json<MeView>> {
    let profile = profile::change(&me, change).await?;
    Ok(view(&me, profile))
}

/// GET /api/v1/me/sessions
pub async fn list_sessions(me: Me) -> Result<Json<All<Session>>> {
    let this = me.actor.session_id.as_deref();
    let items = sessions::list(&me.app.db, me.now, &me.actor.id, this).await?;
    Ok(All::of(items))
}

/// DELETE /api/v1/me/sessions/{session}
pub async fn end_session(me: Me, Path(session): Path<String>) -> Result<StatusCode> {
    let mut tx = me.app.db.begin().await?;
    if !sessions::close(&mut tx, &me.actor, me.now, &me.actor.id, &session).await? {
        return Err(Error::NotFound);
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A new token with its secret, which is never shown again.
#[derive(Serialize, Deserialize, JsonSchema)]
#[allow(missing_docs)]
pub struct MadeToken {
    pub id: String,
    pub token: String,
}

/// GET /api/v1/me/tokens
pub async fn list_tokens(me: Me) -> Result<Json<All<Token>>> {
    let items = tokens::list(&me.app.db, me.now, &me.actor.id).await?;
    Ok(All::of(items))
}

/// POST /api/v1/me/tokens
pub async fn make_token(
    me: Me,
    Input(new): Input<NewToken>,
) -> Result<(StatusCode, Extension<Unkept>, Json<MadeToken>)> {
    let (id, token) = tokens::make_own(&me, new).await?;
    Ok((
        StatusCode::CREATED,
        Extension(Unkept),
        Json(MadeToken { id, token }),
    ))
}

/// DELETE /api/v1/me/tokens/{token}
pub async fn revoke_token(me: Me, Path(token): Path<String>) -> Result<StatusCode> {
    let mut tx = me.app.db.begin().await?;
    if !tokens::revoke(&mut tx, &me.actor, me.now, &me.actor.id, &token).await? {
        return Err(Error::NotFound);
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
