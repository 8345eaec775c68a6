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
    let route = Route { def, here, facts };
    let reviewed = with_requester(def, at);
    let voted = !stage.approvals.is_empty();
    match (kind, at.phase) {
        (MoveKind::Reopen, Phase::Done | Phase::Declined) => route.reopen(),
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
        (MoveKind::Agree | MoveKind::Refuse, _) if !voted => {
            Err(says("Nobody is asked to agree here. Go on with the work."))
        }
        (MoveKind::Agree, _) => Ok(free(route.after())),
        (MoveKind::Refuse, _) => Ok(free(match route.refused() {
            Some(back) => enter(back),
            None => stand(stage, Phase::Declined),
        })),
        (MoveKind::Forward, _) if voted => Err(says(
            "Not everybody who is asked has agreed yet. Wait for their answers, or send the work back.",
        )),
        (MoveKind::Forward, _) => Ok(Plan {
            to: route.after(),
            blocked: guards(def, stage, facts),
        }),
        (MoveKind::Approve, _) => Ok(free(route.after())),
        (MoveKind::RequestChanges, _) => {
            let back = match target {
                Some(key) => route.earlier(key)?,
                None => route.default_back().ok_or_else(|| {
                    says("There is no earlier stage to go back to. Decline or approve.")
                })?,
            };
            Ok(free(enter(back)))
        }
        (MoveKind::SendBack, _) => {
            let key = target.unwrap_or_default();
            let back = route.earlier(key)?;
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

/// The stages around the present one that this work goes through.
struct Route<'a> {
    def: &'a ProcessDef,
    here: usize,
    facts: &'a Facts,
}

impl<'a> Route<'a> {
    fn applies(&self, stage: &Stage) -> bool {
        !self.facts.skipped.contains(&stage.key)
    }

    /// Earlier stages, from near to far.
    fn before(&self) -> impl Iterator<Item = &'a Stage> {
        let stages = self.def.stages[..self.here].iter().rev();
        stages.filter(|stage| self.applies(stage))
    }

    /// The next stage that applies; done after the last one.
    fn after(&self) -> Position {
        let mut later = self.def.stages[self.here + 1..].iter();
        later
            .find(|stage| self.applies(stage))
            .map_or_else(|| stand(&self.def.stages[self.here], Phase::Done), enter)
    }

    /// Reopened work goes to the nearest active stage up to where it ended,
    /// else to the first stage: never straight into a review of what has not
    /// changed.
    fn reopen(&self) -> Result<Plan, Blocked> {
        let facts = self.facts;
        let Some(until) = facts.reopen_until else {
            return Err(says("This work cannot be reopened. Order it anew."));
        };
        let ended = self.def.stages.get(self.here).into_iter();
        let active = ended
            .chain(self.before())
            .find(|stage| stage.phase == Phase::Active);
        let late = Blocked {
            msg: Msg::new("The time to reopen this ended on {until}. Order it anew.")
                .arg("until", until),
            what: BlockedBy::TooLate,
        };
        Ok(Plan {
            to: enter(active.unwrap_or(&self.def.stages[0])),
            blocked: if facts.now > until {
                vec![late]
            } else {
                Vec::new()
            },
        })
    }

    /// Where changes go by default: the nearest earlier active stage, else the
    /// first.
    fn default_back(&self) -> Option<&'a Stage> {
        self.before()
            .find(|stage| stage.phase == Phase::Active)
            .or_else(|| self.before().last())
    }

    /// Where a refusal leads: the nearest active stage that the process lets
    /// work go back to, else the nearest such stage. `None` where the process
    /// has no way back: then no means no.
    fn refused(&self) -> Option<&'a Stage> {
        let ways = &self.def.stages[self.here].send_back_to;
        let permitted = || self.before().filter(|stage| ways.permits(&stage.key));
        permitted()
            .find(|stage| stage.phase == Phase::Active)
            .or_else(|| permitted().next())
    }

    fn earlier(&self, key: &str) -> Result<&'a Stage, Blocked> {
        self.before().find(|stage| stage.key == key).ok_or_else(|| {
            illegal(
                Msg::new("“{to}” is not an earlier stage of this process. Choose a stage before this one.")
                    .arg("to", shorten(key)),
            )
        })
    }
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
    // A field of a stage that does not apply is nowhere to be filled in.
    let passed_by = |key: &str| {
        let mut skipped = def.stages.iter().filter(|s| facts.skipped.contains(&s.key));
        skipped.any(|s| s.fields.iter().any(|field| field.key == key))
    };
    let empty = stage
        .required_fields
        .iter()
        .filter(|key| !facts.filled.contains(*key) && !passed_by(key));
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
    let open = stage
        .tasks
        .iter()
        .filter(|task| task.required && !facts.tasks_done.contains(&task.key));
    let tasks = open.map(|task| Blocked {
        msg: Msg::new("“{task}” is not done yet. Finish it, or wait for whoever does it.")
            .arg("task", &task.name),
        what: BlockedBy::Task(task.key.clone()),
    });
    checks.chain(fields).chain(tasks).collect()
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
