//! Tables of overlaps, across zones and clock changes; and that the fast way
//! finds what the plain way finds.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use mil_planner::rules::{judge, rests};
use mil_planner::{Entry, Grade, Kind, Plan, Span, Thing, ThingKind, Why, free_slot};
use proptest::prelude::*;

const HOUR: i64 = 3_600_000_000;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn span(from: &str, to: &str) -> Span {
    Span::new(at(from), at(to)).unwrap()
}

fn days(first: &str, last: &str, zone: &str) -> Span {
    let day = |d: &str| d.parse::<Date>().unwrap();
    Span::of_days(day(first), day(last), &TimeZone::get(zone).unwrap()).unwrap()
}

fn entry(kind: Kind, span: Span, things: &[u32]) -> Entry {
    Entry {
        kind,
        span,
        things: things.to_vec(),
    }
}

/// 0: the website, 1: the shop, 2: alumni with a day's rest, 3: a department,
/// 4: a person, 5: a campaign.
fn things() -> Vec<Thing> {
    let thing = |kind, rest| Thing { kind, rest };
    vec![
        thing(ThingKind::Tool, 0),
        thing(ThingKind::Tool, 0),
        thing(ThingKind::Audience, 24 * HOUR),
        thing(ThingKind::Department, 0),
        thing(ThingKind::Person, 0),
        thing(ThingKind::Campaign, 0),
    ]
}

fn met(a: Entry, b: Entry) -> Option<(Why, Grade)> {
    let one = Plan::new(vec![a.clone(), b.clone()], things()).conflicts(10);
    let turned = Plan::new(vec![b.clone(), a.clone()], things()).conflicts(10);
    let asked = Plan::new(vec![a], things()).conflicts_of(&b, None);
    assert!(one.len() < 2 && one.len() == turned.len() && one.len() == asked.len());
    let said = one.first().map(|c| (c.why, c.grade));
    assert_eq!(said, turned.first().map(|c| (c.why, c.grade)));
    assert_eq!(said, asked.first().map(|c| (c.why, c.grade)));
    said
}

const MORNING: (&str, &str) = ("2026-11-26T09:00:00+01:00", "2026-11-26T10:00:00+01:00");

#[test]
fn kinds_and_things() {
    use Kind::{Campaign, Change, Embargo, Event, Freeze, Holiday, Mailing, Maintenance};
    let block = |why| Some((why, Grade::Block));
    let warn = |why| Some((why, Grade::Warn));
    let table: [(Kind, &[u32], Kind, &[u32], Option<(Why, Grade)>); 24] = [
        (Change, &[0], Change, &[0], block(Why::SameThing)),
        (Change, &[0], Change, &[1], None),
        (Change, &[3], Change, &[3], warn(Why::SameThing)),
        (Change, &[3, 0], Change, &[3, 0], block(Why::SameThing)),
        (Change, &[4], Change, &[4], warn(Why::SamePerson)),
        (Change, &[], Change, &[], None),
        (Change, &[0], Freeze, &[], block(Why::Freeze)),
        (Change, &[], Freeze, &[], block(Why::Freeze)),
        (Change, &[0], Freeze, &[0], block(Why::Freeze)),
        (Change, &[1], Freeze, &[0], None),
        (Campaign, &[5], Freeze, &[], warn(Why::Freeze)),
        (Campaign, &[5], Embargo, &[5], block(Why::Embargo)),
        (Mailing, &[2], Embargo, &[], block(Why::Embargo)),
        (Change, &[0], Maintenance, &[0], block(Why::Maintenance)),
        (Change, &[0], Maintenance, &[], None),
        (Campaign, &[0], Maintenance, &[0], warn(Why::Maintenance)),
        (Mailing, &[2], Mailing, &[2], block(Why::SameAudience)),
        (Mailing, &[0], Mailing, &[0], None),
        (Change, &[0], Mailing, &[0], block(Why::SameThing)),
        (Change, &[0], Campaign, &[0], warn(Why::DuringCampaign)),
        (Change, &[0], Event, &[0], warn(Why::DuringEvent)),
        (Change, &[0], Holiday, &[], warn(Why::Holiday)),
        (Mailing, &[2], Holiday, &[], None),
        (Freeze, &[], Freeze, &[], None),
    ];
    for (a, on_a, b, on_b, want) in table {
        let time = span(MORNING.0, MORNING.1);
        let said = met(entry(a, time, on_a), entry(b, time, on_b));
        assert_eq!(said, want, "{a:?} {on_a:?} with {b:?} {on_b:?}");
    }
}

#[test]
fn times_zones_and_clock_changes() {
    let change = |from, to| entry(Kind::Change, span(from, to), &[0]);
    let freeze = |first, last, zone| entry(Kind::Freeze, days(first, last, zone), &[]);
    let clash = Some((Why::SameThing, Grade::Block));
    let frozen = Some((Why::Freeze, Grade::Block));
    // Back to back is allowed; a microsecond more is not.
    let first = || change("2026-11-26T09:00:00+01:00", "2026-11-26T10:00:00+01:00");
    let table = [
        (
            first(),
            change("2026-11-26T10:00:00+01:00", "2026-11-26T11:00:00+01:00"),
            None,
        ),
        (
            first(),
            change(
                "2026-11-26T09:59:59.999999+01:00",
                "2026-11-26T11:00:00+01:00",
            ),
            clash,
        ),
        (
            first(),
            change("2026-11-26T08:00:00+01:00", "2026-11-26T09:00:00+01:00"),
            None,
        ),
        // The same clock in New York is six hours later.
        (
            first(),
            change("2026-11-26T09:00:00-05:00", "2026-11-26T10:00:00-05:00"),
            None,
        ),
        (
            first(),
            change("2026-11-26T03:30:00-05:00", "2026-11-26T04:30:00-05:00"),
            clash,
        ),
        // In Kathmandu it is a quarter to.
        (
            first(),
            change("2026-11-26T14:45:00+05:45", "2026-11-26T15:00:00+05:45"),
            None,
        ),
        (
            first(),
            change("2026-11-26T14:44:00+05:45", "2026-11-26T15:00:00+05:45"),
            clash,
        ),
        // The hour that comes twice: 02:30 summer time is over before 02:30 winter time.
        (
            change("2026-10-25T02:15:00+02:00", "2026-10-25T02:45:00+02:00"),
            change("2026-10-25T02:15:00+01:00", "2026-10-25T02:45:00+01:00"),
            None,
        ),
        // The hour that is missing: 01:59 and 03:00 are back to back.
        (
            change("2026-03-29T01:00:00+01:00", "2026-03-29T03:00:00+02:00"),
            change("2026-03-29T03:00:00+02:00", "2026-03-29T04:00:00+02:00"),
            None,
        ),
        // A freeze of whole days ends at midnight there, also after 25 or 23 hours.
        (
            change("2026-10-25T23:30:00+01:00", "2026-10-26T00:30:00+01:00"),
            freeze("2026-10-25", "2026-10-25", "Europe/Berlin"),
            frozen,
        ),
        (
            change("2026-10-26T00:00:00+01:00", "2026-10-26T00:30:00+01:00"),
            freeze("2026-10-25", "2026-10-25", "Europe/Berlin"),
            None,
        ),
        (
            change("2026-03-29T23:00:00+02:00", "2026-03-30T00:00:00+02:00"),
            freeze("2026-03-29", "2026-03-29", "Europe/Berlin"),
            frozen,
        ),
        (
            change("2026-03-30T00:00:00+02:00", "2026-03-30T01:00:00+02:00"),
            freeze("2026-03-29", "2026-03-29", "Europe/Berlin"),
            None,
        ),
        // Somebody else's day: it is still Sunday in New York.
        (
            change("2026-10-26T04:00:00+01:00", "2026-10-26T04:30:00+01:00"),
            freeze("2026-10-25", "2026-10-25", "America/New_York"),
            frozen,
        ),
        (
            change("2026-10-26T05:00:00+01:00", "2026-10-26T05:30:00+01:00"),
            freeze("2026-10-25", "2026-10-25", "America/New_York"),
            None,
        ),
        // A day that begins at one: midnight does not exist in Beirut on it.
        (
            change("2026-03-28T21:00:00Z", "2026-03-28T22:00:00Z"),
            freeze("2026-03-29", "2026-03-29", "Asia/Beirut"),
            None,
        ),
        (
            change("2026-03-28T22:00:00Z", "2026-03-28T23:00:00Z"),
            freeze("2026-03-29", "2026-03-29", "Asia/Beirut"),
            frozen,
        ),
    ];
    for (a, b, want) in table {
        assert_eq!(met(a.clone(), b.clone()), want, "{a:?} with {b:?}");
    }
    let hours = |d: &str| days(d, d, "Europe/Berlin").micros() / HOUR;
    assert_eq!(
        (
            hours("2026-03-29"),
            hours("2026-10-25"),
            hours("2026-11-25")
        ),
        (23, 25, 24)
    );
    assert_eq!(
        Span::of_days(
            "2026-03-02".parse().unwrap(),
            "2026-03-01".parse().unwrap(),
            &TimeZone::UTC
        ),
        None
    );
}

#[test]
fn people_have_peace_between_messages() {
    let mail = |from, to| entry(Kind::Mailing, span(from, to), &[2]);
    let first = mail("2026-11-26T10:00:00Z", "2026-11-26T10:30:00Z");
    let soon = mail("2026-11-27T10:00:00Z", "2026-11-27T10:15:00Z");
    let late = mail("2026-11-27T10:30:00Z", "2026-11-27T11:00:00Z");
    assert_eq!(
        met(first.clone(), soon.clone()),
        Some((Why::SameAudience, Grade::Block))
    );
    assert_eq!(met(first.clone(), late), None);
    // The proposal keeps the rest, on the quarter of an hour.
    let plan = Plan::new(vec![first], things());
    let open = [
        span("2026-11-26T08:00:00Z", "2026-11-26T17:00:00Z"),
        span("2026-11-27T08:00:00Z", "2026-11-27T17:00:00Z"),
    ];
    let slot = free_slot(&plan, &soon, None, &open).unwrap();
    assert_eq!(slot, span("2026-11-27T10:30:00Z", "2026-11-27T10:45:00Z"));
}

#[test]
fn a_slot_avoids_warnings_first_and_blocks_always() {
    let busy = entry(
        Kind::Change,
        span("2026-11-26T08:10:00Z", "2026-11-26T09:05:00Z"),
        &[0],
    );
    let event = entry(
        Kind::Event,
        span("2026-11-26T09:00:00Z", "2026-11-26T10:50:00Z"),
        &[0],
    );
    let plan = Plan::new(vec![busy, event], things());
    let wish = entry(
        Kind::Change,
        span("2026-11-26T08:30:00Z", "2026-11-26T09:30:00Z"),
        &[0],
    );
    let day = [span("2026-11-26T08:00:00Z", "2026-11-26T12:00:00Z")];
    let slot = |open: &[Span]| free_slot(&plan, &wish, None, open);
    assert_eq!(
        slot(&day),
        Some(span("2026-11-26T11:00:00Z", "2026-11-26T12:00:00Z"))
    );
    // Less time: during the event is better than never.
    let short = [span("2026-11-26T08:00:00Z", "2026-11-26T11:00:00Z")];
    assert_eq!(
        slot(&short),
        Some(span("2026-11-26T09:15:00Z", "2026-11-26T10:15:00Z"))
    );
    assert_eq!(
        slot(&[span("2026-11-26T08:00:00Z", "2026-11-26T08:30:00Z")]),
        None
    );
    assert_eq!(slot(&[]), None);
    // What it replaces is not in its own way.
    assert_eq!(plan.conflicts_of(&wish, Some(0)).len(), 1);
}

fn kinds() -> impl Strategy<Value = Kind> {
    use Kind::{Campaign, Change, Embargo, Event, Freeze, Holiday, Mailing, Maintenance};
    prop::sample::select(vec![
        Change,
        Change,
        Mailing,
        Campaign,
        Event,
        Freeze,
        Embargo,
        Maintenance,
        Holiday,
    ])
}

fn entries() -> impl Strategy<Value = Vec<Entry>> {
    let one = (
        kinds(),
        0_i64..300,
        1_i64..40,
        prop::collection::vec(0_u32..6, 0..3),
    );
    let one = one.prop_map(|(kind, from, long, things)| {
        let at = |h: i64| Timestamp::from_microsecond(h * HOUR).unwrap();
        entry(kind, Span::new(at(from), at(from + long)).unwrap(), &things)
    });
    prop::collection::vec(one, 0..25)
}

/// Every pair, one after the other.
fn plainly(entries: &[Entry], a: usize, b: usize) -> Option<Grade> {
    let (x, y) = (&entries[a], &entries[b]);
    let wide = |e: &Entry| e.things.is_empty() && e.kind.is_wide();
    let everything = ((wide(x) || wide(y)) && x.span.overlaps(y.span))
        .then(|| judge(x.kind, y.kind, ThingKind::Everything))
        .flatten();
    let things = things();
    let shared = x
        .things
        .iter()
        .filter(|t| y.things.contains(t))
        .filter_map(|&t| {
            let thing = things[t as usize];
            let rest = if rests(x.kind, y.kind, thing.kind) {
                thing.rest
            } else {
                0
            };
            let end = |e: &Entry| e.span.end().as_microsecond() + rest;
            let start = |e: &Entry| e.span.start().as_microsecond();
            (start(x) < end(y) && start(y) < end(x))
                .then(|| judge(x.kind, y.kind, thing.kind))
                .flatten()
        });
    shared.chain(everything).map(|(_, grade)| grade).max()
}

proptest! {
    #[test]
    fn the_fast_way_finds_what_the_plain_way_finds(list in entries()) {
        let plan = Plan::new(list.clone(), things());
        let found = plan.conflicts(usize::MAX);
        for a in 0..list.len() {
            for b in a + 1..list.len() {
                let fast = found.iter().find(|c| (c.first, c.second) == (a, b) || (c.first, c.second) == (b, a));
                prop_assert_eq!(fast.map(|c| c.grade), plainly(&list, a, b));
            }
        }
        for (place, one) in list.iter().enumerate() {
            let asked = plan.conflicts_of(one, Some(place));
            let counted = found.iter().filter(|c| c.first == place || c.second == place).count();
            prop_assert_eq!(asked.len(), counted);
        }
        prop_assert!(plan.conflicts(3).len() <= 3);
    }

    #[test]
    fn a_proposed_slot_is_free(list in entries(), wish in entries()) {
        let Some(one) = wish.first() else { return Ok(()) };
        let plan = Plan::new(list, things());
        let open = [Span::new(Timestamp::UNIX_EPOCH, Timestamp::from_microsecond(900 * HOUR).unwrap()).unwrap()];
        if let Some(slot) = free_slot(&plan, one, None, &open) {
            let placed = Entry { span: slot, ..one.clone() };
            prop_assert_eq!(slot.micros(), one.span.micros());
            prop_assert!(plan.conflicts_of(&placed, None).iter().all(|c| c.grade == Grade::Warn));
        }
    }
}
