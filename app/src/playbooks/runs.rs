//! Runs: a playbook carried out once. A run that belongs to a request is seen
//! by the agents who see the request and ticked by those who may work on it;
//! any other run belongs to all who work here.

use std::collections::BTreeMap;

use mil_db::{On, Row, Tx, Where, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::actor::Actor;
use crate::clock::from_micros;
use crate::error::{Error, Msg, Result};
use crate::events::{self, Audience, Event};
use crate::notifications::{About, tell};
use crate::people;
use crate::playbooks::model::{Run, State, Tick};
use crate::playbooks::{rules, store};
use crate::policy::{self, Do};
use crate::random::new_id;
use crate::web::Ctx;
use crate::work;

/// The longest note or reason, in characters.
const NOTE: usize = 1_000;

const SELECT: &str = "SELECT r.*, v.definition, w.number AS item_number, w.title AS item_title
    FROM playbook_run r
    JOIN playbook_version v ON v.playbook_id = r.playbook_id AND v.number = r.number
    LEFT JOIN work_item w ON w.id = r.item_id";

fn run(row: &Row) -> Result<Run> {
    let item: Option<String> = row.get("item_id")?;
    let (number, title): (Option<i64>, Option<String>) =
        (row.get("item_number")?, row.get("item_title")?);
    Ok(Run {
        id: row.get("id")?,
        playbook_id: row.get("playbook_id")?,
        number: row.get("number")?,
        definition: row.json("definition")?,
        title: row.get("title")?,
        item: item.zip(number).zip(title).map(|((i, n), t)| (i, n, t)),
        practice: row.get("practice")?,
        started_by: row.get("started_by")?,
        started_at: from_micros(row.get("started_at")?),
        ended_at: row.get::<Option<i64>>("ended_at")?.map(from_micros),
        ended_by: row.get("ended_by")?,
        abandoned: row.get("abandoned")?,
        ticks: BTreeMap::new(),
        version: row.get("version")?,
    })
}

/// The runs that `actor` may see, as a condition on `playbook_run` (alias `r`, with its
/// request as `w`).
fn visible(actor: &Actor, filter: &mut Where) {
    if !policy::works(actor) {
        filter.and("1 = 0", []);
        return;
    }
    filter.unless("r.item_id IS NULL", |filter| {
        policy::visible_items(actor, filter);
    });
}

/// Which runs a list shows.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)]
pub struct Wanted<'a> {
    /// Open, ended, or both.
    pub open: Option<bool>,
    /// Started by the actor, with a step of theirs or of a team of theirs.
    pub mine: bool,
    pub item: Option<&'a str>,
    pub playbook: Option<&'a str>,
    /// The id of the last one of the page before.
    pub after: Option<&'a str>,
}

/// Runs, newest first, with their ticks.
pub async fn list<'a>(
    on: impl Into<On<'a>>,
    actor: &Actor,
    wanted: &Wanted<'_>,
    limit: i64,
) -> Result<Vec<Run>> {
    let mut on = on.into();
    let mut filter = Where::new();
    visible(actor, &mut filter);
    match wanted.open {
        Some(true) => filter.and("r.ended_at IS NULL", []),
        Some(false) => filter.and("r.ended_at IS NOT NULL", []),
        None => &mut filter,
    };
    if wanted.mine {
        filter.and(
            "r.started_by = ? OR EXISTS (SELECT 1 FROM playbook_mark m
               WHERE m.run_id = r.id AND m.assignee_id = ? AND m.state = 'open')",
            [actor.id.as_str().into(), actor.id.as_str().into()],
        );
    }
    if let Some(item) = wanted.item {
        filter.and("r.item_id = ?", [item.into()]);
    }
    if let Some(playbook) = wanted.playbook {
        filter.and("r.playbook_id = ?", [playbook.into()]);
    }
    if let Some(after) = wanted.after {
        filter.and("r.id < ?", [after.into()]);
    }
    let rows = sql(format!(
        "{SELECT} WHERE {} ORDER BY r.id DESC LIMIT {limit}",
        filter.text()
    ))
    .bind_all(filter.values())
    .all(on.again())
    .await?;
    let mut found = rows.iter().map(run).collect::<Result<Vec<_>>>()?;
    ticks(on, &mut found).await?;
    Ok(found)
}

async fn ticks<'a>(on: impl Into<On<'a>>, runs: &mut [Run]) -> Result<()> {
    if runs.is_empty() {
        return Ok(());
    }
    let mut filter = Where::new();
    filter.and_in("run_id", runs.iter().map(|r| r.id.as_str()));
    let rows = sql(format!(
        "SELECT * FROM playbook_mark WHERE {}",
        filter.text()
    ))
    .bind_all(filter.values())
    .all(on)
    .await?;
    for row in &rows {
        let id: String = row.get("run_id")?;
        let tick = Tick {
            state: State::from_key(&row.get::<String>("state")?),
            note: row.get("note")?,
            assignee_id: row.get("assignee_id")?,
            by_id: row.get("by_id")?,
            at: row.get::<Option<i64>>("at")?.map(from_micros),
        };
        if let Some(run) = runs.iter_mut().find(|r| r.id == id) {
            run.ticks.insert(row.get("step")?, tick);
        }
    }
    Ok(())
}

/// One run that `actor` may see.
pub async fn find<'a>(on: impl Into<On<'a>>, actor: &Actor, id: &str) -> Result<Run> {
    let mut on = on.into();
    let mut filter = Where::new();
    filter.and("r.id = ?", [id.into()]);
    visible(actor, &mut filter);
    let row = sql(format!("{SELECT} WHERE {}", filter.text()))
        .bind_all(filter.values())
        .opt(on.again())
        .await?;
    let mut found = [row.as_ref().map(run).transpose()?.ok_or(Error::NotFound)?];
    ticks(on, &mut found).await?;
    let [found] = found;
    Ok(found)
}

/// Whether `actor` may tick it.
pub async fn may_work<'a>(on: impl Into<On<'a>>, actor: &Actor, run: &Run) -> Result<bool> {
    match &run.item {
        None => Ok(policy::works(actor)),
        Some((id, ..)) => {
            let item = work::store::find(on, actor, id).await?;
            Ok(policy::on_item(actor, Do::Work, &item.facts()))
        }
    }
}

/// One run that goes on and that `actor` may tick, held until the transaction ends.
async fn lock(tx: &mut Tx, actor: &Actor, id: &str) -> Result<Run> {
    sql("UPDATE playbook_run SET version = version + 1 WHERE id = $1")
        .bind(id)
        .run(tx)
        .await?;
    let run = find(&mut *tx, actor, id).await?;
    if !may_work(&mut *tx, actor, &run).await? {
        return Err(Error::Forbidden(Msg::new(
            "Your role may look at this request but not change it.",
        )));
    }
    if !run.is_open() {
        return Err(Error::Conflict(Msg::new(
            "This run has ended. Start another one.",
        )));
    }
    Ok(run)
}

/// The event of a run, on the timeline of its request if it has one.
async fn note(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    verb: &'static str,
    run: &Run,
    mut data: Value,
) -> Result<String> {
    data["playbook"] = json!(run.definition.name);
    data["run"] = json!(run.id);
    let event = Event {
        verb,
        object_kind: "playbook_run",
        object_id: &run.id,
        item_id: run.item.as_ref().map(|(id, ..)| id.as_str()),
        audience: if run.item.is_some() {
            Audience::Internal
        } else {
            Audience::Audit
        },
        data,
    };
    events::append(tx, actor, ctx.now, event).await
}

/// Where a run begins.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)]
pub struct Begin<'a> {
    /// Empty: the name of the playbook.
    pub title: &'a str,
    /// Id or number of a request.
    pub item: Option<&'a str>,
    /// Key of a practice.
    pub practice: Option<&'a str>,
}

/// Start a run of the published version.
pub async fn start(ctx: &Ctx, actor: &Actor, id: &str, begin: Begin<'_>) -> Result<Run> {
    let mut tx = ctx.app.db.begin().await?;
    let run = start_in(&mut tx, ctx, actor, id, begin).await?;
    tx.commit().await?;
    Ok(run)
}

/// [`start`] inside the transaction of what it comes of.
pub async fn start_in(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    begin: Begin<'_>,
) -> Result<Run> {
    policy::require(policy::works(actor))?;
    let title = begin.title.split_whitespace().collect::<Vec<_>>().join(" ");
    if title.chars().count() > rules::TITLE {
        let msg = Msg::new("Use at most {n} characters.").with("n", rules::TITLE);
        return Err(Error::field("title", msg));
    }
    let b = store::find(&mut *tx, actor, id).await?;
    let definition = match b.published.clone() {
        Some(d) if b.runs() => d,
        _ => {
            return Err(Error::Conflict(Msg::new(
                "This playbook is not in use. Publish it or bring it back first.",
            )));
        }
    };
    let item = match begin.item.filter(|i| !i.is_empty()) {
        None => None,
        Some(id) => {
            let item = work::store::lock(tx, actor, id, Do::Work, None).await?;
            Some((item.id, item.number, item.title))
        }
    };
    let practice = begin
        .practice
        .filter(|key| b.practice.as_ref().is_some_and(|(k, _)| k == key));
    let run = Run {
        id: new_id(ctx.now),
        playbook_id: b.id,
        number: b.current,
        title: if title.is_empty() {
            definition.name.clone()
        } else {
            title
        },
        definition,
        item,
        practice: practice.map(str::to_owned),
        started_by: actor.id.clone(),
        started_at: ctx.now,
        ended_at: None,
        ended_by: None,
        abandoned: None,
        ticks: BTreeMap::new(),
        version: 1,
    };
    sql(
        "INSERT INTO playbook_run (id, playbook_id, number, title, item_id, practice, started_by,
            started_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1)",
    )
    .bind(&run.id)
    .bind(&run.playbook_id)
    .bind(run.number)
    .bind(&run.title)
    .bind(run.item.as_ref().map(|(id, ..)| id.as_str()))
    .bind(&run.practice)
    .bind(&run.started_by)
    .bind(ctx.now.as_microsecond())
    .run(&mut *tx)
    .await?;
    let data = json!({ "title": run.title, "version": run.number });
    note(tx, ctx, actor, "playbook.run_started", &run, data).await?;
    Ok(run)
}

/// What happens to a step; what is left out stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "PlaybookMark")]
pub struct Mark {
    /// open, done or skipped.
    pub state: Option<State>,
    /// A note, or the reason for skipping.
    pub note: Option<String>,
    /// Id of a person; empty: nobody.
    pub assignee: Option<String>,
}

/// Do, skip or open a step again, note something, give it to somebody.
pub async fn mark(ctx: &Ctx, actor: &Actor, id: &str, step: &str, mark: Mark) -> Result<Run> {
    let mut tx = ctx.app.db.begin().await?;
    let mut run = lock(&mut tx, actor, id).await?;
    let Some(of) = run.definition.steps.iter().find(|s| s.key == step).cloned() else {
        return Err(Error::NotFound);
    };
    let before = run.tick(step);
    let mut tick = before.clone();
    if let Some(text) = &mark.note {
        tick.note = text.trim().to_owned();
        if tick.note.chars().count() > NOTE {
            let msg = Msg::new("Use at most {n} characters.").with("n", NOTE);
            return Err(Error::field("note", msg));
        }
    }
    if let Some(state) = mark.state {
        tick.state = state;
        if state == State::Skipped {
            if tick.note.is_empty() {
                return Err(Error::field("note", "Say why this step is skipped."));
            }
            if of.required && !policy::shapes_catalog(actor) {
                return Err(Error::field(
                    "note",
                    "This step is required: only a lead may skip it.",
                ));
            }
        }
    } else if tick.state == State::Skipped && tick.note.is_empty() {
        return Err(Error::field("note", "Say why this step is skipped."));
    }
    let mut told = None;
    if let Some(who) = &mark.assignee {
        tick.assignee_id = Some(who.clone()).filter(|w| !w.is_empty());
        if let Some(who) = tick
            .assignee_id
            .as_ref()
            .filter(|_| tick.assignee_id != before.assignee_id)
        {
            let agents = people::store::agents(&mut tx).await?;
            if !agents.iter().any(|p| p.id == *who) {
                return Err(Error::field("assignee", "Choose somebody who works here."));
            }
            if *who != actor.id {
                told = Some(who.clone());
            }
        }
    }
    if tick.state != before.state {
        (tick.by_id, tick.at) = match tick.state {
            State::Open => (None, None),
            _ => (Some(actor.id.clone()), Some(ctx.now)),
        };
    }
    if tick == before {
        tx.rollback().await?;
        return Ok(run);
    }
    sql(
        "INSERT INTO playbook_mark (run_id, step, state, note, assignee_id, by_id, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (run_id, step) DO UPDATE SET state = excluded.state, note = excluded.note,
            assignee_id = excluded.assignee_id, by_id = excluded.by_id, at = excluded.at",
    )
    .bind(&run.id)
    .bind(step)
    .bind(tick.state.key())
    .bind(&tick.note)
    .bind(&tick.assignee_id)
    .bind(&tick.by_id)
    .bind(tick.at.map(|at| at.as_microsecond()))
    .run(&mut tx)
    .await?;
    let verb = match (before.state == tick.state, tick.state) {
        (true, _) if before.assignee_id != tick.assignee_id => "playbook.step_assigned",
        (true, _) => "playbook.step_noted",
        (_, State::Open) => "playbook.step_opened",
        (_, State::Done) => "playbook.step_done",
        (_, State::Skipped) => "playbook.step_skipped",
    };
    let data = json!({
        "step": of.title, "note": tick.note, "after": tick.assignee_id,
        "before": before.state.key(),
    });
    let event = note(&mut tx, ctx, actor, verb, &run, data).await?;
    if let Some(who) = told {
        let title = format!("{}: {}", run.title, of.title);
        let href = format!("/playbook-runs/{}", run.id);
        let about = About {
            reason: "step",
            title: &title,
            href: &href,
        };
        tell(&mut tx, ctx.now, &event, &[who], about).await?;
    }
    tx.commit().await?;
    run.ticks.insert(step.to_owned(), tick);
    run.version += 1;
    Ok(run)
}

/// Finish a run, or give it up with a reason.
pub async fn end(ctx: &Ctx, actor: &Actor, id: &str, abandon: Option<&str>) -> Result<Run> {
    let mut tx = ctx.app.db.begin().await?;
    let mut run = lock(&mut tx, actor, id).await?;
    let reason = abandon.map(str::trim);
    match reason {
        Some("") => {
            return Err(Error::field("reason", "Say why it is given up."));
        }
        Some(text) if text.chars().count() > NOTE => {
            let msg = Msg::new("Use at most {n} characters.").with("n", NOTE);
            return Err(Error::field("reason", msg));
        }
        Some(_) => {}
        None => {
            let missing = rules::progress(&run).missing;
            if missing > 0 {
                return Err(Error::Conflict(
                    Msg::new("Required steps are still open: {n}. Do them first, or give the run up with a reason.")
                        .with("n", missing),
                ));
            }
        }
    }
    run.ended_at = Some(ctx.now);
    run.ended_by = Some(actor.id.clone());
    run.abandoned = reason.map(str::to_owned);
    sql("UPDATE playbook_run SET ended_at = $1, ended_by = $2, abandoned = $3 WHERE id = $4")
        .bind(ctx.now.as_microsecond())
        .bind(&actor.id)
        .bind(&run.abandoned)
        .bind(&run.id)
        .run(&mut tx)
        .await?;
    let verb = match reason {
        Some(_) => "playbook.run_abandoned",
        None => "playbook.run_finished",
    };
    let data = json!({ "title": run.title, "reason": run.abandoned });
    note(&mut tx, ctx, actor, verb, &run, data).await?;
    tx.commit().await?;
    Ok(run)
}
