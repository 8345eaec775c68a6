//! The service catalogue: what can be ordered, by whom, through which process,
//! on which promise.
//!
//! * [`model`] the nouns; [`audience`] who may order (a pure rule)
//! * [`snapshot`] the whole catalogue in memory, read again when it changed
//! * [`store`] the rows

pub mod audience;
pub mod model;
pub mod snapshot;
pub mod store;

pub use audience::Audience;
pub use model::{Category, PromiseDef, Service};
pub use snapshot::Catalog;
