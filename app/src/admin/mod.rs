//! Administration in the browser, and the same through the API.
//!
//! | file | what it holds |
//! |---|---|
//! | [`home`] | the way in: what the reader's role may open |
//! | [`frame`] | what pages here share: heads, questions, conflicts |
//! | [`span`] | working time as people write it (pure) |
//! | [`calendars`], [`calendar_form`], [`weeks`] | working hours, drawn |
//! | [`holidays`], [`import_pages`] | holidays, also from files and countries |
//! | [`promises`], [`promise_form`], [`promise_rail`] | targets and who is told when |
//! | [`processes`] | stages, with what changes before it does |
//! | [`terms_api`] | calendars and promises as JSON |
//! | [`services`] | services, their audience, their form |

pub mod calendar_form;
pub mod calendars;
pub mod frame;
pub mod holidays;
pub mod home;
pub mod import_pages;
pub mod processes;
pub mod promise_form;
pub mod promise_rail;
pub mod promises;
pub mod services;
pub mod span;
pub mod terms_api;
pub mod weeks;

use crate::router::{Access, Route, get, post};

/// The routes of this slice.
pub fn routes() -> Vec<Route> {
    use Access::Leads;
    use services::{audience, basics, builder, deeds, list, preview};
    vec![
        get(Leads, "/admin", home::page),
        get(Leads, "/admin/services", list::page),
        post(Leads, "/admin/services", basics::create),
        get(Leads, "/admin/services/new", basics::new_page),
        get(Leads, "/admin/services/{service}", basics::page),
        post(Leads, "/admin/services/{service}", basics::save),
        get(Leads, "/admin/services/{service}/audience", audience::page),
        post(Leads, "/admin/services/{service}/audience", audience::save),
        get(Leads, "/admin/services/{service}/form", builder::page),
        post(Leads, "/admin/services/{service}/form", builder::submit),
        post(
            Leads,
            "/admin/services/{service}/form/preview",
            builder::preview,
        ),
        get(Leads, "/admin/services/{service}/preview", preview::page),
        post(Leads, "/admin/services/{service}/publish", deeds::publish),
        post(Leads, "/admin/services/{service}/retire", deeds::retire),
        post(
            Leads,
            "/admin/services/{service}/duplicate",
            deeds::duplicate,
        ),
        post(Leads, "/admin/services/{service}/move", deeds::reorder),
        get(Leads, "/admin/calendars", calendars::list),
        post(Leads, "/admin/calendars", calendars::create),
        get(Leads, "/admin/calendars/new", calendars::new_page),
        post(Leads, "/admin/calendars/preview", calendars::preview),
        get(Leads, "/admin/calendars/{calendar}", calendars::page),
        post(Leads, "/admin/calendars/{calendar}", calendars::save),
        get(
            Leads,
            "/admin/calendars/{calendar}/holidays",
            holidays::page,
        ),
        post(
            Leads,
            "/admin/calendars/{calendar}/holidays",
            holidays::save,
        ),
        post(
            Leads,
            "/admin/calendars/{calendar}/import",
            import_pages::preview,
        )
        .unlimited_body(),
        post(Leads, "/admin/calendars/{calendar}/apply", calendars::apply),
        post(
            Leads,
            "/admin/calendars/{calendar}/archive",
            calendars::archive,
        ),
        post(
            Leads,
            "/admin/calendars/{calendar}/restore",
            calendars::restore,
        ),
        get(Leads, "/admin/promises", promises::list),
        post(Leads, "/admin/promises", promises::create),
        get(Leads, "/admin/promises/new", promises::new_page),
        post(Leads, "/admin/promises/preview", promises::preview),
        get(Leads, "/admin/promises/{promise}", promises::page),
        post(Leads, "/admin/promises/{promise}", promises::save),
        post(
            Leads,
            "/admin/promises/{promise}/archive",
            promises::archive,
        ),
        post(
            Leads,
            "/admin/promises/{promise}/restore",
            promises::restore,
        ),
    ]
}
