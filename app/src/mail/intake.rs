//! A message comes in: its bytes are on disk and its row is written before
//! whoever sent it hears that it was taken. What becomes of it is decided later.

use mil_db::sql;
use serde_json::json;

use crate::error::{Error, Msg, Result};
use crate::files::intake::disk;
use crate::mail::boxes::Mailbox;
use crate::random::new_id;
use crate::state::App;

/// The largest message that is taken.
pub const MAX_BYTES: usize = 60_000_000;

/// A message as it was handed over.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Delivery {
    /// pipe, lmtp, smtp, imap or api.
    pub via: &'static str,
    pub sender: Option<String>,
    pub recipients: Vec<String>,
    pub raw: Vec<u8>,
}

/// Keep a message. Returns the id of its row.
///
/// # Errors
/// [`Error::Malformed`] for nothing, [`Error::TooLarge`] for too much.
pub async fn keep(app: &App, delivery: &Delivery) -> Result<String> {
    if delivery.raw.is_empty() {
        return Err(Error::Malformed(Msg::new("The message is empty.")));
    }
    if delivery.raw.len() > MAX_BYTES {
        return Err(Error::TooLarge(
            Msg::new("The message is larger than {n} megabytes.").with("n", MAX_BYTES / 1_000_000),
        ));
    }
    let now = app.now();
    let stored = app.blobs.put(&delivery.raw).await.map_err(disk)?;
    let id = new_id(now);
    let mut tx = app.db.begin().await?;
    sql(
        "INSERT INTO mail_in (id, sha256, size, via, envelope_from, envelope_to, state, attempts, began, received_at)
         VALUES ($1, $2, $3, $4, $5, $6, 'new', 0, 0, $7)",
    )
    .bind(&id)
    .bind(stored.sha.as_str())
    .bind(i64::try_from(stored.size).unwrap_or(i64::MAX))
    .bind(delivery.via)
    .bind(delivery.sender.as_deref().filter(|s| !s.is_empty()))
    .bind(json!(delivery.recipients).to_string())
    .bind(now.as_microsecond())
    .run(&mut tx)
    .await?;
    tx.commit().await?;
    Ok(id)
}

/// Whether an address is one of ours: a mailbox, or a reply address beside one.
pub fn is_ours(boxes: &[Mailbox], address: &str) -> bool {
    let lower = address.to_lowercase();
    boxes.iter().any(|b| b.address == lower)
        || (mil_mail::token::split(&lower).is_some()
            && lower
                .rsplit_once('@')
                .is_some_and(|(_, domain)| boxes.iter().any(|b| b.domain() == domain)))
}
