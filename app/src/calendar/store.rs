//! The rows of the calendar. All who work here see all of it: a schedule that
//! hides what others plan protects nobody from them (ITIL 4, change schedule).

use std::collections::HashMap;

use jiff::Timestamp;
use mil_db::{On, Row, Tx, sql};
use mil_planner::{Span, ThingKind};

use crate::calendar::model::{Entry, Exception, Kind, NAMED, Things, Touched};
use crate::catalog::Catalog;
use crate::clock::from_micros;
use crate::error::{Error, Result};
use crate::random::new_id;

/// The most entries that one look takes in.
pub const MOST: i64 = 20_000;

fn entry(row: &Row) -> Result<Entry> {
    let (from, to) = (
        from_micros(row.get("starts_at")?),
        from_micros(row.get("ends_at")?),
    );
    let kind: String = row.get("kind")?;
    let item: Option<String> = row.get("item_id")?;
    Ok(Entry {
        id: row.get("id")?,
        kind: Kind::from_key(&kind)
            .ok_or_else(|| Error::Internal(format!("kind of entry {kind}")))?,
        title: row.get("title")?,
        note: row.get("note")?,
        item: item.zip(row.get::<Option<i64>>("number")?),
        span: Span::new(from, to)
            .ok_or_else(|| Error::Internal("an entry ends before it starts".to_owned()))?,
        days_zone: row.get("days_zone")?,
        routine: row.get::<Option<i64>>("routine_at")?.is_some(),
        person_id: row.get("person_id")?,
        team_id: row.get("team_id")?,
        touches: row.json("touches")?,
        author_id: row.get("author_id")?,
        version: row.get("version")?,
    })
}

const SELECT: &str =
    "SELECT e.*, w.number FROM calendar_entry e LEFT JOIN work_item w ON w.id = e.item_id";

/// What is planned between two instants, in order of start.
pub async fn between<'a>(
    on: impl Into<On<'a>>,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Entry>> {
    sql(format!(
        "{SELECT} WHERE e.withdrawn_at IS NULL AND e.ends_at > $1 AND e.starts_at < $2
         ORDER BY e.starts_at, e.id LIMIT {MOST}"
    ))
    .bind(from.as_microsecond())
    .bind(to.as_microsecond())
    .all(on)
    .await?
    .iter()
    .map(entry)
    .collect()
}

/// One entry that was not withdrawn.
pub async fn find<'a>(on: impl Into<On<'a>>, id: &str) -> Result<Entry> {
    let row = sql(format!(
        "{SELECT} WHERE e.id = $1 AND e.withdrawn_at IS NULL"
    ))
    .bind(id)
    .opt(on)
    .await?;
    entry(&row.ok_or(Error::NotFound)?)
}

/// The window of a change, also one that was given up when `all`.
pub async fn of_item<'a>(on: impl Into<On<'a>>, item_id: &str) -> Result<Option<Entry>> {
    sql(format!(
        "{SELECT} WHERE e.item_id = $1 AND e.withdrawn_at IS NULL"
    ))
    .bind(item_id)
    .opt(on)
    .await?
    .as_ref()
    .map(entry)
    .transpose()
}

/// Write an entry, new or changed. That of a change comes back if it was withdrawn.
pub async fn save(tx: &mut Tx, e: &Entry, now: Timestamp) -> Result<()> {
    if let Some((item, _)) = &e.item {
        // A window that was given up makes room for the new one.
        sql("UPDATE calendar_entry SET item_id = NULL WHERE item_id = $1 AND id <> $2")
            .bind(item)
            .bind(&e.id)
            .run(tx)
            .await?;
    }
    sql(
        "INSERT INTO calendar_entry (id, kind, title, note, item_id, starts_at, ends_at, days_zone,
            routine_at, person_id, team_id, touches, author_id, created_at, updated_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14, $15)
         ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, title = excluded.title,
            note = excluded.note, item_id = excluded.item_id, starts_at = excluded.starts_at,
            ends_at = excluded.ends_at, days_zone = excluded.days_zone,
            routine_at = excluded.routine_at, person_id = excluded.person_id,
            team_id = excluded.team_id, touches = excluded.touches,
            updated_at = excluded.updated_at, version = excluded.version",
    )
    .bind(&e.id)
    .bind(e.kind.key())
    .bind(&e.title)
    .bind(&e.note)
    .bind(e.item.as_ref().map(|(id, _)| id.as_str()))
    .bind(e.span.start().as_microsecond())
    .bind(e.span.end().as_microsecond())
    .bind(&e.days_zone)
    .bind(e.routine.then_some(now.as_microsecond()))
    .bind(&e.person_id)
    .bind(&e.team_id)
    .bind(serde_json::to_string(&e.touches)?)
    .bind(&e.author_id)
    .bind(now.as_microsecond())
    .bind(e.version)
    .run(tx)
    .await?;
    Ok(())
}

/// Take an entry out of the calendar.
pub async fn withdraw(tx: &mut Tx, id: &str, now: Timestamp) -> Result<()> {
    sql("UPDATE calendar_entry SET withdrawn_at = $1 WHERE id = $2 AND withdrawn_at IS NULL")
        .bind(now.as_microsecond())
        .bind(id)
        .run(tx)
        .await?;
    Ok(())
}

/// Wait until nobody else plans. First in every transaction that does.
pub async fn lock(tx: &mut Tx) -> Result<()> {
    sql("UPDATE calendar_lock SET version = version + 1 WHERE name = 'plan'")
        .run(tx)
        .await?;
    Ok(())
}

/// Everything that can be touched.
pub async fn things<'a>(on: impl Into<On<'a>>, catalog: &Catalog) -> Result<Things> {
    let mut on = on.into();
    let mut all = Things::new();
    for row in sql("SELECT id, kind, name, rest_minutes FROM calendar_thing")
        .all(on.again())
        .await?
    {
        let (id, kind): (String, String) = (row.get("id")?, row.get("kind")?);
        let Some((_, of)) = NAMED.iter().find(|(key, _)| *key == kind) else {
            continue;
        };
        let touched = Touched {
            kind: *of,
            name: row.get("name")?,
            rest_minutes: row.get("rest_minutes")?,
        };
        all.insert(format!("{kind}:{id}"), touched);
    }
    for row in sql("SELECT id, name FROM department WHERE archived_at IS NULL")
        .all(on)
        .await?
    {
        let touched = Touched {
            kind: ThingKind::Department,
            name: row.get("name")?,
            rest_minutes: 0,
        };
        all.insert(format!("department:{}", row.get::<String>("id")?), touched);
    }
    for service in &catalog.services {
        let touched = Touched {
            kind: ThingKind::Service,
            name: service.name.clone(),
            rest_minutes: 0,
        };
        all.insert(format!("service:{}", service.id), touched);
    }
    Ok(all)
}

/// The thing of a name, made if it is new. Messages to one audience are a day
/// apart unless somebody says otherwise.
pub async fn thing(tx: &mut Tx, kind: &str, name: &str, now: Timestamp) -> Result<String> {
    let words = format!("{kind} {}", name.to_lowercase());
    let rest = if kind == "audience" { 24 * 60 } else { 0 };
    sql(
        "INSERT INTO calendar_thing (id, kind, name, words, rest_minutes, created_at)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (words) DO NOTHING",
    )
    .bind(new_id(now))
    .bind(kind)
    .bind(name)
    .bind(&words)
    .bind(rest)
    .bind(now.as_microsecond())
    .run(tx)
    .await?;
    let id: String = sql("SELECT id FROM calendar_thing WHERE words = $1")
        .bind(words)
        .value("id", tx)
        .await?;
    Ok(format!("{kind}:{id}"))
}

/// Exceptions of these entries, by both ids and times.
pub async fn exceptions<'a>(
    on: impl Into<On<'a>>,
    from: Timestamp,
    to: Timestamp,
) -> Result<HashMap<(String, String, String), Exception>> {
    sql("SELECT x.*, p.name FROM calendar_exception x
         JOIN calendar_entry e ON e.id = x.first_id JOIN person p ON p.id = x.asked_by
         WHERE e.ends_at > $1 AND e.starts_at < $2")
    .bind(from.as_microsecond())
    .bind(to.as_microsecond())
    .all(on)
    .await?
    .iter()
    .map(|row| {
        let key = (
            row.get("first_id")?,
            row.get("second_id")?,
            row.get("times")?,
        );
        Ok((key, exception(row)?))
    })
    .collect()
}

fn exception(row: &Row) -> Result<Exception> {
    Ok(Exception {
        id: row.get("id")?,
        reason: row.get("reason")?,
        asked_by: row.get("asked_by")?,
        asker: row.get("name")?,
        granted: row.get::<Option<i64>>("granted_at")?.is_some(),
        refused: row.get::<Option<i64>>("refused_at")?.is_some(),
    })
}
