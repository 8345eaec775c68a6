//! The change calendar's arithmetic: which entries are in each other's way, and
//! where there is room instead.
//!
//! | file | what it holds |
//! |---|---|
//! | [`span`] | a piece of time, from civil days or instants |
//! | [`rules`] | which kinds of entries must not meet, and on what |
//! | [`plan`] | many entries, checked against each other or against one more |
//! | [`slot`] | the next free piece of time |
//!
//! Times are instants, so zones and clock changes are settled before anything is
//! compared. Every span holds its start and not its end: back to back is no
//! conflict. (ITIL 4, change enablement: the change schedule.)

pub mod plan;
pub mod rules;
pub mod slot;
pub mod span;

pub use plan::{Conflict, Entry, Plan, Thing};
pub use rules::{Grade, Kind, ThingKind, Why};
pub use slot::free_slot;
pub use span::Span;
