//! Recurring requests: what is ordered again by schedule.
//!
//! | file | what it holds |
//! |---|---|
//! | [`model`] | the nouns |
//! | [`words`] | rhythms in words; dates in titles and answers (pure) |
//! | [`store`] | the rows |
//! | [`verbs`] | plan, change, pause, skip, order now |
//! | [`run`] | ordering what is due, once |
//! | [`draft`] | the posted form, and what it means |
//! | [`editor`], [`timing`], [`page`] | the form with its dates; the list and one plan |
//! | [`api`] | the same as JSON |
//!
//! When something is due is `mil_sla::rhythm`. An order and the note that it was
//! placed are one transaction; the note's key is the occurrence's date.

pub mod api;
pub mod draft;
pub mod editor;
pub mod model;
pub mod page;
pub mod run;
pub mod store;
pub mod timing;
pub mod verbs;
pub mod words;

use crate::openapi::Op;
use crate::router::{Access, Route, delete, get, post, put};

/// The routes of this slice.
pub fn routes() -> Vec<Route> {
    use Access::Agents;
    let op = |summary| Op::new("Recurring requests", summary);
    vec![
        get(Agents, "/recurring", page::list),
        get(Agents, "/recurring/new", editor::new),
        post(Agents, "/recurring/new", editor::create),
        get(Agents, "/recurring/{recurring}", page::show),
        post(Agents, "/recurring/{recurring}", page::act),
        get(Agents, "/recurring/{recurring}/edit", editor::edit),
        post(Agents, "/recurring/{recurring}/edit", editor::save),
        get(Agents, "/api/v1/recurring", api::list).op(op(
            "What is ordered by schedule, newest first",
        )
        .query::<api::After>()
        .answers::<api::Plans>()),
        post(Agents, "/api/v1/recurring", api::create).op(op("Plan a recurring request")
            .body::<api::PlanInput>()
            .answers::<api::PlanView>()
            .status(201)),
        post(Agents, "/api/v1/recurring/preview", api::preview).op(op(
            "The next ten dates of a rhythm",
        )
        .body::<api::PreviewInput>()
        .answers::<api::Dates>()),
        get(Agents, "/api/v1/recurring/{recurring}", api::show)
            .op(op("A plan with its next dates and history").answers::<api::PlanView>()),
        put(Agents, "/api/v1/recurring/{recurring}", api::change).op(op("Change a plan")
            .body::<api::PlanInput>()
            .answers::<api::PlanView>()),
        delete(Agents, "/api/v1/recurring/{recurring}", api::remove)
            .op(op("Remove a plan; what it ordered stays").status(204)),
        post(Agents, "/api/v1/recurring/{recurring}/deeds", api::act).op(op(
            "Pause, go on, skip or take back an occurrence, order now",
        )
        .body::<api::DeedInput>()
        .answers::<api::PlanView>()),
    ]
}
