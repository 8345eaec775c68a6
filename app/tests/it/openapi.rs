//! The description of the API: complete, and no surprise to whoever uses it.

use std::path::Path;

use mil::{openapi, router};
use serde_json::Value;

use crate::on_each_database;

#[test]
fn every_route_of_the_api_is_described() {
    let undescribed: Vec<String> = router::routes()
        .iter()
        .filter(|route| route.path.starts_with("/api/v1") && route.op.is_none())
        .map(|route| format!("{} {}", route.method, route.path))
        .filter(|route| route != "GET /api/v1/openapi.json")
        .collect();
    assert!(undescribed.is_empty(), "no .op(): {undescribed:#?}");
    let api = openapi::describe();
    let mut ids = Vec::new();
    for (path, methods) in api["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let at = format!("{method} {path}");
            let summary = operation["summary"].as_str().unwrap();
            assert!(
                summary.len() > 5 && !summary.ends_with('.'),
                "{at}: {summary}"
            );
            assert!(!operation["tags"][0].as_str().unwrap().is_empty(), "{at}");
            let answers = operation["responses"].as_object().unwrap();
            assert_eq!(
                answers.keys().filter(|s| s.starts_with('2')).count(),
                1,
                "{at}"
            );
            // What changes something says what it takes, unless its address says all.
            ids.push(operation["operationId"].as_str().unwrap().to_owned());
        }
    }
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count, "operationId is unique");
    let mut references = Vec::new();
    collect(&api, &mut references);
    for reference in references {
        let pointer = reference.trim_start_matches('#');
        assert!(api.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
}

fn collect(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                match value.as_str().filter(|_| key == "$ref") {
                    Some(reference) => found.push(reference.to_owned()),
                    None => collect(value, found),
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|value| collect(value, found)),
        _ => {}
    }
}

/// The description as it was agreed. `MIL_UPDATE_SNAPSHOTS=1` writes it anew;
/// then look at what changed as those do who wrote programs against it.
#[test]
fn the_description_is_the_agreed_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/snapshots/openapi.json");
    let now = serde_json::to_string_pretty(&openapi::describe()).unwrap() + "\n";
    if std::env::var_os("MIL_UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&path, &now).unwrap();
        return;
    }
    let agreed = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = agreed.lines().zip(now.lines()).position(|(a, b)| a != b);
    assert!(
        agreed == now,
        "the API changed near line {} of {}; run with MIL_UPDATE_SNAPSHOTS=1 and look at the difference",
        differs.unwrap_or(agreed.lines().count().min(now.lines().count())) + 1,
        path.display()
    );
}

on_each_database!(the_reference_names_every_operation, |app| {
    let page = app.as_("maren").get("/api").await.expect(200);
    for path in openapi::describe()["paths"].as_object().unwrap().keys() {
        assert!(page.text.contains(path.as_str()), "{path}");
    }
    app.nobody().get("/api").await.expect(303);
});
