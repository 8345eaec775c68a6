//! Compares calendars with a slow reading of the rules: walk the minutes of
//! UTC, turn each into civil time, look whether the day is open then.

use jiff::civil::Date;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, ToSpan};
use mil_sla::{CalendarDef, ClockTime, Holiday, Hours, Weekday, Work};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

const ZONES: [&str; 9] = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "America/Sao_Paulo",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "America/St_Johns",
    "UTC",
];
const MINUTE: i64 = 60;
const WINDOW: i64 = 2 * 1440;

struct Oracle<'a> {
    def: &'a CalendarDef,
    zone: TimeZone,
}

impl Oracle<'_> {
    fn open(&self, second: i64) -> bool {
        let civil = self
            .zone
            .to_datetime(Timestamp::from_second(second).unwrap());
        let minute = civil.hour() as u16 * 60 + civil.minute() as u16;
        let day = Weekday::ALL[civil.date().weekday().to_monday_zero_offset() as usize];
        let within =
            |from: ClockTime, to: ClockTime| (from.minutes()..to.minutes()).contains(&minute);
        let mut usual = self
            .def
            .hours
            .iter()
            .filter(|hours| hours.day == day)
            .peekable();
        if usual.peek().is_none() {
            return false;
        }
        let mut holidays = self
            .def
            .holidays
            .iter()
            .filter(|holiday| falls_on(holiday, civil.date()))
            .peekable();
        if holidays.peek().is_none() {
            return usual.any(|hours| within(hours.from, hours.to));
        }
        holidays.all(|holiday| match &holiday.hours {
            None => false,
            Some(own) => own.iter().any(|&(from, to)| within(from, to)),
        })
    }
}

fn falls_on(holiday: &Holiday, date: Date) -> bool {
    let same_day = (holiday.date.month(), holiday.date.day()) == (date.month(), date.day());
    holiday.date == date || (holiday.every_year && same_day)
}

#[derive(Debug, Clone)]
struct Case {
    def: CalendarDef,
    from: i64,
    length: i64,
    work: i64,
}

fn span() -> impl Strategy<Value = (ClockTime, ClockTime)> {
    let time = |minute: u16| ClockTime::new(minute / 60, minute % 60).unwrap();
    let quarter = (0..96_u16, 1..=96_u16).prop_map(|(a, b)| (a * 15, b * 15));
    let minute = (0..1440_u16, 1..=1440_u16);
    prop_oneof![quarter, minute]
        .prop_filter("from < to", |(a, b)| a != b)
        .prop_map(move |(a, b)| (time(a.min(b)), time(a.max(b))))
}

fn hours() -> impl Strategy<Value = Vec<Hours>> {
    let office = Just(vec![(0, 540, 720), (0, 780, 1080)]);
    let always = Just(vec![(0, 0, 1440)]);
    let time = |minute: u16| ClockTime::new(minute / 60, minute % 60).unwrap();
    let same = prop_oneof![office, always].prop_map(move |spans| {
        let day = |day: Weekday| {
            spans
                .iter()
                .map(move |&(_, a, b)| Hours {
                    day,
                    from: time(a),
                    to: time(b),
                })
                .collect::<Vec<_>>()
        };
        Weekday::ALL.into_iter().flat_map(day).collect()
    });
    let any = prop::collection::vec((0..7_usize, span()), 1..12).prop_map(|spans| {
        spans
            .into_iter()
            .map(|(day, (from, to))| Hours {
                day: Weekday::ALL[day],
                from,
                to,
            })
            .collect()
    });
    prop_oneof![1 => same, 4 => any]
}

fn case() -> impl Strategy<Value = Case> {
    let holiday = (
        -2..5_i64,
        prop::option::of(prop::collection::vec(span(), 1..3)),
        any::<bool>(),
    );
    let start = Timestamp::from_second(946_684_800).unwrap(); // 2000-01-01
    let minutes = 37 * 365 * 1440_i64;
    (
        (
            0..ZONES.len(),
            hours(),
            prop::collection::vec(holiday, 0..3),
        ),
        (0..minutes, prop::option::weighted(0.6, 0..2 * 1440_i64)),
        (0..=WINDOW, 0..=WINDOW),
    )
        .prop_map(
            move |((zone, hours, holidays), (minute, near_change), (length, work))| {
                let zone_name = ZONES[zone];
                let zone = TimeZoneDatabase::bundled().get(zone_name).unwrap();
                let mut from = start.as_second() + minute * MINUTE;
                if let Some(ahead) = near_change {
                    let at = Timestamp::from_second(from).unwrap();
                    let change = zone
                        .following(at)
                        .next()
                        .map(|change| change.timestamp().as_second());
                    from = change.filter(|&at| at < 2_145_916_800).unwrap_or(from) - ahead * MINUTE;
                }
                let today = zone
                    .to_datetime(Timestamp::from_second(from).unwrap())
                    .date();
                let holidays = holidays
                    .into_iter()
                    .map(|(days, hours, every_year)| Holiday {
                        date: today.checked_add(days.days()).unwrap(),
                        name: "Fête".to_owned(),
                        hours,
                        every_year,
                    })
                    .collect();
                let def = CalendarDef {
                    zone: zone_name.to_owned(),
                    hours,
                    holidays,
                };
                Case {
                    def,
                    from,
                    length,
                    work,
                }
            },
        )
}

fn check(case: Case) -> Result<(), TestCaseError> {
    let cal = case.def.compile().unwrap();
    let zone = TimeZoneDatabase::bundled().get(&case.def.zone).unwrap();
    let oracle = Oracle {
        def: &case.def,
        zone,
    };
    let at = |minutes: i64| Timestamp::from_second(case.from + minutes * MINUTE).unwrap();

    let (mut worked, mut between) = (0, 0);
    let (mut first_open, mut end_of_work) = (None, (case.work == 0).then_some(0));
    for minute in 0..WINDOW {
        let open = oracle.open(case.from + minute * MINUTE);
        if open {
            first_open.get_or_insert(minute);
            worked += 1;
            between += i64::from(minute < case.length);
            if worked == case.work {
                end_of_work = Some(minute + 1);
            }
        }
        if minute % 97 == 0 {
            prop_assert_eq!(cal.is_working(at(minute)), open, "is_working");
        }
    }

    prop_assert_eq!(
        cal.between(at(0), at(case.length)),
        Work::from_minutes(between)
    );
    match first_open {
        Some(minute) => prop_assert_eq!(cal.next_working(at(0)), at(minute)),
        None => prop_assert!(cal.next_working(at(0)) >= at(WINDOW)),
    }
    let due = cal.add(at(0), Work::from_minutes(case.work));
    match end_of_work {
        Some(minute) => prop_assert_eq!(due, at(minute)),
        None => prop_assert!(due > at(WINDOW)),
    }
    Ok(())
}

fn runner(cases: u32) -> TestRunner {
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

#[test]
fn calendars_agree_with_a_walk_over_the_minutes() {
    runner(10_000).run(&case(), check).unwrap();
}

#[test]
fn add_and_between_invert_each_other() {
    let years = 0..20 * 365 * 1440_i64;
    let cases = (case(), years, 1..10_000_000_i64);
    runner(500)
        .run(&cases, |(case, minutes, odd_micros)| {
            let cal = case.def.compile().unwrap();
            let from = Timestamp::from_microsecond(case.from * 1_000_000 + odd_micros).unwrap();
            let to = from + minutes.minutes();

            let work = cal.between(from, to);
            let due = cal.add(from, work);
            prop_assert!(due <= to);
            prop_assert_eq!(cal.between(from, due), work);
            prop_assert_eq!(cal.between(due, to), Work::ZERO);
            if cal.is_working(to) {
                prop_assert_eq!(cal.next_working(due), to);
            }
            let (head, tail) = (
                Work::from_micros(work.micros() / 3),
                Work::from_micros(work.micros() - work.micros() / 3),
            );
            prop_assert_eq!(cal.add(cal.add(from, head), tail), due, "two steps are one");
            Ok(())
        })
        .unwrap();
}
