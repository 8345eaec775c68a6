//! Reading a pack and saying everything that is wrong with it.

mod meta;
mod rules;
mod runs;

use std::collections::BTreeMap;

use mil_process::{check_key, is_key};
use serde::de::DeserializeOwned;

use super::lines::{line_at, line_of};
use super::{
    BYTES, FILES, Files, Meta, Pack, Playbook, Problem, ProcessSpec, PromiseSpec, RuleSpec,
    Service, Template, words,
};
use crate::error::Msg;
use crate::ui::icon;

/// Problems in one file.
struct In<'a> {
    file: &'a str,
    text: &'a str,
    problems: &'a mut Vec<Problem>,
}

impl In<'_> {
    /// Something is wrong at a path such as `stages[0].key`.
    fn at(&mut self, path: &str, msg: impl Into<Msg>) {
        let line = line_of(self.text, path);
        self.line(line, msg);
    }

    fn line(&mut self, line: usize, msg: impl Into<Msg>) {
        self.problems.push(Problem {
            file: self.file.to_owned(),
            line,
            msg: msg.into(),
        });
    }

    /// A text of 1 to `most` characters.
    fn words(&mut self, path: &str, text: &str, most: usize) {
        let count = text.chars().count();
        if text.trim().is_empty() {
            self.at(
                path,
                "This is empty. Write something, or leave it out if it is optional.",
            );
        } else if count > most {
            self.at(
                path,
                Msg::new("Use at most {n} characters.").with("n", most),
            );
        }
    }

    fn key(&mut self, path: &str, key: &str) {
        let mut problems = Vec::new();
        check_key(key, path, &mut problems);
        self.all(problems);
    }

    /// What the rules of forms and processes found.
    fn all(&mut self, problems: Vec<mil_process::Problem>) {
        for problem in problems {
            self.at(&problem.path, problem.msg);
        }
    }

    /// `key` names something that is not there.
    fn missing(&mut self, path: &str, key: &str) {
        self.at(
            path,
            Msg::new("“{key}” is not there. Write the key of something that is.")
                .with("key", shorten(key)),
        );
    }

    fn icon(&mut self, name: &str) {
        if !icon::exists(name) {
            self.at(
                "icon",
                Msg::new("There is no icon “{name}”.").with("name", shorten(name)),
            );
        }
    }
}

fn shorten(text: &str) -> String {
    text.chars().take(60).collect()
}

/// See [`Pack::read`].
pub fn read(
    key: &str,
    files: &Files,
    known: Option<&dyn Fn(&str) -> bool>,
) -> Result<Pack, Vec<Problem>> {
    let mut problems = Vec::new();
    let whole = |problems: &mut Vec<Problem>, file: &str, msg: Msg| {
        problems.push(Problem {
            file: file.to_owned(),
            line: 1,
            msg,
        });
    };
    let mut wrong = Vec::new();
    check_key(key, "", &mut wrong);
    for problem in wrong {
        whole(&mut problems, "practice.toml", problem.msg.into());
    }
    if files.len() > FILES {
        let msg = Msg::new("A practice has at most {n} files.").with("n", FILES);
        whole(&mut problems, "practice.toml", msg);
        return Err(problems);
    }
    let mut texts = BTreeMap::new();
    for (path, bytes) in files {
        if bytes.len() > BYTES {
            let msg = Msg::new("A file has at most {n} kB.").with("n", BYTES / 1024);
            whole(&mut problems, path, msg);
            continue;
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => {
                texts.insert(path.as_str(), text);
            }
            Err(error) => {
                let before = &bytes[..error.valid_up_to()];
                problems.push(Problem {
                    file: path.clone(),
                    line: before.iter().filter(|b| **b == b'\n').count() + 1,
                    msg: Msg::new("This is not UTF-8. Save the file as UTF-8."),
                });
            }
        }
    }
    let meta = texts.get("practice.toml").copied();
    let meta_text = meta.unwrap_or_default();
    if meta.is_none() && !files.contains_key("practice.toml") {
        let msg = Msg::new("practice.toml is missing. It says what the practice is.");
        whole(&mut problems, "practice.toml", msg);
    }
    let meta: Option<Meta> = meta.and_then(|text| typed("practice.toml", text, &mut problems));
    let guide = texts.get("guide.md").copied().unwrap_or_default();
    if !files.contains_key("guide.md") {
        let msg = Msg::new("guide.md is missing. It is the text a newcomer follows.");
        whole(&mut problems, "guide.md", msg);
    } else {
        check_guide(guide, &mut problems);
    }
    let mut raw = Raw::default();
    for (path, text) in &texts {
        raw.take(path, text, &mut problems);
    }
    let (Some(meta), true) = (meta, problems.is_empty()) else {
        problems.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
        return Err(problems);
    };
    let pack = Pack {
        key: key.to_owned(),
        meta,
        guide: guide.to_owned(),
        services: raw.services,
        processes: raw.processes,
        promises: raw.promises,
        playbooks: raw.playbooks,
        rules: raw.rules,
        templates: raw.templates,
    };
    meta::check(&pack, meta_text, known, &mut problems);
    for (path, text) in &texts {
        let Some((folder, name)) = path.split_once('/') else {
            continue;
        };
        let key = name.rsplit_once('.').map_or(name, |(key, _)| key);
        let mut place = In {
            file: path,
            text,
            problems: &mut problems,
        };
        match folder {
            "services" => runs::service(&pack, &pack.services[key], &mut place),
            "processes" => runs::process(&pack, key, &pack.processes[key], &mut place),
            "promises" => runs::promise(&pack.promises[key], &mut place),
            "playbooks" => runs::playbook(&pack, &pack.playbooks[key], &mut place),
            "rules" => rules::check(&pack, &pack.rules[key], &mut place),
            _ => {}
        }
    }
    if problems.is_empty() {
        return Ok(pack);
    }
    problems.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    Err(problems)
}

fn typed<T: DeserializeOwned>(file: &str, text: &str, problems: &mut Vec<Problem>) -> Option<T> {
    match toml::from_str(text) {
        Ok(value) => Some(value),
        Err(error) => {
            problems.push(Problem {
                file: file.to_owned(),
                line: line_at(text, error.span().map_or(0, |span| span.start)),
                msg: Msg::new("{error}").with("error", shorten_line(error.message())),
            });
            None
        }
    }
}

fn shorten_line(text: &str) -> String {
    let line = text.replace('\n', " ");
    match line.char_indices().nth(300) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// The parts of a pack as they are read.
#[derive(Default)]
struct Raw {
    services: BTreeMap<String, Service>,
    processes: BTreeMap<String, ProcessSpec>,
    promises: BTreeMap<String, PromiseSpec>,
    playbooks: BTreeMap<String, Playbook>,
    rules: BTreeMap<String, RuleSpec>,
    templates: BTreeMap<String, Template>,
}

impl Raw {
    fn take(&mut self, path: &str, text: &str, problems: &mut Vec<Problem>) {
        if matches!(path, "practice.toml" | "guide.md") {
            return;
        }
        let parts = path.split_once('/').and_then(|(folder, name)| {
            let (key, ending) = name.rsplit_once('.')?;
            is_key(key).then_some((folder, key, ending))
        });
        fn put<T>(map: &mut BTreeMap<String, T>, key: &str, value: Option<T>) {
            if let Some(value) = value {
                map.insert(key.to_owned(), value);
            }
        }
        match parts {
            Some(("services", key, "toml")) => {
                put(&mut self.services, key, typed(path, text, problems))
            }
            Some(("processes", key, "toml")) => {
                put(&mut self.processes, key, typed(path, text, problems))
            }
            Some(("promises", key, "toml")) => {
                put(&mut self.promises, key, typed(path, text, problems))
            }
            Some(("playbooks", key, "toml")) => {
                put(&mut self.playbooks, key, typed(path, text, problems))
            }
            Some(("rules", key, "toml")) => put(&mut self.rules, key, typed(path, text, problems)),
            Some(("templates", key, "md")) => {
                put(&mut self.templates, key, template(path, text, problems))
            }
            _ => problems.push(Problem {
                file: shorten(path),
                line: 1,
                msg: Msg::new("A practice has no such file. The format says which it has."),
            }),
        }
    }
}

fn template(path: &str, text: &str, problems: &mut Vec<Problem>) -> Option<Template> {
    let text = text.replace("\r\n", "\n");
    let (first, rest) = text.split_once('\n').unwrap_or((&text, ""));
    let name = first.strip_prefix("# ").map(str::trim).unwrap_or_default();
    if name.is_empty() || name.chars().count() > 100 {
        problems.push(Problem {
            file: path.to_owned(),
            line: 1,
            msg: Msg::new("The first line is a heading with the template's name, such as: # Brief for a poster"),
        });
        return None;
    }
    let marked = ["brief", "checklist", "mail"].into_iter().find_map(|kind| {
        let rest = rest.strip_prefix(&format!("<!-- {kind} -->"))?;
        Some((kind, rest))
    });
    let (kind, rest) = marked.map_or((None, rest), |(kind, rest)| (Some(kind.to_owned()), rest));
    Some(Template {
        name: name.to_owned(),
        kind,
        body: rest.trim_start_matches('\n').to_owned(),
    })
}

fn check_guide(text: &str, problems: &mut Vec<Problem>) {
    let mut place = In {
        file: "guide.md",
        text,
        problems,
    };
    let count = words::count(text);
    if !(50..=5000).contains(&count) {
        place.line(
            1,
            Msg::new("The guide has {count} words. Write 400 to 1,200; 50 to 5,000 are accepted.")
                .with("count", count),
        );
    }
    if let Some((byte, what)) = words::foreign(text) {
        place.line(line_at(text, byte), what);
    }
}

fn twice(key: &str) -> Msg {
    Msg::new("The key “{key}” is used twice. Change one of them.").with("key", shorten(key))
}
