//! Merging: two requests for the same thing become one.
//!
//! What was said and attached moves to the request that stays; everybody who
//! heard of the one hears of the other. The one that goes is closed with its
//! clocks stopped, so it escalates no more. For ten minutes all of it can be
//! undone, unless somebody changed either of them meanwhile.

use mil_db::{Tx, sql};
use mil_process::process::Phase;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::actor::Actor;
use crate::error::{Error, Msg, Result};
use crate::events::{self, Audience, Event};
use crate::i18n::{Lang, t};
use crate::policy::Do;
use crate::search;
use crate::undo::{self, Undo};
use crate::web::Ctx;
use crate::work::model::{Item, Waiting};
use crate::work::promise::Promise;
use crate::work::talk::{NewComment, Visibility};
use crate::work::{moves, relate, store, talk};

/// What a merge changed, to put it back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Merged {
    gone: String,
    gone_version: i64,
    into: String,
    into_version: i64,
    phase: String,
    waiting: Option<Waiting>,
    promise: Promise,
    comments: Vec<String>,
    files: Vec<(String, Option<String>)>,
    followers: Vec<String>,
    visit: Option<String>,
    message: String,
}

/// Merge an item into another. Returns the one that stays, and the id of the
/// undo record.
///
/// # Errors
/// [`Error::Invalid`] on `into` for itself, a closed or merged one, or one that
/// `actor` may not see; [`Error::Conflict`] when this one cannot be merged.
pub async fn merge(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    expect: Option<i64>,
    into: &str,
) -> Result<(Item, String)> {
    let catalog = ctx.app.catalog().await?;
    let mut tx = ctx.app.db.begin().await?;
    let mut gone = store::lock(&mut tx, actor, id, Do::Work, expect).await?;
    moves::still_open(&gone)?;
    let named = relate::other(&mut tx, actor, &gone, into, "into").await?;
    let mut kept = store::lock(&mut tx, actor, &named.id, Do::Work, None).await?;
    if kept.merged_into_id.is_some() || !kept.is_open() {
        return Err(Error::field(
            "into",
            "That request is closed. Choose one that is still open.",
        ));
    }
    let others = sql("SELECT id FROM work_item WHERE merged_into_id = $1 LIMIT 1")
        .bind(&gone.id)
        .opt(&mut tx)
        .await?;
    if others.is_some() {
        return Err(Error::Conflict(Msg::new(
            "Others were merged into this request. Merge the other one into this instead.",
        )));
    }

    let visit = sql("SELECT id FROM stage_visit WHERE item_id = $1 AND left_at IS NULL")
        .bind(&gone.id)
        .opt(&mut tx)
        .await?
        .map(|row| row.get("id"))
        .transpose()?;
    let mut merged = Merged {
        gone: gone.id.clone(),
        gone_version: 0,
        into: kept.id.clone(),
        into_version: 0,
        phase: store::phase_key(gone.phase).to_owned(),
        waiting: gone.waiting.clone(),
        promise: gone.promise.clone(),
        comments: move_comments(&mut tx, &gone, &kept).await?,
        files: move_files(&mut tx, &gone, &kept).await?,
        followers: move_followers(&mut tx, ctx, &gone, &kept).await?,
        visit,
        message: String::new(),
    };
    moves::leave(&mut tx, &catalog, &gone, ctx.now).await?;
    gone.promise.stop(ctx.now);
    gone.phase = Phase::Declined;
    gone.waiting = None;
    gone.closed_at = Some(ctx.now);
    gone.merged_into_id = Some(kept.id.clone());
    store::save(&mut tx, &catalog, ctx.now, &mut gone).await?;
    kept.updated_at = ctx.now;
    store::save_same_version(&mut tx, &catalog, ctx.now, &mut kept).await?;

    let lang = Lang::from_code(&ctx.app.org().lang).unwrap_or_default();
    let new = NewComment {
        body: t!(
            lang,
            "This request goes on as number {number}, “{title}”. You follow it from now on and hear of every answer there.",
            number = kept.number,
            title = kept.title
        ),
        visibility: Visibility::Public,
        files: Vec::new(),
    };
    merged.message = talk::write(&mut tx, ctx, actor, &gone, &new).await?;
    search::index(&mut tx, &gone).await?;
    search::index(&mut tx, &kept).await?;
    merged.gone_version = gone.version;
    merged.into_version = kept.version;
    note(&mut tx, ctx, actor, "request.merged", &gone, &kept).await?;
    note(&mut tx, ctx, actor, "request.absorbed", &kept, &gone).await?;
    let label = t!(ctx.lang(), "Merged into {number}.", number = kept.number);
    let undo = undo::record(&mut tx, actor, ctx.now, &label, &Undo::Merge(merged)).await?;
    tx.commit().await?;
    Ok((kept, undo))
}

async fn move_comments(tx: &mut Tx, gone: &Item, kept: &Item) -> Result<Vec<String>> {
    let ids = sql("SELECT id FROM comment WHERE item_id = $1 ORDER BY id")
        .bind(&gone.id)
        .column("id", &mut *tx)
        .await?;
    sql("UPDATE comment SET item_id = $1 WHERE item_id = $2")
        .bind(&kept.id)
        .bind(&gone.id)
        .run(tx)
        .await?;
    Ok(ids)
}

async fn move_files(
    tx: &mut Tx,
    gone: &Item,
    kept: &Item,
) -> Result<Vec<(String, Option<String>)>> {
    let rows = sql("SELECT id, field FROM attachment WHERE item_id = $1 ORDER BY id")
        .bind(&gone.id)
        .all(&mut *tx)
        .await?;
    // They answered a question of the other form.
    sql("UPDATE attachment SET item_id = $1, field = NULL WHERE item_id = $2")
        .bind(&kept.id)
        .bind(&gone.id)
        .run(tx)
        .await?;
    rows.iter()
        .map(|row| Ok((row.get("id")?, row.get("field")?)))
        .collect()
}

async fn move_followers(tx: &mut Tx, ctx: &Ctx, gone: &Item, kept: &Item) -> Result<Vec<String>> {
    let mut people: Vec<String> = sql("SELECT person_id FROM watcher WHERE item_id = $1")
        .bind(&gone.id)
        .column("person_id", &mut *tx)
        .await?;
    people.push(gone.requester_id.clone());
    let mut added = Vec::new();
    for person in people {
        if person != kept.requester_id && talk::follow(tx, ctx, &kept.id, &person).await? > 0 {
            added.push(person);
        }
    }
    Ok(added)
}

async fn note(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    verb: &'static str,
    here: &Item,
    there: &Item,
) -> Result<()> {
    events::append(
        tx,
        actor,
        ctx.now,
        Event::of_item(
            verb,
            &here.id,
            Audience::Public,
            json!({ "number": there.number, "id": there.id }),
        ),
    )
    .await?;
    Ok(())
}

/// Put everything back as it was before the merge.
///
/// # Errors
/// [`Error::Conflict`] when either request was changed since.
pub async fn unmerge(ctx: &Ctx, actor: &Actor, merged: &Merged) -> Result<Item> {
    let catalog = ctx.app.catalog().await?;
    let mut tx = ctx.app.db.begin().await?;
    let item = unmerge_in(&mut tx, ctx, &catalog, actor, merged).await?;
    tx.commit().await?;
    Ok(item)
}

/// [`unmerge`] inside a transaction.
pub async fn unmerge_in(
    tx: &mut Tx,
    ctx: &Ctx,
    catalog: &crate::catalog::Catalog,
    actor: &Actor,
    merged: &Merged,
) -> Result<Item> {
    let mut gone = store::lock(tx, actor, &merged.gone, Do::Work, None).await?;
    let kept = store::lock(tx, actor, &merged.into, Do::Work, None).await?;
    let untouched = gone.version == merged.gone_version
        && kept.version == merged.into_version
        && gone.merged_into_id.as_deref() == Some(merged.into.as_str());
    if !untouched {
        return Err(Error::Conflict(Msg::new(
            "One of the two was changed since. Undoing the merge would lose that, so nothing was done.",
        )));
    }
    for id in &merged.comments {
        sql("UPDATE comment SET item_id = $1 WHERE id = $2")
            .bind(&gone.id)
            .bind(id)
            .run(tx)
            .await?;
    }
    for (id, field) in &merged.files {
        sql("UPDATE attachment SET item_id = $1, field = $2 WHERE id = $3")
            .bind(&gone.id)
            .bind(field)
            .bind(id)
            .run(tx)
            .await?;
    }
    for person in &merged.followers {
        sql("DELETE FROM watcher WHERE item_id = $1 AND person_id = $2")
            .bind(&kept.id)
            .bind(person)
            .run(tx)
            .await?;
    }
    sql("DELETE FROM comment WHERE id = $1")
        .bind(&merged.message)
        .run(tx)
        .await?;
    if let Some(visit) = &merged.visit {
        sql("UPDATE stage_visit SET left_at = NULL, worked = NULL, person_id = NULL WHERE id = $1")
            .bind(visit)
            .run(tx)
            .await?;
    }
    gone.phase = store::phase_from_key(&merged.phase)?;
    gone.waiting.clone_from(&merged.waiting);
    gone.promise.clone_from(&merged.promise);
    gone.closed_at = None;
    gone.merged_into_id = None;
    store::save(tx, catalog, ctx.now, &mut gone).await?;
    search::index(tx, &gone).await?;
    search::index(tx, &kept).await?;
    note(tx, ctx, actor, "request.unmerged", &gone, &kept).await?;
    note(tx, ctx, actor, "request.released", &kept, &gone).await?;
    Ok(gone)
}
