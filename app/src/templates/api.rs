//! Templates as JSON.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use mil_process::form::raw_from_json;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::{Error, Result};
use crate::templates::store::{self, Template};
use crate::templates::verbs::{self, Change};
use crate::web::{Input, Me};
use crate::work::order;

/// Templates.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Templates {
    /// By name.
    pub items: Vec<Template>,
}

/// A template to save.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NewTemplate {
    /// 1 to 80 characters.
    pub name: String,
    /// When to use it.
    pub note: String,
    /// Id or slug; needed.
    pub service: String,
    /// What orders from it are called, if always the same.
    pub title: String,
    /// By field key; files are left out.
    pub answers: Map<String, Value>,
    /// Null: only you; the id of a team of yours; `everyone` who works here.
    pub shared_with: Option<String>,
    /// Offer it to all who may order the service; for leads.
    pub in_portal: bool,
}

/// GET /api/v1/templates
pub async fn list(me: Me) -> Result<Json<Templates>> {
    let items = store::list(&me.app.db, &me.actor, None).await?;
    Ok(Json(Templates { items }))
}

/// POST /api/v1/templates
pub async fn create(me: Me, Input(input): Input<NewTemplate>) -> Result<Response> {
    let answers = raw_from_json(&input.answers)
        .map_err(|errors| Error::Invalid(errors.into_iter().map(order::from_form).collect()))?;
    let change = Change {
        name: input.name,
        note: input.note,
        shared_with: input.shared_with,
        in_portal: input.in_portal,
    };
    let made = verbs::create(
        &me,
        &me.actor,
        &input.service,
        &input.title,
        answers,
        change,
    )
    .await?;
    Ok((StatusCode::CREATED, Json(made)).into_response())
}

/// PUT /api/v1/templates/{template}
pub async fn change(
    me: Me,
    Path(id): Path<String>,
    Input(input): Input<Change>,
) -> Result<Json<Template>> {
    Ok(Json(verbs::change(&me, &me.actor, &id, input).await?))
}

/// DELETE /api/v1/templates/{template}
pub async fn remove(me: Me, Path(id): Path<String>) -> Result<StatusCode> {
    verbs::remove(&me, &me.actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
