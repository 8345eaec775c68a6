//! What becomes of a message that came in. Rows are taken one at a time and each
//! ends in a state of its own, so that one bad message never holds up the next.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use mil_blob::Sha;
use mil_db::{DbError, Tx, sql};
use mil_mail::flood::{self, Limits, Verdict};
use mil_mail::read::Unreadable;
use mil_mail::thread::{Decision, decide};
use mil_mail::{Kind, Mail};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::files::intake::disk;
use crate::mail::boxes::Strangers;
use crate::mail::found::{self, Facts};
use crate::mail::{back, enter};
use crate::random::hex;
use crate::state::App;

/// How many messages one round takes.
const ROUND: usize = 50;
/// After this many failures a message is held for a person.
const TRIES: i64 = 3;
/// A message that was taken up and not finished is taken up again after this.
const LEASE: SignedDuration = SignedDuration::from_mins(5);
/// Longest time that reading a message may take.
const READING: Duration = Duration::from_secs(20);

/// How a message is handled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// By the rules.
    Usual,
    /// Somebody looked at it: it becomes a request of its own.
    AsNew,
    /// Somebody looked at it: it belongs into this request.
    Into(String),
}

/// How it ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct End {
    /// taken, aside, held, repeat or refused.
    pub state: &'static str,
    pub reason: Option<String>,
    pub detail: Option<String>,
    pub person: Option<String>,
    pub item: Option<String>,
    pub comment: Option<String>,
    pub began: bool,
}

impl End {
    fn of(state: &'static str, reason: impl Serialize) -> End {
        let reason = serde_json::to_value(reason).ok();
        End {
            state,
            reason: reason.and_then(|v| v.as_str().map(str::to_owned)),
            ..End::default()
        }
    }
}

/// Handle what waits. Returns how many messages were handled.
pub async fn run(app: &App, now: Timestamp) -> Result<usize> {
    let mut done = 0;
    while done < ROUND {
        let Some(id) = claim(app, now).await? else {
            break;
        };
        done += 1;
        if let Err(error) = handle(app, now, &id, &Way::Usual).await {
            tracing::warn!(message = %id, %error, "a message could not be handled");
            failed(app, now, &id, &error).await?;
        }
    }
    Ok(done)
}

async fn claim(app: &App, now: Timestamp) -> Result<Option<String>> {
    let before = (now - LEASE).as_microsecond();
    let mut tx = app.db.begin().await?;
    let row = sql(
        "SELECT id FROM mail_in WHERE state = 'new' AND (claimed_at IS NULL OR claimed_at < $1)
         ORDER BY id LIMIT 1",
    )
    .bind(before)
    .opt(&mut tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let id: String = row.get("id")?;
    let taken = sql("UPDATE mail_in SET claimed_at = $1, attempts = attempts + 1
         WHERE id = $2 AND state = 'new' AND (claimed_at IS NULL OR claimed_at < $3)")
    .bind(now.as_microsecond())
    .bind(&id)
    .bind(before)
    .run(&mut tx)
    .await?;
    tx.commit().await?;
    Ok((taken > 0).then_some(id))
}

/// Try again soon, or hold it for a person.
async fn failed(app: &App, now: Timestamp, id: &str, error: &Error) -> Result<()> {
    let attempts: i64 = sql("SELECT attempts FROM mail_in WHERE id = $1")
        .bind(id)
        .value("attempts", &app.db)
        .await?;
    let ours = matches!(error, Error::Internal(_) | Error::Conflict(_));
    if attempts < TRIES && ours {
        return Ok(()); // when its lease is over
    }
    let mut end = End::of("held", if ours { "failed" } else { "not_taken" });
    end.detail = Some(error.to_string());
    let mut tx = app.db.begin().await?;
    finish(&mut tx, now, id, &end).await?;
    tx.commit().await?;
    Ok(())
}

/// The raw bytes of a message.
pub async fn raw(app: &App, sha256: &str) -> Result<Vec<u8>> {
    let sha =
        Sha::parse(sha256).ok_or_else(|| Error::Internal("a message has no hash".to_owned()))?;
    let reader = app.blobs.open(&sha, 0, None).await.map_err(disk)?;
    Ok(reader.all().await?)
}

/// Read a message, apart from everything else: a parser that runs away or
/// stumbles takes nothing with it.
pub async fn parse(bytes: Vec<u8>) -> Result<Mail, &'static str> {
    let reading = tokio::task::spawn_blocking(move || mil_mail::read(&bytes));
    match tokio::time::timeout(READING, reading).await {
        Err(_) => Err("slow"),
        Ok(Err(_)) => Err("broken"),
        Ok(Ok(Err(Unreadable::Empty))) => Err("empty"),
        Ok(Ok(Err(Unreadable::Broken))) => Err("broken"),
        Ok(Ok(Ok(mail))) => Ok(mail),
    }
}

/// Handle one message in a way.
///
/// # Errors
/// Whatever the way does not allow; the message stays as it was.
pub async fn handle(app: &App, now: Timestamp, id: &str, way: &Way) -> Result<End> {
    let row = sql("SELECT sha256, envelope_to, state FROM mail_in WHERE id = $1")
        .bind(id)
        .opt(&app.db)
        .await?
        .ok_or(Error::NotFound)?;
    let sha256: String = row.get("sha256")?;
    let envelope_to: Vec<String> = row.json("envelope_to")?;
    let was: String = row.get("state")?;
    let mail = match parse(raw(app, &sha256).await?).await {
        Ok(mail) => mail,
        Err(why) => {
            let end = End::of("held", why);
            let mut tx = app.db.begin().await?;
            finish(&mut tx, now, id, &end).await?;
            tx.commit().await?;
            return Ok(end);
        }
    };
    let facts = found::facts(app, &mail, &envelope_to).await?;
    let dedupe = fingerprint(&mail, &sha256);
    let first = sql("SELECT id, item_id FROM mail_in WHERE dedupe = $1 AND id <> $2")
        .bind(&dedupe)
        .bind(id)
        .opt(&app.db)
        .await?;
    let plan = match first {
        Some(first) if *way == Way::Usual => Plan::End(End {
            item: first.get("item_id")?,
            ..End::of("repeat", "repeat")
        }),
        _ => plan(app, now, &mail, &facts, way).await?,
    };
    let files = match &plan {
        Plan::End(_) => Vec::new(),
        _ => enter::store_files(app, &mail).await?,
    };
    let catalog = app.catalog().await?;
    let mut tx = app.db.begin().await?;
    let mine = sql("UPDATE mail_in SET state = state WHERE id = $1 AND state = $2")
        .bind(id)
        .bind(&was)
        .run(&mut tx)
        .await?;
    if mine == 0 {
        return Err(Error::Conflict(crate::error::Msg::new(
            "Somebody else has dealt with this message meanwhile.",
        )));
    }
    describe(&mut tx, id, &mail, &facts).await?;
    let end = match plan {
        Plan::End(end) => end,
        plan => {
            enter::carry_out(&mut tx, app, &catalog, now, id, &mail, &facts, plan, files).await?
        }
    };
    if let Kind::Bounce(_) | Kind::Complaint(_) = mail.kind {
        back::note(&mut tx, now, &mail.kind).await?;
    }
    if end.state != "repeat" {
        let set = sql("UPDATE mail_in SET dedupe = $1 WHERE id = $2")
            .bind(&dedupe)
            .bind(id)
            .run(&mut tx)
            .await;
        match set {
            // The same message at the same moment: the next look finds it.
            Err(DbError::Duplicate(_)) if *way == Way::Usual => {
                drop(tx);
                return Box::pin(handle(app, now, id, way)).await;
            }
            Err(DbError::Duplicate(_)) => {}
            other => {
                other?;
            }
        }
    }
    finish(&mut tx, now, id, &end).await?;
    tx.commit().await?;
    Ok(end)
}

/// What is to be done with a message that was understood.
#[derive(Debug)]
#[allow(missing_docs)]
pub enum Plan {
    End(End),
    Answer {
        item: String,
        person: String,
        internal: bool,
    },
    Begin {
        person: String,
    },
    /// Begin, with a new account for the sender.
    Join,
}

async fn plan(app: &App, now: Timestamp, mail: &Mail, facts: &Facts, way: &Way) -> Result<Plan> {
    if mail.from.is_none() {
        return Ok(Plan::End(End::of("held", "no_sender")));
    }
    let sender = facts.sender.as_ref().filter(|p| !p.disabled);
    match way {
        Way::AsNew => {
            return Ok(match sender {
                Some(person) => Plan::Begin {
                    person: person.id.clone(),
                },
                None if facts.sender.is_some() => Plan::End(End::of("held", "disabled")),
                None => Plan::Join,
            });
        }
        Way::Into(item) => {
            let person = sender.ok_or(Error::NotFound)?;
            return Ok(Plan::Answer {
                item: item.clone(),
                person: person.id.clone(),
                internal: false,
            });
        }
        Way::Usual => {}
    }
    let decision = decide(&facts.found);
    let item = match &decision {
        Decision::Answer { item, .. } => Some(item.as_str()),
        _ => None,
    };
    let counted = found::counted(app, now, mail, facts, item).await?;
    match flood::judge(&Limits::default(), &counted, &mail.kind) {
        Verdict::Hold(excess) => return Ok(Plan::End(End::of("held", excess))),
        Verdict::SetAside => {
            return Ok(Plan::End(End {
                item: item.map(str::to_owned),
                ..End::of("aside", mail.kind.key())
            }));
        }
        Verdict::Go => {}
    }
    let strangers = facts.mailbox.as_ref().map(|b| b.strangers);
    Ok(match decision {
        Decision::Answer {
            item,
            person,
            internal,
            ..
        } => Plan::Answer {
            item,
            person,
            internal,
        },
        Decision::Hold(why) => Plan::End(End::of("held", why)),
        Decision::Begin { .. } | Decision::Stranger if facts.mailbox.is_none() => {
            Plan::End(End::of("held", "no_mailbox"))
        }
        Decision::Begin { person } => Plan::Begin { person },
        Decision::Stranger => match strangers {
            Some(Strangers::Join) => Plan::Join,
            Some(Strangers::Reject) => Plan::End(End::of("refused", "stranger")),
            _ => Plan::End(End::of("held", "stranger")),
        },
    })
}

/// The same for the same message, whichever way it came.
fn fingerprint(mail: &Mail, sha256: &str) -> String {
    let Some(id) = &mail.message_id else {
        return sha256.to_owned();
    };
    let from = mail.from.as_ref().map_or("", |p| p.address.as_str());
    let sizes: usize = mail.attachments.iter().map(|a| a.bytes.len()).sum();
    let parts = [id, from, &mail.subject, &mail.text].map(|part| format!("{} {part}", part.len()));
    hex(&Sha256::digest(format!("{} {sizes}", parts.concat())))
}

async fn describe(tx: &mut Tx, id: &str, mail: &Mail, facts: &Facts) -> Result<()> {
    let from = mail.from.clone().unwrap_or_default();
    sql("UPDATE mail_in SET message_id = $1, sender = $2, sender_name = $3, subject = $4, kind = $5,
            mailbox_id = $6, person_id = $7 WHERE id = $8")
    .bind(&mail.message_id)
    .bind(Some(from.address).filter(|a| !a.is_empty()))
    .bind(from.name)
    .bind(&mail.subject)
    .bind(mail.kind.key())
    .bind(facts.mailbox.as_ref().map(|b| b.id.clone()))
    .bind(facts.sender.as_ref().map(|p| p.id.clone()))
    .bind(id)
    .run(tx)
    .await?;
    Ok(())
}

async fn finish(tx: &mut Tx, now: Timestamp, id: &str, end: &End) -> Result<()> {
    let short = |text: &Option<String>| {
        text.as_ref()
            .map(|t| t.chars().take(500).collect::<String>())
    };
    sql("UPDATE mail_in SET state = $1, reason = $2, detail = $3, person_id = COALESCE($4, person_id),
            item_id = $5, comment_id = $6, began = $7, handled_at = $8, claimed_at = NULL WHERE id = $9")
    .bind(end.state)
    .bind(&end.reason)
    .bind(short(&end.detail))
    .bind(&end.person)
    .bind(&end.item)
    .bind(&end.comment)
    .bind(i64::from(end.began))
    .bind(now.as_microsecond())
    .bind(id)
    .run(tx)
    .await?;
    Ok(())
}
