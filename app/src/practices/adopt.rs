//! Adopting a practice, and leaving it.

use std::collections::BTreeMap;

use mil_db::{Tx, sql};
use serde_json::{Value, json};

use super::install::{Here, Install, order, procedure, team_of};
use super::model::{Adoption, Offered, Parts, Wishes};
use super::pack::Pack;
use super::{rules, store};
use crate::actor::Actor;
use crate::catalog::{Catalog, verbs};
use crate::error::{Error, FieldError, Msg, Result};
use crate::events::{self, Event};
use crate::glossary;
use crate::people::Team;
use crate::playbooks;
use crate::policy;
use crate::web::Ctx;

/// What adopting will make, before it is made.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Preview {
    /// The team of each role: as wished, else guessed. Empty when there is none.
    pub roles: BTreeMap<String, String>,
    pub calendar_id: String,
    pub lines: Vec<Line>,
    /// What is in the way, by field.
    pub wrong: Vec<FieldError>,
}

/// A thing that will be made.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub struct Line {
    /// service, process, promise, playbook, rule or shelf.
    pub kind: &'static str,
    pub key: String,
    pub name: String,
    /// The name is taken here: it will get another.
    pub taken: bool,
}

/// The team for a role that nobody chose: the one that has its name, else one
/// of the actor's, else the first.
pub fn guess(name: &str, teams: &[Team], actor: &Actor) -> Option<String> {
    let teams = || teams.iter().filter(|t| t.kind == "team" && !t.archived);
    let low = name.to_lowercase();
    teams()
        .find(|t| t.name.to_lowercase() == low)
        .or_else(|| teams().find(|t| actor.team_ids.contains(&t.id)))
        .or_else(|| teams().next())
        .map(|t| t.id.clone())
}

/// What adopting `pack` would do here.
pub fn preview(
    pack: &Pack,
    wishes: &Wishes,
    catalog: &Catalog,
    teams: &[Team],
    actor: &Actor,
) -> Preview {
    let mut wrong = Vec::new();
    let mut roles = BTreeMap::new();
    for role in &pack.meta.roles {
        let wished = wishes.roles.get(&role.key).filter(|id| !id.is_empty());
        let team = match wished {
            Some(id) => teams
                .iter()
                .find(|t| t.id == *id && t.kind == "team" && !t.archived)
                .map(|t| t.id.clone()),
            None => guess(&role.name, teams, actor),
        };
        match team {
            Some(team) => {
                roles.insert(role.key.clone(), team);
            }
            None => wrong.push(FieldError::new(
                format!("roles.{}", role.key),
                "Choose a team that fulfils requests. Make one first if there is none.",
            )),
        }
    }
    let unknown = |key: &&String| pack.role(key).is_none();
    for key in wishes.roles.keys().filter(unknown) {
        wrong.push(FieldError::new(
            format!("roles.{key}"),
            "The practice has no such role.",
        ));
    }
    let mut calendars: Vec<_> = catalog.calendars.values().filter(|c| !c.archived).collect();
    calendars.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    let wished = wishes.calendar_id.as_ref().filter(|id| !id.is_empty());
    let calendar = match wished {
        Some(id) => calendars.iter().find(|c| c.id == *id),
        None => calendars.first(),
    };
    if calendar.is_none() {
        wrong.push(FieldError::new(
            "calendar_id",
            "Choose one of the list. Make a calendar first if there is none.",
        ));
    }
    let mut lines = Vec::new();
    let low = |text: &str| text.to_lowercase();
    for service in pack.services.values() {
        let there = catalog
            .categories
            .iter()
            .any(|c| !c.archived && low(&c.name) == low(&service.shelf));
        let said = lines
            .iter()
            .any(|l: &Line| l.kind == "shelf" && low(&l.name) == low(&service.shelf));
        if !there && !said {
            lines.push(Line {
                kind: "shelf",
                key: String::new(),
                name: service.shelf.clone(),
                taken: false,
            });
        }
    }
    for (key, service) in &pack.services {
        lines.push(Line {
            kind: "service",
            key: key.clone(),
            name: service.name.clone(),
            taken: catalog.service(key).is_some(),
        });
    }
    for (key, process) in &pack.processes {
        lines.push(Line {
            kind: "process",
            key: key.clone(),
            name: process.name.clone(),
            taken: catalog
                .processes
                .values()
                .any(|p| low(&p.name) == low(&process.name)),
        });
    }
    for (key, promise) in &pack.promises {
        lines.push(Line {
            kind: "promise",
            key: key.clone(),
            name: promise.name.clone(),
            taken: false,
        });
    }
    for (key, playbook) in &pack.playbooks {
        lines.push(Line {
            kind: "playbook",
            key: key.clone(),
            name: playbook.name.clone(),
            taken: false,
        });
    }
    for (key, rule) in &pack.rules {
        lines.push(Line {
            kind: "rule",
            key: key.clone(),
            name: rule.name.clone(),
            taken: false,
        });
    }
    Preview {
        roles,
        calendar_id: calendar.map(|c| c.id.clone()).unwrap_or_default(),
        lines,
        wrong,
    }
}

/// Adopt a practice: all of it, live at once, or nothing.
///
/// # Errors
/// [`Error::Conflict`] when it is adopted already.
pub async fn adopt(ctx: &Ctx, actor: &Actor, key: &str, wishes: &Wishes) -> Result<()> {
    policy::require(policy::shapes_catalog(actor))?;
    let Offered { pack, origin } = store::offer(&ctx.app.db, key)
        .await?
        .ok_or(Error::NotFound)?;
    let teams = crate::people::store::teams(&ctx.app.db).await?;
    let mut install = Install::begin(ctx, actor).await?;
    if running(&mut install.tx, key).await? {
        return Err(Error::Conflict(Msg::new(
            "This practice is adopted already.",
        )));
    }
    let plan = preview(&pack, wishes, &install.next, &teams, actor);
    if !plan.wrong.is_empty() {
        return Err(Error::Invalid(plan.wrong));
    }
    let mut parts = Parts::default();
    for (key, promise) in &pack.promises {
        let id = install
            .promise(&promise.name, &plan.calendar_id, promise.def())
            .await?;
        parts.promises.insert(key.clone(), id);
    }
    for key in order(&pack) {
        add_service(&mut install, &pack, key, &plan.roles, &mut parts).await?;
    }
    for (key, playbook) in &pack.playbooks {
        let d = procedure(&pack, playbook, &plan.roles);
        let id = playbooks::verbs::create_in(&mut install.tx, ctx, actor, d).await?;
        parts.playbooks.insert(key.clone(), id);
    }
    let local = rules::local(&pack, &plan.roles, &parts, &install.next);
    for (key, rule) in &pack.rules {
        let id = rules::add(&mut install, rule, &local).await?;
        parts.rules.insert(key.clone(), id);
    }
    let adoption = Adoption {
        pack,
        origin,
        roles: plan.roles,
        calendar_id: plan.calendar_id,
        adopted_at: ctx.now,
        version: 1,
        parts,
    };
    let mut tx = install.tx;
    store::save(&mut tx, ctx.now, &adoption).await?;
    glossary::packs::install(&mut tx, ctx, actor, key, &adoption.pack.meta.glossary).await?;
    let data = json!({ "after": {
        "version": adoption.pack.meta.version.to_string(), "origin": origin.key(),
        "roles": adoption.roles, "services": adoption.parts.services,
        "processes": adoption.parts.processes, "promises": adoption.parts.promises,
        "playbooks": adoption.parts.playbooks, "rules": adoption.parts.rules,
    } });
    note(&mut tx, ctx, actor, "practice.adopted", key, data).await?;
    tx.commit().await?;
    Ok(())
}

/// Make a service of a pack, and its process if that is not there yet.
pub async fn add_service(
    install: &mut Install<'_>,
    pack: &Pack,
    key: &str,
    roles: &BTreeMap<String, String>,
    parts: &mut Parts,
) -> Result<()> {
    let Some(service) = pack.services.get(key) else {
        return Ok(());
    };
    if !parts.processes.contains_key(&service.process)
        && let Some(process) = pack.processes.get(&service.process)
    {
        let def = process.def(&Here {
            roles,
            services: &parts.services,
        });
        let id = install.process(&process.name, def).await?;
        parts.processes.insert(service.process.clone(), id);
    }
    let team = team_of(pack, service, roles);
    let id = install.service(key, service, &team, parts).await?;
    parts.services.insert(key.to_owned(), id);
    Ok(())
}

/// Whether a practice is adopted, seen from inside a transaction.
pub async fn running(tx: &mut Tx, key: &str) -> Result<bool> {
    let row = sql("SELECT practice FROM practice_adoption WHERE practice = $1")
        .bind(key)
        .opt(tx)
        .await?;
    Ok(row.is_some())
}

/// Leave a practice: its services are offered no longer. Running requests go
/// on; processes and promises stay for them, archived where nothing else
/// follows them.
pub async fn leave(ctx: &Ctx, actor: &Actor, key: &str) -> Result<()> {
    let adoption = store::find(&ctx.app.db, key)
        .await?
        .ok_or(Error::NotFound)?;
    let (catalog, mut tx) = verbs::begin(ctx, actor).await?;
    if !running(&mut tx, key).await? {
        return Err(Error::NotFound);
    }
    for id in adoption.parts.services.values() {
        if let Some(service) = catalog.service(id).filter(|s| !s.retired) {
            verbs::retire_in(&mut tx, ctx, actor, service).await?;
        }
    }
    for (table, column, ids) in [
        ("process", "process_id", &adoption.parts.processes),
        ("promise", "promise_id", &adoption.parts.promises),
    ] {
        for id in ids.values() {
            sql(format!(
                "UPDATE {table} SET archived_at = $1, version = version + 1
                 WHERE id = $2 AND archived_at IS NULL AND NOT EXISTS
                    (SELECT 1 FROM service WHERE {column} = $2 AND retired_at IS NULL)"
            ))
            .bind(ctx.now.as_microsecond())
            .bind(id)
            .run(&mut tx)
            .await?;
        }
    }
    for id in adoption.parts.playbooks.values() {
        playbooks::verbs::retire_in(&mut tx, ctx, actor, id, true).await?;
    }
    for id in adoption.parts.rules.values() {
        rules::take_away(&mut tx, ctx, actor, id).await?;
    }
    store::remove(&mut tx, key).await?;
    let data = json!({ "before": { "version": adoption.pack.meta.version.to_string() } });
    note(&mut tx, ctx, actor, "practice.left", key, data).await?;
    tx.commit().await?;
    Ok(())
}

/// The event of a practice, for the audit log.
pub async fn note(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    verb: &'static str,
    key: &str,
    data: Value,
) -> Result<()> {
    events::append(
        tx,
        actor,
        ctx.now,
        Event::audit(verb, "practice", key, data),
    )
    .await?;
    Ok(())
}
