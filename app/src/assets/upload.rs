//! Uploads that go on where they stopped (tus 1.0.0: core, creation, checksum,
//! termination).
//!
//! What the server says it has is on disk: the bytes are flushed, then their
//! count and the state of the hash are committed, then the offset is answered.
//! After a crash what lies behind the last commit is cut off.

use std::collections::HashSet;
use std::sync::{LazyLock, Mutex};

use axum::Json;
use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use jiff::{SignedDuration, Timestamp};
use mil_blob::{BlobError, Checkpoint, Sha};
use mil_db::{Row, sql};
use schemars::JsonSchema;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::actor::Actor;
use crate::assets::store;
use crate::error::{Error, Msg, Result};
use crate::files::intake::disk;
use crate::files::name;
use crate::i18n::fmt;
use crate::random::{hex, new_id};
use crate::state::App;
use crate::web::Me;

/// After how many bytes an upload under way is made durable.
const STEP: u64 = 8 * 1024 * 1024;
/// For how long an upload may rest.
pub const REST: SignedDuration = SignedDuration::from_hours(48);
/// The most uploads that somebody may have open.
const OPEN: i64 = 200;
const VERSION: &str = "1.0.0";

/// Uploads into which somebody writes just now.
static BUSY: LazyLock<Mutex<HashSet<String>>> = LazyLock::new(Mutex::default);

struct Alone(String);

impl Alone {
    fn with(id: &str) -> Result<Alone> {
        if BUSY.lock().expect("never poisoned").insert(id.to_owned()) {
            return Ok(Alone(id.to_owned()));
        }
        Err(Error::Conflict(Msg::new(
            "Another connection sends this file just now. Wait a moment and go on from there.",
        )))
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        BUSY.lock().expect("never poisoned").remove(&self.0);
    }
}

/// An upload, under way or whole.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Upload {
    /// Its id; an asset is made from it.
    pub id: String,
    /// File name.
    pub name: String,
    /// Bytes in all.
    pub size: u64,
    /// Bytes that are on disk.
    pub received: u64,
    /// SHA-256 in hexadecimal, once it is whole.
    pub sha256: Option<String>,
    #[serde(skip)]
    state: Vec<u8>,
}

fn upload(row: &Row) -> Result<Upload> {
    let count =
        |name: &str| -> Result<u64> { Ok(u64::try_from(row.get::<i64>(name)?).unwrap_or(0)) };
    let state: String = row.get("state")?;
    let digit = |at: usize| {
        state
            .get(at..at + 2)
            .and_then(|two| u8::from_str_radix(two, 16).ok())
    };
    Ok(Upload {
        id: row.get("id")?,
        name: row.get("name")?,
        size: count("size")?,
        received: count("received")?,
        sha256: row.get("sha256")?,
        state: (0..state.len()).step_by(2).filter_map(digit).collect(),
    })
}

/// An upload of the actor's own.
pub async fn find<'a>(on: impl Into<mil_db::On<'a>>, actor: &Actor, id: &str) -> Result<Upload> {
    let row = sql("SELECT * FROM asset_upload WHERE id = $1 AND person_id = $2")
        .bind(id)
        .bind(&actor.id)
        .opt(on)
        .await?;
    upload(&row.ok_or(Error::NotFound)?)
}

/// Begin an upload.
pub async fn begin(me: &Me, given: &str, size: u64) -> Result<Upload> {
    store::require_edit(&me.actor)?;
    if size == 0 {
        return Err(Error::field(
            "file",
            Msg::new("“{name}” is empty. Choose another file.").with("name", name::clean(given)),
        ));
    }
    if size > me.app.config.upload_bytes {
        return Err(Error::TooLarge(
            Msg::new("The file is larger than {limit}. Send a smaller one, or a link to it.")
                .with("limit", fmt::bytes(me.lang(), me.app.config.upload_bytes)),
        ));
    }
    let open: i64 = sql("SELECT COUNT(*) AS n FROM asset_upload WHERE person_id = $1")
        .bind(&me.actor.id)
        .value("n", &me.app.db)
        .await?;
    if open >= OPEN {
        return Err(Error::TooLarge(
            Msg::new("You have {n} uploads that became no asset yet. Add or remove some first.")
                .with("n", OPEN),
        ));
    }
    let new = Upload {
        id: new_id(me.now),
        name: name::clean(given),
        size,
        received: 0,
        sha256: None,
        state: Vec::new(),
    };
    let mut tx = me.app.db.begin().await?;
    sql("INSERT INTO asset_upload (id, person_id, name, size, received, state, created_at, touched_at)
         VALUES ($1, $2, $3, $4, 0, '', $5, $5)")
    .bind(&new.id)
    .bind(&me.actor.id)
    .bind(&new.name)
    .bind(i64::try_from(size).unwrap_or(i64::MAX))
    .bind(me.now.as_microsecond())
    .run(&mut tx)
    .await?;
    tx.commit().await?;
    Ok(new)
}

/// Commit what is on disk.
async fn commit(app: &App, now: Timestamp, id: &str, known: u64, at: &Checkpoint) -> Result<()> {
    let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let mut tx = app.db.begin().await?;
    let done = sql("UPDATE asset_upload SET received = $1, state = $2, touched_at = $3 WHERE id = $4 AND received = $5")
        .bind(count(at.size))
        .bind(hex(&at.state))
        .bind(now.as_microsecond())
        .bind(id)
        .bind(count(known))
        .run(&mut tx)
        .await?;
    if done == 0 {
        return Err(Error::NotFound); // given up meanwhile
    }
    tx.commit().await?;
    Ok(())
}

/// All bytes are there: give the blob its name. Also after a crash in the middle
/// of that.
async fn complete(app: &App, up: &mut Upload) -> Result<()> {
    if up.received < up.size || up.sha256.is_some() {
        return Ok(());
    }
    let at = Checkpoint {
        size: up.received,
        state: up.state.clone(),
    };
    let sha = match app.blobs.resume(&up.id, &at, up.size).await {
        Ok(resumed) => resumed.finish().await.map_err(disk)?.sha,
        Err(BlobError::Missing) => {
            // It was moved already, and only this row does not know.
            app.blobs.give_up(&up.id).await.map_err(disk)?;
            let sha = at.sha().ok_or(Error::NotFound)?;
            app.blobs.size(&sha).await.map_err(disk)?;
            sha
        }
        Err(error) => return Err(disk(error)),
    };
    let mut tx = app.db.begin().await?;
    sql("UPDATE asset_upload SET sha256 = $1 WHERE id = $2")
        .bind(sha.as_str())
        .bind(&up.id)
        .run(&mut tx)
        .await?;
    tx.commit().await?;
    up.sha256 = Some(sha.as_str().to_owned());
    Ok(())
}

/// Take the next bytes, which begin at `offset`. An upload that ends early keeps
/// what came. With a checksum it is all or nothing.
async fn take(
    me: &Me,
    id: &str,
    offset: u64,
    checksum: Option<Vec<u8>>,
    body: Body,
) -> Result<Upload> {
    let _alone = Alone::with(id)?;
    let app = &me.app;
    let mut up = find(&app.db, &me.actor, id).await?;
    if offset != up.received {
        return Err(Error::Conflict(
            Msg::new("There are {n} bytes of this file here. Go on from there.")
                .with("n", up.received),
        ));
    }
    if up.received < up.size {
        let at = Checkpoint {
            size: up.received,
            state: up.state.clone(),
        };
        let mut blob = app.blobs.resume(id, &at, up.size).await.map_err(disk)?;
        let mut bytes = body.into_data_stream();
        let mut hash = Sha256::new();
        let mut broken = false;
        while let Some(piece) = bytes.next().await {
            let Ok(piece) = piece else {
                broken = true;
                break;
            };
            blob.write(&piece).await.map_err(|error| match error {
                BlobError::TooLarge(_) => Error::TooLarge(Msg::new(
                    "These are more bytes than the upload was to have.",
                )),
                other => disk(other),
            })?;
            if checksum.is_some() {
                hash.update(&piece);
            } else if blob.size() - up.received >= STEP {
                let at = blob.checkpoint().await.map_err(disk)?;
                commit(app, me.now, id, up.received, &at).await?;
                (up.received, up.state) = (at.size, at.state);
            }
        }
        if checksum
            .as_ref()
            .is_some_and(|sum| broken || hash.finalize().as_slice() != sum.as_slice())
        {
            return Err(Error::Malformed(Msg::new(CHECKSUM)));
        }
        if blob.size() > up.received {
            let at = blob.checkpoint().await.map_err(disk)?;
            commit(app, me.now, id, up.received, &at).await?;
            (up.received, up.state) = (at.size, at.state);
        }
    }
    complete(app, &mut up).await?;
    Ok(up)
}

const CHECKSUM: &str = "The bytes that came are not those that were sent. Send them again.";

/// Give an upload up.
pub async fn give_up(me: &Me, id: &str) -> Result<()> {
    let _alone = Alone::with(id)?;
    find(&me.app.db, &me.actor, id).await?;
    let mut tx = me.app.db.begin().await?;
    sql("DELETE FROM asset_upload WHERE id = $1")
        .bind(id)
        .run(&mut tx)
        .await?;
    tx.commit().await?;
    me.app.blobs.give_up(id).await.map_err(disk)
}

/// Take away what nobody went on with, and files that no row knows. The bytes
/// of whole ones are taken away by [`crate::files::sweep`].
pub async fn sweep(app: &App, now: Timestamp) -> Result<usize> {
    let before = now.checked_sub(REST).unwrap_or(Timestamp::MIN);
    let mut tx = app.db.begin().await?;
    sql("DELETE FROM asset_upload WHERE touched_at < $1")
        .bind(before.as_microsecond())
        .run(&mut tx)
        .await?;
    tx.commit().await?;
    let mut gone = 0;
    for id in app.blobs.resumable().await.map_err(disk)? {
        let known = sql("SELECT id FROM asset_upload WHERE id = $1")
            .bind(&id)
            .opt(&app.db)
            .await?;
        if known.is_none() {
            app.blobs.give_up(&id).await.map_err(disk)?;
            gone += 1;
        }
    }
    Ok(gone)
}

fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

/// The value of a key in `Upload-Metadata`.
fn metadata(headers: &HeaderMap, key: &str) -> Option<String> {
    let all = headers.get("upload-metadata")?.to_str().ok()?;
    let value = all
        .split(',')
        .find_map(|pair| pair.trim().strip_prefix(key)?.strip_prefix(' '))?;
    String::from_utf8(base64(value.trim())?).ok()
}

/// Base64 (RFC 4648, 4), with or without the padding.
fn base64(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let (mut bits, mut count) = (0_u32, 0);
    for byte in text.trim_end_matches('=').bytes() {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(six);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
        }
    }
    Some(out)
}

fn answer(status: StatusCode, up: Option<&Upload>, response: impl IntoResponse) -> Response {
    let mut response = (status, response).into_response();
    let headers = response.headers_mut();
    let mut set = |name: &'static str, value: String| {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    };
    set("tus-resumable", VERSION.to_owned());
    set("tus-version", VERSION.to_owned());
    set("tus-extension", "creation,checksum,termination".to_owned());
    set("tus-checksum-algorithm", "sha256".to_owned());
    set("cache-control", "no-store".to_owned());
    if let Some(up) = up {
        set("upload-offset", up.received.to_string());
        set("upload-length", up.size.to_string());
    }
    response
}

/// POST /api/v1/asset-uploads
pub async fn create(me: Me, headers: HeaderMap) -> Result<Response> {
    store::require_edit(&me.actor)?;
    let size = number(&headers, "upload-length").ok_or_else(|| {
        Error::Malformed(Msg::new("Say in Upload-Length how many bytes will come."))
    })?;
    let given = metadata(&headers, "filename").unwrap_or_default();
    let new = begin(&me, &given, size).await?;
    let place = format!("/api/v1/asset-uploads/{}", new.id);
    let mut response = answer(StatusCode::CREATED, Some(&new), Json(&new));
    if let Ok(place) = HeaderValue::from_str(&place) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

/// GET and HEAD /api/v1/asset-uploads/{upload}
pub async fn show(me: Me, Path(id): Path<String>) -> Result<Response> {
    let up = find(&me.app.db, &me.actor, &id).await?;
    Ok(answer(StatusCode::OK, Some(&up), Json(&up)))
}

/// PATCH /api/v1/asset-uploads/{upload}
pub async fn go_on(
    me: Me,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response> {
    store::require_edit(&me.actor)?;
    find(&me.app.db, &me.actor, &id).await?;
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok());
    if kind != Some("application/offset+octet-stream") {
        return Err(Error::Malformed(Msg::new(
            "Send the bytes as application/offset+octet-stream, and in Upload-Offset where they begin.",
        )));
    }
    let offset = number(&headers, "upload-offset").ok_or_else(|| {
        Error::Malformed(Msg::new("Say in Upload-Offset where these bytes begin."))
    })?;
    let checksum = match headers.get("upload-checksum").and_then(|v| v.to_str().ok()) {
        None => None,
        Some(text) => Some(
            text.strip_prefix("sha256 ")
                .and_then(base64)
                .ok_or_else(|| {
                    Error::Malformed(Msg::new("Checksums are taken as sha256, in Base64."))
                })?,
        ),
    };
    match take(&me, &id, offset, checksum, body).await {
        Ok(up) => Ok(answer(StatusCode::NO_CONTENT, Some(&up), ())),
        // The status that tus gives to it.
        Err(Error::Malformed(msg)) if msg.text == CHECKSUM => {
            let status = StatusCode::from_u16(460).unwrap_or(StatusCode::BAD_REQUEST);
            Ok(answer(
                status,
                None,
                Json(serde_json::json!({ "detail": msg.text })),
            ))
        }
        Err(error) => Err(error),
    }
}

/// DELETE /api/v1/asset-uploads/{upload}
pub async fn remove(me: Me, Path(id): Path<String>) -> Result<Response> {
    give_up(&me, &id).await?;
    Ok(answer(StatusCode::NO_CONTENT, None, ()))
}

/// The first bytes of a blob, to see what it is.
pub async fn head(app: &App, sha: &Sha) -> Result<Vec<u8>> {
    let length = Some(crate::files::kind::HEAD as u64);
    Ok(app
        .blobs
        .open(sha, 0, length)
        .await
        .map_err(disk)?
        .all()
        .await?)
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn base64_is_read() {
        for (text, bytes) in [
            ("", Some(&b""[..])),
            ("Zg==", Some(b"f")),
            ("Zm8", Some(b"fo")),
            ("Zm9v", Some(b"foo")),
            ("+/8=", Some(b"\xfb\xff")),
            ("a b", None),
        ] {
            assert_eq!(base64(text).as_deref(), bytes, "{text}");
        }
    }
}
