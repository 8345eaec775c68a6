//! The nouns: articles, their texts, drafts and versions.

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::i18n::Lang;
use crate::policy::ArticleFacts;

/// Who may read an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Everybody, without an account too.
    Public,
    /// Everybody with an account.
    SignedIn,
    /// Those who work here: no outside partners.
    #[default]
    Staff,
    /// The departments that the article names.
    Departments,
    /// Agents.
    Internal,
}

impl Audience {
    /// From the widest to the narrowest.
    pub const ALL: [Audience; 5] = [
        Audience::Public,
        Audience::SignedIn,
        Audience::Staff,
        Audience::Departments,
        Audience::Internal,
    ];

    /// The word in the database and in the API.
    pub fn key(self) -> &'static str {
        match self {
            Audience::Public => "public",
            Audience::SignedIn => "signed_in",
            Audience::Staff => "staff",
            Audience::Departments => "departments",
            Audience::Internal => "internal",
        }
    }

    /// The audience for a word.
    pub fn from_key(key: &str) -> Option<Audience> {
        Audience::ALL.into_iter().find(|a| a.key() == key)
    }

    /// English, and the key of its translation.
    pub fn label(self) -> &'static str {
        match self {
            Audience::Public => "Everybody, without signing in",
            Audience::SignedIn => "Everybody who signs in",
            Audience::Staff => "Staff",
            Audience::Departments => "Some departments",
            Audience::Internal => "Agents only",
        }
    }
}

/// An article: what is the same in all its languages.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Article {
    pub id: String,
    /// Of the original.
    pub lang: Lang,
    pub audience: Audience,
    /// Ids, when it is for departments.
    pub departments: Vec<String>,
    pub category_id: Option<String>,
    pub category: Option<String>,
    pub owner_id: Option<String>,
    pub owner: Option<String>,
    pub author_id: Option<String>,
    /// The request that it was drawn from.
    pub item_id: Option<String>,
    pub review_days: Option<i64>,
    pub review_on: Option<Date>,
    pub checked_at: Option<Timestamp>,
    pub published_at: Option<Timestamp>,
    pub expires_at: Option<Timestamp>,
    pub archived_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub version: i64,
}

impl Article {
    /// Whether readers see it now.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.published_at.is_some()
            && self.archived_at.is_none()
            && self.expires_at.is_none_or(|at| at > now)
    }

    /// What the policy needs to know.
    pub fn facts(&self, now: Timestamp) -> ArticleFacts {
        ArticleFacts {
            audience: self.audience,
            departments: self.departments.clone(),
            live: self.is_live(now),
        }
    }
}

/// The published text of an article in one language.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Text {
    pub lang: Lang,
    /// Its version.
    pub number: i64,
    /// A translation: the version of the original that it says.
    pub of_number: Option<i64>,
    pub slug: String,
    pub title: String,
    pub summary: String,
    /// Markdown.
    pub body: String,
    pub published_at: Timestamp,
}

impl Text {
    /// Where it is read.
    pub fn href(&self) -> String {
        format!("/answers/{}", self.slug)
    }
}

/// The text that suits a reader: theirs, else the original, else any.
pub fn suited(texts: &[Text], reader: Lang, original: Lang) -> Option<&Text> {
    let of = |lang: Lang| texts.iter().find(|t| t.lang == lang);
    of(reader)
        .or_else(|| of(original))
        .or_else(|| texts.first())
}

/// Whether a text is a translation of an older version of the original.
pub fn lags(text: &Text, texts: &[Text], original: Lang) -> bool {
    text.lang != original
        && texts
            .iter()
            .find(|t| t.lang == original)
            .is_some_and(|o| text.of_number.is_none_or(|n| n < o.number))
}

/// What is written now, beside the published text.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Draft {
    pub article_id: String,
    pub lang: Lang,
    pub title: String,
    pub summary: String,
    pub body: String,
    /// What changed, in the author's words.
    pub note: String,
    pub of_number: Option<i64>,
    /// Who saved it last.
    pub author_id: Option<String>,
    pub reviewer_id: Option<String>,
    pub submitted_by: Option<String>,
    pub submitted_at: Option<Timestamp>,
    pub returned_note: Option<String>,
    pub approved_by: Option<String>,
    pub publish_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub version: i64,
}

/// A text that was published once.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Version {
    pub lang: Lang,
    pub number: i64,
    pub title: String,
    pub summary: String,
    pub body: String,
    pub note: String,
    pub author: Option<String>,
    pub approved_by: Option<String>,
    pub created_at: Timestamp,
}

/// How readers judged a version.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Score {
    /// Said that it solved their question.
    pub solved: i64,
    /// Said yes or no.
    pub all: i64,
}

impl Score {
    /// In percent; `None` while nobody said anything.
    pub fn percent(self) -> Option<i64> {
        (self.all > 0).then(|| (self.solved * 100 + self.all / 2) / self.all)
    }

    /// Whether it fails its readers: at least five of them spoke, and fewer
    /// than half were helped.
    pub fn fails(self) -> bool {
        self.all >= 5 && self.solved * 2 < self.all
    }
}

/// The address of a title: lower-case letters, figures and hyphens. German
/// letters are written out.
pub fn slug(title: &str) -> String {
    let mut out = String::new();
    for c in title.chars().flat_map(char::to_lowercase) {
        match c {
            'ä' => out.push_str("ae"),
            'ö' => out.push_str("oe"),
            'ü' => out.push_str("ue"),
            'ß' => out.push_str("ss"),
            'à' | 'á' | 'â' | 'ã' | 'å' => out.push('a'),
            'ç' => out.push('c'),
            'è' | 'é' | 'ê' | 'ë' => out.push('e'),
            'ì' | 'í' | 'î' | 'ï' => out.push('i'),
            'ñ' => out.push('n'),
            'ò' | 'ó' | 'ô' | 'õ' | 'ø' => out.push('o'),
            'ù' | 'ú' | 'û' => out.push('u'),
            c if c.is_ascii_alphanumeric() => out.push(c),
            '\'' | '’' => {}
            _ if !out.ends_with('-') && !out.is_empty() => out.push('-'),
            _ => {}
        }
        if out.len() >= 80 {
            break;
        }
    }
    let out = out.trim_matches('-').to_owned();
    if out.is_empty() {
        "answer".to_owned()
    } else {
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_become_addresses() {
        for (title, expected) in [
            ("Which logo goes where?", "which-logo-goes-where"),
            ("Größe & Maß", "groesse-mass"),
            ("student’s photo", "students-photo"),
            ("../../etc", "etc"),
            ("漢字", "answer"),
            ("", "answer"),
        ] {
            assert_eq!(slug(title), expected);
        }
        assert!(slug(&"ö".repeat(200)).len() <= 82);
    }

    #[test]
    fn few_voices_are_no_verdict() {
        let score = |solved, all| Score { solved, all };
        assert!(!score(0, 4).fails() && score(2, 5).fails() && !score(3, 5).fails());
        assert_eq!(score(0, 0).percent(), None);
        assert_eq!(score(2, 3).percent(), Some(67));
    }
}
