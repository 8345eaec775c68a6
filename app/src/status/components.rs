//! Components: what can break, by the names that people know, and which services
//! depend on it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use mil_db::{On, Row, Tx, Where, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::actor::Actor;
use crate::clock::from_micros;
use crate::error::{Error, FieldError, Msg, Result};
use crate::events::{self, Event};
use crate::policy;
use crate::random::new_id;
use crate::web::Ctx;

/// The most components of an installation.
const MOST: usize = 100;

/// A component.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Component {
    pub id: String,
    pub name: String,
    /// One line.
    pub note: String,
    /// Shown to people without an account.
    pub public: bool,
    pub position: i64,
    pub created_at: Timestamp,
    pub version: i64,
    /// Ids of the services that depend on it.
    pub services: Vec<String>,
}

fn component(row: &Row) -> Result<Component> {
    Ok(Component {
        id: row.get("id")?,
        name: row.get("name")?,
        note: row.get("note")?,
        public: row.get::<i64>("public")? != 0,
        position: row.get("position")?,
        created_at: from_micros(row.get("created_at")?),
        version: row.get("version")?,
        services: Vec::new(),
    })
}

/// The components that `actor` may see, in their order.
pub async fn list<'a>(on: impl Into<On<'a>>, actor: Option<&Actor>) -> Result<Vec<Component>> {
    let mut on = on.into();
    let mut filter = Where::new();
    filter.and("c.archived_at IS NULL", []);
    if actor.is_none() {
        filter.and("c.public = 1", []);
    }
    let rows = sql(format!(
        "SELECT c.* FROM status_component c WHERE {} ORDER BY c.position, c.name, c.id",
        filter.text()
    ))
    .bind_all(filter.values())
    .all(on.again())
    .await?;
    let mut all: Vec<Component> = rows.iter().map(component).collect::<Result<_>>()?;
    let mut services: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in
        sql("SELECT component_id, service_id FROM status_component_service ORDER BY service_id")
            .all(on)
            .await?
    {
        services
            .entry(row.get("component_id")?)
            .or_default()
            .push(row.get("service_id")?);
    }
    for c in &mut all {
        c.services = services.remove(&c.id).unwrap_or_default();
    }
    Ok(all)
}

/// One that `actor` may see.
pub async fn find<'a>(on: impl Into<On<'a>>, actor: Option<&Actor>, id: &str) -> Result<Component> {
    let all = list(on, actor).await?;
    all.into_iter().find(|c| c.id == id).ok_or(Error::NotFound)
}

/// A component as it is to be.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "ComponentWanted")]
pub struct Wanted {
    /// As people know it.
    pub name: String,
    /// What it is, in one line.
    pub note: String,
    /// Shown to people without an account.
    pub public: bool,
    /// Ids of the services that depend on it.
    pub services: Vec<String>,
    /// Its place in the list; the last when left out.
    pub position: Option<i64>,
    /// Against writing over each other; needed to change one.
    pub version: Option<i64>,
}

fn check(wanted: &Wanted, known: &dyn Fn(&str) -> bool) -> Result<()> {
    let mut wrong = Vec::new();
    let long = |field: &'static str, n: usize| {
        FieldError::new(field, Msg::new("Use at most {n} characters.").with("n", n))
    };
    if wanted.name.trim().is_empty() {
        wrong.push(FieldError::new(
            "name",
            "Give it the name that people know.",
        ));
    } else if wanted.name.chars().count() > 60 {
        wrong.push(long("name", 60));
    }
    if wanted.note.chars().count() > 160 {
        wrong.push(long("note", 160));
    }
    if wanted.services.iter().any(|id| !known(id)) {
        wrong.push(FieldError::new(
            "services",
            "Choose services of the catalog.",
        ));
    }
    if wanted.position.is_some_and(|p| !(0..=10_000).contains(&p)) {
        wrong.push(FieldError::new(
            "position",
            "Give a number from 0 to 10,000.",
        ));
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(Error::Invalid(wrong))
    }
}

/// Add one, or change the one with the id.
pub async fn keep(
    ctx: &Ctx,
    actor: &Actor,
    id: Option<&str>,
    wanted: &Wanted,
) -> Result<Component> {
    policy::require(policy::shapes_catalog(actor))?;
    let catalog = ctx.app.catalog().await?;
    let known = |id: &str| catalog.services.iter().any(|s| s.id == id);
    let mut tx = ctx.app.db.begin().await?;
    let all = list(&mut tx, Some(actor)).await?;
    let old = match id {
        Some(id) => Some(all.iter().find(|c| c.id == id).ok_or(Error::NotFound)?),
        None => None,
    };
    check(wanted, &known)?;
    let name = wanted.name.split_whitespace().collect::<Vec<_>>().join(" ");
    if all
        .iter()
        .any(|c| Some(c.id.as_str()) != id && c.name.to_lowercase() == name.to_lowercase())
    {
        return Err(Error::field("name", "There is one of this name already."));
    }
    if old.is_none() && all.len() >= MOST {
        return Err(Error::Conflict(
            Msg::new("There are {n} components already. Archive some first.").with("n", MOST),
        ));
    }
    if let Some(old) = old
        && wanted.version != Some(old.version)
    {
        return Err(Error::Stale(Msg::new(
            "Somebody else changed this component meanwhile. Look at it as it is now, and change it again.",
        )));
    }
    let last = all.iter().map(|c| c.position).max().unwrap_or(0);
    let unique: BTreeSet<&String> = wanted.services.iter().collect();
    let made = Component {
        id: old.map_or_else(|| new_id(ctx.now), |c| c.id.clone()),
        name,
        note: wanted.note.trim().to_owned(),
        public: wanted.public,
        position: wanted
            .position
            .or(old.map(|c| c.position))
            .unwrap_or(last + 10),
        created_at: old.map_or(ctx.now, |c| c.created_at),
        version: old.map_or(1, |c| c.version + 1),
        services: unique.into_iter().cloned().collect(),
    };
    save(&mut tx, &made, ctx.now).await?;
    let data = json!({ "name": made.name, "public": made.public, "services": made.services });
    let verb = if old.is_some() {
        "component.changed"
    } else {
        "component.added"
    };
    events::append(
        &mut tx,
        actor,
        ctx.now,
        Event::audit(verb, "component", &made.id, data),
    )
    .await?;
    tx.commit().await?;
    Ok(made)
}

async fn save(tx: &mut Tx, c: &Component, now: Timestamp) -> Result<()> {
    sql("INSERT INTO status_component (id, name, note, public, position, created_at, updated_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, note = excluded.note,
            public = excluded.public, position = excluded.position,
            updated_at = excluded.updated_at, version = excluded.version")
    .bind(&c.id)
    .bind(&c.name)
    .bind(&c.note)
    .bind(i64::from(c.public))
    .bind(c.position)
    .bind(c.created_at.as_microsecond())
    .bind(now.as_microsecond())
    .bind(c.version)
    .run(&mut *tx)
    .await?;
    sql("DELETE FROM status_component_service WHERE component_id = $1")
        .bind(&c.id)
        .run(&mut *tx)
        .await?;
    for service in &c.services {
        sql("INSERT INTO status_component_service (component_id, service_id) VALUES ($1, $2)")
            .bind(&c.id)
            .bind(service)
            .run(&mut *tx)
            .await?;
    }
    Ok(())
}

/// Take one out of use. What was said about it stays.
pub async fn archive(ctx: &Ctx, actor: &Actor, id: &str) -> Result<()> {
    policy::require(policy::shapes_catalog(actor))?;
    let mut tx = ctx.app.db.begin().await?;
    let found = find(&mut tx, Some(actor), id).await?;
    sql("UPDATE status_component SET archived_at = $1, updated_at = $1, version = version + 1 WHERE id = $2")
        .bind(ctx.now.as_microsecond())
        .bind(id)
        .run(&mut tx)
        .await?;
    let data = json!({ "name": found.name });
    let event = Event::audit("component.archived", "component", id, data);
    events::append(&mut tx, actor, ctx.now, event).await?;
    tx.commit().await?;
    Ok(())
}
