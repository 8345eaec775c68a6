//! What a process is made of.

use crate::form::{Answers, Cond, Field};

use super::approval::ApprovalStep;
use super::timer::Timer;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Where work stands, whatever the stage is called. Rules, reports and colours
/// read the phase; only people read the name of a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    New,
    Active,
    /// Paused on top of a stage, until the requester or somebody else answers.
    Waiting,
    Review,
    Done,
    /// Turned down by the desk or cancelled.
    Declined,
}

impl Phase {
    /// Whether the work has ended.
    pub fn is_final(self) -> bool {
        matches!(self, Phase::Done | Phase::Declined)
    }
}

/// A process: its stages in order. In JSON, members with their default value
/// may be left out, and unknown members are refused so that a typing error in a
/// definition does not go unnoticed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProcessDef {
    pub stages: Vec<Stage>,
}

impl ProcessDef {
    /// The place of a stage, counted from 0.
    pub fn index(&self, key: &str) -> Option<usize> {
        self.stages.iter().position(|stage| stage.key == key)
    }

    /// The stage with this key.
    pub fn stage(&self, key: &str) -> Option<&Stage> {
        self.stages.iter().find(|stage| stage.key == key)
    }

    /// The keys of the stages that work with these answers to the request form
    /// passes by: those whose condition is not met. Never the first.
    pub fn skipped(&self, answers: &Answers) -> BTreeSet<String> {
        let later = self.stages.iter().skip(1);
        later
            .filter(|stage| {
                stage
                    .only_if
                    .as_ref()
                    .is_some_and(|cond| !cond.met(answers))
            })
            .map(|stage| stage.key.clone())
            .collect()
    }

    /// The keys of the request form that some condition asks about. They too
    /// must be questions that are always shown.
    pub fn cond_keys(&self) -> impl Iterator<Item = &str> {
        let conds = self
            .stages
            .iter()
            .filter_map(|stage| stage.only_if.as_ref());
        conds.flat_map(Cond::fields)
    }

    /// The stages that work with these answers goes through, for drawing them.
    /// The stage `here` is among them in any case.
    #[must_use]
    pub fn route(&self, answers: &Answers, here: &str) -> ProcessDef {
        let skipped = self.skipped(answers);
        let stages = self.stages.iter();
        let applies = |stage: &&Stage| stage.key == here || !skipped.contains(&stage.key);
        ProcessDef {
            stages: stages.filter(applies).cloned().collect(),
        }
    }

    /// The keys of the request form that some stage needs, without the prefix.
    /// The application checks them when it joins a form and a process: each must
    /// be a question that is always shown, or work could get stuck.
    pub fn form_keys(&self) -> impl Iterator<Item = &str> {
        let required = self.stages.iter().flat_map(|stage| &stage.required_fields);
        required.filter_map(|key| key.strip_prefix(FORM_PREFIX))
    }
}

/// What stands before the key of an answer to the request form in
/// [`Stage::required_fields`] and in the facts: `form.deadline`.
pub const FORM_PREFIX: &str = "form.";

/// One stage of a process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// Unique within the process.
    pub key: String,
    /// The agents' word: "Copy".
    pub name: String,
    /// The requester's word, if another: "Text".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requester_name: Option<String>,
    /// New, active or review.
    pub phase: Phase,
    #[serde(default)]
    pub owner: Owner,
    /// What to do before handing on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checklist: Vec<CheckItem>,
    /// What agents fill in during this stage. Keys are unique over all stages.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
    /// What must be filled in before going forward: keys of fields of this or an
    /// earlier stage, or answers to the request form as `form.deadline`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub required_fields: Vec<String>,
    /// The stage's part of the promised time, relative to the other stages;
    /// percent if they add up to 100.
    #[serde(default)]
    pub share: u32,
    /// The work lies with the requester in this stage: the clock waits, and only
    /// the requester's yes leads forward. For review stages.
    #[serde(default, skip_serializing_if = "crate::form::is_false")]
    pub requester_approves: bool,
    #[serde(default, skip_serializing_if = "SendBack::is_none")]
    pub send_back_to: SendBack,
    /// How many pieces of work should be in this stage at most. Advice on the
    /// board; it blocks nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work_limit: Option<u32>,
    /// Work passes by this stage unless the answers to the request form meet
    /// this. The first stage is never passed by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only_if: Option<Cond>,
    /// What is worked on side by side in this stage.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<Task>,
    /// Who must agree before work goes on, one step after the other. For review
    /// stages; only the last step's yes leads forward.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approvals: Vec<ApprovalStep>,
    /// What happens by itself when work stays here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub timers: Vec<Timer>,
}

impl Stage {
    /// The word for requesters.
    pub fn requester_word(&self) -> &str {
        self.requester_name.as_deref().unwrap_or(&self.name)
    }
}

/// One line of a checklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckItem {
    pub key: String,
    pub label: String,
    /// Blocks the way forward until ticked.
    #[serde(default, skip_serializing_if = "crate::form::is_false")]
    pub required: bool,
}

/// A piece of work beside others in a stage: one of ours, or a request of its
/// own for another service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// Unique within the stage.
    pub key: String,
    pub name: String,
    /// Who does it, if not who works on the stage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Owner>,
    /// The service that is ordered when the stage begins; the task is done when
    /// that request is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Blocks the way forward until done.
    #[serde(default, skip_serializing_if = "crate::form::is_false")]
    pub required: bool,
}

/// Who works on a stage. In JSON `{"type":"service"}`,
/// `{"type":"team","id":"…"}` or `{"type":"person","id":"…"}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "id", rename_all = "snake_case")]
pub enum Owner {
    /// The team of the service that was ordered.
    #[default]
    Service,
    Team(String),
    Person(String),
}

/// Where an agent may send work back to. In JSON `"none"`, `"any_earlier"` or
/// `{"only":["brief"]}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SendBack {
    #[default]
    None,
    AnyEarlier,
    Only(Vec<String>),
}

impl SendBack {
    pub(crate) fn is_none(&self) -> bool {
        *self == SendBack::None
    }

    /// Whether work may go back to this earlier stage.
    pub(crate) fn permits(&self, key: &str) -> bool {
        match self {
            SendBack::None => false,
            SendBack::AnyEarlier => true,
            SendBack::Only(keys) => keys.iter().any(|one| one == key),
        }
    }
}
