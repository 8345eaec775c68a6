//! Time spent: what people book on a request, for planning and for measures.
//!
//! | file | what it holds |
//! |---|---|
//! | [`book`] | the verbs: book time, take a booking back |
//! | [`panel`] | the block on a request's page and its forms |
//! | [`api`] | the same as JSON |
//!
//! Only those who work on requests see it. Whoever booked may take it back.

pub mod api;
mod book;
mod panel;

pub use book::{Booked, Entry, book, of_item, remove};
pub use panel::panel;

use crate::openapi::Op;
use crate::router::{Access, Route, delete, get, post};

/// The routes of this slice.
pub fn routes() -> Vec<Route> {
    use Access::Agents;
    let op = |summary| Op::new("Requests", summary);
    vec![
        post(Agents, "/work/{item}/time", panel::add),
        post(Agents, "/work/{item}/time/{entry}/remove", panel::take_back),
        get(Agents, "/api/v1/requests/{item}/time", api::list)
            .op(op("Time spent on it").answers::<api::Times>()),
        post(Agents, "/api/v1/requests/{item}/time", api::add).op(op("Book time on it")
            .body::<book::Booked>()
            .answers::<api::Times>()
            .status(201)),
        delete(Agents, "/api/v1/requests/{item}/time/{entry}", api::remove)
            .op(op("Take back time that you booked").status(204)),
    ]
}
