//! What administrators do to addresses: each one transaction with its event.

use mil_db::{Tx, sql};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::actor::Actor;
use crate::error::{Error, FieldError, Msg, Result};
use crate::events::{self, Event};
use crate::incoming::map::{Mapping, Proof};
use crate::incoming::store::{self, Hook, State};
use crate::people;
use crate::policy;
use crate::random::{hash_secret, new_id, new_secret};
use crate::web::Ctx;

/// The most addresses of an installation.
const MOST: usize = 50;
/// Longest text of a mapping, in characters.
const MAX_TEXT: usize = 2_000;
/// What comes in a minute, unless something else is wanted.
const USUAL_PER_MINUTE: i64 = 30;

/// What an address is to be.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Wanted {
    /// What people call it; needed.
    pub name: String,
    /// Id or slug of the service that is ordered; needed.
    pub service: String,
    /// Email address of somebody here for whom it is, unless the mapping says; your own
    /// when empty.
    pub requester: String,
    /// How what comes in becomes an order.
    pub mapping: Mapping,
    /// How the sender proves itself.
    pub proof: Proof,
    /// In which header the signature of a body comes, such as x-hub-signature-256.
    pub header: String,
    /// How many a minute are taken, from 1 to 600; 30 when left out.
    pub per_minute: Option<i64>,
    /// Whether it takes anything; yes when left out.
    pub active: Option<bool>,
    /// The version you read, against writing over somebody else.
    pub version: Option<i64>,
}

impl Wanted {
    /// What an address is now.
    pub async fn of(ctx: &Ctx, hook: &Hook) -> Result<Wanted> {
        let email: Option<String> = sql("SELECT email FROM person WHERE id = $1")
            .bind(&hook.requester_id)
            .value("email", &ctx.app.db)
            .await?;
        Ok(Wanted {
            name: hook.name.clone(),
            service: hook.service_id.clone(),
            requester: email.unwrap_or_default(),
            mapping: hook.mapping.clone(),
            proof: hook.proof,
            header: hook.header.clone(),
            per_minute: Some(hook.per_minute),
            active: Some(hook.active),
            version: Some(hook.version),
        })
    }
}

/// Ids of the service and of the requester, if nothing is wrong.
async fn check(ctx: &Ctx, actor: &Actor, w: &Wanted) -> Result<(String, String)> {
    policy::require(policy::administers(actor))?;
    let mut wrong = Vec::new();
    let mut at = |field: &str, msg: Msg| wrong.push(FieldError::new(field, msg));
    let name = w.name.trim();
    if name.is_empty() || name.chars().count() > 80 {
        at("name", Msg::new("Give it a name of at most 80 characters."));
    }
    let catalog = ctx.app.catalog().await?;
    let service = catalog.service(&w.service).filter(|s| !s.retired);
    if service.is_none() {
        at("service", Msg::new("Choose what is ordered."));
    }
    let email = match w.requester.trim() {
        "" => actor.email.as_str(),
        given => given,
    };
    let person = people::store::find_by_email(&ctx.app.db, email).await?;
    let person = person.filter(|p| !p.disabled).map(|p| p.id);
    if person.is_none() {
        let msg = Msg::new("Nobody here has this address. Give the address of an account.");
        at("requester", msg);
    }
    let token = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if w.proof == Proof::Body && (w.header.is_empty() || !w.header.chars().all(token)) {
        let msg = Msg::new("Name the header with the signature, such as x-hub-signature-256.");
        at("header", msg);
    }
    if !(1..=600).contains(&w.per_minute.unwrap_or(USUAL_PER_MINUTE)) {
        at("per_minute", Msg::new("Give a number from 1 to 600."));
    }
    let m = &w.mapping;
    for (field, text) in [
        ("title", &m.title),
        ("priority", &m.priority),
        ("for", &m.requester),
        ("once", &m.once),
    ] {
        if text.chars().count() > MAX_TEXT {
            at(
                field,
                Msg::new("Use at most {n} characters.").with("n", MAX_TEXT),
            );
        }
    }
    for (key, text) in &m.fields {
        let there = service.is_none_or(|s| s.form.field(key).is_some());
        let field = format!("field-{key}");
        if !there {
            let msg = Msg::new("The service asks nothing of the name “{key}”.");
            at(
                "fields",
                msg.with("key", key.chars().take(60).collect::<String>()),
            );
        } else if text.chars().count() > MAX_TEXT {
            at(
                &field,
                Msg::new("Use at most {n} characters.").with("n", MAX_TEXT),
            );
        }
    }
    match (service, person) {
        (Some(service), Some(person)) if wrong.is_empty() => Ok((service.id.clone(), person)),
        _ => Err(Error::Invalid(wrong)),
    }
}

async fn note(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    verb: &'static str,
    hook: &Hook,
) -> Result<()> {
    let data = json!({ "name": hook.name, "service": hook.service_id, "proof": hook.proof.key() });
    let event = Event::audit(verb, "incoming", &hook.id, data);
    events::append(tx, actor, ctx.now, event).await?;
    Ok(())
}

/// Make an address. Its secret part and its signing secret are told this once.
pub async fn create(ctx: &Ctx, actor: &Actor, w: &Wanted) -> Result<(Hook, Fresh)> {
    let (service, requester) = check(ctx, actor, w).await?;
    let id = new_id(ctx.now);
    let fresh = Fresh::new();
    let mut tx = ctx.app.db.begin().await?;
    if store::all(&mut tx).await?.len() >= MOST {
        return Err(Error::Conflict(
            Msg::new("There are {n} addresses already. Remove one first.").with("n", MOST),
        ));
    }
    sql(
        "INSERT INTO incoming_hook (id, name, service_id, requester_id, mapping, address_hash,
            proof, header, secret, per_minute, active_at, created_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1)",
    )
    .bind(&id)
    .bind(w.name.trim())
    .bind(&service)
    .bind(&requester)
    .bind(serde_json::to_string(&w.mapping)?)
    .bind(hash_secret(&fresh.address))
    .bind(w.proof.key())
    .bind(w.header.to_lowercase())
    .bind(&fresh.secret)
    .bind(w.per_minute.unwrap_or(USUAL_PER_MINUTE))
    .bind(w.active.unwrap_or(true).then_some(ctx.now.as_microsecond()))
    .bind(ctx.now.as_microsecond())
    .run(&mut tx)
    .await?;
    let hook = store::find(&mut tx, &id).await?;
    note(&mut tx, ctx, actor, "incoming.created", &hook).await?;
    tx.commit().await?;
    Ok((hook, fresh))
}

/// What is told once.
#[derive(Debug)]
#[allow(missing_docs)]
pub struct Fresh {
    pub address: String,
    pub secret: String,
}

impl Fresh {
    fn new() -> Fresh {
        Fresh {
            address: new_secret("mil_in_"),
            secret: new_secret("mil_ins_"),
        }
    }
}

/// Change an address; it stays the same address.
pub async fn change(ctx: &Ctx, actor: &Actor, id: &str, w: &Wanted) -> Result<Hook> {
    let (service, requester) = check(ctx, actor, w).await?;
    let mut tx = ctx.app.db.begin().await?;
    let before = store::lock(&mut tx, id).await?;
    if w.version.is_some_and(|v| v != before.version) {
        return Err(Error::Stale(Msg::new(
            "Somebody else changed this address meanwhile. Look at what changed, then save again.",
        )));
    }
    let active = w.active.unwrap_or(before.active);
    sql(
        "UPDATE incoming_hook SET name = $1, service_id = $2, requester_id = $3, mapping = $4,
            proof = $5, header = $6, per_minute = $7, active_at = $8, version = version + 1
         WHERE id = $9",
    )
    .bind(w.name.trim())
    .bind(&service)
    .bind(&requester)
    .bind(serde_json::to_string(&w.mapping)?)
    .bind(w.proof.key())
    .bind(w.header.to_lowercase())
    .bind(w.per_minute.unwrap_or(before.per_minute))
    .bind(active.then_some(ctx.now.as_microsecond()))
    .bind(id)
    .run(&mut tx)
    .await?;
    let hook = store::find(&mut tx, id).await?;
    note(&mut tx, ctx, actor, "incoming.changed", &hook).await?;
    tx.commit().await?;
    Ok(hook)
}

/// Another address and another secret; the old ones work no more.
pub async fn rotate(ctx: &Ctx, actor: &Actor, id: &str) -> Result<(Hook, Fresh)> {
    policy::require(policy::administers(actor))?;
    let fresh = Fresh::new();
    let mut tx = ctx.app.db.begin().await?;
    store::lock(&mut tx, id).await?;
    sql(
        "UPDATE incoming_hook SET address_hash = $1, secret = $2, version = version + 1
         WHERE id = $3",
    )
    .bind(hash_secret(&fresh.address))
    .bind(&fresh.secret)
    .bind(id)
    .run(&mut tx)
    .await?;
    let hook = store::find(&mut tx, id).await?;
    note(&mut tx, ctx, actor, "incoming.rotated", &hook).await?;
    tx.commit().await?;
    Ok((hook, fresh))
}

/// Switch an address on or off.
pub async fn switch(ctx: &Ctx, actor: &Actor, id: &str, on: bool) -> Result<Hook> {
    policy::require(policy::administers(actor))?;
    let mut tx = ctx.app.db.begin().await?;
    store::lock(&mut tx, id).await?;
    sql("UPDATE incoming_hook SET active_at = $1, version = version + 1 WHERE id = $2")
        .bind(on.then_some(ctx.now.as_microsecond()))
        .bind(id)
        .run(&mut tx)
        .await?;
    let hook = store::find(&mut tx, id).await?;
    let verb = if on { "incoming.on" } else { "incoming.off" };
    note(&mut tx, ctx, actor, verb, &hook).await?;
    tx.commit().await?;
    Ok(hook)
}

/// Remove an address and what came in there. The requests stay.
pub async fn remove(ctx: &Ctx, actor: &Actor, id: &str) -> Result<()> {
    policy::require(policy::administers(actor))?;
    let mut tx = ctx.app.db.begin().await?;
    let hook = store::lock(&mut tx, id).await?;
    for text in [
        "DELETE FROM incoming_call WHERE hook_id = $1",
        "DELETE FROM incoming_hook WHERE id = $1",
    ] {
        sql(text).bind(id).run(&mut tx).await?;
    }
    note(&mut tx, ctx, actor, "incoming.removed", &hook).await?;
    tx.commit().await?;
    Ok(())
}

/// Try what was refused again, by the present mapping.
pub async fn again(ctx: &Ctx, actor: &Actor, id: &str, call: &str) -> Result<store::Call> {
    policy::require(policy::administers(actor))?;
    let hook = store::find(&ctx.app.db, id).await?;
    let found = store::one_call(&ctx.app.db, id, call).await?;
    let value = serde_json::from_str(&found.body).ok();
    let (State::Refused, Some(value)) = (found.state, value) else {
        return Err(Error::Conflict(Msg::new(
            "There is nothing to try again: it was taken, or it cannot be read.",
        )));
    };
    super::receive::take(ctx, &hook, call, &value, &found.body).await?;
    store::one_call(&ctx.app.db, id, call).await
}
