//! Links for people outside: to an asset or a collection, with an end, perhaps a
//! password and a number of downloads. Of the link only a hash is kept.

use jiff::{SignedDuration, Timestamp};
use mil_db::{Row, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::actor::Actor;
use crate::assets::model::Asset;
use crate::assets::take::{self, By, Ticket};
use crate::assets::{collections, store, zips};
use crate::clock::from_micros;
use crate::error::{Error, Msg, Result};
use crate::events::{self, Event};
use crate::people::password;
use crate::random::{hash_secret, new_id, new_secret};
use crate::web::Ctx;

/// The longest that a link may live, in days.
pub const MAX_DAYS: i64 = 366;
/// Wrong links or passwords from one address within a quarter of an hour.
const TRIES: usize = 40;

/// What a link leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// One asset.
    Asset(String),
    /// All that is in a collection, also what comes later.
    Collection(String),
}

/// A link.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Share {
    pub id: String,
    pub label: String,
    pub target: Target,
    pub password_hash: Option<String>,
    pub originals: bool,
    pub most_downloads: Option<i64>,
    pub downloads: i64,
    pub expires_at: Timestamp,
    pub created_by: String,
    pub created_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
}

impl Share {
    /// Whether it still leads somewhere.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at > now
    }
}

fn share(row: &Row) -> Result<Share> {
    let asset: Option<String> = row.get("asset_id")?;
    let collection: Option<String> = row.get("collection_id")?;
    Ok(Share {
        id: row.get("id")?,
        label: row.get("label")?,
        target: match (asset, collection) {
            (Some(id), _) => Target::Asset(id),
            (None, Some(id)) => Target::Collection(id),
            (None, None) => return Err(Error::Internal("a share of nothing".to_owned())),
        },
        password_hash: row.get("password_hash")?,
        originals: row.get::<Option<i64>>("originals_at")?.is_some(),
        most_downloads: row.get("most_downloads")?,
        downloads: row.get("downloads")?,
        expires_at: from_micros(row.get("expires_at")?),
        created_by: row.get("created_by")?,
        created_at: from_micros(row.get("created_at")?),
        revoked_at: row.get::<Option<i64>>("revoked_at")?.map(from_micros),
    })
}

/// What is wanted of a link.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NewShare {
    /// Whom it is for.
    pub label: String,
    /// How many days it lives, 1 to 366.
    pub days: i64,
    /// At least ten characters; left out: the link is enough.
    pub password: Option<String>,
    /// How many files may be taken; left out: any number.
    pub most_downloads: Option<i64>,
    /// `yes`: the files as uploaded may be taken, too.
    pub originals: Option<String>,
}

/// Make a link. Returns it and its secret, which is not kept.
pub async fn make(
    ctx: &Ctx,
    actor: &Actor,
    target: Target,
    new: &NewShare,
) -> Result<(Share, String)> {
    store::require_edit(actor)?;
    let label = new.label.trim();
    if label.is_empty() || label.chars().count() > 160 {
        return Err(Error::field("label", "Say whom the link is for."));
    }
    if !(1..=MAX_DAYS).contains(&new.days) {
        return Err(Error::field(
            "days",
            Msg::new("Give a number of days from 1 to {n}.").with("n", MAX_DAYS),
        ));
    }
    if new.most_downloads.is_some_and(|n| n < 1) {
        return Err(Error::field(
            "most_downloads",
            "Give a number of 1 or more, or leave it empty.",
        ));
    }
    let hash = match new.password.as_deref().filter(|p| !p.is_empty()) {
        None => None,
        Some(p) if p.chars().count() < password::MIN => {
            return Err(Error::field(
                "password",
                Msg::new("Use at least {n} characters.").with("n", password::MIN),
            ));
        }
        Some(p) => Some(password::hash(p.to_owned()).await?),
    };
    let (id, secret) = (new_id(ctx.now), new_secret("share_"));
    let expires = ctx.now + SignedDuration::from_hours(24 * new.days);
    let mut tx = ctx.app.db.begin().await?;
    let (asset, collection) = match &target {
        Target::Asset(id) => (Some(store::find(&mut tx, Some(actor), id).await?.id), None),
        Target::Collection(id) => (
            None,
            Some(collections::find(&mut tx, Some(actor), id).await?.id),
        ),
    };
    sql("INSERT INTO asset_share (id, token_hash, label, asset_id, collection_id, password_hash, originals_at,
            most_downloads, downloads, expires_at, created_by, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, $10, $11)")
    .bind(&id)
    .bind(hash_secret(&secret))
    .bind(label)
    .bind(&asset)
    .bind(&collection)
    .bind(&hash)
    .bind(new.originals.as_ref().map(|_| ctx.now.as_microsecond()))
    .bind(new.most_downloads)
    .bind(expires.as_microsecond())
    .bind(&actor.id)
    .bind(ctx.now.as_microsecond())
    .run(&mut tx)
    .await?;
    let data = json!({ "for": label, "asset": asset, "collection": collection, "until": expires.to_string(), "password": hash.is_some() });
    events::append(
        &mut tx,
        actor,
        ctx.now,
        Event::audit("asset.shared", "asset_share", &id, data),
    )
    .await?;
    let row = sql("SELECT * FROM asset_share WHERE id = $1")
        .bind(&id)
        .one(&mut tx)
        .await?;
    let made = share(&row)?;
    tx.commit().await?;
    Ok((made, secret))
}

/// The links to something that the actor may change, newest first.
pub async fn of(ctx: &Ctx, target: &Target) -> Result<Vec<Share>> {
    let (column, id) = match target {
        Target::Asset(id) => ("asset_id", id),
        Target::Collection(id) => ("collection_id", id),
    };
    sql(format!(
        "SELECT * FROM asset_share WHERE {column} = $1 ORDER BY id DESC LIMIT 100"
    ))
    .bind(id)
    .all(&ctx.app.db)
    .await?
    .iter()
    .map(share)
    .collect()
}

/// End a link now.
pub async fn revoke(ctx: &Ctx, actor: &Actor, id: &str) -> Result<Target> {
    store::require_edit(actor)?;
    let mut tx = ctx.app.db.begin().await?;
    let row = sql("SELECT * FROM asset_share WHERE id = $1")
        .bind(id)
        .opt(&mut tx)
        .await?;
    let found = share(&row.ok_or(Error::NotFound)?)?;
    sql("UPDATE asset_share SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL")
        .bind(ctx.now.as_microsecond())
        .bind(id)
        .run(&mut tx)
        .await?;
    let data = json!({ "for": found.label });
    events::append(
        &mut tx,
        actor,
        ctx.now,
        Event::audit("asset.share_ended", "asset_share", id, data),
    )
    .await?;
    tx.commit().await?;
    Ok(found.target)
}

/// A download by a link.
#[derive(Debug, Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Taken {
    pub asset: String,
    pub preset: String,
    pub at: String,
}

/// What was taken by a link, newest first.
pub async fn log(ctx: &Ctx, id: &str) -> Result<Vec<Taken>> {
    let rows = sql(
        "SELECT a.name, d.preset, d.at FROM asset_download d JOIN asset a ON a.id = d.asset_id
         WHERE d.share_id = $1 ORDER BY d.at DESC, d.id DESC LIMIT 100",
    )
    .bind(id)
    .all(&ctx.app.db)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Taken {
                asset: row.get("name")?,
                preset: row.get("preset")?,
                at: from_micros(row.get("at")?).to_string(),
            })
        })
        .collect()
}

/// The open link of a secret. One that ended, was taken back or never was
/// answers the same, and guesses are counted.
pub async fn by_secret(ctx: &Ctx, secret: &str) -> Result<Share> {
    let row = sql("SELECT * FROM asset_share WHERE token_hash = $1")
        .bind(hash_secret(secret))
        .opt(&ctx.app.db)
        .await?;
    let found = row
        .as_ref()
        .map(share)
        .transpose()?
        .filter(|s| s.is_open(ctx.now));
    match found {
        Some(found) => Ok(found),
        None => {
            let key = format!("share {}", ctx.ip.as_deref().unwrap_or("?"));
            ctx.app.attempts.count(&key, TRIES, ctx.now)?;
            Err(Error::NotFound)
        }
    }
}

/// What the browser keeps of a password that was right.
pub fn proof(share: &Share, secret: &str) -> String {
    hash_secret(&format!(
        "{secret} {}",
        share.password_hash.as_deref().unwrap_or_default()
    ))
}

/// Whether a password is right.
pub async fn unlock(ctx: &Ctx, share: &Share, given: String) -> Result<bool> {
    let key = format!("share {} {}", share.id, ctx.ip.as_deref().unwrap_or("?"));
    ctx.app.attempts.count(&key, TRIES / 4, ctx.now)?;
    let right = password::verify(given, share.password_hash.clone()).await?;
    if right {
        ctx.app.attempts.clear(&key);
    }
    Ok(right)
}

/// The assets behind a link, as whoever made it sees them.
pub async fn assets(ctx: &Ctx, share: &Share) -> Result<Vec<Asset>> {
    let system = Actor::system();
    match &share.target {
        Target::Asset(id) => match store::find(&ctx.app.db, Some(&system), id).await {
            Ok(asset) => Ok(vec![asset]),
            Err(Error::NotFound) => Ok(Vec::new()),
            Err(error) => Err(error),
        },
        Target::Collection(id) => zips::of_collection(ctx, Some(&system), id).await,
    }
}

/// Take one file by a link.
pub async fn take(ctx: &Ctx, share: &Share, asset_id: &str, preset: &str) -> Result<Ticket> {
    let asset = assets(ctx, share)
        .await?
        .into_iter()
        .find(|a| a.id == asset_id)
        .ok_or(Error::NotFound)?;
    let mut tx = ctx.app.db.begin().await?;
    let counted = sql("UPDATE asset_share SET downloads = downloads + 1
         WHERE id = $1 AND revoked_at IS NULL AND expires_at > $2 AND (most_downloads IS NULL OR downloads < most_downloads)")
    .bind(&share.id)
    .bind(ctx.now.as_microsecond())
    .run(&mut tx)
    .await?;
    if counted == 0 {
        return Err(Error::Forbidden(Msg::new(
            "This link was used as often as it may be. Ask who sent it for another.",
        )));
    }
    let version = store::current(&mut tx, &asset).await?;
    let originals = share.originals || asset.originals_for_all;
    let ticket = take::take_in(
        &mut tx,
        ctx,
        By::Share(&share.id),
        &asset,
        &version,
        originals,
        preset,
        None,
    )
    .await?;
    tx.commit().await?;
    Ok(ticket)
}
