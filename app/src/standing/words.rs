//! Why it waits, as one plain sentence; conditions in words.

use jiff::Timestamp;
use mil_process::form::{Cond, FormDef};

use crate::i18n::{Lang, fmt, t};
use crate::standing::rule::Cause;
use crate::web::Me;

/// The sentence. Requesters read no names of tasks and no numbers of requests
/// that are not theirs; what their own page says in another place is left out.
pub fn sentence(me: &Me, cause: &Cause, requester: bool) -> Option<String> {
    let lang = me.lang();
    let when = |at: &Timestamp| fmt::when(lang, *at, me.now, &me.prefs.zone);
    let since = |at: &Option<Timestamp>| at.as_ref().map(&when).unwrap_or_default();
    Some(match cause {
        Cause::Ended | Cause::Merged => return None,
        Cause::Answer { .. } | Cause::Draft { .. } | Cause::Nobody { .. } | Cause::Work { .. }
            if requester =>
        {
            return None;
        }
        Cause::Answer { since } => t!(
            lang,
            "It waits for the requester's answer since {when}.",
            when = when(since)
        ),
        Cause::Draft { since } => t!(
            lang,
            "It waits for the requester's yes since {when}.",
            when = when(since)
        ),
        Cause::Votes { step, names, .. } if requester => t!(
            lang,
            "It waits for “{step}”: {names}.",
            step = step,
            names = names.join(", ")
        ),
        Cause::Votes { step, names, since } => t!(
            lang,
            "It waits for “{step}” since {when}: {names}.",
            step = step,
            names = names.join(", "),
            when = when(since)
        ),
        Cause::Sub { service, .. } if requester => t!(
            lang,
            "It waits for a part that others make: {service}.",
            service = service
        ),
        Cause::Sub {
            number,
            task,
            since: at,
            ..
        } => t!(
            lang,
            "It waits for request {number}, which does “{task}”, since {when}.",
            number = number,
            task = task,
            when = since(at)
        ),
        Cause::Window { from, .. } => t!(
            lang,
            "It goes on in its window in the calendar: {when}.",
            when = when(from)
        ),
        Cause::Task { who, .. } if requester => {
            t!(lang, "It waits for a part that {name} does.", name = who)
        }
        Cause::Task {
            task,
            who,
            since: at,
        } => t!(
            lang,
            "It waits for “{task}”, which {name} does, since {when}.",
            task = task,
            name = who,
            when = since(at)
        ),
        Cause::Nobody { team, since: at } => t!(
            lang,
            "It waits for somebody of {team} to take it since {when}.",
            team = team,
            when = since(at)
        ),
        Cause::Work { who, since: at } => t!(
            lang,
            "{name} works on it since {when}.",
            name = who,
            when = since(at)
        ),
    })
}

/// The word of a cause in the API.
pub fn key(cause: &Cause) -> &'static str {
    match cause {
        Cause::Ended => "ended",
        Cause::Merged => "merged",
        Cause::Answer { .. } => "answer",
        Cause::Draft { .. } => "draft",
        Cause::Votes { .. } => "approval",
        Cause::Sub { .. } => "sub_request",
        Cause::Window { .. } => "window",
        Cause::Task { .. } => "task",
        Cause::Nobody { .. } => "unassigned",
        Cause::Work { .. } => "work",
    }
}

/// A condition in words: "Kind is “New page”".
pub fn condition(lang: Lang, form: &FormDef, cond: &Cond) -> String {
    let label = |key: &str| {
        form.field(key)
            .map_or_else(|| key.to_owned(), |f| f.label.clone())
    };
    let value = |key: &str, value: &str| {
        let options = form
            .field(key)
            .map(|f| f.kind.options())
            .unwrap_or_default();
        let option = options.iter().find(|o| o.key == value);
        match (option, value) {
            (Some(option), _) => option.label.clone(),
            (None, "yes") => t!(lang, "Yes").to_owned(),
            (None, "no") => t!(lang, "No").to_owned(),
            (None, other) => other.to_owned(),
        }
    };
    let list = |conds: &[Cond], word: &str| {
        let all: Vec<String> = conds.iter().map(|c| condition(lang, form, c)).collect();
        all.join(&format!(" {word} "))
    };
    match cond {
        Cond::Is { field, value: v } => {
            t!(
                lang,
                "{question} is “{answer}”",
                question = label(field),
                answer = value(field, v)
            )
        }
        Cond::IsNot { field, value: v } => {
            t!(
                lang,
                "{question} is not “{answer}”",
                question = label(field),
                answer = value(field, v)
            )
        }
        Cond::Includes { field, value: v } => {
            t!(
                lang,
                "{question} includes “{answer}”",
                question = label(field),
                answer = value(field, v)
            )
        }
        Cond::Filled { field } => t!(lang, "{question} is answered", question = label(field)),
        Cond::AtLeast { field, number } => {
            t!(
                lang,
                "{question} is at least {number}",
                question = label(field),
                number = number
            )
        }
        Cond::All(conds) => list(conds, t!(lang, "and")),
        Cond::Any(conds) => list(conds, t!(lang, "or")),
        Cond::Not(inner) => t!(
            lang,
            "not: {condition}",
            condition = condition(lang, form, inner)
        ),
    }
}
