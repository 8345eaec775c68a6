//! Taking a bulk change back.

use mil_db::{Tx, sql};
use serde_json::json;

use crate::actor::Actor;
use crate::bulk::{Before, Changed};
use crate::catalog::Catalog;
use crate::error::{Error, Result};
use crate::events::{self, Audience, Event};
use crate::policy::Do;
use crate::web::Ctx;
use crate::work::Item;
use crate::work::store;

/// Put back every request that nobody changed since. Returns how many, and the
/// numbers of those left alone.
pub async fn restore(
    tx: &mut Tx,
    ctx: &Ctx,
    catalog: &Catalog,
    actor: &Actor,
    changed: &Changed,
) -> Result<(usize, Vec<i64>)> {
    let mut restored = 0;
    let mut kept = Vec::new();
    for before in &changed.before {
        let mut item = match store::lock(tx, actor, &before.id, Do::View, None).await {
            Ok(item) => item,
            Err(Error::NotFound) => continue,
            Err(error) => return Err(error),
        };
        if item.version != before.version_after {
            kept.push(before.number);
            continue;
        }
        match &changed.follower {
            Some(person) => {
                sql("DELETE FROM watcher WHERE item_id = $1 AND person_id = $2 AND since >= $3")
                    .bind(&item.id)
                    .bind(person)
                    .bind((ctx.now - crate::undo::LIFE).as_microsecond())
                    .run(tx)
                    .await?;
            }
            None => put_back(tx, ctx, catalog, &mut item, before).await?,
        }
        restored += 1;
        events::append(
            tx,
            actor,
            ctx.now,
            Event::of_item(
                "request.undone",
                &item.id,
                Audience::Internal,
                json!({ "after": { "stage": item.stage, "assignee_id": item.assignee_id,
                    "priority": item.priority, "phase": store::phase_key(item.phase) } }),
            ),
        )
        .await?;
    }
    Ok((restored, kept))
}

async fn put_back(
    tx: &mut Tx,
    ctx: &Ctx,
    catalog: &Catalog,
    item: &mut Item,
    before: &Before,
) -> Result<()> {
    let moved = item.stage_since != before.stage_since || item.closed_at != before.closed_at;
    item.stage.clone_from(&before.stage);
    item.phase = store::phase_from_key(&before.phase)?;
    item.stage_since = before.stage_since;
    item.priority = before.priority;
    item.team_id.clone_from(&before.team_id);
    item.assignee_id.clone_from(&before.assignee_id);
    item.fields.clone_from(&before.fields);
    item.ticks.clone_from(&before.ticks);
    item.waiting.clone_from(&before.waiting);
    item.closed_at = before.closed_at;
    // What was escalated meanwhile stays escalated.
    let fired = (
        item.promise.fired_response.clone(),
        item.promise.fired_delivery.clone(),
    );
    item.promise.clone_from(&before.promise);
    (item.promise.fired_response, item.promise.fired_delivery) = fired;
    if moved {
        sql("DELETE FROM stage_visit WHERE item_id = $1 AND entered_at > $2")
            .bind(&item.id)
            .bind(before.stage_since.as_microsecond())
            .run(tx)
            .await?;
        if before.closed_at.is_none() {
            sql(
                "UPDATE stage_visit SET left_at = NULL, worked = NULL, person_id = NULL
                 WHERE item_id = $1 AND entered_at = $2",
            )
            .bind(&item.id)
            .bind(before.stage_since.as_microsecond())
            .run(tx)
            .await?;
        }
    }
    store::save(tx, catalog, ctx.now, item).await
}
