//! What a proof round looks like as JSON.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::proofs::model::{Comment, File, Reviewer, Round, Verdict};
use crate::proofs::rules::{Outcome, Place, Standing, WHOLE};

/// A round in a list.
#[derive(Debug, Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct ProofView {
    pub id: String,
    pub title: String,
    pub note: String,
    pub asset_id: Option<String>,
    pub request_id: Option<String>,
    /// A day, until whose end an answer is wanted.
    pub due_on: Option<String>,
    pub created_by: String,
    pub created_at: String,
    pub closed_at: Option<String>,
    /// The number of the version that is looked at now.
    pub current: i64,
    /// Of its file; a decision names it.
    pub sha256: String,
    pub outcome: Outcome,
}

impl ProofView {
    /// Of a round.
    pub fn of(round: &Round) -> Result<ProofView> {
        let p = &round.proof;
        let current = round.current()?;
        Ok(ProofView {
            id: p.id.clone(),
            title: p.title.clone(),
            note: p.note.clone(),
            asset_id: p.asset_id.clone(),
            request_id: p.item_id.clone(),
            due_on: p.due_on.map(|d| d.to_string()),
            created_by: p.created_by.clone(),
            created_at: p.created_at.to_string(),
            closed_at: p.closed_at.map(|at| at.to_string()),
            current: current.number,
            sha256: current.sha256.clone(),
            outcome: round.outcome(),
        })
    }
}

/// Rounds, newest first.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Proofs {
    /// At most fifty.
    pub items: Vec<ProofView>,
}

/// A round with all that belongs to it.
#[derive(Debug, Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct ProofDetail {
    #[serde(flatten)]
    pub proof: ProofView,
    pub versions: Vec<VersionView>,
    pub reviewers: Vec<ReviewerView>,
    /// Threads in the order in which they began.
    pub comments: Vec<ThreadView>,
    pub decisions: Vec<DecisionView>,
    /// Whether you add versions, ask people and close it.
    pub runs: bool,
}

/// A version.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ProofVersion")]
#[allow(missing_docs)]
pub struct VersionView {
    pub number: i64,
    pub name: String,
    pub media_type: String,
    pub size: u64,
    pub sha256: String,
    pub note: String,
    /// `waiting`, `ready`, `plain` (there is no picture of it) or `failed`.
    pub state: String,
    pub added_at: String,
    /// Where the file is.
    pub href: String,
    /// Where the pictures of its pages are.
    pub pages: Vec<String>,
}

impl VersionView {
    fn of(proof_id: &str, f: &File) -> VersionView {
        let page = |id: &str| format!("/proofs/{proof_id}/pages/{id}");
        VersionView {
            number: f.number,
            name: f.name.clone(),
            media_type: f.media_type.clone(),
            size: f.size,
            sha256: f.sha256.clone(),
            note: f.note.clone(),
            state: f.state.key().to_owned(),
            added_at: f.added_at.to_string(),
            href: format!("/proofs/{proof_id}/files/{}", f.id),
            pages: f.pages.iter().map(|p| page(&p.id)).collect(),
        }
    }
}

/// Somebody who is asked.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ProofReviewer")]
#[allow(missing_docs)]
pub struct ReviewerView {
    pub id: String,
    /// None: somebody outside, with a link.
    pub person_id: Option<String>,
    pub name: String,
    /// `asked`, `asked_again`, `decided` about this very file, or `carried`: they
    /// approved an earlier one, and what they looked at did not change.
    pub standing: &'static str,
    /// What they decided last.
    pub verdict: Option<Verdict>,
}

impl ReviewerView {
    fn of(round: &Round, r: &Reviewer) -> ReviewerView {
        ReviewerView {
            id: r.id.clone(),
            person_id: r.person_id.clone(),
            name: r.name.clone(),
            standing: match round.standing(r) {
                Standing::Asked => "asked",
                Standing::AskedAgain => "asked_again",
                Standing::Decided(_) => "decided",
                Standing::Carried => "carried",
            },
            verdict: round.last(r).map(|d| d.verdict),
        }
    }
}

/// A place on a page: shares of its width and height, between 0 and 1.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ProofPlace")]
pub struct PlaceView {
    /// From 1.
    #[serde(default = "first")]
    pub page: i64,
    /// From the left.
    pub x: f64,
    /// From the top.
    pub y: f64,
}

fn first() -> i64 {
    1
}

impl PlaceView {
    fn of(place: Place) -> PlaceView {
        let share = |n: i64| n as f64 / WHOLE as f64;
        PlaceView {
            page: place.page,
            x: share(place.x),
            y: share(place.y),
        }
    }

    /// As it is kept.
    pub fn place(self) -> Result<Place> {
        let part = |field: &'static str, n: f64| {
            if (0.0..=1.0).contains(&n) {
                Ok((n * WHOLE as f64).round() as i64)
            } else {
                Err(Error::field(field, "Give a share between 0 and 1."))
            }
        };
        Ok(Place {
            page: self.page,
            x: part("place.x", self.x)?,
            y: part("place.y", self.y)?,
        })
    }
}

/// Something that was said.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ProofComment")]
#[allow(missing_docs)]
pub struct CommentView {
    pub id: String,
    pub name: String,
    /// None: somebody outside.
    pub person_id: Option<String>,
    /// Markdown.
    pub body: String,
    pub at: String,
}

impl CommentView {
    fn of(c: &Comment) -> CommentView {
        CommentView {
            id: c.id.clone(),
            name: c.name.clone(),
            person_id: c.person_id.clone(),
            body: c.body.clone(),
            at: c.at.to_string(),
        }
    }
}

/// A thread.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ProofThread")]
#[allow(missing_docs)]
pub struct ThreadView {
    #[serde(flatten)]
    pub comment: CommentView,
    /// The number of the version it was said of.
    pub version: i64,
    /// None: of the whole.
    pub place: Option<PlaceView>,
    pub resolved_at: Option<String>,
    pub resolved_by: Option<String>,
    pub replies: Vec<CommentView>,
}

/// A decision. It is about exactly one file.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ProofDecision")]
#[allow(missing_docs)]
pub struct DecisionView {
    pub reviewer_id: String,
    pub verdict: Verdict,
    pub version: i64,
    pub sha256: String,
    pub note: String,
    pub at: String,
}

/// A round with all that belongs to it; `runs` says whether the reader runs it.
pub fn detail(round: &Round, runs: bool) -> Result<ProofDetail> {
    let id = &round.proof.id;
    let number = |file_id: &str| round.file_of(file_id).map_or(1, |f| f.number);
    let thread = |c: &Comment| ThreadView {
        comment: CommentView::of(c),
        version: number(&c.file_id),
        place: c.place.map(PlaceView::of),
        resolved_at: c.resolved_at.map(|at| at.to_string()),
        resolved_by: c.resolved_by.clone(),
        replies: round.replies(&c.id).map(CommentView::of).collect(),
    };
    let decisions = round.decisions.iter().map(|d| DecisionView {
        reviewer_id: d.reviewer_id.clone(),
        verdict: d.verdict,
        version: number(&d.file_id),
        sha256: d.sha256.clone(),
        note: d.note.clone(),
        at: d.at.to_string(),
    });
    Ok(ProofDetail {
        proof: ProofView::of(round)?,
        versions: round.files.iter().map(|f| VersionView::of(id, f)).collect(),
        reviewers: round.asked().map(|r| ReviewerView::of(round, r)).collect(),
        comments: round.threads().map(thread).collect(),
        decisions: decisions.collect(),
        runs,
    })
}
