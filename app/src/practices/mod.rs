//! The library: best practices as versioned data that a team adopts and runs.

pub mod library;
pub mod pack;
pub mod scaffold;

pub use pack::Pack;
