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
//! | [`categories`] | the shelves of the catalogue |
//! | [`services`] | services, their audience, their form |

pub mod calendar_form;
pub mod calendars;
pub mod categories;
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

use crate::catalog::Category;
use crate::catalog::draft::{ServiceChange, ServiceDraft};
use crate::catalog::shelves::Shelf;
use crate::openapi::Op;
use crate::router::{Access, Route, get, patch, post};

/// The routes of this slice.
pub fn routes() -> Vec<Route> {
    use Access::Leads;
    use services::{api, audience, basics, builder, deeds, list, preview};
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
        get(Leads, "/admin/categories", categories::page),
        post(Leads, "/admin/categories", categories::add),
        post(Leads, "/admin/categories/{category}", categories::save),
        post(
            Leads,
            "/admin/categories/{category}/move",
            categories::reorder,
        ),
        post(
            Leads,
            "/admin/categories/{category}/archive",
            categories::archive,
        ),
        post(
            Leads,
            "/admin/categories/{category}/restore",
            categories::restore,
        ),
        get(Leads, "/api/v1/admin/services", api::list).op(Op::new(
            "Administration",
            "All services, also those not on offer",
        )
        .answers::<api::All<api::ServiceState>>()),
        post(Leads, "/api/v1/admin/services", api::create).op(Op::new(
            "Administration",
            "Make a service; nobody sees it until it is published",
        )
        .body::<ServiceDraft>()
        .answers::<api::ServiceState>()
        .status(201)),
        get(Leads, "/api/v1/admin/services/{service}", api::show).op(Op::new(
            "Administration",
            "A service with its form and audience",
        )
        .answers::<api::ServiceState>()),
        patch(Leads, "/api/v1/admin/services/{service}", api::change).op(Op::new(
            "Administration",
            "Change a service, its form, or who may order",
        )
        .body::<ServiceChange>()
        .answers::<api::ServiceState>()),
        post(
            Leads,
            "/api/v1/admin/services/{service}/publish",
            api::publish,
        )
        .op(Op::new("Administration", "Offer a service").answers::<api::ServiceState>()),
        post(
            Leads,
            "/api/v1/admin/services/{service}/retire",
            api::retire,
        )
        .op(Op::new("Administration", "Offer a service no longer").answers::<api::ServiceState>()),
        get(Leads, "/api/v1/admin/categories", api::categories).op(Op::new(
            "Administration",
            "All categories, in the order of the catalogue",
        )
        .answers::<api::All<Category>>()),
        post(Leads, "/api/v1/admin/categories", api::add_category).op(Op::new(
            "Administration",
            "Add a category",
        )
        .body::<Shelf>()
        .answers::<Category>()
        .status(201)),
        patch(
            Leads,
            "/api/v1/admin/categories/{category}",
            api::change_category,
        )
        .op(
            Op::new("Administration", "Change, archive or restore a category")
                .body::<api::ShelfChange>()
                .answers::<Category>(),
        ),
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
