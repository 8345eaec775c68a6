//! Tables of cases in which calendars of other service desks have gone wrong.

use jiff::Timestamp;
use jiff::civil::{Date, date};
use mil_sla::{Calendar, CalendarDef, CalendarError, ClockTime, Holiday, Hours, Weekday, Work};

fn t(text: &str) -> ClockTime {
    text.parse().unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn office(zone: &str) -> CalendarDef {
    CalendarDef::weekdays(zone, t("09:00"), t("17:00"))
}

fn week(zone: &str, spans: &[(Weekday, &str, &str)]) -> CalendarDef {
    let hours = spans
        .iter()
        .map(|&(day, from, to)| Hours {
            day,
            from: t(from),
            to: t(to),
        })
        .collect();
    CalendarDef {
        zone: zone.to_owned(),
        hours,
        holidays: Vec::new(),
    }
}

fn every_day(zone: &str, from: &str, to: &str) -> Calendar {
    week(zone, &Weekday::ALL.map(|day| (day, from, to)))
        .compile()
        .unwrap()
}

/// Working time of one civil day.
fn day_length(cal: &Calendar, day: Date) -> Work {
    cal.spans(day, day.tomorrow().unwrap())
        .map(|(from, to)| cal.between(from, to))
        .sum()
}

#[test]
fn a_round_the_clock_day_is_as_long_as_the_zone_makes_it() {
    let table = [
        ("Europe/Berlin", date(2026, 3, 29), 23 * 60),
        ("Europe/Berlin", date(2026, 10, 25), 25 * 60),
        ("Europe/Berlin", date(2026, 10, 26), 24 * 60),
        ("America/New_York", date(2026, 3, 8), 23 * 60),
        ("America/New_York", date(2026, 11, 1), 25 * 60),
        ("Australia/Lord_Howe", date(2026, 10, 4), 23 * 60 + 30),
        ("Australia/Lord_Howe", date(2026, 4, 5), 24 * 60 + 30),
        // Ramadan 2026: back one hour on 15 February, forward on 22 March.
        ("Africa/Casablanca", date(2026, 2, 15), 25 * 60),
        ("Africa/Casablanca", date(2026, 3, 22), 23 * 60),
        // Midnight did not exist on 4 November 2018; 17 February 2018 had 23:00 twice.
        ("America/Sao_Paulo", date(2018, 11, 4), 23 * 60),
        ("America/Sao_Paulo", date(2018, 2, 17), 25 * 60),
        // The day that Samoa left out.
        ("Pacific/Apia", date(2011, 12, 30), 0),
    ];
    for (zone, day, minutes) in table {
        let cal = Calendar::always(zone).unwrap();
        assert_eq!(
            day_length(&cal, day),
            Work::from_minutes(minutes),
            "{zone} {day}"
        );
    }
}

#[test]
fn hours_across_a_change_of_clocks() {
    let table = [
        // The hour from 02:00 to 03:00 does not exist: 01:30 to 04:00 has 90 minutes.
        ("Europe/Berlin", "01:30", "04:00", date(2026, 3, 29), 90),
        ("Europe/Berlin", "02:00", "03:00", date(2026, 3, 29), 0),
        ("Europe/Berlin", "02:00", "03:00", date(2026, 10, 25), 120),
        ("Europe/Berlin", "01:30", "04:00", date(2026, 10, 25), 210),
        ("America/New_York", "01:00", "03:00", date(2026, 3, 8), 60),
        ("America/New_York", "01:00", "02:00", date(2026, 11, 1), 120),
        (
            "Australia/Lord_Howe",
            "01:00",
            "03:00",
            date(2026, 10, 4),
            90,
        ),
        (
            "Australia/Lord_Howe",
            "01:00",
            "03:00",
            date(2026, 4, 5),
            150,
        ),
        ("America/Sao_Paulo", "00:00", "02:00", date(2018, 11, 4), 60),
        (
            "America/Sao_Paulo",
            "22:00",
            "24:00",
            date(2018, 2, 17),
            180,
        ),
    ];
    for (zone, from, to, day, minutes) in table {
        let cal = every_day(zone, from, to);
        assert_eq!(
            day_length(&cal, day),
            Work::from_minutes(minutes),
            "{zone} {from}-{to} {day}"
        );
    }
}

#[test]
fn half_of_a_repeated_hour_is_open_twice() {
    let cal = every_day("Europe/Berlin", "02:30", "03:00");
    let spans: Vec<_> = cal.spans(date(2026, 10, 25), date(2026, 10, 26)).collect();
    assert_eq!(
        spans,
        [
            (at("2026-10-25T00:30Z"), at("2026-10-25T01:00Z")),
            (at("2026-10-25T01:30Z"), at("2026-10-25T02:00Z")),
        ]
    );
}

#[test]
fn a_target_runs_over_lunch_nights_and_weekends() {
    let lunch = [
        Weekday::Mon,
        Weekday::Tue,
        Weekday::Wed,
        Weekday::Thu,
        Weekday::Fri,
    ]
    .map(|day| [(day, "08:30", "12:00"), (day, "13:00", "17:00")])
    .concat();
    let cal = week("Europe/Berlin", &lunch).compile().unwrap();
    let from = at("2026-07-24T11:30+02:00"); // a Friday
    for (minutes, due) in [
        (0, "2026-07-24T11:30+02:00"),
        (30, "2026-07-24T12:00+02:00"),
        (31, "2026-07-24T13:01+02:00"),
        (30 + 240, "2026-07-24T17:00+02:00"),
        (30 + 240 + 1, "2026-07-27T08:31+02:00"),
    ] {
        assert_eq!(
            cal.add(from, Work::from_minutes(minutes)),
            at(due),
            "{minutes}"
        );
    }
    assert_eq!(cal.working_day(), Work::from_minutes(450));
    assert_eq!(
        Work::from_minutes(450 + 200).parts(cal.working_day()),
        (1, 3, 20)
    );
}

#[test]
fn opening_is_inside_and_closing_is_outside() {
    let cal = office("Europe/Berlin").compile().unwrap();
    for (time, open) in [
        ("2026-07-20T08:59:59.999999+02:00", false),
        ("2026-07-20T09:00+02:00", true),
        ("2026-07-20T16:59:59.999999+02:00", true),
        ("2026-07-20T17:00+02:00", false),
        ("2026-07-19T12:00+02:00", false),
    ] {
        assert_eq!(cal.is_working(at(time)), open, "{time}");
    }
    assert_eq!(
        cal.next_working(at("2026-07-17T17:00+02:00")),
        at("2026-07-20T09:00+02:00")
    );
    assert_eq!(
        cal.next_working(at("2026-07-20T10:00+02:00")),
        at("2026-07-20T10:00+02:00")
    );
}

#[test]
fn a_night_shift_through_midnight_is_one_span_without_a_lost_minute() {
    let cal = week(
        "Europe/Berlin",
        &[
            (Weekday::Mon, "22:00", "24:00"),
            (Weekday::Tue, "00:00", "06:00"),
        ],
    )
    .compile()
    .unwrap();
    let spans: Vec<_> = cal.spans(date(2026, 7, 20), date(2026, 7, 22)).collect();
    assert_eq!(
        spans,
        [(at("2026-07-20T22:00+02:00"), at("2026-07-21T06:00+02:00"))]
    );
    let due = cal.add(at("2026-07-20T23:59+02:00"), Work::from_minutes(2));
    assert_eq!(due, at("2026-07-21T00:01+02:00"));
}

#[test]
fn a_holiday_is_a_date_in_the_zone_and_never_a_day_early() {
    for (zone, offset) in [
        ("Pacific/Auckland", "+13:00"),
        ("Asia/Tokyo", "+09:00"),
        ("Europe/Berlin", "+01:00"),
        ("America/Los_Angeles", "-08:00"),
        ("Pacific/Honolulu", "-10:00"),
    ] {
        let mut def = CalendarDef::always(zone);
        def.holidays = vec![Holiday::closed(date(2026, 1, 14), "Holiday")];
        let cal = def.compile().unwrap();
        for (time, open) in [
            ("2026-01-13T00:00", true),
            ("2026-01-13T23:59", true),
            ("2026-01-14T00:00", false),
            ("2026-01-14T23:59", false),
            ("2026-01-15T00:00", true),
        ] {
            assert_eq!(
                cal.is_working(at(&format!("{time}{offset}"))),
                open,
                "{zone} {time}"
            );
        }
    }
}

#[test]
fn half_days_have_their_own_hours_but_open_no_closed_weekday() {
    let mut def = office("Europe/Berlin");
    def.holidays = vec![Holiday {
        date: date(2020, 12, 24),
        name: "Heiligabend".to_owned(),
        hours: Some(vec![(t("08:00"), t("12:00"))]),
        every_year: true,
    }];
    let cal = def.compile().unwrap();
    let spans: Vec<_> = cal.spans(date(2026, 12, 24), date(2026, 12, 25)).collect();
    assert_eq!(
        spans,
        [(at("2026-12-24T08:00+01:00"), at("2026-12-24T12:00+01:00"))]
    );
    assert_eq!(day_length(&cal, date(2027, 12, 24)), Work::from_hours(4));
    assert_eq!(day_length(&cal, date(2023, 12, 24)), Work::ZERO, "a Sunday");
}

#[test]
fn of_several_holidays_on_a_date_only_common_hours_are_open() {
    let mut def = office("UTC");
    let half = |from, to| Some(vec![(t(from), t(to))]);
    let day = date(2026, 7, 20);
    let holiday = |hours, every_year| Holiday {
        date: day,
        name: String::new(),
        hours,
        every_year,
    };
    def.holidays = vec![
        holiday(half("08:00", "12:00"), false),
        holiday(half("10:00", "16:00"), true),
    ];
    assert_eq!(
        day_length(&def.compile().unwrap(), day),
        Work::from_hours(2)
    );
    def.holidays.push(holiday(None, false));
    assert_eq!(day_length(&def.compile().unwrap(), day), Work::ZERO);
}

#[test]
fn definitions_that_cannot_work_are_refused_with_advice() {
    let zone = CalendarDef::always("Europe/Atlantis")
        .compile()
        .unwrap_err();
    assert_eq!(
        zone,
        CalendarError::UnknownZone {
            zone: "Europe/Atlantis".to_owned()
        }
    );

    let none = week("UTC", &[]).compile().unwrap_err();
    assert_eq!(none, CalendarError::NoHours);

    for (from, to) in [("17:00", "09:00"), ("09:00", "09:00"), ("24:00", "24:00")] {
        let err = week("UTC", &[(Weekday::Mon, from, to)])
            .compile()
            .unwrap_err();
        assert!(err.to_string().contains("two spans"), "{err}");
    }

    let mut def = CalendarDef::always("UTC");
    def.holidays = vec![Holiday {
        hours: Some(vec![]),
        ..Holiday::closed(date(2026, 1, 1), "")
    }];
    assert_eq!(
        def.compile().unwrap_err(),
        CalendarError::EmptyHalfDay {
            date: date(2026, 1, 1)
        }
    );
}

#[test]
fn holidays_that_take_every_day_are_refused() {
    let leap_year: Vec<_> = date(2028, 1, 1)
        .series(jiff::Span::new().days(1))
        .take_while(|day| day.year() == 2028)
        .map(|day| Holiday {
            every_year: true,
            ..Holiday::closed(day, "rest")
        })
        .collect();
    let mut def = CalendarDef::always("UTC");
    def.holidays = leap_year.clone();
    assert_eq!(
        def.compile().unwrap_err(),
        CalendarError::HolidaysTakeAll { from: 2000 }
    );

    // Work on leap days only is work, if little.
    def.holidays
        .retain(|holiday| (holiday.date.month(), holiday.date.day()) != (2, 29));
    let cal = def.compile().unwrap();
    assert_eq!(
        cal.next_working(at("2096-03-01T00:00Z")),
        at("2104-02-29T00:00Z")
    );

    // One whole year off is a long holiday, not a mistake.
    def.holidays = leap_year;
    def.holidays
        .iter_mut()
        .for_each(|holiday| holiday.every_year = false);
    let cal = def.compile().unwrap();
    assert_eq!(
        cal.next_working(at("2028-01-01T00:00Z")),
        at("2029-01-01T00:00Z")
    );
}

#[test]
fn what_lies_beyond_the_horizon_saturates() {
    let cal = office("Europe/Berlin").compile().unwrap();
    let now = at("2026-07-20T10:00+02:00");
    assert_eq!(cal.add(now, Work::MAX), Calendar::HORIZON);
    assert_eq!(cal.next_working(Timestamp::MAX), Calendar::HORIZON);
    assert!(!cal.is_working(Timestamp::MAX) && !cal.is_working(Timestamp::MIN));
    assert!(cal.between(Timestamp::MIN, Timestamp::MAX) > Work::from_hours(300 * 250 * 8));
    assert_eq!(cal.between(now, at("2026-07-19T00:00Z")), Work::ZERO);
    assert_eq!(cal.add(now, -Work::from_hours(1)), now);
}

#[test]
fn thousands_of_distant_questions_are_quick() {
    let cal = office("Europe/Berlin").compile().unwrap();
    let now = at("2026-07-20T10:00+02:00");
    let mut sum = Work::ZERO;
    for hours in 0..20_000 {
        let due = cal.add(now, Work::from_hours(hours));
        sum = sum + cal.between(now, due);
    }
    assert_eq!(sum, Work::from_hours((0..20_000).sum()));
}

#[test]
fn definitions_keep_their_shape_as_json() {
    let text = r#"{"zone":"Europe/Berlin","hours":[{"day":"mon","from":"08:30","to":"24:00"}],"holidays":[{"date":"2026-12-24","name":"Heiligabend","hours":[["08:00","12:00"]],"every_year":true},{"date":"2026-12-25","name":"Weihnachten","hours":null,"every_year":false}]}"#;
    let def: CalendarDef = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_string(&def).unwrap(), text);
    for bad in [
        "24:01", "25:00", "8", "08:60", "8:5", "-1:00", "+8:00", "", "08:30:00",
    ] {
        assert!(bad.parse::<ClockTime>().is_err(), "{bad}");
    }
    assert_eq!(t("8:30").to_string(), "08:30");
}
