//! The moves on offer.

use super::plan::plan;
use super::{Blocked, Facts, Move, MoveKind, Position, ProcessDef, WaitKind};

/// A move that the process knows from here. It can be made if `blocked` is
/// empty and, where needed, a reason is given; else `blocked` is why its button
/// is disabled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    pub kind: MoveKind,
    /// Where the work would stand.
    pub to: Position,
    pub needs_reason: bool,
    /// For [`MoveKind::RequestChanges`]: where changes go if none is chosen.
    pub default: bool,
    pub blocked: Vec<Blocked>,
}

impl Offer {
    /// The move that this offer stands for, with the person's reason.
    pub fn with_reason(&self, reason: &str) -> Move {
        let reason = reason.to_owned();
        let to = self.to.stage.clone();
        match self.kind {
            MoveKind::Forward => Move::Forward,
            MoveKind::SendBack => Move::SendBack { to, reason },
            MoveKind::Wait(why) => Move::Wait { why },
            MoveKind::Resume => Move::Resume,
            MoveKind::Approve => Move::Approve,
            MoveKind::RequestChanges => Move::RequestChanges {
                to: Some(to),
                reason,
            },
            MoveKind::Decline => Move::Decline { reason },
            MoveKind::Cancel => Move::Cancel {
                reason: Some(reason),
            },
            MoveKind::Reopen => Move::Reopen { reason },
            MoveKind::Agree => Move::Agree,
            MoveKind::Refuse => Move::Refuse { reason },
        }
    }
}

/// Lists the moves from here, in the order of buttons: onward first, endings
/// last, earlier stages from near to far. Empty if the process has no such stage.
pub fn allowed(def: &ProcessDef, at: &Position, facts: &Facts) -> Vec<Offer> {
    let offer = |kind: MoveKind, target: Option<&str>| {
        let plan = plan(def, at, kind, target, facts).ok()?;
        Some(Offer {
            kind,
            to: plan.to,
            needs_reason: kind.needs_reason(),
            default: false,
            blocked: plan.blocked,
        })
    };
    let here = def.index(&at.stage).unwrap_or(0);
    let earlier = || def.stages[..here].iter().rev().map(|stage| &stage.key[..]);
    let default = offer(MoveKind::RequestChanges, None);
    let to_default = |to: &Position| default.as_ref().is_some_and(|offer| offer.to == *to);

    let mut offers = Vec::new();
    for kind in [
        MoveKind::Approve,
        MoveKind::Agree,
        MoveKind::Refuse,
        MoveKind::Forward,
        MoveKind::Resume,
    ] {
        offers.extend(offer(kind, None));
    }
    let changes = earlier().filter_map(|key| offer(MoveKind::RequestChanges, Some(key)));
    offers.extend(changes.map(|offer| Offer {
        default: to_default(&offer.to),
        ..offer
    }));
    offers.extend(earlier().filter_map(|key| offer(MoveKind::SendBack, Some(key))));
    for kind in [
        MoveKind::Wait(WaitKind::Answer),
        MoveKind::Wait(WaitKind::Approval),
        MoveKind::Reopen,
        MoveKind::Decline,
        MoveKind::Cancel,
    ] {
        offers.extend(offer(kind, None));
    }
    offers
}
