//! Tasks: what is worked on side by side in a stage, by us or by a request of
//! its own to another service.
//!
//! | file | what it holds |
//! |---|---|
//! | [`store`] | the rows |
//! | [`begin`] | tasks begin with their stage; sub-requests are ordered |
//! | [`verbs`] | tick a task, take it, say which request does it |
//! | [`panel`] | the block on a request's page |
//! | [`api`] | the same as JSON |
//!
//! Whether a task is done also stands in the item's ticks, where the process
//! engine looks, so that a move needs no second look-up.

pub mod api;
mod begin;
mod panel;
mod store;
mod verbs;

pub use begin::{begin, follow};
pub use panel::panel;
pub use store::{Task, of_visit};

use crate::openapi::Op;
use crate::router::{Access, Route, get, post};

/// The routes of this slice.
pub fn routes() -> Vec<Route> {
    use Access::{Agents, SignedIn};
    vec![
        post(Agents, "/work/{item}/tasks/{task}", panel::change),
        get(SignedIn, "/api/v1/requests/{item}/tasks", api::list).op(Op::new(
            "Requests",
            "The tasks of its present stage",
        )
        .answers::<api::Tasks>()),
        post(
            SignedIn,
            "/api/v1/requests/{item}/tasks/{task}",
            api::change,
        )
        .op(Op::new(
            "Requests",
            "Tick a task, take it, or say which request does it",
        )
        .body::<api::TaskChange>()
        .answers::<api::Tasks>()),
    ]
}
