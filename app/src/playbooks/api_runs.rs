//! Runs of playbooks as JSON.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::playbooks::model::{Run, State, Step};
use crate::playbooks::run_page::{self, Asked};
use crate::playbooks::runs::{self, Begin, Mark};
use crate::web::{Input, Me, Query};

/// A page of runs.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PlaybookRuns")]
pub struct Runs {
    /// Newest first.
    pub items: Vec<RunView>,
    /// The cursor of the next page, for `after`.
    pub next: Option<String>,
}

/// A step in a run.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
#[schemars(rename = "PlaybookRunStep")]
pub struct StepView {
    pub step: Step,
    pub state: State,
    pub note: String,
    pub assignee_id: Option<String>,
    pub by_id: Option<String>,
    pub at: Option<String>,
}

/// A playbook being carried out.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
#[schemars(rename = "PlaybookRun")]
pub struct RunView {
    pub id: String,
    pub playbook_id: String,
    /// The version of the playbook that it began with.
    pub number: i64,
    pub title: String,
    pub request_id: Option<String>,
    pub practice: Option<String>,
    pub started_by: String,
    pub started_at: String,
    pub ended_at: Option<String>,
    pub ended_by: Option<String>,
    /// Why it was given up; null when it was not.
    pub abandoned: Option<String>,
    pub steps: Vec<StepView>,
}

fn view(run: Run) -> RunView {
    let steps = run.definition.steps.iter().map(|step| {
        let tick = run.tick(&step.key);
        StepView {
            step: step.clone(),
            state: tick.state,
            note: tick.note,
            assignee_id: tick.assignee_id,
            by_id: tick.by_id,
            at: tick.at.map(|at| at.to_string()),
        }
    });
    RunView {
        steps: steps.collect(),
        id: run.id,
        playbook_id: run.playbook_id,
        number: run.number,
        title: run.title,
        request_id: run.item.map(|(id, ..)| id),
        practice: run.practice,
        started_by: run.started_by,
        started_at: run.started_at.to_string(),
        ended_at: run.ended_at.map(|at| at.to_string()),
        ended_by: run.ended_by,
        abandoned: run.abandoned,
    }
}

/// GET /api/v1/playbook-runs
pub async fn list(me: Me, Query(asked): Query<Asked>) -> Result<Json<Runs>> {
    let (found, next) = run_page::find(&me, &asked).await?;
    let items = found.into_iter().map(view).collect();
    Ok(Json(Runs { items, next }))
}

/// GET /api/v1/playbook-runs/{run}
pub async fn read(me: Me, Path(id): Path<String>) -> Result<Json<RunView>> {
    Ok(Json(view(runs::find(&me.app.db, &me.actor, &id).await?)))
}

/// A run to start.
#[derive(Deserialize, JsonSchema, Default)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "NewPlaybookRun")]
pub struct NewRun {
    /// What for; the name of the playbook if left out.
    pub title: String,
    /// Id or number of a request.
    pub request: Option<String>,
    /// Key of the practice it came with.
    pub practice: Option<String>,
}

/// POST /api/v1/playbooks/{playbook}/runs
pub async fn start(
    me: Me,
    Path(id): Path<String>,
    Input(input): Input<NewRun>,
) -> Result<Response> {
    let begin = Begin {
        title: &input.title,
        item: input.request.as_deref(),
        practice: input.practice.as_deref(),
    };
    let run = runs::start(&me, &me.actor, &id, begin).await?;
    Ok((StatusCode::CREATED, Json(view(run))).into_response())
}

/// POST /api/v1/playbook-runs/{run}/steps/{run_step}
pub async fn mark(
    me: Me,
    Path((id, step)): Path<(String, String)>,
    Input(input): Input<Mark>,
) -> Result<Json<RunView>> {
    let run = runs::mark(&me, &me.actor, &id, &step, input).await?;
    Ok(Json(view(run)))
}

/// How it ends.
#[derive(Deserialize, JsonSchema, Default)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "PlaybookRunEnding")]
pub struct Ending {
    /// Why it is given up; left out: it is finished.
    pub abandon: Option<String>,
}

/// POST /api/v1/playbook-runs/{run}/end
pub async fn end(
    me: Me,
    Path(id): Path<String>,
    Input(input): Input<Ending>,
) -> Result<Json<RunView>> {
    let run = runs::end(&me, &me.actor, &id, input.abandon.as_deref()).await?;
    Ok(Json(view(run)))
}
