//! Holidays from iCalendar files, with what real programs write into them.

use mil_sla::ical::{IcalError, holidays_from_ical};

fn import(events: &[&str], from: i16, to: i16) -> (Vec<String>, Vec<(usize, String)>) {
    let events: String = events
        .iter()
        .map(|event| format!("BEGIN:VEVENT\r\nSUMMARY:Day\r\n{event}\r\nEND:VEVENT\r\n"))
        .collect();
    let text = format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n");
    let import = holidays_from_ical(&text, from, to).unwrap();
    let days = import
        .holidays
        .iter()
        .map(|day| day.date.to_string())
        .collect();
    let skipped = import.skipped.into_iter();
    (
        days,
        skipped.map(|(line, why)| (line, why.to_string())).collect(),
    )
}

#[test]
fn the_days_of_an_event() {
    let table: &[(&str, &[&str])] = &[
        ("DTSTART;VALUE=DATE:20260501", &["2026-05-01"]),
        (
            "DTSTART;VALUE=DATE:20260501\r\nDTEND;VALUE=DATE:20260502",
            &["2026-05-01"],
        ),
        (
            "DTSTART;VALUE=DATE:20260501\r\nDTEND;VALUE=DATE:20260501",
            &["2026-05-01"],
        ),
        (
            "DTSTART;VALUE=DATE:20261225\r\nDTEND;VALUE=DATE:20261227",
            &["2026-12-25", "2026-12-26"],
        ),
        (
            "DTSTART;VALUE=DATE:20261225\r\nDURATION:P2D",
            &["2026-12-25", "2026-12-26"],
        ),
        (
            "DTSTART;VALUE=DATE:20251230\r\nDTEND;VALUE=DATE:20260103",
            &["2026-01-01", "2026-01-02"],
        ),
        (
            "DTSTART:20260501T000000\r\nDTEND:20260502T000000",
            &["2026-05-01"],
        ),
        (
            "DTSTART:20260501T000000\r\nDTEND:20260501T235900",
            &["2026-05-01"],
        ),
        (
            "DTSTART;TZID=Europe/Berlin:20260501T000000\r\nDTEND;TZID=Europe/Berlin:20260502T000000",
            &["2026-05-01"],
        ),
        (
            "DTSTART:20261224T120000\r\nDTEND:20261227T000000",
            &["2026-12-25", "2026-12-26"],
        ),
        (
            "DTSTART;VALUE=DATE:20200501\r\nRRULE:FREQ=YEARLY",
            &["2026-05-01"],
        ),
        (
            "DTSTART;VALUE=DATE:20191128\r\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH",
            &["2026-11-26"],
        ),
        (
            "DTSTART;VALUE=DATE:20200525\r\nRRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO",
            &["2026-05-25"],
        ),
        (
            "DTSTART;VALUE=DATE:20200606\r\nRRULE:FREQ=YEARLY;BYMONTH=6;BYMONTHDAY=6",
            &["2026-06-06"],
        ),
        (
            "DTSTART;VALUE=DATE:20200501\r\nRRULE:FREQ=YEARLY;INTERVAL=3",
            &["2026-05-01"],
        ),
        (
            "DTSTART;VALUE=DATE:20200501\r\nRRULE:FREQ=YEARLY;COUNT=7",
            &["2026-05-01"],
        ),
        (
            "DTSTART;VALUE=DATE:20200501\r\nRRULE:FREQ=YEARLY;UNTIL=20260501",
            &["2026-05-01"],
        ),
        (
            "DTSTART;VALUE=DATE:20260105\r\nRRULE:FREQ=WEEKLY;COUNT=3\r\nEXDATE;VALUE=DATE:20260112",
            &["2026-01-05", "2026-01-19"],
        ),
        (
            "DTSTART;VALUE=DATE:20260105\r\nRDATE;VALUE=DATE:20260707",
            &["2026-01-05", "2026-07-07"],
        ),
        (
            "DTSTART;VALUE=DATE:16010501\r\nRRULE:FREQ=YEARLY",
            &["2026-05-01"],
        ),
    ];
    for (event, expected) in table {
        let (days, skipped) = import(&[event], 2026, 2026);
        assert_eq!(
            (days, skipped),
            (expected.iter().map(ToString::to_string).collect(), vec![]),
            "{event}"
        );
    }
}

#[test]
fn what_is_left_out_is_in_the_ledger() {
    let table = [
        ("DTSTART;VALUE=DATE:20250501", "no day from 2026"),
        (
            "DTSTART;VALUE=DATE:20200501\r\nRRULE:FREQ=YEARLY;COUNT=6",
            "no day from 2026",
        ),
        (
            "DTSTART;VALUE=DATE:20200501\r\nRRULE:FREQ=YEARLY;UNTIL=20260430",
            "no day from 2026",
        ),
        (
            "DTSTART;VALUE=DATE:20260501\r\nRRULE:FREQ=YEARLY;COUNT=1\r\nEXDATE;VALUE=DATE:20260501",
            "no day from 2026",
        ),
        (
            "DTSTART:20260501T100000\r\nDTEND:20260501T110000",
            "no whole day",
        ),
        ("DTSTART:20260501T000000", "no length"),
        ("DTSTART:20260430T220000Z\r\nDTEND:20260501T220000Z", "UTC"),
        (
            "DTSTART;VALUE=DATE:20260501\r\nSTATUS:CANCELLED",
            "cancelled",
        ),
        (
            "DTSTART;VALUE=DATE:20260501\r\nRECURRENCE-ID;VALUE=DATE:20260502",
            "series",
        ),
        (
            "DTSTART;VALUE=DATE:20260501\r\nRRULE:FREQ=HOURLY",
            "within a day",
        ),
        (
            "DTSTART;VALUE=DATE:20260501\r\nRRULE:FREQ=SOMETIMES",
            "cannot be read",
        ),
        (
            "DTSTART;VALUE=DATE:20260501\r\nRRULE:FREQ=YEARLY\r\nEXRULE:FREQ=YEARLY;INTERVAL=2",
            "several",
        ),
        ("DTSTART:tomorrow", "DTSTART"),
        ("DTSTART;VALUE=DATE:20260231", "cannot be read"),
        ("DESCRIPTION:no date", "DTSTART"),
        (
            "DTSTART;VALUE=DATE:20260501\r\nDTEND;VALUE=DATE:20260401",
            "no whole day",
        ),
    ];
    for (event, reason) in table {
        let good = "DTSTART;VALUE=DATE:20260601";
        let (days, skipped) = import(&[event, good], 2026, 2026);
        assert_eq!(days, ["2026-06-01"], "{event}");
        assert_eq!(skipped.len(), 1, "{event}: {skipped:?}");
        assert_eq!(skipped[0].0, 3, "{event}");
        assert!(skipped[0].1.contains(reason), "{event}: {}", skipped[0].1);
    }
}

#[test]
fn names_are_unfolded_and_unescaped() {
    let text = "\u{feff}BEGIN:VCALENDAR\nBEGIN:VTODO\nEND:VTODO\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20261003\nSUMMARY;LANGUAGE=de:Tag der Deutschen Ein\n heit\\, bundesweit\\; frei\nBEGIN:VALARM\nTRIGGER:-PT1H\nEND:VALARM\nEND:VEVENT\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20261003\nEND:VEVENT\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20261003\nEND:VEVENT\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20261004\n";
    let import = holidays_from_ical(text, 2026, 2027).unwrap();
    let names: Vec<_> = import
        .holidays
        .iter()
        .map(|day| day.name.as_str())
        .collect();
    assert_eq!(
        names,
        ["Holiday", "Tag der Deutschen Einheit, bundesweit; frei"]
    );
    let lines: Vec<_> = import.skipped.iter().map(|(line, _)| *line).collect();
    assert_eq!(
        lines,
        [2, 15, 18],
        "a to-do, a duplicate, an event without an end"
    );
}

#[test]
fn files_that_ask_too_much_are_refused_or_cut_short() {
    assert_eq!(
        holidays_from_ical("hello", 2026, 2027),
        Err(IcalError::NotACalendar)
    );
    assert_eq!(
        holidays_from_ical("", 2027, 2026),
        Err(IcalError::BadYears {
            from: 2027,
            to: 2026
        })
    );
    assert!(holidays_from_ical("", i16::MIN, i16::MAX).is_err());
    let long = "x".repeat(5 << 20);
    assert_eq!(
        holidays_from_ical(&long, 2026, 2026),
        Err(IcalError::TooLong { bytes: 5 << 20 })
    );

    let (days, skipped) = import(
        &["DTSTART;VALUE=DATE:20260101\r\nDTEND;VALUE=DATE:99991231"],
        2026,
        2027,
    );
    assert_eq!((days.len(), skipped.len()), (730, 0));
    let (days, skipped) = import(
        &["DTSTART;VALUE=DATE:20260101\r\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"],
        2026,
        2026,
    );
    assert_eq!((days.len(), skipped.len()), (0, 1));
    let (days, skipped) = import(
        &["DTSTART;VALUE=DATE:16010101\r\nRRULE:FREQ=DAILY"],
        2026,
        2026,
    );
    assert_eq!((days.len(), skipped.len()), (0, 1));
    assert!(skipped[0].1.contains("too often"));
    let yearly = ["DTSTART;VALUE=DATE:19900501\r\nRRULE:FREQ=YEARLY"; 400];
    let (days, skipped) = import(&yearly, 2026, 2026);
    assert_eq!(
        (days.len(), skipped.len()),
        (1, 399),
        "long lists of yearly days are fine"
    );
    let daily = ["DTSTART;VALUE=DATE:16010101\r\nRRULE:FREQ=DAILY"; 30];
    let text = format!(
        "BEGIN:VCALENDAR\r\n{}END:VCALENDAR\r\n",
        daily
            .map(|event| format!("BEGIN:VEVENT\r\n{event}\r\nEND:VEVENT\r\n"))
            .concat()
    );
    assert_eq!(
        holidays_from_ical(&text, 2026, 2026),
        Err(IcalError::TooMuch)
    );

    let never = "BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20260101\r\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30\r\nEND:VEVENT\r\n";
    let text = format!(
        "BEGIN:VCALENDAR\r\n{}END:VCALENDAR\r\n",
        never.repeat(40_000)
    );
    assert_eq!(
        holidays_from_ical(&text, 2026, 2026),
        Err(IcalError::TooMuch),
        "soon"
    );
}
