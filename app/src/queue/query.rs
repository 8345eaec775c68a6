//! Reading a list from the database: one query a page, by keyset.

use std::collections::BTreeMap;

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use mil_db::{Db, Value, Where, sql};
use mil_process::process::Phase;

use crate::actor::Actor;
use crate::catalog::model::Priority;
use crate::clock::from_micros;
use crate::error::{Error, Msg, Result};
use crate::policy;
use crate::queue::filter::{Dir, Due, Filter, Sort, State};
use crate::work::model::{Tick, WAITS};
use crate::work::promise::Promise;
use crate::work::store;

/// Counts stop here: nobody reads more, and counting a million takes its time.
pub const COUNT_CAP: i64 = 1_000;

/// A row of a list.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Row {
    pub id: String,
    pub number: i64,
    pub title: String,
    pub service_id: String,
    pub process_id: String,
    pub process_version: i64,
    pub stage: String,
    pub phase: Phase,
    pub priority: Priority,
    pub requester_id: String,
    pub requester: String,
    pub department: Option<String>,
    pub team_id: String,
    pub assignee_id: Option<String>,
    pub assignee: Option<String>,
    pub promise: Promise,
    pub deliver_by: i64,
    pub waits: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub closed_at: Option<Timestamp>,
    pub version: i64,
    pub ticks: BTreeMap<String, Tick>,
}

/// A page of a list.
#[derive(Debug)]
pub struct Page {
    /// The rows, in order.
    pub rows: Vec<Row>,
    /// Where the next page begins.
    pub next: Option<String>,
    /// Where the page before ends.
    pub prev: Option<String>,
}

/// The moments at which today and this week end, for a reader.
#[derive(Debug, Clone, Copy)]
pub struct Horizon {
    /// Now.
    pub now: i64,
    /// The end of today.
    pub today: i64,
    /// The end of this week (Sunday night).
    pub week: i64,
}

impl Horizon {
    /// For a reader in `zone`.
    pub fn new(now: Timestamp, zone: &TimeZone) -> Horizon {
        let date = zone.to_datetime(now).date();
        let start = |date: jiff::civil::Date| {
            zone.to_timestamp(date.at(0, 0, 0, 0))
                .map_or(now, |t| t)
                .as_microsecond()
        };
        let tomorrow = date.checked_add(1.day()).unwrap_or(date);
        let days = i64::from(Weekday::Monday.since(date.weekday())).max(1);
        let days = if date.weekday() == Weekday::Monday {
            7
        } else {
            days
        };
        let monday = date.checked_add(days.days()).unwrap_or(tomorrow);
        Horizon {
            now: now.as_microsecond(),
            today: start(tomorrow),
            week: start(monday),
        }
    }

    /// The group of a promise.
    pub fn group(self, deliver_by: i64) -> Due {
        match deliver_by {
            at if at < self.now => Due::Late,
            at if at < self.today => Due::Today,
            at if at < self.week => Due::Week,
            at if at < WAITS => Due::Later,
            _ => Due::Waits,
        }
    }
}

/// The condition of a filter on `work_item w`, visibility included.
pub fn condition(actor: &Actor, filter: &Filter, horizon: Horizon) -> Where {
    let mut out = Where::new();
    match filter.state() {
        State::Open => out.and("w.closed_at IS NULL", []),
        State::Waiting => out.and("w.closed_at IS NULL AND w.waiting IS NOT NULL", []),
        State::Done => out.and("w.closed_at IS NOT NULL", []),
        State::All => &mut out,
    };
    let mut equal = |column: &str, value: &Option<String>| {
        if let Some(value) = value {
            out.and(&format!("w.{column} = ?"), [value.as_str().into()]);
        }
    };
    equal("team_id", &filter.team);
    equal("service_id", &filter.service);
    equal("stage", &filter.stage);
    equal("requester_id", &filter.requester);
    equal("department_id", &filter.department);
    let assignee = if filter.view.as_deref() == Some("mine") {
        Some("me")
    } else {
        filter.assignee.as_deref()
    };
    match assignee {
        Some("me") => out.and("w.assignee_id = ?", [actor.id.as_str().into()]),
        Some("none") => out.and("w.assignee_id IS NULL", []),
        Some(id) => out.and("w.assignee_id = ?", [id.into()]),
        None => &mut out,
    };
    if let Some(priority) = filter.priority {
        out.and("w.priority = ?", [priority.number().into()]);
    }
    match filter.due {
        Some(Due::Late) => out.and("w.deliver_by < ?", [horizon.now.into()]),
        Some(Due::Today) => out.and(
            "w.deliver_by >= ? AND w.deliver_by < ?",
            [horizon.now.into(), horizon.today.into()],
        ),
        Some(Due::Week) => out.and(
            "w.deliver_by >= ? AND w.deliver_by < ?",
            [horizon.today.into(), horizon.week.into()],
        ),
        Some(Due::Later) => out.and(
            "w.deliver_by >= ? AND w.deliver_by < ?",
            [horizon.week.into(), WAITS.into()],
        ),
        Some(Due::Waits) => out.and("w.deliver_by >= ?", [WAITS.into()]),
        None => &mut out,
    };
    policy::visible_items(actor, &mut out);
    out
}

/// The columns of an order; all run in the same direction.
fn keys(sort: Sort) -> &'static str {
    match sort {
        Sort::Promise => "w.deliver_by, w.id",
        Sort::Updated => "w.updated_at, w.id",
        Sort::Created => "w.number, w.id",
        Sort::Priority => "w.priority, w.id",
        Sort::Closed => "w.closed_at, w.id",
    }
}

fn place(sort: Sort, row: &Row) -> String {
    let value = match sort {
        Sort::Promise => row.deliver_by,
        Sort::Updated => row.updated_at.as_microsecond(),
        Sort::Created => row.number,
        Sort::Priority => row.priority.number(),
        Sort::Closed => row.closed_at.map_or(0, Timestamp::as_microsecond),
    };
    format!("{value}~{}", row.id)
}

fn read_place(text: &str) -> Result<[Value; 2]> {
    let wrong = || {
        Error::Malformed(Msg::new(
            "This place in the list is not known. Begin with the first page.",
        ))
    };
    let (value, id) = text.split_once('~').ok_or_else(wrong)?;
    Ok([value.parse::<i64>().map_err(|_| wrong())?.into(), id.into()])
}

/// The text and values of a page's query; public so that a test can ask the
/// database how it would run it.
pub fn page_query(
    actor: &Actor,
    filter: &Filter,
    horizon: Horizon,
    limit: i64,
) -> Result<(String, Vec<Value>)> {
    let (sort, dir) = filter.order();
    let back = filter.before.is_some();
    let ascending = (dir == Dir::Asc) != back;
    let mut out = condition(actor, filter, horizon);
    if let Some(at) = filter.before.as_deref().or(filter.after.as_deref()) {
        let compare = if ascending { ">" } else { "<" };
        out.and(
            &format!("({}) {compare} (?, ?)", keys(sort)),
            read_place(at)?,
        );
    }
    let direction = if ascending { "ASC" } else { "DESC" };
    let order = keys(sort).replace(", ", &format!(" {direction}, "));
    let limit_mark = out.next();
    let mut values = out.values();
    values.push(limit.into());
    let text = format!(
        "{ROWS} WHERE {} ORDER BY {order} {direction} LIMIT ${limit_mark}",
        out.text()
    );
    Ok((text, values))
}

/// What [`row`] reads. The outer joins only add names: they never change which
/// index the items are read by.
const ROWS: &str = "SELECT w.id, w.number, w.title, w.service_id, w.process_id, w.process_version,
        w.stage, w.phase, w.priority, w.requester_id, r.name AS requester, d.name AS department,
        w.team_id, w.assignee_id, a.name AS assignee, w.promise, w.deliver_by,
        CASE WHEN w.waiting IS NULL THEN 0 ELSE 1 END AS waits,
        w.created_at, w.updated_at, w.closed_at, w.version, w.ticks
     FROM work_item w
     LEFT JOIN person r ON r.id = w.requester_id
     LEFT JOIN person a ON a.id = w.assignee_id
     LEFT JOIN department d ON d.id = w.department_id";

/// The rows of a condition that already holds few, in no order.
pub async fn by_condition(db: &Db, filter: &Where) -> Result<Vec<Row>> {
    sql(format!("{ROWS} WHERE {}", filter.text()))
        .bind_all(filter.values())
        .all(db)
        .await?
        .iter()
        .map(row)
        .collect()
}

/// One page of the list.
pub async fn page(db: &Db, actor: &Actor, filter: &Filter, horizon: Horizon) -> Result<Page> {
    let size = filter.size() as usize;
    let (text, values) = page_query(actor, filter, horizon, size as i64 + 1)?;
    let mut rows: Vec<Row> = sql(text)
        .bind_all(values)
        .all(db)
        .await?
        .iter()
        .map(row)
        .collect::<Result<_>>()?;
    let more = rows.len() > size;
    rows.truncate(size);
    let back = filter.before.is_some();
    if back {
        rows.reverse();
    }
    let (sort, _) = filter.order();
    let first = rows.first().map(|row| place(sort, row));
    let last = rows.last().map(|row| place(sort, row));
    Ok(Page {
        rows,
        next: last.filter(|_| more || back),
        prev: first.filter(|_| if back { more } else { filter.after.is_some() }),
    })
}

fn row(row: &mil_db::Row) -> Result<Row> {
    Ok(Row {
        id: row.get("id")?,
        number: row.get("number")?,
        title: row.get("title")?,
        service_id: row.get("service_id")?,
        process_id: row.get("process_id")?,
        process_version: row.get("process_version")?,
        stage: row.get("stage")?,
        phase: store::phase_from_key(&row.get::<String>("phase")?)?,
        priority: Priority::from_number(row.get("priority")?),
        requester_id: row.get("requester_id")?,
        requester: row.get::<Option<String>>("requester")?.unwrap_or_default(),
        department: row.get("department")?,
        team_id: row.get("team_id")?,
        assignee_id: row.get("assignee_id")?,
        assignee: row.get("assignee")?,
        promise: row.json("promise")?,
        deliver_by: row.get("deliver_by")?,
        waits: row.get("waits")?,
        created_at: from_micros(row.get("created_at")?),
        updated_at: from_micros(row.get("updated_at")?),
        closed_at: row.get::<Option<i64>>("closed_at")?.map(from_micros),
        version: row.get("version")?,
        ticks: row.json("ticks")?,
    })
}

/// The first rows of a condition by promise, for the board.
pub async fn first_by_promise(db: &Db, filter: &Where, limit: i64) -> Result<Vec<Row>> {
    first(db, filter, "w.deliver_by, w.id", limit).await
}

/// The rows of a condition that were closed last, for the board.
pub async fn first_closed(db: &Db, filter: &Where, limit: i64) -> Result<Vec<Row>> {
    first(db, filter, "w.closed_at DESC, w.id DESC", limit).await
}

async fn first(db: &Db, filter: &Where, order: &str, limit: i64) -> Result<Vec<Row>> {
    sql(format!(
        "{ROWS} WHERE {} ORDER BY {order} LIMIT ${}",
        filter.text(),
        filter.next()
    ))
    .bind_all(filter.values())
    .bind(limit)
    .all(db)
    .await?
    .iter()
    .map(row)
    .collect()
}

/// How many there are, up to one more than [`COUNT_CAP`].
pub async fn count(db: &Db, actor: &Actor, filter: &Filter, horizon: Horizon) -> Result<i64> {
    let out = condition(actor, filter, horizon);
    Ok(sql(format!(
        "SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM work_item w WHERE {} LIMIT {}) AS capped",
        out.text(),
        COUNT_CAP + 1
    ))
    .bind_all(out.values())
    .value("n", db)
    .await?)
}

/// The ids of the whole list, for "select all": at most `limit`.
pub async fn ids(
    db: &Db,
    actor: &Actor,
    filter: &Filter,
    horizon: Horizon,
    limit: i64,
) -> Result<Vec<String>> {
    let (text, values) = page_query(actor, &filter.first_page(), horizon, limit)?;
    Ok(sql(text).bind_all(values).column("id", db).await?)
}
