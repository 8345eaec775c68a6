//! What the last days were like for a component (pure).

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::announcements::model::Effect;

/// How many days are drawn.
pub const DAYS: usize = 90;

/// Something that hit a component for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Hit {
    pub effect: Effect,
    pub since: Timestamp,
    /// `None`: still.
    pub until: Option<Timestamp>,
}

/// One day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Day {
    pub date: Date,
    /// The worst of it; `None` before anybody looked.
    pub worst: Option<Effect>,
    /// Seconds of trouble; a maintenance that was announced is none.
    pub trouble: i64,
    /// Seconds that are known of.
    pub known: i64,
}

/// The last `count` days up to `now`, oldest first, of a component that is known
/// since `known_since`.
pub fn days(
    hits: &[Hit],
    known_since: Timestamp,
    now: Timestamp,
    zone: &TimeZone,
    count: usize,
) -> Vec<Day> {
    let today = zone.to_datetime(now).date();
    // Trouble that was told of before the component was entered is known, too.
    let known_since = hits
        .iter()
        .map(|h| h.since)
        .fold(known_since, Timestamp::min);
    (0..count)
        .rev()
        .filter_map(|ago| {
            let date = today
                .checked_sub(i64::try_from(ago).unwrap_or(0).days())
                .ok()?;
            let start = zone
                .to_timestamp(date.to_datetime(jiff::civil::Time::midnight()))
                .ok()?;
            let next = date.tomorrow().ok()?;
            let end = zone
                .to_timestamp(next.to_datetime(jiff::civil::Time::midnight()))
                .ok()?;
            Some(day(hits, date, start.max(known_since), end.min(now), now))
        })
        .collect()
}

fn day(hits: &[Hit], date: Date, from: Timestamp, to: Timestamp, now: Timestamp) -> Day {
    let mut worst = None;
    let mut spans = Vec::new();
    for hit in hits {
        let (start, end) = (hit.since.max(from), hit.until.unwrap_or(to).min(to));
        // What began this very moment has lasted no time, and is there.
        let just_now = hit.until.is_none() && start == now && to == now;
        if start >= end && !just_now {
            continue;
        }
        worst = worst.max(Some(hit.effect));
        if hit.effect > Effect::Maintenance {
            spans.push((start.as_second(), end.as_second()));
        }
    }
    Day {
        date,
        worst: worst.or((from < to).then_some(Effect::Works)),
        trouble: covered(spans),
        known: (to.as_second() - from.as_second()).max(0),
    }
}

/// How many seconds the spans cover together.
fn covered(mut spans: Vec<(i64, i64)>) -> i64 {
    spans.sort_unstable();
    let (mut sum, mut reached) = (0, i64::MIN);
    for (start, end) in spans {
        let start = start.max(reached);
        if end > start {
            sum += end - start;
            reached = end;
        }
    }
    sum
}

/// The share of the known time without trouble, in hundredths of a percent,
/// rounded down: 9999 is not "always". `None` when nothing is known.
pub fn share(days: &[Day]) -> Option<i64> {
    let known: i64 = days.iter().map(|d| d.known).sum();
    let trouble: i64 = days.iter().map(|d| d.trouble).sum();
    (known > 0).then(|| (known - trouble.min(known)) * 10_000 / known)
}

/// How bad it is now.
pub fn now_is(hits: &[Hit], now: Timestamp) -> Effect {
    hits.iter()
        .filter(|h| h.since <= now && h.until.is_none_or(|until| until > now))
        .map(|h| h.effect)
        .max()
        .unwrap_or(Effect::Works)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn hit(effect: Effect, since: &str, until: Option<&str>) -> Hit {
        Hit {
            effect,
            since: at(since),
            until: until.map(at),
        }
    }

    #[test]
    fn a_night_of_trouble_stands_on_both_days() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let hits = [
            hit(
                Effect::Degraded,
                "2026-11-20T22:00:00Z",
                Some("2026-11-21T00:00:00Z"),
            ),
            hit(
                Effect::Down,
                "2026-11-20T23:30:00Z",
                Some("2026-11-21T01:00:00Z"),
            ),
            hit(
                Effect::Maintenance,
                "2026-11-22T08:00:00Z",
                Some("2026-11-22T10:00:00Z"),
            ),
        ];
        let now = at("2026-11-23T09:00:00Z");
        let days = days(&hits, at("2026-11-20T11:00:00Z"), now, &zone, 5);
        let worst: Vec<Option<Effect>> = days.iter().map(|d| d.worst).collect();
        assert_eq!(
            worst,
            [
                None,
                Some(Effect::Degraded),
                Some(Effect::Down),
                Some(Effect::Maintenance),
                Some(Effect::Works)
            ]
        );
        // Berlin is an hour ahead: one hour before midnight, two after it.
        let hours: Vec<i64> = days.iter().map(|d| d.trouble / 3600).collect();
        assert_eq!(hours, [0, 1, 2, 0, 0]);
        assert_eq!(days[1].known, 12 * 3600);
        assert_eq!(days[4].known, 10 * 3600);
        assert_eq!(share(&days), Some((70 - 3) * 10_000 / 70));
    }

    #[test]
    fn nothing_known_is_no_hundred_percent() {
        let now = at("2026-11-23T09:00:00Z");
        let none = days(&[], now, now, &TimeZone::UTC, 3);
        assert!(none.iter().all(|d| d.worst.is_none()));
        assert_eq!(share(&none), None);
        assert_eq!(now_is(&[], now), Effect::Works);
    }

    proptest! {
        #[test]
        fn no_day_has_more_trouble_than_time(
            spans in prop::collection::vec((0_i64..200 * 86_400, 0_i64..40 * 86_400, any::<bool>(), 0..5_usize), 0..12)
        ) {
            let now = at("2026-11-23T09:00:00Z");
            let hits: Vec<Hit> = spans.iter().map(|(ago, lasts, open, effect)| {
                let since = now - jiff::SignedDuration::from_secs(*ago);
                Hit { effect: Effect::ALL[*effect], since, until: (!open).then(|| since + jiff::SignedDuration::from_secs(*lasts)) }
            }).collect();
            let zone = TimeZone::get("Europe/Berlin").unwrap();
            let all = days(&hits, at("2026-01-01T00:00:00Z"), now, &zone, DAYS);
            prop_assert_eq!(all.len(), DAYS);
            for day in &all {
                prop_assert!(day.trouble >= 0 && day.trouble <= day.known && day.known <= 25 * 3600);
                prop_assert!(day.trouble == 0 || day.worst > Some(Effect::Maintenance));
            }
            prop_assert!(share(&all).is_some_and(|s| (0..=10_000).contains(&s)));
        }
    }
}
