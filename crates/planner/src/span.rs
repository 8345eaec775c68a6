//! A piece of time.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// From `start` up to, but not including, `end`. Never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    start: Timestamp,
    end: Timestamp,
}

impl Span {
    /// `None` unless it ends after it starts.
    pub fn new(start: Timestamp, end: Timestamp) -> Option<Span> {
        (start < end).then_some(Span { start, end })
    }

    /// Whole civil days, both included, as the clocks of `zone` show them: 23
    /// or 25 hours when they change. `None` when `last` lies before `first`, or
    /// at the edge of time.
    pub fn of_days(first: Date, last: Date, zone: &TimeZone) -> Option<Span> {
        let midnight = |day: Date| zone.to_timestamp(day.at(0, 0, 0, 0)).ok();
        let (start, end) = (midnight(first)?, midnight(last.tomorrow().ok()?)?);
        (first <= last).then(|| Span::new(start, end)).flatten()
    }

    /// Its first instant.
    pub fn start(self) -> Timestamp {
        self.start
    }

    /// The first instant after it.
    pub fn end(self) -> Timestamp {
        self.end
    }

    /// How long it is, in microseconds.
    pub fn micros(self) -> i64 {
        self.end
            .as_microsecond()
            .saturating_sub(self.start.as_microsecond())
    }

    /// Whether they share an instant.
    pub fn overlaps(self, other: Span) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// As long as before, from another instant. `None` at the edge of time.
    pub fn moved_to(self, start: Timestamp) -> Option<Span> {
        let end = start.as_microsecond().checked_add(self.micros())?;
        Span::new(start, Timestamp::from_microsecond(end).ok()?)
    }
}
