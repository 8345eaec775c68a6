//! How a change is ranked: a short questionnaire becomes risk and impact, and
//! both become a level. Pure; the worst answer is never outvoted where it says
//! whom it hits (ISO/IEC 20000-1:2018, 8.5.1; ITIL 4, change enablement).

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a change is decided on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Type {
    /// Of a kind that was approved beforehand.
    Standard,
    /// Looked at before it is made.
    Normal,
    /// Waiting does more harm than a mistake would; looked at afterwards.
    Emergency,
}

impl Type {
    /// All, in the order in which they are offered.
    pub const ALL: [Type; 3] = [Type::Standard, Type::Normal, Type::Emergency];

    /// The word in the database and in the API.
    pub fn key(self) -> &'static str {
        match self {
            Type::Standard => "standard",
            Type::Normal => "normal",
            Type::Emergency => "emergency",
        }
    }

    /// From the word in the database.
    pub fn from_key(key: &str) -> Option<Type> {
        Type::ALL.into_iter().find(|t| t.key() == key)
    }
}

/// How it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// As planned.
    Successful,
    /// Live, with trouble.
    WithIssues,
    /// Things are as they were before.
    BackedOut,
    /// Neither live nor as before.
    Failed,
}

impl Outcome {
    /// All, best first.
    pub const ALL: [Outcome; 4] = [
        Outcome::Successful,
        Outcome::WithIssues,
        Outcome::BackedOut,
        Outcome::Failed,
    ];

    /// The word in the database and in the API.
    pub fn key(self) -> &'static str {
        match self {
            Outcome::Successful => "successful",
            Outcome::WithIssues => "with_issues",
            Outcome::BackedOut => "backed_out",
            Outcome::Failed => "failed",
        }
    }

    /// From the word in the database.
    pub fn from_key(key: &str) -> Option<Outcome> {
        Outcome::ALL.into_iter().find(|o| o.key() == key)
    }

    /// Whether it did not come to what was wanted.
    pub fn is_failure(self) -> bool {
        matches!(self, Outcome::BackedOut | Outcome::Failed)
    }
}

/// Low, medium or high.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Level {
    Low,
    Medium,
    High,
}

impl Level {
    /// The word in the API.
    pub fn key(self) -> &'static str {
        match self {
            Level::Low => "low",
            Level::Medium => "medium",
            Level::High => "high",
        }
    }
}

/// What a question is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// How likely it goes wrong.
    Risk,
    /// Whom it hits, and how badly.
    Impact,
}

/// A question. Its answers go from harmless to grave: key and weight.
#[derive(Debug)]
#[allow(missing_docs)]
pub struct Question {
    pub key: &'static str,
    pub about: About,
    /// Several answers may be given; the gravest counts.
    pub many: bool,
    pub answers: &'static [(&'static str, u8)],
}

/// The questionnaire. Keys are those of the forms of the practice "Change
/// enablement", whose answers fill it in.
pub const QUESTIONS: [Question; 6] = [
    Question {
        key: "before",
        about: About::Risk,
        many: false,
        answers: &[("often", 0), ("once", 1), ("never", 2)],
    },
    Question {
        key: "tried",
        about: About::Risk,
        many: false,
        answers: &[("yes", 0), ("partly", 1), ("no", 2)],
    },
    Question {
        key: "back_time",
        about: About::Risk,
        many: false,
        answers: &[("minutes", 0), ("hours", 1), ("none", 2)],
    },
    Question {
        key: "notice",
        about: About::Impact,
        many: false,
        answers: &[("us", 0), ("staff", 1), ("public", 2)],
    },
    Question {
        key: "touches",
        about: About::Impact,
        many: true,
        answers: &[
            ("none", 0),
            ("mailing", 1),
            ("figures", 1),
            ("others", 1),
            ("signin", 2),
            ("money", 2),
            ("data", 2),
        ],
    },
    Question {
        key: "down",
        about: About::Impact,
        many: false,
        answers: &[("no", 0), ("yes", 1)],
    },
];

/// Answers by question.
pub type Answers = BTreeMap<String, BTreeSet<String>>;

/// The answers that the questionnaire knows; the others are dropped.
pub fn known(answers: &Answers) -> Answers {
    let mut out = Answers::new();
    for q in &QUESTIONS {
        let Some(given) = answers.get(q.key) else {
            continue;
        };
        let mut fits: BTreeSet<String> = given
            .iter()
            .filter(|a| q.answers.iter().any(|(key, _)| key == a))
            .cloned()
            .collect();
        if !q.many && fits.len() > 1 {
            continue;
        }
        if fits.len() > 1 {
            fits.remove("none");
        }
        if !fits.is_empty() {
            out.insert(q.key.to_owned(), fits);
        }
    }
    out
}

/// What the answers come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessment {
    /// How likely it goes wrong.
    pub risk: Level,
    /// Whom it hits, and how badly.
    pub impact: Level,
    /// Both together.
    pub level: Level,
    /// The answers that weigh: question, answer, weight; gravest first.
    pub because: Vec<(&'static str, &'static str, u8)>,
}

/// Questions without an answer.
pub fn missing(answers: &Answers) -> Vec<&'static str> {
    let answers = known(answers);
    QUESTIONS
        .iter()
        .map(|q| q.key)
        .filter(|key| !answers.contains_key(*key))
        .collect()
}

/// Rank a change; `None` while a question is open.
///
/// Risk adds up: something new, untried, with a long way back is worse than
/// each alone, and what cannot be taken back is never low. Impact is the
/// gravest answer.
pub fn assess(answers: &Answers) -> Option<Assessment> {
    let answers = known(answers);
    let (mut sum, mut gravest) = (0, 0);
    let mut because = Vec::new();
    for q in &QUESTIONS {
        let given = answers.get(q.key)?;
        let mut most = 0;
        for (key, weight) in q.answers {
            if given.contains(*key) {
                most = most.max(*weight);
                if *weight > 0 {
                    because.push((q.key, *key, *weight));
                }
            }
        }
        match q.about {
            About::Risk => sum += most,
            About::Impact => gravest = gravest.max(most),
        }
    }
    because.sort_by_key(|(_, _, weight)| std::cmp::Reverse(*weight));
    let no_way_back = answers["back_time"].contains("none");
    let risk = match sum {
        0..=1 => Level::Low,
        2..=3 => Level::Medium,
        _ => Level::High,
    }
    .max(if no_way_back {
        Level::Medium
    } else {
        Level::Low
    });
    let impact = match gravest {
        0 => Level::Low,
        1 => Level::Medium,
        _ => Level::High,
    };
    Some(Assessment {
        risk,
        impact,
        level: level(risk, impact),
        because,
    })
}

/// Risk by impact.
pub fn level(risk: Level, impact: Level) -> Level {
    use Level::{High, Low, Medium};
    match (risk, impact) {
        (Low, Low | Medium) | (Medium, Low) => Low,
        (Low, High) | (Medium, Medium) | (High, Low) => Medium,
        (Medium, High) | (High, Medium | High) => High,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn answers(list: &[(&str, &str)]) -> Answers {
        list.iter()
            .map(|(q, a)| {
                let given = a.split('+').map(str::to_owned).collect();
                ((*q).to_owned(), given)
            })
            .collect()
    }

    #[test]
    fn the_table_of_levels() {
        use Level::{High, Low, Medium};
        // before, tried, back_time, notice, touches, down
        for (given, risk, impact, together) in [
            (
                ["often", "yes", "minutes", "us", "none", "no"],
                Low,
                Low,
                Low,
            ),
            (
                ["often", "yes", "minutes", "public", "none", "no"],
                Low,
                High,
                Medium,
            ),
            (
                ["once", "yes", "minutes", "staff", "none", "no"],
                Low,
                Medium,
                Low,
            ),
            (
                ["once", "partly", "minutes", "staff", "none", "no"],
                Medium,
                Medium,
                Medium,
            ),
            (
                ["often", "yes", "none", "us", "none", "no"],
                Medium,
                Low,
                Low,
            ),
            (
                ["never", "partly", "hours", "us", "none", "no"],
                High,
                Low,
                Medium,
            ),
            (
                ["never", "no", "minutes", "us", "figures", "no"],
                High,
                Medium,
                High,
            ),
            (
                ["never", "yes", "minutes", "us", "data+mailing", "no"],
                Medium,
                High,
                High,
            ),
            (
                ["often", "yes", "minutes", "us", "none", "yes"],
                Low,
                Medium,
                Low,
            ),
        ] {
            let keys = QUESTIONS.iter().map(|q| q.key);
            let list: Vec<(&str, &str)> = keys.zip(given).collect();
            let found = assess(&answers(&list)).unwrap();
            assert_eq!(
                (found.risk, found.impact, found.level),
                (risk, impact, together),
                "{given:?}"
            );
        }
    }

    #[test]
    fn an_open_question_leaves_it_unranked() {
        let mut some = answers(&[
            ("before", "never"),
            ("notice", "public"),
            ("touches", "data"),
        ]);
        assert_eq!(assess(&some), None);
        assert_eq!(missing(&some), ["tried", "back_time", "down"]);
        some.extend(answers(&[
            ("tried", "no"),
            ("back_time", "none"),
            ("down", "often"),
        ]));
        assert_eq!(missing(&some), ["down"], "an unknown answer is none");
    }

    #[test]
    fn what_weighs_is_named_gravest_first() {
        let all = answers(&[
            ("before", "once"),
            ("tried", "yes"),
            ("back_time", "none"),
            ("notice", "us"),
            ("touches", "none+figures"),
            ("down", "no"),
        ]);
        let because = assess(&all).unwrap().because;
        assert_eq!(
            because,
            [
                ("back_time", "none", 2),
                ("before", "once", 1),
                ("touches", "figures", 1)
            ]
        );
    }

    /// One answer for each question, as places in its list.
    fn places() -> impl Strategy<Value = Vec<usize>> {
        QUESTIONS
            .iter()
            .map(|q| 0..q.answers.len())
            .collect::<Vec<_>>()
    }

    fn of(places: &[usize]) -> Answers {
        QUESTIONS
            .iter()
            .zip(places)
            .map(|(q, &at)| (q.key.to_owned(), [q.answers[at].0.to_owned()].into()))
            .collect()
    }

    proptest! {
        #[test]
        fn a_worse_answer_never_lowers_the_level(at in places(), which in 0usize..6, by in 1usize..7) {
            let mut worse = at.clone();
            let last = QUESTIONS[which].answers.len() - 1;
            worse[which] = (at[which] + by).min(last);
            let (a, b) = (assess(&of(&at)).unwrap(), assess(&of(&worse)).unwrap());
            prop_assert!(b.risk >= a.risk && b.impact >= a.impact && b.level >= a.level);
        }

        #[test]
        fn one_more_thing_touched_never_lowers_it(at in places(), more in 1usize..7) {
            let before = of(&at);
            let mut after = before.clone();
            after.get_mut("touches").unwrap().insert(QUESTIONS[4].answers[more].0.to_owned());
            prop_assert!(assess(&after).unwrap().level >= assess(&before).unwrap().level);
        }
    }
}
