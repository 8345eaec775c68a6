//! Taking over a new version of an adopted practice: what we changed, what they
//! changed, and what both did.

use std::collections::BTreeMap;

use mil_process::form::Field;
use mil_process::process::ProcessDef;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::adopt::{add_service, note, running};
use super::install::{Here, Install, order, procedure, service_change};
use super::merge::{Choices, Difference, Side, Who, merge};
use super::model::{Adoption, Offered};
use super::pack::{Pack, Service};
use super::present::Present;
use super::{rules, store};
use crate::actor::Actor;
use crate::catalog::draft::ServiceChange;
use crate::catalog::model::PromiseDef;
use crate::catalog::{Catalog, verbs};
use crate::changes::{self, rules::Type};
use crate::error::{Error, Msg, Result};
use crate::playbooks::{self, model::Definition};
use crate::policy;
use crate::web::Ctx;

/// A new version beside what runs.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Comparison {
    pub from: String,
    pub to: String,
    /// All differences, in the order of the practice.
    pub differences: Vec<Difference>,
    /// What would run.
    pub merged: Value,
}

impl Comparison {
    /// How many somebody has to decide.
    pub fn conflicts(&self) -> usize {
        let conflict = |d: &&Difference| d.who == Who::Conflict;
        self.differences.iter().filter(conflict).count()
    }
}

/// What a pack would put here, with our teams and services in the place of
/// roles and keys.
fn wanted(pack: &Pack, adoption: &Adoption, catalog: &Catalog) -> Result<Value> {
    // A role or service that is new has no team or id yet.
    let mut services = adoption.parts.services.clone();
    for key in pack.services.keys() {
        services
            .entry(key.clone())
            .or_insert_with(|| format!("new:{key}"));
    }
    let roles = roles_of(pack, adoption);
    let here = Here {
        roles: &roles,
        services: &services,
    };
    let mut all = json!({ "services": {}, "processes": {}, "promises": {}, "playbooks": {} });
    for (key, service) in &pack.services {
        all["services"][key] = said(service_change(service))?;
        all["services"][key]["change"] = json!(service.change.unwrap_or(Type::Normal));
    }
    for (key, process) in &pack.processes {
        all["processes"][key] = serde_json::to_value(process.def(&here))?;
    }
    for (key, playbook) in &pack.playbooks {
        all["playbooks"][key] = serde_json::to_value(procedure(pack, playbook, &roles))?;
    }
    for (key, promise) in &pack.promises {
        all["promises"][key] = serde_json::to_value(promise.def())?;
    }
    let local = rules::local(pack, &roles, &adoption.parts, catalog);
    all["rules"] = rules::wanted(pack, &local)?;
    Ok(all)
}

/// The team of each role; a role that came new gets the team of the first.
fn roles_of(pack: &Pack, adoption: &Adoption) -> BTreeMap<String, String> {
    let mut roles = adoption.roles.clone();
    let first = roles.values().next().cloned();
    for role in &pack.meta.roles {
        if let (false, Some(team)) = (roles.contains_key(&role.key), &first) {
            roles.insert(role.key.clone(), team.clone());
        }
    }
    roles
}

/// What runs here, in the same shape. What was retired or archived is not there.
fn ours(catalog: &Catalog, adoption: &Adoption, present: &Present) -> Result<Value> {
    let mut all = json!({ "services": {}, "processes": {}, "promises": {}, "playbooks": {} });
    for (key, id) in &adoption.parts.services {
        if let Some(s) = catalog.service(id).filter(|s| !s.retired) {
            all["services"][key] = said(ServiceChange {
                name: Some(s.name.clone()),
                kind: Some(s.kind),
                icon: Some(s.icon.clone()),
                summary: Some(s.summary.clone()),
                instructions: Some(s.instructions.clone()),
                keywords: Some(s.keywords.clone()),
                price_minor: Some(s.price_minor),
                price_note: Some(s.price_note.clone()),
                form: Some(s.form.clone()),
                ..ServiceChange::default()
            })?;
            all["services"][key]["change"] = json!(present.types.get(id).unwrap_or(&Type::Normal));
        }
    }
    for (key, id) in &adoption.parts.processes {
        if let Ok((_, def)) = catalog.current_process(id) {
            all["processes"][key] = serde_json::to_value(&*def)?;
        }
    }
    for (key, id) in &adoption.parts.playbooks {
        if let Some(d) = present.books.get(id) {
            all["playbooks"][key] = serde_json::to_value(d)?;
        }
    }
    for (key, id) in &adoption.parts.promises {
        if let Ok((promise, _)) = catalog.promise(id) {
            all["promises"][key] = serde_json::to_value(&promise.def)?;
        }
    }
    let local = rules::local(&adoption.pack, &adoption.roles, &adoption.parts, catalog);
    all["rules"] = rules::ours(adoption, present, &local)?;
    Ok(all)
}

/// A service as data, as it is once the catalogue has tidied it up.
fn said(change: ServiceChange) -> Result<Value> {
    let line = |text: Option<String>| {
        let text = text.unwrap_or_default();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let instructions = change.instructions.unwrap_or_default();
    Ok(json!({
        "name": line(change.name),
        "kind": change.kind,
        "icon": change.icon,
        "summary": line(change.summary),
        "instructions": instructions.trim().replace("\r\n", "\n"),
        "keywords": line(change.keywords),
        "price_minor": change.price_minor.flatten(),
        "price_note": Some(line(change.price_note.flatten())).filter(|n| !n.is_empty()),
        "fields": change.form.unwrap_or_default().fields,
    }))
}

fn read<T: DeserializeOwned>(value: &Value) -> Result<T> {
    serde_json::from_value(value.clone()).map_err(|error| {
        Error::Conflict(
            Msg::new("What was chosen does not fit together: {why}. Choose differently.")
                .with("why", error),
        )
    })
}

/// A merged service as a change.
fn change_of(value: &Value) -> Result<ServiceChange> {
    let fields: Vec<Field> = read(&value["fields"])?;
    let text = |key: &str| read::<Option<String>>(&value[key]);
    Ok(ServiceChange {
        name: text("name")?,
        kind: read(&value["kind"])?,
        icon: text("icon")?,
        summary: text("summary")?,
        instructions: text("instructions")?,
        keywords: text("keywords")?,
        price_minor: Some(read(&value["price_minor"])?),
        price_note: Some(text("price_note")?),
        form: Some(mil_process::form::FormDef { fields }),
        ..ServiceChange::default()
    })
}

/// Compare the offered version with what runs.
pub fn compare(
    catalog: &Catalog,
    adoption: &Adoption,
    offered: &Pack,
    present: &Present,
    choices: &Choices,
) -> Result<Comparison> {
    let mut base = wanted(&adoption.pack, adoption, catalog)?;
    // Adopted before playbooks and rules were: to us they are new.
    for (part, known) in [
        ("playbooks", &adoption.parts.playbooks),
        ("rules", &adoption.parts.rules),
    ] {
        if let Some(members) = base[part].as_object_mut() {
            members.retain(|key, _| known.contains_key(key));
        }
    }
    let ours = ours(catalog, adoption, present)?;
    let theirs = wanted(offered, adoption, catalog)?;
    let (merged, differences) = merge(&base, &ours, &theirs, choices);
    Ok(Comparison {
        from: adoption.pack.meta.version.to_string(),
        to: offered.meta.version.to_string(),
        differences,
        merged,
    })
}

/// The adoption and the newer version of a practice.
///
/// # Errors
/// [`Error::NotFound`] when it is not adopted, [`Error::Conflict`] when there
/// is nothing newer.
pub async fn newer(ctx: &Ctx, key: &str) -> Result<(Adoption, Offered)> {
    let adoption = store::find(&ctx.app.db, key)
        .await?
        .ok_or(Error::NotFound)?;
    let offered = store::offer(&ctx.app.db, key).await?;
    match offered.filter(|o| o.version() > adoption.pack.meta.version) {
        Some(offered) => Ok((adoption, offered)),
        None => Err(Error::Conflict(Msg::new(
            "There is no newer version of this practice.",
        ))),
    }
}

/// Take a newer version over. Running requests keep the form, the stages and
/// the promise that they were ordered with.
pub async fn upgrade(
    ctx: &Ctx,
    actor: &Actor,
    key: &str,
    expect: Option<i64>,
    choices: &Choices,
) -> Result<()> {
    policy::require(policy::shapes_catalog(actor))?;
    let (mut adoption, offered) = newer(ctx, key).await?;
    if expect.is_some_and(|version| version != adoption.version) {
        return Err(Error::Stale(Msg::new(
            "Somebody else changed this practice meanwhile. Look at it again, then decide.",
        )));
    }
    let mut install = Install::begin(ctx, actor).await?;
    if !running(&mut install.tx, key).await? {
        return Err(Error::NotFound);
    }
    let present = Present::read(&mut install.tx).await?;
    let compared = compare(&install.next, &adoption, &offered.pack, &present, choices)?;
    let now = ours(&install.next, &adoption, &present)?;
    adoption.roles = roles_of(&offered.pack, &adoption);
    promises(
        &mut install,
        &mut adoption,
        &offered.pack,
        &compared.merged,
        &now,
    )
    .await?;
    procedures(
        &mut install,
        &mut adoption,
        &offered.pack,
        &compared.merged,
        &now,
    )
    .await?;
    // First what is new: a stage may order it.
    for part in order(&offered.pack) {
        let wanted = !compared.merged["services"][part].is_null();
        if wanted && !adoption.parts.services.contains_key(part) {
            let (roles, parts) = (&adoption.roles, &mut adoption.parts);
            add_service(&mut install, &offered.pack, part, roles, parts).await?;
        }
    }
    let known = adoption.parts.clone();
    for (part, id) in &known.processes {
        let merged = &compared.merged["processes"][part];
        if merged.is_null() || *merged == now["processes"][part] {
            continue;
        }
        let def: ProcessDef = read(&named(merged, &known.services))?;
        install.set_process(id, def).await?;
    }
    for (part, id) in &known.services {
        let (merged, before) = (&compared.merged["services"][part], &now["services"][part]);
        let Some(service) = install.next.service(id).cloned() else {
            continue;
        };
        if merged.is_null() {
            if !before.is_null() {
                verbs::retire_in(&mut install.tx, ctx, actor, &service).await?;
            }
            continue;
        }
        let mut change = if merged == before || before.is_null() {
            ServiceChange::default()
        } else {
            change_of(merged)?
        };
        follow(
            &mut change,
            &adoption,
            offered.pack.services.get(part),
            &service,
        );
        install.set_service(id, change).await?;
        if !before.is_null() && merged["change"] != before["change"] {
            let kind: Type = read(&merged["change"])?;
            changes::verbs::type_in(&mut install.tx, ctx, actor, &service, kind).await?;
        }
    }
    let merged = &compared.merged["rules"];
    rules::carry_over(&mut install, &mut adoption, &offered.pack, merged, &present).await?;
    let from = adoption.pack.meta.version.to_string();
    let to = offered.pack.meta.version.to_string();
    adoption.pack = offered.pack;
    adoption.origin = offered.origin;
    let mut tx = install.tx;
    store::save(&mut tx, ctx.now, &adoption).await?;
    crate::glossary::packs::install(&mut tx, ctx, actor, key, &adoption.pack.meta.glossary).await?;
    let taken: Vec<&String> = choices
        .iter()
        .filter(|(_, side)| **side == Side::Theirs)
        .map(|(path, _)| path)
        .collect();
    let data = json!({
        "before": { "version": from }, "after": { "version": to },
        "conflicts": compared.conflicts(), "theirs": taken,
    });
    note(&mut tx, ctx, actor, "practice.upgraded", key, data).await?;
    tx.commit().await?;
    Ok(())
}

/// A service follows the promise that took the place of its old one.
fn follow(
    change: &mut ServiceChange,
    adoption: &Adoption,
    theirs: Option<&Service>,
    service: &crate::catalog::Service,
) {
    let promise = theirs.and_then(|s| adoption.parts.promises.get(&s.promise));
    if let Some(promise) = promise.filter(|id| **id != service.promise_id) {
        change.promise_id = Some(promise.clone());
    }
}

/// A promise that changed is made anew, so that running requests keep the one
/// that was given to them.
async fn promises(
    install: &mut Install<'_>,
    adoption: &mut Adoption,
    pack: &Pack,
    merged: &Value,
    now: &Value,
) -> Result<()> {
    for (key, promise) in &pack.promises {
        let merged = &merged["promises"][key];
        let known = adoption.parts.promises.contains_key(key);
        if merged.is_null() || (known && *merged == now["promises"][key]) {
            continue;
        }
        let def: PromiseDef = read(merged)?;
        let calendar = adoption.calendar_id.clone();
        let id = install.promise(&promise.name, &calendar, def).await?;
        adoption.parts.promises.insert(key.clone(), id);
    }
    Ok(())
}

/// Playbooks: what is new is made, what changed gets another version that open
/// runs do not see, what they dropped and we left alone is retired.
async fn procedures(
    install: &mut Install<'_>,
    adoption: &mut Adoption,
    pack: &Pack,
    merged: &Value,
    now: &Value,
) -> Result<()> {
    let (ctx, actor) = (install.ctx, install.actor);
    let note = format!("{} {}", pack.meta.name, pack.meta.version);
    for (key, id) in adoption.parts.playbooks.clone() {
        let (merged, now) = (&merged["playbooks"][&key], &now["playbooks"][&key]);
        if merged.is_null() && !now.is_null() {
            playbooks::verbs::retire_in(&mut install.tx, ctx, actor, &id, true).await?;
        } else if merged != now && !now.is_null() {
            let d: Definition = read(merged)?;
            playbooks::verbs::publish_in(&mut install.tx, ctx, actor, &id, d, &note).await?;
        }
    }
    for key in pack.playbooks.keys() {
        let merged = &merged["playbooks"][key];
        if !merged.is_null() && !adoption.parts.playbooks.contains_key(key) {
            let d: Definition = read(merged)?;
            let id = playbooks::verbs::create_in(&mut install.tx, ctx, actor, d).await?;
            adoption.parts.playbooks.insert(key.clone(), id);
        }
    }
    Ok(())
}

/// With the ids of services that were new when the comparison was made.
fn named(value: &Value, services: &BTreeMap<String, String>) -> Value {
    match value {
        Value::String(text) => match text.strip_prefix("new:").and_then(|key| services.get(key)) {
            Some(id) => Value::String(id.clone()),
            None => value.clone(),
        },
        Value::Array(items) => items.iter().map(|item| named(item, services)).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(key, item)| (key.clone(), named(item, services)))
            .collect(),
        _ => value.clone(),
    }
}
