//! Sending what is queued: again with growing pauses for two days, then it is
//! left for a person. A message that is sent twice, because the program ended
//! between sending and noting it, has the same id, and mail programs show it once.

use std::sync::Mutex;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use lettre::address::Envelope;
use lettre::transport::smtp::AsyncSmtpTransport;
use lettre::{Address, AsyncTransport, Tokio1Executor};
use mil_db::{Tx, sql};

use crate::actor::Actor;
use crate::config::Mail;
use crate::error::{Error, Msg, Result};
use crate::events::{self, Event};
use crate::mail::compose::{Composed, Ready, compose};
use crate::notifications::rhythm::SETTLE;
use crate::policy;
use crate::state::App;
use crate::web::Ctx;

/// How often a message is tried: with the pauses between, for two days.
const TRIES: i64 = 20;
/// From how many on messages to one person leave as one.
const BUNDLE: usize = 4;
/// How many leave as one at most.
const BUNDLE_MOST: i64 = 500;
/// A message that was taken up and not finished is taken up again after this.
const LEASE: SignedDuration = SignedDuration::from_mins(5);
/// What leaves as a message of its own: answers to what the reader did just now, and
/// what each message says how to end.
const ALONE: [&str; 4] = ["received", "test", "status", "confirm"];
/// How many messages one round sends.
const ROUND: usize = 50;

/// Why a message was not sent.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// Whether it makes no sense to try again.
    pub forever: bool,
    /// What the server said.
    pub why: String,
}

/// What carries messages away.
pub enum Carrier {
    /// A mail server.
    Smtp(Box<AsyncSmtpTransport<Tokio1Executor>>),
    /// A list, for tests and for whoever wants to look.
    Memory(Memory),
}

/// Messages that would have been sent.
#[derive(Default)]
#[allow(missing_docs)]
pub struct Memory {
    pub sent: Mutex<Vec<Ready>>,
    /// When set, nothing is taken.
    pub refusal: Mutex<Option<Refusal>>,
}

impl Carrier {
    /// The server of the settings.
    ///
    /// # Errors
    /// When its address cannot be understood; the text does not repeat it.
    pub fn from_config(mail: &Mail) -> Result<Option<Carrier>> {
        let Some(url) = &mail.smtp_url else {
            return Ok(None);
        };
        let server = AsyncSmtpTransport::<Tokio1Executor>::from_url(&url.0)
            .map_err(|_| Error::Internal("smtp-url cannot be understood. Write it as smtps://user:password@host, with %40 for an @ in the user's name.".to_owned()))?
            .timeout(Some(Duration::from_secs(30)))
            .build();
        Ok(Some(Carrier::Smtp(Box::new(server))))
    }

    /// Send one message.
    ///
    /// # Errors
    /// What the server said.
    pub async fn send(&self, message: Ready) -> std::result::Result<(), Refusal> {
        match self {
            Carrier::Memory(memory) => {
                if let Some(refusal) = memory.refusal.lock().expect("never poisoned").clone() {
                    return Err(refusal);
                }
                memory.sent.lock().expect("never poisoned").push(message);
                Ok(())
            }
            Carrier::Smtp(server) => {
                let parse = |text: &str| {
                    text.parse::<Address>().map_err(|e| Refusal {
                        forever: true,
                        why: e.to_string(),
                    })
                };
                let envelope =
                    Envelope::new(Some(parse(&message.from)?), vec![parse(&message.to)?]).map_err(
                        |e| Refusal {
                            forever: true,
                            why: e.to_string(),
                        },
                    )?;
                match server.send_raw(&envelope, &message.raw).await {
                    Ok(_) => Ok(()),
                    Err(error) => Err(Refusal {
                        forever: error.is_permanent(),
                        why: words(&error),
                    }),
                }
            }
        }
    }
}

/// An error with its causes.
fn words(error: &dyn std::error::Error) -> String {
    let mut out = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        out.push_str(&format!(": {next}"));
        cause = next.source();
    }
    out
}

/// Send what is due. Returns how many messages were sent.
pub async fn run(app: &App, now: Timestamp, carrier: &Carrier) -> Result<usize> {
    let mut sent = 0;
    for _ in 0..ROUND {
        let Some(id) = claim(app, now).await? else {
            break;
        };
        if one(app, now, carrier, &id).await? {
            sent += 1;
        }
    }
    Ok(sent)
}

async fn claim(app: &App, now: Timestamp) -> Result<Option<String>> {
    let before = (now - LEASE).as_microsecond();
    let mut tx = app.db.begin().await?;
    let row = sql(
        "SELECT id, person_id, reason, digest, attempts FROM mail_out
         WHERE state = 'waiting' AND bundle_id IS NULL AND not_before <= $1
           AND (claimed_at IS NULL OR claimed_at < $2) ORDER BY not_before, id LIMIT 1",
    )
    .bind(now.as_microsecond())
    .bind(before)
    .opt(&mut tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let id: String = row.get("id")?;
    let first = row.get::<i64>("attempts")? == 0;
    let taken = sql(
        "UPDATE mail_out SET claimed_at = $1, attempts = attempts + 1
         WHERE id = $2 AND state = 'waiting' AND (claimed_at IS NULL OR claimed_at < $3)",
    )
    .bind(now.as_microsecond())
    .bind(&id)
    .bind(before)
    .run(&mut tx)
    .await?;
    if taken > 0
        && first
        && !ALONE.contains(&row.get::<String>("reason")?.as_str())
        && let Some(person) = row.get::<Option<String>>("person_id")?
    {
        gather(&mut tx, now, &id, &person, row.get::<i64>("digest")? != 0).await?;
    }
    tx.commit().await?;
    Ok((taken > 0).then_some(id))
}

/// Let what else waits for the same person leave with `lead`: always in a summary,
/// and otherwise when it is much at once.
async fn gather(tx: &mut Tx, now: Timestamp, lead: &str, person: &str, digest: bool) -> Result<()> {
    let alone = ALONE.map(|reason| format!("'{reason}'")).join(", ");
    let others: Vec<String> = sql(format!(
        "SELECT id FROM mail_out
         WHERE person_id = $1 AND state = 'waiting' AND bundle_id IS NULL AND claimed_at IS NULL
           AND attempts = 0 AND id <> $2 AND reason NOT IN ({alone})
           AND (not_before <= $3 OR (digest = 0 AND not_before <= $4))
         ORDER BY id LIMIT $5"
    ))
    .bind(person)
    .bind(lead)
    .bind(now.as_microsecond())
    .bind((now + SETTLE).as_microsecond())
    .bind(BUNDLE_MOST)
    .column("id", &mut *tx)
    .await?;
    if !digest && others.len() + 1 < BUNDLE {
        return Ok(());
    }
    for id in others {
        sql("UPDATE mail_out SET bundle_id = $1 WHERE id = $2")
            .bind(lead)
            .bind(id)
            .run(&mut *tx)
            .await?;
    }
    Ok(())
}

async fn one(app: &App, now: Timestamp, carrier: &Carrier, id: &str) -> Result<bool> {
    let row = sql("SELECT * FROM mail_out WHERE id = $1")
        .bind(id)
        .one(&app.db)
        .await?;
    let outcome = match compose(app, now, &row).await {
        Ok(Composed::Message(message)) => carrier.send(*message).await,
        Ok(Composed::Withheld(why)) => {
            settle(app, id, "withheld", None, Some(why)).await?;
            return Ok(false);
        }
        Err(error) => {
            tracing::error!(message = %id, %error, "a message could not be written");
            Err(Refusal {
                forever: false,
                why: error.to_string(),
            })
        }
    };
    match outcome {
        Ok(()) => {
            settle(app, id, "sent", Some(now), None).await?;
            Ok(true)
        }
        Err(refusal) => {
            let attempts: i64 = row.get("attempts")?;
            if refusal.forever || attempts >= TRIES {
                settle(app, id, "dead", None, Some(&refusal.why)).await?;
            } else {
                postpone(app, now, id, attempts, &refusal.why).await?;
            }
            Ok(false)
        }
    }
}

async fn settle(
    app: &App,
    id: &str,
    state: &str,
    sent: Option<Timestamp>,
    why: Option<&str>,
) -> Result<()> {
    let mut tx = app.db.begin().await?;
    sql(
        "UPDATE mail_out SET state = $1, sent_at = $2, last_error = $3, claimed_at = NULL
         WHERE id = $4 OR bundle_id = $4",
    )
    .bind(state)
    .bind(sent.map(Timestamp::as_microsecond))
    .bind(why.map(|w| w.chars().take(500).collect::<String>()))
    .bind(id)
    .run(&mut tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

/// One minute, two, four, up to four hours.
pub fn pause(attempts: i64) -> SignedDuration {
    let minutes = 1_i64 << attempts.clamp(1, 9).saturating_sub(1);
    SignedDuration::from_mins(minutes.min(240))
}

async fn postpone(app: &App, now: Timestamp, id: &str, attempts: i64, why: &str) -> Result<()> {
    let mut tx = app.db.begin().await?;
    sql("UPDATE mail_out SET not_before = $1, last_error = $2, claimed_at = NULL WHERE id = $3")
        .bind((now + pause(attempts)).as_microsecond())
        .bind(why.chars().take(500).collect::<String>())
        .bind(id)
        .run(&mut tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Try a message again that was given up or came back.
pub async fn again(ctx: &Ctx, actor: &Actor, id: &str) -> Result<()> {
    policy::require(policy::administers(actor))?;
    let mut tx = ctx.app.db.begin().await?;
    let done = sql(
        "UPDATE mail_out SET state = 'waiting', attempts = 0, not_before = $1, bundle_id = NULL
         WHERE id = $2 AND state IN ('dead', 'bounced')",
    )
    .bind(ctx.now.as_microsecond())
    .bind(id)
    .run(&mut tx)
    .await?;
    if done == 0 {
        let there = sql("SELECT id FROM mail_out WHERE id = $1")
            .bind(id)
            .opt(&mut tx)
            .await?;
        there.ok_or(Error::NotFound)?;
        return Err(Error::Conflict(Msg::new(
            "This message is on its way already, or was sent.",
        )));
    }
    let event = Event::audit("mail.sent_again", "mail", id, serde_json::json!({}));
    events::append(&mut tx, actor, ctx.now, event).await?;
    tx.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_stay_within_hours() {
        let minutes: Vec<i64> = (1..=11).map(|n| pause(n).as_mins()).collect();
        assert_eq!(minutes, [1, 2, 4, 8, 16, 32, 64, 128, 240, 240, 240]);
    }
}
