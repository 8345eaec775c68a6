//! What timers say: on the timeline, in settings, and ahead of time.

use mil_process::process::{Counts, Deed, Timer, Whom};
use serde_json::Value;

use crate::i18n::{Lang, fmt, t};

/// A working day in definitions, which know no calendar: eight hours.
pub const DAY: i64 = 480;

/// What happened, as the rest of a sentence that begins with who did it.
pub fn tell(lang: Lang, verb: &str, data: &Value) -> Option<String> {
    if verb == "timer.blocked" {
        let why = data["why"].as_str().unwrap_or_default();
        return Some(t!(lang, "could not move it on by itself: {why}", why = why));
    }
    let does: Deed = serde_json::from_value(data["does"].clone()).ok()?;
    let counts: Counts = serde_json::from_value(data["counts"].clone()).ok()?;
    let time = fmt::span_words(lang, data["minutes"].as_i64()?, DAY);
    let after = match counts {
        Counts::Working => t!(lang, "after {time} in this stage", time = time),
        Counts::Waiting => t!(lang, "after {time} without an answer", time = time),
    };
    let did = match does {
        Deed::Remind { whom: Whom::Owner } => t!(lang, "reminded whoever works on it"),
        Deed::Remind {
            whom: Whom::TeamLeads,
        } => t!(lang, "reminded the team's leads"),
        Deed::Remind {
            whom: Whom::Requester,
        } => t!(lang, "reminded the requester"),
        Deed::RaisePriority => t!(lang, "raised the priority"),
        Deed::MoveOn => t!(lang, "moved it on"),
        Deed::Close { .. } => t!(lang, "closed it as no longer needed"),
        Deed::Decline { .. } => t!(lang, "declined it by itself"),
    };
    Some(format!("{did} {after}"))
}

/// What happened, for whoever ordered; a whole sentence.
pub fn for_requester(lang: Lang, data: &Value) -> Option<String> {
    let does: Deed = serde_json::from_value(data["does"].clone()).ok()?;
    let time = fmt::span_words(lang, data["minutes"].as_i64()?, DAY);
    Some(match does {
        Deed::Remind {
            whom: Whom::Requester,
        } => {
            t!(
                lang,
                "A reminder: an answer has been missing for {time}",
                time = time
            )
        }
        Deed::MoveOn => t!(
            lang,
            "Nobody objected for {time}, so it went on",
            time = time
        ),
        Deed::Close { .. } => t!(
            lang,
            "Closed, because no answer came for {time}",
            time = time
        ),
        Deed::Decline { .. } => t!(lang, "Ended by itself after {time}", time = time),
        _ => return None,
    })
}

/// What a timer does, in a few words.
pub fn deed(lang: Lang, does: &Deed) -> &'static str {
    match does {
        Deed::Remind { whom: Whom::Owner } => t!(lang, "remind the owner"),
        Deed::Remind {
            whom: Whom::TeamLeads,
        } => t!(lang, "remind the team leads"),
        Deed::Remind {
            whom: Whom::Requester,
        } => t!(lang, "remind the requester"),
        Deed::RaisePriority => t!(lang, "raise the priority"),
        Deed::MoveOn => t!(lang, "move on"),
        Deed::Close { .. } => t!(lang, "close"),
        Deed::Decline { .. } => t!(lang, "decline"),
    }
}

/// A timer as a phrase: "after 3 days without an answer: remind the requester".
pub fn timer(lang: Lang, timer: &Timer) -> String {
    let time = fmt::span_words(lang, timer.after_minutes, DAY);
    let after = match timer.counts {
        Counts::Working => t!(lang, "after {time} in this stage", time = time),
        Counts::Waiting => t!(lang, "after {time} without an answer", time = time),
    };
    format!("{after}: {}", deed(lang, &timer.does))
}

/// What comes next by itself and when, for a request that runs. Requesters read
/// only what concerns them.
pub fn ahead(lang: Lang, does: &Deed, when: &str, requester: bool) -> Option<String> {
    Some(match does {
        Deed::Remind {
            whom: Whom::Requester,
        } if requester => {
            t!(
                lang,
                "Without an answer, a reminder comes {when}.",
                when = when
            )
        }
        Deed::Remind { .. } | Deed::RaisePriority if requester => return None,
        Deed::Remind { whom: Whom::Owner } => {
            t!(lang, "Whoever works on it is reminded {when}.", when = when)
        }
        Deed::Remind {
            whom: Whom::TeamLeads,
        } => t!(lang, "The team's leads are told {when}.", when = when),
        Deed::Remind {
            whom: Whom::Requester,
        } => t!(lang, "The requester is reminded {when}.", when = when),
        Deed::RaisePriority => t!(lang, "Its priority rises {when}.", when = when),
        Deed::MoveOn => t!(lang, "It goes on by itself {when}.", when = when),
        Deed::Close { .. } => t!(
            lang,
            "It is closed as no longer needed {when}.",
            when = when
        ),
        Deed::Decline { .. } => t!(lang, "It ends by itself {when}.", when = when),
    })
}
