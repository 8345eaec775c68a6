//! Telling people what concerns them.
//!
//! * [`rule`] who is told about an event, as a pure function
//! * [`listen`] takes events from the outbox and writes notifications
//! * [`tell`] says something about a thing that is no request
//! * [`topic`], [`rhythm`] kinds of news, and when each leaves by mail: pure rules
//! * [`choice`], [`settings`] what somebody chose about it: rows and verb, page and JSON
//! * [`pages`] the inbox, and the same as JSON

pub mod choice;
pub mod listen;
pub mod pages;
pub mod rhythm;
pub mod rule;
pub mod settings;
mod tell;
pub mod topic;

pub use tell::{About, tell};

use crate::openapi::Op;
use crate::router::{Access, Route, get, post, put};

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
        get(SignedIn, "/me/notifications", settings::page),
        post(SignedIn, "/me/notifications", settings::save),
        get(SignedIn, "/api/v1/me/notifications", settings::api_show).op(Op::new(
            "Inbox",
            "How and when you are told by mail",
        )
        .answers::<choice::Choices>()),
        put(SignedIn, "/api/v1/me/notifications", settings::api_save).op(Op::new(
            "Inbox",
            "Choose how and when you are told by mail",
        )
        .body::<choice::Choices>()
        .answers::<choice::Choices>()),
    ]
}
