//! What was typed, as a question to the index: each word with the forms it may
//! stand for.

use mil_db::Db;

use super::index::Ask;
use super::{vocabulary, words};
use crate::error::Result;

/// The most words of a question that count.
pub const WORDS: usize = 8;
/// How many words a beginning may stand for.
const COMPLETIONS: usize = 16;

/// How freely words are understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// Forms of the word, and what it is the beginning of.
    Strict,
    /// Slips and compounds, too.
    Loose,
    /// Only half of the words have to be there.
    Half,
}

/// A word and what it may stand for.
#[derive(Debug, Clone)]
pub struct Word {
    /// As it was typed, folded.
    pub typed: String,
    strict: Vec<String>,
    loose: Vec<String>,
}

/// A question.
#[derive(Debug, Clone, Default)]
pub struct Question {
    /// Its words, at most [`WORDS`].
    pub words: Vec<Word>,
}

impl Question {
    /// Read it, with what the vocabulary knows of its words.
    pub async fn read(db: &Db, text: &str) -> Result<Question> {
        let mut out = Vec::new();
        for typed in words::wanted(text, WORDS) {
            let mut strict = vec![typed.clone()];
            strict.extend(words::stem_tokens(None, &typed));
            strict.extend(vocabulary::completions(db, &typed, COMPLETIONS).await?);
            strict.sort();
            strict.dedup();
            out.push(Word {
                typed,
                strict,
                loose: Vec::new(),
            });
        }
        Ok(Question { words: out })
    }

    /// Look for slips and compounds as well.
    pub async fn loosen(&mut self, db: &Db) -> Result<()> {
        for word in &mut self.words {
            if !word.loose.is_empty() {
                continue;
            }
            let mut loose = vocabulary::guesses(db, &word.typed).await?;
            loose.extend(vocabulary::compounds(db, &word.typed, COMPLETIONS).await?);
            loose.extend(word.strict.iter().cloned());
            word.loose = loose;
        }
        Ok(())
    }

    /// Whether there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The forms of each word at this reach.
    pub fn forms(&self, reach: Reach) -> impl Iterator<Item = &[String]> {
        self.words.iter().map(move |word| {
            if reach == Reach::Strict || word.loose.is_empty() {
                word.strict.as_slice()
            } else {
                word.loose.as_slice()
            }
        })
    }

    /// As a question to the index. `mark` makes the tokens of a form, such as
    /// the form itself and the same among internal notes.
    pub fn ask(&self, reach: Reach, mark: impl Fn(&str) -> Vec<String>) -> Ask {
        let mut ask = Ask::new();
        if reach == Reach::Half {
            ask.and(
                self.forms(reach)
                    .flatten()
                    .flat_map(|form| mark(form))
                    .collect(),
            );
            return ask;
        }
        for forms in self.forms(reach) {
            ask.and(forms.iter().flat_map(|form| mark(form)).collect());
        }
        ask
    }

    /// How many of its words are among these tokens.
    pub fn found_in(&self, reach: Reach, tokens: &std::collections::BTreeSet<String>) -> usize {
        self.forms(reach)
            .filter(|forms| forms.iter().any(|form| tokens.contains(form)))
            .count()
    }

    /// All forms, to mark them in a text.
    pub fn all_forms(&self, reach: Reach) -> Vec<String> {
        self.forms(reach).flatten().cloned().collect()
    }
}
