//! Secret addresses of feeds: made once, shown once, kept as a hash.

use jiff::Timestamp;
use mil_db::{On, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::actor::Actor;
use crate::clock::from_micros;
use crate::error::{Error, Msg, Result};
use crate::events::{self, Event};
use crate::policy;
use crate::random::{hash_secret, new_id, new_secret};
use crate::state::App;
use crate::web::Me;

/// The most feeds of one person.
const MOST: usize = 20;
/// How often the last reading is noted, in microseconds.
const SEEN_EVERY: i64 = 300_000_000;

/// What a feed is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// What concerns its person.
    Mine,
    /// What concerns a team of theirs.
    Team,
    /// The whole calendar.
    All,
}

impl Scope {
    /// The word in the database and in the API.
    pub fn key(self) -> &'static str {
        match self {
            Scope::Mine => "mine",
            Scope::Team => "team",
            Scope::All => "all",
        }
    }

    /// From the word in the database.
    pub fn from_key(key: &str) -> Option<Scope> {
        [Scope::Mine, Scope::Team, Scope::All]
            .into_iter()
            .find(|s| s.key() == key)
    }
}

/// A feed, without its address.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Feed {
    pub id: String,
    pub person_id: String,
    pub scope: Scope,
    /// Id and name.
    pub team: Option<(String, String)>,
    pub created_at: Timestamp,
    /// To about five minutes.
    pub read_at: Option<Timestamp>,
}

const SELECT: &str = "SELECT f.*, t.name AS team FROM calendar_feed f
    LEFT JOIN team t ON t.id = f.team_id";

fn feed(row: &mil_db::Row) -> Result<Feed> {
    let scope: String = row.get("scope")?;
    let team: Option<String> = row.get("team_id")?;
    Ok(Feed {
        id: row.get("id")?,
        person_id: row.get("person_id")?,
        scope: Scope::from_key(&scope)
            .ok_or_else(|| Error::Internal(format!("scope of a feed {scope}")))?,
        team: team.zip(row.get::<Option<String>>("team")?),
        created_at: from_micros(row.get("created_at")?),
        read_at: row.get::<Option<i64>>("read_at")?.map(from_micros),
    })
}

/// The feeds of a person that are not revoked, newest first.
pub async fn list<'a>(on: impl Into<On<'a>>, person_id: &str) -> Result<Vec<Feed>> {
    sql(format!(
        "{SELECT} WHERE f.person_id = $1 AND f.revoked_at IS NULL ORDER BY f.id DESC"
    ))
    .bind(person_id)
    .all(on)
    .await?
    .iter()
    .map(feed)
    .collect()
}

/// Whether somebody may read a feed of this kind now.
pub fn may_read(actor: &Actor, scope: Scope, team: Option<&str>) -> bool {
    match scope {
        Scope::Mine => true,
        Scope::All => policy::works(actor),
        Scope::Team => {
            policy::works(actor)
                && team.is_some_and(|t| actor.team_ids.contains(t) || policy::shapes_catalog(actor))
        }
    }
}

/// Make a feed for oneself. Returns its id and the secret of its address.
///
/// # Errors
/// [`Error::Forbidden`] for a program that itself came with a token: the feed
/// could outlive it.
pub async fn make(me: &Me, scope: Scope, team: Option<&str>) -> Result<(String, String)> {
    if me.actor.scopes.is_some() {
        return Err(Error::Forbidden(Msg::new(
            "A token cannot make calendar addresses. Sign in and make it in your account.",
        )));
    }
    make_for(me, &me.actor, scope, team).await
}

/// [`make`], after the check that a person asks.
pub async fn make_for(
    ctx: &crate::web::Ctx,
    actor: &Actor,
    scope: Scope,
    team: Option<&str>,
) -> Result<(String, String)> {
    let team = team.filter(|_| scope == Scope::Team);
    if !may_read(actor, scope, team) {
        return Err(Error::field("scope", "Choose yourself or a team of yours."));
    }
    let mut tx = ctx.app.db.begin().await?;
    if let Some(team) = team {
        let there = sql("SELECT id FROM team WHERE id = $1 AND archived_at IS NULL")
            .bind(team)
            .opt(&mut tx)
            .await?;
        if there.is_none() {
            return Err(Error::field("scope", "Choose yourself or a team of yours."));
        }
    }
    if list(&mut tx, &actor.id).await?.len() >= MOST {
        let msg = Msg::new("You have {n} addresses. Revoke one that is no longer used.");
        return Err(Error::field("scope", msg.with("n", MOST)));
    }
    let (id, secret) = (new_id(ctx.now), new_secret("cal_"));
    sql(
        "INSERT INTO calendar_feed (id, token_hash, person_id, scope, team_id, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&id)
    .bind(hash_secret(&secret))
    .bind(&actor.id)
    .bind(scope.key())
    .bind(team)
    .bind(ctx.now.as_microsecond())
    .run(&mut tx)
    .await?;
    let data = json!({ "scope": scope.key(), "team": team });
    let event = Event::audit("feed.created", "calendar_feed", &id, data);
    events::append(&mut tx, actor, ctx.now, event).await?;
    tx.commit().await?;
    Ok((id, secret))
}

/// Revoke a feed of one's own.
pub async fn revoke(me: &Me, id: &str) -> Result<()> {
    let mut tx = me.app.db.begin().await?;
    let revoked = sql("UPDATE calendar_feed SET revoked_at = $1
         WHERE id = $2 AND person_id = $3 AND revoked_at IS NULL")
    .bind(me.now.as_microsecond())
    .bind(id)
    .bind(&me.actor.id)
    .run(&mut tx)
    .await?;
    if revoked == 0 {
        return Err(Error::NotFound);
    }
    let event = Event::audit("feed.revoked", "calendar_feed", id, json!({}));
    events::append(&mut tx, &me.actor, me.now, event).await?;
    tx.commit().await?;
    Ok(())
}

/// The living feed of a secret.
pub async fn by_secret(app: &App, secret: &str) -> Result<Feed> {
    let row = sql(format!(
        "{SELECT} WHERE f.token_hash = $1 AND f.revoked_at IS NULL"
    ))
    .bind(hash_secret(secret))
    .opt(&app.db)
    .await?;
    feed(&row.ok_or(Error::NotFound)?)
}

/// Note that a feed was read.
pub async fn read(app: &App, now: Timestamp, feed: &Feed) -> Result<()> {
    if feed
        .read_at
        .is_some_and(|at| now.as_microsecond() - at.as_microsecond() < SEEN_EVERY)
    {
        return Ok(());
    }
    let mut tx = app.db.begin().await?;
    sql("UPDATE calendar_feed SET read_at = $1 WHERE id = $2")
        .bind(now.as_microsecond())
        .bind(&feed.id)
        .run(&mut tx)
        .await?;
    tx.commit().await?;
    Ok(())
}
