//! How long it takes to check one more entry against 100,000 others, to find a
//! free slot, and to build the plan: `cargo run --release -p mil-planner --example hundred_thousand`.
//!
//! Ends with 1 when the middle or the slowest check misses the bar of 50 ms.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use mil_planner::{Entry, Kind, Plan, Span, Thing, ThingKind, free_slot};

const ENTRIES: usize = 100_000;
const THINGS: u32 = 2_000;
const CHECKS: usize = 2_000;
const BAR: Duration = Duration::from_millis(50);

/// A plain generator (SplitMix64), so that each run measures the same calendar.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }
}

fn entry(dice: &mut Dice, from: Timestamp) -> Entry {
    let kind = match dice.below(100) {
        0..=54 => Kind::Change,
        55..=74 => Kind::Mailing,
        75..=84 => Kind::Campaign,
        85..=92 => Kind::Event,
        93..=97 => Kind::Maintenance,
        _ => Kind::Freeze,
    };
    // Three years, most for an hour or two, campaigns for weeks.
    let start = from + SignedDuration::from_mins(dice.below(3 * 365 * 24 * 4) as i64 * 15);
    let hours = match kind {
        Kind::Campaign => 24 * (1 + dice.below(20)),
        Kind::Freeze => 24 * (1 + dice.below(5)),
        _ => 1 + dice.below(3),
    };
    let things = (0..1 + dice.below(4))
        .map(|_| dice.below(u64::from(THINGS)) as u32)
        .collect();
    let end = start + SignedDuration::from_hours(hours as i64);
    Entry {
        kind,
        span: Span::new(start, end).expect("it ends after it starts"),
        things,
    }
}

fn show(what: &str, mut took: Vec<Duration>) -> Duration {
    took.sort_unstable();
    let at = |share: usize| took[(took.len() * share / 100).min(took.len() - 1)];
    println!(
        "{what}: p50 {:?}, p99 {:?}, max {:?} ({} times)",
        at(50),
        at(99),
        took[took.len() - 1],
        took.len()
    );
    took[took.len() - 1]
}

// The only clock of this crate: it measures, it decides nothing.
fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let began = Instant::now();
    let out = work();
    (out, began.elapsed())
}

fn main() {
    let from: Timestamp = "2026-01-01T00:00:00Z".parse().expect("a time");
    let mut dice = Dice(2_481);
    let things: Vec<Thing> = (0..THINGS)
        .map(|n| match n % 4 {
            0 => Thing {
                kind: ThingKind::Tool,
                rest: 0,
            },
            1 => Thing {
                kind: ThingKind::Service,
                rest: 0,
            },
            2 => Thing {
                kind: ThingKind::Department,
                rest: 0,
            },
            _ => Thing {
                kind: ThingKind::Audience,
                rest: 24 * 3_600_000_000,
            },
        })
        .collect();
    let entries: Vec<Entry> = (0..ENTRIES).map(|_| entry(&mut dice, from)).collect();
    let (plan, built) = timed(|| Plan::new(entries, things));
    println!("plan of {ENTRIES} entries built in {built:?}");
    let (all, swept) = timed(|| plan.conflicts(500));
    println!(
        "all against all, the first {} conflicts: {swept:?}",
        all.len()
    );

    let mut found = 0;
    let mut checks = Vec::with_capacity(CHECKS);
    let mut slots = Vec::with_capacity(CHECKS / 10);
    for n in 0..CHECKS {
        let one = entry(&mut dice, from);
        let (conflicts, took) = timed(|| plan.conflicts_of(&one, None));
        found += conflicts.len();
        checks.push(took);
        if n % 10 == 0 {
            let end = one.span.start() + SignedDuration::from_hours(24 * 60);
            let open = [Span::new(one.span.start(), end).expect("sixty days")];
            slots.push(timed(|| free_slot(&plan, &one, None, &open)).1);
        }
    }
    println!("{found} conflicts found");
    let slowest = show("one more entry checked", checks);
    show("next free slot within 60 days", slots);
    if slowest > BAR {
        eprintln!("the bar of {BAR:?} is missed");
        std::process::exit(1);
    }
}
