//! The nouns of recurring requests.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use mil_process::form::Raw;
use mil_sla::rhythm::Rhythm;
use serde::{Deserialize, Serialize};

use crate::error::{FieldError, Msg};
use crate::i18n::Lang;

/// What begins the key of what was ordered by hand.
pub const BY_HAND: &str = "by-hand:";

/// A plan to order something again and again.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Plan {
    pub id: String,
    pub what: What,
    pub owner_id: String,
    /// What came due up to here is settled.
    pub since: Timestamp,
    pub next_at: Option<Timestamp>,
    pub paused_at: Option<Timestamp>,
    pub stopped_at: Option<Timestamp>,
    pub stopped_why: Option<Why>,
    pub created_at: Timestamp,
    pub version: i64,
}

impl Plan {
    /// Whether it orders by itself.
    pub fn runs(&self) -> bool {
        self.paused_at.is_none() && self.stopped_at.is_none()
    }
}

/// What is ordered, when and for whom: all that one can change.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub struct What {
    pub title: String,
    pub service_id: String,
    /// As typed.
    pub answers: Raw,
    pub requester_id: String,
    pub assignee_id: Option<String>,
    pub calendar_id: String,
    pub zone: String,
    pub rhythm: Rhythm,
}

impl What {
    /// Where its clock hangs.
    pub fn zone(&self) -> TimeZone {
        TimeZone::get(&self.zone).unwrap_or(TimeZone::UTC)
    }
}

/// What became of an occurrence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Outcome {
    Ordered,
    /// Its time passed unseen, and a later one took its place.
    Missed,
    Skipped,
    Failed,
}

impl Outcome {
    /// The word in the database.
    pub fn key(self) -> &'static str {
        match self {
            Outcome::Ordered => "ordered",
            Outcome::Missed => "missed",
            Outcome::Skipped => "skipped",
            Outcome::Failed => "failed",
        }
    }

    /// The outcome of a word in the database.
    pub fn from_key(key: &str) -> Outcome {
        match key {
            "ordered" => Outcome::Ordered,
            "missed" => Outcome::Missed,
            "skipped" => Outcome::Skipped,
            _ => Outcome::Failed,
        }
    }
}

/// One line of a plan's history.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Run {
    /// The date of the beat, or [`BY_HAND`] and a key.
    pub occurrence: String,
    pub day: Date,
    pub outcome: Outcome,
    /// Number and title of what was ordered, as far as it is there.
    pub item: Option<(i64, String)>,
    pub why: Option<Why>,
    pub person: Option<String>,
    pub at: Timestamp,
}

/// Why an order failed, kept so that each reader reads it in their language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why(Vec<Line>);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Line {
    /// The question it is about; empty if it is about none.
    label: String,
    text: String,
    args: Vec<(String, String)>,
}

fn line(label: &str, msg: &Msg) -> Line {
    let args = msg.args.iter();
    Line {
        label: label.to_owned(),
        text: msg.text.clone(),
        args: args.map(|(k, v)| ((*k).to_owned(), v.clone())).collect(),
    }
}

impl Why {
    /// One reason.
    pub fn of(msg: &Msg) -> Why {
        Why(vec![line("", msg)])
    }

    /// What is wrong with answers; `label` gives the question of a field.
    pub fn wrong(errors: &[FieldError], label: impl Fn(&str) -> String) -> Why {
        Why(errors
            .iter()
            .map(|e| line(&label(&e.field), &e.msg))
            .collect())
    }

    /// The sentences.
    pub fn text(&self, lang: Lang) -> String {
        let say = |line: &Line| {
            let mut text = lang.t(&line.text).to_owned();
            for (name, value) in &line.args {
                text = text.replace(&format!("{{{name}}}"), value);
            }
            match line.label.as_str() {
                "" => text,
                label => format!("{label}: {text}"),
            }
        };
        self.0.iter().map(say).collect::<Vec<_>>().join(" ")
    }
}
