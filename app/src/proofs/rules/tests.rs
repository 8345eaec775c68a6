//! Tables and properties of what a new version means.

use proptest::prelude::*;

use super::*;

fn page(number: i64, tiles: &[u8; 64]) -> Page {
    Page {
        id: format!("p{number}"),
        number,
        media_type: "image/png".into(),
        size: 1,
        sha256: String::new(),
        width: 100,
        height: 100,
        tiles: tiles.iter().map(|n| format!("{n:016x}")).collect(),
    }
}

fn look<'a>(sha256: &'a str, pages: &'a [Page]) -> Look<'a> {
    Look { sha256, pages }
}

fn at(page: i64, x: i64, y: i64) -> Option<Place> {
    Some(Place { page, x, y })
}

#[test]
fn what_changed_is_told_by_parts() {
    let same = [0; 64];
    let mut corner = same;
    corner[63] = 1;
    let one = [page(1, &same)];
    let two = [page(1, &same), page(2, &same)];
    let other = [page(1, &corner)];
    let mut wide = page(1, &same);
    wide.width = 101;
    let wide = [wide];
    let parts = |list: &[(i64, u64)]| Change::Parts(list.iter().copied().collect());
    for (old, new, expected) in [
        (look("a", &one), look("a", &[]), Change::Nothing),
        (look("a", &one), look("b", &[]), Change::Unknown),
        (look("a", &[]), look("b", &one), Change::Unknown),
        (look("a", &one), look("b", &one), parts(&[])),
        (look("a", &one), look("b", &other), parts(&[(1, 1 << 63)])),
        (look("a", &one), look("b", &wide), parts(&[(1, u64::MAX)])),
        (look("a", &one), look("b", &two), parts(&[(2, u64::MAX)])),
        (look("a", &two), look("b", &one), parts(&[(2, u64::MAX)])),
    ] {
        assert_eq!(compare(&old, &new), expected);
    }
}

#[test]
fn a_place_means_what_is_near() {
    let corner = Change::Parts([(1, 1)].into());
    for (place, touched) in [
        (at(1, 0, 0), true),
        (at(1, 1249, 1249), true),
        (at(1, 2499, 2499), true),
        (at(1, 2500, 0), false),
        (at(1, 0, 2500), false),
        (at(1, 10_000, 10_000), false),
        (at(2, 0, 0), false),
        (None, true),
    ] {
        assert_eq!(corner.touches(place), touched, "{place:?}");
    }
    let last = Change::Parts([(1, 1 << 63)].into());
    assert!(last.touches(at(1, 10_000, 10_000)) && last.touches(at(1, 7_500, 7_500)));
}

#[test]
fn who_is_asked_again() {
    use Standing::{Asked, AskedAgain, Carried, Decided};
    use Verdict::{Approved, Changes, Rejected};
    let none = Change::Nothing;
    let alike = Change::Parts([].into());
    let corner = Change::Parts([(1, 1)].into());
    let far = [at(1, 9_000, 9_000)];
    let near = [at(1, 9_000, 9_000), at(1, 100, 100)];
    for (last, places, change, expected) in [
        (None, &[][..], &none, Asked),
        (None, &far, &Change::Unknown, Asked),
        (Some(Approved), &[], &none, Decided(Approved)),
        (Some(Rejected), &near, &none, Decided(Rejected)),
        (Some(Approved), &[], &alike, Carried),
        (Some(Approved), &[], &corner, AskedAgain),
        (Some(Approved), &far, &corner, Carried),
        (Some(Approved), &near, &corner, AskedAgain),
        (Some(Approved), &[None], &corner, AskedAgain),
        (Some(Approved), &far, &Change::Unknown, AskedAgain),
        (Some(Changes), &far, &alike, AskedAgain),
        (Some(Rejected), &far, &corner, AskedAgain),
    ] {
        assert_eq!(
            standing(last, places, change),
            expected,
            "{last:?} {places:?} {change:?}"
        );
    }
}

#[test]
fn where_a_round_stands() {
    use Standing::{Asked, AskedAgain, Carried, Decided};
    use Verdict::{Approved, Changes, Rejected};
    for (standings, expected) in [
        (&[][..], Outcome::Nobody),
        (&[Asked, Decided(Approved)], Outcome::Waiting),
        (&[AskedAgain], Outcome::Waiting),
        (&[Asked, Decided(Rejected)], Outcome::Rejected),
        (&[Decided(Approved), Decided(Changes)], Outcome::Changes),
        (&[Decided(Approved), Carried], Outcome::Approved),
    ] {
        assert_eq!(outcome(standings), expected, "{standings:?}");
    }
}

#[test]
fn open_comments_go_on_and_resolved_ones_stay() {
    for (made, resolved, seen, expected) in [
        (1, false, 1, Shown::Here),
        (1, false, 2, Shown::Carried),
        (1, true, 1, Shown::Resolved),
        (1, true, 3, Shown::Resolved),
        (2, false, 1, Shown::NotYet),
        (2, true, 1, Shown::NotYet),
    ] {
        assert_eq!(shown(made, resolved, seen), expected);
    }
}

fn tiles() -> impl Strategy<Value = [u8; 64]> {
    prop::collection::vec(0_u8..3, 64).prop_map(|v| <[u8; 64]>::try_from(v).unwrap())
}

fn place() -> impl Strategy<Value = Option<Place>> {
    prop::option::of(
        (1_i64..4, 0_i64..=10_000, 0_i64..=10_000).prop_map(|(page, x, y)| Place { page, x, y }),
    )
}

fn verdict() -> impl Strategy<Value = Verdict> {
    prop::sample::select(Verdict::ALL.to_vec())
}

proptest! {
    /// The very same bytes keep every decision, whatever else is said.
    #[test]
    fn the_same_file_stays_decided(verdict in verdict(), places in prop::collection::vec(place(), 0..4)) {
        prop_assert_eq!(
            standing(Some(verdict), &places, &Change::Nothing),
            Standing::Decided(verdict)
        );
    }

    /// Nobody's decision is taken for one about other bytes.
    #[test]
    fn another_file_is_never_decided(
        verdict in verdict(), places in prop::collection::vec(place(), 0..4), a in tiles(), b in tiles()
    ) {
        let (old, new) = ([page(1, &a)], [page(1, &b)]);
        let change = compare(&look("a", &old), &look("b", &new));
        let got = standing(Some(verdict), &places, &change);
        prop_assert!(!matches!(got, Standing::Decided(_)));
        if verdict != Verdict::Approved {
            prop_assert_eq!(got, Standing::AskedAgain);
        }
    }

    /// A part is different exactly if its hash is.
    #[test]
    fn parts_are_compared_one_by_one(a in tiles(), b in tiles()) {
        let (old, new) = ([page(1, &a)], [page(1, &b)]);
        let Change::Parts(parts) = compare(&look("a", &old), &look("b", &new)) else {
            return Err(TestCaseError::fail("there are pages"));
        };
        let bits = parts.get(&1).copied().unwrap_or(0);
        for n in 0..64 {
            prop_assert_eq!(bits >> n & 1 == 1, a[n] != b[n]);
        }
    }

    /// Whoever approved is asked again exactly if one of their places is touched;
    /// more changes never spare anybody.
    #[test]
    fn approvals_fall_by_what_they_were_about(
        places in prop::collection::vec(place(), 0..4),
        some in prop::collection::btree_map(1_i64..4, any::<u64>(), 0..3),
        more in prop::collection::btree_map(1_i64..4, any::<u64>(), 0..3),
    ) {
        let clean = |map: BTreeMap<i64, u64>| Change::Parts(map.into_iter().filter(|(_, m)| *m != 0).collect());
        let mut all = some.clone();
        for (page, mask) in more {
            *all.entry(page).or_default() |= mask;
        }
        let (some, all) = (clean(some), clean(all));
        let ask = |change: &Change| standing(Some(Verdict::Approved), &places, change);
        let touched = if places.is_empty() { some.is_seen() } else { places.iter().any(|p| some.touches(*p)) };
        prop_assert_eq!(ask(&some) == Standing::AskedAgain, touched);
        if ask(&some) == Standing::AskedAgain {
            prop_assert_eq!(ask(&all), Standing::AskedAgain);
        }
        prop_assert_eq!(ask(&Change::Unknown), Standing::AskedAgain);
    }

    /// A round is approved exactly if there is somebody, nobody is asked, and
    /// nobody wants anything.
    #[test]
    fn approved_means_all(standings in prop::collection::vec(prop::sample::select(vec![
        Standing::Asked, Standing::AskedAgain, Standing::Carried, Standing::Decided(Verdict::Approved),
        Standing::Decided(Verdict::Changes), Standing::Decided(Verdict::Rejected)]), 0..5))
    {
        let good = |s: &Standing| matches!(s, Standing::Carried | Standing::Decided(Verdict::Approved));
        prop_assert_eq!(
            outcome(&standings) == Outcome::Approved,
            !standings.is_empty() && standings.iter().all(good)
        );
    }
}
