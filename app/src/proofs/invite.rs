//! Who is asked: people with accounts, and people outside by a link of their own.

use jiff::SignedDuration;
use mil_db::{Tx, sql};
use serde_json::json;

use crate::actor::Actor;
use crate::error::{Error, Msg, Result};
use crate::people;
use crate::proofs::model::Proof;
use crate::proofs::store;
use crate::proofs::verbs::{is_open, note, tell_all, text};
use crate::random::{hash_secret, new_id, new_secret};
use crate::web::Ctx;

/// The most people who are asked in one round.
pub const MOST: usize = 50;
/// The longest that a link leads here, in days.
pub const MAX_DAYS: i64 = 90;

/// Ask somebody, in the transaction; nothing happens if they are asked already.
pub(crate) async fn ask(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    proof: &Proof,
    person_id: &str,
) -> Result<()> {
    let person = people::store::find(&mut *tx, person_id)
        .await?
        .filter(|p| !p.disabled)
        .ok_or_else(|| Error::field("person", "Choose somebody who has an account."))?;
    let known = sql("SELECT removed_at FROM proof_reviewer WHERE proof_id = $1 AND person_id = $2")
        .bind(&proof.id)
        .bind(&person.id)
        .opt(&mut *tx)
        .await?;
    match known {
        Some(row) if row.get::<Option<i64>>("removed_at")?.is_none() => return Ok(()),
        Some(_) => {
            sql("UPDATE proof_reviewer SET removed_at = NULL WHERE proof_id = $1 AND person_id = $2")
                .bind(&proof.id)
                .bind(&person.id)
                .run(tx)
                .await?;
        }
        None => {
            count(tx, proof).await?;
            sql(
                "INSERT INTO proof_reviewer (id, proof_id, person_id, name, invited_by, invited_at)
                 VALUES ($1, $2, $3, '', $4, $5)",
            )
            .bind(new_id(ctx.now))
            .bind(&proof.id)
            .bind(&person.id)
            .bind(&actor.id)
            .bind(ctx.now.as_microsecond())
            .run(tx)
            .await?;
        }
    }
    let data = json!({ "person": person.id, "name": person.name });
    let event = note(tx, ctx, actor, proof, "proof.reviewer_asked", false, data).await?;
    if person.id != actor.id {
        tell_all(tx, ctx, &event, &[person.id], "proof_asked", proof).await?;
    }
    Ok(())
}

async fn count(tx: &mut Tx, proof: &Proof) -> Result<()> {
    let asked: i64 = sql("SELECT COUNT(*) AS n FROM proof_reviewer WHERE proof_id = $1")
        .bind(&proof.id)
        .value("n", tx)
        .await?;
    if usize::try_from(asked).unwrap_or(MOST) >= MOST {
        let msg = Msg::new("Ask at most {n} people.").with("n", MOST);
        return Err(Error::field("person", msg));
    }
    Ok(())
}

/// Ask somebody who has an account. They see the round, whatever else they see.
pub async fn person(ctx: &Ctx, actor: &Actor, id: &str, person_id: &str) -> Result<()> {
    let mut tx = ctx.app.db.begin().await?;
    let round = store::lock_to_run(&mut tx, actor, id).await?;
    is_open(&round.proof)?;
    ask(&mut tx, ctx, actor, &round.proof, person_id).await?;
    tx.commit().await?;
    Ok(())
}

/// Ask somebody outside. Returns the secret of their link, which is not kept.
pub async fn outsider(ctx: &Ctx, actor: &Actor, id: &str, name: &str, days: i64) -> Result<String> {
    let name = text("name", name, 160)?;
    if name.is_empty() {
        return Err(Error::field("name", "Say whom the link is for."));
    }
    if !(1..=MAX_DAYS).contains(&days) {
        let msg = Msg::new("Give a number of days from 1 to {n}.").with("n", MAX_DAYS);
        return Err(Error::field("days", msg));
    }
    let mut tx = ctx.app.db.begin().await?;
    let round = store::lock_to_run(&mut tx, actor, id).await?;
    is_open(&round.proof)?;
    count(&mut tx, &round.proof).await?;
    let secret = new_secret("proof_");
    let until = ctx.now + SignedDuration::from_hours(24 * days);
    sql("INSERT INTO proof_reviewer (id, proof_id, name, token_hash, expires_at, invited_by, invited_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)")
    .bind(new_id(ctx.now))
    .bind(id)
    .bind(&name)
    .bind(hash_secret(&secret))
    .bind(until.as_microsecond())
    .bind(&actor.id)
    .bind(ctx.now.as_microsecond())
    .run(&mut tx)
    .await?;
    let data = json!({ "name": name, "until": until.to_string() });
    note(
        &mut tx,
        ctx,
        actor,
        &round.proof,
        "proof.outsider_asked",
        false,
        data,
    )
    .await?;
    tx.commit().await?;
    Ok(secret)
}

/// Ask somebody no more; their link leads nowhere from now on. What they said stays.
pub async fn remove(ctx: &Ctx, actor: &Actor, id: &str, reviewer_id: &str) -> Result<()> {
    let mut tx = ctx.app.db.begin().await?;
    let round = store::lock_to_run(&mut tx, actor, id).await?;
    let reviewer = round
        .asked()
        .find(|r| r.id == reviewer_id)
        .ok_or(Error::NotFound)?;
    is_open(&round.proof)?;
    sql("UPDATE proof_reviewer SET removed_at = $1 WHERE id = $2")
        .bind(ctx.now.as_microsecond())
        .bind(&reviewer.id)
        .run(&mut tx)
        .await?;
    let data = json!({ "name": reviewer.name });
    note(
        &mut tx,
        ctx,
        actor,
        &round.proof,
        "proof.reviewer_removed",
        false,
        data,
    )
    .await?;
    tx.commit().await?;
    Ok(())
}
