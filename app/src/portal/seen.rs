//! A request with everything it takes to speak of it.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use mil_db::{Db, Value, Where, sql};
use mil_process::process::{Phase, ProcessDef};
use mil_sla::Calendar;
use mil_sla::promise::Reading;

use crate::catalog::Catalog;
use crate::catalog::model::ClockKind;
use crate::error::Result;
use crate::web::Me;
use crate::work::{Item, moves};

/// Names by id, for whoever is mentioned.
pub type Names = HashMap<String, String>;

/// A request as its requester or a follower sees it.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Seen {
    pub item: Item,
    pub process: Arc<ProcessDef>,
    pub calendar: Calendar,
    /// How the delivery stands.
    pub reading: Reading,
    /// The service, as it is called now.
    pub service: String,
    /// Its word in addresses, while it may be ordered by this reader.
    pub orderable: Option<String>,
    pub names: Names,
    /// Whether the reader ordered it.
    pub mine: bool,
}

impl Seen {
    /// Whether the reader must do something now.
    pub fn my_turn(&self) -> bool {
        self.mine && self.item.waiting.is_some() && self.item.is_open()
    }

    /// Who works on it, if anybody.
    pub fn owner(&self) -> Option<&str> {
        let id = self.item.assignee_id.as_ref()?;
        self.names.get(id).map(String::as_str)
    }

    /// A name, or a word for somebody who is gone.
    pub fn name<'a>(&'a self, id: &str, or: &'a str) -> &'a str {
        self.names.get(id).map_or(or, String::as_str)
    }

    /// The step it is in, from 1, and of how many.
    pub fn step(&self) -> (usize, usize) {
        let at = self.process.index(&self.item.stage).unwrap_or(0);
        (at + 1, self.process.stages.len())
    }

    /// What its stage is called for requesters.
    pub fn stage_word(&self) -> &str {
        self.process
            .stage(&self.item.stage)
            .map_or(self.item.stage.as_str(), |s| s.requester_word())
    }

    /// When it is delivered as far as is known: while it waits for the
    /// requester, if they answered now.
    pub fn due(&self, now: Timestamp) -> Timestamp {
        let clock = self.item.promise.clock(ClockKind::Delivery);
        self.reading
            .due
            .unwrap_or_else(|| clock.due_if_resumed(&self.calendar, now))
    }

    /// Whether it has ended well.
    pub fn done(&self) -> bool {
        self.item.phase == Phase::Done
    }
}

/// Names of people.
pub async fn names(db: &Db, mut ids: Vec<String>) -> Result<Names> {
    ids.retain(|id| !id.is_empty());
    ids.sort();
    ids.dedup();
    if ids.is_empty() {
        return Ok(Names::new());
    }
    let mut filter = Where::new();
    filter.and_in("id", ids.iter().map(|id| Value::from(id.as_str())));
    sql(format!(
        "SELECT id, name FROM person WHERE {}",
        filter.text()
    ))
    .bind_all(filter.values())
    .all(db)
    .await?
    .iter()
    .map(|row| Ok((row.get("id")?, row.get("name")?)))
    .collect()
}

/// Everything about requests that were found for the reader.
pub async fn seen(me: &Me, items: Vec<Item>) -> Result<Vec<Seen>> {
    let catalog = me.app.catalog().await?;
    let mut ids = Vec::new();
    for item in &items {
        ids.push(item.requester_id.clone());
        ids.extend(item.assignee_id.clone());
        ids.extend(item.waiting.as_ref().and_then(|w| w.asked_by.clone()));
    }
    let names = names(&me.app.db, ids).await?;
    items
        .into_iter()
        .map(|item| one(me, &catalog, &names, item))
        .collect()
}

/// [`seen`] for one.
pub async fn see(me: &Me, item: Item) -> Result<Seen> {
    let mut list = seen(me, vec![item]).await?;
    Ok(list.remove(0))
}

fn one(me: &Me, catalog: &Catalog, names: &Names, item: Item) -> Result<Seen> {
    let (_, calendar) = catalog.promise(&item.promise.promise_id)?;
    let calendar = calendar.compiled.clone();
    let service = catalog.service(&item.service_id);
    Ok(Seen {
        process: moves::route_of(catalog, &item)?,
        reading: item.promise.read(ClockKind::Delivery, &calendar, me.now),
        calendar,
        service: service.map(|s| s.name.clone()).unwrap_or_default(),
        orderable: service
            .filter(|s| s.offered() && s.audience.admits(&me.actor))
            .map(|s| s.slug.clone()),
        names: names.clone(),
        mine: item.requester_id == me.actor.id,
        item,
    })
}
