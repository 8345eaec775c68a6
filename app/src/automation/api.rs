//! Rules as JSON.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::automation::model::Def;
use crate::automation::store::{self, Rule};
use crate::automation::{dry, verbs};
use crate::error::{Error, Result};
use crate::web::{Input, Me};

/// A rule.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct RuleView {
    pub id: String,
    pub name: String,
    pub active: bool,
    /// Since when it is stopped because it went round in circles.
    pub stopped_at: Option<String>,
    /// Acts in their name.
    pub owner_id: String,
    pub def: Def,
    pub version: i64,
    /// How often it acted.
    pub done: i64,
    /// How often it could not.
    pub parked: i64,
}

async fn view(me: &Me, rule: Rule) -> Result<RuleView> {
    let [done, _, parked] = store::counts(&me.app.db, &rule.id).await?;
    Ok(RuleView {
        active: rule.active_at.is_some(),
        stopped_at: rule.stopped_at.map(|at| at.to_string()),
        id: rule.id,
        name: rule.name,
        owner_id: rule.owner_id,
        def: rule.def,
        version: rule.version,
        done,
        parked,
    })
}

/// Rules, in the order in which they run.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Rules {
    pub items: Vec<RuleView>,
}

/// GET /api/v1/rules
pub async fn list(me: Me) -> Result<Json<Rules>> {
    let mut items = Vec::new();
    for rule in store::all(&me.app.db).await? {
        items.push(view(&me, rule).await?);
    }
    Ok(Json(Rules { items }))
}

/// A rule as it is to be. Whoever saves it is its owner.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleInput {
    /// What it is called; needed.
    #[serde(default)]
    pub name: String,
    /// When, if, then; needed.
    #[serde(default)]
    #[schemars(with = "Def")]
    pub def: Value,
    /// Whether a new rule acts at once.
    #[serde(default)]
    pub active: bool,
    /// The version you read, against writing over somebody else.
    #[serde(default)]
    pub version: Option<i64>,
}

/// POST /api/v1/rules
pub async fn create(me: Me, Input(input): Input<RuleInput>) -> Result<Response> {
    let def = Def::read(&input.def)?;
    let rule = verbs::create(&me, &me.actor, &input.name, &def, input.active).await?;
    Ok((StatusCode::CREATED, Json(view(&me, rule).await?)).into_response())
}

/// GET /api/v1/rules/{rule}
pub async fn show(me: Me, Path(id): Path<String>) -> Result<Json<RuleView>> {
    let rule = store::find(&me.app.db, &id).await?;
    Ok(Json(view(&me, rule).await?))
}

/// PUT /api/v1/rules/{rule}
pub async fn change(
    me: Me,
    Path(id): Path<String>,
    Input(input): Input<RuleInput>,
) -> Result<Json<RuleView>> {
    store::find(&me.app.db, &id).await?;
    let def = Def::read(&input.def)?;
    let changed = verbs::change(&me, &me.actor, &id, input.version, &input.name, &def).await?;
    Ok(Json(view(&me, changed).await?))
}

/// DELETE /api/v1/rules/{rule}
pub async fn remove(me: Me, Path(id): Path<String>) -> Result<StatusCode> {
    verbs::remove(&me, &me.actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// On or off.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleSwitch {
    /// Whether it acts; on also lets a stopped rule act again.
    pub active: bool,
}

/// PUT /api/v1/rules/{rule}/state
pub async fn switch(
    me: Me,
    Path(id): Path<String>,
    Input(input): Input<RuleSwitch>,
) -> Result<Json<RuleView>> {
    let rule = verbs::switch(&me, &me.actor, &id, input.active).await?;
    Ok(Json(view(&me, rule).await?))
}

/// One rule on one cause.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
#[schemars(rename = "RuleRun")]
pub struct RunView {
    pub id: String,
    /// An event's id, or what had lasted since when.
    pub cause: String,
    pub request_id: String,
    pub number: i64,
    /// waiting, done, parked or stopped.
    pub state: String,
    pub attempts: i64,
    /// Of the rule that ran.
    pub version: Option<i64>,
    /// What was done.
    pub did: Vec<Value>,
    /// Why it failed.
    pub error: Option<String>,
    pub created_at: String,
    pub ended_at: Option<String>,
}

/// The log of a rule, newest first; the last hundred.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Runs {
    pub items: Vec<RunView>,
}

/// GET /api/v1/rules/{rule}/runs
pub async fn runs(me: Me, Path(id): Path<String>) -> Result<Json<Runs>> {
    let rule = store::find(&me.app.db, &id).await?;
    let items = store::log(&me.app.db, &rule.id, 100)
        .await?
        .into_iter()
        .map(|l| RunView {
            id: l.run.id,
            cause: l.run.cause,
            request_id: l.run.item_id,
            number: l.number,
            state: l.run.state,
            attempts: l.run.attempts,
            version: l.run.version,
            did: l.run.did,
            error: l.run.error,
            created_at: l.run.created_at.to_string(),
            ended_at: l.run.ended_at.map(|at| at.to_string()),
        })
        .collect();
    Ok(Json(Runs { items }))
}

/// A rule to hold against the past.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DryInput {
    /// When, if, then; needed.
    #[serde(default)]
    #[schemars(with = "Def")]
    pub def: Value,
}

/// What it would have done in the last 30 days. Nothing is changed.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct DryView {
    /// How many causes were looked at.
    pub looked: usize,
    /// How often it would have acted.
    pub hits: usize,
    /// The latest of them.
    pub items: Vec<WouldView>,
}

/// It would have acted here.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct WouldView {
    pub at: String,
    pub number: i64,
    pub title: String,
}

/// POST /api/v1/rules/dry-runs
pub async fn dry_run(me: Me, Input(input): Input<DryInput>) -> Result<Json<DryView>> {
    let def = Def::read(&input.def)?;
    let wrong = def.check(&*me.app.catalog().await?);
    if !wrong.is_empty() {
        return Err(Error::Invalid(wrong));
    }
    let found = dry::run(&me, &def).await?;
    let items = found.told.into_iter().map(|w| WouldView {
        at: w.at.to_string(),
        number: w.number,
        title: w.title,
    });
    Ok(Json(DryView {
        looked: found.looked,
        hits: found.hits,
        items: items.collect(),
    }))
}
