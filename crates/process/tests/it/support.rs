//! Shared helpers.

use jiff::{Timestamp, civil::Date};
use mil_process::{Msg, form::*, process::*};

pub const TODAY: Date = Date::constant(2026, 11, 23);
pub const NOW: Timestamp = Timestamp::constant(1_790_000_000, 0);

/// Every `{name}` of a message has a value, and it keeps the rules of writing.
pub fn assert_message(msg: &Msg) {
    let plain = Msg {
        text: msg.text,
        args: msg
            .args
            .iter()
            .map(|(name, _)| (*name, "x".to_owned()))
            .collect(),
    };
    assert!(!plain.to_string().contains(['{', '}']), "{}", msg.text);
    for (name, _) in &msg.args {
        assert!(
            msg.text.contains(&format!("{{{name}}}")),
            "{name}: {}",
            msg.text
        );
    }
    assert!(
        !msg.text.contains('!') && !msg.text.to_lowercase().contains("please"),
        "{}",
        msg.text
    );
    assert!(msg.to_string().len() < 500, "{msg}");
}

pub fn field(key: &str, kind: Kind) -> Field {
    Field {
        key: key.to_owned(),
        label: format!("Label of {key}"),
        help: None,
        kind,
        required: false,
        show_if: None,
        half: false,
    }
}

pub fn form(json: serde_json::Value) -> FormDef {
    serde_json::from_value(json).unwrap()
}

pub fn raw(pairs: &[(&str, &[&str])]) -> Raw {
    let owned = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
    pairs
        .iter()
        .map(|(key, values)| ((*key).to_owned(), owned(values)))
        .collect()
}

pub fn facts() -> Facts {
    Facts {
        ticked: Default::default(),
        filled: Default::default(),
        tasks_done: Default::default(),
        skipped: Default::default(),
        reopen_until: None,
        now: NOW,
    }
}

/// Everything ticked and filled in that the process knows.
pub fn all_met(def: &ProcessDef) -> Facts {
    let stages = || def.stages.iter();
    Facts {
        ticked: stages()
            .flat_map(|s| &s.checklist)
            .map(|c| c.key.clone())
            .collect(),
        filled: stages().flat_map(|s| &s.required_fields).cloned().collect(),
        tasks_done: stages()
            .flat_map(|s| &s.tasks)
            .map(|t| t.key.clone())
            .collect(),
        skipped: Default::default(),
        reopen_until: Some(NOW),
        now: NOW,
    }
}

pub fn at(stage: &str, phase: Phase) -> Position {
    Position {
        stage: stage.to_owned(),
        phase,
    }
}
