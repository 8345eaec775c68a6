//! The change calendar: what is planned when, what is in each other's way, and
//! where there is room (ITIL 4, change enablement: the change schedule).
//!
//! | file | what it holds |
//! |---|---|
//! | [`model`] | the nouns |
//! | [`store`] | the rows |
//! | [`check`] | the rows brought to the conflict checker, and back |
//! | [`verbs`] | plan, withdraw, let two entries stay in each other's way |
//! | [`grid`] | four weeks as rows of bars (pure) |
//! | [`page`] | the calendar: weeks, list, campaigns |
//! | [`rail`] | conflicts and what to do about them, the key |
//! | [`editor`] | one entry: what is known of it, and the form |
//! | [`panel`] | the window of a change beside its request |
//! | [`words`] | kinds, reasons and events as words |
//! | [`api`] | the same as JSON |

pub mod api;
pub mod check;
pub mod editor;
pub mod grid;
pub mod model;
pub mod page;
pub mod panel;
pub mod rail;
pub mod store;
pub mod verbs;
pub mod words;

use crate::openapi::Op;
use crate::router::{Access, Route, delete, get, post, put};

/// The routes of this slice.
pub fn routes() -> Vec<Route> {
    use Access::Agents;
    let op = |summary| Op::new("Change calendar", summary);
    vec![
        get(Agents, "/calendar", page::page),
        get(Agents, "/calendar/new", editor::new),
        post(Agents, "/calendar/new", editor::create),
        post(Agents, "/calendar/exceptions", rail::except),
        get(Agents, "/calendar/{planned}", editor::show),
        post(Agents, "/calendar/{planned}", editor::save),
        post(Agents, "/calendar/{planned}/move", rail::shift),
        post(Agents, "/calendar/{planned}/withdraw", editor::withdraw),
        get(Agents, "/api/v1/calendar", api::list).op(op(
            "What is planned, and what is in each other's way",
        )
        .query::<api::Between>()
        .answers::<api::Schedule>()),
        post(Agents, "/api/v1/calendar", api::create).op(op(
            "Plan an entry, or the window of a change",
        )
        .body::<api::NewEntry>()
        .answers::<api::EntryView>()
        .status(201)),
        get(Agents, "/api/v1/calendar/{planned}", api::show)
            .op(op("One entry with its conflicts and the next free time")
                .answers::<api::EntryDetail>()),
        put(Agents, "/api/v1/calendar/{planned}", api::change).op(op("Plan an entry anew")
            .body::<api::NewEntry>()
            .answers::<api::EntryView>()),
        delete(Agents, "/api/v1/calendar/{planned}", api::withdraw)
            .op(op("Take an entry out of the calendar").status(204)),
        post(Agents, "/api/v1/calendar-exceptions", api::except).op(op(
            "Let two entries stay in each other's way, until one of them moves",
        )
        .body::<api::NewException>()
        .status(204)),
    ]
}
