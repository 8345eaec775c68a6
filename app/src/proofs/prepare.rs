//! Pictures of the pages of a version, made in the background by the process
//! that decodes files for the asset library; and telling those whom a new
//! version asks again, once it is known what changed.

use jiff::{SignedDuration, Timestamp};
use mil_db::sql;
use serde_json::json;

use crate::actor::Actor;
use crate::assets::render::{Done, Task, child};
use crate::error::Result;
use crate::events::{self, Event};
use crate::files::intake::disk;
use crate::notifications::{About, tell};
use crate::proofs::model::File;
use crate::proofs::store;
use crate::random::new_id;
use crate::state::App;

/// The most pages that are shown.
pub const MOST_PAGES: u32 = 30;
/// After this many failures a version stays without pictures.
const TRIES: i64 = 5;
/// For how long a version belongs to who claimed it.
const LEASE: SignedDuration = SignedDuration::from_secs(180);

/// Prepare all versions that wait. Returns how many were.
pub async fn run_due(app: &App, now: Timestamp) -> Result<usize> {
    let mut count = 0;
    while let Some((file, proof_id, attempts, lease)) = claim(app, now).await? {
        count += 1;
        let dir = app.config.data_dir.join("rendering").join(&lease);
        std::fs::create_dir_all(&dir)?;
        let made = made(app, &file, &dir).await;
        let kept = match made {
            Ok((done, kept)) => finish(app, now, &file, &proof_id, &lease, &done, &kept).await,
            Err(error) => Err(error),
        };
        let _ = std::fs::remove_dir_all(&dir);
        if let Err(error) = kept {
            tracing::warn!(file = %file.id, %error, "pages could not be made");
            put_back(app, now, &file, attempts, &lease).await?;
        }
    }
    Ok(count)
}

async fn claim(app: &App, now: Timestamp) -> Result<Option<(File, String, i64, String)>> {
    let lease = new_id(now);
    let mut tx = app.db.begin().await?;
    let row = sql(
        "UPDATE proof_file SET leased_until = $1, lease = $2, attempts = attempts + 1
         WHERE id = (SELECT id FROM proof_file WHERE state = 'waiting' AND leased_until < $3
            ORDER BY leased_until, id LIMIT 1) AND leased_until < $3
         RETURNING *",
    )
    .bind((now + LEASE).as_microsecond())
    .bind(&lease)
    .bind(now.as_microsecond())
    .opt(&mut tx)
    .await?;
    tx.commit().await?;
    row.map(|row| {
        Ok((
            store::file(&row)?,
            row.get("proof_id")?,
            row.get("attempts")?,
            lease.clone(),
        ))
    })
    .transpose()
}

async fn put_back(
    app: &App,
    now: Timestamp,
    file: &File,
    attempts: i64,
    lease: &str,
) -> Result<()> {
    let pause = SignedDuration::from_secs(10 << attempts.clamp(0, 10));
    let dead = attempts >= TRIES;
    let mut tx = app.db.begin().await?;
    sql("UPDATE proof_file SET leased_until = $1, state = $2, problem = $3 WHERE id = $4 AND lease = $5")
        .bind((now + pause).as_microsecond())
        .bind(if dead { "failed" } else { "waiting" })
        .bind(if dead { child::KILLED } else { "" })
        .bind(&file.id)
        .bind(lease)
        .run(&mut tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

async fn made(
    app: &App,
    file: &File,
    dir: &std::path::Path,
) -> Result<(Done, Vec<mil_blob::Stored>)> {
    let sha = mil_blob::Sha::parse(&file.sha256).ok_or_else(|| {
        crate::error::Error::Internal(format!("proof file {} has no hash", file.id))
    })?;
    let local = app.blobs.local(&sha).await.map_err(disk)?;
    let task = Task {
        input: std::path::absolute(&local)?,
        output: std::path::absolute(dir)?,
        media_type: file.media_type.clone(),
        name: file.name.clone(),
        presets: Vec::new(),
        pages: MOST_PAGES,
    };
    let done = child::run(&app.config.program, &task).await?;
    let mut kept = Vec::new();
    for made in &done.made {
        let bytes = tokio::fs::read(dir.join(&made.file)).await?;
        kept.push(app.blobs.put(&bytes).await.map_err(disk)?);
    }
    Ok((done, kept))
}

async fn finish(
    app: &App,
    now: Timestamp,
    file: &File,
    proof_id: &str,
    lease: &str,
    done: &Done,
    kept: &[mil_blob::Stored],
) -> Result<()> {
    let state = match () {
        () if !done.refused.is_empty() => "failed",
        () if done.plain => "plain",
        () => "ready",
    };
    let mut tx = app.db.begin().await?;
    let ours = sql(
        "UPDATE proof_file SET state = $1, problem = $2, leased_until = 0
         WHERE id = $3 AND lease = $4 AND state = 'waiting'",
    )
    .bind(state)
    .bind(&done.refused)
    .bind(&file.id)
    .bind(lease)
    .run(&mut tx)
    .await?;
    if ours == 0 {
        return Ok(()); // it took too long, and another did it
    }
    for (n, (made, stored)) in done.made.iter().zip(kept).enumerate() {
        sql("INSERT INTO proof_page (id, file_id, number, media_type, size, sha256, width, height, tiles)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
        .bind(new_id(now))
        .bind(&file.id)
        .bind(n as i64 + 1)
        .bind(&made.media_type)
        .bind(i64::try_from(stored.size).unwrap_or(i64::MAX))
        .bind(stored.sha.as_str())
        .bind(i64::from(made.width))
        .bind(i64::from(made.height))
        .bind(done.tiles.get(n).map_or("", String::as_str))
        .run(&mut tx)
        .await?;
    }
    let system = Actor::system();
    let data = json!({ "number": file.number, "state": state, "pages": kept.len() });
    let event = Event::audit("proof.prepared", "proof", proof_id, data);
    let event = events::append(&mut tx, &system, now, event).await?;
    let round = store::load(&mut tx, proof_id).await?;
    // Of an older version nobody is told any more.
    if file.number > 1 && round.current()?.id == file.id && round.proof.is_open() {
        let again: Vec<String> = round
            .asked()
            .filter(|r| round.standing(r).is_asked())
            .filter_map(|r| r.person_id.clone())
            .filter(|person| *person != file.added_by)
            .collect();
        let href = round.proof.href();
        let about = About {
            reason: "proof_again",
            title: &round.proof.title,
            href: &href,
        };
        tell(&mut tx, now, &event, &again, about).await?;
        // The day before is to be told anew.
        sql("UPDATE proof SET reminded = 0 WHERE id = $1 AND reminded = 1")
            .bind(proof_id)
            .run(&mut tx)
            .await?;
    }
    tx.commit().await?;
    Ok(())
}
