//! People: accounts, teams, departments, sign-in, sessions, API tokens.
//!
//! * [`auth`] turns a cookie or a bearer token into an [`crate::actor::Actor`]
//! * [`password`] hashes and checks passwords
//! * [`sessions`] signs in and out; [`tokens`] makes API tokens
//! * [`store`] reads and writes accounts; [`verbs`] are the public actions

pub mod auth;
pub mod model;
pub mod pages;
pub mod password;
pub mod sessions;
pub mod store;
pub mod tokens;
pub mod verbs;

pub use model::{Department, Person, Team};

use crate::router::{Access, Route, get, post};

/// The routes of this slice.
pub fn routes() -> Vec<Route> {
    use Access::{Public, SignedIn};
    vec![
        get(Public, "/welcome", pages::welcome_page),
        post(Public, "/welcome", pages::welcome),
        get(Public, "/sign-in", pages::sign_in_page),
        post(Public, "/sign-in", pages::sign_in),
        post(SignedIn, "/sign-out", pages::sign_out),
    ]
}
