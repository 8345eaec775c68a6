//! What is done to the calendar. Each verb is one transaction: wait until
//! nobody else plans, check, change, event.

use jiff::{SignedDuration, Timestamp};
use mil_db::{On, Tx, sql};
use mil_planner::{Grade, Span};
use serde_json::json;

use crate::actor::Actor;
use crate::calendar::check::Around;
use crate::calendar::model::{Clash, Entry, Kind, NAMED, times};
use crate::calendar::store;
use crate::calendar::words;
use crate::catalog::Catalog;
use crate::catalog::model::WorkKind;
use crate::changes;
use crate::error::{Error, Msg, Result};
use crate::events::{self, Audience, Event};
use crate::i18n::fmt;
use crate::people;
use crate::policy::{self, Do};
use crate::random::new_id;
use crate::web::Ctx;
use crate::work::{moves, store as items};

/// Longest entry, in days.
pub const MAX_DAYS: i64 = 400;
/// The most things that an entry touches.
pub const MAX_THINGS: usize = 30;
/// How far ahead a free slot is looked for, in days.
pub const AHEAD_DAYS: i64 = 60;

/// What to plan.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Draft {
    pub kind: Kind,
    pub title: String,
    /// Markdown.
    pub note: String,
    /// Id or number of the change whose window it is.
    pub change: Option<String>,
    pub span: Span,
    /// Whole days, as the clocks of this zone show them.
    pub days_zone: Option<String>,
    /// `kind:id` of what it touches.
    pub touches: Vec<String>,
    /// Kind and name of tools, campaigns and audiences, made if they are new.
    pub named: Vec<(String, String)>,
    /// Who is needed for it.
    pub person_id: Option<String>,
    /// A standard change: needs no approval.
    pub routine: bool,
    /// Why it may stay in the way of others. A lead's word.
    pub exception: Option<String>,
}

impl Draft {
    /// An entry as it is.
    pub fn of(e: &Entry) -> Draft {
        Draft {
            kind: e.kind,
            title: e.title.clone(),
            note: e.note.clone(),
            change: e.item.as_ref().map(|(id, _)| id.clone()),
            span: e.span,
            days_zone: e.days_zone.clone(),
            touches: e.touches.clone(),
            named: Vec::new(),
            person_id: e.person_id.clone(),
            routine: e.routine,
            exception: None,
        }
    }
}

/// Whether `actor` may change or withdraw an entry that is not a change's.
pub fn may_change(actor: &Actor, e: &Entry) -> bool {
    policy::works(actor)
        && e.kind != Kind::Holiday
        && (policy::shapes_catalog(actor) || (e.author_id == actor.id && !e.kind.binds()))
}

fn line(field: &'static str, text: &str, most: usize) -> Result<String> {
    let text = text.trim();
    if text.chars().count() > most {
        return Err(Error::field(
            field,
            Msg::new("Use at most {n} characters.").with("n", most),
        ));
    }
    Ok(text.to_owned())
}

/// Plan an entry, or plan it anew when `id` is given.
///
/// # Errors
/// [`Error::Invalid`] on `from` when something blocks it, with the next free
/// slot; [`Error::Stale`] when somebody else changed it since version `expect`.
pub async fn plan(
    ctx: &Ctx,
    actor: &Actor,
    id: Option<&str>,
    expect: Option<i64>,
    draft: Draft,
) -> Result<Entry> {
    policy::require(policy::works(actor))?;
    let catalog = ctx.app.catalog().await?;
    let mut tx = ctx.app.db.begin().await?;
    store::lock(&mut tx).await?;
    let before = match id {
        Some(id) => Some(store::find(&mut tx, id).await?),
        None => None,
    };
    if before
        .as_ref()
        .is_some_and(|b| expect.is_some_and(|v| v != b.version))
    {
        return Err(Error::Stale(Msg::new(
            "Somebody else changed this entry while you had it open. Look at it again.",
        )));
    }
    let entry = checked(&mut tx, ctx, &catalog, actor, before.as_ref(), &draft).await?;
    let around = Around::load(&mut tx, &catalog, entry.span.start(), entry.span.end()).await?;
    let clashes = around.clashes_of(&entry);
    let blocking: Vec<&Clash> = clashes.iter().filter(|c| c.is_open()).collect();
    store::save(&mut tx, &entry, ctx.now).await?;
    if let Some((change, _)) = &entry.item {
        changes::store::share(&mut tx, change, &entry.touches).await?;
    }
    // A freeze is set over what was planned: that has to move, not the freeze.
    if let Some(first) = blocking.first().filter(|_| !entry.kind.binds()) {
        match &draft.exception {
            None => return Err(in_the_way(&mut tx, ctx, &catalog, &entry, first).await),
            Some(reason) => {
                for clash in &blocking {
                    except_in(&mut tx, ctx, actor, clash, reason).await?;
                }
            }
        }
    }
    let data = json!({
        "title": entry.title, "kind": entry.kind.key(),
        "before": before.as_ref().map(|b| b.span.start().to_string()),
        "after": entry.span.start().to_string(), "until": entry.span.end().to_string(),
    });
    note(&mut tx, ctx, actor, &entry, "calendar.planned", data).await?;
    tx.commit().await?;
    Ok(entry)
}

/// The entry that a draft makes, unless something is wrong with it.
async fn checked(
    tx: &mut Tx,
    ctx: &Ctx,
    catalog: &Catalog,
    actor: &Actor,
    before: Option<&Entry>,
    draft: &Draft,
) -> Result<Entry> {
    let change = draft.change.as_deref().or(before
        .and_then(|b| b.item.as_ref())
        .map(|(id, _)| id.as_str()));
    let item = match change {
        Some(change) => {
            let item = items::lock(tx, actor, change, Do::Work, None).await?;
            moves::still_open(&item)?;
            if item.kind != WorkKind::Change {
                return Err(Error::Conflict(Msg::new(
                    "Only a change has a window in the calendar.",
                )));
            }
            Some(item)
        }
        None => None,
    };
    if item.is_some() != (draft.kind == Kind::Change) || draft.kind == Kind::Holiday {
        return Err(Error::field(
            "kind",
            "A change is planned from its request; holidays stand in the business calendar. Choose another kind.",
        ));
    }
    match before {
        Some(b) if b.item.is_none() && !may_change(actor, b) => {
            return Err(Error::Forbidden(Msg::new(
                "Only who entered this and leads may change it.",
            )));
        }
        _ => {}
    }
    if draft.kind.binds() && !policy::shapes_catalog(actor) {
        return Err(Error::Forbidden(Msg::new(
            "A freeze or an embargo binds everybody. Ask a lead to enter it.",
        )));
    }
    let title = line("title", &draft.title, 160)?;
    if title.is_empty() {
        return Err(Error::field("title", "Say in a few words what it is."));
    }
    if draft.span.micros() > MAX_DAYS * 86_400_000_000 {
        return Err(Error::field(
            "to",
            Msg::new("An entry takes {n} days at most.").with("n", MAX_DAYS),
        ));
    }
    if draft.kind == Kind::Change && draft.span.end() <= ctx.now {
        return Err(Error::field(
            "from",
            "This lies in the past. Give a time that lies ahead.",
        ));
    }
    let touches = touched(tx, ctx, catalog, &draft.touches, &draft.named).await?;
    if let Some(person) = &draft.person_id
        && people::store::find(&mut *tx, person).await?.is_none()
    {
        return Err(Error::field("person", "Choose somebody who works here."));
    }
    Ok(Entry {
        id: before.map_or_else(|| new_id(ctx.now), |b| b.id.clone()),
        kind: draft.kind,
        title,
        note: line("note", &draft.note, 5_000)?,
        item: item.as_ref().map(|i| (i.id.clone(), i.number)),
        span: draft.span,
        days_zone: draft.days_zone.clone(),
        routine: draft.routine && item.is_some(),
        person_id: draft.person_id.clone(),
        team_id: item.as_ref().map(|i| i.team_id.clone()),
        touches,
        author_id: before.map_or_else(|| actor.id.clone(), |b| b.author_id.clone()),
        version: before.map_or(0, |b| b.version) + 1,
    })
}

/// The things that keys and names stand for, each once; names that are new are
/// made.
///
/// # Errors
/// [`Error::Invalid`] on `touches`.
pub async fn touched(
    tx: &mut Tx,
    ctx: &Ctx,
    catalog: &Catalog,
    keys: &[String],
    named: &[(String, String)],
) -> Result<Vec<String>> {
    let things = store::things(&mut *tx, catalog).await?;
    let mut touches: Vec<String> = Vec::new();
    for key in keys {
        if !things.contains_key(key) {
            return Err(Error::field(
                "touches",
                Msg::new("There is nothing called {id}.").with("id", key),
            ));
        }
        touches.push(key.clone());
    }
    for (kind, name) in named {
        if !NAMED.iter().any(|(key, _)| key == kind) {
            return Err(Error::field(
                "touches",
                "Name tools, campaigns or audiences.",
            ));
        }
        let name = line("touches", name, 100)?;
        if !name.is_empty() {
            touches.push(store::thing(tx, kind, &name, ctx.now).await?);
        }
    }
    touches.sort();
    touches.dedup();
    if touches.len() > MAX_THINGS {
        return Err(Error::field(
            "touches",
            Msg::new("Name at most {n} of them.").with("n", MAX_THINGS),
        ));
    }
    Ok(touches)
}

/// A change touches other things now, or is decided on in another way: its
/// entry says the same. What is in its way then shows as a conflict.
pub async fn follow_change(
    tx: &mut Tx,
    ctx: &Ctx,
    item_id: &str,
    touches: &[String],
    routine: bool,
) -> Result<()> {
    let Some(mut entry) = store::of_item(&mut *tx, item_id).await? else {
        return Ok(());
    };
    if entry.touches == touches && entry.routine == routine {
        return Ok(());
    }
    entry.touches = touches.to_vec();
    entry.routine = routine;
    entry.version += 1;
    store::save(tx, &entry, ctx.now).await
}

/// The error that says what is in the way, and where there is room.
async fn in_the_way(
    tx: &mut Tx,
    ctx: &Ctx,
    catalog: &Catalog,
    entry: &Entry,
    clash: &Clash,
) -> Error {
    let lang = ctx.lang();
    let other = if clash.first.id == entry.id {
        &clash.second
    } else {
        &clash.first
    };
    let when = |at| fmt::when(lang, at, ctx.now, &ctx.prefs.zone);
    let msg = match slot(tx, ctx, catalog, entry).await {
        Ok(Some(free)) => Msg::new("{why}: “{other}”, {when}. The next free time is {slot}.")
            .with("slot", when(free.start())),
        _ => Msg::new("{why}: “{other}”, {when}. Choose another time."),
    };
    Error::field(
        "from",
        msg.with("why", words::why(lang, clash.why))
            .with("other", &other.title)
            .with("when", when(other.span.start())),
    )
}

/// The next free time for an entry, within [`AHEAD_DAYS`] of where it stands.
pub async fn slot<'a>(
    on: impl Into<On<'a>>,
    ctx: &Ctx,
    catalog: &Catalog,
    entry: &Entry,
) -> Result<Option<Span>> {
    let from = entry.span.start().max(ctx.now);
    let to = from
        .checked_add(SignedDuration::from_hours(24 * AHEAD_DAYS))
        .unwrap_or(Timestamp::MAX);
    let around = Around::load(on, catalog, from, to).await?;
    Ok(around.free_slot(catalog, entry, from, to))
}

async fn note(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    e: &Entry,
    verb: &'static str,
    data: serde_json::Value,
) -> Result<()> {
    let event = match &e.item {
        Some((item, _)) => Event::of_item(verb, item, Audience::Internal, data),
        None => Event::audit(verb, "calendar_entry", &e.id, data),
    };
    events::append(tx, actor, ctx.now, event).await?;
    Ok(())
}

async fn except_in(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    clash: &Clash,
    reason: &str,
) -> Result<()> {
    if !policy::shapes_catalog(actor) {
        return Err(Error::Forbidden(Msg::new(
            "Only a lead may let two entries stay in each other's way. Ask one, or choose another time.",
        )));
    }
    let reason = line("reason", reason, 500)?;
    if reason.is_empty() {
        return Err(Error::field("reason", "Say why both may stay."));
    }
    let of = times(clash.first.span, clash.second.span);
    sql("INSERT INTO calendar_exception
            (id, first_id, second_id, times, reason, asked_by, asked_at, decided_by, granted_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $6, $7)
         ON CONFLICT (first_id, second_id, times) DO UPDATE SET reason = excluded.reason,
            decided_by = excluded.decided_by, granted_at = excluded.granted_at, refused_at = NULL")
    .bind(new_id(ctx.now))
    .bind(&clash.first.id)
    .bind(&clash.second.id)
    .bind(of)
    .bind(&reason)
    .bind(&actor.id)
    .bind(ctx.now.as_microsecond())
    .run(tx)
    .await?;
    for (e, other) in [(&clash.first, &clash.second), (&clash.second, &clash.first)] {
        let data = json!({ "title": e.title, "other": other.title, "reason": reason });
        note(tx, ctx, actor, e, "calendar.excepted", data).await?;
    }
    Ok(())
}

/// Let two entries stay in each other's way, until one of them moves.
///
/// # Errors
/// [`Error::Conflict`] when they are not.
pub async fn except(
    ctx: &Ctx,
    actor: &Actor,
    first: &str,
    second: &str,
    reason: &str,
) -> Result<()> {
    policy::require(policy::works(actor))?;
    let catalog = ctx.app.catalog().await?;
    let mut tx = ctx.app.db.begin().await?;
    store::lock(&mut tx).await?;
    let one = store::find(&mut tx, first).await?;
    store::find(&mut tx, second).await?;
    let around = Around::load(&mut tx, &catalog, one.span.start(), one.span.end()).await?;
    let clash = around
        .clashes_of(&one)
        .into_iter()
        .find(|c| c.grade == Grade::Block && (c.first.id == second || c.second.id == second))
        .ok_or_else(|| {
            Error::Conflict(Msg::new("These two are not in each other's way any more."))
        })?;
    except_in(&mut tx, ctx, actor, &clash, reason).await?;
    tx.commit().await?;
    Ok(())
}

/// Take an entry out of the calendar. The request of a change stays.
pub async fn withdraw(ctx: &Ctx, actor: &Actor, id: &str) -> Result<Entry> {
    policy::require(policy::works(actor))?;
    let mut tx = ctx.app.db.begin().await?;
    store::lock(&mut tx).await?;
    let entry = store::find(&mut tx, id).await?;
    match &entry.item {
        Some((item, _)) => {
            items::lock(&mut tx, actor, item, Do::Work, None).await?;
        }
        None if may_change(actor, &entry) => {}
        None => {
            return Err(Error::Forbidden(Msg::new(
                "Only who entered this and leads may change it.",
            )));
        }
    }
    store::withdraw(&mut tx, id, ctx.now).await?;
    let data = json!({ "title": entry.title, "kind": entry.kind.key() });
    note(&mut tx, ctx, actor, &entry, "calendar.withdrawn", data).await?;
    tx.commit().await?;
    Ok(entry)
}

/// A change in an open conflict goes no further before its window.
///
/// # Errors
/// [`Error::Conflict`] naming what is in the way.
pub async fn may_go_on(tx: &mut Tx, ctx: &Ctx, catalog: &Catalog, item_id: &str) -> Result<()> {
    let Some(entry) = store::of_item(&mut *tx, item_id).await? else {
        return Ok(());
    };
    if entry.span.start() <= ctx.now {
        return Ok(());
    }
    let around = Around::load(&mut *tx, catalog, entry.span.start(), entry.span.end()).await?;
    let clashes = around.clashes_of(&entry);
    let Some(clash) = clashes.iter().find(|c| c.is_open()) else {
        return Ok(());
    };
    let other = if clash.first.id == entry.id {
        &clash.second
    } else {
        &clash.first
    };
    Err(Error::Conflict(
        Msg::new("Its window is in conflict with “{other}”. Plan another time in the change calendar first.")
            .with("other", &other.title),
    ))
}
