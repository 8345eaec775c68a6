//! The rows that the report stands on.

use std::collections::BTreeMap;

use mil_db::{Db, sql};

use super::rules::Tried;
use crate::error::Result;

/// The most finished requests whose time is looked at.
const LATEST: i64 = 5_000;
/// How many answers are looked at for whether they help.
const ANSWERS: i64 = 200;

/// Somebody said that it was solved.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Solve {
    pub service_id: Option<String>,
    /// Microseconds.
    pub at: i64,
    pub after_seconds: Option<i64>,
}

/// What was said in a time; workarounds of known faults and articles that
/// somebody said solved it are in it, each once.
pub async fn solves(db: &Db, from: i64, to: i64) -> Result<Vec<Solve>> {
    sql("SELECT service_id, at, after_seconds FROM solved
         WHERE taken_back_at IS NULL AND at >= $1 AND at < $2
         UNION ALL
         SELECT (SELECT MIN(s.service_id) FROM problem_service s WHERE s.item_id = h.item_id), h.at, NULL
         FROM problem_helped h WHERE h.at >= $1 AND h.at < $2
         UNION ALL
         SELECT (SELECT MIN(s.service_id) FROM article_service s WHERE s.article_id = f.article_id),
            f.solved_at, NULL
         FROM article_feedback f WHERE f.solved_at >= $1 AND f.solved_at < $2 AND NOT EXISTS
            (SELECT 1 FROM solved s WHERE s.person_id = f.person_id AND s.kind = 'article'
                AND s.object_id = f.article_id || '.' || f.lang AND s.taken_back_at IS NULL)")
    .bind(from)
    .bind(to)
    .all(db)
    .await?
    .iter()
    .map(|row| {
        Ok(Solve {
            service_id: row.get("service_id")?,
            at: row.get("at")?,
            after_seconds: row.get("after_seconds")?,
        })
    })
    .collect()
}

/// Minutes booked on each closed request since `from`, by service.
pub async fn booked(db: &Db, from: i64) -> Result<BTreeMap<String, Vec<i64>>> {
    let rows = sql(
        "SELECT w.service_id, CAST(SUM(t.minutes) AS BIGINT) AS minutes FROM time_entry t
         JOIN work_item w ON w.id = t.item_id
         WHERE t.removed_at IS NULL AND w.closed_at >= $1
         GROUP BY w.service_id, w.id ORDER BY w.service_id, w.id",
    )
    .bind(from)
    .all(db)
    .await?;
    let mut out: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for row in rows {
        out.entry(row.get("service_id")?)
            .or_default()
            .push(row.get("minutes")?);
    }
    Ok(out)
}

/// How many requests were ordered in a time, by service.
pub async fn orders(db: &Db, from: i64, to: i64) -> Result<BTreeMap<String, i64>> {
    let rows = sql("SELECT service_id, COUNT(*) AS n FROM work_item
         WHERE created_at >= $1 AND created_at < $2 GROUP BY service_id")
    .bind(from)
    .bind(to)
    .all(db)
    .await?;
    rows.iter()
        .map(|row| Ok((row.get("service_id")?, row.get("n")?)))
        .collect()
}

/// When requests of a time were ordered.
pub async fn ordered_at(db: &Db, weeks: &[i64], to: i64) -> Result<Vec<i64>> {
    let mut out = Vec::new();
    for (place, begin) in weeks.iter().enumerate() {
        let end = weeks.get(place + 1).copied().unwrap_or(to);
        out.push(
            sql("SELECT COUNT(*) AS n FROM work_item WHERE created_at >= $1 AND created_at < $2")
                .bind(*begin)
                .bind(end)
                .value("n", db)
                .await?,
        );
    }
    Ok(out)
}

/// Of the latest finished requests of a time: how long each took, in seconds,
/// and how it was rated.
pub async fn finished(db: &Db, from: i64, to: i64) -> Result<Vec<(i64, Option<i64>)>> {
    sql(
        "SELECT closed_at - created_at AS took, rating FROM work_item
         WHERE closed_at IS NOT NULL AND closed_at >= $1 AND closed_at < $2 AND phase = 'done'
         ORDER BY closed_at DESC LIMIT $3",
    )
    .bind(from)
    .bind(to)
    .bind(LATEST)
    .all(db)
    .await?
    .iter()
    .map(|row| Ok((row.get::<i64>("took")? / 1_000_000, row.get("rating")?)))
    .collect()
}

/// How many requests were opened again in a time.
pub async fn reopened(db: &Db, from: i64, to: i64) -> Result<i64> {
    Ok(sql("SELECT COUNT(DISTINCT item_id) AS n FROM event
         WHERE verb = 'request.reopened' AND at >= $1 AND at < $2")
    .bind(from)
    .bind(to)
    .value("n", db)
    .await?)
}

/// Answers that were shown in a time, with what came of them, those that were
/// shown most first.
pub async fn tried(db: &Db, from: i64, to: i64) -> Result<Vec<(String, String, Tried)>> {
    sql(
        "SELECT o.kind, o.object_id, COUNT(DISTINCT o.person_id) AS shown,
            COUNT(DISTINCT s.person_id) AS solved, COUNT(DISTINCT w.requester_id) AS ordered
         FROM answer_offered o
         LEFT JOIN solved s ON s.person_id = o.person_id AND s.kind = o.kind
            AND s.object_id = o.object_id AND s.taken_back_at IS NULL
         LEFT JOIN work_item w ON w.requester_id = o.person_id AND w.service_id = o.service_id
            AND w.created_at >= o.first_at AND w.created_at < o.first_at + 172800000000
         WHERE o.first_at >= $1 AND o.first_at < $2
         GROUP BY o.kind, o.object_id ORDER BY 3 DESC, 1, 2 LIMIT $3",
    )
    .bind(from)
    .bind(to)
    .bind(ANSWERS)
    .all(db)
    .await?
    .iter()
    .map(|row| {
        Ok((
            row.get("kind")?,
            row.get("object_id")?,
            Tried {
                shown: row.get("shown")?,
                solved: row.get("solved")?,
                ordered: row.get("ordered")?,
            },
        ))
    })
    .collect()
}
