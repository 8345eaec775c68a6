//! A question as it is typed: all texts, so that nothing is lost on the way.

use std::collections::BTreeMap;

use mil_process::form::{Cond, Field, Kind, Opt, Pattern};

/// The kinds a question can have, as they stand in the form and in JSON.
pub const KINDS: [&str; 12] = [
    "text",
    "long_text",
    "choice",
    "multi",
    "date",
    "number",
    "person",
    "url",
    "file",
    "yes_no",
    "section",
    "note",
];

/// The condition is kept as it is, since no words of this page say it.
pub const KEEP: &str = "keep";

/// One question, as typed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Line {
    /// One of [`KINDS`].
    pub kind: String,
    /// Every other input by its name: `key`, `label`, `help`, `max` …
    pub parts: BTreeMap<String, String>,
}

impl Line {
    /// What stands in an input.
    pub fn get(&self, part: &str) -> &str {
        self.parts.get(part).map_or("", String::as_str)
    }

    /// Whether a box is ticked.
    pub fn ticked(&self, part: &str) -> bool {
        self.get(part) == "yes"
    }

    fn set(&mut self, part: &str, value: impl ToString) {
        self.parts.insert(part.to_owned(), value.to_string());
    }

    fn set_opt(&mut self, part: &str, value: Option<&impl ToString>) {
        if let Some(value) = value {
            self.set(part, value.to_string());
        }
    }

    fn tick(&mut self, part: &str, ticked: bool) {
        if ticked {
            self.set(part, "yes");
        }
    }

    /// A stored question.
    pub fn of(field: &Field) -> Line {
        let mut line = Line::default();
        line.set("key", &field.key);
        line.set("label", &field.label);
        line.set("help", field.help.as_deref().unwrap_or_default());
        line.tick("required", field.required);
        line.tick("half", field.half);
        line.kind = match &field.kind {
            Kind::Section => "section",
            Kind::Note { text } => {
                line.set("text", text);
                "note"
            }
            Kind::Text { min, max, pattern } => {
                line.set_opt("min", min.as_ref());
                line.set_opt("max", max.as_ref());
                line.set("pattern", pattern.map_or("", pattern_key));
                "text"
            }
            Kind::LongText { max } => {
                line.set_opt("max", max.as_ref());
                "long_text"
            }
            Kind::Choice { options, cards } => {
                line.set("options", option_lines(options));
                line.tick("cards", *cards);
                "choice"
            }
            Kind::Multi { options, min, max } => {
                line.set("options", option_lines(options));
                line.set_opt("min", min.as_ref());
                line.set_opt("max", max.as_ref());
                "multi"
            }
            Kind::Date {
                earliest_days,
                latest_days,
            } => {
                line.set_opt("earliest_days", earliest_days.as_ref());
                line.set_opt("latest_days", latest_days.as_ref());
                "date"
            }
            Kind::Number {
                min,
                max,
                step,
                unit,
                decimals,
            } => {
                line.set_opt("min", min.as_ref());
                line.set_opt("max", max.as_ref());
                line.set_opt("step", step.as_ref());
                line.set("unit", unit.as_deref().unwrap_or_default());
                line.set("decimals", decimals);
                "number"
            }
            Kind::Person => "person",
            Kind::Url => "url",
            Kind::File {
                max_files,
                max_mb,
                types,
            } => {
                line.set("max_files", max_files);
                line.set("max_mb", max_mb);
                line.set("types", types.join(", "));
                "file"
            }
            Kind::YesNo => "yes_no",
        }
        .to_owned();
        if let Some(cond) = &field.show_if {
            line.set_condition(cond);
        }
        line
    }

    fn set_condition(&mut self, cond: &Cond) {
        let (op, field, value) = match cond {
            Cond::Is { field, value } => ("is", field, value.clone()),
            Cond::IsNot { field, value } => ("is_not", field, value.clone()),
            Cond::Includes { field, value } => ("includes", field, value.clone()),
            Cond::Filled { field } => ("filled", field, String::new()),
            Cond::AtLeast { field, number } => ("at_least", field, number.to_string()),
            Cond::All(_) | Cond::Any(_) | Cond::Not(_) => {
                self.set("if_op", KEEP);
                self.set("if_json", serde_json::to_string(cond).unwrap_or_default());
                return;
            }
        };
        self.set("if_op", op);
        self.set("if_field", field);
        self.set("if_value", value);
    }

    /// A new question of a kind, with what it needs to be of use.
    pub fn new(kind: &str) -> Line {
        let mut line = Line {
            kind: kind.to_owned(),
            ..Line::default()
        };
        if kind == "file" {
            line.set("max_files", 5);
            line.set("max_mb", 50);
        }
        line
    }
}

fn option_lines(options: &[Opt]) -> String {
    let line = |o: &Opt| match &o.fact {
        Some(fact) => format!("{} | {} | {fact}", o.key, o.label),
        None => format!("{} | {}", o.key, o.label),
    };
    options.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The word of a pattern in the form and in JSON.
pub fn pattern_key(pattern: Pattern) -> &'static str {
    match pattern {
        Pattern::Email => "email",
        Pattern::Phone => "phone",
        Pattern::CostCentre => "cost_centre",
        Pattern::Digits => "digits",
    }
}

/// The questions of a posted form, in their order.
pub fn read(posted: &BTreeMap<String, Vec<String>>) -> Vec<Line> {
    let mut lines: BTreeMap<usize, Line> = BTreeMap::new();
    for (name, values) in posted {
        let Some((index, part)) = place(name) else {
            continue;
        };
        let value = values.first().cloned().unwrap_or_default();
        let line = lines.entry(index).or_default();
        if part == "type" {
            line.kind = value;
        } else {
            line.parts.insert(part.to_owned(), value);
        }
    }
    lines
        .into_values()
        .filter(|line| KINDS.contains(&line.kind.as_str()))
        .collect()
}

/// `f3.label` is the label of the fourth question.
fn place(name: &str) -> Option<(usize, &str)> {
    let (index, part) = name.strip_prefix('f')?.split_once('.')?;
    Some((index.parse().ok()?, part))
}
