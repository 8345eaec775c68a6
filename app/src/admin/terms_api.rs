//! Calendars and promises as JSON.

use axum::Json;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use mil_sla::CalendarDef;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalog::PromiseDef;
use crate::catalog::snapshot::{CalendarEntry, PromiseEntry};
use crate::catalog::terms::calendar::{self, CalendarInput};
use crate::catalog::terms::import::{self, Ledger};
use crate::catalog::terms::promise::{self, PromiseInput};
use crate::error::{Error, Result};
use crate::openapi::Op;
use crate::people::api::All;
use crate::router::{Access, Route, get, patch, post};
use crate::web::{Input, Me};
use crate::work::api::if_match;
use crate::work::recompute::{self, Impact};

/// An answer with its version as `ETag`.
pub fn tagged<T: Serialize>(version: i64, status: StatusCode, body: T) -> Response {
    let mut response = (status, Json(body)).into_response();
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{version}\"")) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// Putting away is a verb of its own, so it cannot be half of a change.
fn alone(others: bool) -> Result<()> {
    if others {
        return Err(Error::field(
            "archived",
            "Send archived alone; change the rest in a request of its own.",
        ));
    }
    Ok(())
}

/// A calendar.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct CalendarView {
    pub id: String,
    pub name: String,
    /// `zone`, `hours` and `holidays`.
    #[schemars(with = "serde_json::Value")]
    pub definition: CalendarDef,
    pub archived: bool,
    /// Also the `ETag`.
    pub version: i64,
}

impl From<&CalendarEntry> for CalendarView {
    fn from(c: &CalendarEntry) -> CalendarView {
        CalendarView {
            id: c.id.clone(),
            name: c.name.clone(),
            definition: c.def.clone(),
            archived: c.archived,
            version: c.version,
        }
    }
}

/// What to change of a calendar; what is left out stays.
#[derive(Deserialize, Default, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CalendarChange {
    /// What it is called.
    name: Option<String>,
    /// As in a new calendar.
    #[schemars(with = "Option<serde_json::Value>")]
    definition: Option<CalendarDef>,
    /// Put away or taken out again; alone.
    archived: Option<bool>,
}

async fn calendar_of(me: &Me, id: &str) -> Result<CalendarEntry> {
    let catalog = me.app.catalog().await?;
    catalog.calendars.get(id).cloned().ok_or(Error::NotFound)
}

async fn calendar(me: &Me, id: &str, status: StatusCode) -> Result<Response> {
    let entry = calendar_of(me, id).await?;
    let view = CalendarView::from(&entry);
    Ok(tagged(entry.version, status, view))
}

/// GET /api/v1/admin/calendars
async fn calendars(me: Me) -> Result<Json<All<CalendarView>>> {
    let catalog = me.app.catalog().await?;
    let mut all: Vec<CalendarView> = catalog.calendars.values().map(Into::into).collect();
    all.sort_by_cached_key(|c| (c.name.to_lowercase(), c.id.clone()));
    Ok(All::of(all))
}

/// GET /api/v1/admin/calendars/{calendar}
async fn show_calendar(me: Me, Path(id): Path<String>) -> Result<Response> {
    calendar(&me, &id, StatusCode::OK).await
}

/// POST /api/v1/admin/calendars
async fn create_calendar(me: Me, Input(input): Input<CalendarInput>) -> Result<Response> {
    let id = calendar::create(&me, &me.actor, input).await?;
    calendar(&me, &id, StatusCode::CREATED).await
}

/// PATCH /api/v1/admin/calendars/{calendar}
async fn change_calendar(
    me: Me,
    Path(id): Path<String>,
    headers: HeaderMap,
    Input(change): Input<CalendarChange>,
) -> Result<Response> {
    let entry = calendar_of(&me, &id).await?;
    // What is left out is taken from this state, so it must still be this one.
    let expect = Some(if_match(&headers)?.unwrap_or(entry.version));
    if let Some(away) = change.archived {
        alone(change.name.is_some() || change.definition.is_some())?;
        if away != entry.archived {
            calendar::archive(&me, &me.actor, &id, expect, away).await?;
        }
    } else {
        let input = CalendarInput {
            name: change.name.unwrap_or(entry.name),
            definition: change.definition.unwrap_or(entry.def),
        };
        calendar::update(&me, &me.actor, &id, expect, input).await?;
    }
    calendar(&me, &id, StatusCode::OK).await
}

/// POST /api/v1/admin/calendars/{calendar}/impact: changes nothing.
async fn calendar_impact(
    me: Me,
    Path(id): Path<String>,
    Input(mut input): Input<CalendarInput>,
) -> Result<Json<Impact>> {
    calendar_of(&me, &id).await?;
    let compiled = calendar::check(&mut input)?;
    let impact = recompute::impact_of_calendar(&me.app, me.now, &id, &compiled).await?;
    Ok(Json(impact))
}

/// Where holidays come from: a place or the text of a file.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HolidayImport {
    /// A country, or a country and region, such as `DE-BY`.
    #[serde(default)]
    place: Option<String>,
    /// The text of an iCalendar file.
    #[serde(default)]
    ical: Option<String>,
    /// 1900 to 2199.
    from_year: i16,
    /// At most 99 years later.
    to_year: i16,
    /// Add the new days; without it nothing is changed.
    #[serde(default)]
    apply: bool,
}

/// What an import brings.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Imported {
    #[serde(flatten)]
    pub ledger: Ledger,
    /// Whether the new days are in the calendar now.
    pub applied: bool,
}

/// POST /api/v1/admin/calendars/{calendar}/holidays
async fn import_holidays(
    me: Me,
    Path(id): Path<String>,
    headers: HeaderMap,
    Input(input): Input<HolidayImport>,
) -> Result<Response> {
    let entry = calendar_of(&me, &id).await?;
    let (from, to, there) = (input.from_year, input.to_year, &entry.def.holidays);
    let ledger = match (&input.place, &input.ical) {
        (Some(place), None) => import::of_country(place, from, to, there)?,
        (None, Some(text)) => import::of_file(text, from, to, there)?,
        _ => {
            return Err(Error::field(
                "place",
                "Send either a place or the text of an iCalendar file.",
            ));
        }
    };
    let applied = input.apply && !ledger.new.is_empty();
    if applied {
        let expect = Some(if_match(&headers)?.unwrap_or(entry.version));
        let mut definition = entry.def.clone();
        definition.holidays.extend(ledger.new.iter().cloned());
        let name = entry.name.clone();
        let next = CalendarInput { name, definition };
        calendar::update(&me, &me.actor, &id, expect, next).await?;
    }
    let version = calendar_of(&me, &id).await?.version;
    let body = Imported { ledger, applied };
    Ok(tagged(version, StatusCode::OK, body))
}

/// A promise.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct PromiseView {
    pub id: String,
    pub name: String,
    pub calendar_id: String,
    pub definition: PromiseDef,
    pub archived: bool,
    /// Also the `ETag`.
    pub version: i64,
}

impl From<&PromiseEntry> for PromiseView {
    fn from(p: &PromiseEntry) -> PromiseView {
        PromiseView {
            id: p.id.clone(),
            name: p.name.clone(),
            calendar_id: p.calendar_id.clone(),
            definition: p.def.clone(),
            archived: p.archived,
            version: p.version,
        }
    }
}

/// What to change of a promise; what is left out stays.
#[derive(Deserialize, Default, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PromiseChange {
    /// What it is called.
    name: Option<String>,
    /// The calendar in whose working time it counts.
    calendar_id: Option<String>,
    /// Targets and escalations.
    definition: Option<PromiseDef>,
    /// Put away or taken out again; alone.
    archived: Option<bool>,
}

async fn promise_of(me: &Me, id: &str) -> Result<PromiseEntry> {
    let catalog = me.app.catalog().await?;
    catalog.promises.get(id).cloned().ok_or(Error::NotFound)
}

async fn promise(me: &Me, id: &str, status: StatusCode) -> Result<Response> {
    let entry = promise_of(me, id).await?;
    let view = PromiseView::from(&entry);
    Ok(tagged(entry.version, status, view))
}

/// GET /api/v1/admin/promises
async fn promises(me: Me) -> Result<Json<All<PromiseView>>> {
    let catalog = me.app.catalog().await?;
    let mut all: Vec<PromiseView> = catalog.promises.values().map(Into::into).collect();
    all.sort_by_cached_key(|p| (p.name.to_lowercase(), p.id.clone()));
    Ok(All::of(all))
}

/// GET /api/v1/admin/promises/{promise}
async fn show_promise(me: Me, Path(id): Path<String>) -> Result<Response> {
    promise(&me, &id, StatusCode::OK).await
}

/// POST /api/v1/admin/promises
async fn create_promise(me: Me, Input(input): Input<PromiseInput>) -> Result<Response> {
    let id = promise::create(&me, &me.actor, input).await?;
    promise(&me, &id, StatusCode::CREATED).await
}

/// PATCH /api/v1/admin/promises/{promise}
async fn change_promise(
    me: Me,
    Path(id): Path<String>,
    headers: HeaderMap,
    Input(change): Input<PromiseChange>,
) -> Result<Response> {
    let entry = promise_of(&me, &id).await?;
    let expect = Some(if_match(&headers)?.unwrap_or(entry.version));
    if let Some(away) = change.archived {
        alone(
            change.name.is_some() || change.calendar_id.is_some() || change.definition.is_some(),
        )?;
        if away != entry.archived {
            promise::archive(&me, &me.actor, &id, expect, away).await?;
        }
    } else {
        let input = PromiseInput {
            name: change.name.unwrap_or(entry.name),
            calendar_id: change.calendar_id.unwrap_or(entry.calendar_id),
            definition: change.definition.unwrap_or(entry.def),
        };
        promise::update(&me, &me.actor, &id, expect, input).await?;
    }
    promise(&me, &id, StatusCode::OK).await
}

/// POST /api/v1/admin/promises/{promise}/impact: changes nothing.
async fn promise_impact(
    me: Me,
    Path(id): Path<String>,
    Input(mut input): Input<PromiseInput>,
) -> Result<Json<Impact>> {
    promise_of(&me, &id).await?;
    promise::check(&mut input)?;
    let impact = recompute::impact_of_promise(&me.app, me.now, &id, &input).await?;
    Ok(Json(impact))
}

/// The routes.
pub fn routes() -> Vec<Route> {
    use Access::Leads;
    let op = |summary| Op::new("Calendars and promises", summary);
    vec![
        get(Leads, "/api/v1/admin/calendars", calendars)
            .op(op("All calendars").answers::<All<CalendarView>>()),
        post(Leads, "/api/v1/admin/calendars", create_calendar).op(op("Create a calendar")
            .body::<CalendarInput>()
            .answers::<CalendarView>()
            .status(201)),
        get(Leads, "/api/v1/admin/calendars/{calendar}", show_calendar)
            .op(op("A calendar").answers::<CalendarView>()),
        patch(Leads, "/api/v1/admin/calendars/{calendar}", change_calendar).op(op(
            "Change a calendar; open requests get new due dates",
        )
        .body::<CalendarChange>()
        .answers::<CalendarView>()),
        post(
            Leads,
            "/api/v1/admin/calendars/{calendar}/holidays",
            import_holidays,
        )
        .op(op("Look at holidays of a place or a file, or add them")
            .body::<HolidayImport>()
            .answers::<Imported>()),
        post(
            Leads,
            "/api/v1/admin/calendars/{calendar}/impact",
            calendar_impact,
        )
        .op(
            op("What a new state of a calendar would do to open requests")
                .body::<CalendarInput>()
                .answers::<Impact>(),
        ),
        get(Leads, "/api/v1/admin/promises", promises)
            .op(op("All promises").answers::<All<PromiseView>>()),
        post(Leads, "/api/v1/admin/promises", create_promise).op(op("Create a promise")
            .body::<PromiseInput>()
            .answers::<PromiseView>()
            .status(201)),
        get(Leads, "/api/v1/admin/promises/{promise}", show_promise)
            .op(op("A promise").answers::<PromiseView>()),
        patch(Leads, "/api/v1/admin/promises/{promise}", change_promise).op(op(
            "Change a promise; open requests get new due dates",
        )
        .body::<PromiseChange>()
        .answers::<PromiseView>()),
        post(
            Leads,
            "/api/v1/admin/promises/{promise}/impact",
            promise_impact,
        )
        .op(
            op("What a new state of a promise would do to open requests")
                .body::<PromiseInput>()
                .answers::<Impact>(),
        ),
    ]
}
