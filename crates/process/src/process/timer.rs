//! Timers: what happens by itself when work stays in a stage.

use serde::{Deserialize, Serialize};

/// What happens after some working time in a stage. Each timer goes off once a
/// visit of the stage, one that counts waiting once a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timer {
    /// Unique within the stage.
    pub key: String,
    /// Which time counts.
    #[serde(default)]
    pub counts: Counts,
    /// After how many working minutes.
    pub after_minutes: i64,
    /// What it does then.
    pub does: Deed,
}

/// Which working time a timer counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counts {
    /// Time in the stage in which it is our turn. It stands still while the work
    /// waits for the requester and goes on where it stood.
    #[default]
    Working,
    /// Time that the work waits for the requester's answer, since they were
    /// asked. A new question begins anew.
    Waiting,
}

/// What a timer does. In JSON the `type` names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Deed {
    /// Somebody is reminded.
    Remind { whom: Whom },
    /// One step more urgent; urgent stays urgent.
    RaisePriority,
    /// The work goes on; silence is a yes where the requester is asked.
    MoveOn,
    /// It is no longer needed. Whoever ordered it may reopen it.
    Close { reason: String },
    /// It is turned down.
    Decline { reason: String },
}

/// Who is reminded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whom {
    /// Who works on it; the team while nobody does.
    Owner,
    /// The leads of the team that has it.
    TeamLeads,
    /// Who ordered it.
    Requester,
}

impl Deed {
    /// Whether the work is somewhere else afterwards.
    pub fn moves(&self) -> bool {
        matches!(
            self,
            Deed::MoveOn | Deed::Close { .. } | Deed::Decline { .. }
        )
    }

    /// The sentence that goes with an ending.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Deed::Close { reason } | Deed::Decline { reason } => Some(reason),
            _ => None,
        }
    }
}
