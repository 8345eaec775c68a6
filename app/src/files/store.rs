//! The rows of files.

use jiff::Timestamp;
use mil_blob::Sha;
use mil_db::{Db, On, Row, Tx, sql};
use serde_json::json;

use crate::actor::Actor;
use crate::clock::from_micros;
use crate::error::{Error, Result};
use crate::events::{self, Audience, Event};
use crate::policy::{self, Do};
use crate::random::new_id;
use crate::work::{self, Item};

/// A file.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Attachment {
    pub id: String,
    /// `None` while it belongs to its uploader only.
    pub item_id: Option<String>,
    pub comment_id: Option<String>,
    /// Key of the form field that it answers.
    pub field: Option<String>,
    pub internal: bool,
    pub name: String,
    pub media_type: String,
    /// Bytes.
    pub size: u64,
    pub sha256: String,
    pub uploaded_by: String,
    pub created_at: Timestamp,
}

impl Attachment {
    /// Where it is opened.
    pub fn href(&self) -> String {
        super::name::href(&self.id, &self.name)
    }

    /// The name of its bytes.
    pub fn sha(&self) -> Result<Sha> {
        Sha::parse(&self.sha256)
            .ok_or_else(|| Error::Internal(format!("file {} has no hash", self.id)))
    }
}

fn attachment(row: &Row) -> Result<Attachment> {
    Ok(Attachment {
        id: row.get("id")?,
        item_id: row.get("item_id")?,
        comment_id: row.get("comment_id")?,
        field: row.get("field")?,
        internal: row.get::<String>("visibility")? != "public",
        name: row.get("name")?,
        media_type: row.get("media_type")?,
        size: u64::try_from(row.get::<i64>("size")?).unwrap_or(0),
        sha256: row.get("sha256")?,
        uploaded_by: row.get("uploaded_by")?,
        created_at: from_micros(row.get("created_at")?),
    })
}

/// A file that `actor` may see.
///
/// # Errors
/// [`Error::NotFound`] also when it exists but is not theirs to see.
pub async fn find(db: &Db, actor: &Actor, id: &str) -> Result<Attachment> {
    let row = sql("SELECT * FROM attachment WHERE id = $1 AND removed_at IS NULL")
        .bind(id)
        .opt(db)
        .await?;
    let file = attachment(&row.ok_or(Error::NotFound)?)?;
    let sees = match &file.item_id {
        None => file.uploaded_by == actor.id,
        Some(item) => {
            let item = work::store::find(db, actor, item).await?;
            !file.internal || policy::on_item(actor, Do::SeeInternal, &item.facts())
        }
    };
    if sees { Ok(file) } else { Err(Error::NotFound) }
}

/// A file of the actor's own that belongs to nothing yet.
pub async fn find_loose<'a>(
    on: impl Into<On<'a>>,
    actor: &Actor,
    id: &str,
) -> Result<Option<Attachment>> {
    let row = sql("SELECT * FROM attachment
         WHERE id = $1 AND uploaded_by = $2 AND item_id IS NULL AND removed_at IS NULL")
    .bind(id)
    .bind(&actor.id)
    .opt(on)
    .await?;
    row.as_ref().map(attachment).transpose()
}

/// The files of an item that `actor` may see, oldest first: at most `limit`
/// after the file `after`. The item itself must have been found for the actor.
pub async fn of_item(
    db: &Db,
    actor: &Actor,
    item: &Item,
    after: &str,
    limit: i64,
) -> Result<Vec<Attachment>> {
    let internal = policy::on_item(actor, Do::SeeInternal, &item.facts());
    let rows = sql(
        "SELECT * FROM attachment WHERE item_id = $1 AND id > $2 AND removed_at IS NULL
            AND (visibility = 'public' OR $3 = 1) ORDER BY id LIMIT $4",
    )
    .bind(&item.id)
    .bind(after)
    .bind(i64::from(internal))
    .bind(limit)
    .all(db)
    .await?;
    rows.iter().map(attachment).collect()
}

/// What is known of new bytes.
#[derive(Debug)]
#[allow(missing_docs)]
pub struct NewFile<'a> {
    pub name: &'a str,
    pub media_type: &'a str,
    pub size: u64,
    pub sha256: &'a str,
}

/// Insert a file of the actor's own. Its bytes must be on disk.
pub async fn insert(
    tx: &mut Tx,
    actor: &Actor,
    now: Timestamp,
    new: &NewFile<'_>,
) -> Result<Attachment> {
    let id = new_id(now);
    let size = i64::try_from(new.size).unwrap_or(i64::MAX);
    sql(
        "INSERT INTO attachment (id, visibility, name, media_type, size, sha256, uploaded_by, created_at)
         VALUES ($1, 'public', $2, $3, $4, $5, $6, $7)",
    )
    .bind(&id)
    .bind(new.name)
    .bind(new.media_type)
    .bind(size)
    .bind(new.sha256)
    .bind(&actor.id)
    .bind(now.as_microsecond())
    .run(&mut *tx)
    .await?;
    let data = json!({ "name": new.name, "size": new.size, "sha256": new.sha256 });
    note(tx, actor, now, "file.uploaded", &id, data).await?;
    Ok(Attachment {
        id,
        item_id: None,
        comment_id: None,
        field: None,
        internal: false,
        name: new.name.to_owned(),
        media_type: new.media_type.to_owned(),
        size: new.size,
        sha256: new.sha256.to_owned(),
        uploaded_by: actor.id.clone(),
        created_at: now,
    })
}

/// A file of the actor's own with the bytes of another that they may see.
pub async fn copy(
    tx: &mut Tx,
    actor: &Actor,
    now: Timestamp,
    of: &Attachment,
) -> Result<Attachment> {
    let new = NewFile {
        name: &of.name,
        media_type: &of.media_type,
        size: of.size,
        sha256: &of.sha256,
    };
    insert(tx, actor, now, &new).await
}

/// Take a file of the actor's own away again.
///
/// # Errors
/// [`Error::NotFound`] when there is none, also when an item has it already.
pub async fn remove_loose(tx: &mut Tx, actor: &Actor, now: Timestamp, id: &str) -> Result<()> {
    let gone = sql("DELETE FROM attachment WHERE id = $1 AND uploaded_by = $2 AND item_id IS NULL")
        .bind(id)
        .bind(&actor.id)
        .run(&mut *tx)
        .await?;
    if gone == 0 {
        return Err(Error::NotFound);
    }
    note(tx, actor, now, "file.removed", id, json!({})).await
}

/// How many files belong to the actor only.
pub async fn count_loose(db: &Db, actor: &Actor) -> Result<i64> {
    Ok(
        sql("SELECT COUNT(*) AS n FROM attachment WHERE uploaded_by = $1 AND item_id IS NULL")
            .bind(&actor.id)
            .value("n", db)
            .await?,
    )
}

async fn note(
    tx: &mut Tx,
    actor: &Actor,
    now: Timestamp,
    verb: &'static str,
    id: &str,
    data: serde_json::Value,
) -> Result<()> {
    let event = Event {
        verb,
        object_kind: "file",
        object_id: id,
        item_id: None,
        audience: Audience::Audit,
        data,
    };
    events::append(tx, actor, now, event).await?;
    Ok(())
}
