//! The one rule book of moves, shared by `apply` and `allowed`.

use super::{Blocked, BlockedBy, FORM_PREFIX, Facts, MoveKind, Phase, Position, ProcessDef, Stage};
use crate::{Msg, key::shorten};

/// Where a move leads, and what is still in its way apart from the reason.
pub(super) struct Plan {
    pub to: Position,
    pub blocked: Vec<Blocked>,
}

/// Whether the clock waits in this position.
pub(super) fn is_paused(def: &ProcessDef, at: &Position) -> bool {
    at.phase == Phase::Waiting || with_requester(def, at)
}

/// Whether the requester must say yes or no now.
fn with_requester(def: &ProcessDef, at: &Position) -> bool {
    let approves = def.stage(&at.stage).is_some_and(|s| s.requester_approves);
    approves && !at.phase.is_final() && at.phase != Phase::Waiting
}

/// Plans a move.
///
/// # Errors
/// A block of kind [`BlockedBy::Illegal`] if the process has no such move here.
pub(super) fn plan(
    def: &ProcessDef,
    at: &Position,
    kind: MoveKind,
    target: Option<&str>,
    facts: &Facts,
) -> Result<Plan, Blocked> {
    let Some(here) = def.index(&at.stage) else {
        return Err(illegal(
            Msg::new("The process has no stage “{stage}”. Load the page again, or ask whoever keeps the process.")
                .arg("stage", shorten(&at.stage)),
        ));
    };
    let stage = &def.stages[here];
    let reviewed = with_requester(def, at);
    match (kind, at.phase) {
        (MoveKind::Reopen, Phase::Done | Phase::Declined) => reopen(def, here, facts),
        (MoveKind::Reopen, _) => Err(says(
            "The work has not ended, so there is nothing to reopen. Go on with it.",
        )),
        (_, Phase::Done) => Err(says("The work is done. Reopen it first.")),
        (_, Phase::Declined) => Err(says("The work was declined or cancelled. Reopen it first.")),
        (MoveKind::Decline | MoveKind::Cancel, _) => Ok(free(stand(stage, Phase::Declined))),
        (MoveKind::Resume, Phase::Waiting) => Ok(free(enter(stage))),
        (MoveKind::Resume, _) => Err(says("The work is not waiting. Go on with it.")),
        (_, Phase::Waiting) => Err(says("The work is waiting. Resume it first.")),
        (MoveKind::Wait(_), _) if reviewed => Err(says(
            "The work already waits for the requester. Leave it as it is.",
        )),
        (MoveKind::Wait(_), _) => Ok(free(Position {
            phase: Phase::Waiting,
            ..enter(stage)
        })),
        (MoveKind::Approve | MoveKind::RequestChanges, _) if !reviewed => Err(says(
            "The requester is not asked for an approval here. Write a comment instead.",
        )),
        (MoveKind::Forward, _) if reviewed => Err(says(
            "The requester has not approved this yet. Wait for the answer, or send the work back.",
        )),
        (MoveKind::Forward, _) => Ok(Plan {
            to: after(def, here),
            blocked: guards(def, stage, facts),
        }),
        (MoveKind::Approve, _) => Ok(free(after(def, here))),
        (MoveKind::RequestChanges, _) => {
            let back = match target {
                Some(key) => earlier(def, here, key)?,
                None => default_back(def, here).ok_or_else(|| {
                    says("There is no earlier stage to go back to. Decline or approve.")
                })?,
            };
            Ok(free(enter(back)))
        }
        (MoveKind::SendBack, _) => {
            let key = target.unwrap_or_default();
            let back = earlier(def, here, key)?;
            if !stage.send_back_to.permits(key) {
                return Err(illegal(
                    Msg::new("Work does not go from {stage} back to {to}. Choose another stage.")
                        .arg("stage", &stage.name)
                        .arg("to", &back.name),
                ));
            }
            Ok(free(enter(back)))
        }
    }
}

/// Reopened work goes to the nearest active stage up to where it ended, else to
/// the first stage: never straight into a review of what has not changed.
fn reopen(def: &ProcessDef, here: usize, facts: &Facts) -> Result<Plan, Blocked> {
    let Some(until) = facts.reopen_until else {
        return Err(says("This work cannot be reopened. Order it anew."));
    };
    let active = def.stages[..=here]
        .iter()
        .rev()
        .find(|stage| stage.phase == Phase::Active);
    let late = Blocked {
        msg: Msg::new("The time to reopen this ended on {until}. Order it anew.")
            .arg("until", until),
        what: BlockedBy::TooLate,
    };
    Ok(Plan {
        to: enter(active.unwrap_or(&def.stages[0])),
        blocked: if facts.now > until {
            vec![late]
        } else {
            Vec::new()
        },
    })
}

/// What must be done in a stage before going forward. An answer to the request
/// form is named by its key, because the form is not known here.
fn guards(def: &ProcessDef, stage: &Stage, facts: &Facts) -> Vec<Blocked> {
    let open = stage
        .checklist
        .iter()
        .filter(|item| item.required && !facts.ticked.contains(&item.key));
    let checks = open.map(|item| Blocked {
        msg: Msg::new("“{check}” is open. Tick it when it is done.").arg("check", &item.label),
        what: BlockedBy::Check(item.key.clone()),
    });
    let empty = stage
        .required_fields
        .iter()
        .filter(|key| !facts.filled.contains(*key));
    let all_fields = def.stages.iter().flat_map(|stage| &stage.fields);
    let fields = empty.map(|key| {
        let label = match all_fields.clone().find(|field| field.key == *key) {
            Some(field) => &field.label,
            None => key.strip_prefix(FORM_PREFIX).unwrap_or(key),
        };
        Blocked {
            msg: Msg::new("“{field}” is empty. Fill it in.").arg("field", label),
            what: BlockedBy::Field(key.clone()),
        }
    });
    checks.chain(fields).collect()
}

/// Where changes go by default: the nearest earlier active stage, else the first.
fn default_back(def: &ProcessDef, here: usize) -> Option<&Stage> {
    let before = &def.stages[..here];
    before
        .iter()
        .rev()
        .find(|stage| stage.phase == Phase::Active)
        .or(before.first())
}

fn earlier<'a>(def: &'a ProcessDef, here: usize, key: &str) -> Result<&'a Stage, Blocked> {
    def.stages[..here].iter().find(|stage| stage.key == key).ok_or_else(|| {
        illegal(
            Msg::new("“{to}” is not an earlier stage of this process. Choose a stage before this one.")
                .arg("to", shorten(key)),
        )
    })
}

fn after(def: &ProcessDef, here: usize) -> Position {
    def.stages
        .get(here + 1)
        .map_or_else(|| stand(&def.stages[here], Phase::Done), enter)
}

fn enter(stage: &Stage) -> Position {
    stand(stage, stage.phase)
}

fn stand(stage: &Stage, phase: Phase) -> Position {
    Position {
        stage: stage.key.clone(),
        phase,
    }
}

fn free(to: Position) -> Plan {
    Plan {
        to,
        blocked: Vec::new(),
    }
}

fn says(text: &'static str) -> Blocked {
    illegal(Msg::new(text))
}

fn illegal(msg: Msg) -> Blocked {
    Blocked {
        msg,
        what: BlockedBy::Illegal,
    }
}
