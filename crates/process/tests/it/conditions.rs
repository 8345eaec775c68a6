//! The cases that the browser's script must pass too.
//!
//! `tests/conditions.json` is a list of `{name, form, raw, visible}`: for this
//! form and these posted values, exactly these fields are shown.

use mil_process::form::{Cond, FormDef, Raw, visible};
use serde::Deserialize;
use std::collections::BTreeSet;

#[derive(Deserialize)]
struct Case {
    name: String,
    form: FormDef,
    raw: Raw,
    visible: BTreeSet<String>,
}

const CASES: &str = include_str!("../conditions.json");

#[test]
fn the_shared_cases_hold() {
    let cases: Vec<Case> = serde_json::from_str(CASES).unwrap();
    assert!(cases.len() > 70);
    let mut names = BTreeSet::new();
    for case in cases {
        assert_eq!(
            visible(&case.form, &case.raw),
            case.visible,
            "{}",
            case.name
        );
        assert!(
            names.insert(case.name.clone()),
            "{} is there twice",
            case.name
        );
    }
}

#[test]
fn conditions_are_written_as_documented() {
    let texts = [
        r#"{"is":{"field":"size","value":"a2"}}"#,
        r#"{"is_not":{"field":"size","value":"a2"}}"#,
        r#"{"includes":{"field":"channels","value":"print"}}"#,
        r#"{"filled":{"field":"size"}}"#,
        r#"{"at_least":{"field":"copies","number":100}}"#,
        r#"{"at_least":{"field":"copies","number":0.5}}"#,
        r#"{"all":[{"any":[]},{"not":{"filled":{"field":"size"}}}]}"#,
    ];
    for text in texts {
        let cond: Cond = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&cond).unwrap(), text);
    }
    assert!(serde_json::from_str::<Cond>(r#"{"is":{"field":"a","value":"b","or":"c"}}"#).is_err());
}
