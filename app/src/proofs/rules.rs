//! What a new version means for what was said and decided before (pure).
//!
//! * A decision is about exactly one file. About any other it says nothing: it
//!   is shown with the version it was made on.
//! * Whoever wanted something changed is asked again by every new file.
//! * Whoever approved is asked again only if the part they commented on changed,
//!   or, if they commented on none, if anything changed that can be seen.
//! * What cannot be compared has changed.
//! * Open comments are shown on the new version at their place; resolved ones
//!   stay with the version they were made on.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::proofs::model::{Page, Verdict};

/// Into how many parts a page is cut, across and down.
pub const GRID: usize = 8;
/// A place is in ten-thousandths of the page.
pub const WHOLE: i64 = 10_000;
/// Hexadecimal digits of the hash of a part.
const DIGITS: usize = 16;

/// A place on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// From 1.
    pub page: i64,
    /// Ten-thousandths of the width, from the left.
    pub x: i64,
    /// Ten-thousandths of the height, from the top.
    pub y: i64,
}

/// A file as far as it can be compared.
#[derive(Debug, Clone, Copy)]
pub struct Look<'a> {
    /// Of its bytes.
    pub sha256: &'a str,
    /// Its pictures; none if there are none.
    pub pages: &'a [Page],
}

/// What is different between two files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The same bytes.
    Nothing,
    /// Not to be told: everything.
    Unknown,
    /// By page, one bit for each part that looks different. Empty: other bytes
    /// that look the same.
    Parts(BTreeMap<i64, u64>),
}

/// What is different in `new`.
pub fn compare(old: &Look<'_>, new: &Look<'_>) -> Change {
    if old.sha256 == new.sha256 {
        return Change::Nothing;
    }
    if old.pages.is_empty() || new.pages.is_empty() {
        return Change::Unknown;
    }
    let mut parts = BTreeMap::new();
    let numbers = old.pages.iter().chain(new.pages).map(|p| p.number);
    for number in numbers {
        let find = |pages: &[Page]| pages.iter().position(|p| p.number == number);
        let changed = match (find(old.pages), find(new.pages)) {
            (Some(a), Some(b)) => different(&old.pages[a], &new.pages[b]),
            // It came or it went.
            _ => u64::MAX,
        };
        if changed != 0 {
            parts.insert(number, changed);
        }
    }
    Change::Parts(parts)
}

/// A bit for each part that looks different.
fn different(a: &Page, b: &Page) -> u64 {
    let whole = GRID * GRID * DIGITS;
    if (a.width, a.height) != (b.width, b.height)
        || a.tiles.len() != whole
        || b.tiles.len() != whole
    {
        return u64::MAX;
    }
    let parts = a
        .tiles
        .as_bytes()
        .chunks(DIGITS)
        .zip(b.tiles.as_bytes().chunks(DIGITS));
    parts
        .enumerate()
        .filter(|(_, (old, new))| old != new)
        .fold(0, |bits, (n, _)| bits | 1 << n)
}

/// The part that a place lies in, and those around it: who points at something
/// means what is near.
fn around(place: Place) -> u64 {
    let at = |n: i64| usize::try_from(n * GRID as i64 / WHOLE).map_or(0, |n| n.min(GRID - 1));
    let (column, row) = (at(place.x), at(place.y));
    let near = |n: usize| n.saturating_sub(1)..=(n + 1).min(GRID - 1);
    let mut bits = 0;
    for r in near(row) {
        for c in near(column) {
            bits |= 1 << (r * GRID + c);
        }
    }
    bits
}

impl Change {
    /// Whether anything looks different.
    pub fn is_seen(&self) -> bool {
        match self {
            Change::Nothing => false,
            Change::Unknown => true,
            Change::Parts(parts) => !parts.is_empty(),
        }
    }

    /// Whether it looks different at a place; without one, anywhere.
    pub fn touches(&self, place: Option<Place>) -> bool {
        match (self, place) {
            (Change::Parts(parts), Some(place)) => parts
                .get(&place.page)
                .is_some_and(|changed| changed & around(place) != 0),
            _ => self.is_seen(),
        }
    }
}

/// How it stands with a reviewer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Has not decided yet.
    Asked,
    /// Decided about this very file.
    Decided(Verdict),
    /// Approved another version, and what they looked at did not change.
    Carried,
    /// Decided about another version, and is asked about this one.
    AskedAgain,
}

impl Standing {
    /// Whether an answer is wanted of them.
    pub fn is_asked(self) -> bool {
        matches!(self, Standing::Asked | Standing::AskedAgain)
    }
}

/// How it stands with somebody whose last decision was `last`, who commented on
/// `places` (none: on the whole), after `change` since the file they decided on.
pub fn standing(last: Option<Verdict>, places: &[Option<Place>], change: &Change) -> Standing {
    let Some(verdict) = last else {
        return Standing::Asked;
    };
    if *change == Change::Nothing {
        return Standing::Decided(verdict);
    }
    let touched = if places.is_empty() {
        change.is_seen()
    } else {
        places.iter().any(|place| change.touches(*place))
    };
    if verdict == Verdict::Approved && !touched {
        Standing::Carried
    } else {
        Standing::AskedAgain
    }
}

/// Where a round stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "ProofOutcome")]
pub enum Outcome {
    /// Nobody is asked.
    Nobody,
    /// Somebody has not answered yet.
    Waiting,
    /// Somebody refused.
    Rejected,
    /// All agree, if something is changed.
    Changes,
    /// All agree.
    Approved,
}

/// Where a round stands whose reviewers stand like this. Who refuses this file
/// is heard before all have answered.
pub fn outcome(standings: &[Standing]) -> Outcome {
    let any = |wanted: Standing| standings.contains(&wanted);
    if standings.is_empty() {
        Outcome::Nobody
    } else if any(Standing::Decided(Verdict::Rejected)) {
        Outcome::Rejected
    } else if standings.iter().any(|s| s.is_asked()) {
        Outcome::Waiting
    } else if any(Standing::Decided(Verdict::Changes)) {
        Outcome::Changes
    } else {
        Outcome::Approved
    }
}

/// How a comment stands on a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// It was made here, and is open.
    Here,
    /// It was made on an earlier version, and is open still.
    Carried,
    /// It is resolved, and stays with its version.
    Resolved,
    /// It came later.
    NotYet,
}

/// How a comment that was made on version `made` stands on version `seen`.
pub fn shown(made: i64, resolved: bool, seen: i64) -> Shown {
    if made > seen {
        Shown::NotYet
    } else if resolved {
        Shown::Resolved
    } else if made == seen {
        Shown::Here
    } else {
        Shown::Carried
    }
}

#[cfg(test)]
mod tests;
