//! Problems and known errors as JSON.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::desk::load;
use crate::error::Result;
use crate::problems::store::{self as rows, Record, is_problem};
use crate::problems::verbs;
use crate::web::{Input, Me};
use crate::work::Item;

/// A known fault and what helps.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct KnownError {
    pub id: String,
    pub headline: String,
    /// Markdown.
    pub workaround: String,
    /// Ids of services you may order.
    pub services: Vec<String>,
    /// Whether you said that it helped.
    pub helped: bool,
}

/// Known faults, newest first; all at once.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct KnownErrors {
    pub items: Vec<KnownError>,
    /// Always null: all are answered at once.
    pub next: Option<String>,
}

/// GET /api/v1/known-errors
pub async fn known(me: Me) -> Result<Json<KnownErrors>> {
    let catalog = me.app.catalog().await?;
    let list = rows::known(&me.app.db, &catalog, &me.actor, None).await?;
    Ok(Json(KnownErrors {
        items: list
            .into_iter()
            .map(|k| KnownError {
                id: k.id,
                headline: k.headline,
                workaround: k.workaround,
                services: k.services,
                helped: k.helped,
            })
            .collect(),
        next: None,
    }))
}

/// POST /api/v1/known-errors/{problem}/helped
pub async fn helped(me: Me, Path(id): Path<String>) -> Result<StatusCode> {
    verbs::helped(&me, &me.actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A problem to open.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProblem {
    /// What keeps happening; needed.
    #[serde(default)]
    pub title: String,
    /// Id or slug of a service for problems; the incident's own if left out.
    #[serde(default)]
    pub service: Option<String>,
    /// Ids or numbers of other incidents that look the same.
    #[serde(default)]
    pub incidents: Vec<String>,
}

/// POST /api/v1/requests/{item}/problems
pub async fn open(
    me: Me,
    Path(id): Path<String>,
    Input(input): Input<NewProblem>,
) -> Result<Response> {
    let service = input.service.as_deref();
    let problem = verbs::open(&me, &me.actor, &id, &input.incidents, service, &input.title).await?;
    let view = crate::work::api::view(&me, &problem).await?;
    Ok((StatusCode::CREATED, Json(view)).into_response())
}

/// A problem's record.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct ProblemView {
    /// Id of the work item.
    pub id: String,
    pub number: i64,
    pub headline: String,
    pub root_cause: String,
    pub workaround: String,
    pub known_at: Option<String>,
    pub published_at: Option<String>,
    /// Ids of services.
    pub services: Vec<String>,
    /// How many people said that the workaround helped.
    pub helped: i64,
}

fn view(item: &Item, r: Record) -> ProblemView {
    ProblemView {
        id: item.id.clone(),
        number: item.number,
        headline: r.headline,
        root_cause: r.root_cause,
        workaround: r.workaround,
        known_at: r.known_at.map(|t| t.to_string()),
        published_at: r.published_at.map(|t| t.to_string()),
        services: r.services,
        helped: r.helped,
    }
}

/// GET /api/v1/requests/{item}/problem
pub async fn show(me: Me, Path(id): Path<String>) -> Result<Json<ProblemView>> {
    let item = load::item(&me, &id).await?;
    is_problem(&item)?;
    let record = rows::of(&me.app.db, &item).await?;
    Ok(Json(view(&item, record)))
}

/// What to write down; what is left out stays.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProblemChange {
    /// What is wrong, in a sentence that people who order read.
    #[serde(default)]
    pub headline: Option<String>,
    /// Markdown.
    #[serde(default)]
    pub root_cause: Option<String>,
    /// Markdown.
    #[serde(default)]
    pub workaround: Option<String>,
    /// Whether the cause is known now.
    #[serde(default)]
    pub known: Option<bool>,
    /// Ids or slugs of services.
    #[serde(default)]
    pub services: Option<Vec<String>>,
}

/// PATCH /api/v1/requests/{item}/problem
pub async fn save(
    me: Me,
    Path(id): Path<String>,
    Input(input): Input<ProblemChange>,
) -> Result<Json<ProblemView>> {
    let new = verbs::Change {
        headline: input.headline,
        root_cause: input.root_cause,
        workaround: input.workaround,
        known: input.known,
        services: input.services,
        published: None,
    };
    let (item, record) = verbs::change(&me, &me.actor, &id, new).await?;
    Ok(Json(view(&item, record)))
}

async fn offer(me: &Me, id: &str, on: bool) -> Result<Json<ProblemView>> {
    let new = verbs::Change {
        published: Some(on),
        ..verbs::Change::default()
    };
    let (item, record) = verbs::change(me, &me.actor, id, new).await?;
    Ok(Json(view(&item, record)))
}

/// POST /api/v1/requests/{item}/problem/workaround
pub async fn publish(me: Me, Path(id): Path<String>) -> Result<Json<ProblemView>> {
    offer(&me, &id, true).await
}

/// DELETE /api/v1/requests/{item}/problem/workaround
pub async fn withdraw(me: Me, Path(id): Path<String>) -> Result<Json<ProblemView>> {
    offer(&me, &id, false).await
}
