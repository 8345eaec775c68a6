//! A message becomes part of a request, or a request of its own: exactly one
//! comment or one request, in the transaction that marks it as taken.

use jiff::Timestamp;
use mil_db::{Tx, sql};
use mil_mail::{Mail, Party};
use serde_json::json;

use crate::actor::{Actor, Role, Via};
use crate::catalog::Catalog;
use crate::catalog::model::Priority;
use crate::error::{Error, Result};
use crate::events::{self, Event};
use crate::files::intake::disk;
use crate::files::{kind, name, store as files};
use crate::mail::found::Facts;
use crate::mail::outbox::{self, Notice};
use crate::mail::sort::{End, Plan};
use crate::people;
use crate::state::App;
use crate::web::Ctx;
use crate::work::order::MAX_TITLE;
use crate::work::spawn::{Brief, spawn};
use crate::work::talk::{self, MAX_BODY, NewComment, Visibility};

/// The most files that are taken out of a message; the rest stays in it.
const MAX_FILES: usize = 50;

/// A file whose bytes are on disk.
#[derive(Debug)]
#[allow(missing_docs)]
pub struct Stored {
    name: String,
    media_type: &'static str,
    size: u64,
    sha256: String,
}

/// Write the files of a message to disk, and its text if it is too long for a
/// comment.
pub async fn store_files(app: &App, mail: &Mail) -> Result<Vec<Stored>> {
    let mut all: Vec<(String, &[u8])> = mail
        .attachments
        .iter()
        .filter(|a| !a.bytes.is_empty())
        .take(MAX_FILES)
        .map(|a| (name::clean(&a.name), a.bytes.as_slice()))
        .collect();
    if mail.text.chars().count() > MAX_BODY {
        all.push(("message.txt".to_owned(), mail.text.as_bytes()));
    }
    let mut out = Vec::new();
    for (name, bytes) in all {
        let stored = app.blobs.put(bytes).await.map_err(disk)?;
        out.push(Stored {
            media_type: kind::media_type(&bytes[..bytes.len().min(kind::HEAD)], &name),
            name,
            size: stored.size,
            sha256: stored.sha.as_str().to_owned(),
        });
    }
    Ok(out)
}

/// What is written into the conversation. An answer is what somebody wrote now;
/// a first message may be one that was passed on, so nothing of it is left out.
fn words(mail: &Mail, begins: bool) -> String {
    let text = if begins { &mail.text } else { &mail.parts.said };
    let text = text.trim().replace('\0', "");
    if text.chars().count() <= MAX_BODY {
        return text;
    }
    let short: String = text.chars().take(MAX_BODY - 10).collect();
    format!("{short} …")
}

/// Do what was planned.
#[allow(clippy::too_many_arguments)]
pub async fn carry_out(
    tx: &mut Tx,
    app: &App,
    catalog: &Catalog,
    now: Timestamp,
    mail_id: &str,
    mail: &Mail,
    facts: &Facts,
    plan: Plan,
    stored: Vec<Stored>,
) -> Result<End> {
    let mut ctx = Ctx::of_cli(app.clone());
    ctx.now = now;
    let taken = |person: String, item: String, comment: String, began: bool| End {
        state: "taken",
        person: Some(person),
        item: Some(item),
        comment: Some(comment),
        began,
        ..End::default()
    };
    match plan {
        Plan::End(end) => Ok(end),
        Plan::Answer {
            item,
            person,
            internal,
        } => {
            let actor = actor_in(tx, &person).await?;
            let new = NewComment {
                body: said(words(mail, false), &stored),
                visibility: if internal {
                    Visibility::Internal
                } else {
                    Visibility::Public
                },
                files: attach(tx, &actor, now, stored).await?,
            };
            let item = leading(tx, &item).await?;
            let (item, comment) = talk::comment_in(tx, &ctx, catalog, &actor, &item, new).await?;
            Ok(taken(person, item.id, comment, false))
        }
        Plan::Begin { .. } | Plan::Join => {
            let person = match plan {
                Plan::Begin { person } => person,
                _ => join(tx, now, mail.from.clone().unwrap_or_default()).await?,
            };
            let actor = actor_in(tx, &person).await?;
            let mailbox = facts
                .mailbox
                .as_ref()
                .ok_or_else(|| Error::Internal("a message without a mailbox".to_owned()))?;
            let service = catalog
                .service(&mailbox.service_id)
                .filter(|s| s.offered())
                .ok_or_else(|| {
                    Error::field(
                        "service",
                        "The mailbox's service is not offered any more. Choose another for it.",
                    )
                })?
                .clone();
            let subject: String = mail.subject.chars().take(MAX_TITLE).collect();
            let title = if subject.trim().is_empty() {
                service.name.clone()
            } else {
                subject
            };
            let brief = Brief {
                title: &title,
                text: "",
                priority: Priority::default(),
            };
            let item = spawn(tx, &ctx, catalog, &actor, &service, brief).await?;
            let new = NewComment {
                body: said(words(mail, true), &stored),
                visibility: Visibility::Public,
                files: attach(tx, &actor, now, stored).await?,
            };
            let comment = talk::write(tx, &ctx, &actor, &item, &new).await?;
            let notice = Notice {
                event: mail_id,
                item: Some(&item.id),
                person: &person,
                reason: "received",
                internal: false,
                thing: None,
                answers: mail.message_id.as_deref(),
            };
            outbox::queue(tx, now, &notice).await?;
            Ok(taken(person, item.id, comment, true))
        }
    }
}

/// A message may hold nothing but its subject.
fn said(text: String, files: &[Stored]) -> String {
    if text.trim().is_empty() && files.is_empty() {
        return "–".to_owned();
    }
    text
}

/// The request that a merged one went into.
async fn leading(tx: &mut Tx, item: &str) -> Result<String> {
    let mut at = item.to_owned();
    for _ in 0..5 {
        let next: Option<String> = sql("SELECT merged_into_id FROM work_item WHERE id = $1")
            .bind(&at)
            .opt(&mut *tx)
            .await?
            .ok_or(Error::NotFound)?
            .get("merged_into_id")?;
        match next {
            Some(next) => at = next,
            None => break,
        }
    }
    Ok(at)
}

/// Somebody who writes from outside gets an account without a password: they
/// can answer by mail, and be invited later.
async fn join(tx: &mut Tx, now: Timestamp, from: Party) -> Result<String> {
    let name: String = mil_mail::render::plain(&from.name)
        .chars()
        .take(120)
        .collect();
    let name = if name.is_empty() {
        from.address
            .split('@')
            .next()
            .unwrap_or_default()
            .to_owned()
    } else {
        name
    };
    let role = Role::Partner;
    let id = people::store::insert(tx, now, &from.address, &name, role, None, None, None).await?;
    let data = json!({ "email": from.address, "role": role, "by": "mail" });
    events::append(
        tx,
        &Actor::system(),
        now,
        Event::audit("person.created", "person", &id, data),
    )
    .await?;
    Ok(id)
}

/// The person as an actor, read in the transaction: they may be new in it.
async fn actor_in(tx: &mut Tx, person: &str) -> Result<Actor> {
    let found = people::store::find(&mut *tx, person)
        .await?
        .filter(|p| !p.disabled)
        .ok_or(Error::NotFound)?;
    Ok(Actor {
        team_ids: people::store::team_ids(&mut *tx, person).await?,
        id: found.id,
        name: found.name,
        email: found.email,
        role: found.role,
        department_id: found.department_id,
        via: Via::Mail,
        ..Actor::system()
    })
}

async fn attach(
    tx: &mut Tx,
    actor: &Actor,
    now: Timestamp,
    stored: Vec<Stored>,
) -> Result<Vec<String>> {
    let mut ids = Vec::new();
    for file in stored {
        let new = files::NewFile {
            name: &file.name,
            media_type: file.media_type,
            size: file.size,
            sha256: &file.sha256,
        };
        ids.push(files::insert(tx, actor, now, &new).await?.id);
    }
    Ok(ids)
}
