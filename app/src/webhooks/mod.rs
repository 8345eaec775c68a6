//! Webhooks: other programs hear what happens here.
//!
//! | file | what it holds |
//! |---|---|
//! | [`rules`] | when to try again, signatures, which events (pure) |
//! | [`chat`] | messages for Slack, Teams and Mattermost (pure) |
//! | [`store`] | the rows |
//! | [`listen`] | from the outbox to deliveries |
//! | [`send`] | sending what is due, each endpoint in its own places |
//! | [`verbs`] | what administrators do to endpoints |
//! | [`list`], [`page`], [`form`], [`delivery_page`] | the pages |
//! | [`words`] | events and failures in words |
//! | [`api`] | the same as JSON |

pub mod api;
pub mod chat;
pub mod delivery_page;
pub mod form;
pub mod list;
pub mod listen;
pub mod page;
pub mod rules;
pub mod send;
pub mod store;
pub mod verbs;
pub mod words;

use crate::openapi::Op;
use crate::router::{Access, Route, delete, get, post, put};

/// The routes of this slice.
pub fn routes() -> Vec<Route> {
    use Access::Admins;
    let op = |summary| Op::new("Webhooks", summary);
    vec![
        get(Admins, "/admin/webhooks", list::page),
        get(Admins, "/admin/webhooks/new", form::fresh),
        post(Admins, "/admin/webhooks/new", form::create),
        get(Admins, "/admin/webhooks/{webhook}", page::show),
        get(Admins, "/admin/webhooks/{webhook}/edit", form::edit),
        post(Admins, "/admin/webhooks/{webhook}/edit", form::save),
        post(Admins, "/admin/webhooks/{webhook}/state", page::state),
        post(Admins, "/admin/webhooks/{webhook}/rotate", page::rotate),
        post(Admins, "/admin/webhooks/{webhook}/test", page::test),
        post(Admins, "/admin/webhooks/{webhook}/replay", page::replay),
        get(
            Admins,
            "/admin/webhooks/{webhook}/deliveries/{delivery}",
            delivery_page::show,
        ),
        get(Admins, "/api/v1/webhooks", api::list)
            .op(op("All endpoints, with how they do").answers::<api::Webhooks>()),
        post(Admins, "/api/v1/webhooks", api::create).op(op(
            "Register an endpoint; the answer holds its secret",
        )
        .body::<verbs::Wanted>()
        .answers::<api::WebhookView>()
        .status(201)),
        get(Admins, "/api/v1/webhooks/{webhook}", api::show)
            .op(op("One endpoint").answers::<api::WebhookView>()),
        put(Admins, "/api/v1/webhooks/{webhook}", api::change).op(op("Change an endpoint")
            .body::<verbs::Wanted>()
            .answers::<api::WebhookView>()),
        delete(Admins, "/api/v1/webhooks/{webhook}", api::remove)
            .op(op("Remove an endpoint").status(204)),
        put(Admins, "/api/v1/webhooks/{webhook}/state", api::switch).op(op(
            "Switch an endpoint on or off; on also ends a pause",
        )
        .body::<api::Switch>()
        .answers::<api::WebhookView>()),
        post(Admins, "/api/v1/webhooks/{webhook}/secret", api::rotate)
            .op(op("A new secret; the old one signs too for three days")
                .answers::<api::WebhookView>()),
        post(Admins, "/api/v1/webhooks/{webhook}/test", api::test)
            .op(op("Send a test").answers::<api::DeliveryView>().status(201)),
        get(
            Admins,
            "/api/v1/webhooks/{webhook}/deliveries",
            api::deliveries,
        )
        .op(op("What was sent, newest first")
            .query::<api::Asked>()
            .answers::<api::Deliveries>()),
        get(
            Admins,
            "/api/v1/webhooks/{webhook}/deliveries/{delivery}",
            api::one,
        )
        .op(op("One delivery with its attempts").answers::<api::DeliveryView>()),
        post(Admins, "/api/v1/webhooks/{webhook}/replays", api::replay).op(op(
            "Send again: one delivery, all given up, or all since a time",
        )
        .body::<api::ReplayInput>()
        .answers::<api::Replayed>()),
    ]
}
