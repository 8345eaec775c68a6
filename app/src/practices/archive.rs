//! A pack as one file: a ZIP (deflate or stored) with one folder, whose name is
//! the practice's key. What others send is data from strangers: sizes are
//! limited while reading, names are only compared, and nothing is written to disk.

use std::io::{Cursor, Read, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::pack::{BYTES, FILES, Files, Pack, Problem};
use crate::error::{Error, Msg, Result};

/// The most bytes of a pack as it is sent.
pub const SENT: usize = 5 * 1024 * 1024;

/// Write a pack. The same pack gives the same bytes.
pub fn write(pack: &Pack) -> Result<Vec<u8>> {
    let failed = |error: &dyn std::fmt::Display| Error::Internal(format!("zip: {error}"));
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::default());
    for (path, bytes) in pack.files() {
        zip.start_file(format!("{}/{path}", pack.key), options)
            .map_err(|error| failed(&error))?;
        zip.write_all(&bytes).map_err(|error| failed(&error))?;
    }
    let done = zip.finish().map_err(|error| failed(&error))?;
    Ok(done.into_inner())
}

fn wrong(text: &str) -> Vec<Problem> {
    vec![Problem {
        file: "practice.toml".to_owned(),
        line: 1,
        msg: Msg::new(text),
    }]
}

/// Read and check a pack.
///
/// # Errors
/// What is wrong, by file and line; line 1 of `practice.toml` for what concerns
/// the archive as a whole.
pub fn read(bytes: &[u8]) -> std::result::Result<Pack, Vec<Problem>> {
    let unreadable = || wrong("This is no ZIP file that can be read. Export the practice again.");
    if bytes.len() > SENT {
        return Err(wrong("A pack has at most 5 MB."));
    }
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|_| unreadable())?;
    if zip.len() > FILES * 2 {
        return Err(wrong("This pack has too many files."));
    }
    let mut key: Option<String> = None;
    let mut files = Files::new();
    for at in 0..zip.len() {
        let file = zip.by_index(at).map_err(|_| unreadable())?;
        let Ok(path) = std::str::from_utf8(file.name_raw()).map(str::to_owned) else {
            return Err(unreadable());
        };
        if path.ends_with('/') {
            continue;
        }
        let Some((folder, path)) = path.split_once('/') else {
            return Err(wrong(
                "Put the files into one folder that has the practice's key as its name.",
            ));
        };
        if *key.get_or_insert_with(|| folder.to_owned()) != folder {
            return Err(wrong(
                "Put the files into one folder that has the practice's key as its name.",
            ));
        }
        // One byte more than is taken, so that too much is noticed.
        let mut content = Vec::new();
        let most = u64::try_from(BYTES).unwrap_or(u64::MAX) + 1;
        file.take(most)
            .read_to_end(&mut content)
            .map_err(|_| unreadable())?;
        if files.insert(path.to_owned(), content).is_some() {
            return Err(wrong("A file is in the pack twice."));
        }
    }
    Pack::read(&key.unwrap_or_default(), &files, None)
}
