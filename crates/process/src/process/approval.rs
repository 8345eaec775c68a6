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

/// What a group has said so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many are asked, those who answered included.
    pub asked: u32,
    /// How many said yes.
    pub yes: u32,
    /// How many said no.
    pub no: u32,
    /// The word that was said first, if one was.
    pub first: Option<bool>,
}

/// What a group's words come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It depends on those who have not answered.
    Open,
    Yes,
    No,
}

impl Rule {
    /// The word of a group. It is decided as soon as the answers still to come
    /// cannot change it, and never before: a group of which nobody is asked
    /// stays open.
    pub fn decide(self, tally: Tally) -> Verdict {
        let Tally {
            asked,
            yes,
            no,
            first,
        } = tally;
        if asked == 0 {
            return Verdict::Open;
        }
        let needed = match self {
            Rule::First => {
                return match first {
                    None => Verdict::Open,
                    Some(true) => Verdict::Yes,
                    Some(false) => Verdict::No,
                };
            }
            Rule::Anyone => 1,
            Rule::Everyone => asked,
            Rule::Majority => asked / 2 + 1,
            // A group that is smaller than the quorum must agree as a whole.
            Rule::Quorum(count) => count.clamp(1, asked),
        };
        if yes >= needed {
            Verdict::Yes
        } else if asked.saturating_sub(no) < needed {
            Verdict::No
        } else {
            Verdict::Open
        }
    }
}
