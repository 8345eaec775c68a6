//! Putting parts of a pack into the catalogue, one after the other, in one
//! transaction. Every part goes through the check that it would pass if
//! somebody had typed it; what was made so far counts as being there.

use std::collections::BTreeMap;
use std::sync::Arc;

use mil_db::{Tx, sql};
use mil_process::form::FormDef;
use mil_process::process::{Owner, ProcessDef};

use super::model::Parts;
use super::pack::{self, Names, Pack, ServiceAudience};
use crate::actor::Actor;
use crate::catalog::draft::{ServiceChange, ServiceDraft, free, slug_of};
use crate::catalog::model::{Category, PromiseDef};
use crate::catalog::rules::{self, ProcessChange, ProcessDraft};
use crate::catalog::snapshot::{ProcessEntry, PromiseEntry};
use crate::catalog::terms::promise::{self, PromiseInput};
use crate::catalog::{Audience, Catalog, Service, verbs};
use crate::changes;
use crate::error::{Error, Result};
use crate::playbooks::model::{Definition, Step};
use crate::playbooks::rules::tidy;
use crate::random::new_id;
use crate::web::Ctx;

/// What roles and services of a pack are here.
pub struct Here<'a> {
    /// Role to team.
    pub roles: &'a BTreeMap<String, String>,
    /// Service to id.
    pub services: &'a BTreeMap<String, String>,
}

impl Names for Here<'_> {
    fn role(&self, key: &str) -> Owner {
        self.roles
            .get(key)
            .map_or(Owner::Service, |team| Owner::Team(team.clone()))
    }

    fn service(&self, key: &str) -> String {
        self.services.get(key).cloned().unwrap_or_default()
    }
}

/// The services of a pack, each behind those that its process orders.
pub fn order(pack: &Pack) -> Vec<&str> {
    fn visit<'a>(pack: &'a Pack, key: &'a str, depth: usize, done: &mut Vec<&'a str>) {
        let Some(service) = pack.services.get(key) else {
            return;
        };
        if depth < 20
            && let Some(process) = pack.processes.get(&service.process)
        {
            let tasks = process.stages.iter().flat_map(|stage| &stage.tasks);
            for sub in tasks.filter_map(|task| task.service.as_deref()) {
                if !done.contains(&sub) {
                    visit(pack, sub, depth + 1, done);
                }
            }
        }
        if !done.contains(&key) {
            done.push(key);
        }
    }
    let mut done = Vec::new();
    for key in pack.services.keys() {
        visit(pack, key, 0, &mut done);
    }
    done
}

/// The team that fulfils a service: that of the first role that works on it.
pub fn team_of(pack: &Pack, service: &pack::Service, roles: &BTreeMap<String, String>) -> String {
    let stages = pack.processes.get(&service.process).map(|p| &p.stages);
    let first = stages.into_iter().flatten().find_map(|s| s.role.as_ref());
    let role = first.or(pack.meta.roles.first().map(|role| &role.key));
    role.and_then(|role| roles.get(role))
        .or(roles.values().next())
        .cloned()
        .unwrap_or_default()
}

/// What a pack says of a service, as a change.
pub fn service_change(service: &pack::Service) -> ServiceChange {
    let minor = |price: mil_process::Decimal| price.micros() / 10_000;
    ServiceChange {
        name: Some(service.name.clone()),
        kind: Some(service.kind),
        icon: Some(service.icon.clone()),
        summary: Some(service.summary.clone()),
        instructions: Some(service.instructions.clone()),
        keywords: Some(service.keywords.clone()),
        price_minor: Some(service.price.map(minor)),
        price_note: Some(service.price_note.clone()),
        form: Some(FormDef {
            fields: service.fields.clone(),
        }),
        ..ServiceChange::default()
    }
}

/// A catalogue that grows.
pub struct Install<'a> {
    /// The transaction that [`verbs::begin`] began.
    pub tx: Tx,
    /// Who asks, and when.
    pub ctx: &'a Ctx,
    /// Who does it.
    pub actor: &'a Actor,
    /// The catalogue with what was made so far.
    pub next: Catalog,
}

impl<'a> Install<'a> {
    /// Begin. Others who change the catalogue wait.
    pub async fn begin(ctx: &'a Ctx, actor: &'a Actor) -> Result<Install<'a>> {
        let (catalog, tx) = verbs::begin(ctx, actor).await?;
        Ok(Install {
            tx,
            ctx,
            actor,
            next: (*catalog).clone(),
        })
    }

    /// The shelf of this name, made if it is missing.
    pub async fn shelf(&mut self, name: &str, icon: &str) -> Result<String> {
        let low = name.to_lowercase();
        let found = self.next.categories.iter();
        if let Some(shelf) = found
            .filter(|c| !c.archived)
            .find(|c| c.name.to_lowercase() == low)
        {
            return Ok(shelf.id.clone());
        }
        let id = new_id(self.ctx.now);
        let last = self.next.categories.iter().map(|c| c.position).max();
        let position = last.unwrap_or(0) + 1;
        sql("INSERT INTO category (id, name, icon, position) VALUES ($1, $2, $3, $4)")
            .bind(&id)
            .bind(name)
            .bind(icon)
            .bind(position)
            .run(&mut self.tx)
            .await?;
        self.next.categories.push(Category {
            id: id.clone(),
            name: name.to_owned(),
            icon: icon.to_owned(),
            position,
            archived: false,
        });
        Ok(id)
    }

    /// Make a process; a name that is taken gets a number.
    pub async fn process(&mut self, name: &str, definition: ProcessDef) -> Result<String> {
        let taken = |name: &str| {
            let low = name.to_lowercase();
            self.next
                .processes
                .values()
                .any(|p| p.name.to_lowercase() == low)
        };
        let mut free = name.to_owned();
        let mut n = 2;
        while taken(&free) {
            free = format!("{name} ({n})");
            n += 1;
        }
        let draft = ProcessDraft {
            name: free.clone(),
            definition: definition.clone(),
        };
        let (tx, next) = (&mut self.tx, &self.next);
        let id = rules::create_in(tx, self.ctx, self.actor, next, draft).await?;
        let entry = ProcessEntry {
            id: id.clone(),
            name: free,
            current: 1,
            versions: [(1, Arc::new(definition))].into(),
            archived: false,
            version: 1,
        };
        self.next.processes.insert(id.clone(), entry);
        Ok(id)
    }

    /// Give a process other stages; running requests keep theirs.
    pub async fn set_process(&mut self, id: &str, definition: ProcessDef) -> Result<()> {
        let change = ProcessChange {
            definition: Some(definition.clone()),
            ..ProcessChange::default()
        };
        let (tx, next) = (&mut self.tx, &self.next);
        rules::change_in(tx, self.ctx, self.actor, next, id, change).await?;
        if let Some(entry) = self.next.processes.get_mut(id)
            && entry
                .versions
                .get(&entry.current)
                .is_none_or(|now| **now != definition)
        {
            entry.current = entry.versions.keys().max().copied().unwrap_or(0) + 1;
            entry.versions.insert(entry.current, Arc::new(definition));
        }
        Ok(())
    }

    /// Make a promise.
    pub async fn promise(
        &mut self,
        name: &str,
        calendar_id: &str,
        def: PromiseDef,
    ) -> Result<String> {
        let input = PromiseInput {
            name: name.to_owned(),
            calendar_id: calendar_id.to_owned(),
            definition: def.clone(),
        };
        let id = promise::create_in(&mut self.tx, self.ctx, self.actor, input).await?;
        let entry = PromiseEntry {
            id: id.clone(),
            name: name.to_owned(),
            calendar_id: calendar_id.to_owned(),
            def,
            archived: false,
            version: 1,
        };
        self.next.promises.insert(id.clone(), entry);
        Ok(id)
    }

    /// Make a service of a pack and offer it.
    pub async fn service(
        &mut self,
        key: &str,
        service: &pack::Service,
        team_id: &str,
        parts: &Parts,
    ) -> Result<String> {
        let part = |map: &BTreeMap<String, String>, key: &str| {
            map.get(key)
                .cloned()
                .ok_or_else(|| Error::Internal(format!("{key} is not made yet")))
        };
        let taken = |slug: &str| self.next.service(slug).is_some();
        let slug = if taken(key) {
            free(&slug_of(&service.name), taken)
        } else {
            key.to_owned()
        };
        let audience = match service.audience {
            ServiceAudience::Everyone => Audience {
                partners: true,
                ..Audience::everyone()
            },
            ServiceAudience::Staff => Audience::everyone(),
            ServiceAudience::Agents => Audience {
                groups: vec![team_id.to_owned()],
                ..Audience::default()
            },
        };
        let draft = ServiceDraft {
            slug,
            category_id: self.shelf(&service.shelf, &service.icon).await?,
            audience,
            team_id: team_id.to_owned(),
            process_id: part(&parts.processes, &service.process)?,
            promise_id: part(&parts.promises, &service.promise)?,
            ..ServiceDraft::default()
        }
        .with(service_change(service));
        let (tx, next) = (&mut self.tx, &self.next);
        let id = verbs::create_in(tx, self.ctx, self.actor, next, draft.clone()).await?;
        let made = Arc::new(made(&id, draft));
        verbs::publish_in(tx, self.ctx, self.actor, next, &made).await?;
        if let Some(kind) = service.change {
            changes::verbs::type_in(tx, self.ctx, self.actor, &made, kind).await?;
        }
        let mut made = (*made).clone();
        made.published = true;
        self.next.services.push(Arc::new(made));
        Ok(id)
    }

    /// Change a service.
    pub async fn set_service(&mut self, id: &str, change: ServiceChange) -> Result<()> {
        let service = self.next.service(id).cloned().ok_or(Error::NotFound)?;
        let (tx, next) = (&mut self.tx, &self.next);
        verbs::change_in(tx, self.ctx, self.actor, next, &service, change.clone()).await?;
        let draft = ServiceDraft::of(&service).with(change);
        let mut changed = made(id, draft);
        (changed.published, changed.position) = (service.published, service.position);
        for one in &mut self.next.services {
            if one.id == id {
                *one = Arc::new(changed.clone());
            }
        }
        Ok(())
    }
}

/// A playbook of a pack with our teams: roles by their names, which are read,
/// and by whom they are here.
pub fn procedure(pack: &Pack, of: &pack::Playbook, roles: &BTreeMap<String, String>) -> Definition {
    let name = |key: &String| pack.role(key).map(|role| role.name.clone());
    tidy(Definition {
        name: of.name.clone(),
        purpose: of.purpose.clone(),
        steps: of
            .steps
            .iter()
            .map(|step| Step {
                key: step.key.clone(),
                title: step.title.clone(),
                how: step.how.clone(),
                role: step.role.as_ref().and_then(name).unwrap_or_default(),
                team_id: step.role.as_ref().and_then(|key| roles.get(key).cloned()),
                required: step.required,
            })
            .collect(),
    })
}

/// A service as the catalogue holds it.
fn made(id: &str, draft: ServiceDraft) -> Service {
    Service {
        id: id.to_owned(),
        slug: draft.slug,
        name: draft.name,
        kind: draft.kind,
        category_id: draft.category_id,
        icon: draft.icon,
        summary: draft.summary,
        instructions: draft.instructions,
        keywords: draft.keywords,
        audience: draft.audience,
        price_minor: draft.price_minor,
        price_note: draft.price_note,
        team_id: draft.team_id,
        process_id: draft.process_id,
        promise_id: draft.promise_id,
        form_version: 1,
        form: draft.form,
        position: 0,
        published: false,
        retired: false,
        version: 1,
    }
}
