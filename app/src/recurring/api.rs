//! Recurring requests as JSON.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use mil_process::form::{raw_from_json, to_raw};
use mil_sla::rhythm::Rhythm;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::catalog::Catalog;
use crate::error::{Error, Result};
use crate::policy;
use crate::recurring::model::{Outcome, Plan, What};
use crate::recurring::page::{self, PAGE};
use crate::recurring::verbs::{self, SHOWN};
use crate::recurring::{run, store};
use crate::web::{Input, Me, Query};
use crate::work::order;

/// Where the list goes on.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct After {
    /// `next` of the page before.
    pub after: Option<String>,
}

/// A plan, whole.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PlanInput {
    /// May hold `{month}`, `{year}`, `{week}`, `{quarter}`, `{day}`, `{date}` and `{date+5}`.
    pub title: String,
    /// Id or slug; needed.
    pub service: String,
    /// By field key; texts may hold dates as the title does.
    pub answers: Map<String, Value>,
    /// Id of whoever it is ordered for; you, if left out.
    pub requester_id: Option<String>,
    /// Id of whoever works on it.
    pub assignee_id: Option<String>,
    /// Id; that of the service's promise, if left out.
    pub calendar_id: Option<String>,
    /// IANA name; the organisation's, if left out.
    pub zone: Option<String>,
    /// Needed: `every` (an object with `type` days, weeks, month_day, month_weekday,
    /// last_working_day or year, and its members), `at`, `start`, and if wanted `until`, `count`,
    /// `closed` (keep, before, after, skip) and `ahead` (working days).
    pub rhythm: Value,
    /// The version you read, against writing over somebody else.
    pub version: Option<i64>,
}

/// A rhythm to try out.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PreviewInput {
    /// As in a plan.
    pub rhythm: Value,
    /// Id of a calendar; needed.
    pub calendar_id: String,
    /// IANA name; the organisation's, if left out.
    pub zone: Option<String>,
}

/// A date to come.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Coming {
    /// The date of the beat, which is its name.
    pub date: String,
    /// The day it falls on, shifted off days without work.
    pub day: String,
    /// When it is ordered.
    pub ordered_at: String,
}

/// Dates to come.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Dates {
    /// Ten at most.
    pub items: Vec<Coming>,
}

/// What became of a date.
#[derive(Debug, Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct RunView {
    pub date: String,
    pub day: String,
    pub outcome: Outcome,
    /// Number of the request.
    pub number: Option<i64>,
    pub why: Option<String>,
    pub at: String,
}

/// A plan.
#[derive(Debug, Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct PlanView {
    pub id: String,
    pub title: String,
    pub service_id: String,
    pub answers: Value,
    pub requester_id: String,
    pub assignee_id: Option<String>,
    pub owner_id: String,
    pub calendar_id: String,
    pub zone: String,
    pub rhythm: Value,
    /// When it orders next.
    pub next_at: Option<String>,
    pub paused_at: Option<String>,
    pub stopped_at: Option<String>,
    pub stopped_why: Option<String>,
    pub version: i64,
    /// The next ten dates; empty in lists.
    pub dates: Vec<Coming>,
    /// The last 50; empty in lists.
    pub history: Vec<RunView>,
}

/// Plans, newest first.
#[derive(Debug, Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Plans {
    pub items: Vec<PlanView>,
    pub next: Option<String>,
}

/// Something to do with a plan.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DeedInput {
    /// pause, go_on, skip, unskip, now or remove; needed.
    pub deed: String,
    /// The date to skip or to take back.
    pub date: Option<String>,
    /// For now: a key of your own, so that it is ordered once.
    pub key: Option<String>,
}

fn coming(catalog: &Catalog, what: &What, since: jiff::Timestamp) -> Vec<Coming> {
    let Ok(cal) = run::calendar(catalog, what) else {
        return Vec::new();
    };
    let zone = what.zone();
    let all = what.rhythm.occurrences(cal, &zone);
    all.skip_while(|one| one.at <= since)
        .take(SHOWN)
        .map(|one| Coming {
            date: one.nominal.to_string(),
            day: one.day.to_string(),
            ordered_at: one.at.to_string(),
        })
        .collect()
}

fn brief(me: &Me, plan: Plan) -> PlanView {
    let what = plan.what;
    PlanView {
        id: plan.id,
        title: what.title,
        service_id: what.service_id,
        answers: json!(what.answers),
        requester_id: what.requester_id,
        assignee_id: what.assignee_id,
        owner_id: plan.owner_id,
        calendar_id: what.calendar_id,
        zone: what.zone,
        rhythm: json!(what.rhythm),
        next_at: plan.next_at.map(|at| at.to_string()),
        paused_at: plan.paused_at.map(|at| at.to_string()),
        stopped_at: plan.stopped_at.map(|at| at.to_string()),
        stopped_why: plan.stopped_why.map(|why| why.text(me.lang())),
        version: plan.version,
        dates: Vec::new(),
        history: Vec::new(),
    }
}

async fn view(me: &Me, id: &str) -> Result<PlanView> {
    let catalog = me.app.catalog().await?;
    let plan = store::find(&me.app.db, id).await?;
    let dates = coming(&catalog, &plan.what, plan.since.max(me.now));
    let runs = store::runs(&me.app.db, id, PAGE).await?;
    let history = runs
        .into_iter()
        .map(|r| RunView {
            date: r.occurrence,
            day: r.day.to_string(),
            outcome: r.outcome,
            number: r.item.map(|(number, _)| number),
            why: r.why.map(|why| why.text(me.lang())),
            at: r.at.to_string(),
        })
        .collect();
    Ok(PlanView {
        dates,
        history,
        ..brief(me, plan)
    })
}

fn rhythm_of(value: Value) -> Result<Rhythm> {
    serde_json::from_value(value).map_err(|e| {
        Error::field(
            "rhythm",
            crate::error::Msg::new("The JSON does not fit: {why}.").with("why", e),
        )
    })
}

fn what(me: &Me, catalog: &Catalog, input: PlanInput) -> Result<What> {
    let service = catalog
        .service(&input.service)
        .ok_or_else(|| Error::field("service", "There is no such service. Choose another."))?;
    let (_, calendar) = catalog.promise(&service.promise_id)?;
    let answers = raw_from_json(&input.answers)
        .map_err(|errors| Error::Invalid(errors.into_iter().map(order::from_form).collect()))?;
    Ok(What {
        title: input.title,
        service_id: service.id.clone(),
        answers,
        requester_id: input.requester_id.unwrap_or_else(|| me.actor.id.clone()),
        assignee_id: input.assignee_id,
        calendar_id: input.calendar_id.unwrap_or_else(|| calendar.id.clone()),
        zone: input.zone.unwrap_or_else(|| me.app.org().zone.clone()),
        rhythm: rhythm_of(input.rhythm)?,
    })
}

/// GET /api/v1/recurring
pub async fn list(me: Me, Query(asked): Query<After>) -> Result<Json<Plans>> {
    let mut plans = store::list(&me.app.db, asked.after.as_deref(), PAGE + 1).await?;
    let more = plans.len() as i64 > PAGE;
    plans.truncate(usize::try_from(PAGE).unwrap_or(0));
    let next = plans.last().filter(|_| more).map(|p| p.id.clone());
    let items = plans.into_iter().map(|p| brief(&me, p)).collect();
    Ok(Json(Plans { items, next }))
}

/// GET /api/v1/recurring/{recurring}
pub async fn show(me: Me, Path(id): Path<String>) -> Result<Json<PlanView>> {
    Ok(Json(view(&me, &id).await?))
}

/// POST /api/v1/recurring
pub async fn create(me: Me, Input(input): Input<PlanInput>) -> Result<Response> {
    policy::require(verbs::plans(&me.actor))?;
    let catalog = me.app.catalog().await?;
    let plan = verbs::create(&me, &me.actor, what(&me, &catalog, input)?).await?;
    Ok((StatusCode::CREATED, Json(view(&me, &plan.id).await?)).into_response())
}

/// POST /api/v1/recurring/preview
pub async fn preview(me: Me, Input(input): Input<PreviewInput>) -> Result<Json<Dates>> {
    let catalog = me.app.catalog().await?;
    let what = What {
        title: String::new(),
        service_id: String::new(),
        answers: to_raw(&Default::default()),
        requester_id: String::new(),
        assignee_id: None,
        calendar_id: input.calendar_id,
        zone: input.zone.unwrap_or_else(|| me.app.org().zone.clone()),
        rhythm: rhythm_of(input.rhythm)?,
    };
    verbs::check_rhythm(&catalog, &what)?;
    let items = coming(&catalog, &what, me.now);
    Ok(Json(Dates { items }))
}

/// PUT /api/v1/recurring/{recurring}
pub async fn change(
    me: Me,
    Path(id): Path<String>,
    Input(input): Input<PlanInput>,
) -> Result<Json<PlanView>> {
    let plan = store::find(&me.app.db, &id).await?;
    verbs::require_change(&me.actor, &plan)?;
    let catalog = me.app.catalog().await?;
    let version = input.version;
    let what = what(&me, &catalog, input)?;
    verbs::change(&me, &me.actor, &id, version, what).await?;
    Ok(Json(view(&me, &id).await?))
}

/// DELETE /api/v1/recurring/{recurring}
pub async fn remove(me: Me, Path(id): Path<String>) -> Result<StatusCode> {
    verbs::act(&me, &me.actor, &id, verbs::Deed::Remove).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// POST /api/v1/recurring/{recurring}/deeds
pub async fn act(
    me: Me,
    Path(id): Path<String>,
    Input(input): Input<DeedInput>,
) -> Result<Response> {
    let plan = store::find(&me.app.db, &id).await?;
    verbs::require_change(&me.actor, &plan)?;
    let deed = page::deed(&input.deed, input.date.as_deref(), input.key)?;
    let gone = deed == verbs::Deed::Remove;
    verbs::act(&me, &me.actor, &id, deed).await?;
    if gone {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    Ok(Json(view(&me, &id).await?).into_response())
}
