//! Business calendars.
//!
//! A [`CalendarDef`] is what an administrator writes and the database stores as
//! JSON. [`CalendarDef::compile`] checks it and gives a [`Calendar`], which
//! answers questions about working time. Working time is real elapsed time
//! during the opening hours as a clock on the wall of the zone shows them, so
//! round-the-clock work has 23 hours on the day the clocks go forward.

mod clock_time;
mod compile;
mod engine;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use clock_time::{BadClockTime, ClockTime};
pub use compile::CalendarError;
pub use engine::Calendar;

/// Opening hours and holidays of one place, in that place's civil time.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[serde(deny_unknown_fields)]
pub struct CalendarDef {
    /// IANA time zone name, such as `Europe/Berlin`.
    pub zone: String,
    /// Weekly opening hours; several spans a day make a lunch break or a split day.
    pub hours: Vec<Hours>,
    /// Days that differ from the week.
    #[serde(default)]
    pub holidays: Vec<Holiday>,
}

/// One weekly span of opening hours, from `from` up to but not including `to`.
///
/// Spans of a day that overlap or touch count once. Work past midnight is two
/// spans: up to `24:00` and, on the next day, from `00:00`.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    pub day: Weekday,
    pub from: ClockTime,
    pub to: ClockTime,
}

/// A date, in the calendar's own zone, on which the week does not apply.
///
/// When several entries name one date, only the hours common to all are open.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    pub date: Date,
    pub name: String,
    /// `None`: closed all day. `Some`: open in these spans instead of the usual
    /// ones (a half day). A weekday without opening hours stays closed, so a
    /// yearly half day on Christmas Eve does not open a Sunday.
    #[serde(default)]
    pub hours: Option<Vec<(ClockTime, ClockTime)>>,
    /// Repeats on this month and day in every year, before and after `date`;
    /// 29 February only in leap years.
    #[serde(default)]
    pub every_year: bool,
}

impl Holiday {
    /// A day without work.
    pub fn closed(date: Date, name: impl Into<String>) -> Holiday {
        Holiday {
            date,
            name: name.into(),
            hours: None,
            every_year: false,
        }
    }
}

/// Day of the week, written `mon` to `sun`.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[serde(rename_all = "lowercase")]
pub enum Weekday {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl Weekday {
    pub const ALL: [Weekday; 7] = [
        Weekday::Mon,
        Weekday::Tue,
        Weekday::Wed,
        Weekday::Thu,
        Weekday::Fri,
        Weekday::Sat,
        Weekday::Sun,
    ];
}

impl CalendarDef {
    /// Open without a break, every day.
    pub fn always(zone: &str) -> CalendarDef {
        let hours = Weekday::ALL.map(|day| Hours {
            day,
            from: ClockTime::MIDNIGHT,
            to: ClockTime::END_OF_DAY,
        });
        CalendarDef {
            zone: zone.to_owned(),
            hours: hours.into(),
            holidays: Vec::new(),
        }
    }

    /// Monday to Friday from `from` to `to`.
    pub fn weekdays(zone: &str, from: ClockTime, to: ClockTime) -> CalendarDef {
        let hours = Weekday::ALL[..5]
            .iter()
            .map(|&day| Hours { day, from, to })
            .collect();
        CalendarDef {
            zone: zone.to_owned(),
            hours,
            holidays: Vec::new(),
        }
    }
}
