//! Calendars: working hours and holidays.

use mil_db::{Tx, sql};
use mil_sla::{Calendar, CalendarDef, CalendarError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::actor::Actor;
use crate::catalog::terms::{fine, lock, name, note};
use crate::error::{Error, FieldError, Msg, Result};
use crate::policy;
use crate::random::new_id;
use crate::web::Ctx;
use crate::work::recompute;

/// The most holidays of a calendar.
const MAX_HOLIDAYS: usize = 2_000;

/// A calendar to make, or its new state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarInput {
    /// What it is called.
    pub name: String,
    /// `zone` (IANA), `hours` (`day` mon to sun, `from`, `to` up to 24:00), and
    /// `holidays` (`date`, `name`, `hours` of a half day or null, `every_year`).
    #[schemars(with = "serde_json::Value")]
    pub definition: CalendarDef,
}

/// Tidy up and check; the compiled calendar proves that it has working time.
pub fn check(input: &mut CalendarInput) -> Result<Calendar> {
    let mut wrong = Vec::new();
    input.name = name("name", &input.name, &mut wrong);
    let def = &mut input.definition;
    def.hours.sort_by_key(|h| (h.day, h.from, h.to));
    def.holidays
        .sort_by(|a, b| (a.date, &a.name).cmp(&(b.date, &b.name)));
    if def.holidays.len() > MAX_HOLIDAYS {
        let msg = Msg::new("A calendar takes {n} holidays at most. Remove past ones.")
            .with("n", MAX_HOLIDAYS);
        wrong.push(FieldError::new("definition.holidays", msg));
    }
    for (i, day) in def.holidays.iter().enumerate() {
        if day.name.trim().is_empty() || day.name.chars().count() > 200 {
            wrong.push(FieldError::new(
                format!("definition.holidays[{i}].name"),
                "Name the holiday in at most 200 characters.",
            ));
        }
    }
    let compiled = def.compile();
    if let Err(error) = &compiled {
        wrong.push(explain(error));
    }
    fine(wrong)?;
    compiled.map_err(|e| Error::Internal(e.to_string()))
}

/// Why a calendar cannot be used, for people.
fn explain(error: &CalendarError) -> FieldError {
    let (field, msg) = match error {
        CalendarError::UnknownZone { zone } => (
            "zone",
            Msg::new("The time zone {zone} is not known. Choose one of the list.")
                .with("zone", zone.chars().take(60).collect::<String>()),
        ),
        CalendarError::BadSpan { from, to, .. } => (
            "hours",
            Msg::new("The hours from {from} to {to} end before they begin. For work past midnight, write one span up to 24:00 and one on the next day from 00:00.")
                .with("from", from)
                .with("to", to),
        ),
        CalendarError::EmptyHalfDay { date } => (
            "holidays",
            Msg::new("The half day {date} has no hours. Give its hours, or close the whole day.")
                .with("date", date),
        ),
        CalendarError::NoHours => (
            "hours",
            Msg::new("This calendar has no working time, so no promise could ever be kept. Add hours for at least one day."),
        ),
        CalendarError::HolidaysTakeAll { from } => (
            "holidays",
            Msg::new("The holidays leave no working time in any year from {from} on. Remove some of them.")
                .with("from", from),
        ),
    };
    FieldError::new(field, msg)
}

/// Make a calendar. Returns its id.
pub async fn create(ctx: &Ctx, actor: &Actor, mut input: CalendarInput) -> Result<String> {
    policy::require(policy::shapes_catalog(actor))?;
    check(&mut input)?;
    let id = new_id(ctx.now);
    let mut tx = ctx.app.db.begin().await?;
    sql("INSERT INTO calendar (id, name, definition, updated_at, version) VALUES ($1, $2, $3, $4, 1)")
        .bind(&id)
        .bind(&input.name)
        .bind(serde_json::to_string(&input.definition)?)
        .bind(ctx.now.as_microsecond())
        .run(&mut tx)
        .await?;
    let data = json!({ "after": input });
    note(&mut tx, actor, ctx.now, "calendar.created", &id, data).await?;
    tx.commit().await?;
    Ok(id)
}

/// Change a calendar. Open requests on it get new due dates in the background.
pub async fn update(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    expect: Option<i64>,
    mut input: CalendarInput,
) -> Result<()> {
    policy::require(policy::shapes_catalog(actor))?;
    let mut tx = ctx.app.db.begin().await?;
    let row = lock(&mut tx, "calendar", id, expect).await?;
    check(&mut input)?;
    let before = CalendarInput {
        name: row.get("name")?,
        definition: row.json("definition")?,
    };
    if before == input {
        return Ok(());
    }
    sql(
        "UPDATE calendar SET name = $2, definition = $3, updated_at = $4, version = version + 1
         WHERE id = $1",
    )
    .bind(id)
    .bind(&input.name)
    .bind(serde_json::to_string(&input.definition)?)
    .bind(ctx.now.as_microsecond())
    .run(&mut tx)
    .await?;
    if before.definition != input.definition {
        for promise in promises_on(&mut tx, id).await? {
            recompute::enqueue(&mut tx, ctx.now, &promise, "calendar.changed", &input.name).await?;
        }
    }
    let data = json!({ "before": before, "after": input });
    note(&mut tx, actor, ctx.now, "calendar.changed", id, data).await?;
    tx.commit().await?;
    Ok(())
}

async fn promises_on(tx: &mut Tx, id: &str) -> Result<Vec<String>> {
    Ok(
        sql("SELECT id FROM promise WHERE calendar_id = $1 ORDER BY id")
            .bind(id)
            .column("id", tx)
            .await?,
    )
}

/// Put a calendar away, or take it out again. One that a promise stands on
/// stays.
pub async fn archive(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    expect: Option<i64>,
    away: bool,
) -> Result<()> {
    policy::require(policy::shapes_catalog(actor))?;
    let mut tx = ctx.app.db.begin().await?;
    lock(&mut tx, "calendar", id, expect).await?;
    let used: i64 =
        sql("SELECT COUNT(*) AS n FROM promise WHERE calendar_id = $1 AND archived_at IS NULL")
            .bind(id)
            .value("n", &mut tx)
            .await?;
    if away && used > 0 {
        return Err(Error::Conflict(Msg::new(
            "Promises stand on this calendar. Give them another one first.",
        )));
    }
    sql("UPDATE calendar SET archived_at = $2, version = version + 1 WHERE id = $1")
        .bind(id)
        .bind(away.then_some(ctx.now.as_microsecond()))
        .run(&mut tx)
        .await?;
    let verb = if away {
        "calendar.archived"
    } else {
        "calendar.restored"
    };
    note(&mut tx, actor, ctx.now, verb, id, json!({})).await?;
    tx.commit().await?;
    Ok(())
}
