//! The rows of incidents.

use jiff::Timestamp;
use mil_db::{On, Row, Tx, Where, sql};

use crate::actor::Actor;
use crate::catalog::model::WorkKind;
use crate::clock::from_micros;
use crate::error::{Error, Msg, Result};
use crate::incidents::rules::{Level, alike_since};
use crate::policy;
use crate::work::Item;

/// What is known of an incident beyond its work item.
#[derive(Debug, Clone)]
pub struct Record {
    /// How many it hits and how badly; `None` before it was assessed.
    pub impact: Option<Level>,
    /// How soon it has to end.
    pub urgency: Option<Level>,
    /// 1 (worst) to 4.
    pub severity: Option<i64>,
    /// Services and tools, by name.
    pub affected: Vec<String>,
    /// Who leads the way out of a major incident.
    pub manager_id: Option<String>,
    /// What everybody reads of a major incident.
    pub headline: String,
    /// When it was declared major.
    pub major_at: Option<Timestamp>,
    /// When the alarm was called off.
    pub stood_down_at: Option<Timestamp>,
    /// When it was first noticed.
    pub detected_at: Timestamp,
    /// When it worked again.
    pub restored_at: Option<Timestamp>,
    /// When the next update is due.
    pub next_update_at: Option<Timestamp>,
}

impl Record {
    /// An incident that nobody has looked at yet.
    pub fn fresh(item: &Item) -> Record {
        Record {
            impact: None,
            urgency: None,
            severity: None,
            affected: Vec::new(),
            manager_id: None,
            headline: String::new(),
            major_at: None,
            stood_down_at: None,
            detected_at: item.created_at,
            restored_at: None,
            next_update_at: None,
        }
    }

    /// Whether it is a major incident now.
    pub fn is_major(&self) -> bool {
        self.major_at.is_some() && self.stood_down_at.is_none()
    }
}

fn record(row: &Row) -> Result<Record> {
    let at = |name: &str| -> Result<Option<Timestamp>> {
        Ok(row.get::<Option<i64>>(name)?.map(from_micros))
    };
    let level = |name: &str| -> Result<Option<Level>> {
        Ok(row
            .get::<Option<String>>(name)?
            .as_deref()
            .and_then(Level::from_key))
    };
    Ok(Record {
        impact: level("impact")?,
        urgency: level("urgency")?,
        severity: row.get("severity")?,
        affected: row.json("affected")?,
        manager_id: row.get("manager_id")?,
        headline: row.get("headline")?,
        major_at: at("major_at")?,
        stood_down_at: at("stood_down_at")?,
        detected_at: from_micros(row.get("detected_at")?),
        restored_at: at("restored_at")?,
        next_update_at: at("next_update_at")?,
    })
}

/// An error unless `item` is an incident.
pub fn is_incident(item: &Item) -> Result<()> {
    if item.kind == WorkKind::Incident {
        return Ok(());
    }
    Err(Error::Conflict(Msg::new(
        "This is not an incident. Change its service to one for incidents first.",
    )))
}

/// The record of an incident that was found for an actor.
pub async fn of<'a>(on: impl Into<On<'a>>, item: &Item) -> Result<Record> {
    let row = sql("SELECT * FROM incident_record WHERE item_id = $1")
        .bind(&item.id)
        .opt(on)
        .await?;
    row.as_ref().map_or_else(|| Ok(Record::fresh(item)), record)
}

/// Write it down. The reminder starts anew when the next update moved.
pub async fn save(tx: &mut Tx, item_id: &str, r: &Record) -> Result<()> {
    let micros = |at: Option<Timestamp>| at.map(Timestamp::as_microsecond);
    sql(
        "INSERT INTO incident_record (item_id, impact, urgency, severity, affected, manager_id,
            headline, major_at, stood_down_at, detected_at, restored_at, next_update_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         ON CONFLICT (item_id) DO UPDATE SET impact = excluded.impact, urgency = excluded.urgency,
            severity = excluded.severity, affected = excluded.affected,
            manager_id = excluded.manager_id, headline = excluded.headline,
            major_at = excluded.major_at, stood_down_at = excluded.stood_down_at,
            detected_at = excluded.detected_at, restored_at = excluded.restored_at,
            reminded_at = CASE WHEN incident_record.next_update_at = excluded.next_update_at
                THEN incident_record.reminded_at ELSE NULL END,
            next_update_at = excluded.next_update_at",
    )
    .bind(item_id)
    .bind(r.impact.map(Level::key))
    .bind(r.urgency.map(Level::key))
    .bind(r.severity)
    .bind(serde_json::to_string(&r.affected)?)
    .bind(&r.manager_id)
    .bind(&r.headline)
    .bind(micros(r.major_at))
    .bind(micros(r.stood_down_at))
    .bind(r.detected_at.as_microsecond())
    .bind(micros(r.restored_at))
    .bind(micros(r.next_update_at))
    .run(tx)
    .await?;
    Ok(())
}

/// Something that was said about an incident.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Update {
    pub id: String,
    pub author_id: String,
    pub author: String,
    /// Whether everyone affected reads it.
    pub everyone: bool,
    /// Markdown.
    pub body: String,
    pub at: Timestamp,
}

/// The updates of an incident, newest first; `all` with those among agents.
pub async fn updates<'a>(on: impl Into<On<'a>>, item_id: &str, all: bool) -> Result<Vec<Update>> {
    let audience = if all {
        ""
    } else {
        " AND u.audience = 'everyone'"
    };
    sql(format!(
        "SELECT u.id, u.author_id, p.name, u.audience, u.body, u.created_at
         FROM incident_update u JOIN person p ON p.id = u.author_id
         WHERE u.item_id = $1{audience} ORDER BY u.id DESC LIMIT 200"
    ))
    .bind(item_id)
    .all(on)
    .await?
    .iter()
    .map(|row| {
        Ok(Update {
            id: row.get("id")?,
            author_id: row.get("author_id")?,
            author: row.get("name")?,
            everyone: row.get::<String>("audience")? == "everyone",
            body: row.get("body")?,
            at: from_micros(row.get("created_at")?),
        })
    })
    .collect()
}

/// A major incident as everybody may see it.
#[derive(Debug, Clone)]
pub struct Major {
    /// The work item.
    pub item_id: String,
    /// The number people say.
    pub number: i64,
    /// Whether it still is one.
    pub open: bool,
    /// What is known of it.
    pub record: Record,
    /// What was said to everyone, newest first.
    pub updates: Vec<Update>,
}

/// Major incidents: the open ones, and with `since` those declared after it.
pub async fn majors(db: &mil_db::Db, since: Option<Timestamp>) -> Result<Vec<Major>> {
    let rows = sql("SELECT r.*, w.number, w.closed_at FROM incident_record r
         JOIN work_item w ON w.id = r.item_id
         WHERE r.major_at IS NOT NULL AND w.merged_into_id IS NULL
           AND ((r.stood_down_at IS NULL AND w.closed_at IS NULL) OR r.major_at >= $1)
         ORDER BY r.major_at DESC, r.item_id LIMIT 50")
    .bind(since.map_or(i64::MAX, Timestamp::as_microsecond))
    .all(db)
    .await?;
    let mut out = Vec::new();
    for row in &rows {
        let item_id: String = row.get("item_id")?;
        let record = record(row)?;
        out.push(Major {
            number: row.get("number")?,
            open: record.is_major() && row.get::<Option<i64>>("closed_at")?.is_none(),
            updates: updates(db, &item_id, false).await?,
            record,
            item_id,
        });
    }
    Ok(out)
}

/// An incident that looks like another.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Alike {
    pub id: String,
    pub number: i64,
    pub title: String,
}

/// The other incidents of the same service in the last 30 days that `actor` may
/// see, newest first.
pub async fn alike<'a>(
    on: impl Into<On<'a>>,
    actor: &Actor,
    item: &Item,
    now: Timestamp,
) -> Result<Vec<Alike>> {
    let mut filter = Where::new();
    filter.and(
        "w.kind = 'incident' AND w.service_id = ? AND w.created_at >= ? AND w.id <> ?
         AND w.merged_into_id IS NULL",
        [
            item.service_id.as_str().into(),
            alike_since(now).as_microsecond().into(),
            item.id.as_str().into(),
        ],
    );
    policy::visible_items(actor, &mut filter);
    sql(format!(
        "SELECT w.id, w.number, w.title FROM work_item w WHERE {}
         ORDER BY w.created_at DESC, w.id LIMIT 20",
        filter.text()
    ))
    .bind_all(filter.values())
    .all(on)
    .await?
    .iter()
    .map(|row| {
        Ok(Alike {
            id: row.get("id")?,
            number: row.get("number")?,
            title: row.get("title")?,
        })
    })
    .collect()
}

/// Items that are linked with this one, in whichever way.
pub async fn linked(tx: &mut Tx, item_id: &str) -> Result<Vec<String>> {
    Ok(sql("SELECT to_id AS id FROM item_link WHERE from_id = $1
         UNION SELECT from_id AS id FROM item_link WHERE to_id = $1 ORDER BY id")
    .bind(item_id)
    .column("id", tx)
    .await?)
}
