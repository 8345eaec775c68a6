//! A rule as a form: one line for when, three for conditions, three for deeds.
//! Each line is a word to choose and maybe a text, so that the form reads as a
//! sentence and works without scripts.

use mil_process::form::Cond;

use crate::automation::model::{Deed, Def, Since, Unit, When};
use crate::error::{Error, FieldError, Msg, Result};
use crate::incidents::page::one;
use crate::web::input::Posted;

/// How many conditions and deeds the form has lines for.
pub const LINES: usize = 3;

/// What stands in the form.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)]
pub struct Draft {
    pub name: String,
    /// A verb, `since:WHAT`, or `schedule`.
    pub trigger: String,
    pub amount: String,
    pub unit: String,
    pub at: String,
    pub days: Vec<String>,
    /// is or is_not, `fact:value`, and words for a title.
    pub tests: [(String, String); LINES],
    pub title: String,
    /// `do:to`, and a text.
    pub deeds: [(String, String); LINES],
    /// Conditions as JSON, besides those of the lines.
    pub expert: String,
}

impl Draft {
    /// As posted.
    pub fn posted(posted: &Posted) -> Draft {
        let text = |name: &str| one(posted, name).to_owned();
        let pair =
            |a: &str, b: &str, i: usize| (text(&format!("{a}{i}")), text(&format!("{b}{i}")));
        Draft {
            name: text("name"),
            trigger: text("trigger"),
            amount: text("amount"),
            unit: text("unit"),
            at: text("at"),
            days: posted.0.get("days").cloned().unwrap_or_default(),
            tests: [1, 2, 3].map(|i| pair("is", "test", i)),
            title: text("title"),
            deeds: [1, 2, 3].map(|i| pair("deed", "text", i)),
            expert: text("expert"),
        }
    }

    /// The rule that it says.
    ///
    /// # Errors
    /// Everything that cannot be read, by field.
    pub fn read(&self) -> Result<Def> {
        let mut wrong = Vec::new();
        let when = match self.trigger.split_once(':') {
            Some(("since", what)) => {
                let since = Since::ALL.into_iter().find(|s| s.key() == what);
                let unit = Unit::ALL.into_iter().find(|u| u.key() == self.unit);
                When::Since {
                    since: since.unwrap_or(Since::Ordered),
                    amount: self.amount.parse().unwrap_or(0),
                    unit: unit.unwrap_or(Unit::WorkingDays),
                }
            }
            _ if self.trigger == "schedule" => When::Schedule {
                days: self.days.iter().filter_map(|d| d.parse().ok()).collect(),
                at: self.at.clone(),
            },
            _ => When::Event {
                event: self.trigger.clone(),
            },
        };
        let mut all = Vec::new();
        for (is, test) in self.tests.iter().filter(|(_, test)| !test.is_empty()) {
            let (field, value) = test.split_once('=').unwrap_or((test, ""));
            all.push(condition(is != "is_not", field, value));
        }
        if !self.title.is_empty() {
            all.push(Cond::Includes {
                field: "title".to_owned(),
                value: self.title.clone(),
            });
        }
        if !self.expert.is_empty() {
            match serde_json::from_str(&self.expert) {
                Ok(cond) => all.push(cond),
                Err(e) => wrong.push(FieldError::new(
                    "expert",
                    Msg::new("The conditions cannot be read: {why}.").with("why", e),
                )),
            }
        }
        let mut then = Vec::new();
        for (i, (deed, text)) in self.deeds.iter().enumerate() {
            if !deed.is_empty() {
                match deed_of(deed, text) {
                    Some(deed) => then.push(deed),
                    None => wrong.push(FieldError::new(
                        format!("deed{}", i + 1),
                        "Choose what is to be done.",
                    )),
                }
            }
        }
        if !wrong.is_empty() {
            return Err(Error::Invalid(wrong));
        }
        Ok(Def {
            when,
            test: match all.len() {
                0 => None,
                _ => Some(Cond::All(all)),
            },
            then,
        })
    }

    /// The form of a rule. Conditions and deeds that have no line of their own
    /// stand in `expert`; more than three deeds do not fit and `None` is said.
    pub fn of(name: &str, def: &Def) -> Option<Draft> {
        let mut draft = Draft {
            name: name.to_owned(),
            unit: Unit::WorkingDays.key().to_owned(),
            ..Draft::default()
        };
        match &def.when {
            When::Event { event } => draft.trigger.clone_from(event),
            When::Since {
                since,
                amount,
                unit,
            } => {
                draft.trigger = format!("since:{}", since.key());
                draft.amount = amount.to_string();
                unit.key().clone_into(&mut draft.unit);
            }
            When::Schedule { days, at } => {
                "schedule".clone_into(&mut draft.trigger);
                draft.at.clone_from(at);
                draft.days = days.iter().map(ToString::to_string).collect();
            }
        }
        let list = match &def.test {
            None => Vec::new(),
            Some(Cond::All(list)) => list.clone(),
            Some(other) => vec![other.clone()],
        };
        let mut rest = Vec::new();
        let mut at = 0;
        for cond in list {
            let line = line(&cond);
            match (&cond, line) {
                (Cond::Includes { field, value }, _)
                    if field == "title" && draft.title.is_empty() =>
                {
                    draft.title.clone_from(value);
                }
                (_, Some(line)) if at < LINES => {
                    draft.tests[at] = line;
                    at += 1;
                }
                _ => rest.push(cond),
            }
        }
        draft.expert = match rest.len() {
            0 => String::new(),
            1 => serde_json::to_string(&rest[0]).ok()?,
            _ => serde_json::to_string(&Cond::All(rest)).ok()?,
        };
        if def.then.len() > LINES {
            return None;
        }
        for (i, deed) in def.then.iter().enumerate() {
            draft.deeds[i] = deed_line(deed)?;
        }
        Some(draft)
    }
}

fn condition(is: bool, field: &str, value: &str) -> Cond {
    let (field, value) = (field.to_owned(), value.to_owned());
    // "nobody" is the absence of an answer.
    match (is, value.is_empty()) {
        (true, true) => Cond::Not(Box::new(Cond::Filled { field })),
        (false, true) => Cond::Filled { field },
        (true, false) => Cond::Is { field, value },
        (false, false) => Cond::Not(Box::new(Cond::Is { field, value })),
    }
}

fn line(cond: &Cond) -> Option<(String, String)> {
    let said = |is: bool, field: &str, value: &str| {
        let word = if is { "is" } else { "is_not" };
        Some((word.to_owned(), format!("{field}={value}")))
    };
    match cond {
        Cond::Is { field, value } => said(true, field, value),
        Cond::IsNot { field, value } => said(false, field, value),
        Cond::Filled { field } => said(false, field, ""),
        Cond::Not(inner) => match &**inner {
            Cond::Is { field, value } => said(false, field, value),
            Cond::Filled { field } => said(true, field, ""),
            _ => None,
        },
        _ => None,
    }
}

/// A deed of a line.
pub fn deed_of(deed: &str, text: &str) -> Option<Deed> {
    let (word, to) = deed.split_once('=').unwrap_or((deed, ""));
    let (to, text) = (to.to_owned(), text.to_owned());
    Some(match word {
        "tell" => Deed::Tell { whom: to },
        "priority" => Deed::Priority { to },
        "assign" => Deed::Assign { to },
        "answer" => Deed::Answer { text },
        "note" => Deed::Note { text },
        "forward" => Deed::Forward {},
        "order" => Deed::Order {
            service: to,
            title: text,
        },
        "playbook" => Deed::Playbook { playbook: to },
        "webhook" => Deed::Webhook { endpoint: to },
        "fill" => {
            let (field, value) = text.split_once('=')?;
            Deed::Fill {
                field: field.trim().to_owned(),
                value: value.trim().to_owned(),
            }
        }
        _ => return None,
    })
}

/// The line of a deed.
pub fn deed_line(deed: &Deed) -> Option<(String, String)> {
    let none = String::new;
    Some(match deed {
        Deed::Tell { whom } => (format!("tell={whom}"), none()),
        Deed::Priority { to } => (format!("priority={to}"), none()),
        Deed::Assign { to } => (format!("assign={to}"), none()),
        Deed::Answer { text } => ("answer".to_owned(), text.clone()),
        Deed::Note { text } => ("note".to_owned(), text.clone()),
        Deed::Forward {} => ("forward".to_owned(), none()),
        Deed::Order { service, title } => (format!("order={service}"), title.clone()),
        Deed::Playbook { playbook } => (format!("playbook={playbook}"), none()),
        Deed::Webhook { endpoint } => (format!("webhook={endpoint}"), none()),
        Deed::Fill { field, value } => ("fill".to_owned(), format!("{field}={value}")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_the_form_shows_is_what_it_saves() {
        for def in [
            json!({ "when": { "type": "event", "event": "request.ordered" },
                "if": { "all": [{ "is": { "field": "priority", "value": "high" } },
                    { "not": { "filled": { "field": "assignee" } } }] },
                "then": [{ "do": "assign", "to": "load" }, { "do": "note", "text": "x {number}" }] }),
            json!({ "when": { "type": "since", "since": "approval", "amount": 2, "unit": "working_days" },
                "if": { "all": [{ "is": { "field": "category", "value": "print" } },
                    { "includes": { "field": "title", "value": "poster" } },
                    { "any": [{ "filled": { "field": "answer.size" } }] }] },
                "then": [{ "do": "tell", "whom": "substitutes" }] }),
            json!({ "when": { "type": "schedule", "days": [1, 3], "at": "09:00" },
                "then": [{ "do": "playbook", "playbook": "p" }, { "do": "order", "service": "s", "title": "t" },
                    { "do": "fill", "field": "a", "value": "b" }] }),
        ] {
            let read: Def = serde_json::from_value(def.clone()).unwrap();
            let draft = Draft::of("A name", &read).unwrap();
            let again = draft.read().unwrap();
            assert_eq!(serde_json::to_value(&again).unwrap()["then"], def["then"]);
            assert_eq!(again.when, read.when);
            let order = |d: &Def| match d.test.clone() {
                Some(Cond::All(mut list)) => {
                    list.sort_by_key(|c| serde_json::to_string(c).unwrap());
                    list
                }
                _ => Vec::new(),
            };
            assert_eq!(order(&again), order(&read), "{def}");
        }
    }
}
