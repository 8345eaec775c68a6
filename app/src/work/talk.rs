//! Talking: answers that the requester reads, notes that only agents read,
//! questions and drafts that put the ball into the requester's court.

use mil_db::{Tx, sql};
use mil_process::process::{Move, Phase, WaitKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::actor::Actor;
use crate::catalog::Catalog;
use crate::error::{Error, Msg, Result};
use crate::events::{self, Audience, Event};
use crate::policy::{self, Do};
use crate::random::new_id;
use crate::search;
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
    let done = comment_in(&mut tx, ctx, &catalog, actor, id, new).await?;
    tx.commit().await?;
    Ok(done)
}

/// [`comment`] inside the transaction of what it is part of.
pub async fn comment_in(
    tx: &mut Tx,
    ctx: &Ctx,
    catalog: &Catalog,
    actor: &Actor,
    id: &str,
    new: NewComment,
) -> Result<(Item, String)> {
    let verb = match new.visibility {
        Visibility::Public => Do::Reply,
        Visibility::Internal => Do::SeeInternal,
    };
    let mut item = store::lock(tx, actor, id, verb, None).await?;
    moves::not_merged(&item)?;
    let comment_id = write(tx, ctx, actor, &item, &new).await?;
    let answers_us = item.phase == Phase::Waiting
        && item.requester_id == actor.id
        && new.visibility == Visibility::Public
        && item
            .waiting
            .as_ref()
            .is_some_and(|w| w.kind == WaitingKind::Answer);
    if answers_us {
        moves::run(tx, ctx, catalog, actor, &mut item, &Move::Resume).await?;
    } else {
        if new.visibility == Visibility::Public && moves::answers_requester(actor, &item) {
            item.promise.answered(ctx.now);
        }
        item.updated_at = ctx.now;
        store::save_same_version(tx, catalog, ctx.now, &mut item).await?;
    }
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
    if moves::answers_requester(actor, &item) {
        item.promise.answered(ctx.now);
    }
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
            Event::of_item(
                verb,
                &item.id,
                Audience::Public,
                json!({ "draft": true, "reason": reason, "after": { "stage": item.stage } }),
            ),
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
    let mentioned = mentions(tx, ctx, actor, item, body).await?;
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
    search::index(tx, item).await?;
    Ok(id)
}

/// People named with `@Full Name`, by id. Only agents can be named, and only
/// those who may read it: a name in an internal note must never show it to
/// somebody who may not. When somebody who works on the item names an IT
/// partner, that partner follows it from then on and may read it so.
async fn mentions(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    item: &Item,
    body: &str,
) -> Result<Vec<String>> {
    if !body.contains('@') {
        return Ok(Vec::new());
    }
    let people = sql("SELECT p.id, p.name, p.role,
            (SELECT COUNT(*) FROM team_member m WHERE m.person_id = p.id AND m.team_id = $1)
            + (SELECT COUNT(*) FROM watcher v WHERE v.person_id = p.id AND v.item_id = $2) AS near
         FROM person p WHERE p.disabled_at IS NULL AND p.role NOT IN ('requester', 'partner')")
    .bind(&item.team_id)
    .bind(&item.id)
    .all(&mut *tx)
    .await?;
    let mut names = Vec::new();
    for row in &people {
        names.push(row.get::<String>("name")?);
    }
    let mut found = Vec::new();
    for at in named(body, &names) {
        let person = &people[at];
        let id: String = person.get("id")?;
        let partner = person.get::<String>("role")? == "it_partner";
        let sees = !partner
            || person.get::<i64>("near")? > 0
            || item.assignee_id.as_deref() == Some(id.as_str());
        if !sees {
            if !policy::on_item(actor, Do::Work, &item.facts()) {
                continue;
            }
            follow(tx, ctx, &item.id, &id).await?;
        }
        found.push(id);
    }
    Ok(found)
}

/// Which of `names` stand in `body` after an `@`, whole and in any case. Where
/// several fit, the longest is meant: "@Ann Lee-Smith" does not name Ann Lee.
fn named(body: &str, names: &[String]) -> Vec<usize> {
    let body = body.to_lowercase();
    let lower: Vec<String> = names.iter().map(|n| n.to_lowercase()).collect();
    let mut found = Vec::new();
    for (at, _) in body.match_indices('@') {
        let rest = &body[at + 1..];
        // In the middle of a word it is an address, not a name.
        if body[..at]
            .chars()
            .next_back()
            .is_some_and(char::is_alphanumeric)
        {
            continue;
        }
        let longest = lower
            .iter()
            .enumerate()
            .filter(|(_, name)| {
                !name.is_empty()
                    && rest.strip_prefix(name.as_str()).is_some_and(|after| {
                        let mut next = after.chars();
                        match next.next() {
                            Some('-' | '\'' | '’') => {
                                !next.next().is_some_and(char::is_alphanumeric)
                            }
                            Some(c) => !c.is_alphanumeric(),
                            None => true,
                        }
                    })
            })
            .max_by_key(|(_, name)| name.len());
        if let Some((i, _)) = longest
            && !found.contains(&i)
        {
            found.push(i);
        }
    }
    found
}

/// Let somebody follow; 0 when they do already.
pub async fn follow(tx: &mut Tx, ctx: &Ctx, item_id: &str, person_id: &str) -> Result<u64> {
    Ok(sql("INSERT INTO watcher (item_id, person_id, since) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
        .bind(item_id)
        .bind(person_id)
        .bind(ctx.now.as_microsecond())
        .run(tx)
        .await?)
}

/// Follow an item, or stop. Agents may do it for others who may see it.
pub async fn watch(ctx: &Ctx, actor: &Actor, id: &str, person_id: &str, on: bool) -> Result<()> {
    let mut tx = ctx.app.db.begin().await?;
    let item = store::lock(&mut tx, actor, id, Do::Watch, None).await?;
    if person_id != actor.id && item.requester_id != actor.id {
        policy::require_item(actor, Do::Work, &item.facts())?;
    }
    let person = sql("SELECT name, disabled_at FROM person WHERE id = $1")
        .bind(person_id)
        .opt(&mut tx)
        .await?;
    let gone = || Error::field("person", "This person is not here. Choose another.");
    let person = person.ok_or_else(gone)?;
    let changed = if on {
        if person.get::<Option<i64>>("disabled_at")?.is_some() {
            return Err(gone());
        }
        follow(&mut tx, ctx, &item.id, person_id).await?
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
                data: json!({ "person_id": person_id, "name": person.get::<String>("name")? }),
            },
        )
        .await?;
    }
    tx.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_whole_and_once() {
        let names = ["Ann Lee", "Ann Lee-Smith", "Tomás Ferreira", "Bo"].map(str::to_owned);
        for (body, found) in [
            ("@Ann Lee, look", vec![0]),
            ("@ann lee-smith and @ANN LEE.", vec![1, 0]),
            ("@Ann Leeds", vec![]),
            ("@Ann Lee- @Ann Lee", vec![0]),
            ("mail to x@bo.example", vec![]),
            ("(@Bo)", vec![3]),
            ("@tomás ferreira!", vec![2]),
            ("Ann Lee", vec![]),
            ("@", vec![]),
        ] {
            assert_eq!(named(body, &names), found, "{body}");
        }
    }
}
