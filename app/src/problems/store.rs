//! The rows of problems.

use jiff::Timestamp;
use mil_db::{Db, On, Tx, Where, sql};

use crate::actor::Actor;
use crate::catalog::Catalog;
use crate::catalog::model::WorkKind;
use crate::clock::from_micros;
use crate::error::{Error, Msg, Result};
use crate::policy;
use crate::work::Item;

/// What is known of a problem beyond its work item.
#[derive(Debug, Clone, Default)]
pub struct Record {
    /// What people who order read.
    pub headline: String,
    /// Markdown.
    pub root_cause: String,
    /// Markdown.
    pub workaround: String,
    /// Since when the cause is known (a known error).
    pub known_at: Option<Timestamp>,
    /// Since when the workaround is offered.
    pub published_at: Option<Timestamp>,
    /// Ids of the services it concerns.
    pub services: Vec<String>,
    /// How many people it has helped.
    pub helped: i64,
}

/// An error unless `item` is a problem.
pub fn is_problem(item: &Item) -> Result<()> {
    if item.kind == WorkKind::Problem {
        return Ok(());
    }
    Err(Error::Conflict(Msg::new(
        "This is not a problem. Open one from an incident first.",
    )))
}

/// The record of a problem that was found for an actor.
pub async fn of<'a>(on: impl Into<On<'a>>, item: &Item) -> Result<Record> {
    let mut on = on.into();
    let row = sql(
        "SELECT p.*, (SELECT COUNT(*) FROM problem_helped h WHERE h.item_id = p.item_id) AS helped
         FROM problem_record p WHERE p.item_id = $1",
    )
    .bind(&item.id)
    .opt(on.again())
    .await?;
    let Some(row) = row else {
        return Ok(Record {
            headline: item.title.clone(),
            ..Record::default()
        });
    };
    let services =
        sql("SELECT service_id FROM problem_service WHERE item_id = $1 ORDER BY service_id")
            .bind(&item.id)
            .column("service_id", on)
            .await?;
    Ok(Record {
        headline: row.get("headline")?,
        root_cause: row.get("root_cause")?,
        workaround: row.get("workaround")?,
        known_at: row.get::<Option<i64>>("known_at")?.map(from_micros),
        published_at: row.get::<Option<i64>>("published_at")?.map(from_micros),
        services,
        helped: row.get("helped")?,
    })
}

/// Write it down.
pub async fn save(tx: &mut Tx, item_id: &str, r: &Record) -> Result<()> {
    sql(
        "INSERT INTO problem_record (item_id, headline, root_cause, workaround, known_at, published_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (item_id) DO UPDATE SET headline = excluded.headline,
            root_cause = excluded.root_cause, workaround = excluded.workaround,
            known_at = excluded.known_at, published_at = excluded.published_at",
    )
    .bind(item_id)
    .bind(&r.headline)
    .bind(&r.root_cause)
    .bind(&r.workaround)
    .bind(r.known_at.map(Timestamp::as_microsecond))
    .bind(r.published_at.map(Timestamp::as_microsecond))
    .run(&mut *tx)
    .await?;
    sql("DELETE FROM problem_service WHERE item_id = $1")
        .bind(item_id)
        .run(&mut *tx)
        .await?;
    for service in &r.services {
        sql("INSERT INTO problem_service (item_id, service_id) VALUES ($1, $2)")
            .bind(item_id)
            .bind(service)
            .run(&mut *tx)
            .await?;
    }
    Ok(())
}

/// Whether an incident is known to be caused by something.
pub async fn has_cause(db: &Db, item_id: &str) -> Result<bool> {
    Ok(
        sql("SELECT to_id FROM item_link WHERE from_id = $1 AND kind = 'caused_by' LIMIT 1")
            .bind(item_id)
            .opt(db)
            .await?
            .is_some(),
    )
}

/// An incident of a problem, or another end of a link.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Linked {
    pub number: i64,
    pub title: String,
    pub closed: bool,
}

/// The incidents that a problem caused, as far as `actor` may see them.
pub async fn incidents(db: &Db, actor: &Actor, item_id: &str) -> Result<Vec<Linked>> {
    let mut filter = Where::new();
    filter.and(
        "w.id IN (SELECT from_id FROM item_link WHERE to_id = ? AND kind = 'caused_by')",
        [item_id.into()],
    );
    policy::visible_items(actor, &mut filter);
    sql(format!(
        "SELECT w.number, w.title, w.closed_at FROM work_item w WHERE {} ORDER BY w.number DESC LIMIT 100",
        filter.text()
    ))
    .bind_all(filter.values())
    .all(db)
    .await?
    .iter()
    .map(|row| {
        Ok(Linked {
            number: row.get("number")?,
            title: row.get("title")?,
            closed: row.get::<Option<i64>>("closed_at")?.is_some(),
        })
    })
    .collect()
}

/// A known fault with a workaround that is offered.
#[derive(Debug, Clone)]
pub struct Known {
    /// Id of the problem.
    pub id: String,
    /// What is wrong, in a sentence.
    pub headline: String,
    /// Markdown.
    pub workaround: String,
    /// Ids of the services it belongs to.
    pub services: Vec<String>,
    /// Whether it helped the reader already.
    pub helped: bool,
}

/// The known faults whose workaround is offered, of services that `actor` may
/// order or, by `of`, of one service of a request of theirs.
pub async fn known(
    db: &Db,
    catalog: &Catalog,
    actor: &Actor,
    of: Option<&str>,
) -> Result<Vec<Known>> {
    let rows = sql("SELECT p.item_id, p.headline, p.workaround, s.service_id,
            (SELECT COUNT(*) FROM problem_helped h WHERE h.item_id = p.item_id AND h.person_id = $1) AS helped
         FROM problem_record p JOIN problem_service s ON s.item_id = p.item_id
         JOIN work_item w ON w.id = p.item_id
         WHERE p.published_at IS NOT NULL AND w.closed_at IS NULL
         ORDER BY p.published_at DESC, p.item_id")
    .bind(&actor.id)
    .all(db)
    .await?;
    let mut out: Vec<Known> = Vec::new();
    for row in &rows {
        let service: String = row.get("service_id")?;
        let fits = match of {
            Some(of) => of == service,
            None => catalog.orderable(actor, &service).is_ok(),
        };
        if !fits {
            continue;
        }
        let id: String = row.get("item_id")?;
        if let Some(known) = out.iter_mut().find(|k| k.id == id) {
            known.services.push(service);
            continue;
        }
        out.push(Known {
            id,
            headline: row.get("headline")?,
            workaround: row.get("workaround")?,
            services: vec![service],
            helped: row.get::<i64>("helped")? > 0,
        });
    }
    Ok(out)
}
