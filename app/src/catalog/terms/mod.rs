//! The terms on which services are offered: calendars and promises.
//!
//! Every verb has the same shape: check that the actor may, tidy up and check
//! the input (every wrong field is named), look at the version that the actor
//! had before their eyes, write, note before and after in the audit log, and
//! say in the same transaction that the catalogue changed.

pub mod api_calendars;
pub mod api_promises;
pub mod calendar;
pub mod import;
pub mod promise;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use mil_db::{Row, Tx, sql};
use serde::Serialize;
use serde_json::Value;

use crate::actor::Actor;
use crate::catalog::snapshot;
use crate::error::{Error, FieldError, Msg, Result};
use crate::events::{self, Audience, Event};
use crate::openapi::Op;
use crate::people::api::All;
use crate::router::{Access, Route, get, post, put};
use crate::work::recompute::Impact;

/// The routes of the API.
pub fn routes() -> Vec<Route> {
    use Access::Leads;
    use api_calendars as calendars;
    use api_promises as promises;
    let op = |summary| Op::new("Terms", summary);
    vec![
        get(Leads, "/api/v1/calendars", calendars::list)
            .op(op("The calendars").answers::<All<calendars::CalendarView>>()),
        post(Leads, "/api/v1/calendars", calendars::create).op(op("Make a calendar")
            .body::<calendar::CalendarInput>()
            .answers::<calendars::CalendarView>()
            .status(201)),
        get(Leads, "/api/v1/calendars/{calendar}", calendars::show)
            .op(op("A calendar").answers::<calendars::CalendarView>()),
        put(Leads, "/api/v1/calendars/{calendar}", calendars::replace).op(op(
            "Change a calendar; open requests get new due dates",
        )
        .body::<calendar::CalendarInput>()
        .answers::<calendars::CalendarView>()),
        post(
            Leads,
            "/api/v1/calendars/{calendar}/impact",
            calendars::impact,
        )
        .op(op("What a change of a calendar would do to open requests")
            .body::<calendar::CalendarInput>()
            .answers::<Impact>()),
        post(
            Leads,
            "/api/v1/calendars/{calendar}/holidays",
            calendars::import,
        )
        .op(op("Take holidays over from a country or an iCalendar file")
            .body::<calendars::ImportInput>()
            .answers::<import::Ledger>()),
        post(
            Leads,
            "/api/v1/calendars/{calendar}/archive",
            calendars::archive,
        )
        .op(op("Put a calendar away").answers::<calendars::CalendarView>()),
        post(
            Leads,
            "/api/v1/calendars/{calendar}/restore",
            calendars::restore,
        )
        .op(op("Use a calendar again").answers::<calendars::CalendarView>()),
        get(Leads, "/api/v1/promises", promises::list)
            .op(op("The promises").answers::<All<promises::PromiseView>>()),
        post(Leads, "/api/v1/promises", promises::create).op(op("Make a promise")
            .body::<promise::PromiseInput>()
            .answers::<promises::PromiseView>()
            .status(201)),
        get(Leads, "/api/v1/promises/{promise}", promises::show)
            .op(op("A promise").answers::<promises::PromiseView>()),
        put(Leads, "/api/v1/promises/{promise}", promises::replace).op(op(
            "Change a promise; open requests get new due dates",
        )
        .body::<promise::PromiseInput>()
        .answers::<promises::PromiseView>()),
        post(Leads, "/api/v1/promises/{promise}/impact", promises::impact).op(op(
            "What a change of a promise would do to open requests",
        )
        .body::<promise::PromiseInput>()
        .answers::<Impact>()),
        post(
            Leads,
            "/api/v1/promises/{promise}/archive",
            promises::archive,
        )
        .op(op("Put a promise away").answers::<promises::PromiseView>()),
        post(
            Leads,
            "/api/v1/promises/{promise}/restore",
            promises::restore,
        )
        .op(op("Use a promise again").answers::<promises::PromiseView>()),
    ]
}

/// With its version as the `ETag`.
pub(crate) fn tagged<T: Serialize>(status: StatusCode, version: i64, view: T) -> Response {
    let mut response = (status, Json(view)).into_response();
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{version}\"")) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// Longest name of anything in the catalogue, in characters.
pub const MAX_NAME: usize = 80;

/// A name without spaces around it.
pub(crate) fn name(field: &str, text: &str, wrong: &mut Vec<FieldError>) -> String {
    let text = text.trim();
    if text.is_empty() {
        wrong.push(FieldError::new(field, "Give it a name."));
    } else if text.chars().count() > MAX_NAME {
        let msg = Msg::new("Use at most {n} characters.").with("n", MAX_NAME);
        wrong.push(FieldError::new(field, msg));
    }
    text.to_owned()
}

/// All of it wrong, or fine.
pub(crate) fn fine(wrong: Vec<FieldError>) -> Result<()> {
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(Error::Invalid(wrong))
    }
}

/// One row by id, locked until the transaction ends. `table` is one of ours,
/// never input.
///
/// # Errors
/// [`Error::NotFound`], and [`Error::Stale`] when `expect` is an old version.
pub(crate) async fn lock(
    tx: &mut Tx,
    table: &'static str,
    id: &str,
    expect: Option<i64>,
) -> Result<Row> {
    sql(format!(
        "UPDATE {table} SET version = version WHERE id = $1"
    ))
    .bind(id)
    .run(tx)
    .await?;
    let row = sql(format!("SELECT * FROM {table} WHERE id = $1"))
        .bind(id)
        .opt(tx)
        .await?
        .ok_or(Error::NotFound)?;
    let version: i64 = row.get("version")?;
    if expect.is_some_and(|e| e != version) {
        return Err(Error::Stale(Msg::new(
            "Somebody else changed this while you had it open. Look at what changed, then save again.",
        )));
    }
    Ok(row)
}

/// Note in the audit log what happened, and that the catalogue is another now.
pub(crate) async fn note(
    tx: &mut Tx,
    actor: &Actor,
    now: Timestamp,
    verb: &'static str,
    id: &str,
    data: Value,
) -> Result<()> {
    let kind = verb.split('.').next().unwrap_or(verb);
    events::append(
        tx,
        actor,
        now,
        Event {
            verb,
            object_kind: kind,
            object_id: id,
            item_id: None,
            audience: Audience::Audit,
            data,
        },
    )
    .await?;
    snapshot::touch(tx).await
}
