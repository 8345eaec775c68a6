//! "This solved it", and taking it back. Nothing else counts as solved.

use jiff::SignedDuration;
use mil_db::sql;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::App;
use crate::actor::Actor;
use crate::error::{Error, Result};
use crate::events::{self, Event};
use crate::random::new_id;
use crate::search::kinds::cards;
use crate::search::{Hit, Kind};
use crate::web::Me;

/// How long it is kept which answers were shown to whom, in days.
const KEPT_DAYS: i64 = 365;

/// What solved it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Solve {
    /// What kind of thing it is, as the search says it.
    pub kind: Kind,
    /// Its id.
    pub id: String,
    /// Id or slug of the service that would have been ordered.
    #[serde(default)]
    pub service: Option<String>,
}

/// Whether the reader may open the thing.
async fn may_open(me: &Me, kind: Kind, id: &str) -> Result<bool> {
    match kind {
        Kind::Request => match crate::work::store::find(&me.app.db, &me.actor, id).await {
            Ok(item) => Ok(item.id == id),
            Err(Error::NotFound) => Ok(false),
            Err(other) => Err(other),
        },
        // Ordering a service is not what spares an order.
        Kind::Service => Ok(false),
        other => Ok(!cards(me, other, &[id.to_owned()]).await?.is_empty()),
    }
}

/// Today, where the organisation is.
fn day(me: &Me) -> String {
    me.app.zone().to_datetime(me.now).date().to_string()
}

/// Count it. Saying it again on the same day changes nothing.
///
/// # Errors
/// [`Error::NotFound`] for what the reader may not open.
pub async fn solved(me: &Me, solve: &Solve) -> Result<String> {
    if !may_open(me, solve.kind, &solve.id).await? {
        return Err(Error::NotFound);
    }
    let catalog = me.app.catalog().await?;
    let service = match solve.service.as_deref().filter(|s| !s.is_empty()) {
        Some(word) => Some(catalog.orderable(&me.actor, word)?.id.clone()),
        None => None,
    };
    let (day, now) = (day(me), me.now.as_microsecond());
    let mut tx = me.app.db.begin().await?;
    let first: Option<i64> = sql("SELECT MIN(first_at) AS first FROM answer_offered
         WHERE person_id = $1 AND kind = $2 AND object_id = $3 AND day = $4")
    .bind(&me.actor.id)
    .bind(solve.kind.key())
    .bind(&solve.id)
    .bind(&day)
    .one(&mut tx)
    .await?
    .get("first")?;
    let known = sql("SELECT id, taken_back_at FROM solved
         WHERE person_id = $1 AND kind = $2 AND object_id = $3 AND day = $4")
    .bind(&me.actor.id)
    .bind(solve.kind.key())
    .bind(&solve.id)
    .bind(&day)
    .opt(&mut tx)
    .await?;
    let id = match known {
        Some(row) => {
            let id: String = row.get("id")?;
            if row.get::<Option<i64>>("taken_back_at")?.is_none() {
                return Ok(id);
            }
            sql("UPDATE solved SET taken_back_at = NULL, at = $1 WHERE id = $2")
                .bind(now)
                .bind(&id)
                .run(&mut tx)
                .await?;
            id
        }
        None => {
            let id = new_id(me.now);
            sql(
                "INSERT INTO solved (id, person_id, kind, object_id, service_id, day, at, after_seconds)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
            )
            .bind(&id)
            .bind(&me.actor.id)
            .bind(solve.kind.key())
            .bind(&solve.id)
            .bind(&service)
            .bind(&day)
            .bind(now)
            .bind(first.map(|first| (now - first) / 1_000_000))
            .run(&mut tx)
            .await?;
            id
        }
    };
    let data = json!({ "kind": solve.kind, "service": service });
    let event = Event::audit("answer.solved", solve.kind.key(), &solve.id, data);
    events::append(&mut tx, &me.actor, me.now, event).await?;
    tx.commit().await?;
    Ok(id)
}

/// Take one's own word back.
pub async fn undo(me: &Me, actor: &Actor, id: &str) -> Result<()> {
    let mut tx = me.app.db.begin().await?;
    let row = sql("UPDATE solved SET taken_back_at = $1
         WHERE id = $2 AND person_id = $3 AND taken_back_at IS NULL RETURNING kind, object_id")
    .bind(me.now.as_microsecond())
    .bind(id)
    .bind(&actor.id)
    .opt(&mut tx)
    .await?
    .ok_or(Error::NotFound)?;
    let kind = Kind::from_key(&row.get::<String>("kind")?).map_or("answer", Kind::key);
    let object: String = row.get("object_id")?;
    let event = Event::audit("answer.not_solved", kind, &object, json!({}));
    events::append(&mut tx, actor, me.now, event).await?;
    tx.commit().await?;
    Ok(())
}

/// What the reader said today, by kind and id.
pub async fn today(me: &Me) -> Result<Vec<(String, String, String)>> {
    sql("SELECT id, kind, object_id FROM solved
         WHERE person_id = $1 AND day = $2 AND taken_back_at IS NULL")
    .bind(&me.actor.id)
    .bind(day(me))
    .all(&me.app.db)
    .await?
    .iter()
    .map(|row| Ok((row.get("kind")?, row.get("object_id")?, row.get("id")?)))
    .collect()
}

/// Remember which answers were shown.
pub async fn offered(me: &Me, service_id: &str, hits: &[Hit]) -> Result<()> {
    if hits.is_empty() {
        return Ok(());
    }
    let mut tx = me.app.db.begin().await?;
    for hit in hits {
        sql(
            "INSERT INTO answer_offered (person_id, kind, object_id, service_id, day, first_at)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
        )
        .bind(&me.actor.id)
        .bind(hit.kind.key())
        .bind(&hit.id)
        .bind(service_id)
        .bind(day(me))
        .bind(me.now.as_microsecond())
        .run(&mut tx)
        .await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Forget which answers were shown a year ago.
pub async fn sweep(app: &App, now: jiff::Timestamp) -> Result<u64> {
    let before = now - SignedDuration::from_hours(24 * KEPT_DAYS);
    let mut tx = app.db.begin().await?;
    let gone = sql("DELETE FROM answer_offered WHERE first_at < $1")
        .bind(before.as_microsecond())
        .run(&mut tx)
        .await?;
    tx.commit().await?;
    Ok(gone)
}
