//! MIL runs a marketing department the way the best IT departments run their
//! service desk. `ARCHITECTURE.md` in the repository is the map of this crate.

pub mod actor;
pub mod clock;
pub mod config;
pub mod error;
pub mod events;
pub mod org;
pub mod policy;
pub mod random;
pub mod router;
pub mod schema;
pub mod state;
pub mod web;

pub use error::{Error, Result};
pub use state::App;
