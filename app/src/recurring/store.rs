//! The rows of recurring requests.

use jiff::Timestamp;
use jiff::civil::Date;
use mil_db::{Db, On, Row, Tx, Where, sql};

use crate::clock::from_micros;
use crate::error::{Error, Result};
use crate::recurring::model::{Outcome, Plan, Run, What, Why};

fn plan(row: &Row) -> Result<Plan> {
    let at = |name: &str| -> Result<Option<Timestamp>> {
        Ok(row.get::<Option<i64>>(name)?.map(from_micros))
    };
    Ok(Plan {
        id: row.get("id")?,
        what: What {
            title: row.get("title")?,
            service_id: row.get("service_id")?,
            answers: row.json("answers")?,
            requester_id: row.get("requester_id")?,
            assignee_id: row.get("assignee_id")?,
            calendar_id: row.get("calendar_id")?,
            zone: row.get("zone")?,
            rhythm: row.json("rhythm")?,
        },
        owner_id: row.get("owner_id")?,
        since: from_micros(row.get("since")?),
        next_at: at("next_at")?,
        paused_at: at("paused_at")?,
        stopped_at: at("stopped_at")?,
        stopped_why: row.json_opt("stopped_why")?,
        created_at: from_micros(row.get("created_at")?),
        version: row.get("version")?,
    })
}

/// One plan. All who work here may read all plans.
pub async fn find(on: impl Into<On<'_>>, id: &str) -> Result<Plan> {
    let row = sql("SELECT * FROM recurring WHERE id = $1 AND removed_at IS NULL")
        .bind(id)
        .opt(on)
        .await?;
    row.as_ref().map(plan).transpose()?.ok_or(Error::NotFound)
}

/// [`find`], with its row locked until the transaction ends.
pub async fn lock(tx: &mut Tx, id: &str, expect: Option<i64>) -> Result<Plan> {
    sql("UPDATE recurring SET version = version WHERE id = $1")
        .bind(id)
        .run(&mut *tx)
        .await?;
    let plan = find(tx, id).await?;
    if expect.is_some_and(|version| version != plan.version) {
        return Err(Error::Stale(crate::error::Msg::new(
            "Somebody else changed this plan while you had it open. Look at it again, then save.",
        )));
    }
    Ok(plan)
}

/// Plans, newest first.
pub async fn list(db: &Db, after: Option<&str>, limit: i64) -> Result<Vec<Plan>> {
    let mut filter = Where::new();
    filter.and("removed_at IS NULL", []);
    if let Some(after) = after {
        filter.and("id < ?", [after.into()]);
    }
    sql(format!(
        "SELECT * FROM recurring WHERE {} ORDER BY id DESC LIMIT {limit}",
        filter.text()
    ))
    .bind_all(filter.values())
    .all(db)
    .await?
    .iter()
    .map(plan)
    .collect()
}

/// Write a new plan, or a new state of one, with what comes next.
pub async fn save(
    tx: &mut Tx,
    plan: &Plan,
    now: Timestamp,
    generation: i64,
    new: bool,
) -> Result<()> {
    let text = if new {
        "INSERT INTO recurring (title, service_id, answers, requester_id, assignee_id, owner_id,
            calendar_id, zone, rhythm, since, next_at, planned_with, paused_at, stopped_at,
            stopped_why, updated_at, version, id, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $16)"
    } else {
        "UPDATE recurring SET title = $1, service_id = $2, answers = $3, requester_id = $4,
            assignee_id = $5, owner_id = $6, calendar_id = $7, zone = $8, rhythm = $9, since = $10,
            next_at = $11, planned_with = $12, paused_at = $13, stopped_at = $14,
            stopped_why = $15, updated_at = $16, version = $17 WHERE id = $18"
    };
    let what = &plan.what;
    let at = |time: Option<Timestamp>| time.map(Timestamp::as_microsecond);
    sql(text)
        .bind(&what.title)
        .bind(&what.service_id)
        .bind(serde_json::to_string(&what.answers)?)
        .bind(&what.requester_id)
        .bind(&what.assignee_id)
        .bind(&plan.owner_id)
        .bind(&what.calendar_id)
        .bind(&what.zone)
        .bind(serde_json::to_string(&what.rhythm)?)
        .bind(plan.since.as_microsecond())
        .bind(at(plan.next_at))
        .bind(generation)
        .bind(at(plan.paused_at))
        .bind(at(plan.stopped_at))
        .bind(
            plan.stopped_why
                .as_ref()
                .map(serde_json::to_string)
                .transpose()?,
        )
        .bind(now.as_microsecond())
        .bind(plan.version)
        .bind(&plan.id)
        .run(tx)
        .await?;
    Ok(())
}

/// Note what became of an occurrence; whether nothing was noted before.
#[allow(clippy::too_many_arguments)]
pub async fn note(
    tx: &mut Tx,
    id: &str,
    occurrence: &str,
    day: Date,
    outcome: Outcome,
    item: Option<&str>,
    why: Option<&Why>,
    by: (Option<&str>, Timestamp),
) -> Result<bool> {
    let first = sql(
        "INSERT INTO recurring_run (recurring_id, occurrence, day, outcome, item_id, why, person_id, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
    )
    .bind(id)
    .bind(occurrence)
    .bind(day.to_string())
    .bind(outcome.key())
    .bind(item)
    .bind(why.map(serde_json::to_string).transpose()?)
    .bind(by.0)
    .bind(by.1.as_microsecond())
    .run(tx)
    .await?;
    Ok(first > 0)
}

/// Whether something is noted of an occurrence, or of another on its day.
pub async fn settled(tx: &mut Tx, id: &str, occurrence: &str, day: Date) -> Result<bool> {
    let row = sql(
        "SELECT occurrence FROM recurring_run WHERE recurring_id = $1
         AND (occurrence = $2 OR (day = $3 AND outcome = 'ordered' AND person_id IS NULL)) LIMIT 1",
    )
    .bind(id)
    .bind(occurrence)
    .bind(day.to_string())
    .opt(tx)
    .await?;
    Ok(row.is_some())
}

/// What became of the occurrences, newest first.
pub async fn runs(db: &Db, id: &str, limit: i64) -> Result<Vec<Run>> {
    sql(
        "SELECT r.occurrence, r.day, r.outcome, r.why, r.at, w.number, w.title, p.name AS person
         FROM recurring_run r LEFT JOIN work_item w ON w.id = r.item_id
         LEFT JOIN person p ON p.id = r.person_id
         WHERE r.recurring_id = $1 ORDER BY r.day DESC, r.at DESC, r.occurrence DESC LIMIT $2",
    )
    .bind(id)
    .bind(limit)
    .all(db)
    .await?
    .iter()
    .map(|row| {
        let day: String = row.get("day")?;
        let number: Option<i64> = row.get("number")?;
        let title: Option<String> = row.get("title")?;
        Ok(Run {
            occurrence: row.get("occurrence")?,
            day: day
                .parse()
                .map_err(|_| Error::Internal(format!("no day {day}")))?,
            outcome: Outcome::from_key(&row.get::<String>("outcome")?),
            item: number.zip(title),
            why: row.json_opt("why")?,
            person: row.get("person")?,
            at: from_micros(row.get("at")?),
        })
    })
    .collect()
}

/// The plan that ordered a request.
pub async fn of_item(db: &Db, item: &str) -> Result<Option<(String, String)>> {
    let row = sql(
        "SELECT r.id, r.title FROM recurring_run u JOIN recurring r ON r.id = u.recurring_id
         WHERE u.item_id = $1 AND r.removed_at IS NULL LIMIT 1",
    )
    .bind(item)
    .opt(db)
    .await?;
    row.map(|row| Ok((row.get("id")?, row.get("title")?)))
        .transpose()
}
