//! A folder out of a ZIP. What others send is data from strangers: sizes are
//! limited while reading, nothing is written to disk, and names that lead out
//! of the folder are left out.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::error::{Error, Msg, Result};
use crate::knowledge::transfer::import::Line;

/// The most bytes of a ZIP, of one file in it, and of all of them.
pub const SENT: u64 = 60 * 1024 * 1024;
const FILE: u64 = 15 * 1024 * 1024;
const ALL: u64 = 120 * 1024 * 1024;
/// The most files.
pub const FILES: usize = 3_000;

/// Files by path.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Whether a path stays in the folder.
pub fn is_inside(path: &str) -> bool {
    !path.is_empty()
        && !path.starts_with('/')
        && !path.contains(['\\', '\0', ':'])
        && path
            .split('/')
            .all(|part| !part.is_empty() && part != "." && part != "..")
}

/// The files of a ZIP, and a line for each that was left out.
pub fn unpack(bytes: &[u8]) -> Result<(Files, Vec<Line>)> {
    let unreadable = |_| Error::field("file", "This is no ZIP file that can be read.");
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(unreadable)?;
    if zip.len() > FILES * 2 {
        return Err(Error::field(
            "file",
            Msg::new("A folder has {n} files at most.").with("n", FILES),
        ));
    }
    let (mut files, mut left, mut all) = (Files::new(), Vec::new(), 0u64);
    for at in 0..zip.len() {
        let file = match zip.by_index(at) {
            Ok(file) => file,
            Err(_) => {
                left.push(Line::left_out(&format!("#{at}"), "It cannot be read."));
                continue;
            }
        };
        let path = String::from_utf8_lossy(file.name_raw()).into_owned();
        if path.ends_with('/') {
            continue;
        }
        if !is_inside(&path) || file.is_symlink() {
            left.push(Line::left_out(&path, "Its name leads out of the folder."));
            continue;
        }
        let mut content = Vec::new();
        // One byte more than is taken, so that too much is noticed.
        if file.take(FILE + 1).read_to_end(&mut content).is_err() {
            left.push(Line::left_out(&path, "It cannot be read."));
            continue;
        }
        if content.len() as u64 > FILE {
            left.push(Line::left_out(&path, "It has more than 15 MB."));
            continue;
        }
        all += content.len() as u64;
        if all > ALL || files.len() == FILES {
            return Err(Error::TooLarge(Msg::new(
                "Unpacked, this is more than 120 MB or 3,000 files. Import it in parts.",
            )));
        }
        files.insert(path, content);
    }
    Ok((files, left))
}

/// A ZIP of files. The same files give the same bytes.
pub fn pack(files: &Files) -> Result<Vec<u8>> {
    let failed = |error: &dyn std::fmt::Display| Error::Internal(format!("zip: {error}"));
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::default());
    for (path, bytes) in files {
        zip.start_file(path, options).map_err(|e| failed(&e))?;
        zip.write_all(bytes).map_err(|e| failed(&e))?;
    }
    Ok(zip.finish().map_err(|e| failed(&e))?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lead_out_are_left_out() {
        for (path, inside) in [
            ("a.md", true),
            ("a/b c.md", true),
            ("../a.md", false),
            ("a/../../b.md", false),
            ("/etc/passwd", false),
            ("c:\\a.md", false),
            ("a//b.md", false),
            ("", false),
        ] {
            assert_eq!(is_inside(path), inside, "{path}");
        }
        let files = Files::from([
            ("../evil.md".to_owned(), b"x".to_vec()),
            ("good.md".to_owned(), b"y".to_vec()),
        ]);
        let (kept, left) = unpack(&pack(&files).unwrap()).unwrap();
        assert_eq!(kept.keys().collect::<Vec<_>>(), ["good.md"]);
        assert_eq!(left.len(), 1);
        assert!(unpack(b"no zip").is_err());
    }

    #[test]
    fn a_bomb_is_not_unpacked() {
        let files: Files = (0..12)
            .map(|n| (format!("{n}.md"), vec![b' '; 14 * 1024 * 1024]))
            .collect();
        assert!(matches!(
            unpack(&pack(&files).unwrap()),
            Err(Error::TooLarge(_))
        ));
        let big = Files::from([("big.md".to_owned(), vec![b' '; 16 * 1024 * 1024])]);
        let (kept, left) = unpack(&pack(&big).unwrap()).unwrap();
        assert!(kept.is_empty() && left.len() == 1);
    }
}
