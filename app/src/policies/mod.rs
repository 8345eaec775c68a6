//! Policies: what holds for whom since when, who has confirmed it, and who is
//! excepted for how long.
//!
//! | file | what it holds |
//! |---|---|
//! | [`model`] | the nouns, and their rules (pure) |
//! | [`store`] | the rows; which policies somebody may read |
//! | [`verbs`] | write, publish, confirm |
//! | [`exceptions`] | ask for an exception, decide |
//! | [`duties`] | who is asked and reminded, by itself |
//! | [`pages`] | reading and confirming, in the portal |
//! | [`desk`], [`editor`] | running them, in the workspace |
//! | [`report`] | who has confirmed what |
//! | [`api`] | the same as JSON |

pub mod api;
pub mod desk;
pub mod duties;
pub mod editor;
pub mod exceptions;
pub mod model;
pub mod pages;
pub mod report;
pub mod store;
pub mod verbs;

use crate::openapi::Op;
use crate::router::{Access, Route, delete, get, post, put};

/// The routes of this slice.
pub fn routes() -> Vec<Route> {
    let mut all = people();
    all.extend(programs());
    all
}

fn people() -> Vec<Route> {
    use Access::{Agents, Leads, SignedIn};
    vec![
        get(SignedIn, "/policies", pages::list),
        get(SignedIn, "/policies/{policy}", pages::show),
        get(
            SignedIn,
            "/policies/{policy}/versions/{policy_version}",
            pages::version,
        ),
        post(
            SignedIn,
            "/policies/{policy}/acknowledgement",
            pages::acknowledge,
        ),
        post(
            SignedIn,
            "/policies/{policy}/exceptions",
            pages::ask_exception,
        ),
        get(Agents, "/work/policies", desk::list),
        get(Leads, "/work/policies/new", desk::new),
        post(Leads, "/work/policies/new", desk::create),
        get(Agents, "/work/policies/{policy}", desk::show),
        post(Agents, "/work/policies/{policy}", desk::save),
        post(Agents, "/work/policies/{policy}/{policy_deed}", desk::act),
        post(
            Agents,
            "/work/policies/{policy}/exceptions/{exception}",
            desk::decide,
        ),
        get(Agents, "/work/policies/{policy}/report.csv", report::file),
    ]
}

fn programs() -> Vec<Route> {
    use Access::{Agents, Leads, SignedIn};
    let op = |summary| Op::new("Policies", summary);
    vec![
        get(SignedIn, "/api/v1/policies", api::list)
            .op(op("Policies that hold for you").answers::<api::Policies>()),
        get(SignedIn, "/api/v1/policies/{policy}", api::show)
            .op(op("One of them").answers::<api::PolicyView>()),
        post(
            SignedIn,
            "/api/v1/policies/{policy}/acknowledgement",
            api::acknowledge,
        )
        .op(op("Confirm that you have read it")
            .body::<api::Acknowledgement>()
            .answers::<api::Tried>()),
        post(
            SignedIn,
            "/api/v1/policies/{policy}/exceptions",
            api::ask_exception,
        )
        .op(op("Ask for an exception")
            .body::<api::NewException>()
            .status(204)),
        post(
            Agents,
            "/api/v1/policies/{policy}/exceptions/{exception}",
            api::decide,
        )
        .op(op("Grant an exception, refuse it, or end it")
            .body::<api::Decision>()
            .status(204)),
        post(Leads, "/api/v1/policies", api::create).op(op("Begin a policy, as a draft")
            .body::<api::NewVersion>()
            .answers::<api::RunView>()
            .status(201)),
        put(Agents, "/api/v1/policies/{policy}/draft", api::save).op(op(
            "Write the draft of its next version",
        )
        .body::<api::NewVersion>()
        .answers::<api::RunView>()),
        post(
            Agents,
            "/api/v1/policies/{policy}/publication",
            api::publish,
        )
        .op(op("Publish the draft")
            .body::<api::Publication>()
            .answers::<api::RunView>()),
        delete(Agents, "/api/v1/policies/{policy}", api::retire)
            .op(op("Give a policy up").status(204)),
        get(Agents, "/api/v1/policies/{policy}/report", api::report)
            .op(op("Who has confirmed it").answers::<api::Report>()),
    ]
}
