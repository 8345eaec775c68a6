//! Work items: everything that moves through stages.
//!
//! | file | what it holds |
//! |---|---|
//! | [`model`] | the nouns |
//! | [`promise`] | the clocks of an item, on the rules of `mil-sla` (pure) |
//! | [`store`] | finding (only what the actor may see), locking, saving |
//! | [`order`] | placing an order: one item per service |
//! | [`moves`] | moving through the stages |
//! | [`edit`] | assigning, priority, checklist, fields |
//! | [`talk`] | comments, asking the requester, watchers |
//! | [`wake`] | what the clocks do by themselves: escalations |
//!
//! Every verb has the same shape: begin, [`store::lock`] (which checks that the
//! actor may see and do it, and that nobody changed it meanwhile), change the
//! item, [`store::save`], append the event, commit.

pub mod edit;
pub mod model;
pub mod moves;
pub mod order;
pub mod promise;
pub mod store;
pub mod talk;
pub mod wake;

pub use model::{Item, Waiting};
