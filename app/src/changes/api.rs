//! Changes as JSON.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::calendar;
use crate::changes::list;
use crate::changes::rules::{self, Level, Outcome, Type};
use crate::changes::store::{self, Record, is_change};
use crate::changes::verbs;
use crate::desk::load;
use crate::error::{Error, Result};
use crate::post_mortems::api::NewAction;
use crate::web::{Input, Me};
use crate::work::{Item, follow_up};

/// How a change ranks, and why.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct AssessmentView {
    pub risk: Level,
    pub impact: Level,
    pub level: Level,
    /// Question and answer of what weighs, gravest first.
    pub because: Vec<(String, String)>,
}

fn assessment(a: rules::Assessment) -> AssessmentView {
    AssessmentView {
        risk: a.risk,
        impact: a.impact,
        level: a.level,
        because: a
            .because
            .into_iter()
            .map(|(q, a, _)| (q.to_owned(), a.to_owned()))
            .collect(),
    }
}

/// What a meeting said about a change.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct DecidedView {
    /// approved, conditions, rejected or deferred.
    pub decision: String,
    /// Conditions, or why.
    pub words: String,
    pub at: String,
    pub meeting_id: String,
}

/// A line of the list of open changes.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct ChangeLine {
    pub id: String,
    pub number: i64,
    pub title: String,
    pub r#type: Type,
    pub stage: String,
    pub level: Option<Level>,
    /// RFC 3339; its window.
    pub from: Option<String>,
    pub to: Option<String>,
    pub decided: Option<DecidedView>,
    pub review_due: bool,
}

/// Open changes.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Changes {
    pub items: Vec<ChangeLine>,
}

fn decided(found: Option<(String, String, jiff::Timestamp, String)>) -> Option<DecidedView> {
    found.map(|(decision, words, at, meeting_id)| DecidedView {
        decision,
        words,
        at: at.to_string(),
        meeting_id,
    })
}

/// GET /api/v1/changes
pub async fn list(me: Me) -> Result<Json<Changes>> {
    let items = list::open(&me)
        .await?
        .into_iter()
        .map(|l| ChangeLine {
            review_due: l.record.review_due(&l.item),
            r#type: l.record.kind,
            level: l.assessment.map(|a| a.level),
            from: l.window.as_ref().map(|e| e.span.start().to_string()),
            to: l.window.as_ref().map(|e| e.span.end().to_string()),
            decided: decided(l.decided),
            id: l.item.id,
            number: l.item.number,
            title: l.item.title,
            stage: l.item.stage,
        })
        .collect();
    Ok(Json(Changes { items }))
}

/// What is known of a change. Texts are Markdown.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct ChangeView {
    pub id: String,
    pub number: i64,
    pub r#type: Type,
    /// Why it cannot wait.
    pub reason: String,
    /// Answers by question, with those of the order.
    pub answers: BTreeMap<String, BTreeSet<String>>,
    /// Questions without an answer.
    pub missing: Vec<String>,
    pub assessment: Option<AssessmentView>,
    /// `kind:id` and name of what it touches: the same as its calendar entry.
    pub touches: Vec<calendar::api::ThingView>,
    pub plan: String,
    pub back_out: String,
    pub test: String,
    pub decided: Option<DecidedView>,
    pub outcome: Option<Outcome>,
    pub happened: String,
    /// yes, partly or no.
    pub followed: Option<String>,
    pub reviewed_at: Option<String>,
    /// Whether it cannot be closed before somebody looked back.
    pub review_due: bool,
    /// Numbers of incidents that it caused.
    pub incidents: Vec<i64>,
    /// Numbers of the work that came of it.
    pub actions: Vec<i64>,
    pub version: i64,
}

async fn view(me: &Me, item: &Item, r: Record) -> Result<ChangeView> {
    let catalog = me.app.catalog().await?;
    let things = calendar::store::things(&me.app.db, &catalog).await?;
    let answers = r.all_answers(item);
    Ok(ChangeView {
        id: item.id.clone(),
        number: item.number,
        r#type: r.kind,
        missing: rules::missing(&answers)
            .iter()
            .map(|q| (*q).to_owned())
            .collect(),
        assessment: r.assessment(item).map(assessment),
        answers,
        plan: r.steps(item),
        back_out: r.way_back(item),
        test: r.tests(item),
        review_due: r.review_due(item),
        touches: r
            .touches
            .iter()
            .map(|key| calendar::api::ThingView {
                key: key.clone(),
                name: things.get(key).map(|t| t.name.clone()).unwrap_or_default(),
            })
            .collect(),
        decided: decided(store::decided(&me.app.db, &item.id).await?),
        incidents: store::incidents(&me.app.db, &item.id)
            .await?
            .into_iter()
            .map(|(_, number, _)| number)
            .collect(),
        actions: store::actions(&me.app.db, &item.id)
            .await?
            .into_iter()
            .map(|a| a.number)
            .collect(),
        reason: r.reason,
        outcome: r.outcome,
        happened: r.happened,
        followed: r.followed,
        reviewed_at: r.reviewed_at.map(|at| at.to_string()),
        version: r.version,
    })
}

/// GET /api/v1/requests/{item}/change
pub async fn show(me: Me, Path(id): Path<String>) -> Result<Json<ChangeView>> {
    let item = load::item(&me, &id).await?;
    is_change(&item)?;
    let r = store::of(&me.app.db, &item).await?;
    Ok(Json(view(&me, &item, r).await?))
}

/// What to write; what is left out stays.
#[derive(Deserialize, JsonSchema, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Patch {
    /// standard only where a lead approved the service beforehand.
    pub r#type: Option<Type>,
    /// Why it cannot wait; needed for emergencies.
    pub reason: Option<String>,
    /// Answers by question; replaces all that were entered.
    pub answers: Option<BTreeMap<String, BTreeSet<String>>>,
    /// `kind:id` of services, departments, tools, campaigns and audiences.
    pub touches: Option<Vec<String>>,
    /// Names of tools, made if they are new; with `touches`.
    pub tools: Vec<String>,
    /// Names of campaigns, made if they are new; with `touches`.
    pub campaigns: Vec<String>,
    /// Markdown.
    pub plan: Option<String>,
    /// Markdown.
    pub back_out: Option<String>,
    /// Markdown.
    pub test: Option<String>,
    /// The version you read, against writing over somebody else.
    pub version: Option<i64>,
}

/// PATCH /api/v1/requests/{item}/change
pub async fn write(
    me: Me,
    Path(id): Path<String>,
    Input(input): Input<Patch>,
) -> Result<Json<ChangeView>> {
    let mut named: Vec<(String, String)> = Vec::new();
    for (kind, names) in [("tool", input.tools), ("campaign", input.campaigns)] {
        named.extend(names.into_iter().map(|n| (kind.to_owned(), n)));
    }
    let touches = match input.touches {
        None if !named.is_empty() => Some(Vec::new()),
        given => given,
    };
    let new = verbs::Change {
        kind: input.r#type,
        reason: input.reason,
        answers: input.answers,
        touches,
        named,
        plan: input.plan,
        back_out: input.back_out,
        test: input.test,
    };
    let (item, r) = verbs::write(&me, &me.actor, &id, input.version, new).await?;
    Ok(Json(view(&me, &item, r).await?))
}

/// What one found when looking back.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReview {
    /// How it went; needed.
    #[serde(default)]
    pub outcome: Option<Outcome>,
    /// What happened, Markdown; needed.
    #[serde(default)]
    pub happened: String,
    /// Whether the plan was followed: yes, partly or no; needed.
    #[serde(default)]
    pub followed: String,
    /// Numbers or ids of incidents that it caused.
    #[serde(default)]
    pub incidents: Vec<String>,
    /// The version you read, against writing over somebody else.
    #[serde(default)]
    pub version: Option<i64>,
}

/// PUT /api/v1/requests/{item}/change/review
pub async fn review(
    me: Me,
    Path(id): Path<String>,
    Input(input): Input<NewReview>,
) -> Result<Json<ChangeView>> {
    let item = load::item(&me, &id).await?;
    is_change(&item)?;
    let new = verbs::Review {
        outcome: input
            .outcome
            .ok_or_else(|| Error::field("outcome", "Say how it went."))?,
        happened: input.happened,
        followed: input.followed,
        incidents: input.incidents,
    };
    let (item, r) = verbs::review(&me, &me.actor, &id, input.version, new).await?;
    Ok(Json(view(&me, &item, r).await?))
}

/// POST /api/v1/requests/{item}/change/actions
pub async fn act(
    me: Me,
    Path(id): Path<String>,
    Input(input): Input<NewAction>,
) -> Result<Response> {
    let due_on: Option<Date> = input
        .due_on
        .as_deref()
        .map(str::parse)
        .transpose()
        .map_err(|_| Error::field("due_on", "Give a day."))?;
    let new = follow_up::NewAction {
        title: &input.title,
        service: &input.service,
        owner: input.owner.as_deref(),
        due_on,
    };
    let work = verbs::act(&me, &me.actor, &id, new).await?;
    let view = crate::work::api::view(&me, &work).await?;
    Ok((StatusCode::CREATED, Json(view)).into_response())
}

/// A service whose orders are changes.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct ServiceLine {
    pub id: String,
    pub name: String,
    pub r#type: Type,
}

/// Services whose orders are changes.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Services {
    pub items: Vec<ServiceLine>,
}

/// GET /api/v1/change-services
pub async fn services(me: Me) -> Result<Json<Services>> {
    let all = list::of_services(&me).await?;
    let items = all
        .into_iter()
        .map(|(s, kind)| ServiceLine {
            id: s.id.clone(),
            name: s.name.clone(),
            r#type: kind,
        })
        .collect();
    Ok(Json(Services { items }))
}

/// Which type its orders are.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceType {
    /// Needed.
    #[serde(default)]
    pub r#type: Option<Type>,
}

/// PUT /api/v1/change-services/{service}
pub async fn approve(
    me: Me,
    Path(service): Path<String>,
    Input(input): Input<ServiceType>,
) -> Result<StatusCode> {
    let kind = input
        .r#type
        .ok_or_else(|| Error::field("type", "Choose a kind."))?;
    verbs::approve_service(&me, &me.actor, &service, kind).await?;
    Ok(StatusCode::NO_CONTENT)
}
