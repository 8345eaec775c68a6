//! Messages that came back, and complaints about messages. Only the id of a
//! message of ours proves that they are about one: it cannot be guessed.

use jiff::Timestamp;
use mil_db::{Tx, sql};
use mil_mail::Kind;
use serde_json::json;

use crate::actor::Actor;
use crate::error::Result;
use crate::events::{self, Audience, Event};
use crate::notifications::choice;

/// Note on the message of ours, and on its request, that it did not arrive or
/// was not wanted.
pub async fn note(tx: &mut Tx, now: Timestamp, kind: &Kind) -> Result<()> {
    let (id, said) = match kind {
        Kind::Bounce(bounce) if bounce.permanent => (
            &bounce.message_id,
            format!("{} {}", bounce.status, bounce.said),
        ),
        Kind::Complaint(complaint) => (&complaint.message_id, complaint.feedback.clone()),
        _ => return Ok(()),
    };
    let Some(id) = id else { return Ok(()) };
    let row = sql("UPDATE mail_out SET state = 'bounced', last_error = $1
         WHERE message_id = $2 AND state = 'sent' RETURNING item_id, person_id, subscriber_id")
    .bind(said.trim().chars().take(500).collect::<String>())
    .bind(id)
    .opt(&mut *tx)
    .await?;
    let Some(row) = row else { return Ok(()) };
    if let Some(subscriber) = row.get::<Option<String>>("subscriber_id")? {
        // An address that does not exist, or that calls our mail unwanted, asked for none.
        return crate::status::subscribe::unwanted(tx, now, &subscriber).await;
    }
    let person: String = row.get("person_id")?;
    let complaint = matches!(kind, Kind::Complaint(_));
    if complaint {
        // Whoever calls our mail unwanted gets no more of it.
        choice::silence(&mut *tx, &person).await?;
    }
    if let Some(item) = row.get::<Option<String>>("item_id")? {
        let address: String = sql("SELECT email FROM person WHERE id = $1")
            .bind(&person)
            .value("email", &mut *tx)
            .await?;
        let verb = if complaint {
            "mail.unwanted"
        } else {
            "mail.bounced"
        };
        let data = json!({ "address": address, "why": said.trim() });
        events::append(
            tx,
            &Actor::system(),
            now,
            Event::of_item(verb, &item, Audience::Internal, data),
        )
        .await?;
    }
    Ok(())
}
