//! Telling people what concerns them.
//!
//! * [`rule`] who is told about an event, as a pure function
//! * [`listen`] takes events from the outbox and writes notifications
//! * [`tell`] says something about a thing that is no request
//! * [`pages`] the inbox, and the same as JSON

pub mod listen;
pub mod pages;
pub mod rule;
mod tell;

pub use tell::{About, tell};

use crate::openapi::Op;
use crate::router::{Access, Route, get, post};

/// The routes of this slice.
pub fn routes() -> Vec<Route> {
    use Access::SignedIn;
    vec![
        get(SignedIn, "/inbox", pages::inbox),
        get(SignedIn, "/inbox/{notification}", pages::open),
        post(SignedIn, "/inbox/read", pages::read_all),
        get(SignedIn, "/api/v1/notifications", pages::api_list).op(Op::new(
            "Inbox",
            "What you were told, newest first",
        )
        .query::<pages::Asked>()
        .answers::<pages::Notices>()),
        post(SignedIn, "/api/v1/notifications/read", pages::api_read).op(Op::new(
            "Inbox",
            "Mark all as read",
        )
        .status(204)),
    ]
}
