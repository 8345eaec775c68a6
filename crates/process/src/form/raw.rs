//! Answers as they arrive.

use super::{Answer, Answers, FieldError, FileRef, cond::word};
use crate::{Decimal, Msg, key::shorten};
use serde_json::{Map, Value};
use std::{borrow::Cow, collections::BTreeMap};

/// Answers as an HTML form posts them: every field with all of its values.
///
/// A file is posted as `id:name`, or as `id` alone if its name is not known. A
/// yes or no is posted as `yes` or `no`, a date as `2026-11-26`.
pub type Raw = BTreeMap<String, Vec<String>>;

/// Line breaks as `\n`, and trimmed as JavaScript trims, so that the browser and
/// the server agree on what is empty.
pub(crate) fn clean(value: &str) -> Cow<'_, str> {
    let space = |c: char| (c.is_whitespace() && c != '\u{85}') || c == '\u{feff}';
    let trimmed = value.trim_matches(space);
    if trimmed.contains('\r') {
        Cow::Owned(trimmed.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        Cow::Borrowed(trimmed)
    }
}

/// Reads the JSON that the API takes: text, numbers, true and false, lists of
/// text, and files as `{"id":…,"name":…}` alone or in a list. `null` means not
/// answered.
///
/// # Errors
/// One error for each member of another type.
pub fn raw_from_json(json: &Map<String, Value>) -> Result<Raw, Vec<FieldError>> {
    let mut raw = Raw::new();
    let mut errors = Vec::new();
    for (key, value) in json {
        let values = match value {
            Value::Null => continue,
            Value::Array(items) => items.iter().map(scalar).collect(),
            one => scalar(one).map(|text| vec![text]),
        };
        match values {
            Some(values) => drop(raw.insert(key.clone(), values)),
            None => errors.push(FieldError {
                field: shorten(key),
                msg: Msg::new("This has a JSON type that no field takes. Send text, a number, true or false, a list of text, or files as objects with id and name."),
            }),
        }
    }
    if errors.is_empty() {
        Ok(raw)
    } else {
        Err(errors)
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(yes) => Some(word(*yes).to_owned()),
        Value::Number(number) => Some(match serde_json::from_value::<Decimal>(value.clone()) {
            Ok(decimal) => decimal.to_string(),
            Err(_) => number.to_string(),
        }),
        Value::Object(_) => {
            let file: FileRef = serde_json::from_value(value.clone()).ok()?;
            Some(file.to_string())
        }
        Value::Null | Value::Array(_) => None,
    }
}

/// Turns stored answers back into what a form posts, to fill it in again.
pub fn to_raw(answers: &Answers) -> Raw {
    let values = |answer: &Answer| match answer {
        Answer::Text(text) | Answer::Person(text) => vec![text.clone()],
        Answer::Many(values) => values.clone(),
        Answer::Number(number) => vec![number.to_string()],
        Answer::Date(date) => vec![date.to_string()],
        Answer::YesNo(yes) => vec![word(*yes).to_owned()],
        Answer::Files(files) => files.iter().map(FileRef::to_string).collect(),
    };
    answers
        .iter()
        .map(|(key, answer)| (key.clone(), values(answer)))
        .collect()
}
