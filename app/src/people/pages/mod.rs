//! The pages of this slice.

pub mod account;
pub mod admin_people;
pub mod admin_teams;
pub mod frame;
pub mod links;
pub mod look;
pub mod me;
pub mod second_step;
pub mod security;
pub mod sign_in;
pub mod tokens;
pub mod welcome;
