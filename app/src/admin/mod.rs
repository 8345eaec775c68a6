//! Administration in the browser, and the same through the API.
//!
//! | file | what it holds |
//! |---|---|
//! | [`home`] | the way in: what the reader's role may open |
//! | [`services`] | services, their audience, their form |

pub mod home;
pub mod services;

use crate::router::{Access, Route, get, post};

/// The routes of this slice.
pub fn routes() -> Vec<Route> {
    use Access::Leads;
    use services::{audience, basics, deeds, list, preview};
    vec![
        get(Leads, "/admin", home::page),
        get(Leads, "/admin/services", list::page),
        post(Leads, "/admin/services", basics::create),
        get(Leads, "/admin/services/new", basics::new_page),
        get(Leads, "/admin/services/{service}", basics::page),
        post(Leads, "/admin/services/{service}", basics::save),
        get(Leads, "/admin/services/{service}/audience", audience::page),
        post(Leads, "/admin/services/{service}/audience", audience::save),
        get(Leads, "/admin/services/{service}/preview", preview::page),
        post(Leads, "/admin/services/{service}/publish", deeds::publish),
        post(Leads, "/admin/services/{service}/retire", deeds::retire),
        post(
            Leads,
            "/admin/services/{service}/duplicate",
            deeds::duplicate,
        ),
        post(Leads, "/admin/services/{service}/move", deeds::reorder),
    ]
}
