//! The calendar as JSON.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use mil_planner::{Grade, Span};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::calendar::check::Around;
use crate::calendar::model::{Clash, Entry, Kind, Things};
use crate::calendar::{store, verbs, words};
use crate::error::{Error, Result};
use crate::i18n::Lang;
use crate::incidents::api::time;
use crate::web::{Input, Me, Query};

/// Which piece of time.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Between {
    /// RFC 3339; now if left out.
    pub from: Option<String>,
    /// RFC 3339; four weeks later if left out. At most 400 days.
    pub to: Option<String>,
}

/// An entry.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct EntryView {
    pub id: String,
    pub kind: Kind,
    pub title: String,
    /// Markdown.
    pub note: String,
    /// Number of the change whose window it is.
    pub change: Option<i64>,
    pub from: String,
    /// Not included.
    pub to: String,
    /// Whole days, as the clocks of this zone show them.
    pub days_zone: Option<String>,
    pub routine: bool,
    pub person_id: Option<String>,
    /// `kind:id` and name of what it touches.
    pub touches: Vec<ThingView>,
    pub version: i64,
}

/// Something that is touched.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct ThingView {
    pub key: String,
    pub name: String,
}

/// Two entries in each other's way.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct ClashView {
    pub first: String,
    pub second: String,
    /// In words.
    pub why: String,
    /// Whether one has to move, or a lead to grant an exception.
    pub blocks: bool,
    /// Why both may stay, if a lead said so.
    pub exception: Option<String>,
}

/// The calendar.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Schedule {
    pub items: Vec<EntryView>,
    pub conflicts: Vec<ClashView>,
}

/// One entry.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct EntryDetail {
    pub entry: EntryView,
    pub conflicts: Vec<ClashView>,
    /// RFC 3339: the start of the next free time of this length.
    pub free_from: Option<String>,
}

fn view(e: &Entry, things: &Things) -> EntryView {
    let thing = |key: &String| ThingView {
        key: key.clone(),
        name: things.get(key).map(|t| t.name.clone()).unwrap_or_default(),
    };
    EntryView {
        id: e.id.clone(),
        kind: e.kind,
        title: e.title.clone(),
        note: e.note.clone(),
        change: e.item.as_ref().map(|(_, number)| *number),
        from: e.span.start().to_string(),
        to: e.span.end().to_string(),
        days_zone: e.days_zone.clone(),
        routine: e.routine,
        person_id: e.person_id.clone(),
        touches: e.touches.iter().map(thing).collect(),
        version: e.version,
    }
}

fn clash(c: Clash) -> ClashView {
    ClashView {
        why: words::why(Lang::En, c.why).to_owned(),
        blocks: c.grade == Grade::Block,
        exception: c.exception.filter(|x| x.granted).map(|x| x.reason),
        first: c.first.id,
        second: c.second.id,
    }
}

/// GET /api/v1/calendar
pub async fn list(me: Me, Query(asked): Query<Between>) -> Result<Json<Schedule>> {
    let from = time("from", asked.from.as_deref())?.unwrap_or(me.now);
    let month = from.checked_add(SignedDuration::from_hours(24 * 28));
    let to = time("to", asked.to.as_deref())?.unwrap_or(month.unwrap_or(Timestamp::MAX));
    let span = Span::new(from, to)
        .filter(|s| s.micros() <= verbs::MAX_DAYS * 86_400_000_000)
        .ok_or_else(|| Error::field("to", "Ask for at most 400 days."))?;
    let catalog = me.app.catalog().await?;
    let around = Around::load(&me.app.db, &catalog, from, to).await?;
    let shown = around.entries.iter().filter(|e| e.span.overlaps(span));
    Ok(Json(Schedule {
        items: shown.map(|e| view(e, &around.things)).collect(),
        conflicts: around
            .clashes()
            .into_iter()
            .filter(|c| c.first.span.overlaps(span) || c.second.span.overlaps(span))
            .map(clash)
            .collect(),
    }))
}

/// GET /api/v1/calendar/{planned}
pub async fn show(me: Me, Path(id): Path<String>) -> Result<Json<EntryDetail>> {
    let entry = store::find(&me.app.db, &id).await?;
    let catalog = me.app.catalog().await?;
    let around = Around::load(&me.app.db, &catalog, entry.span.start(), entry.span.end()).await?;
    let free = verbs::slot(&me.app.db, &me, &catalog, &entry).await?;
    Ok(Json(EntryDetail {
        entry: view(&entry, &around.things),
        conflicts: around.clashes_of(&entry).into_iter().map(clash).collect(),
        free_from: free.map(|s| s.start().to_string()),
    }))
}

/// What to plan.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEntry {
    /// `change` for the window of a change.
    pub kind: Kind,
    #[serde(default)]
    #[allow(missing_docs)]
    pub title: String,
    /// Markdown.
    #[serde(default)]
    pub note: String,
    /// Id or number of the change.
    #[serde(default)]
    pub change: Option<String>,
    /// RFC 3339.
    pub from: String,
    /// RFC 3339; not included.
    pub to: String,
    /// `kind:id` of services, departments, tools, campaigns and audiences.
    #[serde(default)]
    pub touches: Vec<String>,
    /// Names of tools, made if they are new.
    #[serde(default)]
    pub tools: Vec<String>,
    /// Names of campaigns, made if they are new.
    #[serde(default)]
    pub campaigns: Vec<String>,
    /// Names of audiences, made if they are new.
    #[serde(default)]
    pub audiences: Vec<String>,
    /// Id of the person who is needed.
    #[serde(default)]
    pub person: Option<String>,
    /// A standard change.
    #[serde(default)]
    pub routine: bool,
    /// Why it may stay in the way of others; leads only.
    #[serde(default)]
    pub exception: Option<String>,
    /// The version you read, against writing over somebody else.
    #[serde(default)]
    pub version: Option<i64>,
}

fn draft(new: NewEntry) -> Result<verbs::Draft> {
    let at = |field, text: &str| -> Result<Timestamp> {
        time(field, Some(text))?.ok_or_else(|| Error::field(field, "Give a day and a time."))
    };
    let span = Span::new(at("from", &new.from)?, at("to", &new.to)?)
        .ok_or_else(|| Error::field("to", "It has to end after it begins."))?;
    let of = |kind: &str, names: Vec<String>| -> Vec<(String, String)> {
        names.into_iter().map(|n| (kind.to_owned(), n)).collect()
    };
    let mut named = of("tool", new.tools);
    named.extend(of("campaign", new.campaigns));
    named.extend(of("audience", new.audiences));
    Ok(verbs::Draft {
        kind: new.kind,
        title: new.title,
        note: new.note,
        change: new.change,
        span,
        days_zone: None,
        touches: new.touches,
        named,
        person_id: new.person,
        routine: new.routine,
        exception: new.exception,
    })
}

async fn said(me: &Me, entry: &Entry) -> Result<EntryView> {
    let catalog = me.app.catalog().await?;
    Ok(view(entry, &store::things(&me.app.db, &catalog).await?))
}

/// POST /api/v1/calendar
pub async fn create(me: Me, Input(new): Input<NewEntry>) -> Result<Response> {
    let entry = verbs::plan(&me, &me.actor, None, None, draft(new)?).await?;
    Ok((StatusCode::CREATED, Json(said(&me, &entry).await?)).into_response())
}

/// PUT /api/v1/calendar/{planned}
pub async fn change(
    me: Me,
    Path(id): Path<String>,
    Input(new): Input<NewEntry>,
) -> Result<Json<EntryView>> {
    let version = new.version;
    let entry = verbs::plan(&me, &me.actor, Some(&id), version, draft(new)?).await?;
    Ok(Json(said(&me, &entry).await?))
}

/// DELETE /api/v1/calendar/{planned}
pub async fn withdraw(me: Me, Path(id): Path<String>) -> Result<StatusCode> {
    verbs::withdraw(&me, &me.actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// That two entries may stay.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct NewException {
    pub first: String,
    pub second: String,
    /// Why.
    #[serde(default)]
    pub reason: String,
}

/// POST /api/v1/calendar-exceptions
pub async fn except(me: Me, Input(new): Input<NewException>) -> Result<StatusCode> {
    verbs::except(&me, &me.actor, &new.first, &new.second, &new.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}
