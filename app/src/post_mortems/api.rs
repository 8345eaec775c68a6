//! Post-mortems as JSON.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::post_mortems::list::{self, Asked};
use crate::post_mortems::store::{self, PostMortem};
use crate::post_mortems::{story, verbs};
use crate::web::{Input, Me, Query};
use crate::work::Item;

/// One line of the list.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Brief {
    /// Id of the incident or problem.
    pub id: String,
    pub number: i64,
    pub title: String,
    pub service_id: String,
    pub summary: String,
    pub published_at: Option<String>,
    pub actions: i64,
    pub open_actions: i64,
}

/// Post-mortems, newest first.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct PostMortems {
    pub items: Vec<Brief>,
    /// The cursor of the next page, for `after`.
    pub next: Option<String>,
}

/// GET /api/v1/post-mortems
pub async fn list(me: Me, Query(asked): Query<Asked>) -> Result<Json<PostMortems>> {
    let (found, next) = list::find(&me, &asked).await?;
    let items = found
        .into_iter()
        .map(|l| Brief {
            id: l.id,
            number: l.number,
            title: l.title,
            service_id: l.service_id,
            summary: l.summary,
            published_at: l.published_at.map(|at| at.to_string()),
            actions: l.actions,
            open_actions: l.open_actions,
        })
        .collect();
    Ok(Json(PostMortems { items, next }))
}

/// One moment of the timeline.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct MomentView {
    /// Id of the event, or of the line.
    pub id: String,
    pub at: String,
    /// Empty for what nobody did by hand.
    pub who: String,
    pub text: String,
    /// Whether somebody added it.
    pub own: bool,
    /// Whether it stands on the timeline.
    pub shown: bool,
}

/// Work that came of it.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct ActionView {
    pub id: String,
    pub number: i64,
    pub title: String,
    pub owner: Option<String>,
    /// A day.
    pub due_on: Option<String>,
    pub closed: bool,
    /// Whether it ended as done, not declined.
    pub done: bool,
}

/// A post-mortem. Texts are Markdown.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct PostMortemView {
    /// Id of the incident or problem.
    pub id: String,
    pub number: i64,
    pub title: String,
    pub summary: String,
    pub impact: String,
    pub causes: Vec<String>,
    pub went_well: String,
    pub went_wrong: String,
    pub lucky: String,
    pub lessons: String,
    pub published_at: Option<String>,
    pub version: i64,
    pub timeline: Vec<MomentView>,
    pub actions: Vec<ActionView>,
}

async fn view(me: &Me, item: &Item, p: PostMortem) -> Result<PostMortemView> {
    let timeline = story::moments(me, item, Some(&p)).await?;
    let actions = store::actions(&me.app.db, &item.id).await?;
    Ok(PostMortemView {
        id: item.id.clone(),
        number: item.number,
        title: item.title.clone(),
        summary: p.summary,
        impact: p.impact,
        causes: p.causes,
        went_well: p.went_well,
        went_wrong: p.went_wrong,
        lucky: p.lucky,
        lessons: p.lessons,
        published_at: p.published_at.map(|at| at.to_string()),
        version: p.version,
        timeline: timeline
            .into_iter()
            .map(|m| MomentView {
                id: m.id,
                at: m.at.to_string(),
                who: m.who,
                text: m.text,
                own: m.own,
                shown: m.shown,
            })
            .collect(),
        actions: actions
            .into_iter()
            .map(|a| ActionView {
                id: a.id,
                number: a.number,
                title: a.title,
                owner: a.owner,
                due_on: a.due_on,
                closed: a.closed,
                done: a.done,
            })
            .collect(),
    })
}

async fn said(me: &Me, done: Result<(Item, PostMortem)>) -> Result<Json<PostMortemView>> {
    let (item, p) = done?;
    Ok(Json(view(me, &item, p).await?))
}

/// GET /api/v1/post-mortems/{post_mortem}
pub async fn read(me: Me, Path(id): Path<String>) -> Result<Json<PostMortemView>> {
    said(&me, store::find(&me.app.db, &me.actor, &id).await).await
}

/// What to write; what is left out stays.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
#[allow(missing_docs)]
pub struct Text {
    pub summary: Option<String>,
    pub impact: Option<String>,
    pub causes: Option<Vec<String>>,
    pub went_well: Option<String>,
    pub went_wrong: Option<String>,
    pub lucky: Option<String>,
    pub lessons: Option<String>,
    /// The version you read, against writing over somebody else.
    pub version: Option<i64>,
}

/// PUT /api/v1/requests/{item}/post-mortem
pub async fn write(
    me: Me,
    Path(id): Path<String>,
    Input(input): Input<Text>,
) -> Result<Json<PostMortemView>> {
    let text = verbs::Text {
        summary: input.summary,
        impact: input.impact,
        causes: input.causes,
        went_well: input.went_well,
        went_wrong: input.went_wrong,
        lucky: input.lucky,
        lessons: input.lessons,
    };
    said(
        &me,
        verbs::write(&me, &me.actor, &id, input.version, text).await,
    )
    .await
}

/// POST /api/v1/requests/{item}/post-mortem/publication
pub async fn publish(me: Me, Path(id): Path<String>) -> Result<Json<PostMortemView>> {
    said(&me, verbs::publish(&me, &me.actor, &id).await).await
}

/// Which events do not stand on the timeline.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LeftOut {
    /// Ids of events.
    #[serde(default)]
    pub events: Vec<String>,
}

/// PUT /api/v1/requests/{item}/post-mortem/left-out
pub async fn leave_out(
    me: Me,
    Path(id): Path<String>,
    Input(input): Input<LeftOut>,
) -> Result<Json<PostMortemView>> {
    said(
        &me,
        verbs::leave_out(&me, &me.actor, &id, &input.events).await,
    )
    .await
}

/// A line that no event tells.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct NewLine {
    /// RFC 3339; needed.
    #[serde(default)]
    pub at: String,
    #[serde(default)]
    pub text: String,
}

/// POST /api/v1/requests/{item}/post-mortem/lines
pub async fn add_line(
    me: Me,
    Path(id): Path<String>,
    Input(input): Input<NewLine>,
) -> Result<Response> {
    let at: Timestamp = input
        .at
        .parse()
        .map_err(|_| Error::field("at", "Give a day and a time."))?;
    let done = verbs::add_line(&me, &me.actor, &id, at, &input.text).await;
    Ok((StatusCode::CREATED, said(&me, done).await?).into_response())
}

/// DELETE /api/v1/requests/{item}/post-mortem/lines/{timeline_line}
pub async fn remove_line(me: Me, Path((id, line)): Path<(String, String)>) -> Result<StatusCode> {
    verbs::remove_line(&me, &me.actor, &id, &line).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Work to make of what was learned.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAction {
    /// What is to be done; needed.
    #[serde(default)]
    pub title: String,
    /// Id or slug of the service that does it; needed.
    #[serde(default)]
    pub service: String,
    /// Id of a person.
    #[serde(default)]
    pub owner: Option<String>,
    /// A day, such as 2026-12-01.
    #[serde(default)]
    pub due_on: Option<String>,
}

/// POST /api/v1/requests/{item}/post-mortem/actions
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
    let new = verbs::NewAction {
        title: &input.title,
        service: &input.service,
        owner: input.owner.as_deref(),
        due_on,
    };
    let work = verbs::act(&me, &me.actor, &id, new).await?;
    let view = crate::work::api::view(&me, &work).await?;
    Ok((StatusCode::CREATED, Json(view)).into_response())
}
