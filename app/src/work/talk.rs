//! Talking: answers that the requester reads, notes that only agents read,
//! questions and drafts that put the ball into the requester's court.

use mil_db::{Tx, sql};
use mil_process::process::{Move, Phase, WaitKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::actor::Actor;
use crate::error::{Error, Msg, Result};
use crate::events::{self, Audience, Event};
use crate::policy::{self, Do};
use crate::random::new_id;
use crate::web::Ctx;
use crate::work::model::{Item, WaitingKind};
use crate::work::{moves, store};

/// Longest comment, in characters.
pub const MAX_BODY: usize = 20_000;

/// Who reads a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// The requester and everybody who follows.
    Public,
    /// Agents only.
    Internal,
}

impl Visibility {
    /// The word in the database.
    pub fn key(self) -> &'static str {
        match self {
            Visibility::Public => "public",
            Visibility::Internal => "internal",
        }
    }

    fn audience(self) -> Audience {
        match self {
            Visibility::Public => Audience::Public,
            Visibility::Internal => Audience::Internal,
        }
    }
}

/// A comment to write.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct NewComment {
    pub body: String,
    pub visibility: Visibility,
    /// Files that were uploaded before, by id.
    pub files: Vec<String>,
}

/// Write a comment. An answer of the requester to a question sets the work
/// going again; the first answer of an agent keeps the first promise.
pub async fn comment(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    new: NewComment,
) -> Result<(Item, String)> {
    let catalog = ctx.app.catalog().await?;
    let mut tx = ctx.app.db.begin().await?;
    let verb = match new.visibility {
        Visibility::Public => Do::Reply,
        Visibility::Internal => Do::SeeInternal,
    };
    let mut item = store::lock(&mut tx, actor, id, verb, None).await?;
    let comment_id = write(&mut tx, ctx, actor, &item, &new).await?;
    let answers_us = item.phase == Phase::Waiting
        && item.requester_id == actor.id
        && new.visibility == Visibility::Public
        && item
            .waiting
            .as_ref()
            .is_some_and(|w| w.kind == WaitingKind::Answer);
    if answers_us {
        moves::run(&mut tx, ctx, &catalog, actor, &mut item, &Move::Resume).await?;
    } else {
        if new.visibility == Visibility::Public && answers_requester(actor, &item) {
            item.promise.answered(ctx.now);
        }
        store::save(&mut tx, &catalog, ctx.now, &mut item).await?;
    }
    tx.commit().await?;
    Ok((item, comment_id))
}

/// Ask the requester something, or for their yes to a draft. The clock waits
/// until they answer.
pub async fn ask(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    expect: Option<i64>,
    why: WaitKind,
    new: NewComment,
) -> Result<Item> {
    let catalog = ctx.app.catalog().await?;
    let mut tx = ctx.app.db.begin().await?;
    let mut item = store::lock(&mut tx, actor, id, Do::Work, expect).await?;
    let new = NewComment {
        visibility: Visibility::Public,
        ..new
    };
    write(&mut tx, ctx, actor, &item, &new).await?;
    item.promise.answered(ctx.now);
    moves::run(
        &mut tx,
        ctx,
        &catalog,
        actor,
        &mut item,
        &Move::Wait { why },
    )
    .await?;
    if let Some(waiting) = &mut item.waiting {
        waiting.text = new.body.trim().to_owned();
        save_waiting(&mut tx, &item).await?;
    }
    tx.commit().await?;
    Ok(item)
}

/// The requester's yes or no to a draft. A no needs a reason, which becomes
/// part of the conversation. `to` names the stage it goes back to.
pub async fn decide(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    expect: Option<i64>,
    yes: bool,
    reason: Option<String>,
    to: Option<String>,
) -> Result<Item> {
    let catalog = ctx.app.catalog().await?;
    let mut tx = ctx.app.db.begin().await?;
    let mut item = store::lock(&mut tx, actor, id, Do::Decide, expect).await?;
    let reason = reason
        .map(|r| r.trim().to_owned())
        .filter(|r| !r.is_empty());
    if !yes && reason.is_none() {
        return Err(Error::field(
            "reason",
            "Say what should be different, so that the next version fits.",
        ));
    }
    let asked = item
        .waiting
        .as_ref()
        .is_some_and(|w| w.kind == WaitingKind::Approval);
    if !asked {
        return Err(Error::Conflict(Msg::new(
            "Nothing waits for your decision here any more.",
        )));
    }
    if let Some(text) = &reason {
        let new = NewComment {
            body: text.clone(),
            visibility: Visibility::Public,
            files: Vec::new(),
        };
        write(&mut tx, ctx, actor, &item, &new).await?;
    }
    if item.phase == Phase::Waiting {
        // A draft shown in the middle of a stage: the stage goes on either way.
        let verb = if yes {
            "request.approved"
        } else {
            "request.changes_asked"
        };
        moves::run(&mut tx, ctx, &catalog, actor, &mut item, &Move::Resume).await?;
        events::append(
            &mut tx,
            actor,
            ctx.now,
            Event {
                verb,
                object_kind: "request",
                object_id: &item.id,
                item_id: Some(&item.id),
                audience: Audience::Public,
                data: json!({ "draft": true, "reason": reason, "after": { "stage": item.stage } }),
            },
        )
        .await?;
    } else {
        let mv = if yes {
            Move::Approve
        } else {
            Move::RequestChanges {
                to,
                reason: reason.unwrap_or_default(),
            }
        };
        moves::run(&mut tx, ctx, &catalog, actor, &mut item, &mv).await?;
    }
    tx.commit().await?;
    Ok(item)
}

/// Whether a comment of `actor` is an answer from us to the requester.
fn answers_requester(actor: &Actor, item: &Item) -> bool {
    policy::works(actor) && actor.id != item.requester_id
}

async fn save_waiting(tx: &mut Tx, item: &Item) -> Result<()> {
    sql("UPDATE work_item SET waiting = $1 WHERE id = $2")
        .bind(
            item.waiting
                .as_ref()
                .map(serde_json::to_string)
                .transpose()?,
        )
        .bind(&item.id)
        .run(tx)
        .await?;
    Ok(())
}

/// Insert the comment, give it its files, and append its event.
pub(crate) async fn write(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    item: &Item,
    new: &NewComment,
) -> Result<String> {
    let body = new.body.trim();
    if body.is_empty() && new.files.is_empty() {
        return Err(Error::field("body", "Write something first."));
    }
    if body.chars().count() > MAX_BODY {
        return Err(Error::field(
            "body",
            Msg::new("Use at most {n} characters, or attach the text as a file.")
                .with("n", MAX_BODY),
        ));
    }
    let id = new_id(ctx.now);
    sql(
        "INSERT INTO comment (id, item_id, author_id, visibility, body, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&id)
    .bind(&item.id)
    .bind(&actor.id)
    .bind(new.visibility.key())
    .bind(body)
    .bind(ctx.now.as_microsecond())
    .run(tx)
    .await?;
    for file in &new.files {
        let taken = sql(
            "UPDATE attachment SET item_id = $1, comment_id = $2, visibility = $3
             WHERE id = $4 AND uploaded_by = $5 AND item_id IS NULL AND removed_at IS NULL",
        )
        .bind(&item.id)
        .bind(&id)
        .bind(new.visibility.key())
        .bind(file)
        .bind(&actor.id)
        .run(tx)
        .await?;
        if taken == 0 {
            return Err(Error::field(
                "files",
                "A file is not here any more. Choose it again.",
            ));
        }
    }
    let mentioned = mentions(tx, body, new.visibility).await?;
    events::append(
        tx,
        actor,
        ctx.now,
        Event {
            verb: "comment.written",
            object_kind: "comment",
            object_id: &id,
            item_id: Some(&item.id),
            audience: new.visibility.audience(),
            data: json!({ "mentions": mentioned, "files": new.files.len() }),
        },
    )
    .await?;
    Ok(id)
}

/// People named with `@Full Name`. Only agents can be mentioned: a mention in
/// an internal note must never reach somebody who may not read it.
async fn mentions(tx: &mut Tx, body: &str, _visibility: Visibility) -> Result<Vec<String>> {
    if !body.contains('@') {
        return Ok(Vec::new());
    }
    let lower = body.to_lowercase();
    let people = sql("SELECT id, name FROM person
         WHERE disabled_at IS NULL AND role NOT IN ('requester', 'partner')")
    .all(tx)
    .await?;
    let mut found = Vec::new();
    for person in people {
        let name: String = person.get("name")?;
        if lower.contains(&format!("@{}", name.to_lowercase())) {
            found.push(person.get("id")?);
        }
    }
    Ok(found)
}

/// Follow an item, or stop. Agents may do it for others who may see it.
pub async fn watch(ctx: &Ctx, actor: &Actor, id: &str, person_id: &str, on: bool) -> Result<()> {
    let mut tx = ctx.app.db.begin().await?;
    let item = store::lock(&mut tx, actor, id, Do::Watch, None).await?;
    if person_id != actor.id && !policy::on_item(actor, Do::Work, &item.facts()) {
        return Err(Error::NotFound);
    }
    let changed = if on {
        let there = sql("SELECT id FROM person WHERE id = $1 AND disabled_at IS NULL")
            .bind(person_id)
            .opt(&mut tx)
            .await?;
        if there.is_none() {
            return Err(Error::field(
                "person",
                "This person is not here. Choose another.",
            ));
        }
        sql("INSERT INTO watcher (item_id, person_id, since) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
            .bind(&item.id)
            .bind(person_id)
            .bind(ctx.now.as_microsecond())
            .run(&mut tx)
            .await?
    } else {
        sql("DELETE FROM watcher WHERE item_id = $1 AND person_id = $2")
            .bind(&item.id)
            .bind(person_id)
            .run(&mut tx)
            .await?
    };
    if changed > 0 {
        events::append(
            &mut tx,
            actor,
            ctx.now,
            Event {
                verb: if on {
                    "request.watched"
                } else {
                    "request.unwatched"
                },
                object_kind: "request",
                object_id: &item.id,
                item_id: Some(&item.id),
                audience: Audience::Internal,
                data: json!({ "person_id": person_id }),
            },
        )
        .await?;
    }
    tx.commit().await?;
    Ok(())
}
