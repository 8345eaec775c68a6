//! The status page: what works, what does not, and who is told when that changes.
//! What is said stands in [`crate::announcements`]; here is what it adds up to.
//!
//! | file | what it holds |
//! |---|---|
//! | [`history`] | the last days of a component (pure) |
//! | [`components`] | what can break, and which services need it |
//! | [`board`] | how things stand for a reader |
//! | [`page`], [`feed`] | the page that everybody may open, and the same as feeds |
//! | [`subscribe`], [`token`] | addresses without an account: asked, confirmed, ended; the links |
//! | [`following`] | people with an account: one press |
//! | [`tell`], [`letter`] | who is told when, and the message |
//! | [`admin`] | components and subscribers, for those who look after them |
//! | [`api`] | the same as JSON |

pub mod admin;
pub mod api;
pub mod board;
pub mod components;
pub mod feed;
pub mod following;
pub mod history;
pub mod letter;
pub mod page;
pub mod subscribe;
pub mod tell;
pub mod token;

use crate::openapi::Op;
use crate::router::{Access, Route, delete, get, post, put};

/// The routes of this slice.
pub fn routes() -> Vec<Route> {
    use Access::{Admins, Leads, Public, SignedIn};
    let op = |summary| Op::new("Status", summary);
    vec![
        get(Public, "/status", page::page),
        get(Public, "/status.atom", feed::atom),
        get(Public, "/status.rss", feed::rss),
        post(Public, "/status/subscribe", subscribe::act),
        get(Public, "/status/confirm/{secret}", subscribe::confirm_page),
        post(Public, "/status/confirm/{secret}", subscribe::confirm),
        get(Public, "/status/stop/{secret}", subscribe::stop_page),
        post(Public, "/status/stop/{secret}", subscribe::stop),
        post(SignedIn, "/status/follow", following::press),
        get(Leads, "/admin/components", admin::list),
        get(Leads, "/admin/components/new", admin::new),
        post(Leads, "/admin/components/new", admin::create),
        get(Leads, "/admin/components/{component}", admin::show),
        post(Leads, "/admin/components/{component}", admin::save),
        post(
            Leads,
            "/admin/components/{component}/archive",
            admin::archive,
        ),
        get(Admins, "/admin/subscribers", admin::page),
        post(
            Admins,
            "/admin/subscribers/{subscriber}/remove",
            admin::remove,
        ),
        get(Public, "/api/v1/status", api::status)
            .op(op("How things stand, as far as you may know").answers::<api::StatusView>()),
        post(Public, "/api/v1/status/subscriptions", subscribe::api).op(op(
            "Ask an address whether it wants to hear of it",
        )
        .body::<subscribe::Asked>()
        .status(202)),
        get(SignedIn, "/api/v1/me/status", api::follows)
            .op(op("What you hear of by mail").answers::<following::Following>()),
        put(SignedIn, "/api/v1/me/status", api::follow).op(op("Choose what you hear of by mail")
            .body::<following::Following>()
            .answers::<following::Following>()),
        get(SignedIn, "/api/v1/components", api::list)
            .op(op("What can break").answers::<api::Components>()),
        post(Leads, "/api/v1/components", api::create).op(op("Add a component")
            .body::<components::Wanted>()
            .answers::<api::ComponentView>()
            .status(201)),
        put(Leads, "/api/v1/components/{component}", api::change).op(op("Change a component")
            .body::<components::Wanted>()
            .answers::<api::ComponentView>()),
        delete(Leads, "/api/v1/components/{component}", api::archive)
            .op(op("Take a component out of use").status(204)),
        get(Admins, "/api/v1/subscribers", api::subscribers).op(op("Addresses that subscribed")
            .query::<admin::After>()
            .answers::<api::Subscribers>()),
        delete(Admins, "/api/v1/subscribers/{subscriber}", api::remove)
            .op(op("Forget an address that subscribed").status(204)),
    ]
}
