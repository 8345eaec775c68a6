//! Signing in and out.

use jiff::{SignedDuration, Timestamp};
use mil_db::{On, Tx, sql};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use crate::Result;
use crate::actor::Actor;
use crate::clock::from_micros;
use crate::events::{self, Event};
use crate::random::{hash_secret, new_id, new_secret};
use crate::web::{Ctx, Me};

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

/// A browser that is signed in.
#[derive(Debug, Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Session {
    pub id: String,
    /// RFC 3339.
    pub created_at: String,
    /// RFC 3339, to about five minutes.
    pub seen_at: String,
    pub expires_at: String,
    pub ip: Option<String>,
    /// What the browser calls itself.
    pub agent: Option<String>,
    /// The one that asks.
    pub current: bool,
}

/// The living sessions of a person, last seen first.
pub async fn list<'a>(
    on: impl Into<On<'a>>,
    now: Timestamp,
    person_id: &str,
    current: Option<&str>,
) -> Result<Vec<Session>> {
    sql(
        "SELECT id, created_at, seen_at, expires_at, ip, agent FROM session
         WHERE person_id = $1 AND revoked_at IS NULL AND expires_at > $2
         ORDER BY seen_at DESC, id DESC",
    )
    .bind(person_id)
    .bind(now.as_microsecond())
    .all(on)
    .await?
    .iter()
    .map(|row| {
        let id: String = row.get("id")?;
        let at = |column| -> Result<String> { Ok(from_micros(row.get(column)?).to_string()) };
        Ok(Session {
            current: current == Some(id.as_str()),
            created_at: at("created_at")?,
            seen_at: at("seen_at")?,
            expires_at: at("expires_at")?,
            ip: row.get("ip")?,
            agent: row.get("agent")?,
            id,
        })
    })
    .collect()
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

/// End every session of a person, except one if given, and every sign-in that
/// has come half way. Done whenever a password or second factor changes or the
/// person is disabled.
pub async fn close_all(
    tx: &mut Tx,
    now: Timestamp,
    person_id: &str,
    except: Option<&str>,
) -> Result<u64> {
    sql("DELETE FROM one_time_link WHERE person_id = $1 AND purpose = 'second_step'")
        .bind(person_id)
        .run(tx)
        .await?;
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
    events::append(tx, actor, now, Event::audit(verb, "session", id, json!({}))).await?;
    Ok(())
}

/// End all of one's own sessions but the one that asks.
pub async fn close_others(me: &Me) -> Result<u64> {
    let mut tx = me.app.db.begin().await?;
    let this = me.actor.session_id.as_deref();
    let count = close_all(&mut tx, me.now, &me.actor.id, this).await?;
    let id = this.unwrap_or(&me.actor.id);
    note(&mut tx, &me.actor, me.now, "session.others_closed", id).await?;
    tx.commit().await?;
    Ok(count)
}
