//! The nouns of proof rounds.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use mil_blob::Sha;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::assets::model::Ready;
use crate::assets::rights::words;
use crate::error::{Error, Result};
use crate::proofs::rules::{self, Change, Look, Place, Standing};

words! {
    /// What a reviewer decides about exactly one file.
    Verdict {
        /// As it is.
        Approved = "approved", says("Approve");
        /// Once what they say is changed.
        Changes = "changes", says("Approve with changes");
        /// Not like this.
        Rejected = "rejected", says("Reject");
    }
}

/// A round.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Proof {
    pub id: String,
    pub title: String,
    pub note: String,
    pub asset_id: Option<String>,
    pub item_id: Option<String>,
    /// Those who see the request but do not work on it do not see the round.
    pub internal: bool,
    pub due_on: Option<Date>,
    pub created_by: String,
    pub created_at: Timestamp,
    pub closed_at: Option<Timestamp>,
    pub version: i64,
}

impl Proof {
    /// Its page.
    pub fn href(&self) -> String {
        format!("/proofs/{}", self.id)
    }

    /// Whether it goes on.
    pub fn is_open(&self) -> bool {
        self.closed_at.is_none()
    }
}

/// A version of what is looked at.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct File {
    pub id: String,
    pub number: i64,
    pub name: String,
    pub media_type: String,
    pub size: u64,
    pub sha256: String,
    pub note: String,
    pub state: Ready,
    pub problem: String,
    pub added_by: String,
    pub added_at: Timestamp,
    pub pages: Vec<Page>,
}

impl File {
    /// What there is to compare.
    pub fn look(&self) -> Look<'_> {
        Look {
            sha256: &self.sha256,
            pages: &self.pages,
        }
    }

    /// One of its pages.
    pub fn page(&self, number: i64) -> Option<&Page> {
        self.pages.iter().find(|p| p.number == number)
    }
}

/// A page of a version, as a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Page {
    pub id: String,
    pub number: i64,
    pub media_type: String,
    pub size: u64,
    pub sha256: String,
    pub width: i64,
    pub height: i64,
    pub tiles: String,
}

impl Page {
    /// The name of its bytes.
    pub fn sha(&self) -> Result<Sha> {
        Sha::parse(&self.sha256)
            .ok_or_else(|| Error::Internal(format!("page {} has no hash", self.id)))
    }
}

/// Somebody who is asked.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Reviewer {
    pub id: String,
    /// None: somebody outside.
    pub person_id: Option<String>,
    pub name: String,
    /// Until when the link of somebody outside leads here.
    pub expires_at: Option<Timestamp>,
    pub removed: bool,
}

/// Something that was said, of a place or of the whole.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Comment {
    pub id: String,
    pub file_id: String,
    pub thread_id: Option<String>,
    pub person_id: Option<String>,
    pub reviewer_id: Option<String>,
    pub name: String,
    pub place: Option<Place>,
    pub body: String,
    pub at: Timestamp,
    pub resolved_at: Option<Timestamp>,
    pub resolved_by: Option<String>,
}

/// What somebody decided.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Decision {
    pub reviewer_id: String,
    pub file_id: String,
    pub sha256: String,
    pub verdict: Verdict,
    pub note: String,
    pub at: Timestamp,
}

/// A round with all that belongs to it.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Round {
    pub proof: Proof,
    /// From old to new; there is at least one.
    pub files: Vec<File>,
    pub reviewers: Vec<Reviewer>,
    /// In the order in which they were said.
    pub comments: Vec<Comment>,
    /// In the order in which they were made.
    pub decisions: Vec<Decision>,
}

impl Round {
    /// The version that is looked at now.
    pub fn current(&self) -> Result<&File> {
        self.files
            .last()
            .ok_or_else(|| Error::Internal(format!("proof {} has no file", self.proof.id)))
    }

    /// A version by its number.
    pub fn file(&self, number: i64) -> Option<&File> {
        self.files.iter().find(|f| f.number == number)
    }

    /// A version by its id.
    pub fn file_of(&self, id: &str) -> Option<&File> {
        self.files.iter().find(|f| f.id == id)
    }

    /// Those who are asked now.
    pub fn asked(&self) -> impl Iterator<Item = &Reviewer> {
        self.reviewers.iter().filter(|r| !r.removed)
    }

    /// What a reviewer decided that counts: the last about exactly the file that
    /// is looked at now, also if it was an earlier version before; else the last.
    pub fn last(&self, reviewer: &Reviewer) -> Option<&Decision> {
        let theirs = || {
            self.decisions
                .iter()
                .filter(|d| d.reviewer_id == reviewer.id)
        };
        let now = self.files.last().map(|f| f.sha256.as_str());
        theirs()
            .rfind(|d| Some(d.sha256.as_str()) == now)
            .or_else(|| theirs().next_back())
    }

    /// Whether a comment is by a reviewer.
    pub fn is_by(comment: &Comment, reviewer: &Reviewer) -> bool {
        comment.reviewer_id.as_deref() == Some(&reviewer.id)
            || (comment.person_id.is_some() && comment.person_id == reviewer.person_id)
    }

    /// How it stands with a reviewer.
    pub fn standing(&self, reviewer: &Reviewer) -> Standing {
        let Some(last) = self.last(reviewer) else {
            return Standing::Asked;
        };
        let change = match (self.file_of(&last.file_id), self.files.last()) {
            (Some(then), Some(now)) if then.id != now.id => {
                rules::compare(&then.look(), &now.look())
            }
            (Some(_), Some(_)) => Change::Nothing,
            _ => Change::Unknown,
        };
        let places: Vec<Option<Place>> = self
            .comments
            .iter()
            .filter(|c| c.thread_id.is_none() && Round::is_by(c, reviewer))
            .map(|c| c.place)
            .collect();
        rules::standing(Some(last.verdict), &places, &change)
    }

    /// How it stands with everybody who is asked, by id.
    pub fn standings(&self) -> BTreeMap<&str, Standing> {
        self.asked()
            .map(|r| (r.id.as_str(), self.standing(r)))
            .collect()
    }

    /// Where the whole stands.
    pub fn outcome(&self) -> rules::Outcome {
        let standings: Vec<Standing> = self.standings().into_values().collect();
        rules::outcome(&standings)
    }

    /// The comments that begin a thread.
    pub fn threads(&self) -> impl Iterator<Item = &Comment> {
        self.comments.iter().filter(|c| c.thread_id.is_none())
    }

    /// The answers in a thread.
    pub fn replies<'a>(&'a self, thread: &'a str) -> impl Iterator<Item = &'a Comment> {
        self.comments
            .iter()
            .filter(move |c| c.thread_id.as_deref() == Some(thread))
    }
}
