//! Whole forms: order of errors, hidden fields, drafts, storage and speed.

use crate::support::*;
use mil_process::form::*;
use proptest::{collection::vec, prelude::*};
use serde_json::json;
use std::time::{Duration, Instant};

/// One field of every kind, half of them shown by conditions.
fn poster() -> FormDef {
    let def = form(json!({"fields": [
        {"key": "about", "label": "About", "kind": {"type": "section"}},
        {"key": "title", "label": "Title", "kind": {"type": "text", "max": 20}, "required": true},
        {"key": "printed", "label": "Printed?", "kind": {"type": "yes_no"}, "required": true},
        {"key": "info", "label": "Info", "kind": {"type": "note", "text": "Printing takes a week."}, "show_if": {"is": {"field": "printed", "value": "yes"}}},
        {"key": "copies", "label": "Copies", "kind": {"type": "number", "min": 1, "decimals": 2, "unit": "pieces"}, "required": true, "show_if": {"is": {"field": "printed", "value": "yes"}}},
        {"key": "size", "label": "Size", "kind": {"type": "choice", "options": [{"key": "a2", "label": "A2 poster"}, {"key": "a5", "label": "A5 flyer"}]}, "show_if": {"at_least": {"field": "copies", "number": 10}}},
        {"key": "channels", "label": "Channels", "kind": {"type": "multi", "options": [{"key": "web", "label": "Website"}, {"key": "mail", "label": "Newsletter"}]}},
        {"key": "link", "label": "Link", "kind": {"type": "url"}, "show_if": {"includes": {"field": "channels", "value": "web"}}},
        {"key": "due", "label": "Due", "kind": {"type": "date", "earliest_days": 1}},
        {"key": "host", "label": "Host", "kind": {"type": "person"}, "show_if": {"not": {"filled": {"field": "due"}}}},
        {"key": "files", "label": "Files", "kind": {"type": "file", "max_files": 2, "max_mb": 5}},
        {"key": "more", "label": "More", "kind": {"type": "long_text"}, "show_if": {"any": [{"filled": {"field": "files"}}, {"is_not": {"field": "size", "value": "a5"}}]}},
    ]}));
    assert_eq!(check(&def), Ok(()));
    def
}

fn keys(errors: &[FieldError]) -> Vec<&str> {
    errors.iter().map(|error| &error.field[..]).collect()
}

#[test]
fn all_errors_come_at_once_in_the_order_of_the_form() {
    let posted = raw(&[
        ("zz", &["?"]),
        ("about", &["?"]),
        ("due", &["soon"]),
        ("printed", &["yes"]),
        ("copies", &["none"]),
        ("link", &["hidden, so never mind"]),
        ("host", &["a b"]),
    ]);
    let errors = validate(&poster(), &posted, TODAY, false).unwrap_err();
    assert_eq!(keys(&errors), ["title", "copies", "due", "about", "zz"]);
    errors.iter().for_each(|error| assert_message(&error.msg));
}

#[test]
fn answers_are_told_in_the_words_of_the_form() {
    let posted = raw(&[
        ("title", &["Open day"]),
        ("printed", &["yes"]),
        ("copies", &["12,5"]),
        ("size", &["a2"]),
        ("channels", &["mail", "web"]),
        ("link", &["https://example.org"]),
        ("due", &["2026-12-01"]),
        ("files", &["f1:logo.pdf", "f2"]),
        ("more", &["Thanks"]),
    ]);
    let def = poster();
    let answers = validate(&def, &posted, TODAY, false).unwrap();
    let lines: Vec<_> = describe(&def, &answers)
        .iter()
        .map(|l| format!("{}: {}", l.label, l.shown))
        .collect();
    assert_eq!(
        lines,
        [
            "Title: Open day",
            "Printed?: Yes",
            "Copies: 12.5 pieces",
            "Size: A2 poster",
            "Channels: Website, Newsletter",
            "Link: https://example.org",
            "Due: 2026-12-01",
            "Files: logo.pdf, f2",
            "More: Thanks",
        ]
    );
    assert_eq!(describe(&FormDef::default(), &answers), []);
}

#[test]
fn drafts_keep_what_was_typed() {
    let posted = raw(&[
        ("title", &["A title of more than twenty characters"]),
        ("copies", &["a do\u{b}zen"]),
        ("due", &["soon"]),
        ("channels", &["web", "tv"]),
        ("printed", &["no"]),
        ("host", &["", "\u{0}"]),
    ]);
    let def = poster();
    let answers = validate(&def, &posted, TODAY, true).unwrap();
    assert_eq!(
        serde_json::to_value(&answers).unwrap(),
        json!({
            "title": {"text": "A title of more than twenty characters"},
            "copies": {"text": "a dozen"},
            "due": {"text": "soon"},
            "channels": {"many": ["web", "tv"]},
            "printed": {"yes_no": false},
        })
    );
    let unknown = validate(&def, &raw(&[("zz", &["?"])]), TODAY, true).unwrap_err();
    assert_eq!(keys(&unknown), ["zz"]);
}

#[test]
fn json_of_the_api_is_read_and_wrong_types_are_refused() {
    let posted = json!({"title": "Open day", "printed": true, "copies": 12.5, "size": null,
        "channels": ["web", "mail"], "files": [{"id": "f1", "name": "logo.pdf"}, "f2"]});
    let read = raw_from_json(posted.as_object().unwrap()).unwrap();
    assert_eq!(
        read,
        raw(&[
            ("title", &["Open day"]),
            ("printed", &["yes"]),
            ("copies", &["12.5"]),
            ("channels", &["web", "mail"]),
            ("files", &["f1:logo.pdf", "f2"]),
        ])
    );
    let whole = json!({"copies": 1500.0, "title": 1e300});
    assert_eq!(
        raw_from_json(whole.as_object().unwrap()).unwrap()["copies"],
        ["1500"]
    );
    let wrong = json!({"a": {"b": 1}, "c": [[1]], "d": [null], "ok": 1});
    let errors = raw_from_json(wrong.as_object().unwrap()).unwrap_err();
    assert_eq!(keys(&errors), ["a", "c", "d"]);
    errors.iter().for_each(|error| assert_message(&error.msg));
}

#[test]
fn floods_are_refused_quickly() {
    let def = poster();
    let start = Instant::now();
    let many: Raw = (0..10_000)
        .map(|n| (format!("k{n}"), vec!["x".repeat(100)]))
        .collect();
    let errors = validate(&def, &many, TODAY, false).unwrap_err();
    assert_eq!(keys(&errors), [""]);
    assert_message(&errors[0].msg);
    let strangers: Raw = (0..300).map(|n| (format!("k{n}"), vec![])).collect();
    assert_eq!(
        validate(&def, &strangers, TODAY, true).unwrap_err().len(),
        20
    );
    let big = Raw::from([
        ("title".to_owned(), vec!["x".repeat(5_000_000)]),
        ("copies".to_owned(), vec!["9".repeat(5_000_000)]),
        ("channels".to_owned(), vec!["web".to_owned(); 100_000]),
        ("k".repeat(1_000_000), vec![]),
    ]);
    let errors = validate(&def, &big, TODAY, true).unwrap_err();
    assert_eq!(keys(&errors)[..3], ["title", "copies", "channels"]);
    errors.iter().for_each(|error| assert_message(&error.msg));
    assert!(
        start.elapsed() < Duration::from_secs(2),
        "{:?}",
        start.elapsed()
    );
}

/// Posted values that often fit the poster, and often do not.
fn posted() -> impl Strategy<Value = Raw> {
    let likely = [
        "Open day",
        "yes",
        "no",
        "on",
        "12",
        "1,5",
        "0.25",
        "a2",
        "a5",
        "web",
        "mail",
        " ",
        "",
        "https://example.org/x",
        "2026-11-24",
        "2027-01-31",
        "2020-01-01",
        "f1:logo.pdf",
        "f2",
        "u_7",
    ];
    let value = prop_oneof![12 => proptest::sample::select(likely.to_vec()).prop_map(str::to_owned), 1 => any::<String>()];
    let names = [
        "about", "title", "printed", "copies", "size", "channels", "link", "due", "host", "files",
        "more",
    ];
    let fitting = (0..3u8, "[a-z]{1,9}", 0..30u16).prop_map(|(printed, title, copies)| {
        raw(&[
            ("title", &[&title]),
            ("printed", &[["yes", "no", "true"][usize::from(printed)]]),
            ("copies", &[&copies.to_string()]),
        ])
    });
    let noise = vec(
        (
            proptest::sample::select(names[3..].to_vec()),
            vec(value, 0..3),
        ),
        0..7,
    );
    let wild = proptest::collection::btree_map(any::<String>(), vec(any::<String>(), 0..3), 0..3);
    (
        fitting,
        noise,
        prop_oneof![9 => Just(Raw::new()), 1 => wild],
    )
        .prop_map(|(mut raw, noise, wild)| {
            raw.extend(
                noise
                    .into_iter()
                    .map(|(key, values)| (key.to_owned(), values)),
            );
            raw.extend(wild);
            raw
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn accepted_answers_survive_storage(raw in posted(), draft in any::<bool>()) {
        let def = poster();
        match validate(&def, &raw, TODAY, draft) {
            Ok(answers) => {
                let stored = serde_json::to_string(&answers).unwrap();
                let back: Answers = serde_json::from_str(&stored).unwrap();
                prop_assert_eq!(&back, &answers);
                prop_assert_eq!(validate(&def, &to_raw(&back), TODAY, draft), Ok(answers.clone()));
                if !draft {
                    let shown = visible(&def, &raw);
                    prop_assert!(answers.keys().all(|key| shown.contains(key)));
                    prop_assert!(validate(&def, &raw, TODAY, true).is_ok());
                }
                prop_assert!(describe(&def, &answers).len() == answers.len());
            }
            Err(errors) => {
                prop_assert!(!errors.is_empty());
                errors.iter().for_each(|error| assert_message(&error.msg));
            }
        }
    }

    #[test]
    fn any_text_in_any_field_is_only_taken_or_refused(text in "\\PC{0,40}|(?s).{0,40}|[0-9.,+:/@-]{0,20}") {
        let def = poster();
        for field in &def.fields {
            let raw = raw(&[("printed", &["yes"]), ("copies", &["20"]), ("channels", &["web"]), (&field.key, &[&text])]);
            let _ = validate(&def, &raw, TODAY, false);
            let _ = validate(&def, &raw, TODAY, true);
        }
    }
}

#[test]
fn the_random_forms_are_often_accepted() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    let mut runner = TestRunner::deterministic();
    let def = poster();
    let tries = 300;
    let accepted = (0..tries)
        .map(|_| posted().new_tree(&mut runner).unwrap().current())
        .filter(|raw| validate(&def, raw, TODAY, false).is_ok())
        .count();
    assert!(accepted > tries / 20, "{accepted} of {tries}");
}
