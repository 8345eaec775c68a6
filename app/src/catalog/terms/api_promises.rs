//! Promises as JSON.

use axum::Json;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use schemars::JsonSchema;
use serde::Serialize;

use crate::catalog::PromiseDef;
use crate::catalog::snapshot::PromiseEntry;
use crate::catalog::terms::promise::{self, PromiseInput};
use crate::catalog::terms::tagged;
use crate::error::{Error, Result};
use crate::people::api::All;
use crate::web::{Input, Me};
use crate::work::api::if_match;
use crate::work::recompute::{self, Impact};

/// A promise.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct PromiseView {
    pub id: String,
    pub name: String,
    /// The calendar in whose working time it counts.
    pub calendar_id: String,
    pub definition: PromiseDef,
    pub archived: bool,
    /// Also the `ETag`.
    pub version: i64,
}

fn view(entry: &PromiseEntry) -> PromiseView {
    PromiseView {
        id: entry.id.clone(),
        name: entry.name.clone(),
        calendar_id: entry.calendar_id.clone(),
        definition: entry.def.clone(),
        archived: entry.archived,
        version: entry.version,
    }
}

async fn find(me: &Me, id: &str) -> Result<PromiseEntry> {
    let catalog = me.app.catalog().await?;
    catalog.promises.get(id).cloned().ok_or(Error::NotFound)
}

async fn answer(me: &Me, status: StatusCode, id: &str) -> Result<Response> {
    let entry = find(me, id).await?;
    Ok(tagged(status, entry.version, view(&entry)))
}

/// GET /api/v1/promises
pub async fn list(me: Me) -> Result<Json<All<PromiseView>>> {
    let catalog = me.app.catalog().await?;
    let mut items: Vec<_> = catalog.promises.values().map(view).collect();
    items.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    Ok(All::of(items))
}

/// GET /api/v1/promises/{promise}
pub async fn show(me: Me, Path(id): Path<String>) -> Result<Response> {
    answer(&me, StatusCode::OK, &id).await
}

/// POST /api/v1/promises
pub async fn create(me: Me, Input(input): Input<PromiseInput>) -> Result<Response> {
    let id = promise::create(&me, &me.actor, input).await?;
    answer(&me, StatusCode::CREATED, &id).await
}

/// PUT /api/v1/promises/{promise}
pub async fn replace(
    me: Me,
    Path(id): Path<String>,
    headers: HeaderMap,
    Input(input): Input<PromiseInput>,
) -> Result<Response> {
    promise::update(&me, &me.actor, &id, if_match(&headers)?, input).await?;
    answer(&me, StatusCode::OK, &id).await
}

/// POST /api/v1/promises/{promise}/impact
pub async fn impact(
    me: Me,
    Path(id): Path<String>,
    Input(mut input): Input<PromiseInput>,
) -> Result<Json<Impact>> {
    find(&me, &id).await?;
    promise::check(&mut input)?;
    let impact = recompute::impact_of_promise(&me.app, me.now, &id, &input).await?;
    Ok(Json(impact))
}

/// POST /api/v1/promises/{promise}/archive
pub async fn archive(me: Me, Path(id): Path<String>, headers: HeaderMap) -> Result<Response> {
    promise::archive(&me, &me.actor, &id, if_match(&headers)?, true).await?;
    answer(&me, StatusCode::OK, &id).await
}

/// POST /api/v1/promises/{promise}/restore
pub async fn restore(me: Me, Path(id): Path<String>, headers: HeaderMap) -> Result<Response> {
    promise::archive(&me, &me.actor, &id, if_match(&headers)?, false).await?;
    answer(&me, StatusCode::OK, &id).await
}
