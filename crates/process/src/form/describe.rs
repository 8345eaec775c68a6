//! Answers as people read them.

use super::{Answer, Answers, FileRef, FormDef, Kind};
use crate::Decimal;
use jiff::civil::Date;
use std::fmt;

/// One answered question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line<'a> {
    pub key: &'a str,
    pub label: &'a str,
    pub shown: Shown<'a>,
}

/// What was answered, still typed, so that the application can write dates and
/// numbers as the reader's language does, name people and link files. Its
/// `Display` is plain English.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown<'a> {
    Text(&'a str),
    Url(&'a str),
    /// Labels of ticked options.
    List(Vec<&'a str>),
    Number(Decimal, Option<&'a str>),
    Date(Date),
    YesNo(bool),
    Files(&'a [FileRef]),
    Person(&'a str),
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Shown::Text(text) | Shown::Url(text) | Shown::Person(text) => f.write_str(text),
            Shown::List(labels) => f.write_str(&labels.join(", ")),
            Shown::Number(number, None) => write!(f, "{number}"),
            Shown::Number(number, Some(unit)) => write!(f, "{number} {unit}"),
            Shown::Date(date) => write!(f, "{date}"),
            Shown::YesNo(yes) => f.write_str(if *yes { "Yes" } else { "No" }),
            Shown::Files(files) => {
                let name = |file: &FileRef| match &file.name[..] {
                    "" => file.id.clone(),
                    name => name.to_owned(),
                };
                f.write_str(&files.iter().map(name).collect::<Vec<_>>().join(", "))
            }
        }
    }
}

/// The answered questions in the order of the form. Answers to fields that the
/// form no longer has are left out; an option that it no longer has is shown by
/// its key.
pub fn describe<'a>(def: &'a FormDef, answers: &'a Answers) -> Vec<Line<'a>> {
    let line = |field: &'a super::Field| {
        Some(Line {
            key: &field.key,
            label: &field.label,
            shown: shown(&field.kind, answers.get(&field.key)?),
        })
    };
    def.fields.iter().filter_map(line).collect()
}

fn shown<'a>(kind: &'a Kind, answer: &'a Answer) -> Shown<'a> {
    let label = |key: &'a String| {
        let option = kind.options().iter().find(|option| option.key == *key);
        option.map_or(&key[..], |option| &option.label)
    };
    match (kind, answer) {
        (Kind::Url, Answer::Text(url)) => Shown::Url(url),
        (_, Answer::Text(text)) => Shown::Text(label(text)),
        (_, Answer::Many(keys)) => Shown::List(keys.iter().map(label).collect()),
        (Kind::Number { unit, .. }, Answer::Number(number)) => {
            Shown::Number(*number, unit.as_deref())
        }
        (_, Answer::Number(number)) => Shown::Number(*number, None),
        (_, Answer::Date(date)) => Shown::Date(*date),
        (_, Answer::YesNo(yes)) => Shown::YesNo(*yes),
        (_, Answer::Files(files)) => Shown::Files(files),
        (_, Answer::Person(id)) => Shown::Person(id),
    }
}
