//! The pages of this slice.

pub mod frame;
pub mod look;
pub mod me;
pub mod security;
pub mod sign_in;
pub mod tokens;
pub mod welcome;
