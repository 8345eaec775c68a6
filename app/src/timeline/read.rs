//! Reading the events of one request.

use jiff::Timestamp;
use mil_db::{On, Row, Where, sql};
use serde_json::Value;

use crate::actor::Actor;
use crate::clock::from_micros;
use crate::error::Result;
use crate::policy::{self, Do};
use crate::work::model::Item;

/// One event on a timeline.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Entry {
    pub id: String,
    pub at: Timestamp,
    pub actor_id: Option<String>,
    /// As it was then.
    pub actor_name: String,
    pub via: String,
    pub verb: String,
    pub object_id: String,
    /// Only agents read it.
    pub internal: bool,
    pub data: Value,
}

fn entry(row: &Row) -> Result<Entry> {
    Ok(Entry {
        id: row.get("id")?,
        at: from_micros(row.get("at")?),
        actor_id: row.get("actor_id")?,
        actor_name: row.get("actor_name")?,
        via: row.get("via")?,
        verb: row.get("verb")?,
        object_id: row.get("object_id")?,
        internal: row.get::<String>("audience")? != "public",
        data: row.json("data")?,
    })
}

/// The events of `item` that `actor` may read, oldest first, after the event
/// with id `after` if there is one, `limit` at most.
pub async fn read<'a>(
    on: impl Into<On<'a>>,
    actor: &Actor,
    item: &Item,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<Entry>> {
    let mut filter = Where::new();
    filter.and("e.item_id = ?", [item.id.as_str().into()]);
    if policy::on_item(actor, Do::SeeInternal, &item.facts()) {
        filter.and("e.audience IN ('public', 'internal')", []);
    } else {
        filter.and("e.audience = 'public'", []);
    }
    if let Some(after) = after {
        filter.and("e.id > ?", [after.into()]);
    }
    let next = filter.next();
    sql(format!(
        "SELECT e.id, e.at, e.actor_id, e.actor_name, e.via, e.verb, e.object_id, e.audience, e.data
         FROM event e WHERE {} ORDER BY e.id LIMIT ${next}",
        filter.text()
    ))
    .bind_all(filter.values())
    .bind(limit)
    .all(on)
    .await?
    .iter()
    .map(entry)
    .collect()
}

/// The id of the newest event of `item` that `actor` may read; empty if none.
pub async fn newest<'a>(on: impl Into<On<'a>>, actor: &Actor, item: &Item) -> Result<String> {
    let internal = policy::on_item(actor, Do::SeeInternal, &item.facts());
    let row = sql(if internal {
        "SELECT id FROM event WHERE item_id = $1 ORDER BY id DESC LIMIT 1"
    } else {
        "SELECT id FROM event WHERE item_id = $1 AND audience = 'public' ORDER BY id DESC LIMIT 1"
    })
    .bind(&item.id)
    .opt(on)
    .await?;
    Ok(row.map(|r| r.get("id")).transpose()?.unwrap_or_default())
}
