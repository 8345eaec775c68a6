//! The rows of the catalogue.

use std::collections::HashMap;
use std::sync::Arc;

use mil_db::{Db, sql};
use mil_sla::CalendarDef;

use crate::catalog::model::{Category, Service, WorkKind};
use crate::catalog::snapshot::{CalendarEntry, ProcessEntry, PromiseEntry};
use crate::error::{Error, Result};

/// All categories, in order.
pub async fn categories(db: &Db) -> Result<Vec<Category>> {
    sql("SELECT id, name, icon, position, archived_at FROM category ORDER BY position, name")
        .all(db)
        .await?
        .iter()
        .map(|row| {
            Ok(Category {
                id: row.get("id")?,
                name: row.get("name")?,
                icon: row.get("icon")?,
                position: row.get("position")?,
                archived: row.get::<Option<i64>>("archived_at")?.is_some(),
            })
        })
        .collect()
}

/// All services with their current form, in the order of the catalogue.
pub async fn services(db: &Db) -> Result<Vec<Service>> {
    sql("SELECT s.*, f.definition AS form FROM service s
         JOIN service_form f ON f.service_id = s.id AND f.version = s.form_version
         JOIN category c ON c.id = s.category_id
         ORDER BY c.position, s.position, s.name")
    .all(db)
    .await?
    .iter()
    .map(|row| {
        Ok(Service {
            id: row.get("id")?,
            slug: row.get("slug")?,
            name: row.get("name")?,
            kind: kind_from_key(&row.get::<String>("kind")?)?,
            category_id: row.get("category_id")?,
            icon: row.get("icon")?,
            summary: row.get("summary")?,
            instructions: row.get("instructions")?,
            keywords: row.get("keywords")?,
            audience: row.json("audience")?,
            price_minor: row.get("price_minor")?,
            price_note: row.get("price_note")?,
            team_id: row.get("team_id")?,
            process_id: row.get("process_id")?,
            promise_id: row.get("promise_id")?,
            form_version: row.get("form_version")?,
            form: row.json("form")?,
            position: row.get("position")?,
            published: row.get::<Option<i64>>("published_at")?.is_some(),
            retired: row.get::<Option<i64>>("retired_at")?.is_some(),
            version: row.get("version")?,
        })
    })
    .collect()
}

/// The kind of a word in the database.
pub fn kind_from_key(key: &str) -> Result<WorkKind> {
    WorkKind::from_key(key).ok_or_else(|| Error::Internal(format!("unknown kind {key:?}")))
}

/// All calendars, compiled, by id.
pub async fn calendars(db: &Db) -> Result<HashMap<String, CalendarEntry>> {
    sql("SELECT id, name, definition, archived_at, version FROM calendar")
        .all(db)
        .await?
        .iter()
        .map(|row| {
            let id: String = row.get("id")?;
            let def: CalendarDef = row.json("definition")?;
            let compiled = def
                .compile()
                .map_err(|e| Error::Internal(format!("calendar {id}: {e}")))?;
            Ok((
                id.clone(),
                CalendarEntry {
                    id,
                    name: row.get("name")?,
                    def,
                    compiled,
                    archived: row.get::<Option<i64>>("archived_at")?.is_some(),
                    version: row.get("version")?,
                },
            ))
        })
        .collect()
}

/// All promise policies by id.
pub async fn promises(db: &Db) -> Result<HashMap<String, PromiseEntry>> {
    sql("SELECT id, name, calendar_id, definition, archived_at, version FROM promise")
        .all(db)
        .await?
        .iter()
        .map(|row| {
            let id: String = row.get("id")?;
            Ok((
                id.clone(),
                PromiseEntry {
                    id,
                    name: row.get("name")?,
                    calendar_id: row.get("calendar_id")?,
                    def: row.json("definition")?,
                    archived: row.get::<Option<i64>>("archived_at")?.is_some(),
                    version: row.get("version")?,
                },
            ))
        })
        .collect()
}

/// All processes with all their versions, by id.
pub async fn processes(db: &Db) -> Result<HashMap<String, ProcessEntry>> {
    let mut all: HashMap<String, ProcessEntry> =
        sql("SELECT id, name, current_version, archived_at, version FROM process")
            .all(db)
            .await?
            .iter()
            .map(|row| {
                let id: String = row.get("id")?;
                Ok((
                    id.clone(),
                    ProcessEntry {
                        id,
                        name: row.get("name")?,
                        current: row.get("current_version")?,
                        versions: HashMap::new(),
                        archived: row.get::<Option<i64>>("archived_at")?.is_some(),
                        version: row.get("version")?,
                    },
                ))
            })
            .collect::<Result<_>>()?;
    for row in sql("SELECT process_id, version, definition FROM process_version")
        .all(db)
        .await?
    {
        let id: String = row.get("process_id")?;
        if let Some(entry) = all.get_mut(&id) {
            entry
                .versions
                .insert(row.get("version")?, Arc::new(row.json("definition")?));
        }
    }
    Ok(all)
}
