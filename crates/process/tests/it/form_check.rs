//! What an administrator's form may not be.

use crate::support::*;
use mil_process::form::*;
use serde_json::{Value, json};

/// A form of three sound fields, with one member replaced.
fn problems(pointer: &str, value: Value) -> Vec<(String, String)> {
    let mut json = json!({"fields": [
        {"key": "size", "label": "Size", "kind": {"type": "choice", "options": [{"key": "a", "label": "A"}]}},
        {"key": "head", "label": "Head", "kind": {"type": "section"}},
        {"key": "last", "label": "Last", "kind": {"type": "text"}, "show_if": {"filled": {"field": "size"}}},
    ]});
    assert_eq!(check(&form(json.clone())), Ok(()));
    let (parent, member) = pointer.rsplit_once('/').unwrap();
    let parent = json.pointer_mut(parent).unwrap();
    match parent {
        Value::Array(items) => items[member.parse::<usize>().unwrap()] = value,
        other => other[member] = value,
    }
    let found = check(&form(json)).err().unwrap_or_default();
    found
        .iter()
        .for_each(|problem| assert_message(&problem.msg));
    found
        .into_iter()
        .map(|problem| (problem.path, problem.msg.to_string()))
        .collect()
}

#[test]
fn every_problem_is_found_at_its_place() {
    let option = |key: &str| json!({"key": key, "label": "L"});
    let many: Vec<Value> = (0..201).map(|n| option(&format!("o{n}"))).collect();
    let deep = json!({"not": {"not": {"not": {"not": {"not": {"filled": {"field": "size"}}}}}}});
    let wide = json!({"all": vec![json!({"filled": {"field": "size"}}); 50]});
    let is = |field: &str, value: &str| json!({"is": {"field": field, "value": value}});
    let cases = [
        (
            "/fields/0/key",
            json!("Size"),
            "fields[0].key",
            "cannot be a key",
        ),
        (
            "/fields/0/key",
            json!(""),
            "fields[0].key",
            "cannot be a key",
        ),
        (
            "/fields/0/key",
            json!("x".repeat(41)),
            "fields[0].key",
            "cannot be a key",
        ),
        (
            "/fields/2/key",
            json!("size"),
            "fields[2].key",
            "used twice",
        ),
        ("/fields/0/label", json!(" "), "fields[0].label", "empty"),
        (
            "/fields/0/help",
            json!("x".repeat(1001)),
            "fields[0].help",
            "Shorten",
        ),
        (
            "/fields/1/required",
            json!(true),
            "fields[1].required",
            "heading",
        ),
        (
            "/fields/0/kind/options",
            json!([]),
            "fields[0].kind.options",
            "0 options",
        ),
        (
            "/fields/0/kind/options",
            json!(many),
            "fields[0].kind.options",
            "201 options",
        ),
        (
            "/fields/0/kind/options",
            json!([option("a"), option("a")]),
            "fields[0].kind.options[1].key",
            "used twice",
        ),
        (
            "/fields/0/kind/options",
            json!([option("A")]),
            "fields[0].kind.options[0].key",
            "cannot be a key",
        ),
        (
            "/fields/0/kind/options/0/label",
            json!(""),
            "fields[0].kind.options[0].label",
            "empty",
        ),
        (
            "/fields/0/kind/options/0/fact",
            json!(""),
            "fields[0].kind.options[0].fact",
            "empty",
        ),
        (
            "/fields/1/kind",
            json!({"type": "note", "text": ""}),
            "fields[1].kind.text",
            "empty",
        ),
        (
            "/fields/1/kind",
            json!({"type": "text", "max": 0}),
            "fields[1].kind.max",
            "1 to 500",
        ),
        (
            "/fields/1/kind",
            json!({"type": "text", "max": 501}),
            "fields[1].kind.max",
            "1 to 500",
        ),
        (
            "/fields/1/kind",
            json!({"type": "text", "min": 201}),
            "fields[1].kind.min",
            "above the most",
        ),
        (
            "/fields/1/kind",
            json!({"type": "long_text", "max": 50_001}),
            "fields[1].kind.max",
            "50000",
        ),
        (
            "/fields/1/kind",
            json!({"type": "multi", "options": [option("a")], "min": 2}),
            "fields[1].kind.min",
            "fewer options",
        ),
        (
            "/fields/1/kind",
            json!({"type": "multi", "options": [option("a")], "max": 0}),
            "fields[1].kind.max",
            "Raise it",
        ),
        (
            "/fields/1/kind",
            json!({"type": "date", "earliest_days": i64::MIN}),
            "fields[1].kind.earliest_days",
            "hundred years",
        ),
        (
            "/fields/1/kind",
            json!({"type": "date", "earliest_days": 3, "latest_days": 2}),
            "fields[1].kind.latest_days",
            "Swap",
        ),
        (
            "/fields/1/kind",
            json!({"type": "number", "min": 3, "max": 2}),
            "fields[1].kind.max",
            "Swap",
        ),
        (
            "/fields/1/kind",
            json!({"type": "number", "step": 0}),
            "fields[1].kind.step",
            "above zero",
        ),
        (
            "/fields/1/kind",
            json!({"type": "number", "decimals": 7}),
            "fields[1].kind.decimals",
            "6 decimals",
        ),
        (
            "/fields/1/kind",
            json!({"type": "number", "step": 0.5}),
            "fields[1].kind.decimals",
            "Allow more",
        ),
        (
            "/fields/1/kind",
            json!({"type": "number", "unit": ""}),
            "fields[1].kind.unit",
            "empty",
        ),
        (
            "/fields/1/kind",
            json!({"type": "file", "max_files": 0, "max_mb": 1}),
            "fields[1].kind.max_files",
            "1 to 50",
        ),
        (
            "/fields/1/kind",
            json!({"type": "file", "max_files": 1, "max_mb": 0}),
            "fields[1].kind.max_mb",
            "10000 MB",
        ),
        (
            "/fields/1/kind",
            json!({"type": "file", "max_files": 1, "max_mb": 1, "types": [".PDF"]}),
            "fields[1].kind.types",
            "lower case",
        ),
        (
            "/fields/2/show_if",
            is("last", "x"),
            "fields[2].show_if",
            "not a field above",
        ),
        (
            "/fields/2/show_if",
            is("nobody", "x"),
            "fields[2].show_if",
            "not a field above",
        ),
        (
            "/fields/0/show_if",
            is("last", "x"),
            "fields[0].show_if",
            "not a field above",
        ),
        (
            "/fields/2/show_if",
            is("head", "x"),
            "fields[2].show_if",
            "has no answer",
        ),
        (
            "/fields/2/show_if",
            is("size", "b"),
            "fields[2].show_if",
            "not an answer",
        ),
        (
            "/fields/2/show_if",
            json!({"at_least": {"field": "size", "number": 1}}),
            "fields[2].show_if",
            "not a number",
        ),
        ("/fields/2/show_if", deep, "fields[2].show_if", "5 deep"),
        ("/fields/2/show_if", wide, "fields[2].show_if", "50 parts"),
    ];
    for (pointer, value, path, says) in cases {
        let found = problems(pointer, value.clone());
        let hit = found
            .iter()
            .any(|(at, said)| at == path && said.contains(says));
        assert!(hit, "{pointer} {value}: {found:?}");
    }
}

#[test]
fn the_edges_are_allowed() {
    let deep = json!({"not": {"not": {"not": {"not": {"filled": {"field": "size"}}}}}});
    let wide = json!({"all": vec![json!({"filled": {"field": "size"}}); 49]});
    assert_eq!(problems("/fields/2/show_if", deep), []);
    assert_eq!(problems("/fields/2/show_if", wide), []);
    assert_eq!(
        problems("/fields/2/kind", json!({"type": "text", "min": 200})),
        []
    );
}

#[test]
fn a_form_has_200_fields_at_most() {
    let fields = |count: usize| FormDef {
        fields: (0..count)
            .map(|n| field(&format!("f{n}"), Kind::YesNo))
            .collect(),
    };
    assert_eq!(check(&fields(200)), Ok(()));
    assert_eq!(check(&fields(201)).unwrap_err()[0].path, "fields");
}

#[test]
fn unknown_members_are_refused() {
    let good = json!({"fields": [{"key": "a", "label": "A", "kind": {"type": "text", "max": 5}}]});
    let text = good.to_string();
    assert!(serde_json::from_str::<FormDef>(&text).is_ok());
    for (right, wrong) in [
        ("label", "lable"),
        ("\"max\"", "\"mx\""),
        ("\"text\"", "\"txt\""),
        ("fields", "field"),
    ] {
        let spoiled = text.replacen(right, wrong, 1);
        assert!(
            serde_json::from_str::<FormDef>(&spoiled).is_err(),
            "{spoiled}"
        );
    }
}
