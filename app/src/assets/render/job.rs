//! The queue of versions whose renditions are to be made.
//!
//! A job is claimed with a lease, so that a server that dies leaves it to the
//! next; it is tried again with growing pauses, and after [`TRIES`] left for a
//! person to see. A file that cannot be shown is no failure of the job: the
//! version says so and the job is done.

use jiff::{SignedDuration, Timestamp};
use mil_db::{Tx, sql};
use serde_json::json;

use super::{Done, Task, child};
use crate::actor::Actor;
use crate::assets::model::{Ready, Version, orientation};
use crate::assets::store;
use crate::clock::from_micros;
use crate::error::{Error, Result};
use crate::events::{self, Event};
use crate::files::intake::disk;
use crate::random::new_id;
use crate::state::App;

/// After this many failures a job is left for a person to see.
pub const TRIES: i64 = 5;
/// For how long a job belongs to who claimed it.
const LEASE: SignedDuration = SignedDuration::from_secs(180);

/// Have renditions made of a version; in the transaction that made it. Whoever
/// is at it already finds that it is no longer theirs.
pub async fn enqueue(tx: &mut Tx, now: Timestamp, version_id: &str) -> Result<()> {
    sql("INSERT INTO asset_job (id, version_id, attempts, not_before, leased_until, lease, last_error, created_at)
         VALUES ($1, $2, 0, $3, 0, '', '', $3)
         ON CONFLICT (version_id) DO UPDATE SET attempts = 0, not_before = excluded.not_before, dead_at = NULL,
            leased_until = 0, lease = '', later = 0")
    .bind(new_id(now))
    .bind(version_id)
    .bind(now.as_microsecond())
    .run(tx)
    .await?;
    Ok(())
}

struct Claim {
    id: String,
    version_id: String,
    attempts: i64,
    lease: String,
}

/// Take the next job that is due, if there is one.
async fn claim(app: &App, now: Timestamp) -> Result<Option<Claim>> {
    let lease = new_id(now);
    let mut tx = app.db.begin().await?;
    let row = sql("UPDATE asset_job SET leased_until = $1, lease = $2, attempts = attempts + 1
         WHERE id = (SELECT id FROM asset_job WHERE dead_at IS NULL AND not_before <= $3 AND leased_until < $3
            ORDER BY later, not_before, id LIMIT 1) AND leased_until < $3
         RETURNING id, version_id, attempts")
    .bind((now + LEASE).as_microsecond())
    .bind(&lease)
    .bind(now.as_microsecond())
    .opt(&mut tx)
    .await?;
    tx.commit().await?;
    row.map(|row| {
        Ok(Claim {
            id: row.get("id")?,
            version_id: row.get("version_id")?,
            attempts: row.get("attempts")?,
            lease: lease.clone(),
        })
    })
    .transpose()
}

/// Do the next job that is due. Says whether there was one.
pub async fn run_next(app: &App, now: Timestamp) -> Result<bool> {
    let Some(claim) = claim(app, now).await? else {
        return Ok(false);
    };
    if let Err(error) = work(app, now, &claim).await {
        tracing::warn!(version = %claim.version_id, %error, "renditions could not be made");
        put_back(app, now, &claim, &error.to_string()).await?;
    }
    Ok(true)
}

/// Do all jobs that are due.
pub async fn run_due(app: &App, now: Timestamp) -> Result<usize> {
    let mut count = 0;
    while run_next(app, now).await? {
        count += 1;
    }
    Ok(count)
}

async fn put_back(app: &App, now: Timestamp, claim: &Claim, why: &str) -> Result<()> {
    let pause = SignedDuration::from_secs(10 << claim.attempts.clamp(0, 10));
    let dead = claim.attempts >= TRIES;
    let mut tx = app.db.begin().await?;
    sql(
        "UPDATE asset_job SET leased_until = 0, not_before = $1, last_error = $2, dead_at = $3
         WHERE id = $4 AND lease = $5",
    )
    .bind((now + pause).as_microsecond())
    .bind(why.chars().take(500).collect::<String>())
    .bind(dead.then_some(now.as_microsecond()))
    .bind(&claim.id)
    .bind(&claim.lease)
    .run(&mut tx)
    .await?;
    if dead {
        sql("UPDATE asset_version SET state = 'failed', problem = $1 WHERE id = $2 AND state = 'waiting'")
            .bind(child::KILLED)
            .bind(&claim.version_id)
            .run(&mut tx)
            .await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn work(app: &App, now: Timestamp, claim: &Claim) -> Result<()> {
    let row = sql("SELECT * FROM asset_version WHERE id = $1")
        .bind(&claim.version_id)
        .one(&app.db)
        .await?;
    let version = store::version(&row)?;
    let dir = app.config.data_dir.join("rendering").join(&claim.lease);
    std::fs::create_dir_all(&dir)?;
    // Of what is ready only what is missing is made, such as a new size.
    let again = version.state == Ready::Ready;
    let result = made(app, &version, &dir, again).await;
    let keep = match result {
        Ok((done, kept)) if again => add(app, now, claim, &version, &done, &kept).await,
        Ok((done, kept)) => finish(app, now, claim, &version, &done, &kept).await,
        Err(error) => Err(error),
    };
    let _ = std::fs::remove_dir_all(&dir);
    keep
}

type Kept = Vec<(String, mil_blob::Stored)>;

async fn made(
    app: &App,
    version: &Version,
    dir: &std::path::Path,
    again: bool,
) -> Result<(Done, Kept)> {
    let mut presets = store::presets(&app.db).await?;
    if again {
        let missing = missing(app, version).await?;
        presets.retain(|preset| missing.contains(&preset.key));
    }
    let file = app.blobs.local(&version.sha()?).await.map_err(disk)?;
    let task = Task {
        input: std::path::absolute(&file)?,
        output: std::path::absolute(dir)?,
        media_type: version.media_type.clone(),
        name: version.name.clone(),
        presets,
        pages: 0,
    };
    let done = child::run(&app.config.program, &task).await?;
    let mut kept = Vec::new();
    for made in &done.made {
        let bytes = tokio::fs::read(dir.join(&made.file)).await?;
        kept.push((
            made.preset.clone(),
            app.blobs.put(&bytes).await.map_err(disk)?,
        ));
    }
    Ok((done, kept))
}

/// The sizes that were not made of a version, or have become something else.
async fn missing(app: &App, version: &Version) -> Result<Vec<String>> {
    Ok(sql(
        "SELECT p.key FROM asset_preset p WHERE p.removed_at IS NULL AND NOT EXISTS (
            SELECT 1 FROM asset_rendition r WHERE r.version_id = $1 AND r.preset = p.key
               AND r.created_at > COALESCE(p.changed_at, 0))",
    )
    .bind(&version.id)
    .column("key", &app.db)
    .await?)
}

/// Whether the job is still ours; it is done then.
async fn is_ours(tx: &mut Tx, claim: &Claim) -> Result<bool> {
    let ours = sql("DELETE FROM asset_job WHERE id = $1 AND lease = $2")
        .bind(&claim.id)
        .bind(&claim.lease)
        .run(tx)
        .await?;
    Ok(ours > 0)
}

async fn keep_made(
    tx: &mut Tx,
    now: Timestamp,
    version: &Version,
    done: &Done,
    kept: &Kept,
) -> Result<()> {
    for (made, (preset, stored)) in done.made.iter().zip(kept) {
        sql("INSERT INTO asset_rendition (version_id, preset, media_type, size, sha256, width, height, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (version_id, preset) DO UPDATE SET media_type = excluded.media_type, size = excluded.size,
                sha256 = excluded.sha256, width = excluded.width, height = excluded.height,
                created_at = excluded.created_at")
        .bind(&version.id)
        .bind(preset)
        .bind(&made.media_type)
        .bind(i64::try_from(stored.size).unwrap_or(i64::MAX))
        .bind(stored.sha.as_str())
        .bind(made.width)
        .bind(made.height)
        .bind(now.as_microsecond())
        .run(&mut *tx)
        .await?;
    }
    Ok(())
}

/// Put what was missing beside what is there. A picture that was shown stays
/// shown, whatever comes of this.
async fn add(
    app: &App,
    now: Timestamp,
    claim: &Claim,
    version: &Version,
    done: &Done,
    kept: &Kept,
) -> Result<()> {
    if !done.refused.is_empty() {
        tracing::warn!(version = %version.id, why = %done.refused, "a new size could not be made");
    }
    let mut tx = app.db.begin().await?;
    if is_ours(&mut tx, claim).await? {
        keep_made(&mut tx, now, version, done, kept).await?;
        tx.commit().await?;
    }
    Ok(())
}

async fn finish(
    app: &App,
    now: Timestamp,
    claim: &Claim,
    version: &Version,
    done: &Done,
    kept: &Kept,
) -> Result<()> {
    let mut tx = app.db.begin().await?;
    if !is_ours(&mut tx, claim).await? {
        return Ok(()); // it took too long, and another does it anew
    }
    sql("DELETE FROM asset_rendition WHERE version_id = $1")
        .bind(&version.id)
        .run(&mut tx)
        .await?;
    keep_made(&mut tx, now, version, done, kept).await?;
    let state = match () {
        () if !done.refused.is_empty() => "failed",
        () if done.plain => "plain",
        () => "ready",
    };
    let side = |n: u32| (n > 0).then_some(i64::from(n));
    sql("UPDATE asset_version SET state = $1, problem = $2, width = $3, height = $4, look = $5, meta = $6 WHERE id = $7")
        .bind(state)
        .bind(&done.refused)
        .bind(side(done.width))
        .bind(side(done.height))
        .bind((!done.look.is_empty()).then_some(done.look.as_str()))
        .bind(serde_json::to_string(&done.meta)?)
        .bind(&version.id)
        .run(&mut tx)
        .await?;
    if let (Some(w), Some(h)) = (side(done.width), side(done.height)) {
        sql("UPDATE asset SET orientation = $1 WHERE id = $2 AND version_id = $3")
            .bind(orientation(w, h).key())
            .bind(&version.asset_id)
            .bind(&version.id)
            .run(&mut tx)
            .await?;
    }
    crate::search::assets::index(&mut tx, now, &version.asset_id).await?;
    let data = json!({ "version": version.number, "state": state, "problem": done.refused });
    let event = Event::audit("asset.prepared", "asset", &version.asset_id, data);
    events::append(&mut tx, &Actor::system(), now, event).await?;
    tx.commit().await?;
    Ok(())
}

/// A job that was given up, for those who look after the installation.
#[derive(Debug)]
#[allow(missing_docs)]
pub struct Dead {
    pub version_id: String,
    pub error: String,
    pub at: Timestamp,
}

/// Jobs that were given up, newest first.
pub async fn dead(app: &App) -> Result<Vec<Dead>> {
    sql("SELECT version_id, last_error, dead_at FROM asset_job WHERE dead_at IS NOT NULL ORDER BY dead_at DESC LIMIT 50")
        .all(&app.db)
        .await?
        .iter()
        .map(|row| {
            Ok::<_, Error>(Dead {
                version_id: row.get("version_id")?,
                error: row.get("last_error")?,
                at: from_micros(row.get("dead_at")?),
            })
        })
        .collect()
}
