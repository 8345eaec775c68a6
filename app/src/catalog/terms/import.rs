//! Holidays taken over from a country's rules or a calendar file, with a ledger
//! of what is new, what is there already and what is left out.

use mil_sla::Holiday;
use mil_sla::countries::holidays_of;
use mil_sla::ical::{IcalError, MAX_BYTES, holidays_from_ical};
use schemars::JsonSchema;
use serde::Serialize;

use crate::error::{Error, Msg, Result};

/// A part of a file that was left out.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Skipped {
    /// Where it begins, from 1.
    pub line: usize,
    /// In English.
    pub why: String,
    /// The same for translation.
    #[serde(skip)]
    pub msg: mil_sla::Msg,
}

/// What an import brings: new days, and what is left out with the reason.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Ledger {
    #[schemars(with = "Vec<serde_json::Value>")]
    pub new: Vec<Holiday>,
    /// Days the calendar has already.
    #[schemars(with = "Vec<serde_json::Value>")]
    pub known: Vec<Holiday>,
    /// What was skipped, and why.
    pub skipped: Vec<Skipped>,
}

impl Ledger {
    /// Sort out what the calendar has already.
    fn of(found: Vec<Holiday>, there: &[Holiday], skipped: Vec<Skipped>) -> Ledger {
        let mut ledger = Ledger {
            skipped,
            ..Ledger::default()
        };
        for day in found {
            let same = |h: &Holiday| {
                h.name == day.name
                    && (h.date == day.date
                        || (h.every_year
                            && (h.date.month(), h.date.day())
                                == (day.date.month(), day.date.day())))
            };
            if there.iter().any(same) {
                ledger.known.push(day);
            } else {
                ledger.new.push(day);
            }
        }
        ledger
    }
}

/// Why a file cannot be read, for people.
fn explain(error: &IcalError) -> Msg {
    match error {
        IcalError::NotACalendar => {
            Msg::new("This is not an iCalendar file. Export one that ends in .ics.")
        }
        IcalError::TooLong { .. } => Msg::new("The file is larger than 4 MB. Export fewer years."),
        IcalError::BadYears { .. } => {
            Msg::new("Choose at most 100 years from 1900 to 2199, the first before the last.")
        }
        IcalError::TooMuch => Msg::new("The events stand for too many days. Choose fewer years."),
    }
}

/// The holidays of a place such as `DE-BY`.
///
/// # Errors
/// When the years or the place do not fit.
pub fn of_country(place: &str, from: i16, to: i16, there: &[Holiday]) -> Result<Ledger> {
    let years_fit = (1900..2200).contains(&from) && (from..2200).contains(&to) && to - from < 100;
    if !years_fit {
        let msg = explain(&IcalError::BadYears { from, to });
        return Err(Error::field("from_year", msg));
    }
    let (country, region) = match place.split_once('-') {
        Some((country, region)) => (country, Some(region)),
        None => (place, None),
    };
    let days: Vec<Holiday> = (from..=to)
        .flat_map(|year| holidays_of(country, region, year))
        .collect();
    if days.is_empty() {
        return Err(Error::field("place", "Choose a country of the list."));
    }
    Ok(Ledger::of(days, there, Vec::new()))
}

/// Whether a file of so many bytes is read.
///
/// # Errors
/// When it is too large.
pub fn fits(bytes: u64) -> Result<()> {
    if bytes > MAX_BYTES as u64 {
        let msg = explain(&IcalError::TooLong { bytes: MAX_BYTES });
        return Err(Error::field("ical", msg));
    }
    Ok(())
}

/// The whole days in an iCalendar file.
///
/// # Errors
/// When the file or the years cannot be read; a fault of one event only goes
/// into the ledger.
pub fn of_file(text: &str, from: i16, to: i16, there: &[Holiday]) -> Result<Ledger> {
    let import = holidays_from_ical(text, from, to)
        .map_err(|error| Error::field("ical", explain(&error)))?;
    let skipped = import.skipped.into_iter().map(|(line, msg)| Skipped {
        line,
        why: msg.to_string(),
        msg,
    });
    Ok(Ledger::of(import.holidays, there, skipped.collect()))
}
