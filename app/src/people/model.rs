//! The nouns of this slice.

use schemars::JsonSchema;
use serde::Serialize;

use crate::actor::Role;

/// An account.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Person {
    pub id: String,
    pub email: String,
    pub name: String,
    pub role: Role,
    pub title: Option<String>,
    pub department_id: Option<String>,
    pub department: Option<String>,
    /// Email address of whom they report to.
    pub manager: Option<String>,
    /// Cannot sign in any more.
    pub disabled: bool,
    /// Has a password; without one an invitation is still open.
    pub joined: bool,
    /// Asks for a second factor.
    pub second_factor: bool,
    pub version: i64,
}

/// A team fulfils requests; a group only says who belongs together.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Team {
    pub id: String,
    /// `team` or `group`.
    pub kind: String,
    pub name: String,
    pub purpose: Option<String>,
    pub archived: bool,
    pub version: i64,
}

/// A part of the organisation.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Department {
    pub id: String,
    pub name: String,
    pub archived: bool,
}
