//! The words that occur anywhere: to complete what is typed, and to forgive
//! slips. What comes from here widens a question and is never shown by itself.
//!
//! A slip leaves the beginning or the end of a word whole, or swaps two
//! neighbours; so the words with the same beginning, those with the same end and
//! the swapped forms are all that has to be compared.

use std::collections::BTreeSet;

use mil_db::{Db, Tx, Where, sql};

use crate::App;
use crate::error::Result;
use crate::portal::find::edits;

/// Words of these lengths are kept, in letters.
const SIZES: std::ops::RangeInclusive<usize> = 3..=32;
/// How many words with the same beginning or end are compared.
const COMPARED: i64 = 4_000;
/// How many words a slip may stand for.
const GUESSES: usize = 6;

fn is_word(word: &str) -> bool {
    SIZES.contains(&word.chars().count()) && word.chars().all(char::is_alphabetic)
}

fn tail(word: &str) -> String {
    let letters: Vec<char> = word.chars().collect();
    letters[letters.len().saturating_sub(3)..].iter().collect()
}

/// Remember new words, in the transaction that brings them.
pub async fn learn(tx: &mut Tx, tokens: &BTreeSet<String>) -> Result<()> {
    let fit: Vec<&String> = tokens.iter().filter(|word| is_word(word)).collect();
    for chunk in fit.chunks(400) {
        let mut filter = Where::new();
        filter.and_in("term", chunk.iter().map(|word| word.as_str()));
        let known: BTreeSet<String> = sql(format!(
            "SELECT term FROM search_term WHERE {}",
            filter.text()
        ))
        .bind_all(filter.values())
        .column("term", &mut *tx)
        .await?
        .into_iter()
        .collect();
        for word in chunk.iter().filter(|word| !known.contains(**word)) {
            sql("INSERT INTO search_new_term (term) VALUES ($1)")
                .bind(word.as_str())
                .run(tx)
                .await?;
        }
    }
    Ok(())
}

/// Bring new words into the list; returns how many rows were worked off.
pub async fn sweep(app: &App) -> Result<usize> {
    let mut done = 0;
    loop {
        let new: Vec<String> =
            sql("SELECT DISTINCT term FROM search_new_term ORDER BY term LIMIT 500")
                .column("term", &app.db)
                .await?;
        if new.is_empty() {
            return Ok(done);
        }
        let mut tx = app.db.begin().await?;
        for word in &new {
            sql(
                "INSERT INTO search_term (term, tail, size) VALUES ($1, $2, $3)
                 ON CONFLICT (term) DO NOTHING",
            )
            .bind(word)
            .bind(tail(word))
            .bind(word.chars().count() as i64)
            .run(&mut tx)
            .await?;
            sql("DELETE FROM search_new_term WHERE term = $1")
                .bind(word)
                .run(&mut tx)
                .await?;
        }
        tx.commit().await?;
        done += new.len();
    }
}

/// Words that begin with `start`, the shortest first.
pub async fn completions(db: &Db, start: &str, limit: usize) -> Result<Vec<String>> {
    if start.chars().count() < 2 {
        return Ok(Vec::new());
    }
    let mut found: Vec<String> = sql(
        "SELECT term, LENGTH(term) AS size FROM search_term WHERE term >= $1 AND term < $2
         UNION SELECT term, LENGTH(term) AS size FROM search_new_term WHERE term >= $1 AND term < $2
         ORDER BY size, term LIMIT $3",
    )
    .bind(start)
    .bind(format!("{start}\u{10ffff}"))
    .bind(limit as i64)
    .column("term", db)
    .await?;
    found.retain(|word| word != start);
    Ok(found)
}

/// Endings that a German word may have beyond its basic form.
const ENDINGS: [&str; 6] = ["", "n", "en", "e", "s", "er"];

/// Words that end with `word` in one of its forms: German compounds end with
/// what they are.
pub async fn compounds(db: &Db, word: &str, limit: usize) -> Result<Vec<String>> {
    let size = word.chars().count();
    if size < 4 {
        return Ok(Vec::new());
    }
    let basic = word.trim_end_matches('n').trim_end_matches('e');
    let basic = if basic.chars().count() < 4 {
        word
    } else {
        basic
    };
    let ends: Vec<String> = ENDINGS.map(|e| format!("{basic}{e}")).to_vec();
    let mut filter = Where::new();
    filter.and_in("tail", ends.iter().map(|end| tail(end)));
    filter.and("size > ?", [(size as i64 + 2).into()]);
    let mut found: Vec<String> = sql(format!(
        "SELECT term FROM search_term WHERE {} ORDER BY size, term LIMIT {COMPARED}",
        filter.text()
    ))
    .bind_all(filter.values())
    .column("term", db)
    .await?;
    found.retain(|word| ends.iter().any(|end| word.ends_with(end.as_str())));
    found.truncate(limit);
    Ok(found)
}

/// How many slips a word of this length is forgiven.
fn slips(letters: usize) -> usize {
    match letters {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    }
}

/// Words that `typed` may stand for, the likeliest first.
pub async fn guesses(db: &Db, typed: &str) -> Result<Vec<String>> {
    let letters: Vec<char> = typed.chars().collect();
    let size = letters.len();
    let allowed = slips(size);
    if allowed == 0 || !is_word(typed) {
        return Ok(Vec::new());
    }
    // With one slip a half stays whole; with two, one of three parts does.
    let head: String = letters[..if size < 6 { 2 } else { 3 }].iter().collect();
    let (least, most) = (size.saturating_sub(allowed) as i64, (size + allowed) as i64);
    let mut near: BTreeSet<String> =
        sql("SELECT term FROM search_term WHERE term >= $1 AND term < $2
            AND size BETWEEN $3 AND $4 LIMIT $5")
        .bind(&head)
        .bind(format!("{head}\u{10ffff}"))
        .bind(least)
        .bind(most)
        .bind(COMPARED)
        .column("term", db)
        .await?
        .into_iter()
        .collect();
    near.extend(
        sql("SELECT term FROM search_term WHERE tail = $1 AND size BETWEEN $2 AND $3 LIMIT $4")
            .bind(tail(typed))
            .bind(least)
            .bind(most)
            .bind(COMPARED)
            .column::<String>("term", db)
            .await?,
    );
    let mut swapped = Where::new();
    swapped.and_in("term", swaps(&letters));
    near.extend(
        sql(format!(
            "SELECT term FROM search_term WHERE {}",
            swapped.text()
        ))
        .bind_all(swapped.values())
        .column::<String>("term", db)
        .await?,
    );
    Ok(likeliest(typed, near, allowed))
}

/// The word with each two neighbours swapped.
fn swaps(letters: &[char]) -> Vec<String> {
    (1..letters.len())
        .map(|at| {
            let mut other = letters.to_vec();
            other.swap(at - 1, at);
            other.into_iter().collect()
        })
        .collect()
}

/// The words within `allowed` slips of `typed`, the nearest first (pure).
pub fn likeliest(
    typed: &str,
    near: impl IntoIterator<Item = String>,
    allowed: usize,
) -> Vec<String> {
    let mut found: Vec<(usize, bool, String)> = near
        .into_iter()
        .map(|word| {
            let first = word.chars().next() != typed.chars().next();
            (edits(typed, &word), first, word)
        })
        .filter(|(distance, ..)| (1..=allowed).contains(distance))
        .collect();
    found.sort();
    found
        .into_iter()
        .map(|(.., word)| word)
        .take(GUESSES)
        .collect()
}

/// The one of `words` that `typed` most likely stands for (pure).
pub fn nearest(typed: &str, words: impl IntoIterator<Item = String>) -> Option<String> {
    let allowed = slips(typed.chars().count());
    likeliest(typed, words, allowed).into_iter().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_words_come_first() {
        let near = ["poster", "posters", "roster", "postal", "pastor"];
        let near = near.map(str::to_owned);
        assert_eq!(likeliest("psoter", near.clone(), 1), ["poster"]);
        assert_eq!(
            likeliest("postr", near, 2),
            ["poster", "pastor", "postal", "posters", "roster"]
        );
        assert_eq!(swaps(&['a', 'b', 'c']), ["bac", "acb"]);
        assert_eq!(tail("poster"), "ter");
        assert!(is_word("grün") && !is_word("ab") && !is_word("a2b4"));
    }
}
