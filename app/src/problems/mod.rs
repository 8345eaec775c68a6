//! Problems: why something keeps breaking, and what helps until it is mended
//! (ITIL 4, problem management).
//!
//! | file | what it holds |
//! |---|---|
//! | [`store`] | the record of a problem, its incidents, its known errors by service |
//! | [`verbs`] | open of incidents, write down, publish, withdraw, "this helped me" |
//! | [`resolve`] | incidents hear that their cause is fixed |
//! | [`panel`] | the block on the agents' page; the workaround for people who order |
//! | [`page`] | the problem's own page, and opening one |
//! | [`api`] | the same as JSON |

pub mod api;
pub mod page;
pub mod panel;
pub mod resolve;
pub mod store;
pub mod verbs;

use crate::openapi::Op;
use crate::router::{Access, Route, delete, get, patch, post};

/// The routes of this slice.
pub fn routes() -> Vec<Route> {
    use Access::{Agents, SignedIn};
    let op = |summary| Op::new("Problems", summary);
    vec![
        get(Agents, "/work/{item}/problem", page::show),
        post(Agents, "/work/{item}/problem", page::save),
        get(Agents, "/work/{item}/problem/new", page::ask),
        post(Agents, "/work/{item}/problem/new", page::open),
        post(SignedIn, "/known-errors/{problem}/helped", page::helped),
        get(SignedIn, "/api/v1/known-errors", api::known).op(op(
            "Known faults with what helps, of the services you may order",
        )
        .answers::<api::KnownErrors>()),
        post(
            SignedIn,
            "/api/v1/known-errors/{problem}/helped",
            api::helped,
        )
        .op(op("Say that the workaround helped").status(204)),
        post(SignedIn, "/api/v1/requests/{item}/problems", api::open).op(op(
            "Open a problem of this incident and others",
        )
        .body::<api::NewProblem>()
        .answers::<crate::work::api::RequestView>()
        .status(201)),
        get(SignedIn, "/api/v1/requests/{item}/problem", api::show)
            .op(op("A problem's record; for agents").answers::<api::ProblemView>()),
        patch(SignedIn, "/api/v1/requests/{item}/problem", api::save).op(op(
            "Write down cause, workaround and services",
        )
        .body::<api::ProblemChange>()
        .answers::<api::ProblemView>()),
        post(
            SignedIn,
            "/api/v1/requests/{item}/problem/workaround",
            api::publish,
        )
        .op(op("Offer the workaround to people who order").answers::<api::ProblemView>()),
        delete(
            SignedIn,
            "/api/v1/requests/{item}/problem/workaround",
            api::withdraw,
        )
        .op(op("Take the workaround back").answers::<api::ProblemView>()),
    ]
}
