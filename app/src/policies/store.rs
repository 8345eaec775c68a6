//! The rows of policies, and finding those that one may read.

use jiff::Timestamp;
use jiff::civil::Date;
use mil_db::{Db, On, Row, Tx, sql};

use crate::actor::Actor;
use crate::clock::from_micros;
use crate::error::{Error, Result};
use crate::policies::model::{Standing, Version, in_force, standing};
use crate::policy;

/// A policy with all of its versions.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Its id.
    pub id: String,
    /// Who answers for it.
    pub owner_id: String,
    /// Their name.
    pub owner: String,
    /// When it was given up.
    pub retired_at: Option<Timestamp>,
    /// Against writing over each other.
    pub version: i64,
    /// Published ones from old to new, then the draft.
    pub versions: Vec<Version>,
}

impl Policy {
    /// The version that holds on a day.
    pub fn in_force(&self, day: Date) -> Option<&Version> {
        in_force(&self.versions, day).filter(|_| self.retired_at.is_none())
    }

    /// The newest published version, whether it holds already or not.
    pub fn newest(&self) -> Option<&Version> {
        self.versions.iter().rfind(|v| v.published_at.is_some())
    }

    /// What is being written.
    pub fn draft(&self) -> Option<&Version> {
        self.versions.iter().find(|v| v.published_at.is_none())
    }

    /// What agents call it: the newest title there is.
    pub fn title(&self) -> &str {
        self.newest()
            .or(self.draft())
            .map_or("", |v| v.title.as_str())
    }

    /// Whether `actor` shapes it and sees who has confirmed.
    pub fn is_run_by(&self, actor: &Actor) -> bool {
        policy::shapes_catalog(actor) || (self.owner_id == actor.id && policy::works(actor))
    }
}

fn day(row: &Row, column: &str) -> Result<Option<Date>> {
    row.get::<Option<String>>(column)?
        .map(|text| text.parse())
        .transpose()
        .map_err(|_| Error::Internal(format!("{column} of a policy is no day")))
}

fn version(row: &Row) -> Result<Version> {
    Ok(Version {
        id: row.get("id")?,
        policy_id: row.get("policy_id")?,
        major: row.get("major")?,
        minor: row.get("minor")?,
        title: row.get("title")?,
        for_you: row.get("for_you")?,
        body: row.get("body")?,
        change_note: row.get("change_note")?,
        audience: row.json("audience")?,
        quiz: row.json("quiz")?,
        deadline_days: row.get("deadline_days")?,
        effective_on: day(row, "effective_on")?.unwrap_or(Date::MAX),
        review_on: day(row, "review_on")?,
        until_on: day(row, "until_on")?,
        published_at: row.get::<Option<i64>>("published_at")?.map(from_micros),
    })
}

/// Every policy, or one; whoever asks checks what may be shown.
async fn load<'a>(on: impl Into<On<'a>>, id: Option<&str>) -> Result<Vec<Policy>> {
    let filter = if id.is_some() { "p.id = $1" } else { "$1 = ''" };
    let rows = sql(format!(
        "SELECT v.*, p.owner_id, o.name AS owner, p.retired_at, p.version AS lock_version
         FROM policy p JOIN policy_version v ON v.policy_id = p.id
         JOIN person o ON o.id = p.owner_id WHERE {filter}
         ORDER BY p.created_at, p.id, CASE WHEN v.published_at IS NULL THEN 1 ELSE 0 END, v.major, v.minor"
    ))
    .bind(id.unwrap_or_default())
    .all(on)
    .await?;
    let mut all: Vec<Policy> = Vec::new();
    for row in &rows {
        let version = version(row)?;
        if all.last().is_none_or(|p| p.id != version.policy_id) {
            all.push(Policy {
                id: version.policy_id.clone(),
                owner_id: row.get("owner_id")?,
                owner: row.get("owner")?,
                retired_at: row.get::<Option<i64>>("retired_at")?.map(from_micros),
                version: row.get("lock_version")?,
                versions: Vec::new(),
            });
        }
        if let Some(policy) = all.last_mut() {
            policy.versions.push(version);
        }
    }
    Ok(all)
}

/// Every policy, for MIL itself and for those who run them.
pub async fn every<'a>(on: impl Into<On<'a>>) -> Result<Vec<Policy>> {
    load(on, None).await
}

/// A policy to shape: leads, administrators and its owner.
///
/// # Errors
/// [`Error::NotFound`] for everybody else.
pub async fn find_to_run<'a>(on: impl Into<On<'a>>, actor: &Actor, id: &str) -> Result<Policy> {
    load(on, Some(id))
        .await?
        .pop()
        .filter(|p| p.is_run_by(actor) || actor.is_system())
        .ok_or(Error::NotFound)
}

/// Lock a policy for those who run it.
pub async fn lock(tx: &mut Tx, actor: &Actor, id: &str) -> Result<Policy> {
    sql("UPDATE policy SET version = version + 1 WHERE id = $1")
        .bind(id)
        .run(&mut *tx)
        .await?;
    find_to_run(&mut *tx, actor, id).await
}

/// What one person has to do with one policy.
#[derive(Debug, Clone)]
pub struct Duty {
    /// The policy.
    pub policy_id: String,
    /// Which major version.
    pub major: i64,
    /// When it has to be confirmed.
    pub due_at: Timestamp,
    /// When it was.
    pub done_at: Option<Timestamp>,
    /// Not asked any more.
    pub ended: bool,
}

/// What `person` was ever asked to confirm.
pub async fn duties_of<'a>(on: impl Into<On<'a>>, person: &str) -> Result<Vec<Duty>> {
    sql(
        "SELECT policy_id, major, due_at, done_at, ended_at FROM policy_duty
         WHERE person_id = $1 ORDER BY due_at, policy_id",
    )
    .bind(person)
    .all(on)
    .await?
    .iter()
    .map(|row| {
        Ok(Duty {
            policy_id: row.get("policy_id")?,
            major: row.get("major")?,
            due_at: from_micros(row.get("due_at")?),
            done_at: row.get::<Option<i64>>("done_at")?.map(from_micros),
            ended: row.get::<Option<i64>>("ended_at")?.is_some(),
        })
    })
    .collect()
}

/// An exception, asked for or granted.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Exception {
    pub id: String,
    pub policy_id: String,
    pub person_id: String,
    pub person: String,
    pub reason: String,
    /// The last day.
    pub until_on: Date,
    pub granted: bool,
    pub refused: bool,
    pub ended: bool,
    pub answer: String,
}

impl Exception {
    /// Whether nobody has decided yet.
    pub fn is_open(&self) -> bool {
        !self.granted && !self.refused && !self.ended
    }

    /// Whether it holds on a day.
    pub fn holds(&self, day: Date) -> bool {
        self.granted && !self.ended && day <= self.until_on
    }
}

/// The exceptions of a policy, of a person, or both; newest first.
pub async fn exceptions<'a>(
    on: impl Into<On<'a>>,
    policy_id: Option<&str>,
    person: Option<&str>,
) -> Result<Vec<Exception>> {
    sql(
        "SELECT e.*, p.name FROM policy_exception e JOIN person p ON p.id = e.person_id
         WHERE ($1 = '' OR e.policy_id = $1) AND ($2 = '' OR e.person_id = $2)
         ORDER BY e.asked_at DESC, e.id DESC LIMIT 500",
    )
    .bind(policy_id.unwrap_or_default())
    .bind(person.unwrap_or_default())
    .all(on)
    .await?
    .iter()
    .map(|row| {
        Ok(Exception {
            id: row.get("id")?,
            policy_id: row.get("policy_id")?,
            person_id: row.get("person_id")?,
            person: row.get("name")?,
            reason: row.get("reason")?,
            until_on: day(row, "until_on")?.unwrap_or(Date::MIN),
            granted: row.get::<Option<i64>>("granted_at")?.is_some(),
            refused: row.get::<Option<i64>>("refused_at")?.is_some(),
            ended: row.get::<Option<i64>>("ended_at")?.is_some(),
            answer: row.get("answer")?,
        })
    })
    .collect()
}

/// A policy as one reader meets it.
#[derive(Debug, Clone)]
pub struct Mine {
    /// The policy.
    pub policy: Policy,
    /// The version that holds.
    pub version: Version,
    /// What they have to do, unless nothing is asked of them.
    pub duty: Option<Duty>,
    /// How that stands.
    pub standing: Option<Standing>,
    /// When they confirmed an older major version, or this one.
    pub confirmed: Option<Timestamp>,
}

/// The policies that hold for `actor` today, or that they run. What is to be
/// confirmed comes first.
pub async fn mine(db: &Db, actor: &Actor, now: Timestamp, today: Date) -> Result<Vec<Mine>> {
    let duties = duties_of(db, &actor.id).await?;
    let excepted = exceptions(db, None, Some(&actor.id)).await?;
    let mut list: Vec<Mine> = every(db)
        .await?
        .into_iter()
        .filter_map(|policy| {
            let version = policy.in_force(today)?.clone();
            let duty = duties
                .iter()
                .find(|d| d.policy_id == policy.id && d.major == version.major && !d.ended)
                .cloned();
            let sees = version.audience.admits(actor) || duty.is_some() || policy::works(actor);
            if !sees {
                return None;
            }
            let until = excepted
                .iter()
                .filter(|e| e.policy_id == policy.id && e.holds(today))
                .map(|e| e.until_on)
                .max();
            let standing = duty
                .as_ref()
                .map(|d| standing(d.done_at.is_some(), d.due_at, until, now, today));
            let confirmed = duties
                .iter()
                .filter(|d| d.policy_id == policy.id)
                .filter_map(|d| d.done_at)
                .max();
            Some(Mine {
                policy,
                version,
                duty,
                standing,
                confirmed,
            })
        })
        .collect();
    list.sort_by_key(|m| {
        (
            m.standing.map_or(9, |s| s as i64),
            m.duty.as_ref().map(|d| d.due_at),
        )
    });
    Ok(list)
}

/// One policy as one reader meets it.
///
/// # Errors
/// [`Error::NotFound`] when it does not hold for them.
pub async fn find_mine(
    db: &Db,
    actor: &Actor,
    id: &str,
    now: Timestamp,
    today: Date,
) -> Result<Mine> {
    mine(db, actor, now, today)
        .await?
        .into_iter()
        .find(|m| m.policy.id == id)
        .ok_or(Error::NotFound)
}
