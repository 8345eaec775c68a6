//! Taking something back, for ten minutes after it was done.
//!
//! A verb that can be undone records, in its own transaction, what it takes to
//! put things back ([`record`]). `POST /undo/{id}` takes the record once and
//! hands it to the slice it came from. Whatever was changed by somebody else in
//! the meantime is left alone and said so.

mod pages;

use jiff::{SignedDuration, Timestamp};
use mil_db::{Tx, sql};
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::assets;
use crate::bulk;
use crate::error::{Error, Msg, Result};
use crate::openapi::Op;
use crate::random::new_id;
use crate::router::{Access, Route, get, post};
use crate::work::merge;

/// How long something may be taken back.
pub const LIFE: SignedDuration = SignedDuration::from_mins(10);

/// What can be put back, by the slice that knows how.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[allow(clippy::large_enum_variant, reason = "there is only ever one of them")]
pub enum Undo {
    /// A change of several requests at once.
    Bulk(bulk::Changed),
    /// Two requests that became one.
    Merge(merge::Merged),
    /// A change of several assets at once.
    Assets(assets::bulk::Changed),
}

/// The routes of this slice.
pub fn routes() -> Vec<Route> {
    use Access::Agents;
    vec![
        get(Agents, "/undo/{undo}", pages::ask),
        post(Agents, "/undo/{undo}", pages::undo),
        post(Agents, "/api/v1/undo/{undo}", pages::api).op(Op::new(
            "Requests",
            "Take back what was just done",
        )
        .answers::<pages::UndoView>()),
    ]
}

/// Remember how to take back what this transaction does. Returns the id that
/// the toast's button posts to.
pub async fn record(
    tx: &mut Tx,
    actor: &Actor,
    now: Timestamp,
    label: &str,
    undo: &Undo,
) -> Result<String> {
    let id = new_id(now);
    sql(
        "INSERT INTO undo (id, person_id, label, payload, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&id)
    .bind(&actor.id)
    .bind(label)
    .bind(serde_json::to_string(undo)?)
    .bind(now.as_microsecond())
    .bind((now + LIFE).as_microsecond())
    .run(tx)
    .await?;
    Ok(id)
}

/// Take a record, once, by whoever did it.
///
/// # Errors
/// [`Error::NotFound`] for somebody else's, [`Error::Conflict`] when it was
/// taken before or is too old.
pub async fn take(tx: &mut Tx, actor: &Actor, now: Timestamp, id: &str) -> Result<(String, Undo)> {
    let row = sql(
        "SELECT label, payload, expires_at, used_at FROM undo WHERE id = $1 AND person_id = $2",
    )
    .bind(id)
    .bind(&actor.id)
    .opt(&mut *tx)
    .await?
    .ok_or(Error::NotFound)?;
    if row.get::<i64>("expires_at")? < now.as_microsecond() {
        return Err(Error::Conflict(Msg::new(
            "This was more than ten minutes ago and stays. Change it back by hand.",
        )));
    }
    let taken = sql("UPDATE undo SET used_at = $1 WHERE id = $2 AND used_at IS NULL")
        .bind(now.as_microsecond())
        .bind(id)
        .run(tx)
        .await?;
    if taken == 0 {
        return Err(Error::Conflict(Msg::new(
            "This has been taken back already.",
        )));
    }
    Ok((row.get("label")?, row.json("payload")?))
}
