//! The rules of incidents, without any database.

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalog::model::Priority;

/// How large an impact is, or how urgent it is to end it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Level {
    High,
    Medium,
    Low,
}

impl Level {
    /// All, worst first.
    pub const ALL: [Level; 3] = [Level::High, Level::Medium, Level::Low];

    /// The word in forms, in the database and in the API.
    pub fn key(self) -> &'static str {
        match self {
            Level::High => "high",
            Level::Medium => "medium",
            Level::Low => "low",
        }
    }

    /// The level of a word.
    pub fn from_key(key: &str) -> Option<Level> {
        Level::ALL.into_iter().find(|level| level.key() == key)
    }
}

/// Severity 1 (worst) to 4, by the usual matrix of impact and urgency (ITIL 4,
/// incident management; its fifth level is what we call a request).
pub fn severity(impact: Level, urgency: Level) -> i64 {
    use Level::{High, Low, Medium};
    match (impact, urgency) {
        (High, High) => 1,
        (High, Medium) | (Medium, High) => 2,
        (High, Low) | (Medium, Medium) | (Low, High) => 3,
        (Medium, Low) | (Low, Medium | Low) => 4,
    }
}

/// The priority that goes with a severity, and with it the promise.
pub fn priority(severity: i64) -> Priority {
    match severity {
        1 => Priority::Urgent,
        2 => Priority::High,
        3 => Priority::Normal,
        _ => Priority::Low,
    }
}

/// Since when incidents of the same service count as alike.
pub fn alike_since(now: Timestamp) -> Timestamp {
    now.checked_sub(SignedDuration::from_hours(24 * 30))
        .unwrap_or(Timestamp::MIN)
}

/// So many alike ask for a look at their cause.
pub const ALIKE: usize = 3;

/// Whether `count` incidents that look alike, this one among them, ask for a
/// problem that nobody has opened yet.
pub fn asks_for_a_problem(count: usize, has_problem: bool) -> bool {
    count >= ALIKE && !has_problem
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn severity_follows_the_matrix() {
        use Level::{High, Low, Medium};
        for (impact, urgency, expect) in [
            (High, High, 1),
            (High, Medium, 2),
            (High, Low, 3),
            (Medium, High, 2),
            (Medium, Medium, 3),
            (Medium, Low, 4),
            (Low, High, 3),
            (Low, Medium, 4),
            (Low, Low, 4),
        ] {
            assert_eq!(severity(impact, urgency), expect, "{impact:?} {urgency:?}");
        }
        // Worse in one thing is never less severe.
        for impact in Level::ALL {
            for pair in Level::ALL.windows(2) {
                assert!(severity(impact, pair[0]) <= severity(impact, pair[1]));
                assert!(severity(pair[0], impact) <= severity(pair[1], impact));
            }
        }
        assert_eq!(
            [1, 2, 3, 4].map(priority),
            [
                Priority::Urgent,
                Priority::High,
                Priority::Normal,
                Priority::Low
            ]
        );
    }

    #[test]
    fn the_third_asks_for_its_cause() {
        for (count, has, asks) in [
            (1, false, false),
            (2, false, false),
            (3, false, true),
            (9, false, true),
            (9, true, false),
        ] {
            assert_eq!(asks_for_a_problem(count, has), asks, "{count} {has}");
        }
    }
}
