//! The organisation's own page: its name, logo and colour, its language, zone
//! and currency.
//!
//! | file | what it holds |
//! |---|---|
//! | [`contrast`] | colours of the theme and whether they can be read (pure) |
//! | [`verbs`] | change the settings, set and remove the logo |
//! | [`page`], [`swatch`] | the page, and how a colour looks in use |
//! | [`api`] | the same as JSON, and the logo's bytes |

pub mod api;
pub mod contrast;
pub mod page;
pub mod swatch;
pub mod verbs;

use crate::openapi::Op;
use crate::router::{Access, Route, delete, get, post, put};

/// The routes of this slice.
pub fn routes() -> Vec<Route> {
    use Access::{Admins, Public, SignedIn};
    let op = |summary| Op::new("Organisation", summary);
    vec![
        get(Public, "/logo/{sha}", api::logo),
        get(Admins, "/admin/organisation", page::page),
        post(Admins, "/admin/organisation", page::save),
        get(Admins, "/admin/organisation/colour", page::colour),
        post(Admins, "/admin/organisation/logo", page::set_logo).unlimited_body(),
        post(Admins, "/admin/organisation/logo/remove", page::remove_logo),
        get(SignedIn, "/api/v1/organisation", api::show)
            .op(op("Name, looks, language, zone and currency").answers::<api::OrganisationView>()),
        put(Admins, "/api/v1/organisation", api::change).op(op("Change the settings")
            .body::<verbs::Settings>()
            .answers::<api::OrganisationView>()),
        put(Admins, "/api/v1/organisation/logo", api::set_logo).op(op(
            "Use an uploaded PNG, JPEG or WebP as the logo",
        )
        .body::<api::LogoFile>()
        .answers::<api::OrganisationView>()),
        delete(Admins, "/api/v1/organisation/logo", api::remove_logo)
            .op(op("Use our own mark again").status(204)),
    ]
}
