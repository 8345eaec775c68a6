//! Why people are told, in seven kinds that one can choose between. A pure rule,
//! tested by a table.

use crate::i18n::{Lang, t};

/// A kind of news.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Topic {
    /// Somebody waits for the reader.
    Waits,
    /// Somebody wrote something.
    Said,
    /// How it goes on.
    Progress,
    /// It is over, or begins again.
    Ends,
    /// A promise moved or is at risk.
    Promise,
    /// Something is broken.
    Faults,
    /// Meetings, policies, answers, assets.
    Around,
}

/// How somebody wants to be told by mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Way {
    Now,
    Daily,
    Never,
}

impl Way {
    /// All of them.
    pub const ALL: [Way; 3] = [Way::Now, Way::Daily, Way::Never];

    /// The word in the database and in the API.
    pub fn key(self) -> &'static str {
        match self {
            Way::Now => "now",
            Way::Daily => "daily",
            Way::Never => "never",
        }
    }

    /// The one for a word.
    pub fn from_key(key: &str) -> Option<Way> {
        Way::ALL.into_iter().find(|w| w.key() == key)
    }

    /// As a choice.
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Way::Now => t!(lang, "Right away"),
            Way::Daily => t!(lang, "Once a day"),
            Way::Never => t!(lang, "Not by mail"),
        }
    }
}

impl Topic {
    /// All of them, the most urgent first.
    pub const ALL: [Topic; 7] = [
        Topic::Waits,
        Topic::Said,
        Topic::Promise,
        Topic::Ends,
        Topic::Progress,
        Topic::Faults,
        Topic::Around,
    ];

    /// The kind of a reason of the inbox.
    pub fn of(reason: &str) -> Topic {
        match reason {
            "mentioned" | "assigned" | "approval" | "your_turn" | "reminder" | "step"
            | "policy_new" | "policy_due" | "article_review" | "article_returned" | "manager"
            | "update_due" | "end_due" | "exception_asked" | "changes_asked" | "stands_in"
            | "automation" | "proof_asked" | "proof_again" | "proof_due" | "proof_late" => {
                Topic::Waits
            }
            "answered" | "resumed" | "rated" | "article_comment" | "proof_comment"
            | "proof_reply" => Topic::Said,
            "proof_decided" | "moved" | "task" | "approved" | "refused" | "went_on" | "merged"
            | "timer" | "timer_blocked" => Topic::Progress,
            "done" | "declined" | "cancelled" | "closed_by_itself" | "reopened" => Topic::Ends,
            "later" | "sooner" | "escalated" => Topic::Promise,
            "incident_update" | "restored" | "major" | "cause_fixed" | "urgent_change"
            | "status" => Topic::Faults,
            _ => Topic::Around,
        }
    }

    /// Whether it is told in quiet hours too: somebody has to act in minutes.
    pub fn urgent(reason: &str) -> bool {
        matches!(reason, "major" | "update_due" | "manager")
    }

    /// What holds until somebody chooses.
    pub fn usual(self) -> Way {
        match self {
            Topic::Progress | Topic::Around => Way::Daily,
            _ => Way::Now,
        }
    }

    /// The word in the database and in the API.
    pub fn key(self) -> &'static str {
        match self {
            Topic::Waits => "waits",
            Topic::Said => "said",
            Topic::Progress => "progress",
            Topic::Ends => "ends",
            Topic::Promise => "promise",
            Topic::Faults => "faults",
            Topic::Around => "around",
        }
    }

    /// The one for a word.
    pub fn from_key(key: &str) -> Option<Topic> {
        Topic::ALL.into_iter().find(|t| t.key() == key)
    }

    /// Its name, and what is in it.
    pub fn words(self, lang: Lang) -> (&'static str, &'static str) {
        match self {
            Topic::Waits => (
                t!(lang, "Somebody waits for you"),
                t!(lang, "You are asked, mentioned, given work or reminded."),
            ),
            Topic::Said => (
                t!(lang, "Somebody wrote"),
                t!(lang, "Answers, comments and ratings."),
            ),
            Topic::Progress => (
                t!(lang, "How it goes on"),
                t!(lang, "Next steps, tasks and what others decided."),
            ),
            Topic::Ends => (
                t!(lang, "How it ends"),
                t!(lang, "Finished, declined, taken back or opened again."),
            ),
            Topic::Promise => (
                t!(lang, "What was promised"),
                t!(lang, "A date moved, or a promise is at risk."),
            ),
            Topic::Faults => (
                t!(lang, "Faults"),
                t!(
                    lang,
                    "What is broken, how it stands, and when it works again."
                ),
            ),
            Topic::Around => (
                t!(lang, "Everything else"),
                t!(lang, "Meetings, policies, answers and the asset library."),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_word_of_its_own_and_a_reason() {
        for topic in Topic::ALL {
            assert_eq!(Topic::from_key(topic.key()), Some(topic));
        }
        for way in Way::ALL {
            assert_eq!(Way::from_key(way.key()), Some(way));
        }
        for (reason, topic) in [
            ("mentioned", Topic::Waits),
            ("answered", Topic::Said),
            ("moved", Topic::Progress),
            ("done", Topic::Ends),
            ("escalated", Topic::Promise),
            ("restored", Topic::Faults),
            ("minutes", Topic::Around),
            ("nothing we know", Topic::Around),
        ] {
            assert_eq!(Topic::of(reason), topic, "{reason}");
        }
    }
}
