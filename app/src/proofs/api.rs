//! Proof rounds as JSON.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::proofs::invite;
use crate::proofs::list::{self, Asked};
use crate::proofs::model::{Comment, File, Reviewer, Round, Verdict};
use crate::proofs::rules::{Outcome, Place, Standing, WHOLE};
use crate::proofs::store::{self, Who};
use crate::proofs::verbs::{self, Said, Subject};
use crate::web::{Input, Me, Query};

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
    pub created_at: Timestamp,
    pub closed_at: Option<Timestamp>,
    /// The number of the version that is looked at now.
    pub current: i64,
    /// Of its file; a decision names it.
    pub sha256: String,
    pub outcome: Outcome,
}

impl ProofView {
    fn of(round: &Round) -> Result<ProofView> {
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
            created_at: p.created_at,
            closed_at: p.closed_at,
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
    pub added_at: Timestamp,
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
            added_at: f.added_at,
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

    fn place(self) -> Result<Place> {
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
    pub at: Timestamp,
}

impl CommentView {
    fn of(c: &Comment) -> CommentView {
        CommentView {
            id: c.id.clone(),
            name: c.name.clone(),
            person_id: c.person_id.clone(),
            body: c.body.clone(),
            at: c.at,
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
    pub resolved_at: Option<Timestamp>,
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
    pub at: Timestamp,
}

fn detail(round: &Round, runs: bool) -> Result<ProofDetail> {
    let id = &round.proof.id;
    let number = |file_id: &str| round.file_of(file_id).map_or(1, |f| f.number);
    let thread = |c: &Comment| ThreadView {
        comment: CommentView::of(c),
        version: number(&c.file_id),
        place: c.place.map(PlaceView::of),
        resolved_at: c.resolved_at,
        resolved_by: c.resolved_by.clone(),
        replies: round.replies(&c.id).map(CommentView::of).collect(),
    };
    let decisions = round.decisions.iter().map(|d| DecisionView {
        reviewer_id: d.reviewer_id.clone(),
        verdict: d.verdict,
        version: number(&d.file_id),
        sha256: d.sha256.clone(),
        note: d.note.clone(),
        at: d.at,
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

async fn seen(me: &Me, id: &str) -> Result<Json<ProofDetail>> {
    let (round, seat) = store::find(&me.app.db, Who::Person(&me.actor), id).await?;
    Ok(Json(detail(&round, seat.runs)?))
}

/// GET /api/v1/proofs
pub async fn list(me: Me, Query(asked): Query<Asked>) -> Result<Json<Proofs>> {
    let items = list::find(&me, &asked)
        .await?
        .iter()
        .map(|(round, _)| ProofView::of(round))
        .collect::<Result<_>>()?;
    Ok(Json(Proofs { items }))
}

/// A new round.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
#[schemars(rename = "NewProof")]
pub struct New {
    /// Id of the asset whose current file is looked at; or …
    pub asset: Option<String>,
    /// … id of a file of a request.
    pub file: Option<String>,
    /// The name of the file if left out.
    pub title: String,
    /// What to look at. Markdown.
    pub note: String,
    /// A day, until whose end an answer is wanted.
    #[schemars(with = "Option<String>")]
    pub due_on: Option<Date>,
    /// Ids of people who are asked.
    pub reviewers: Vec<String>,
    /// Id or number of the request that a round about an asset belongs to.
    pub request: Option<String>,
}

/// POST /api/v1/proofs
pub async fn create(me: Me, Input(new): Input<New>) -> Result<(StatusCode, Json<ProofDetail>)> {
    let subject = match (&new.asset, &new.file) {
        (Some(asset), None) => Subject::Asset(asset),
        (None, Some(file)) => Subject::File(file),
        _ => {
            return Err(Error::field(
                "asset",
                "Name an asset or a file, one of them.",
            ));
        }
    };
    let said = verbs::New {
        title: new.title.clone(),
        note: new.note.clone(),
        due_on: new.due_on,
        reviewers: new.reviewers.clone(),
        item: new.request.clone(),
    };
    let id = verbs::start(&me, &me.actor, subject, &said).await?;
    Ok((StatusCode::CREATED, seen(&me, &id).await?))
}

/// GET /api/v1/proofs/{proof}
pub async fn show(me: Me, Path(id): Path<String>) -> Result<Json<ProofDetail>> {
    seen(&me, &id).await
}

/// The next version.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewProofVersion")]
pub struct NewVersion {
    /// Id of another file of the request.
    pub file: String,
    /// What is new.
    #[serde(default)]
    pub note: String,
}

/// POST /api/v1/proofs/{proof}/versions
pub async fn renew(
    me: Me,
    Path(id): Path<String>,
    Input(new): Input<NewVersion>,
) -> Result<(StatusCode, Json<ProofDetail>)> {
    verbs::add_version(&me, &me.actor, &id, &new.file, &new.note).await?;
    Ok((StatusCode::CREATED, seen(&me, &id).await?))
}

/// Something to say.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewProofComment")]
pub struct NewComment {
    /// Markdown.
    pub body: String,
    /// None: of the whole.
    #[serde(default)]
    pub place: Option<PlaceView>,
    /// The number of the version; the current one if left out.
    #[serde(default)]
    pub version: Option<i64>,
}

/// POST /api/v1/proofs/{proof}/comments
pub async fn comment(
    me: Me,
    Path(id): Path<String>,
    Input(new): Input<NewComment>,
) -> Result<(StatusCode, Json<ProofDetail>)> {
    let said = Said {
        version: new.version,
        place: new.place.map(PlaceView::place).transpose()?,
        body: new.body,
    };
    verbs::comment(&me, Who::Person(&me.actor), &id, &said).await?;
    Ok((StatusCode::CREATED, seen(&me, &id).await?))
}

/// An answer in a thread.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewProofReply")]
pub struct NewReply {
    /// Markdown.
    pub body: String,
}

/// POST /api/v1/proofs/{proof}/comments/{proof_comment}/replies
pub async fn reply(
    me: Me,
    Path((id, thread)): Path<(String, String)>,
    Input(new): Input<NewReply>,
) -> Result<(StatusCode, Json<ProofDetail>)> {
    verbs::reply(&me, Who::Person(&me.actor), &id, &thread, &new.body).await?;
    Ok((StatusCode::CREATED, seen(&me, &id).await?))
}

/// PUT /api/v1/proofs/{proof}/comments/{proof_comment}/resolution
pub async fn resolve(
    me: Me,
    Path((id, thread)): Path<(String, String)>,
) -> Result<Json<ProofDetail>> {
    verbs::resolve(&me, Who::Person(&me.actor), &id, &thread, true).await?;
    seen(&me, &id).await
}

/// DELETE /api/v1/proofs/{proof}/comments/{proof_comment}/resolution
pub async fn unresolve(
    me: Me,
    Path((id, thread)): Path<(String, String)>,
) -> Result<Json<ProofDetail>> {
    verbs::resolve(&me, Who::Person(&me.actor), &id, &thread, false).await?;
    seen(&me, &id).await
}

/// A decision.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewProofDecision")]
pub struct NewDecision {
    /// What is decided.
    pub verdict: Verdict,
    /// Of the file that was looked at, 64 hexadecimal digits; refused (412) when
    /// there is a newer version.
    pub sha256: String,
    /// Why.
    #[serde(default)]
    pub note: String,
}

/// POST /api/v1/proofs/{proof}/decisions
pub async fn decide(
    me: Me,
    Path(id): Path<String>,
    Input(new): Input<NewDecision>,
) -> Result<(StatusCode, Json<ProofDetail>)> {
    let who = Who::Person(&me.actor);
    verbs::decide(&me, who, &id, &new.sha256, new.verdict, &new.note).await?;
    Ok((StatusCode::CREATED, seen(&me, &id).await?))
}

/// Somebody to ask.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "NewProofReviewer")]
pub struct NewReviewer {
    /// Id of a person with an account; or …
    pub person: Option<String>,
    /// … the name of somebody outside, who gets a link.
    pub name: Option<String>,
    /// How many days the link lives, 1 to 90; 14 if left out.
    pub days: Option<i64>,
}

/// Who was asked.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ProofAsked")]
pub struct AskedView {
    /// The link of somebody outside. It is not kept and not told again.
    pub link: Option<String>,
    /// The round.
    pub proof: ProofDetail,
}

/// POST /api/v1/proofs/{proof}/reviewers
pub async fn ask(
    me: Me,
    Path(id): Path<String>,
    Input(new): Input<NewReviewer>,
) -> Result<(StatusCode, Json<AskedView>)> {
    let link = match (&new.person, &new.name) {
        (None, Some(name)) => {
            let days = new.days.unwrap_or(14);
            let secret = invite::outsider(&me, &me.actor, &id, name, days).await?;
            Some(format!("{}/p/{secret}", me.app.config.public_url()))
        }
        (person, None) => {
            let person = person.as_deref().unwrap_or_default();
            invite::person(&me, &me.actor, &id, person).await?;
            None
        }
        _ => {
            return Err(Error::field(
                "person",
                "Name a person or a name, one of them.",
            ));
        }
    };
    let Json(proof) = seen(&me, &id).await?;
    Ok((StatusCode::CREATED, Json(AskedView { link, proof })))
}

/// DELETE /api/v1/proofs/{proof}/reviewers/{proof_reviewer}
pub async fn unask(me: Me, Path((id, reviewer)): Path<(String, String)>) -> Result<StatusCode> {
    invite::remove(&me, &me.actor, &id, &reviewer).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// PUT /api/v1/proofs/{proof}/closing
pub async fn close(me: Me, Path(id): Path<String>) -> Result<Json<ProofDetail>> {
    verbs::close(&me, &me.actor, &id, true).await?;
    seen(&me, &id).await
}

/// DELETE /api/v1/proofs/{proof}/closing
pub async fn reopen(me: Me, Path(id): Path<String>) -> Result<Json<ProofDetail>> {
    verbs::close(&me, &me.actor, &id, false).await?;
    seen(&me, &id).await
}
