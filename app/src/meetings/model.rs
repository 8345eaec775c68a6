//! The nouns of meetings.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::meetings::rules::Rhythm;

macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$vm:meta])* $variant:ident = $key:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vm])* $variant),* }

        impl $name {
            /// All, in the order in which they are offered.
            pub const ALL: &'static [$name] = &[$($name::$variant),*];

            /// The word in the database and in the API.
            pub fn key(self) -> &'static str {
                match self { $($name::$variant => $key),* }
            }

            /// From the word in the database.
            pub fn from_key(key: &str) -> Option<$name> {
                Self::ALL.iter().copied().find(|v| v.key() == key)
            }
        }
    };
}

words! {
    /// How often.
    Every {
        /// Each week.
        Week = "week",
        /// Every second week.
        Fortnight = "fortnight",
        /// Once a month.
        Month = "month",
    }
}

words! {
    /// What a meeting says about a change.
    Decision {
        /// Yes.
        Approved = "approved",
        /// Yes, if.
        Conditions = "conditions",
        /// No.
        Rejected = "rejected",
        /// At the next meeting.
        Deferred = "deferred",
    }
}

words! {
    /// What a point of an agenda is about.
    PointKind {
        /// A change to decide on.
        Change = "change",
        /// A change to look back at.
        Review = "review",
        /// Anything else.
        Own = "own",
    }
}

words! {
    /// Who was there.
    Attendance {
        /// There.
        Present = "present",
        /// Said before that they cannot come.
        Excused = "excused",
        /// Not there.
        Absent = "absent",
        /// There, and no member.
        Guest = "guest",
    }
}

/// A recurring meeting.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Series {
    pub id: String,
    pub name: String,
    pub team_id: String,
    /// Only changes of the team's services.
    pub own_team: bool,
    pub rhythm: Rhythm,
    /// IANA name of the zone.
    pub zone: String,
    /// A room, or an address.
    pub place: String,
    pub archived: bool,
    /// Ids of its members.
    pub members: Vec<String>,
    pub version: i64,
}

/// One meeting.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Meeting {
    pub id: String,
    pub series_id: String,
    /// Of its series.
    pub name: String,
    pub place: String,
    pub team_id: String,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    /// Markdown.
    pub minutes: String,
    pub published_at: Option<Timestamp>,
    pub cancelled_at: Option<Timestamp>,
    pub updated_at: Timestamp,
    pub version: i64,
}

/// A point of an agenda.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Point {
    pub id: String,
    pub kind: PointKind,
    /// Id, number and title of the change.
    pub item: Option<(String, i64)>,
    pub title: String,
    pub note: String,
    pub decision: Option<Decision>,
    /// Conditions, or why.
    pub words: String,
    /// Whether the change has its review already.
    pub reviewed: bool,
}

/// Somebody who was there or should have been.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Attendee {
    pub person_id: Option<String>,
    pub name: String,
    /// `None` while nobody noted it.
    pub state: Option<Attendance>,
}

/// Something that was added to published minutes.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Addendum {
    pub author: String,
    pub text: String,
    pub at: Timestamp,
}
