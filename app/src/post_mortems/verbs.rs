//! What is done to a post-mortem. Each verb is one transaction: check, change,
//! event.

use jiff::Timestamp;
use mil_db::{Tx, sql};
use serde_json::{Value, json};

use crate::actor::Actor;
use crate::error::{Error, Msg, Result};
use crate::events::{self, Audience, Event};
use crate::policy::Do;
use crate::post_mortems::store::{self as rows, PostMortem, fits};
use crate::random::new_id;
use crate::web::Ctx;
pub use crate::work::follow_up::NewAction;
use crate::work::{Item, follow_up, store};

/// Longest text, in characters.
pub const MAX_TEXT: usize = 20_000;
/// The most causes, and the most lines and actions of one post-mortem.
pub const MOST: usize = 100;

async fn note(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    item_id: &str,
    verb: &'static str,
    data: Value,
) -> Result<()> {
    let event = Event::of_item(verb, item_id, Audience::Internal, data);
    events::append(tx, actor, ctx.now, event).await?;
    Ok(())
}

async fn lock(tx: &mut Tx, actor: &Actor, id: &str) -> Result<(Item, Option<PostMortem>)> {
    let item = store::lock(tx, actor, id, Do::Work, None).await?;
    fits(&item)?;
    let found = rows::of(&mut *tx, &item.id).await?;
    Ok((item, found))
}

async fn existing(tx: &mut Tx, actor: &Actor, id: &str) -> Result<(Item, PostMortem)> {
    let (item, found) = lock(tx, actor, id).await?;
    let found = found.ok_or_else(|| {
        Error::Conflict(Msg::new(
            "There is no post-mortem yet. Save its text first.",
        ))
    })?;
    Ok((item, found))
}

/// The texts of a post-mortem; what is `None` stays as it is.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)]
pub struct Text {
    pub summary: Option<String>,
    pub impact: Option<String>,
    pub causes: Option<Vec<String>>,
    pub went_well: Option<String>,
    pub went_wrong: Option<String>,
    pub lucky: Option<String>,
    pub lessons: Option<String>,
}

fn put(into: &mut String, field: &'static str, text: Option<&String>) -> Result<()> {
    let Some(text) = text else { return Ok(()) };
    let text = text.trim();
    if text.chars().count() > MAX_TEXT {
        return Err(Error::field(
            field,
            Msg::new("Use at most {n} characters.").with("n", MAX_TEXT),
        ));
    }
    text.clone_into(into);
    Ok(())
}

/// Write it, as a draft or over what is published. The first writing begins it.
///
/// # Errors
/// [`Error::Stale`] when somebody else saved since version `expect`.
pub async fn write(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    expect: Option<i64>,
    text: Text,
) -> Result<(Item, PostMortem)> {
    let mut tx = ctx.app.db.begin().await?;
    let (item, found) = lock(&mut tx, actor, id).await?;
    let mut p = found.unwrap_or_else(|| PostMortem::fresh(actor, ctx.now));
    if expect.is_some_and(|version| version != p.version) {
        return Err(Error::Stale(Msg::new(
            "Somebody else saved this post-mortem while you had it open. Copy your text, open it again and put both together.",
        )));
    }
    put(&mut p.summary, "summary", text.summary.as_ref())?;
    put(&mut p.impact, "impact", text.impact.as_ref())?;
    put(&mut p.went_well, "went_well", text.went_well.as_ref())?;
    put(&mut p.went_wrong, "went_wrong", text.went_wrong.as_ref())?;
    put(&mut p.lucky, "lucky", text.lucky.as_ref())?;
    put(&mut p.lessons, "lessons", text.lessons.as_ref())?;
    if let Some(causes) = &text.causes {
        let causes: Vec<String> = causes
            .iter()
            .map(|c| c.trim().to_owned())
            .filter(|c| !c.is_empty())
            .collect();
        if causes.len() > MOST || causes.iter().any(|c| c.chars().count() > 500) {
            return Err(Error::field(
                "causes",
                Msg::new("Name at most {n} causes, each in 500 characters.").with("n", MOST),
            ));
        }
        p.causes = causes;
    }
    p.version += 1;
    rows::save(&mut tx, &item, &p, ctx.now).await?;
    note(
        &mut tx,
        ctx,
        actor,
        &item.id,
        "post_mortem.saved",
        json!({ "version": p.version }),
    )
    .await?;
    tx.commit().await?;
    Ok((item, p))
}

/// Publish it to all who work here. Those who follow the item are told.
pub async fn publish(ctx: &Ctx, actor: &Actor, id: &str) -> Result<(Item, PostMortem)> {
    let mut tx = ctx.app.db.begin().await?;
    let (item, mut p) = existing(&mut tx, actor, id).await?;
    if p.published_at.is_some() {
        return Err(Error::Conflict(Msg::new("This is published already.")));
    }
    if p.summary.is_empty() {
        return Err(Error::field(
            "summary",
            "Say in a few sentences what happened.",
        ));
    }
    if p.causes.is_empty() {
        return Err(Error::field("causes", "Name at least one cause."));
    }
    p.published_at = Some(ctx.now);
    p.version += 1;
    rows::save(&mut tx, &item, &p, ctx.now).await?;
    note(
        &mut tx,
        ctx,
        actor,
        &item.id,
        "post_mortem.published",
        json!({}),
    )
    .await?;
    tx.commit().await?;
    Ok((item, p))
}

/// Say which events do not stand on its timeline; the others do.
pub async fn leave_out(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    events: &[String],
) -> Result<(Item, PostMortem)> {
    let mut tx = ctx.app.db.begin().await?;
    let (item, mut p) = existing(&mut tx, actor, id).await?;
    let known: Vec<String> =
        sql("SELECT id FROM event WHERE item_id = $1 AND audience <> 'audit' ORDER BY id")
            .bind(&item.id)
            .column("id", &mut tx)
            .await?;
    if let Some(strange) = events.iter().find(|e| !known.contains(e)) {
        return Err(Error::field(
            "left_out",
            Msg::new("There is no event {id} here.").with("id", strange),
        ));
    }
    p.left_out = events.to_vec();
    p.left_out.sort();
    p.left_out.dedup();
    p.version += 1;
    rows::save(&mut tx, &item, &p, ctx.now).await?;
    note(
        &mut tx,
        ctx,
        actor,
        &item.id,
        "post_mortem.saved",
        json!({ "version": p.version }),
    )
    .await?;
    tx.commit().await?;
    Ok((item, p))
}

/// Add a line to the timeline: what no event tells.
pub async fn add_line(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    at: Timestamp,
    text: &str,
) -> Result<(Item, PostMortem)> {
    let mut tx = ctx.app.db.begin().await?;
    let (item, p) = existing(&mut tx, actor, id).await?;
    let text = text.trim();
    if text.is_empty() {
        return Err(Error::field("text", "Write what happened."));
    }
    if text.chars().count() > 1_000 {
        return Err(Error::field(
            "text",
            Msg::new("Use at most {n} characters.").with("n", 1_000),
        ));
    }
    if at > ctx.now {
        return Err(Error::field(
            "at",
            "This lies in the future. Give the time at which it happened.",
        ));
    }
    let count: i64 = sql("SELECT COUNT(*) AS n FROM post_mortem_line WHERE item_id = $1")
        .bind(&item.id)
        .value("n", &mut tx)
        .await?;
    if usize::try_from(count).unwrap_or(usize::MAX) >= MOST {
        return Err(Error::Conflict(
            Msg::new("A timeline takes {n} lines of one's own at most. Remove one first.")
                .with("n", MOST),
        ));
    }
    sql("INSERT INTO post_mortem_line (id, item_id, at, text) VALUES ($1, $2, $3, $4)")
        .bind(new_id(ctx.now))
        .bind(&item.id)
        .bind(at.as_microsecond())
        .bind(text)
        .run(&mut tx)
        .await?;
    note(
        &mut tx,
        ctx,
        actor,
        &item.id,
        "post_mortem.saved",
        json!({ "line": text }),
    )
    .await?;
    tx.commit().await?;
    Ok((item, p))
}

/// Take a line of one's own away.
pub async fn remove_line(ctx: &Ctx, actor: &Actor, id: &str, line: &str) -> Result<Item> {
    let mut tx = ctx.app.db.begin().await?;
    let item = store::lock(&mut tx, actor, id, Do::Work, None).await?;
    let row = sql("DELETE FROM post_mortem_line WHERE id = $1 AND item_id = $2 RETURNING text")
        .bind(line)
        .bind(&item.id)
        .opt(&mut tx)
        .await?
        .ok_or(Error::NotFound)?;
    let data = json!({ "removed": row.get::<String>("text")? });
    note(&mut tx, ctx, actor, &item.id, "post_mortem.saved", data).await?;
    tx.commit().await?;
    Ok(item)
}

/// Make tracked work of what was learned: an order of a service, linked with
/// the item, in the hands of its owner.
pub async fn act(ctx: &Ctx, actor: &Actor, id: &str, new: NewAction<'_>) -> Result<Item> {
    let catalog = ctx.app.catalog().await?;
    let mut tx = ctx.app.db.begin().await?;
    let (item, _) = existing(&mut tx, actor, id).await?;
    let work = follow_up::make(&mut tx, ctx, &catalog, actor, &item, new).await?;
    sql("INSERT INTO post_mortem_action (item_id, work_id, due_on, created_at) VALUES ($1, $2, $3, $4)")
        .bind(&item.id)
        .bind(&work.id)
        .bind(new.due_on.map(|d| d.to_string()))
        .bind(ctx.now.as_microsecond())
        .run(&mut tx)
        .await?;
    let data = json!({ "number": work.number, "title": work.title, "due_on": new.due_on.map(|d| d.to_string()) });
    note(&mut tx, ctx, actor, &item.id, "post_mortem.acted", data).await?;
    tx.commit().await?;
    Ok(work)
}
