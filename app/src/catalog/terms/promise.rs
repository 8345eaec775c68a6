//! Promises: targets by priority on a calendar, and who is told when.

use mil_db::sql;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::actor::Actor;
use crate::catalog::PromiseDef;
use crate::catalog::terms::{fine, lock, name, note};
use crate::error::{Error, FieldError, Msg, Result};
use crate::policy;
use crate::random::new_id;
use crate::web::Ctx;
use crate::work::recompute;

/// The most escalations of a promise.
const MAX_ESCALATIONS: usize = 20;

/// A promise to make, or its new state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PromiseInput {
    /// What it is called.
    pub name: String,
    /// The calendar in whose working time it counts.
    pub calendar_id: String,
    /// Targets and escalations.
    pub definition: PromiseDef,
}

/// Tidy up and check what can be checked without the database.
pub fn check(input: &mut PromiseInput) -> Result<()> {
    let mut wrong = Vec::new();
    input.name = name("name", &input.name, &mut wrong);
    wrong.extend(input.definition.check());
    if input.definition.escalations.len() > MAX_ESCALATIONS {
        let msg = Msg::new("Keep {n} lines or fewer.").with("n", MAX_ESCALATIONS);
        wrong.push(FieldError::new("escalations", msg));
    }
    let mut seen = Vec::new();
    for (i, e) in input.definition.escalations.iter().enumerate() {
        if seen.contains(e) {
            wrong.push(FieldError::new(
                format!("escalations[{i}].share"),
                "This line is there twice. Remove one.",
            ));
        }
        seen.push(e.clone());
    }
    fine(wrong)
}

async fn check_calendar(tx: &mut mil_db::Tx, id: &str) -> Result<()> {
    let known = sql("SELECT id FROM calendar WHERE id = $1 AND archived_at IS NULL")
        .bind(id)
        .opt(tx)
        .await?;
    if known.is_none() {
        return Err(Error::field("calendar_id", "Choose one of the list."));
    }
    Ok(())
}

/// Make a promise. Returns its id.
pub async fn create(ctx: &Ctx, actor: &Actor, input: PromiseInput) -> Result<String> {
    let mut tx = ctx.app.db.begin().await?;
    let id = create_in(&mut tx, ctx, actor, input).await?;
    tx.commit().await?;
    Ok(id)
}

/// [`create`] inside a transaction.
pub(crate) async fn create_in(
    tx: &mut mil_db::Tx,
    ctx: &Ctx,
    actor: &Actor,
    mut input: PromiseInput,
) -> Result<String> {
    policy::require(policy::shapes_catalog(actor))?;
    check(&mut input)?;
    let id = new_id(ctx.now);
    check_calendar(tx, &input.calendar_id).await?;
    sql(
        "INSERT INTO promise (id, name, calendar_id, definition, updated_at, version)
         VALUES ($1, $2, $3, $4, $5, 1)",
    )
    .bind(&id)
    .bind(&input.name)
    .bind(&input.calendar_id)
    .bind(serde_json::to_string(&input.definition)?)
    .bind(ctx.now.as_microsecond())
    .run(&mut *tx)
    .await?;
    let data = json!({ "after": input });
    note(tx, actor, ctx.now, "promise.created", &id, data).await?;
    Ok(id)
}

/// Change a promise. Open requests that it was made for get new due dates in
/// the background.
pub async fn update(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    expect: Option<i64>,
    mut input: PromiseInput,
) -> Result<()> {
    policy::require(policy::shapes_catalog(actor))?;
    let mut tx = ctx.app.db.begin().await?;
    let row = lock(&mut tx, "promise", id, expect).await?;
    check(&mut input)?;
    let before = PromiseInput {
        name: row.get("name")?,
        calendar_id: row.get("calendar_id")?,
        definition: row.json("definition")?,
    };
    if before == input {
        return Ok(());
    }
    if before.calendar_id != input.calendar_id {
        check_calendar(&mut tx, &input.calendar_id).await?;
    }
    sql(
        "UPDATE promise SET name = $2, calendar_id = $3, definition = $4, updated_at = $5,
            version = version + 1 WHERE id = $1",
    )
    .bind(id)
    .bind(&input.name)
    .bind(&input.calendar_id)
    .bind(serde_json::to_string(&input.definition)?)
    .bind(ctx.now.as_microsecond())
    .run(&mut tx)
    .await?;
    let moved = before.calendar_id != input.calendar_id || before.definition != input.definition;
    if moved {
        recompute::enqueue(&mut tx, ctx.now, id, "promise.changed", &input.name).await?;
    }
    let data = json!({ "before": before, "after": input });
    note(&mut tx, actor, ctx.now, "promise.changed", id, data).await?;
    tx.commit().await?;
    Ok(())
}

/// Put a promise away, or take it out again. One that a service makes stays.
pub async fn archive(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    expect: Option<i64>,
    away: bool,
) -> Result<()> {
    policy::require(policy::shapes_catalog(actor))?;
    let mut tx = ctx.app.db.begin().await?;
    let row = lock(&mut tx, "promise", id, expect).await?;
    let used: i64 =
        sql("SELECT COUNT(*) AS n FROM service WHERE promise_id = $1 AND retired_at IS NULL")
            .bind(id)
            .value("n", &mut tx)
            .await?;
    if away && used > 0 {
        return Err(Error::Conflict(Msg::new(
            "Services make this promise. Give them another one first.",
        )));
    }
    if !away {
        check_calendar(&mut tx, &row.get::<String>("calendar_id")?).await?;
    }
    sql("UPDATE promise SET archived_at = $2, version = version + 1 WHERE id = $1")
        .bind(id)
        .bind(away.then_some(ctx.now.as_microsecond()))
        .run(&mut tx)
        .await?;
    let verb = if away {
        "promise.archived"
    } else {
        "promise.restored"
    };
    note(&mut tx, actor, ctx.now, verb, id, json!({})).await?;
    tx.commit().await?;
    Ok(())
}
