//! Which kinds of entries must not meet, and on what.

/// What an entry of the calendar is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
    /// Few people are there.
    Holiday,
}

impl Kind {
    /// Whether it concerns everything when it names no thing.
    pub fn is_wide(self) -> bool {
        matches!(self, Kind::Freeze | Kind::Embargo | Kind::Holiday)
    }
}

/// What kind of thing two entries touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ThingKind {
    /// A tool or a site.
    Tool,
    /// A service of the catalogue.
    Service,
    /// A campaign.
    Campaign,
    /// A department that notices.
    Department,
    /// People who receive messages.
    Audience,
    /// A person who is needed.
    Person,
    /// No particular thing: one of the two concerns everything.
    Everything,
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grade {
    /// Worth knowing.
    Warn,
    /// One of the two has to move, or somebody has to grant an exception.
    Block,
}

/// Why two entries are in each other's way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Why {
    /// Something goes live while nothing should.
    Freeze,
    /// Something is said before it may be.
    Embargo,
    /// Its tool is out of use.
    Maintenance,
    /// Both change or need the same thing.
    SameThing,
    /// The same people would get both messages too soon after each other.
    SameAudience,
    /// The same person is needed for both.
    SamePerson,
    /// A campaign runs on what is changed.
    DuringCampaign,
    /// An event needs what is changed.
    DuringEvent,
    /// Few people are there to help.
    Holiday,
}

/// Whether two entries that overlap and share a thing of this kind are in each
/// other's way. The order of the two does not matter.
pub fn judge(a: Kind, b: Kind, on: ThingKind) -> Option<(Why, Grade)> {
    use Grade::{Block, Warn};
    use Kind::{Campaign, Change, Embargo, Event, Freeze, Holiday, Mailing, Maintenance};
    use ThingKind::{
        Audience, Campaign as OfCampaign, Department, Everything, Person, Service, Tool,
    };
    let (a, b) = if a <= b { (a, b) } else { (b, a) };
    Some(match (a, b, on) {
        (Change | Mailing | Event, Change | Mailing | Event, Person) => (Why::SamePerson, Warn),
        (_, _, Person) => return None,
        (Change, Holiday, Everything) => (Why::Holiday, Warn),
        (Change | Mailing, Freeze, _) => (Why::Freeze, Block),
        (Campaign | Event, Freeze, _) => (Why::Freeze, Warn),
        (Change | Mailing | Campaign | Event, Embargo, _) => (Why::Embargo, Block),
        (_, _, Everything) => return None,
        (Change | Mailing | Event, Maintenance, _) => (Why::Maintenance, Block),
        (Campaign, Maintenance, _) => (Why::Maintenance, Warn),
        (Change, Change, Tool | Service | OfCampaign) => (Why::SameThing, Block),
        (Change, Change, Department | Audience) => (Why::SameThing, Warn),
        (Change, Mailing, Tool | Service) => (Why::SameThing, Block),
        (Change, Mailing, OfCampaign) => (Why::DuringCampaign, Warn),
        (Mailing, Mailing, Audience) => (Why::SameAudience, Block),
        (Change, Campaign, Tool | Service | OfCampaign) => (Why::DuringCampaign, Warn),
        (Change, Event, Tool | Service | OfCampaign) => (Why::DuringEvent, Warn),
        _ => return None,
    })
}

/// Whether the rest between two messages to the same people applies.
pub fn rests(a: Kind, b: Kind, on: ThingKind) -> bool {
    on == ThingKind::Audience && a == Kind::Mailing && b == Kind::Mailing
}
