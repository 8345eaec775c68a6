//! Dates that come again: every n weeks, on the last working day of the month,
//! once a year; shifted off the days on which nobody works, and ordered some
//! working days ahead.
//!
//! A [`Rhythm`] has one answer to "when": its [`Occurrence`]s in order. Each has
//! its own *nominal* date, by which it is told from the others whatever holidays
//! are added later; nothing but the rhythm decides the nominal dates.

use jiff::civil::{Date, Weekday as Day};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

use crate::{Calendar, ClockTime, Msg, Weekday};

/// The last year that a rhythm knows.
const LAST_YEAR: i16 = 2199;
/// How many closed days in a row a date is shifted over at most.
const SHIFT: usize = 400;
/// The longest lead time in working days, and the most occurrences.
pub const MOST_AHEAD: u32 = 60;
/// See [`MOST_AHEAD`].
pub const MOST: u32 = 1000;

/// When something happens again and again.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[serde(deny_unknown_fields)]
pub struct Rhythm {
    pub every: Every,
    /// The time of day at which it is ordered, as the clocks of the zone show it.
    /// A time that a change of the clocks leaves out counts an hour later; one
    /// that comes twice counts the first time.
    pub at: ClockTime,
    /// The first day that it may fall on.
    pub start: Date,
    /// The last day that it may fall on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// How many times it happens at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// What happens on days without work.
    #[serde(default)]
    pub closed: OnClosed,
    /// How many working days before its day it is ordered.
    #[serde(default)]
    pub ahead: u32,
}

/// The beat of a rhythm. Counting in `every` begins with the day, week or month
/// of the start.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Every {
    Days {
        every: u32,
    },
    Weeks {
        every: u32,
        on: BTreeSet<Weekday>,
    },
    /// In a month that is too short: its last day.
    MonthDay {
        every: u32,
        day: u8,
    },
    /// The first to fourth such day, or the last with -1.
    MonthWeekday {
        every: u32,
        nth: i8,
        day: Weekday,
    },
    /// A month in which nobody works has none.
    LastWorkingDay {
        every: u32,
    },
    /// 29 February is the 28th in other years.
    Year {
        month: i8,
        day: i8,
    },
}

/// What becomes of a date on which the calendar is closed. Two dates that come
/// to lie on one day happen once.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Default, Debug)]
#[serde(rename_all = "snake_case")]
pub enum OnClosed {
    /// It stays where it is.
    Keep,
    /// The working day before it.
    #[default]
    Before,
    /// The next working day.
    After,
    /// It does not happen.
    Skip,
}

/// One time of many.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Occurrence {
    /// The date that the beat gives; its name.
    pub nominal: Date,
    /// The day it falls on, shifted off the days without work.
    pub day: Date,
    /// When it is ordered.
    pub at: Timestamp,
}

/// What is to be done at a moment.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Due {
    /// Those whose time passed unseen, and which a later one takes the place of.
    pub missed: Vec<Occurrence>,
    /// Those to order now: the latest of those whose time has come. Several only
    /// if their lead time ends at one moment.
    pub now: Vec<Occurrence>,
}

impl Rhythm {
    /// Whether it makes sense, with the member that does not.
    ///
    /// # Errors
    /// Every problem, with the name of the member.
    pub fn check(&self) -> Result<(), Vec<(&'static str, Msg)>> {
        let mut wrong = Vec::new();
        let step = match &self.every {
            Every::Days { every }
            | Every::Weeks { every, .. }
            | Every::MonthDay { every, .. }
            | Every::MonthWeekday { every, .. }
            | Every::LastWorkingDay { every } => *every,
            Every::Year { .. } => 1,
        };
        if !(1..=366).contains(&step) {
            wrong.push((
                "every",
                Msg::new("Write a whole number from 1 to {max}.").arg("max", 366),
            ));
        }
        match &self.every {
            Every::Weeks { on, .. } if on.is_empty() => {
                wrong.push(("on", Msg::new("Choose at least one day of the week.")));
            }
            Every::MonthDay { day, .. } if !(1..=31).contains(day) => {
                wrong.push(("day", Msg::new("A day of a month is 1 to 31.")));
            }
            Every::MonthWeekday { nth, .. } if !matches!(nth, 1..=4 | -1) => {
                wrong.push(("nth", Msg::new("Choose the first to fourth, or the last.")));
            }
            Every::Year { month, day } if Date::new(2024, *month, *day).is_err() => {
                wrong.push(("day", Msg::new("There is no such day in that month.")));
            }
            _ => {}
        }
        if self.at == ClockTime::END_OF_DAY {
            wrong.push(("at", Msg::new("Choose a time up to 23:59.")));
        }
        if !(2000..=2100).contains(&self.start.year()) {
            wrong.push(("start", Msg::new("Choose a day between 2000 and 2100.")));
        }
        if self.until.is_some_and(|until| until < self.start) {
            wrong.push((
                "until",
                Msg::new("It ends before it begins. Choose a later day."),
            ));
        }
        if self.count.is_some_and(|count| !(1..=MOST).contains(&count)) {
            wrong.push((
                "count",
                Msg::new("Write a whole number from 1 to {max}.").arg("max", MOST),
            ));
        }
        if self.ahead > MOST_AHEAD {
            wrong.push((
                "ahead",
                Msg::new("It can be ordered {max} working days ahead at most.")
                    .arg("max", MOST_AHEAD),
            ));
        }
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }

    /// All occurrences in order. `zone` is where its clock hangs.
    pub fn occurrences<'a>(
        &'a self,
        cal: &'a Calendar,
        zone: &'a TimeZone,
    ) -> impl Iterator<Item = Occurrence> + 'a {
        let most = self.count.map_or(usize::MAX, |n| n as usize);
        let mut last = None;
        self.nominal(cal)
            .take_while(|date| self.until.is_none_or(|until| *date <= until))
            .filter_map(move |nominal| Some((nominal, self.shift(cal, nominal)?)))
            .filter(move |(_, day)| last.replace(*day) != Some(*day))
            .take(most)
            .filter_map(move |(nominal, day)| {
                let on = back(cal, day, self.ahead);
                let minutes = i64::from(self.at.minutes());
                let clock = on.at(0, 0, 0, 0).checked_add(minutes.minutes()).ok()?;
                let at = zone.to_timestamp(clock).ok()?;
                Some(Occurrence { nominal, day, at })
            })
    }

    /// The first that is ordered after `since`.
    pub fn next(&self, cal: &Calendar, zone: &TimeZone, since: Timestamp) -> Option<Occurrence> {
        self.occurrences(cal, zone).find(|one| one.at > since)
    }

    /// What is due at `now`, of those ordered after `since`. After a standstill
    /// only the latest is ordered; the earlier ones count as missed, because
    /// three newsletters of the past help nobody.
    pub fn due(&self, cal: &Calendar, zone: &TimeZone, since: Timestamp, now: Timestamp) -> Due {
        let mut all: Vec<Occurrence> = self
            .occurrences(cal, zone)
            .skip_while(|one| one.at <= since)
            .take_while(|one| one.at <= now)
            .collect();
        let latest = all.last().map(|one| one.at);
        let from = all.partition_point(|one| Some(one.at) < latest);
        let now = all.split_off(from);
        Due { missed: all, now }
    }

    /// The dates of the beat, whatever the calendar says of them.
    fn nominal<'a>(&'a self, cal: &'a Calendar) -> Box<dyn Iterator<Item = Date> + 'a> {
        let start = self.start;
        match &self.every {
            Every::Days { every } => {
                let step = i64::from((*every).max(1));
                Box::new(std::iter::successors(Some(start), move |date| {
                    later(*date, step)
                }))
            }
            Every::Weeks { every, on } => {
                let monday = monday(start);
                let step = 7 * i64::from((*every).max(1));
                let weeks = std::iter::successors(Some(monday), move |date| later(*date, step));
                let days = move |week: Date| {
                    on.iter()
                        .filter_map(move |day| later(week, i64::from(offset(*day))))
                };
                Box::new(weeks.flat_map(days).filter(move |date| *date >= start))
            }
            Every::MonthDay { every, day } => {
                let day = i8::try_from((*day).clamp(1, 31)).unwrap_or(31);
                let fit = move |first: Date| {
                    first
                        .with()
                        .day(day.min(first.days_in_month()))
                        .build()
                        .ok()
                };
                Box::new(months(start, *every, fit))
            }
            Every::MonthWeekday { every, nth, day } => {
                let day = weekday(*day);
                let nth = *nth;
                Box::new(months(start, *every, move |first: Date| {
                    first.nth_weekday_of_month(nth, day).ok()
                }))
            }
            Every::LastWorkingDay { every } => Box::new(months(start, *every, |first: Date| {
                let mut day = first.last_of_month();
                while !cal.opens_on(day) {
                    day = day.yesterday().ok().filter(|day| *day >= first)?;
                }
                Some(day)
            })),
            Every::Year { month, day } => {
                let (month, day) = (*month, *day);
                let years = start.year()..=LAST_YEAR;
                let date = move |year| {
                    let first = Date::new(year, month, 1).ok()?;
                    first
                        .with()
                        .day(day.min(first.days_in_month()))
                        .build()
                        .ok()
                };
                Box::new(years.filter_map(date).filter(move |date| *date >= start))
            }
        }
    }

    /// The day that a date comes to lie on.
    fn shift(&self, cal: &Calendar, date: Date) -> Option<Date> {
        if self.closed == OnClosed::Keep || cal.opens_on(date) {
            return Some(date);
        }
        let way = match self.closed {
            OnClosed::Before => -1,
            OnClosed::After => 1,
            OnClosed::Keep | OnClosed::Skip => return None,
        };
        let mut day = date;
        for _ in 0..SHIFT {
            day = day.checked_add((way).days()).ok()?;
            if cal.opens_on(day) {
                return Some(day);
            }
        }
        None
    }
}

/// `count` working days before `day`.
fn back(cal: &Calendar, day: Date, count: u32) -> Date {
    let (mut on, mut left) = (day, count);
    for _ in 0..SHIFT {
        if left == 0 {
            break;
        }
        let Ok(before) = on.yesterday() else { break };
        on = before;
        left -= u32::from(cal.opens_on(on));
    }
    on
}

fn later(date: Date, days: i64) -> Option<Date> {
    let next = date.checked_add(days.days()).ok()?;
    (next.year() <= LAST_YEAR).then_some(next)
}

/// The Monday of a day's week.
fn monday(date: Date) -> Date {
    let back = i64::from(date.weekday().to_monday_zero_offset());
    date.checked_sub(back.days()).unwrap_or(date)
}

/// Every n-th month from that of `start`, each with the date that `of` gives.
fn months<'a>(
    start: Date,
    every: u32,
    of: impl Fn(Date) -> Option<Date> + 'a,
) -> impl Iterator<Item = Date> + 'a {
    let step = i64::from(every.max(1));
    std::iter::successors(Some(start.first_of_month()), move |first| {
        let next = first.checked_add(step.months()).ok()?;
        (next.year() <= LAST_YEAR).then_some(next)
    })
    .filter_map(of)
    .filter(move |date| *date >= start)
}

fn offset(day: Weekday) -> u8 {
    day as u8
}

fn weekday(day: Weekday) -> Day {
    match day {
        Weekday::Mon => Day::Monday,
        Weekday::Tue => Day::Tuesday,
        Weekday::Wed => Day::Wednesday,
        Weekday::Thu => Day::Thursday,
        Weekday::Fri => Day::Friday,
        Weekday::Sat => Day::Saturday,
        Weekday::Sun => Day::Sunday,
    }
}
