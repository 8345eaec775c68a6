//! The nouns of the catalogue.

use std::collections::BTreeMap;

use mil_process::form::FormDef;
use mil_sla::Work;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalog::Audience;
use crate::error::{FieldError, Msg};

/// A shelf of the catalogue.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Category {
    pub id: String,
    pub name: String,
    pub icon: String,
    pub position: i64,
    pub archived: bool,
}

/// What comes of ordering a service: the ITIL 4 record that its work items are.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum WorkKind {
    /// Something is wanted (service request management).
    #[default]
    Request,
    /// Something is broken or worse than promised (incident management).
    Incident,
    /// The cause behind incidents (problem management).
    Problem,
    /// Something that runs is to be changed (change enablement).
    Change,
}

impl WorkKind {
    /// All, in the order in which they are offered.
    pub const ALL: [WorkKind; 4] = [
        WorkKind::Request,
        WorkKind::Incident,
        WorkKind::Problem,
        WorkKind::Change,
    ];

    /// The word in the database and in the API.
    pub fn key(self) -> &'static str {
        match self {
            WorkKind::Request => "request",
            WorkKind::Incident => "incident",
            WorkKind::Problem => "problem",
            WorkKind::Change => "change",
        }
    }

    /// The kind of a word.
    pub fn from_key(key: &str) -> Option<WorkKind> {
        WorkKind::ALL.into_iter().find(|kind| kind.key() == key)
    }

    /// English name, the key of its translation.
    pub fn label(self) -> &'static str {
        match self {
            WorkKind::Request => "Request",
            WorkKind::Incident => "Incident",
            WorkKind::Problem => "Problem",
            WorkKind::Change => "Planned change",
        }
    }
}

/// How urgent something is. ITIL would derive it from impact and urgency; in
/// marketing work one word is enough.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Priority {
    Low,
    #[default]
    Normal,
    High,
    Urgent,
}

impl Priority {
    /// All, lowest first.
    pub const ALL: [Priority; 4] = [
        Priority::Low,
        Priority::Normal,
        Priority::High,
        Priority::Urgent,
    ];

    /// The number in the database.
    pub fn number(self) -> i64 {
        self as i64 + 1
    }

    /// The priority of a number in the database.
    pub fn from_number(number: i64) -> Priority {
        Priority::ALL
            .into_iter()
            .find(|p| p.number() == number)
            .unwrap_or_default()
    }

    /// The word in forms and in the API.
    pub fn key(self) -> &'static str {
        match self {
            Priority::Low => "low",
            Priority::Normal => "normal",
            Priority::High => "high",
            Priority::Urgent => "urgent",
        }
    }

    /// English name, the key of its translation.
    pub fn label(self) -> &'static str {
        match self {
            Priority::Low => "Low",
            Priority::Normal => "Normal",
            Priority::High => "High",
            Priority::Urgent => "Urgent",
        }
    }
}

/// What is promised: service level targets in working minutes by priority, and
/// who is told at which share of the time (ITIL service level management).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PromiseDef {
    /// Targets by priority; a priority without its own takes those of `normal`.
    pub targets: BTreeMap<Priority, Target>,
    /// Who is told when.
    #[serde(default)]
    pub escalations: Vec<Escalation>,
}

/// Two targets, in minutes of working time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// Until somebody has answered.
    pub response_minutes: i64,
    /// Until the work is delivered.
    pub delivery_minutes: i64,
}

impl Target {
    /// Until somebody has answered.
    pub fn response(self) -> Work {
        Work::from_minutes(self.response_minutes)
    }

    /// Until the work is delivered.
    pub fn delivery(self) -> Work {
        Work::from_minutes(self.delivery_minutes)
    }
}

/// Which of the two clocks of a promise.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum ClockKind {
    Response,
    Delivery,
}

impl ClockKind {
    /// The word in the database.
    pub fn key(self) -> &'static str {
        match self {
            ClockKind::Response => "response",
            ClockKind::Delivery => "delivery",
        }
    }
}

/// Tell somebody when a share of the promised time is used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Escalation {
    /// Of which clock.
    pub clock: ClockKind,
    /// Percent of the target, 1 to 500.
    pub share: u32,
    /// Whom to tell.
    pub tell: Tell,
}

/// Who is told about an escalation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tell {
    /// Who works on it; without anybody, the whole team.
    Owner,
    /// The leads of the team that has it.
    TeamLeads,
}

impl PromiseDef {
    /// The targets for a priority.
    pub fn target(&self, priority: Priority) -> Target {
        self.targets
            .get(&priority)
            .or_else(|| self.targets.get(&Priority::Normal))
            .copied()
            .unwrap_or(Target {
                response_minutes: 480,
                delivery_minutes: 2400,
            })
    }

    /// The shares at which something happens on `clock`, ascending.
    pub fn shares(&self, clock: ClockKind) -> Vec<u32> {
        let mut shares: Vec<u32> = self
            .escalations
            .iter()
            .filter(|e| e.clock == clock)
            .map(|e| e.share)
            .collect();
        shares.sort_unstable();
        shares.dedup();
        shares
    }

    /// What does not make sense, with how to mend it.
    pub fn check(&self) -> Vec<FieldError> {
        let mut wrong = Vec::new();
        if !self.targets.contains_key(&Priority::Normal) {
            wrong.push(FieldError::new(
                "targets",
                "Give a target for normal priority.",
            ));
        }
        for (priority, target) in &self.targets {
            let field = format!("targets.{}", priority.key());
            if target.response_minutes < 1 || target.delivery_minutes < 1 {
                wrong.push(FieldError::new(field, "A target is at least one minute."));
            } else if target.response_minutes > target.delivery_minutes {
                wrong.push(FieldError::new(
                    field,
                    "The first answer comes before the delivery: make its target the shorter one.",
                ));
            } else if target.delivery_minutes > 60 * 24 * 366 {
                wrong.push(FieldError::new(field, "A target is at most a year."));
            }
        }
        for (i, escalation) in self.escalations.iter().enumerate() {
            if !(1..=500).contains(&escalation.share) {
                wrong.push(FieldError::new(
                    format!("escalations[{i}].share"),
                    Msg::new("The share lies between 1 and 500 percent."),
                ));
            }
        }
        wrong
    }
}

/// A service of the catalogue.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Service {
    pub id: String,
    /// Its word in addresses.
    pub slug: String,
    pub name: String,
    pub kind: WorkKind,
    pub category_id: String,
    pub icon: String,
    /// One line.
    pub summary: String,
    /// Markdown, shown above the form.
    pub instructions: String,
    /// Other words people look for.
    pub keywords: String,
    pub audience: Audience,
    /// In hundredths of the currency; `None` is free of charge.
    pub price_minor: Option<i64>,
    pub price_note: Option<String>,
    pub team_id: String,
    pub process_id: String,
    pub promise_id: String,
    pub form_version: i64,
    pub form: FormDef,
    pub position: i64,
    pub published: bool,
    pub retired: bool,
    pub version: i64,
}

impl Service {
    /// Whether it is on offer.
    pub fn offered(&self) -> bool {
        self.published && !self.retired
    }

    /// Where it stands between being written and being given up.
    pub fn state(&self) -> State {
        match (self.retired, self.published) {
            (true, _) => State::Retired,
            (false, true) => State::Offered,
            (false, false) => State::Draft,
        }
    }
}

/// Where a service stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Nobody sees it yet.
    Draft,
    /// Its audience can order it.
    Offered,
    /// It can be ordered no longer.
    Retired,
}

impl State {
    /// The word in events and in the API.
    pub fn key(self) -> &'static str {
        match self {
            State::Draft => "draft",
            State::Offered => "offered",
            State::Retired => "retired",
        }
    }
}
