//! Telling people about things that are not requests: a plan that stopped, a
//! policy to read, an article whose review is due.

use jiff::Timestamp;
use mil_db::{Tx, sql};

use crate::error::Result;
use crate::mail::outbox::{self, Notice};
use crate::random::new_id;

/// What somebody is told.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// Why they are told: a key of the inbox's words.
    pub reason: &'static str,
    /// The thing's name, as it is now. Whoever is told may know it.
    pub title: &'a str,
    /// Its page, a path of ours; that page checks again who may see it.
    pub href: &'a str,
}

/// Tell `people` of an event, in the transaction that appended it. Each person
/// hears of an event once. Those who are disabled hear nothing.
pub async fn tell(
    tx: &mut Tx,
    now: Timestamp,
    event_id: &str,
    people: &[String],
    about: About<'_>,
) -> Result<()> {
    for person in people {
        let new = sql(
            "INSERT INTO notification (id, person_id, event_id, reason, title, href, created_at)
             SELECT $1, p.id, $2, $3, $4, $5, $6 FROM person p
             WHERE p.id = $7 AND p.disabled_at IS NULL
             ON CONFLICT DO NOTHING",
        )
        .bind(new_id(now))
        .bind(event_id)
        .bind(about.reason)
        .bind(about.title)
        .bind(about.href)
        .bind(now.as_microsecond())
        .bind(person)
        .run(&mut *tx)
        .await?;
        if new > 0 {
            let notice = Notice {
                event: event_id,
                item: None,
                person,
                reason: about.reason,
                internal: false,
                thing: Some((about.title, about.href)),
                answers: None,
            };
            outbox::queue(&mut *tx, now, &notice).await?;
        }
    }
    Ok(())
}
