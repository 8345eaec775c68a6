//! Taking away what nobody attached, and what a crash left behind.

use jiff::{SignedDuration, Timestamp};
use mil_db::sql;

use crate::clock::from_micros;
use crate::error::Result;
use crate::files::intake::disk;
use crate::state::App;

/// How long a file may belong to nothing. A cart or a draft that holds it keeps
/// it for longer.
const LOOSE: SignedDuration = SignedDuration::from_hours(48);
/// How old bytes must be before they are taken away for want of a row: an
/// upload writes its bytes first and its row just after.
const ORPHAN: SignedDuration = SignedDuration::from_hours(24);
/// How many rows one round looks at.
const ROUND: i64 = 500;

/// What a round took away.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Swept {
    pub files: usize,
    pub blobs: usize,
    pub partial: usize,
}

/// Look once. To be called every few hours.
pub async fn run(app: &App, now: Timestamp) -> Result<Swept> {
    let back = |by: SignedDuration| now.checked_sub(by).unwrap_or(Timestamp::MIN);
    Ok(Swept {
        files: loose(app, back(LOOSE)).await?,
        blobs: orphans(app, back(ORPHAN)).await?,
        partial: app.blobs.sweep_partial(back(ORPHAN)).await.map_err(disk)?,
    })
}

async fn loose(app: &App, before: Timestamp) -> Result<usize> {
    let (mut gone, mut after) = (0, String::new());
    loop {
        let rows = sql("SELECT id, uploaded_by, created_at FROM attachment
             WHERE item_id IS NULL AND created_at < $1 AND id > $2 ORDER BY id LIMIT $3")
        .bind(before.as_microsecond())
        .bind(&after)
        .bind(ROUND)
        .all(&app.db)
        .await?;
        let Some(last) = rows.last() else {
            return Ok(gone);
        };
        after = last.get("id")?;
        for row in &rows {
            let (id, owner): (String, String) = (row.get("id")?, row.get("uploaded_by")?);
            if !is_held(app, &owner, &id).await? {
                let mut tx = app.db.begin().await?;
                let done = sql("DELETE FROM attachment WHERE id = $1 AND item_id IS NULL")
                    .bind(&id)
                    .run(&mut tx)
                    .await?;
                tx.commit().await?;
                gone += usize::try_from(done).unwrap_or(0);
                tracing::debug!(%id, at = %from_micros(row.get("created_at")?), "swept a file");
            }
        }
    }
}

/// Whether a cart or a draft of its owner names the file.
async fn is_held(app: &App, owner: &str, id: &str) -> Result<bool> {
    let texts: Vec<String> = sql("SELECT raw AS held FROM cart_line WHERE person_id = $1
         UNION ALL SELECT body AS held FROM draft WHERE person_id = $1")
    .bind(owner)
    .column("held", &app.db)
    .await?;
    Ok(texts.iter().any(|text| text.contains(id)))
}

async fn orphans(app: &App, before: Timestamp) -> Result<usize> {
    let mut gone = 0;
    for blob in app.blobs.list().await.map_err(disk)? {
        if blob.written >= before || app.org().logo.as_deref() == Some(blob.sha.as_str()) {
            continue;
        }
        let row = sql("SELECT id FROM attachment WHERE sha256 = $1
             UNION ALL SELECT id FROM article_image WHERE sha256 = $1
             UNION ALL SELECT id FROM asset_version WHERE sha256 = $1
             UNION ALL SELECT id FROM asset_upload WHERE sha256 = $1
             UNION ALL SELECT version_id AS id FROM asset_rendition WHERE sha256 = $1
             UNION ALL SELECT id FROM mail_in WHERE sha256 = $1
             UNION ALL SELECT id FROM proof_file WHERE sha256 = $1
             UNION ALL SELECT id FROM proof_page WHERE sha256 = $1 LIMIT 1")
        .bind(blob.sha.as_str())
        .opt(&app.db)
        .await?;
        if row.is_none()
            && app
                .blobs
                .remove_older(&blob.sha, before)
                .await
                .map_err(disk)?
        {
            gone += 1;
        }
    }
    Ok(gone)
}
