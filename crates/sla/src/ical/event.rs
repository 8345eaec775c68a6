//! One event of a file: which whole days it covers.

use calcard::common::PartialDateTime;
use calcard::common::timezone::Tz;
use calcard::icalendar::dates::{CalendarExpand, TimeOrDelta};
use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarEntry, ICalendarFrequency, ICalendarProperty,
    ICalendarStatus, ICalendarValue,
};
use calcard::{Entry, Parser};
use chrono::{Datelike, NaiveDateTime, NaiveTime, Timelike};
use jiff::civil::{Date, date};

use crate::Msg;

/// What a rule costs that never matches: the library searches far ahead for it.
const NEVER_MATCHES: usize = 5_000;

pub(super) struct Found {
    pub name: String,
    pub days: Vec<Date>,
    /// Parts that were left out.
    pub notes: Vec<Msg>,
}

/// The days of an event within the years, or why it is left out as a whole.
///
/// `limit` bounds the repetitions followed; `cost` is set to how much work the
/// event made, counted in repetitions.
pub(super) fn read(
    block: &str,
    years: (i16, i16),
    limit: usize,
    cost: &mut usize,
) -> Result<Found, Msg> {
    let wrapped = format!("BEGIN:VCALENDAR\r\n{block}END:VCALENDAR\r\n");
    let Entry::ICalendar(mut calendar) = Parser::new(&wrapped).entry() else {
        return Err(Msg::new("the event cannot be read"));
    };
    let event = calendar
        .components
        .iter()
        .find(|component| component.component_type.is_event());
    let event = event.ok_or_else(|| Msg::new("the event cannot be read"))?;
    let summary = event
        .property(&ICalendarProperty::Summary)
        .and_then(|entry| text(entry));
    let name: String = summary
        .unwrap_or("Holiday")
        .trim()
        .chars()
        .take(200)
        .collect();
    if let Some(reason) = refusal(event) {
        return Err(reason.about(&name));
    }
    let starts_in = time_of(event, &ICalendarProperty::Dtstart).and_then(|start| start.year);
    if starts_in.is_some_and(|year| i32::from(year) > i32::from(years.1)) {
        return Err(no_day(years).about(&name));
    }
    let repeats = end_with_the_years(&mut calendar, years.1);
    let expanded = calendar.expand_dates(Tz::Floating, limit);
    *cost = match (repeats, expanded.events.len()) {
        (true, 0) => NEVER_MATCHES,
        (true, dates) => dates + 10,
        (false, dates) => dates,
    };
    days_of(expanded, name.clone(), years, limit).map_err(|reason| reason.about(&name))
}

/// Ends rules without an end of their own with the last year asked for;
/// says whether the event repeats at all.
fn end_with_the_years(calendar: &mut ICalendar, last_year: i16) -> bool {
    let entries = calendar
        .components
        .iter_mut()
        .flat_map(|component| &mut component.entries);
    let mut repeats = false;
    for value in entries.flat_map(|entry| &mut entry.values) {
        let ICalendarValue::RecurrenceRule(rule) = value else {
            continue;
        };
        repeats = true;
        let end = PartialDateTime {
            year: u16::try_from(last_year).ok(),
            month: Some(12),
            day: Some(31),
            hour: Some(23),
            minute: Some(59),
            second: Some(59),
            ..PartialDateTime::default()
        };
        let later = rule
            .until
            .as_ref()
            .is_none_or(|until| until.year > end.year);
        if rule.count.is_none() && later {
            rule.until = Some(end);
        }
    }
    repeats
}

/// Why an event cannot stand for holidays.
fn refusal(event: &ICalendarComponent) -> Option<Msg> {
    if event.status() == Some(&ICalendarStatus::Cancelled) {
        return Some(Msg::new("the event is cancelled"));
    }
    if event.has_property(&ICalendarProperty::RecurrenceId) {
        return Some(Msg::new(
            "it changes one date of a series; change that day by hand",
        ));
    }
    let Some(start) = time_of(event, &ICalendarProperty::Dtstart) else {
        return Some(Msg::new("DTSTART is missing or cannot be read"));
    };
    if start.has_zone() {
        return Some(Msg::new(
            "its time is in UTC, so its local date is not known",
        ));
    }
    let length = event
        .property(&ICalendarProperty::Dtend)
        .or(event.property(&ICalendarProperty::Duration));
    if start.has_time() && length.is_none() {
        return Some(Msg::new("it has a start but no length"));
    }
    if time_of(event, &ICalendarProperty::Dtend).is_some_and(PartialDateTime::has_zone) {
        return Some(Msg::new(
            "its end is in UTC, so its local date is not known",
        ));
    }
    let unread = |entry: &&ICalendarEntry| {
        let ok = |value: &ICalendarValue| match entry.name {
            ICalendarProperty::Rrule => matches!(value, ICalendarValue::RecurrenceRule(_)),
            ICalendarProperty::Dtend | ICalendarProperty::Exdate => {
                value.as_partial_date_time().is_some()
            }
            ICalendarProperty::Duration => matches!(value, ICalendarValue::Duration(_)),
            _ => true,
        };
        entry.values.is_empty() || !entry.values.iter().all(ok)
    };
    if event.entries.iter().any(|entry| unread(&entry)) {
        return Some(Msg::new(
            "it has an end, length or repetition that cannot be read",
        ));
    }
    let rules = || event.properties(&ICalendarProperty::Rrule);
    let rare = |value: &ICalendarValue| match value {
        ICalendarValue::RecurrenceRule(rule) => !matches!(
            rule.freq,
            ICalendarFrequency::Hourly
                | ICalendarFrequency::Minutely
                | ICalendarFrequency::Secondly
        ),
        _ => true,
    };
    if !rules().flat_map(|entry| &entry.values).all(rare) {
        return Some(Msg::new("it repeats within a day"));
    }
    let old = |entry: &ICalendarEntry| entry.name.as_str().eq_ignore_ascii_case("EXRULE");
    (rules().count() > 1 || event.entries.iter().any(old))
        .then(|| Msg::new("it has several repetition rules, which RFC 5545 advises against"))
}

fn no_day((from, to): (i16, i16)) -> Msg {
    Msg::new("it has no day from {from} to {to}")
        .arg("from", from)
        .arg("to", to)
}

fn days_of(
    expanded: CalendarExpand,
    name: String,
    (from_year, to_year): (i16, i16),
    limit: usize,
) -> Result<Found, Msg> {
    let (first, last) = (date(from_year, 1, 1), date(to_year, 12, 31));
    if let Some(error) = expanded.errors.first() {
        let why = format!("{:?}", error.error);
        return Err(Msg::new("its dates or its repetition cannot be read ({why})").arg("why", why));
    }
    let repeats = expanded.events.len();
    let mut notes = Vec::new();
    let (mut days, mut whole, mut reached) = (Vec::new(), false, Date::MIN);
    for event in expanded.events {
        let start = event.start.naive_local();
        let end = match event.end {
            TimeOrDelta::Time(end) => Some(end.naive_local()),
            TimeOrDelta::Delta(length) => start.checked_add_signed(length),
        };
        let Some((from, until)) = end.and_then(|end| whole_days(start, end)) else {
            continue;
        };
        whole = true;
        reached = reached.max(from);
        let mut day = from.max(first);
        while day < until && day <= last {
            days.push(day);
            day = day
                .tomorrow()
                .map_err(|_| Msg::new("its dates lie too far ahead"))?;
        }
    }
    if repeats >= limit && reached < last {
        notes.push(
            Msg::new("it repeats too often; the days after {reached} are missing")
                .arg("reached", reached)
                .about(&name),
        );
    }
    if repeats > 0 && !whole {
        return Err(Msg::new("it covers no whole day; add a half day by hand"));
    }
    if days.is_empty() && notes.is_empty() {
        return Err(no_day((from_year, to_year)));
    }
    days.sort_unstable();
    days.dedup();
    Ok(Found { name, days, notes })
}

/// The whole days in `[start, end)`, the end exclusive. An end at 23:59 means
/// the end of the day, and an all-day event that ends as it begins means its
/// day: RFC 5545 allows neither, but many programs write them.
fn whole_days(start: NaiveDateTime, end: NaiveDateTime) -> Option<(Date, Date)> {
    let midnight = |at: NaiveDateTime| at.time() == NaiveTime::MIN;
    let from = civil(start)?;
    let from = if midnight(start) {
        from
    } else {
        from.tomorrow().ok()?
    };
    let late = end.hour() == 23 && end.minute() == 59;
    let until = civil(end)?;
    let until = if late || (start == end && midnight(start)) {
        until.tomorrow().ok()?
    } else {
        until
    };
    (from < until).then_some((from, until))
}

fn civil(at: NaiveDateTime) -> Option<Date> {
    Date::new(at.year().try_into().ok()?, at.month() as i8, at.day() as i8).ok()
}

fn time_of<'x>(
    event: &'x ICalendarComponent,
    name: &ICalendarProperty,
) -> Option<&'x PartialDateTime> {
    event.property(name)?.values.first()?.as_partial_date_time()
}

fn text(entry: &ICalendarEntry) -> Option<&str> {
    entry.values.first()?.as_text()
}
