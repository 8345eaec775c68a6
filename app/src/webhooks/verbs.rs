//! What administrators do to endpoints: each one transaction with its event.

use jiff::Timestamp;
use mil_db::{Tx, sql};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::actor::Actor;
use crate::error::{Error, FieldError, Msg, Result};
use crate::events::{self, Event};
use crate::i18n::{Lang, t};
use crate::policy;
use crate::random::{new_id, new_secret};
use crate::web::Ctx;
use crate::webhooks::chat::{self, Look, News};
use crate::webhooks::rules::{OVERLAP, is_pattern};
use crate::webhooks::store::{self, Delivery, Webhook};

/// The most endpoints of an installation.
const MOST: usize = 50;

/// What an endpoint is to be.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Wanted {
    /// What people call it; needed.
    pub name: String,
    /// http or https, at a public address unless the installation allows others; needed.
    pub address: String,
    /// Verbs such as `request.moved`, a part of them such as `request.*`, or `*`; needed.
    pub events: Vec<String>,
    /// Ids or slugs; empty for all services.
    pub services: Vec<String>,
    /// Also what agents do among themselves.
    pub internal: bool,
    /// What it understands: the event as data, or a message of a chat program.
    pub look: Look,
    /// The version you read, against writing over somebody else.
    pub version: Option<i64>,
}

async fn note(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    verb: &'static str,
    id: &str,
    data: Value,
) -> Result<()> {
    let event = Event::audit(verb, "webhook", id, data);
    events::append(tx, actor, ctx.now, event).await?;
    Ok(())
}

/// Everything that is wrong with it; otherwise the ids of its services.
async fn check(ctx: &Ctx, wanted: &Wanted) -> Result<Vec<String>> {
    let mut wrong = Vec::new();
    let name = wanted.name.trim();
    if name.is_empty() || name.chars().count() > 80 {
        wrong.push(FieldError::new(
            "name",
            "Give it a name of at most 80 characters.",
        ));
    }
    if wanted.address.len() > 2_000 {
        wrong.push(FieldError::new("address", "This address is too long."));
    } else if let Err(why) = ctx.app.outbound.check(&wanted.address) {
        let msg = Msg::new(
            "MIL does not send there: {why}. Give a public https address, or ask whoever runs the server to allow this one (--outbound-allow).",
        );
        wrong.push(FieldError::new("address", msg.with("why", why)));
    }
    if wanted.events.is_empty() {
        wrong.push(FieldError::new("events", "Choose at least one event."));
    }
    if let Some(odd) = wanted.events.iter().find(|word| !is_pattern(word)) {
        let msg =
            Msg::new("“{word}” names no event. Write one such as request.moved, or request.*.");
        wrong.push(FieldError::new("events", msg.with("word", odd)));
    }
    let catalog = ctx.app.catalog().await?;
    let mut services = Vec::new();
    for word in &wanted.services {
        match catalog.service(word) {
            Some(service) => services.push(service.id.clone()),
            None => wrong.push(FieldError::new(
                "services",
                "One of the services is not here. Choose again.",
            )),
        }
    }
    services.sort();
    services.dedup();
    if wrong.is_empty() {
        Ok(services)
    } else {
        Err(Error::Invalid(wrong))
    }
}

/// Register an endpoint. The secret is told this once.
pub async fn create(ctx: &Ctx, actor: &Actor, wanted: &Wanted) -> Result<(Webhook, String)> {
    policy::require(policy::administers(actor))?;
    let services = check(ctx, wanted).await?;
    let (id, secret) = (new_id(ctx.now), new_secret("mil_whs_"));
    let mut tx = ctx.app.db.begin().await?;
    if store::all(&mut tx).await?.len() >= MOST {
        return Err(Error::Conflict(
            Msg::new("There are {n} endpoints already. Remove one first.").with("n", MOST),
        ));
    }
    sql(
        "INSERT INTO webhook (id, name, address, events, services, internal_at, secret, active_at,
            failures, rest_until, created_at, version, look)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, $8, 1, $9)",
    )
    .bind(&id)
    .bind(wanted.name.trim())
    .bind(wanted.address.trim())
    .bind(json!(wanted.events).to_string())
    .bind(json!(services).to_string())
    .bind(wanted.internal.then_some(ctx.now.as_microsecond()))
    .bind(&secret)
    .bind(ctx.now.as_microsecond())
    .bind(wanted.look.key())
    .run(&mut tx)
    .await?;
    let data = json!({ "name": wanted.name.trim(), "address": wanted.address.trim(), "events": wanted.events });
    note(&mut tx, ctx, actor, "webhook.created", &id, data).await?;
    let hook = store::find(&mut tx, &id).await?;
    tx.commit().await?;
    Ok((hook, secret))
}

/// Change what an endpoint hears and where it is.
pub async fn change(ctx: &Ctx, actor: &Actor, id: &str, wanted: &Wanted) -> Result<Webhook> {
    policy::require(policy::administers(actor))?;
    let services = check(ctx, wanted).await?;
    let mut tx = ctx.app.db.begin().await?;
    let before = store::lock(&mut tx, id).await?;
    if wanted.version.is_some_and(|v| v != before.version) {
        return Err(Error::Stale(Msg::new(
            "Somebody else changed this endpoint meanwhile. Look at what changed, then save again.",
        )));
    }
    sql(
        "UPDATE webhook SET name = $1, address = $2, events = $3, services = $4,
            internal_at = $5, version = version + 1, look = $7 WHERE id = $6",
    )
    .bind(wanted.name.trim())
    .bind(wanted.address.trim())
    .bind(json!(wanted.events).to_string())
    .bind(json!(services).to_string())
    .bind(wanted.internal.then_some(ctx.now.as_microsecond()))
    .bind(&before.id)
    .bind(wanted.look.key())
    .run(&mut tx)
    .await?;
    let data = json!({
        "before": { "name": before.name, "address": before.address, "events": before.events },
        "after": { "name": wanted.name.trim(), "address": wanted.address.trim(), "events": wanted.events },
    });
    note(&mut tx, ctx, actor, "webhook.changed", id, data).await?;
    let hook = store::find(&mut tx, id).await?;
    tx.commit().await?;
    Ok(hook)
}

/// Switch an endpoint on (again) or off. What waited while it was paused gets a
/// whole day again; what happens while it is off is not told to it.
pub async fn switch(ctx: &Ctx, actor: &Actor, id: &str, on: bool) -> Result<Webhook> {
    policy::require(policy::administers(actor))?;
    let mut tx = ctx.app.db.begin().await?;
    let hook = store::lock(&mut tx, id).await?;
    sql(
        "UPDATE webhook SET active_at = $1, paused_at = NULL, failing_since = NULL, failures = 0,
         rest_until = 0, version = version + 1 WHERE id = $2",
    )
    .bind(on.then_some(ctx.now.as_microsecond()))
    .bind(&hook.id)
    .run(&mut tx)
    .await?;
    if on {
        sql(
            "UPDATE webhook_delivery SET first_at = NULL, attempts = 0, not_before = 0
             WHERE webhook_id = $1 AND state = 'waiting'",
        )
        .bind(&hook.id)
        .run(&mut tx)
        .await?;
    }
    let verb = if on { "webhook.on" } else { "webhook.off" };
    note(&mut tx, ctx, actor, verb, id, json!({ "name": hook.name })).await?;
    let hook = store::find(&mut tx, id).await?;
    tx.commit().await?;
    Ok(hook)
}

/// A new secret. The old one signs too for a while, so that the receiver can be
/// changed in between. Told this once.
pub async fn rotate(ctx: &Ctx, actor: &Actor, id: &str) -> Result<(Webhook, String)> {
    policy::require(policy::administers(actor))?;
    let secret = new_secret("mil_whs_");
    let mut tx = ctx.app.db.begin().await?;
    let hook = store::lock(&mut tx, id).await?;
    sql(
        "UPDATE webhook SET old_secret = secret, old_secret_until = $1, secret = $2,
            version = version + 1 WHERE id = $3",
    )
    .bind((ctx.now + OVERLAP).as_microsecond())
    .bind(&secret)
    .bind(&hook.id)
    .run(&mut tx)
    .await?;
    note(
        &mut tx,
        ctx,
        actor,
        "webhook.rotated",
        id,
        json!({ "name": hook.name }),
    )
    .await?;
    let hook = store::find(&mut tx, id).await?;
    tx.commit().await?;
    Ok((hook, secret))
}

/// Remove an endpoint with everything that was on its way.
pub async fn remove(ctx: &Ctx, actor: &Actor, id: &str) -> Result<Webhook> {
    policy::require(policy::administers(actor))?;
    let mut tx = ctx.app.db.begin().await?;
    let hook = store::lock(&mut tx, id).await?;
    for text in [
        "DELETE FROM webhook_attempt WHERE webhook_id = $1",
        "DELETE FROM webhook_delivery WHERE webhook_id = $1",
        "DELETE FROM webhook WHERE id = $1",
    ] {
        sql(text).bind(&hook.id).run(&mut tx).await?;
    }
    let data = json!({ "name": hook.name, "address": hook.address });
    note(&mut tx, ctx, actor, "webhook.removed", id, data).await?;
    tx.commit().await?;
    Ok(hook)
}

/// Send something harmless, to see whether it arrives.
pub async fn test(ctx: &Ctx, actor: &Actor, id: &str) -> Result<Delivery> {
    policy::require(policy::administers(actor))?;
    let mut tx = ctx.app.db.begin().await?;
    let hook = store::lock(&mut tx, id).await?;
    if !hook.active || hook.paused_at.is_some() {
        return Err(Error::Conflict(Msg::new(
            "This endpoint is off or paused. Switch it on first.",
        )));
    }
    let event_id = new_id(ctx.now);
    let body = json!({
        "schema": super::listen::SCHEMA, "id": event_id, "event": "webhook.test",
        "at": ctx.now.to_string(), "audience": "public",
        "actor": { "id": actor.id, "name": actor.name }, "request": null, "data": {},
    });
    let org = ctx.app.org();
    let lang = Lang::from_code(&org.lang).unwrap_or(Lang::En);
    let hello = News {
        title: &org.name,
        url: &ctx.app.config.public_url,
        sentence: t!(
            lang,
            "This is a test. News of requests come here from now on."
        ),
    };
    let delivery = Delivery {
        id: new_id(ctx.now),
        webhook_id: hook.id.clone(),
        event_id,
        item_id: None,
        verb: "webhook.test".to_owned(),
        body: chat::body(hook.look, hello).unwrap_or(body).to_string(),
        state: "waiting".to_owned(),
        attempts: 0,
        first_at: None,
        not_before: ctx.now,
        created_at: ctx.now,
        ended_at: None,
    };
    store::enqueue(&mut tx, &delivery).await?;
    note(
        &mut tx,
        ctx,
        actor,
        "webhook.tested",
        id,
        json!({ "name": hook.name }),
    )
    .await?;
    tx.commit().await?;
    Ok(delivery)
}

/// What to send again.
#[derive(Debug, Clone)]
pub enum Replay {
    /// One delivery, whatever came of it.
    One(String),
    /// Everything that was given up.
    Dead,
    /// Everything since a time, delivered or not.
    Since(Timestamp),
}

/// Send again, with the same ids and bodies. Returns how many.
pub async fn replay(ctx: &Ctx, actor: &Actor, id: &str, what: &Replay) -> Result<u64> {
    policy::require(policy::administers(actor))?;
    let mut tx = ctx.app.db.begin().await?;
    let hook = store::lock(&mut tx, id).await?;
    let again = "UPDATE webhook_delivery SET state = 'waiting', attempts = 0, first_at = NULL,
         not_before = 0, leased_until = 0, ended_at = NULL WHERE webhook_id = $1 AND state <> 'waiting'";
    let count = match what {
        Replay::One(delivery) => {
            store::delivery_of(&mut tx, &hook.id, delivery).await?;
            sql(format!("{again} AND id = $2"))
                .bind(&hook.id)
                .bind(delivery)
                .run(&mut tx)
                .await?
        }
        Replay::Dead => {
            sql(format!("{again} AND state = 'dead'"))
                .bind(&hook.id)
                .run(&mut tx)
                .await?
        }
        Replay::Since(at) => {
            sql(format!("{again} AND created_at >= $2"))
                .bind(&hook.id)
                .bind(at.as_microsecond())
                .run(&mut tx)
                .await?
        }
    };
    let data = json!({ "name": hook.name, "count": count });
    note(&mut tx, ctx, actor, "webhook.replayed", id, data).await?;
    tx.commit().await?;
    Ok(count)
}
