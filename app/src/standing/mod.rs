//! Where a request stands in its process, and why it waits.
//!
//! | file | what it holds |
//! |---|---|
//! | [`rule`] | why it waits (pure) |
//! | [`load`] | what the rule needs to know |
//! | [`words`] | one plain sentence, for agents and for requesters |
//! | [`api`] | the same as JSON |

pub mod api;
pub mod load;
pub mod rule;
pub mod words;

use crate::openapi::Op;
use crate::router::{Access, Route, get};

/// The routes of this slice.
pub fn routes() -> Vec<Route> {
    vec![
        get(
            Access::SignedIn,
            "/api/v1/requests/{item}/standing",
            api::show,
        )
        .op(Op::new(
            "Requests",
            "Where it stands in its process, and why it waits",
        )
        .answers::<api::StandingView>()),
    ]
}
