//! Checks a definition and turns it into the form the engine reads.

use std::borrow::Cow;
use std::collections::HashMap;

use jiff::civil::{Date, date};
use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::engine::{Calendar, HORIZON_YEARS};
use super::{CalendarDef, ClockTime};
use crate::Work;

/// Why a definition cannot be used, with how to mend it.
#[derive(thiserror::Error, Clone, PartialEq, Eq, Debug)]
pub enum CalendarError {
    #[error("the time zone \"{zone}\" is not known; use an IANA name such as Europe/Berlin")]
    UnknownZone { zone: String },
    #[error(
        "{place}: the hours from {from} to {to} end before they begin; for work past midnight write two spans, one to 24:00 and one on the next day from 00:00"
    )]
    BadSpan {
        place: String,
        from: ClockTime,
        to: ClockTime,
    },
    #[error(
        "the half day {date} has no hours; give its hours, or leave them out to close the whole day"
    )]
    EmptyHalfDay { date: Date },
    #[error("the calendar has no opening hours; add hours for at least one weekday")]
    NoHours,
    #[error("the holidays leave no working time in any year from {from} on; remove some of them")]
    HolidaysTakeAll { from: i16 },
}

/// Open minutes of one day, sorted and apart from each other.
pub(super) type DaySpans = Vec<(u16, u16)>;

/// The week and the exceptions, in civil terms.
#[derive(Debug)]
pub(super) struct Rules {
    pub zone: TimeZone,
    week: [DaySpans; 7],
    dated: HashMap<Date, DaySpans>,
    yearly: HashMap<(i8, i8), DaySpans>,
}

impl CalendarDef {
    /// Checks the definition.
    ///
    /// The zone comes from the copy of the IANA database built into the
    /// program, never from the machine, so the same data gives the same answer
    /// everywhere.
    ///
    /// # Errors
    /// Refuses an unknown zone, a span that ends before it begins, and a
    /// calendar without working time: one where even the years after the last
    /// dated holiday have none would keep every clock standing for ever.
    pub fn compile(&self) -> Result<Calendar, CalendarError> {
        let zone = TimeZoneDatabase::bundled().get(&self.zone).map_err(|_| {
            CalendarError::UnknownZone {
                zone: self.zone.clone(),
            }
        })?;
        let mut week: [DaySpans; 7] = Default::default();
        for hours in &self.hours {
            let place = || format!("{:?}", hours.day);
            week[hours.day as usize].push(span(hours.from, hours.to, place)?);
        }
        let week = week.map(merged);
        if week.iter().all(Vec::is_empty) {
            return Err(CalendarError::NoHours);
        }
        let mut rules = Rules {
            zone,
            week,
            dated: HashMap::new(),
            yearly: HashMap::new(),
        };
        for holiday in &self.holidays {
            let open = match &holiday.hours {
                None => Vec::new(),
                Some(own) if own.is_empty() => {
                    return Err(CalendarError::EmptyHalfDay { date: holiday.date });
                }
                Some(own) => {
                    let place = || format!("{} ({})", holiday.date, holiday.name);
                    let spans: Result<_, _> = own
                        .iter()
                        .map(|&(from, to)| span(from, to, place))
                        .collect();
                    merged(spans?)
                }
            };
            rules.add(holiday.date, holiday.every_year, open);
        }
        rules.refuse_endless_rest()?;
        let day = rules.typical_day();
        Ok(Calendar::new(rules, day))
    }
}

impl Rules {
    fn add(&mut self, date: Date, every_year: bool, open: DaySpans) {
        let narrow = |old: &mut DaySpans| *old = common(old, &open);
        if every_year {
            let key = (date.month(), date.day());
            self.yearly.entry(key).and_modify(narrow).or_insert(open);
        } else {
            self.dated.entry(date).and_modify(narrow).or_insert(open);
        }
    }

    /// Open minutes of a civil date.
    pub fn open_on(&self, date: Date) -> Cow<'_, [(u16, u16)]> {
        let usual = &self.week[date.weekday().to_monday_zero_offset() as usize];
        if usual.is_empty() {
            return Cow::Borrowed(usual);
        }
        let yearly = match self.yearly.is_empty() {
            true => None,
            false => self.yearly.get(&(date.month(), date.day())),
        };
        match (self.dated.get(&date), yearly) {
            (None, None) => Cow::Borrowed(usual),
            (Some(one), None) | (None, Some(one)) => Cow::Borrowed(one),
            (Some(one), Some(other)) => Cow::Owned(common(one, other)),
        }
    }

    /// Looks at the 40 years after the last dated holiday: weekdays and leap
    /// days come round within 40 years, also across 2100, which is no leap year.
    fn refuse_endless_rest(&self) -> Result<(), CalendarError> {
        let last = self
            .dated
            .keys()
            .map(|date| date.year())
            .max()
            .unwrap_or(1999);
        let from = last.saturating_add(1).clamp(2000, HORIZON_YEARS.1);
        let until = (from + 40).min(HORIZON_YEARS.1);
        let mut days = date(from, 1, 1).series(jiff::Span::new().days(1));
        match days
            .by_ref()
            .take_while(|day| day.year() < until)
            .any(|day| !self.open_on(day).is_empty())
        {
            true => Ok(()),
            false => Err(CalendarError::HolidaysTakeAll { from }),
        }
    }

    /// The length most open weekdays have; of two equally common ones the longer.
    fn typical_day(&self) -> Work {
        let lengths = || {
            self.week.iter().filter(|day| !day.is_empty()).map(|day| {
                day.iter()
                    .map(|&(from, to)| i64::from(to - from))
                    .sum::<i64>()
            })
        };
        let typical = lengths()
            .max_by_key(|&length| (lengths().filter(|&other| other == length).count(), length));
        Work::from_minutes(typical.unwrap_or(1440))
    }
}

fn span(
    from: ClockTime,
    to: ClockTime,
    place: impl FnOnce() -> String,
) -> Result<(u16, u16), CalendarError> {
    if from >= to {
        return Err(CalendarError::BadSpan {
            place: place(),
            from,
            to,
        });
    }
    Ok((from.minutes(), to.minutes()))
}

fn merged(mut spans: DaySpans) -> DaySpans {
    spans.sort_unstable();
    let mut out: DaySpans = Vec::with_capacity(spans.len());
    for (from, to) in spans {
        match out.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => out.push((from, to)),
        }
    }
    out
}

fn common(one: &DaySpans, other: &DaySpans) -> DaySpans {
    let mut out = DaySpans::new();
    for &(a, b) in one {
        for &(c, d) in other {
            let (from, to) = (a.max(c), b.min(d));
            if from < to {
                out.push((from, to));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::Weekday;
    use super::*;

    #[test]
    fn weekdays_are_in_the_order_of_the_week_array() {
        assert_eq!(Weekday::Mon as usize, 0);
        assert_eq!(Weekday::Sun as usize, 6);
        assert_eq!(date(2026, 7, 20).weekday().to_monday_zero_offset(), 0);
    }

    #[test]
    fn spans_that_touch_or_overlap_merge() {
        assert_eq!(
            merged(vec![(540, 600), (600, 660), (0, 60), (30, 40)]),
            [(0, 60), (540, 660)]
        );
    }
}
