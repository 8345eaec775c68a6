//! What administrators read about events, deliveries and failures.

use crate::i18n::{Lang, t};
use crate::ui::block::Tone;
use crate::webhooks::chat::Look;

/// What an endpoint understands.
pub fn look(lang: Lang, look: Look) -> &'static str {
    match look {
        Look::Data => t!(lang, "Data, for programs"),
        Look::Slack => t!(lang, "Messages in Slack"),
        Look::Teams => t!(lang, "Messages in Microsoft Teams"),
        Look::Mattermost => t!(lang, "Messages in Mattermost or Rocket.Chat"),
    }
}

/// Events that are offered as ticks; others can be named through the API.
pub fn offered(lang: Lang) -> [(&'static str, &'static str); 10] {
    [
        ("*", t!(lang, "Everything that happens to a request")),
        ("request.ordered", t!(lang, "A request is ordered")),
        ("request.moved", t!(lang, "It moves to another stage")),
        ("request.assigned", t!(lang, "Somebody gets it")),
        ("request.done", t!(lang, "It is finished")),
        ("request.declined", t!(lang, "It is declined")),
        ("request.cancelled", t!(lang, "It is cancelled")),
        ("comment.written", t!(lang, "Somebody writes an answer")),
        (
            "approval.*",
            t!(lang, "An approval is asked for, given or refused"),
        ),
        (
            "promise.escalated",
            t!(lang, "A promise is at risk or broken"),
        ),
    ]
}

/// Why an attempt failed.
pub fn problem(lang: Lang, code: &str, status: Option<i64>) -> String {
    match code {
        "status" => t!(
            lang,
            "It answered with {status}",
            status = status.unwrap_or(0)
        ),
        "redirect" => t!(lang, "It led elsewhere; redirects are not followed").to_owned(),
        "forbidden" => t!(lang, "The address is not allowed").to_owned(),
        "unknown" => t!(lang, "The name has no address").to_owned(),
        "connect" => t!(lang, "Nobody took the connection").to_owned(),
        "tls" => t!(lang, "The certificate does not fit").to_owned(),
        "late" => t!(lang, "No whole answer in time").to_owned(),
        _ => t!(lang, "The answer broke off").to_owned(),
    }
}

/// The state of a delivery: tone, icon, word.
pub fn state(lang: Lang, state: &str, attempts: i64) -> (Tone, &'static str, &'static str) {
    match (state, attempts) {
        ("done", _) => (Tone::Ok, "check", t!(lang, "Delivered")),
        ("dead", _) => (Tone::Bad, "x", t!(lang, "Given up")),
        (_, 0) => (Tone::Line, "clock", t!(lang, "Waiting")),
        _ => (Tone::Warn, "clock", t!(lang, "Is tried again")),
    }
}
