//! Processes: stages as data, the moves between them and what blocks a move.
//!
//! An administrator names stages freely; rules read only the [`Phase`]. The two
//! entrances are [`apply`], which makes a move or says why not, and [`allowed`],
//! which lists the moves on offer for buttons. Both follow the same plan, so a
//! button that is enabled works.

mod apply;
mod approval;
mod check;
mod def;
mod diff;
mod essays;
mod moves;
mod offers;
mod plan;
mod timer;

pub use apply::apply;
pub use approval::{ApprovalStep, Rule, Tally, Verdict, Voter};
pub use def::{CheckItem, FORM_PREFIX, Owner, Phase, ProcessDef, SendBack, Stage, Task};
pub use diff::{Change, Part, What, diff};
pub use moves::{
    Blocked, BlockedBy, ClockEffect, Facts, Move, MoveKind, Outcome, Position, WaitKind,
};
pub use offers::{Offer, allowed};
pub use timer::{Counts, Deed, Timer, Whom};
