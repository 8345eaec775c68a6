//! Live pages: who hears, at once, that something they look at has changed.
//!
//! | file | what it holds |
//! |---|---|
//! | [`hub`] | the channel of this process, and who is looking at what |
//! | [`poll`] | reading new events from the log, a few times a second |
//! | [`stream`] | `GET /live`: Server-Sent Events for one reader |
//! | [`presence`] | "Tomás is writing in this, too" |
//!
//! Messages name what changed and hold no content; the page then fetches it the
//! usual way, past the usual checks. They come from the event log and not from
//! the verbs, so nothing is told that was rolled back, and a second program on
//! the same PostgreSQL is heard as well.

pub mod hub;
pub mod poll;
pub mod presence;
pub mod stream;

pub use hub::Hub;

use crate::router::{Access, Route, get, post};

/// The routes of this slice.
pub fn routes() -> Vec<Route> {
    vec![
        get(Access::SignedIn, "/live", stream::live),
        get(Access::Agents, "/work/{item}/presence", presence::show),
        post(Access::Agents, "/work/{item}/presence", presence::beat),
    ]
}
