//! The rows of rules and their runs.

use jiff::Timestamp;
use mil_db::{On, Row, Tx, sql};
use serde_json::{Value, json};

use crate::automation::model::Def;
use crate::clock::from_micros;
use crate::error::{Error, Result};
use crate::random::new_id;

/// A rule.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Rule {
    pub id: String,
    pub name: String,
    pub position: i64,
    pub owner_id: String,
    pub owner: String,
    pub def: Def,
    pub version: i64,
    pub active_at: Option<Timestamp>,
    pub stopped_at: Option<Timestamp>,
    pub last_person_id: Option<String>,
}

impl Rule {
    /// Whether it acts.
    pub fn acts(&self) -> bool {
        self.active_at.is_some() && self.stopped_at.is_none()
    }
}

const RULE: &str =
    "SELECT r.*, p.name AS owner FROM automation_rule r JOIN person p ON p.id = r.owner_id
     WHERE r.removed_at IS NULL";

fn rule(row: &Row) -> Result<Rule> {
    let at = |name: &str| -> Result<Option<Timestamp>> {
        Ok(row.get::<Option<i64>>(name)?.map(from_micros))
    };
    Ok(Rule {
        id: row.get("id")?,
        name: row.get("name")?,
        position: row.get("position")?,
        owner_id: row.get("owner_id")?,
        owner: row.get("owner")?,
        def: row.json("def")?,
        version: row.get("version")?,
        active_at: at("active_at")?,
        stopped_at: at("stopped_at")?,
        last_person_id: row.get("last_person_id")?,
    })
}

/// All rules, in the order in which they run.
pub async fn all(on: impl Into<On<'_>>) -> Result<Vec<Rule>> {
    let rows = sql(format!("{RULE} ORDER BY r.position, r.id"))
        .all(on)
        .await?;
    rows.iter().map(rule).collect()
}

/// One rule. Only those who shape the catalogue have routes to it.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn find(on: impl Into<On<'_>>, id: &str) -> Result<Rule> {
    let row = sql(format!("{RULE} AND r.id = $1"))
        .bind(id)
        .opt(on)
        .await?;
    row.as_ref().map(rule).transpose()?.ok_or(Error::NotFound)
}

/// Take a rule for a change.
pub async fn lock(tx: &mut Tx, id: &str) -> Result<Rule> {
    sql("UPDATE automation_rule SET version = version WHERE id = $1")
        .bind(id)
        .run(tx)
        .await?;
    find(&mut *tx, id).await
}

/// A rule on one cause.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Run {
    pub id: String,
    pub rule_id: String,
    pub cause: String,
    pub item_id: String,
    pub by: String,
    pub depth: i64,
    /// waiting, done, parked or stopped.
    pub state: String,
    pub attempts: i64,
    pub not_before: Timestamp,
    pub version: Option<i64>,
    pub did: Vec<Value>,
    pub error: Option<String>,
    pub created_at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

fn run(row: &Row) -> Result<Run> {
    Ok(Run {
        id: row.get("id")?,
        rule_id: row.get("rule_id")?,
        cause: row.get("cause")?,
        item_id: row.get("item_id")?,
        by: row.get("by_whom")?,
        depth: row.get("depth")?,
        state: row.get("state")?,
        attempts: row.get("attempts")?,
        not_before: from_micros(row.get("not_before")?),
        version: row.get("version")?,
        did: row.json("did")?,
        error: row.get("error")?,
        created_at: from_micros(row.get("created_at")?),
        ended_at: row.get::<Option<i64>>("ended_at")?.map(from_micros),
    })
}

/// Runs that are due, rules in their order, of each what came first.
pub async fn due(on: impl Into<On<'_>>, now: Timestamp, most: i64) -> Result<Vec<Run>> {
    sql(
        "SELECT r.* FROM automation_run r JOIN automation_rule a ON a.id = r.rule_id
         WHERE r.state = 'waiting' AND r.not_before <= $1
            AND a.active_at IS NOT NULL AND a.stopped_at IS NULL AND a.removed_at IS NULL
         ORDER BY r.created_at, a.position, r.id LIMIT $2",
    )
    .bind(now.as_microsecond())
    .bind(most)
    .all(on)
    .await?
    .iter()
    .map(run)
    .collect()
}

/// A line of a rule's log.
pub struct Logged {
    /// What it was about.
    pub number: i64,
    /// What that is called.
    pub title: String,
    /// The run.
    pub run: Run,
}

/// The log of a rule, newest first.
pub async fn log(on: impl Into<On<'_>>, rule: &str, most: i64) -> Result<Vec<Logged>> {
    sql(
        "SELECT r.*, w.number, w.title FROM automation_run r JOIN work_item w ON w.id = r.item_id
         WHERE r.rule_id = $1 ORDER BY r.id DESC LIMIT $2",
    )
    .bind(rule)
    .bind(most)
    .all(on)
    .await?
    .iter()
    .map(|row| {
        Ok(Logged {
            number: row.get("number")?,
            title: row.get("title")?,
            run: run(row)?,
        })
    })
    .collect()
}

/// How many runs of a rule are in each state: done, waiting, parked or stopped.
pub async fn counts(on: impl Into<On<'_>>, rule: &str) -> Result<[i64; 3]> {
    let row = sql("SELECT COUNT(CASE WHEN state = 'done' THEN 1 END) AS done,
            COUNT(CASE WHEN state = 'waiting' THEN 1 END) AS waiting,
            COUNT(CASE WHEN state IN ('parked', 'stopped') THEN 1 END) AS parked
         FROM automation_run WHERE rule_id = $1")
    .bind(rule)
    .one(on)
    .await?;
    Ok([row.get("done")?, row.get("waiting")?, row.get("parked")?])
}

/// What sets a run off.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs)]
pub struct Cause<'a> {
    pub key: &'a str,
    pub item_id: &'a str,
    pub by: &'a str,
    pub depth: i64,
}

/// Note that a rule has to look at something. A cause counts once; whether it
/// was new.
pub async fn set_off(tx: &mut Tx, now: Timestamp, rule: &str, cause: Cause<'_>) -> Result<bool> {
    let new = sql(
        "INSERT INTO automation_run (id, rule_id, cause, item_id, by_whom, depth, state, attempts,
            not_before, did, created_at) VALUES ($1, $2, $3, $4, $5, $6, 'waiting', 0, $7, '[]', $7)
         ON CONFLICT DO NOTHING",
    )
    .bind(new_id(now))
    .bind(rule)
    .bind(cause.key)
    .bind(cause.item_id)
    .bind(cause.by)
    .bind(cause.depth)
    .bind(now.as_microsecond())
    .run(tx)
    .await?;
    Ok(new > 0)
}

/// Write down the end of a run.
pub async fn end(
    tx: &mut Tx,
    now: Timestamp,
    run: &str,
    state: &'static str,
    version: i64,
    did: &[Value],
    error: Option<String>,
) -> Result<()> {
    sql(
        "UPDATE automation_run SET state = $1, version = $2, did = $3, error = $4, ended_at = $5
         WHERE id = $6",
    )
    .bind(state)
    .bind(version)
    .bind(json!(did).to_string())
    .bind(error)
    .bind(now.as_microsecond())
    .bind(run)
    .run(tx)
    .await?;
    Ok(())
}
