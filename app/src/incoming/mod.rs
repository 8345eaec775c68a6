//! Incoming webhooks: other programs order by a request to a secret address.
//!
//! | file | what it holds |
//! |---|---|
//! | [`map`] | from a text of another program to an order; signatures (pure) |
//! | [`store`] | the rows |
//! | [`receive`] | taking what comes in |
//! | [`verbs`] | what administrators do to addresses |
//! | [`pages`], [`form`] | the pages |
//! | [`api`] | the same as JSON |

pub mod api;
pub mod form;
pub mod map;
pub mod pages;
pub mod receive;
pub mod store;
pub mod verbs;

use crate::openapi::Op;
use crate::router::{Access, Route, delete, get, post, put};

/// The routes of this slice.
pub fn routes() -> Vec<Route> {
    use Access::{Admins, Public};
    let op = |summary| Op::new("Incoming webhooks", summary);
    vec![
        post(Public, "/hooks/{hook_secret}", receive::receive),
        get(Admins, "/admin/incoming", pages::list),
        get(Admins, "/admin/incoming/new", form::fresh),
        post(Admins, "/admin/incoming/new", form::create),
        get(Admins, "/admin/incoming/{hook}", pages::show),
        get(Admins, "/admin/incoming/{hook}/edit", form::edit),
        post(Admins, "/admin/incoming/{hook}/edit", form::save),
        post(Admins, "/admin/incoming/{hook}/state", pages::state),
        post(Admins, "/admin/incoming/{hook}/rotate", pages::rotate),
        post(
            Admins,
            "/admin/incoming/{hook}/calls/{call}/again",
            pages::again,
        ),
        get(Admins, "/api/v1/incoming", api::list)
            .op(op("All addresses at which other programs order").answers::<api::Hooks>()),
        post(Admins, "/api/v1/incoming", api::create).op(op(
            "Make an address; the answer holds it and its secret, this one time",
        )
        .body::<verbs::Wanted>()
        .answers::<api::Made>()
        .status(201)),
        get(Admins, "/api/v1/incoming/{hook}", api::show)
            .op(op("One address").answers::<api::HookView>()),
        put(Admins, "/api/v1/incoming/{hook}", api::change).op(op("Change an address")
            .body::<verbs::Wanted>()
            .answers::<api::HookView>()),
        delete(Admins, "/api/v1/incoming/{hook}", api::remove)
            .op(op("Remove an address and what came in there").status(204)),
        get(Admins, "/api/v1/incoming/{hook}/calls", api::calls)
            .op(op("What came in, newest first").answers::<api::Calls>()),
        post(
            Admins,
            "/api/v1/incoming/{hook}/calls/{call}/again",
            api::again,
        )
        .op(op("Try again what was refused, by the present mapping").answers::<api::CallView>()),
    ]
}
