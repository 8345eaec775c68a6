//! What stands on the board.

use std::collections::{BTreeMap, HashMap};

use mil_db::{Db, Where, sql};

use crate::actor::Actor;
use crate::catalog::Catalog;
use crate::error::Result;
use crate::policy;
use crate::queue::query::{self, COUNT_CAP, Row};
use crate::work::model::Tick;

/// The most cards in a column.
pub const CARDS: usize = 30;

/// A column with its first cards and how many there are in all.
pub struct Column {
    /// Key of the stage.
    pub stage: String,
    /// At most [`CARDS`], most urgent promise first.
    pub rows: Vec<Row>,
    /// All of them, capped.
    pub count: i64,
}

/// What is narrowed down.
#[derive(Debug, Clone, Default)]
pub struct Narrow {
    /// Id of a team.
    pub team: Option<String>,
    /// Id of a person or `me`.
    pub assignee: Option<String>,
}

fn condition(actor: &Actor, narrow: &Narrow, process: &str, open: bool) -> Where {
    let mut out = Where::new();
    let state = if open { "IS NULL" } else { "IS NOT NULL" };
    out.and(
        &format!("w.closed_at {state} AND w.process_id = ?"),
        [process.into()],
    );
    if let Some(team) = &narrow.team {
        out.and("w.team_id = ?", [team.as_str().into()]);
    }
    match narrow.assignee.as_deref() {
        Some("me") => out.and("w.assignee_id = ?", [actor.id.as_str().into()]),
        Some(id) => out.and("w.assignee_id = ?", [id.into()]),
        None => &mut out,
    };
    policy::visible_items(actor, &mut out);
    out
}

/// How many open requests each process has, for those that `actor` may see.
pub async fn per_process(db: &Db, actor: &Actor) -> Result<BTreeMap<String, i64>> {
    let mut filter = Where::new();
    filter.and("w.closed_at IS NULL", []);
    policy::visible_items(actor, &mut filter);
    sql(format!(
        "SELECT w.process_id, COUNT(*) AS n FROM work_item w WHERE {} GROUP BY w.process_id",
        filter.text()
    ))
    .bind_all(filter.values())
    .all(db)
    .await?
    .iter()
    .map(|row| Ok((row.get("process_id")?, row.get("n")?)))
    .collect()
}

/// One column.
pub async fn column(
    db: &Db,
    actor: &Actor,
    narrow: &Narrow,
    process: &str,
    stage: &str,
) -> Result<Column> {
    let mut filter = condition(actor, narrow, process, true);
    filter.and("w.stage = ?", [stage.into()]);
    let rows = query::first_by_promise(db, &filter, CARDS as i64 + 1).await?;
    let count = if rows.len() > CARDS {
        sql(format!(
            "SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM work_item w WHERE {} LIMIT {}) AS capped",
            filter.text(),
            COUNT_CAP + 1
        ))
        .bind_all(filter.values())
        .value("n", db)
        .await?
    } else {
        rows.len() as i64
    };
    Ok(Column {
        stage: stage.to_owned(),
        rows: rows.into_iter().take(CARDS).collect(),
        count,
    })
}

/// What was finished since `since`, newest first, a few of them.
pub async fn finished(
    db: &Db,
    actor: &Actor,
    narrow: &Narrow,
    process: &str,
    since: i64,
) -> Result<Column> {
    let mut filter = condition(actor, narrow, process, false);
    filter.and("w.phase = 'done' AND w.closed_at >= ?", [since.into()]);
    let rows = query::first_closed(db, &filter, CARDS as i64).await?;
    Ok(Column {
        stage: "done".to_owned(),
        count: rows.len() as i64,
        rows: rows.into_iter().take(8).collect(),
    })
}

/// How many files each of these has.
pub async fn files(db: &Db, ids: &[&str]) -> Result<HashMap<String, i64>> {
    let mut filter = Where::new();
    filter
        .and("removed_at IS NULL", [])
        .and_in("item_id", ids.iter().copied());
    sql(format!(
        "SELECT item_id, COUNT(*) AS n FROM attachment WHERE {} GROUP BY item_id",
        filter.text()
    ))
    .bind_all(filter.values())
    .all(db)
    .await?
    .iter()
    .map(|row| Ok((row.get("item_id")?, row.get("n")?)))
    .collect()
}

/// Done and all lines of the present stage's checklist.
pub fn checks(
    catalog: &Catalog,
    row: &Row,
    ticks: &BTreeMap<String, Tick>,
) -> Option<(usize, usize)> {
    let process = catalog.process(&row.process_id, row.process_version).ok()?;
    let stage = process.stage(&row.stage)?;
    if stage.checklist.is_empty() {
        return None;
    }
    let done = stage
        .checklist
        .iter()
        .filter(|check| ticks.contains_key(&crate::work::Item::tick_key(&stage.key, &check.key)))
        .count();
    Some((done, stage.checklist.len()))
}
