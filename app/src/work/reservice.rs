//! Another service: what was ordered turns out to be something else.

use mil_db::{Tx, sql};
use mil_process::form::{self, Answers, Field, FormDef};
use mil_process::process::{Phase, Position};
use serde_json::json;

use crate::actor::Actor;
use crate::error::{Error, Result};
use crate::events::{self, Audience, Event};
use crate::policy::Do;
use crate::search;
use crate::web::Ctx;
use crate::work::model::{Item, Waiting, WaitingKind};
use crate::work::{begin, moves, store};

/// Give an item another service: its form, its process and its promise. Answers
/// that fit the new form stay, the others are kept in the history. It stays in
/// the stage of the same key, or starts at the first. The clocks go on from the
/// same start with the new targets, so no time that was used is hidden.
pub async fn change(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    expect: Option<i64>,
    service: &str,
) -> Result<Item> {
    let catalog = ctx.app.catalog().await?;
    let service = catalog
        .service(service)
        .filter(|s| s.offered())
        .cloned()
        .ok_or_else(|| Error::field("service", "This service is not on offer. Choose another."))?;
    let (process_version, process) = catalog.current_process(&service.process_id)?;
    let (promise, _) = catalog.promise(&service.promise_id)?;
    let today = ctx.today();

    let mut tx = ctx.app.db.begin().await?;
    let mut item = store::lock(&mut tx, actor, id, Do::Work, expect).await?;
    moves::still_open(&item)?;
    if item.service_id == service.id {
        return Err(Error::field(
            "service",
            "It is this service already. Choose another.",
        ));
    }
    let before = catalog
        .service(&item.service_id)
        .map(|s| s.name.clone())
        .unwrap_or_default();
    let due_before = item.deliver_by;
    let stage_before = item.stage.clone();

    let (answers, dropped) = fitting(&service.form, &item.answers, today);
    let asked: Vec<Field> = process
        .stages
        .iter()
        .flat_map(|s| s.fields.clone())
        .collect();
    let (fields, more) = fitting(&FormDef { fields: asked }, &item.fields, today);
    let dropped: Answers = dropped.into_iter().chain(more).collect();
    item.answers = answers;
    item.fields = fields;
    keep_files(&mut tx, &item).await?;

    // Another process has other tasks and approvals in a stage of the same name.
    let stays = item.process_id == service.process_id && process.stage(&item.stage).is_some();
    if !stays {
        moves::leave(&mut tx, &catalog, &item, ctx.now).await?;
        item.timers.clear();
    }
    item.service_id.clone_from(&service.id);
    item.kind = service.kind;
    item.form_version = service.form_version;
    item.process_id.clone_from(&service.process_id);
    item.process_version = process_version;
    let stage = process
        .stage(&item.stage)
        .or(process.stages.first())
        .ok_or_else(|| Error::Internal("a process without stages".to_owned()))?
        .clone();
    item.ticks.retain(|key, _| {
        key.split_once('/').is_some_and(|(stage, check)| {
            process
                .stage(stage)
                .is_some_and(|s| s.checklist.iter().any(|c| c.key == check))
        })
    });
    let waits = Position {
        stage: stage.key.clone(),
        phase: Phase::Waiting,
    };
    let waits = stays && item.phase == Phase::Waiting && waits.is_valid(&process);
    item.phase = if waits { Phase::Waiting } else { stage.phase };
    let mut visit = None;
    if stays {
        moves::take_over(&mut tx, &catalog, &mut item, &stage).await?;
    } else {
        item.stage.clone_from(&stage.key);
        visit = Some(moves::arrive(&mut tx, &catalog, &mut item, &stage, ctx.now).await?);
    }
    if stage.requester_approves {
        item.promise.pause(ctx.now, "Waits for the requester");
        item.waiting = Some(item.waiting.take().unwrap_or(Waiting {
            kind: WaitingKind::Approval,
            since: ctx.now,
            asked_by: (!actor.is_system()).then(|| actor.id.clone()),
            text: String::new(),
        }));
    } else if !waits {
        item.promise.resume(ctx.now);
        item.waiting = None;
    }
    item.promise
        .retarget(&service.promise_id, promise.def.target(item.priority));
    store::save(&mut tx, &catalog, ctx.now, &mut item).await?;
    search::index(&mut tx, &item).await?;
    note(
        &mut tx,
        ctx,
        actor,
        &item,
        json!({
            "before": before, "after": service.name,
            "stage_before": stage_before, "stage_after": item.stage,
            "due_before": due_before, "due_after": item.deliver_by,
            "dropped": dropped,
        }),
    )
    .await?;
    if let Some(visit) = visit {
        begin::begin(&mut tx, ctx, &catalog, actor, &mut item, &visit).await?;
    }
    tx.commit().await?;
    Ok(item)
}

/// Which answers a form would take, and which not. What is required and missing
/// does not matter here: it was ordered already.
fn fitting(form: &FormDef, answers: &Answers, today: jiff::civil::Date) -> (Answers, Answers) {
    let mut form = form.clone();
    for field in &mut form.fields {
        field.required = false;
    }
    let mut raw = form::to_raw(answers);
    // Each round takes out at least one answer that does not fit.
    let kept = loop {
        match form::validate(&form, &raw, today, false) {
            Ok(kept) => break kept,
            Err(errors) => {
                let before = raw.len();
                for error in &errors {
                    raw.remove(&error.field);
                }
                if raw.len() == before {
                    break Answers::new();
                }
            }
        }
    };
    // A kind that reads the same text differently would change what was said.
    answers
        .clone()
        .into_iter()
        .partition(|(key, answer)| kept.get(key) == Some(answer))
}

/// Files that answered a question which is no longer asked stay as files.
async fn keep_files(tx: &mut Tx, item: &Item) -> Result<()> {
    let rows = sql("SELECT id, field FROM attachment WHERE item_id = $1 AND field IS NOT NULL")
        .bind(&item.id)
        .all(&mut *tx)
        .await?;
    for row in rows {
        if !item.answers.contains_key(&row.get::<String>("field")?) {
            sql("UPDATE attachment SET field = NULL WHERE id = $1")
                .bind(row.get::<String>("id")?)
                .run(&mut *tx)
                .await?;
        }
    }
    Ok(())
}

async fn note(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    item: &Item,
    data: serde_json::Value,
) -> Result<()> {
    events::append(
        tx,
        actor,
        ctx.now,
        Event::of_item("request.service_changed", &item.id, Audience::Public, data),
    )
    .await?;
    Ok(())
}
