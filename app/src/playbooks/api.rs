//! Playbooks as JSON.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::playbooks::list::{self, Asked};
use crate::playbooks::model::{Definition, Playbook, Step};
use crate::playbooks::rules::{Change, compare};
use crate::playbooks::{figures, store, verbs};
use crate::web::{Input, Me, Query};

/// All playbooks.
#[derive(Serialize, JsonSchema)]
pub struct Playbooks {
    /// By name.
    pub items: Vec<PlaybookView>,
}

/// How its runs go.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
#[schemars(rename = "PlaybookFigures")]
pub struct FiguresView {
    pub finished: i64,
    pub abandoned: i64,
    pub median_minutes: Option<i64>,
    pub skipped: Vec<SkippedView>,
}

/// A step that finished runs skipped.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
#[schemars(rename = "PlaybookSkipped")]
pub struct SkippedView {
    pub step: String,
    pub runs: i64,
}

/// A playbook.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct PlaybookView {
    pub id: String,
    pub name: String,
    /// The published version; 0: none yet.
    pub current: i64,
    pub published: Option<Definition>,
    /// For leads only.
    pub draft: Option<Definition>,
    /// Key of the practice it came with.
    pub practice: Option<String>,
    pub retired: bool,
    pub updated_at: String,
    pub version: i64,
    /// Not in lists.
    pub figures: Option<FiguresView>,
}

fn view(b: Playbook) -> PlaybookView {
    PlaybookView {
        practice: b.practice.map(|(key, _)| key),
        id: b.id,
        name: b.name,
        current: b.current,
        published: b.published,
        draft: b.draft,
        retired: b.retired,
        updated_at: b.updated_at.to_string(),
        version: b.version,
        figures: None,
    }
}

/// GET /api/v1/playbooks
pub async fn list(me: Me, Query(asked): Query<Asked>) -> Result<Json<Playbooks>> {
    let found = list::find(&me, &asked).await?;
    let items = found.into_iter().map(view).collect();
    Ok(Json(Playbooks { items }))
}

/// POST /api/v1/playbooks
pub async fn create(me: Me, Input(d): Input<Definition>) -> Result<Response> {
    let b = verbs::create(&me, &me.actor, d).await?;
    Ok((StatusCode::CREATED, Json(view(b))).into_response())
}

/// GET /api/v1/playbooks/{playbook}
pub async fn read(me: Me, Path(id): Path<String>) -> Result<Json<PlaybookView>> {
    let b = store::find(&me.app.db, &me.actor, &id).await?;
    let f = figures::load(&me, &b).await?;
    let skipped = f
        .skipped
        .into_iter()
        .map(|(step, _, runs)| SkippedView { step, runs });
    let mut shown = view(b);
    shown.figures = Some(FiguresView {
        finished: f.finished,
        abandoned: f.abandoned,
        median_minutes: f.median_minutes,
        skipped: skipped.collect(),
    });
    Ok(Json(shown))
}

/// The next version.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "PlaybookDraft")]
pub struct NewDraft {
    /// What it says.
    pub definition: Definition,
    /// The version you read, against writing over somebody else.
    #[serde(default)]
    pub version: Option<i64>,
}

/// PUT /api/v1/playbooks/{playbook}/draft
pub async fn draft(
    me: Me,
    Path(id): Path<String>,
    Input(input): Input<NewDraft>,
) -> Result<Json<PlaybookView>> {
    let b = verbs::write(&me, &me.actor, &id, input.version, input.definition).await?;
    Ok(Json(view(b)))
}

/// DELETE /api/v1/playbooks/{playbook}/draft
pub async fn discard(me: Me, Path(id): Path<String>) -> Result<StatusCode> {
    verbs::discard(&me, &me.actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What is said of a new version.
#[derive(Deserialize, JsonSchema, Default)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "PlaybookPublication")]
pub struct Publication {
    /// What is new.
    pub note: String,
    /// The version you read.
    pub version: Option<i64>,
}

/// POST /api/v1/playbooks/{playbook}/publication
pub async fn publish(
    me: Me,
    Path(id): Path<String>,
    Input(input): Input<Publication>,
) -> Result<Json<PlaybookView>> {
    let b = verbs::publish(&me, &me.actor, &id, input.version, &input.note).await?;
    Ok(Json(view(b)))
}

/// PUT /api/v1/playbooks/{playbook}/retirement
pub async fn retire(me: Me, Path(id): Path<String>) -> Result<Json<PlaybookView>> {
    let b = verbs::retire(&me, &me.actor, &id, true).await?;
    Ok(Json(view(b)))
}

/// DELETE /api/v1/playbooks/{playbook}/retirement
pub async fn restore(me: Me, Path(id): Path<String>) -> Result<Json<PlaybookView>> {
    let b = verbs::retire(&me, &me.actor, &id, false).await?;
    Ok(Json(view(b)))
}

/// A published version.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PlaybookVersion")]
pub struct VersionView {
    /// Counted from 1.
    pub number: i64,
    /// What it says.
    pub definition: Definition,
    /// What differs from the version before; empty for the first.
    pub changes: Vec<ChangeView>,
}

/// A step that differs.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PlaybookChange")]
pub struct ChangeView {
    /// new, changed, moved or gone.
    pub change: &'static str,
    /// Which parts, when it changed.
    pub parts: Vec<&'static str>,
    /// As it is now; as it was, when it is gone.
    pub step: Step,
}

/// GET /api/v1/playbooks/{playbook}/versions/{number}
pub async fn version(
    me: Me,
    Path((id, number)): Path<(String, String)>,
) -> Result<Json<VersionView>> {
    let b = store::find(&me.app.db, &me.actor, &id).await?;
    let number: i64 = number.parse().map_err(|_| Error::NotFound)?;
    let definition = store::definition(&me.app.db, &b.id, number).await?;
    let before = match number {
        1 => definition.clone(),
        n => store::definition(&me.app.db, &b.id, n - 1).await?,
    };
    let changes = compare(&before, &definition)
        .into_iter()
        .filter_map(|(change, step)| {
            let (change, parts) = match change {
                Change::Same => return None,
                Change::New => ("new", Vec::new()),
                Change::Changed(parts) => ("changed", parts),
                Change::Moved => ("moved", Vec::new()),
                Change::Gone => ("gone", Vec::new()),
            };
            Some(ChangeView {
                change,
                parts,
                step: step.clone(),
            })
        })
        .collect();
    Ok(Json(VersionView {
        number,
        definition,
        changes,
    }))
}
