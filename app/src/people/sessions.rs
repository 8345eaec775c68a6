//! Signing in and out.

use jiff::{SignedDuration, Timestamp};
use mil_db::{Tx, sql};
use serde_json::json;

use crate::Result;
use crate::actor::Actor;
use crate::events::{self, Audience, Event};
use crate::random::{hash_secret, new_id, new_secret};
use crate::web::Ctx;

/// How long a session lives.
pub const LIFE: SignedDuration = SignedDuration::from_hours(24 * 14);

/// Open a session for a person whose identity has been proven. Returns the
/// secret for the cookie; only its hash is kept.
pub async fn open(tx: &mut Tx, ctx: &Ctx, person: &Actor) -> Result<String> {
    let secret = new_secret("");
    let id = new_id(ctx.now);
    sql("INSERT INTO session (id, token_hash, person_id, created_at, seen_at, expires_at, ip, agent)
         VALUES ($1, $2, $3, $4, $4, $5, $6, $7)")
        .bind(&id)
        .bind(hash_secret(&secret))
        .bind(&person.id)
        .bind(ctx.now.as_microsecond())
        .bind((ctx.now + LIFE).as_microsecond())
        .bind(&ctx.ip)
        .bind(&ctx.agent)
        .run(tx)
        .await?;
    note(tx, person, ctx.now, "session.opened", &id).await?;
    Ok(secret)
}

/// End one session of `person_id`; false when there is no such open session.
pub async fn close(
    tx: &mut Tx,
    actor: &Actor,
    now: Timestamp,
    person_id: &str,
    id: &str,
) -> Result<bool> {
    let closed = sql("UPDATE session SET revoked_at = $1
         WHERE id = $2 AND person_id = $3 AND revoked_at IS NULL")
    .bind(now.as_microsecond())
    .bind(id)
    .bind(person_id)
    .run(tx)
    .await?;
    if closed > 0 {
        note(tx, actor, now, "session.closed", id).await?;
    }
    Ok(closed > 0)
}

/// End every session of a person, except one if given. Done whenever a
/// password or second factor changes or the person is disabled.
pub async fn close_all(
    tx: &mut Tx,
    now: Timestamp,
    person_id: &str,
    except: Option<&str>,
) -> Result<u64> {
    Ok(sql("UPDATE session SET revoked_at = $1
         WHERE person_id = $2 AND revoked_at IS NULL AND id <> $3")
    .bind(now.as_microsecond())
    .bind(person_id)
    .bind(except.unwrap_or_default())
    .run(tx)
    .await?)
}

async fn note(
    tx: &mut Tx,
    actor: &Actor,
    now: Timestamp,
    verb: &'static str,
    id: &str,
) -> Result<()> {
    events::append(
        tx,
        actor,
        now,
        Event {
            verb,
            object_kind: "session",
            object_id: id,
            item_id: None,
            audience: Audience::Audit,
            data: json!({}),
        },
    )
    .await?;
    Ok(())
}
