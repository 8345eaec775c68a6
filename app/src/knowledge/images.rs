//! Images in articles. The bytes lie among the blobs; who sees the article
//! sees its images, and nobody else. Only what really is a picture is taken, and
//! only without what a camera wrote into it: readers may be outsiders.

use jiff::Timestamp;
use mil_blob::{Sha, Stored};
use mil_db::{Db, On, Tx, sql};
use serde_json::json;

use crate::actor::Actor;
use crate::clock::from_micros;
use crate::error::{Error, Msg, Result};
use crate::files::intake::disk;
use crate::files::strip::{self, Unfit};
use crate::files::{Attachment, kind};
use crate::knowledge::store;
use crate::knowledge::write::{by, lock, note};
use crate::policy;
use crate::random::new_id;
use crate::state::App;
use crate::web::Ctx;

/// The most bytes of an image, and the most images of an article.
pub const BYTES: u64 = 15 * 1024 * 1024;
/// See [`BYTES`].
pub const MOST: i64 = 200;
/// Where images are read; their ids follow.
pub const PATH: &str = "/article-images/";

fn image(row: &mil_db::Row) -> Result<Attachment> {
    Ok(Attachment {
        id: row.get("id")?,
        item_id: None,
        comment_id: None,
        field: None,
        internal: false,
        name: row.get("name")?,
        media_type: row.get("media_type")?,
        size: u64::try_from(row.get::<i64>("size")?).unwrap_or(0),
        sha256: row.get("sha256")?,
        uploaded_by: row
            .get::<Option<String>>("uploaded_by")?
            .unwrap_or_default(),
        created_at: from_micros(row.get("created_at")?),
    })
}

/// An image that `actor` may see: those who write articles see all of them,
/// readers those that stand in a text they may read.
///
/// # Errors
/// [`Error::NotFound`] also when it exists but is not theirs to see.
pub async fn find(db: &Db, actor: Option<&Actor>, now: Timestamp, id: &str) -> Result<Attachment> {
    let row = sql("SELECT * FROM article_image WHERE id = $1")
        .bind(id)
        .opt(db)
        .await?
        .ok_or(Error::NotFound)?;
    let article = store::find(db, actor, now, &row.get::<String>("article_id")?).await?;
    if !actor.is_some_and(policy::writes_articles) {
        let link = format!("{PATH}{id}");
        let texts = store::texts(db, &article.id).await?;
        if !texts.iter().any(|t| t.body.contains(&link)) {
            return Err(Error::NotFound);
        }
    }
    image(&row)
}

/// The images of an article that was found for somebody who writes articles.
pub async fn of<'a>(on: impl Into<On<'a>>, article_id: &str) -> Result<Vec<Attachment>> {
    sql("SELECT * FROM article_image WHERE article_id = $1 ORDER BY id")
        .bind(article_id)
        .all(on)
        .await?
        .iter()
        .map(image)
        .collect()
}

fn no_picture() -> Error {
    Error::field(
        "file",
        "This is no picture that can be shown. Use PNG, JPEG, WebP, AVIF or GIF.",
    )
}

/// What is known of new bytes, which were cleaned and are on disk already.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs)]
pub struct NewImage<'a> {
    pub name: &'a str,
    pub media_type: &'a str,
    pub size: u64,
    pub sha256: &'a str,
}

/// Give an article an image; answers its id.
pub async fn add(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    article_id: &str,
    new: NewImage<'_>,
) -> Result<String> {
    if !kind::is_picture(new.media_type) {
        return Err(no_picture());
    }
    if new.size > BYTES {
        return Err(too_large());
    }
    let count: i64 = sql("SELECT COUNT(*) AS n FROM article_image WHERE article_id = $1")
        .bind(article_id)
        .value("n", &mut *tx)
        .await?;
    if count >= MOST {
        return Err(Error::Conflict(
            Msg::new("An article takes {n} pictures at most.").with("n", MOST),
        ));
    }
    let id = new_id(ctx.now);
    sql(
        "INSERT INTO article_image (id, article_id, name, media_type, size, sha256, uploaded_by, created_at, cleaned_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)",
    )
    .bind(&id)
    .bind(article_id)
    .bind(new.name)
    .bind(new.media_type)
    .bind(i64::try_from(new.size).unwrap_or(i64::MAX))
    .bind(new.sha256)
    .bind(by(actor).map(str::to_owned))
    .bind(ctx.now.as_microsecond())
    .run(&mut *tx)
    .await?;
    let data = json!({ "image": id, "name": new.name, "sha256": new.sha256 });
    note(tx, ctx, actor, article_id, "article.image_added", data).await?;
    Ok(id)
}

/// A picture without what a camera wrote into it, in the store.
///
/// # Errors
/// [`Error::Invalid`] when it is too large, damaged, or cannot be cleaned.
pub async fn clean(app: &App, media_type: &str, bytes: &[u8]) -> Result<Stored> {
    if bytes.len() as u64 > BYTES {
        return Err(too_large());
    }
    let clean = strip::strip(media_type, bytes).map_err(|why| {
        Error::field(
            "file",
            match why {
                Unfit::Broken => {
                    "The picture is damaged. Open it in the program it was made with, save it again and take that."
                }
                Unfit::Carries => {
                    "The picture carries details such as where it was taken, which cannot be removed from this format. Save it as PNG or JPEG."
                }
            },
        )
    })?;
    app.blobs.put(&clean).await.map_err(disk)
}

fn too_large() -> Error {
    Error::field("file", "The picture has more than 15 MB. Make it smaller.")
}

/// Clean pictures that were taken before cleaning was done. Returns how many.
pub async fn clean_old(app: &App, now: Timestamp) -> Result<usize> {
    let mut count = 0;
    loop {
        let rows = sql("SELECT id, media_type, sha256 FROM article_image WHERE cleaned_at IS NULL ORDER BY id LIMIT 50")
            .all(&app.db)
            .await?;
        if rows.is_empty() {
            return Ok(count);
        }
        for row in rows {
            let (id, media_type, sha): (String, String, String) =
                (row.get("id")?, row.get("media_type")?, row.get("sha256")?);
            let cleaned = match Sha::parse(&sha) {
                None => None,
                Some(sha) => match app.blobs.open(&sha, 0, None).await {
                    Ok(reader) => clean(app, &media_type, &reader.all().await?).await.ok(),
                    Err(_) => None,
                },
            };
            // One that cannot be cleaned stays as it is: its article needs it.
            let new = cleaned.as_ref().map_or(sha.as_str(), |s| s.sha.as_str());
            let mut tx = app.db.begin().await?;
            sql("UPDATE article_image SET cleaned_at = $1, sha256 = $2, size = COALESCE($3, size) WHERE id = $4")
                .bind(now.as_microsecond())
                .bind(new)
                .bind(cleaned.as_ref().map(|s| i64::try_from(s.size).unwrap_or(i64::MAX)))
                .bind(&id)
                .run(&mut tx)
                .await?;
            tx.commit().await?;
            count += 1;
        }
    }
}

/// Make a file that was just uploaded an image of an article.
pub async fn take(ctx: &Ctx, actor: &Actor, id: &str, file: &Attachment) -> Result<String> {
    if !kind::is_picture(&file.media_type) {
        return Err(no_picture());
    }
    if file.size > BYTES {
        return Err(too_large());
    }
    // Slow things come before the transaction.
    let reader = ctx.app.blobs.open(&file.sha()?, 0, None).await;
    let bytes = reader.map_err(disk)?.all().await?;
    let stored = clean(&ctx.app, &file.media_type, &bytes).await?;
    let mut tx = ctx.app.db.begin().await?;
    let article = lock(&mut tx, ctx, actor, id).await?;
    let new = NewImage {
        name: &file.name,
        media_type: &file.media_type,
        size: stored.size,
        sha256: stored.sha.as_str(),
    };
    let image = add(&mut tx, ctx, actor, &article.id, new).await?;
    crate::files::store::remove_loose(&mut tx, actor, ctx.now, &file.id).await?;
    tx.commit().await?;
    Ok(image)
}
