//! The library: best practices as versioned data that a team adopts and runs.

pub mod adopt;
pub mod archive;
pub mod export;
pub mod import;
pub mod install;
pub mod library;
pub mod merge;
pub mod model;
pub mod pack;
pub mod scaffold;
pub mod store;
pub mod upgrade;

pub use pack::Pack;
