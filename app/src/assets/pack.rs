//! Many assets as one ZIP: taken in and handed out.

use std::io::{self, Read, Write};

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use mil_blob::Sha;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::assets::verbs::File;
use crate::error::{Error, FieldError, Msg, Result};
use crate::files::{Attachment, kind, name};
use crate::state::App;

/// The most files in one ZIP.
pub const MOST: usize = 500;
/// At most so many times as large as it travelled may everything become.
const SWELL: u64 = 100;

/// What was in a ZIP.
#[derive(Debug, Default)]
pub struct Unpacked {
    /// Each is in the store.
    pub files: Vec<File>,
    /// Names of what was left out: folders of programs, links, what is empty.
    pub skipped: Vec<String>,
}

fn bad(text: &'static str) -> Error {
    Error::Invalid(vec![FieldError::new("files", text)])
}

/// Take the files out of a ZIP in the store. Names are only names: whatever path
/// they carry, nothing is written anywhere but into the store.
///
/// # Errors
/// [`Error::Invalid`] when it is no ZIP, or becomes too much.
pub async fn unpack(app: &App, sha: &Sha, packed: u64) -> Result<Unpacked> {
    let packed_in = app
        .blobs
        .local(sha)
        .await
        .map_err(crate::files::intake::disk)?;
    let blobs = app.blobs.clone();
    let each = app.config.upload_bytes;
    let all = packed
        .saturating_mul(SWELL)
        .clamp(50_000_000, each.saturating_mul(4));
    let runtime = tokio::runtime::Handle::current();
    let task = tokio::task::spawn_blocking(move || -> Result<Unpacked> {
        let file = std::fs::File::open(&packed_in)?;
        let mut zip =
            ZipArchive::new(file).map_err(|_| bad("This is not a ZIP file, or it is damaged."))?;
        if zip.len() > MOST {
            return Err(Error::Invalid(vec![FieldError::new(
                "files",
                Msg::new("The ZIP holds more than {n} files. Send it in parts.").with("n", MOST),
            )]));
        }
        let mut out = Unpacked::default();
        let mut total = 0_u64;
        for at in 0..zip.len() {
            let mut entry = match zip.by_index(at) {
                Ok(entry) => entry,
                Err(_) => {
                    return Err(bad(
                        "A file in the ZIP is locked or damaged. Pack it again without a password.",
                    ));
                }
            };
            let given = entry
                .name()
                .map_or_else(|_| String::new(), |n| n.into_owned());
            let plain = name::clean(&given);
            let is_ours = given.starts_with("__MACOSX")
                || given
                    .rsplit(['/', '\\'])
                    .next()
                    .is_some_and(|n| n.starts_with('.'));
            if entry.is_dir() {
                continue;
            }
            if is_ours || entry.is_symlink() || plain == "file" {
                out.skipped.push(plain);
                continue;
            }
            let mut writer = runtime
                .block_on(blobs.writer(each))
                .map_err(crate::files::intake::disk)?;
            let mut head = Vec::new();
            let mut piece = vec![0; 64 * 1024];
            loop {
                let n = entry
                    .read(&mut piece)
                    .map_err(|_| bad("A file in the ZIP is damaged. Pack it again."))?;
                if n == 0 {
                    break;
                }
                total += n as u64;
                if total > all {
                    return Err(bad(
                        "Unpacked, this ZIP is far larger than it looks. Send the files one by one.",
                    ));
                }
                if head.len() < kind::HEAD {
                    head.extend_from_slice(&piece[..n.min(kind::HEAD - head.len())]);
                }
                runtime
                    .block_on(writer.write(&piece[..n]))
                    .map_err(|_| bad("A file in the ZIP is too large."))?;
            }
            if writer.size() == 0 {
                out.skipped.push(plain);
                continue;
            }
            let stored = runtime
                .block_on(writer.finish())
                .map_err(crate::files::intake::disk)?;
            out.files.push(File {
                media_type: kind::media_type(&head, &plain).to_owned(),
                name: plain,
                size: stored.size,
                sha256: stored.sha.as_str().to_owned(),
            });
        }
        Ok(out)
    });
    task.await
        .map_err(|e| Error::Internal(format!("unpack: {e}")))?
}

/// Where the writer's bytes go: to the client, a piece at a time.
struct Out(tokio::sync::mpsc::Sender<io::Result<Bytes>>);

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0
            .blocking_send(Ok(Bytes::copy_from_slice(bytes)))
            .map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Files as one ZIP, made while it is sent; `note` goes along as a text.
pub fn stream(app: &App, title: &str, files: Vec<Attachment>, note: String) -> Response {
    let (send, receive) = tokio::sync::mpsc::channel(8);
    let blobs = app.blobs.clone();
    let runtime = tokio::runtime::Handle::current();
    tokio::task::spawn_blocking(move || {
        let out = Out(send.clone());
        if let Err(error) = write(&runtime, &blobs, out, &files, &note) {
            // The client sees a broken download rather than a short one.
            let _ = send.blocking_send(Err(error));
        }
    });
    let stream = futures_util::stream::unfold(receive, |mut receive| async move {
        receive.recv().await.map(|piece| (piece, receive))
    });
    let mut response = Body::from_stream(stream).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/zip"),
    );
    let shown = name::disposition(false, &name::clean(&format!("{title}.zip")));
    if let Ok(value) = HeaderValue::from_str(&shown) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

fn write(
    runtime: &tokio::runtime::Handle,
    blobs: &mil_blob::Blobs,
    out: Out,
    files: &[Attachment],
    note: &str,
) -> io::Result<()> {
    let mut zip = ZipWriter::new_stream(io::BufWriter::with_capacity(64 * 1024, out));
    let mut names: Vec<String> = Vec::new();
    let plain = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for file in files {
        let mut shown = file.name.clone();
        let (stem, ending) = file
            .name
            .rsplit_once('.')
            .map_or((file.name.as_str(), ""), |(a, b)| (a, b));
        let mut n = 1;
        while names.contains(&shown.to_lowercase()) {
            n += 1;
            shown = format!("{stem} ({n}).{ending}");
        }
        names.push(shown.to_lowercase());
        let sha = Sha::parse(&file.sha256).ok_or(io::ErrorKind::NotFound)?;
        let mut from = runtime
            .block_on(blobs.open(&sha, 0, None))
            .map_err(io::Error::other)?;
        zip.start_file(shown, plain.large_file(file.size > u64::from(u32::MAX) / 2))?;
        while let Some(piece) = runtime.block_on(from.next())? {
            zip.write_all(&piece)?;
        }
    }
    if !note.is_empty() {
        zip.start_file("README.txt", plain)?;
        zip.write_all(note.as_bytes())?;
    }
    zip.finish()?.into_inner().flush()?;
    Ok(())
}
