//! All terms in memory: there are hundreds, and every text that is shown is
//! looked through for them.

use std::collections::HashMap;

use mil_db::{Db, Tx, sql};

use super::model::Term;
use super::store;
use crate::error::Result;
use crate::i18n::Lang;
use crate::search::words;

/// The glossary as it was at one generation.
#[derive(Debug, Default)]
pub struct Book {
    /// Which state of the database this is.
    pub generation: i64,
    terms: Vec<Term>,
    by_id: HashMap<String, usize>,
    /// Every name of every term as folded words, by the stem of the first.
    names: HashMap<String, Vec<(Vec<String>, usize)>>,
}

/// The generation in the database.
pub async fn generation(db: &Db) -> Result<i64> {
    let row = sql("SELECT value FROM counter WHERE name = 'glossary'")
        .opt(db)
        .await?;
    Ok(row.map(|row| row.get("value")).transpose()?.unwrap_or(0))
}

/// Say, in the transaction that changes a term, that the glossary changed.
pub async fn touch(tx: &mut Tx) -> Result<()> {
    sql("INSERT INTO counter (name, value) VALUES ('glossary', 1)
         ON CONFLICT (name) DO UPDATE SET value = counter.value + 1")
    .run(tx)
    .await?;
    Ok(())
}

impl Book {
    /// Read all terms that are in use.
    pub async fn load(db: &Db) -> Result<Book> {
        let generation = generation(db).await?;
        Ok(Book::new(generation, store::all(db).await?))
    }

    /// A book of these terms.
    pub fn new(generation: i64, terms: Vec<Term>) -> Book {
        let mut names: HashMap<String, Vec<(Vec<String>, usize)>> = HashMap::new();
        let mut by_id = HashMap::new();
        for (at, term) in terms.iter().enumerate() {
            by_id.insert(term.id.clone(), at);
            for name in term.names() {
                let parts: Vec<String> = words::split(name).map(|(_, _, word)| word).collect();
                let Some(first) = parts.first() else { continue };
                let stem = words::stem_token(term.lang(), first);
                for key in [first.clone(), stem] {
                    names.entry(key).or_default().push((parts.clone(), at));
                }
            }
        }
        // Of two names that begin alike, the longer one is meant.
        for list in names.values_mut() {
            list.sort_by_key(|(parts, _)| std::cmp::Reverse(parts.len()));
        }
        Book {
            generation,
            terms,
            by_id,
            names,
        }
    }

    /// All terms, by name.
    pub fn terms(&self) -> impl Iterator<Item = &Term> {
        self.terms.iter()
    }

    /// One of them.
    pub fn get(&self, id: &str) -> Option<&Term> {
        self.by_id.get(id).and_then(|at| self.terms.get(*at))
    }

    /// Where names of terms stand in a text, from left to right and without
    /// overlaps: whole words only, in any of their forms.
    pub fn places(&self, text: &str) -> Vec<Place<'_>> {
        if self.terms.is_empty() {
            return Vec::new();
        }
        let words: Vec<(usize, usize, String)> = words::split(text).collect();
        let mut out = Vec::new();
        let mut at = 0;
        while at < words.len() {
            match self.longest(&words[at..]) {
                Some((term, long)) => {
                    out.push(Place {
                        start: words[at].0,
                        end: words[at + long - 1].1,
                        term: &self.terms[term],
                    });
                    at += long;
                }
                None => at += 1,
            }
        }
        out
    }

    /// The longest name that the words begin with.
    fn longest(&self, words: &[(usize, usize, String)]) -> Option<(usize, usize)> {
        let (_, _, first) = words.first()?;
        let (english, german) = (
            words::stem_token(Lang::En, first),
            words::stem_token(Lang::De, first),
        );
        let lists = [first, &english, &german].map(|key| self.names.get(key.as_str()));
        lists
            .into_iter()
            .flatten()
            .flatten()
            .filter(|(parts, at)| {
                let lang = self.terms[*at].lang();
                parts.len() <= words.len()
                    && parts
                        .iter()
                        .zip(words)
                        .all(|(part, (_, _, word))| same_name(lang, part, word))
            })
            .max_by_key(|(parts, _)| parts.len())
            .map(|(parts, at)| (*at, parts.len()))
    }
}

/// Whether a word of a text is a form of a word of a name. Short words, most of
/// them abbreviations, are only themselves.
fn same_name(lang: Lang, part: &str, word: &str) -> bool {
    part == word || (part.chars().count() > 3 && words::same(lang, part, word))
}

/// A name of a term in a text, by bytes.
#[derive(Debug)]
#[allow(missing_docs)]
pub struct Place<'a> {
    pub start: usize,
    pub end: usize,
    pub term: &'a Term,
}
