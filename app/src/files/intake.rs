//! A posted form with its files.
//!
//! Files are streamed to disk piece by piece and become files of the sender's
//! own; the form then holds their ids, as if a script had uploaded them before.
//! So a form needs no script to take files.

use std::collections::BTreeMap;

use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, FromRequestParts, Multipart, Request};
use mil_blob::BlobError;

use crate::error::{Error, FieldError, Msg, Result};
use crate::files::store::{self, Attachment, NewFile};
use crate::files::{kind, name};
use crate::i18n::fmt;
use crate::state::App;
use crate::web::Me;
use crate::web::input::{self, BODY_LIMIT, FIELD_LIMIT, Posted};

/// The most files in one form.
const FILES_LIMIT: usize = 50;
/// The most files that somebody may keep without attaching them to anything.
const LOOSE_LIMIT: i64 = 200;

/// A form as posted, in either encoding. A field with files holds their ids.
#[derive(Debug, Default)]
pub struct Sent {
    /// The values of each field.
    pub fields: BTreeMap<String, Vec<String>>,
    /// The files, and the field that each came in.
    pub files: Vec<(String, Attachment)>,
    /// Files that were not taken, by field.
    pub wrong: Vec<FieldError>,
    /// Whether one of them was too large.
    pub too_large: bool,
}

impl Sent {
    /// The first value of a field; empty when it was not sent.
    pub fn text(&self, field: &str) -> &str {
        self.fields
            .get(field)
            .and_then(|values| values.first())
            .map_or("", String::as_str)
    }

    /// The file that came in a field.
    ///
    /// # Errors
    /// [`Error::Invalid`] with why it was not taken, or that it is missing.
    pub fn file(&self, field: &str) -> Result<&Attachment> {
        match self.files.iter().find(|(name, _)| name == field) {
            Some((_, file)) => Ok(file),
            None => {
                let missing = || FieldError::new(field, "Choose a file first.");
                let wrong = self.wrong.first().cloned().unwrap_or_else(missing);
                Err(Error::Invalid(vec![wrong]))
            }
        }
    }

    /// Take a field out of the form.
    pub fn take(&mut self, field: &str) -> Option<String> {
        self.fields.remove(field)?.into_iter().next()
    }

    /// Take all values of a field out of the form.
    pub fn take_all(&mut self, field: &str) -> Vec<String> {
        self.fields.remove(field).unwrap_or_default()
    }
}

impl FromRequest<App> for Sent {
    type Rejection = Error;
    async fn from_request(request: Request, app: &App) -> Result<Sent> {
        let is_form =
            input::media_type(request.headers()).as_deref() == Some("multipart/form-data");
        if !is_form {
            let Posted(fields) = Posted::from_request(request, app).await?;
            return Ok(Sent {
                fields,
                ..Sent::default()
            });
        }
        let (mut parts, body) = request.into_parts();
        let me = Me::from_request_parts(&mut parts, app).await?;
        let request = Request::from_parts(parts, body);
        let form = Multipart::from_request(request, app).await.map_err(|_| {
            Error::Malformed(Msg::new(
                "The form has no boundary. Send it as multipart/form-data.",
            ))
        })?;
        read(&me, form).await
    }
}

async fn read(me: &Me, mut form: Multipart) -> Result<Sent> {
    let mut sent = Sent::default();
    let (mut parts, mut bytes) = (0, 0);
    while let Some(field) = form.next_field().await.map_err(|e| broken(&e))? {
        parts += 1;
        if parts > FIELD_LIMIT {
            return Err(Error::TooLarge(
                Msg::new("The form has more than {n} fields.").with("n", FIELD_LIMIT),
            ));
        }
        let key = field.name().unwrap_or_default().to_owned();
        if key.contains('\0') || key.chars().count() > 200 {
            return Err(Error::Malformed(Msg::new(
                "A field of the form has a name that cannot be read.",
            )));
        }
        if field.file_name().is_some() {
            if sent.files.len() == FILES_LIMIT {
                return Err(Error::TooLarge(
                    Msg::new("A form takes {n} files at most.").with("n", FILES_LIMIT),
                ));
            }
            take_file(me, &mut sent, key, field).await?;
        } else {
            let value = take_text(field, &mut bytes).await?;
            sent.fields.entry(key).or_default().push(value);
        }
    }
    Ok(sent)
}

async fn take_text(mut field: Field<'_>, bytes: &mut usize) -> Result<String> {
    let mut value = Vec::new();
    while let Some(piece) = field.chunk().await.map_err(|e| broken(&e))? {
        *bytes += piece.len();
        if *bytes > BODY_LIMIT {
            return Err(Error::TooLarge(Msg::new(
                "That is more than one megabyte. Send less, or attach it as a file.",
            )));
        }
        value.extend_from_slice(&piece);
    }
    let text = String::from_utf8(value).map_err(|_| {
        Error::Malformed(Msg::new("The text is not valid UTF-8. Send it as UTF-8."))
    })?;
    if text.contains('\0') {
        return Err(Error::Malformed(Msg::new(
            "The text holds a NUL character. Remove it.",
        )));
    }
    Ok(text)
}

/// A file that is too large is read to its end and thrown away, so that the
/// browser gets an answer in words; one of more than twice the limit is cut off.
async fn take_file(me: &Me, sent: &mut Sent, key: String, mut field: Field<'_>) -> Result<()> {
    let given = field.file_name().unwrap_or_default().to_owned();
    let limit = me.app.config.upload_bytes;
    let mut writer = None;
    let (mut head, mut size) = (Vec::new(), 0_u64);
    while let Some(piece) = field.chunk().await.map_err(|e| broken(&e))? {
        if piece.is_empty() {
            continue;
        }
        size += piece.len() as u64;
        if size > limit {
            writer = None;
            if size > limit.saturating_mul(2) {
                return Err(Error::TooLarge(too_large(me)));
            }
            continue;
        }
        if head.len() < kind::HEAD {
            let missing = kind::HEAD - head.len();
            head.extend_from_slice(&piece[..piece.len().min(missing)]);
        }
        if writer.is_none() {
            if store::count_loose(&me.app.db, &me.actor).await? >= LOOSE_LIMIT {
                return Err(Error::TooLarge(Msg::new(
                    "You have {n} files that belong to no order yet. Order or remove some first.",
                ).with("n", LOOSE_LIMIT)));
            }
            writer = Some(me.app.blobs.writer(limit).await.map_err(disk)?);
        }
        if let Some(writer) = &mut writer {
            writer.write(&piece).await.map_err(disk)?;
        }
    }
    let Some(writer) = writer else {
        if size > limit {
            sent.too_large = true;
            sent.wrong.push(FieldError::new(key, too_large(me)));
        } else if !given.is_empty() {
            sent.wrong.push(FieldError::new(
                key,
                Msg::new("“{name}” is empty. Choose another file.")
                    .with("name", name::clean(&given)),
            ));
        }
        return Ok(());
    };
    let stored = writer.finish().await.map_err(disk)?;
    let name = name::clean(&given);
    let mut tx = me.app.db.begin().await?;
    let file = store::insert(
        &mut tx,
        &me.actor,
        me.now,
        &NewFile {
            name: &name,
            media_type: kind::media_type(&head, &name),
            size: stored.size,
            sha256: stored.sha.as_str(),
        },
    )
    .await?;
    tx.commit().await?;
    sent.fields
        .entry(key.clone())
        .or_default()
        .push(file.id.clone());
    sent.files.push((key, file));
    Ok(())
}

fn too_large(me: &Me) -> Msg {
    Msg::new("The file is larger than {limit}. Send a smaller one, or a link to it.")
        .with("limit", fmt::bytes(me.lang(), me.app.config.upload_bytes))
}

fn broken(error: &MultipartError) -> Error {
    if error.status().as_u16() == 413 {
        Error::TooLarge(Msg::new("That is more than is taken here. Send less."))
    } else {
        Error::Malformed(Msg::new(
            "The upload ended too early or is not a form. Send it again.",
        ))
    }
}

/// All of a file. Whoever asks has looked at its size.
pub async fn content(app: &App, file: &Attachment) -> Result<Vec<u8>> {
    let reader = app.blobs.open(&file.sha()?, 0, None).await.map_err(disk)?;
    Ok(reader.all().await?)
}

/// A blob's error as ours.
pub fn disk(error: BlobError) -> Error {
    Error::Internal(format!("files: {error}"))
}
