//! Meetings as JSON.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::meetings::model::{Attendance, Decision, Every, Meeting, PointKind, Series};
use crate::meetings::verbs::{self, Noted};
use crate::meetings::{agenda, list, series, store};
use crate::web::{Input, Me};

/// A line of the list.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct MeetingLine {
    pub id: String,
    pub series_id: String,
    pub name: String,
    /// RFC 3339.
    pub from: String,
    pub to: String,
    pub place: String,
    pub cancelled: bool,
    /// When its minutes were published.
    pub published_at: Option<String>,
}

fn line(m: &Meeting) -> MeetingLine {
    MeetingLine {
        id: m.id.clone(),
        series_id: m.series_id.clone(),
        name: m.name.clone(),
        from: m.starts_at.to_string(),
        to: m.ends_at.to_string(),
        place: m.place.clone(),
        cancelled: m.cancelled_at.is_some(),
        published_at: m.published_at.map(|at| at.to_string()),
    }
}

/// Meetings.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Meetings {
    pub coming: Vec<MeetingLine>,
    pub past: Vec<MeetingLine>,
}

/// GET /api/v1/meetings
pub async fn list(me: Me) -> Result<Json<Meetings>> {
    let coming = store::coming(&me.app.db, me.now, list::AHEAD).await?;
    let past = store::past(&me.app.db, me.now, list::PAST).await?;
    Ok(Json(Meetings {
        coming: coming.iter().map(line).collect(),
        past: past.iter().map(line).collect(),
    }))
}

/// A point of the agenda.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct PointView {
    pub id: String,
    pub kind: PointKind,
    /// Number of the change.
    pub change: Option<i64>,
    pub title: String,
    pub note: String,
    pub decision: Option<Decision>,
    /// Conditions, or why.
    pub words: String,
}

/// Somebody who was there or should have been.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct AttendeeView {
    pub person_id: Option<String>,
    pub name: String,
    /// Null while nobody noted it.
    pub state: Option<Attendance>,
}

/// Something that was added to published minutes.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct AddendumView {
    pub author: String,
    pub text: String,
    pub at: String,
}

/// One meeting.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct MeetingView {
    pub meeting: MeetingLine,
    pub points: Vec<PointView>,
    pub attendance: Vec<AttendeeView>,
    /// Markdown; null for those who do not run the meeting until published.
    pub minutes: Option<String>,
    pub addenda: Vec<AddendumView>,
    pub version: i64,
}

async fn view(me: &Me, id: &str) -> Result<MeetingView> {
    let m = store::find(&me.app.db, id).await?;
    agenda::bring_up(&me.app, me.now, &m).await?;
    let series = store::series(&me.app.db, &m.series_id).await?;
    let reads = m.published_at.is_some() || store::may_run(&me.actor, &series);
    let points = store::points(&me.app.db, id).await?;
    let people = store::attendance(&me.app.db, &m, &series).await?;
    let addenda = store::addenda(&me.app.db, id).await?;
    Ok(MeetingView {
        meeting: line(&m),
        points: points
            .into_iter()
            .map(|p| PointView {
                id: p.id,
                kind: p.kind,
                change: p.item.map(|(_, number)| number),
                title: p.title,
                note: p.note,
                decision: p.decision,
                words: p.words,
            })
            .collect(),
        attendance: people
            .into_iter()
            .map(|a| AttendeeView {
                person_id: a.person_id,
                name: a.name,
                state: a.state,
            })
            .collect(),
        minutes: reads.then_some(m.minutes),
        addenda: addenda
            .into_iter()
            .map(|a| AddendumView {
                author: a.author,
                text: a.text,
                at: a.at.to_string(),
            })
            .collect(),
        version: m.version,
    })
}

/// GET /api/v1/meetings/{meeting}
pub async fn show(me: Me, Path(id): Path<String>) -> Result<Json<MeetingView>> {
    Ok(Json(view(&me, &id).await?))
}

/// DELETE /api/v1/meetings/{meeting}
pub async fn cancel(me: Me, Path(id): Path<String>) -> Result<StatusCode> {
    verbs::cancel(&me, &me.actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A point to add.
#[derive(Deserialize, JsonSchema, Default)]
#[serde(deny_unknown_fields, default)]
pub struct NewPoint {
    /// What it is about; needed unless it is a change.
    pub title: String,
    #[allow(missing_docs)]
    pub note: String,
    /// Id or number of a change.
    pub change: Option<String>,
}

/// POST /api/v1/meetings/{meeting}/points
pub async fn add_point(
    me: Me,
    Path(id): Path<String>,
    Input(new): Input<NewPoint>,
) -> Result<Response> {
    let change = new.change.as_deref();
    verbs::add_point(&me, &me.actor, &id, &new.title, &new.note, change).await?;
    Ok((StatusCode::CREATED, Json(view(&me, &id).await?)).into_response())
}

/// DELETE /api/v1/meetings/{meeting}/points/{point}
pub async fn remove_point(me: Me, Path((id, point)): Path<(String, String)>) -> Result<StatusCode> {
    verbs::remove_point(&me, &me.actor, &id, &point).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// An order.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// Ids of points; those that are not named come behind.
    #[serde(default)]
    pub order: Vec<String>,
}

/// PUT /api/v1/meetings/{meeting}/order
pub async fn reorder(
    me: Me,
    Path(id): Path<String>,
    Input(input): Input<Order>,
) -> Result<Json<MeetingView>> {
    verbs::reorder(&me, &me.actor, &id, &input.order).await?;
    Ok(Json(view(&me, &id).await?))
}

/// What the meeting says.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDecision {
    /// Needed.
    #[serde(default)]
    pub decision: Option<Decision>,
    /// Conditions, or why; needed for conditions and rejected.
    #[serde(default)]
    pub words: String,
}

/// PUT /api/v1/meetings/{meeting}/points/{point}/decision
pub async fn decide(
    me: Me,
    Path((id, point)): Path<(String, String)>,
    Input(input): Input<NewDecision>,
) -> Result<Json<MeetingView>> {
    store::find(&me.app.db, &id).await?;
    let decision = input
        .decision
        .ok_or_else(|| Error::field("decision", "Choose a decision."))?;
    verbs::decide(&me, &me.actor, &id, &point, decision, &input.words).await?;
    Ok(Json(view(&me, &id).await?))
}

/// Somebody who was there or should have been.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NotedInput {
    /// Id of a person; without it, a guest's name.
    #[serde(default)]
    pub person: Option<String>,
    #[serde(default)]
    #[allow(missing_docs)]
    pub name: String,
    #[allow(missing_docs)]
    pub state: Attendance,
}

/// Who was there.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAttendance {
    /// Replaces what was noted before.
    #[serde(default)]
    pub attendance: Vec<NotedInput>,
}

/// PUT /api/v1/meetings/{meeting}/attendance
pub async fn attend(
    me: Me,
    Path(id): Path<String>,
    Input(input): Input<NewAttendance>,
) -> Result<Json<MeetingView>> {
    let all: Vec<Noted> = input
        .attendance
        .into_iter()
        .map(|a| Noted {
            person_id: a.person,
            name: a.name,
            state: a.state,
        })
        .collect();
    verbs::attend(&me, &me.actor, &id, &all).await?;
    Ok(Json(view(&me, &id).await?))
}

/// Minutes.
#[derive(Deserialize, JsonSchema, Default)]
#[serde(deny_unknown_fields, default)]
pub struct NewMinutes {
    /// Markdown.
    pub minutes: String,
    /// For good: they are not changed afterwards.
    pub publish: bool,
    /// The meeting took place before its time: without this nothing is published before
    /// it begins.
    pub held_early: bool,
    /// The version you read, against writing over somebody else.
    pub version: Option<i64>,
}

/// PUT /api/v1/meetings/{meeting}/minutes
pub async fn minutes(
    me: Me,
    Path(id): Path<String>,
    Input(new): Input<NewMinutes>,
) -> Result<Json<MeetingView>> {
    let minutes = verbs::Minutes {
        body: &new.minutes,
        publish: new.publish,
        held_early: new.held_early,
    };
    verbs::write_minutes(&me, &me.actor, &id, new.version, minutes).await?;
    Ok(Json(view(&me, &id).await?))
}

/// What there is to add.
#[derive(Deserialize, JsonSchema, Default)]
#[serde(deny_unknown_fields, default)]
pub struct NewAddendum {
    /// Markdown.
    pub text: String,
}

/// POST /api/v1/meetings/{meeting}/addenda
pub async fn amend(
    me: Me,
    Path(id): Path<String>,
    Input(new): Input<NewAddendum>,
) -> Result<Response> {
    verbs::amend(&me, &me.actor, &id, &new.text).await?;
    Ok((StatusCode::CREATED, Json(view(&me, &id).await?)).into_response())
}

/// A series of meetings.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct SeriesView {
    pub id: String,
    pub name: String,
    pub team_id: String,
    /// Only changes of the team's services.
    pub own_team: bool,
    pub every: Every,
    /// 1 Monday to 7 Sunday.
    pub weekday: i8,
    /// Of the month: 1 to 4, 5 for the last.
    pub nth: i8,
    /// A day.
    pub first_on: String,
    /// Such as 10:00.
    pub clock: String,
    pub minutes: i64,
    pub zone: String,
    pub place: String,
    /// Person ids.
    pub members: Vec<String>,
    pub version: i64,
}

fn of_series(s: Series) -> SeriesView {
    SeriesView {
        every: s.rhythm.every,
        weekday: s.rhythm.weekday.to_monday_one_offset(),
        nth: s.rhythm.nth,
        first_on: s.rhythm.first_on.to_string(),
        clock: s.rhythm.clock.strftime("%H:%M").to_string(),
        minutes: s.rhythm.minutes,
        id: s.id,
        name: s.name,
        team_id: s.team_id,
        own_team: s.own_team,
        zone: s.zone,
        place: s.place,
        members: s.members,
        version: s.version,
    }
}

/// All series that are not over.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct AllSeries {
    pub items: Vec<SeriesView>,
}

/// GET /api/v1/meeting-series
pub async fn all_series(me: Me) -> Result<Json<AllSeries>> {
    let all = store::all_series(&me.app.db).await?;
    let items = all.into_iter().map(of_series).collect();
    Ok(Json(AllSeries { items }))
}

/// A series as it is entered.
#[derive(Deserialize, JsonSchema, Default)]
#[serde(deny_unknown_fields, default)]
pub struct NewSeries {
    /// Needed.
    pub name: String,
    /// Id of a team; needed.
    pub team: String,
    /// Only changes of the team's services.
    pub own_team: bool,
    /// week, fortnight or month; a week if left out.
    pub every: Option<Every>,
    /// 1 Monday to 7 Sunday.
    pub weekday: i64,
    /// Of the month: 1 to 4, 5 for the last; 1 if left out.
    pub nth: Option<i64>,
    /// A day: none is before it; today if left out.
    pub first_on: Option<String>,
    /// Such as 10:00.
    pub clock: String,
    /// 30 if left out.
    pub minutes: Option<i64>,
    /// Such as Europe/Berlin; your own if left out.
    pub zone: Option<String>,
    /// A room, or the address of a call.
    pub place: String,
    /// Person ids.
    pub members: Vec<String>,
    /// The version you read, against writing over somebody else.
    pub version: Option<i64>,
}

fn draft(me: &Me, new: NewSeries) -> Result<series::Draft> {
    Ok(series::Draft {
        name: new.name,
        team_id: new.team,
        own_team: new.own_team,
        every: new.every.unwrap_or(Every::Week),
        weekday: new.weekday,
        nth: new.nth.unwrap_or(1),
        first_on: match new.first_on {
            Some(day) => day
                .parse()
                .map_err(|_| Error::field("first_on", "Give a day."))?,
            None => me.today(),
        },
        clock: new
            .clock
            .parse()
            .map_err(|_| Error::field("clock", "Give a time."))?,
        minutes: new.minutes.unwrap_or(30),
        zone: new
            .zone
            .unwrap_or_else(|| me.prefs.zone.iana_name().unwrap_or("UTC").to_owned()),
        place: new.place,
        members: new.members,
    })
}

/// POST /api/v1/meeting-series
pub async fn make_series(me: Me, Input(new): Input<NewSeries>) -> Result<Response> {
    let draft = draft(&me, new)?;
    let made = series::save(&me, &me.actor, None, None, draft).await?;
    Ok((StatusCode::CREATED, Json(of_series(made))).into_response())
}

/// PUT /api/v1/meeting-series/{series}
pub async fn change_series(
    me: Me,
    Path(id): Path<String>,
    Input(new): Input<NewSeries>,
) -> Result<Json<SeriesView>> {
    store::series(&me.app.db, &id).await?;
    let version = new.version;
    let draft = draft(&me, new)?;
    let saved = series::save(&me, &me.actor, Some(&id), version, draft).await?;
    Ok(Json(of_series(saved)))
}

/// DELETE /api/v1/meeting-series/{series}
pub async fn end_series(me: Me, Path(id): Path<String>) -> Result<StatusCode> {
    series::archive(&me, &me.actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
