//! From posted answers to stored ones.

use super::{Answer, Answers, FormDef, Kind, Raw, cond::visible, limits, raw::clean, read};
use crate::{Msg, key::shorten};
use jiff::civil::Date;
use std::borrow::Cow;

/// Something wrong with one answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The key of the field; empty if the form as a whole is meant.
    pub field: String,
    pub msg: Msg,
}

/// Checks posted answers and gives back what to store.
///
/// Answers of hidden fields are dropped, even malformed ones: nobody saw them.
/// Values are trimmed and line breaks become `\n`. `today` is the day in the
/// requester's time zone, for the limits of dates.
///
/// A **draft** keeps whatever was typed: nothing is required, answers of hidden
/// fields are kept (the condition may turn again), what does not fit the field
/// is kept as [`Answer::Text`] or [`Answer::Many`], and invisible control
/// characters are left out. Only unknown keys and sizes are refused.
///
/// # Errors
/// All errors at once: in the order of the fields, one for each, then the keys
/// that are not in the form (20 at most).
pub fn validate(
    def: &FormDef,
    raw: &Raw,
    today: Date,
    draft: bool,
) -> Result<Answers, Vec<FieldError>> {
    if raw.len() > limits::KEYS {
        return Err(vec![FieldError {
            field: String::new(),
            msg: Msg::new("{count} answers arrived and a form takes {max} at most. Send only the fields of this form.")
                .arg("count", raw.len())
                .arg("max", limits::KEYS),
        }]);
    }
    let shown = visible(def, raw);
    let mut answers = Answers::new();
    let mut errors = Vec::new();
    for field in def.fields.iter().filter(|field| field.kind.is_question()) {
        if !draft && !shown.contains(&field.key) {
            continue;
        }
        let posted = raw.get(&field.key).map_or(&[][..], Vec::as_slice);
        let result = sizes(posted).and_then(|()| {
            let values = posted.iter().map(|value| clean(value));
            let values: Vec<Cow<str>> = values.filter(|value| !value.is_empty()).collect();
            if draft {
                Ok(keep(&field.kind, &values, today))
            } else if values.is_empty() {
                if field.required {
                    Err(missing(&field.kind))
                } else {
                    Ok(None)
                }
            } else {
                read::answer(&field.kind, &values, today).map(Some)
            }
        });
        match result {
            Ok(Some(answer)) => drop(answers.insert(field.key.clone(), answer)),
            Ok(None) => {}
            Err(msg) => errors.push(FieldError {
                field: field.key.clone(),
                msg,
            }),
        }
    }
    errors.extend(unknown(def, raw));
    if errors.is_empty() {
        Ok(answers)
    } else {
        Err(errors)
    }
}

fn unknown(def: &FormDef, raw: &Raw) -> impl Iterator<Item = FieldError> {
    let asked = |key: &str| def.field(key).is_some_and(|field| field.kind.is_question());
    let strangers = raw.keys().filter(move |key| !asked(key)).take(20);
    strangers.map(|key| FieldError {
        field: shorten(key),
        msg: Msg::new("This form has no field “{key}”. Leave it out, or load the form again if it has changed.")
            .arg("key", shorten(key)),
    })
}

fn sizes(posted: &[String]) -> Result<(), Msg> {
    if posted.len() > limits::VALUES {
        return Err(
            Msg::new("{count} values arrived for one field. Send {max} or fewer.")
                .arg("count", posted.len())
                .arg("max", limits::VALUES),
        );
    }
    // Bytes first: a character has four at most, so most text is never counted.
    let long = |text: &&String| text.len() > limits::CHARS && text.chars().count() > limits::CHARS;
    if posted.iter().any(|text| long(&text)) {
        return Err(Msg::new(
            "The answer is longer than {max} characters. Shorten it, or send it as a file.",
        )
        .arg("max", limits::CHARS));
    }
    Ok(())
}

fn missing(kind: &Kind) -> Msg {
    Msg::new(match kind {
        Kind::Choice { .. } => "Nothing is chosen. Choose one option.",
        Kind::Multi { .. } => "Nothing is ticked. Tick at least one option.",
        Kind::Date { .. } => "The date is missing. Choose a day.",
        Kind::Number { .. } => "The number is missing. Write one.",
        Kind::Person => "Nobody is chosen. Choose a person.",
        Kind::Url => "The web address is missing. Write one.",
        Kind::File { .. } => "No file is here yet. Add one.",
        Kind::YesNo => "Neither yes nor no is chosen. Choose one.",
        _ => "The answer is missing. Write one.",
    })
}

fn keep(kind: &Kind, values: &[Cow<str>], today: Date) -> Option<Answer> {
    let printable = |text: &Cow<str>| -> String {
        let seen = |c: &char| !c.is_control() || *c == '\n' || *c == '\t';
        clean(&text.chars().filter(seen).collect::<String>()).into_owned()
    };
    let mut typed: Vec<String> = values.iter().map(printable).collect();
    typed.retain(|text| !text.is_empty());
    let borrowed: Vec<Cow<str>> = typed.iter().map(|text| Cow::Borrowed(&text[..])).collect();
    if borrowed.is_empty() {
        return None;
    }
    match read::answer(kind, &borrowed, today) {
        Ok(answer) => Some(answer),
        Err(_) if typed.len() == 1 && !matches!(kind, Kind::Multi { .. }) => {
            typed.pop().map(Answer::Text)
        }
        Err(_) => Some(Answer::Many(typed)),
    }
}
