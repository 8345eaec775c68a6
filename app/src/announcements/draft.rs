//! What a writer fills in, and what has to be there before others read it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use mil_db::{On, sql};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::announcements::model::{Announcement, Audience, Effect, Group, Kind, Mail, State};
use crate::error::{Error, FieldError, Msg, Result};

/// Longest title and text, in characters.
pub const MAX_TITLE: usize = 160;
/// Longest text.
pub const MAX_BODY: usize = 10_000;
/// The most groups and components.
const MOST: usize = 100;

/// An announcement as it is to be; what is left out stays. An empty text takes a
/// time away.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "AnnouncementDraft")]
pub struct Draft {
    /// What is announced.
    pub kind: Option<Kind>,
    /// One line.
    pub title: Option<String>,
    /// Markdown.
    pub body: Option<String>,
    /// Who may read it.
    pub audience: Option<Audience>,
    /// `department:id` and `team:id`, for the audience `groups`.
    pub groups: Option<Vec<String>>,
    /// How it stands when it is published.
    pub state: Option<State>,
    /// RFC 3339: when it began or will begin.
    pub from_at: Option<String>,
    /// RFC 3339: when it is meant to be over.
    pub to_at: Option<String>,
    /// RFC 3339: not shown as news after this.
    pub ends_at: Option<String>,
    /// On top of portal pages.
    pub banner: Option<bool>,
    /// On the status page.
    pub page: Option<bool>,
    /// In the feeds, if it is public.
    pub feed: Option<bool>,
    /// Who gets mail.
    pub mail: Option<Mail>,
    /// How badly it hits components, by id.
    pub components: Option<BTreeMap<String, Effect>>,
}

/// A time as programs write it; an empty text is none.
///
/// # Errors
/// [`Error::Invalid`] on `field`.
pub fn time(field: &'static str, text: &str) -> Result<Option<Timestamp>> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let at: Timestamp = text
        .trim()
        .parse()
        .map_err(|_| Error::field(field, "Give a day and a time."))?;
    // What lies further off is a slip of the pen, and no database has to bear it.
    let year = jiff::tz::TimeZone::UTC.to_datetime(at).year();
    if (2000..2200).contains(&year) {
        Ok(Some(at))
    } else {
        Err(Error::field(field, "Give a day and a time."))
    }
}

/// What one hits, without what works.
pub fn hits(map: &BTreeMap<String, Effect>) -> Vec<(String, Effect)> {
    map.iter()
        .filter(|(_, effect)| **effect != Effect::Works)
        .map(|(id, effect)| (id.clone(), *effect))
        .collect()
}

impl Draft {
    /// Bring it into `a`. A draft may have gaps; what is there has to be right.
    ///
    /// # Errors
    /// [`Error::Invalid`] with every wrong field.
    pub fn apply(&self, a: &mut Announcement) -> Result<()> {
        let mut wrong: Vec<FieldError> = Vec::new();
        if let Some(kind) = self.kind {
            a.kind = kind;
        }
        if let Some(title) = &self.title {
            let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
            if title.is_empty() {
                wrong.push(FieldError::new("title", "Give it a title."));
            } else if title.chars().count() > MAX_TITLE {
                wrong.push(long("title", MAX_TITLE));
            }
            a.title = title;
        }
        if let Some(body) = &self.body {
            if body.chars().count() > MAX_BODY {
                wrong.push(long("body", MAX_BODY));
            }
            body.trim().clone_into(&mut a.body);
        }
        if let Some(audience) = self.audience {
            a.audience = audience;
        }
        if let Some(groups) = &self.groups {
            let unique: BTreeSet<Group> =
                groups.iter().filter_map(|k| Group::from_key(k)).collect();
            if unique.len() > MOST || unique.len() < groups.iter().collect::<BTreeSet<_>>().len() {
                wrong.push(FieldError::new("groups", "Choose departments and teams."));
            }
            a.groups = unique.into_iter().collect();
        }
        if a.audience != Audience::Groups {
            a.groups.clear();
        }
        for (field, given, place) in [
            ("from_at", &self.from_at, &mut a.from_at),
            ("to_at", &self.to_at, &mut a.to_at),
            ("ends_at", &self.ends_at, &mut a.ends_at),
        ] {
            let Some(text) = given else { continue };
            match time(field, text) {
                Ok(at) => *place = at,
                Err(Error::Invalid(errors)) => wrong.extend(errors),
                Err(error) => return Err(error),
            }
        }
        a.banner = self.banner.unwrap_or(a.banner);
        a.page = self.page.unwrap_or(a.page);
        a.feed = self.feed.unwrap_or(a.feed);
        a.mail = self.mail.unwrap_or(a.mail);
        if let Some(map) = &self.components {
            if map.len() > MOST {
                wrong.push(FieldError::new("components", "Choose components."));
            }
            a.hits = hits(map);
        }
        let states = a.kind.states();
        let begins = states.first().copied();
        a.first_state = match self.state.or(a.first_state) {
            Some(state) if states.contains(&state) => Some(state),
            _ => begins,
        };
        if a.first_state.is_some_and(State::is_over) || a.kind == Kind::Maintenance {
            a.first_state = begins;
        }
        a.state = a.first_state;
        if !a.kind.hits() {
            a.hits.clear();
            (a.from_at, a.to_at, a.page) = (None, None, false);
        }
        if a.from_at.zip(a.to_at).is_some_and(|(from, to)| from >= to) {
            wrong.push(FieldError::new(
                "to_at",
                "It ends before it begins. Give a later time.",
            ));
        }
        if wrong.is_empty() {
            Ok(())
        } else {
            Err(Error::Invalid(wrong))
        }
    }
}

fn long(field: &'static str, most: usize) -> FieldError {
    FieldError::new(
        field,
        Msg::new("Use at most {n} characters.").with("n", most),
    )
}

/// What is missing before others may read it.
pub fn gaps(a: &Announcement, now: Timestamp) -> Vec<FieldError> {
    let mut wrong = Vec::new();
    let mut say = |field: &str, text: &str| wrong.push(FieldError::new(field, text));
    if a.title.is_empty() {
        say("title", "Give it a title.");
    }
    if a.body.is_empty() {
        say("body", "Write what people should know.");
    }
    if a.audience == Audience::Groups && a.groups.is_empty() {
        say("groups", "Choose at least one department or team.");
    }
    if a.kind == Kind::Maintenance && (a.from_at.is_none() || a.to_at.is_none()) {
        say("from_at", "Say from when to when it will be out of use.");
    }
    if a.kind == Kind::Outage && a.from_at.is_some_and(|at| at > now) {
        say(
            "from_at",
            "This lies in the future. Give the time at which it broke, or announce a maintenance.",
        );
    }
    if a.ends_at
        .is_some_and(|at| at <= a.publish_at.unwrap_or(now))
    {
        say("ends_at", "This time is over. Give one that lies ahead.");
    }
    if !(a.banner || a.page || a.feed || a.mail != Mail::None) && a.kind.hits() {
        say("banner", "Choose at least one way to tell people.");
    }
    wrong
}

/// An error unless the groups and components of `a` are there.
pub async fn check_references<'a>(on: impl Into<On<'a>>, a: &Announcement) -> Result<()> {
    let mut on = on.into();
    for (component, _) in &a.hits {
        let there = sql("SELECT id FROM status_component WHERE id = $1")
            .bind(component)
            .opt(on.again())
            .await?;
        if there.is_none() {
            return Err(Error::field("components", "Choose components."));
        }
    }
    for group in &a.groups {
        let table = if group.team { "team" } else { "department" };
        let there = sql(format!("SELECT id FROM {table} WHERE id = $1"))
            .bind(&group.id)
            .opt(on.again())
            .await?;
        if there.is_none() {
            return Err(Error::field("groups", "Choose departments and teams."));
        }
    }
    Ok(())
}
