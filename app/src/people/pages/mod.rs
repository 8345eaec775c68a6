//! The pages of this slice.

pub mod look;
pub mod sign_in;
pub mod welcome;
