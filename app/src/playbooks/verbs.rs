//! Writing, publishing and retiring playbooks. Each verb is one transaction.

use mil_db::{Tx, sql};
use serde_json::json;

use crate::actor::Actor;
use crate::error::{Error, Msg, Result};
use crate::events::{self, Event};
use crate::playbooks::model::{Definition, Playbook};
use crate::playbooks::{rules, store};
use crate::policy;
use crate::random::new_id;
use crate::web::Ctx;

async fn note(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    verb: &'static str,
    b: &Playbook,
    data: serde_json::Value,
) -> Result<()> {
    let event = Event::audit(verb, "playbook", &b.id, data);
    events::append(tx, actor, ctx.now, event).await?;
    Ok(())
}

/// The teams that a definition names must be there.
async fn teams_exist(tx: &mut Tx, d: &Definition) -> Result<()> {
    let teams = crate::people::store::teams(&mut *tx).await?;
    for step in &d.steps {
        if let Some(id) = &step.team_id
            && !teams.iter().any(|t| t.id == *id && t.kind == "team")
        {
            let field = format!("team.{}", step.key);
            return Err(Error::field(field, "Choose a team of the list."));
        }
    }
    Ok(())
}

/// A draft that fits: tidy, and nothing too long.
async fn drafted(tx: &mut Tx, d: Definition) -> Result<Definition> {
    let d = rules::tidy(d);
    let wrong = rules::too_long(&d);
    if !wrong.is_empty() {
        return Err(Error::Invalid(wrong));
    }
    teams_exist(tx, &d).await?;
    Ok(d)
}

fn fresh(ctx: &Ctx, d: Definition) -> Playbook {
    Playbook {
        id: new_id(ctx.now),
        name: d.name.clone(),
        current: 0,
        published: None,
        draft: Some(d),
        updated_at: ctx.now,
        retired: false,
        practice: None,
        version: 1,
    }
}

/// Begin a playbook, as a draft.
pub async fn create(ctx: &Ctx, actor: &Actor, d: Definition) -> Result<Playbook> {
    policy::require(policy::shapes_catalog(actor))?;
    let mut tx = ctx.app.db.begin().await?;
    let d = drafted(&mut tx, d).await?;
    if d.name.is_empty() {
        return Err(Error::field("name", "Give it a name."));
    }
    let b = fresh(ctx, d);
    store::save(&mut tx, actor, ctx.now, &b).await?;
    let data = json!({ "name": b.name });
    note(&mut tx, ctx, actor, "playbook.written", &b, data).await?;
    tx.commit().await?;
    Ok(b)
}

fn unchanged(b: &Playbook, expect: Option<i64>) -> Result<()> {
    if expect.is_some_and(|version| version != b.version) {
        return Err(Error::Stale(Msg::new(
            "Somebody else saved this playbook while you had it open. Copy your text, open it again and put both together.",
        )));
    }
    Ok(())
}

/// Write the draft of the next version.
pub async fn write(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    expect: Option<i64>,
    d: Definition,
) -> Result<Playbook> {
    policy::require(policy::shapes_catalog(actor))?;
    let mut tx = ctx.app.db.begin().await?;
    let mut b = store::lock(&mut tx, actor, id).await?;
    unchanged(&b, expect)?;
    let d = drafted(&mut tx, d).await?;
    if b.published.is_none() {
        b.name.clone_from(&d.name);
    }
    b.draft = Some(d);
    b.version += 1;
    store::save(&mut tx, actor, ctx.now, &b).await?;
    let data = json!({ "name": b.name });
    note(&mut tx, ctx, actor, "playbook.written", &b, data).await?;
    tx.commit().await?;
    Ok(b)
}

/// Throw the draft away; a playbook that was never published goes with it.
pub async fn discard(ctx: &Ctx, actor: &Actor, id: &str) -> Result<Playbook> {
    policy::require(policy::shapes_catalog(actor))?;
    let mut tx = ctx.app.db.begin().await?;
    let mut b = store::lock(&mut tx, actor, id).await?;
    if b.draft.is_none() {
        return Err(Error::Conflict(Msg::new("There is no draft here.")));
    }
    let data = json!({ "name": b.name });
    note(&mut tx, ctx, actor, "playbook.draft_discarded", &b, data).await?;
    if b.published.is_none() {
        sql("DELETE FROM playbook WHERE id = $1")
            .bind(&b.id)
            .run(&mut tx)
            .await?;
    } else {
        b.draft = None;
        b.version += 1;
        store::save(&mut tx, actor, ctx.now, &b).await?;
    }
    tx.commit().await?;
    Ok(b)
}

/// Publish the draft as a new version. Open runs keep theirs.
pub async fn publish(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    expect: Option<i64>,
    what_is_new: &str,
) -> Result<Playbook> {
    policy::require(policy::shapes_catalog(actor))?;
    let mut tx = ctx.app.db.begin().await?;
    let mut b = store::lock(&mut tx, actor, id).await?;
    unchanged(&b, expect)?;
    let Some(d) = b.draft.clone() else {
        return Err(Error::Conflict(Msg::new("There is no draft here.")));
    };
    if b.published.as_ref() == Some(&d) {
        return Err(Error::Conflict(Msg::new(
            "The draft says what is published already. Change something first.",
        )));
    }
    set_in(&mut tx, ctx, actor, &mut b, d, what_is_new).await?;
    tx.commit().await?;
    Ok(b)
}

async fn set_in(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    b: &mut Playbook,
    d: Definition,
    what_is_new: &str,
) -> Result<()> {
    let wrong = rules::lacking(&d);
    if !wrong.is_empty() {
        return Err(Error::Invalid(wrong));
    }
    let what_is_new = what_is_new.trim();
    if what_is_new.chars().count() > 500 {
        let msg = Msg::new("Use at most {n} characters.").with("n", 500);
        return Err(Error::field("note", msg));
    }
    teams_exist(tx, &d).await?;
    b.current += 1;
    b.name.clone_from(&d.name);
    b.published = Some(d.clone());
    b.draft = None;
    b.version += 1;
    store::save(tx, actor, ctx.now, b).await?;
    sql(
        "INSERT INTO playbook_version (playbook_id, number, definition, note, published_by, published_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&b.id)
    .bind(b.current)
    .bind(serde_json::to_string(&d)?)
    .bind(what_is_new)
    .bind((!actor.is_system()).then_some(actor.id.as_str()))
    .bind(ctx.now.as_microsecond())
    .run(tx)
    .await?;
    let data = json!({ "name": b.name, "after": { "version": b.current }, "note": what_is_new });
    note(tx, ctx, actor, "playbook.published", b, data).await
}

/// Make and publish a playbook inside a transaction, as a practice does.
pub async fn create_in(tx: &mut Tx, ctx: &Ctx, actor: &Actor, d: Definition) -> Result<String> {
    let d = rules::tidy(d);
    let mut b = fresh(ctx, d.clone());
    set_in(tx, ctx, actor, &mut b, d, "").await?;
    Ok(b.id)
}

/// Publish another text inside a transaction; a draft that somebody writes stays.
pub async fn publish_in(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    d: Definition,
    what_is_new: &str,
) -> Result<()> {
    let mut b = store::lock(tx, actor, id).await?;
    let kept = b.draft.take();
    set_in(tx, ctx, actor, &mut b, rules::tidy(d), what_is_new).await?;
    if kept.is_some() {
        b.draft = kept;
        store::save(tx, actor, ctx.now, &b).await?;
    }
    Ok(())
}

/// Retire it, or bring it back. Open runs go on.
pub async fn retire(ctx: &Ctx, actor: &Actor, id: &str, retired: bool) -> Result<Playbook> {
    let mut tx = ctx.app.db.begin().await?;
    let b = retire_in(&mut tx, ctx, actor, id, retired).await?;
    tx.commit().await?;
    Ok(b)
}

/// [`retire`] inside a transaction.
pub async fn retire_in(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    retired: bool,
) -> Result<Playbook> {
    policy::require(policy::shapes_catalog(actor))?;
    let mut b = store::lock(tx, actor, id).await?;
    if b.published.is_none() {
        return Err(Error::Conflict(Msg::new(
            "This was never published. Throw the draft away instead.",
        )));
    }
    if b.retired == retired {
        return Ok(b);
    }
    b.retired = retired;
    b.version += 1;
    store::save(tx, actor, ctx.now, &b).await?;
    let verb = if retired {
        "playbook.retired"
    } else {
        "playbook.restored"
    };
    let data = json!({ "name": b.name });
    note(tx, ctx, actor, verb, &b, data).await?;
    Ok(b)
}
