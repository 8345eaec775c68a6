//! What is done to an incident. Each verb is one transaction: check, change,
//! event.

use jiff::Timestamp;
use mil_db::{Tx, sql};
use serde_json::{Value, json};

use crate::actor::{Actor, Role};
use crate::announcements::follow as announcements;
use crate::announcements::model::State;
use crate::error::{Error, FieldError, Msg, Result};
use crate::events::{self, Audience, Event};
use crate::incidents::rules::{self, Level};
use crate::incidents::store::{self as rows, Record, Update, is_incident};
use crate::policy::Do;
use crate::random::new_id;
use crate::web::Ctx;
use crate::work::{Item, edit, moves, store};

/// Longest text of an update, in characters.
pub const MAX_BODY: usize = 10_000;
/// The most services and tools named as affected.
pub const MAX_AFFECTED: usize = 30;

/// What to note; what is `None` stays as it is.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)]
pub struct Assess {
    pub impact: Option<Level>,
    pub urgency: Option<Level>,
    pub affected: Option<Vec<String>>,
    pub detected_at: Option<Timestamp>,
    /// `Some(None)` takes the role from whoever has it.
    pub manager_id: Option<Option<String>>,
}

/// Take an incident for a change.
async fn lock(tx: &mut Tx, actor: &Actor, id: &str) -> Result<(Item, Record)> {
    let item = store::lock(tx, actor, id, Do::Work, None).await?;
    is_incident(&item)?;
    moves::not_merged(&item)?;
    let record = rows::of(&mut *tx, &item).await?;
    Ok((item, record))
}

async fn note(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    item_id: &str,
    what: (&'static str, Audience),
    data: Value,
) -> Result<()> {
    let event = Event::of_item(what.0, item_id, what.1, data);
    events::append(tx, actor, ctx.now, event).await?;
    Ok(())
}

/// Names of services and tools: trimmed, each once.
fn names(list: &[String]) -> Result<Vec<String>> {
    let mut out: Vec<String> = Vec::new();
    for name in list.iter().map(|n| n.trim()).filter(|n| !n.is_empty()) {
        if name.chars().count() > 100 {
            return Err(Error::field(
                "affected",
                Msg::new("Use at most {n} characters for a name.").with("n", 100),
            ));
        }
        if !out.iter().any(|n| n.eq_ignore_ascii_case(name)) {
            out.push(name.to_owned());
        }
    }
    if out.len() > MAX_AFFECTED {
        return Err(Error::field(
            "affected",
            Msg::new("Name at most {n} of them.").with("n", MAX_AFFECTED),
        ));
    }
    Ok(out)
}

/// Say how severe it is, what is affected and who leads. Impact and urgency
/// together make the severity, which sets the priority and with it the promise.
pub async fn assess(ctx: &Ctx, actor: &Actor, id: &str, new: Assess) -> Result<(Item, Record)> {
    let catalog = ctx.app.catalog().await?;
    let mut tx = ctx.app.db.begin().await?;
    let (mut item, mut record) = lock(&mut tx, actor, id).await?;
    let before = record.severity;
    record.impact = new.impact.or(record.impact);
    record.urgency = new.urgency.or(record.urgency);
    if let Some(affected) = &new.affected {
        record.affected = names(affected)?;
    }
    if let Some(at) = new.detected_at {
        if at > ctx.now {
            return Err(Error::field(
                "detected",
                "This lies in the future. Give the time at which it was noticed.",
            ));
        }
        if record.restored_at.is_some_and(|restored| at > restored) {
            return Err(Error::field(
                "detected",
                "It worked again before that. Give an earlier time.",
            ));
        }
        record.detected_at = at;
    }
    match (record.impact, record.urgency) {
        (Some(impact), Some(urgency)) => {
            record.severity = Some(rules::severity(impact, urgency));
        }
        (None, None) => {}
        (impact, _) => {
            let field = if impact.is_none() {
                "impact"
            } else {
                "urgency"
            };
            return Err(Error::field(
                field,
                "Give both impact and urgency: together they make the severity.",
            ));
        }
    }
    if let Some(severity) = record.severity
        && record.severity != before
        && item.is_open()
    {
        let to = rules::priority(severity);
        edit::prioritise_in(&mut tx, ctx, &catalog, actor, &mut item, to).await?;
        store::save(&mut tx, &catalog, ctx.now, &mut item).await?;
    }
    if let Some(manager) = &new.manager_id {
        name_in(&mut tx, ctx, actor, &item, &mut record, manager.as_deref()).await?;
    }
    rows::save(&mut tx, &item.id, &record).await?;
    let data = json!({ "before": before, "after": record.severity, "affected": record.affected });
    note(
        &mut tx,
        ctx,
        actor,
        &item.id,
        ("incident.assessed", Audience::Internal),
        data,
    )
    .await?;
    tx.commit().await?;
    Ok((item, record))
}

/// Give the role of the incident manager to somebody who works here.
async fn name_in(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    item: &Item,
    record: &mut Record,
    to: Option<&str>,
) -> Result<()> {
    if record.manager_id.as_deref() == to {
        return Ok(());
    }
    let mut name = String::new();
    if let Some(to) = to {
        let row = sql("SELECT name, role FROM person WHERE id = $1 AND disabled_at IS NULL")
            .bind(to)
            .opt(&mut *tx)
            .await?
            .ok_or_else(|| Error::field("manager", "This person is not here. Choose another."))?;
        if !Role::from_key(&row.get::<String>("role")?).is_some_and(Role::is_agent) {
            return Err(Error::field(
                "manager",
                "Choose somebody who works on requests.",
            ));
        }
        name = row.get("name")?;
        // An IT partner reads it from now on.
        crate::work::talk::follow(tx, ctx, &item.id, to).await?;
    }
    record.manager_id = to.map(str::to_owned);
    let data = json!({ "after": to, "name": name, "mentions": to.iter().collect::<Vec<_>>() });
    note(
        tx,
        ctx,
        actor,
        &item.id,
        ("incident.managed", Audience::Internal),
        data,
    )
    .await
}

/// Declare a major incident: everybody is told on their start page, and one
/// person leads the way out.
pub async fn declare(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    headline: Option<&str>,
    manager: Option<&str>,
) -> Result<(Item, Record)> {
    let mut tx = ctx.app.db.begin().await?;
    let (item, mut record) = lock(&mut tx, actor, id).await?;
    moves::still_open(&item)?;
    if record.is_major() {
        return Err(Error::Conflict(Msg::new(
            "This is a major incident already.",
        )));
    }
    let headline = headline.map(str::trim).unwrap_or_default();
    let mut wrong = Vec::new();
    if headline.is_empty() {
        wrong.push(FieldError::new(
            "headline",
            "Say in a sentence what everybody should know. All who are signed in read it.",
        ));
    } else if headline.chars().count() > 160 {
        wrong.push(FieldError::new(
            "headline",
            Msg::new("Use at most {n} characters.").with("n", 160),
        ));
    }
    if manager.is_none() && record.manager_id.is_none() {
        wrong.push(FieldError::new(
            "manager",
            "Name the person who leads the way out.",
        ));
    }
    if !wrong.is_empty() {
        return Err(Error::Invalid(wrong));
    }
    headline.clone_into(&mut record.headline);
    record.major_at = Some(ctx.now);
    record.stood_down_at = None;
    if let Some(manager) = manager {
        name_in(&mut tx, ctx, actor, &item, &mut record, Some(manager)).await?;
    }
    rows::save(&mut tx, &item.id, &record).await?;
    let data = json!({ "headline": record.headline });
    note(
        &mut tx,
        ctx,
        actor,
        &item.id,
        ("incident.major", Audience::Public),
        data,
    )
    .await?;
    tx.commit().await?;
    Ok((item, record))
}

/// Call the alarm off; the incident itself goes on until it is done.
pub async fn stand_down(ctx: &Ctx, actor: &Actor, id: &str) -> Result<(Item, Record)> {
    let mut tx = ctx.app.db.begin().await?;
    let (item, mut record) = lock(&mut tx, actor, id).await?;
    if !record.is_major() {
        return Err(Error::Conflict(Msg::new(
            "This is not a major incident any more.",
        )));
    }
    record.stood_down_at = Some(ctx.now);
    record.next_update_at = None;
    rows::save(&mut tx, &item.id, &record).await?;
    note(
        &mut tx,
        ctx,
        actor,
        &item.id,
        ("incident.stood_down", Audience::Public),
        json!({}),
    )
    .await?;
    tx.commit().await?;
    Ok((item, record))
}

/// An update to write.
#[derive(Debug, Clone)]
pub struct NewUpdate {
    /// Markdown.
    pub body: String,
    /// Whether everyone affected reads it.
    pub everyone: bool,
    /// When the next one will come, if it is said.
    pub next_at: Option<Timestamp>,
    /// How an outage that was announced for it stands now; as before if left out.
    pub state: Option<State>,
}

/// Say how it stands. Everyone affected: who ordered or follows it, the same of
/// each linked request, and all who look at a major incident.
pub async fn update(ctx: &Ctx, actor: &Actor, id: &str, new: NewUpdate) -> Result<(Item, Update)> {
    let mut tx = ctx.app.db.begin().await?;
    let (item, mut record) = lock(&mut tx, actor, id).await?;
    let body = new.body.trim();
    if body.is_empty() {
        return Err(Error::field("body", "Write how it stands."));
    }
    if body.chars().count() > MAX_BODY {
        return Err(Error::field(
            "body",
            Msg::new("Use at most {n} characters.").with("n", MAX_BODY),
        ));
    }
    if new.next_at.is_some_and(|at| at <= ctx.now) {
        return Err(Error::field(
            "next_at",
            "This time is over. Give one that lies ahead.",
        ));
    }
    let update = Update {
        id: new_id(ctx.now),
        author_id: actor.id.clone(),
        author: actor.name.clone(),
        everyone: new.everyone,
        body: body.to_owned(),
        at: ctx.now,
    };
    sql(
        "INSERT INTO incident_update (id, item_id, author_id, audience, body, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&update.id)
    .bind(&item.id)
    .bind(&actor.id)
    .bind(if new.everyone { "everyone" } else { "internal" })
    .bind(body)
    .bind(ctx.now.as_microsecond())
    .run(&mut tx)
    .await?;
    if new.everyone || new.next_at.is_some() {
        record.next_update_at = new.next_at;
    }
    rows::save(&mut tx, &item.id, &record).await?;
    let audience = if new.everyone {
        Audience::Public
    } else {
        Audience::Internal
    };
    let data = json!({ "update": update.id, "everyone": new.everyone });
    note(
        &mut tx,
        ctx,
        actor,
        &item.id,
        ("incident.updated", audience),
        data.clone(),
    )
    .await?;
    if new.everyone {
        for other in rows::linked(&mut tx, &item.id).await? {
            note(
                &mut tx,
                ctx,
                actor,
                &other,
                ("incident.told", audience),
                data.clone(),
            )
            .await?;
        }
        announcements::from_incident(&mut tx, ctx, actor, &item.id, body, new.state, new.next_at)
            .await?;
    }
    tx.commit().await?;
    Ok((item, update))
}

/// It works again. The time counts from when it was noticed; `at` is now
/// unless it is known better.
pub async fn restore(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    at: Option<Timestamp>,
) -> Result<(Item, Record)> {
    let mut tx = ctx.app.db.begin().await?;
    let (item, mut record) = lock(&mut tx, actor, id).await?;
    if record.restored_at.is_some() {
        return Err(Error::Conflict(Msg::new(
            "This is noted as working again already.",
        )));
    }
    let at = at.unwrap_or(ctx.now);
    if at > ctx.now || at < record.detected_at {
        return Err(Error::field(
            "at",
            "Give a time between its discovery and now.",
        ));
    }
    record.restored_at = Some(at);
    record.next_update_at = None;
    rows::save(&mut tx, &item.id, &record).await?;
    let minutes = at.duration_since(record.detected_at).as_mins();
    let data = json!({ "minutes": minutes });
    let what = ("incident.restored", Audience::Public);
    note(&mut tx, ctx, actor, &item.id, what, data.clone()).await?;
    for other in rows::linked(&mut tx, &item.id).await? {
        note(&mut tx, ctx, actor, &other, what, data.clone()).await?;
    }
    announcements::restored(&mut tx, ctx, actor, &item.id).await?;
    tx.commit().await?;
    Ok((item, record))
}
