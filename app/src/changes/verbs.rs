//! What is done to the record of a change. Each verb is one transaction: check,
//! change, event.

use mil_db::{Tx, sql};
use serde_json::{Value, json};

use crate::actor::Actor;
use crate::calendar;
use crate::catalog::model::{Service, WorkKind};
use crate::changes::rules::{self, Answers, Level, Outcome, Type};
use crate::changes::store::{self as rows, Record, is_change};
use crate::error::{Error, Msg, Result};
use crate::events::{self, Audience, Event};
use crate::policy::{self, Do};
use crate::web::Ctx;
use crate::work::follow_up::{self, NewAction};
use crate::work::{Item, moves, store};

/// Longest text, in characters.
pub const MAX_TEXT: usize = 20_000;

async fn note(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    item: &Item,
    verb: &'static str,
    data: Value,
) -> Result<()> {
    let event = Event::of_item(verb, &item.id, Audience::Internal, data);
    events::append(tx, actor, ctx.now, event).await?;
    Ok(())
}

async fn lock(tx: &mut Tx, actor: &Actor, id: &str, expect: Option<i64>) -> Result<(Item, Record)> {
    let item = store::lock(tx, actor, id, Do::Work, None).await?;
    is_change(&item)?;
    moves::not_merged(&item)?;
    let found = rows::of(&mut *tx, &item).await?;
    if expect.is_some_and(|version| version != found.version) {
        return Err(Error::Stale(Msg::new(
            "Somebody else wrote about this change while you had it open. Look at it again.",
        )));
    }
    Ok((item, found))
}

fn text(field: &'static str, text: &str, most: usize) -> Result<String> {
    let text = text.trim();
    if text.chars().count() > most {
        return Err(Error::field(
            field,
            Msg::new("Use at most {n} characters.").with("n", most),
        ));
    }
    Ok(text.to_owned())
}

/// What to write; what is `None` stays as it is.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)]
pub struct Change {
    pub kind: Option<Type>,
    pub reason: Option<String>,
    pub answers: Option<Answers>,
    pub touches: Option<Vec<String>>,
    /// Kind and name of tools and campaigns, made if they are new; with `touches`.
    pub named: Vec<(String, String)>,
    pub plan: Option<String>,
    pub back_out: Option<String>,
    pub test: Option<String>,
}

/// Say what is known of a change: how it is decided on, how it ranks, what it
/// touches, and its plans.
///
/// # Errors
/// [`Error::Stale`] when somebody else wrote since version `expect`.
pub async fn write(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    expect: Option<i64>,
    new: Change,
) -> Result<(Item, Record)> {
    let catalog = ctx.app.catalog().await?;
    let mut tx = ctx.app.db.begin().await?;
    if new.touches.is_some() {
        calendar::store::lock(&mut tx).await?;
    }
    let (item, mut r) = lock(&mut tx, actor, id, expect).await?;
    moves::still_open(&item)?;
    let before = (r.kind, r.assessment(&item).map(|a| a.level));
    if let Some(reason) = &new.reason {
        r.reason = text("reason", reason, 1_000)?;
    }
    if let Some(kind) = new.kind {
        let service = rows::type_of_service(&mut tx, &item.service_id).await?;
        may_be(actor, before.0, kind, service)?;
        r.kind = kind;
    }
    if r.kind == Type::Emergency && r.reason.is_empty() {
        return Err(Error::field(
            "reason",
            "Say why it cannot wait: what does each hour cost?",
        ));
    }
    if let Some(answers) = &new.answers {
        r.answers = rules::known(answers);
    }
    for (into, field, given) in [
        (&mut r.plan, "plan", &new.plan),
        (&mut r.back_out, "back_out", &new.back_out),
        (&mut r.test, "test", &new.test),
    ] {
        if let Some(given) = given {
            *into = text(field, given, MAX_TEXT)?;
        }
    }
    if let Some(touches) = new.touches {
        r.touches = calendar::verbs::touched(&mut tx, ctx, &catalog, &touches, &new.named).await?;
    }
    calendar::verbs::follow_change(&mut tx, ctx, &item.id, &r.touches, r.kind == Type::Standard)
        .await?;
    r.version += 1;
    rows::save(&mut tx, &item.id, &r, &actor.id, ctx.now).await?;
    let after = (r.kind, r.assessment(&item).map(|a| a.level));
    if before.0 != after.0 {
        let data = json!({ "before": before.0.key(), "after": after.0.key(), "why": r.reason });
        note(&mut tx, ctx, actor, &item, "change.typed", data).await?;
    }
    if before.1 != after.1 {
        let data = json!({ "before": before.1.map(Level::key), "after": after.1.map(Level::key) });
        note(&mut tx, ctx, actor, &item, "change.assessed", data).await?;
    }
    if before == after {
        note(&mut tx, ctx, actor, &item, "change.saved", json!({})).await?;
    }
    tx.commit().await?;
    Ok((item, r))
}

/// Who may make which type of which.
fn may_be(actor: &Actor, before: Type, after: Type, service: Type) -> Result<()> {
    if before == after {
        return Ok(());
    }
    if after == Type::Standard && service != Type::Standard {
        return Err(Error::field(
            "type",
            "Only services that a lead has approved beforehand are routine. Choose “checked”, or ask a lead.",
        ));
    }
    if before == Type::Emergency && !policy::shapes_catalog(actor) {
        return Err(Error::field(
            "type",
            "It was called urgent, so somebody will look back at it. Only a lead can say that it was not.",
        ));
    }
    Ok(())
}

/// What one found when looking back.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Review {
    pub outcome: Outcome,
    /// Markdown.
    pub happened: String,
    /// `yes`, `partly` or `no`.
    pub followed: String,
    /// Numbers or ids of incidents that it caused.
    pub incidents: Vec<String>,
}

/// Look back at a change: how it went, and what it broke.
pub async fn review(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    expect: Option<i64>,
    new: Review,
) -> Result<(Item, Record)> {
    let mut tx = ctx.app.db.begin().await?;
    let (item, mut r) = lock(&mut tx, actor, id, expect).await?;
    r.happened = text("happened", &new.happened, MAX_TEXT)?;
    if r.happened.is_empty() {
        return Err(Error::field(
            "happened",
            "Say in a few sentences what happened.",
        ));
    }
    if !["yes", "partly", "no"].contains(&new.followed.as_str()) {
        return Err(Error::field(
            "followed",
            "Say whether the plan was followed.",
        ));
    }
    r.outcome = Some(new.outcome);
    r.followed = Some(new.followed);
    r.reviewed_at = Some(ctx.now);
    r.version += 1;
    rows::save(&mut tx, &item.id, &r, &actor.id, ctx.now).await?;
    let mut caused = Vec::new();
    for word in new
        .incidents
        .iter()
        .map(|w| w.trim())
        .filter(|w| !w.is_empty())
    {
        let missing = || {
            Error::field(
                "incidents",
                Msg::new("There is no incident {number}.").with("number", word),
            )
        };
        let incident = match store::find(&mut tx, actor, word).await {
            Ok(found) if found.kind == WorkKind::Incident => found,
            Ok(_) | Err(Error::NotFound) => return Err(missing()),
            Err(error) => return Err(error),
        };
        caused.push(incident.id);
    }
    for (old, ..) in rows::incidents(&mut tx, &item.id).await? {
        if !caused.contains(&old) {
            // Only what its reader could see may be taken away by them.
            if store::find(&mut tx, actor, &old).await.is_ok() {
                sql("DELETE FROM item_link WHERE from_id = $1 AND to_id = $2 AND kind = 'caused_by'")
                    .bind(&old)
                    .bind(&item.id)
                    .run(&mut tx)
                    .await?;
            }
        }
    }
    for incident in &caused {
        sql("INSERT INTO item_link (from_id, to_id, kind, created_at)
             VALUES ($1, $2, 'caused_by', $3) ON CONFLICT DO NOTHING")
        .bind(incident)
        .bind(&item.id)
        .bind(ctx.now.as_microsecond())
        .run(&mut tx)
        .await?;
    }
    let data = json!({ "outcome": new.outcome.key(), "incidents": caused.len() });
    note(&mut tx, ctx, actor, &item, "change.reviewed", data).await?;
    tx.commit().await?;
    Ok((item, r))
}

/// Make tracked work of what was learned.
pub async fn act(ctx: &Ctx, actor: &Actor, id: &str, new: NewAction<'_>) -> Result<Item> {
    let catalog = ctx.app.catalog().await?;
    let mut tx = ctx.app.db.begin().await?;
    let (item, r) = lock(&mut tx, actor, id, None).await?;
    if r.reviewed_at.is_none() {
        return Err(Error::Conflict(Msg::new(
            "Nobody has looked back at this change yet. Save the review first.",
        )));
    }
    let work = follow_up::make(&mut tx, ctx, &catalog, actor, &item, new).await?;
    sql("INSERT INTO change_action (item_id, work_id, due_on, created_at) VALUES ($1, $2, $3, $4)")
        .bind(&item.id)
        .bind(&work.id)
        .bind(new.due_on.map(|d| d.to_string()))
        .bind(ctx.now.as_microsecond())
        .run(&mut tx)
        .await?;
    let data = json!({ "number": work.number, "title": work.title });
    note(&mut tx, ctx, actor, &item, "change.acted", data).await?;
    tx.commit().await?;
    Ok(work)
}

/// Say which type the orders of a service are. Standard means that they are
/// approved beforehand. What was ordered stays as it is where somebody wrote
/// about it.
pub async fn approve_service(ctx: &Ctx, actor: &Actor, service: &str, kind: Type) -> Result<()> {
    policy::require(policy::shapes_catalog(actor))?;
    let catalog = ctx.app.catalog().await?;
    let service = catalog
        .service(service)
        .filter(|s| s.kind == WorkKind::Change)
        .ok_or(Error::NotFound)?;
    let mut tx = ctx.app.db.begin().await?;
    type_in(&mut tx, ctx, actor, service, kind).await?;
    tx.commit().await?;
    Ok(())
}

/// The same inside a transaction, for who may shape the catalogue.
pub async fn type_in(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    service: &Service,
    kind: Type,
) -> Result<()> {
    let before = rows::type_of_service(&mut *tx, &service.id).await?;
    sql(
        "INSERT INTO change_service (service_id, type, set_by, set_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (service_id) DO UPDATE SET type = excluded.type, set_by = excluded.set_by,
            set_at = excluded.set_at",
    )
    .bind(&service.id)
    .bind(kind.key())
    .bind(&actor.id)
    .bind(ctx.now.as_microsecond())
    .run(&mut *tx)
    .await?;
    let data = json!({ "name": service.name, "before": before.key(), "after": kind.key() });
    let event = Event::audit("change.service_typed", "service", &service.id, data);
    events::append(tx, actor, ctx.now, event).await?;
    Ok(())
}
