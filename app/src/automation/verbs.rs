//! What leads do to rules: each one transaction with its event.

use mil_db::{Tx, sql};
use serde_json::{Value, json};

use crate::actor::Actor;
use crate::automation::model::{Deed, Def};
use crate::automation::store::{self, Rule};
use crate::catalog::Catalog;
use crate::error::{Error, FieldError, Msg, Result};
use crate::events::{self, Event};
use crate::policy;
use crate::random::new_id;
use crate::web::Ctx;

/// The most rules of an installation.
const MOST: usize = 200;

async fn note(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    verb: &'static str,
    rule: &Rule,
) -> Result<()> {
    let data = json!({ "name": rule.name, "version": rule.version });
    let event = Event::audit(verb, "rule", &rule.id, data);
    events::append(tx, actor, ctx.now, event).await?;
    Ok(())
}

/// Everything that is wrong with a rule as it is to be.
fn check(actor: &Actor, catalog: &Catalog, name: &str, def: &Def) -> Result<()> {
    policy::require(policy::shapes_catalog(actor))?;
    let mut wrong = def.check(catalog);
    if name.trim().is_empty() || name.chars().count() > 120 {
        wrong.insert(
            0,
            FieldError::new("name", "Give it a name of at most 120 characters."),
        );
    }
    // What goes outside is for administrators to open.
    let calls = def.then.iter().any(|d| matches!(d, Deed::Webhook { .. }));
    if calls && !policy::administers(actor) {
        wrong.push(FieldError::new(
            "deed1",
            "Only administrators may let a rule call an endpoint.",
        ));
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(Error::Invalid(wrong))
    }
}

async fn keep_version(tx: &mut Tx, ctx: &Ctx, actor: &Actor, rule: &Rule) -> Result<()> {
    sql(
        "INSERT INTO automation_version (rule_id, version, name, def, by_name, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&rule.id)
    .bind(rule.version)
    .bind(&rule.name)
    .bind(serde_json::to_string(&rule.def)?)
    .bind(&actor.name)
    .bind(ctx.now.as_microsecond())
    .run(tx)
    .await?;
    Ok(())
}

/// Make a rule; whoever makes it is its owner.
pub async fn create(ctx: &Ctx, actor: &Actor, name: &str, def: &Def, on: bool) -> Result<Rule> {
    let catalog = ctx.app.catalog().await?;
    let mut tx = ctx.app.db.begin().await?;
    let rule = create_in(&mut tx, ctx, actor, &catalog, (name, def), on).await?;
    tx.commit().await?;
    Ok(rule)
}

/// The same in a transaction, with the catalogue as it is there.
pub async fn create_in(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    catalog: &Catalog,
    (name, def): (&str, &Def),
    on: bool,
) -> Result<Rule> {
    check(actor, catalog, name, def)?;
    let id = new_id(ctx.now);
    let all = store::all(&mut *tx).await?;
    if all.len() >= MOST {
        return Err(Error::Conflict(
            Msg::new("There are {n} rules already. Remove one first.").with("n", MOST),
        ));
    }
    let last = all.last().map_or(0, |rule| rule.position);
    sql(
        "INSERT INTO automation_rule (id, name, position, owner_id, def, version, active_at, created_at)
         VALUES ($1, $2, $3, $4, $5, 1, $6, $7)",
    )
    .bind(&id)
    .bind(name.trim())
    .bind(last + 1)
    .bind(&actor.id)
    .bind(serde_json::to_string(def)?)
    .bind(on.then_some(ctx.now.as_microsecond()))
    .bind(ctx.now.as_microsecond())
    .run(&mut *tx)
    .await?;
    let rule = store::find(&mut *tx, &id).await?;
    keep_version(tx, ctx, actor, &rule).await?;
    note(tx, ctx, actor, "rule.created", &rule).await?;
    Ok(rule)
}

/// Say something else. A new version, and whoever changes it is its owner: a
/// rule never does what its last author may not.
pub async fn change(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    expect: Option<i64>,
    name: &str,
    def: &Def,
) -> Result<Rule> {
    let catalog = ctx.app.catalog().await?;
    let mut tx = ctx.app.db.begin().await?;
    let rule = change_in(&mut tx, ctx, actor, &catalog, (id, expect), (name, def)).await?;
    tx.commit().await?;
    Ok(rule)
}

/// The same in a transaction, with the catalogue as it is there.
pub async fn change_in(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    catalog: &Catalog,
    (id, expect): (&str, Option<i64>),
    (name, def): (&str, &Def),
) -> Result<Rule> {
    check(actor, catalog, name, def)?;
    let before = store::lock(tx, id).await?;
    if expect.is_some_and(|v| v != before.version) {
        return Err(Error::Stale(Msg::new(
            "Somebody else changed this rule meanwhile. Look at what changed, then save again.",
        )));
    }
    sql(
        "UPDATE automation_rule SET name = $1, def = $2, owner_id = $3, version = version + 1
         WHERE id = $4",
    )
    .bind(name.trim())
    .bind(serde_json::to_string(def)?)
    .bind(&actor.id)
    .bind(&before.id)
    .run(&mut *tx)
    .await?;
    let rule = store::find(&mut *tx, id).await?;
    keep_version(tx, ctx, actor, &rule).await?;
    note(tx, ctx, actor, "rule.changed", &rule).await?;
    Ok(rule)
}

/// Switch a rule on (again) or off. It acts on what happens from then on.
pub async fn switch(ctx: &Ctx, actor: &Actor, id: &str, on: bool) -> Result<Rule> {
    policy::require(policy::shapes_catalog(actor))?;
    let mut tx = ctx.app.db.begin().await?;
    let rule = store::lock(&mut tx, id).await?;
    sql("UPDATE automation_rule SET active_at = $1, stopped_at = NULL WHERE id = $2")
        .bind(on.then_some(ctx.now.as_microsecond()))
        .bind(&rule.id)
        .run(&mut tx)
        .await?;
    let verb = if on { "rule.on" } else { "rule.off" };
    note(&mut tx, ctx, actor, verb, &rule).await?;
    let rule = store::find(&mut tx, id).await?;
    tx.commit().await?;
    Ok(rule)
}

/// Let a rule run before the one that stands above it.
pub async fn raise(ctx: &Ctx, actor: &Actor, id: &str) -> Result<Rule> {
    policy::require(policy::shapes_catalog(actor))?;
    let mut tx = ctx.app.db.begin().await?;
    let rule = store::lock(&mut tx, id).await?;
    let all = store::all(&mut tx).await?;
    let at = all.iter().position(|r| r.id == rule.id).unwrap_or(0);
    if let Some(above) = at.checked_sub(1).and_then(|i| all.get(i)) {
        for (id, position) in [(&rule.id, above.position), (&above.id, rule.position)] {
            sql("UPDATE automation_rule SET position = $1 WHERE id = $2")
                .bind(position)
                .bind(id)
                .run(&mut tx)
                .await?;
        }
        note(&mut tx, ctx, actor, "rule.raised", &rule).await?;
    }
    tx.commit().await?;
    Ok(rule)
}

/// Remove a rule; its log stays.
pub async fn remove(ctx: &Ctx, actor: &Actor, id: &str) -> Result<Rule> {
    let mut tx = ctx.app.db.begin().await?;
    let rule = remove_in(&mut tx, ctx, actor, id).await?;
    tx.commit().await?;
    Ok(rule)
}

/// The same in a transaction.
pub async fn remove_in(tx: &mut Tx, ctx: &Ctx, actor: &Actor, id: &str) -> Result<Rule> {
    policy::require(policy::shapes_catalog(actor))?;
    let rule = store::lock(tx, id).await?;
    sql("UPDATE automation_rule SET removed_at = $1, active_at = NULL WHERE id = $2")
        .bind(ctx.now.as_microsecond())
        .bind(&rule.id)
        .run(&mut *tx)
        .await?;
    note(tx, ctx, actor, "rule.removed", &rule).await?;
    Ok(rule)
}

/// Try everything again that was parked. Returns how many.
pub async fn again(ctx: &Ctx, actor: &Actor, id: &str) -> Result<u64> {
    policy::require(policy::shapes_catalog(actor))?;
    let mut tx = ctx.app.db.begin().await?;
    let rule = store::lock(&mut tx, id).await?;
    let count = sql(
        "UPDATE automation_run SET state = 'waiting', attempts = 0, not_before = $1,
         ended_at = NULL WHERE rule_id = $2 AND state = 'parked'",
    )
    .bind(ctx.now.as_microsecond())
    .bind(&rule.id)
    .run(&mut tx)
    .await?;
    note(&mut tx, ctx, actor, "rule.retried", &rule).await?;
    tx.commit().await?;
    Ok(count)
}

/// A version of a rule.
#[derive(Debug)]
#[allow(missing_docs)]
pub struct Version {
    pub version: i64,
    pub by: String,
    pub at: jiff::Timestamp,
    pub def: Value,
}

/// What a rule said, newest first.
pub async fn versions(db: &mil_db::Db, id: &str) -> Result<Vec<Version>> {
    sql(
        "SELECT version, by_name, created_at, def FROM automation_version
         WHERE rule_id = $1 ORDER BY version DESC LIMIT 50",
    )
    .bind(id)
    .all(db)
    .await?
    .iter()
    .map(|row| {
        Ok(Version {
            version: row.get("version")?,
            by: row.get("by_name")?,
            at: crate::clock::from_micros(row.get("created_at")?),
            def: row.json("def")?,
        })
    })
    .collect()
}
