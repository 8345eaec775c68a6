//! Proof rounds as JSON.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::proofs::begin::{self, Subject};
use crate::proofs::invite;
use crate::proofs::list::{self, Asked};
use crate::proofs::model::Verdict;
use crate::proofs::store::{self, Who};
use crate::proofs::verbs::{self, Said};
use crate::proofs::views::{PlaceView, ProofDetail, ProofView, Proofs, detail};
use crate::web::{Input, Me, Query};

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
    let said = begin::New {
        title: new.title.clone(),
        note: new.note.clone(),
        due_on: new.due_on,
        reviewers: new.reviewers.clone(),
        item: new.request.clone(),
    };
    let id = begin::start(&me, &me.actor, subject, &said).await?;
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
    begin::add_version(&me, &me.actor, &id, &new.file, &new.note).await?;
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
            Some(format!("{}/p/{secret}", me.app.config.public_url))
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
