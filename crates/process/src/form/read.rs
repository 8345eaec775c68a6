//! Reading one answer according to the kind of its field.

use super::{Answer, FileRef, Kind, Opt, Pattern, cond::yes_no, limits, shape};
use crate::{Decimal, Msg, key::shorten};
use jiff::{Span, civil::Date};
use std::borrow::Cow;

/// Reads the values of one field. They are trimmed, not empty, and at least one.
pub(super) fn answer(kind: &Kind, values: &[Cow<str>], today: Date) -> Result<Answer, Msg> {
    match kind {
        Kind::Multi { options, min, max } => {
            return many(options, *min, *max, values).map(Answer::Many);
        }
        Kind::File {
            max_files, types, ..
        } => {
            return files(*max_files, types, values).map(Answer::Files);
        }
        _ => {}
    }
    let [value] = values else {
        return Err(
            Msg::new("{count} answers arrived where one is asked for. Keep one.")
                .arg("count", values.len()),
        );
    };
    match kind {
        Kind::Text { min, max, pattern } => text(value, *min, *max, *pattern).map(Answer::Text),
        Kind::LongText { max } => {
            controls(value)?;
            at_most(value, max.unwrap_or(limits::LONG_TEXT_DEFAULT))?;
            Ok(Answer::Text(value.to_string()))
        }
        Kind::Choice { options, .. } => {
            let option = option(options, value)?;
            Ok(Answer::Text(option.key.clone()))
        }
        Kind::Date {
            earliest_days,
            latest_days,
        } => date(value, *earliest_days, *latest_days, today).map(Answer::Date),
        Kind::Number {
            min,
            max,
            step,
            decimals,
            ..
        } => number(value, *decimals, [*min, *max, *step]).map(Answer::Number),
        Kind::Person if shape::id(value) => Ok(Answer::Person(value.to_string())),
        Kind::Person => Err(Msg::new(
            "“{value}” is not a person from the list. Choose one from the list.",
        )
        .arg("value", shorten(value))),
        Kind::Url if shape::web_address(value) => Ok(Answer::Text(value.to_string())),
        Kind::Url => Err(Msg::new(
            "This is not a web address. Start with https:// and the name of the site, such as https://example.org/page.",
        )),
        Kind::YesNo => yes_no(value).map(Answer::YesNo).ok_or_else(|| {
            Msg::new("“{value}” is neither yes nor no. Choose one.").arg("value", shorten(value))
        }),
        Kind::Section | Kind::Note { .. } | Kind::Multi { .. } | Kind::File { .. } => Err(
            Msg::new("This part of the form takes no answer. Leave it out."),
        ),
    }
}

fn controls(value: &str) -> Result<(), Msg> {
    if value
        .chars()
        .any(|c| c.is_control() && c != '\n' && c != '\t')
    {
        return Err(Msg::new(
            "The text has invisible control characters. Paste it as plain text, or type it again.",
        ));
    }
    Ok(())
}

fn at_most(value: &str, max: u32) -> Result<(), Msg> {
    let count = value.chars().count();
    if count > max as usize {
        return Err(
            Msg::new("The text has {count} characters. Shorten it to {max} or fewer.")
                .arg("count", count)
                .arg("max", max),
        );
    }
    Ok(())
}

fn text(
    value: &str,
    min: Option<u32>,
    max: Option<u32>,
    pattern: Option<Pattern>,
) -> Result<String, Msg> {
    controls(value)?;
    if value.contains('\n') {
        return Err(Msg::new(
            "The text has more than one line. Put it on one line.",
        ));
    }
    let count = value.chars().count();
    if let Some(min) = min.filter(|min| count < *min as usize) {
        return Err(
            Msg::new("The text has {count} characters. Write at least {min}.")
                .arg("count", count)
                .arg("min", min),
        );
    }
    at_most(value, max.unwrap_or(limits::TEXT_DEFAULT))?;
    match pattern {
        Some(pattern) if !shape::fits(pattern, value) => Err(Msg::new(match pattern {
            Pattern::Email => "This is not an email address. Write it as name@example.org.",
            Pattern::Phone => {
                "This is not a phone number. Write 3 to 15 digits, with + and the country in front if it is abroad."
            }
            Pattern::CostCentre => {
                "This is not a cost centre. Write 3 to 20 letters and digits, such as 4711-20."
            }
            Pattern::Digits => "Something other than digits is here. Write digits only.",
        })),
        _ => Ok(value.to_owned()),
    }
}

fn option<'a>(options: &'a [Opt], value: &str) -> Result<&'a Opt, Msg> {
    options
        .iter()
        .find(|option| option.key == value)
        .ok_or_else(|| {
            Msg::new("“{value}” is not among the options. Choose one that is shown.")
                .arg("value", shorten(value))
        })
}

fn many(
    options: &[Opt],
    min: Option<u32>,
    max: Option<u32>,
    values: &[Cow<str>],
) -> Result<Vec<String>, Msg> {
    for value in values {
        option(options, value)?;
    }
    let ticked = options
        .iter()
        .filter(|option| values.iter().any(|v| *v == option.key));
    let keys: Vec<String> = ticked.map(|option| option.key.clone()).collect();
    if let Some(min) = min.filter(|min| keys.len() < *min as usize) {
        return Err(Msg::new("{count} options are ticked. Tick at least {min}.")
            .arg("count", keys.len())
            .arg("min", min));
    }
    if let Some(max) = max.filter(|max| keys.len() > *max as usize) {
        return Err(Msg::new("{count} options are ticked. Keep {max} or fewer.")
            .arg("count", keys.len())
            .arg("max", max));
    }
    Ok(keys)
}

fn date(value: &str, earliest: Option<i64>, latest: Option<i64>, today: Date) -> Result<Date, Msg> {
    let plain = value.len() == 10 && value.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    let date: Option<Date> = if plain { value.parse().ok() } else { None };
    let Some(date) = date else {
        return Err(Msg::new(
            "“{value}” is not a date. Write year, month and day, such as 2026-11-26.",
        )
        .arg("value", shorten(value)));
    };
    if let Some(first) = earliest
        .map(|days| shift(today, days))
        .filter(|first| date < *first)
    {
        return Err(Msg::new("{date} is too early. Choose {first} or later.")
            .arg("date", date)
            .arg("first", first));
    }
    if let Some(last) = latest
        .map(|days| shift(today, days))
        .filter(|last| date > *last)
    {
        return Err(Msg::new("{date} is too late. Choose {last} or earlier.")
            .arg("date", date)
            .arg("last", last));
    }
    Ok(date)
}

fn shift(today: Date, days: i64) -> Date {
    let held = days.clamp(-limits::DAYS, limits::DAYS);
    Span::new()
        .try_days(held)
        .map_or(today, |span| today.saturating_add(span))
}

fn number(
    value: &str,
    decimals: u8,
    [min, max, step]: [Option<Decimal>; 3],
) -> Result<Decimal, Msg> {
    let Some((number, typed)) = Decimal::typed(value) else {
        return Err(Msg::new("“{value}” is not a number this field can hold. Write digits without separators, below 1000000000, such as 1500.")
            .arg("value", shorten(value)));
    };
    if typed > decimals {
        return Err(if decimals == 0 {
            Msg::new(
                "“{value}” has decimals. Write a whole number without separators, such as 1500.",
            )
            .arg("value", shorten(value))
        } else {
            Msg::new("“{value}” has more than {decimals} decimals. Write fewer, and no separators between thousands.")
                .arg("value", shorten(value))
                .arg("decimals", decimals)
        });
    }
    if let Some(min) = min.filter(|min| number < *min) {
        return Err(Msg::new("{number} is too small. Write {min} or more.")
            .arg("number", number)
            .arg("min", min));
    }
    if let Some(max) = max.filter(|max| number > *max) {
        return Err(Msg::new("{number} is too large. Write {max} or less.")
            .arg("number", number)
            .arg("max", max));
    }
    let from = min.unwrap_or_default();
    let off = |step: &Decimal| {
        step.micros() > 0 && (number.micros() - from.micros()) % step.micros() != 0
    };
    if let Some(step) = step.filter(off) {
        return Err(Msg::new(
            "{number} is between two steps. Write {from} plus a multiple of {step}.",
        )
        .arg("number", number)
        .arg("from", from)
        .arg("step", step));
    }
    Ok(number)
}

fn files(max_files: u32, types: &[String], values: &[Cow<str>]) -> Result<Vec<FileRef>, Msg> {
    let mut files: Vec<FileRef> = Vec::new();
    for value in values {
        let (id, name) = value.split_once(':').unwrap_or((value, ""));
        let name = super::raw::clean(name);
        if !shape::id(id) || !(name.is_empty() || shape::file_name(&name)) {
            return Err(Msg::new(
                "A file did not arrive as it should. Remove it and add it again.",
            ));
        }
        let ending = name
            .rsplit_once('.')
            .map(|(_, ending)| ending.to_lowercase());
        if !types.is_empty()
            && !name.is_empty()
            && !ending.is_some_and(|ending| types.contains(&ending))
        {
            return Err(Msg::new(
                "“{name}” is not of a kind this field takes. Send one of: {types}.",
            )
            .arg("name", shorten(&name))
            .arg("types", types.join(", ")));
        }
        if files.iter().all(|file| file.id != id) {
            files.push(FileRef {
                id: id.to_owned(),
                name: name.into_owned(),
            });
        }
    }
    if files.len() > max_files as usize {
        return Err(Msg::new("{count} files are here. Keep {max} or fewer.")
            .arg("count", files.len())
            .arg("max", max_files));
    }
    Ok(files)
}
