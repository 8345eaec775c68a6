//! Tasks as JSON.

use axum::Json;
use axum::extract::Path;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::policy::{self, Do};
use crate::tasks::store::of_visit;
use crate::tasks::verbs::{self, Deed};
use crate::web::{Input, Me};
use crate::work::model::Item;
use crate::work::store;

/// The tasks of a stage.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Tasks {
    pub items: Vec<TaskView>,
}

/// A task.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct TaskView {
    pub key: String,
    pub name: String,
    pub required: bool,
    pub team: Option<String>,
    pub person_id: Option<String>,
    pub service_id: Option<String>,
    /// Number of the request that does it.
    pub sub: Option<i64>,
    /// RFC 3339; null while it is open.
    pub done_at: Option<String>,
    pub done_by: Option<String>,
}

async fn view(me: &Me, item: &Item) -> Result<Json<Tasks>> {
    policy::require_item(&me.actor, Do::SeeInternal, &item.facts())?;
    let items = of_visit(&me.app.db, &item.id)
        .await?
        .into_iter()
        .map(|task| TaskView {
            key: task.key,
            name: task.name,
            required: task.required,
            team: task.team,
            person_id: task.person_id,
            service_id: task.service_id,
            sub: task.sub.map(|sub| sub.number),
            done_at: task.done_at.map(|at| at.to_string()),
            done_by: task.done_by,
        })
        .collect();
    Ok(Json(Tasks { items }))
}

/// GET /api/v1/requests/{item}/tasks
pub async fn list(me: Me, Path(id): Path<String>) -> Result<Json<Tasks>> {
    let item = store::find(&me.app.db, &me.actor, &id).await?;
    view(&me, &item).await
}

/// What to change; one of the three.
#[derive(Deserialize, Default, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TaskChange {
    /// Tick or untick it.
    done: Option<bool>,
    /// Id of who does it; empty for nobody.
    person_id: Option<String>,
    /// Number of the request that does it.
    sub: Option<i64>,
}

/// POST /api/v1/requests/{item}/tasks/{task}
pub async fn change(
    me: Me,
    Path((id, task)): Path<(String, String)>,
    Input(input): Input<TaskChange>,
) -> Result<Json<Tasks>> {
    let deed = match (input.done, input.person_id, input.sub) {
        (Some(done), None, None) => Deed::Done(done),
        (None, Some(person), None) => Deed::Assign(Some(person).filter(|p| !p.is_empty())),
        (None, None, Some(sub)) => Deed::Sub(sub.to_string()),
        _ => {
            return Err(Error::field("done", "Send one of done, person_id and sub."));
        }
    };
    let item = verbs::change(&me, &me.actor, &id, &task, deed).await?;
    view(&me, &item).await
}
