//! Clocks of promises, with the ways in which other service desks got them wrong.

use jiff::civil::date;
use jiff::{Timestamp, ToSpan};
use mil_sla::promise::{Pause, due_escalations, forecast, next_escalation, split_shares};
use mil_sla::{Calendar, CalendarDef, Clock, Forecast, Holiday, State, Tone, Work};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// An instant in the week of Monday 20 July 2026, in Berlin.
fn july(day: u8, time: &str) -> Timestamp {
    at(&format!("2026-07-{day:02}T{time}+02:00"))
}

fn office() -> Calendar {
    let hours = |text: &str| text.parse().unwrap();
    CalendarDef::weekdays("Europe/Berlin", hours("09:00"), hours("17:00"))
        .compile()
        .unwrap()
}

fn hours(hours: i64) -> Work {
    Work::from_hours(hours)
}

#[test]
fn a_running_clock_uses_working_time_and_turns_soon_then_late() {
    let cal = office();
    let clock = Clock::start(july(20, "15:00"), hours(8)); // due Tuesday 15:00
    let table = [
        (july(20, "15:00"), 0, State::Running, Tone::Ok),
        (july(20, "17:00"), 120, State::Running, Tone::Ok),
        (july(21, "03:00"), 120, State::Running, Tone::Ok),
        (july(21, "12:59"), 359, State::Running, Tone::Ok),
        (july(21, "13:00"), 360, State::Running, Tone::Soon),
        (july(21, "15:00"), 480, State::Running, Tone::Soon),
        (july(21, "15:01"), 481, State::Late, Tone::Late),
    ];
    for (now, minutes, state, tone) in table {
        let reading = clock.read(&cal, now);
        assert_eq!(reading.used, Work::from_minutes(minutes), "{now}");
        assert_eq!(reading.left, Work::from_minutes(480 - minutes), "{now}");
        assert_eq!((reading.state, reading.tone), (state, tone), "{now}");
        assert_eq!(reading.due, Some(july(21, "15:00")), "{now}");
        assert!((reading.share - minutes as f64 / 480.0).abs() < 1e-12);
    }
}

#[test]
fn a_hold_moves_the_due_instant_and_hides_it_meanwhile() {
    let cal = office();
    let mut clock = Clock::start(july(20, "09:00"), hours(8));
    clock.pause(july(20, "11:00"), "waiting for the requester");
    clock.pause(july(20, "12:00"), "told twice");

    let held = clock.read(&cal, july(22, "10:00"));
    assert_eq!(
        (held.state, held.tone, held.due),
        (State::Paused, Tone::Paused, None)
    );
    assert_eq!(held.used, hours(2));
    assert_eq!(
        clock.due_if_resumed(&cal, july(22, "10:00")),
        july(22, "16:00")
    );

    clock.resume(july(22, "10:00"));
    clock.resume(july(22, "11:00"));
    assert_eq!(clock.pauses.len(), 1);
    assert_eq!(clock.pauses[0].why, "waiting for the requester");
    let running = clock.read(&cal, july(22, "12:00"));
    assert_eq!((running.state, running.used), (State::Running, hours(4)));
    assert_eq!(running.due, Some(july(22, "16:00")));
}

#[test]
fn straight_from_hold_to_done_honours_the_hold() {
    let cal = office();
    let mut clock = Clock::start(july(20, "09:00"), hours(4));
    clock.pause(july(20, "10:00"), "waiting for the requester");
    clock.stop(july(24, "16:00"));
    clock.stop(july(27, "16:00"));

    assert_eq!(clock.pauses[0].to, Some(july(24, "16:00")));
    let reading = clock.read(&cal, july(30, "12:00"));
    assert_eq!(
        (reading.state, reading.tone, reading.used),
        (State::Met, Tone::Met, hours(1))
    );
    assert_eq!(
        reading.due,
        Some(july(27, "11:00")),
        "three hours after the stop"
    );
    assert_eq!(
        reading,
        clock.read(&cal, july(24, "16:00")),
        "time after the stop is nothing"
    );
}

#[test]
fn a_stop_is_met_or_missed_by_the_due_instant() {
    let cal = office();
    for (stop, state, tone) in [
        (july(24, "16:59"), State::Met, Tone::Met),
        (july(24, "17:00"), State::Met, Tone::Met),
        (july(25, "11:00"), State::Missed, Tone::Late), // Saturday: no work passed, but late
        (july(27, "09:30"), State::Missed, Tone::Late),
    ] {
        let mut clock = Clock::start(july(24, "09:00"), hours(8));
        clock.stop(stop);
        let reading = clock.read(&cal, july(30, "12:00"));
        assert_eq!((reading.state, reading.tone), (state, tone), "{stop}");
        let due = cal.add(clock.started, clock.target);
        assert_eq!(reading.due, Some(due), "{stop}");
    }
}

#[test]
fn a_hold_at_the_due_instant_keeps_the_promise_and_one_after_it_does_not() {
    let cal = office();
    for (pause, stopped, held) in [
        ("17:00", State::Met, Tone::Paused),
        ("20:00", State::Missed, Tone::Late),
    ] {
        let mut clock = Clock::start(july(24, "09:00"), hours(8));
        clock.pause(july(24, pause), "why");
        let reading = clock.read(&cal, july(25, "12:00"));
        assert_eq!((reading.state, reading.tone), (State::Paused, held));
        assert_eq!(
            reading.due,
            Some(july(24, "17:00")),
            "it had passed: everybody knows"
        );
        clock.stop(july(25, "12:00"));
        assert_eq!(clock.read(&cal, july(26, "12:00")).state, stopped);
    }
}

#[test]
fn a_new_target_or_calendar_never_resets_the_time_used() {
    let cal = office();
    let mut clock = Clock::start(july(20, "09:00"), hours(16));
    clock.pause(july(20, "10:00"), "hold");
    clock.resume(july(20, "12:00"));
    let now = july(20, "15:00");
    assert_eq!(clock.read(&cal, now).used, hours(4));

    clock.target = hours(2); // raised to urgent: it was due at 13:00
    let urgent = clock.read(&cal, now);
    assert_eq!(
        (urgent.state, urgent.used, urgent.left),
        (State::Late, hours(4), -hours(2))
    );
    assert_eq!(urgent.due, Some(july(20, "13:00")));

    clock.target = hours(30); // and moved to a team that never sleeps
    let always = Calendar::always("Europe/Berlin").unwrap();
    let moved = clock.read(&always, now);
    assert_eq!((moved.state, moved.used), (State::Running, hours(4)));
    assert_eq!(moved.due, Some(july(21, "17:00")));
}

#[test]
fn reopening_continues_without_the_rest_in_between() {
    let cal = office();
    let mut clock = Clock::start(july(20, "09:00"), hours(8));
    clock.stop(july(20, "12:00"));
    clock.reopen(july(22, "09:00"));
    clock.reopen(july(22, "10:00"));
    let reading = clock.read(&cal, july(22, "10:00"));
    assert_eq!((reading.state, reading.used), (State::Running, hours(4)));
    assert_eq!(reading.due, Some(july(22, "14:00")));
    clock.stop(july(22, "14:01"));
    assert_eq!(clock.read(&cal, july(23, "10:00")).state, State::Missed);
}

#[test]
fn the_record_can_be_read_as_of_any_instant() {
    let cal = office();
    let mut clock = Clock::start(july(20, "09:00"), hours(8));
    clock.pause(july(20, "10:00"), "hold");
    clock.resume(july(20, "12:00"));
    clock.stop(july(20, "15:00"));
    for (now, state, used) in [
        (july(19, "12:00"), State::Running, 0),
        (july(20, "09:30"), State::Running, 30),
        (july(20, "11:00"), State::Paused, 60),
        (july(20, "12:30"), State::Running, 90),
        (july(20, "15:00"), State::Met, 240),
    ] {
        let reading = clock.read(&cal, now);
        assert_eq!(
            (reading.state, reading.used),
            (state, Work::from_minutes(used)),
            "{now}"
        );
    }
}

#[test]
fn a_muddled_record_is_still_read_sensibly() {
    let cal = office();
    let pause = |from, to| Pause {
        from,
        to: Some(to),
        why: String::new(),
    };
    let clock = Clock {
        started: july(20, "09:00"),
        target: hours(8),
        pauses: vec![
            pause(july(20, "12:00"), july(20, "14:00")),
            pause(july(20, "11:00"), july(20, "13:00")),
            pause(july(20, "16:00"), july(20, "15:00")),
            pause(july(19, "08:00"), july(20, "10:00")),
        ],
        stopped: Some(july(20, "17:00")),
    };
    assert_eq!(clock.read(&cal, july(21, "09:00")).used, hours(4));

    let mut early = Clock::start(july(20, "09:00"), hours(8));
    early.pause(july(20, "08:00"), "before the start");
    early.resume(july(20, "07:00"));
    early.stop(july(20, "06:00"));
    assert_eq!(early.read(&cal, july(21, "09:00")).used, Work::ZERO);
    assert_eq!(early.stopped, Some(july(20, "09:00")));
}

#[test]
fn promises_of_nothing_do_not_divide_by_zero() {
    let cal = office();
    let clock = Clock::start(july(20, "09:00"), Work::ZERO);
    assert_eq!(clock.read(&cal, july(20, "09:00")).share, 0.0);
    let reading = clock.read(&cal, july(20, "10:00"));
    assert_eq!((reading.share, reading.state), (1.0, State::Late));
}

#[test]
fn escalations_fire_once_each_and_only_in_working_time() {
    let mut def = CalendarDef::weekdays(
        "Europe/Berlin",
        "09:00".parse().unwrap(),
        "17:00".parse().unwrap(),
    );
    def.holidays = vec![Holiday::closed(date(2026, 7, 22), "Day off")];
    let cal = def.compile().unwrap();
    let shares = [50, 75, 100, 200];
    for start_hour in 0..120 {
        let start = july(18, "00:00") + start_hour.hours();
        let mut clock = Clock::start(start, hours(8));
        let (mut fired, mut now) = (Vec::new(), start);
        let mut promised = None;
        while now < start + (24 * 20).hours() {
            if now == start + 30.hours() {
                clock.pause(now, "hold");
                assert_eq!(next_escalation(&clock, &cal, &shares, &fired, now), None);
                promised = None;
            }
            if now == start + 55.hours() {
                clock.resume(now);
                promised = next_escalation(&clock, &cal, &shares, &fired, now);
            }
            let due = due_escalations(&clock, &cal, &shares, &fired, now);
            if !due.is_empty() {
                assert!(cal.is_working(now), "{now}");
                assert!(!clock.is_paused());
                assert_eq!(promised, Some((due[0], now)), "fires when it was said to");
            }
            fired.extend(due);
            let next = next_escalation(&clock, &cal, &shares, &fired, now);
            promised = next.or(promised);
            if let Some((_, instant)) = next {
                assert!(cal.is_working(instant) && instant >= now);
            }
            now += 15.minutes();
        }
        assert_eq!(fired, shares, "started at {start}");
        assert_eq!(next_escalation(&clock, &cal, &shares, &fired, now), None);
    }
}

#[test]
fn a_share_reached_at_closing_time_fires_at_the_next_opening() {
    let cal = office();
    let clock = Clock::start(july(24, "09:00"), hours(8));
    let now = july(24, "10:00");
    assert_eq!(
        next_escalation(&clock, &cal, &[100], &[], now),
        Some((100, july(27, "09:00")))
    );
    assert!(due_escalations(&clock, &cal, &[100], &[], july(24, "17:00")).is_empty());
    assert!(due_escalations(&clock, &cal, &[100], &[], july(26, "00:00")).is_empty());
    assert_eq!(
        due_escalations(&clock, &cal, &[100, 75, 75], &[], july(27, "09:00")),
        [75, 100]
    );
    assert_eq!(
        due_escalations(&clock, &cal, &[100, 75], &[75], july(27, "09:00")),
        [100]
    );
    // One that was slept through is due as soon as there is someone to act.
    let overslept = next_escalation(&clock, &cal, &[50], &[], july(25, "12:00"));
    assert_eq!(overslept, Some((50, july(27, "09:00"))));
}

#[test]
fn a_stopped_clock_escalates_no_more() {
    let cal = office();
    let mut clock = Clock::start(july(20, "09:00"), hours(8));
    clock.stop(july(20, "16:00"));
    let now = july(21, "12:00");
    assert_eq!(next_escalation(&clock, &cal, &[50], &[], now), None);
    assert!(due_escalations(&clock, &cal, &[50], &[], now).is_empty());
}

#[test]
fn forecasts_warn_before_the_promise_breaks() {
    let cal = office();
    let mut clock = Clock::start(july(20, "09:00"), hours(16)); // due Tuesday 17:00
    let now = july(20, "13:00");
    let look = |clock: &Clock, ahead, now| forecast(&clock.read(&cal, now), ahead, &cal, now);
    assert_eq!(look(&clock, hours(12), now), Forecast::OnTrack);
    let expected = july(22, "10:00");
    assert_eq!(look(&clock, hours(13), now), Forecast::AtRisk { expected });
    assert_eq!(look(&clock, Work::ZERO, july(21, "18:00")), Forecast::Late);
    clock.pause(now, "hold");
    assert_eq!(
        look(&clock, hours(12), july(30, "09:00")),
        Forecast::OnTrack
    );
    clock.stop(july(30, "09:00"));
    assert_eq!(
        look(&clock, hours(99), july(31, "09:00")),
        Forecast::OnTrack
    );
}

#[test]
fn shares_of_a_target_add_up_exactly() {
    let target = Work::from_micros(1_000_003);
    for shares in [
        &[1, 1, 1][..],
        &[10, 20, 70],
        &[0, 0],
        &[0, 3],
        &[u32::MAX, u32::MAX],
        &[7],
    ] {
        let parts = split_shares(target, shares);
        assert_eq!(parts.len(), shares.len());
        assert_eq!(parts.iter().copied().sum::<Work>(), target, "{shares:?}");
    }
    assert_eq!(
        split_shares(hours(10), &[10, 30, 60]),
        [hours(1), hours(3), hours(6)]
    );
    assert_eq!(split_shares(hours(4), &[0, 0]), [hours(2), hours(2)]);
    assert_eq!(
        split_shares(Work::MAX, &[1, 2]).into_iter().sum::<Work>(),
        Work::MAX
    );
    assert!(split_shares(target, &[]).is_empty());
}

#[test]
fn clocks_keep_their_shape_as_json() {
    let text = r#"{"started":"2026-07-20T07:00:00Z","target":28800000000,"pauses":[{"from":"2026-07-20T08:00:00Z","to":null,"why":"hold"}],"stopped":null}"#;
    let clock: Clock = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_string(&clock).unwrap(), text);
}
