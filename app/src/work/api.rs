//! Requests as JSON.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use mil_db::{Where, sql};
use mil_process::form;
use mil_process::process::Move;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::catalog::model::{ClockKind, Priority, WorkKind};
use crate::clock::from_micros;
use crate::error::{Error, Msg, Result};
use crate::policy::{self, Do};
use crate::web::{Ctx, Input, Me};
use crate::work::model::{Item, WAITS};
use crate::work::order::{Line, from_form};
use crate::work::talk::{NewComment, Visibility};
use crate::work::{edit, moves, order, store, talk};

/// An order to place.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderInput {
    /// One request is made of each.
    pub lines: Vec<LineInput>,
    /// Person id; agents may order on behalf of somebody.
    #[serde(default)]
    pub requester: Option<String>,
}

/// One service to order.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LineInput {
    /// Id or slug of the service.
    pub service: String,
    /// What to call it; made from the answers when left out.
    #[serde(default)]
    pub title: Option<String>,
    /// Answers by field key.
    #[serde(default)]
    pub answers: serde_json::Map<String, Value>,
    /// Agents may say how urgent it is.
    #[serde(default)]
    pub priority: Option<Priority>,
}

/// What was placed.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct OrderView {
    pub id: String,
    pub number: i64,
    pub requests: Vec<RequestView>,
}

/// A request.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct RequestView {
    pub id: String,
    pub number: i64,
    pub kind: WorkKind,
    pub title: String,
    pub service: String,
    pub stage: String,
    pub stage_name: String,
    /// new, active, waiting, review, done or declined.
    pub phase: String,
    pub priority: Priority,
    pub requester_id: String,
    pub assignee_id: Option<String>,
    pub team_id: String,
    pub order_id: Option<String>,
    /// By field key, as ordered.
    pub answers: BTreeMap<String, Value>,
    pub promise: PromiseView,
    /// What is asked of the requester, when it is their turn.
    pub waiting: Option<Value>,
    pub rating: Option<i64>,
    pub created_at: String,
    pub updated_at: String,
    pub closed_at: Option<String>,
    pub merged_into_id: Option<String>,
    /// Also the `ETag`.
    pub version: i64,
}

/// The promise of a request.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct PromiseView {
    pub response: ClockView,
    pub delivery: ClockView,
}

/// One clock of a promise.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct ClockView {
    /// running, paused, met, missed or late.
    pub state: Value,
    /// RFC 3339; null while it waits.
    pub due: Option<String>,
    /// Working minutes.
    pub target_minutes: i64,
    /// Working minutes.
    pub used_minutes: i64,
}

/// The view of an item.
pub async fn view(ctx: &Ctx, item: &Item) -> Result<RequestView> {
    let catalog = ctx.app.catalog().await?;
    let process = moves::process_of(&catalog, item)?;
    let (_, calendar) = catalog.promise(&item.promise.promise_id)?;
    let clock = |kind: ClockKind| -> Result<ClockView> {
        let reading = item.promise.read(kind, &calendar.compiled, ctx.now);
        Ok(ClockView {
            state: serde_json::to_value(reading.state)?,
            due: reading.due.map(|d| d.to_string()),
            target_minutes: reading.target.minutes(),
            used_minutes: reading.used.minutes(),
        })
    };
    let agent = ctx
        .actor
        .as_deref()
        .is_some_and(|a| policy::on_item(a, Do::SeeInternal, &item.facts()));
    let stage = process.stage(&item.stage);
    let stage_name = stage.map(|s| {
        if agent {
            s.name.as_str()
        } else {
            s.requester_word()
        }
    });
    Ok(RequestView {
        id: item.id.clone(),
        number: item.number,
        kind: item.kind,
        title: item.title.clone(),
        service: catalog
            .service(&item.service_id)
            .map(|s| s.slug.clone())
            .unwrap_or_default(),
        stage: item.stage.clone(),
        stage_name: stage_name.unwrap_or(&item.stage).to_owned(),
        phase: store::phase_key(item.phase).to_owned(),
        priority: item.priority,
        requester_id: item.requester_id.clone(),
        assignee_id: item.assignee_id.clone(),
        team_id: item.team_id.clone(),
        order_id: item.order_id.clone(),
        answers: item
            .answers
            .iter()
            .map(|(k, v)| Ok((k.clone(), serde_json::to_value(v)?)))
            .collect::<Result<_>>()?,
        promise: PromiseView {
            response: clock(ClockKind::Response)?,
            delivery: clock(ClockKind::Delivery)?,
        },
        waiting: item
            .waiting
            .as_ref()
            .map(serde_json::to_value)
            .transpose()?,
        rating: item.rating,
        created_at: item.created_at.to_string(),
        updated_at: item.updated_at.to_string(),
        closed_at: item.closed_at.map(|t| t.to_string()),
        merged_into_id: item.merged_into_id.clone(),
        version: item.version,
    })
}

/// A request as an answer, with its version as `ETag`.
pub(crate) async fn answer(ctx: &Ctx, item: &Item) -> Result<Response> {
    let mut response = Json(view(ctx, item).await?).into_response();
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{}\"", item.version)) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    Ok(response)
}

/// The version that `If-Match` names, if it is given (RFC 9110, 13.1.1).
pub fn if_match(headers: &HeaderMap) -> Result<Option<i64>> {
    let Some(value) = headers.get(header::IF_MATCH) else {
        return Ok(None);
    };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    text.trim_matches('"').parse().map(Some).map_err(|_| {
        Error::Stale(Msg::new(
            "If-Match does not name a version. Send the ETag of the request.",
        ))
    })
}

/// POST /api/v1/orders
pub async fn place(me: Me, Input(input): Input<OrderInput>) -> Result<Response> {
    let lines = input
        .lines
        .into_iter()
        .map(|line| {
            let raw = form::raw_from_json(&line.answers)
                .map_err(|errors| Error::Invalid(errors.into_iter().map(from_form).collect()))?;
            Ok(Line {
                service: line.service,
                title: line.title,
                raw,
                priority: line.priority,
            })
        })
        .collect::<Result<_>>()?;
    let placed = order::place(&me, &me.actor, input.requester.as_deref(), lines).await?;
    let mut requests = Vec::new();
    for item in &placed.items {
        requests.push(view(&me, item).await?);
    }
    let body = OrderView {
        id: placed.id,
        number: placed.number,
        requests,
    };
    Ok((StatusCode::CREATED, Json(body)).into_response())
}

/// GET /api/v1/requests/{item}
pub async fn show(me: Me, Path(id): Path<String>) -> Result<Response> {
    let item = store::find(&me.app.db, &me.actor, &id).await?;
    answer(&me, &item).await
}

/// What to change.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// What to call it.
    #[serde(default)]
    pub title: Option<String>,
    /// How urgent it is.
    #[serde(default)]
    pub priority: Option<Priority>,
    /// Person id; null gives it to nobody.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "Option<String>")]
    pub assignee: Option<Option<String>>,
}

/// Tells "not given" from "null".
fn given<'de, D: serde::Deserializer<'de>>(d: D) -> Result<Option<Option<String>>, D::Error> {
    Option::<String>::deserialize(d).map(Some)
}

/// PATCH /api/v1/requests/{item}
pub async fn change(
    me: Me,
    Path(id): Path<String>,
    headers: HeaderMap,
    Input(input): Input<Change>,
) -> Result<Response> {
    let mut expect = if_match(&headers)?;
    let mut item = store::find(&me.app.db, &me.actor, &id).await?;
    policy::require_item(&me.actor, Do::Work, &item.facts())?;
    if let Some(title) = &input.title {
        item = edit::rename(&me, &me.actor, &id, expect.take(), title).await?;
    }
    if let Some(priority) = input.priority {
        item = edit::prioritise(&me, &me.actor, &id, expect.take(), priority).await?;
    }
    if let Some(assignee) = &input.assignee {
        item = edit::assign(&me, &me.actor, &id, expect.take(), assignee.as_deref()).await?;
    }
    answer(&me, &item).await
}

/// A move.
#[derive(Deserialize, JsonSchema)]
pub struct MoveInput {
    /// forward, send_back, wait, resume, approve, request_changes, decline,
    /// cancel or reopen.
    #[serde(rename = "type")]
    pub kind: String,
    /// The stage to go back to.
    #[serde(default)]
    pub to: Option<String>,
    /// Why; sending back, declining and reopening need it.
    #[serde(default)]
    pub reason: Option<String>,
    /// `answer` or `approval`, for `wait`.
    #[serde(default)]
    pub why: Option<String>,
}

/// POST /api/v1/requests/{item}/moves
pub async fn make_move(
    me: Me,
    Path(id): Path<String>,
    headers: HeaderMap,
    Input(input): Input<Value>,
) -> Result<Response> {
    let mv: Move = serde_json::from_value(input)
        .map_err(|e| Error::field("", Msg::new("The JSON does not fit: {why}.").with("why", e)))?;
    let item = moves::make(&me, &me.actor, &id, if_match(&headers)?, &mv).await?;
    answer(&me, &item).await
}

/// A comment to write.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CommentInput {
    /// Markdown.
    pub body: String,
    /// Who reads it.
    pub visibility: Visibility,
    /// Ids of uploaded files.
    #[serde(default)]
    pub files: Vec<String>,
}

/// A comment.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct CommentView {
    pub id: String,
    pub author_id: String,
    pub author: String,
    pub visibility: String,
    pub body: String,
    pub created_at: String,
}

/// Comments, oldest first.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Comments {
    pub items: Vec<CommentView>,
}

async fn read_comments(me: &Me, item: &Item) -> Result<Vec<CommentView>> {
    let mut filter = Where::new();
    filter.and("c.item_id = ?", [item.id.as_str().into()]);
    if !policy::on_item(&me.actor, Do::SeeInternal, &item.facts()) {
        filter.and("c.visibility = 'public'", []);
    }
    sql(format!(
        "SELECT c.id, c.author_id, p.name AS author, c.visibility, c.body, c.created_at
         FROM comment c JOIN person p ON p.id = c.author_id WHERE {} ORDER BY c.created_at, c.id",
        filter.text()
    ))
    .bind_all(filter.values())
    .all(&me.app.db)
    .await?
    .iter()
    .map(|row| {
        Ok(CommentView {
            id: row.get("id")?,
            author_id: row.get("author_id")?,
            author: row.get("author")?,
            visibility: row.get("visibility")?,
            body: row.get("body")?,
            created_at: from_micros(row.get("created_at")?).to_string(),
        })
    })
    .collect()
}

/// GET /api/v1/requests/{item}/comments
pub async fn comments(me: Me, Path(id): Path<String>) -> Result<Json<Comments>> {
    let item = store::find(&me.app.db, &me.actor, &id).await?;
    Ok(Json(Comments {
        items: read_comments(&me, &item).await?,
    }))
}

/// POST /api/v1/requests/{item}/comments
pub async fn comment(
    me: Me,
    Path(id): Path<String>,
    Input(input): Input<CommentInput>,
) -> Result<Response> {
    let new = NewComment {
        body: input.body,
        visibility: input.visibility,
        files: input.files,
    };
    let (item, comment_id) = talk::comment(&me, &me.actor, &id, new).await?;
    let written = read_comments(&me, &item)
        .await?
        .into_iter()
        .find(|c| c.id == comment_id);
    Ok((StatusCode::CREATED, Json(written)).into_response())
}

/// When something is due, for JSON: nothing promised is null.
pub fn due(micros: i64) -> Option<String> {
    (micros < WAITS).then(|| from_micros(micros).to_string())
}
