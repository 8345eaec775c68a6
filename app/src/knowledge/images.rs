//! Images in articles. The bytes lie among the blobs; who sees the article
//! sees its images, and nobody else. Only what really is a picture is taken.

use jiff::Timestamp;
use mil_db::{Db, On, Tx, sql};
use serde_json::json;

use crate::actor::Actor;
use crate::clock::from_micros;
use crate::error::{Error, Msg, Result};
use crate::files::{Attachment, kind};
use crate::knowledge::store;
use crate::knowledge::write::{by, lock, note};
use crate::policy;
use crate::random::new_id;
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

/// What is known of new bytes, which are on disk already.
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
        return Err(Error::field(
            "file",
            "This is no picture that can be shown. Use PNG, JPEG, WebP, AVIF or GIF.",
        ));
    }
    if new.size > BYTES {
        return Err(Error::field(
            "file",
            "The picture has more than 15 MB. Make it smaller.",
        ));
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
        "INSERT INTO article_image (id, article_id, name, media_type, size, sha256, uploaded_by, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
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

/// Make a file that was just uploaded an image of an article.
pub async fn take(ctx: &Ctx, actor: &Actor, id: &str, file: &Attachment) -> Result<String> {
    let mut tx = ctx.app.db.begin().await?;
    let article = lock(&mut tx, ctx, actor, id).await?;
    let new = NewImage {
        name: &file.name,
        media_type: &file.media_type,
        size: file.size,
        sha256: &file.sha256,
    };
    let image = add(&mut tx, ctx, actor, &article.id, new).await?;
    crate::files::store::remove_loose(&mut tx, actor, ctx.now, &file.id).await?;
    tx.commit().await?;
    Ok(image)
}
