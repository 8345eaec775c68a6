//! Time spent as JSON.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;

use crate::error::Result;
use crate::policy::{self, Do};
use crate::spent::book::{self, Booked};
use crate::web::{Input, Me};
use crate::work::model::Item;
use crate::work::store;

/// What was booked on a request.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Times {
    pub items: Vec<TimeView>,
    /// The sum.
    pub minutes: i64,
}

/// A booking.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct TimeView {
    pub id: String,
    pub person_id: String,
    pub person: String,
    pub minutes: i64,
    /// ISO date.
    pub day: String,
    pub note: String,
}

async fn view(me: &Me, item: &Item) -> Result<Json<Times>> {
    policy::require_item(&me.actor, Do::SeeInternal, &item.facts())?;
    let items: Vec<TimeView> = book::of_item(&me.app.db, &item.id)
        .await?
        .into_iter()
        .map(|e| TimeView {
            id: e.id,
            person_id: e.person_id,
            person: e.person,
            minutes: e.minutes,
            day: e.day,
            note: e.note,
        })
        .collect();
    let minutes = items.iter().map(|e| e.minutes).sum();
    Ok(Json(Times { items, minutes }))
}

/// GET /api/v1/requests/{item}/time
pub async fn list(me: Me, Path(id): Path<String>) -> Result<Json<Times>> {
    let item = store::find(&me.app.db, &me.actor, &id).await?;
    view(&me, &item).await
}

/// POST /api/v1/requests/{item}/time
pub async fn add(
    me: Me,
    Path(id): Path<String>,
    Input(booked): Input<Booked>,
) -> Result<(StatusCode, Json<Times>)> {
    let item = book::book(&me, &me.actor, &id, booked).await?;
    Ok((StatusCode::CREATED, view(&me, &item).await?))
}

/// DELETE /api/v1/requests/{item}/time/{entry}
pub async fn remove(me: Me, Path((id, entry)): Path<(String, String)>) -> Result<StatusCode> {
    book::remove(&me, &me.actor, &id, &entry).await?;
    Ok(StatusCode::NO_CONTENT)
}
