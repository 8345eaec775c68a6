//! Tasks begin with their stage, and follow the requests that do them.

use jiff::Timestamp;
use mil_db::{Tx, sql};
use mil_process::form::{self, Answer, Answers, FormDef, Raw};
use mil_process::process::{Owner, Phase, Stage, Task as TaskDef};
use serde_json::json;

use crate::actor::Actor;
use crate::catalog::{Catalog, Service};
use crate::error::Result;
use crate::events::{self, Audience, Event};
use crate::policy;
use crate::random::new_id;
use crate::web::Ctx;
use crate::work::model::{Item, Tick};
use crate::work::{moves, order, store};

/// How deep requests may lie in each other before nothing is ordered by itself.
const DEPTH: usize = 5;

/// The tasks of `stage` begin. What another service does is ordered at once if
/// the answers at hand are enough for its form; otherwise somebody orders it
/// and says so. A request that already did the task in an earlier visit counts.
pub async fn begin(
    tx: &mut Tx,
    ctx: &Ctx,
    catalog: &Catalog,
    actor: &Actor,
    item: &mut Item,
    stage: &Stage,
    visit: &str,
) -> Result<()> {
    let mut carried = false;
    for (task, position) in stage.tasks.iter().zip(0i64..) {
        let (team, person) = match &task.owner {
            Some(Owner::Team(team)) => (Some(team.clone()), None),
            Some(Owner::Person(person)) => (None, Some(person.clone())),
            _ => (None, None),
        };
        let service = task.service.as_deref().and_then(|id| catalog.service(id));
        let id = new_id(ctx.now);
        let before = earlier(tx, item, stage, task).await?;
        let sub = match (before, service) {
            (Some(sub), _) => Some(sub),
            (None, Some(service)) => {
                // Boxed: what is ordered may begin with tasks of its own.
                Box::pin(order_sub(tx, ctx, catalog, actor, item, task, service)).await?
            }
            (None, None) => None,
        };
        let done = sub.as_ref().filter(|s| s.phase == Phase::Done);
        sql(
            "INSERT INTO item_task (id, item_id, visit_id, stage, task, position, name, required,
                team_id, person_id, service_id, sub_item_id, done_at, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        )
        .bind(&id)
        .bind(&item.id)
        .bind(visit)
        .bind(&stage.key)
        .bind(&task.key)
        .bind(position)
        .bind(&task.name)
        .bind(i64::from(task.required))
        .bind(team)
        .bind(person)
        .bind(service.map(|s| s.id.as_str()))
        .bind(sub.as_ref().map(|s| s.id.as_str()))
        .bind(done.map(|_| ctx.now.as_microsecond()))
        .bind(ctx.now.as_microsecond())
        .run(&mut *tx)
        .await?;
        if done.is_some() {
            tick(item, &task.key, Some((String::new(), ctx.now)));
            carried = true;
        }
    }
    if carried {
        store::save_same_version(tx, catalog, ctx.now, item).await?;
    }
    Ok(())
}

/// Mark a task as done or not where the process looks.
pub fn tick(item: &mut Item, task: &str, done: Option<(String, Timestamp)>) {
    let key = Item::tick_key(&item.stage, &format!("{}{task}", moves::TASK));
    match done {
        Some((by, at)) => {
            item.ticks.insert(key, Tick { by, at });
        }
        None => {
            item.ticks.remove(&key);
        }
    }
}

/// The request that did or does the task since an earlier visit of the stage.
async fn earlier(tx: &mut Tx, item: &Item, stage: &Stage, task: &TaskDef) -> Result<Option<Item>> {
    let row = sql(
        "SELECT k.sub_item_id FROM item_task k JOIN work_item w ON w.id = k.sub_item_id
         WHERE k.item_id = $1 AND k.stage = $2 AND k.task = $3 AND w.phase <> 'declined'
         ORDER BY k.created_at DESC LIMIT 1",
    )
    .bind(&item.id)
    .bind(&stage.key)
    .bind(&task.key)
    .opt(&mut *tx)
    .await?;
    match row {
        Some(row) => {
            let id: String = row.get("sub_item_id")?;
            Ok(Some(store::find(tx, &Actor::system(), &id).await?))
        }
        None => Ok(None),
    }
}

/// Order what does a task, for whoever works on the item. `None` when the form
/// asks for more than is known, or when a request would lie in itself.
async fn order_sub(
    tx: &mut Tx,
    ctx: &Ctx,
    catalog: &Catalog,
    actor: &Actor,
    item: &Item,
    task: &TaskDef,
    service: &Service,
) -> Result<Option<Item>> {
    let answers = fitting(&service.form, item);
    let Ok(answers) = form::validate(&service.form, &answers, ctx.today(), false) else {
        return Ok(None);
    };
    if !service.offered() || within_itself(tx, item, service).await? {
        return Ok(None);
    }
    let works = policy::works(actor) && !actor.is_system();
    let requester = match &item.assignee_id {
        Some(id) => id,
        None if works => &actor.id,
        None => &item.requester_id,
    };
    let row = sql("SELECT department_id FROM person WHERE id = $1")
        .bind(requester)
        .one(&mut *tx)
        .await?;
    let requester = Actor {
        id: requester.clone(),
        department_id: row.get("department_id")?,
        ..Actor::system()
    };
    let title = format!("{}: {}", task.name, item.title);
    let of = (title.as_str(), item.priority, answers);
    let sub = order::place_sub(tx, ctx, catalog, actor, &requester, service, of).await?;
    link(tx, ctx.now, &sub.id, &item.id).await?;
    Ok(Some(sub))
}

/// The request that does a task blocks the one that waits for it.
pub async fn link(tx: &mut Tx, now: Timestamp, sub: &str, item: &str) -> Result<()> {
    sql("INSERT INTO item_link (from_id, to_id, kind, created_at)
         VALUES ($1, $2, 'blocks', $3) ON CONFLICT DO NOTHING")
    .bind(sub)
    .bind(item)
    .bind(now.as_microsecond())
    .run(tx)
    .await?;
    Ok(())
}

/// Answers of the item to questions of the same key, as they would be typed.
/// Files stay where they are.
fn fitting(form: &FormDef, item: &Item) -> Raw {
    let known: Answers = moves::all_answers(item)
        .into_iter()
        .filter(|(_, answer)| !matches!(answer, Answer::Files(_)))
        .collect();
    let mut raw = form::to_raw(&known);
    raw.retain(|key, _| form.field(key).is_some_and(|f| f.kind.is_question()));
    raw
}

/// Whether the item is, or is a part of, a request for the same service.
async fn within_itself(tx: &mut Tx, item: &Item, service: &Service) -> Result<bool> {
    let (mut id, mut of) = (item.id.clone(), item.service_id.clone());
    for _ in 0..DEPTH {
        if of == service.id {
            return Ok(true);
        }
        let row = sql(
            "SELECT w.id, w.service_id FROM item_task k JOIN work_item w ON w.id = k.item_id
             WHERE k.sub_item_id = $1 ORDER BY k.created_at LIMIT 1",
        )
        .bind(&id)
        .opt(&mut *tx)
        .await?;
        let Some(row) = row else {
            return Ok(false);
        };
        id = row.get("id")?;
        of = row.get("service_id")?;
    }
    Ok(true)
}

/// A request ended or was taken up again: so is the task that it does.
pub async fn follow(
    tx: &mut Tx,
    ctx: &Ctx,
    catalog: &Catalog,
    actor: &Actor,
    sub: &Item,
) -> Result<()> {
    let rows = sql("SELECT id, item_id, task, name, done_at FROM item_task
         WHERE sub_item_id = $1 AND closed_at IS NULL")
    .bind(&sub.id)
    .all(&mut *tx)
    .await?;
    for row in rows {
        let was: Option<i64> = row.get("done_at")?;
        let done = sub.phase == Phase::Done;
        if was.is_some() == done && sub.phase != Phase::Declined {
            continue;
        }
        let parent: String = row.get("item_id")?;
        sql("UPDATE work_item SET version = version WHERE id = $1")
            .bind(&parent)
            .run(&mut *tx)
            .await?;
        let mut parent = store::find(&mut *tx, &Actor::system(), &parent).await?;
        sql("UPDATE item_task SET done_at = $1, done_by = NULL WHERE id = $2")
            .bind(done.then(|| ctx.now.as_microsecond()))
            .bind(row.get::<String>("id")?)
            .run(&mut *tx)
            .await?;
        let task: String = row.get("task")?;
        tick(&mut parent, &task, done.then(|| (String::new(), ctx.now)));
        store::save_same_version(tx, catalog, ctx.now, &mut parent).await?;
        let verb = match (done, sub.phase) {
            (true, _) => "task.done",
            (false, Phase::Declined) => "task.failed",
            _ => "task.reopened",
        };
        let name: String = row.get("name")?;
        note(tx, ctx, actor, &parent, verb, &name, Some(sub.number)).await?;
    }
    Ok(())
}

/// The event of a task, for agents.
pub async fn note(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    item: &Item,
    verb: &'static str,
    name: &str,
    number: Option<i64>,
) -> Result<()> {
    events::append(
        tx,
        actor,
        ctx.now,
        Event::of_item(
            verb,
            &item.id,
            Audience::Internal,
            json!({ "task": name, "number": number }),
        ),
    )
    .await?;
    Ok(())
}
