//! What is done to announcements. Each verb is one transaction: check, change,
//! event. What was published stays as it was said; only more can be said.

use std::collections::BTreeMap;

use jiff::Timestamp;
use mil_db::{Tx, sql};
use serde_json::{Value, json};

use crate::actor::Actor;
use crate::announcements::draft::{self, Draft, MAX_BODY};
use crate::announcements::model::{Announcement, Audience, Effect, Kind, Mail, State};
use crate::announcements::store::{self, Update};
use crate::announcements::window;
use crate::error::{Error, FieldError, Msg, Result};
use crate::events::{self, Event};
use crate::policy;
use crate::random::new_id;
use crate::web::Ctx;

/// The most updates of one announcement.
const MOST: i64 = 500;

/// Find one to change, and keep others from it meanwhile.
async fn lock(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    version: Option<i64>,
) -> Result<Announcement> {
    sql("UPDATE announcement SET version = version WHERE id = $1")
        .bind(id)
        .run(&mut *tx)
        .await?;
    let found = store::find(&mut *tx, Some(actor), ctx.now, id).await?;
    policy::require(policy::announces(actor))?;
    if version.is_some_and(|v| v != found.version) {
        return Err(Error::Stale(Msg::new(
            "Somebody else changed this announcement meanwhile. Look at it as it is now, and change it again.",
        )));
    }
    Ok(found)
}

async fn note(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    verb: &'static str,
    id: &str,
    data: Value,
) -> Result<()> {
    let event = Event::audit(verb, "announcement", id, data);
    events::append(tx, actor, ctx.now, event).await?;
    Ok(())
}

/// One that nobody wrote anything into yet.
pub fn fresh(ctx: &Ctx, actor: &Actor, kind: Kind) -> Announcement {
    Announcement {
        id: new_id(ctx.now),
        kind,
        title: String::new(),
        body: String::new(),
        audience: Audience::Everyone,
        groups: Vec::new(),
        first_state: None,
        state: None,
        from_at: None,
        to_at: None,
        publish_at: None,
        ends_at: None,
        banner: true,
        page: true,
        feed: true,
        mail: Mail::Subscribers,
        hits: Vec::new(),
        item_id: None,
        calendar_id: None,
        author_id: actor.id.clone(),
        next_update_at: None,
        ended_at: None,
        withdrawn_at: None,
        created_at: ctx.now,
        updated_at: ctx.now,
        version: 1,
    }
}

/// Begin one, as a draft. `item` is the incident or change that it is about.
pub async fn create(
    ctx: &Ctx,
    actor: &Actor,
    draft: &Draft,
    item: Option<&str>,
) -> Result<Announcement> {
    policy::require(policy::announces(actor))?;
    let kind = draft.kind.unwrap_or(Kind::Outage);
    let mut a = fresh(ctx, actor, kind);
    let mut wrong = Vec::new();
    if draft.title.is_none() {
        wrong.push(FieldError::new("title", "Give it a title."));
    }
    if !wrong.is_empty() {
        return Err(Error::Invalid(wrong));
    }
    draft.apply(&mut a)?;
    let mut tx = ctx.app.db.begin().await?;
    if let Some(item) = item {
        let item = crate::work::store::find(&mut tx, actor, item).await?;
        a.item_id = Some(item.id);
    }
    draft::check_references(&mut tx, &a).await?;
    store::save(&mut tx, &a).await?;
    store::save_groups(&mut tx, &a).await?;
    store::set_hits(&mut tx, &a, ctx.now).await?;
    note(
        &mut tx,
        ctx,
        actor,
        "announcement.created",
        &a.id,
        json!({ "title": a.title }),
    )
    .await?;
    tx.commit().await?;
    Ok(a)
}

/// Change one. Of what others have read, only the times and ways that lie ahead.
pub async fn change(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    version: Option<i64>,
    draft: &Draft,
) -> Result<Announcement> {
    let mut tx = ctx.app.db.begin().await?;
    let mut a = lock(&mut tx, ctx, actor, id, version).await?;
    if a.is_live(ctx.now) {
        let said = draft.kind.is_some_and(|k| k != a.kind)
            || draft.title.as_ref().is_some_and(|t| t.trim() != a.title)
            || draft.body.as_ref().is_some_and(|b| b.trim() != a.body)
            || draft.audience.is_some_and(|x| x != a.audience)
            || draft.groups.is_some()
            || draft.state.is_some()
            || draft.components.is_some()
            || draft.from_at.is_some();
        if said {
            return Err(Error::Conflict(Msg::new(
                "People have read this. Say what changed in an update, or withdraw it and write a new one.",
            )));
        }
        let (state, first, hits) = (a.state, a.first_state, a.hits.clone());
        draft.apply(&mut a)?;
        (a.state, a.first_state, a.hits) = (state, first, hits);
    } else {
        draft.apply(&mut a)?;
        draft::check_references(&mut tx, &a).await?;
        store::save_groups(&mut tx, &a).await?;
        store::set_hits(&mut tx, &a, ctx.now).await?;
        a.updated_at = ctx.now;
    }
    if a.publish_at.is_some() {
        let wrong = draft::gaps(&a, ctx.now);
        // What was published with a gap that only shows now stays as it is.
        if !wrong.is_empty() && !a.is_live(ctx.now) {
            return Err(Error::Invalid(wrong));
        }
        window::keep(&mut tx, ctx, &mut a).await?;
    }
    a.version += 1;
    store::save(&mut tx, &a).await?;
    note(
        &mut tx,
        ctx,
        actor,
        "announcement.changed",
        &a.id,
        json!({ "title": a.title }),
    )
    .await?;
    tx.commit().await?;
    Ok(a)
}

/// Publish it, now or at a time.
pub async fn publish(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    version: Option<i64>,
    at: Option<Timestamp>,
) -> Result<Announcement> {
    let mut tx = ctx.app.db.begin().await?;
    let mut a = lock(&mut tx, ctx, actor, id, version).await?;
    if a.is_live(ctx.now) {
        return Err(Error::Conflict(Msg::new("This is published already.")));
    }
    if at.is_some_and(|at| at <= ctx.now) {
        return Err(Error::field(
            "publish_at",
            "This time is over. Give one that lies ahead, or publish it now.",
        ));
    }
    a.publish_at = Some(at.unwrap_or(ctx.now));
    let wrong = draft::gaps(&a, ctx.now);
    if !wrong.is_empty() {
        return Err(Error::Invalid(wrong));
    }
    a.updated_at = a.published_at();
    a.version += 1;
    store::set_hits(&mut tx, &a, ctx.now).await?;
    window::keep(&mut tx, ctx, &mut a).await?;
    store::save(&mut tx, &a).await?;
    drop_tellings(&mut tx, &a.id).await?;
    tell_later(&mut tx, &a, None, a.published_at(), ctx.now).await?;
    let data =
        json!({ "title": a.title, "audience": a.audience, "at": a.published_at().to_string() });
    note(&mut tx, ctx, actor, "announcement.published", &a.id, data).await?;
    tx.commit().await?;
    Ok(a)
}

/// Keep one back that was to be published later.
pub async fn hold(ctx: &Ctx, actor: &Actor, id: &str) -> Result<Announcement> {
    let mut tx = ctx.app.db.begin().await?;
    let mut a = lock(&mut tx, ctx, actor, id, None).await?;
    if a.is_draft() || a.is_live(ctx.now) {
        return Err(Error::Conflict(Msg::new(
            "This does not wait for its time.",
        )));
    }
    window::give_up(&mut tx, ctx, &mut a).await?;
    a.publish_at = None;
    a.version += 1;
    store::save(&mut tx, &a).await?;
    drop_tellings(&mut tx, &a.id).await?;
    note(
        &mut tx,
        ctx,
        actor,
        "announcement.held",
        &a.id,
        json!({ "title": a.title }),
    )
    .await?;
    tx.commit().await?;
    Ok(a)
}

/// What is said next.
#[derive(Debug, Clone, Default)]
pub struct NewUpdate {
    /// How it stands now; as before if left out.
    pub state: Option<State>,
    /// Markdown.
    pub body: String,
    /// How badly components are hit from now on; as before if left out.
    pub components: Option<BTreeMap<String, Effect>>,
    /// When the next update comes.
    pub next_at: Option<Timestamp>,
}

/// Say how it goes on.
pub async fn update(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    new: NewUpdate,
) -> Result<(Announcement, Update)> {
    let mut tx = ctx.app.db.begin().await?;
    let a = lock(&mut tx, ctx, actor, id, None).await?;
    let said = update_in(&mut tx, ctx, actor, a, new).await?;
    tx.commit().await?;
    Ok(said)
}

/// [`update`] within the transaction of something that it follows from. The
/// caller has checked who acts.
pub async fn update_in(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    mut a: Announcement,
    new: NewUpdate,
) -> Result<(Announcement, Update)> {
    if !a.is_live(ctx.now) {
        return Err(Error::Conflict(Msg::new(
            "Nobody has read this yet. Publish it first.",
        )));
    }
    let to = new.state.or(a.state);
    if !a.kind.may_become(a.state, to) {
        return Err(Error::field("state", "Choose how it stands now."));
    }
    let body = new.body.trim();
    let wrong = if body.is_empty() {
        Some(("body", Msg::new("Write how it stands.")))
    } else if body.chars().count() > MAX_BODY {
        let msg = Msg::new("Use at most {n} characters.").with("n", MAX_BODY);
        Some(("body", msg))
    } else if new.next_at.is_some_and(|at| at <= ctx.now) {
        let msg = Msg::new("This time is over. Give one that lies ahead.");
        Some(("next_at", msg))
    } else {
        None
    };
    if let Some((field, msg)) = wrong {
        return Err(Error::field(field, msg));
    }
    let count: i64 =
        sql("SELECT COUNT(*) AS n FROM announcement_update WHERE announcement_id = $1")
            .bind(&a.id)
            .value("n", &mut *tx)
            .await?;
    if count >= MOST {
        return Err(Error::Conflict(Msg::new(
            "Too much was said about this already. Write a new announcement.",
        )));
    }
    let over = to.is_some_and(State::is_over);
    let before = if a.is_open() {
        a.hits.clone()
    } else {
        Vec::new()
    };
    let after = match &new.components {
        _ if over => Vec::new(),
        Some(map) => draft::hits(map),
        None => a.hits.clone(),
    };
    let begins = a.state == Some(State::Planned) && to != a.state;
    if begins && to == Some(State::InProgress) {
        store::begin_hits(tx, &a.id, ctx.now).await?;
    }
    if over {
        store::end_hits(tx, &a.id, ctx.now).await?;
    } else {
        let mut now_hit = a.clone();
        now_hit.hits = after.clone();
        draft::check_references(&mut *tx, &now_hit).await?;
        a.hits = before;
        store::move_hits(tx, &a, &after, ctx.now).await?;
        a.hits = after;
    }
    a.ended_at = over.then_some(ctx.now);
    a.state = to;
    a.next_update_at = new.next_at.filter(|_| !over);
    a.updated_at = ctx.now;
    a.version += 1;
    if over && a.kind == Kind::Maintenance {
        window::over(tx, ctx, &mut a).await?;
    }
    let said = Update {
        id: new_id(ctx.now),
        announcement_id: a.id.clone(),
        state: to,
        body: body.to_owned(),
        author: Some(actor.name.clone()).filter(|_| !actor.is_system()),
        at: ctx.now,
    };
    store::save(tx, &a).await?;
    let author = Some(actor.id.as_str()).filter(|_| !actor.is_system());
    store::add_update(tx, &said, author).await?;
    tell_later(tx, &a, Some(&said.id), ctx.now, ctx.now).await?;
    let data = json!({ "title": a.title, "update": said.id, "state": to });
    note(tx, ctx, actor, "announcement.updated", &a.id, data).await?;
    Ok((a, said))
}

/// Take it back: nobody reads it any more, and nobody else is told.
pub async fn withdraw(ctx: &Ctx, actor: &Actor, id: &str) -> Result<()> {
    let mut tx = ctx.app.db.begin().await?;
    let mut a = lock(&mut tx, ctx, actor, id, None).await?;
    window::give_up(&mut tx, ctx, &mut a).await?;
    a.withdrawn_at = Some(ctx.now);
    a.version += 1;
    store::save(&mut tx, &a).await?;
    drop_tellings(&mut tx, &a.id).await?;
    note(
        &mut tx,
        ctx,
        actor,
        "announcement.withdrawn",
        &a.id,
        json!({ "title": a.title }),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Close its banner for oneself.
pub async fn close(ctx: &Ctx, actor: &Actor, id: &str) -> Result<()> {
    let mut tx = ctx.app.db.begin().await?;
    let a = store::find(&mut tx, Some(actor), ctx.now, id).await?;
    sql(
        "INSERT INTO announcement_closed (announcement_id, person_id, at) VALUES ($1, $2, $3)
         ON CONFLICT DO NOTHING",
    )
    .bind(&a.id)
    .bind(&actor.id)
    .bind(ctx.now.as_microsecond())
    .run(&mut tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

async fn tell_later(
    tx: &mut Tx,
    a: &Announcement,
    update: Option<&str>,
    due: Timestamp,
    now: Timestamp,
) -> Result<()> {
    if a.mail == Mail::None {
        return Ok(());
    }
    sql("INSERT INTO announcement_telling (id, announcement_id, update_id, due_at) VALUES ($1, $2, $3, $4)")
        .bind(new_id(now))
        .bind(&a.id)
        .bind(update)
        .bind(due.as_microsecond())
        .run(tx)
        .await?;
    Ok(())
}

/// What was to be told is not told any more.
async fn drop_tellings(tx: &mut Tx, id: &str) -> Result<()> {
    sql("DELETE FROM announcement_telling WHERE announcement_id = $1 AND done_at IS NULL")
        .bind(id)
        .run(tx)
        .await?;
    Ok(())
}
