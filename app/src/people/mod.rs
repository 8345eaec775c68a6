//! People: accounts, teams, departments, sign-in, sessions, API tokens.
//!
//! | file | what it holds |
//! |---|---|
//! | [`auth`] | from a cookie or a token to an [`crate::actor::Actor`] |
//! | [`sign_in`] | proving who one is; [`limiter`] counts the attempts |
//! | [`password`] | hashing and checking passwords |
//! | [`sessions`], [`tokens`] | what a browser and a program carry |
//! | [`profile`] | what people change about themselves |
//! | [`manage`] | what administrators do with accounts |
//! | [`links`] | invitations and resets: links that work once |
//! | [`store`] | accounts, teams, departments in the database |
//! | [`verbs`] | the first run |
//! | [`pages`] | what people see of it |

pub mod api;
pub mod auth;
pub mod limiter;
pub mod links;
pub mod manage;
pub mod model;
pub mod pages;
pub mod password;
pub mod profile;
pub mod sessions;
pub mod sign_in;
pub mod store;
pub mod tokens;
pub mod verbs;

pub use model::{Department, Person, Team};

use crate::openapi::Op;
use crate::router::{Access, Route, delete, get, patch, post};

/// The routes of this slice.
pub fn routes() -> Vec<Route> {
    use Access::{Admins, Public, SignedIn};
    use pages::{
        account, admin_people, links as link_pages, look, me, security, sign_in,
        tokens as own_tokens, welcome,
    };
    vec![
        get(Public, "/welcome", welcome::page),
        post(Public, "/welcome", welcome::submit),
        get(Public, "/sign-in", sign_in::page),
        post(Public, "/sign-in", sign_in::submit),
        post(SignedIn, "/sign-out", sign_in::sign_out),
        post(Public, "/look", look::change),
        get(Public, "/forgot", link_pages::forgot),
        get(Public, "/link/{secret}", link_pages::page),
        post(Public, "/link/{secret}", link_pages::submit),
        get(Admins, "/admin/people", admin_people::page),
        post(Admins, "/admin/people", account::create),
        get(Admins, "/admin/people/new", account::new_page),
        get(Admins, "/admin/people/{person}", account::page),
        post(Admins, "/admin/people/{person}", account::save),
        post(
            Admins,
            "/admin/people/{person}/disable",
            admin_people::disable,
        ),
        post(
            Admins,
            "/admin/people/{person}/enable",
            admin_people::enable,
        ),
        post(Admins, "/admin/people/{person}/link", admin_people::link),
        get(SignedIn, "/me", me::page),
        post(SignedIn, "/me", me::save),
        get(SignedIn, "/me/security", security::page),
        post(SignedIn, "/me/password", security::password),
        post(SignedIn, "/me/sessions/end-others", security::end_others),
        post(SignedIn, "/me/sessions/{session}/end", security::end),
        get(SignedIn, "/me/tokens", own_tokens::page),
        post(SignedIn, "/me/tokens", own_tokens::create),
        post(SignedIn, "/me/tokens/{token}/revoke", own_tokens::revoke),
        get(SignedIn, "/api/v1/me", api::me)
            .op(Op::new("People", "Who asks, and their settings").answers::<api::MeView>()),
        patch(SignedIn, "/api/v1/me", api::change_me).op(Op::new(
            "People",
            "Change one's own settings",
        )
        .body::<profile::ProfileChange>()
        .answers::<api::MeView>()),
        get(SignedIn, "/api/v1/me/sessions", api::list_sessions).op(Op::new(
            "People",
            "The devices that are signed in as oneself",
        )
        .answers::<api::All<sessions::Session>>()),
        delete(SignedIn, "/api/v1/me/sessions/{session}", api::end_session).op(Op::new(
            "People",
            "Sign a device out",
        )
        .status(204)),
        get(SignedIn, "/api/v1/me/tokens", api::list_tokens).op(Op::new(
            "People",
            "One's own API tokens, newest first",
        )
        .answers::<api::All<tokens::Token>>()),
        post(SignedIn, "/api/v1/me/tokens", api::make_token).op(Op::new(
            "People",
            "Make an API token; not with a token",
        )
        .body::<tokens::NewToken>()
        .answers::<api::MadeToken>()
        .status(201)),
        delete(SignedIn, "/api/v1/me/tokens/{token}", api::revoke_token).op(Op::new(
            "People",
            "Revoke an API token",
        )
        .status(204)),
    ]
}
