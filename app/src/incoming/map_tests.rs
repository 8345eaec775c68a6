//! What is filled in, what is found, and what proves.

use super::*;
use crate::webhooks::rules::sign;
use proptest::prelude::*;
use serde_json::json;

#[test]
fn places_are_filled_and_braces_kept() {
    let body = json!({ "alert": { "name": "Disk full", "id": 7, "on": true, "none": null },
        "tags": ["a", "b"], "items": [{ "id": "x" }], "odd{": 1 });
    for (text, filled) in [
        ("{alert.name}: {alert.id}", "Disk full: 7"),
        ("{alert.on}", "true"),
        ("{tags}", "a\nb"),
        ("{tags.1}{items.0.id}", "bx"),
        ("{alert.none|nothing} {alert.gone|else}", "nothing else"),
        ("{alert.gone}", ""),
        (
            "{alert}",
            "{\"id\":7,\"name\":\"Disk full\",\"none\":null,\"on\":true}",
        ),
        ("{ alert.name }", "Disk full"),
        ("a { b", "a { b"),
        ("{}", "{}"),
        ("{{alert.id}}", "{7}"),
        ("{\"a\": 1}", "{\"a\": 1}"),
        ("no places", "no places"),
    ] {
        let body = &body;
        // The order of an object's keys is that of the text it came in.
        let sorted = |text: &str| {
            let mut all: Vec<char> = text.chars().collect();
            all.sort_unstable();
            all
        };
        assert_eq!(sorted(&fill(text, body)), sorted(filled), "{text}");
    }
}

#[test]
fn an_example_shows_its_places() {
    let body = json!({ "a": { "b": "c" }, "list": [1, 2], "deep": [{ "x": null }] });
    let found = places(&body);
    for (place, text) in [("a.b", "c"), ("list", "1\n2"), ("deep.0.x", "")] {
        assert!(
            found.contains(&(place.to_owned(), text.to_owned())),
            "{place}"
        );
        assert!(at(&body, place).is_some());
    }
}

#[test]
fn only_the_secret_proves() {
    let now = Timestamp::from_second(1_800_000_000).unwrap();
    let body = "{\"a\":1}";
    let stamped = |seconds: i64| {
        let at = 1_800_000_000 + seconds;
        (at.to_string(), format!("v1={}", sign("secret", at, body)))
    };
    // `printf '{"a":1}' | openssl dgst -sha256 -hmac secret`
    let of_body = "aa9e2e3575f5d7098b6caccd790888c36d5fdb63342a73bada2d6a51747a8494";
    let body_proof = |given: &str| {
        let given = given.to_owned();
        let find = |name: &str| (name == "x-sig").then_some(given.as_str());
        proven(Proof::Body, "x-sig", "secret", now, body.as_bytes(), find)
    };
    assert!(body_proof(of_body));
    assert!(body_proof(&format!("sha256={of_body}")));
    assert!(!body_proof(&of_body.replace('a', "b")));
    assert!(!body_proof(""));
    assert!(!body_proof(&"é".repeat(32)));
    assert!(proven(Proof::None, "", "", now, b"", |_| None));
    assert!(!proven(Proof::Stamped, "", "secret", now, b"", |_| None));
    for (seconds, secret, fine) in [
        (0, "secret", true),
        (-300, "secret", true),
        (300, "secret", true),
        (-301, "secret", false),
        (301, "secret", false),
        (0, "other", false),
    ] {
        let (stamp, signature) = stamped(seconds);
        let both = format!("v1={},{signature}", "0".repeat(64));
        let find = |name: &str| match name {
            "mil-timestamp" => Some(stamp.as_str()),
            "mil-signature" => Some(both.as_str()),
            _ => None,
        };
        let said = proven(Proof::Stamped, "", secret, now, body.as_bytes(), find);
        assert_eq!(said, fine, "{seconds} {secret}");
    }
}

proptest! {
    #[test]
    fn any_text_can_be_filled(text in ".{0,200}", value in ".{0,40}") {
        let filled = fill(&text, &json!({ "a": value }));
        prop_assert!(filled.chars().count() <= MOST);
    }

    #[test]
    fn what_comes_in_is_never_filled_again(value in "\\{[a-z.|]{1,20}\\}") {
        prop_assert_eq!(fill("{a}", &json!({ "a": value.clone() })), value);
    }
}
