//! Calendars as JSON.

use axum::Json;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use mil_sla::CalendarDef;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalog::snapshot::CalendarEntry;
use crate::catalog::terms::calendar::{self, CalendarInput};
use crate::catalog::terms::import::{self, Ledger};
use crate::catalog::terms::tagged;
use crate::error::{Error, Result};
use crate::people::api::All;
use crate::web::{Input, Me};
use crate::work::api::if_match;
use crate::work::recompute::{self, Impact};

/// A calendar.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct CalendarView {
    pub id: String,
    pub name: String,
    /// Zone, hours and holidays.
    #[schemars(with = "serde_json::Value")]
    pub definition: CalendarDef,
    /// The usual length of a working day.
    pub working_day_minutes: i64,
    pub archived: bool,
    /// Also the `ETag`.
    pub version: i64,
}

fn view(entry: &CalendarEntry) -> CalendarView {
    CalendarView {
        id: entry.id.clone(),
        name: entry.name.clone(),
        definition: entry.def.clone(),
        working_day_minutes: entry.compiled.working_day().minutes(),
        archived: entry.archived,
        version: entry.version,
    }
}

async fn find(me: &Me, id: &str) -> Result<CalendarEntry> {
    let catalog = me.app.catalog().await?;
    catalog.calendars.get(id).cloned().ok_or(Error::NotFound)
}

async fn answer(me: &Me, status: StatusCode, id: &str) -> Result<Response> {
    let entry = find(me, id).await?;
    Ok(tagged(status, entry.version, view(&entry)))
}

/// GET /api/v1/calendars
pub async fn list(me: Me) -> Result<Json<All<CalendarView>>> {
    let catalog = me.app.catalog().await?;
    let mut items: Vec<_> = catalog.calendars.values().map(view).collect();
    items.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    Ok(All::of(items))
}

/// GET /api/v1/calendars/{calendar}
pub async fn show(me: Me, Path(id): Path<String>) -> Result<Response> {
    answer(&me, StatusCode::OK, &id).await
}

/// POST /api/v1/calendars
pub async fn create(me: Me, Input(input): Input<CalendarInput>) -> Result<Response> {
    let id = calendar::create(&me, &me.actor, input).await?;
    answer(&me, StatusCode::CREATED, &id).await
}

/// PUT /api/v1/calendars/{calendar}
pub async fn replace(
    me: Me,
    Path(id): Path<String>,
    headers: HeaderMap,
    Input(input): Input<CalendarInput>,
) -> Result<Response> {
    calendar::update(&me, &me.actor, &id, if_match(&headers)?, input).await?;
    answer(&me, StatusCode::OK, &id).await
}

/// POST /api/v1/calendars/{calendar}/impact
pub async fn impact(
    me: Me,
    Path(id): Path<String>,
    Input(mut input): Input<CalendarInput>,
) -> Result<Json<Impact>> {
    find(&me, &id).await?;
    let compiled = calendar::check(&mut input)?;
    let impact = recompute::impact_of_calendar(&me.app, me.now, &id, &compiled).await?;
    Ok(Json(impact))
}

/// Where holidays come from: `ical` or `place`, and for which years.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportInput {
    /// ISO 3166 code of a country or region, such as DE or DE-BY.
    #[serde(default)]
    place: Option<String>,
    /// The text of an iCalendar file.
    #[serde(default)]
    ical: Option<String>,
    from_year: i16,
    to_year: i16,
    /// Only say what would come of it.
    #[serde(default)]
    dry_run: bool,
}

/// POST /api/v1/calendars/{calendar}/holidays
pub async fn import(
    me: Me,
    Path(id): Path<String>,
    headers: HeaderMap,
    Input(ask): Input<ImportInput>,
) -> Result<Json<Ledger>> {
    let entry = find(&me, &id).await?;
    let there = &entry.def.holidays;
    let ledger = match (&ask.place, &ask.ical) {
        (Some(place), None) => import::of_country(place, ask.from_year, ask.to_year, there)?,
        (None, Some(text)) => import::of_file(text, ask.from_year, ask.to_year, there)?,
        _ => return Err(Error::field("place", "Send either place or ical.")),
    };
    if !ask.dry_run && !ledger.new.is_empty() {
        let mut input = CalendarInput {
            name: entry.name.clone(),
            definition: entry.def.clone(),
        };
        input.definition.holidays.extend(ledger.new.iter().cloned());
        let expect = if_match(&headers)?.unwrap_or(entry.version);
        calendar::update(&me, &me.actor, &id, Some(expect), input).await?;
    }
    Ok(Json(ledger))
}

/// POST /api/v1/calendars/{calendar}/archive
pub async fn archive(me: Me, Path(id): Path<String>, headers: HeaderMap) -> Result<Response> {
    calendar::archive(&me, &me.actor, &id, if_match(&headers)?, true).await?;
    answer(&me, StatusCode::OK, &id).await
}

/// POST /api/v1/calendars/{calendar}/restore
pub async fn restore(me: Me, Path(id): Path<String>, headers: HeaderMap) -> Result<Response> {
    calendar::archive(&me, &me.actor, &id, if_match(&headers)?, false).await?;
    answer(&me, StatusCode::OK, &id).await
}
