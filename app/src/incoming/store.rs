//! The rows of addresses and of what came in.

use jiff::Timestamp;
use mil_db::{On, Row, Tx, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::clock::from_micros;
use crate::error::{Error, FieldError, Result};
use crate::incoming::map::{Mapping, Proof};
use crate::random::hash_secret;

/// How long what came in is kept, in days.
const KEPT_DAYS: i64 = 30;
/// How many calls a page shows.
const SHOWN: i64 = 50;

/// An address at which another program orders.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Hook {
    pub id: String,
    pub name: String,
    pub service_id: String,
    pub requester_id: String,
    pub mapping: Mapping,
    pub proof: Proof,
    pub header: String,
    pub secret: String,
    pub per_minute: i64,
    pub active: bool,
    pub version: i64,
}

fn hook(row: &Row) -> Result<Hook> {
    Ok(Hook {
        id: row.get("id")?,
        name: row.get("name")?,
        service_id: row.get("service_id")?,
        requester_id: row.get("requester_id")?,
        mapping: row.json("mapping")?,
        proof: Proof::from_key(&row.get::<String>("proof")?).unwrap_or_default(),
        header: row.get("header")?,
        secret: row.get("secret")?,
        per_minute: row.get("per_minute")?,
        active: row.get::<Option<i64>>("active_at")?.is_some(),
        version: row.get("version")?,
    })
}

/// All of them by name.
pub async fn all(on: impl Into<On<'_>>) -> Result<Vec<Hook>> {
    let rows = sql("SELECT * FROM incoming_hook ORDER BY name, id")
        .all(on)
        .await?;
    rows.iter().map(hook).collect()
}

/// One of them. Only administrators have routes to it.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn find(on: impl Into<On<'_>>, id: &str) -> Result<Hook> {
    let row = sql("SELECT * FROM incoming_hook WHERE id = $1")
        .bind(id)
        .opt(on)
        .await?;
    hook(&row.ok_or(Error::NotFound)?)
}

/// Take one for a change.
pub async fn lock(tx: &mut Tx, id: &str) -> Result<Hook> {
    sql("UPDATE incoming_hook SET version = version WHERE id = $1")
        .bind(id)
        .run(tx)
        .await?;
    find(&mut *tx, id).await
}

/// The one with this secret in its address, if it is switched on.
pub async fn by_secret(on: impl Into<On<'_>>, secret: &str) -> Result<Hook> {
    let row = sql("SELECT * FROM incoming_hook WHERE address_hash = $1 AND active_at IS NOT NULL")
        .bind(hash_secret(secret))
        .opt(on)
        .await?;
    hook(&row.ok_or(Error::NotFound)?)
}

/// What came of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It made a request.
    Made,
    /// The same came before; nothing was made.
    Repeated,
    /// It was refused.
    Refused,
}

impl State {
    /// The word in the database.
    pub fn key(self) -> &'static str {
        match self {
            State::Made => "made",
            State::Repeated => "repeated",
            State::Refused => "refused",
        }
    }

    fn from_key(key: &str) -> State {
        match key {
            "made" => State::Made,
            "repeated" => State::Repeated,
            _ => State::Refused,
        }
    }
}

/// What is wrong with a field, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Wrong {
    pub field: String,
    pub message: String,
}

impl From<&FieldError> for Wrong {
    fn from(error: &FieldError) -> Wrong {
        Wrong {
            field: error.field.clone(),
            message: error.msg.to_string(),
        }
    }
}

/// Something that came in.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Call {
    pub id: String,
    pub at: Timestamp,
    pub state: State,
    /// signature, body, mapping or service; none when it was taken.
    pub reason: Option<String>,
    pub errors: Vec<Wrong>,
    /// Number of the request that it made.
    pub number: Option<i64>,
    pub ip: Option<String>,
    pub body: String,
}

fn call(row: &Row) -> Result<Call> {
    Ok(Call {
        id: row.get("id")?,
        at: from_micros(row.get("at")?),
        state: State::from_key(&row.get::<String>("state")?),
        reason: row.get("reason")?,
        errors: row.json("errors")?,
        number: row.get("number")?,
        ip: row.get("ip")?,
        body: row.get("body")?,
    })
}

const CALL: &str = "SELECT c.*, w.number FROM incoming_call c
    LEFT JOIN work_item w ON w.id = c.item_id WHERE c.hook_id = $1";

/// What came in, newest first.
pub async fn calls(on: impl Into<On<'_>>, hook_id: &str) -> Result<Vec<Call>> {
    let rows = sql(format!("{CALL} ORDER BY c.id DESC LIMIT {SHOWN}"))
        .bind(hook_id)
        .all(on)
        .await?;
    rows.iter().map(call).collect()
}

/// One call of an address.
pub async fn one_call(on: impl Into<On<'_>>, hook_id: &str, id: &str) -> Result<Call> {
    let row = sql(format!("{CALL} AND c.id = $2"))
        .bind(hook_id)
        .bind(id)
        .opt(on)
        .await?;
    call(&row.ok_or(Error::NotFound)?)
}

/// What is noted of a call.
#[derive(Debug, Default)]
#[allow(missing_docs)]
pub struct Noted<'a> {
    pub state: Option<State>,
    pub reason: Option<&'static str>,
    pub errors: Vec<Wrong>,
    pub item_id: Option<&'a str>,
    pub ip: Option<&'a str>,
    pub body: &'a str,
}

/// Write a call down, or what became of it when it was tried again.
pub async fn keep(
    tx: &mut Tx,
    now: Timestamp,
    hook_id: &str,
    id: &str,
    noted: &Noted<'_>,
) -> Result<()> {
    let state = noted.state.unwrap_or(State::Refused).key();
    sql(
        "INSERT INTO incoming_call (id, hook_id, at, state, reason, errors, item_id, ip, body)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (id) DO UPDATE SET state = excluded.state, reason = excluded.reason,
            errors = excluded.errors, item_id = excluded.item_id",
    )
    .bind(id)
    .bind(hook_id)
    .bind(now.as_microsecond())
    .bind(state)
    .bind(noted.reason)
    .bind(serde_json::to_string(&noted.errors)?)
    .bind(noted.item_id)
    .bind(noted.ip)
    .bind(noted.body)
    .run(&mut *tx)
    .await?;
    // Old calls go when new ones come.
    let old = now - jiff::SignedDuration::from_hours(24 * KEPT_DAYS);
    sql("DELETE FROM incoming_call WHERE hook_id = $1 AND at < $2")
        .bind(hook_id)
        .bind(old.as_microsecond())
        .run(tx)
        .await?;
    Ok(())
}
