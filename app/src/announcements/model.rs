//! The nouns of announcements, and what may follow on what (pure).

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Makes an enum of words: its keys in the database and in the API, and back.
macro_rules! words {
    ($name:ident { $($variant:ident = $key:literal),+ $(,)? }) => {
        impl $name {
            /// All of them, in the order in which they are offered.
            pub const ALL: &[$name] = &[$($name::$variant),+];

            /// The word in the database and in the API.
            pub fn key(self) -> &'static str {
                match self { $($name::$variant => $key),+ }
            }

            /// From the word.
            pub fn from_key(key: &str) -> Option<$name> {
                $name::ALL.iter().copied().find(|v| v.key() == key)
            }
        }
    };
}

/// What is announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "AnnouncementKind")]
pub enum Kind {
    /// Something is broken.
    Outage,
    /// Something will be out of use for a while.
    Maintenance,
    /// Something new is begun.
    Project,
    /// How something goes on.
    Progress,
    /// What turned out well.
    Success,
}

words!(Kind {
    Outage = "outage",
    Maintenance = "maintenance",
    Project = "project",
    Progress = "progress",
    Success = "success",
});

/// How an outage or a maintenance stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "AnnouncementState")]
pub enum State {
    /// We know that something is wrong, not why.
    Investigating,
    /// We know why.
    Identified,
    /// It is mended; we watch whether it stays so.
    Monitoring,
    /// It is over.
    Resolved,
    /// It will be done.
    Planned,
    /// It is being done.
    InProgress,
    /// It was done.
    Completed,
    /// It will not be done.
    Cancelled,
}

words!(State {
    Investigating = "investigating",
    Identified = "identified",
    Monitoring = "monitoring",
    Resolved = "resolved",
    Planned = "planned",
    InProgress = "in_progress",
    Completed = "completed",
    Cancelled = "cancelled",
});

impl State {
    /// Whether nothing is out of use any more.
    pub fn is_over(self) -> bool {
        matches!(self, State::Resolved | State::Completed | State::Cancelled)
    }
}

impl Kind {
    /// The states it goes through; none for news.
    pub fn states(self) -> &'static [State] {
        match self {
            Kind::Outage => &[
                State::Investigating,
                State::Identified,
                State::Monitoring,
                State::Resolved,
            ],
            Kind::Maintenance => &[
                State::Planned,
                State::InProgress,
                State::Completed,
                State::Cancelled,
            ],
            Kind::Project | Kind::Progress | Kind::Success => &[],
        }
    }

    /// Whether components can be hit by it.
    pub fn hits(self) -> bool {
        !self.states().is_empty()
    }

    /// Whether an update may say `to` when it stands at `from`. An outage may
    /// come back; what was cancelled or completed stays so.
    pub fn may_become(self, from: Option<State>, to: Option<State>) -> bool {
        use State::{Cancelled, Completed, InProgress, Planned};
        match (self, from, to) {
            (Kind::Outage, Some(_), Some(to)) => self.states().contains(&to),
            (Kind::Maintenance, Some(from), Some(to)) => {
                from == to
                    || matches!(
                        (from, to),
                        (Planned, InProgress | Completed | Cancelled)
                            | (InProgress, Completed | Cancelled)
                    )
            }
            (Kind::Project | Kind::Progress | Kind::Success, None, None) => true,
            _ => false,
        }
    }
}

/// Who may read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "AnnouncementAudience")]
pub enum Audience {
    /// Everybody in the world.
    Public,
    /// Whoever signs in.
    Everyone,
    /// Whoever signs in, but for outside partners.
    Staff,
    /// Outside partners.
    Partners,
    /// Some departments and teams.
    Groups,
}

words!(Audience {
    Public = "public",
    Everyone = "everyone",
    Staff = "staff",
    Partners = "partners",
    Groups = "groups",
});

/// How badly a component is hit, least first.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "ComponentEffect")]
pub enum Effect {
    /// Not at all.
    Works,
    /// Out of use as announced.
    Maintenance,
    /// Slower or worse than usual.
    Degraded,
    /// Some of it does not work.
    Partial,
    /// None of it works.
    Down,
}

words!(Effect {
    Works = "works",
    Maintenance = "maintenance",
    Degraded = "degraded",
    Partial = "partial",
    Down = "down",
});

/// Who gets mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "AnnouncementMail")]
pub enum Mail {
    /// Nobody.
    None,
    /// Those who asked to hear of what it hits.
    Subscribers,
    /// They, and at its beginning and end all who may read it and have an account.
    Everyone,
}

words!(Mail {
    None = "none",
    Subscribers = "subscribers",
    Everyone = "everyone",
});

/// A department or a team.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub struct Group {
    /// Whether it is a team; otherwise a department.
    pub team: bool,
    pub id: String,
}

impl Group {
    /// `team:id` or `department:id`.
    pub fn key(&self) -> String {
        let kind = if self.team { "team" } else { "department" };
        format!("{kind}:{}", self.id)
    }

    /// From the word.
    pub fn from_key(key: &str) -> Option<Group> {
        let (kind, id) = key.split_once(':')?;
        let team = match kind {
            "team" => true,
            "department" => false,
            _ => return None,
        };
        (!id.is_empty()).then(|| Group {
            team,
            id: id.to_owned(),
        })
    }
}

/// How long a banner stays after the end, to say that it is over.
pub const LINGERS: SignedDuration = SignedDuration::from_hours(1);

/// An announcement.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Announcement {
    pub id: String,
    pub kind: Kind,
    pub title: String,
    /// Markdown: what was said first.
    pub body: String,
    pub audience: Audience,
    /// For whom, when it is for groups.
    pub groups: Vec<Group>,
    pub first_state: Option<State>,
    pub state: Option<State>,
    /// When it began or will begin, and is meant to be over.
    pub from_at: Option<Timestamp>,
    pub to_at: Option<Timestamp>,
    /// `None`: a draft.
    pub publish_at: Option<Timestamp>,
    /// Not shown as news after this.
    pub ends_at: Option<Timestamp>,
    pub banner: bool,
    pub page: bool,
    pub feed: bool,
    pub mail: Mail,
    /// Component and how badly it is hit now; of one that is over, at its worst.
    pub hits: Vec<(String, Effect)>,
    /// The incident or change that it is about.
    pub item_id: Option<String>,
    pub calendar_id: Option<String>,
    pub author_id: String,
    pub next_update_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    pub withdrawn_at: Option<Timestamp>,
    pub created_at: Timestamp,
    /// When something was said last.
    pub updated_at: Timestamp,
    pub version: i64,
}

impl Announcement {
    /// Whether others than its writers see it.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.withdrawn_at.is_none() && self.publish_at.is_some_and(|at| at <= now)
    }

    /// Whether it was published or will be by itself.
    pub fn is_draft(&self) -> bool {
        self.publish_at.is_none()
    }

    /// Whether it is still news.
    pub fn is_news(&self, now: Timestamp) -> bool {
        self.ends_at.is_none_or(|at| at > now)
    }

    /// Whether it goes on.
    pub fn is_open(&self) -> bool {
        self.ended_at.is_none()
    }

    /// Whether its banner is shown to those who may read it.
    pub fn shows_banner(&self, now: Timestamp) -> bool {
        self.banner
            && self.is_live(now)
            && self.is_news(now)
            && self.ended_at.is_none_or(|at| at + LINGERS > now)
    }

    /// When readers first saw it.
    pub fn published_at(&self) -> Timestamp {
        self.publish_at.unwrap_or(self.created_at)
    }

    /// When it began, as far as the status page counts.
    pub fn began_at(&self) -> Timestamp {
        self.from_at.unwrap_or_else(|| self.published_at())
    }

    /// The worst that it does to anything.
    pub fn worst(&self) -> Effect {
        let worst = self.hits.iter().map(|(_, effect)| *effect).max();
        worst.unwrap_or(Effect::Works)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lead_back() {
        for kind in Kind::ALL {
            assert_eq!(Kind::from_key(kind.key()), Some(*kind));
            for state in kind.states() {
                assert_eq!(State::from_key(state.key()), Some(*state));
                assert!(kind.may_become(Some(*state), Some(*state)));
            }
        }
        for key in ["team:7", "department:a:b"] {
            assert_eq!(Group::from_key(key).map(|g| g.key()), Some(key.to_owned()));
        }
        assert_eq!(Group::from_key("person:1"), None);
        assert_eq!(Group::from_key("team:"), None);
    }

    #[test]
    fn states_follow_their_kind() {
        use State::*;
        for (kind, from, to, may) in [
            (Kind::Outage, Some(Investigating), Some(Resolved), true),
            (Kind::Outage, Some(Resolved), Some(Investigating), true),
            (Kind::Outage, Some(Investigating), Some(Completed), false),
            (Kind::Outage, Some(Investigating), None, false),
            (Kind::Maintenance, Some(Planned), Some(InProgress), true),
            (Kind::Maintenance, Some(Planned), Some(Cancelled), true),
            (Kind::Maintenance, Some(Completed), Some(InProgress), false),
            (Kind::Maintenance, Some(Cancelled), Some(Planned), false),
            (Kind::Maintenance, Some(InProgress), Some(Planned), false),
            (Kind::Success, None, None, true),
            (Kind::Success, None, Some(Resolved), false),
        ] {
            assert_eq!(kind.may_become(from, to), may, "{kind:?} {from:?} {to:?}");
        }
    }

    #[test]
    fn effects_are_in_order_of_how_bad_they_are() {
        assert!(Effect::ALL.is_sorted());
    }
}
