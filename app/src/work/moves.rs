//! Moving through the stages.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use mil_db::{Tx, sql};
use mil_process::form::{Answer, Answers};
use mil_process::process::{
    BlockedBy, ClockEffect, FORM_PREFIX, Facts, Move, MoveKind, Offer, Owner, Phase, ProcessDef,
    Stage, WaitKind, allowed, apply,
};
use serde_json::json;

use crate::actor::Actor;
use crate::calendar;
use crate::catalog::Catalog;
use crate::catalog::model::WorkKind;
use crate::changes;
use crate::error::{Error, FieldError, Msg, Result};
use crate::events::{self, Audience, Event};
use crate::org::Org;
use crate::policy::Do;
use crate::random::new_id;
use crate::tasks;
use crate::web::Ctx;
use crate::work::model::{Item, Waiting, WaitingKind};
use crate::work::{begin, store};

/// What stands before the key of a task in the ticks of a stage.
pub const TASK: &str = "task:";

/// What the policy asks for a move.
pub fn needs(kind: MoveKind) -> Do {
    match kind {
        MoveKind::Forward
        | MoveKind::SendBack
        | MoveKind::Wait(_)
        | MoveKind::Resume
        | MoveKind::Decline
        // Nobody makes these two; a vote does.
        | MoveKind::Agree
        | MoveKind::Refuse => Do::Work,
        MoveKind::Approve | MoveKind::RequestChanges => Do::Decide,
        MoveKind::Cancel => Do::Cancel,
        MoveKind::Reopen => Do::Reopen,
    }
}

/// The process version an item runs on.
pub fn process_of(catalog: &Catalog, item: &Item) -> Result<std::sync::Arc<ProcessDef>> {
    catalog.process(&item.process_id, item.process_version)
}

/// The stages that an item goes through, for showing them.
pub fn route_of(catalog: &Catalog, item: &Item) -> Result<std::sync::Arc<ProcessDef>> {
    let process = process_of(catalog, item)?;
    if process.stages.iter().all(|stage| stage.only_if.is_none()) {
        return Ok(process);
    }
    Ok(process.route(&item.answers, &item.stage).into())
}

/// What the process needs to know about an item besides its position.
pub fn facts(org: &Org, process: &ProcessDef, item: &Item, now: Timestamp) -> Facts {
    let prefix = format!("{}/", item.stage);
    let here = || {
        item.ticks
            .keys()
            .filter_map(|key| key.strip_prefix(&prefix))
    };
    let ticked = here().map(str::to_owned).collect();
    let tasks_done = here()
        .filter_map(|key| key.strip_prefix(TASK))
        .map(str::to_owned)
        .collect();
    let filled: BTreeSet<String> = item
        .fields
        .iter()
        .filter(|(_, answer)| is_filled(answer))
        .map(|(key, _)| key.clone())
        .chain(
            item.answers
                .iter()
                .filter(|(_, answer)| is_filled(answer))
                .map(|(key, _)| format!("{FORM_PREFIX}{key}")),
        )
        .collect();
    let reopen_until = item.closed_at.map(|closed| {
        closed
            .checked_add(SignedDuration::from_hours(24 * org.reopen_days))
            .unwrap_or(Timestamp::MAX)
    });
    Facts {
        ticked,
        filled,
        tasks_done,
        skipped: process.skipped(&item.answers),
        reopen_until,
        now,
    }
}

fn is_filled(answer: &Answer) -> bool {
    match answer {
        Answer::Text(text) => !text.trim().is_empty(),
        Answer::Many(keys) => !keys.is_empty(),
        Answer::Files(files) => !files.is_empty(),
        _ => true,
    }
}

/// The moves that `actor` may make now, for buttons; those that are blocked say why.
pub fn offers(ctx: &Ctx, catalog: &Catalog, actor: &Actor, item: &Item) -> Result<Vec<Offer>> {
    if item.merged_into_id.is_some() {
        return Ok(Vec::new());
    }
    let process = process_of(catalog, item)?;
    let facts = facts(&ctx.app.org(), &process, item, ctx.now);
    Ok(allowed(&process, &item.position(), &facts)
        .into_iter()
        .filter(|offer| !matches!(offer.kind, MoveKind::Agree | MoveKind::Refuse))
        .filter(|offer| crate::policy::on_item(actor, needs(offer.kind), &item.facts()))
        .collect())
}

/// Make a move.
///
/// # Errors
/// [`Error::Invalid`] with everything that blocks it, [`Error::Conflict`] when
/// the process has no such move from here.
pub async fn make(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    expect: Option<i64>,
    mv: &Move,
) -> Result<Item> {
    let catalog = ctx.app.catalog().await?;
    let mut tx = ctx.app.db.begin().await?;
    let mut item = store::lock(&mut tx, actor, id, needs(mv.kind()), expect).await?;
    run(&mut tx, ctx, &catalog, actor, &mut item, mv).await?;
    tx.commit().await?;
    Ok(item)
}

/// Make a move inside a transaction that has locked the item. Checks the
/// process; who may make it was checked by the lock.
pub async fn run(
    tx: &mut Tx,
    ctx: &Ctx,
    catalog: &Catalog,
    actor: &Actor,
    item: &mut Item,
    mv: &Move,
) -> Result<()> {
    not_merged(item)?;
    if item.kind == WorkKind::Change && mv.kind() == MoveKind::Forward {
        calendar::verbs::may_go_on(tx, ctx, catalog, &item.id).await?;
    }
    let process = process_of(catalog, item)?;
    let before = item.position();
    let facts = facts(&ctx.app.org(), &process, item, ctx.now);
    let outcome = apply(&process, &before, mv, &facts).map_err(refuse)?;
    if item.kind == WorkKind::Change {
        changes::guard::may_move(tx, item, mv.kind(), &process, &outcome.to).await?;
    }
    if outcome.left_stage {
        leave(tx, catalog, item, ctx.now).await?;
        if answers_requester(actor, item) {
            item.promise.answered(ctx.now);
        }
    }
    item.phase = outcome.to.phase;
    item.stage.clone_from(&outcome.to.stage);
    match outcome.clock {
        ClockEffect::None => {}
        ClockEffect::Pause => item.promise.pause(ctx.now, "Waits for the requester"),
        ClockEffect::Resume => item.promise.resume(ctx.now),
        ClockEffect::Stop => item.promise.stop(ctx.now),
        ClockEffect::Reopen => item.promise.reopen(ctx.now),
    }
    let mut visit = None;
    if outcome.entered_stage {
        let stage = process
            .stage(&item.stage)
            .ok_or_else(|| Error::Internal(format!("no stage {}", item.stage)))?;
        visit = Some(arrive(tx, catalog, item, stage, ctx.now).await?);
        item.waiting = None;
        if item.phase == Phase::Review && stage.requester_approves {
            item.promise.pause(ctx.now, "Waits for the requester");
        }
    }
    item.closed_at = item
        .phase
        .is_final()
        .then_some(item.closed_at.unwrap_or(ctx.now));
    item.waiting = waiting(item, &process, mv, actor, ctx.now);
    store::save(tx, catalog, ctx.now, item).await?;
    note(tx, actor, ctx.now, item, &process, &before, mv).await?;
    if let Some(visit) = visit {
        begin::begin(tx, ctx, catalog, actor, item, &visit).await?;
    }
    if before.phase.is_final() != item.phase.is_final() {
        tasks::follow(tx, ctx, catalog, actor, item).await?;
    }
    Ok(())
}

/// Whether a deed of `actor` is an answer from us to the requester.
pub fn answers_requester(actor: &Actor, item: &Item) -> bool {
    crate::policy::works(actor) && !actor.is_system() && actor.id != item.requester_id
}

/// What was merged lives on in the other request.
pub fn not_merged(item: &Item) -> Result<()> {
    if item.merged_into_id.is_none() {
        return Ok(());
    }
    Err(Error::Conflict(Msg::new(
        "This request was merged into another. Go on with that one.",
    )))
}

/// What has ended stays as it was measured.
///
/// # Errors
/// [`Error::Conflict`] for what is closed or merged.
pub fn still_open(item: &Item) -> Result<()> {
    not_merged(item)?;
    if item.is_open() {
        return Ok(());
    }
    Err(Error::Conflict(Msg::new(
        "This request is closed. Reopen it first.",
    )))
}

fn refuse(blocked: Vec<mil_process::process::Blocked>) -> Error {
    let msg = |b: &mil_process::process::Blocked| Msg::from(b.msg.clone());
    if let Some(illegal) = blocked
        .iter()
        .find(|b| matches!(b.what, BlockedBy::Illegal | BlockedBy::TooLate))
    {
        return Error::Conflict(msg(illegal));
    }
    Error::Invalid(
        blocked
            .iter()
            .map(|b| {
                let field = match &b.what {
                    BlockedBy::Check(key) => format!("checklist.{key}"),
                    BlockedBy::Field(key) => format!("fields.{key}"),
                    BlockedBy::Task(key) => format!("tasks.{key}"),
                    _ => "reason".to_owned(),
                };
                FieldError { field, msg: msg(b) }
            })
            .collect(),
    )
}

/// Whose turn it is after a move.
fn waiting(
    item: &Item,
    process: &ProcessDef,
    mv: &Move,
    actor: &Actor,
    now: Timestamp,
) -> Option<Waiting> {
    let asks = process
        .stage(&item.stage)
        .is_some_and(|s| s.requester_approves);
    match item.phase {
        Phase::Review if asks => Some(item.waiting.clone().unwrap_or(Waiting {
            kind: WaitingKind::Approval,
            since: now,
            asked_by: (!actor.is_system()).then(|| actor.id.clone()),
            text: String::new(),
        })),
        Phase::Waiting => match mv {
            Move::Wait { why } => Some(Waiting {
                kind: match why {
                    WaitKind::Answer => WaitingKind::Answer,
                    WaitKind::Approval => WaitingKind::Approval,
                },
                since: now,
                asked_by: (!actor.is_system()).then(|| actor.id.clone()),
                text: String::new(),
            }),
            _ => item.waiting.clone(),
        },
        _ => None,
    }
}

/// Come into a stage: its team and person take over, its checklist starts anew.
pub async fn arrive(
    tx: &mut Tx,
    catalog: &Catalog,
    item: &mut Item,
    stage: &Stage,
    now: Timestamp,
) -> Result<String> {
    let prefix = format!("{}/", stage.key);
    item.ticks.retain(|key, _| !key.starts_with(&prefix));
    item.timers.clear();
    item.stage_since = now;
    take_over(tx, catalog, item, stage).await?;
    enter(tx, item, now).await
}

/// The team and the person of a stage take an item over. What comes back to a
/// stage goes to whoever had it there; else who has it now keeps it, if they
/// belong to the team that takes over.
pub async fn take_over(
    tx: &mut Tx,
    catalog: &Catalog,
    item: &mut Item,
    stage: &Stage,
) -> Result<()> {
    let home = catalog
        .service(&item.service_id)
        .map_or_else(|| item.team_id.clone(), |s| s.team_id.clone());
    let mut wanted = Vec::new();
    match &stage.owner {
        Owner::Service => item.team_id = home,
        Owner::Team(team) => item.team_id.clone_from(team),
        Owner::Person(person) => {
            item.team_id = home;
            let there = sql("SELECT id FROM person WHERE id = $1 AND disabled_at IS NULL")
                .bind(person)
                .opt(&mut *tx)
                .await?;
            item.assignee_id = there.map(|_| person.clone());
            return Ok(());
        }
    }
    let before = sql("SELECT person_id FROM stage_visit
         WHERE item_id = $1 AND stage = $2 AND person_id IS NOT NULL AND left_at IS NOT NULL
         ORDER BY entered_at DESC, id DESC LIMIT 1")
    .bind(&item.id)
    .bind(&stage.key)
    .opt(&mut *tx)
    .await?;
    if let Some(row) = before {
        wanted.push(row.get::<String>("person_id")?);
    }
    wanted.extend(item.assignee_id.take());
    for person in wanted {
        let member = sql(
            "SELECT m.person_id FROM team_member m JOIN person p ON p.id = m.person_id
             WHERE m.team_id = $1 AND m.person_id = $2 AND p.disabled_at IS NULL",
        )
        .bind(&item.team_id)
        .bind(&person)
        .opt(&mut *tx)
        .await?;
        if member.is_some() {
            item.assignee_id = Some(person);
            break;
        }
    }
    Ok(())
}

/// Record that an item came into its stage. Returns the id of the visit.
pub async fn enter(tx: &mut Tx, item: &Item, now: Timestamp) -> Result<String> {
    let id = new_id(now);
    sql("INSERT INTO stage_visit (id, item_id, stage, entered_at) VALUES ($1, $2, $3, $4)")
        .bind(&id)
        .bind(&item.id)
        .bind(&item.stage)
        .bind(now.as_microsecond())
        .run(tx)
        .await?;
    Ok(id)
}

/// Record that an item leaves its stage, with the working time it took, without
/// the time it waited for the requester.
pub async fn leave(tx: &mut Tx, catalog: &Catalog, item: &Item, now: Timestamp) -> Result<()> {
    let (_, calendar) = catalog.promise(&item.promise.promise_id)?;
    let worked = item
        .promise
        .worked(&calendar.compiled, item.stage_since, now);
    sql(
        "UPDATE stage_visit SET left_at = $1, worked = $2, person_id = $3
         WHERE item_id = $4 AND left_at IS NULL",
    )
    .bind(now.as_microsecond())
    .bind(worked.micros())
    .bind(&item.assignee_id)
    .bind(&item.id)
    .run(&mut *tx)
    .await?;
    begin::end(tx, item, now).await
}

async fn note(
    tx: &mut Tx,
    actor: &Actor,
    now: Timestamp,
    item: &Item,
    process: &ProcessDef,
    before: &mil_process::process::Position,
    mv: &Move,
) -> Result<()> {
    let verb = match mv.kind() {
        MoveKind::Forward | MoveKind::Agree if item.phase == Phase::Done => "request.done",
        MoveKind::Forward | MoveKind::Agree => "request.moved",
        MoveKind::Refuse if item.phase == Phase::Declined => "request.declined",
        MoveKind::SendBack | MoveKind::Refuse => "request.sent_back",
        MoveKind::Wait(_) => "request.waits",
        MoveKind::Resume => "request.resumed",
        MoveKind::Approve => "request.approved",
        MoveKind::RequestChanges => "request.changes_asked",
        MoveKind::Decline => "request.declined",
        MoveKind::Cancel => "request.cancelled",
        MoveKind::Reopen => "request.reopened",
    };
    let name = |key: &str| {
        process
            .stage(key)
            .map(|s| (s.name.clone(), s.requester_word().to_owned()))
    };
    let from = name(&before.stage);
    let to = name(&item.stage);
    events::append(
        tx,
        actor,
        now,
        Event::of_item(
            verb,
            &item.id,
            Audience::Public,
            json!({
                "before": { "stage": before.stage, "phase": store::phase_key(before.phase) },
                "after": { "stage": item.stage, "phase": store::phase_key(item.phase) },
                "from": from.as_ref().map(|n| &n.0), "from_word": from.as_ref().map(|n| &n.1),
                "to": to.as_ref().map(|n| &n.0), "to_word": to.as_ref().map(|n| &n.1),
                "reason": mv.reason(),
                "why": match mv { Move::Wait { why } => Some(*why), _ => None },
            }),
        ),
    )
    .await?;
    Ok(())
}

/// The answers an item has altogether, for showing and for conditions.
pub fn all_answers(item: &Item) -> Answers {
    item.answers
        .iter()
        .chain(&item.fields)
        .map(|(k, v)| (k.clone(), v.clone()))
        .collect()
}
