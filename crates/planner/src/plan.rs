//! Many entries, checked against each other or against one more.

use std::collections::HashMap;

use crate::rules::{Grade, Kind, ThingKind, Why, judge, rests};
use crate::span::Span;

/// Something that entries touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thing {
    /// What it is.
    pub kind: ThingKind,
    /// How long people who received a message have peace, in microseconds from
    /// its end; only for audiences.
    pub rest: i64,
}

/// One entry of the calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it is.
    pub kind: Kind,
    /// When.
    pub span: Span,
    /// What it touches, as places in the plan's list of things. An empty list
    /// concerns everything if the kind [does](Kind::is_wide).
    pub things: Vec<u32>,
}

/// Two entries in each other's way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Conflict {
    /// Place of the earlier one in the plan; of the other one when one more
    /// entry was checked.
    pub first: usize,
    /// Place of the later one; the same as `first` when one more was checked.
    pub second: usize,
    /// Why.
    pub why: Why,
    /// How bad.
    pub grade: Grade,
    /// On what; `None`: on everything.
    pub thing: Option<u32>,
}

/// Entries by what they touch, each list in order of start.
#[derive(Debug, Default)]
struct Lane {
    places: Vec<u32>,
    /// The latest end up to each place.
    reach: Vec<i64>,
}

fn start(e: &Entry) -> i64 {
    e.span.start().as_microsecond()
}

fn end(e: &Entry) -> i64 {
    e.span.end().as_microsecond()
}

impl Lane {
    fn finish(&mut self, entries: &[Entry]) {
        let mut latest = i64::MIN;
        self.reach = self
            .places
            .iter()
            .map(|&p| {
                latest = latest.max(end(&entries[p as usize]));
                latest
            })
            .collect();
    }

    /// Places that overlap `from` up to `to`, latest start first.
    fn hits<'a>(
        &'a self,
        entries: &'a [Entry],
        from: i64,
        to: i64,
    ) -> impl Iterator<Item = usize> + 'a {
        let before = self
            .places
            .partition_point(|&p| start(&entries[p as usize]) < to);
        (0..before)
            .rev()
            .take_while(move |&i| self.reach[i] > from)
            .map(|i| self.places[i] as usize)
            .filter(move |&p| end(&entries[p]) > from)
    }
}

/// A calendar, ready to be asked.
#[derive(Debug)]
pub struct Plan {
    entries: Vec<Entry>,
    things: Vec<Thing>,
    lanes: Vec<Lane>,
    all: Lane,
    wide: Lane,
}

impl Plan {
    /// Sort the entries. A thing that is not in the list is passed over.
    pub fn new(entries: Vec<Entry>, things: Vec<Thing>) -> Plan {
        let mut order: Vec<u32> = (0..entries.len() as u32).collect();
        order.sort_unstable_by_key(|&p| start(&entries[p as usize]));
        let mut lanes: Vec<Lane> = things.iter().map(|_| Lane::default()).collect();
        let (mut all, mut wide) = (Lane::default(), Lane::default());
        for p in order {
            let entry = &entries[p as usize];
            for &thing in &entry.things {
                if let Some(lane) = lanes.get_mut(thing as usize)
                    && lane.places.last() != Some(&p)
                {
                    lane.places.push(p);
                }
            }
            if entry.things.is_empty() && entry.kind.is_wide() {
                wide.places.push(p);
            }
            all.places.push(p);
        }
        for lane in &mut lanes {
            lane.finish(&entries);
        }
        wide.finish(&entries);
        all.finish(&entries);
        Plan {
            entries,
            things,
            lanes,
            all,
            wide,
        }
    }

    /// The entries, in the order in which they were given.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// What would be in the way of one more entry, worst first, each other
    /// entry once. `except` is the place of the entry that it replaces.
    pub fn conflicts_of(&self, one: &Entry, except: Option<usize>) -> Vec<Conflict> {
        let mut found: HashMap<usize, Conflict> = HashMap::new();
        let (from, to) = (start(one), end(one));
        let mut meet = |other: usize, on: ThingKind, thing: Option<u32>| {
            if Some(other) == except {
                return;
            }
            if let Some((why, grade)) = judge(one.kind, self.entries[other].kind, on) {
                let new = Conflict {
                    first: other,
                    second: other,
                    why,
                    grade,
                    thing,
                };
                let entry = found.entry(other).or_insert(new);
                if new.grade > entry.grade {
                    *entry = new;
                }
            }
        };
        for &place in &one.things {
            let (Some(thing), Some(lane)) = (
                self.things.get(place as usize),
                self.lanes.get(place as usize),
            ) else {
                continue;
            };
            let rest = thing.rest.max(0);
            for other in lane.hits(
                &self.entries,
                from.saturating_sub(rest),
                to.saturating_add(rest),
            ) {
                let kinds = (one.kind, self.entries[other].kind);
                if rests(kinds.0, kinds.1, thing.kind)
                    || one.span.overlaps(self.entries[other].span)
                {
                    meet(other, thing.kind, Some(place));
                }
            }
        }
        let lane = if one.things.is_empty() && one.kind.is_wide() {
            &self.all
        } else {
            &self.wide
        };
        for other in lane.hits(&self.entries, from, to) {
            meet(other, ThingKind::Everything, None);
        }
        let mut list: Vec<Conflict> = found.into_values().collect();
        list.sort_unstable_by_key(|c| {
            (
                std::cmp::Reverse(c.grade),
                start(&self.entries[c.first]),
                c.first,
            )
        });
        list
    }

    /// Every two entries in each other's way, each pair once, in order of time;
    /// at most `most` of them.
    pub fn conflicts(&self, most: usize) -> Vec<Conflict> {
        let mut found: Vec<Conflict> = Vec::new();
        // A hostile calendar could hold millions of pairs: enough is enough.
        let enough = most.saturating_mul(4).saturating_add(64);
        for (place, lane) in self.lanes.iter().enumerate() {
            let thing = self.things[place];
            self.sweep(
                lane,
                thing.kind,
                thing.rest.max(0),
                Some(place as u32),
                enough,
                &mut found,
            );
        }
        for &p in &self.wide.places {
            let entry = &self.entries[p as usize];
            for other in self.all.hits(&self.entries, start(entry), end(entry)) {
                if found.len() >= enough {
                    break;
                }
                self.pair(p as usize, other, ThingKind::Everything, None, &mut found);
            }
        }
        found.sort_unstable_by_key(|c| (c.first, c.second, std::cmp::Reverse(c.grade)));
        found.dedup_by_key(|c| (c.first, c.second));
        found.sort_unstable_by_key(|c| {
            let (a, b) = (&self.entries[c.first], &self.entries[c.second]);
            (start(a).max(start(b)), c.first, c.second)
        });
        found.truncate(most);
        found
    }

    fn sweep(
        &self,
        lane: &Lane,
        kind: ThingKind,
        rest: i64,
        thing: Option<u32>,
        enough: usize,
        found: &mut Vec<Conflict>,
    ) {
        for (i, &p) in lane.places.iter().enumerate() {
            let a = &self.entries[p as usize];
            let until = end(a).saturating_add(rest);
            for &q in &lane.places[i + 1..] {
                let b = &self.entries[q as usize];
                if start(b) >= until || found.len() >= enough {
                    break;
                }
                if a.span.overlaps(b.span) || rests(a.kind, b.kind, kind) {
                    self.pair(p as usize, q as usize, kind, thing, found);
                }
            }
        }
    }

    fn pair(
        &self,
        a: usize,
        b: usize,
        on: ThingKind,
        thing: Option<u32>,
        found: &mut Vec<Conflict>,
    ) {
        if a == b {
            return;
        }
        if let Some((why, grade)) = judge(self.entries[a].kind, self.entries[b].kind, on) {
            // Two freezes over everything would be met from both sides.
            let key = |p: usize| (start(&self.entries[p]), p);
            let (first, second) = if key(a) <= key(b) { (a, b) } else { (b, a) };
            found.push(Conflict {
                first,
                second,
                why,
                grade,
                thing,
            });
        }
    }

    /// When `other` is over for `one`, with the rest of what they share, in
    /// microseconds.
    pub(crate) fn over(&self, one: &Entry, conflict: &Conflict) -> i64 {
        let other = &self.entries[conflict.first];
        let rest = conflict
            .thing
            .and_then(|t| self.things.get(t as usize))
            .filter(|t| rests(one.kind, other.kind, t.kind))
            .map_or(0, |t| t.rest.max(0));
        end(other).saturating_add(rest)
    }
}
