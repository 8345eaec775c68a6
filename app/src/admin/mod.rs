//! Administration in the browser, and the same through the API.
//!
//! | file | what it holds |
//! |---|---|
//! | [`home`] | the way in: what the reader's role may open |

pub mod home;

use crate::router::{Access, Route, get};

/// The routes of this slice.
pub fn routes() -> Vec<Route> {
    use Access::Leads;
    vec![get(Leads, "/admin", home::page)]
}
