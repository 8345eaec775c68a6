//! What sets rules off without an event: something has lasted for so long, or
//! it is the hour.

use jiff::civil::Time;
use jiff::{SignedDuration, Timestamp};
use mil_db::{Row, sql};
use mil_sla::Work;

use crate::actor::Actor;
use crate::admin::promises::day;
use crate::automation::facts;
use crate::automation::model::{Since, Unit, When};
use crate::automation::store::{self, Cause, Rule};
use crate::catalog::Catalog;
use crate::clock::from_micros;
use crate::error::Result;
use crate::state::App;
use crate::work::Item;

/// How many requests one look reads at a time.
const PAGE: i64 = 500;

/// Set off every rule whose time has come. Returns how many runs that gave.
pub async fn run(app: &App, now: Timestamp) -> Result<usize> {
    let catalog = app.catalog().await?;
    let mut count = 0;
    for rule in store::all(&app.db).await? {
        if !rule.acts() {
            continue;
        }
        let done = match &rule.def.when {
            When::Event { .. } => Ok(0),
            When::Since {
                since,
                amount,
                unit,
            } => lasting(app, &catalog, now, &rule, *since, (*amount, *unit)).await,
            When::Schedule { days, at } => hour(app, &catalog, now, &rule, days, at).await,
        };
        // One rule that cannot be read must not keep the others waiting.
        match done {
            Ok(n) => count += n,
            Err(error) => tracing::error!(rule = %rule.id, %error, "a rule could not be looked at"),
        }
    }
    Ok(count)
}

/// Since when, and what tells one time from the next, as SQL.
fn parts(since: Since) -> (&'static str, &'static str, &'static str) {
    let none = "";
    match since {
        Since::Ordered => ("w.created_at", "'ordered:' || w.id", none),
        Since::Stage => (
            "w.stage_since",
            "'stage:' || w.id || ':' || CAST(w.stage_since AS TEXT)",
            none,
        ),
        Since::Quiet => (
            "w.updated_at",
            "'quiet:' || w.id || ':' || CAST(w.updated_at AS TEXT)",
            none,
        ),
        Since::Approval => (
            "a.asked_at",
            "'approval:' || a.visit_id || ':' || a.step",
            "JOIN (SELECT item_id, visit_id, step, MIN(asked_at) AS asked_at FROM approval
                WHERE closed_at IS NULL GROUP BY item_id, visit_id, step) a ON a.item_id = w.id",
        ),
        Since::Requester => (
            "v.since",
            "'asked:' || v.id",
            "JOIN (SELECT item_id, MAX(at) AS since, MAX(id) AS id FROM event
                WHERE verb = 'request.waits' GROUP BY item_id) v
                ON v.item_id = w.id AND w.waiting IS NOT NULL",
        ),
    }
}

/// The end of a span that begins at `from`, on the calendar of a request.
pub fn end(
    catalog: &Catalog,
    item: &Item,
    from: Timestamp,
    span: (i64, Unit),
) -> Result<Timestamp> {
    let (amount, unit) = span;
    let minutes = match unit {
        Unit::Hours => return Ok(from + SignedDuration::from_hours(amount)),
        Unit::Days => return Ok(from + SignedDuration::from_hours(24 * amount)),
        Unit::WorkingHours => amount * 60,
        Unit::WorkingDays => {
            let (_, calendar) = catalog.promise(&item.promise.promise_id)?;
            amount * day(catalog, &calendar.id)
        }
    };
    let (_, calendar) = catalog.promise(&item.promise.promise_id)?;
    Ok(calendar.compiled.add(from, Work::from_minutes(minutes)))
}

async fn lasting(
    app: &App,
    catalog: &Catalog,
    now: Timestamp,
    rule: &Rule,
    since: Since,
    span: (i64, Unit),
) -> Result<usize> {
    let (at, key, join) = parts(since);
    // A working hour lasts at least an hour.
    let least = match span.1 {
        Unit::WorkingHours | Unit::Hours => SignedDuration::from_hours(span.0),
        Unit::WorkingDays => SignedDuration::from_hours(span.0),
        Unit::Days => SignedDuration::from_hours(24 * span.0),
    };
    let text = format!(
        "SELECT w.id, {at} AS since_at, {key} AS cause FROM work_item w {join}
         WHERE w.closed_at IS NULL AND w.merged_into_id IS NULL AND w.id > $1 AND {at} <= $2
            AND NOT EXISTS (SELECT 1 FROM automation_run r WHERE r.rule_id = $3 AND r.cause = {key})
         ORDER BY w.id LIMIT {PAGE}"
    );
    let mut after = String::new();
    let mut count = 0;
    loop {
        let rows: Vec<Row> = sql(text.clone())
            .bind(&after)
            .bind((now - least).as_microsecond())
            .bind(&rule.id)
            .all(&app.db)
            .await?;
        for row in &rows {
            let id: String = row.get("id")?;
            let item = crate::work::store::find(&app.db, &Actor::system(), &id).await?;
            let from = from_micros(row.get("since_at")?);
            if end(catalog, &item, from, span)? <= now {
                let cause: String = row.get("cause")?;
                count += usize::from(begin(app, catalog, now, rule, &item, &cause).await?);
            }
            after = id;
        }
        if (rows.len() as i64) < PAGE {
            return Ok(count);
        }
    }
}

async fn hour(
    app: &App,
    catalog: &Catalog,
    now: Timestamp,
    rule: &Rule,
    days: &[i8],
    at: &str,
) -> Result<usize> {
    let zone = app.zone();
    let today = zone.to_datetime(now).date();
    let at: Time = at.parse().unwrap_or(Time::midnight());
    let Ok(begins) = zone.to_timestamp(today.to_datetime(at)) else {
        return Ok(0);
    };
    let weekday = today.weekday().to_monday_one_offset();
    let fits = days.is_empty() || days.contains(&weekday);
    // Switched on after the hour, it begins tomorrow.
    if !fits || now < begins || rule.active_at.is_none_or(|on| on > begins) {
        return Ok(0);
    }
    let mut after = String::new();
    let mut count = 0;
    loop {
        let ids: Vec<String> = sql(format!(
            "SELECT w.id FROM work_item w WHERE w.closed_at IS NULL AND w.merged_into_id IS NULL
                AND w.id > $1 AND w.created_at <= $2 AND NOT EXISTS (SELECT 1 FROM automation_run r
                    WHERE r.rule_id = $3 AND r.cause = 'hour:{today}:' || w.id)
             ORDER BY w.id LIMIT {PAGE}"
        ))
        .bind(&after)
        .bind(begins.as_microsecond())
        .bind(&rule.id)
        .column("id", &app.db)
        .await?;
        for id in &ids {
            let item = crate::work::store::find(&app.db, &Actor::system(), id).await?;
            let cause = format!("hour:{today}:{id}");
            count += usize::from(begin(app, catalog, now, rule, &item, &cause).await?);
        }
        match ids.last() {
            Some(last) if ids.len() as i64 == PAGE => after.clone_from(last),
            _ => return Ok(count),
        }
    }
}

/// Set a rule off on a request that it is about.
async fn begin(
    app: &App,
    catalog: &Catalog,
    now: Timestamp,
    rule: &Rule,
    item: &Item,
    cause: &str,
) -> Result<bool> {
    let facts = facts::of(catalog, item, "clock", now);
    if !facts::holds(rule.def.test.as_ref(), &facts) {
        return Ok(false);
    }
    let mut tx = app.db.begin().await?;
    let cause = Cause {
        key: cause,
        item_id: &item.id,
        by: "clock",
        depth: 0,
    };
    let new = store::set_off(&mut tx, now, &rule.id, cause).await?;
    tx.commit().await?;
    Ok(new)
}
