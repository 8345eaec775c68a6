//! Making a move.

use super::plan::{Plan, is_paused, plan};
use super::{Blocked, BlockedBy, ClockEffect, Facts, Move, Outcome, Position, ProcessDef};
use crate::Msg;

/// Makes a move, or says everything that blocks it. The caller has asked the
/// policy whether this person may make it; here only the process speaks.
///
/// # Errors
/// Every block at once. One of kind [`BlockedBy::Illegal`] stands alone.
pub fn apply(
    def: &ProcessDef,
    at: &Position,
    mv: &Move,
    facts: &Facts,
) -> Result<Outcome, Vec<Blocked>> {
    let kind = mv.kind();
    let Plan { to, mut blocked } =
        plan(def, at, kind, mv.target(), facts).map_err(|illegal| vec![illegal])?;
    if kind.needs_reason() && mv.reason().is_none() {
        blocked.push(Blocked {
            msg: Msg::new(
                "The reason is missing. Write a sentence, so that the others know what to do.",
            ),
            what: BlockedBy::Reason,
        });
    }
    if !blocked.is_empty() {
        return Err(blocked);
    }
    let moved = to.stage != at.stage;
    let ends = to.phase.is_final();
    let begins = at.phase.is_final();
    Ok(Outcome {
        clock: clock(def, at, &to),
        left_stage: moved || ends,
        entered_stage: moved || begins,
        to,
    })
}

fn clock(def: &ProcessDef, from: &Position, to: &Position) -> ClockEffect {
    if to.phase.is_final() {
        return ClockEffect::Stop;
    }
    if from.phase.is_final() {
        return ClockEffect::Reopen;
    }
    match (is_paused(def, from), is_paused(def, to)) {
        (false, true) => ClockEffect::Pause,
        (true, false) => ClockEffect::Resume,
        _ => ClockEffect::None,
    }
}
