//! What is in each other's way: the rows of the calendar, brought to the
//! conflict checker, and its findings brought back.

use std::collections::HashMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use mil_db::On;
use mil_planner::{Conflict, Plan, Span, Thing, ThingKind};

use crate::calendar::model::{Clash, Entry, Exception, Kind, Things, times};
use crate::calendar::store;
use crate::catalog::Catalog;
use crate::error::Result;

/// How far before and after a piece of time others can still be in the way:
/// the longest rest that an audience may have, in days.
pub const REACH_DAYS: i64 = 31;
/// The most conflicts that are listed.
pub const MOST: usize = 500;

/// The calendar around a piece of time.
pub struct Around {
    /// What is planned, holidays among it, in order of start.
    pub entries: Vec<Entry>,
    /// What can be touched.
    pub things: Things,
    plan: Plan,
    places: HashMap<String, u32>,
    exceptions: HashMap<(String, String, String), Exception>,
}

fn shifted(at: Timestamp, days: i64) -> Timestamp {
    at.checked_add(SignedDuration::from_hours(24 * days))
        .unwrap_or(if days < 0 {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        })
}

impl Around {
    /// Read what is planned from `from` to `to`, and what lies near.
    pub async fn load<'a>(
        on: impl Into<On<'a>>,
        catalog: &Catalog,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Around> {
        let mut on = on.into();
        let (from, to) = (shifted(from, -REACH_DAYS), shifted(to, REACH_DAYS));
        let mut entries = store::between(on.again(), from, to).await?;
        entries.extend(holidays(catalog, from, to));
        entries.sort_by_key(|e| (e.span, e.id.clone()));
        let things = store::things(on.again(), catalog).await?;
        let exceptions = store::exceptions(on, from, to).await?;
        Ok(Around::of(entries, things, exceptions))
    }

    fn of(
        entries: Vec<Entry>,
        things: Things,
        exceptions: HashMap<(String, String, String), Exception>,
    ) -> Around {
        let mut places = HashMap::new();
        let mut list = Vec::new();
        for e in &entries {
            enter(e, &things, &mut places, &mut list);
        }
        let plain = entries.iter().map(|e| planned(e, &places)).collect();
        Around {
            plan: Plan::new(plain, list),
            entries,
            things,
            places,
            exceptions,
        }
    }

    fn clash(&self, c: &Conflict, first: &Entry, second: &Entry) -> Clash {
        let thing = c.thing.and_then(|place| {
            let key = self.places.iter().find(|(_, p)| **p == place)?.0;
            self.things.get(key).map(|t| t.name.clone())
        });
        let mut pair = [first, second];
        pair.sort_by_key(|e| (e.span, e.id.clone()));
        let key = (
            pair[0].id.clone(),
            pair[1].id.clone(),
            times(pair[0].span, pair[1].span),
        );
        Clash {
            first: pair[0].clone(),
            second: pair[1].clone(),
            why: c.why,
            grade: c.grade,
            thing: thing.unwrap_or_default(),
            exception: self.exceptions.get(&key).cloned(),
        }
    }

    /// Every two entries in each other's way.
    pub fn clashes(&self) -> Vec<Clash> {
        self.plan
            .conflicts(MOST)
            .iter()
            .map(|c| self.clash(c, &self.entries[c.first], &self.entries[c.second]))
            .collect()
    }

    /// What is in the way of an entry, new or changed, worst first.
    pub fn clashes_of(&self, one: &Entry) -> Vec<Clash> {
        let except = self.entries.iter().position(|e| e.id == one.id);
        self.plan
            .conflicts_of(&planned(one, &self.places), except)
            .iter()
            .map(|c| self.clash(c, one, &self.entries[c.first]))
            .collect()
    }

    /// The next free piece of working time for an entry, from `from` on and
    /// before `to`. Whoever needs longer than a working day gets any time.
    pub fn free_slot(
        &self,
        catalog: &Catalog,
        one: &Entry,
        from: Timestamp,
        to: Timestamp,
    ) -> Option<Span> {
        let except = self.entries.iter().position(|e| e.id == one.id);
        let probe = planned(one, &self.places);
        let whole = Span::new(from, to)?;
        let mut open: Vec<Span> = Vec::new();
        if one.days_zone.is_none()
            && let Some(calendar) = calendar(catalog)
        {
            let zone = TimeZone::get(calendar.zone()).unwrap_or(TimeZone::UTC);
            let day = |at: Timestamp| zone.to_datetime(at).date();
            open = calendar
                .spans(day(from), day(to))
                .filter_map(|(a, b)| Span::new(a.max(from), b.min(to)))
                .collect();
        }
        if !open.iter().any(|s| s.micros() >= one.span.micros()) {
            open = vec![whole];
        }
        mil_planner::free_slot(&self.plan, &probe, except, &open)
    }
}

/// The business calendar in which changes are planned: the first by name.
fn calendar(catalog: &Catalog) -> Option<&mil_sla::Calendar> {
    catalog
        .calendars
        .values()
        .filter(|c| !c.archived)
        .min_by_key(|c| (c.name.clone(), c.id.clone()))
        .map(|c| &c.compiled)
}

fn enter(e: &Entry, things: &Things, places: &mut HashMap<String, u32>, list: &mut Vec<Thing>) {
    let mut put = |key: String, thing: Thing| {
        places.entry(key).or_insert_with(|| {
            list.push(thing);
            u32::try_from(list.len() - 1).unwrap_or(u32::MAX)
        });
    };
    for key in &e.touches {
        if let Some(t) = things.get(key) {
            let rest = t.rest_minutes.clamp(0, REACH_DAYS * 24 * 60) * 60_000_000;
            let thing = Thing { kind: t.kind, rest };
            put(key.clone(), thing);
        }
    }
    if let Some(person) = &e.person_id {
        let thing = Thing {
            kind: ThingKind::Person,
            rest: 0,
        };
        put(format!("person:{person}"), thing);
    }
}

fn planned(e: &Entry, places: &HashMap<String, u32>) -> mil_planner::Entry {
    let person = e.person_id.iter().map(|p| format!("person:{p}"));
    mil_planner::Entry {
        kind: e.kind.plan(),
        span: e.span,
        things: e
            .touches
            .iter()
            .cloned()
            .chain(person)
            .filter_map(|key| places.get(&key).copied())
            .collect(),
    }
}

/// The holidays of the business calendars as entries, each day and name once.
pub fn holidays(catalog: &Catalog, from: Timestamp, to: Timestamp) -> Vec<Entry> {
    let mut found: HashMap<String, Entry> = HashMap::new();
    for calendar in catalog.calendars.values().filter(|c| !c.archived) {
        let Ok(zone) = TimeZone::get(&calendar.def.zone) else {
            continue;
        };
        let years = zone.to_datetime(from).year()..=zone.to_datetime(to).year();
        for holiday in &calendar.def.holidays {
            let days: Vec<Date> = if holiday.every_year {
                let (month, day) = (holiday.date.month(), holiday.date.day());
                years
                    .clone()
                    .filter_map(|year| Date::new(year, month, day).ok())
                    .collect()
            } else {
                vec![holiday.date]
            };
            for day in days {
                let Some(span) = Span::of_days(day, day, &zone) else {
                    continue;
                };
                if span.end() <= from || span.start() >= to {
                    continue;
                }
                let id = format!("{day} {}", holiday.name);
                found.entry(id.clone()).or_insert_with(|| Entry {
                    id,
                    kind: Kind::Holiday,
                    title: holiday.name.clone(),
                    note: String::new(),
                    item: None,
                    span,
                    days_zone: Some(calendar.def.zone.clone()),
                    routine: true,
                    person_id: None,
                    team_id: None,
                    touches: Vec::new(),
                    author_id: String::new(),
                    version: 0,
                });
            }
        }
    }
    found.into_values().collect()
}
