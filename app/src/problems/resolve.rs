//! When a problem is done, its incidents hear that their cause is fixed.

use jiff::Timestamp;
use mil_db::sql;
use serde_json::json;

use crate::Result;
use crate::actor::Actor;
use crate::events::{self, Audience, Event};
use crate::state::App;

/// Look at every problem that was done since its incidents were told. Returns
/// how many incidents were told now.
pub async fn run_due(app: &App, now: Timestamp) -> Result<usize> {
    let ids: Vec<String> = sql("SELECT p.item_id FROM problem_record p
         JOIN work_item w ON w.id = p.item_id
         WHERE w.phase = 'done' AND w.closed_at IS NOT NULL
           AND (p.told_at IS NULL OR p.told_at < w.closed_at) ORDER BY p.item_id LIMIT 100")
    .column("item_id", &app.db)
    .await?;
    let mut told = 0;
    for id in ids {
        match tell(app, now, &id).await {
            Ok(count) => told += count,
            Err(error) => tracing::error!(%id, %error, "incidents did not hear of their cause"),
        }
    }
    Ok(told)
}

async fn tell(app: &App, now: Timestamp, id: &str) -> Result<usize> {
    let mut tx = app.db.begin().await?;
    // With two servers only one of them gets the row.
    let taken = sql("UPDATE problem_record SET told_at = $1 WHERE item_id = $2
         AND (told_at IS NULL OR told_at < (SELECT closed_at FROM work_item WHERE id = $2))")
    .bind(now.as_microsecond())
    .bind(id)
    .run(&mut tx)
    .await?;
    if taken == 0 {
        return Ok(0);
    }
    let number: i64 = sql("SELECT number FROM work_item WHERE id = $1")
        .bind(id)
        .value("number", &mut tx)
        .await?;
    let incidents: Vec<String> = sql(
        "SELECT from_id FROM item_link WHERE to_id = $1 AND kind = 'caused_by' ORDER BY from_id",
    )
    .bind(id)
    .column("from_id", &mut tx)
    .await?;
    for incident in &incidents {
        events::append(
            &mut tx,
            &Actor::system(),
            now,
            Event::of_item(
                "problem.resolved",
                incident,
                Audience::Public,
                json!({ "number": number }),
            ),
        )
        .await?;
    }
    tx.commit().await?;
    Ok(incidents.len())
}
