//! The whole catalogue in memory.
//!
//! It is small (dozens of services), read at every request and changed rarely,
//! so it is kept compiled and read again when the generation in the database
//! has moved. Asking for the generation is one indexed read and makes this
//! right with several programs on one PostgreSQL, too.

use std::collections::HashMap;
use std::sync::Arc;

use mil_db::{Db, Tx, sql};
use mil_process::process::ProcessDef;
use mil_sla::{Calendar, CalendarDef};

use crate::actor::Actor;
use crate::catalog::model::{Category, PromiseDef, Service};
use crate::catalog::store;
use crate::error::{Error, Result};

/// A calendar with its compiled form.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct CalendarEntry {
    pub id: String,
    pub name: String,
    pub def: CalendarDef,
    pub compiled: Calendar,
    pub archived: bool,
    pub version: i64,
}

/// A promise policy.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct PromiseEntry {
    pub id: String,
    pub name: String,
    pub calendar_id: String,
    pub def: PromiseDef,
    pub archived: bool,
    pub version: i64,
}

/// A process and all its versions.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct ProcessEntry {
    pub id: String,
    pub name: String,
    pub current: i64,
    pub versions: HashMap<i64, Arc<ProcessDef>>,
    pub archived: bool,
    pub version: i64,
}

/// The catalogue as it was at one generation.
#[derive(Debug, Default, Clone)]
#[allow(missing_docs)]
pub struct Catalog {
    pub generation: i64,
    pub categories: Vec<Category>,
    /// In the order of the catalogue pages.
    pub services: Vec<Arc<Service>>,
    pub calendars: HashMap<String, CalendarEntry>,
    pub promises: HashMap<String, PromiseEntry>,
    pub processes: HashMap<String, ProcessEntry>,
}

/// The generation in the database.
pub async fn generation(db: &Db) -> Result<i64> {
    let row = sql("SELECT value FROM counter WHERE name = 'catalog'")
        .opt(db)
        .await?;
    Ok(row.map(|row| row.get("value")).transpose()?.unwrap_or(0))
}

/// Say, in the transaction that changes the catalogue, that it changed.
pub async fn touch(tx: &mut Tx) -> Result<()> {
    sql("INSERT INTO counter (name, value) VALUES ('catalog', 1)
         ON CONFLICT (name) DO UPDATE SET value = counter.value + 1")
    .run(tx)
    .await?;
    Ok(())
}

impl Catalog {
    /// Read everything.
    pub async fn load(db: &Db) -> Result<Catalog> {
        Ok(Catalog {
            generation: generation(db).await?,
            categories: store::categories(db).await?,
            services: store::services(db)
                .await?
                .into_iter()
                .map(Arc::new)
                .collect(),
            calendars: store::calendars(db).await?,
            promises: store::promises(db).await?,
            processes: store::processes(db).await?,
        })
    }

    /// A service by id or by its word in addresses.
    pub fn service(&self, id_or_slug: &str) -> Option<&Arc<Service>> {
        self.services
            .iter()
            .find(|s| s.id == id_or_slug || s.slug == id_or_slug)
    }

    /// The services `actor` may order, in order.
    pub fn offered_to<'a>(&'a self, actor: &'a Actor) -> impl Iterator<Item = &'a Arc<Service>> {
        self.services
            .iter()
            .filter(move |s| s.offered() && s.audience.admits(actor))
    }

    /// A service that `actor` may order.
    ///
    /// # Errors
    /// [`Error::NotFound`] also when it exists but is not open to them.
    pub fn orderable(&self, actor: &Actor, id_or_slug: &str) -> Result<&Arc<Service>> {
        self.service(id_or_slug)
            .filter(|s| s.offered() && s.audience.admits(actor))
            .ok_or(Error::NotFound)
    }

    /// A version of a process.
    pub fn process(&self, id: &str, version: i64) -> Result<Arc<ProcessDef>> {
        self.processes
            .get(id)
            .and_then(|p| p.versions.get(&version))
            .cloned()
            .ok_or_else(|| Error::Internal(format!("process {id} has no version {version}")))
    }

    /// The version of a process that new requests take.
    pub fn current_process(&self, id: &str) -> Result<(i64, Arc<ProcessDef>)> {
        let entry = self
            .processes
            .get(id)
            .ok_or_else(|| Error::Internal(format!("there is no process {id}")))?;
        Ok((entry.current, self.process(id, entry.current)?))
    }

    /// A promise policy and its calendar.
    pub fn promise(&self, id: &str) -> Result<(&PromiseEntry, &CalendarEntry)> {
        let promise = self
            .promises
            .get(id)
            .ok_or_else(|| Error::Internal(format!("there is no promise {id}")))?;
        let calendar = self
            .calendars
            .get(&promise.calendar_id)
            .ok_or_else(|| Error::Internal(format!("promise {id} has no calendar")))?;
        Ok((promise, calendar))
    }
}
