//! Checklists and fields as lines of text, the way administrators type them.
//! A line that is as it was printed keeps everything that it does not show,
//! such as the limits of a number. Pure.

use std::collections::BTreeSet;

use mil_process::form::{Field, Kind, Opt};
use mil_process::process::CheckItem;

use crate::catalog::draft::{free, word_of};
use crate::error::Msg;
use crate::i18n::{Lang, t};

/// Room in a key for the number that tells two apart.
const KEY: usize = 30;
/// More lines than any stage may have; the rest is refused unread.
const LINES: usize = 300;

fn required(lang: Lang) -> &'static str {
    t!(lang, "required")
}

fn says_required(lang: Lang, text: &str) -> bool {
    let text = text.trim().to_lowercase();
    text == "required" || text == required(lang).to_lowercase()
}

pub fn lines(text: &str) -> Result<Vec<(usize, &str)>, Msg> {
    let all = text.lines().enumerate().map(|(at, l)| (at + 1, l.trim()));
    let filled: Vec<_> = all.filter(|(_, line)| !line.is_empty()).collect();
    if filled.len() > LINES {
        return Err(Msg::new("These are more than {n} lines. Use fewer.").with("n", LINES));
    }
    Ok(filled)
}

/// One line for an item of a checklist: "Proof is attached | required".
fn check_line(lang: Lang, item: &CheckItem) -> String {
    let label = item.label.replace(['\r', '\n'], " ");
    if item.required {
        format!("{label} | {}", required(lang))
    } else {
        label
    }
}

/// A checklist as text.
pub fn print_checks(lang: Lang, items: &[CheckItem]) -> String {
    let lines: Vec<String> = items.iter().map(|i| check_line(lang, i)).collect();
    lines.join("\n")
}

/// A checklist from text; items of `before` keep their keys.
pub fn read_checks(lang: Lang, text: &str, before: &[CheckItem]) -> Result<Vec<CheckItem>, Msg> {
    let mut items: Vec<CheckItem> = Vec::new();
    for (at, line) in lines(text)? {
        let unused = |b: &&CheckItem| items.iter().all(|i| i.key != b.key);
        if let Some(same) = before
            .iter()
            .filter(unused)
            .find(|b| check_line(lang, b) == line)
        {
            items.push(same.clone());
            continue;
        }
        let (label, required) = match line.rsplit_once('|') {
            None => (line, false),
            Some((label, end)) if says_required(lang, end) => (label.trim(), true),
            Some(_) => {
                return Err(
                    Msg::new("Line {line}: after the bar stands “required” or nothing.")
                        .with("line", at),
                );
            }
        };
        let key = before
            .iter()
            .filter(unused)
            .find(|b| b.label == label)
            .map(|b| b.key.clone());
        let taken =
            |key: &str| items.iter().any(|i| i.key == key) || before.iter().any(|b| b.key == key);
        let key = key.unwrap_or_else(|| free(&word_of(label, "item", KEY), taken));
        items.push(CheckItem {
            key,
            label: label.to_owned(),
            required,
        });
    }
    Ok(items)
}

/// The word for a kind of field, and the kind with nothing special about it.
fn kinds(lang: Lang) -> [(&'static str, &'static str, Kind); 12] {
    let options = Vec::new;
    [
        (
            "text",
            t!(lang, "text"),
            Kind::Text {
                min: None,
                max: None,
                pattern: None,
            },
        ),
        (
            "long text",
            t!(lang, "long text"),
            Kind::LongText { max: None },
        ),
        (
            "number",
            t!(lang, "number"),
            Kind::Number {
                min: None,
                max: None,
                step: None,
                unit: None,
                decimals: 2,
            },
        ),
        (
            "date",
            t!(lang, "date"),
            Kind::Date {
                earliest_days: None,
                latest_days: None,
            },
        ),
        ("person", t!(lang, "person"), Kind::Person),
        ("web address", t!(lang, "web address"), Kind::Url),
        ("yes or no", t!(lang, "yes or no"), Kind::YesNo),
        (
            "file",
            t!(lang, "file"),
            Kind::File {
                max_files: 10,
                max_mb: 50,
                types: Vec::new(),
            },
        ),
        (
            "choice",
            t!(lang, "choice"),
            Kind::Choice {
                options: options(),
                cards: false,
            },
        ),
        (
            "several",
            t!(lang, "several"),
            Kind::Multi {
                options: options(),
                min: None,
                max: None,
            },
        ),
        ("heading", t!(lang, "heading"), Kind::Section),
        (
            "note",
            t!(lang, "note"),
            Kind::Note {
                text: String::new(),
            },
        ),
    ]
}

fn kind_text(lang: Lang, kind: &Kind) -> String {
    let same = |k: &Kind| std::mem::discriminant(k) == std::mem::discriminant(kind);
    let word = kinds(lang)
        .into_iter()
        .find(|(_, _, k)| same(k))
        .map_or("text", |(_, word, _)| word);
    let labels: Vec<&str> = kind.options().iter().map(|o| o.label.as_str()).collect();
    if labels.is_empty() {
        word.to_owned()
    } else {
        format!("{word}: {}", labels.join("; "))
    }
}

fn read_kind(lang: Lang, text: &str, label: &str) -> Option<Kind> {
    let (word, rest) = text.split_once(':').unwrap_or((text, ""));
    let word = word.trim().to_lowercase();
    let (_, _, kind) = kinds(lang)
        .into_iter()
        .find(|(english, own, _)| word == *english || word == own.to_lowercase())?;
    let mut options: Vec<Opt> = Vec::new();
    for label in rest.split(';').map(str::trim).filter(|l| !l.is_empty()) {
        let taken = |key: &str| options.iter().any(|o| o.key == key);
        let key = free(&word_of(label, "option", KEY), taken);
        options.push(Opt {
            key,
            label: label.to_owned(),
            fact: None,
        });
    }
    Some(match kind {
        Kind::Choice { cards, .. } => Kind::Choice { options, cards },
        Kind::Multi { min, max, .. } => Kind::Multi { options, min, max },
        Kind::Note { .. } => Kind::Note {
            text: label.to_owned(),
        },
        other if rest.trim().is_empty() => other,
        _ => return None,
    })
}

/// One line for a field: "proof | Address of the proof | web address | required".
fn field_line(lang: Lang, field: &Field, needed: bool) -> String {
    let label = field.label.replace(['\r', '\n'], " ");
    let kind = kind_text(lang, &field.kind);
    let end = if needed {
        format!(" | {}", required(lang))
    } else {
        String::new()
    };
    format!("{} | {label} | {kind}{end}", field.key)
}

/// Agents' fields as text. `needed` holds the keys that must be filled in.
pub fn print_fields(lang: Lang, fields: &[Field], needed: &[String]) -> String {
    let line = |f: &Field| field_line(lang, f, needed.contains(&f.key));
    fields.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Agents' fields from text, and the keys that must be filled in. Fields of
/// `before` keep what a line does not show.
pub fn read_fields(
    lang: Lang,
    text: &str,
    before: &[Field],
) -> Result<(Vec<Field>, BTreeSet<String>), Msg> {
    let (mut fields, mut needed) = (Vec::new(), BTreeSet::new());
    for (at, line) in lines(text)? {
        if let Some((same, need)) = before.iter().find_map(|b| {
            let as_it_was = |need| field_line(lang, b, need) == line;
            [false, true]
                .into_iter()
                .find(|need| as_it_was(*need))
                .map(|need| (b, need))
        }) {
            fields.push(same.clone());
            if need {
                needed.insert(same.key.clone());
            }
            continue;
        }
        let parts: Vec<&str> = line.split('|').map(str::trim).collect();
        let (key, label, kind, need) = match parts.as_slice() {
            [key, label, kind] => (*key, *label, *kind, false),
            [key, label, kind, end] if says_required(lang, end) => (*key, *label, *kind, true),
            _ => {
                return Err(Msg::new(
                    "Line {line}: write key | label | kind, and | required if it must be filled in.",
                )
                .with("line", at));
            }
        };
        let Some(read) = read_kind(lang, kind, label) else {
            return Err(Msg::new(
                "Line {line}: “{kind}” is no kind of field. Choose one of the list above.",
            )
            .with("line", at)
            .with("kind", kind.chars().take(60).collect::<String>()));
        };
        let old = before.iter().find(|b| b.key == key);
        let same_kind = old.filter(|b| kind_text(lang, &b.kind) == kind);
        let mut field = old.cloned().unwrap_or_else(|| Field {
            key: key.to_owned(),
            label: String::new(),
            help: None,
            kind: read.clone(),
            required: false,
            show_if: None,
            half: false,
        });
        label.clone_into(&mut field.label);
        field.kind = same_kind.map_or(read, |b| b.kind.clone());
        if need {
            needed.insert(key.to_owned());
        }
        fields.push(field);
    }
    Ok((fields, needed))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(key: &str, label: &str, required: bool) -> CheckItem {
        CheckItem {
            key: key.into(),
            label: label.into(),
            required,
        }
    }

    #[test]
    fn a_checklist_comes_back_as_it_was() {
        let items = [
            item("a", "Text | with a bar", false),
            item("b", "Same", true),
            item("c", "Same", true),
        ];
        for lang in [Lang::En, Lang::De] {
            let text = print_checks(lang, &items);
            assert_eq!(read_checks(lang, &text, &items).unwrap(), items);
        }
        let read = read_checks(Lang::De, "Same | required\nNeu | Pflicht\r\n\nNeu", &items);
        let keys: Vec<_> = read
            .unwrap()
            .into_iter()
            .map(|i| (i.key, i.required))
            .collect();
        let expected = [("b", true), ("neu", true), ("neu-2", false)];
        assert_eq!(keys, expected.map(|(key, r)| (key.to_owned(), r)));
        assert!(read_checks(Lang::En, "Label | maybe", &[]).is_err());
        assert!(read_checks(Lang::En, &"x\n".repeat(301), &[]).is_err());
    }

    #[test]
    fn fields_keep_what_a_line_does_not_show() {
        let before = [Field {
            key: "copies".into(),
            label: "Copies".into(),
            help: Some("How many".into()),
            kind: Kind::Number {
                min: None,
                max: None,
                step: None,
                unit: Some("pieces".into()),
                decimals: 0,
            },
            required: false,
            show_if: None,
            half: true,
        }];
        for lang in [Lang::En, Lang::De] {
            let text = print_fields(lang, &before, &["copies".into()]);
            let (fields, needed) = read_fields(lang, &text, &before).unwrap();
            assert_eq!(fields, before);
            assert!(needed.contains("copies"));
        }
        let (fields, needed) =
            read_fields(Lang::En, "copies | How many | number", &before).unwrap();
        assert_eq!(
            (&*fields[0].label, &fields[0].kind),
            ("How many", &before[0].kind)
        );
        assert!(needed.is_empty());
        let text = "size | Size | choice: A4; A3 | required\nlink | Proof | Web address";
        let (fields, _) = read_fields(Lang::En, text, &[]).unwrap();
        assert_eq!(fields[0].kind.options()[1].key, "a3");
        assert_eq!(fields[1].kind, Kind::Url);
        for bad in [
            "x",
            "a | b",
            "a | b | colour",
            "a | b | date: x",
            "a|b|text|no|x",
        ] {
            assert!(read_fields(Lang::En, bad, &[]).is_err(), "{bad}");
        }
    }
}
