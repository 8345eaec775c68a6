//! The nouns of playbooks.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a playbook says: one version of it, or a draft.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "PlaybookDefinition")]
pub struct Definition {
    /// What is done.
    pub name: String,
    /// When to run it, and what is so afterwards.
    pub purpose: String,
    /// In order.
    pub steps: Vec<Step>,
}

/// A step of a playbook.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "PlaybookStep")]
pub struct Step {
    /// Its word, which stays when it moves; made from the title if left out.
    pub key: String,
    /// What is done.
    pub title: String,
    /// How, in Markdown.
    pub how: String,
    /// Who does it, in plain words, such as Web editor.
    pub role: String,
    /// Id of the team that does it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team_id: Option<String>,
    /// The run cannot be finished without it, and only a lead may skip it.
    pub required: bool,
}

/// A playbook.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Playbook {
    pub id: String,
    pub name: String,
    /// The published version; 0 when there is none yet.
    pub current: i64,
    pub published: Option<Definition>,
    pub draft: Option<Definition>,
    pub updated_at: Timestamp,
    pub retired: bool,
    /// The practice that it came with: key and name.
    pub practice: Option<(String, String)>,
    pub version: i64,
}

impl Playbook {
    /// What is read of it: the published version, else the draft.
    pub fn shown(&self) -> Definition {
        self.published
            .clone()
            .or_else(|| self.draft.clone())
            .unwrap_or_default()
    }

    /// Whether it can be run.
    pub fn runs(&self) -> bool {
        self.published.is_some() && !self.retired
    }
}

/// A published version, without its text.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Published {
    pub number: i64,
    pub note: String,
    pub by: Option<String>,
    pub at: Timestamp,
}

/// How a step stands in a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "PlaybookStepState")]
pub enum State {
    /// Still to do.
    #[default]
    Open,
    /// Done.
    Done,
    /// Left out, with a reason.
    Skipped,
}

impl State {
    /// The word in the database.
    pub fn key(self) -> &'static str {
        match self {
            State::Open => "open",
            State::Done => "done",
            State::Skipped => "skipped",
        }
    }

    /// The state of a word.
    pub fn from_key(key: &str) -> State {
        match key {
            "done" => State::Done,
            "skipped" => State::Skipped,
            _ => State::Open,
        }
    }
}

/// What is known of a step in a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Tick {
    pub state: State,
    pub note: String,
    pub assignee_id: Option<String>,
    pub by_id: Option<String>,
    pub at: Option<Timestamp>,
}

/// A playbook being carried out.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Run {
    pub id: String,
    pub playbook_id: String,
    /// The version it began with.
    pub number: i64,
    pub definition: Definition,
    pub title: String,
    /// Id, number and title of the request it belongs to.
    pub item: Option<(String, i64, String)>,
    pub practice: Option<String>,
    pub started_by: String,
    pub started_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub ended_by: Option<String>,
    /// The reason it was given up.
    pub abandoned: Option<String>,
    /// By key of the step.
    pub ticks: BTreeMap<String, Tick>,
    pub version: i64,
}

impl Run {
    /// What is known of a step.
    pub fn tick(&self, key: &str) -> Tick {
        self.ticks.get(key).cloned().unwrap_or_default()
    }

    /// Whether it goes on.
    pub fn is_open(&self) -> bool {
        self.ended_at.is_none()
    }
}
