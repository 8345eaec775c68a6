//! Policies as JSON.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalog::audience::Audience;
use crate::error::{Error, Result};
use crate::policies::exceptions;
use crate::policies::model::{Quiz, Standing, Version};
use crate::policies::report::{self, Count, Line};
use crate::policies::store::{self, Mine, Policy};
use crate::policies::verbs::{self, Draft, here};
use crate::web::{Input, Me};

/// A policy as its reader meets it.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct PolicyView {
    pub id: String,
    /// Id of the version that holds; send it when you confirm.
    pub version_id: String,
    pub version: String,
    pub title: String,
    /// Markdown, as the next.
    pub for_you: String,
    pub body: String,
    pub change_note: String,
    pub owner: String,
    pub effective_on: String,
    pub until_on: Option<String>,
    /// Questions to answer, with the texts to choose from.
    pub questions: Vec<QuestionView>,
    /// Null when nobody asks you to confirm it.
    pub standing: Option<Standing>,
    pub due_at: Option<String>,
    pub confirmed_at: Option<String>,
}

/// A question without its answer.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct QuestionView {
    pub text: String,
    pub choices: Vec<String>,
}

/// Policies, what is to be confirmed first.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Policies {
    pub items: Vec<PolicyView>,
}

fn view(m: Mine) -> PolicyView {
    let v = m.version;
    PolicyView {
        id: m.policy.id,
        version: v.number(),
        version_id: v.id,
        title: v.title,
        for_you: v.for_you,
        body: v.body,
        change_note: v.change_note,
        owner: m.policy.owner,
        effective_on: v.effective_on.to_string(),
        until_on: v.until_on.map(|d| d.to_string()),
        questions: v
            .quiz
            .questions
            .into_iter()
            .map(|q| QuestionView {
                text: q.text,
                choices: q.choices.into_iter().map(|c| c.text).collect(),
            })
            .collect(),
        standing: m.standing,
        due_at: m.duty.as_ref().map(|d| d.due_at.to_string()),
        confirmed_at: m.duty.and_then(|d| d.done_at).map(|at| at.to_string()),
    }
}

/// GET /api/v1/policies
pub async fn list(me: Me) -> Result<Json<Policies>> {
    let mine = store::mine(&me.app.db, &me.actor, me.now, here(&me)).await?;
    Ok(Json(Policies {
        items: mine.into_iter().map(view).collect(),
    }))
}

/// GET /api/v1/policies/{policy}
pub async fn show(me: Me, Path(id): Path<String>) -> Result<Json<PolicyView>> {
    let found = store::find_mine(&me.app.db, &me.actor, &id, me.now, here(&me)).await?;
    Ok(Json(view(found)))
}

/// Confirming that one has read it.
#[derive(Deserialize, JsonSchema, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Acknowledgement {
    /// The `version_id` that you read; needed.
    pub version_id: String,
    /// For each question, the positions of the chosen answers, from 0.
    pub answers: Vec<BTreeSet<usize>>,
}

/// What came of it.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Tried {
    pub confirmed: bool,
    pub correct: usize,
    pub questions: usize,
}

/// POST /api/v1/policies/{policy}/acknowledgement
pub async fn acknowledge(
    me: Me,
    Path(id): Path<String>,
    Input(input): Input<Acknowledgement>,
) -> Result<Json<Tried>> {
    let done = verbs::acknowledge(&me, &me.actor, &id, &input.version_id, &input.answers).await?;
    Ok(Json(Tried {
        confirmed: done.passed,
        correct: done.correct,
        questions: done.questions,
    }))
}

/// Why a policy cannot be followed for a while.
#[derive(Deserialize, JsonSchema, Default)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs)]
pub struct NewException {
    pub reason: String,
    /// The last day; needed.
    pub until_on: String,
}

/// POST /api/v1/policies/{policy}/exceptions
pub async fn ask_exception(
    me: Me,
    Path(id): Path<String>,
    Input(input): Input<NewException>,
) -> Result<StatusCode> {
    let until = input.until_on.parse().ok();
    exceptions::ask(&me, &me.actor, &id, &input.reason, until).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Yes or no.
#[derive(Deserialize, JsonSchema, Default)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs)]
pub struct Decision {
    pub grant: bool,
    pub answer: String,
}

/// POST /api/v1/policies/{policy}/exceptions/{exception}
pub async fn decide(
    me: Me,
    Path((id, exception)): Path<(String, String)>,
    Input(input): Input<Decision>,
) -> Result<StatusCode> {
    exceptions::decide(&me, &me.actor, &id, &exception, input.grant, &input.answer).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A version to write. Days are such as 2026-12-01.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct NewVersion {
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub for_you: String,
    #[serde(default)]
    pub body: String,
    #[serde(default)]
    pub change_note: String,
    /// Id of a person who works here; you, if it is left out.
    #[serde(default)]
    pub owner_id: Option<String>,
    #[serde(default)]
    pub audience: Audience,
    #[serde(default)]
    pub quiz: Quiz,
    /// 14 if it is left out.
    #[serde(default)]
    pub deadline_days: Option<i64>,
    #[serde(default)]
    pub effective_on: Option<String>,
    #[serde(default)]
    pub review_on: Option<String>,
    #[serde(default)]
    pub until_on: Option<String>,
    /// The version you read, against writing over somebody else.
    #[serde(default)]
    pub version: Option<i64>,
}

fn draft(me: &Me, new: NewVersion) -> Result<(Option<i64>, Draft)> {
    let day = |field: &'static str, text: Option<String>| -> Result<Option<Date>> {
        text.map(|t| t.parse())
            .transpose()
            .map_err(|_| Error::field(field, "Give a day."))
    };
    let draft = Draft {
        title: new.title.trim().to_owned(),
        for_you: new.for_you.trim().to_owned(),
        body: new.body.trim().to_owned(),
        change_note: new.change_note.trim().to_owned(),
        owner_id: new.owner_id.unwrap_or_else(|| me.actor.id.clone()),
        audience: new.audience,
        quiz: new.quiz,
        deadline_days: new.deadline_days.unwrap_or(14),
        effective_on: day("effective_on", new.effective_on)?.unwrap_or(here(me)),
        review_on: day("review_on", new.review_on)?,
        until_on: day("until_on", new.until_on)?,
    };
    Ok((new.version, draft))
}

/// A policy as those who run it see it.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct RunView {
    pub id: String,
    pub owner_id: String,
    pub retired_at: Option<String>,
    /// Give it back as `version` when you save.
    pub version: i64,
    /// Published ones from old to new, then the draft.
    pub versions: Vec<VersionView>,
}

/// A version.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct VersionView {
    pub id: String,
    /// 0.0 while it is a draft.
    pub number: String,
    pub title: String,
    pub body: String,
    pub audience: Audience,
    pub quiz: Quiz,
    pub deadline_days: i64,
    pub effective_on: String,
    pub published_at: Option<String>,
}

fn run_view(p: Policy) -> RunView {
    let one = |v: Version| VersionView {
        number: v.number(),
        id: v.id,
        title: v.title,
        body: v.body,
        audience: v.audience,
        quiz: v.quiz,
        deadline_days: v.deadline_days,
        effective_on: v.effective_on.to_string(),
        published_at: v.published_at.map(|at| at.to_string()),
    };
    RunView {
        id: p.id,
        owner_id: p.owner_id,
        retired_at: p.retired_at.map(|at| at.to_string()),
        version: p.version,
        versions: p.versions.into_iter().map(one).collect(),
    }
}

/// POST /api/v1/policies
pub async fn create(me: Me, Input(new): Input<NewVersion>) -> Result<Response> {
    let (_, draft) = draft(&me, new)?;
    let id = verbs::save(&me, &me.actor, None, None, draft).await?;
    let found = store::find_to_run(&me.app.db, &me.actor, &id).await?;
    Ok((StatusCode::CREATED, Json(run_view(found))).into_response())
}

/// PUT /api/v1/policies/{policy}/draft
pub async fn save(
    me: Me,
    Path(id): Path<String>,
    Input(new): Input<NewVersion>,
) -> Result<Json<RunView>> {
    store::find_to_run(&me.app.db, &me.actor, &id).await?;
    let (expect, draft) = draft(&me, new)?;
    verbs::save(&me, &me.actor, Some(&id), expect, draft).await?;
    let found = store::find_to_run(&me.app.db, &me.actor, &id).await?;
    Ok(Json(run_view(found)))
}

/// How to publish.
#[derive(Deserialize, JsonSchema, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Publication {
    /// A small change that asks nobody to confirm again.
    pub minor: bool,
}

/// POST /api/v1/policies/{policy}/publication
pub async fn publish(
    me: Me,
    Path(id): Path<String>,
    Input(how): Input<Publication>,
) -> Result<Json<RunView>> {
    let found = verbs::publish(&me, &me.actor, &id, !how.minor).await?;
    Ok(Json(run_view(found)))
}

/// DELETE /api/v1/policies/{policy}
pub async fn retire(me: Me, Path(id): Path<String>) -> Result<StatusCode> {
    verbs::retire(&me, &me.actor, &id, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who has confirmed the version that holds.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Report {
    pub version: Option<String>,
    pub all: Count,
    /// By name of department; empty for those without.
    pub departments: BTreeMap<String, Count>,
    pub people: Vec<Line>,
}

/// GET /api/v1/policies/{policy}/report
pub async fn report(me: Me, Path(id): Path<String>) -> Result<Json<Report>> {
    let found = store::find_to_run(&me.app.db, &me.actor, &id).await?;
    let (version, people) = match found.in_force(here(&me)) {
        Some(v) => (
            Some(v.number()),
            report::lines(&me.app.db, &me, &found, v).await?,
        ),
        None => (None, Vec::new()),
    };
    let (all, departments) = report::count(&people);
    Ok(Json(Report {
        version,
        all,
        departments,
        people,
    }))
}
