//! Changes in words.

use serde_json::Value;

use crate::changes::rules::{Level, Outcome, Type};
use crate::i18n::{Lang, t};
use crate::ui::block::Tone;

/// Those that stand in the conversation on the agents' page.
pub const TOLD: &[&str] = &[
    "change.typed",
    "change.assessed",
    "change.decided",
    "change.reviewed",
    "change.acted",
];

/// Routine, checked, urgent.
pub fn kind(lang: Lang, kind: Type) -> &'static str {
    match kind {
        Type::Standard => t!(lang, "Routine"),
        Type::Normal => t!(lang, "Checked"),
        Type::Emergency => t!(lang, "Urgent"),
    }
}

/// The word of the trade, for those who know it.
pub fn kind_term(lang: Lang, kind: Type) -> &'static str {
    match kind {
        Type::Standard => t!(lang, "Standard change"),
        Type::Normal => t!(lang, "Normal change"),
        Type::Emergency => t!(lang, "Emergency change"),
    }
}

/// Low, medium, high.
pub fn level(lang: Lang, level: Level) -> &'static str {
    match level {
        Level::Low => t!(lang, "low"),
        Level::Medium => t!(lang, "medium"),
        Level::High => t!(lang, "high"),
    }
}

/// A level as a pill's words.
pub fn level_pill(lang: Lang, level: Level) -> (&'static str, Tone) {
    match level {
        Level::Low => (t!(lang, "Low risk"), Tone::Line),
        Level::Medium => (t!(lang, "Medium risk"), Tone::Line),
        Level::High => (t!(lang, "High risk"), Tone::Warn),
    }
}

/// How it went.
pub fn outcome(lang: Lang, outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Successful => t!(lang, "As planned"),
        Outcome::WithIssues => t!(lang, "Live, with trouble"),
        Outcome::BackedOut => t!(lang, "Taken back"),
        Outcome::Failed => t!(lang, "Failed"),
    }
}

/// A question of the questionnaire.
pub fn question(lang: Lang, key: &str) -> &'static str {
    match key {
        "before" => t!(lang, "Have we done exactly this before?"),
        "tried" => t!(lang, "Was it tried on a copy?"),
        "back_time" => t!(lang, "How long does the way back take?"),
        "notice" => t!(lang, "Who notices if it goes wrong?"),
        "touches" => t!(lang, "What does it concern?"),
        _ => t!(lang, "Is anything out of use meanwhile?"),
    }
}

/// An answer to a question.
pub fn answer(lang: Lang, question: &str, key: &str) -> &'static str {
    match (question, key) {
        ("before", "often") => t!(lang, "Three times or more"),
        ("before", "once") => t!(lang, "Once or twice"),
        ("before", _) => t!(lang, "Never"),
        ("tried", "yes") => t!(lang, "Yes, all of it"),
        ("tried", "partly") => t!(lang, "In parts"),
        ("tried", _) => t!(lang, "Not tried"),
        ("back_time", "minutes") => t!(lang, "Minutes"),
        ("back_time", "hours") => t!(lang, "Hours"),
        ("back_time", _) => t!(lang, "There is no way back"),
        ("notice", "us") => t!(lang, "Only our team"),
        ("notice", "staff") => t!(lang, "Colleagues"),
        ("notice", _) => t!(lang, "Customers or the public"),
        ("touches", "data") => t!(lang, "Personal data"),
        ("touches", "money") => t!(lang, "Prices, payments or budgets"),
        ("touches", "figures") => t!(lang, "Figures that somebody reports"),
        ("touches", "signin") => t!(lang, "Sign-in or rights"),
        ("touches", "mailing") => t!(lang, "Messages to customers"),
        ("touches", "others") => t!(lang, "A tool that another team uses"),
        ("touches", _) => t!(lang, "None of these"),
        (_, "yes") => t!(lang, "Yes"),
        _ => t!(lang, "No"),
    }
}

/// What a meeting said.
pub fn decision(lang: Lang, key: &str) -> &'static str {
    match key {
        "approved" => t!(lang, "Agreed"),
        "conditions" => t!(lang, "Agreed with conditions"),
        "rejected" => t!(lang, "Not agreed"),
        _ => t!(lang, "Put off to the next meeting"),
    }
}

/// What happened, as the rest of a sentence that begins with who did it.
pub fn tell(lang: Lang, verb: &str, d: &Value) -> Option<String> {
    let text = |key: &str| d[key].as_str().unwrap_or_default();
    Some(match verb {
        "change.typed" => {
            let word = Type::from_key(text("after")).map_or("", |k| kind(lang, k));
            t!(lang, "made it a change of the kind “{kind}”", kind = word)
        }
        "change.assessed" => {
            let word = match text("after") {
                "low" => level(lang, Level::Low),
                "medium" => level(lang, Level::Medium),
                "high" => level(lang, Level::High),
                _ => return Some(t!(lang, "opened the ranking of its risk again").to_owned()),
            };
            t!(lang, "ranked its risk: {level}", level = word)
        }
        "change.saved" => t!(lang, "wrote about risk and plans").to_owned(),
        "change.reviewed" => {
            let word = Outcome::from_key(text("outcome")).map_or("", |o| outcome(lang, o));
            t!(lang, "looked back at it: {outcome}", outcome = word)
        }
        "change.acted" => t!(
            lang,
            "made {number} of what was learned",
            number = d["number"]
        ),
        "change.decided" => {
            let said = t!(
                lang,
                "recorded the decision of “{meeting}”: {decision}",
                meeting = text("meeting"),
                decision = decision(lang, text("decision"))
            );
            match text("words") {
                "" => said,
                words => format!("{said}: {words}"),
            }
        }
        _ => return None,
    })
}

/// The icon of such an event.
pub fn icon(verb: &str) -> &'static str {
    match verb {
        "change.decided" => "okc",
        "change.reviewed" => "check",
        "change.acted" => "link",
        "change.typed" => "layers",
        _ => "info",
    }
}
