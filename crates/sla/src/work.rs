use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Neg, Sub};

use serde::{Deserialize, Serialize};

/// An amount of working time in microseconds; negative when a promise is overdue.
///
/// Stored as one integer, so it fits a BIGINT column. Arithmetic saturates
/// instead of overflowing: 292,000 years either way is as good as for ever.
#[derive(
    Serialize, Deserialize, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug,
)]
#[serde(transparent)]
pub struct Work(i64);

impl Work {
    pub const ZERO: Work = Work(0);
    pub const MAX: Work = Work(i64::MAX);

    /// From microseconds.
    pub const fn from_micros(micros: i64) -> Work {
        Work(micros)
    }

    /// From whole seconds, saturating.
    pub const fn from_seconds(seconds: i64) -> Work {
        Work(seconds.saturating_mul(1_000_000))
    }

    /// From whole minutes, saturating.
    pub const fn from_minutes(minutes: i64) -> Work {
        Work(minutes.saturating_mul(60_000_000))
    }

    /// From whole hours, saturating.
    pub const fn from_hours(hours: i64) -> Work {
        Work(hours.saturating_mul(3_600_000_000))
    }

    /// In microseconds.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// In whole minutes, rounded towards zero.
    pub const fn minutes(self) -> i64 {
        self.0 / 60_000_000
    }

    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// Splits into days of `day` length, hours and minutes, for texts such as
    /// "1 d 3 h left". The sign is dropped; a `day` of zero or less counts no days.
    pub fn parts(self, day: Work) -> (i64, i64, i64) {
        let all = self.0.saturating_abs();
        let (days, rest) = if day.0 > 0 {
            (all / day.0, all % day.0)
        } else {
            (0, all)
        };
        (
            days,
            rest / 3_600_000_000,
            rest % 3_600_000_000 / 60_000_000,
        )
    }
}

impl Add for Work {
    type Output = Work;
    fn add(self, other: Work) -> Work {
        Work(self.0.saturating_add(other.0))
    }
}

impl Sub for Work {
    type Output = Work;
    fn sub(self, other: Work) -> Work {
        Work(self.0.saturating_sub(other.0))
    }
}

impl Neg for Work {
    type Output = Work;
    fn neg(self) -> Work {
        Work(self.0.saturating_neg())
    }
}

impl Sum for Work {
    fn sum<I: Iterator<Item = Work>>(items: I) -> Work {
        items.fold(Work::ZERO, Add::add)
    }
}

/// Hours and minutes, such as `-0:30` or `12:05`.
impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (_, hours, minutes) = self.parts(Work::ZERO);
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(f, "{sign}{hours}:{minutes:02}")
    }
}
