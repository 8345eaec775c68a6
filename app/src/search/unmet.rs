//! What was looked for in vain: the words, how often, in which language. Not who
//! looked, and nothing that could be a name, a number or an address.

use jiff::{SignedDuration, Timestamp};
use mil_db::{Db, sql};

use super::words;
use crate::App;
use crate::clock::from_micros;
use crate::error::Result;
use crate::web::Me;

/// How long they are kept after the last time, in days.
pub const KEPT_DAYS: i64 = 90;
/// The most words that are kept of a question.
const MOST: usize = 6;

/// Where something was looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The search.
    Search,
    /// The glossary.
    Glossary,
}

impl Place {
    /// The word in the database.
    pub fn key(self) -> &'static str {
        match self {
            Place::Search => "search",
            Place::Glossary => "glossary",
        }
    }
}

/// Something that was looked for in vain.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Unmet {
    pub words: String,
    pub language: String,
    pub times: i64,
    pub last_at: Timestamp,
}

/// What may be kept of a question (pure): its telling words, without those that
/// hold a digit, belong to an address, or are among `names`.
pub fn keep(question: &str, names: &[String]) -> String {
    let plain: Vec<&str> = question
        .split_whitespace()
        .filter(|part| !part.contains(['@', '/', '\\']) && !part.contains(|c: char| c.is_numeric()))
        .collect();
    let kept: Vec<String> = words::wanted(&plain.join(" "), MOST * 2)
        .into_iter()
        .filter(|word| word.chars().count() > 1 && !names.contains(word))
        .take(MOST)
        .collect();
    kept.join(" ")
}

/// Remember that nothing was found.
pub async fn record(me: &Me, place: Place, question: &str) -> Result<()> {
    let names: Vec<String> = sql("SELECT name FROM person")
        .column::<String>("name", &me.app.db)
        .await?
        .iter()
        .flat_map(|name| {
            words::split(name)
                .map(|(_, _, word)| word)
                .collect::<Vec<_>>()
        })
        .collect();
    let kept = keep(question, &names);
    if kept.is_empty() {
        return Ok(());
    }
    let mut tx = me.app.db.begin().await?;
    sql(
        "INSERT INTO search_unmet (place, words, language, times, first_at, last_at)
         VALUES ($1, $2, $3, 1, $4, $4)
         ON CONFLICT (place, words, language) DO UPDATE
            SET times = search_unmet.times + 1, last_at = excluded.last_at",
    )
    .bind(place.key())
    .bind(&kept)
    .bind(me.lang().code())
    .bind(me.now.as_microsecond())
    .run(&mut tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

/// What is still missing, the most wanted first.
pub async fn open(db: &Db, place: Place, limit: i64) -> Result<Vec<Unmet>> {
    sql("SELECT words, language, times, last_at FROM search_unmet
         WHERE place = $1 AND settled_at IS NULL ORDER BY times DESC, last_at DESC LIMIT $2")
    .bind(place.key())
    .bind(limit)
    .all(db)
    .await?
    .iter()
    .map(|row| {
        Ok(Unmet {
            words: row.get("words")?,
            language: row.get("language")?,
            times: row.get("times")?,
            last_at: from_micros(row.get("last_at")?),
        })
    })
    .collect()
}

/// Forget what was last looked for too long ago.
pub async fn sweep(app: &App, now: Timestamp) -> Result<u64> {
    let before = now - SignedDuration::from_hours(24 * KEPT_DAYS);
    let mut tx = app.db.begin().await?;
    let gone = sql("DELETE FROM search_unmet WHERE last_at < $1")
        .bind(before.as_microsecond())
        .run(&mut tx)
        .await?;
    tx.commit().await?;
    Ok(gone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_personal_is_kept() {
        let names = vec!["maren".to_owned(), "voss".to_owned()];
        for (question, kept) in [
            ("How do I book the photo studio?", "book photo studio"),
            ("maren.voss@nordhaven.example holiday", "holiday"),
            ("badge of Maren Voss", "badge"),
            ("phone 0170 1234567", "phone"),
            ("https://nordhaven.example/x", ""),
            ("x", ""),
        ] {
            assert_eq!(keep(question, &names), kept, "{question}");
        }
        assert!(keep(&"word ".repeat(300), &[]).len() < 10);
    }
}
