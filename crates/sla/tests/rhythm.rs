//! Dates that come again: never twice, never missing, whatever the clocks and
//! the calendar do. (Peers doubled or lost recurring items.)

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use mil_sla::rhythm::{Every, Occurrence, OnClosed, Rhythm};
use mil_sla::{Calendar, CalendarDef, Holiday, Weekday};
use proptest::prelude::*;
use std::collections::BTreeSet;

fn office(holidays: &[Date]) -> Calendar {
    let hours = |text: &str| text.parse().unwrap();
    let mut def = CalendarDef::weekdays("Europe/Berlin", hours("09:00"), hours("17:00"));
    def.holidays = holidays
        .iter()
        .map(|day| Holiday::closed(*day, "Closed"))
        .collect();
    def.compile().unwrap()
}

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

fn rhythm(every: Every, start: Date) -> Rhythm {
    Rhythm {
        every,
        at: "09:00".parse().unwrap(),
        start,
        until: None,
        count: None,
        closed: OnClosed::Keep,
        ahead: 0,
    }
}

fn days(r: &Rhythm, cal: &Calendar, n: usize) -> Vec<String> {
    let zone = zone("Europe/Berlin");
    let all = r.occurrences(cal, &zone).take(n);
    all.map(|one| one.day.to_string()).collect()
}

#[test]
fn each_beat_gives_its_days() {
    let cal = office(&[]);
    let mon_thu = BTreeSet::from([Weekday::Mon, Weekday::Thu]);
    let table = [
        (
            Every::Days { every: 2 },
            date(2026, 2, 26),
            vec!["2026-02-26", "2026-02-28", "2026-03-02"],
        ),
        (
            Every::Weeks {
                every: 2,
                on: mon_thu.clone(),
            },
            date(2026, 11, 25),
            vec!["2026-11-26", "2026-12-07", "2026-12-10"],
        ),
        (
            Every::MonthDay { every: 1, day: 31 },
            date(2027, 12, 31),
            vec![
                "2027-12-31",
                "2028-01-31",
                "2028-02-29",
                "2028-03-31",
                "2028-04-30",
            ],
        ),
        (
            Every::MonthDay { every: 3, day: 1 },
            date(2026, 11, 2),
            vec!["2027-02-01", "2027-05-01"],
        ),
        (
            Every::MonthWeekday {
                every: 1,
                nth: 2,
                day: Weekday::Tue,
            },
            date(2026, 12, 1),
            vec!["2026-12-08", "2027-01-12"],
        ),
        (
            Every::MonthWeekday {
                every: 1,
                nth: -1,
                day: Weekday::Fri,
            },
            date(2026, 11, 28),
            vec!["2026-12-25", "2027-01-29"],
        ),
        (
            Every::LastWorkingDay { every: 1 },
            date(2026, 10, 1),
            vec!["2026-10-30", "2026-11-30", "2026-12-31", "2027-01-29"],
        ),
        (
            Every::Year { month: 2, day: 29 },
            date(2026, 3, 1),
            vec!["2027-02-28", "2028-02-29", "2029-02-28"],
        ),
    ];
    for (every, start, expect) in table {
        let r = rhythm(every, start);
        r.check().unwrap();
        assert_eq!(days(&r, &cal, expect.len()), expect, "{r:?}");
    }
}

#[test]
fn closed_days_are_left_as_the_rule_says() {
    let cal = office(&[date(2026, 12, 25), date(2026, 12, 24)]);
    let at = |closed, start| Rhythm {
        closed,
        ..rhythm(Every::Days { every: 1 }, start)
    };
    let first = date(2026, 12, 23);
    // Daily over Christmas and the week-end: what falls on one day happens once.
    assert_eq!(
        days(&at(OnClosed::Before, first), &cal, 3),
        ["2026-12-23", "2026-12-28", "2026-12-29"]
    );
    assert_eq!(
        days(&at(OnClosed::After, first), &cal, 3),
        ["2026-12-23", "2026-12-28", "2026-12-29"]
    );
    assert_eq!(
        days(&at(OnClosed::Skip, first), &cal, 2),
        ["2026-12-23", "2026-12-28"]
    );
    assert_eq!(
        days(&at(OnClosed::Keep, first), &cal, 3),
        ["2026-12-23", "2026-12-24", "2026-12-25"]
    );
    let monthly = Rhythm {
        closed: OnClosed::Before,
        ..rhythm(Every::MonthDay { every: 1, day: 25 }, date(2026, 12, 1))
    };
    assert_eq!(days(&monthly, &cal, 2), ["2026-12-23", "2027-01-25"]);
    // The name stays the date of the beat, and the lead time counts working days.
    let ahead = Rhythm {
        ahead: 5,
        ..monthly
    };
    let berlin = zone("Europe/Berlin");
    let one = ahead.occurrences(&cal, &berlin).next().unwrap();
    assert_eq!(one.nominal, date(2026, 12, 25));
    assert_eq!(one.at.to_string(), "2026-12-16T08:00:00Z");
}

#[test]
fn the_clock_on_the_wall_counts_on_both_sides_of_a_change() {
    let cal = office(&[]);
    let berlin = zone("Europe/Berlin");
    let at = |text: &str, start| {
        let r = Rhythm {
            at: text.parse().unwrap(),
            ..rhythm(Every::Days { every: 1 }, start)
        };
        let all: Vec<String> = r
            .occurrences(&cal, &berlin)
            .take(3)
            .map(|o| o.at.to_string())
            .collect();
        all
    };
    assert_eq!(
        at("09:00", date(2026, 3, 28)),
        [
            "2026-03-28T08:00:00Z",
            "2026-03-29T07:00:00Z",
            "2026-03-30T07:00:00Z"
        ]
    );
    // 02:30 does not exist on 29 March: it comes at 03:30, once.
    assert_eq!(
        at("02:30", date(2026, 3, 28)),
        [
            "2026-03-28T01:30:00Z",
            "2026-03-29T01:30:00Z",
            "2026-03-30T00:30:00Z"
        ]
    );
    // 02:30 comes twice on 25 October: the first counts, once.
    assert_eq!(
        at("02:30", date(2026, 10, 24)),
        [
            "2026-10-24T00:30:00Z",
            "2026-10-25T00:30:00Z",
            "2026-10-26T01:30:00Z"
        ]
    );
}

#[test]
fn it_ends_when_it_was_to_end() {
    let cal = office(&[]);
    let r = rhythm(Every::Days { every: 1 }, date(2026, 11, 28));
    let counted = Rhythm {
        count: Some(3),
        closed: OnClosed::Skip,
        ..r.clone()
    };
    // What a week-end swallows is not counted: three orders were wanted.
    assert_eq!(
        days(&counted, &cal, 9),
        ["2026-11-30", "2026-12-01", "2026-12-02"]
    );
    let until = Rhythm {
        until: Some(date(2026, 11, 29)),
        ..r
    };
    assert_eq!(days(&until, &cal, 9), ["2026-11-28", "2026-11-29"]);
}

#[test]
fn nonsense_is_refused_by_name() {
    let r = rhythm(Every::Days { every: 0 }, date(2026, 11, 28));
    let names = |r: &Rhythm| -> Vec<&str> {
        r.check()
            .unwrap_err()
            .into_iter()
            .map(|(name, _)| name)
            .collect()
    };
    assert_eq!(names(&r), ["every"]);
    let weeks = Every::Weeks {
        every: 1,
        on: BTreeSet::new(),
    };
    let bad = Rhythm {
        every: weeks,
        until: Some(date(2020, 1, 1)),
        count: Some(0),
        ahead: 99,
        at: "24:00".parse().unwrap(),
        ..r
    };
    assert_eq!(names(&bad), ["on", "at", "until", "count", "ahead"]);
    let year = |month, day| rhythm(Every::Year { month, day }, date(2026, 1, 1));
    assert!(year(2, 29).check().is_ok());
    assert!(year(2, 30).check().is_err() && year(13, 1).check().is_err());
}

#[test]
fn after_a_standstill_only_the_latest_is_ordered() {
    let cal = office(&[]);
    let berlin = zone("Europe/Berlin");
    let r = rhythm(Every::Days { every: 1 }, date(2026, 11, 23));
    let at = |text: &str| -> Timestamp { text.parse().unwrap() };
    let due = r.due(
        &cal,
        &berlin,
        at("2026-11-23T08:00:00Z"),
        at("2026-11-26T08:00:00Z"),
    );
    let names =
        |list: &[Occurrence]| -> Vec<String> { list.iter().map(|o| o.day.to_string()).collect() };
    assert_eq!(names(&due.missed), ["2026-11-24", "2026-11-25"]);
    assert_eq!(names(&due.now), ["2026-11-26"]);
    // Two whose lead time ends at one moment are both ordered: nothing was missed.
    let ahead = Rhythm { ahead: 1, ..r };
    let due = ahead.due(
        &cal,
        &berlin,
        at("2026-11-26T09:00:00Z"),
        at("2026-11-27T08:00:00Z"),
    );
    assert_eq!(names(&due.missed), [""; 0]);
    assert_eq!(names(&due.now), ["2026-11-28", "2026-11-29", "2026-11-30"]);
}

fn any_rhythm() -> impl Strategy<Value = Rhythm> {
    let weekday = (0..7usize).prop_map(|i| Weekday::ALL[i]);
    let every = prop_oneof![
        (1..40u32).prop_map(|every| Every::Days { every }),
        (1..5u32, prop::collection::btree_set(weekday.clone(), 1..4))
            .prop_map(|(every, on)| Every::Weeks { every, on }),
        (1..14u32, 1..32u8).prop_map(|(every, day)| Every::MonthDay { every, day }),
        (1..14u32, prop_oneof![1..5i8, Just(-1)], weekday)
            .prop_map(|(every, nth, day)| Every::MonthWeekday { every, nth, day }),
        (1..14u32).prop_map(|every| Every::LastWorkingDay { every }),
        (1..13i8, 1..29i8).prop_map(|(month, day)| Every::Year { month, day }),
        Just(Every::Year { month: 2, day: 29 }),
    ];
    let closed = prop_oneof![
        Just(OnClosed::Keep),
        Just(OnClosed::Before),
        Just(OnClosed::After),
        Just(OnClosed::Skip)
    ];
    (
        every,
        0..1440u16,
        0..1500i64,
        closed,
        0..8u32,
        prop::option::of(1..40u32),
        prop::option::of(0..900i64),
    )
        .prop_map(|(every, minute, start, closed, ahead, count, until)| {
            let start = date(2026, 1, 1).checked_add(start.days()).unwrap();
            Rhythm {
                every,
                at: format!("{}:{:02}", minute / 60, minute % 60)
                    .parse()
                    .unwrap(),
                start,
                until: until.map(|n| start.checked_add(n.days()).unwrap()),
                count,
                closed,
                ahead,
            }
        })
}

fn some_calendar() -> impl Strategy<Value = Calendar> {
    prop::collection::vec(0..2500i64, 0..60).prop_map(|days| {
        let days: Vec<Date> = days
            .iter()
            .map(|n| date(2026, 1, 1).checked_add(n.days()).unwrap())
            .collect();
        office(&days)
    })
}

const ZONES: [&str; 4] = [
    "Europe/Berlin",
    "America/St_Johns",
    "Pacific/Apia",
    "Asia/Kolkata",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn occurrences_are_in_order_and_each_day_is_its_own(r in any_rhythm(), cal in some_calendar(), z in 0..4usize) {
        prop_assert_eq!(r.check(), Ok(()));
        let zone = zone(ZONES[z]);
        let all: Vec<Occurrence> = r.occurrences(&cal, &zone).take(200).collect();
        for pair in all.windows(2) {
            prop_assert!(pair[0].nominal < pair[1].nominal);
            prop_assert!(pair[0].day < pair[1].day);
            prop_assert!(pair[0].at <= pair[1].at);
        }
        for one in &all {
            prop_assert!(one.nominal >= r.start);
            prop_assert!(r.until.is_none_or(|until| one.nominal <= until));
            prop_assert!(r.closed == OnClosed::Keep || cal.opens_on(one.day));
            let clock = zone.to_datetime(one.at);
            prop_assert!(clock.date() <= one.day);
            prop_assert!(r.ahead > 0 || clock.date() == one.day || clock.hour() < 4);
        }
        prop_assert!(r.count.is_none_or(|count| all.len() <= count as usize));
    }

    #[test]
    fn every_date_of_the_beat_happens_unless_a_rule_takes_it(r in any_rhythm(), cal in some_calendar()) {
        // What is kept is the beat; what is shifted lies next to a date of it.
        let zone = zone("Europe/Berlin");
        let beat = Rhythm { closed: OnClosed::Keep, count: None, ..r.clone() };
        let dates: Vec<Date> = beat.occurrences(&cal, &zone).take(120).map(|o| o.nominal).collect();
        let whole = Rhythm { count: None, ..r.clone() };
        let last = dates.last().copied();
        let all: Vec<Occurrence> = whole.occurrences(&cal, &zone).take_while(|o| Some(o.nominal) <= last).collect();
        for date in dates {
            let open = cal.opens_on(date);
            let found = all.iter().any(|one| match r.closed {
                OnClosed::Keep | OnClosed::Skip => one.day == date,
                OnClosed::Before => one.day <= date && next_open(&cal, one.day, 1) > date,
                OnClosed::After => one.day >= date && next_open(&cal, one.day, -1) < date,
            });
            prop_assert!(found || (r.closed == OnClosed::Skip && !open), "{date}");
        }
    }

    /// Whenever somebody looks, with pauses of any length between: each
    /// occurrence is ordered or counted as missed, once.
    #[test]
    fn however_often_one_looks_nothing_is_doubled_or_lost(
        r in any_rhythm(), cal in some_calendar(), gaps in prop::collection::vec(1..2_000_000i64, 1..80),
    ) {
        let zone = zone("Europe/Berlin");
        let begin = zone.to_timestamp(r.start.at(0, 0, 0, 0)).unwrap() - SignedDuration::from_hours(24 * 30);
        let (mut since, mut now) = (begin, begin);
        let mut seen: Vec<Date> = Vec::new();
        let mut ordered = BTreeSet::new();
        for gap in gaps {
            now += SignedDuration::from_secs(gap);
            let due = r.due(&cal, &zone, since, now);
            seen.extend(due.missed.iter().chain(&due.now).map(|o| o.nominal));
            for one in &due.now {
                prop_assert!(ordered.insert(one.nominal));
            }
            prop_assert!(due.missed.iter().all(|m| due.now.iter().all(|n| m.at < n.at)));
            if let Some(last) = due.now.last() {
                since = last.at;
            } else {
                prop_assert!(due.missed.is_empty());
                prop_assert!(r.next(&cal, &zone, since).is_none_or(|next| next.at > now));
            }
        }
        let expect: Vec<Date> = r.occurrences(&cal, &zone).skip_while(|o| o.at <= begin).take_while(|o| o.at <= now).map(|o| o.nominal).collect();
        prop_assert_eq!(seen, expect);
    }
}

/// The next open day from `day`, in one direction.
fn next_open(cal: &Calendar, day: Date, way: i64) -> Date {
    let mut day = day;
    loop {
        day = day.checked_add(way.days()).unwrap();
        if cal.opens_on(day) {
            return day;
        }
    }
}
