//! Files over HTTP: the same handlers serve pages and the API.

use axum::Json;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Msg, Result};
use crate::files::store::{self, Attachment};
use crate::files::{Sent, send};
use crate::web::{Me, Query};
use crate::work;

/// How many files a list answers at once.
const PAGE: usize = 200;

/// A file.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct FileView {
    pub id: String,
    pub name: String,
    /// Bytes.
    pub size: u64,
    pub media_type: String,
    /// SHA-256 of the bytes, in hexadecimal.
    pub sha256: String,
    /// The request it belongs to.
    pub request_id: Option<String>,
    pub comment_id: Option<String>,
    /// The field of the order that it answers.
    pub field: Option<String>,
    /// Only agents see it.
    pub internal: bool,
    pub uploaded_by: String,
    pub created_at: String,
    /// A fact about it for whoever uploaded it.
    pub note: String,
}

/// Files, oldest first.
#[derive(Serialize, JsonSchema)]
pub struct Files {
    /// The files.
    pub items: Vec<FileView>,
    /// For `?after=`; null at the end.
    pub next: Option<String>,
}

/// Where a list goes on.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct After {
    /// `next` of the page before.
    #[serde(default)]
    pub after: Option<String>,
}

fn view(file: Attachment) -> FileView {
    FileView {
        id: file.id,
        name: file.name,
        size: file.size,
        media_type: file.media_type,
        sha256: file.sha256,
        request_id: file.item_id,
        comment_id: file.comment_id,
        field: file.field,
        internal: file.internal,
        uploaded_by: file.uploaded_by,
        created_at: file.created_at.to_string(),
        note: String::new(),
    }
}

/// POST /files, POST /api/v1/files: one file as the part `file`.
pub async fn upload(_me: Me, sent: Sent) -> Result<Response> {
    match sent.wrong.first() {
        Some(wrong) if sent.too_large => return Err(Error::TooLarge(wrong.msg.clone())),
        Some(_) => return Err(Error::Invalid(sent.wrong)),
        None => {}
    }
    let mut files = sent.files.into_iter().filter(|(key, _)| key == "file");
    match (files.next(), files.next()) {
        (Some((_, file)), None) => Ok((StatusCode::CREATED, Json(view(file))).into_response()),
        _ => Err(Error::field(
            "file",
            Msg::new("Send one file, as the part `file` of multipart/form-data."),
        )),
    }
}

/// How a file is opened.
#[derive(Deserialize)]
pub struct How {
    #[serde(default)]
    download: Option<String>,
}

/// GET /files/{file}/{name}. The name is there for people; the id decides.
pub async fn open(
    me: Me,
    Path((id, _name)): Path<(String, String)>,
    Query(how): Query<How>,
    headers: HeaderMap,
) -> Result<Response> {
    let file = store::find(&me.app.db, &me.actor, &id).await?;
    send::file(&me.app, &file, &headers, how.download.is_some()).await
}

/// GET /api/v1/files/{file}/content
pub async fn content(me: Me, Path(id): Path<String>, headers: HeaderMap) -> Result<Response> {
    let file = store::find(&me.app.db, &me.actor, &id).await?;
    send::file(&me.app, &file, &headers, true).await
}

/// GET /api/v1/files/{file}
pub async fn show(me: Me, Path(id): Path<String>) -> Result<Json<FileView>> {
    Ok(Json(view(store::find(&me.app.db, &me.actor, &id).await?)))
}

/// DELETE /api/v1/files/{file}
pub async fn remove(me: Me, Path(id): Path<String>) -> Result<StatusCode> {
    let mut tx = me.app.db.begin().await?;
    store::remove_loose(&mut tx, &me.actor, me.now, &id).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// GET /api/v1/requests/{item}/files
pub async fn of_item(
    me: Me,
    Path(id): Path<String>,
    Query(after): Query<After>,
) -> Result<Json<Files>> {
    let item = work::store::find(&me.app.db, &me.actor, &id).await?;
    let after = after.after.unwrap_or_default();
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut found = store::of_item(&me.app.db, &me.actor, &item, &after, limit).await?;
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    let next = found.last().filter(|_| more).map(|file| file.id.clone());
    Ok(Json(Files {
        items: found.into_iter().map(view).collect(),
        next,
    }))
}
