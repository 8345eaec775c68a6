//! What begins and ends with a stage: its tasks, and its chain of approvals.

use jiff::Timestamp;
use mil_db::{Tx, sql};

use crate::actor::Actor;
use crate::approvals;
use crate::catalog::Catalog;
use crate::error::Result;
use crate::tasks;
use crate::web::Ctx;
use crate::work::model::Item;
use crate::work::moves::process_of;

/// An item came into its stage in `visit`, was saved and its event appended.
pub async fn begin(
    tx: &mut Tx,
    ctx: &Ctx,
    catalog: &Catalog,
    actor: &Actor,
    item: &mut Item,
    visit: &str,
) -> Result<()> {
    if !item.is_open() {
        return Ok(());
    }
    let process = process_of(catalog, item)?;
    let Some(stage) = process.stage(&item.stage) else {
        return Ok(());
    };
    if !stage.tasks.is_empty() {
        tasks::begin(tx, ctx, catalog, actor, item, stage, visit).await?;
    }
    if !stage.approvals.is_empty() {
        approvals::ask(tx, ctx, catalog, actor, item, stage, 0, visit).await?;
    }
    Ok(())
}

/// An item leaves its stage: nobody is asked any more, no task is open.
pub async fn end(tx: &mut Tx, item: &Item, now: Timestamp) -> Result<()> {
    for text in [
        "UPDATE approval SET closed_at = $1, remind_at = NULL WHERE item_id = $2 AND closed_at IS NULL",
        "UPDATE item_task SET closed_at = $1 WHERE item_id = $2 AND closed_at IS NULL",
    ] {
        sql(text)
            .bind(now.as_microsecond())
            .bind(&item.id)
            .run(&mut *tx)
            .await?;
    }
    Ok(())
}
