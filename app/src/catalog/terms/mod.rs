//! The terms on which services are offered: calendars and promises.
//!
//! Every verb has the same shape: check that the actor may, tidy up and check
//! the input (every wrong field is named), look at the version that the actor
//! had before their eyes, write, note before and after in the audit log, and
//! say in the same transaction that the catalogue changed.

pub mod calendar;
pub mod import;
pub mod promise;

use jiff::Timestamp;
use mil_db::{Row, Tx, sql};
use serde_json::Value;

use crate::actor::Actor;
use crate::catalog::snapshot;
use crate::error::{Error, FieldError, Msg, Result};
use crate::events::{self, Event};

/// Longest name of anything in the catalogue, in characters.
pub const MAX_NAME: usize = 80;

/// A name without spaces around it.
pub(crate) fn name(field: &str, text: &str, wrong: &mut Vec<FieldError>) -> String {
    let text = text.trim();
    if text.is_empty() {
        wrong.push(FieldError::new(field, "Give it a name."));
    } else if text.chars().count() > MAX_NAME {
        let msg = Msg::new("Use at most {n} characters.").with("n", MAX_NAME);
        wrong.push(FieldError::new(field, msg));
    }
    text.to_owned()
}

/// All of it wrong, or fine.
pub(crate) fn fine(wrong: Vec<FieldError>) -> Result<()> {
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(Error::Invalid(wrong))
    }
}

/// One row by id, locked until the transaction ends. `table` is one of ours,
/// never input.
///
/// # Errors
/// [`Error::NotFound`], and [`Error::Stale`] when `expect` is an old version.
pub(crate) async fn lock(
    tx: &mut Tx,
    table: &'static str,
    id: &str,
    expect: Option<i64>,
) -> Result<Row> {
    sql(format!(
        "UPDATE {table} SET version = version WHERE id = $1"
    ))
    .bind(id)
    .run(tx)
    .await?;
    let row = sql(format!("SELECT * FROM {table} WHERE id = $1"))
        .bind(id)
        .opt(tx)
        .await?
        .ok_or(Error::NotFound)?;
    let version: i64 = row.get("version")?;
    if expect.is_some_and(|e| e != version) {
        return Err(Error::Stale(Msg::new(
            "Somebody else changed this while you had it open. Look at what changed, then save again.",
        )));
    }
    Ok(row)
}

/// Note in the audit log what happened, and that the catalogue is another now.
pub(crate) async fn note(
    tx: &mut Tx,
    actor: &Actor,
    now: Timestamp,
    verb: &'static str,
    id: &str,
    data: Value,
) -> Result<()> {
    let kind = verb.split('.').next().unwrap_or(verb);
    events::append(tx, actor, now, Event::audit(verb, kind, id, data)).await?;
    snapshot::touch(tx).await
}
