//! The rows of endpoints, deliveries and attempts.

use jiff::{SignedDuration, Timestamp};
use mil_db::{On, Row, Tx, Where, sql};

use crate::clock::from_micros;
use crate::error::{Error, Result};
use crate::webhooks::chat::Look;
use crate::webhooks::rules::median;

/// How long deliveries are kept after they were made.
pub const KEPT: SignedDuration = SignedDuration::from_hours(24 * 30);
/// How many deliveries a list shows.
pub const SHOWN: i64 = 50;

/// Somebody who wants to hear what happens.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Webhook {
    pub id: String,
    pub name: String,
    pub address: String,
    pub events: Vec<String>,
    pub services: Vec<String>,
    pub internal: bool,
    pub look: Look,
    pub secret: String,
    pub old_secret: Option<(String, Timestamp)>,
    pub active: bool,
    pub paused_at: Option<Timestamp>,
    pub failing_since: Option<Timestamp>,
    pub failures: i64,
    pub last_success_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub version: i64,
}

fn webhook(row: &Row) -> Result<Webhook> {
    let at = |name: &str| -> Result<Option<Timestamp>> {
        Ok(row.get::<Option<i64>>(name)?.map(from_micros))
    };
    let old: Option<String> = row.get("old_secret")?;
    Ok(Webhook {
        id: row.get("id")?,
        name: row.get("name")?,
        address: row.get("address")?,
        events: row.json("events")?,
        services: row.json("services")?,
        internal: at("internal_at")?.is_some(),
        look: Look::from_key(&row.get::<String>("look")?).unwrap_or_default(),
        secret: row.get("secret")?,
        old_secret: old.zip(at("old_secret_until")?),
        active: at("active_at")?.is_some(),
        paused_at: at("paused_at")?,
        failing_since: at("failing_since")?,
        failures: row.get("failures")?,
        last_success_at: at("last_success_at")?,
        created_at: from_micros(row.get("created_at")?),
        version: row.get("version")?,
    })
}

/// All endpoints, by name.
pub async fn all(on: impl Into<On<'_>>) -> Result<Vec<Webhook>> {
    let rows = sql("SELECT * FROM webhook ORDER BY name, id")
        .all(on)
        .await?;
    rows.iter().map(webhook).collect()
}

/// One endpoint. Only administrators have routes to it.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn find(on: impl Into<On<'_>>, id: &str) -> Result<Webhook> {
    let row = sql("SELECT * FROM webhook WHERE id = $1")
        .bind(id)
        .opt(on)
        .await?;
    row.as_ref()
        .map(webhook)
        .transpose()?
        .ok_or(Error::NotFound)
}

/// Take an endpoint for a change.
pub async fn lock(tx: &mut Tx, id: &str) -> Result<Webhook> {
    sql("UPDATE webhook SET version = version WHERE id = $1")
        .bind(id)
        .run(tx)
        .await?;
    find(&mut *tx, id).await
}

/// One event on its way to one endpoint.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Delivery {
    pub id: String,
    pub webhook_id: String,
    pub event_id: String,
    pub item_id: Option<String>,
    pub verb: String,
    pub body: String,
    /// waiting, done or dead.
    pub state: String,
    pub attempts: i64,
    pub first_at: Option<Timestamp>,
    pub not_before: Timestamp,
    pub created_at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

fn delivery(row: &Row) -> Result<Delivery> {
    Ok(Delivery {
        id: row.get("id")?,
        webhook_id: row.get("webhook_id")?,
        event_id: row.get("event_id")?,
        item_id: row.get("item_id")?,
        verb: row.get("verb")?,
        body: row.get("body")?,
        state: row.get("state")?,
        attempts: row.get("attempts")?,
        first_at: row.get::<Option<i64>>("first_at")?.map(from_micros),
        not_before: from_micros(row.get("not_before")?),
        created_at: from_micros(row.get("created_at")?),
        ended_at: row.get::<Option<i64>>("ended_at")?.map(from_micros),
    })
}

/// One delivery of an endpoint.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn delivery_of(on: impl Into<On<'_>>, webhook: &str, id: &str) -> Result<Delivery> {
    let row = sql("SELECT * FROM webhook_delivery WHERE id = $1 AND webhook_id = $2")
        .bind(id)
        .bind(webhook)
        .opt(on)
        .await?;
    row.as_ref()
        .map(delivery)
        .transpose()?
        .ok_or(Error::NotFound)
}

/// Deliveries of an endpoint, newest first, of one state or all, and the cursor
/// of the next page.
pub async fn deliveries(
    on: impl Into<On<'_>>,
    webhook: &str,
    state: &str,
    after: Option<&str>,
) -> Result<(Vec<Delivery>, Option<String>)> {
    let mut filter = Where::new();
    filter.and("webhook_id = ?", [webhook.into()]);
    if !state.is_empty() {
        filter.and("state = ?", [state.into()]);
    }
    if let Some(after) = after {
        filter.and("id < ?", [after.into()]);
    }
    let rows = sql(format!(
        "SELECT * FROM webhook_delivery WHERE {} ORDER BY id DESC LIMIT {}",
        filter.text(),
        SHOWN + 1
    ))
    .bind_all(filter.values())
    .all(on)
    .await?;
    let more = rows.len() as i64 > SHOWN;
    let list: Vec<Delivery> = rows
        .iter()
        .take(SHOWN as usize)
        .map(delivery)
        .collect::<Result<_>>()?;
    let next = list.last().filter(|_| more).map(|d| d.id.clone());
    Ok((list, next))
}

/// Deliveries of an endpoint that may go out now: of each item the oldest only.
pub async fn due(
    on: impl Into<On<'_>>,
    webhook: &str,
    now: Timestamp,
    most: usize,
) -> Result<Vec<Delivery>> {
    sql("SELECT d.* FROM webhook_delivery d
         WHERE d.webhook_id = $1 AND d.state = 'waiting' AND d.not_before <= $2
            AND d.leased_until <= $2
            AND NOT EXISTS (SELECT 1 FROM webhook_delivery e WHERE e.webhook_id = d.webhook_id
                AND e.item_id = d.item_id AND e.state = 'waiting' AND e.id < d.id)
         ORDER BY d.id LIMIT $3")
    .bind(webhook)
    .bind(now.as_microsecond())
    .bind(most as i64)
    .all(on)
    .await?
    .iter()
    .map(delivery)
    .collect()
}

/// One attempt to deliver.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Attempt {
    pub at: Timestamp,
    pub millis: i64,
    pub status: Option<i64>,
    pub problem: Option<String>,
    pub answer: String,
}

/// The attempts of a delivery, oldest first.
pub async fn attempts(on: impl Into<On<'_>>, delivery: &str) -> Result<Vec<Attempt>> {
    sql(
        "SELECT at, millis, status, problem, answer FROM webhook_attempt
         WHERE delivery_id = $1 ORDER BY id LIMIT 200",
    )
    .bind(delivery)
    .all(on)
    .await?
    .iter()
    .map(|row| {
        Ok(Attempt {
            at: from_micros(row.get("at")?),
            millis: row.get("millis")?,
            status: row.get("status")?,
            problem: row.get("problem")?,
            answer: row.get("answer")?,
        })
    })
    .collect()
}

/// How an endpoint does.
#[derive(Debug, Clone, Default)]
pub struct Health {
    /// Attempts of the last 24 hours.
    pub tried: i64,
    /// Those of them that failed.
    pub failed: i64,
    /// Half of the last hundred successes took at most so many milliseconds.
    pub median: Option<i64>,
    /// What is on its way.
    pub waiting: i64,
    /// What was given up.
    pub dead: i64,
}

/// How an endpoint does.
pub async fn health(db: &mil_db::Db, webhook: &str, now: Timestamp) -> Result<Health> {
    let day = (now - SignedDuration::from_hours(24)).as_microsecond();
    let row = sql(
        "SELECT COUNT(*) AS tried, COUNT(problem) AS failed FROM webhook_attempt
         WHERE webhook_id = $1 AND at > $2",
    )
    .bind(webhook)
    .bind(day)
    .one(db)
    .await?;
    let took = sql("SELECT millis FROM webhook_attempt
         WHERE webhook_id = $1 AND problem IS NULL ORDER BY at DESC LIMIT 100")
    .bind(webhook)
    .column("millis", db)
    .await?;
    let count = async |state: &'static str| -> Result<i64> {
        Ok(
            sql("SELECT COUNT(*) AS n FROM webhook_delivery WHERE webhook_id = $1 AND state = $2")
                .bind(webhook)
                .bind(state)
                .value("n", db)
                .await?,
        )
    };
    Ok(Health {
        tried: row.get("tried")?,
        failed: row.get("failed")?,
        median: median(took),
        waiting: count("waiting").await?,
        dead: count("dead").await?,
    })
}

/// Write down that something is to be delivered. Says nothing when it is there.
pub async fn enqueue(tx: &mut Tx, d: &Delivery) -> Result<()> {
    sql(
        "INSERT INTO webhook_delivery (id, webhook_id, event_id, item_id, verb, body, state,
            attempts, not_before, leased_until, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, 'waiting', 0, 0, 0, $7) ON CONFLICT DO NOTHING",
    )
    .bind(&d.id)
    .bind(&d.webhook_id)
    .bind(&d.event_id)
    .bind(d.item_id.as_deref())
    .bind(&d.verb)
    .bind(&d.body)
    .bind(d.created_at.as_microsecond())
    .run(tx)
    .await?;
    Ok(())
}

/// Take away deliveries that are older than [`KEPT`], with their attempts.
pub async fn sweep(app: &crate::state::App, now: Timestamp) -> Result<u64> {
    let before = (now - KEPT).as_microsecond();
    let mut tx = app.db.begin().await?;
    sql("DELETE FROM webhook_attempt WHERE delivery_id IN
         (SELECT id FROM webhook_delivery WHERE created_at < $1)")
    .bind(before)
    .run(&mut tx)
    .await?;
    let gone = sql("DELETE FROM webhook_delivery WHERE created_at < $1")
        .bind(before)
        .run(&mut tx)
        .await?;
    tx.commit().await?;
    Ok(gone)
}
