//! Timers of stages: what happens by itself when work stays where it is.
//!
//! `timer_at` says when an item's timers next want to be looked at. It is worked
//! out anew whenever an item is saved, so a timer stops when its stage is left,
//! stands still while it does not count, and follows a calendar that changes.
//! That a timer went off is written in the row that is locked for it, in the
//! transaction of what it does: once, also after a crash or with two servers.
//!
//! After a standstill, timers that came due meanwhile go off in their order, but
//! nobody's work ends before a reminder has had the time it was meant to have:
//! what moves the work counts from when people were really told.

use jiff::{SignedDuration, Timestamp};
use mil_db::{Tx, sql};
use mil_process::process::{Counts, Deed, Move, Phase, ProcessDef, Stage, Timer, Whom};
use mil_sla::{Calendar, Work};
use serde_json::{Value, json};

use crate::Result;
use crate::actor::Actor;
use crate::catalog::Catalog;
use crate::catalog::model::Priority;
use crate::error::Error;
use crate::events::{self, Audience, Event};
use crate::policy::Do;
use crate::state::App;
use crate::web::Ctx;
use crate::work::model::Item;
use crate::work::{edit, moves, store};

/// How many items one round looks at.
const ROUND: i64 = 200;

/// A timer that has not gone off yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending<'a> {
    /// When it goes off, as things stand.
    pub at: Timestamp,
    pub timer: &'a Timer,
    /// What is noted when it does.
    mark: String,
}

/// The timers of `stage` that count now, in the order in which they go off.
pub fn pending<'a>(
    stage: &'a Stage,
    item: &Item,
    cal: &Calendar,
    now: Timestamp,
) -> Vec<Pending<'a>> {
    if !item.is_open() {
        return Vec::new();
    }
    let waits = item.waiting.as_ref();
    let paused = waits.is_some() || item.phase == Phase::Waiting;
    let worked = item.promise.worked(cal, item.stage_since, now);
    let mut all: Vec<Pending<'_>> = stage
        .timers
        .iter()
        .filter_map(|timer| {
            let after = Work::from_minutes(timer.after_minutes);
            let (at, mark) = match (timer.counts, waits) {
                (Counts::Working, _) if paused => return None,
                (Counts::Working, _) if worked < after => {
                    (cal.add(now, after - worked), timer.key.clone())
                }
                (Counts::Working, _) => (now, timer.key.clone()),
                (Counts::Waiting, Some(waits)) => (
                    cal.add(waits.since, after),
                    format!("{}@{}", timer.key, waits.since.as_microsecond()),
                ),
                (Counts::Waiting, None) => return None,
            };
            let told = told(stage, item, timer);
            let earliest = told.map(|(at, left)| cal.add(at, left));
            let at = earliest.map_or(at, |earliest| at.max(earliest));
            (!item.timers.contains(&mark)).then_some(Pending { at, timer, mark })
        })
        .collect();
    all.sort_by_key(|p| (p.at, p.timer.after_minutes));
    all
}

/// When the last reminder before `timer` really went out, and how long it gives;
/// `None` for what moves nothing.
fn told(stage: &Stage, item: &Item, timer: &Timer) -> Option<(Timestamp, Work)> {
    let since = match timer.counts {
        Counts::Working => item.stage_since,
        Counts::Waiting => item.waiting.as_ref()?.since,
    };
    let before = |r: &&Timer| {
        matches!(r.does, Deed::Remind { .. })
            && r.counts == timer.counts
            && r.after_minutes < timer.after_minutes
    };
    let reminders = stage.timers.iter().filter(before);
    reminders
        .filter(|_| timer.does.moves())
        .flat_map(|r| {
            let left = Work::from_minutes(timer.after_minutes - r.after_minutes);
            let marks = item.timers.iter();
            let at = marks.filter_map(|mark| mark.strip_prefix(&told_mark(r))?.parse().ok());
            at.filter_map(|micros| Timestamp::from_microsecond(micros).ok())
                .map(move |at| (at, left))
        })
        .filter(|(at, _)| *at >= since)
        .max_by_key(|(at, left)| (*at, *left))
}

/// How the moment of a reminder is noted, before its microseconds.
fn told_mark(timer: &Timer) -> String {
    format!("told:{}@", timer.key)
}

/// When an item's timers next want to be looked at.
pub fn next(catalog: &Catalog, item: &Item, now: Timestamp) -> Result<Option<Timestamp>> {
    let process = moves::process_of(catalog, item)?;
    let Some(stage) = process.stage(&item.stage).filter(|s| !s.timers.is_empty()) else {
        return Ok(None);
    };
    let (_, calendar) = catalog.promise(&item.promise.promise_id)?;
    let all = pending(stage, item, &calendar.compiled, now);
    Ok(all.first().map(|p| p.at))
}

/// Look at every item whose time has come. Returns how many timers went off.
pub async fn run_due(app: &App, now: Timestamp) -> Result<usize> {
    let ids: Vec<String> = sql("SELECT id FROM work_item
         WHERE timer_at IS NOT NULL AND timer_at <= $1 ORDER BY timer_at LIMIT $2")
    .bind(now.as_microsecond())
    .bind(ROUND)
    .column("id", &app.db)
    .await?;
    let mut fired = 0;
    for id in ids {
        // One item that cannot be read must not keep the others waiting.
        match look(app, now, &id).await {
            Ok(count) => fired += count,
            Err(error) => {
                tracing::error!(%id, %error, "a timer failed");
                postpone(app, now, &id).await?;
            }
        }
    }
    Ok(fired)
}

/// Try a failed one again in a while; the others go on meanwhile.
async fn postpone(app: &App, now: Timestamp, id: &str) -> Result<()> {
    let mut tx = app.db.begin().await?;
    sql("UPDATE work_item SET timer_at = $1 WHERE id = $2")
        .bind((now + SignedDuration::from_mins(15)).as_microsecond())
        .bind(id)
        .run(&mut tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

async fn look(app: &App, now: Timestamp, id: &str) -> Result<usize> {
    let catalog = app.catalog().await?;
    let ctx = Ctx {
        now,
        ..Ctx::of_cli(app.clone())
    };
    let actor = Actor::system();
    let mut tx = app.db.begin().await?;
    let mut item = store::lock(&mut tx, &actor, id, Do::Work, None).await?;
    let mut fired = 0;
    loop {
        let process = moves::process_of(&catalog, &item)?;
        let Some(stage) = process.stage(&item.stage) else {
            break;
        };
        let (_, calendar) = catalog.promise(&item.promise.promise_id)?;
        let due = pending(stage, &item, &calendar.compiled, now);
        let Some(first) = due.into_iter().next().filter(|p| p.at <= now) else {
            break;
        };
        item.timers.push(first.mark);
        if matches!(first.timer.does, Deed::Remind { .. }) {
            let mark = format!("{}{}", told_mark(first.timer), now.as_microsecond());
            item.timers.push(mark);
        }
        go_off(
            &mut tx,
            &ctx,
            &catalog,
            &actor,
            &mut item,
            &process,
            first.timer,
        )
        .await?;
        fired += 1;
    }
    store::save_same_version(&mut tx, &catalog, now, &mut item).await?;
    tx.commit().await?;
    Ok(fired)
}

async fn go_off(
    tx: &mut Tx,
    ctx: &Ctx,
    catalog: &Catalog,
    actor: &Actor,
    item: &mut Item,
    process: &ProcessDef,
    timer: &Timer,
) -> Result<()> {
    let asks = matches!(
        timer.does,
        Deed::Remind {
            whom: Whom::Requester
        }
    );
    let audience = if asks || timer.does.moves() {
        Audience::Public
    } else {
        Audience::Internal
    };
    let data = json!({
        "does": timer.does, "counts": timer.counts, "minutes": timer.after_minutes,
        "stage": process.stage(&item.stage).map(|s| &s.name),
    });
    note(tx, ctx, actor, item, "timer.went_off", audience, data).await?;
    match &timer.does {
        Deed::Remind { .. } => Ok(()),
        Deed::RaisePriority => {
            let next = Priority::from_number(item.priority.number() + 1);
            if next > item.priority {
                edit::prioritise_in(tx, ctx, catalog, actor, item, next).await?;
            }
            Ok(())
        }
        Deed::Close { reason } => {
            let reason = Some(reason.clone());
            moves::run(tx, ctx, catalog, actor, item, &Move::Cancel { reason }).await
        }
        Deed::Decline { reason } => {
            let reason = reason.clone();
            moves::run(tx, ctx, catalog, actor, item, &Move::Decline { reason }).await
        }
        Deed::MoveOn => move_on(tx, ctx, catalog, actor, item, process).await,
    }
}

/// On to the next stage. What is in the way is told to whoever works on it.
async fn move_on(
    tx: &mut Tx,
    ctx: &Ctx,
    catalog: &Catalog,
    actor: &Actor,
    item: &mut Item,
    process: &ProcessDef,
) -> Result<()> {
    let approves = process
        .stage(&item.stage)
        .is_some_and(|s| s.requester_approves);
    if item.phase == Phase::Waiting {
        moves::run(tx, ctx, catalog, actor, item, &Move::Resume).await?;
    }
    let mv = if approves {
        Move::Approve
    } else {
        Move::Forward
    };
    let why = match moves::run(tx, ctx, catalog, actor, item, &mv).await {
        Err(Error::Invalid(errors)) => errors.into_iter().map(|e| e.msg).collect(),
        Err(Error::Conflict(msg)) => vec![msg],
        other => return other,
    };
    let why: Vec<String> = why.iter().map(ToString::to_string).collect();
    let data = json!({ "why": why.join(" ") });
    note(
        tx,
        ctx,
        actor,
        item,
        "timer.blocked",
        Audience::Internal,
        data,
    )
    .await
}

async fn note(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    item: &Item,
    verb: &'static str,
    audience: Audience,
    data: Value,
) -> Result<()> {
    let event = Event::of_item(verb, &item.id, audience, data);
    events::append(tx, actor, ctx.now, event).await?;
    Ok(())
}
