//! A rule as data: when, if, then. It can be written as JSON or TOML, so that a
//! practice can bring rules along.

use jiff::civil::Time;
use mil_process::form::Cond;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::catalog::Catalog;
use crate::catalog::model::Priority;
use crate::error::{Error, FieldError, Msg, Result};
use crate::webhooks::rules::is_pattern;

/// The most deeds of a rule or a macro.
pub const MOST_DEEDS: usize = 10;
/// Longest text of a deed, in characters.
pub const MAX_TEXT: usize = 4_000;

/// What a rule says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Def {
    /// What sets it off.
    pub when: When,
    /// What must be true of the request then; nothing: always.
    #[serde(default, rename = "if", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Value>")]
    pub test: Option<Cond>,
    /// What is done, in this order; all or nothing.
    pub then: Vec<Deed>,
}

/// What sets a rule off.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum When {
    /// Something happened: a verb such as `request.ordered`, or `approval.*`.
    Event {
        /// The verb.
        event: String,
    },
    /// Something has lasted for so long.
    Since {
        /// What.
        since: Since,
        /// How long.
        amount: i64,
        /// In which measure.
        unit: Unit,
    },
    /// At a time of day, for each open request.
    Schedule {
        /// 1 (Monday) to 7; none: every day.
        #[serde(default)]
        days: Vec<i8>,
        /// Such as 09:00, in the organisation's time zone.
        at: String,
    },
}

/// What can last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Since {
    /// It was ordered.
    Ordered,
    /// It came to its stage.
    Stage,
    /// An approval was asked for.
    Approval,
    /// The requester was asked.
    Requester,
    /// Anything happened to it.
    Quiet,
}

impl Since {
    /// All of them.
    pub const ALL: [Since; 5] = [
        Since::Approval,
        Since::Requester,
        Since::Stage,
        Since::Quiet,
        Since::Ordered,
    ];

    /// The word in forms.
    pub fn key(self) -> &'static str {
        match self {
            Since::Ordered => "ordered",
            Since::Stage => "stage",
            Since::Approval => "approval",
            Since::Requester => "requester",
            Since::Quiet => "quiet",
        }
    }
}

/// A measure of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Of the request's own calendar.
    WorkingDays,
    /// Of the request's own calendar.
    WorkingHours,
    /// By the clock.
    Hours,
    /// By the clock.
    Days,
}

impl Unit {
    /// All of them.
    pub const ALL: [Unit; 4] = [
        Unit::WorkingDays,
        Unit::WorkingHours,
        Unit::Hours,
        Unit::Days,
    ];

    /// The word in forms.
    pub fn key(self) -> &'static str {
        match self {
            Unit::WorkingDays => "working_days",
            Unit::WorkingHours => "working_hours",
            Unit::Hours => "hours",
            Unit::Days => "days",
        }
    }
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum Deed {
    /// Tell somebody in their inbox.
    Tell {
        /// assignee, requester, team, leads, approvers, substitutes, `person:ID`, `team:ID` or `role:ROLE`.
        whom: String,
    },
    /// Make it more or less urgent.
    Priority {
        /// low, normal, high or urgent.
        to: String,
    },
    /// Give it to somebody.
    Assign {
        /// load (who has least), rota (the next in turn), nobody, or `person:ID`.
        to: String,
    },
    /// Fill in an agents' field.
    Fill {
        /// The field's key.
        field: String,
        /// The value, as one would type it.
        value: String,
    },
    /// Write to the requester.
    Answer {
        /// With {requester}, {number}, {title}, {service}, {stage}, {assignee}.
        text: String,
    },
    /// Write an internal note.
    Note {
        /// As in an answer.
        text: String,
    },
    /// Hand it on to the next stage, if its process allows.
    Forward {},
    /// Order something that belongs to it.
    Order {
        /// Id or slug of a service.
        service: String,
        /// What to call it; as in an answer.
        title: String,
    },
    /// Start a run of a playbook for it.
    Playbook {
        /// Its id.
        playbook: String,
    },
    /// Send it to an endpoint.
    Webhook {
        /// Its id.
        endpoint: String,
    },
}

impl When {
    /// Everything that is wrong with it.
    pub fn check(&self) -> Vec<FieldError> {
        let mut wrong = Vec::new();
        match self {
            When::Event { event } => {
                if !is_pattern(event) || event.starts_with("automation.") {
                    wrong.push(FieldError::new("trigger", "Choose what sets the rule off."));
                }
            }
            When::Since { amount, .. } => {
                if !(1..=1_000).contains(amount) {
                    wrong.push(FieldError::new("amount", "Give a number from 1 to 1000."));
                }
            }
            When::Schedule { days, at } => {
                if at.parse::<Time>().is_err() {
                    wrong.push(FieldError::new("at", "Give a time of day, such as 09:00."));
                }
                if days.iter().any(|d| !(1..=7).contains(d)) {
                    wrong.push(FieldError::new(
                        "days",
                        "Days are numbered from 1, Monday, to 7.",
                    ));
                }
            }
        }
        wrong
    }
}

impl Def {
    /// Read a rule, with an error that says what does not fit.
    ///
    /// # Errors
    /// [`Error::Invalid`] on `def`.
    pub fn read(value: &Value) -> Result<Def> {
        serde_json::from_value(value.clone()).map_err(|e| {
            Error::field(
                "def",
                Msg::new("The rule cannot be read: {why}.").with("why", e),
            )
        })
    }

    /// Everything that is wrong with it, by part.
    pub fn check(&self, catalog: &Catalog) -> Vec<FieldError> {
        let mut wrong = self.when.check();
        let fields = self.test.iter().flat_map(Cond::fields);
        for field in fields {
            if !super::facts::KNOWN.contains(&field) && !field.starts_with("answer.") {
                let msg = Msg::new(
                    "There is no fact “{name}”. Take one of: {known}, or answer. and the key of a field.",
                );
                let msg = msg
                    .with("name", field)
                    .with("known", super::facts::KNOWN.join(", "));
                wrong.push(FieldError::new("expert", msg));
            }
        }
        wrong.extend(check_deeds(&self.then, catalog));
        wrong
    }
}

/// Everything that is wrong with some deeds; the first is named `deed1`.
pub fn check_deeds(deeds: &[Deed], catalog: &Catalog) -> Vec<FieldError> {
    check_deeds_of(deeds, &|service| catalog.service(service).is_some())
        .into_iter()
        .map(|(i, wrong)| FieldError {
            field: format!("{}{}", wrong.field, i + 1),
            ..wrong
        })
        .collect()
}

/// Everything that is wrong with some deeds, by place and by `deed` or `text`.
/// `known` tells which services there are.
pub fn check_deeds_of(deeds: &[Deed], known: &dyn Fn(&str) -> bool) -> Vec<(usize, FieldError)> {
    let mut wrong = Vec::new();
    if deeds.is_empty() {
        let msg = "Choose at least one thing to do.";
        wrong.push((0, FieldError::new("deed", msg)));
    }
    if deeds.len() > MOST_DEEDS {
        let msg = Msg::new("A rule does at most {n} things.").with("n", MOST_DEEDS);
        wrong.push((0, FieldError::new("deed", msg)));
    }
    for (i, deed) in deeds.iter().enumerate() {
        let mut at = |name: &str, msg: &'static str| wrong.push((i, FieldError::new(name, msg)));
        match deed {
            Deed::Priority { to } if !Priority::ALL.iter().any(|p| p.key() == to) => {
                at("deed", "Choose a priority.");
            }
            Deed::Answer { text } | Deed::Note { text } | Deed::Order { title: text, .. }
                if text.trim().is_empty() || text.chars().count() > MAX_TEXT =>
            {
                at("text", "Write what it is to say.");
            }
            Deed::Order { service, .. } if !known(service) => {
                at("deed", "This service is not here. Choose another.");
            }
            Deed::Tell { whom } if !is_somebody(whom, &WHOM) => {
                at("deed", "Choose who is told.");
            }
            Deed::Assign { to } if !is_somebody(to, &["load", "rota", "nobody"]) => {
                at("deed", "Choose who gets it.");
            }
            _ => {}
        }
    }
    wrong
}

/// Whom a rule can tell without naming a person.
pub const WHOM: [&str; 6] = [
    "substitutes",
    "approvers",
    "assignee",
    "team",
    "leads",
    "requester",
];

fn is_somebody(word: &str, known: &[&str]) -> bool {
    known.contains(&word)
        || word
            .split_once(':')
            .is_some_and(|(kind, id)| matches!(kind, "person" | "team" | "role") && !id.is_empty())
}
