//! What people are told by mail: a row for each message, written in the
//! transaction that made it due.

use jiff::Timestamp;
use mil_db::{Tx, sql};

use crate::error::Result;
use crate::mail::{boxes, key};
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

/// Who wants which mail. `mine` leaves out what others say in requests that one
/// only follows or shares.
pub fn wanted(choice: Option<&str>, reason: &str) -> bool {
    match choice {
        Some("none") => matches!(reason, "received" | "test"),
        Some("mine") => !matches!(reason, "moved" | "task" | "resumed" | "sooner" | "rated"),
        _ => true,
    }
}

/// Queue a message, unless the person wants none or no mailbox could send it.
pub async fn queue(tx: &mut Tx, now: Timestamp, notice: &Notice<'_>) -> Result<bool> {
    let Some(sender) = boxes::all(&mut *tx).await?.into_iter().next() else {
        return Ok(false);
    };
    let choice: Option<String> = sql("SELECT notices FROM mail_choice WHERE person_id = $1")
        .bind(notice.person)
        .opt(&mut *tx)
        .await?
        .map(|row| row.get("notices"))
        .transpose()?;
    if !wanted(choice.as_deref(), notice.reason) {
        return Ok(false);
    }
    let key = key::get(tx, now).await?;
    let message_id =
        mil_mail::token::message_id(&key, notice.event, notice.person, sender.domain());
    let new = sql(
        "INSERT INTO mail_out (id, message_id, event_id, item_id, person_id, reason, internal,
            title, href, answers, state, attempts, not_before, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'waiting', 0, $11, $11) ON CONFLICT DO NOTHING",
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
    .bind(now.as_microsecond())
    .run(tx)
    .await?;
    Ok(new > 0)
}

#[cfg(test)]
mod tests {
    use super::wanted;

    #[test]
    fn people_get_the_mail_that_they_want() {
        for (choice, reason, expect) in [
            (None, "moved", true),
            (Some("all"), "moved", true),
            (Some("mine"), "moved", false),
            (Some("mine"), "answered", true),
            (Some("none"), "answered", false),
            (Some("none"), "received", true),
        ] {
            assert_eq!(wanted(choice, reason), expect, "{choice:?} {reason}");
        }
    }
}
