//! From typed questions to a form, and from its errors to the inputs.

use std::collections::BTreeSet;

use mil_process::Decimal;
use mil_process::form::{Cond, Field, FormDef, Kind, Opt, Pattern};

use crate::admin::services::builder::line::{KEEP, Line, pattern_key};
use crate::catalog::draft::{free, word_of};
use crate::error::FieldError;

/// The longest key of a question or an option.
const KEY: usize = 40;

/// Give every question that has a label a key of its own.
pub fn name_all(lines: &mut [Line]) {
    let mut taken: BTreeSet<String> = lines.iter().map(|l| l.get("key").to_owned()).collect();
    for line in lines {
        if line.get("key").trim().is_empty() && !line.get("label").trim().is_empty() {
            let key = word_of(line.get("label"), "q", KEY - 4);
            let key = free(&key, |key| taken.contains(key));
            taken.insert(key.clone());
            line.parts.insert("key".to_owned(), key);
        }
    }
}

/// The form that the lines describe, as far as they can be read, and what
/// cannot be read, by input.
pub fn form(lines: &[Line]) -> (FormDef, Vec<FieldError>) {
    let mut wrong = Vec::new();
    let mut fields: Vec<Field> = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let mut reader = Reader {
            line,
            index,
            wrong: &mut wrong,
        };
        let field = reader.field(&fields);
        fields.push(field);
    }
    (FormDef { fields }, wrong)
}

struct Reader<'a> {
    line: &'a Line,
    index: usize,
    wrong: &'a mut Vec<FieldError>,
}

impl Reader<'_> {
    fn text(&self, part: &str) -> String {
        self.line.get(part).trim().replace("\r\n", "\n")
    }

    fn text_opt(&self, part: &str) -> Option<String> {
        Some(self.text(part)).filter(|text| !text.is_empty())
    }

    fn parsed<T: std::str::FromStr>(&mut self, part: &str, advice: &str) -> Option<T> {
        let text = self.text_opt(part)?;
        let value = text.parse().ok();
        if value.is_none() {
            let at = format!("f{}.{part}", self.index);
            self.wrong.push(FieldError::new(at, advice));
        }
        value
    }

    fn whole<T: std::str::FromStr>(&mut self, part: &str) -> Option<T> {
        self.parsed(part, "Write a whole number, or leave it empty.")
    }

    fn decimal(&mut self, part: &str) -> Option<Decimal> {
        self.parsed(part, "Write a number, or leave it empty.")
    }

    fn field(&mut self, earlier: &[Field]) -> Field {
        let kind = self.kind();
        Field {
            key: self.text("key"),
            label: self.text("label"),
            help: self.text_opt("help"),
            required: self.line.ticked("required") && kind.is_question(),
            show_if: self.condition(earlier),
            half: self.line.ticked("half"),
            kind,
        }
    }

    fn kind(&mut self) -> Kind {
        match self.line.kind.as_str() {
            "section" => Kind::Section,
            "note" => Kind::Note {
                text: self.text("text"),
            },
            "long_text" => Kind::LongText {
                max: self.whole("max"),
            },
            "choice" => Kind::Choice {
                options: options(self.line.get("options")),
                cards: self.line.ticked("cards"),
            },
            "multi" => Kind::Multi {
                options: options(self.line.get("options")),
                min: self.whole("min"),
                max: self.whole("max"),
            },
            "date" => Kind::Date {
                earliest_days: self.whole("earliest_days"),
                latest_days: self.whole("latest_days"),
            },
            "number" => Kind::Number {
                min: self.decimal("min"),
                max: self.decimal("max"),
                step: self.decimal("step"),
                unit: self.text_opt("unit"),
                decimals: self.whole("decimals").unwrap_or(0),
            },
            "person" => Kind::Person,
            "url" => Kind::Url,
            "file" => Kind::File {
                max_files: self.whole("max_files").unwrap_or(1),
                max_mb: self.whole("max_mb").unwrap_or(50),
                types: self
                    .text("types")
                    .split([',', ' ', ';', '\n'])
                    .map(|t| t.trim().trim_start_matches('.').to_lowercase())
                    .filter(|t| !t.is_empty())
                    .collect(),
            },
            "yes_no" => Kind::YesNo,
            _ => Kind::Text {
                min: self.whole("min"),
                max: self.whole("max"),
                pattern: [
                    Pattern::Email,
                    Pattern::Phone,
                    Pattern::CostCentre,
                    Pattern::Digits,
                ]
                .into_iter()
                .find(|p| pattern_key(*p) == self.line.get("pattern")),
            },
        }
    }

    fn condition(&mut self, earlier: &[Field]) -> Option<Cond> {
        let op = self.text("if_op");
        if op == KEEP {
            let kept = serde_json::from_str(self.line.get("if_json"));
            if kept.is_err() {
                let at = format!("f{}.if_op", self.index);
                self.wrong.push(FieldError::new(
                    at,
                    "This condition cannot be read. Choose another.",
                ));
            }
            return kept.ok();
        }
        let field = self.text_opt("if_field")?;
        let asked = earlier.iter().find(|f| f.key == field);
        let value = self.text("if_value");
        Some(match op.as_str() {
            "is_not" => Cond::IsNot {
                value: known(asked, value),
                field,
            },
            "includes" => Cond::Includes {
                value: known(asked, value),
                field,
            },
            "filled" => Cond::Filled { field },
            "at_least" => Cond::AtLeast {
                number: self
                    .parsed("if_value", "Write the number to compare with.")
                    .unwrap_or_default(),
                field,
            },
            _ => Cond::Is {
                value: known(asked, value),
                field,
            },
        })
    }
}

/// The key of an option when its label was typed.
fn known(asked: Option<&Field>, value: String) -> String {
    let Some(asked) = asked else { return value };
    if matches!(asked.kind, Kind::YesNo) {
        return match value.to_lowercase().as_str() {
            "yes" | "ja" => "yes".to_owned(),
            "no" | "nein" => "no".to_owned(),
            _ => value,
        };
    }
    let options = asked.kind.options();
    if options.iter().any(|o| o.key == value) {
        return value;
    }
    let lower = value.to_lowercase();
    let by_label = options.iter().find(|o| o.label.to_lowercase() == lower);
    by_label.map_or(value, |o| o.key.clone())
}

/// One option a line: `label`, `key | label` or `key | label | fact`.
fn options(text: &str) -> Vec<Opt> {
    let mut made: Vec<Opt> = Vec::new();
    for line in text.lines().map(str::trim).filter(|l| !l.is_empty()) {
        let mut parts = line.splitn(3, '|').map(str::trim);
        let first = parts.next().unwrap_or_default();
        let option = match parts.next() {
            Some(label) => Opt {
                key: first.to_owned(),
                label: label.to_owned(),
                fact: parts.next().filter(|f| !f.is_empty()).map(str::to_owned),
            },
            None => Opt {
                key: free(&word_of(first, "o", KEY - 4), |key| {
                    made.iter().any(|o| o.key == key)
                }),
                label: first.to_owned(),
                fact: None,
            },
        };
        made.push(option);
    }
    made
}

/// The input of an error of a form: `form.fields[3].kind.options[0].key` is
/// told at `f3.options`.
pub fn input_of(path: &str) -> Option<String> {
    let (index, rest) = path.strip_prefix("form.fields[")?.split_once(']')?;
    let rest = rest.trim_start_matches('.').trim_start_matches("kind.");
    let part = rest.split(['.', '[']).next().unwrap_or_default();
    let part = if part == "show_if" { "if_field" } else { part };
    Some(format!("f{index}.{part}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_comes_back_as_it_was() {
        let json = r#"{"fields":[
          {"key":"what","label":"What","kind":{"type":"choice","options":[{"key":"print","label":"Print","fact":"2 days"},{"key":"web","label":"Web"}],"cards":true},"required":true},
          {"key":"size","label":"Size","help":"In cm","kind":{"type":"text","min":1,"max":20,"pattern":"digits"},"show_if":{"is":{"field":"what","value":"print"}},"half":true},
          {"key":"n","label":"Copies","kind":{"type":"number","min":1,"max":99.5,"step":0.5,"unit":"pieces","decimals":1},"show_if":{"all":[{"filled":{"field":"size"}},{"not":{"is":{"field":"what","value":"web"}}}]}},
          {"key":"d","label":"When","kind":{"type":"date","earliest_days":-1,"latest_days":30}},
          {"key":"m","label":"Many","kind":{"type":"multi","options":[{"key":"a","label":"A"}],"min":1,"max":1},"show_if":{"at_least":{"field":"n","number":10}}},
          {"key":"f","label":"Files","kind":{"type":"file","max_files":3,"max_mb":9,"types":["pdf","png"]},"show_if":{"includes":{"field":"m","value":"a"}}},
          {"key":"l","label":"Long","kind":{"type":"long_text","max":900}},
          {"key":"h","label":"Head","kind":{"type":"section"}},
          {"key":"i","label":"Info","kind":{"type":"note","text":"One\n\ntwo"}},
          {"key":"p","label":"Who","kind":{"type":"person"}},
          {"key":"u","label":"Where","kind":{"type":"url"},"show_if":{"is_not":{"field":"y","value":"no"}}},
          {"key":"y","label":"Yes","kind":{"type":"yes_no"},"show_if":{"filled":{"field":"p"}}}]}"#;
        let def: FormDef = serde_json::from_str(json).unwrap();
        let lines: Vec<Line> = def.fields.iter().map(Line::of).collect();
        let (back, wrong) = form(&lines);
        assert_eq!((back, wrong), (def, vec![]));
    }

    #[test]
    fn typed_words_become_keys() {
        let made = options("A4\nA4\n 3 D | \nprint | Print shop | 2 days | more");
        let keys: Vec<&str> = made.iter().map(|o| o.key.as_str()).collect();
        assert_eq!(keys, ["a4", "a4-2", "3 D", "print"]);
        assert_eq!(made[3].fact.as_deref(), Some("2 days | more"));
        let mut lines = vec![Line::new("text"), Line::new("text"), Line::new("text")];
        for line in &mut lines[..2] {
            line.parts.insert("label".into(), "3 Größen".into());
        }
        name_all(&mut lines);
        let keys: Vec<&str> = lines.iter().map(|l| l.get("key")).collect();
        assert_eq!(keys, ["q-3-groessen", "q-3-groessen-2", ""]);
        assert_eq!(
            input_of("form.fields[3].kind.options[0].key").as_deref(),
            Some("f3.options")
        );
        assert_eq!(
            input_of("form.fields[0].show_if").as_deref(),
            Some("f0.if_field")
        );
    }
}
