//! Imports holidays from an iCalendar file (RFC 5545), with a ledger of all
//! that was left out.
//!
//! Reading and recurrence come from the crate `calcard` (Apache-2.0 or MIT):
//! kept up by the authors of the Stalwart mail server, forgiving of faulty
//! files, and in one crate what `icalendar` + `rrule`
//! need two and a regex engine for. Each event is read by itself, so that one
//! broken event costs only itself and a report can name its line.

mod event;

use std::collections::BTreeSet;

use crate::{Holiday, Msg};

/// Longest file read, in bytes; national holiday files have a few kilobytes.
pub const MAX_BYTES: usize = 4 << 20;
/// Most years imported at once.
pub const MAX_YEARS: i16 = 100;
/// Most repetitions followed in one event, and in all events together.
const MAX_REPEATS: (usize, usize) = (5_000, 100_000);
/// Most days imported at once.
pub const MAX_DAYS: usize = 20_000;

/// What came of an import.
#[derive(Clone, PartialEq, Debug)]
pub struct Import {
    /// Closed days in order of date, without duplicates.
    pub holidays: Vec<Holiday>,
    /// What was left out: the line (from 1) at which it begins, and why.
    pub skipped: Vec<(usize, Msg)>,
}

/// Why nothing was imported.
#[derive(thiserror::Error, Clone, PartialEq, Eq, Debug)]
pub enum IcalError {
    #[error("this is not an iCalendar file: it has no line BEGIN:VCALENDAR")]
    NotACalendar,
    #[error("the file has {bytes} bytes; at most {MAX_BYTES} are read")]
    TooLong { bytes: usize },
    #[error(
        "the years {from} to {to} cannot be imported; choose at most {MAX_YEARS} years from 1900 to 2199"
    )]
    BadYears { from: i16, to: i16 },
    #[error(
        "the events stand for more than {MAX_DAYS} days or repeat too often; choose fewer years"
    )]
    TooMuch,
}

/// The closed days from the start of `from_year` to the end of `to_year`.
///
/// Each day that an event covers in full becomes a holiday named by its
/// SUMMARY; the end of an event is exclusive, as RFC 5545 has it. Times are
/// taken as written, since a holiday is a date in the calendar's own zone.
/// Events that cover no whole day, give their time in UTC, are cancelled or
/// cannot be read go to the ledger, and so does every component that is no event.
///
/// # Errors
/// See [`IcalError`]; a fault of one event is never an error of the whole.
pub fn holidays_from_ical(text: &str, from_year: i16, to_year: i16) -> Result<Import, IcalError> {
    let years_fit = 1900 <= from_year && from_year <= to_year && to_year < 2200;
    if !years_fit || to_year - from_year >= MAX_YEARS {
        return Err(IcalError::BadYears {
            from: from_year,
            to: to_year,
        });
    }
    if text.len() > MAX_BYTES {
        return Err(IcalError::TooLong { bytes: text.len() });
    }
    let (blocks, mut skipped) = blocks(text)?;
    let mut days = BTreeSet::new();
    let mut repeats_left = MAX_REPEATS.1;
    for (line, block) in blocks {
        let limit = repeats_left.min(MAX_REPEATS.0);
        let mut cost = 0;
        let found = event::read(&block, (from_year, to_year), limit, &mut cost);
        repeats_left = repeats_left.saturating_sub(cost);
        if repeats_left == 0 {
            return Err(IcalError::TooMuch);
        }
        let found = match found {
            Ok(found) => found,
            Err(reason) => {
                skipped.push((line, reason));
                continue;
            }
        };
        skipped.extend(found.notes.into_iter().map(|note| (line, note)));
        for date in found.days {
            if !days.insert((date, found.name.clone())) {
                skipped.push((
                    line,
                    Msg::new("{date} is in the file already")
                        .arg("date", date)
                        .about(&found.name),
                ));
            }
        }
        if days.len() > MAX_DAYS {
            return Err(IcalError::TooMuch);
        }
    }
    skipped.sort();
    let holidays = days
        .into_iter()
        .map(|(date, name)| Holiday::closed(date, name))
        .collect();
    Ok(Import { holidays, skipped })
}

type Ledger = Vec<(usize, Msg)>;

/// The text of each event with the line where it begins, and what is no event.
fn blocks(text: &str) -> Result<(Vec<(usize, String)>, Ledger), IcalError> {
    let (mut events, mut skipped) = (Vec::new(), Vec::new());
    let mut is_calendar = false;
    let mut open: Option<(usize, String)> = None;
    for (index, line) in text.lines().enumerate() {
        let word = line
            .trim_end()
            .trim_start_matches('\u{feff}')
            .to_ascii_uppercase();
        if word == "BEGIN:VCALENDAR" {
            is_calendar = true;
        } else if word == "BEGIN:VEVENT" {
            if let Some((from, _)) = open.replace((index + 1, String::new())) {
                skipped.push((from, Msg::new("the event has no end")));
            }
        } else if let "BEGIN:VTODO" | "BEGIN:VJOURNAL" | "BEGIN:VFREEBUSY" = word.as_str() {
            skipped.push((
                index + 1,
                Msg::new("{kind} is not an event").arg("kind", &word["BEGIN:".len()..]),
            ));
        }
        if let Some((_, block)) = &mut open {
            block.push_str(line);
            block.push_str("\r\n");
        }
        if word == "END:VEVENT" {
            events.extend(open.take());
        }
    }
    if let Some((from, _)) = open {
        skipped.push((from, Msg::new("the event has no end")));
    }
    if is_calendar {
        Ok((events, skipped))
    } else {
        Err(IcalError::NotACalendar)
    }
}
