//! The nouns of work items.

use std::collections::BTreeMap;

use jiff::Timestamp;
use mil_process::form::Answers;
use mil_process::process::{Phase, Position};
use serde::{Deserialize, Serialize};

use crate::catalog::model::{Priority, WorkKind};
use crate::policy::ItemFacts;
use crate::work::promise::Promise;

/// Stands in `respond_by` and `deliver_by` where nothing is promised any more:
/// the year 9999, so that such items sort last on both databases.
pub const NEVER: i64 = 253_370_764_800_000_000;

/// Stands in `deliver_by` while the clock waits for the requester and is not
/// yet late: nobody can say when, so such items sort behind all that can be
/// worked on.
pub const WAITS: i64 = NEVER - 1;

/// It is the requester's turn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Waiting {
    /// What is asked of them.
    pub kind: WaitingKind,
    /// Since when.
    pub since: Timestamp,
    /// Who asked; `None` when the stage asks by itself.
    pub asked_by: Option<String>,
    /// The question or the words that go with the draft.
    pub text: String,
}

/// What is asked of the requester.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitingKind {
    /// A question to answer.
    Answer,
    /// A draft to approve or send back.
    Approval,
}

/// A checked line of a stage's checklist.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tick {
    /// Person id.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// A work item, as one row of the database.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Item {
    pub id: String,
    /// The number people say.
    pub number: i64,
    pub kind: WorkKind,
    pub title: String,
    pub service_id: String,
    pub form_version: i64,
    pub process_id: String,
    pub process_version: i64,
    pub stage: String,
    pub phase: Phase,
    pub stage_since: Timestamp,
    pub priority: Priority,
    pub requester_id: String,
    pub department_id: Option<String>,
    /// The team that owns the present stage.
    pub team_id: String,
    pub assignee_id: Option<String>,
    pub order_id: Option<String>,
    /// As ordered, by field key.
    pub answers: Answers,
    /// Filled by agents, by field key.
    pub fields: Answers,
    /// `stage/check` to who ticked it when.
    pub ticks: BTreeMap<String, Tick>,
    /// Marks of the timers that went off in this visit of the stage.
    pub timers: Vec<String>,
    pub promise: Promise,
    pub respond_by: i64,
    pub deliver_by: i64,
    pub waiting: Option<Waiting>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub closed_at: Option<Timestamp>,
    pub merged_into_id: Option<String>,
    pub rating: Option<i64>,
    pub rating_comment: Option<String>,
    pub rated_at: Option<Timestamp>,
    pub version: i64,
    /// Whether the actor who looked it up follows it.
    pub watched: bool,
}

impl Item {
    /// What the policy needs to know.
    pub fn facts(&self) -> ItemFacts {
        ItemFacts {
            requester_id: self.requester_id.clone(),
            assignee_id: self.assignee_id.clone(),
            team_id: self.team_id.clone(),
            watched: self.watched,
        }
    }

    /// Where it stands in its process.
    pub fn position(&self) -> Position {
        Position {
            stage: self.stage.clone(),
            phase: self.phase,
        }
    }

    /// Whether work on it goes on.
    pub fn is_open(&self) -> bool {
        self.closed_at.is_none()
    }

    /// The key under which a check of a stage is ticked.
    pub fn tick_key(stage: &str, check: &str) -> String {
        format!("{stage}/{check}")
    }
}
