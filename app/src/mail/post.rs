//! Messages that came in, for those who look after them: the list, one message,
//! trying it again, letting it through, throwing it away.

use jiff::Timestamp;
use mil_db::{Row, Where, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::actor::Actor;
use crate::clock::from_micros;
use crate::error::{Error, Msg, Result};
use crate::events::{self, Event};
use crate::mail::sort::{self, End, Way};
use crate::policy::{self, Do};
use crate::web::Ctx;
use crate::work;

/// How many a page shows.
pub const SHOWN: i64 = 50;

/// A message that came in.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Incoming {
    pub id: String,
    /// new, taken, aside, held, repeat, refused or discarded.
    pub state: String,
    /// Why it was not taken.
    pub reason: Option<String>,
    pub detail: Option<String>,
    /// pipe, lmtp, smtp, imap or api.
    pub via: String,
    pub sender: Option<String>,
    pub sender_name: Option<String>,
    pub subject: Option<String>,
    /// person, automatic, bounce, complaint or list.
    pub kind: Option<String>,
    pub request_id: Option<String>,
    /// Bytes.
    pub size: i64,
    pub received_at: String,
    #[serde(skip)]
    #[schemars(skip)]
    pub at: Timestamp,
    #[serde(skip)]
    #[schemars(skip)]
    pub sha256: String,
}

fn incoming(row: &Row) -> Result<Incoming> {
    let at = from_micros(row.get("received_at")?);
    Ok(Incoming {
        id: row.get("id")?,
        state: row.get("state")?,
        reason: row.get("reason")?,
        detail: row.get("detail")?,
        via: row.get("via")?,
        sender: row.get("sender")?,
        sender_name: row.get("sender_name")?,
        subject: row.get("subject")?,
        kind: row.get("kind")?,
        request_id: row.get("item_id")?,
        size: row.get("size")?,
        received_at: at.to_string(),
        at,
        sha256: row.get("sha256")?,
    })
}

/// Which messages a list shows.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Asked {
    /// A state; `held` when left out, `all` for every one.
    pub state: String,
    /// `next` of the page before.
    pub after: Option<String>,
}

impl Asked {
    /// The state asked for.
    pub fn state(&self) -> &str {
        if self.state.is_empty() {
            "held"
        } else {
            &self.state
        }
    }
}

/// A page of messages, newest first, and where the next one begins.
pub async fn list(
    ctx: &Ctx,
    actor: &Actor,
    asked: &Asked,
) -> Result<(Vec<Incoming>, Option<String>)> {
    policy::require(policy::shapes_catalog(actor))?;
    let mut filter = Where::new();
    if asked.state() != "all" {
        filter.and("m.state = ?", [asked.state().into()]);
    }
    if let Some(after) = &asked.after {
        filter.and("m.id < ?", [after.as_str().into()]);
    }
    let rows = sql(format!(
        "SELECT m.* FROM mail_in m WHERE {} ORDER BY m.id DESC LIMIT {}",
        filter.text(),
        SHOWN + 1
    ))
    .bind_all(filter.values())
    .all(&ctx.app.db)
    .await?;
    let mut found: Vec<Incoming> = rows.iter().map(incoming).collect::<Result<_>>()?;
    let more = found.len() as i64 > SHOWN;
    found.truncate(usize::try_from(SHOWN).unwrap_or(0));
    let next = found.last().filter(|_| more).map(|m| m.id.clone());
    Ok((found, next))
}

/// A message that `actor` may read: one of a request in which they read what
/// agents write among themselves, and every one for those who look after mail.
///
/// # Errors
/// [`Error::NotFound`] also when it is there but not theirs to read.
pub async fn find(ctx: &Ctx, actor: &Actor, id: &str) -> Result<Incoming> {
    let row = sql("SELECT * FROM mail_in WHERE id = $1")
        .bind(id)
        .opt(&ctx.app.db)
        .await?
        .ok_or(Error::NotFound)?;
    let found = incoming(&row)?;
    if policy::shapes_catalog(actor) {
        return Ok(found);
    }
    let item = found.request_id.as_deref().ok_or(Error::NotFound)?;
    let item = work::store::find(&ctx.app.db, actor, item).await?;
    if policy::on_item(actor, Do::SeeInternal, &item.facts()) {
        Ok(found)
    } else {
        Err(Error::NotFound)
    }
}

/// The message through which a comment came, by comment.
pub async fn of_comments(ctx: &Ctx, item: &str) -> Result<Vec<(String, String)>> {
    sql("SELECT comment_id, id FROM mail_in WHERE item_id = $1 AND comment_id IS NOT NULL")
        .bind(item)
        .all(&ctx.app.db)
        .await?
        .iter()
        .map(|row| Ok((row.get("comment_id")?, row.get("id")?)))
        .collect()
}

/// What is to be done with a message that waits for a person.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Release {
    /// `again` by the rules, `new` as a request of its own, `into` a request.
    pub action: String,
    /// The number of the request, for `into`.
    pub number: String,
}

/// Handle a message that is held anew.
///
/// # Errors
/// [`Error::Conflict`] when somebody else has dealt with it.
pub async fn release(ctx: &Ctx, actor: &Actor, id: &str, release: &Release) -> Result<End> {
    policy::require(policy::shapes_catalog(actor))?;
    let found = find(ctx, actor, id).await?;
    if !matches!(
        found.state.as_str(),
        "held" | "refused" | "aside" | "discarded"
    ) {
        return Err(Error::Conflict(Msg::new(
            "Somebody else has dealt with this message meanwhile.",
        )));
    }
    let way = match release.action.as_str() {
        "again" => Way::Usual,
        "new" => Way::AsNew,
        "into" => {
            let number = release.number.trim().trim_start_matches('#');
            let wrong = || Error::field("number", "There is no such request. Look its number up.");
            number.parse::<i64>().map_err(|_| wrong())?;
            let item = work::store::find(&ctx.app.db, actor, number)
                .await
                .map_err(|_| wrong())?;
            Way::Into(item.id)
        }
        _ => return Err(Error::field("action", "Choose what to do with it.")),
    };
    let end = match sort::handle(&ctx.app, ctx.now, id, &way).await {
        Err(Error::NotFound) => {
            return Err(Error::field(
                "number",
                "Its sender takes no part in that request. Let them follow it first.",
            ));
        }
        other => other?,
    };
    note(
        ctx,
        actor,
        id,
        "mail.released",
        json!({ "action": release.action, "state": end.state }),
    )
    .await?;
    Ok(end)
}

/// Throw a message away that is held. Its bytes stay until somebody removes them.
pub async fn discard(ctx: &Ctx, actor: &Actor, id: &str) -> Result<()> {
    policy::require(policy::shapes_catalog(actor))?;
    find(ctx, actor, id).await?;
    let mut tx = ctx.app.db.begin().await?;
    let done = sql(
        "UPDATE mail_in SET state = 'discarded', handled_at = $1, handled_by = $2
         WHERE id = $3 AND state IN ('held', 'aside', 'refused')",
    )
    .bind(ctx.now.as_microsecond())
    .bind(&actor.id)
    .bind(id)
    .run(&mut tx)
    .await?;
    if done == 0 {
        return Err(Error::Conflict(Msg::new(
            "Somebody else has dealt with this message meanwhile.",
        )));
    }
    let event = Event::audit("mail.discarded", "mail", id, json!({}));
    events::append(&mut tx, actor, ctx.now, event).await?;
    tx.commit().await?;
    Ok(())
}

async fn note(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    verb: &'static str,
    data: serde_json::Value,
) -> Result<()> {
    let mut tx = ctx.app.db.begin().await?;
    sql("UPDATE mail_in SET handled_by = $1 WHERE id = $2")
        .bind(&actor.id)
        .bind(id)
        .run(&mut tx)
        .await?;
    events::append(
        &mut tx,
        actor,
        ctx.now,
        Event::audit(verb, "mail", id, data),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}
