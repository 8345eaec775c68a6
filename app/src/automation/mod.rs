//! Rules: what is done by itself when something happens, has lasted, or is due.
//!
//! | file | what it holds |
//! |---|---|
//! | [`model`] | a rule as data: when, if, then; checked with clear errors |
//! | [`facts`] | what conditions can ask about a request (pure) |
//! | [`store`] | rules and their runs |
//! | [`listen`], [`timers`] | what sets rules off: events, and time |
//! | [`run`] | carrying out, each run one transaction, once per cause |
//! | [`deeds`] | one deed, through the verb that a person would use |
//! | [`dry`] | what a rule would have done |
//! | [`verbs`] | what leads do to rules |
//! | [`draft`], [`form`], [`templates`] | the builder |
//! | [`page`], [`words`] | the list and the log; rules as sentences |
//! | [`macros`], [`quick`] | several deeds by one button; canned answers |
//! | [`api`] | the same as JSON |

pub mod api;
pub mod deeds;
pub mod draft;
pub mod dry;
pub mod facts;
pub mod form;
pub mod listen;
pub mod macros;
pub mod model;
pub mod page;
pub mod quick;
pub mod run;
pub mod store;
pub mod templates;
pub mod timers;
pub mod verbs;
pub mod words;

use crate::openapi::Op;
use crate::router::{Access, Route, delete, get, post, put};

/// The routes of this slice.
pub fn routes() -> Vec<Route> {
    let mut all = pages();
    all.extend(operations());
    all
}

fn pages() -> Vec<Route> {
    use Access::{Agents, Leads};
    vec![
        get(Leads, "/admin/rules", page::list),
        get(Leads, "/admin/rules/new", form::fresh),
        post(Leads, "/admin/rules/new", form::create),
        get(Leads, "/admin/rules/{rule}", page::show),
        get(Leads, "/admin/rules/{rule}/edit", form::edit),
        post(Leads, "/admin/rules/{rule}/edit", form::save),
        post(Leads, "/admin/rules/{rule}/state", page::state),
        get(Leads, "/admin/macros", quick::show),
        post(Leads, "/admin/macros", quick::create),
        post(Leads, "/admin/macros/{macro}/remove", quick::remove),
        post(Agents, "/work/{item}/macros", quick::apply),
    ]
}

fn operations() -> Vec<Route> {
    use Access::{Agents, Leads};
    let op = |summary| Op::new("Rules", summary);
    vec![
        get(Leads, "/api/v1/rules", api::list)
            .op(op("Rules, in the order in which they run").answers::<api::Rules>()),
        post(Leads, "/api/v1/rules", api::create).op(op("Make a rule; you are its owner")
            .body::<api::RuleInput>()
            .answers::<api::RuleView>()
            .status(201)),
        post(Leads, "/api/v1/rules/dry-runs", api::dry_run).op(op(
            "What a rule would have done in the last 30 days",
        )
        .body::<api::DryInput>()
        .answers::<api::DryView>()),
        get(Leads, "/api/v1/rules/{rule}", api::show).op(op("One rule").answers::<api::RuleView>()),
        put(Leads, "/api/v1/rules/{rule}", api::change).op(op(
            "Let a rule say something else; you become its owner",
        )
        .body::<api::RuleInput>()
        .answers::<api::RuleView>()),
        delete(Leads, "/api/v1/rules/{rule}", api::remove).op(op("Remove a rule").status(204)),
        put(Leads, "/api/v1/rules/{rule}/state", api::switch).op(op("Switch a rule on or off")
            .body::<api::RuleSwitch>()
            .answers::<api::RuleView>()),
        get(Leads, "/api/v1/rules/{rule}/runs", api::runs)
            .op(op("What it did, newest first").answers::<api::Runs>()),
        get(Agents, "/api/v1/macros", quick::api_list)
            .op(op("Macros and canned answers that you may use").answers::<quick::QuickView>()),
        post(Leads, "/api/v1/macros", quick::api_create).op(op("A new macro or canned answer")
            .body::<quick::QuickInput>()
            .answers::<quick::Made>()
            .status(201)),
        delete(Leads, "/api/v1/macros/{macro}", quick::api_remove)
            .op(op("Remove a macro or canned answer").status(204)),
        post(Agents, "/api/v1/requests/{item}/macros", quick::api_apply).op(op(
            "Use a macro: all its deeds or none",
        )
        .body::<quick::UseInput>()
        .answers::<crate::work::api::RequestView>()),
    ]
}
