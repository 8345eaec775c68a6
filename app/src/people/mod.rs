//! People: accounts, teams, departments, sign-in, sessions, API tokens.
//!
//! * [`auth`] turns a cookie or a bearer token into an [`crate::actor::Actor`]
//! * [`password`] hashes and checks passwords
//! * [`sessions`] signs in and out; [`tokens`] makes API tokens
//! * [`store`] reads and writes accounts; [`verbs`] are the public actions

pub mod auth;
pub mod model;
pub mod password;
pub mod sessions;
pub mod store;
pub mod tokens;
pub mod verbs;

pub use model::{Department, Person, Team};
