//! What leads and administrators do with processes. A version is never changed:
//! publishing adds the next one, and running requests keep theirs.

use std::collections::BTreeMap;

use mil_db::{Db, Tx, sql};
use mil_process::process::{Owner, ProcessDef, Stage, Voter};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::actor::{Actor, Role};
use crate::catalog::snapshot::ProcessEntry;
use crate::catalog::{Catalog, verbs};
use crate::error::{Error, FieldError, Msg, Result};
use crate::events::{self, Event};
use crate::people::profile::check_name;
use crate::random::new_id;
use crate::web::Ctx;

/// A process to create.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProcessDraft {
    /// What it is called in lists.
    pub name: String,
    /// Its stages; the first version.
    #[schemars(with = "serde_json::Value")]
    pub definition: ProcessDef,
}

/// What to change of a process; what is left out stays.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ProcessChange {
    /// What it is called in lists.
    pub name: Option<String>,
    /// Other stages become the next version.
    #[schemars(with = "Option<serde_json::Value>")]
    pub definition: Option<ProcessDef>,
    /// No longer offered to services.
    pub archived: Option<bool>,
}

/// A process by id, as leads see it.
pub fn process<'a>(catalog: &'a Catalog, id: &str) -> Result<&'a ProcessEntry> {
    catalog.processes.get(id).ok_or(Error::NotFound)
}

fn expected<'a>(catalog: &'a Catalog, id: &str, expect: Option<i64>) -> Result<&'a ProcessEntry> {
    let entry = process(catalog, id)?;
    if expect.is_some_and(|version| version != entry.version) {
        return Err(Error::Stale(Msg::new(
            "Somebody else changed this process meanwhile. Look at it again, then change it.",
        )));
    }
    Ok(entry)
}

/// Names of services in use that follow the process, in the catalogue's order.
pub fn used_by<'a>(catalog: &'a Catalog, id: &str) -> Vec<&'a str> {
    let using = catalog
        .services
        .iter()
        .filter(|s| s.process_id == id && !s.retired);
    using.map(|s| s.name.as_str()).collect()
}

/// How many open requests run on each version.
pub async fn running(db: &Db, id: &str) -> Result<BTreeMap<i64, i64>> {
    sql("SELECT process_version, COUNT(*) AS n FROM work_item
         WHERE process_id = $1 AND closed_at IS NULL GROUP BY process_version")
    .bind(id)
    .all(db)
    .await?
    .iter()
    .map(|row| Ok((row.get("process_version")?, row.get("n")?)))
    .collect()
}

/// Whether the stages make sense by themselves and with the forms of the
/// services that follow them. Errors are named by their place in the JSON.
pub fn check(catalog: &Catalog, id: Option<&str>, def: &ProcessDef) -> Vec<FieldError> {
    if let Err(problems) = def.check() {
        return problems
            .into_iter()
            .map(|p| FieldError::new(p.path, p.msg))
            .collect();
    }
    let mut wrong = Vec::new();
    let using = catalog
        .services
        .iter()
        .filter(|s| id == Some(s.process_id.as_str()) && !s.retired);
    for service in using {
        for (at, stage) in def.stages.iter().enumerate() {
            for key in stage.only_if.iter().flat_map(|cond| cond.fields()) {
                let asked = service.form.field(key);
                if !asked.is_some_and(|f| f.kind.is_question() && f.show_if.is_none()) {
                    let msg = Msg::new(
                        "The form of {service} does not show everybody “{key}”. Ask it there, always shown, or use another condition.",
                    );
                    wrong.push(FieldError::new(
                        format!("stages[{at}].only_if"),
                        msg.with("service", &service.name).with("key", key),
                    ));
                }
            }
            let needs = stage.required_fields.iter().enumerate();
            let needs = needs.filter_map(|(n, key)| Some((n, key.strip_prefix("form.")?)));
            for (n, key) in needs {
                let asked = service
                    .form
                    .field(key)
                    .is_some_and(|f| f.kind.is_question() && f.required && f.show_if.is_none());
                if !asked {
                    let msg = Msg::new(
                        "The form of {service} does not ask everybody for “{key}”. Ask it there, always shown and required, or do not require it here.",
                    );
                    wrong.push(FieldError::new(
                        format!("stages[{at}].required_fields[{n}]"),
                        msg.with("service", &service.name).with("key", key),
                    ));
                }
            }
        }
    }
    wrong
}

/// Owners must be there and able to work; those of the version before may stay.
async fn check_owners(
    tx: &mut Tx,
    catalog: &Catalog,
    def: &ProcessDef,
    before: Option<&ProcessDef>,
) -> Result<Vec<FieldError>> {
    let mut wrong = Vec::new();
    for (at, stage) in def.stages.iter().enumerate() {
        let stays = before
            .and_then(|b| b.stage(&stage.key))
            .is_some_and(|s| s.owner == stage.owner);
        if !stays && !can_work(tx, &stage.owner).await? {
            wrong.push(FieldError::new(format!("stages[{at}].owner"), NO_OWNER));
        }
        wrong.extend(check_together(tx, catalog, at, stage).await?);
    }
    Ok(wrong)
}

const NO_OWNER: &str = "Choose a team that fulfils requests, or a person who works here.";

/// Whether somebody who is named to work is there and works here.
async fn can_work(tx: &mut Tx, owner: &Owner) -> Result<bool> {
    Ok(match owner {
        Owner::Service => true,
        Owner::Team(id) => {
            sql("SELECT id FROM team WHERE id = $1 AND kind = 'team' AND archived_at IS NULL")
                .bind(id)
                .opt(tx)
                .await?
                .is_some()
        }
        Owner::Person(id) => {
            let row = sql("SELECT role FROM person WHERE id = $1 AND disabled_at IS NULL")
                .bind(id)
                .opt(tx)
                .await?;
            let role: Option<String> = row.map(|row| row.get("role")).transpose()?;
            role.and_then(|r| Role::from_key(&r))
                .is_some_and(Role::is_agent)
        }
    })
}

/// Tasks and approvals must name teams, people and services that are there.
async fn check_together(
    tx: &mut Tx,
    catalog: &Catalog,
    at: usize,
    stage: &Stage,
) -> Result<Vec<FieldError>> {
    let mut wrong = Vec::new();
    for (n, task) in stage.tasks.iter().enumerate() {
        if let Some(owner) = &task.owner
            && !can_work(tx, owner).await?
        {
            wrong.push(FieldError::new(
                format!("stages[{at}].tasks[{n}].owner"),
                NO_OWNER,
            ));
        }
        if let Some(id) = &task.service
            && catalog.service(id).is_none_or(|s| s.retired)
        {
            wrong.push(FieldError::new(
                format!("stages[{at}].tasks[{n}].service"),
                "This service is not on offer. Choose another.",
            ));
        }
    }
    for (n, step) in stage.approvals.iter().enumerate() {
        for voter in &step.by {
            let (text, id) = match voter {
                Voter::TeamLeads | Voter::RequesterManager => continue,
                Voter::Team(id) => (
                    "SELECT id FROM team WHERE id = $1 AND archived_at IS NULL",
                    id,
                ),
                Voter::Person(id) => (
                    "SELECT id FROM person WHERE id = $1 AND disabled_at IS NULL",
                    id,
                ),
            };
            if sql(text).bind(id).opt(&mut *tx).await?.is_none() {
                wrong.push(FieldError::new(
                    format!("stages[{at}].approvals[{n}].by"),
                    "Choose a team, a group or a person who is here.",
                ));
            }
        }
    }
    Ok(wrong)
}

fn fine(wrong: Vec<FieldError>) -> Result<()> {
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(Error::Invalid(wrong))
    }
}

/// A name that no other process has.
fn free_name(catalog: &Catalog, id: Option<&str>, name: &str) -> Result<String> {
    let name = check_name(name).map_err(|wrong| Error::Invalid(vec![wrong]))?;
    let low = name.to_lowercase();
    let taken = |p: &&ProcessEntry| Some(p.id.as_str()) != id && p.name.to_lowercase() == low;
    if catalog.processes.values().any(|p| taken(&p)) {
        return Err(Error::field(
            "name",
            "Another process has this name. Choose another.",
        ));
    }
    Ok(name)
}

async fn note(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    verb: &'static str,
    id: &str,
    data: Value,
) -> Result<()> {
    events::append(tx, actor, ctx.now, Event::audit(verb, "process", id, data)).await?;
    Ok(())
}

async fn insert_version(
    tx: &mut Tx,
    ctx: &Ctx,
    id: &str,
    number: i64,
    def: &ProcessDef,
) -> Result<()> {
    sql(
        "INSERT INTO process_version (process_id, version, definition, created_at)
         VALUES ($1, $2, $3, $4)",
    )
    .bind(id)
    .bind(number)
    .bind(serde_json::to_string(def)?)
    .bind(ctx.now.as_microsecond())
    .run(tx)
    .await?;
    Ok(())
}

/// Create a process with its first version. Returns its id.
pub async fn create(ctx: &Ctx, actor: &Actor, draft: ProcessDraft) -> Result<String> {
    let (catalog, mut tx) = verbs::begin(ctx, actor).await?;
    let id = create_in(&mut tx, ctx, actor, &catalog, draft).await?;
    tx.commit().await?;
    Ok(id)
}

/// [`create`] inside a transaction that [`verbs::begin`] began.
pub(crate) async fn create_in(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    catalog: &Catalog,
    draft: ProcessDraft,
) -> Result<String> {
    let name = free_name(catalog, None, &draft.name)?;
    let mut wrong = check(catalog, None, &draft.definition);
    wrong.extend(check_owners(tx, catalog, &draft.definition, None).await?);
    fine(in_definition(wrong))?;
    let id = new_id(ctx.now);
    sql(
        "INSERT INTO process (id, name, current_version, updated_at, version)
         VALUES ($1, $2, 1, $3, 1)",
    )
    .bind(&id)
    .bind(&name)
    .bind(ctx.now.as_microsecond())
    .run(&mut *tx)
    .await?;
    insert_version(tx, ctx, &id, 1, &draft.definition).await?;
    let data = json!({ "after": { "name": name, "number": 1, "definition": draft.definition } });
    note(tx, ctx, actor, "process.created", &id, data).await?;
    Ok(id)
}

/// Stages stand in the member `definition`, in forms and in the API alike.
fn in_definition(wrong: Vec<FieldError>) -> Vec<FieldError> {
    wrong
        .into_iter()
        .map(|w| FieldError::new(format!("definition.{}", w.field), w.msg))
        .collect()
}

/// Change a process. Other stages become the next version, which requests
/// ordered from now on follow; running ones keep theirs.
pub async fn change(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    expect: Option<i64>,
    change: ProcessChange,
) -> Result<()> {
    let (catalog, mut tx) = verbs::begin(ctx, actor).await?;
    expected(&catalog, id, expect)?;
    change_in(&mut tx, ctx, actor, &catalog, id, change).await?;
    tx.commit().await?;
    Ok(())
}

/// [`change`] inside a transaction that [`verbs::begin`] began.
pub(crate) async fn change_in(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    catalog: &Catalog,
    id: &str,
    change: ProcessChange,
) -> Result<()> {
    let entry = process(catalog, id)?;
    let current = catalog.process(id, entry.current)?;
    let name = match &change.name {
        Some(name) => free_name(catalog, Some(id), name)?,
        None => entry.name.clone(),
    };
    let archived = change.archived.unwrap_or(entry.archived);
    if archived && !entry.archived && !used_by(catalog, id).is_empty() {
        return Err(Error::Conflict(
            Msg::new(
                "Services still follow this process: {names}. Give them another, then archive it.",
            )
            .with("names", used_by(catalog, id).join(", ")),
        ));
    }
    let (mut before, mut after) = (json!({}), json!({}));
    let mut number = entry.current;
    if let Some(def) = change.definition.filter(|def| *def != *current) {
        let mut wrong = check(catalog, Some(id), &def);
        wrong.extend(check_owners(tx, catalog, &def, Some(&current)).await?);
        fine(in_definition(wrong))?;
        number = entry.versions.keys().max().copied().unwrap_or(0) + 1;
        insert_version(tx, ctx, id, number, &def).await?;
        before["number"] = entry.current.into();
        before["definition"] = serde_json::to_value(&*current)?;
        after["number"] = number.into();
        after["definition"] = serde_json::to_value(&def)?;
    }
    if name != entry.name {
        before["name"] = entry.name.as_str().into();
        after["name"] = name.as_str().into();
    }
    if archived != entry.archived {
        before["archived"] = entry.archived.into();
        after["archived"] = archived.into();
    }
    if before == after {
        return Ok(());
    }
    sql(
        "UPDATE process SET name = $1, current_version = $2, updated_at = $3, version = version + 1,
            archived_at = CASE WHEN $4 = 0 THEN NULL ELSE COALESCE(archived_at, $5) END
         WHERE id = $6",
    )
    .bind(&name)
    .bind(number)
    .bind(ctx.now.as_microsecond())
    .bind(i64::from(archived))
    .bind(ctx.now.as_microsecond())
    .bind(id)
    .run(&mut *tx)
    .await?;
    let verb = if number == entry.current {
        "process.changed"
    } else {
        "process.published"
    };
    let data = json!({ "before": before, "after": after });
    note(tx, ctx, actor, verb, id, data).await
}
