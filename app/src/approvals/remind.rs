//! Those who have not answered are reminded, again and again in working time.

use std::collections::BTreeSet;

use jiff::Timestamp;
use mil_db::sql;
use serde_json::json;

use crate::Result;
use crate::actor::Actor;
use crate::approvals::ask::remind_at;
use crate::events::{self, Audience, Event};
use crate::policy::Do;
use crate::state::App;
use crate::work::{moves, store};

/// How many seats one round looks at.
const ROUND: i64 = 200;

/// Remind everybody whose time has come. Returns how many were reminded.
pub async fn run_due(app: &App, now: Timestamp) -> Result<usize> {
    let rows = sql(
        "SELECT item_id, step FROM approval WHERE remind_at IS NOT NULL
         AND remind_at <= $1 ORDER BY remind_at LIMIT $2",
    )
    .bind(now.as_microsecond())
    .bind(ROUND)
    .all(&app.db)
    .await?;
    let due: BTreeSet<(String, String)> = rows
        .iter()
        .map(|row| Ok((row.get("item_id")?, row.get("step")?)))
        .collect::<Result<_>>()?;
    let mut reminded = 0;
    for (item, step) in &due {
        // One that cannot be read must not keep the others waiting.
        match remind(app, now, item, step).await {
            Ok(count) => reminded += count,
            Err(error) => tracing::error!(%item, %error, "a reminder failed"),
        }
    }
    Ok(reminded)
}

async fn remind(app: &App, now: Timestamp, id: &str, step: &str) -> Result<usize> {
    let catalog = app.catalog().await?;
    let actor = Actor::system();
    let mut tx = app.db.begin().await?;
    let item = store::lock(&mut tx, &actor, id, Do::View, None).await?;
    let process = moves::process_of(&catalog, &item)?;
    let def = process
        .stage(&item.stage)
        .and_then(|s| s.approvals.iter().find(|a| a.key == step));
    let next = match def {
        Some(def) => remind_at(&catalog, &item, def, now)?,
        None => None,
    };
    let people: Vec<String> = sql("UPDATE approval SET remind_at = $1
         WHERE item_id = $2 AND step = $3 AND closed_at IS NULL AND remind_at <= $4
         RETURNING person_id")
    .bind(next.map(Timestamp::as_microsecond))
    .bind(&item.id)
    .bind(step)
    .bind(now.as_microsecond())
    .column("person_id", &mut tx)
    .await?;
    if people.is_empty() {
        return Ok(0);
    }
    events::append(
        &mut tx,
        &actor,
        now,
        Event::of_item(
            "approval.reminded",
            &item.id,
            Audience::Public,
            json!({ "step": def.map(|d| &d.name), "people": people }),
        ),
    )
    .await?;
    tx.commit().await?;
    Ok(people.len())
}
