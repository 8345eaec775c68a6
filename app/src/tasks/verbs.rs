//! What people do with tasks.

use mil_db::sql;

use crate::actor::Actor;
use crate::error::{Error, Result};
use crate::policy::Do;
use crate::tasks::begin::{link, note, tick};
use crate::tasks::store::{Task, of_visit};
use crate::web::Ctx;
use crate::work::model::Item;
use crate::work::{moves, store};

/// One change of a task.
#[derive(Debug, Clone)]
pub enum Deed {
    /// Tick it or untick it.
    Done(bool),
    /// Give it to somebody, or to nobody.
    Assign(Option<String>),
    /// This request does it.
    Sub(String),
}

/// Change a task of the present stage.
///
/// # Errors
/// [`Error::NotFound`] for a task that the stage does not have,
/// [`Error::Conflict`] for one that a running request decides.
pub async fn change(ctx: &Ctx, actor: &Actor, id: &str, task: &str, deed: Deed) -> Result<Item> {
    let catalog = ctx.app.catalog().await?;
    let mut tx = ctx.app.db.begin().await?;
    let mut item = store::lock(&mut tx, actor, id, Do::Work, None).await?;
    moves::still_open(&item)?;
    let task = of_visit(&mut tx, &item.id)
        .await?
        .into_iter()
        .find(|t| t.key == task)
        .ok_or(Error::NotFound)?;
    match deed {
        Deed::Done(done) => {
            if task.sub.as_ref().is_some_and(|sub| sub.open) {
                return Err(Error::field(
                    "task",
                    "Its own request is still open. The task is done when that is.",
                ));
            }
            if task.done_at.is_some() == done {
                return Ok(item);
            }
            sql("UPDATE item_task SET done_at = $1, done_by = $2 WHERE id = $3")
                .bind(done.then(|| ctx.now.as_microsecond()))
                .bind(done.then_some(actor.id.as_str()))
                .bind(&task.id)
                .run(&mut tx)
                .await?;
            tick(
                &mut item,
                &task.key,
                done.then(|| (actor.id.clone(), ctx.now)),
            );
            let verb = if done { "task.done" } else { "task.reopened" };
            note(&mut tx, ctx, actor, &item, verb, &task.name, None).await?;
        }
        Deed::Assign(person) => {
            if let Some(person) = &person {
                let there = sql("SELECT id FROM person WHERE id = $1 AND disabled_at IS NULL
                     AND role NOT IN ('requester', 'partner')")
                .bind(person)
                .opt(&mut tx)
                .await?;
                if there.is_none() {
                    return Err(Error::field(
                        "person",
                        "This person is not here. Choose another.",
                    ));
                }
            }
            sql("UPDATE item_task SET person_id = $1 WHERE id = $2")
                .bind(&person)
                .bind(&task.id)
                .run(&mut tx)
                .await?;
            note(
                &mut tx,
                ctx,
                actor,
                &item,
                "task.assigned",
                &task.name,
                None,
            )
            .await?;
        }
        Deed::Sub(number) => {
            let sub = sub_of(&mut tx, actor, &item, &task, &number).await?;
            let done = sub.phase == mil_process::process::Phase::Done;
            sql(
                "UPDATE item_task SET sub_item_id = $1, done_at = $2, done_by = NULL WHERE id = $3",
            )
            .bind(&sub.id)
            .bind(done.then(|| ctx.now.as_microsecond()))
            .bind(&task.id)
            .run(&mut tx)
            .await?;
            link(&mut tx, ctx.now, &sub.id, &item.id).await?;
            tick(&mut item, &task.key, done.then(|| (String::new(), ctx.now)));
            let number = Some(sub.number);
            note(
                &mut tx,
                ctx,
                actor,
                &item,
                "task.linked",
                &task.name,
                number,
            )
            .await?;
        }
    }
    store::save_same_version(&mut tx, &catalog, ctx.now, &mut item).await?;
    tx.commit().await?;
    Ok(item)
}

/// The request that is to do a task: one that the actor may see, of the right
/// service, neither declined nor the item itself.
async fn sub_of(
    tx: &mut mil_db::Tx,
    actor: &Actor,
    item: &Item,
    task: &Task,
    number: &str,
) -> Result<Item> {
    let number = number.trim().trim_start_matches('#');
    let wrong = |text| Error::field("sub", text);
    let sub = match store::find(&mut *tx, actor, number).await {
        Ok(sub) => sub,
        Err(Error::NotFound) => {
            return Err(wrong(
                "There is no request with this number. Look it up and write it again.",
            ));
        }
        Err(error) => return Err(error),
    };
    if sub.id == item.id || sub.phase == mil_process::process::Phase::Declined {
        return Err(wrong("This request cannot do the task. Order another."));
    }
    if task
        .service_id
        .as_ref()
        .is_some_and(|s| *s != sub.service_id)
    {
        return Err(wrong(
            "This request is for another service than the task needs.",
        ));
    }
    Ok(sub)
}
