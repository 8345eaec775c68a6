//! The second step at sign-in: switching it on and off, and taking it.
//!
//! Between the steps the browser holds a ticket, a one-time link of its own
//! kind: it says that the password was right and opens nothing by itself.

use jiff::{SignedDuration, Timestamp};
use mil_db::{Tx, sql};
use serde_json::{Value, json};

use crate::actor::{Actor, Via};
use crate::error::{Error, Msg, Result};
use crate::events::{self, Event};
use crate::people::factor::{self, Proof};
use crate::people::limiter::PER_ACCOUNT;
use crate::people::profile::check_own_password;
use crate::people::{auth, sessions, sign_in, store};
use crate::policy;
use crate::random::{hash_secret, new_secret};
use crate::web::{Ctx, Me};

/// How long a ticket is good for.
pub const TICKET_LIFE: SignedDuration = SignedDuration::from_mins(10);

/// Note that the password of a person was right. Returns the ticket's secret;
/// earlier ones end.
pub async fn ticket(ctx: &Ctx, person_id: &str) -> Result<String> {
    let secret = new_secret("");
    let mut tx = ctx.app.db.begin().await?;
    sql("DELETE FROM one_time_link WHERE person_id = $1 AND purpose = 'second_step'")
        .bind(person_id)
        .run(&mut tx)
        .await?;
    sql(
        "INSERT INTO one_time_link (token_hash, person_id, purpose, created_at, expires_at)
         VALUES ($1, $2, 'second_step', $3, $4)",
    )
    .bind(hash_secret(&secret))
    .bind(person_id)
    .bind(ctx.now.as_microsecond())
    .bind((ctx.now + TICKET_LIFE).as_microsecond())
    .run(&mut tx)
    .await?;
    tx.commit().await?;
    Ok(secret)
}

/// Take the second step. Returns the session's secret, and how many recovery
/// codes are left if one was used.
///
/// # Errors
/// [`Error::NotFound`] when the ticket is unknown, used or too old; then the
/// person begins again. [`Error::TooMany`] after a few wrong codes, wherever
/// they came from.
pub async fn take(ctx: &Ctx, ticket: &str, code: &str) -> Result<(String, Option<usize>)> {
    let row = sql("SELECT l.person_id FROM one_time_link l
         WHERE l.token_hash = $1 AND l.purpose = 'second_step' AND l.expires_at > $2")
    .bind(hash_secret(ticket))
    .bind(ctx.now.as_microsecond())
    .opt(&ctx.app.db)
    .await?
    .ok_or(Error::NotFound)?;
    let id: String = row.get("person_id")?;
    let mut person = auth::by_person(&ctx.app, &id, Via::Web)
        .await?
        .ok_or(Error::NotFound)?;
    person.ip.clone_from(&ctx.ip);
    person.agent.clone_from(&ctx.agent);
    let key = format!("code {id}");
    ctx.app.attempts.count(&key, PER_ACCOUNT, ctx.now)?;
    let mut tx = ctx.app.db.begin().await?;
    let Some(proof) = factor::accept(&mut tx, ctx.now, &id, code).await? else {
        tx.rollback().await?;
        sign_in::failed(ctx, &person.email, "second step").await?;
        return Err(Error::field(
            "code",
            "This code does not fit or was used already. Wait for the next one and type that.",
        ));
    };
    let used = sql("DELETE FROM one_time_link WHERE token_hash = $1")
        .bind(hash_secret(ticket))
        .run(&mut tx)
        .await?;
    if used == 0 {
        return Err(Error::NotFound);
    }
    let left = match proof {
        Proof::App => None,
        Proof::Recovery(left) => {
            let data = json!({ "left": left });
            note(
                &mut tx,
                &person,
                ctx.now,
                "person.recovery_code_used",
                &id,
                data,
            )
            .await?;
            Some(left)
        }
    };
    tx.commit().await?;
    ctx.app.attempts.clear(&key);
    Ok((sign_in::open(ctx, &person).await?, left))
}

/// A token may not change how an account is protected, or a stolen token would
/// become a stolen account.
pub fn in_person(actor: &Actor) -> Result<()> {
    if actor.session_id.is_some() {
        return Ok(());
    }
    Err(Error::Forbidden(Msg::new(
        "A token may not do this. Sign in with a browser and do it there.",
    )))
}

/// Begin: make a key, which counts only once a code of it was typed.
pub async fn begin(me: &Me) -> Result<()> {
    in_person(&me.actor)?;
    let mut tx = me.app.db.begin().await?;
    sql("UPDATE person SET totp_secret = $1 WHERE id = $2 AND totp_enabled_at IS NULL")
        .bind(factor::new_secret())
        .bind(&me.actor.id)
        .run(&mut tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// The key that waits for its first code.
pub async fn pending(me: &Me) -> Result<Option<String>> {
    in_person(&me.actor)?;
    let row = sql("SELECT totp_secret FROM person WHERE id = $1 AND totp_enabled_at IS NULL")
        .bind(&me.actor.id)
        .opt(&me.app.db)
        .await?;
    Ok(row
        .map(|row| row.get::<Option<String>>("totp_secret"))
        .transpose()?
        .flatten())
}

/// Switch it on; all other devices are signed out. Returns the recovery codes,
/// to show once.
pub async fn switch_on(me: &Me, current: &str, code: &str) -> Result<Vec<String>> {
    let key = pending(me).await?.ok_or(Error::NotFound)?;
    check_own_password(me, current).await?;
    let Some(step) = factor::step_of(&key, code, me.now)? else {
        return Err(Error::field(
            "code",
            "This code does not fit. Check the clock of your phone, then type the code it shows now.",
        ));
    };
    let (codes, hashes) = factor::new_codes();
    let mut tx = me.app.db.begin().await?;
    let on = sql(
        "UPDATE person SET totp_enabled_at = $1, totp_last_step = $2, recovery_codes = $3,
           updated_at = $1, version = version + 1
         WHERE id = $4 AND totp_enabled_at IS NULL AND totp_secret = $5",
    )
    .bind(me.now.as_microsecond())
    .bind(step)
    .bind(serde_json::to_string(&hashes)?)
    .bind(&me.actor.id)
    .bind(&key)
    .run(&mut tx)
    .await?;
    if on == 0 {
        return Err(Error::Conflict(Msg::new(
            "The second step was changed in another window. Open the page again.",
        )));
    }
    let this = me.actor.session_id.as_deref();
    sessions::close_all(&mut tx, me.now, &me.actor.id, this).await?;
    own(&mut tx, me, "person.second_step_on").await?;
    tx.commit().await?;
    Ok(codes)
}

/// Switch one's own off.
pub async fn switch_off(me: &Me, current: &str) -> Result<()> {
    in_person(&me.actor)?;
    check_own_password(me, current).await?;
    let mut tx = me.app.db.begin().await?;
    forget(&mut tx, me.now, &me.actor.id).await?;
    own(&mut tx, me, "person.second_step_off").await?;
    tx.commit().await?;
    Ok(())
}

/// Make new recovery codes; the old ones end.
pub async fn new_codes(me: &Me, current: &str) -> Result<Vec<String>> {
    in_person(&me.actor)?;
    check_own_password(me, current).await?;
    let (codes, hashes) = factor::new_codes();
    let mut tx = me.app.db.begin().await?;
    let done = sql("UPDATE person SET recovery_codes = $1
         WHERE id = $2 AND totp_enabled_at IS NOT NULL")
    .bind(serde_json::to_string(&hashes)?)
    .bind(&me.actor.id)
    .run(&mut tx)
    .await?;
    if done == 0 {
        return Err(Error::NotFound);
    }
    own(&mut tx, me, "person.recovery_codes_made").await?;
    tx.commit().await?;
    Ok(codes)
}

/// Take it away from somebody who lost it; their devices are signed out.
pub async fn remove(tx: &mut Tx, actor: &Actor, now: Timestamp, id: &str) -> Result<()> {
    policy::require(policy::administers(actor))?;
    let person = store::find(&mut *tx, id).await?.ok_or(Error::NotFound)?;
    if !person.second_factor {
        return Ok(());
    }
    forget(tx, now, id).await?;
    sessions::close_all(tx, now, id, None).await?;
    note(tx, actor, now, "person.second_step_removed", id, json!({})).await
}

async fn forget(tx: &mut Tx, now: Timestamp, id: &str) -> Result<()> {
    sql(
        "UPDATE person SET totp_secret = NULL, totp_enabled_at = NULL, totp_last_step = NULL,
           recovery_codes = NULL, updated_at = $1, version = version + 1 WHERE id = $2",
    )
    .bind(now.as_microsecond())
    .bind(id)
    .run(tx)
    .await?;
    Ok(())
}

async fn own(tx: &mut Tx, me: &Me, verb: &'static str) -> Result<()> {
    note(tx, &me.actor, me.now, verb, &me.actor.id, json!({})).await
}

async fn note(
    tx: &mut Tx,
    actor: &Actor,
    now: Timestamp,
    verb: &'static str,
    id: &str,
    data: Value,
) -> Result<()> {
    events::append(tx, actor, now, Event::audit(verb, "person", id, data)).await?;
    Ok(())
}
