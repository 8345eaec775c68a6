//! A step of an approval begins.

use jiff::Timestamp;
use mil_db::{Tx, sql};
use mil_process::process::{ApprovalStep, Stage};
use mil_sla::Work;
use serde_json::json;

use crate::actor::Actor;
use crate::approvals::{away, seats};
use crate::catalog::Catalog;
use crate::error::{Error, Result};
use crate::events::{self, Audience, Event};
use crate::random::new_id;
use crate::web::Ctx;
use crate::work::model::Item;
use crate::work::talk;

/// Ask the people of step `at` of `stage`. They, and who stands in for them,
/// follow the request from now on, so that they can read what they decide.
#[allow(clippy::too_many_arguments)]
pub async fn ask(
    tx: &mut Tx,
    ctx: &Ctx,
    catalog: &Catalog,
    actor: &Actor,
    item: &Item,
    stage: &Stage,
    at: usize,
    visit: &str,
) -> Result<()> {
    let step = stage
        .approvals
        .get(at)
        .ok_or_else(|| Error::Internal(format!("no step {at} in {}", stage.key)))?;
    let people = seats::people(tx, catalog, item, step).await?;
    let remind = remind_at(catalog, item, step, ctx.now)?;
    let away = away::active(&mut *tx, ctx.now).await?;
    for person in &people {
        sql(
            "INSERT INTO approval (id, item_id, visit_id, stage, step, position, name, person_id,
                asked_at, remind_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(new_id(ctx.now))
        .bind(&item.id)
        .bind(visit)
        .bind(&stage.key)
        .bind(&step.key)
        .bind(i64::try_from(at).unwrap_or(i64::MAX))
        .bind(&step.name)
        .bind(person)
        .bind(ctx.now.as_microsecond())
        .bind(remind.map(Timestamp::as_microsecond))
        .run(&mut *tx)
        .await?;
        for reader in away::deciders(person, &away) {
            let reader = if reader == item.requester_id {
                person
            } else {
                &reader
            };
            talk::follow(tx, ctx, &item.id, reader).await?;
        }
    }
    let names = names(tx, &item.id, visit, &step.key).await?;
    events::append(
        tx,
        actor,
        ctx.now,
        Event::of_item(
            "approval.asked",
            &item.id,
            Audience::Public,
            json!({ "step": step.name, "people": people, "names": names }),
        ),
    )
    .await?;
    Ok(())
}

/// When those who have not answered are reminded, in working time of the
/// request's promise.
pub fn remind_at(
    catalog: &Catalog,
    item: &Item,
    step: &ApprovalStep,
    from: Timestamp,
) -> Result<Option<Timestamp>> {
    let Some(minutes) = step.remind_after_minutes else {
        return Ok(None);
    };
    let (_, calendar) = catalog.promise(&item.promise.promise_id)?;
    Ok(Some(
        calendar.compiled.add(from, Work::from_minutes(minutes)),
    ))
}

async fn names(tx: &mut Tx, item: &str, visit: &str, step: &str) -> Result<Vec<String>> {
    Ok(sql(
        "SELECT p.name FROM approval a JOIN person p ON p.id = a.person_id
         WHERE a.item_id = $1 AND a.visit_id = $2 AND a.step = $3 ORDER BY p.name",
    )
    .bind(item)
    .bind(visit)
    .bind(step)
    .column("name", tx)
    .await?)
}
