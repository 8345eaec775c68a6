//! The nouns of the change calendar.

use std::collections::HashMap;

use mil_planner::{Grade, Span, ThingKind, Why};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What an entry is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Something that runs is changed.
    Change,
    /// A message goes out to many.
    Mailing,
    /// A campaign runs.
    Campaign,
    /// A fair, an open day, a broadcast.
    Event,
    /// Nothing goes live.
    Freeze,
    /// Nothing is said before its end.
    Embargo,
    /// A tool is out of use.
    Maintenance,
    /// Few people are there; from the business calendars, nobody enters it.
    Holiday,
}

impl Kind {
    /// Those that people enter, in the order in which they are offered.
    pub const ENTERED: [Kind; 6] = [
        Kind::Campaign,
        Kind::Mailing,
        Kind::Event,
        Kind::Freeze,
        Kind::Embargo,
        Kind::Maintenance,
    ];

    /// The word in the database and in the API.
    pub fn key(self) -> &'static str {
        match self {
            Kind::Change => "change",
            Kind::Mailing => "mailing",
            Kind::Campaign => "campaign",
            Kind::Event => "event",
            Kind::Freeze => "freeze",
            Kind::Embargo => "embargo",
            Kind::Maintenance => "maintenance",
            Kind::Holiday => "holiday",
        }
    }

    /// From the word in the database.
    pub fn from_key(key: &str) -> Option<Kind> {
        [Kind::Change, Kind::Holiday]
            .into_iter()
            .chain(Kind::ENTERED)
            .find(|kind| kind.key() == key)
    }

    /// Whether it says when others may not, so that leads decide on it.
    pub fn binds(self) -> bool {
        matches!(self, Kind::Freeze | Kind::Embargo)
    }

    /// For the conflict checker.
    pub fn plan(self) -> mil_planner::Kind {
        use mil_planner::Kind as P;
        match self {
            Kind::Change => P::Change,
            Kind::Mailing => P::Mailing,
            Kind::Campaign => P::Campaign,
            Kind::Event => P::Event,
            Kind::Freeze => P::Freeze,
            Kind::Embargo => P::Embargo,
            Kind::Maintenance => P::Maintenance,
            Kind::Holiday => P::Holiday,
        }
    }
}

/// What an entry touches: `kind:id`.
#[derive(Debug, Clone)]
pub struct Touched {
    /// Tool, service, campaign, department or audience.
    pub kind: ThingKind,
    /// What people call it.
    pub name: String,
    /// Peace between two messages, in minutes; audiences only.
    pub rest_minutes: i64,
}

/// The kinds of things that are entered by name, with their words in the database.
pub const NAMED: [(&str, ThingKind); 3] = [
    ("tool", ThingKind::Tool),
    ("campaign", ThingKind::Campaign),
    ("audience", ThingKind::Audience),
];

/// Everything that can be touched, by `kind:id`.
pub type Things = HashMap<String, Touched>;

/// An entry of the calendar.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its id; of a holiday, its name and day.
    pub id: String,
    /// What it is.
    pub kind: Kind,
    /// One line.
    pub title: String,
    /// Markdown.
    pub note: String,
    /// Id and number of the change whose window it is.
    pub item: Option<(String, i64)>,
    /// When.
    pub span: Span,
    /// Whole days, as the clocks of this zone show them.
    pub days_zone: Option<String>,
    /// A standard change: needs no approval.
    pub routine: bool,
    /// Who is needed for it.
    pub person_id: Option<String>,
    /// Whose it is.
    pub team_id: Option<String>,
    /// `kind:id` of what it touches.
    pub touches: Vec<String>,
    /// Who entered it.
    pub author_id: String,
    /// Against writing over each other.
    pub version: i64,
}

/// Two entries in each other's way.
#[derive(Debug, Clone)]
pub struct Clash {
    /// The earlier one.
    pub first: Entry,
    /// The later one.
    pub second: Entry,
    /// Why.
    pub why: Why,
    /// How bad.
    pub grade: Grade,
    /// What they share, by name; empty if it is everything.
    pub thing: String,
    /// Whether somebody asked to leave it so, and what came of it.
    pub exception: Option<Exception>,
}

impl Clash {
    /// Whether somebody still has to do something about it.
    pub fn is_open(&self) -> bool {
        self.grade == Grade::Block && !self.exception.as_ref().is_some_and(|e| e.granted)
    }
}

/// That two entries may stay as they are.
#[derive(Debug, Clone)]
pub struct Exception {
    /// Its id.
    pub id: String,
    /// Why.
    pub reason: String,
    /// Who asked.
    pub asked_by: String,
    /// Their name.
    pub asker: String,
    /// Whether a lead agreed.
    pub granted: bool,
    /// Whether a lead said no.
    pub refused: bool,
}

/// Both times in one text: an exception holds while neither moves.
pub fn times(first: Span, second: Span) -> String {
    let part = |s: Span| {
        format!(
            "{}-{}",
            s.start().as_microsecond(),
            s.end().as_microsecond()
        )
    };
    format!("{}/{}", part(first), part(second))
}
