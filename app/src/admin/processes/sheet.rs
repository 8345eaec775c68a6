//! The form of a process, field by field as it is posted, and back. The form
//! goes to the server and comes back whole whenever a stage is added, moved or
//! taken out, so nothing typed is lost without a script. Pure.

use std::collections::BTreeMap;

use mil_process::process::{Owner, Phase, ProcessDef, SendBack, Stage};

use super::{lines, timer_lines};
use crate::catalog::draft::{free, word_of};
use crate::error::{Error, FieldError, Msg, Result};
use crate::i18n::Lang;

/// More stages than a process may have; the rest of a form is not looked at.
const MOST: usize = 25;

/// What a form of a process holds.
#[derive(Debug, Clone, Default, PartialEq)]
#[allow(missing_docs)]
pub struct Sheet {
    pub name: String,
    /// The state of the process that the form was made from.
    pub version: Option<i64>,
    /// The number of the stages that the form was made from.
    pub base: i64,
    pub stages: Vec<Row>,
}

/// One stage, as typed.
#[derive(Debug, Clone, Default, PartialEq)]
#[allow(missing_docs)]
pub struct Row {
    pub key: String,
    pub name: String,
    pub requester_name: String,
    pub phase: String,
    /// `service`, `person` or `team:ID`.
    pub owner: String,
    pub person: String,
    /// The name of the person, as typed or as shown.
    pub person_text: String,
    pub checklist: String,
    pub fields: String,
    /// Other keys that must be filled in.
    pub needs: String,
    pub share: String,
    pub approves: bool,
    /// `none`, `any` or `only`.
    pub back: String,
    /// Names of stages, for `only`.
    pub back_to: String,
    pub limit: String,
    /// What happens by itself.
    pub timers: String,
}

impl Row {
    fn slot(&mut self, part: &str) -> Option<&mut String> {
        Some(match part {
            "key" => &mut self.key,
            "name" => &mut self.name,
            "requester_name" => &mut self.requester_name,
            "phase" => &mut self.phase,
            "owner" => &mut self.owner,
            "person" => &mut self.person,
            "person-text" => &mut self.person_text,
            "checklist" => &mut self.checklist,
            "fields" => &mut self.fields,
            "needs" => &mut self.needs,
            "share" => &mut self.share,
            "back" => &mut self.back,
            "back_to" => &mut self.back_to,
            "limit" => &mut self.limit,
            "timers" => &mut self.timers,
            _ => return None,
        })
    }

    /// A stage to fill in.
    pub fn empty() -> Row {
        Row {
            phase: "active".into(),
            owner: "service".into(),
            back: "any".into(),
            share: "10".into(),
            ..Row::default()
        }
    }

    /// Every part with its name, to be sent along unseen.
    pub fn parts(&self) -> [(&'static str, &str); 16] {
        [
            ("key", &self.key),
            ("name", &self.name),
            ("requester_name", &self.requester_name),
            ("phase", &self.phase),
            ("owner", &self.owner),
            ("person", &self.person),
            ("person-text", &self.person_text),
            ("checklist", &self.checklist),
            ("fields", &self.fields),
            ("needs", &self.needs),
            ("share", &self.share),
            ("approves", if self.approves { "yes" } else { "" }),
            ("back", &self.back),
            ("back_to", &self.back_to),
            ("limit", &self.limit),
            ("timers", &self.timers),
        ]
    }
}

fn number(text: &str) -> Result<Option<i64>> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| {
        Error::Malformed(Msg::new(
            "The version of the form cannot be read. Open the page again.",
        ))
    })
}

impl Sheet {
    /// The form of a process as it stands. `person` names somebody by id.
    pub fn of(
        lang: Lang,
        name: &str,
        version: i64,
        base: i64,
        def: &ProcessDef,
        person: impl Fn(&str) -> String,
    ) -> Sheet {
        Sheet {
            name: name.to_owned(),
            version: Some(version),
            base,
            stages: def
                .stages
                .iter()
                .map(|s| row(lang, def, s, &person))
                .collect(),
        }
    }

    /// Read a posted form, and the button that was pressed.
    ///
    /// # Errors
    /// When it holds a field that no form of ours has.
    pub fn read(posted: BTreeMap<String, Vec<String>>) -> Result<(Sheet, String)> {
        let mut sheet = Sheet::default();
        let mut action = String::new();
        let mut rows: BTreeMap<usize, Row> = BTreeMap::new();
        for (key, values) in posted {
            let value = values.into_iter().next().unwrap_or_default();
            match key.as_str() {
                "name" => sheet.name = value,
                "version" => sheet.version = number(&value)?,
                "base" => sheet.base = number(&value)?.unwrap_or(0),
                "action" => action = value,
                _ => {
                    let place = key.strip_prefix('s').and_then(|k| k.split_once('-'));
                    let known = place
                        .and_then(|(at, part)| Some((at.parse::<usize>().ok()?, part)))
                        .filter(|(at, _)| *at < MOST);
                    let Some((at, part)) = known else {
                        return Err(unknown(&key));
                    };
                    let row = rows.entry(at).or_default();
                    if part == "approves" {
                        row.approves = value == "yes";
                    } else if let Some(slot) = row.slot(part) {
                        *slot = value;
                    } else {
                        return Err(unknown(&key));
                    }
                }
            }
        }
        sheet.stages = rows.into_values().collect();
        Ok((sheet, action))
    }

    /// Do what a button beside a stage says; whether it was one.
    pub fn press(&mut self, action: &str) -> bool {
        let (verb, at) = action.split_once(':').unwrap_or((action, ""));
        let at: Option<usize> = at.parse().ok().filter(|at| *at < self.stages.len());
        match (verb, at) {
            ("add", _) if self.stages.len() < MOST => self.stages.push(Row::empty()),
            ("below", Some(at)) if self.stages.len() < MOST => {
                self.stages.insert(at + 1, Row::empty());
            }
            ("up", Some(at)) if at > 0 => self.stages.swap(at - 1, at),
            ("down", Some(at)) if at + 1 < self.stages.len() => self.stages.swap(at, at + 1),
            ("remove", Some(at)) => {
                self.stages.remove(at);
            }
            ("add" | "below" | "up" | "down" | "remove", _) => {}
            _ => return false,
        }
        true
    }

    /// The stages that the form describes. What it does not show is taken from
    /// `before`, stage by stage.
    ///
    /// # Errors
    /// What cannot be read, by the names of the form's fields.
    pub fn definition(
        &mut self,
        lang: Lang,
        before: &ProcessDef,
    ) -> Result<ProcessDef, Vec<FieldError>> {
        self.give_keys();
        let mut wrong = Vec::new();
        let keys: Vec<(String, String)> = self
            .stages
            .iter()
            .map(|r| (r.name.trim().to_lowercase(), r.key.clone()))
            .collect();
        let stages = self
            .stages
            .iter()
            .enumerate()
            .map(|(at, row)| {
                let mut note = |part: &str, msg: Msg| {
                    wrong.push(FieldError::new(format!("s{at}-{part}"), msg));
                };
                stage(lang, row, before.stage(&row.key), &keys, &mut note)
            })
            .collect();
        if wrong.is_empty() {
            Ok(ProcessDef { stages })
        } else {
            Err(wrong)
        }
    }

    /// New stages get their key from their name, once.
    fn give_keys(&mut self) {
        for at in 0..self.stages.len() {
            let row = &self.stages[at];
            if !row.key.is_empty() || row.name.trim().is_empty() {
                continue;
            }
            let base = word_of(&row.name, "stage", 30);
            let key = free(&base, |key| self.stages.iter().any(|r| r.key == key));
            self.stages[at].key = key;
        }
    }
}

fn unknown(key: &str) -> Error {
    let name: String = key.chars().take(60).collect();
    Error::field(
        "",
        Msg::new("The form holds “{name}”, which it does not have. Open the page again.")
            .with("name", name),
    )
}

fn row(lang: Lang, def: &ProcessDef, s: &Stage, person: &impl Fn(&str) -> String) -> Row {
    let own = |key: &&String| s.fields.iter().any(|f| f.key == **key);
    let needs: Vec<&str> = s
        .required_fields
        .iter()
        .filter(|key| !own(key))
        .map(String::as_str)
        .collect();
    let (owner, person_id) = match &s.owner {
        Owner::Service => ("service".to_owned(), ""),
        Owner::Team(id) => (format!("team:{id}"), ""),
        Owner::Person(id) => ("person".to_owned(), id.as_str()),
    };
    let (back, back_to) = match &s.send_back_to {
        SendBack::None => ("none", String::new()),
        SendBack::AnyEarlier => ("any", String::new()),
        SendBack::Only(keys) => {
            let name = |key: &String| match def.stage(key) {
                Some(stage) if !stage.name.contains(',') => stage.name.clone(),
                _ => key.clone(),
            };
            ("only", keys.iter().map(name).collect::<Vec<_>>().join(", "))
        }
    };
    Row {
        key: s.key.clone(),
        name: s.name.clone(),
        requester_name: s.requester_name.clone().unwrap_or_default(),
        phase: phase_key(s.phase).to_owned(),
        owner,
        person: person_id.to_owned(),
        person_text: match person_id {
            "" => String::new(),
            id => person(id),
        },
        checklist: lines::print_checks(lang, &s.checklist),
        fields: lines::print_fields(lang, &s.fields, &s.required_fields),
        needs: needs.join(", "),
        share: s.share.to_string(),
        approves: s.requester_approves,
        back: back.to_owned(),
        back_to,
        limit: s.work_limit.map(|n| n.to_string()).unwrap_or_default(),
        timers: timer_lines::print(lang, &s.timers),
    }
}

/// The word of a phase in forms.
pub fn phase_key(phase: Phase) -> &'static str {
    match phase {
        Phase::New => "new",
        Phase::Review => "review",
        _ => "active",
    }
}

fn stage(
    lang: Lang,
    row: &Row,
    before: Option<&Stage>,
    keys: &[(String, String)],
    note: &mut impl FnMut(&str, Msg),
) -> Stage {
    let checks = before.map(|b| b.checklist.as_slice()).unwrap_or_default();
    let checklist = lines::read_checks(lang, &row.checklist, checks).unwrap_or_else(|msg| {
        note("checklist", msg);
        Vec::new()
    });
    let old = before.map(|b| b.fields.as_slice()).unwrap_or_default();
    let (fields, mut own) = lines::read_fields(lang, &row.fields, old).unwrap_or_else(|msg| {
        note("fields", msg);
        Default::default()
    });
    // In the order they had, so that nothing changes when nothing was changed.
    let mut required_fields = Vec::new();
    let mut others = listed(&row.needs);
    for key in before.iter().flat_map(|b| &b.required_fields) {
        if own.remove(key) {
            required_fields.push(key.clone());
        } else if let Some(at) = others.iter().position(|other| other == key) {
            required_fields.push(others.remove(at));
        }
    }
    required_fields.extend(own);
    required_fields.extend(others);
    let old = before.map(|b| b.timers.as_slice()).unwrap_or_default();
    let timers = timer_lines::read(lang, &row.timers, old).unwrap_or_else(|msg| {
        note("timers", msg);
        Vec::new()
    });
    let mut count = |part: &str, text: &str| {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let read = text.parse::<u32>().ok();
        if read.is_none() {
            note(part, Msg::new("Write a whole number."));
        }
        read
    };
    let share = count("share", &row.share).unwrap_or(0);
    let work_limit = count("limit", &row.limit);
    let named = |name: String| {
        let low = name.to_lowercase();
        let found = keys.iter().find(|(n, _)| *n == low);
        found.map_or(name, |(_, key)| key.clone())
    };
    let owner = match row.owner.as_str() {
        "" | "service" => Owner::Service,
        "person" => Owner::Person(row.person.clone()),
        other => match other.strip_prefix("team:") {
            Some(id) => Owner::Team(id.to_owned()),
            None => {
                note("owner", Msg::new("Choose one of the list."));
                Owner::Service
            }
        },
    };
    let send_back_to = match row.back.as_str() {
        "" | "none" => SendBack::None,
        "any" => SendBack::AnyEarlier,
        "only" => SendBack::Only(listed(&row.back_to).into_iter().map(named).collect()),
        _ => {
            note("back", Msg::new("Choose one of the list."));
            SendBack::None
        }
    };
    let phase = match row.phase.as_str() {
        "new" => Phase::New,
        "active" => Phase::Active,
        "review" => Phase::Review,
        _ => {
            note("phase", Msg::new("Choose one of the list."));
            Phase::Active
        }
    };
    let word = row.requester_name.trim();
    Stage {
        key: row.key.clone(),
        name: row.name.trim().to_owned(),
        requester_name: (!word.is_empty()).then(|| word.to_owned()),
        phase,
        owner,
        checklist,
        fields,
        required_fields,
        share,
        requester_approves: row.approves,
        send_back_to,
        work_limit,
        only_if: before.and_then(|b| b.only_if.clone()),
        tasks: before.map(|b| b.tasks.clone()).unwrap_or_default(),
        approvals: before.map(|b| b.approvals.clone()).unwrap_or_default(),
        timers,
    }
}

/// Words separated by commas.
fn listed(text: &str) -> Vec<String> {
    text.split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The form's field for a place in the JSON, such as `stages[2].share`.
pub fn field_of(path: &str) -> String {
    let path = path.strip_prefix("definition.").unwrap_or(path);
    let Some((at, rest)) = path
        .strip_prefix("stages[")
        .and_then(|rest| rest.split_once(']'))
    else {
        return match path {
            "stages" => String::new(),
            other => other.to_owned(),
        };
    };
    let part = rest.trim_start_matches('.');
    let part = part.split(['[', '.']).next().unwrap_or_default();
    let part = match part {
        "key" | "" => "name",
        "required_fields" => "needs",
        "requester_approves" => "approves",
        "send_back_to" => "back",
        "work_limit" => "limit",
        other => other,
    };
    format!("s{at}-{part}")
}

#[cfg(test)]
#[path = "sheet_tests.rs"]
mod tests;
