//! Bulk changes as JSON.

use axum::Json;
use mil_process::process::Move;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::bulk::{self, Change};
use crate::catalog::model::Priority;
use crate::error::{Error, Msg, Result};
use crate::web::{Input, Me};

/// Which requests, and what to do with each: exactly one of the changes.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkInput {
    /// Ids or numbers, 500 at most.
    pub ids: Vec<String>,
    /// Person id.
    #[serde(default)]
    pub assign: Option<String>,
    /// Give them to nobody.
    #[serde(default)]
    pub unassign: bool,
    /// How urgent.
    #[serde(default)]
    pub priority: Option<Priority>,
    /// A move as in `POST /api/v1/requests/{item}/moves`.
    #[serde(default, rename = "move")]
    pub movement: Option<Value>,
    /// Person id of a new follower.
    #[serde(default)]
    pub follow: Option<String>,
}

/// How it went.
#[derive(Serialize, JsonSchema)]
pub struct BulkView {
    /// How many were changed.
    pub changed: usize,
    /// Which were left out, and why.
    pub blocked: Vec<Blocked>,
    /// `POST /api/v1/undo/{undo}` within ten minutes takes it back.
    pub undo: Option<String>,
}

/// A request that was left out.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Blocked {
    pub number: i64,
    pub reasons: Vec<String>,
}

/// POST /api/v1/requests/bulk
pub async fn bulk(me: Me, Input(input): Input<BulkInput>) -> Result<Json<BulkView>> {
    let mut changes = Vec::new();
    if let Some(to) = input.assign {
        changes.push(Change::Assign(Some(to)));
    }
    if input.unassign {
        changes.push(Change::Assign(None));
    }
    if let Some(to) = input.priority {
        changes.push(Change::Priority(to));
    }
    if let Some(movement) = input.movement {
        let mv: Move = serde_json::from_value(movement).map_err(|e| {
            Error::field(
                "move",
                Msg::new("The JSON does not fit: {why}.").with("why", e),
            )
        })?;
        changes.push(Change::Move(mv));
    }
    if let Some(person) = input.follow {
        changes.push(Change::Follow(person));
    }
    let [change] = changes.as_slice() else {
        return Err(Error::field(
            "",
            "Give exactly one change: assign, unassign, priority, move or follow.",
        ));
    };
    let report = bulk::change(&me, &me.actor, &input.ids, "Bulk change", change).await?;
    let lang = me.lang();
    Ok(Json(BulkView {
        changed: report.changed,
        blocked: report
            .blocked
            .iter()
            .map(|(number, reasons)| Blocked {
                number: *number,
                reasons: reasons
                    .iter()
                    .map(|msg| lang.text(&msg.text, &msg.args))
                    .collect(),
            })
            .collect(),
        undo: report.undo,
    }))
}
