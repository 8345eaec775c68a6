//! Conditions: when a field is shown.

use super::{
    Answers, Field, FormDef, Kind, Raw,
    raw::{clean, to_raw},
};
use crate::Decimal;
use serde::{Deserialize, Serialize};
use std::{
    borrow::Cow,
    collections::{BTreeSet, HashMap},
};

/// When a field is shown, as a test of earlier answers.
///
/// A script in the browser follows the same rule; `tests/conditions.json` holds
/// cases that both must pass. The JSON is one object with one member:
///
/// ```json
/// {"is":{"field":"size","value":"a2"}}
/// {"is_not":{"field":"size","value":"a2"}}
/// {"includes":{"field":"channels","value":"print"}}
/// {"filled":{"field":"size"}}
/// {"at_least":{"field":"copies","number":100}}
/// {"all":[…]}   {"any":[…]}   {"not":…}
/// ```
///
/// The **values** of a field are what is posted for it: line breaks made `\n`,
/// trimmed as JavaScript's `String.trim` does, empty ones left out. A field that
/// is hidden itself has no values, and neither has a heading, a note or an
/// unknown field. For a yes-or-no field, `yes true on 1` count as `yes` and
/// `no false off 0` as `no`; letter case matters everywhere.
///
/// * `is`: there is exactly one value and it equals `value`.
/// * `is_not`: the opposite of `is`; so it holds while nothing is answered.
/// * `includes`: one of the values equals `value`.
/// * `filled`: there is at least one value.
/// * `at_least`: there is exactly one value, it reads as a number (optional
///   sign, 1 to 15 digits, then optionally `.` or `,` and 1 to 6 digits; its
///   size below 1,000,000,000) and it is not smaller than `number`.
/// * `all` of nothing holds; `any` of nothing does not.
///
/// A condition may only name earlier fields, so one pass from top to bottom
/// decides what is visible and there are no cycles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Cond {
    Is { field: String, value: String },
    IsNot { field: String, value: String },
    Includes { field: String, value: String },
    Filled { field: String },
    AtLeast { field: String, number: Decimal },
    All(Vec<Cond>),
    Any(Vec<Cond>),
    Not(Box<Cond>),
}

/// The values of the fields that are shown.
type Values<'a> = HashMap<&'a str, Vec<Cow<'a, str>>>;

impl Cond {
    /// The keys of the fields it asks about; one may come more than once.
    pub fn fields(&self) -> Vec<&str> {
        match self {
            Cond::Is { field, .. }
            | Cond::IsNot { field, .. }
            | Cond::Includes { field, .. }
            | Cond::Filled { field }
            | Cond::AtLeast { field, .. } => vec![field],
            Cond::All(list) | Cond::Any(list) => list.iter().flat_map(Cond::fields).collect(),
            Cond::Not(inner) => inner.fields(),
        }
    }

    /// Whether it holds for answers that were given and checked; a field
    /// without an answer counts as empty.
    pub fn met(&self, answers: &Answers) -> bool {
        let raw = to_raw(answers);
        let mut values = Values::new();
        for (key, posted) in &raw {
            let cleaned = posted.iter().map(|value| clean(value));
            let given = cleaned.filter(|value| !value.is_empty()).collect();
            values.insert(key, given);
        }
        self.holds(&values)
    }

    /// Whether the condition holds, given the values of a field.
    fn holds(&self, values: &Values) -> bool {
        let of = |field: &str| values.get(field).map_or(&[][..], Vec::as_slice);
        match self {
            Cond::Is { field, value } => matches!(of(field), [one] if one == value),
            Cond::IsNot { field, value } => !matches!(of(field), [one] if one == value),
            Cond::Includes { field, value } => of(field).iter().any(|one| one == value),
            Cond::Filled { field } => !of(field).is_empty(),
            Cond::AtLeast { field, number } => match of(field) {
                [one] => one.parse::<Decimal>().is_ok_and(|typed| typed >= *number),
                _ => false,
            },
            Cond::All(conds) => conds.iter().all(|cond| cond.holds(values)),
            Cond::Any(conds) => conds.iter().any(|cond| cond.holds(values)),
            Cond::Not(cond) => !cond.holds(values),
        }
    }
}

/// The keys of the fields that are shown for these answers, headings and notes
/// included. A hidden heading hides only itself, not the fields below it.
pub fn visible(def: &FormDef, raw: &Raw) -> BTreeSet<String> {
    let mut values = Values::new();
    for field in &def.fields {
        if field
            .show_if
            .as_ref()
            .is_none_or(|cond| cond.holds(&values))
        {
            values.insert(&field.key, values_of(field, raw));
        }
    }
    values.into_keys().map(str::to_owned).collect()
}

fn values_of<'a>(field: &Field, raw: &'a Raw) -> Vec<Cow<'a, str>> {
    let posted = match raw.get(&field.key) {
        Some(posted) if field.kind.is_question() => posted,
        _ => return Vec::new(),
    };
    let cleaned = posted.iter().map(|value| clean(value));
    cleaned
        .filter(|value| !value.is_empty())
        .map(|value| match field.kind {
            Kind::YesNo => yes_no(&value).map_or(value, |yes| Cow::Borrowed(word(yes))),
            _ => value,
        })
        .collect()
}

/// Reads a yes or a no as browsers and scripts write it.
pub(crate) fn yes_no(value: &str) -> Option<bool> {
    match value {
        "yes" | "true" | "on" | "1" => Some(true),
        "no" | "false" | "off" | "0" => Some(false),
        _ => None,
    }
}

/// How a yes or a no is posted.
pub(crate) fn word(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}
