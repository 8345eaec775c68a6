//! When meetings of a series are held, and what belongs on an agenda. Pure.

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use crate::meetings::model::{Decision, Every, PointKind};

/// When meetings are held.
#[derive(Debug, Clone, PartialEq)]
pub struct Rhythm {
    /// How often.
    pub every: Every,
    /// On which day of the week.
    pub weekday: Weekday,
    /// Of the month: 1 to 4, 5 for the last.
    pub nth: i8,
    /// None is before this day; fortnights count from it.
    pub first_on: Date,
    /// As the clocks of the zone show it.
    pub clock: Time,
    /// Where.
    pub zone: TimeZone,
    /// How long.
    pub minutes: i64,
}

impl Rhythm {
    /// The days from `from` on, in order.
    pub fn days(&self, from: Date) -> impl Iterator<Item = Date> + '_ {
        let first = from.max(self.first_on);
        let start = match self.every {
            Every::Month => first.first_of_month(),
            Every::Week | Every::Fortnight => {
                let begin = on_or_after(self.first_on, self.weekday);
                let step = self.step();
                let gap = i64::from((first - begin).get_days()).max(0);
                let turns = (gap + step - 1) / step;
                begin.saturating_add((turns * step).days())
            }
        };
        let days = (0i64..).map_while(move |n| match self.every {
            Every::Month => {
                let month = start.checked_add(n.months()).ok()?;
                let nth = if self.nth >= 5 { -1 } else { self.nth };
                month.nth_weekday_of_month(nth, self.weekday).ok()
            }
            _ => start.checked_add((n * self.step()).days()).ok(),
        });
        days.skip_while(move |day| *day < first)
    }

    fn step(&self) -> i64 {
        match self.every {
            Every::Fortnight => 14,
            _ => 7,
        }
    }

    /// Start and end on a day. A clock that the change to summer time leaves out
    /// is read as an hour later.
    pub fn on(&self, day: Date) -> Option<(Timestamp, Timestamp)> {
        let start = self.zone.to_timestamp(day.to_datetime(self.clock)).ok()?;
        let end = start
            .checked_add(SignedDuration::from_mins(self.minutes))
            .ok()?;
        Some((start, end))
    }

    /// The next `count` meetings that begin after `after`.
    pub fn next(&self, after: Timestamp, count: usize) -> Vec<(Timestamp, Timestamp)> {
        let day = self.zone.to_datetime(after).date();
        self.days(day)
            .filter_map(|day| self.on(day))
            .filter(|(start, _)| *start > after)
            .take(count)
            .collect()
    }
}

fn on_or_after(day: Date, weekday: Weekday) -> Date {
    let ahead = day.weekday().until(weekday);
    day.saturating_add(i64::from(ahead).days())
}

/// What the rule about agendas needs to know about a change.
#[derive(Debug, Clone, Default)]
pub struct Candidate {
    /// Approved beforehand.
    pub standard: bool,
    /// Whether work on it goes on.
    pub open: bool,
    /// Its window.
    pub window: Option<(Timestamp, Timestamp)>,
    /// What the last meeting said.
    pub decided: Option<Decision>,
    /// Whether somebody has to look back at it.
    pub review_due: bool,
}

/// As what a change belongs on the agenda of a meeting that begins at `start`,
/// when the one after it begins at `after`: undecided, and in its window before
/// there is another chance; put off before; or to be looked back at.
pub fn due(c: &Candidate, start: Timestamp, after: Option<Timestamp>) -> Option<PointKind> {
    let over = c.window.is_none_or(|(_, end)| end <= start) || !c.open;
    if c.review_due && over {
        return Some(PointKind::Review);
    }
    if !c.open || c.standard {
        return None;
    }
    match (c.decided, c.window) {
        (Some(Decision::Deferred), _) => Some(PointKind::Change),
        (None, Some((from, _))) if after.is_none_or(|next| from < next) => Some(PointKind::Change),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rhythm(every: Every, weekday: Weekday, nth: i8, first: &str, clock: &str) -> Rhythm {
        Rhythm {
            every,
            weekday,
            nth,
            first_on: first.parse().unwrap(),
            clock: clock.parse().unwrap(),
            zone: TimeZone::get("Europe/Berlin").unwrap(),
            minutes: 30,
        }
    }

    fn starts(r: &Rhythm, after: &str, n: usize) -> Vec<String> {
        r.next(after.parse().unwrap(), n)
            .iter()
            .map(|(a, _)| a.to_string())
            .collect()
    }

    #[test]
    fn meetings_keep_their_clock_over_the_change_of_time() {
        let tuesday = rhythm(Every::Week, Weekday::Tuesday, 1, "2026-10-01", "10:00");
        assert_eq!(
            starts(&tuesday, "2026-10-19T00:00:00Z", 3),
            [
                "2026-10-20T08:00:00Z",
                "2026-10-27T09:00:00Z",
                "2026-11-03T09:00:00Z"
            ]
        );
        // 02:30 does not exist on 29 March 2026: an hour later by the clock.
        let sunday = rhythm(Every::Week, Weekday::Sunday, 1, "2026-03-01", "02:30");
        assert_eq!(
            starts(&sunday, "2026-03-23T00:00:00Z", 2),
            ["2026-03-29T01:30:00Z", "2026-04-05T00:30:00Z"]
        );
        // 02:30 comes twice on 25 October 2026: the first of both.
        assert_eq!(
            starts(&sunday, "2026-10-24T00:00:00Z", 1),
            ["2026-10-25T00:30:00Z"]
        );
    }

    #[test]
    fn fortnights_count_from_the_first_and_months_by_the_weekday() {
        let fortnight = rhythm(
            Every::Fortnight,
            Weekday::Wednesday,
            1,
            "2026-11-04",
            "09:00",
        );
        assert_eq!(
            starts(&fortnight, "2026-11-05T00:00:00Z", 2),
            ["2026-11-18T08:00:00Z", "2026-12-02T08:00:00Z"]
        );
        let second = rhythm(Every::Month, Weekday::Tuesday, 2, "2026-01-01", "09:00");
        assert_eq!(
            starts(&second, "2026-11-10T08:00:00Z", 2),
            ["2026-12-08T08:00:00Z", "2027-01-12T08:00:00Z"]
        );
        let last = rhythm(Every::Month, Weekday::Friday, 5, "2026-01-31", "09:00");
        assert_eq!(
            starts(&last, "2026-01-01T00:00:00Z", 2),
            ["2026-02-27T08:00:00Z", "2026-03-27T08:00:00Z"],
            "none before its first day"
        );
    }

    #[test]
    fn what_belongs_on_an_agenda() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let start = at("2026-11-24T09:00:00Z");
        let next = Some(at("2026-12-01T09:00:00Z"));
        let window = |from: &str, to: &str| Some((at(from), at(to)));
        let soon = window("2026-11-30T06:00:00Z", "2026-11-30T07:00:00Z");
        let open = Candidate {
            open: true,
            window: soon,
            ..Candidate::default()
        };
        let change = Some(PointKind::Change);
        for (what, c, expect) in [
            ("before there is another chance", open.clone(), change),
            (
                "later: the next meeting decides",
                Candidate {
                    window: window("2026-12-01T09:00:00Z", "2026-12-01T10:00:00Z"),
                    ..open.clone()
                },
                None,
            ),
            (
                "routine",
                Candidate {
                    standard: true,
                    ..open.clone()
                },
                None,
            ),
            (
                "without a window",
                Candidate {
                    window: None,
                    ..open.clone()
                },
                None,
            ),
            (
                "agreed",
                Candidate {
                    decided: Some(Decision::Approved),
                    ..open.clone()
                },
                None,
            ),
            (
                "not agreed",
                Candidate {
                    decided: Some(Decision::Rejected),
                    ..open.clone()
                },
                None,
            ),
            (
                "put off, whatever its window",
                Candidate {
                    decided: Some(Decision::Deferred),
                    window: None,
                    ..open.clone()
                },
                change,
            ),
            (
                "closed",
                Candidate {
                    open: false,
                    ..open.clone()
                },
                None,
            ),
            (
                "urgent and not yet made",
                Candidate {
                    review_due: true,
                    ..open.clone()
                },
                change,
            ),
            (
                "urgent and made",
                Candidate {
                    review_due: true,
                    window: window("2026-11-20T06:00:00Z", "2026-11-20T07:00:00Z"),
                    ..open.clone()
                },
                Some(PointKind::Review),
            ),
            (
                "closed without a look back",
                Candidate {
                    review_due: true,
                    open: false,
                    ..open
                },
                Some(PointKind::Review),
            ),
        ] {
            assert_eq!(due(&c, start, next), expect, "{what}");
        }
    }

    proptest! {
        #[test]
        fn every_meeting_is_on_its_weekday_and_none_is_left_out(
            every in prop_oneof![Just(Every::Week), Just(Every::Fortnight), Just(Every::Month)],
            weekday in 1i8..=7, nth in 1i8..=5, first in 0i64..2000, from in 0i64..2000,
        ) {
            let epoch: Date = "2024-01-01".parse().unwrap();
            let r = Rhythm {
                every, nth,
                weekday: Weekday::from_monday_one_offset(weekday).unwrap(),
                first_on: epoch.saturating_add(first.days()),
                clock: "10:00".parse().unwrap(),
                zone: TimeZone::get("Europe/Berlin").unwrap(),
                minutes: 30,
            };
            let from = epoch.saturating_add(from.days());
            let days: Vec<Date> = r.days(from).take(8).collect();
            prop_assert_eq!(days.len(), 8);
            for pair in days.windows(2) {
                let gap = (pair[1] - pair[0]).get_days();
                let fits = match every {
                    Every::Week => gap == 7,
                    Every::Fortnight => gap == 14,
                    Every::Month => (28..=35).contains(&gap),
                };
                prop_assert!(fits, "{gap} days");
            }
            for day in &days {
                prop_assert!(*day >= from && *day >= r.first_on && day.weekday() == r.weekday);
                prop_assert_eq!(r.zone.to_datetime(r.on(*day).unwrap().0).time(), r.clock);
            }
            // Asked from its own day, a meeting is the first.
            prop_assert_eq!(r.days(days[3]).next(), Some(days[3]));
        }
    }
}
