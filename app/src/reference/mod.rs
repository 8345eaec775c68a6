//! The API's reference as a page, drawn from the same description that
//! programs read (`openapi`).
//!
//! | file | what it holds |
//! |---|---|
//! | [`shape`] | from JSON Schema to lines that people read (pure) |
//! | [`page`] | the page |

pub mod page;
pub mod shape;

use crate::router::{Access, Route, get};

/// The routes of this slice.
pub fn routes() -> Vec<Route> {
    vec![get(Access::SignedIn, "/api", page::page)]
}
