//! Entries as iCalendar text (RFC 5545). Instants are written in UTC, so no
//! time zone has to be described; whole days are dates.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Longest line in octets, without its line break (RFC 5545, 3.1).
pub const FOLD: usize = 75;

/// When something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// From, to.
    Times(Timestamp, Timestamp),
    /// First day, and the day after the last.
    Days(Date, Date),
}

/// Something that stands in a calendar.
#[derive(Debug, Clone)]
pub struct Event {
    /// Stays the same for the same thing.
    pub uid: String,
    /// One line.
    pub summary: String,
    /// More about it; may be empty.
    pub description: String,
    /// Where; may be empty.
    pub location: String,
    /// Its page.
    pub url: String,
    /// When.
    pub when: When,
    /// When it was last changed.
    pub changed: Timestamp,
    /// How often it was changed.
    pub sequence: i64,
    /// Whether it was taken back.
    pub cancelled: bool,
    /// Whether people are taken up by it.
    pub busy: bool,
    /// One word.
    pub category: &'static str,
}

/// A whole calendar.
pub fn calendar(name: &str, events: &[Event]) -> String {
    let mut out = String::new();
    line(&mut out, "BEGIN", "VCALENDAR");
    line(&mut out, "VERSION", "2.0");
    line(&mut out, "PRODID", "-//MIL//Change calendar//EN");
    line(&mut out, "CALSCALE", "GREGORIAN");
    line(&mut out, "METHOD", "PUBLISH");
    // RFC 7986, and what older programs know instead.
    line(&mut out, "NAME", &text(name));
    line(&mut out, "X-WR-CALNAME", &text(name));
    line(&mut out, "REFRESH-INTERVAL;VALUE=DURATION", "PT1H");
    line(&mut out, "X-PUBLISHED-TTL", "PT1H");
    for event in events {
        one(&mut out, event);
    }
    line(&mut out, "END", "VCALENDAR");
    out
}

fn one(out: &mut String, e: &Event) {
    line(out, "BEGIN", "VEVENT");
    line(out, "UID", &text(&e.uid));
    line(out, "DTSTAMP", &utc(e.changed));
    line(out, "LAST-MODIFIED", &utc(e.changed));
    line(out, "SEQUENCE", &e.sequence.max(0).to_string());
    match e.when {
        When::Times(from, to) => {
            line(out, "DTSTART", &utc(from));
            line(out, "DTEND", &utc(to));
        }
        When::Days(first, after) => {
            line(
                out,
                "DTSTART;VALUE=DATE",
                &first.strftime("%Y%m%d").to_string(),
            );
            line(
                out,
                "DTEND;VALUE=DATE",
                &after.strftime("%Y%m%d").to_string(),
            );
        }
    }
    line(out, "SUMMARY", &text(&e.summary));
    for (name, value) in [("DESCRIPTION", &e.description), ("LOCATION", &e.location)] {
        if !value.is_empty() {
            line(out, name, &text(value));
        }
    }
    line(out, "URL", &e.url);
    line(out, "CATEGORIES", e.category);
    let status = if e.cancelled {
        "CANCELLED"
    } else {
        "CONFIRMED"
    };
    line(out, "STATUS", status);
    let busy = e.busy && !e.cancelled;
    line(out, "TRANSP", if busy { "OPAQUE" } else { "TRANSPARENT" });
    line(out, "END", "VEVENT");
}

fn utc(at: Timestamp) -> String {
    let at = TimeZone::UTC.to_datetime(at);
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// A value of the type TEXT (RFC 5545, 3.3.11).
fn text(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut chars = value.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' | ';' | ',' => {
                out.push('\\');
                out.push(c);
            }
            '\r' if chars.peek() == Some(&'\n') => {}
            '\n' | '\r' => out.push_str("\\n"),
            '\t' => out.push(c),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// A line, folded between characters so that no part is longer than [`FOLD`].
fn line(out: &mut String, name: &str, value: &str) {
    let mut whole = String::with_capacity(name.len() + value.len() + 1);
    // Writing to a string cannot fail.
    let _ = write!(whole, "{name}:{value}");
    let mut length = 0;
    for c in whole.chars() {
        // A value that is no TEXT must not end its line early.
        if c == '\r' || c == '\n' {
            continue;
        }
        if length + c.len_utf8() > FOLD {
            out.push_str("\r\n ");
            length = 1;
        }
        out.push(c);
        length += c.len_utf8();
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use calcard::icalendar::{ICalendar, ICalendarComponentType, ICalendarProperty};
    use proptest::prelude::*;

    fn event() -> Event {
        Event {
            uid: "0190-a@mil".into(),
            summary: "New footer".into(),
            description: String::new(),
            location: String::new(),
            url: "https://mil.example/calendar/0190-a".into(),
            when: When::Times(
                "2026-11-24T09:00:00Z".parse().unwrap(),
                "2026-11-24T09:30:00Z".parse().unwrap(),
            ),
            changed: "2026-11-23T09:00:00Z".parse().unwrap(),
            sequence: 2,
            cancelled: false,
            busy: true,
            category: "CHANGE",
        }
    }

    /// The first text of a property of the only event.
    fn read(file: &str, property: &ICalendarProperty) -> Option<String> {
        let parsed = ICalendar::parse(file).expect("it can be read");
        let event = parsed
            .components
            .iter()
            .find(|c| c.component_type == ICalendarComponentType::VEvent)
            .expect("an event");
        let entry = event.entries.iter().find(|e| e.name == *property)?;
        entry.values.first()?.as_text().map(str::to_owned)
    }

    fn check_lines(file: &str) {
        assert!(file.ends_with("\r\n"));
        for line in file.split("\r\n") {
            assert!(line.len() <= FOLD, "{} octets: {line}", line.len());
            assert!(!line.contains(['\r', '\n']), "a bare line break: {line:?}");
        }
        // RFC 5545, 3.1: a long line goes on after a break and one space.
        let names = file.replace("\r\n ", "");
        for line in names.split("\r\n").filter(|l| !l.is_empty()) {
            let (name, _) = line.split_once(':').expect("name and value");
            assert!(
                name.chars()
                    .all(|c| c.is_ascii_alphanumeric() || "-;=".contains(c)),
                "{line}"
            );
        }
    }

    #[test]
    fn umlauts_are_folded_at_75_octets_and_never_torn() {
        for pad in 0..4 {
            let summary = format!(
                "{}{}",
                "x".repeat(pad),
                "Änderung für Übermorgen – ".repeat(12)
            );
            let file = calendar(
                "Kalender",
                &[Event {
                    summary: summary.clone(),
                    ..event()
                }],
            );
            check_lines(&file);
            assert!(
                file.split("\r\n").any(|l| l.len() >= FOLD - 2),
                "lines are filled"
            );
            assert_eq!(
                read(&file, &ICalendarProperty::Summary).as_deref(),
                Some(summary.as_str())
            );
        }
    }

    #[test]
    fn an_event_has_all_that_the_standard_asks() {
        let file = calendar("Changes; all", &[event()]);
        check_lines(&file);
        for line in [
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "METHOD:PUBLISH",
            "X-WR-CALNAME:Changes\\; all",
            "UID:0190-a@mil",
            "DTSTAMP:20261123T090000Z",
            "LAST-MODIFIED:20261123T090000Z",
            "SEQUENCE:2",
            "DTSTART:20261124T090000Z",
            "DTEND:20261124T093000Z",
            "STATUS:CONFIRMED",
            "TRANSP:OPAQUE",
            "END:VEVENT",
            "END:VCALENDAR",
        ] {
            assert_eq!(
                file.split("\r\n").filter(|l| *l == line).count(),
                1,
                "{line}\n{file}"
            );
        }
        let gone = calendar(
            "x",
            &[Event {
                cancelled: true,
                ..event()
            }],
        );
        assert!(gone.contains("STATUS:CANCELLED\r\n") && gone.contains("TRANSP:TRANSPARENT\r\n"));
    }

    #[test]
    fn whole_days_are_dates_and_end_on_the_day_after() {
        let days = When::Days("2026-12-24".parse().unwrap(), "2026-12-27".parse().unwrap());
        let file = calendar(
            "x",
            &[Event {
                when: days,
                ..event()
            }],
        );
        assert!(
            file.contains("DTSTART;VALUE=DATE:20261224\r\nDTEND;VALUE=DATE:20261227\r\n"),
            "{file}"
        );
    }

    proptest! {
        #[test]
        fn whatever_people_type_comes_back(summary in "[^\\r\\n]{0,200}", description in "\\PC*(\\n\\PC*){0,3}") {
            let typed = Event { summary: summary.clone(), description: description.clone(), ..event() };
            let file = calendar("x", &[typed]);
            check_lines(&file);
            let clean = |t: &str| t.chars().filter(|c| !c.is_control() || *c == '\t' || *c == '\n').collect::<String>();
            let summary = clean(&summary);
            // Programs trim what stands around a value.
            let read_summary = read(&file, &ICalendarProperty::Summary).unwrap_or_default();
            prop_assert_eq!(read_summary.trim(), summary.trim());
            let read_description = read(&file, &ICalendarProperty::Description).unwrap_or_default();
            let description = clean(&description);
            prop_assert_eq!(read_description.trim(), description.trim());
        }

        #[test]
        fn nobody_smuggles_a_property(summary in ".*(\\r\\n|\\n|\\r)(ATTENDEE|END):.*") {
            let file = calendar("x", &[Event { summary, ..event() }]);
            check_lines(&file);
            prop_assert!(!file.contains("\r\nATTENDEE"));
            prop_assert_eq!(file.matches("\r\nEND:VEVENT\r\n").count(), 1);
        }
    }
}
