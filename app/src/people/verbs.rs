//! What can be done with accounts.

use mil_db::sql;
use serde_json::json;

use crate::actor::{Actor, Role, Via};
use crate::error::{Error, FieldError, Result};
use crate::events::{self, Audience, Event};
use crate::people::{auth, password, sessions, store};
use crate::web::Ctx;

/// Create the first administrator. Works once, while there is nobody.
pub async fn found(ctx: &Ctx, name: &str, email: &str, secret: &str) -> Result<String> {
    let mut wrong = Vec::new();
    if name.trim().is_empty() {
        wrong.push(FieldError::new("name", "Give your name."));
    }
    if let Err(error) = check_email(email) {
        wrong.push(error);
    }
    if let Err(error) = password::check("password", secret, email, name) {
        wrong.push(error);
    }
    if !wrong.is_empty() {
        return Err(Error::Invalid(wrong));
    }
    let hash = password::hash(secret.to_owned()).await?;
    let mut tx = ctx.app.db.begin().await?;
    if store::anybody(&mut tx).await? {
        return Err(Error::NotFound);
    }
    let id = store::insert(
        &mut tx,
        ctx.now,
        email,
        name,
        Role::Administrator,
        None,
        None,
        Some(&hash),
    )
    .await?;
    events::append(
        &mut tx,
        &Actor::system(),
        ctx.now,
        Event {
            verb: "person.founded",
            object_kind: "person",
            object_id: &id,
            item_id: None,
            audience: Audience::Audit,
            data: json!({ "email": email.trim().to_lowercase() }),
        },
    )
    .await?;
    tx.commit().await?;
    let person = auth::by_person(&ctx.app, &id, Via::Web)
        .await?
        .ok_or(Error::NotFound)?;
    open(ctx, &person).await
}

/// An address that mail could reach, as far as one can see.
pub fn check_email(email: &str) -> std::result::Result<(), FieldError> {
    let email = email.trim();
    let fits = email.len() <= 254
        && !email.contains(char::is_whitespace)
        && email.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty()
                && domain.contains('.')
                && !domain.starts_with('.')
                && !domain.ends_with('.')
        });
    if fits {
        Ok(())
    } else {
        Err(FieldError::new(
            "email",
            "Give an address like name@example.org.",
        ))
    }
}

/// Sign in with address and password. Returns the session's secret.
///
/// # Errors
/// The same words whether the address or the password is wrong, after the same
/// work, so that nobody can find out who has an account.
pub async fn sign_in(ctx: &Ctx, email: &str, secret: &str) -> Result<String> {
    let row = sql("SELECT id, password_hash FROM person WHERE email = $1 AND disabled_at IS NULL")
        .bind(email.trim().to_lowercase())
        .opt(&ctx.app.db)
        .await?;
    let (id, hash) = match &row {
        Some(row) => (
            Some(row.get::<String>("id")?),
            row.get::<Option<String>>("password_hash")?,
        ),
        None => (None, None),
    };
    let fits = password::verify(secret.to_owned(), hash).await?;
    let person = match id {
        Some(id) if fits => auth::by_person(&ctx.app, &id, Via::Web).await?,
        _ => None,
    };
    let person = person.ok_or_else(|| {
        Error::field(
            "password",
            "Address and password do not fit together. Check both, or ask for a new password.",
        )
    })?;
    open(ctx, &person).await
}

/// Open a session for somebody whose identity has been proven.
pub async fn open(ctx: &Ctx, person: &Actor) -> Result<String> {
    let mut person = person.clone();
    person.ip.clone_from(&ctx.ip);
    person.agent.clone_from(&ctx.agent);
    let mut tx = ctx.app.db.begin().await?;
    let secret = sessions::open(&mut tx, ctx, &person).await?;
    tx.commit().await?;
    Ok(secret)
}
