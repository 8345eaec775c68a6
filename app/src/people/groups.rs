//! Teams, groups and departments, as administrators shape them.

use std::collections::BTreeSet;

use jiff::Timestamp;
use mil_db::{On, Tx, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::actor::Actor;
use crate::error::{Error, FieldError, Msg, Result};
use crate::events::{self, Event};
use crate::people::profile::{check_line, difference};
use crate::policy;
use crate::random::new_id;

/// A team or group as it is to be.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs)]
pub struct TeamState {
    /// `team` or `group`; stays what it was made.
    pub kind: String,
    pub name: String,
    pub purpose: String,
    pub archived: bool,
    /// Person ids, leads among them.
    pub members: BTreeSet<String>,
    /// Person ids.
    pub leads: BTreeSet<String>,
}

/// A department as it is to be.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs)]
pub struct DepartmentState {
    pub name: String,
    pub archived: bool,
}

fn check_title(name: &str) -> Result<String> {
    let name = check_line("name", name).map_err(|e| Error::Invalid(vec![e]))?;
    if name.is_empty() {
        return Err(Error::field("name", "Give a name."));
    }
    Ok(name)
}

/// A team or group as it is, with its version.
pub async fn team<'a>(on: impl Into<On<'a>>, id: &str) -> Result<(TeamState, i64)> {
    let mut on = on.into();
    let row = sql("SELECT kind, name, purpose, archived_at, version FROM team WHERE id = $1")
        .bind(id)
        .opt(on.again())
        .await?
        .ok_or(Error::NotFound)?;
    let mut state = TeamState {
        kind: row.get("kind")?,
        name: row.get("name")?,
        purpose: row.get::<Option<String>>("purpose")?.unwrap_or_default(),
        archived: row.get::<Option<i64>>("archived_at")?.is_some(),
        ..TeamState::default()
    };
    for member in sql("SELECT person_id, leads_since FROM team_member WHERE team_id = $1")
        .bind(id)
        .all(on)
        .await?
    {
        let person: String = member.get("person_id")?;
        if member.get::<Option<i64>>("leads_since")?.is_some() {
            state.leads.insert(person.clone());
        }
        state.members.insert(person);
    }
    Ok((state, row.get("version")?))
}

async fn check_team(tx: &mut Tx, mut state: TeamState) -> Result<TeamState> {
    let mut wrong = Vec::new();
    if !matches!(&*state.kind, "team" | "group") {
        wrong.push(FieldError::new("kind", "Choose one of the list."));
    }
    match check_line("purpose", &state.purpose) {
        Ok(purpose) => state.purpose = purpose,
        Err(error) => wrong.push(error),
    }
    state.members.extend(state.leads.iter().cloned());
    for id in &state.members {
        let known = sql("SELECT id FROM person WHERE id = $1").bind(id);
        if known.opt(&mut *tx).await?.is_none() {
            wrong.push(FieldError::new("members", "Choose people of the list."));
            break;
        }
    }
    if !wrong.is_empty() {
        return Err(Error::Invalid(wrong));
    }
    state.name = check_title(&state.name)?;
    Ok(state)
}

/// Create a team or group. Returns its id.
pub async fn create_team(
    tx: &mut Tx,
    actor: &Actor,
    now: Timestamp,
    state: TeamState,
) -> Result<String> {
    policy::require(policy::administers(actor))?;
    let state = check_team(tx, state).await?;
    let id = new_id(now);
    sql(
        "INSERT INTO team (id, kind, name, purpose, created_at, updated_at, archived_at, version)
         VALUES ($1, $2, $3, $4, $5, $5, $6, 1)",
    )
    .bind(&id)
    .bind(&state.kind)
    .bind(&state.name)
    .bind(&state.purpose)
    .bind(now.as_microsecond())
    .bind(state.archived.then_some(now.as_microsecond()))
    .run(tx)
    .await?;
    members(tx, now, &id, &TeamState::default(), &state).await?;
    note(
        tx,
        actor,
        now,
        "team.created",
        &id,
        json!({ "after": state }),
    )
    .await?;
    Ok(id)
}

/// Change a team or group; its kind stays.
pub async fn change_team(
    tx: &mut Tx,
    actor: &Actor,
    now: Timestamp,
    id: &str,
    expect: Option<i64>,
    state: TeamState,
) -> Result<()> {
    policy::require(policy::administers(actor))?;
    sql("UPDATE team SET version = version WHERE id = $1")
        .bind(id)
        .run(tx)
        .await?;
    let (before, version) = team(&mut *tx, id).await?;
    if expect.is_some_and(|expect| expect != version) {
        return Err(Error::Stale(Msg::new(
            "Somebody else changed this team meanwhile. Look at it again, then change it.",
        )));
    }
    let kind = before.kind.clone();
    let after = check_team(tx, TeamState { kind, ..state }).await?;
    let Some(data) = difference(&before, &after)? else {
        return Ok(());
    };
    sql(
        "UPDATE team SET name = $1, purpose = $2, updated_at = $3, version = version + 1,
            archived_at = CASE WHEN $4 = 0 THEN NULL ELSE COALESCE(archived_at, $3) END
         WHERE id = $5",
    )
    .bind(&after.name)
    .bind(&after.purpose)
    .bind(now.as_microsecond())
    .bind(i64::from(after.archived))
    .bind(id)
    .run(tx)
    .await?;
    members(tx, now, id, &before, &after).await?;
    note(tx, actor, now, "team.changed", id, data).await
}

/// Put the members of `after` in the place of those of `before`; who stays a
/// lead keeps the day it began.
async fn members(
    tx: &mut Tx,
    now: Timestamp,
    id: &str,
    before: &TeamState,
    after: &TeamState,
) -> Result<()> {
    let known = |state: &TeamState, person: &String| {
        state
            .members
            .contains(person)
            .then(|| state.leads.contains(person))
    };
    for person in before.members.union(&after.members) {
        let (old, new) = (known(before, person), known(after, person));
        if old == new {
            continue;
        }
        sql("DELETE FROM team_member WHERE team_id = $1 AND person_id = $2")
            .bind(id)
            .bind(person)
            .run(tx)
            .await?;
        if let Some(leads) = new {
            sql("INSERT INTO team_member (team_id, person_id, leads_since) VALUES ($1, $2, $3)")
                .bind(id)
                .bind(person)
                .bind(leads.then_some(now.as_microsecond()))
                .run(tx)
                .await?;
        }
    }
    Ok(())
}

/// Create a department. Returns its id.
pub async fn create_department(
    tx: &mut Tx,
    actor: &Actor,
    now: Timestamp,
    state: DepartmentState,
) -> Result<String> {
    policy::require(policy::administers(actor))?;
    let name = check_title(&state.name)?;
    let id = new_id(now);
    sql("INSERT INTO department (id, name, created_at) VALUES ($1, $2, $3)")
        .bind(&id)
        .bind(&name)
        .bind(now.as_microsecond())
        .run(tx)
        .await?;
    let data = json!({ "after": { "name": name } });
    note(tx, actor, now, "department.created", &id, data).await?;
    Ok(id)
}

/// Rename, archive or restore a department.
pub async fn change_department(
    tx: &mut Tx,
    actor: &Actor,
    now: Timestamp,
    id: &str,
    state: DepartmentState,
) -> Result<()> {
    policy::require(policy::administers(actor))?;
    let row = sql("SELECT name, archived_at FROM department WHERE id = $1")
        .bind(id)
        .opt(&mut *tx)
        .await?
        .ok_or(Error::NotFound)?;
    let before = DepartmentState {
        name: row.get("name")?,
        archived: row.get::<Option<i64>>("archived_at")?.is_some(),
    };
    let name = check_title(&state.name)?;
    let after = DepartmentState { name, ..state };
    let Some(data) = difference(&before, &after)? else {
        return Ok(());
    };
    sql("UPDATE department SET name = $1, archived_at = $2 WHERE id = $3")
        .bind(&after.name)
        .bind(after.archived.then_some(now.as_microsecond()))
        .bind(id)
        .run(tx)
        .await?;
    note(tx, actor, now, "department.changed", id, data).await
}

async fn note(
    tx: &mut Tx,
    actor: &Actor,
    now: Timestamp,
    verb: &'static str,
    id: &str,
    data: Value,
) -> Result<()> {
    let object_kind = verb.split('.').next().unwrap_or_default();
    events::append(tx, actor, now, Event::audit(verb, object_kind, id, data)).await?;
    Ok(())
}
