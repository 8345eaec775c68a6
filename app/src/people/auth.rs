//! From a cookie or a bearer token to the person behind it.
//!
//! Both are looked up at every request, so that disabling a person or revoking
//! a session ends it at once.

use std::collections::BTreeSet;

use jiff::Timestamp;
use mil_db::{Row, sql};

use crate::Result;
use crate::actor::{Actor, Role, Scope, Via};
use crate::error::Error;
use crate::random::hash_secret;
use crate::state::App;

/// What a person has chosen for themselves.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)]
pub struct Own {
    pub lang: Option<String>,
    pub zone: Option<String>,
    pub date_style: Option<String>,
    pub theme: Option<String>,
    pub keys_off: bool,
}

/// How often "last seen" is written, so that reading stays reading.
const SEEN_EVERY_MICROS: i64 = 5 * 60 * 1_000_000;

/// Columns of `person p` that [`actor_of`] reads.
const PERSON: &str = "p.id, p.name, p.email, p.role, p.department_id, p.lang, p.zone,
    p.date_style, p.theme, p.keys_off_at";

/// The person of a session cookie, if the session is alive.
pub async fn by_session(app: &App, now: Timestamp, token: &str) -> Result<Option<(Actor, Own)>> {
    let row = sql(format!(
        "SELECT {PERSON}, s.id AS session_id, s.seen_at FROM session s
         JOIN person p ON p.id = s.person_id
         WHERE s.token_hash = $1 AND s.revoked_at IS NULL AND s.expires_at > $2
           AND p.disabled_at IS NULL"
    ))
    .bind(hash_secret(token))
    .bind(now.as_microsecond())
    .opt(&app.db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let session_id: String = row.get("session_id")?;
    let seen: i64 = row.get("seen_at")?;
    if now.as_microsecond() - seen > SEEN_EVERY_MICROS {
        touch(
            app,
            now,
            "UPDATE session SET seen_at = $1 WHERE id = $2",
            session_id.clone(),
        );
    }
    let (mut actor, own) = actor_of(app, &row, Via::Web).await?;
    actor.session_id = Some(session_id);
    Ok(Some((actor, own)))
}

/// The person of an API token.
///
/// # Errors
/// [`Error::SignIn`] when the token is unknown, revoked, expired or its owner
/// disabled: a client that sends a token means to be somebody.
pub async fn by_token(app: &App, now: Timestamp, token: &str) -> Result<Option<(Actor, Own)>> {
    let row = sql(format!(
        "SELECT {PERSON}, t.id AS token_id, t.scopes, t.used_at FROM api_token t
         JOIN person p ON p.id = t.person_id
         WHERE t.token_hash = $1 AND t.revoked_at IS NULL
           AND (t.expires_at IS NULL OR t.expires_at > $2) AND p.disabled_at IS NULL"
    ))
    .bind(hash_secret(token))
    .bind(now.as_microsecond())
    .opt(&app.db)
    .await?
    .ok_or(Error::SignIn)?;
    let used: Option<i64> = row.get("used_at")?;
    if used.is_none_or(|used| now.as_microsecond() - used > SEEN_EVERY_MICROS) {
        touch(
            app,
            now,
            "UPDATE api_token SET used_at = $1 WHERE id = $2",
            row.get("token_id")?,
        );
    }
    let (mut actor, own) = actor_of(app, &row, Via::Api).await?;
    actor.scopes = Some(row.json::<BTreeSet<Scope>>("scopes")?);
    Ok(Some((actor, own)))
}

/// Note the time in the background; nobody waits for it and losing it does no harm.
fn touch(app: &App, now: Timestamp, text: &'static str, id: String) {
    let app = app.clone();
    tokio::spawn(async move {
        let write = async {
            let mut tx = app.db.begin().await?;
            sql(text)
                .bind(now.as_microsecond())
                .bind(&id)
                .run(&mut tx)
                .await?;
            tx.commit().await
        };
        if let Err(error) = write.await {
            tracing::debug!(%error, "could not note when a session was used");
        }
    });
}

/// The actor for a person id, as `via`; used where no session is involved.
pub async fn by_person(app: &App, person_id: &str, via: Via) -> Result<Option<Actor>> {
    let row = sql(format!(
        "SELECT {PERSON} FROM person p WHERE p.id = $1 AND p.disabled_at IS NULL"
    ))
    .bind(person_id)
    .opt(&app.db)
    .await?;
    match row {
        Some(row) => Ok(Some(actor_of(app, &row, via).await?.0)),
        None => Ok(None),
    }
}

async fn actor_of(app: &App, row: &Row, via: Via) -> Result<(Actor, Own)> {
    let id: String = row.get("id")?;
    let mut team_ids = BTreeSet::new();
    let mut leads = BTreeSet::new();
    for team in sql("SELECT team_id, leads_since FROM team_member WHERE person_id = $1")
        .bind(&id)
        .all(&app.db)
        .await?
    {
        let team_id: String = team.get("team_id")?;
        if team.get::<Option<i64>>("leads_since")?.is_some() {
            leads.insert(team_id.clone());
        }
        team_ids.insert(team_id);
    }
    let role: String = row.get("role")?;
    let actor = Actor {
        id,
        name: row.get("name")?,
        email: row.get("email")?,
        role: Role::from_key(&role)
            .ok_or_else(|| Error::Internal(format!("unknown role {role:?}")))?,
        department_id: row.get("department_id")?,
        team_ids,
        leads,
        via,
        scopes: None,
        session_id: None,
        ip: None,
        agent: None,
    };
    let own = Own {
        lang: row.get("lang")?,
        zone: row.get("zone")?,
        date_style: row.get("date_style")?,
        theme: row.get("theme")?,
        keys_off: row.get::<Option<i64>>("keys_off_at")?.is_some(),
    };
    Ok((actor, own))
}
