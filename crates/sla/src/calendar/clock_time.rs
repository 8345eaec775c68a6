use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A time of day in whole minutes, `00:00` to `24:00`.
///
/// `24:00` is the end of the day; it exists so that nobody has to write 23:59
/// and lose a minute every night.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[serde(try_from = "String", into = "String")]
pub struct ClockTime(u16);

/// The text is not a time of day.
#[derive(thiserror::Error, Clone, PartialEq, Eq, Debug)]
#[error("\"{0}\" is not a time of day; write hours and minutes from 00:00 to 24:00, such as 08:30")]
pub struct BadClockTime(pub String);

impl ClockTime {
    pub const MIDNIGHT: ClockTime = ClockTime(0);
    pub const END_OF_DAY: ClockTime = ClockTime(1440);

    /// `None` unless the time lies between 00:00 and 24:00.
    pub const fn new(hour: u16, minute: u16) -> Option<ClockTime> {
        if hour > 24 || minute > 59 || (hour == 24 && minute > 0) {
            return None;
        }
        Some(ClockTime(hour * 60 + minute))
    }

    /// Minutes since the start of the day, 0 to 1440.
    pub const fn minutes(self) -> u16 {
        self.0
    }
}

impl FromStr for ClockTime {
    type Err = BadClockTime;

    fn from_str(text: &str) -> Result<ClockTime, BadClockTime> {
        let bad = || BadClockTime(text.chars().take(40).collect());
        let number = |part: &str, lengths: std::ops::RangeInclusive<usize>| {
            let digits = part.bytes().all(|b| b.is_ascii_digit());
            (digits && lengths.contains(&part.len()))
                .then(|| part.parse().ok())
                .flatten()
        };
        let (hour, minute) = text.trim().split_once(':').ok_or_else(bad)?;
        let (hour, minute) = number(hour, 1..=2)
            .zip(number(minute, 2..=2))
            .ok_or_else(bad)?;
        ClockTime::new(hour, minute).ok_or_else(bad)
    }
}

impl TryFrom<String> for ClockTime {
    type Error = BadClockTime;
    fn try_from(text: String) -> Result<ClockTime, BadClockTime> {
        text.parse()
    }
}

impl From<ClockTime> for String {
    fn from(time: ClockTime) -> String {
        time.to_string()
    }
}

impl fmt::Display for ClockTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}
