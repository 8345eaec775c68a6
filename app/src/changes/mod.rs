//! Change enablement: what is known of a change beyond its request, and what it
//! has to have before it goes on (ITIL 4, change enablement).
//!
//! | file | what it holds |
//! |---|---|
//! | [`rules`] | types and outcomes; risk and impact from a questionnaire (pure) |
//! | [`store`] | the record, and what it takes over from the order |
//! | [`verbs`] | write, look back, make work of it, approve services beforehand |
//! | [`guard`] | a way back for what ranks high, a review for what failed |
//! | [`page`] | risk and plans of one change |
//! | [`forms`] | its forms |
//! | [`list`] | open changes with window, risk and decision; types of services |
//! | [`panel`] | the block beside the request, and what requesters read |
//! | [`words`] | types, levels, answers and events as words |
//! | [`api`] | the same as JSON |

pub mod api;
mod forms;
pub mod guard;
pub mod list;
pub mod page;
pub mod panel;
pub mod rules;
pub mod store;
pub mod verbs;
pub mod words;

use crate::openapi::Op;
use crate::router::{Access, Route, get, patch, post, put};

/// The routes of this slice.
pub fn routes() -> Vec<Route> {
    use Access::{Agents, Leads};
    let op = |summary| Op::new("Changes", summary);
    vec![
        get(Agents, "/changes", list::page),
        get(Leads, "/changes/services", list::services),
        post(Leads, "/changes/services", list::set),
        get(Agents, "/work/{item}/change", page::show),
        post(Agents, "/work/{item}/change/{change_step}", page::act),
        get(Agents, "/api/v1/changes", api::list).op(op(
            "Open changes with window, risk and decision, the soonest first",
        )
        .answers::<api::Changes>()),
        get(Agents, "/api/v1/requests/{item}/change", api::show)
            .op(op("What is known of a change").answers::<api::ChangeView>()),
        patch(Agents, "/api/v1/requests/{item}/change", api::write).op(op(
            "Say how a change is decided on, how it ranks, what it touches, and its plans",
        )
        .body::<api::Patch>()
        .answers::<api::ChangeView>()),
        put(Agents, "/api/v1/requests/{item}/change/review", api::review).op(op(
            "Look back at a change: how it went, and what it broke",
        )
        .body::<api::NewReview>()
        .answers::<api::ChangeView>()),
        post(Agents, "/api/v1/requests/{item}/change/actions", api::act).op(op(
            "Make tracked work of what was learned",
        )
        .body::<crate::post_mortems::api::NewAction>()
        .answers::<crate::work::api::RequestView>()
        .status(201)),
        get(Agents, "/api/v1/change-services", api::services).op(op(
            "Services whose orders are changes, with their type",
        )
        .answers::<api::Services>()),
        put(Leads, "/api/v1/change-services/{service}", api::approve).op(op(
            "Say which type its orders are; standard: approved beforehand",
        )
        .body::<api::ServiceType>()
        .status(204)),
    ]
}
