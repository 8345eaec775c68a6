//! Rules in words: what can be chosen, a rule as a sentence, and its runs.

use mil_db::sql;
use mil_process::form::Cond;
use serde_json::Value;

use crate::automation::draft::LINES;
use crate::automation::model::{Def, Since, Unit, When};
use crate::catalog::model::{Priority, WorkKind};
use crate::error::Result;
use crate::i18n::{Lang, t, tn};
use crate::web::Me;
use crate::{playbooks, webhooks};

/// What can be chosen in one list: value and words.
pub type Choices = Vec<(String, String)>;

/// What sets a rule off.
pub fn triggers(lang: Lang) -> Choices {
    let list = [
        ("request.ordered", t!(lang, "a request is ordered")),
        ("since:approval", t!(lang, "an approval has waited for …")),
        (
            "since:requester",
            t!(lang, "the requester has not answered for …"),
        ),
        (
            "since:stage",
            t!(lang, "a request has been in its stage for …"),
        ),
        (
            "since:quiet",
            t!(lang, "nothing has happened to a request for …"),
        ),
        ("since:ordered", t!(lang, "a request was ordered … ago")),
        ("schedule", t!(lang, "it is a certain time of day")),
        (
            "comment.written",
            t!(lang, "somebody writes an answer or a note"),
        ),
        (
            "request.moved",
            t!(lang, "a request moves to another stage"),
        ),
        ("request.sent_back", t!(lang, "a request is sent back")),
        (
            "request.assigned",
            t!(lang, "a request is given to somebody"),
        ),
        ("request.prioritised", t!(lang, "the priority changes")),
        ("approval.asked", t!(lang, "an approval is asked for")),
        ("approval.given", t!(lang, "an approval is given")),
        ("approval.refused", t!(lang, "an approval is refused")),
        (
            "promise.escalated",
            t!(lang, "a promise is at risk or broken"),
        ),
        ("request.done", t!(lang, "a request is finished")),
        ("request.reopened", t!(lang, "a request is opened again")),
        ("request.rated", t!(lang, "a request is rated")),
    ];
    list.map(|(value, words)| (value.to_owned(), words.to_owned()))
        .into()
}

/// The measures of time.
pub fn units(lang: Lang) -> [(&'static str, &'static str); 4] {
    let name = |unit: Unit| match unit {
        Unit::WorkingDays => t!(lang, "working days"),
        Unit::WorkingHours => t!(lang, "working hours"),
        Unit::Hours => t!(lang, "hours"),
        Unit::Days => t!(lang, "days"),
    };
    Unit::ALL.map(|unit| (unit.key(), name(unit)))
}

/// What a request can be, for conditions.
pub async fn conditions(me: &Me) -> Result<Choices> {
    let lang = me.lang();
    let catalog = me.app.catalog().await?;
    let mut all = Choices::new();
    let mut put =
        |group: &str, value: String, name: &str| all.push((value, format!("{group}: {name}")));
    for c in catalog.categories.iter().filter(|c| !c.archived) {
        put(t!(lang, "Category"), format!("category={}", c.id), &c.name);
    }
    for s in catalog.services.iter().filter(|s| !s.retired) {
        put(t!(lang, "Service"), format!("service={}", s.slug), &s.name);
    }
    for p in Priority::ALL {
        put(
            t!(lang, "Priority"),
            format!("priority={}", p.key()),
            lang.t(p.label()),
        );
    }
    put(
        t!(lang, "Owner"),
        "assignee=".to_owned(),
        t!(lang, "nobody"),
    );
    put(
        t!(lang, "Promise"),
        "promise=late".to_owned(),
        t!(lang, "late"),
    );
    put(
        t!(lang, "Promise"),
        "promise=in_time".to_owned(),
        t!(lang, "in time"),
    );
    for stars in 1..=5 {
        put(
            t!(lang, "Rating"),
            format!("rating={stars}"),
            &stars.to_string(),
        );
    }
    put(
        t!(lang, "Set off by"),
        "by=requester".to_owned(),
        t!(lang, "the requester"),
    );
    put(
        t!(lang, "Set off by"),
        "by=agent".to_owned(),
        t!(lang, "somebody who works here"),
    );
    let mut stages: Vec<(String, String)> = catalog
        .processes
        .values()
        .filter(|p| !p.archived)
        .filter_map(|p| p.versions.get(&p.current))
        .flat_map(|def| def.stages.iter().map(|s| (s.name.clone(), s.key.clone())))
        .collect();
    stages.sort();
    stages.dedup_by(|a, b| a.1 == b.1);
    for (name, key) in &stages {
        put(t!(lang, "Stage"), format!("stage={key}"), name);
    }
    for kind in WorkKind::ALL {
        put(
            t!(lang, "Kind"),
            format!("kind={}", kind.key()),
            lang.t(kind.label()),
        );
    }
    for (id, name) in named(
        me,
        "SELECT id, name FROM department WHERE archived_at IS NULL ORDER BY name",
    )
    .await?
    {
        put(t!(lang, "Department"), format!("department={id}"), &name);
    }
    for (id, name) in named(
        me,
        "SELECT id, name FROM team WHERE archived_at IS NULL AND kind = 'team' ORDER BY name",
    )
    .await?
    {
        put(t!(lang, "Team"), format!("team={id}"), &name);
    }
    Ok(all)
}

async fn named(me: &Me, text: &'static str) -> Result<Choices> {
    sql(text)
        .all(&me.app.db)
        .await?
        .iter()
        .map(|row| Ok((row.get("id")?, row.get("name")?)))
        .collect()
}

/// What can be done. Endpoints only for those who may open the way outside.
pub async fn deeds(me: &Me) -> Result<Choices> {
    let lang = me.lang();
    let catalog = me.app.catalog().await?;
    let fixed = [
        (
            "tell=substitutes",
            t!(lang, "remind the approver's substitute"),
        ),
        ("tell=approvers", t!(lang, "remind the approvers")),
        ("tell=assignee", t!(lang, "tell the owner")),
        ("tell=team", t!(lang, "tell the team")),
        ("tell=leads", t!(lang, "tell the leads of the team")),
        ("tell=requester", t!(lang, "tell the requester")),
        ("note", t!(lang, "write an internal note")),
        ("answer", t!(lang, "write to the requester")),
        (
            "assign=load",
            t!(lang, "give it to whoever has least to do"),
        ),
        ("assign=rota", t!(lang, "give it to the next in turn")),
        ("assign=nobody", t!(lang, "give it back to the team")),
        ("forward", t!(lang, "hand it on to the next stage")),
        ("fill", t!(lang, "fill in a field (write: field = value)")),
    ];
    let mut all: Choices = fixed.map(|(v, w)| (v.to_owned(), w.to_owned())).into();
    for p in Priority::ALL {
        let words = t!(
            lang,
            "set the priority to {priority}",
            priority = lang.t(p.label())
        );
        all.push((format!("priority={}", p.key()), words));
    }
    let people = "SELECT id, name FROM person WHERE disabled_at IS NULL
         AND role NOT IN ('requester', 'partner') ORDER BY name";
    for (id, name) in named(me, people).await? {
        all.push((
            format!("assign=person:{id}"),
            t!(lang, "give it to {name}", name = name),
        ));
        all.push((
            format!("tell=person:{id}"),
            t!(lang, "tell {name}", name = name),
        ));
    }
    for s in catalog.services.iter().filter(|s| s.offered()) {
        all.push((
            format!("order={}", s.slug),
            t!(lang, "order “{service}”", service = s.name),
        ));
    }
    let wanted = playbooks::store::Wanted::default();
    for b in playbooks::store::list(&me.app.db, &me.actor, &wanted).await? {
        if b.runs() {
            all.push((
                format!("playbook={}", b.id),
                t!(lang, "start the playbook “{name}”", name = b.name),
            ));
        }
    }
    if crate::policy::administers(&me.actor) {
        for hook in webhooks::store::all(&me.app.db).await? {
            all.push((
                format!("webhook={}", hook.id),
                t!(lang, "call the endpoint “{name}”", name = hook.name),
            ));
        }
    }
    Ok(all)
}

fn find<'a>(all: &'a [(String, String)], value: &'a str) -> &'a str {
    all.iter()
        .find(|(v, _)| v == value)
        .map_or(value, |(_, w)| w)
}

/// The names behind a rule's values.
pub struct Dictionary {
    conditions: Choices,
    deeds: Choices,
}

impl Dictionary {
    /// All names there are.
    pub async fn load(me: &Me) -> Result<Dictionary> {
        Ok(Dictionary {
            conditions: conditions(me).await?,
            deeds: deeds(me).await?,
        })
    }

    /// "When …, if …, then …."
    pub fn sentence(&self, lang: Lang, def: &Def) -> String {
        let when = match &def.when {
            When::Event { event } => find(&triggers(lang), event).to_owned(),
            When::Since {
                since,
                amount,
                unit,
            } => {
                let span = span(lang, *amount, *unit);
                match since {
                    Since::Approval => t!(lang, "an approval has waited for {time}", time = span),
                    Since::Requester => t!(
                        lang,
                        "the requester has not answered for {time}",
                        time = span
                    ),
                    Since::Stage => t!(
                        lang,
                        "a request has been in its stage for {time}",
                        time = span
                    ),
                    Since::Quiet => t!(
                        lang,
                        "nothing has happened to a request for {time}",
                        time = span
                    ),
                    Since::Ordered => t!(lang, "a request was ordered {time} ago", time = span),
                }
            }
            When::Schedule { days, at } if days.is_empty() => {
                t!(lang, "it is {time}, every day", time = at)
            }
            When::Schedule { days, at } => {
                let names: Vec<&str> = days
                    .iter()
                    .filter_map(|d| usize::try_from(*d - 1).ok())
                    .map(|d| crate::admin::calendar_form::day_name(lang, d))
                    .collect();
                t!(
                    lang,
                    "it is {time} on {days}",
                    time = at,
                    days = names.join(", ")
                )
            }
        };
        let tests = def.test.as_ref().map(|c| self.condition(lang, c));
        let then: Vec<String> = def.then.iter().map(|d| self.deed(d)).collect();
        let then = then.join(t!(lang, " and "));
        match tests {
            None => t!(lang, "When {when}: {then}.", when = when, then = then),
            Some(tests) => t!(
                lang,
                "When {when}, if {tests}: {then}.",
                when = when,
                tests = tests,
                then = then
            ),
        }
    }

    fn condition(&self, lang: Lang, cond: &Cond) -> String {
        let listed = |list: &[Cond], word: &str| {
            let parts: Vec<String> = list.iter().map(|c| self.condition(lang, c)).collect();
            parts.join(word)
        };
        match cond {
            Cond::All(list) => listed(list, t!(lang, " and ")),
            Cond::Any(list) => listed(list, t!(lang, " or ")),
            Cond::Is { field, value } => self.fact(field, value),
            Cond::IsNot { field, value } => {
                t!(lang, "not {what}", what = self.fact(field, value))
            }
            Cond::Includes { field, value } if field == "title" => {
                t!(lang, "“{words}” is in the title", words = value)
            }
            Cond::Includes { field, value } => self.fact(field, value),
            // Nobody and nothing have a line of their own in the form.
            Cond::Not(inner) => match &**inner {
                Cond::Filled { field } => match self.named(&format!("{field}=")) {
                    Some(name) => name.to_owned(),
                    None => t!(lang, "nothing in {fact}", fact = field),
                },
                other => t!(lang, "not {what}", what = self.condition(lang, other)),
            },
            Cond::Filled { field } => match self.named(&format!("{field}=")) {
                Some(name) => t!(lang, "not {what}", what = name),
                None => t!(lang, "something in {fact}", fact = field),
            },
            Cond::AtLeast { field, number } => t!(
                lang,
                "{fact} at least {number}",
                fact = field,
                number = number
            ),
        }
    }

    fn named(&self, value: &str) -> Option<&str> {
        let found = self.conditions.iter().find(|(v, _)| v == value);
        found.map(|(_, words)| words.as_str())
    }

    fn fact(&self, field: &str, value: &str) -> String {
        match self.named(&format!("{field}={value}")) {
            Some(name) => name.to_owned(),
            None => format!("{field}: {value}"),
        }
    }

    fn deed(&self, deed: &crate::automation::model::Deed) -> String {
        match crate::automation::draft::deed_line(deed) {
            Some((value, text)) if text.is_empty() => find(&self.deeds, &value).to_owned(),
            Some((value, text)) => {
                let short: String = text.chars().take(60).collect();
                let more = if short.len() < text.len() { "…" } else { "" };
                format!("{} (“{short}{more}”)", find(&self.deeds, &value))
            }
            None => String::new(),
        }
    }
}

fn span(lang: Lang, n: i64, unit: Unit) -> String {
    match unit {
        Unit::WorkingDays => tn!(lang, n, "{n} working day", "{n} working days"),
        Unit::WorkingHours => tn!(lang, n, "{n} working hour", "{n} working hours"),
        Unit::Hours => tn!(lang, n, "{n} hour", "{n} hours"),
        Unit::Days => tn!(lang, n, "{n} day", "{n} days"),
    }
}

/// What a run did, for logs and the timeline.
pub fn did(lang: Lang, list: &[Value]) -> String {
    let text = |d: &Value, key: &str| d[key].as_str().unwrap_or_default().to_owned();
    let names = |d: &Value| {
        let list = d["names"].as_array().into_iter().flatten();
        list.filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .join(", ")
    };
    let parts: Vec<String> = list
        .iter()
        .take(LINES * 4)
        .map(|d| match d["do"].as_str().unwrap_or_default() {
            "tell" if names(d).is_empty() => {
                t!(lang, "told nobody, for there was nobody").to_owned()
            }
            "tell" => t!(lang, "told {names}", names = names(d)),
            "priority" => {
                let to = text(d, "to");
                let label = Priority::ALL
                    .into_iter()
                    .find(|p| p.key() == to)
                    .map_or("", Priority::label);
                t!(
                    lang,
                    "set the priority to {priority}",
                    priority = lang.t(label)
                )
            }
            "assign" if names(d).is_empty() => t!(lang, "gave it back to the team").to_owned(),
            "assign" => t!(lang, "gave it to {name}", name = names(d)),
            "fill" => t!(lang, "filled in {field}", field = text(d, "field")),
            "answer" => t!(lang, "wrote to the requester").to_owned(),
            "note" => t!(lang, "wrote a note").to_owned(),
            "forward" => t!(lang, "handed it on").to_owned(),
            "order" => t!(
                lang,
                "ordered “{service}”: {number}",
                service = text(d, "service"),
                number = d["number"]
            ),
            "playbook" => t!(
                lang,
                "started the playbook “{name}”",
                name = text(d, "name")
            ),
            _ => t!(lang, "called “{name}”", name = text(d, "name")),
        })
        .collect();
    parts.join(" · ")
}

/// The events of rules as sentences, after the rule's name.
pub fn tell(lang: Lang, verb: &str, data: &Value) -> Option<String> {
    let list = || data["did"].as_array().cloned().unwrap_or_default();
    Some(match verb {
        "automation.ran" => t!(lang, "ran by itself: {what}", what = did(lang, &list())),
        "automation.macro" => t!(
            lang,
            "used “{name}”: {what}",
            name = data["macro"].as_str().unwrap_or_default(),
            what = did(lang, &list())
        ),
        "automation.stopped" => t!(
            lang,
            "The rule “{name}” went round in circles here and was stopped",
            name = data["rule"].as_str().unwrap_or_default()
        ),
        "automation.parked" => t!(
            lang,
            "The rule “{name}” could not be carried out: {why}",
            name = data["rule"].as_str().unwrap_or_default(),
            why = data["error"].as_str().unwrap_or_default()
        ),
        _ => return None,
    })
}

/// Those that stand in the conversation on the agents' page.
pub const TOLD: &[&str] = &[
    "automation.ran",
    "automation.macro",
    "automation.stopped",
    "automation.parked",
];
