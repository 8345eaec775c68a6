//! What a change has to have before it goes on. Each refusal says what to do.

use mil_db::Tx;
use mil_process::process::{MoveKind, Phase, Position, ProcessDef};

use crate::changes::rules::Level;
use crate::changes::store;
use crate::error::{Error, Msg, Result};
use crate::work::Item;

/// Whether a move ends the change, or leaves it to its requester alone to end it.
fn ends(process: &ProcessDef, to: &Position) -> bool {
    let last = process.stages.last();
    to.phase == Phase::Done || last.is_some_and(|s| s.key == to.stage && s.requester_approves)
}

/// What a meeting refused goes nowhere until a later meeting agrees (ITIL 4,
/// change enablement: the change authority decides), high risk nowhere without a
/// way back, and what was urgent or failed is
/// not closed before somebody looked back.
///
/// # Errors
/// [`Error::Conflict`] with what is missing.
pub async fn may_move(
    tx: &mut Tx,
    item: &Item,
    kind: MoveKind,
    process: &ProcessDef,
    to: &Position,
) -> Result<()> {
    // The requester's own yes is never held up by our paper.
    if !matches!(kind, MoveKind::Forward | MoveKind::Agree) || to.phase == Phase::Declined {
        return Ok(());
    }
    if let Some((decision, why, ..)) = store::decided(&mut *tx, &item.id).await?
        && decision == "rejected"
    {
        let why = match why.as_str() {
            "" => String::new(),
            why => format!(" {why}"),
        };
        return Err(Error::Conflict(
            Msg::new("A change meeting did not agree to this change.{why} Change the plan and bring it up in the next meeting, or decline the request.")
                .with("why", why),
        ));
    }
    let r = store::of(&mut *tx, item).await?;
    let high = r.assessment(item).is_some_and(|a| a.level == Level::High);
    if high && r.way_back(item).is_empty() {
        return Err(Error::Conflict(Msg::new(
            "This change ranks high and has no way back. Write the back-out plan on its page “Risk and plans”, or make the change smaller; then hand it on.",
        )));
    }
    if ends(process, to) && r.review_due(item) {
        return Err(Error::Conflict(Msg::new(
            "This change was urgent or did not work, so somebody has to look back before it is closed. Write the review on its page “Risk and plans”, then hand it on.",
        )));
    }
    Ok(())
}
