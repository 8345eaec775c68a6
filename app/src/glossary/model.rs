//! The nouns of the glossary.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::i18n::Lang;

/// A word that marketing and IT may understand differently.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Term {
    pub id: String,
    pub term: String,
    /// `en` or `de`.
    pub language: String,
    /// As marketing understands it. Markdown.
    pub means: String,
    /// What IT says instead; may be empty.
    pub it_term: String,
    /// As IT understands it. Markdown; may be empty.
    pub it_means: String,
    pub synonyms: Vec<String>,
    /// Ids of other terms.
    pub related: Vec<String>,
    pub owner_id: Option<String>,
    /// Key of the practice it came with.
    pub practice: Option<String>,
    pub version: i64,
}

impl Term {
    /// The language of its names.
    pub fn lang(&self) -> Lang {
        Lang::from_code(&self.language).unwrap_or_default()
    }

    /// Everything it is called: its name, IT's word, its synonyms.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.term.as_str())
            .chain(std::iter::once(self.it_term.as_str()))
            .chain(self.synonyms.iter().map(String::as_str))
            .filter(|name| !name.trim().is_empty())
    }
}

/// For whom a text is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// For people in IT.
    It,
    /// For people in marketing.
    Marketing,
}

impl Side {
    /// The word in addresses.
    pub fn key(self) -> &'static str {
        match self {
            Side::It => "it",
            Side::Marketing => "marketing",
        }
    }
}
