//! What is known of a request that its reader has found.

use jiff::Timestamp;
use mil_db::sql;
use mil_process::form::{FormDef, describe};
use mil_process::process::{Deed, Stage, Verdict};

use crate::approvals;
use crate::calendar;
use crate::catalog::Catalog;
use crate::catalog::model::WorkKind;
use crate::clock::from_micros;
use crate::error::Result;
use crate::i18n::Lang;
use crate::standing::rule::{Cause, Known, Task, cause};
use crate::standing::words;
use crate::tasks;
use crate::web::Me;
use crate::work::model::WaitingKind;
use crate::work::{Item, moves, timers};

/// Where a request stands.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Why it waits, or who works on it.
    pub cause: Cause,
    /// What happens next by itself, and when.
    pub ahead: Option<(Timestamp, Deed)>,
    /// The stages that it passes by, each with why.
    pub left_out: Vec<(Stage, String)>,
}

/// Read it.
pub async fn load(me: &Me, catalog: &Catalog, item: &Item) -> Result<Standing> {
    let db = &me.app.db;
    let process = moves::process_of(catalog, item)?;
    let chain = approvals::chain(me, item).await?;
    let open = chain.iter().find(|step| step.verdict == Verdict::Open);
    let votes = match open {
        Some(step) => {
            let since: Option<i64> = sql(
                "SELECT MIN(asked_at) AS at FROM approval WHERE item_id = $1 AND closed_at IS NULL",
            )
            .bind(&item.id)
            .value("at", db)
            .await?;
            let seats = step.seats.iter().filter(|seat| seat.open);
            let names = seats.map(|seat| seat.person.clone()).collect();
            let since = since.map_or(item.stage_since, from_micros);
            Some((step.def.name.clone(), names, since))
        }
        None => None,
    };
    let window = match item.kind {
        WorkKind::Change if item.is_open() => calendar::store::of_item(db, &item.id).await?,
        _ => None,
    };
    let tasks = tasks::of_visit(db, &item.id).await?;
    let names = sql("SELECT t.name AS team, p.name AS owner FROM work_item w
         JOIN team t ON t.id = w.team_id LEFT JOIN person p ON p.id = w.assignee_id WHERE w.id = $1")
    .bind(&item.id)
    .one(db)
    .await?;
    let service = |id: Option<&String>| {
        let service = id.and_then(|id| catalog.service(id));
        service.map(|s| s.name.clone()).unwrap_or_default()
    };
    let waiting = item.waiting.as_ref();
    let known = Known {
        ended: !item.is_open(),
        merged: item.merged_into_id.is_some(),
        asked: waiting.map(|w| (w.kind == WaitingKind::Approval, w.since)),
        votes,
        tasks: tasks
            .into_iter()
            .filter(|task| task.done_at.is_none())
            .map(|task| Task {
                who: task.person.or(task.team),
                sub: task
                    .sub
                    .filter(|sub| sub.open)
                    .map(|sub| (sub.number, service(task.service_id.as_ref()))),
                name: task.name,
                required: task.required,
            })
            .collect(),
        window: window.map(|entry| (entry.span.start(), entry.span.end())),
        owner: names.get("owner")?,
        team: names.get("team")?,
        since: Some(item.stage_since),
        now: me.now,
    };
    let (_, cal) = catalog.promise(&item.promise.promise_id)?;
    let ahead = process.stage(&item.stage).and_then(|stage| {
        let pending = timers::pending(stage, item, &cal.compiled, me.now);
        pending.first().map(|p| (p.at, p.timer.does.clone()))
    });
    let skipped = process.skipped(&item.answers);
    let mut left_out = Vec::new();
    if !skipped.is_empty() {
        let form = form_of(me, catalog, item).await?;
        let stages = process.stages.iter();
        for stage in stages.filter(|s| skipped.contains(&s.key) && s.key != item.stage) {
            let why = stage
                .only_if
                .as_ref()
                .map(|cond| words::condition(me.lang(), &form, cond));
            left_out.push((stage.clone(), why.unwrap_or_default()));
        }
    }
    Ok(Standing {
        cause: cause(&known),
        ahead,
        left_out,
    })
}

/// The form as it was when the item was ordered.
pub async fn form_of(me: &Me, catalog: &Catalog, item: &Item) -> Result<FormDef> {
    form_at(me, catalog, &item.service_id, item.form_version).await
}

/// A service's form in one of its versions.
pub async fn form_at(me: &Me, catalog: &Catalog, service: &str, version: i64) -> Result<FormDef> {
    if let Some(now) = catalog.service(service)
        && now.form_version == version
    {
        return Ok(now.form.clone());
    }
    let row = sql("SELECT definition FROM service_form WHERE service_id = $1 AND version = $2")
        .bind(service)
        .bind(version)
        .opt(&me.app.db)
        .await?;
    Ok(row
        .map(|row| row.json("definition"))
        .transpose()?
        .unwrap_or_default())
}

/// Questions of `old` with an answer in `item` that `new` cannot take over: by
/// their labels.
pub fn lost(old: &FormDef, new: &FormDef, answers: &mil_process::form::Answers) -> Vec<String> {
    let fits = |key: &str, answer: &mil_process::form::Answer| {
        let Some(field) = new.field(key).filter(|f| f.kind.is_question()) else {
            return false;
        };
        let same = old.field(key).is_none_or(|before| {
            std::mem::discriminant(&before.kind) == std::mem::discriminant(&field.kind)
        });
        let options = field.kind.options();
        let known = |value: &String| options.is_empty() || options.iter().any(|o| o.key == *value);
        same && match answer {
            mil_process::form::Answer::Text(text) => known(text),
            mil_process::form::Answer::Many(values) => values.iter().all(known),
            _ => true,
        }
    };
    let mut out: Vec<String> = describe(old, answers)
        .into_iter()
        .filter(|line| answers.get(line.key).is_some_and(|a| !fits(line.key, a)))
        .map(|line| line.label.to_owned())
        .collect();
    // What even the old form does not name any more.
    let unnamed = answers
        .keys()
        .filter(|key| old.field(key).is_none() && new.field(key).is_none());
    out.extend(unnamed.cloned());
    out
}

impl Standing {
    /// The sentences for a reader: why it waits, and what comes by itself.
    pub fn sentences(&self, me: &Me, lang: Lang, requester: bool) -> Vec<String> {
        let mut out: Vec<String> = words::sentence(me, &self.cause, requester)
            .into_iter()
            .collect();
        if let Some((at, does)) = &self.ahead {
            let when = crate::i18n::fmt::when(lang, *at, me.now, &me.prefs.zone);
            out.extend(crate::work::timer_words::ahead(
                lang, does, &when, requester,
            ));
        }
        out
    }
}
