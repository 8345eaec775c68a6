//! The history of a request: every event that stands on its timeline, and in
//! words what it says.
//!
//! * [`read()`] the rows, only those of the reader's audience
//! * [`words`] one sentence per event, before and after where a value changed
//! * [`api`] the same as JSON

pub mod api;
pub mod read;
pub mod words;

pub use read::{Entry, read};

use crate::openapi::Op;
use crate::router::{Access, Route, get};

/// The routes of this slice.
pub fn routes() -> Vec<Route> {
    vec![
        get(
            Access::SignedIn,
            "/api/v1/requests/{item}/events",
            api::list,
        )
        .op(Op::new("Requests", "What happened to it, oldest first")
            .query::<api::EventsQuery>()
            .answers::<api::Events>()),
    ]
}
