//! Four weeks as rows of bars: where each bar begins, how long it is, and in
//! which row there is room for it.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, ToSpan};
use mil_planner::Span;

/// Weeks that are shown at once.
pub const WEEKS: i64 = 4;

/// A bar of one week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bar {
    /// Which entry.
    pub place: usize,
    /// 1 (Monday) to 7.
    pub column: i64,
    /// How many days, in this week.
    pub days: i64,
    /// From 1.
    pub row: usize,
}

/// The Monday of a week.
pub fn monday(date: Date) -> Date {
    let back = i64::from(date.weekday().since(Weekday::Monday));
    date.checked_sub(back.days()).unwrap_or(date)
}

/// A day so many days later; itself at the edge of time.
pub fn plus(date: Date, days: i64) -> Date {
    date.checked_add(days.days()).unwrap_or(date)
}

/// The first and the last day that a span touches.
pub fn days(span: Span, zone: &TimeZone) -> (Date, Date) {
    let last = span
        .end()
        .checked_sub(SignedDuration::from_micros(1))
        .unwrap_or(span.end());
    (
        zone.to_datetime(span.start()).date(),
        zone.to_datetime(last).date(),
    )
}

/// The bars of the week that begins on `monday`: long ones first, each in the
/// first row with room.
pub fn week(monday: Date, spans: &[(Date, Date)]) -> Vec<Bar> {
    let sunday = plus(monday, 6);
    let at = |day: Date| {
        (1..=7)
            .find(|n| plus(monday, n - 1) == day)
            .unwrap_or(if day < monday { 1 } else { 7 })
    };
    let mut bars: Vec<Bar> = spans
        .iter()
        .enumerate()
        .filter(|(_, (first, last))| *first <= sunday && *last >= monday)
        .map(|(place, (first, last))| {
            let column = at(*first);
            Bar {
                place,
                column,
                days: at(*last) - column + 1,
                row: 0,
            }
        })
        .collect();
    bars.sort_by_key(|b| (b.column, -b.days, b.place));
    let mut free: Vec<i64> = Vec::new();
    for bar in &mut bars {
        let row = free.iter().position(|&from| from <= bar.column);
        let row = row.unwrap_or_else(|| {
            free.push(1);
            free.len() - 1
        });
        free[row] = bar.column + bar.days;
        bar.row = row + 1;
    }
    bars
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn bars_find_a_row_with_room() {
        let spans = [
            ("2026-11-16", "2026-11-16"), // before
            ("2026-11-23", "2026-11-24"),
            ("2026-11-24", "2026-11-24"),
            ("2026-11-20", "2026-12-01"), // the whole week
            ("2026-11-25", "2026-11-29"),
            ("2026-11-29", "2026-11-30"), // ends in the next week
        ]
        .map(|(a, b)| (day(a), day(b)));
        let bars = week(day("2026-11-23"), &spans);
        let seen: Vec<_> = bars
            .iter()
            .map(|b| (b.place, b.column, b.days, b.row))
            .collect();
        assert_eq!(
            seen,
            [
                (3, 1, 7, 1),
                (1, 1, 2, 2),
                (2, 2, 1, 3),
                (4, 3, 5, 2),
                (5, 7, 1, 3)
            ]
        );
        assert_eq!(monday(day("2026-11-29")), day("2026-11-23"));
        assert_eq!(monday(day("2026-11-23")), day("2026-11-23"));
    }

    #[test]
    fn what_ends_at_midnight_does_not_touch_the_next_day() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let whole = Span::of_days(day("2026-10-25"), day("2026-10-25"), &zone).unwrap();
        assert_eq!(days(whole, &zone), (day("2026-10-25"), day("2026-10-25")));
    }
}
