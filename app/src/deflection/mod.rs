//! Deflection: answers beside what people type, and what they saved.
//!
//! | file | what it holds |
//! |---|---|
//! | [`verbs`] | "this solved it", and taking it back |
//! | [`panel`] | answers beside a form, while somebody writes |
//! | [`ask`] | the page on which anything can be asked |
//! | [`rules`] | what may be said of hours saved (pure) |
//! | [`store`] | the rows that the report stands on |
//! | [`report`] | the figures: saved hours, the five promises of self-help, what fails |
//! | [`page`], [`plot`] | the report as a page, and its columns |
//! | [`api`] | the same as JSON and CSV |
//!
//! Only somebody who says so counts: once for a person, a thing and a day.

pub mod api;
pub mod ask;
pub mod page;
pub mod panel;
pub mod plot;
pub mod report;
pub mod rules;
pub mod store;
pub mod verbs;

use crate::openapi::Op;
use crate::router::{Access, Route, get, post};

/// The routes of this slice.
pub fn routes() -> Vec<Route> {
    use Access::{Leads, SignedIn};
    let op = |summary| Op::new("Self-help", summary);
    vec![
        get(SignedIn, "/ask", ask::page),
        post(SignedIn, "/self-help/offer", panel::offer),
        post(SignedIn, "/self-help/solved", panel::solved),
        post(SignedIn, "/self-help/solved/{solve}/undo", panel::undo),
        get(Leads, "/insight/self-help", page::page),
        post(Leads, "/insight/self-help/rate", page::set_rate),
        get(Leads, "/insight/self-help.csv", api::csv),
        post(SignedIn, "/api/v1/self-help/solved", api::solved).op(op(
            "Say that an answer solved it: once for a person, a thing and a day",
        )
        .body::<verbs::Solve>()
        .answers::<api::Solved>()
        .status(201)),
        post(SignedIn, "/api/v1/self-help/solved/{solve}/undo", api::undo)
            .op(op("Take that back").status(204)),
        get(Leads, "/api/v1/self-help", api::report).op(op(
            "What self-help saved, as a range with its sample and method",
        )
        .query::<report::Asked>()
        .answers::<report::Report>()),
    ]
}
