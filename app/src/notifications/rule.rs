//! Who is told about an event. A pure rule, tested by a table.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// What happened, as far as the rule cares.
#[derive(Debug, Clone)]
pub struct Happened<'a> {
    /// The event's verb.
    pub verb: &'a str,
    /// Whether the requester may know.
    pub public: bool,
    /// Who did it; `None` for MIL itself.
    pub actor: Option<&'a str>,
    /// The event's data.
    pub data: &'a Value,
}

/// Who stands around the request.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)]
pub struct Around {
    pub requester: String,
    pub assignee: Option<String>,
    /// Members of the team that has it.
    pub team: Vec<String>,
    /// Leads of that team.
    pub leads: Vec<String>,
    pub watchers: Vec<String>,
    /// Of those above, who may read what agents write among themselves.
    pub insiders: BTreeSet<String>,
    /// Whether the requester has to do something now.
    pub your_turn: bool,
}

/// Why somebody is told; the word is kept with the notification.
pub type Reason = &'static str;

/// Everybody who is told, with the reason that concerns them most. Never the
/// one who did it, and never somebody who may not read what happened.
pub fn told(what: &Happened<'_>, around: &Around) -> BTreeMap<String, Reason> {
    let mut out: BTreeMap<String, Reason> = BTreeMap::new();
    let mut tell = |who: &str, reason: Reason| {
        if !who.is_empty() {
            // The first reason given is the one that concerns them most.
            out.entry(who.to_owned()).or_insert(reason);
        }
    };
    let requester = around.requester.as_str();
    let assignee = around.assignee.as_deref().unwrap_or_default();
    let from_requester = what.actor == Some(requester);
    let watchers = |tell: &mut dyn FnMut(&str, Reason), reason| {
        for watcher in &around.watchers {
            tell(watcher, reason);
        }
    };
    let owners = |tell: &mut dyn FnMut(&str, Reason), reason| {
        if assignee.is_empty() {
            for member in &around.team {
                tell(member, reason);
            }
        } else {
            tell(assignee, reason);
        }
    };
    match what.verb {
        "comment.written" => {
            for id in what.data["mentions"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
            {
                tell(id, "mentioned");
            }
            if what.public && !from_requester {
                tell(
                    requester,
                    if around.your_turn {
                        "your_turn"
                    } else {
                        "answered"
                    },
                );
            }
            tell(assignee, "answered");
            watchers(&mut tell, "answered");
        }
        "request.assigned" => tell(what.data["after"].as_str().unwrap_or_default(), "assigned"),
        "request.waits" => tell(requester, "your_turn"),
        "request.moved" | "request.sent_back" => {
            if around.your_turn {
                tell(requester, "your_turn");
            }
            tell(assignee, "moved");
        }
        "approval.asked" | "approval.reminded" | "approval.handed" => {
            for id in what.data["people"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
            {
                tell(id, "approval");
            }
        }
        "approval.refused" => tell(assignee, "refused"),
        "task.done" | "task.failed" | "task.reopened" => tell(assignee, "task"),
        "request.resumed" => tell(assignee, "resumed"),
        "request.approved" => {
            tell(assignee, "approved");
            if what.actor.is_none() {
                tell(requester, "went_on");
            }
        }
        "request.changes_asked" => tell(assignee, "changes_asked"),
        "request.done" => {
            tell(requester, "done");
            watchers(&mut tell, "done");
        }
        "request.declined" => {
            tell(requester, "declined");
            watchers(&mut tell, "declined");
        }
        "request.cancelled" => {
            tell(assignee, "cancelled");
            if what.actor.is_none() {
                tell(requester, "closed_by_itself");
            }
        }
        "timer.blocked" => owners(&mut tell, "timer_blocked"),
        "timer.went_off" => match what.data["does"]["whom"].as_str() {
            Some("requester") => tell(requester, "reminder"),
            Some("team_leads") => {
                for lead in &around.leads {
                    tell(lead, "timer");
                }
            }
            Some(_) => owners(&mut tell, "timer"),
            None => {}
        },
        "request.reopened" => {
            tell(assignee, "reopened");
            tell(requester, "reopened");
        }
        "request.rated" => tell(assignee, "rated"),
        "request.merged" => tell(requester, "merged"),
        "incident.updated" | "incident.told" | "incident.restored" => {
            let reason = match what.verb {
                "incident.restored" => "restored",
                _ => "incident_update",
            };
            tell(requester, reason);
            tell(assignee, reason);
            watchers(&mut tell, reason);
        }
        "incident.major" => {
            tell(assignee, "major");
            for lead in &around.leads {
                tell(lead, "major");
            }
            watchers(&mut tell, "major");
        }
        "incident.managed" => tell(what.data["after"].as_str().unwrap_or_default(), "manager"),
        "incident.reminded" => {
            for id in what.data["mentions"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
            {
                tell(id, "update_due");
            }
        }
        "problem.resolved" => {
            tell(requester, "cause_fixed");
            tell(assignee, "cause_fixed");
            watchers(&mut tell, "cause_fixed");
        }
        "post_mortem.published" => {
            tell(assignee, "post_mortem");
            watchers(&mut tell, "post_mortem");
        }
        "change.decided" => {
            tell(assignee, "decided");
            watchers(&mut tell, "decided");
        }
        "change.typed" if what.data["after"] == "emergency" => {
            for lead in &around.leads {
                tell(lead, "urgent_change");
            }
        }
        "request.due_changed" => {
            let due = |key: &str| what.data[key].as_i64();
            match due("due_before").zip(due("due_after")) {
                // Say it before they ask.
                Some((before, after)) if after > before => {
                    tell(requester, "later");
                    tell(assignee, "later");
                }
                Some(_) => tell(assignee, "sooner"),
                None => {}
            }
        }
        "promise.escalated" => {
            for tell_whom in what.data["tell"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
            {
                if tell_whom == "team_leads" {
                    for lead in &around.leads {
                        tell(lead, "escalated");
                    }
                } else if assignee.is_empty() {
                    for member in &around.team {
                        tell(member, "escalated");
                    }
                } else {
                    tell(assignee, "escalated");
                }
            }
        }
        _ => {}
    }
    out.retain(|who, _| {
        what.actor != Some(who.as_str()) && (what.public || around.insiders.contains(who))
    });
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn around() -> Around {
        Around {
            requester: "maren".into(),
            assignee: Some("priya".into()),
            team: vec!["priya".into(), "tomas".into(), "hanna".into()],
            leads: vec!["hanna".into()],
            watchers: vec!["rolf".into(), "tomas".into()],
            insiders: ["priya", "tomas", "hanna"].map(str::to_owned).into(),
            your_turn: false,
        }
    }

    fn who(
        verb: &str,
        public: bool,
        actor: Option<&str>,
        data: Value,
        around: &Around,
    ) -> Vec<String> {
        told(
            &Happened {
                verb,
                public,
                actor,
                data: &data,
            },
            around,
        )
        .into_iter()
        .map(|(who, why)| format!("{who}:{why}"))
        .collect()
    }

    #[test]
    fn each_event_concerns_the_right_people() {
        let usual = around();
        let nobody = Around {
            assignee: None,
            ..around()
        };
        let turn = Around {
            your_turn: true,
            ..around()
        };
        let none = json!({});
        let table: Vec<(&str, bool, Option<&str>, Value, &Around, Vec<&str>)> = vec![
            (
                "comment.written",
                true,
                Some("priya"),
                none.clone(),
                &usual,
                vec!["maren:answered", "rolf:answered", "tomas:answered"],
            ),
            (
                "comment.written",
                true,
                Some("maren"),
                none.clone(),
                &usual,
                vec!["priya:answered", "rolf:answered", "tomas:answered"],
            ),
            (
                "comment.written",
                false,
                Some("priya"),
                json!({ "mentions": ["tomas", "maren"] }),
                &usual,
                vec!["tomas:mentioned"],
            ),
            (
                "comment.written",
                false,
                Some("hanna"),
                none.clone(),
                &usual,
                vec!["priya:answered", "tomas:answered"],
            ),
            (
                "request.assigned",
                true,
                Some("hanna"),
                json!({ "after": "priya" }),
                &usual,
                vec!["priya:assigned"],
            ),
            (
                "request.assigned",
                true,
                Some("priya"),
                json!({ "after": "priya" }),
                &usual,
                vec![],
            ),
            (
                "request.assigned",
                true,
                Some("hanna"),
                json!({ "after": null }),
                &usual,
                vec![],
            ),
            (
                "request.waits",
                true,
                Some("priya"),
                none.clone(),
                &turn,
                vec!["maren:your_turn"],
            ),
            (
                "request.moved",
                true,
                Some("tomas"),
                none.clone(),
                &turn,
                vec!["maren:your_turn", "priya:moved"],
            ),
            (
                "request.done",
                true,
                Some("priya"),
                none.clone(),
                &usual,
                vec!["maren:done", "rolf:done", "tomas:done"],
            ),
            (
                "request.rated",
                true,
                Some("maren"),
                none.clone(),
                &usual,
                vec!["priya:rated"],
            ),
            (
                "request.due_changed",
                true,
                None,
                json!({ "due_before": 1, "due_after": 2 }),
                &usual,
                vec!["maren:later", "priya:later"],
            ),
            (
                "request.due_changed",
                true,
                None,
                json!({ "due_before": 2, "due_after": 1 }),
                &usual,
                vec!["priya:sooner"],
            ),
            (
                "request.due_changed",
                true,
                None,
                json!({ "due_before": null, "due_after": null, "respond_before": 1, "respond_after": 2 }),
                &usual,
                vec![],
            ),
            (
                "timer.went_off",
                true,
                None,
                json!({ "does": { "type": "remind", "whom": "requester" } }),
                &turn,
                vec!["maren:reminder"],
            ),
            (
                "timer.went_off",
                false,
                None,
                json!({ "does": { "type": "remind", "whom": "owner" } }),
                &nobody,
                vec!["hanna:timer", "priya:timer", "tomas:timer"],
            ),
            (
                "timer.went_off",
                false,
                None,
                json!({ "does": { "type": "remind", "whom": "team_leads" } }),
                &usual,
                vec!["hanna:timer"],
            ),
            (
                "timer.went_off",
                true,
                None,
                json!({ "does": { "type": "close", "reason": "No answer." } }),
                &usual,
                vec![],
            ),
            (
                "request.cancelled",
                true,
                None,
                none.clone(),
                &usual,
                vec!["maren:closed_by_itself", "priya:cancelled"],
            ),
            (
                "promise.escalated",
                false,
                None,
                json!({ "tell": ["owner"] }),
                &usual,
                vec!["priya:escalated"],
            ),
            (
                "promise.escalated",
                false,
                None,
                json!({ "tell": ["owner"] }),
                &nobody,
                vec!["hanna:escalated", "priya:escalated", "tomas:escalated"],
            ),
            (
                "promise.escalated",
                false,
                None,
                json!({ "tell": ["team_leads"] }),
                &usual,
                vec!["hanna:escalated"],
            ),
            (
                "checklist.ticked",
                false,
                Some("priya"),
                none,
                &usual,
                vec![],
            ),
        ];
        for (verb, public, actor, data, around, expect) in table {
            assert_eq!(
                who(verb, public, actor, data.clone(), around),
                expect,
                "{verb} by {actor:?} {data}"
            );
        }
    }
}
