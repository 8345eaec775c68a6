//! Changing an item without moving it: who works on it, how urgent it is, what
//! it is called, its checklist, its fields, and the requester's rating.

use mil_db::{Tx, sql};
use mil_process::form::{self, FormDef, Raw};
use serde_json::{Value, json};

use crate::actor::Actor;
use crate::catalog::model::Priority;
use crate::error::{Error, Msg, Result};
use crate::events::{self, Audience, Event};
use crate::policy::Do;
use crate::search;
use crate::web::Ctx;
use crate::work::model::{Item, Tick};
use crate::work::{moves, order, store};

/// Append the event of a change: `before` and `after` of one thing.
async fn changed(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    item: &Item,
    verb: &'static str,
    audience: Audience,
    data: Value,
) -> Result<()> {
    events::append(
        tx,
        actor,
        ctx.now,
        Event::of_item(verb, &item.id, audience, data),
    )
    .await?;
    Ok(())
}

/// Give an item to somebody, or to nobody.
pub async fn assign(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    expect: Option<i64>,
    to: Option<&str>,
) -> Result<Item> {
    let catalog = ctx.app.catalog().await?;
    let mut tx = ctx.app.db.begin().await?;
    let mut item = store::lock(&mut tx, actor, id, Do::Work, expect).await?;
    assign_in(&mut tx, ctx, actor, &mut item, to).await?;
    store::save(&mut tx, &catalog, ctx.now, &mut item).await?;
    tx.commit().await?;
    Ok(item)
}

/// [`assign`] inside a transaction that has locked the item; the caller saves.
pub async fn assign_in(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    item: &mut Item,
    to: Option<&str>,
) -> Result<()> {
    moves::not_merged(item)?;
    if item.assignee_id.as_deref() == to {
        return Ok(());
    }
    if let Some(to) = to {
        let row = sql("SELECT role FROM person WHERE id = $1 AND disabled_at IS NULL")
            .bind(to)
            .opt(&mut *tx)
            .await?;
        let role: Option<String> = row.map(|r| r.get("role")).transpose()?;
        let works = role
            .and_then(|r| crate::actor::Role::from_key(&r))
            .is_some_and(crate::actor::Role::is_agent);
        if !works {
            return Err(Error::field(
                "assignee",
                "Choose somebody who works on requests.",
            ));
        }
    }
    let before = item.assignee_id.clone();
    item.assignee_id = to.map(str::to_owned);
    let data = json!({ "before": before, "after": item.assignee_id });
    changed(
        tx,
        ctx,
        actor,
        item,
        "request.assigned",
        Audience::Public,
        data,
    )
    .await
}

/// Change how urgent it is. The promise is computed anew from the same start.
pub async fn prioritise(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    expect: Option<i64>,
    to: Priority,
) -> Result<Item> {
    let catalog = ctx.app.catalog().await?;
    let mut tx = ctx.app.db.begin().await?;
    let mut item = store::lock(&mut tx, actor, id, Do::Work, expect).await?;
    prioritise_in(&mut tx, ctx, &catalog, actor, &mut item, to).await?;
    store::save(&mut tx, &catalog, ctx.now, &mut item).await?;
    tx.commit().await?;
    Ok(item)
}

/// [`prioritise`] inside a transaction that has locked the item; the caller saves.
pub async fn prioritise_in(
    tx: &mut Tx,
    ctx: &Ctx,
    catalog: &crate::catalog::Catalog,
    actor: &Actor,
    item: &mut Item,
    to: Priority,
) -> Result<()> {
    moves::still_open(item)?;
    if item.priority == to {
        return Ok(());
    }
    let (promise, calendar) = catalog.promise(&item.promise.promise_id)?;
    let before = (item.priority, item.deliver_by);
    item.priority = to;
    let promise_id = item.promise.promise_id.clone();
    item.promise.retarget(&promise_id, promise.def.target(to));
    let due = item.promise.due(
        crate::catalog::model::ClockKind::Delivery,
        &calendar.compiled,
        ctx.now,
    );
    let data = json!({
        "before": before.0.key(), "after": to.key(),
        "due_before": before.1, "due_after": due,
    });
    changed(
        tx,
        ctx,
        actor,
        item,
        "request.prioritised",
        Audience::Public,
        data,
    )
    .await
}

/// Tick or untick a line of the present stage's checklist.
pub async fn tick(ctx: &Ctx, actor: &Actor, id: &str, check: &str, on: bool) -> Result<Item> {
    let catalog = ctx.app.catalog().await?;
    let mut tx = ctx.app.db.begin().await?;
    let mut item = store::lock(&mut tx, actor, id, Do::Work, None).await?;
    moves::still_open(&item)?;
    let process = moves::process_of(&catalog, &item)?;
    let label = process
        .stage(&item.stage)
        .and_then(|stage| stage.checklist.iter().find(|c| c.key == check))
        .map(|c| c.label.clone())
        .ok_or_else(|| {
            Error::Conflict(Msg::new(
                "This line is not on the present stage's checklist. Reload the page.",
            ))
        })?;
    let key = Item::tick_key(&item.stage, check);
    if on == item.ticks.contains_key(&key) {
        return Ok(item);
    }
    if on {
        item.ticks.insert(
            key,
            Tick {
                by: actor.id.clone(),
                at: ctx.now,
            },
        );
    } else {
        item.ticks.remove(&key);
    }
    // Ticks stand by themselves: nobody's open form is stale because of one.
    item.updated_at = ctx.now;
    store::save_same_version(&mut tx, &catalog, ctx.now, &mut item).await?;
    let verb = if on {
        "checklist.ticked"
    } else {
        "checklist.unticked"
    };
    let data = json!({ "check": check, "label": label, "stage": item.stage });
    changed(&mut tx, ctx, actor, &item, verb, Audience::Internal, data).await?;
    tx.commit().await?;
    Ok(item)
}

/// Fill in agents' fields of the stages so far. What is not posted stays.
pub async fn fill(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    expect: Option<i64>,
    raw: Raw,
) -> Result<Item> {
    let catalog = ctx.app.catalog().await?;
    let mut tx = ctx.app.db.begin().await?;
    let mut item = store::lock(&mut tx, actor, id, Do::Work, expect).await?;
    fill_in(&mut tx, ctx, &catalog, actor, &mut item, raw).await?;
    tx.commit().await?;
    Ok(item)
}

/// [`fill`] inside a transaction that has locked the item.
pub async fn fill_in(
    tx: &mut Tx,
    ctx: &Ctx,
    catalog: &crate::catalog::Catalog,
    actor: &Actor,
    item: &mut Item,
    raw: Raw,
) -> Result<()> {
    moves::still_open(item)?;
    let process = moves::process_of(catalog, item)?;
    let last = process.index(&item.stage).unwrap_or(0);
    let fields = process.stages[..=last]
        .iter()
        .flat_map(|s| s.fields.clone())
        .collect();
    let form = FormDef { fields };
    let mut merged = form::to_raw(&item.fields);
    merged.extend(raw);
    let today = ctx.today();
    // Required fields block leaving the stage, not saving half of it.
    let answers = form::validate(&relaxed(form), &merged, today, false)
        .map_err(|errors| Error::Invalid(errors.into_iter().map(order::from_form).collect()))?;
    let before = std::mem::replace(&mut item.fields, answers);
    store::save(tx, catalog, ctx.now, item).await?;
    let data = json!({ "before": before, "after": item.fields });
    changed(
        tx,
        ctx,
        actor,
        item,
        "request.filled",
        Audience::Internal,
        data,
    )
    .await
}

fn relaxed(mut form: FormDef) -> FormDef {
    for field in &mut form.fields {
        field.required = false;
    }
    form
}

/// Call it something else.
pub async fn rename(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    expect: Option<i64>,
    title: &str,
) -> Result<Item> {
    let catalog = ctx.app.catalog().await?;
    let title = title.trim().replace(['\n', '\r', '\t'], " ");
    if title.is_empty() {
        return Err(Error::field("title", "Give it a title."));
    }
    if title.chars().count() > order::MAX_TITLE {
        return Err(Error::field(
            "title",
            Msg::new("Use at most {n} characters.").with("n", order::MAX_TITLE),
        ));
    }
    let mut tx = ctx.app.db.begin().await?;
    let mut item = store::lock(&mut tx, actor, id, Do::Work, expect).await?;
    let before = std::mem::replace(&mut item.title, title);
    store::save(&mut tx, &catalog, ctx.now, &mut item).await?;
    search::index(&mut tx, &item).await?;
    let data = json!({ "before": before, "after": item.title });
    changed(
        &mut tx,
        ctx,
        actor,
        &item,
        "request.renamed",
        Audience::Public,
        data,
    )
    .await?;
    tx.commit().await?;
    Ok(item)
}

/// The requester says how it was, once.
pub async fn rate(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    score: i64,
    comment: Option<String>,
) -> Result<Item> {
    if !(1..=5).contains(&score) {
        return Err(Error::field("score", "Choose one to five."));
    }
    let comment = comment
        .map(|c| c.trim().to_owned())
        .filter(|c| !c.is_empty());
    if comment.as_ref().is_some_and(|c| c.chars().count() > 2_000) {
        return Err(Error::field(
            "comment",
            Msg::new("Use at most {n} characters.").with("n", 2_000),
        ));
    }
    let catalog = ctx.app.catalog().await?;
    let mut tx = ctx.app.db.begin().await?;
    let mut item = store::lock(&mut tx, actor, id, Do::Rate, None).await?;
    if item.phase != mil_process::process::Phase::Done {
        return Err(Error::Conflict(Msg::new(
            "This can be rated once it is done.",
        )));
    }
    if item.rated_at.is_some() {
        return Err(Error::Conflict(Msg::new(
            "You have rated this already. Thank you.",
        )));
    }
    item.rating = Some(score);
    item.rating_comment = comment;
    item.rated_at = Some(ctx.now);
    store::save(&mut tx, &catalog, ctx.now, &mut item).await?;
    let data = json!({ "score": score, "comment": item.rating_comment });
    changed(
        &mut tx,
        ctx,
        actor,
        &item,
        "request.rated",
        Audience::Public,
        data,
    )
    .await?;
    tx.commit().await?;
    Ok(item)
}
