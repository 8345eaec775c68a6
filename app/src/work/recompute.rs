//! New due dates for open requests after their promise or its calendar changed.
//!
//! Clocks keep only what happened, so the time used so far is counted anew, not
//! reset. The change itself leaves a row in `recompute` (same transaction); the
//! rows are worked off in batches. A batch and the note how far it got are one
//! transaction, so a crash neither loses nor repeats anything, and a request
//! gets an event only if its date really moved.

use jiff::Timestamp;
use mil_db::{Tx, sql};
use mil_sla::Calendar;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use crate::Result;
use crate::actor::Actor;
use crate::catalog::Catalog;
use crate::catalog::model::{ClockKind, Priority, PromiseDef};
use crate::catalog::terms::promise::PromiseInput;
use crate::events::{self, Audience, Event};
use crate::policy::Do;
use crate::random::new_id;
use crate::state::App;
use crate::work::model::{Item, NEVER};
use crate::work::promise::Promise;
use crate::work::store;

/// How many items are in one transaction.
const BATCH: i64 = 50;
/// How many batches one round works off.
const ROUND: usize = 20;

/// Ask for new due dates, in the transaction that makes them necessary.
pub async fn enqueue(
    tx: &mut Tx,
    now: Timestamp,
    promise_id: &str,
    why: &str,
    name: &str,
) -> Result<()> {
    sql(
        "INSERT INTO recompute (id, promise_id, why, name, after_id, created_at)
         VALUES ($1, $2, $3, $4, '', $5)",
    )
    .bind(new_id(now))
    .bind(promise_id)
    .bind(why)
    .bind(name)
    .bind(now.as_microsecond())
    .run(tx)
    .await?;
    Ok(())
}

/// Work off what was asked for. Returns how many requests got another date.
pub async fn run_due(app: &App, now: Timestamp) -> Result<usize> {
    let mut moved = 0;
    for _ in 0..ROUND {
        match batch(app, now).await? {
            Some(count) => moved += count,
            None => break,
        }
    }
    Ok(moved)
}

async fn batch(app: &App, now: Timestamp) -> Result<Option<usize>> {
    let task = sql("SELECT id, promise_id, why, name, after_id FROM recompute ORDER BY id LIMIT 1")
        .opt(&app.db)
        .await?;
    let Some(task) = task else { return Ok(None) };
    // After the task was seen: the change it speaks of is in this catalogue.
    let catalog = app.catalog().await?;
    let (task_id, after): (String, String) = (task.get("id")?, task.get("after_id")?);
    let promise_id: String = task.get("promise_id")?;
    let why = (task.get::<String>("why")?, task.get::<String>("name")?);
    let mut tx = app.db.begin().await?;
    let ours = sql("UPDATE recompute SET after_id = after_id WHERE id = $1 AND after_id = $2")
        .bind(&task_id)
        .bind(&after)
        .run(&mut tx)
        .await?;
    if ours == 0 {
        return Ok(Some(0)); // Another program was faster.
    }
    let rows = sql("SELECT id, promise FROM work_item
         WHERE closed_at IS NULL AND id > $1 ORDER BY id LIMIT $2")
    .bind(&after)
    .bind(BATCH)
    .all(&mut tx)
    .await?;
    let mut moved = 0;
    let mut last = None;
    for row in &rows {
        let id: String = row.get("id")?;
        // One item that cannot be read must not keep the others waiting.
        match row.json::<Promise>("promise") {
            Ok(promise) if promise.promise_id == promise_id => {
                let renewed = renew(&mut tx, &catalog, now, &id, &why).await?;
                moved += usize::from(renewed);
            }
            Ok(_) => {}
            Err(error) => tracing::error!(%id, %error, "a promise cannot be read"),
        }
        last = Some(id);
    }
    match last {
        Some(last) if rows.len() as i64 == BATCH => {
            sql("UPDATE recompute SET after_id = $2 WHERE id = $1")
                .bind(&task_id)
                .bind(last)
                .run(&mut tx)
                .await?
        }
        _ => {
            sql("DELETE FROM recompute WHERE id = $1")
                .bind(&task_id)
                .run(&mut tx)
                .await?
        }
    };
    tx.commit().await?;
    Ok(Some(moved))
}

/// Compute one item anew. Whether its date moved.
async fn renew(
    tx: &mut Tx,
    catalog: &Catalog,
    now: Timestamp,
    id: &str,
    (why, name): &(String, String),
) -> Result<bool> {
    let system = Actor::system();
    let mut item: Item = store::lock(tx, &system, id, Do::Work, None).await?;
    let (promise, calendar) = catalog.promise(&item.promise.promise_id)?;
    if !item.is_open() {
        return Ok(false);
    }
    let before = (item.respond_by, item.deliver_by);
    let promise_id = item.promise.promise_id.clone();
    item.promise
        .retarget(&promise_id, promise.def.target(item.priority));
    // While a clock waits, nobody knows its date, so none can have moved.
    let known = |kind| {
        let clock = item.promise.read(kind, &calendar.compiled, now);
        clock.due.is_some() && item.promise.clock(kind).stopped.is_none()
    };
    let known = (known(ClockKind::Response), known(ClockKind::Delivery));
    store::save_same_version(tx, catalog, now, &mut item).await?;
    let moved = (
        known.0 && before.0 != item.respond_by,
        known.1 && before.1 != item.deliver_by,
    );
    if !(moved.0 || moved.1) {
        return Ok(false);
    }
    let of = |on: bool, at: i64| (on && at < NEVER).then_some(at);
    events::append(
        tx,
        &system,
        now,
        Event::of_item("request.due_changed", &item.id, Audience::Public, json!({
                "why": why, "name": name,
                "respond_before": of(moved.0, before.0), "respond_after": of(moved.0, item.respond_by),
                "due_before": of(moved.1, before.1), "due_after": of(moved.1, item.deliver_by),
        })),
    )
    .await?;
    Ok(true)
}

/// What a change would do to open requests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Impact {
    /// Open requests with this promise.
    pub open: i64,
    /// Of these, how many get another date.
    pub moved: i64,
    /// How many are in time now and would be late.
    pub become_late: i64,
    /// How many are late now and would be in time.
    pub become_timely: i64,
}

/// What it would do if promises had these definitions and calendars.
pub async fn impact(
    app: &App,
    now: Timestamp,
    changes: &[(&str, &PromiseDef, &Calendar)],
) -> Result<Impact> {
    let catalog = app.catalog().await?;
    let mut sum = Impact::default();
    let mut after = String::new();
    loop {
        let rows = sql("SELECT id, priority, promise FROM work_item
             WHERE closed_at IS NULL AND id > $1 ORDER BY id LIMIT 500")
        .bind(&after)
        .all(&app.db)
        .await?;
        let Some(last) = rows.last() else {
            return Ok(sum);
        };
        after = last.get("id")?;
        for row in &rows {
            let old: Promise = row.json("promise")?;
            let change = changes.iter().find(|(id, ..)| *id == old.promise_id);
            let Some((id, def, calendar)) = change else {
                continue;
            };
            let (_, before) = catalog.promise(id)?;
            let mut new = old.clone();
            new.retarget(id, def.target(Priority::from_number(row.get("priority")?)));
            sum.open += 1;
            let dues = |promise: &Promise, calendar: &Calendar| {
                [ClockKind::Response, ClockKind::Delivery].map(|k| {
                    let clock = promise.clock(k);
                    let due = promise.read(k, calendar, now).due;
                    due.filter(|_| clock.stopped.is_none())
                })
            };
            let (was, is) = (dues(&old, &before.compiled), dues(&new, calendar));
            sum.moved += i64::from(was != is);
            let late = |due: [Option<Timestamp>; 2]| due[1].is_some_and(|d| d < now);
            sum.become_late += i64::from(late(is) && !late(was));
            sum.become_timely += i64::from(late(was) && !late(is));
        }
    }
}

/// [`impact`] of a new state of one promise; `calendar` is the one it names.
pub async fn impact_of_promise(
    app: &App,
    now: Timestamp,
    id: &str,
    input: &PromiseInput,
) -> Result<Impact> {
    let catalog = app.catalog().await?;
    let calendar = catalog.calendars.get(&input.calendar_id);
    let calendar =
        calendar.ok_or_else(|| crate::Error::field("calendar_id", "Choose one of the list."))?;
    impact(app, now, &[(id, &input.definition, &calendar.compiled)]).await
}

/// [`impact`] of a new state of one calendar.
pub async fn impact_of_calendar(
    app: &App,
    now: Timestamp,
    id: &str,
    calendar: &Calendar,
) -> Result<Impact> {
    let catalog = app.catalog().await?;
    let changes: Vec<_> = catalog
        .promises
        .values()
        .filter(|p| p.calendar_id == id)
        .map(|p| (p.id.as_str(), &p.def, calendar))
        .collect();
    impact(app, now, &changes).await
}
