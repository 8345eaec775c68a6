//! The nouns of policies, and their rules (pure).

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalog::audience::Audience;

/// The most questions of a quiz.
pub const MOST_QUESTIONS: usize = 8;
/// The most answers to choose from.
pub const MOST_OPTIONS: usize = 8;

/// An answer to choose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Choice {
    /// What it says.
    pub text: String,
    /// Whether it belongs to the right ones.
    pub right: bool,
}

/// A question about the policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Question {
    /// What is asked.
    pub text: String,
    /// Two or more, at least one of them right.
    pub choices: Vec<Choice>,
    /// Why the right ones are right; shown after a try.
    #[serde(default)]
    pub why: String,
}

impl Question {
    /// Whether several answers are right.
    pub fn many(&self) -> bool {
        self.choices.iter().filter(|c| c.right).count() > 1
    }

    /// Whether exactly the right answers were chosen.
    pub fn is_right(&self, chosen: &BTreeSet<usize>) -> bool {
        self.choices
            .iter()
            .enumerate()
            .all(|(at, choice)| choice.right == chosen.contains(&at))
            && chosen.iter().all(|at| *at < self.choices.len())
    }
}

/// Questions to answer before one can confirm.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Quiz {
    /// None: reading is enough.
    pub questions: Vec<Question>,
    /// How many percent have to be right.
    pub pass_percent: i64,
}

impl Quiz {
    /// How many questions are answered rightly; `chosen` by question.
    pub fn correct(&self, chosen: &[BTreeSet<usize>]) -> usize {
        let none = BTreeSet::new();
        self.questions
            .iter()
            .enumerate()
            .filter(|(at, question)| question.is_right(chosen.get(*at).unwrap_or(&none)))
            .count()
    }

    /// Whether so many right answers are enough.
    pub fn passes(&self, correct: usize) -> bool {
        let asked = self.questions.len() as i64;
        100 * correct as i64 >= self.pass_percent * asked
    }
}

/// Answers as they are typed: one a line, `*` before each right one.
pub fn choices(text: &str) -> Vec<Choice> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| match line.strip_prefix('*') {
            Some(rest) => Choice {
                text: rest.trim().to_owned(),
                right: true,
            },
            None => Choice {
                text: line.to_owned(),
                right: false,
            },
        })
        .collect()
}

/// A version of a policy, or the draft of the next.
#[derive(Debug, Clone)]
pub struct Version {
    /// Its id.
    pub id: String,
    /// The policy.
    pub policy_id: String,
    /// A new one asks everybody again; 0 while it is a draft.
    pub major: i64,
    /// A small change that asks nobody.
    pub minor: i64,
    /// What people call it.
    pub title: String,
    /// What it means for the reader. Markdown.
    pub for_you: String,
    /// The text. Markdown.
    pub body: String,
    /// What changed.
    pub change_note: String,
    /// For whom it holds.
    pub audience: Audience,
    /// What to answer first.
    pub quiz: Quiz,
    /// Days to confirm it, from when one is asked.
    pub deadline_days: i64,
    /// The first day on which it holds.
    pub effective_on: Date,
    /// When somebody should look whether it is still right.
    pub review_on: Option<Date>,
    /// The last day on which it holds.
    pub until_on: Option<Date>,
    /// When it was published.
    pub published_at: Option<Timestamp>,
}

impl Version {
    /// The number that people say.
    pub fn number(&self) -> String {
        format!("{}.{}", self.major, self.minor)
    }
}

/// The version that holds on a day: the newest one published that has begun,
/// unless that has ended.
pub fn in_force(versions: &[Version], day: Date) -> Option<&Version> {
    versions
        .iter()
        .filter(|v| v.published_at.is_some() && v.effective_on <= day)
        .max_by_key(|v| (v.major, v.minor))
        .filter(|v| v.until_on.is_none_or(|last| day <= last))
}

/// The number after `last` (none: the first).
pub fn next_number(last: Option<(i64, i64)>, major: bool) -> (i64, i64) {
    match last {
        None => (1, 0),
        Some((m, _)) if major => (m + 1, 0),
        Some((m, n)) => (m, n + 1),
    }
}

/// When it has to be confirmed: at the end of the day, so many days after
/// `since`, as the clocks of the organisation show it.
pub fn due_at(since: Timestamp, deadline_days: i64, zone: &TimeZone) -> Timestamp {
    let day = zone.to_datetime(since).date();
    day.checked_add(deadline_days.max(0).days())
        .and_then(|day| day.tomorrow())
        .and_then(|day| zone.to_timestamp(day.to_datetime(jiff::civil::Time::midnight())))
        .unwrap_or(Timestamp::MAX)
}

/// Days from the deadline on which people are reminded.
const REMINDERS: [i64; 5] = [-3, 0, 7, 14, 28];

/// The first reminder after the first `sent` that is later than `now`, and how
/// many count as sent before it. `None`: no more.
pub fn next_reminder(due: Timestamp, sent: i64, now: Timestamp) -> Option<(Timestamp, i64)> {
    let sent = usize::try_from(sent).unwrap_or(0);
    REMINDERS
        .iter()
        .enumerate()
        .skip(sent)
        .find_map(|(at, days)| {
            let when = due.checked_add((24 * days).hours()).ok()?;
            (when > now).then_some((when, at as i64))
        })
}

/// How it stands with one person and one policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Past its deadline.
    Overdue,
    /// To confirm.
    Due,
    /// Need not, for a while.
    Excepted,
    /// Confirmed.
    Acknowledged,
}

/// How it stands: a confirmation counts for good, an exception until its last
/// day is over, and what is left is due or overdue.
pub fn standing(
    done: bool,
    due_at: Timestamp,
    excepted_until: Option<Date>,
    now: Timestamp,
    today: Date,
) -> Standing {
    if done {
        Standing::Acknowledged
    } else if excepted_until.is_some_and(|last| today <= last) {
        Standing::Excepted
    } else if now >= due_at {
        Standing::Overdue
    } else {
        Standing::Due
    }
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod tests;
