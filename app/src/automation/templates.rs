//! Common rules to start from.

use serde_json::{Value, json};

use crate::automation::model::Def;
use crate::i18n::{Lang, t};

/// A rule to start from.
pub struct Template {
    /// Its word in addresses.
    pub key: &'static str,
    /// What it is called.
    pub name: &'static str,
    /// What it says.
    pub def: Def,
}

/// All of them, the most wanted first.
pub fn all(lang: Lang) -> Vec<Template> {
    let since = |what: &str, amount: i64| json!({ "type": "since", "since": what, "amount": amount, "unit": "working_days" });
    let event = |verb: &str| json!({ "type": "event", "event": verb });
    let is = |field: &str, value: &str| json!({ "is": { "field": field, "value": value } });
    let list = [
        (
            "approval-waits",
            t!(lang, "Remind the substitute when an approval waits"),
            json!({ "when": since("approval", 2), "then": [{ "do": "tell", "whom": "substitutes" }] }),
        ),
        (
            "share-out",
            t!(lang, "Share new requests out"),
            json!({ "when": event("request.ordered"),
                "if": { "all": [{ "not": { "filled": { "field": "assignee" } } }] },
                "then": [{ "do": "assign", "to": "load" }] }),
        ),
        (
            "no-answer",
            t!(lang, "Ask again when the requester does not answer"),
            json!({ "when": since("requester", 3),
                "then": [{ "do": "answer", "text": t!(lang, "Hello {requester}, we still need your answer to go on with “{title}”.") }] }),
        ),
        (
            "quiet",
            t!(lang, "Tell the owner of a quiet request"),
            json!({ "when": since("quiet", 5), "then": [{ "do": "tell", "whom": "assignee" }] }),
        ),
        (
            "at-risk",
            t!(lang, "Make it urgent when a promise is at risk"),
            json!({ "when": event("promise.escalated"),
                "then": [{ "do": "priority", "to": "urgent" }, { "do": "tell", "whom": "leads" }] }),
        ),
        (
            "bad-rating",
            t!(lang, "Tell the leads of a bad rating"),
            json!({ "when": event("request.rated"),
                "if": { "any": [is("rating", "1"), is("rating", "2")] },
                "then": [{ "do": "tell", "whom": "leads" }] }),
        ),
        (
            "morning",
            t!(lang, "Every morning, tell the leads what is late"),
            json!({ "when": { "type": "schedule", "days": [1, 2, 3, 4, 5], "at": "08:30" },
                "if": { "all": [is("promise", "late")] },
                "then": [{ "do": "tell", "whom": "leads" }] }),
        ),
    ];
    let read = |value: Value| serde_json::from_value(value).expect("a test reads every template");
    list.map(|(key, name, def)| Template {
        key,
        name,
        def: read(def),
    })
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::automation::draft::Draft;

    #[test]
    fn every_template_fits_the_form() {
        for template in all(Lang::En) {
            let draft = Draft::of(template.name, &template.def).expect(template.key);
            assert_eq!(
                draft.read().unwrap().then,
                template.def.then,
                "{}",
                template.key
            );
        }
    }
}
