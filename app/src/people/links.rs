//! Links that work once: invitations and new passwords. There is no mail
//! server; the administrator hands the link over.
//!
//! The link shows a form; only sending the form uses it up, so that programs
//! which open links ahead of people do no harm.

use jiff::{SignedDuration, Timestamp};
use mil_db::{On, Tx, sql};
use serde_json::json;

use crate::actor::{Actor, Via};
use crate::error::{Error, Result};
use crate::events::{self, Event};
use crate::people::{auth, password, sessions, sign_in};
use crate::random::{hash_secret, new_secret};
use crate::web::Ctx;

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Join: choose the first password.
    Invite,
    /// Choose a new password.
    Reset,
}

impl Purpose {
    /// The word in the database.
    pub fn key(self) -> &'static str {
        match self {
            Purpose::Invite => "invite",
            Purpose::Reset => "reset",
        }
    }

    /// For how long a link works.
    pub fn life(self) -> SignedDuration {
        match self {
            Purpose::Invite => SignedDuration::from_hours(7 * 24),
            Purpose::Reset => SignedDuration::from_hours(24),
        }
    }

    fn made(self) -> &'static str {
        match self {
            Purpose::Invite => "person.invited",
            Purpose::Reset => "person.reset_link_made",
        }
    }
}

/// Make a link for somebody and return its secret. Earlier ones stop working.
pub async fn make(
    tx: &mut Tx,
    actor: &Actor,
    now: Timestamp,
    person_id: &str,
    purpose: Purpose,
) -> Result<String> {
    end_all(tx, now, person_id).await?;
    let secret = new_secret("");
    let expires = now + purpose.life();
    sql(
        "INSERT INTO one_time_link (token_hash, person_id, purpose, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(hash_secret(&secret))
    .bind(person_id)
    .bind(purpose.key())
    .bind(now.as_microsecond())
    .bind(expires.as_microsecond())
    .run(tx)
    .await?;
    let data = json!({ "expires_at": expires.to_string() });
    note(tx, actor, now, purpose.made(), person_id, data).await?;
    Ok(secret)
}

/// The address to hand over.
pub fn address(public_url: &str, secret: &str) -> String {
    format!("{}/link/{secret}", public_url.trim_end_matches('/'))
}

/// Make all links of somebody stop working.
pub async fn end_all(tx: &mut Tx, now: Timestamp, person_id: &str) -> Result<()> {
    sql("UPDATE one_time_link SET used_at = $1
         WHERE person_id = $2 AND used_at IS NULL AND purpose IN ('invite', 'reset')")
    .bind(now.as_microsecond())
    .bind(person_id)
    .run(tx)
    .await?;
    Ok(())
}

/// Whom a link is for.
#[derive(Debug)]
#[allow(missing_docs)]
pub struct Found {
    pub person_id: String,
    pub name: String,
    pub email: String,
    pub invite: bool,
}

/// The link behind a secret, if it still works and its person is not disabled.
///
/// # Errors
/// [`Error::NotFound`] for used, expired, replaced and unknown ones alike.
pub async fn find<'a>(on: impl Into<On<'a>>, now: Timestamp, secret: &str) -> Result<Found> {
    let row = sql(
        "SELECT l.purpose, p.id, p.name, p.email FROM one_time_link l
         JOIN person p ON p.id = l.person_id
         WHERE l.token_hash = $1 AND l.purpose IN ('invite', 'reset') AND l.used_at IS NULL
           AND l.expires_at > $2 AND p.disabled_at IS NULL",
    )
    .bind(hash_secret(secret))
    .bind(now.as_microsecond())
    .opt(on)
    .await?
    .ok_or(Error::NotFound)?;
    Ok(Found {
        person_id: row.get("id")?,
        name: row.get("name")?,
        email: row.get("email")?,
        invite: row.get::<String>("purpose")? == "invite",
    })
}

/// Use the link up: set the password, end all sessions. Whoever has a second
/// factor still needs it to sign in, so nobody is signed in here.
pub async fn use_up(ctx: &Ctx, secret: &str, new: &str) -> Result<Found> {
    let found = find(&ctx.app.db, ctx.now, secret).await?;
    password::check("password", new, &found.email, &found.name)
        .map_err(|error| Error::Invalid(vec![error]))?;
    let hash = password::hash(new.to_owned()).await?;
    let mut person = auth::by_person(&ctx.app, &found.person_id, Via::Web)
        .await?
        .ok_or(Error::NotFound)?;
    person.ip.clone_from(&ctx.ip);
    person.agent.clone_from(&ctx.agent);
    let mut tx = ctx.app.db.begin().await?;
    // Two at the same moment meet here; only one finds it unused.
    let used = sql(
        "UPDATE one_time_link SET used_at = $1 WHERE token_hash = $2 AND used_at IS NULL
           AND expires_at > $1",
    )
    .bind(ctx.now.as_microsecond())
    .bind(hash_secret(secret))
    .run(&mut tx)
    .await?;
    if used == 0 {
        return Err(Error::NotFound);
    }
    sql("UPDATE person SET password_hash = $1, updated_at = $2, version = version + 1 WHERE id = $3")
        .bind(hash)
        .bind(ctx.now.as_microsecond())
        .bind(&found.person_id)
        .run(&mut tx)
        .await?;
    sessions::close_all(&mut tx, ctx.now, &found.person_id, None).await?;
    let verb = if found.invite {
        "person.joined"
    } else {
        "person.password_reset"
    };
    note(&mut tx, &person, ctx.now, verb, &found.person_id, json!({})).await?;
    tx.commit().await?;
    sign_in::forget_attempts(ctx, &found.email);
    Ok(found)
}

async fn note(
    tx: &mut Tx,
    actor: &Actor,
    now: Timestamp,
    verb: &'static str,
    person_id: &str,
    data: serde_json::Value,
) -> Result<()> {
    events::append(
        tx,
        actor,
        now,
        Event::audit(verb, "person", person_id, data),
    )
    .await?;
    Ok(())
}
