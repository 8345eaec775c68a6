//! The events of incidents, problems and post-mortems as sentences.

use serde_json::Value;

use crate::i18n::{Lang, t};
use crate::timeline::Entry;

/// Those that stand in the conversation on the agents' page.
pub const TOLD: &[&str] = &[
    "incident.major",
    "incident.stood_down",
    "incident.managed",
    "incident.updated",
    "incident.told",
    "incident.restored",
    "incident.reminded",
    "problem.opened",
    "problem.published",
    "problem.withdrawn",
    "problem.resolved",
    "post_mortem.published",
    "post_mortem.acted",
];

fn text<'d>(data: &'d Value, key: &str) -> &'d str {
    data[key].as_str().unwrap_or_default()
}

/// What happened, as the rest of a sentence that begins with who did it.
pub fn tell(lang: Lang, e: &Entry) -> Option<String> {
    let d = &e.data;
    Some(match e.verb.as_str() {
        "incident.assessed" => match d["after"].as_i64() {
            Some(severity) => t!(lang, "assessed it as severity {n}", n = severity),
            None => t!(lang, "noted what is affected").to_owned(),
        },
        "incident.managed" if d["after"].is_null() => {
            t!(lang, "took the role of incident manager away").to_owned()
        }
        "incident.managed" => t!(
            lang,
            "named {name} as incident manager",
            name = text(d, "name")
        ),
        "incident.major" => t!(
            lang,
            "declared a major incident: “{headline}”",
            headline = text(d, "headline")
        ),
        "incident.stood_down" => t!(lang, "called the alarm off").to_owned(),
        "incident.updated" if d["everyone"] == true => {
            t!(lang, "posted an update for everyone affected").to_owned()
        }
        "incident.updated" => t!(lang, "posted an update among agents").to_owned(),
        "incident.told" => t!(lang, "told how the linked incident stands").to_owned(),
        "incident.restored" => t!(lang, "noted that it works again").to_owned(),
        "incident.reminded" => t!(lang, "The promised update is overdue").to_owned(),
        "problem.opened" => t!(
            lang,
            "opened {number} to look for the cause",
            number = d["number"]
        ),
        "problem.saved" => t!(lang, "wrote down what is known of the cause").to_owned(),
        "problem.published" => t!(lang, "offers a workaround to people who order").to_owned(),
        "problem.withdrawn" => t!(lang, "took the workaround back").to_owned(),
        "problem.resolved" => t!(lang, "The cause is fixed: {number}", number = d["number"]),
        "post_mortem.saved" => t!(lang, "worked on the post-mortem").to_owned(),
        "post_mortem.published" => t!(lang, "published the post-mortem").to_owned(),
        "post_mortem.acted" => t!(
            lang,
            "made {number} of what was learned",
            number = d["number"]
        ),
        _ => return None,
    })
}

/// The icon of such an event.
pub fn icon(verb: &str) -> Option<&'static str> {
    Some(match verb {
        "incident.major" | "incident.reminded" => "alert",
        "incident.restored" | "problem.resolved" => "check",
        "incident.updated" | "incident.told" => "horn",
        "problem.published" | "post_mortem.published" => "info",
        "problem.opened" | "post_mortem.acted" => "link",
        _ => return None,
    })
}
