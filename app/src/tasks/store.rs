//! The rows of tasks.

use jiff::Timestamp;
use mil_db::{On, Row, sql};

use crate::clock::from_micros;
use crate::error::Result;

/// A task of an item's present stage.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Task {
    pub id: String,
    /// Key within the stage.
    pub key: String,
    pub name: String,
    pub required: bool,
    pub team: Option<String>,
    pub person_id: Option<String>,
    pub person: Option<String>,
    pub service_id: Option<String>,
    /// The request that does it.
    pub sub: Option<Sub>,
    pub done_at: Option<Timestamp>,
    pub done_by: Option<String>,
}

/// A request that is a part of another.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Sub {
    pub id: String,
    pub number: i64,
    pub title: String,
    pub open: bool,
}

fn task(row: &Row) -> Result<Task> {
    let sub: Option<String> = row.get("sub_item_id")?;
    let sub = match sub {
        Some(id) => Some(Sub {
            id,
            number: row.get("sub_number")?,
            title: row.get("sub_title")?,
            open: row.get::<Option<i64>>("sub_closed")?.is_none(),
        }),
        None => None,
    };
    Ok(Task {
        id: row.get("id")?,
        key: row.get("task")?,
        name: row.get("name")?,
        required: row.get::<i64>("required")? != 0,
        team: row.get("team")?,
        person_id: row.get("person_id")?,
        person: row.get("person")?,
        service_id: row.get("service_id")?,
        sub,
        done_at: row.get::<Option<i64>>("done_at")?.map(from_micros),
        done_by: row.get("done_by_name")?,
    })
}

/// The tasks of the stage that an item is in, in their order. The caller found
/// the item for its reader.
pub async fn of_visit(on: impl Into<On<'_>>, item_id: &str) -> Result<Vec<Task>> {
    sql(
        "SELECT k.*, t.name AS team, p.name AS person, d.name AS done_by_name,
            w.number AS sub_number, w.title AS sub_title, w.closed_at AS sub_closed
         FROM item_task k LEFT JOIN team t ON t.id = k.team_id
         LEFT JOIN person p ON p.id = k.person_id LEFT JOIN person d ON d.id = k.done_by
         LEFT JOIN work_item w ON w.id = k.sub_item_id
         WHERE k.item_id = $1 AND k.closed_at IS NULL ORDER BY k.position",
    )
    .bind(item_id)
    .all(on)
    .await?
    .iter()
    .map(task)
    .collect()
}
