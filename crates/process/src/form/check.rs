//! Whether a form makes sense, told to the administrator who writes it.

use super::{Cond, Field, FormDef, Kind, Opt};
use crate::{
    Decimal, Msg, Problem,
    key::{check_key, check_name, shorten},
};
use std::collections::{HashMap, HashSet};

/// The limits of forms and answers.
pub mod limits {
    /// Fields in a form.
    pub const FIELDS: usize = 200;
    /// Options of a choice.
    pub const OPTIONS: usize = 200;
    /// How deep conditions nest.
    pub const COND_DEPTH: usize = 5;
    /// Tests in the condition of one field.
    pub const COND_SIZE: usize = 50;
    /// Keys in posted answers; more are refused unread.
    pub const KEYS: usize = 400;
    /// Values posted for one field.
    pub const VALUES: usize = 300;
    /// Characters of any one value.
    pub const CHARS: usize = 50_000;
    /// Characters of a line of text; [`TEXT_DEFAULT`] if the field does not say.
    pub const TEXT: u32 = 500;
    pub const TEXT_DEFAULT: u32 = 200;
    /// Characters of a long text if the field does not say.
    pub const LONG_TEXT_DEFAULT: u32 = 5_000;
    /// Days from today that a date's limit can lie: about a hundred years.
    pub const DAYS: i64 = 36_525;
    /// Files in one field.
    pub const FILES: u32 = 50;
    /// MB of one file.
    pub const FILE_MB: u32 = 10_000;
}

/// Checks a form before it is saved.
///
/// # Errors
/// Every problem, with its place such as `fields[3].show_if`.
pub fn check(def: &FormDef) -> Result<(), Vec<Problem>> {
    let mut problems = Vec::new();
    check_fields(&def.fields, "fields", &mut problems);
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

/// Checks a list of fields that stands at `path`.
pub(crate) fn check_fields(fields: &[Field], path: &str, problems: &mut Vec<Problem>) {
    if fields.len() > limits::FIELDS {
        problems.push(Problem::new(
            path,
            Msg::new("There are {count} fields. Keep {max} or fewer.")
                .arg("count", fields.len())
                .arg("max", limits::FIELDS),
        ));
        return;
    }
    let mut earlier: HashMap<&str, &Kind> = HashMap::new();
    for (index, field) in fields.iter().enumerate() {
        let at = format!("{path}[{index}]");
        check_key(&field.key, &format!("{at}.key"), problems);
        check_name(&field.label, 200, &format!("{at}.label"), problems);
        if let Some(help) = &field.help {
            check_name(help, 1000, &format!("{at}.help"), problems);
        }
        if field.required && !field.kind.is_question() {
            problems.push(Problem::new(
                format!("{at}.required"),
                Msg::new("A heading or a note cannot be required. Untick it."),
            ));
        }
        check_kind(&field.kind, &format!("{at}.kind"), problems);
        if let Some(cond) = &field.show_if {
            let at = format!("{at}.show_if");
            let mut left = limits::COND_SIZE;
            check_cond(cond, &earlier, 1, &mut left, &at, problems);
        }
        if earlier.insert(&field.key, &field.kind).is_some() {
            problems.push(Problem::new(
                format!("{at}.key"),
                Msg::new("The key “{key}” is used twice. Change one of them.")
                    .arg("key", shorten(&field.key)),
            ));
        }
    }
}

fn check_kind(kind: &Kind, at: &str, problems: &mut Vec<Problem>) {
    let mut note = |part: &str, msg: &'static str| {
        problems.push(Problem::new(format!("{at}.{part}"), Msg::new(msg)));
    };
    match kind {
        Kind::Section | Kind::Person | Kind::Url | Kind::YesNo => {}
        Kind::Note { text } => check_name(text, 5000, &format!("{at}.text"), problems),
        Kind::Text { min, max, .. } => {
            let top = max.unwrap_or(limits::TEXT_DEFAULT);
            if top == 0 || top > limits::TEXT {
                note(
                    "max",
                    "A line of text holds 1 to 500 characters. Choose a number between, or a long text.",
                );
            }
            if min.is_some_and(|min| min > top) {
                note("min", "The least is above the most. Lower it.");
            }
        }
        Kind::LongText { max } => {
            if max.is_some_and(|max| max == 0 || max as usize > limits::CHARS) {
                note(
                    "max",
                    "A long text holds 1 to 50000 characters. Choose a number between.",
                );
            }
        }
        Kind::Choice { options, .. } => check_options(options, at, problems),
        Kind::Multi { options, min, max } => {
            if min.unwrap_or(0) as usize > options.len() {
                note(
                    "min",
                    "There are fewer options than must be ticked. Lower the number.",
                );
            }
            if max.is_some_and(|max| max == 0 || max < min.unwrap_or(0)) {
                note("max", "The most is below the least or nothing. Raise it.");
            }
            check_options(options, at, problems);
        }
        Kind::Date {
            earliest_days,
            latest_days,
        } => {
            let far = |days: &Option<i64>| {
                days.is_some_and(|days| days.unsigned_abs() > limits::DAYS.unsigned_abs())
            };
            if far(earliest_days) || far(latest_days) {
                note(
                    "earliest_days",
                    "A limit is more than a hundred years from today. Bring it nearer.",
                );
            }
            if matches!((earliest_days, latest_days), (Some(first), Some(last)) if first > last) {
                note(
                    "latest_days",
                    "The latest day is before the earliest. Swap them.",
                );
            }
        }
        Kind::Number {
            min,
            max,
            step,
            unit,
            decimals,
        } => {
            if matches!((min, max), (Some(min), Some(max)) if min > max) {
                note("max", "The most is below the least. Swap them.");
            }
            if step.is_some_and(|step| step <= Decimal::default()) {
                note(
                    "step",
                    "A step must be above zero. Raise it, or leave it out.",
                );
            }
            if *decimals > Decimal::MAX_DECIMALS {
                note("decimals", "A number has 6 decimals at most. Lower it.");
            }
            if [min, max, step]
                .into_iter()
                .flatten()
                .any(|limit| limit.decimals() > *decimals)
            {
                note(
                    "decimals",
                    "A limit or the step has more decimals than may be typed. Allow more decimals, or round it.",
                );
            }
            if let Some(unit) = unit {
                check_name(unit, 20, &format!("{at}.unit"), problems);
            }
        }
        Kind::File {
            max_files,
            max_mb,
            types,
        } => {
            if *max_files == 0 || *max_files > limits::FILES {
                note(
                    "max_files",
                    "A field takes 1 to 50 files. Choose a number between.",
                );
            }
            if *max_mb == 0 || *max_mb > limits::FILE_MB {
                note(
                    "max_mb",
                    "A file has 1 to 10000 MB. Choose a number between.",
                );
            }
            let ending = |text: &String| {
                (1..=10).contains(&text.len())
                    && text
                        .bytes()
                        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
            };
            if types.len() > 50 || !types.iter().all(ending) {
                note(
                    "types",
                    "Write at most 50 file endings in lower case without the dot, such as pdf.",
                );
            }
        }
    }
}

fn check_options(options: &[Opt], at: &str, problems: &mut Vec<Problem>) {
    let at = format!("{at}.options");
    if options.is_empty() || options.len() > limits::OPTIONS {
        problems.push(Problem::new(
            at,
            Msg::new("There are {count} options. Offer 1 to {max}.")
                .arg("count", options.len())
                .arg("max", limits::OPTIONS),
        ));
        return;
    }
    let mut seen = HashSet::new();
    for (index, option) in options.iter().enumerate() {
        let at = format!("{at}[{index}]");
        check_key(&option.key, &format!("{at}.key"), problems);
        check_name(&option.label, 200, &format!("{at}.label"), problems);
        if let Some(fact) = &option.fact {
            check_name(fact, 200, &format!("{at}.fact"), problems);
        }
        if !seen.insert(&option.key) {
            problems.push(Problem::new(
                format!("{at}.key"),
                Msg::new("The key “{key}” is used twice. Change one of them.")
                    .arg("key", shorten(&option.key)),
            ));
        }
    }
}

/// Notes what is wrong with a condition; `left` is how many tests may follow.
fn check_cond(
    cond: &Cond,
    earlier: &HashMap<&str, &Kind>,
    depth: usize,
    left: &mut usize,
    at: &str,
    problems: &mut Vec<Problem>,
) {
    let mut note = |msg: Msg| problems.push(Problem::new(at, msg));
    if depth > limits::COND_DEPTH {
        return note(
            Msg::new("The condition nests more than {max} deep. Make it simpler.")
                .arg("max", limits::COND_DEPTH),
        );
    }
    if *left == 0 {
        return note(
            Msg::new("The condition has more than {max} parts. Make it simpler.")
                .arg("max", limits::COND_SIZE),
        );
    }
    *left -= 1;
    let (field, value) = match cond {
        Cond::All(conds) | Cond::Any(conds) => {
            for cond in conds {
                let spent = *left == 0;
                check_cond(cond, earlier, depth + 1, left, at, problems);
                if spent {
                    break;
                }
            }
            return;
        }
        Cond::Not(cond) => return check_cond(cond, earlier, depth + 1, left, at, problems),
        Cond::Is { field, value }
        | Cond::IsNot { field, value }
        | Cond::Includes { field, value } => (field, Some(value)),
        Cond::Filled { field } | Cond::AtLeast { field, .. } => (field, None),
    };
    let Some(kind) = earlier.get(field.as_str()) else {
        return note(Msg::new("The condition names “{field}”, which is not a field above this one. Choose an earlier field.")
            .arg("field", shorten(field)));
    };
    if !kind.is_question() {
        note(
            Msg::new(
                "“{field}” is a heading or a note and has no answer. Choose a field with one.",
            )
            .arg("field", field),
        );
    }
    if matches!(cond, Cond::AtLeast { .. }) && !matches!(kind, Kind::Number { .. }) {
        note(
            Msg::new("“{field}” is not a number, so it cannot be compared. Choose a number.")
                .arg("field", field),
        );
    }
    let Some(value) = value else { return };
    let options = kind.options();
    let known = match kind {
        Kind::Choice { .. } | Kind::Multi { .. } => {
            options.iter().any(|option| option.key == *value)
        }
        Kind::YesNo => value == "yes" || value == "no",
        _ => true,
    };
    if !known {
        note(
            Msg::new(
                "“{value}” is not an answer that “{field}” can have. Choose one of its options.",
            )
            .arg("value", shorten(value))
            .arg("field", field),
        );
    }
}
