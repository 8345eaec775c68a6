//! States and reasons as words.

use crate::i18n::{Lang, t};
use crate::mail::boxes::Strangers;
use crate::ui::block::Tone;

/// A state of a message, and how it is marked.
pub fn state(lang: Lang, state: &str) -> (Tone, &'static str) {
    match state {
        "new" | "waiting" => (Tone::Plain, t!(lang, "Waiting")),
        "taken" => (Tone::Ok, t!(lang, "Accepted")),
        "sent" => (Tone::Ok, t!(lang, "Sent")),
        "aside" => (Tone::Plain, t!(lang, "Set aside")),
        "held" => (Tone::Warn, t!(lang, "Held")),
        "repeat" => (Tone::Plain, t!(lang, "Came twice")),
        "refused" => (Tone::Plain, t!(lang, "Refused")),
        "discarded" => (Tone::Plain, t!(lang, "Thrown away")),
        "withheld" => (Tone::Plain, t!(lang, "Not sent")),
        "bounced" => (Tone::Bad, t!(lang, "Came back")),
        _ => (Tone::Bad, t!(lang, "Given up")),
    }
}

/// Why a message was not taken, and what to do, in a sentence.
pub fn reason(lang: Lang, reason: &str) -> &'static str {
    match reason {
        "forged" => t!(
            lang,
            "Your mail server says that the sender's address is forged."
        ),
        "unproven" => t!(
            lang,
            "It claims to come from somebody of the team, and nothing proves it. Ask them whether they wrote it."
        ),
        "others_address" => t!(
            lang,
            "It came to a reply address that was made for somebody else; perhaps a message was passed on."
        ),
        "broken_address" => t!(lang, "It came to a reply address that we did not make."),
        "disabled" => t!(lang, "The sender's account is closed."),
        "left" => t!(lang, "The sender takes no part in the request any more."),
        "loop" => t!(lang, "It is a message of ours that came back."),
        "hops" => t!(
            lang,
            "It passed more servers than a message does; perhaps it runs in a circle."
        ),
        "sender" => t!(lang, "The sender wrote very often within an hour."),
        "item" => t!(
            lang,
            "The sender wrote very often about this request within minutes."
        ),
        "stranger" => t!(lang, "The sender has no account here."),
        "list" => t!(lang, "It came over a mailing list."),
        "broken" => t!(
            lang,
            "It is damaged and could not be read. The raw message is here."
        ),
        "empty" => t!(lang, "There is nothing in it."),
        "slow" => t!(lang, "It took too long to read. The raw message is here."),
        "no_sender" => t!(lang, "It does not say who sent it."),
        "no_mailbox" => t!(
            lang,
            "There is no mailbox that it could belong to. Add one, then try again."
        ),
        "not_taken" => t!(lang, "The request does not take it now."),
        "failed" => t!(
            lang,
            "It could not be dealt with three times. The detail says why."
        ),
        "automatic" => t!(lang, "A machine wrote it."),
        "bounce" => t!(lang, "It says that a message of ours did not arrive."),
        "complaint" => t!(
            lang,
            "Somebody called a message of ours unwanted. They get no more."
        ),
        "repeat" => t!(lang, "The same message was here before."),
        _ => "",
    }
}

/// What happens to mail from unknown addresses: name and what it means.
pub fn strangers(lang: Lang, rule: Strangers) -> (&'static str, &'static str) {
    match rule {
        Strangers::Join => (
            t!(lang, "Let them in"),
            t!(
                lang,
                "They become outside partners, and their message a request."
            ),
        ),
        Strangers::Hold => (
            t!(lang, "Hold it"),
            t!(lang, "Somebody of the team looks at it first."),
        ),
        Strangers::Reject => (
            t!(lang, "Refuse it"),
            t!(lang, "It is kept, and nothing follows."),
        ),
    }
}
