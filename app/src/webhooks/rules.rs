//! When to try again, what a signature is, which events an endpoint hears.

use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use sha2::Sha256;

use crate::random::hex;

/// For how long one delivery is tried.
pub const TRIED_FOR: SignedDuration = SignedDuration::from_hours(24);
/// For how long a replaced secret goes on signing.
pub const OVERLAP: SignedDuration = SignedDuration::from_hours(72);
/// After failing for this long an endpoint is paused.
pub const PATIENCE: SignedDuration = SignedDuration::from_hours(24);
/// With fewer failures than this it is not.
pub const PATIENT: i64 = 10;

/// Seconds before the second, third, … attempt; the last goes on.
const PAUSES: [i64; 10] = [5, 15, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200];

/// When a delivery that has failed `attempts` times is tried again; `None` when
/// it is given up. The last attempt is made when the time is over.
pub fn next_try(attempts: i64, first: Timestamp, now: Timestamp) -> Option<Timestamp> {
    let end = first + TRIED_FOR;
    if now >= end {
        return None;
    }
    let at = usize::try_from(attempts.max(1) - 1).unwrap_or(usize::MAX);
    let pause = PAUSES[at.min(PAUSES.len() - 1)];
    Some((now + SignedDuration::from_secs(pause)).min(end))
}

/// How long a whole endpoint rests after so many failures in a row, so that one
/// that is down costs little.
pub fn rest(failures: i64) -> SignedDuration {
    if failures < 5 {
        return SignedDuration::ZERO;
    }
    SignedDuration::from_secs(60.min(1 << (failures - 5).clamp(0, 6)))
}

/// Whether an endpoint is paused that has failed `failures` times since `since`.
pub fn gives_up(failures: i64, since: Option<Timestamp>, now: Timestamp) -> bool {
    failures >= PATIENT && since.is_some_and(|since| since + PATIENCE <= now)
}

/// HMAC-SHA256 of `timestamp.body`, in lower-case hexadecimal.
pub fn sign(secret: &str, timestamp: i64, body: &str) -> String {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(format!("{timestamp}.").as_bytes());
    mac.update(body.as_bytes());
    hex(&mac.finalize().into_bytes())
}

/// Whether `wanted` (verbs, `request.*`, `*`) names `verb`.
pub fn hears(wanted: &[String], verb: &str) -> bool {
    wanted.iter().any(|w| match w.strip_suffix('*') {
        Some("") => true,
        Some(prefix) => verb.starts_with(prefix),
        None => w == verb,
    })
}

/// Whether a word can name events: letters, dots and one star at the end.
pub fn is_pattern(word: &str) -> bool {
    let stem = word.strip_suffix('*').unwrap_or(word);
    let dotted = stem.contains('.') || stem.is_empty();
    !word.is_empty()
        && word.len() <= 60
        && dotted
        && stem
            .chars()
            .all(|c| c.is_ascii_lowercase() || matches!(c, '_' | '.'))
}

/// The middle of some durations, in milliseconds.
pub fn median(mut millis: Vec<i64>) -> Option<i64> {
    millis.sort_unstable();
    millis.get(millis.len().checked_sub(1)? / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    #[test]
    fn a_signature_is_that_of_the_example_in_the_docs() {
        // `printf '1800000000.{"a":1}' | openssl dgst -sha256 -hmac secret`
        assert_eq!(
            sign("secret", 1_800_000_000, "{\"a\":1}"),
            "440dfbb83aabca24d9e5027629cfd81cb45254690f8d410bb28f1cc17c990dbc"
        );
    }

    #[test]
    fn events_are_named_by_word_or_prefix() {
        let wanted = |list: &[&str]| list.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
        for (list, verb, hears_it) in [
            (&["*"][..], "request.moved", true),
            (&["request.*"], "request.moved", true),
            (&["request.*"], "requests.moved", false),
            (&["request.moved"], "request.moved", true),
            (&["request.move"], "request.moved", false),
            (&[], "request.moved", false),
        ] {
            assert_eq!(hears(&wanted(list), verb), hears_it, "{list:?} {verb}");
        }
        for (word, fine) in [
            ("*", true),
            ("request.*", true),
            ("comment.written", true),
            ("request", false),
            ("", false),
            ("a.b*c", false),
            ("A.b", false),
            ("request*", false),
        ] {
            assert_eq!(is_pattern(word), fine, "{word}");
        }
    }

    #[test]
    fn an_endpoint_is_paused_after_a_day_of_failures_only() {
        for (failures, since, paused) in [
            (100, None, false),
            (9, Some(-90_000), false),
            (10, Some(-86_400), true),
            (10, Some(-86_399), false),
        ] {
            assert_eq!(
                gives_up(failures, since.map(at), at(0)),
                paused,
                "{failures} {since:?}"
            );
        }
        assert_eq!(rest(4), SignedDuration::ZERO);
        assert_eq!(rest(5), SignedDuration::from_secs(1));
        assert_eq!(rest(i64::MAX), SignedDuration::from_secs(60));
        assert_eq!(median(vec![9, 1, 5]), Some(5));
        assert_eq!(median(Vec::new()), None);
    }

    proptest! {
        #[test]
        fn attempts_move_on_and_end_after_a_day(delays in prop::collection::vec(0_i64..50_000, 1..60)) {
            let first = at(0);
            let mut now = first;
            for (n, delay) in delays.iter().enumerate() {
                match next_try(i64::try_from(n).unwrap() + 1, first, now) {
                    Some(next) => {
                        prop_assert!(next > now && next <= first + TRIED_FOR);
                        now = next + SignedDuration::from_secs(*delay);
                    }
                    None => {
                        prop_assert!(now >= first + TRIED_FOR);
                        break;
                    }
                }
            }
        }
    }
}
