//! What listeners do with their rows in the outbox. Each takes a row in the
//! transaction of its own effect; one that fails is tried again with growing
//! pauses, and left alone after [`TRIES`] for a person to see.

use jiff::{SignedDuration, Timestamp};
use mil_db::{Tx, sql};

use crate::error::{Error, Result};
use crate::state::App;

/// After this many failures an event is left in the outbox.
pub const TRIES: i64 = 8;
/// How many events one round takes.
pub const ROUND: i64 = 100;

/// The events that wait for a listener, oldest first.
pub async fn waiting(app: &App, listener: &'static str, now: Timestamp) -> Result<Vec<String>> {
    Ok(sql("SELECT event_id FROM outbox
         WHERE listener = $1 AND attempts < $2 AND not_before <= $3
         ORDER BY event_id LIMIT $4")
    .bind(listener)
    .bind(TRIES)
    .bind(now.as_microsecond())
    .bind(ROUND)
    .column("event_id", &app.db)
    .await?)
}

/// Take an event out; whether it was still there.
pub async fn take(tx: &mut Tx, listener: &'static str, event: &str) -> Result<bool> {
    let taken = sql("DELETE FROM outbox WHERE listener = $1 AND event_id = $2")
        .bind(listener)
        .bind(event)
        .run(tx)
        .await?;
    Ok(taken > 0)
}

/// Try an event again later.
pub async fn postpone(
    app: &App,
    listener: &'static str,
    now: Timestamp,
    event: &str,
    why: &Error,
) -> Result<()> {
    tracing::warn!(listener, event, %why, "an event could not be passed on");
    let mut tx = app.db.begin().await?;
    let attempts: i64 = sql("UPDATE outbox SET attempts = attempts + 1, last_error = $1
         WHERE listener = $2 AND event_id = $3 RETURNING attempts")
    .bind(why.to_string().chars().take(500).collect::<String>())
    .bind(listener)
    .bind(event)
    .opt(&mut tx)
    .await?
    .map_or(Ok(0), |row| row.get("attempts"))?;
    let pause = SignedDuration::from_secs(5 << attempts.clamp(0, 10));
    sql("UPDATE outbox SET not_before = $1 WHERE listener = $2 AND event_id = $3")
        .bind((now + pause).as_microsecond())
        .bind(listener)
        .bind(event)
        .run(&mut tx)
        .await?;
    tx.commit().await?;
    Ok(())
}
