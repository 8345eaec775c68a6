//! The rules of policies, by tables and properties.

use jiff::civil::date;
use proptest::prelude::*;

use super::*;

fn version(major: i64, minor: i64, from: Date, until: Option<Date>, published: bool) -> Version {
    Version {
        id: format!("{major}.{minor}"),
        policy_id: "p".into(),
        major,
        minor,
        title: String::new(),
        for_you: String::new(),
        body: String::new(),
        change_note: String::new(),
        audience: Audience::everyone(),
        quiz: Quiz::default(),
        deadline_days: 14,
        effective_on: from,
        review_on: None,
        until_on: until,
        published_at: published.then_some(Timestamp::UNIX_EPOCH),
    }
}

#[test]
fn the_newest_that_has_begun_holds_until_it_ends() {
    let list = [
        version(1, 0, date(2026, 1, 1), None, true),
        version(1, 1, date(2026, 3, 1), None, true),
        version(2, 0, date(2026, 6, 1), Some(date(2026, 8, 31)), true),
        version(0, 0, date(2026, 1, 1), None, false),
    ];
    for (day, expect) in [
        (date(2025, 12, 31), None),
        (date(2026, 1, 1), Some("1.0")),
        (date(2026, 3, 1), Some("1.1")),
        (date(2026, 6, 1), Some("2.0")),
        (date(2026, 8, 31), Some("2.0")),
        // What ended does not bring back what it replaced.
        (date(2026, 9, 1), None),
    ] {
        let found = in_force(&list, day).map(Version::number);
        assert_eq!(found.as_deref(), expect, "{day}");
    }
}

#[test]
fn numbers_count_up() {
    assert_eq!(next_number(None, false), (1, 0));
    assert_eq!(next_number(Some((1, 4)), false), (1, 5));
    assert_eq!(next_number(Some((1, 4)), true), (2, 0));
}

#[test]
fn the_deadline_is_the_end_of_a_day_whatever_the_clocks_do() {
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    for (since, days, due) in [
        ("2026-11-23T09:00:00Z", 14, "2026-12-07T23:00:00Z"),
        // Over the change to summer time: midnight is at 22:00 UTC then.
        ("2026-03-20T09:00:00Z", 14, "2026-04-03T22:00:00Z"),
        ("2026-11-23T23:30:00Z", 0, "2026-11-24T23:00:00Z"),
    ] {
        let at: Timestamp = since.parse().unwrap();
        assert_eq!(due_at(at, days, &zone).to_string(), due, "{since}");
    }
}

#[test]
fn a_quiz_counts_whole_answers() {
    let question = |text: &str| Question {
        text: "?".into(),
        choices: choices(text),
        why: String::new(),
    };
    let quiz = Quiz {
        questions: vec![question("* yes\nno"), question("*a\n* b\nc")],
        pass_percent: 80,
    };
    assert!(!quiz.questions[0].many() && quiz.questions[1].many());
    let set = |list: &[usize]| list.iter().copied().collect::<BTreeSet<_>>();
    for (chosen, correct) in [
        (vec![set(&[0]), set(&[0, 1])], 2),
        (vec![set(&[0]), set(&[0])], 1),
        (vec![set(&[0]), set(&[0, 1, 2])], 1),
        (vec![set(&[0, 1]), set(&[])], 0),
        (vec![set(&[0, 9])], 0),
        (vec![], 0),
    ] {
        assert_eq!(quiz.correct(&chosen), correct, "{chosen:?}");
        assert_eq!(quiz.passes(quiz.correct(&chosen)), correct == 2);
    }
    assert!(Quiz::default().passes(0), "no question, nothing to fail");
}

proptest! {
    #[test]
    fn reminders_come_in_order_and_end(start in 0i64..2_000_000, late in -60i64..60) {
        let due = Timestamp::from_second(1_790_000_000 + start).unwrap();
        let mut now = due.checked_add((24 * late).hours()).unwrap();
        let mut sent = 0;
        let mut count = 0;
        while let Some((at, before)) = next_reminder(due, sent, now) {
            prop_assert!(at > now, "never in the past");
            prop_assert!(before >= sent);
            now = at;
            sent = before + 1;
            count += 1;
            prop_assert!(count <= 5);
        }
    }

    #[test]
    fn what_is_confirmed_stays_so(due in 0i64..4_000_000_000, now in 0i64..4_000_000_000, until in proptest::option::of(0i16..3000)) {
        let (due, now) = (Timestamp::from_second(due).unwrap(), Timestamp::from_second(now).unwrap());
        let today = TimeZone::UTC.to_datetime(now).date();
        let until = until.map(|y| date(y.max(1), 1, 1));
        prop_assert_eq!(standing(true, due, until, now, today), Standing::Acknowledged);
        let open = standing(false, due, until, now, today);
        prop_assert_ne!(open, Standing::Acknowledged);
        prop_assert_eq!(open == Standing::Excepted, until.is_some_and(|u| today <= u));
        if until.is_none() {
            prop_assert_eq!(open == Standing::Overdue, now >= due);
        }
    }
}
