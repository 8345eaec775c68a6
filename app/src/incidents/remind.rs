//! The incident manager hears that the next update is overdue, once for each
//! time that was promised.

use jiff::Timestamp;
use mil_db::sql;
use serde_json::json;

use crate::Result;
use crate::actor::Actor;
use crate::events::{self, Audience, Event};
use crate::state::App;

/// Look at every incident whose update is overdue. Returns how many managers
/// were reminded.
pub async fn run_due(app: &App, now: Timestamp) -> Result<usize> {
    let ids: Vec<String> = sql("SELECT item_id FROM incident_record
         WHERE next_update_at IS NOT NULL AND reminded_at IS NULL AND next_update_at <= $1
         ORDER BY next_update_at LIMIT 100")
    .bind(now.as_microsecond())
    .column("item_id", &app.db)
    .await?;
    let mut told = 0;
    for id in ids {
        match remind(app, now, &id).await {
            Ok(count) => told += count,
            Err(error) => tracing::error!(%id, %error, "a manager was not reminded"),
        }
    }
    Ok(told)
}

async fn remind(app: &App, now: Timestamp, id: &str) -> Result<usize> {
    let mut tx = app.db.begin().await?;
    // With two servers only one of them gets the row.
    let row = sql("UPDATE incident_record SET reminded_at = $1
         WHERE item_id = $2 AND reminded_at IS NULL AND next_update_at <= $1
         RETURNING manager_id, next_update_at,
           (SELECT w.closed_at FROM work_item w WHERE w.id = incident_record.item_id) AS closed_at,
           (SELECT w.assignee_id FROM work_item w WHERE w.id = incident_record.item_id) AS assignee_id")
    .bind(now.as_microsecond())
    .bind(id)
    .opt(&mut tx)
    .await?;
    let Some(row) = row else { return Ok(0) };
    if row.get::<Option<i64>>("closed_at")?.is_some() {
        tx.commit().await?;
        return Ok(0);
    }
    let manager: Option<String> = row.get("manager_id")?;
    let whom = manager.or(row.get::<Option<String>>("assignee_id")?);
    events::append(
        &mut tx,
        &Actor::system(),
        now,
        Event::of_item(
            "incident.reminded",
            id,
            Audience::Internal,
            json!({ "mentions": whom.iter().collect::<Vec<_>>() }),
        ),
    )
    .await?;
    tx.commit().await?;
    Ok(1)
}
