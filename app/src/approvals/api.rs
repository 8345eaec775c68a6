//! Approvals as JSON.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use mil_process::process::Verdict;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::approvals::away::{self, Away};
use crate::approvals::panel::load;
use crate::approvals::{self, pages};
use crate::error::Result;
use crate::web::{Input, Me};
use crate::work::store;

/// What waits for the caller.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Mine {
    pub items: Vec<Waits>,
}

/// One answer that somebody waits for.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Waits {
    pub number: i64,
    pub title: String,
    /// What is agreed to.
    pub step: String,
    pub requester: String,
    /// For whom, if the caller stands in.
    pub person: Option<String>,
    /// RFC 3339.
    pub asked_at: String,
}

/// GET /api/v1/approvals
pub async fn mine(me: Me) -> Result<Json<Mine>> {
    let lines = pages::lines(&me, false).await?;
    let items = lines
        .into_iter()
        .map(|line| Waits {
            number: line.number,
            title: line.title,
            step: line.step,
            requester: line.requester,
            person: line.person,
            asked_at: line.at.to_string(),
        })
        .collect();
    Ok(Json(Mine { items }))
}

/// A chain of approvals.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct ChainView {
    pub steps: Vec<StepView>,
}

/// A step of it.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct StepView {
    pub key: String,
    pub name: String,
    /// `open`, `yes` or `no`.
    pub verdict: &'static str,
    pub seats: Vec<SeatView>,
}

/// Somebody who is asked.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct SeatView {
    pub person_id: String,
    pub person: String,
    /// `yes`, `no` or null.
    pub word: Option<&'static str>,
    /// Who said it for them.
    pub voted_by: Option<String>,
    /// RFC 3339.
    pub voted_at: Option<String>,
    pub comment: Option<String>,
    /// Whether an answer is still wanted.
    pub open: bool,
}

async fn view(me: &Me, id: &str) -> Result<Json<ChainView>> {
    let item = store::find(&me.app.db, &me.actor, id).await?;
    let chain = load(me, &item).await?;
    let steps = chain
        .into_iter()
        .map(|step| StepView {
            verdict: match step.verdict {
                Verdict::Open => "open",
                Verdict::Yes => "yes",
                Verdict::No => "no",
            },
            key: step.def.key,
            name: step.def.name,
            seats: step
                .seats
                .into_iter()
                .map(|seat| SeatView {
                    person_id: seat.person_id,
                    person: seat.person,
                    word: seat.word.map(|yes| if yes { "yes" } else { "no" }),
                    voted_by: seat.voted_by.map(|(_, name)| name),
                    voted_at: seat.voted_at.map(|at| at.to_string()),
                    comment: seat.comment,
                    open: seat.open,
                })
                .collect(),
        })
        .collect();
    Ok(Json(ChainView { steps }))
}

/// GET /api/v1/requests/{item}/approvals
pub async fn of_item(me: Me, Path(id): Path<String>) -> Result<Json<ChainView>> {
    view(&me, &id).await
}

/// An answer.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VoteInput {
    /// Whether to agree.
    agree: bool,
    /// Needed to refuse.
    #[serde(default)]
    comment: String,
}

/// POST /api/v1/requests/{item}/approvals
pub async fn vote(
    me: Me,
    Path(id): Path<String>,
    Input(input): Input<VoteInput>,
) -> Result<Json<ChainView>> {
    let item = approvals::vote(&me, &me.actor, &id, input.agree, &input.comment).await?;
    view(&me, &item.id).await
}

/// Who decides for the caller.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct AwayView {
    /// Email address; null when nobody does.
    pub stand_in: Option<String>,
    /// RFC 3339; the caller decides again from then on.
    pub until: Option<String>,
}

/// GET /api/v1/me/away
pub async fn away(me: Me) -> Result<Json<AwayView>> {
    let now = away::of(&me.app.db, &me.actor.id, me.now).await?;
    Ok(Json(match now {
        Some((_, email, until)) => AwayView {
            stand_in: Some(email),
            until: Some(until.to_string()),
        },
        None => AwayView {
            stand_in: None,
            until: None,
        },
    }))
}

/// PUT /api/v1/me/away
pub async fn set_away(me: Me, Input(input): Input<Away>) -> Result<Json<AwayView>> {
    away::set(&me, &me.actor, &input).await?;
    away(me).await
}

/// DELETE /api/v1/me/away
pub async fn back(me: Me) -> Result<StatusCode> {
    away::clear(&me, &me.actor).await?;
    Ok(StatusCode::NO_CONTENT)
}
