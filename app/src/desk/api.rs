//! The deeds of the agent's page as JSON.

use axum::Json;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use mil_db::sql;
use mil_process::form;
use mil_process::process::WaitKind;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::clock::from_micros;
use crate::error::{Error, Result};
use crate::policy::{self, Do};
use crate::web::{Input, Me};
use crate::work::api::{RequestView, answer, if_match, view};
use crate::work::order::from_form;
use crate::work::relate::{Link, LinkKind};
use crate::work::talk::{NewComment, Visibility};
use crate::work::{edit, merge, relate, reservice, store, talk};

/// A line of the checklist to tick.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckInput {
    /// Key of the line.
    pub check: String,
    /// Ticked or not.
    pub done: bool,
}

/// POST /api/v1/requests/{item}/checks
pub async fn check(
    me: Me,
    Path(id): Path<String>,
    Input(input): Input<CheckInput>,
) -> Result<Response> {
    let item = edit::tick(&me, &me.actor, &id, &input.check, input.done).await?;
    answer(&me, &item).await
}

/// PATCH /api/v1/requests/{item}/fields: values by field key; null empties.
pub async fn fields(
    me: Me,
    Path(id): Path<String>,
    headers: HeaderMap,
    Input(input): Input<Map<String, Value>>,
) -> Result<Response> {
    let mut raw = form::raw_from_json(&input)
        .map_err(|errors| Error::Invalid(errors.into_iter().map(from_form).collect()))?;
    for (key, value) in &input {
        if value.is_null() {
            raw.insert(key.clone(), Vec::new());
        }
    }
    let item = edit::fill(&me, &me.actor, &id, if_match(&headers)?, raw).await?;
    answer(&me, &item).await
}

/// Somebody who follows a request.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct WatcherView {
    pub person_id: String,
    pub name: String,
    pub since: String,
}

/// Who follows a request.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Watchers {
    pub items: Vec<WatcherView>,
}

/// GET /api/v1/requests/{item}/watchers
pub async fn watchers(me: Me, Path(id): Path<String>) -> Result<Json<Watchers>> {
    let item = store::find(&me.app.db, &me.actor, &id).await?;
    policy::require_item(&me.actor, Do::SeeInternal, &item.facts())?;
    let items = sql("SELECT v.person_id, p.name, v.since FROM watcher v
         JOIN person p ON p.id = v.person_id WHERE v.item_id = $1 ORDER BY p.name, p.id")
    .bind(&item.id)
    .all(&me.app.db)
    .await?
    .iter()
    .map(|row| {
        Ok(WatcherView {
            person_id: row.get("person_id")?,
            name: row.get("name")?,
            since: from_micros(row.get("since")?).to_string(),
        })
    })
    .collect::<Result<_>>()?;
    Ok(Json(Watchers { items }))
}

/// Who should follow.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WatcherInput {
    /// Person id; yourself if left out.
    #[serde(default)]
    pub person: Option<String>,
}

/// POST /api/v1/requests/{item}/watchers
pub async fn watch(
    me: Me,
    Path(id): Path<String>,
    Input(input): Input<WatcherInput>,
) -> Result<StatusCode> {
    let person = input.person.as_deref().unwrap_or(&me.actor.id);
    talk::watch(&me, &me.actor, &id, person, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// DELETE /api/v1/requests/{item}/watchers/{person}
pub async fn unwatch(me: Me, Path((id, person)): Path<(String, String)>) -> Result<StatusCode> {
    talk::watch(&me, &me.actor, &id, &person, false).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The links of a request.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Links {
    pub items: Vec<Link>,
}

/// GET /api/v1/requests/{item}/links
pub async fn links(me: Me, Path(id): Path<String>) -> Result<Json<Links>> {
    let item = store::find(&me.app.db, &me.actor, &id).await?;
    let items = relate::links(&me, &me.actor, &item).await?;
    Ok(Json(Links { items }))
}

/// A link to make.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkInput {
    /// How this request stands to the other.
    pub kind: LinkKind,
    /// Id or number of the other.
    pub to: String,
}

/// POST /api/v1/requests/{item}/links
pub async fn link(
    me: Me,
    Path(id): Path<String>,
    Input(input): Input<LinkInput>,
) -> Result<Response> {
    let (item, _) = relate::link(&me, &me.actor, &id, input.kind, &input.to).await?;
    let items = relate::links(&me, &me.actor, &item).await?;
    Ok((StatusCode::CREATED, Json(Links { items })).into_response())
}

/// DELETE /api/v1/requests/{item}/links/{kind}/{other}
pub async fn unlink(
    me: Me,
    Path((id, kind, other)): Path<(String, String, String)>,
) -> Result<StatusCode> {
    let kind = LinkKind::from_key(&kind).ok_or(Error::NotFound)?;
    relate::unlink(&me, &me.actor, &id, kind, &other).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What to merge into.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MergeInput {
    /// Id or number of the request that stays.
    pub into: String,
}

/// The request that stays.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct MergeView {
    pub request: RequestView,
    /// POST to `/api/v1/undo/{undo}` within ten minutes to take it back.
    pub undo: String,
}

/// POST /api/v1/requests/{item}/merge
pub async fn merge(
    me: Me,
    Path(id): Path<String>,
    headers: HeaderMap,
    Input(input): Input<MergeInput>,
) -> Result<Json<MergeView>> {
    let (kept, undo) = merge::merge(&me, &me.actor, &id, if_match(&headers)?, &input.into).await?;
    let request = view(&me, &kept).await?;
    Ok(Json(MergeView { request, undo }))
}

/// A question, or a draft to approve.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AskInput {
    /// `answer` for a question, `approval` for a draft.
    pub kind: Asked,
    /// What the requester reads; Markdown.
    pub body: String,
    /// Ids of uploaded files.
    #[serde(default)]
    pub files: Vec<String>,
}

/// What is asked of the requester.
#[derive(Deserialize, JsonSchema, Clone, Copy)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Asked {
    Answer,
    Approval,
}

/// POST /api/v1/requests/{item}/ask
pub async fn ask(
    me: Me,
    Path(id): Path<String>,
    headers: HeaderMap,
    Input(input): Input<AskInput>,
) -> Result<Response> {
    let why = match input.kind {
        Asked::Answer => WaitKind::Answer,
        Asked::Approval => WaitKind::Approval,
    };
    let new = NewComment {
        body: input.body,
        visibility: Visibility::Public,
        files: input.files,
    };
    let item = talk::ask(&me, &me.actor, &id, if_match(&headers)?, why, new).await?;
    answer(&me, &item).await
}

/// The requester's yes or no.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionInput {
    /// Yes or no.
    pub approve: bool,
    /// What should be different; needed for a no.
    #[serde(default)]
    pub reason: Option<String>,
    /// The stage that a no goes back to, if not the usual one.
    #[serde(default)]
    pub to: Option<String>,
}

/// POST /api/v1/requests/{item}/decision
pub async fn decide(
    me: Me,
    Path(id): Path<String>,
    headers: HeaderMap,
    Input(input): Input<DecisionInput>,
) -> Result<Response> {
    let item = talk::decide(
        &me,
        &me.actor,
        &id,
        if_match(&headers)?,
        input.approve,
        input.reason,
        input.to,
    )
    .await?;
    answer(&me, &item).await
}

/// How it was.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RatingInput {
    /// 1 to 5, 5 is best.
    pub score: i64,
    /// In their own words.
    #[serde(default)]
    pub comment: Option<String>,
}

/// POST /api/v1/requests/{item}/rating
pub async fn rate(
    me: Me,
    Path(id): Path<String>,
    Input(input): Input<RatingInput>,
) -> Result<Response> {
    let item = edit::rate(&me, &me.actor, &id, input.score, input.comment).await?;
    answer(&me, &item).await
}

/// Another service.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceInput {
    /// Id or slug.
    pub service: String,
}

/// POST /api/v1/requests/{item}/service
pub async fn service(
    me: Me,
    Path(id): Path<String>,
    headers: HeaderMap,
    Input(input): Input<ServiceInput>,
) -> Result<Response> {
    let item = reservice::change(&me, &me.actor, &id, if_match(&headers)?, &input.service).await?;
    answer(&me, &item).await
}
