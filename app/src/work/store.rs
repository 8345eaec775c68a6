//! Finding, locking and saving work items.

use jiff::Timestamp;
use mil_db::{On, Row, Tx, Where, sql};
use mil_process::process::Phase;

use crate::actor::Actor;
use crate::catalog::Catalog;
use crate::catalog::model::{ClockKind, Priority};
use crate::catalog::store::kind_from_key;
use crate::clock::from_micros;
use crate::error::{Error, Msg, Result};
use crate::policy::{self, Do};
use crate::search;
use crate::work::model::Item;
use crate::work::timers;

/// The word of a phase in the database.
pub fn phase_key(phase: Phase) -> &'static str {
    match phase {
        Phase::New => "new",
        Phase::Active => "active",
        Phase::Waiting => "waiting",
        Phase::Review => "review",
        Phase::Done => "done",
        Phase::Declined => "declined",
    }
}

/// The phase of a word in the database.
pub fn phase_from_key(key: &str) -> Result<Phase> {
    Ok(match key {
        "new" => Phase::New,
        "active" => Phase::Active,
        "waiting" => Phase::Waiting,
        "review" => Phase::Review,
        "done" => Phase::Done,
        "declined" => Phase::Declined,
        other => return Err(Error::Internal(format!("unknown phase {other:?}"))),
    })
}

fn item(row: &Row) -> Result<Item> {
    let at = |name: &str| -> Result<Timestamp> { Ok(from_micros(row.get(name)?)) };
    let at_opt = |name: &str| -> Result<Option<Timestamp>> {
        Ok(row.get::<Option<i64>>(name)?.map(from_micros))
    };
    Ok(Item {
        id: row.get("id")?,
        number: row.get("number")?,
        kind: kind_from_key(&row.get::<String>("kind")?)?,
        title: row.get("title")?,
        service_id: row.get("service_id")?,
        form_version: row.get("form_version")?,
        process_id: row.get("process_id")?,
        process_version: row.get("process_version")?,
        stage: row.get("stage")?,
        phase: phase_from_key(&row.get::<String>("phase")?)?,
        stage_since: at("stage_since")?,
        priority: Priority::from_number(row.get("priority")?),
        requester_id: row.get("requester_id")?,
        department_id: row.get("department_id")?,
        team_id: row.get("team_id")?,
        assignee_id: row.get("assignee_id")?,
        order_id: row.get("order_id")?,
        answers: row.json("answers")?,
        fields: row.json("fields")?,
        ticks: row.json("ticks")?,
        timers: row.json("timers")?,
        promise: row.json("promise")?,
        respond_by: row.get("respond_by")?,
        deliver_by: row.get("deliver_by")?,
        waiting: row.json_opt("waiting")?,
        created_at: at("created_at")?,
        updated_at: at("updated_at")?,
        closed_at: at_opt("closed_at")?,
        merged_into_id: row.get("merged_into_id")?,
        rating: row.get("rating")?,
        rating_comment: row.get("rating_comment")?,
        rated_at: at_opt("rated_at")?,
        version: row.get("version")?,
        watched: row.get::<Option<String>>("watcher_id")?.is_some(),
    })
}

/// One item that `actor` may see, by id or by number.
///
/// # Errors
/// [`Error::NotFound`] also when it exists but the actor may not see it.
pub async fn find<'a>(on: impl Into<On<'a>>, actor: &Actor, id_or_number: &str) -> Result<Item> {
    let mut filter = Where::new();
    match id_or_number.parse::<i64>() {
        Ok(number) => filter.and("w.number = ?", [number.into()]),
        Err(_) => filter.and("w.id = ?", [id_or_number.into()]),
    };
    policy::visible_items(actor, &mut filter);
    let next = filter.next();
    let row = sql(format!(
        "SELECT w.*, v.person_id AS watcher_id FROM work_item w
         LEFT JOIN watcher v ON v.item_id = w.id AND v.person_id = ${next}
         WHERE {}",
        filter.text()
    ))
    .bind_all(filter.values())
    .bind(actor.id.as_str())
    .opt(on)
    .await?;
    row.as_ref().map(item).transpose()?.ok_or(Error::NotFound)
}

/// Items that fit `filter`, in the order of `tail` (ORDER BY and LIMIT; fixed
/// texts, in which `$n` after the filter's values is the actor's id). The filter
/// must hold what the actor may see.
pub async fn select<'a>(
    on: impl Into<On<'a>>,
    actor: &Actor,
    filter: &Where,
    tail: &str,
) -> Result<Vec<Item>> {
    sql(format!(
        "SELECT w.*, v.person_id AS watcher_id FROM work_item w
         LEFT JOIN watcher v ON v.item_id = w.id AND v.person_id = ${}
         WHERE {} {tail}",
        filter.next(),
        filter.text()
    ))
    .bind_all(filter.values())
    .bind(actor.id.as_str())
    .all(on)
    .await?
    .iter()
    .map(item)
    .collect()
}

/// Take an item for a change: it exists for the actor, they may do `verb`, and
/// nobody changed it since version `expect`. Until the transaction ends nobody
/// else can take it.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Stale`].
pub async fn lock(
    tx: &mut Tx,
    actor: &Actor,
    id_or_number: &str,
    verb: Do,
    expect: Option<i64>,
) -> Result<Item> {
    let seen = find(&mut *tx, actor, id_or_number).await?;
    // Takes the row's lock on PostgreSQL; on SQLite the writer is alone anyway.
    sql("UPDATE work_item SET version = version WHERE id = $1")
        .bind(&seen.id)
        .run(tx)
        .await?;
    let item = find(&mut *tx, actor, &seen.id).await?;
    policy::require_item(actor, verb, &item.facts())?;
    if expect.is_some_and(|version| version != item.version) {
        return Err(Error::Stale(Msg::new(
            "Somebody else changed this request while you had it open. Look at what changed, then save again.",
        )));
    }
    Ok(item)
}

/// Write an item back, with its clocks read anew, as its next version.
///
/// The catalogue is passed in because it was read before the transaction began:
/// a transaction that waits for a second connection can deadlock a pool.
pub async fn save(tx: &mut Tx, catalog: &Catalog, now: Timestamp, item: &mut Item) -> Result<()> {
    item.version += 1;
    item.updated_at = now;
    save_same_version(tx, catalog, now, item).await
}

/// [`save`] for what nobody's open form is about, such as a comment or an
/// escalation: the version that others hold stays good.
pub async fn save_same_version(
    tx: &mut Tx,
    catalog: &Catalog,
    now: Timestamp,
    item: &mut Item,
) -> Result<()> {
    let (promise, calendar) = catalog.promise(&item.promise.promise_id)?;
    let cal = &calendar.compiled;
    item.respond_by = item.promise.due(ClockKind::Response, cal, now);
    item.deliver_by = item.promise.due(ClockKind::Delivery, cal, now);
    let wake = if item.is_open() {
        item.promise.wake_at(&promise.def, cal, now)
    } else {
        None
    };
    let timer = timers::next(catalog, item, now)?;
    sql(
        "UPDATE work_item SET title = $2, stage = $3, phase = $4, stage_since = $5, priority = $6,
            team_id = $7, assignee_id = $8, answers = $9, fields = $10, ticks = $11, promise = $12,
            respond_by = $13, deliver_by = $14, wake_at = $15, waiting = $16, updated_at = $17,
            closed_at = $18, merged_into_id = $19, rating = $20, rating_comment = $21,
            rated_at = $22, version = $23, service_id = $24, form_version = $25,
            process_id = $26, process_version = $27, department_id = $28, kind = $29,
            timers = $30, timer_at = $31
         WHERE id = $1",
    )
    .bind(&item.id)
    .bind(&item.title)
    .bind(&item.stage)
    .bind(phase_key(item.phase))
    .bind(item.stage_since.as_microsecond())
    .bind(item.priority.number())
    .bind(&item.team_id)
    .bind(&item.assignee_id)
    .bind(serde_json::to_string(&item.answers)?)
    .bind(serde_json::to_string(&item.fields)?)
    .bind(serde_json::to_string(&item.ticks)?)
    .bind(serde_json::to_string(&item.promise)?)
    .bind(item.respond_by)
    .bind(item.deliver_by)
    .bind(wake.map(Timestamp::as_microsecond))
    .bind(
        item.waiting
            .as_ref()
            .map(serde_json::to_string)
            .transpose()?,
    )
    .bind(item.updated_at.as_microsecond())
    .bind(item.closed_at.map(Timestamp::as_microsecond))
    .bind(&item.merged_into_id)
    .bind(item.rating)
    .bind(&item.rating_comment)
    .bind(item.rated_at.map(Timestamp::as_microsecond))
    .bind(item.version)
    .bind(&item.service_id)
    .bind(item.form_version)
    .bind(&item.process_id)
    .bind(item.process_version)
    .bind(&item.department_id)
    .bind(item.kind.key())
    .bind(serde_json::to_string(&item.timers)?)
    .bind(timer.map(Timestamp::as_microsecond))
    .run(tx)
    .await?;
    Ok(())
}

/// Insert a new item. Its number is the next of the gapless sequence.
pub async fn insert(tx: &mut Tx, catalog: &Catalog, now: Timestamp, item: &mut Item) -> Result<()> {
    item.number = next_number(tx, "item").await?;
    sql(
        "INSERT INTO work_item (id, number, kind, title, service_id, form_version, process_id,
            process_version, stage, phase, stage_since, priority, requester_id, department_id,
            team_id, assignee_id, order_id, answers, fields, ticks, promise, respond_by,
            deliver_by, created_at, updated_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
            '{}', '{}', '{}', 0, 0, $19, $19, 0)",
    )
    .bind(&item.id)
    .bind(item.number)
    .bind(item.kind.key())
    .bind(&item.title)
    .bind(&item.service_id)
    .bind(item.form_version)
    .bind(&item.process_id)
    .bind(item.process_version)
    .bind(&item.stage)
    .bind(phase_key(item.phase))
    .bind(item.stage_since.as_microsecond())
    .bind(item.priority.number())
    .bind(&item.requester_id)
    .bind(&item.department_id)
    .bind(&item.team_id)
    .bind(&item.assignee_id)
    .bind(&item.order_id)
    .bind(serde_json::to_string(&item.answers)?)
    .bind(item.created_at.as_microsecond())
    .run(tx)
    .await?;
    item.version = 0;
    save(tx, catalog, now, item).await?;
    search::index(tx, item).await
}

/// The next of a gapless sequence of numbers.
pub async fn next_number(tx: &mut Tx, name: &str) -> Result<i64> {
    Ok(
        sql("UPDATE counter SET value = value + 1 WHERE name = $1 RETURNING value")
            .bind(name)
            .one(tx)
            .await?
            .get("value")?,
    )
}
