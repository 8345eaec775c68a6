//! Events by filter, newest first.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use mil_db::{On, Where, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::clock::from_micros;
use crate::error::{Error, Result};

/// Which events.
#[derive(Debug, Clone, Deserialize, Serialize, Default, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Ask {
    /// Id of who did it.
    pub person: String,
    /// Such as `person.changed`.
    pub verb: String,
    /// Id of what it was done to, or of the request it belongs to.
    pub object: String,
    /// First day, 2026-11-23, in the zone of the reader.
    pub from: String,
    /// Last day.
    pub to: String,
    /// `next` of the page before.
    pub after: String,
}

/// Something that happened.
#[derive(Debug, Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Entry {
    pub id: String,
    /// RFC 3339.
    pub at: String,
    pub actor_id: Option<String>,
    /// As it was then; empty for somebody who was not signed in.
    pub actor_name: String,
    /// web, api, cli or system.
    pub via: String,
    pub ip: Option<String>,
    /// What the browser or program called itself.
    pub agent: Option<String>,
    pub verb: String,
    pub object_kind: String,
    pub object_id: String,
    pub item_id: Option<String>,
    /// `before` and `after` where something changed.
    pub data: Value,
}

/// At most `limit` events that fit.
pub async fn list<'a>(
    on: impl Into<On<'a>>,
    ask: &Ask,
    zone: &TimeZone,
    limit: i64,
) -> Result<Vec<Entry>> {
    let mut filter = Where::new();
    if !ask.person.is_empty() {
        filter.and("actor_id = ?", [ask.person.as_str().into()]);
    }
    if !ask.verb.is_empty() {
        filter.and("verb = ?", [ask.verb.as_str().into()]);
    }
    if !ask.object.is_empty() {
        let id = ask.object.as_str();
        filter.and("object_id = ? OR item_id = ?", [id.into(), id.into()]);
    }
    if let Some(day) = day("from", &ask.from)? {
        filter.and("at >= ?", [begin(day, zone)?.as_microsecond().into()]);
    }
    if let Some(day) = day("to", &ask.to)? {
        let next = day.tomorrow().unwrap_or(Date::MAX);
        filter.and("at < ?", [begin(next, zone)?.as_microsecond().into()]);
    }
    if !ask.after.is_empty() {
        filter.and("id < ?", [ask.after.as_str().into()]);
    }
    let next = filter.next();
    sql(format!(
        "SELECT id, at, actor_id, actor_name, via, ip, agent, verb, object_kind, object_id,
            item_id, data FROM event WHERE {} ORDER BY id DESC LIMIT ${next}",
        filter.text()
    ))
    .bind_all(filter.values())
    .bind(limit)
    .all(on)
    .await?
    .iter()
    .map(|row| {
        Ok(Entry {
            id: row.get("id")?,
            at: from_micros(row.get("at")?).to_string(),
            actor_id: row.get("actor_id")?,
            actor_name: row.get("actor_name")?,
            via: row.get("via")?,
            ip: row.get("ip")?,
            agent: row.get("agent")?,
            verb: row.get("verb")?,
            object_kind: row.get("object_kind")?,
            object_id: row.get("object_id")?,
            item_id: row.get("item_id")?,
            data: row.json("data")?,
        })
    })
    .collect()
}

fn day(field: &str, text: &str) -> Result<Option<Date>> {
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = |_| Error::field(field, "Give a day like 2026-11-23.");
    text.parse().map(Some).map_err(wrong)
}

fn begin(day: Date, zone: &TimeZone) -> Result<Timestamp> {
    zone.to_timestamp(day.at(0, 0, 0, 0))
        .map_err(|_| Error::field("from", "Give a day like 2026-11-23."))
}
