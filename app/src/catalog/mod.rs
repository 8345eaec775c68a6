//! The service catalogue: what can be ordered, by whom, through which process,
//! on which promise.
//!
//! * [`model`] the nouns; [`audience`] who may order (a pure rule)
//! * [`snapshot`] the whole catalogue in memory, read again when it changed
//! * [`draft`] a service as it is written down, and its checks (pure)
//! * [`verbs`], [`shelves`] what leads and administrators do with it
//! * [`terms`] what leads and administrators do with calendars and promises
//! * [`rules`] the same with processes
//! * [`store`] the rows

pub mod api;
pub mod audience;
pub mod draft;
pub mod model;
pub mod rules;
pub mod shelves;
pub mod snapshot;
pub mod store;
pub mod terms;
pub mod verbs;

pub use audience::Audience;
pub use model::{Category, PromiseDef, Service};
pub use snapshot::Catalog;

use crate::openapi::Op;
use crate::router::{Access, Route, get};

/// The routes of this slice.
pub fn routes() -> Vec<Route> {
    use Access::SignedIn;
    vec![
        get(SignedIn, "/api/v1/services", api::list).op(Op::new(
            "Catalogue",
            "The services you may order",
        )
        .answers::<api::Services>()),
        get(SignedIn, "/api/v1/services/{service}", api::show).op(Op::new(
            "Catalogue",
            "A service with its form",
        )
        .answers::<api::ServiceView>()),
    ]
}
