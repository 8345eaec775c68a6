//! What the clocks do by themselves: escalations at set shares of the promise.
//!
//! `wake_at` says when an item's clocks want to be looked at; the instants lie
//! in working time, so nobody is told at midnight. Each share is recorded in
//! the same transaction that tells about it, with a primary key against doing
//! it twice, so it happens exactly once even after a crash or with two servers.

use jiff::Timestamp;
use mil_db::sql;
use mil_sla::promise::due_escalations;
use serde_json::json;

use crate::Result;
use crate::actor::Actor;
use crate::catalog::model::ClockKind;
use crate::events::{self, Audience, Event};
use crate::policy::Do;
use crate::state::App;
use crate::work::store;

/// How many items one round looks at.
const ROUND: i64 = 200;

/// Look at every item whose time has come. Returns how many shares were
/// escalated.
pub async fn run_due(app: &App, now: Timestamp) -> Result<usize> {
    let ids: Vec<String> = sql("SELECT id FROM work_item
         WHERE wake_at IS NOT NULL AND wake_at <= $1 ORDER BY wake_at LIMIT $2")
    .bind(now.as_microsecond())
    .bind(ROUND)
    .column("id", &app.db)
    .await?;
    let mut fired = 0;
    for id in ids {
        // One item that cannot be read must not keep the others waiting.
        match wake(app, now, &id).await {
            Ok(count) => fired += count,
            Err(error) => tracing::error!(%id, %error, "an escalation failed"),
        }
    }
    Ok(fired)
}

async fn wake(app: &App, now: Timestamp, id: &str) -> Result<usize> {
    let catalog = app.catalog().await?;
    let actor = Actor::system();
    let mut tx = app.db.begin().await?;
    let mut item = store::lock(&mut tx, &actor, id, Do::Work, None).await?;
    let (promise, calendar) = catalog.promise(&item.promise.promise_id)?;
    let mut fired = 0;
    for kind in [ClockKind::Response, ClockKind::Delivery] {
        let shares = promise.def.shares(kind);
        let due = due_escalations(
            item.promise.clock(kind),
            &calendar.compiled,
            &shares,
            item.promise.fired(kind),
            now,
        );
        for share in due {
            item.promise.mark_fired(kind, share);
            let first = sql("INSERT INTO escalation (item_id, clock, share, fired_at)
                 VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING")
            .bind(&item.id)
            .bind(kind.key())
            .bind(share)
            .bind(now.as_microsecond())
            .run(&mut tx)
            .await?;
            if first == 0 {
                continue;
            }
            let tell: Vec<_> = promise
                .def
                .escalations
                .iter()
                .filter(|e| e.clock == kind && e.share == share)
                .map(|e| e.tell)
                .collect();
            events::append(
                &mut tx,
                &actor,
                now,
                Event::of_item(
                    "promise.escalated",
                    &item.id,
                    Audience::Internal,
                    json!({ "clock": kind.key(), "share": share, "tell": tell }),
                ),
            )
            .await?;
            fired += 1;
        }
    }
    store::save_same_version(&mut tx, &catalog, now, &mut item).await?;
    tx.commit().await?;
    Ok(fired)
}
