//! The demo: a believable organisation with half a year of work behind it.
//!
//! | file | what it holds |
//! |---|---|
//! | [`organisation`] | the university, its people, teams and departments |
//! | [`catalogue`] | services, forms, processes, calendars (from `data/*.toml`) |
//! | [`stories`] | what people ask for and how they talk about it |
//! | [`plan`] | which requests there are and how each of them went |
//! | [`script`] | the steps of one request, in working time |
//! | [`play`] | carries the steps out with the real verbs, in order of time |
//! | [`files`] | small real files that go with it |
//! | [`draw`] | logos, pictures and templates of the asset library |
//! | [`run`] | the command: make it or find it, then serve |
//!
//! Nothing is inserted behind the verbs' backs: every request was ordered,
//! moved and answered as a person would have done it, at the time it says, so
//! that timelines, promises and notifications are true. The same seed and the
//! same moment give the same organisation.

pub mod catalogue;
mod dice;
mod draw;
mod files;
pub mod organisation;
mod plan;
mod play;
pub mod run;
mod script;
mod stories;

pub use play::{Filled, SEED, fill};

/// The password of every demo account.
pub const PASSWORD: &str = "nordhaven-demo";

/// The secret of a link to the logos for people outside; it asks for [`PASSWORD`].
pub const PRESS_LINK: &str = "share_nordhaven-press";

/// An account that the sign-in page of the demo offers.
#[derive(Debug, Clone, Copy)]
pub struct Account {
    /// Address to sign in with.
    pub email: &'static str,
    /// Who it is.
    pub name: &'static str,
    /// What they are in the organisation.
    pub title: &'static str,
    /// Their role, as [`crate::actor::Role::label`] says it.
    pub role: crate::actor::Role,
}

/// One account per role, in the order in which one would look at the demo.
pub fn accounts() -> Vec<Account> {
    organisation::PEOPLE
        .iter()
        .filter(|p| organisation::OFFERED.contains(&p.key))
        .map(|p| Account {
            email: p.email,
            name: p.name,
            title: p.title,
            role: p.role,
        })
        .collect()
}
