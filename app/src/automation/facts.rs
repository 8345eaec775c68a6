//! What a condition can ask about a request.

use std::collections::BTreeMap;

use jiff::Timestamp;
use mil_process::form::{Answer, Answers, Cond};
use serde_json::Value;

use crate::catalog::Catalog;
use crate::catalog::model::Priority;
use crate::work::model::{Item, NEVER, WAITS};
use crate::work::store::{phase_from_key, phase_key};

/// The facts by name; `answer.KEY` is an answer of the order or of an agent.
pub const KNOWN: [&str; 14] = [
    "service",
    "category",
    "kind",
    "priority",
    "stage",
    "phase",
    "team",
    "assignee",
    "requester",
    "department",
    "title",
    "promise",
    "by",
    "rating",
];

/// The facts of a request at a moment. `by` is who set the rule off.
pub fn of(catalog: &Catalog, item: &Item, by: &str, now: Timestamp) -> Answers {
    let service = catalog.service(&item.service_id);
    let mut facts: BTreeMap<String, Answer> = BTreeMap::new();
    let mut put = |name: &str, value: String| {
        if !value.is_empty() {
            facts.insert(name.to_owned(), Answer::Text(value));
        }
    };
    put(
        "service",
        service.map_or_else(|| item.service_id.clone(), |s| s.slug.clone()),
    );
    put(
        "category",
        service.map(|s| s.category_id.clone()).unwrap_or_default(),
    );
    put("kind", item.kind.key().to_owned());
    put("priority", item.priority.key().to_owned());
    put("stage", item.stage.clone());
    put("phase", phase_key(item.phase).to_owned());
    put("team", item.team_id.clone());
    put("assignee", item.assignee_id.clone().unwrap_or_default());
    put("requester", item.requester_id.clone());
    put("department", item.department_id.clone().unwrap_or_default());
    put("title", item.title.to_lowercase());
    let due = Some(item.deliver_by).filter(|at| *at != NEVER && *at != WAITS);
    let promise = match due {
        Some(due) if due < now.as_microsecond() => "late",
        Some(_) => "in_time",
        None => "waits",
    };
    put("promise", promise.to_owned());
    put("by", by.to_owned());
    put(
        "rating",
        item.rating.map(|n| n.to_string()).unwrap_or_default(),
    );
    for (key, answer) in item.answers.iter().chain(&item.fields) {
        facts.insert(format!("answer.{key}"), answer.clone());
    }
    facts
}

/// Whether a condition holds; none always does. Words in a title are looked for
/// inside it, in any case.
pub fn holds(test: Option<&Cond>, facts: &Answers) -> bool {
    test.is_none_or(|cond| met(cond, facts))
}

fn met(cond: &Cond, facts: &Answers) -> bool {
    match cond {
        Cond::All(list) => list.iter().all(|c| met(c, facts)),
        Cond::Any(list) => list.iter().any(|c| met(c, facts)),
        Cond::Not(inner) => !met(inner, facts),
        Cond::Includes { field, value } if field == "title" => match facts.get("title") {
            Some(Answer::Text(title)) => title.contains(&value.trim().to_lowercase()),
            _ => false,
        },
        other => other.met(facts),
    }
}

/// A request as it was before some of its events, newest first, happened.
pub fn back<'a>(item: &Item, events: impl Iterator<Item = (&'a str, &'a Value)>) -> Item {
    let mut then = item.clone();
    for (verb, data) in events {
        let before = &data["before"];
        let text = || before.as_str().map(str::to_owned);
        match verb {
            "request.prioritised" => {
                let key = before.as_str().unwrap_or_default();
                let found = Priority::ALL.into_iter().find(|p| p.key() == key);
                then.priority = found.unwrap_or(then.priority);
            }
            "request.assigned" => then.assignee_id = text(),
            "request.renamed" => then.title = text().unwrap_or(then.title),
            "request.rated" => then.rating = None,
            _ => {
                if let Some(stage) = before["stage"].as_str() {
                    stage.clone_into(&mut then.stage);
                }
                if let Some(phase) = before["phase"]
                    .as_str()
                    .and_then(|p| phase_from_key(p).ok())
                {
                    then.phase = phase;
                    if !phase.is_final() {
                        then.closed_at = None;
                    }
                }
            }
        }
    }
    then
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn conditions_are_read_as_people_mean_them() {
        let facts: Answers = [
            ("priority", "high"),
            ("title", "poster for the open day"),
            ("answer.size", "a2"),
        ]
        .map(|(k, v)| (k.to_owned(), Answer::Text(v.to_owned())))
        .into();
        for (cond, holds_so) in [
            (
                json!({ "is": { "field": "priority", "value": "high" } }),
                true,
            ),
            (
                json!({ "is_not": { "field": "priority", "value": "high" } }),
                false,
            ),
            (
                json!({ "includes": { "field": "title", "value": "Open DAY" } }),
                true,
            ),
            (
                json!({ "includes": { "field": "title", "value": "night" } }),
                false,
            ),
            (
                json!({ "not": { "filled": { "field": "assignee" } } }),
                true,
            ),
            (
                json!({ "is": { "field": "answer.size", "value": "a2" } }),
                true,
            ),
            (
                json!({ "any": [{ "is": { "field": "priority", "value": "low" } },
                { "includes": { "field": "title", "value": "poster" } }] }),
                true,
            ),
            (
                json!({ "all": [{ "is": { "field": "priority", "value": "low" } },
                { "includes": { "field": "title", "value": "poster" } }] }),
                false,
            ),
        ] {
            let read: Cond = serde_json::from_value(cond.clone()).unwrap();
            assert_eq!(holds(Some(&read), &facts), holds_so, "{cond}");
        }
        assert!(holds(None, &facts));
    }
}
