//! The text inside files, so that a request or an asset is found by what stands
//! in its attachments.
//!
//! | file | what it holds |
//! |---|---|
//! | [`office`] | DOCX and XLSX (pure) |
//! | [`pdf`] | PDF, by pdftotext in a process of its own |
//!
//! Files come from strangers. They are read in the background, one after the
//! other, each with a limit of size, of what it unfolds to and of time; one that
//! cannot be read is marked and never looked at again.

mod office;
mod pdf;

use jiff::Timestamp;
use mil_blob::Sha;
use mil_db::{Tx, sql};

use crate::App;
use crate::error::Result;

/// The largest file that is read, in bytes.
const LARGEST: u64 = 25_000_000;
/// The most text that is kept of a file, in letters.
pub const KEPT: usize = 200_000;
/// How many files are read in one go.
const AT_ONCE: i64 = 4;
/// A file that waits to be read.
const WAITING: &str = "waiting";

/// How a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain,
    Docx,
    Xlsx,
    Pdf,
}

impl Kind {
    fn of(name: &str) -> Option<Kind> {
        let ending = name.rsplit_once('.')?.1.to_lowercase();
        Some(match ending.as_str() {
            "txt" | "md" | "csv" => Kind::Plain,
            "docx" => Kind::Docx,
            "xlsx" => Kind::Xlsx,
            "pdf" => Kind::Pdf,
            _ => return None,
        })
    }
}

/// Have the text of a file read, in the transaction that takes the file in.
/// `name` says by its ending what it is; files without text are left alone.
pub async fn want(tx: &mut Tx, sha256: &str, name: &str) -> Result<()> {
    if Kind::of(name).is_none() {
        return Ok(());
    }
    sql(
        "INSERT INTO file_text (sha256, body, problem, read_at, name) VALUES ($1, '', $2, 0, $3)
         ON CONFLICT (sha256) DO NOTHING",
    )
    .bind(sha256)
    .bind(WAITING)
    .bind(name)
    .run(tx)
    .await?;
    Ok(())
}

/// Read files that wait, and index anew what they belong to. Returns how many
/// were looked at.
pub async fn run(app: &App, now: Timestamp) -> Result<usize> {
    let waiting = sql(
        "SELECT sha256, name FROM file_text WHERE problem = 'waiting' ORDER BY sha256 LIMIT $1",
    )
    .bind(AT_ONCE)
    .all(&app.db)
    .await?;
    for row in &waiting {
        let (sha, name): (String, String) = (row.get("sha256")?, row.get("name")?);
        let (body, problem) = match text_of(app, &sha, &name).await {
            Ok(text) => (text, ""),
            Err(problem) => (String::new(), problem),
        };
        if !problem.is_empty() {
            tracing::info!(name, problem, "a file's text is not searched");
        }
        let mut tx = app.db.begin().await?;
        sql("UPDATE file_text SET body = $1, problem = $2, read_at = $3 WHERE sha256 = $4")
            .bind(body)
            .bind(problem)
            .bind(now.as_microsecond())
            .bind(&sha)
            .run(&mut tx)
            .await?;
        tx.commit().await?;
        super::requests::index_with_file(app, &sha).await?;
        super::assets::index_with_file(app, &sha).await?;
    }
    Ok(waiting.len())
}

/// The text of a stored file, or why there is none.
async fn text_of(app: &App, sha: &str, name: &str) -> Result<String, &'static str> {
    let kind = Kind::of(name).ok_or("unknown")?;
    let sha = Sha::parse(sha).ok_or("missing")?;
    let size = app.blobs.size(&sha).await.map_err(|_| "missing")?;
    if size > LARGEST {
        return Err("too large");
    }
    let reader = app.blobs.open(&sha, 0, None).await.map_err(|_| "missing")?;
    let bytes = reader.all().await.map_err(|_| "missing")?;
    let text = tokio::task::spawn_blocking(move || extract(kind, bytes))
        .await
        .unwrap_or(Err("it brought the reader down"))?;
    Ok(tidy(&text))
}

fn extract(kind: Kind, bytes: Vec<u8>) -> Result<String, &'static str> {
    match kind {
        Kind::Plain => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Kind::Docx => office::docx(&bytes),
        Kind::Xlsx => office::xlsx(&bytes),
        Kind::Pdf => pdf::text(&bytes),
    }
}

/// Words with one space between them and nothing that a database refuses.
fn tidy(text: &str) -> String {
    let mut out = String::new();
    let mut letters = 0;
    for word in text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
    {
        letters += word.chars().count() + 1;
        if letters > KEPT {
            break;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_bounded_and_clean() {
        assert_eq!(tidy(" a\0b\n\tc "), "a b c");
        assert!(tidy(&"word ".repeat(100_000)).len() <= KEPT);
        assert_eq!(Kind::of("Brief.DOCX"), Some(Kind::Docx));
        assert_eq!(Kind::of("logo.png"), None);
        assert_eq!(Kind::of("noending"), None);
        assert!(extract(Kind::Docx, b"no zip at all".to_vec()).is_err());
    }
}
