//! Approvals: steps in a chain, each decided by a group under a rule.

use serde::{Deserialize, Serialize};

/// One step of a chain of approvals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApprovalStep {
    /// Unique within the stage.
    pub key: String,
    /// What is agreed to: "Legal check".
    pub name: String,
    #[serde(default)]
    pub rule: Rule,
    /// Who is asked; their groups add up.
    pub by: Vec<Voter>,
    /// Working minutes after which those who have not answered are reminded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remind_after_minutes: Option<i64>,
}

/// How the words of a group become one word.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "count", rename_all = "snake_case")]
pub enum Rule {
    /// One yes is enough; it fails when nobody is left who could say it.
    #[default]
    Anyone,
    /// The first word decides, yes or no.
    First,
    /// All say yes; one no decides.
    Everyone,
    /// More than half say yes.
    Majority,
    /// So many say yes.
    Quorum(u32),
}

/// Who is asked in a step. In JSON `{"type":"team","id":"…"}` and so on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "id", rename_all = "snake_case")]
pub enum Voter {
    /// Everybody in a team.
    Team(String),
    /// The leads of the service's team.
    TeamLeads,
    Person(String),
    /// Whoever the requester reports to.
    RequesterManager,
}

impl Voter {
    /// Whether a team or person is to be named and is not.
    pub(crate) fn is_blank(&self) -> bool {
        match self {
            Voter::Team(id) | Voter::Person(id) => id.trim().is_empty(),
            Voter::TeamLeads | Voter::RequesterManager => false,
        }
    }
}
