//! One sentence per event.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use mil_process::form::Answers;
use serde_json::Value;

use crate::clock::from_micros;
use crate::i18n::{Lang, fmt, t, tn};
use crate::incidents;
use crate::timeline::Entry;
use crate::work::model::NEVER;

/// How sentences are told: to whom, and with which names.
pub struct Teller<'a> {
    /// The reader's language.
    pub lang: Lang,
    /// Now, to say "today".
    pub now: Timestamp,
    /// The reader's zone.
    pub zone: &'a TimeZone,
    /// Person id to name.
    pub names: &'a BTreeMap<String, String>,
    /// Field key to label.
    pub labels: &'a BTreeMap<String, String>,
    /// Agents read the names of stages, requesters their words for them.
    pub agent: bool,
}

impl Teller<'_> {
    fn text<'d>(&self, data: &'d Value, key: &str) -> &'d str {
        data[key].as_str().unwrap_or_default()
    }

    fn name(&self, id: &Value) -> Option<&str> {
        self.names.get(id.as_str()?).map(String::as_str)
    }

    fn stage<'d>(&self, data: &'d Value, end: &str) -> &'d str {
        let word = data[format!("{end}_word")].as_str();
        match (self.agent, word) {
            (false, Some(word)) => word,
            _ => self.text(data, end),
        }
    }

    fn due(&self, micros: &Value) -> Option<String> {
        let micros = micros.as_i64().filter(|m| *m < NEVER)?;
        Some(fmt::when(
            self.lang,
            from_micros(micros),
            self.now,
            self.zone,
        ))
    }

    /// What happened, as the rest of a sentence that begins with who did it.
    /// `None` for what is shown in another way or says nothing to this reader.
    pub fn tell(&self, e: &Entry) -> Option<String> {
        let lang = self.lang;
        let d = &e.data;
        let (from, to) = (self.stage(d, "from"), self.stage(d, "to"));
        Some(match e.verb.as_str() {
            "mail.bounced" => t!(
                lang,
                "A message to {address} did not arrive: {why}",
                address = self.text(d, "address"),
                why = self.text(d, "why")
            ),
            "mail.unwanted" => t!(
                lang,
                "{address} called a message of ours unwanted and gets no more",
                address = self.text(d, "address")
            ),
            "request.ordered" => t!(
                lang,
                "ordered “{service}”",
                service = self.text(d, "service")
            ),
            "request.moved" => t!(
                lang,
                "finished {from} and handed on to {to}",
                from = from,
                to = to
            ),
            "proof.started" => t!(
                lang,
                "started the proof round “{title}”",
                title = self.text(d, "title")
            ),
            "proof.version_added" => t!(
                lang,
                "put version {n} into the proof round “{title}”",
                n = d["number"].as_i64().unwrap_or(0),
                title = self.text(d, "title")
            ),
            "proof.decided" => crate::proofs::panel::decided(lang, d),
            "proof.closed" => t!(
                lang,
                "closed the proof round “{title}”",
                title = self.text(d, "title")
            ),
            "proof.opened" => t!(
                lang,
                "opened the proof round “{title}” again",
                title = self.text(d, "title")
            ),
            "playbook.run_started" => t!(
                lang,
                "started the playbook “{name}”",
                name = self.text(d, "playbook")
            ),
            "playbook.run_finished" => t!(
                lang,
                "finished the playbook “{name}”",
                name = self.text(d, "playbook")
            ),
            "playbook.run_abandoned" => t!(
                lang,
                "gave the playbook “{name}” up: {why}",
                name = self.text(d, "playbook"),
                why = self.text(d, "reason")
            ),
            "playbook.step_done" => t!(lang, "did “{step}”", step = self.text(d, "step")),
            "playbook.step_skipped" => t!(
                lang,
                "skipped “{step}”: {why}",
                step = self.text(d, "step"),
                why = self.text(d, "note")
            ),
            "playbook.step_opened" => {
                t!(lang, "opened “{step}” again", step = self.text(d, "step"))
            }
            "playbook.step_assigned" => t!(
                lang,
                "gave the step “{step}” away",
                step = self.text(d, "step")
            ),
            "playbook.step_noted" => t!(
                lang,
                "noted something at “{step}”",
                step = self.text(d, "step")
            ),
            "request.done" => t!(lang, "finished {from}: it is done", from = from),
            "request.sent_back" => t!(
                lang,
                "sent it back from {from} to {to}",
                from = from,
                to = to
            ),
            "request.waits" => match d["why"].as_str() {
                Some("approval") => t!(lang, "sent a draft to approve").to_owned(),
                _ => t!(lang, "asked the requester").to_owned(),
            },
            "request.resumed" => t!(lang, "set the work going again").to_owned(),
            "request.approved" => t!(lang, "approved the draft").to_owned(),
            "request.changes_asked" => t!(lang, "asked for changes").to_owned(),
            "request.declined" => t!(lang, "declined it").to_owned(),
            "request.cancelled" => t!(lang, "took the order back").to_owned(),
            "request.reopened" => t!(lang, "opened it again in {to}", to = to),
            "request.assigned" => match self.name(&d["after"]) {
                Some(name) if d["after"].as_str() == e.actor_id.as_deref() => {
                    let _ = name;
                    t!(lang, "took it").to_owned()
                }
                Some(name) => t!(lang, "gave it to {name}", name = name),
                None => t!(lang, "gave it back to the team").to_owned(),
            },
            "request.prioritised" => self.prioritised(d),
            "request.service_changed" => self.reserviced(d),
            "request.due_changed" => self.with_due(
                t!(
                    lang,
                    "counted the promise anew, because “{name}” changed",
                    name = self.text(d, "name")
                ),
                d,
            ),
            "request.filled" => self.filled(d),
            "request.renamed" => t!(
                lang,
                "renamed it from “{before}” to “{after}”",
                before = self.text(d, "before"),
                after = self.text(d, "after")
            ),
            "request.rated" => tn!(
                lang,
                d["score"].as_i64().unwrap_or(0),
                "rated it {n} of 5",
                "rated it {n} of 5"
            ),
            "request.watched" => t!(
                lang,
                "added {name} as a follower",
                name = self.text(d, "name")
            ),
            "request.unwatched" => t!(
                lang,
                "removed {name} from the followers",
                name = self.text(d, "name")
            ),
            "request.linked" => t!(lang, "linked it: {link}", link = self.link(d)),
            "request.unlinked" => t!(lang, "removed a link: {link}", link = self.link(d)),
            "request.merged" => t!(lang, "merged it into {number}", number = d["number"]),
            "request.absorbed" => t!(lang, "merged {number} into this", number = d["number"]),
            "request.unmerged" => t!(lang, "undid the merge into {number}", number = d["number"]),
            "request.released" => t!(lang, "undid the merge of {number}", number = d["number"]),
            "checklist.ticked" => t!(lang, "ticked “{check}”", check = self.text(d, "label")),
            "checklist.unticked" => t!(lang, "unticked “{check}”", check = self.text(d, "label")),
            "comment.written" if e.internal => t!(lang, "wrote an internal note").to_owned(),
            "comment.written" => t!(lang, "wrote an answer").to_owned(),
            "promise.escalated" => self.escalated(d),
            "approval.asked" => t!(
                lang,
                "asked for “{step}”: {names}",
                step = self.text(d, "step"),
                names = self.list(&d["names"])
            ),
            "approval.handed" => t!(
                lang,
                "handed “{step}” on to {names}",
                step = self.text(d, "step"),
                names = self.list(&d["names"])
            ),
            "approval.given" => self.answered(
                t!(lang, "agreed to “{step}”", step = self.text(d, "step")),
                d,
            ),
            "approval.refused" => {
                self.answered(t!(lang, "refused “{step}”", step = self.text(d, "step")), d)
            }
            "approval.reminded" => t!(
                lang,
                "reminded those who have not answered “{step}”",
                step = self.text(d, "step")
            ),
            "task.done" => self.task(
                t!(lang, "finished “{task}”", task = self.text(d, "task")),
                d,
            ),
            "task.reopened" => self.task(
                t!(lang, "opened “{task}” again", task = self.text(d, "task")),
                d,
            ),
            "task.failed" => self.task(
                t!(
                    lang,
                    "declined what “{task}” needs",
                    task = self.text(d, "task")
                ),
                d,
            ),
            "task.linked" => self.task(
                t!(
                    lang,
                    "said which request does “{task}”",
                    task = self.text(d, "task")
                ),
                d,
            ),
            "task.assigned" => t!(
                lang,
                "gave “{task}” to somebody",
                task = self.text(d, "task")
            ),
            "time.spent" => t!(
                lang,
                "spent {time}",
                time = fmt::span(lang, d["minutes"].as_i64().unwrap_or(0), 480)
            ),
            "time.taken_back" => t!(
                lang,
                "took time back: {time}",
                time = fmt::span(lang, d["minutes"].as_i64().unwrap_or(0), 480)
            ),
            verb if verb.starts_with("timer.") => {
                return crate::work::timer_words::tell(lang, verb, d);
            }
            verb if verb.starts_with("calendar.") => {
                let when = |text: &str| {
                    text.parse()
                        .map(|at| fmt::when(lang, at, self.now, self.zone))
                        .unwrap_or_default()
                };
                return crate::calendar::words::tell(lang, verb, d, &when);
            }
            verb if verb.starts_with("change.") => {
                return crate::changes::words::tell(lang, verb, d);
            }
            _ => {
                return crate::automation::words::tell(lang, &e.verb, d)
                    .or_else(|| incidents::words::tell(lang, e));
            }
        })
    }

    fn list(&self, names: &Value) -> String {
        let names = names.as_array().into_iter().flatten();
        names
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// With whom it was said for, and what was said.
    fn answered(&self, said: String, d: &Value) -> String {
        let lang = self.lang;
        let others = self.list(&d["for"]);
        let said = match others.as_str() {
            "" => said,
            others => t!(lang, "{said}, for {names}", said = said, names = others),
        };
        match self.text(d, "comment") {
            "" => said,
            comment => format!("{said}: “{comment}”"),
        }
    }

    /// With the number of the request that does the task.
    fn task(&self, said: String, d: &Value) -> String {
        match d["number"].as_i64() {
            Some(number) => format!("{said} ({number})"),
            None => said,
        }
    }

    fn prioritised(&self, d: &Value) -> String {
        let lang = self.lang;
        let word = |key: &str| match d[key].as_str() {
            Some("low") => t!(lang, "Low"),
            Some("high") => t!(lang, "High"),
            Some("urgent") => t!(lang, "Urgent"),
            _ => t!(lang, "Normal"),
        };
        let text = t!(
            lang,
            "changed the priority from {before} to {after}",
            before = word("before"),
            after = word("after")
        );
        self.with_due(text, d)
    }

    /// The change of the promise, if there is one.
    fn with_due(&self, text: String, d: &Value) -> String {
        match (self.due(&d["due_before"]), self.due(&d["due_after"])) {
            (Some(before), Some(after)) if before != after => {
                let due = t!(
                    self.lang,
                    "promised {after} instead of {before}",
                    after = after,
                    before = before
                );
                format!("{text} · {due}")
            }
            _ => text,
        }
    }

    fn reserviced(&self, d: &Value) -> String {
        let lang = self.lang;
        let mut text = t!(
            lang,
            "changed the service from “{before}” to “{after}”",
            before = self.text(d, "before"),
            after = self.text(d, "after")
        );
        let dropped = d["dropped"].as_object().map_or(0, serde_json::Map::len);
        if dropped > 0 {
            text.push_str(" · ");
            text.push_str(&tn!(
                lang,
                dropped,
                "{n} answer does not fit any more",
                "{n} answers do not fit any more"
            ));
        }
        self.with_due(text, d)
    }

    fn filled(&self, d: &Value) -> String {
        let read =
            |key: &str| -> Answers { serde_json::from_value(d[key].clone()).unwrap_or_default() };
        let (before, after) = (read("before"), read("after"));
        let keys: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        let changed: Vec<&str> = keys
            .into_iter()
            .filter(|key| before.get(*key) != after.get(*key))
            .map(|key| self.labels.get(key).map_or(key.as_str(), String::as_str))
            .collect();
        if changed.is_empty() {
            return t!(self.lang, "saved the fields").to_owned();
        }
        t!(self.lang, "filled in {fields}", fields = changed.join(", "))
    }

    fn link(&self, d: &Value) -> String {
        let lang = self.lang;
        let number = &d["number"];
        match d["kind"].as_str() {
            Some("blocks") => t!(lang, "blocks {number}", number = number),
            Some("blocked_by") => t!(lang, "waits for {number}", number = number),
            Some("duplicates") => t!(lang, "same as {number}", number = number),
            Some("duplicated_by") => t!(lang, "{number} is the same", number = number),
            Some("caused_by") => t!(lang, "caused by {number}", number = number),
            Some("causes") => t!(lang, "causes {number}", number = number),
            _ => t!(lang, "belongs with {number}", number = number),
        }
    }

    fn escalated(&self, d: &Value) -> String {
        let lang = self.lang;
        let share = &d["share"];
        match d["clock"].as_str() {
            Some("response") => t!(
                lang,
                "{share}% of the time for the first answer is used",
                share = share
            ),
            _ => t!(lang, "{share}% of the promised time is used", share = share),
        }
    }

    /// The reason somebody gave, if the event has one.
    pub fn reason<'d>(&self, e: &'d Entry) -> Option<&'d str> {
        e.data["reason"].as_str().filter(|r| !r.is_empty())
    }

    /// The icon of an event.
    pub fn icon(&self, e: &Entry) -> &'static str {
        match e.verb.as_str() {
            "request.moved" | "request.done" | "request.approved" | "checklist.ticked" => "check",
            "request.sent_back" | "request.changes_asked" | "request.reopened" => "left",
            "request.waits" | "comment.written" => "msg",
            "request.assigned" | "request.watched" | "request.unwatched" => "users",
            "request.prioritised" => "up",
            "request.due_changed" | "timer.went_off" => "clock",
            "request.rated" => "star",
            "request.linked" | "request.unlinked" | "request.merged" | "request.absorbed"
            | "request.unmerged" | "request.released" => "link",
            "approval.asked" | "approval.handed" | "approval.reminded" => "users",
            "approval.given" | "task.done" => "okc",
            "request.declined" | "request.cancelled" | "approval.refused" | "task.failed" => "x",
            "promise.escalated" | "timer.blocked" => "alert",
            "request.resumed" => "go",
            "calendar.planned" | "calendar.withdrawn" | "calendar.excepted" => "cal",
            other if other.starts_with("change.") => crate::changes::words::icon(other),
            other => incidents::words::icon(other).unwrap_or("info"),
        }
    }
}
