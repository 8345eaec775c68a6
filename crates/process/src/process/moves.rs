//! The words of movement: position, move, facts, outcome, block.

use super::{Phase, ProcessDef};
use crate::Msg;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Where a piece of work stands. The phase is that of the stage, or waiting,
/// done or declined on top of it; the stage stays known then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    pub stage: String,
    pub phase: Phase,
}

impl Position {
    /// Where new work starts: the first stage. `None` without stages.
    pub fn start(def: &ProcessDef) -> Option<Self> {
        let first = def.stages.first()?;
        Some(Self {
            stage: first.key.clone(),
            phase: first.phase,
        })
    }

    /// Whether the stage exists and can be in this phase.
    pub fn is_valid(&self, def: &ProcessDef) -> bool {
        def.stage(&self.stage)
            .is_some_and(|stage| match self.phase {
                Phase::Done | Phase::Declined => true,
                Phase::Waiting => !stage.requester_approves,
                phase => phase == stage.phase,
            })
    }
}

/// What work waits for when it is paused outside a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitKind {
    Answer,
    Approval,
}

/// A move, with what the person wrote. In JSON the `type` names the move.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Move {
    /// To the next stage; from the last one, done.
    Forward,
    /// An agent sends the work back.
    SendBack { to: String, reason: String },
    /// Pauses the clock until an answer or an approval is here.
    Wait { why: WaitKind },
    /// Goes on after waiting.
    Resume,
    /// The requester's yes in a review.
    Approve,
    /// The requester's no in a review: back to an earlier stage, by default the
    /// nearest active one.
    RequestChanges {
        #[serde(default)]
        to: Option<String>,
        reason: String,
    },
    /// The desk turns the work down.
    Decline { reason: String },
    /// The work is no longer wanted.
    Cancel {
        #[serde(default)]
        reason: Option<String>,
    },
    /// Takes ended work up again.
    Reopen { reason: String },
    /// All steps of a stage's approvals said yes. Made when the last vote is
    /// counted, never by a person: that is why it cannot be read from JSON.
    #[serde(skip)]
    Agree,
    /// A step of a stage's approvals said no.
    #[serde(skip)]
    Refuse { reason: String },
}

/// A move without its words, for buttons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MoveKind {
    Forward,
    SendBack,
    Wait(WaitKind),
    Resume,
    Approve,
    RequestChanges,
    Decline,
    Cancel,
    Reopen,
    Agree,
    Refuse,
}

impl MoveKind {
    /// Whether the person must give a reason. Whoever gets the work back, or
    /// loses it, should know why.
    pub fn needs_reason(self) -> bool {
        matches!(
            self,
            MoveKind::SendBack
                | MoveKind::RequestChanges
                | MoveKind::Decline
                | MoveKind::Reopen
                | MoveKind::Refuse
        )
    }
}

impl Move {
    /// The move without its words.
    pub fn kind(&self) -> MoveKind {
        match self {
            Move::Forward => MoveKind::Forward,
            Move::SendBack { .. } => MoveKind::SendBack,
            Move::Wait { why } => MoveKind::Wait(*why),
            Move::Resume => MoveKind::Resume,
            Move::Approve => MoveKind::Approve,
            Move::RequestChanges { .. } => MoveKind::RequestChanges,
            Move::Decline { .. } => MoveKind::Decline,
            Move::Cancel { .. } => MoveKind::Cancel,
            Move::Reopen { .. } => MoveKind::Reopen,
            Move::Agree => MoveKind::Agree,
            Move::Refuse { .. } => MoveKind::Refuse,
        }
    }

    /// The stage that the person chose, if the move has a choice.
    pub fn target(&self) -> Option<&str> {
        match self {
            Move::SendBack { to, .. } => Some(to),
            Move::RequestChanges { to, .. } => to.as_deref(),
            _ => None,
        }
    }

    /// The reason, trimmed; `None` if there is none or only spaces.
    pub fn reason(&self) -> Option<&str> {
        let reason = match self {
            Move::SendBack { reason, .. }
            | Move::RequestChanges { reason, .. }
            | Move::Decline { reason }
            | Move::Reopen { reason }
            | Move::Refuse { reason } => reason,
            Move::Cancel { reason } => reason.as_deref()?,
            _ => return None,
        };
        Some(reason.trim()).filter(|reason| !reason.is_empty())
    }
}

/// What is known about the work besides its position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Keys ticked in the checklist of the current stage.
    pub ticked: BTreeSet<String>,
    /// Keys of fields that have an answer, of stages as they are and of the
    /// request form with [`super::FORM_PREFIX`].
    pub filled: BTreeSet<String>,
    /// Keys of the current stage's tasks that are done.
    pub tasks_done: BTreeSet<String>,
    /// Keys of stages that do not apply to this work, see
    /// [`ProcessDef::skipped`].
    pub skipped: BTreeSet<String>,
    /// Until when ended work may be reopened, this moment included; `None` for
    /// never.
    pub reopen_until: Option<Timestamp>,
    pub now: Timestamp,
}

/// What a move does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    pub to: Position,
    pub clock: ClockEffect,
    /// The work is no longer in the stage it was in, or has ended.
    pub left_stage: bool,
    /// The work came into another stage, or was taken up again. Its checklist
    /// starts anew.
    pub entered_stage: bool,
}

/// What a move does to the clock of the promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockEffect {
    None,
    Pause,
    Resume,
    Stop,
    /// Runs again after it had stopped.
    Reopen,
}

/// Why a move is not possible now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocked {
    pub msg: Msg,
    pub what: BlockedBy,
}

/// What blocks a move. All but `Illegal` can be named beside a button.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlockedBy {
    /// A required line of the checklist is open.
    Check(String),
    /// A required field is empty; `form.…` for an answer to the request form.
    Field(String),
    /// A required task is not done.
    Task(String),
    /// The reason is missing.
    Reason,
    /// The process has no such move from here.
    Illegal,
    /// The time to reopen is over.
    TooLate,
}
