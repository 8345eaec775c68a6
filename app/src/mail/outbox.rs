//! What people are told by mail: a row for each message, written in the
//! transaction that made it due.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use mil_db::{Tx, sql};

use crate::clock::from_micros;
use crate::error::Result;
use crate::mail::{boxes, key};
use crate::notifications::choice;
use crate::notifications::rhythm::CALM;
use crate::org;
use crate::random::new_id;

/// Something that somebody is told.
#[derive(Debug, Clone, Copy)]
pub struct Notice<'a> {
    /// Id of what happened, or of the message that is answered.
    pub event: &'a str,
    /// Id of the request.
    pub item: Option<&'a str>,
    /// Id of who is told.
    pub person: &'a str,
    /// Why, as in the inbox; or `received`, `test`.
    pub reason: &'a str,
    /// Whether it is about something that only agents read.
    pub internal: bool,
    /// Name and page of a thing that is no request.
    pub thing: Option<(&'a str, &'a str)>,
    /// Id of the message that it answers.
    pub answers: Option<&'a str>,
}

/// Queue a message, unless the person wants none or no mailbox could send it.
pub async fn queue(tx: &mut Tx, now: Timestamp, notice: &Notice<'_>) -> Result<bool> {
    let Some(sender) = boxes::all(&mut *tx).await?.into_iter().next() else {
        return Ok(false);
    };
    let rhythm = choice::rhythm(&mut *tx, notice.person, now).await?;
    let zone = zone(&mut *tx, notice.person).await?;
    let calm = calm(&mut *tx, notice.person, now).await?;
    let Some(due) = rhythm.due(notice.reason, now, &zone, calm) else {
        return Ok(false);
    };
    let key = key::get(tx, now).await?;
    let message_id =
        mil_mail::token::message_id(&key, notice.event, notice.person, sender.domain());
    let new = sql(
        "INSERT INTO mail_out (id, message_id, event_id, item_id, person_id, reason, internal,
            title, href, answers, state, attempts, not_before, digest, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'waiting', 0, $11, $12, $13) ON CONFLICT DO NOTHING",
    )
    .bind(new_id(now))
    .bind(message_id)
    .bind(notice.event)
    .bind(notice.item)
    .bind(notice.person)
    .bind(notice.reason)
    .bind(i64::from(notice.internal))
    .bind(notice.thing.map(|t| t.0))
    .bind(notice.thing.map(|t| t.1))
    .bind(notice.answers)
    .bind(due.at.as_microsecond())
    .bind(i64::from(due.digest))
    .bind(now.as_microsecond())
    .run(tx)
    .await?;
    Ok(new > 0)
}

/// Queue a message to an address without an account: `subscriber` is whoever asked
/// for it. What stands in it, and whether it is still wanted, `status::letter`
/// finds out when it is sent.
pub async fn queue_outside(
    tx: &mut Tx,
    now: Timestamp,
    event: &str,
    subscriber: &str,
    reason: &str,
) -> Result<bool> {
    let Some(sender) = boxes::all(&mut *tx).await?.into_iter().next() else {
        return Ok(false);
    };
    let key = key::get(tx, now).await?;
    let message_id = mil_mail::token::message_id(&key, event, subscriber, sender.domain());
    let new = sql(
        "INSERT INTO mail_out (id, message_id, event_id, subscriber_id, reason, internal, state,
            attempts, not_before, created_at)
         VALUES ($1, $2, $3, $4, $5, 0, 'waiting', 0, $6, $6) ON CONFLICT DO NOTHING",
    )
    .bind(new_id(now))
    .bind(message_id)
    .bind(event)
    .bind(subscriber)
    .bind(reason)
    .bind(now.as_microsecond())
    .run(tx)
    .await?;
    Ok(new > 0)
}

async fn zone(tx: &mut Tx, person: &str) -> Result<TimeZone> {
    let own: Option<String> = sql("SELECT zone FROM person WHERE id = $1")
        .bind(person)
        .value("zone", &mut *tx)
        .await?;
    if let Some(zone) = own.and_then(|name| TimeZone::get(&name).ok()) {
        return Ok(zone);
    }
    let (org, _) = org::versioned(tx).await?;
    Ok(TimeZone::get(&org.zone).unwrap_or(TimeZone::UTC))
}

/// Until when nothing more is sent at once: after a storm that left as one.
async fn calm(tx: &mut Tx, person: &str, now: Timestamp) -> Result<Option<Timestamp>> {
    let last: Option<i64> = sql("SELECT MAX(sent_at) AS at FROM mail_out
         WHERE person_id = $1 AND state = 'sent' AND digest = 0
           AND bundle_id IS NOT NULL AND sent_at > $2")
    .bind(person)
    .bind((now - CALM).as_microsecond())
    .value("at", tx)
    .await?;
    Ok(last.map(|at| from_micros(at) + CALM))
}
