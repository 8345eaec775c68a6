//! Keeps the German files complete: looks through the sources for texts.

use super::{DE, Lang};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// A macro or function that takes texts: where its text stands, and whether the
/// next argument is the plural.
struct Call {
    name: &'static str,
    text: usize,
    plural: bool,
}

const OURS: [Call; 2] = [
    Call {
        name: "t!(",
        text: 1,
        plural: false,
    },
    Call {
        name: "tn!(",
        text: 2,
        plural: true,
    },
];
const THEIRS: [Call; 2] = [
    Call {
        name: "Msg::new(",
        text: 0,
        plural: false,
    },
    Call {
        name: "says(",
        text: 0,
        plural: false,
    },
];
/// Errors reach the reader as data.
const ERRORS: [Call; 2] = [
    Call {
        name: "Error::field(",
        text: 1,
        plural: false,
    },
    Call {
        name: "FieldError::new(",
        text: 1,
        plural: false,
    },
];

/// The texts in the sources: singular, and plural if there is one.
type Texts = BTreeMap<String, Option<String>>;

#[test]
fn german_is_complete_used_and_keeps_its_placeholders() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut texts = Texts::new();
    // Messages of errors reach the reader as data: any literal may be one.
    let mut literals = String::new();
    for file in rust_files(&root.join("src")) {
        if file.ends_with("i18n/scan.rs") {
            continue;
        }
        let source = fs::read_to_string(file).unwrap();
        for calls in [&OURS[..], &THEIRS, &ERRORS] {
            collect(&source, calls, &mut texts);
        }
        literals.push_str(&source);
    }
    for dir in ["../crates/process/src", "../crates/sla/src"] {
        for file in rust_files(&root.join(dir)) {
            collect(&fs::read_to_string(file).unwrap(), &THEIRS, &mut texts);
        }
    }

    let mut wrong = Vec::new();
    let mut german = BTreeSet::new();
    for (name, text) in DE {
        let catalog = polib::po_file::parse_from_reader(text.as_bytes()).unwrap();
        for message in catalog.messages() {
            let english = message.msgid();
            if !german.insert(english.to_owned()) {
                wrong.push(format!("{name}: twice: {english:?}"));
            }
            let forms = match message.msgstr_plural() {
                Ok(forms) => forms.clone(),
                Err(_) => vec![message.msgstr().unwrap_or_default().to_owned()],
            };
            match texts.get(english) {
                None if literals.contains(&format!("{english:?}")) => {}
                None => wrong.push(format!("{name}: not used: {english:?}")),
                Some(plural)
                    if plural.is_some() != message.is_plural()
                        || (plural.is_some() && forms.len() != 2) =>
                {
                    wrong.push(format!("{name}: plural differs: {english:?}"));
                }
                Some(_) => {}
            }
            for form in forms {
                if form.is_empty() {
                    wrong.push(format!("{name}: empty: {english:?}"));
                } else if names(&form) != names(english) {
                    wrong.push(format!("{name}: placeholders differ: {english:?}"));
                }
            }
        }
    }
    wrong.extend(
        texts
            .keys()
            .filter(|text| !german.contains(*text))
            .map(|text| format!("no German: {text:?}")),
    );
    assert!(
        wrong.is_empty(),
        "{} problems in app/locale/de:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert_eq!(Lang::from_code("de-AT"), Some(Lang::De));
}

fn rust_files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            found.push(path);
        }
    }
    found
}

/// Finds the literals of each call of `name(`. Tests and comments are left out.
fn collect(source: &str, calls: &[Call], texts: &mut Texts) {
    let source = source.split("#[cfg(test)]").next().unwrap_or_default();
    let code: Vec<&str> = source
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect();
    let code = code.join("\n");
    for call in calls {
        for (at, _) in code.match_indices(call.name) {
            let before = code[..at].chars().next_back();
            if before.is_some_and(|before| before.is_alphanumeric() || before == '_') {
                continue;
            }
            let args = arguments(&code[at + call.name.len()..]);
            let Some(Some(text)) = args.get(call.text) else {
                continue;
            };
            let plural = args.get(call.text + 1).filter(|_| call.plural);
            texts.insert(text.clone(), plural.cloned().flatten());
        }
    }
}

/// The arguments up to the closing parenthesis: the text of each that is one
/// literal, `None` for all others.
fn arguments(args: &str) -> Vec<Option<String>> {
    let mut found = Vec::new();
    let (mut depth, mut literal, mut other) = (0, None, false);
    let mut rest = args;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '"' => {
                let (text, len) = unquote(rest);
                rest = &rest[len..];
                literal = Some(text);
                other |= depth > 0;
                continue;
            }
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' if depth > 0 => depth -= 1,
            ',' | ')' if depth == 0 => {
                found.push(literal.take().filter(|_| !other));
                other = false;
                if c == ')' || found.len() == 4 {
                    break;
                }
                continue;
            }
            _ => {}
        }
        other |= !c.is_whitespace();
    }
    found
}

fn unquote(rest: &str) -> (String, usize) {
    let mut out = String::new();
    let mut chars = rest.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (out, at + 1),
            '\\' => match chars.next() {
                Some((_, 'n')) => out.push('\n'),
                Some((_, '\n')) => while chars.next_if(|(_, c)| c.is_whitespace()).is_some() {},
                Some((_, other)) => out.push(other),
                None => break,
            },
            other => out.push(other),
        }
    }
    (out, rest.len())
}

fn names(text: &str) -> BTreeSet<&str> {
    text.split('{')
        .skip(1)
        .filter_map(|part| part.split('}').next())
        .collect()
}

#[test]
fn texts_are_found_in_source() {
    let source = "a(t!(lang, \"One \\\"x\\\"\")); // t!(lang, \"not this\")\n// t!(lang, \"nor this\")\n\
                  tn!(who(1, \"no\"), count(\"b\"), \"{n} file\", \"{n} files\"); let_t!(l, \"no\"); t!(lang, x)";
    let mut texts = Texts::new();
    collect(source, &OURS, &mut texts);
    let found: Vec<_> = texts.keys().map(String::as_str).collect();
    assert!(
        found.contains(&"One \"x\"") && found.contains(&"{n} file") && !found.contains(&"nor this"),
        "{found:?}"
    );
    assert_eq!(texts["{n} file"].as_deref(), Some("{n} files"));
}
