//! API tokens: made once, shown once, kept as a hash.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use mil_db::{On, Tx, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::actor::{Actor, Role, Scope};
use crate::clock::from_micros;
use crate::error::{Error, FieldError, Msg, Result};
use crate::events::{self, Event};
use crate::people::profile::check_line;
use crate::random::{hash_secret, new_id, new_secret};
use crate::web::Me;

/// A token, without its secret.
#[derive(Debug, Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Token {
    pub id: String,
    pub name: String,
    pub scopes: BTreeSet<Scope>,
    /// RFC 3339.
    pub created_at: String,
    pub expires_at: Option<String>,
    /// To about five minutes.
    pub used_at: Option<String>,
    pub expired: bool,
}

/// The tokens of a person that are not revoked, newest first.
pub async fn list<'a>(
    on: impl Into<On<'a>>,
    now: Timestamp,
    person_id: &str,
) -> Result<Vec<Token>> {
    sql(
        "SELECT id, name, scopes, created_at, expires_at, used_at FROM api_token
         WHERE person_id = $1 AND revoked_at IS NULL ORDER BY id DESC",
    )
    .bind(person_id)
    .all(on)
    .await?
    .iter()
    .map(|row| {
        let at = |column| -> Result<Option<Timestamp>> {
            Ok(row.get::<Option<i64>>(column)?.map(from_micros))
        };
        let expires = at("expires_at")?;
        Ok(Token {
            id: row.get("id")?,
            name: row.get("name")?,
            scopes: row.json("scopes")?,
            created_at: from_micros(row.get("created_at")?).to_string(),
            expires_at: expires.map(|at| at.to_string()),
            used_at: at("used_at")?.map(|at| at.to_string()),
            expired: expires.is_some_and(|at| at <= now),
        })
    })
    .collect()
}

/// Revoke every token of a person.
pub async fn revoke_all(tx: &mut Tx, now: Timestamp, person_id: &str) -> Result<u64> {
    Ok(
        sql("UPDATE api_token SET revoked_at = $1 WHERE person_id = $2 AND revoked_at IS NULL")
            .bind(now.as_microsecond())
            .bind(person_id)
            .run(tx)
            .await?,
    )
}

/// Make a token for `person_id`. Returns its id and the secret.
pub async fn create(
    tx: &mut Tx,
    actor: &Actor,
    now: Timestamp,
    person_id: &str,
    name: &str,
    scopes: &BTreeSet<Scope>,
    expires_at: Option<Timestamp>,
) -> Result<(String, String)> {
    let id = new_id(now);
    let secret = new_secret("mil_");
    sql(
        "INSERT INTO api_token (id, token_hash, person_id, name, scopes, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(&id)
    .bind(hash_secret(&secret))
    .bind(person_id)
    .bind(name)
    .bind(serde_json::to_string(scopes)?)
    .bind(now.as_microsecond())
    .bind(expires_at.map(Timestamp::as_microsecond))
    .run(tx)
    .await?;
    events::append(
        tx,
        actor,
        now,
        Event::audit(
            "token.created",
            "token",
            &id,
            json!({ "person_id": person_id, "name": name, "scopes": scopes }),
        ),
    )
    .await?;
    Ok((id, secret))
}

/// Revoke a token of `person_id`; false when there is no such living token.
pub async fn revoke(
    tx: &mut Tx,
    actor: &Actor,
    now: Timestamp,
    person_id: &str,
    id: &str,
) -> Result<bool> {
    let revoked = sql("UPDATE api_token SET revoked_at = $1
         WHERE id = $2 AND person_id = $3 AND revoked_at IS NULL")
    .bind(now.as_microsecond())
    .bind(id)
    .bind(person_id)
    .run(tx)
    .await?;
    if revoked > 0 {
        events::append(
            tx,
            actor,
            now,
            Event::audit(
                "token.revoked",
                "token",
                id,
                json!({ "person_id": person_id }),
            ),
        )
        .await?;
    }
    Ok(revoked > 0)
}

/// A token somebody wants for themselves.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub scopes: BTreeSet<Scope>,
    /// Days until it ends, 1 to 3650; without it, it lives until it is revoked.
    #[serde(default)]
    pub expires_days: Option<i64>,
}

/// The most tokens of one person.
const MOST: usize = 50;

/// The scopes that are of use to a role.
pub fn usable_scopes(role: Role) -> BTreeSet<Scope> {
    match role {
        Role::Lead | Role::Administrator => [Scope::Read, Scope::Write, Scope::Admin].into(),
        _ => [Scope::Read, Scope::Write].into(),
    }
}

/// Make a token for oneself. Returns its id and the secret.
///
/// # Errors
/// [`Error::Forbidden`] for a program that itself came with a token: it could
/// outlive its own end or widen its scopes.
pub async fn make_own(me: &Me, new: NewToken) -> Result<(String, String)> {
    if me.actor.scopes.is_some() {
        return Err(Error::Forbidden(Msg::new(
            "A token cannot make tokens. Sign in and make it in your account.",
        )));
    }
    let mut wrong = Vec::new();
    let name = check_line("name", &new.name).unwrap_or_else(|error| {
        wrong.push(error);
        "-".to_owned()
    });
    if name.is_empty() {
        wrong.push(FieldError::new("name", "Say what the token is for."));
    }
    if new.scopes.is_empty() || !new.scopes.is_subset(&usable_scopes(me.actor.role)) {
        wrong.push(FieldError::new(
            "scopes",
            "Choose what it may do; no more than your role may.",
        ));
    }
    if new.expires_days.is_some_and(|d| !(1..=3650).contains(&d)) {
        wrong.push(FieldError::new(
            "expires_days",
            "Choose between 1 and 3650 days.",
        ));
    }
    if !wrong.is_empty() {
        return Err(Error::Invalid(wrong));
    }
    let expires = new
        .expires_days
        .map(|days| me.now + SignedDuration::from_hours(24 * days));
    let mut tx = me.app.db.begin().await?;
    if list(&mut tx, me.now, &me.actor.id).await?.len() >= MOST {
        return Err(Error::field(
            "name",
            Msg::new("You have {n} tokens. Revoke one that is no longer used.").with("n", MOST),
        ));
    }
    let made = create(
        &mut tx,
        &me.actor,
        me.now,
        &me.actor.id,
        &name,
        &new.scopes,
        expires,
    )
    .await?;
    tx.commit().await?;
    Ok(made)
}
