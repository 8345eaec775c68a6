//! Processes as JSON.

use axum::Json;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use mil_process::process::ProcessDef;
use schemars::JsonSchema;
use serde::Serialize;

use crate::admin::terms_api::tagged;
use crate::catalog::Catalog;
use crate::catalog::rules::{self, ProcessChange, ProcessDraft};
use crate::catalog::snapshot::ProcessEntry;
use crate::error::{Error, Result};
use crate::openapi::Op;
use crate::people::api::All;
use crate::router::{Access, Route, get, patch, post};
use crate::web::{Input, Me};
use crate::work::api::if_match;

/// A process with the stages in use.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct ProcessView {
    pub id: String,
    pub name: String,
    /// The number of the version that new requests follow.
    pub current: i64,
    /// Stages as JSON.
    #[schemars(with = "serde_json::Value")]
    pub definition: ProcessDef,
    /// Names of the services that follow it.
    pub used_by: Vec<String>,
    pub archived: bool,
    /// Also the `ETag`.
    pub version: i64,
}

fn view(catalog: &Catalog, entry: &ProcessEntry) -> Result<ProcessView> {
    let def = catalog.process(&entry.id, entry.current)?;
    let used = rules::used_by(catalog, &entry.id);
    Ok(ProcessView {
        id: entry.id.clone(),
        name: entry.name.clone(),
        current: entry.current,
        definition: ProcessDef::clone(&def),
        used_by: used.into_iter().map(str::to_owned).collect(),
        archived: entry.archived,
        version: entry.version,
    })
}

async fn answer(me: &Me, id: &str, status: StatusCode) -> Result<Response> {
    let catalog = me.app.catalog().await?;
    let entry = rules::process(&catalog, id)?;
    Ok(tagged(entry.version, status, view(&catalog, entry)?))
}

/// GET /api/v1/admin/processes
async fn list(me: Me) -> Result<Json<All<ProcessView>>> {
    let catalog = me.app.catalog().await?;
    let mut all: Vec<&ProcessEntry> = catalog.processes.values().collect();
    all.sort_by_key(|p| (p.name.to_lowercase(), &p.id));
    let views: Result<Vec<ProcessView>> = all.into_iter().map(|p| view(&catalog, p)).collect();
    Ok(All::of(views?))
}

/// GET /api/v1/admin/processes/{process}
async fn show(me: Me, Path(id): Path<String>) -> Result<Response> {
    answer(&me, &id, StatusCode::OK).await
}

/// POST /api/v1/admin/processes
async fn create(me: Me, Input(draft): Input<ProcessDraft>) -> Result<Response> {
    let id = rules::create(&me, &me.actor, draft).await?;
    answer(&me, &id, StatusCode::CREATED).await
}

/// PATCH /api/v1/admin/processes/{process}
async fn change(
    me: Me,
    Path(id): Path<String>,
    headers: HeaderMap,
    Input(change): Input<ProcessChange>,
) -> Result<Response> {
    rules::change(&me, &me.actor, &id, if_match(&headers)?, change).await?;
    answer(&me, &id, StatusCode::OK).await
}

/// A version of a process. It never changes.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct VersionView {
    pub number: i64,
    /// New requests follow it.
    pub current: bool,
    /// How many open requests run on it.
    pub open_requests: i64,
    /// Stages as JSON.
    #[schemars(with = "serde_json::Value")]
    pub definition: ProcessDef,
}

async fn load_versions(me: &Me, id: &str) -> Result<Vec<VersionView>> {
    let catalog = me.app.catalog().await?;
    let entry = rules::process(&catalog, id)?;
    let running = rules::running(&me.app.db, id).await?;
    let mut all: Vec<VersionView> = entry
        .versions
        .iter()
        .map(|(number, def)| VersionView {
            number: *number,
            current: *number == entry.current,
            open_requests: running.get(number).copied().unwrap_or(0),
            definition: ProcessDef::clone(def),
        })
        .collect();
    all.sort_by_key(|v| -v.number);
    Ok(all)
}

/// GET /api/v1/admin/processes/{process}/versions
async fn versions(me: Me, Path(id): Path<String>) -> Result<Json<All<VersionView>>> {
    Ok(All::of(load_versions(&me, &id).await?))
}

/// GET /api/v1/admin/processes/{process}/versions/{number}
async fn version(me: Me, Path((id, number)): Path<(String, String)>) -> Result<Json<VersionView>> {
    let all = load_versions(&me, &id).await?;
    let found = all.into_iter().find(|v| v.number.to_string() == number);
    found.map(Json).ok_or(Error::NotFound)
}

/// The routes.
pub fn routes() -> Vec<Route> {
    use Access::Leads;
    let op = |summary| Op::new("Processes", summary);
    vec![
        get(Leads, "/api/v1/admin/processes", list)
            .op(op("All processes with the stages in use").answers::<All<ProcessView>>()),
        post(Leads, "/api/v1/admin/processes", create).op(op("Create a process")
            .body::<ProcessDraft>()
            .answers::<ProcessView>()
            .status(201)),
        get(Leads, "/api/v1/admin/processes/{process}", show)
            .op(op("A process").answers::<ProcessView>()),
        patch(Leads, "/api/v1/admin/processes/{process}", change).op(op(
            "Change a process; other stages become its next version",
        )
        .body::<ProcessChange>()
        .answers::<ProcessView>()),
        get(
            Leads,
            "/api/v1/admin/processes/{process}/versions",
            versions,
        )
        .op(op("All versions of a process, newest first").answers::<All<VersionView>>()),
        get(
            Leads,
            "/api/v1/admin/processes/{process}/versions/{number}",
            version,
        )
        .op(op("A version of a process").answers::<VersionView>()),
    ]
}
