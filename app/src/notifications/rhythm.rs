//! When a message about news leaves: at once, in the next summary, after quiet
//! hours, when somebody is back, or never. A pure rule.

use std::collections::BTreeMap;

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::notifications::topic::{Topic, Way};

/// For how long a message waits for others that may follow it, so that they
/// leave together.
pub const SETTLE: SignedDuration = SignedDuration::from_secs(20);
/// For how long nothing more is sent at once after many left together.
pub const CALM: SignedDuration = SignedDuration::from_mins(10);

/// What somebody chose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rhythm {
    /// Kinds for which something other than the usual was chosen.
    pub ways: BTreeMap<Topic, Way>,
    /// When the daily summary leaves.
    pub digest_at: Time,
    /// From when until when nothing is sent; over midnight when it ends before it
    /// begins.
    pub quiet: Option<(Time, Time)>,
    /// Whether Saturday and Sunday are quiet.
    pub quiet_weekends: bool,
    /// Until when somebody is away.
    pub away: Option<Timestamp>,
}

impl Default for Rhythm {
    fn default() -> Rhythm {
        Rhythm {
            ways: BTreeMap::new(),
            digest_at: Time::constant(8, 0, 0, 0),
            quiet: None,
            quiet_weekends: false,
            away: None,
        }
    }
}

/// When a message leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// Not before this.
    pub at: Timestamp,
    /// Whether it leaves in a summary.
    pub digest: bool,
}

impl Rhythm {
    /// The way for a kind of news.
    pub fn way(&self, topic: Topic) -> Way {
        self.ways.get(&topic).copied().unwrap_or(topic.usual())
    }

    /// When news for `reason` leaves; `None` for never. `calm` is until when
    /// nothing more is sent at once, because many just left together.
    pub fn due(
        &self,
        reason: &str,
        now: Timestamp,
        zone: &TimeZone,
        calm: Option<Timestamp>,
    ) -> Option<Due> {
        // Receipts and tests are answers to what the reader did just now.
        if matches!(reason, "received" | "test") {
            return Some(Due {
                at: now,
                digest: false,
            });
        }
        let way = self.way(Topic::of(reason));
        if way == Way::Never {
            return None;
        }
        if let Some(back) = self.away.filter(|back| *back > now) {
            return Some(Due {
                at: self.loud(back, zone),
                digest: true,
            });
        }
        if way == Way::Daily {
            return Some(Due {
                at: self.next_digest(now, zone),
                digest: true,
            });
        }
        if Topic::urgent(reason) {
            return Some(Due {
                at: now,
                digest: false,
            });
        }
        let settled = now + SETTLE;
        let at = self.loud(settled.max(calm.unwrap_or(settled)), zone);
        Some(Due { at, digest: false })
    }

    /// The first moment from `from` on that is not quiet.
    pub fn loud(&self, from: Timestamp, zone: &TimeZone) -> Timestamp {
        let mut at = from;
        // Night, weekend, night: no more than a few steps.
        for _ in 0..8 {
            match self.quiet_until(at, zone) {
                Some(later) if later > at => at = later,
                _ => break,
            }
        }
        at
    }

    fn quiet_until(&self, at: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let local = zone.to_datetime(at);
        let (day, time) = (local.date(), local.time());
        let moment = |day: Date, time: Time| zone.to_timestamp(day.to_datetime(time)).ok();
        if self.quiet_weekends && is_weekend(day) {
            return moment(day.tomorrow().ok()?, Time::midnight());
        }
        let (from, until) = self.quiet.filter(|(from, until)| from != until)?;
        if from < until {
            return (from <= time && time < until)
                .then(|| moment(day, until))
                .flatten();
        }
        if time >= from {
            return moment(day.tomorrow().ok()?, until);
        }
        (time < until).then(|| moment(day, until)).flatten()
    }

    fn next_digest(&self, now: Timestamp, zone: &TimeZone) -> Timestamp {
        let mut day = zone.to_datetime(now).date();
        for _ in 0..4 {
            let at = zone.to_timestamp(day.to_datetime(self.digest_at));
            if let Ok(at) = at
                && at > now
                && !(self.quiet_weekends && is_weekend(day))
            {
                return at;
            }
            day = day.tomorrow().unwrap_or(day);
        }
        now + SignedDuration::from_hours(24)
    }
}

fn is_weekend(day: Date) -> bool {
    matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn zone() -> TimeZone {
        TimeZone::get("Europe/Berlin").unwrap()
    }

    fn at(text: &str) -> Timestamp {
        let local = text.parse::<jiff::civil::DateTime>().unwrap();
        zone().to_timestamp(local).unwrap()
    }

    fn when(rhythm: &Rhythm, reason: &str, now: &str) -> Option<(String, bool)> {
        let due = rhythm.due(reason, at(now), &zone(), None)?;
        let local = zone().to_datetime(due.at);
        Some((local.to_string(), due.digest))
    }

    #[test]
    fn news_leave_when_somebody_wants_them() {
        let usual = Rhythm::default();
        let quiet = Rhythm {
            quiet: Some((Time::constant(19, 0, 0, 0), Time::constant(7, 30, 0, 0))),
            quiet_weekends: true,
            ..Rhythm::default()
        };
        let noon = Rhythm {
            quiet: Some((Time::constant(12, 0, 0, 0), Time::constant(13, 0, 0, 0))),
            ..Rhythm::default()
        };
        let away = Rhythm {
            away: Some(at("2026-11-30T00:00:00")),
            ..quiet.clone()
        };
        let silent = Rhythm {
            ways: [(Topic::Said, Way::Never), (Topic::Waits, Way::Daily)].into(),
            ..Rhythm::default()
        };
        // The 24th of November 2026 is a Tuesday, the 28th a Saturday.
        for (rhythm, reason, now, expect) in [
            (
                &usual,
                "answered",
                "2026-11-24T10:00:00",
                Some(("2026-11-24T10:00:20", false)),
            ),
            (
                &usual,
                "received",
                "2026-11-24T10:00:00",
                Some(("2026-11-24T10:00:00", false)),
            ),
            (
                &usual,
                "moved",
                "2026-11-24T10:00:00",
                Some(("2026-11-25T08:00:00", true)),
            ),
            (
                &usual,
                "moved",
                "2026-11-24T07:59:00",
                Some(("2026-11-24T08:00:00", true)),
            ),
            (
                &usual,
                "moved",
                "2026-11-24T08:00:00",
                Some(("2026-11-25T08:00:00", true)),
            ),
            (
                &quiet,
                "answered",
                "2026-11-24T18:59:00",
                Some(("2026-11-24T18:59:20", false)),
            ),
            (
                &quiet,
                "answered",
                "2026-11-24T18:59:50",
                Some(("2026-11-25T07:30:00", false)),
            ),
            (
                &quiet,
                "answered",
                "2026-11-24T23:00:00",
                Some(("2026-11-25T07:30:00", false)),
            ),
            (
                &quiet,
                "answered",
                "2026-11-24T03:00:00",
                Some(("2026-11-24T07:30:00", false)),
            ),
            (
                &quiet,
                "answered",
                "2026-11-27T20:00:00",
                Some(("2026-11-30T07:30:00", false)),
            ),
            (
                &quiet,
                "moved",
                "2026-11-27T20:00:00",
                Some(("2026-11-30T08:00:00", true)),
            ),
            (
                &quiet,
                "major",
                "2026-11-28T03:00:00",
                Some(("2026-11-28T03:00:00", false)),
            ),
            (
                &noon,
                "answered",
                "2026-11-24T12:30:00",
                Some(("2026-11-24T13:00:00", false)),
            ),
            (
                &noon,
                "answered",
                "2026-11-24T13:00:00",
                Some(("2026-11-24T13:00:20", false)),
            ),
            (
                &away,
                "your_turn",
                "2026-11-24T10:00:00",
                Some(("2026-11-30T07:30:00", true)),
            ),
            (
                &away,
                "received",
                "2026-11-24T10:00:00",
                Some(("2026-11-24T10:00:00", false)),
            ),
            (
                &away,
                "your_turn",
                "2026-11-30T10:00:00",
                Some(("2026-11-30T10:00:20", false)),
            ),
            (&silent, "answered", "2026-11-24T10:00:00", None),
            (
                &silent,
                "mentioned",
                "2026-11-24T10:00:00",
                Some(("2026-11-25T08:00:00", true)),
            ),
        ] {
            let expect = expect.map(|(at, digest)| (at.to_owned(), digest));
            assert_eq!(when(rhythm, reason, now), expect, "{reason} {now}");
        }
    }

    #[test]
    fn after_many_at_once_the_next_waits() {
        let now = at("2026-11-24T10:00:00");
        let calm = Some(at("2026-11-24T10:08:00"));
        let due = Rhythm::default()
            .due("answered", now, &zone(), calm)
            .unwrap();
        assert_eq!(due.at, at("2026-11-24T10:08:00"));
        let major = Rhythm::default().due("major", now, &zone(), calm).unwrap();
        assert_eq!(major.at, now);
    }

    proptest! {
        #[test]
        fn nothing_leaves_in_quiet_hours_and_nothing_waits_for_ever(
            seconds in 1_700_000_000_i64..1_900_000_000,
            from in 0_i8..24, until in 0_i8..24, weekends: bool, daily: bool,
        ) {
            let zone = zone();
            let rhythm = Rhythm {
                ways: [(Topic::Said, if daily { Way::Daily } else { Way::Now })].into(),
                quiet: Some((Time::constant(from, 0, 0, 0), Time::constant(until, 0, 0, 0))),
                quiet_weekends: weekends,
                ..Rhythm::default()
            };
            let now = Timestamp::from_second(seconds).unwrap();
            let due = rhythm.due("answered", now, &zone, None).unwrap();
            prop_assert!(due.at >= now);
            prop_assert!(due.at.duration_since(now) <= SignedDuration::from_hours(24 * 4));
            prop_assert!(daily || rhythm.loud(due.at, &zone) == due.at);
        }
    }
}
