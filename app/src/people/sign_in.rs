//! Proving who one is, from the sign-in page.

use mil_db::sql;
use serde_json::json;

use crate::actor::{Actor, Via};
use crate::error::{Error, Result};
use crate::events::{self, Event};
use crate::people::limiter::{PER_ACCOUNT, PER_ADDRESS};
use crate::people::{auth, password, second_step, sessions, verbs};
use crate::web::Ctx;

/// Where a right password leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// In: the secret of the new session.
    In(String),
    /// To the second step: the secret that says the password was right.
    SecondStep(String),
}

/// Sign in with address and password.
///
/// # Errors
/// The same words whether the address or the password is wrong or the account
/// disabled, after the same work, so that nobody can find out who has an
/// account. [`Error::TooMany`] after too many attempts, for unknown addresses
/// as well.
pub async fn sign_in(ctx: &Ctx, email: &str, secret: &str) -> Result<Entry> {
    let email = email.trim().to_lowercase();
    let from = ctx.ip.as_deref().unwrap_or_default();
    let (by_account, by_address) = (format!("in {from} {email}"), format!("in {from}"));
    let attempts = &ctx.app.attempts;
    attempts.count(&by_address, PER_ADDRESS, ctx.now)?;
    attempts.count(&by_account, PER_ACCOUNT, ctx.now)?;

    let row = sql("SELECT id, password_hash, totp_enabled_at FROM person
         WHERE email = $1 AND disabled_at IS NULL")
    .bind(&email)
    .opt(&ctx.app.db)
    .await?;
    let (id, hash, two_steps) = match &row {
        Some(row) => (
            Some(row.get::<String>("id")?),
            row.get::<Option<String>>("password_hash")?,
            row.get::<Option<i64>>("totp_enabled_at")?.is_some(),
        ),
        None => (None, None, false),
    };
    let fits = password::verify(secret.to_owned(), hash).await?;
    let person = match id {
        Some(id) if fits => auth::by_person(&ctx.app, &id, Via::Web).await?,
        _ => None,
    };
    let Some(person) = person else {
        failed(ctx, &email, "password").await?;
        return Err(Error::field(
            "password",
            "Address and password do not fit together. Check both, or ask for a new password.",
        ));
    };
    attempts.clear(&by_account);
    attempts.forgive(&by_address);
    if two_steps {
        return second_step::ticket(ctx, &person.id)
            .await
            .map(Entry::SecondStep);
    }
    open(ctx, &person).await.map(Entry::In)
}

/// Write a failed attempt into the audit log: the address, never the secret.
/// What does not look like an address is left out, because people type their
/// password into the wrong field.
pub async fn failed(ctx: &Ctx, email: &str, what: &str) -> Result<()> {
    let email = if verbs::check_email(email).is_ok() {
        email
    } else {
        ""
    };
    let nobody = Actor {
        name: String::new(),
        via: if ctx.api { Via::Api } else { Via::Web },
        ip: ctx.ip.clone(),
        agent: ctx.agent.clone(),
        ..Actor::system()
    };
    let mut tx = ctx.app.db.begin().await?;
    events::append(
        &mut tx,
        &nobody,
        ctx.now,
        Event::audit(
            "sign_in.failed",
            "sign_in",
            email,
            json!({ "email": email, "wrong": what }),
        ),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Open a session for somebody whose identity has been proven. It is always a
/// new one: a cookie that was there before is worth nothing afterwards, and
/// the session behind it ends.
pub async fn open(ctx: &Ctx, person: &Actor) -> Result<String> {
    let mut person = person.clone();
    person.ip.clone_from(&ctx.ip);
    person.agent.clone_from(&ctx.agent);
    let mut tx = ctx.app.db.begin().await?;
    if let Some(old) = ctx.actor.as_deref()
        && let Some(session) = &old.session_id
    {
        sessions::close(&mut tx, old, ctx.now, &old.id, session).await?;
    }
    let secret = sessions::open(&mut tx, ctx, &person).await?;
    tx.commit().await?;
    Ok(secret)
}

/// Forget the failed attempts on an account from here: its owner has proven
/// to be somebody whom an administrator gave a link.
pub fn forget_attempts(ctx: &Ctx, email: &str) {
    let from = ctx.ip.as_deref().unwrap_or_default();
    ctx.app.attempts.clear(&format!("in {from} {email}"));
}
