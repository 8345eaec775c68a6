//! Booking time on a request.

use jiff::civil::Date;
use mil_db::{On, Tx, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::actor::Actor;
use crate::error::{Error, FieldError, Msg, Result};
use crate::events::{self, Audience, Event};
use crate::policy::{self, Do};
use crate::random::new_id;
use crate::web::Ctx;
use crate::work::model::Item;
use crate::work::store;

/// The most minutes of one booking: a day.
const MOST: i64 = 24 * 60;
/// Longest note, in characters.
const NOTE: usize = 200;

/// Time to book.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Booked {
    /// 1 to 1,440.
    pub minutes: i64,
    /// What was done; may be empty.
    #[serde(default)]
    pub note: String,
    /// ISO date; today if it is left out. Not in the future.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub day: Option<Date>,
}

/// A booking.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Entry {
    pub id: String,
    pub person_id: String,
    pub person: String,
    pub minutes: i64,
    /// ISO date.
    pub day: String,
    pub note: String,
}

/// What was booked on an item, oldest first. The caller found the item for a
/// reader who works on it.
pub async fn of_item(on: impl Into<On<'_>>, item_id: &str) -> Result<Vec<Entry>> {
    sql(
        "SELECT t.id, t.person_id, p.name, t.minutes, t.day, t.note FROM time_entry t
         JOIN person p ON p.id = t.person_id
         WHERE t.item_id = $1 AND t.removed_at IS NULL ORDER BY t.created_at, t.id",
    )
    .bind(item_id)
    .all(on)
    .await?
    .iter()
    .map(|row| {
        Ok(Entry {
            id: row.get("id")?,
            person_id: row.get("person_id")?,
            person: row.get("name")?,
            minutes: row.get("minutes")?,
            day: row.get("day")?,
            note: row.get("note")?,
        })
    })
    .collect()
}

/// Book time. Work on a closed request counts as well: it is often booked last.
pub async fn book(ctx: &Ctx, actor: &Actor, id: &str, booked: Booked) -> Result<Item> {
    let note = booked.note.split_whitespace().collect::<Vec<_>>().join(" ");
    let day = booked.day.unwrap_or(ctx.today());
    let mut wrong = Vec::new();
    if !(1..=MOST).contains(&booked.minutes) {
        wrong.push(FieldError::new(
            "minutes",
            "Book between one minute and a day.",
        ));
    }
    if note.chars().count() > NOTE {
        let msg = Msg::new("Use at most {n} characters.").with("n", NOTE);
        wrong.push(FieldError::new("note", msg));
    }
    if day > ctx.today() {
        wrong.push(FieldError::new("day", "Book time when it is over."));
    }
    if !wrong.is_empty() {
        return Err(Error::Invalid(wrong));
    }
    let mut tx = ctx.app.db.begin().await?;
    let item = store::lock(&mut tx, actor, id, Do::Work, None).await?;
    let entry = new_id(ctx.now);
    sql(
        "INSERT INTO time_entry (id, item_id, person_id, minutes, day, note, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(&entry)
    .bind(&item.id)
    .bind(&actor.id)
    .bind(booked.minutes)
    .bind(day.to_string())
    .bind(&note)
    .bind(ctx.now.as_microsecond())
    .run(&mut tx)
    .await?;
    let data = json!({ "minutes": booked.minutes, "day": day, "note": note });
    tell(&mut tx, ctx, actor, &item, "time.spent", data).await?;
    tx.commit().await?;
    Ok(item)
}

/// Take a booking back: one's own, or, as a lead, anybody's.
pub async fn remove(ctx: &Ctx, actor: &Actor, id: &str, entry: &str) -> Result<Item> {
    let mut tx = ctx.app.db.begin().await?;
    let item = store::lock(&mut tx, actor, id, Do::Work, None).await?;
    let found = of_item(&mut tx, &item.id)
        .await?
        .into_iter()
        .find(|e| e.id == entry)
        .ok_or(Error::NotFound)?;
    policy::require(found.person_id == actor.id || policy::shapes_catalog(actor))?;
    sql("UPDATE time_entry SET removed_at = $1 WHERE id = $2")
        .bind(ctx.now.as_microsecond())
        .bind(entry)
        .run(&mut tx)
        .await?;
    let data = json!({ "minutes": found.minutes, "day": found.day, "of": found.person });
    tell(&mut tx, ctx, actor, &item, "time.taken_back", data).await?;
    tx.commit().await?;
    Ok(item)
}

async fn tell(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    item: &Item,
    verb: &'static str,
    data: Value,
) -> Result<()> {
    events::append(
        tx,
        actor,
        ctx.now,
        Event::of_item(verb, &item.id, Audience::Internal, data),
    )
    .await?;
    Ok(())
}
