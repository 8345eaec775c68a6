//! Mailboxes: the addresses that turn into requests, and what they turn into.

use mil_db::{On, Row, Tx, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::actor::Actor;
use crate::error::{Error, FieldError, Msg, Result};
use crate::events::{self, Event};
use crate::policy;
use crate::random::new_id;
use crate::web::Ctx;

/// What happens to mail from addresses without an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Strangers {
    /// They become outside partners and their message a request.
    Join,
    /// Somebody looks at it first.
    Hold,
    /// It is refused.
    Reject,
}

impl Strangers {
    /// All of them, in the order of forms.
    pub const ALL: [Strangers; 3] = [Strangers::Join, Strangers::Hold, Strangers::Reject];

    /// The word in the database.
    pub fn key(self) -> &'static str {
        match self {
            Strangers::Join => "join",
            Strangers::Hold => "hold",
            Strangers::Reject => "reject",
        }
    }

    fn from_key(key: &str) -> Result<Strangers> {
        Strangers::ALL
            .into_iter()
            .find(|s| s.key() == key)
            .ok_or_else(|| Error::Internal(format!("unknown rule {key:?}")))
    }
}

/// An address.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Mailbox {
    pub id: String,
    pub address: String,
    /// As people who get mail from it see it.
    pub name: String,
    /// Id of the service that a new message becomes a request of.
    pub service_id: String,
    pub strangers: Strangers,
    pub version: i64,
}

impl Mailbox {
    /// The part behind the `@`.
    pub fn domain(&self) -> &str {
        self.address.rsplit_once('@').map_or("", |(_, d)| d)
    }
}

/// What a form or the API says about a mailbox.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NewMailbox {
    /// Where people write to.
    pub address: String,
    /// As people who get mail from it see it.
    pub name: String,
    /// The service that a new message becomes a request of: id or word in addresses.
    pub service: String,
    /// `join`, `hold` or `reject`.
    pub strangers: String,
    /// The version that the change was made from.
    pub version: Option<i64>,
}

fn mailbox(row: &Row) -> Result<Mailbox> {
    Ok(Mailbox {
        id: row.get("id")?,
        address: row.get("address")?,
        name: row.get("name")?,
        service_id: row.get("service_id")?,
        strangers: Strangers::from_key(&row.get::<String>("strangers")?)?,
        version: row.get("version")?,
    })
}

/// All mailboxes in use, oldest first. The first one speaks where no other does.
pub async fn all<'a>(on: impl Into<On<'a>>) -> Result<Vec<Mailbox>> {
    sql("SELECT * FROM mailbox WHERE archived_at IS NULL ORDER BY id")
        .all(on)
        .await?
        .iter()
        .map(mailbox)
        .collect()
}

/// One of them.
///
/// # Errors
/// [`Error::NotFound`] when it is not there or archived.
pub async fn find<'a>(on: impl Into<On<'a>>, id: &str) -> Result<Mailbox> {
    let row = sql("SELECT * FROM mailbox WHERE id = $1 AND archived_at IS NULL")
        .bind(id)
        .opt(on)
        .await?;
    mailbox(&row.ok_or(Error::NotFound)?)
}

/// The mailbox that speaks about requests of a service.
pub fn speaks<'b>(boxes: &'b [Mailbox], service: Option<&str>) -> Option<&'b Mailbox> {
    boxes
        .iter()
        .find(|b| Some(b.service_id.as_str()) == service)
        .or(boxes.first())
}

async fn check(ctx: &Ctx, new: &NewMailbox) -> Result<(String, String, String, Strangers)> {
    let mut wrong = Vec::new();
    let address = mil_mail::read::address(&new.address).filter(|a| {
        let local = a.split('@').next().unwrap_or_default();
        !local.starts_with(mil_mail::token::PREFIX) && local.len() <= 64
    });
    if address.is_none() {
        wrong.push(FieldError::new(
            "address",
            "Write a whole address, such as marketing@example.org.",
        ));
    }
    let name = mil_mail::render::plain(&new.name);
    if name.is_empty() || name.chars().count() > 80 {
        wrong.push(FieldError::new(
            "name",
            "Write a name of at most 80 characters.",
        ));
    }
    let catalog = ctx.app.catalog().await?;
    let service = catalog.service(&new.service).filter(|s| s.offered());
    if service.is_none() {
        wrong.push(FieldError::new(
            "service",
            "Choose a service that can be ordered.",
        ));
    }
    let strangers = Strangers::ALL
        .into_iter()
        .find(|s| s.key() == new.strangers);
    if strangers.is_none() {
        wrong.push(FieldError::new(
            "strangers",
            "Choose what happens to mail from unknown addresses.",
        ));
    }
    match (address, service, strangers) {
        (Some(address), Some(service), Some(strangers)) if wrong.is_empty() => {
            Ok((address, name, service.id.clone(), strangers))
        }
        _ => Err(Error::Invalid(wrong)),
    }
}

fn taken(error: mil_db::DbError) -> Error {
    match error {
        mil_db::DbError::Duplicate(_) => {
            Error::field("address", "This address has a mailbox already, or had one.")
        }
        other => other.into(),
    }
}

/// Add a mailbox.
pub async fn add(ctx: &Ctx, actor: &Actor, new: &NewMailbox) -> Result<String> {
    policy::require(policy::administers(actor))?;
    let (address, name, service, strangers) = check(ctx, new).await?;
    let mut tx = ctx.app.db.begin().await?;
    let id = new_id(ctx.now);
    let done = sql(
        "INSERT INTO mailbox (id, address, name, service_id, strangers, created_at, updated_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $6, 1)
         ON CONFLICT (address) DO UPDATE SET name = $3, service_id = $4, strangers = $5,
            updated_at = $6, archived_at = NULL, version = mailbox.version + 1
         WHERE mailbox.archived_at IS NOT NULL
         RETURNING id",
    )
    .bind(&id)
    .bind(&address)
    .bind(&name)
    .bind(&service)
    .bind(strangers.key())
    .bind(ctx.now.as_microsecond())
    .opt(&mut tx)
    .await?;
    let Some(row) = done else {
        return Err(taken(mil_db::DbError::Duplicate("mailbox".to_owned())));
    };
    let id: String = row.get("id")?;
    super::key::get(&mut tx, ctx.now).await?;
    let data = json!({ "address": address, "service_id": service, "strangers": strangers });
    note(&mut tx, ctx, actor, "mailbox.added", &id, data).await?;
    tx.commit().await?;
    Ok(id)
}

/// Change a mailbox.
pub async fn change(ctx: &Ctx, actor: &Actor, id: &str, new: &NewMailbox) -> Result<()> {
    policy::require(policy::administers(actor))?;
    let (address, name, service, strangers) = check(ctx, new).await?;
    let mut tx = ctx.app.db.begin().await?;
    let before = find(&mut tx, id).await?;
    if new.version.is_some_and(|v| v != before.version) {
        return Err(Error::Stale(Msg::new(
            "Somebody else changed this mailbox while you had it open. Open it again and compare.",
        )));
    }
    sql(
        "UPDATE mailbox SET address = $1, name = $2, service_id = $3, strangers = $4,
            updated_at = $5, version = version + 1 WHERE id = $6",
    )
    .bind(&address)
    .bind(&name)
    .bind(&service)
    .bind(strangers.key())
    .bind(ctx.now.as_microsecond())
    .bind(id)
    .run(&mut tx)
    .await
    .map_err(taken)?;
    let data = json!({
        "before": { "address": before.address, "service_id": before.service_id, "strangers": before.strangers },
        "after": { "address": address, "service_id": service, "strangers": strangers },
    });
    note(&mut tx, ctx, actor, "mailbox.changed", id, data).await?;
    tx.commit().await?;
    Ok(())
}

/// Take a mailbox out of use. What came through it stays.
pub async fn archive(ctx: &Ctx, actor: &Actor, id: &str) -> Result<()> {
    policy::require(policy::administers(actor))?;
    let mut tx = ctx.app.db.begin().await?;
    let before = find(&mut tx, id).await?;
    sql("UPDATE mailbox SET archived_at = $1, version = version + 1 WHERE id = $2")
        .bind(ctx.now.as_microsecond())
        .bind(id)
        .run(&mut tx)
        .await?;
    let data = json!({ "address": before.address });
    note(&mut tx, ctx, actor, "mailbox.archived", id, data).await?;
    tx.commit().await?;
    Ok(())
}

async fn note(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    verb: &'static str,
    id: &str,
    data: serde_json::Value,
) -> Result<()> {
    events::append(tx, actor, ctx.now, Event::audit(verb, "mailbox", id, data)).await?;
    Ok(())
}
