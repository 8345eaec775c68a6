//! People: accounts, teams, departments, sign-in, sessions, API tokens.
//!
//! | file | what it holds |
//! |---|---|
//! | [`auth`] | from a cookie or a token to an [`crate::actor::Actor`] |
//! | [`sign_in`] | proving who one is; [`limiter`] counts the attempts |
//! | [`password`] | hashing and checking passwords |
//! | [`sessions`], [`tokens`] | what a browser and a program carry |
//! | [`store`] | accounts, teams, departments in the database |
//! | [`verbs`] | the first run |
//! | [`pages`] | what people see of it |

pub mod auth;
pub mod limiter;
pub mod model;
pub mod pages;
pub mod password;
pub mod sessions;
pub mod sign_in;
pub mod store;
pub mod tokens;
pub mod verbs;

pub use model::{Department, Person, Team};

use crate::router::{Access, Route, get, post};

/// The routes of this slice.
pub fn routes() -> Vec<Route> {
    use Access::{Public, SignedIn};
    use pages::{look, sign_in, welcome};
    vec![
        get(Public, "/welcome", welcome::page),
        post(Public, "/welcome", welcome::submit),
        get(Public, "/sign-in", sign_in::page),
        post(Public, "/sign-in", sign_in::submit),
        post(SignedIn, "/sign-out", sign_in::sign_out),
        post(Public, "/look", look::change),
    ]
}
