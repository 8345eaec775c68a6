//! The key under which reply addresses and message ids are made. It is made once
//! and kept in the database, so that it moves with it.

use jiff::Timestamp;
use mil_db::{On, Tx, sql};

use crate::error::{Error, Result};
use crate::random::{hex, new_bytes};

const SETTING: &str = "mail_key";

/// The key; an error when there is none yet.
pub async fn read<'a>(on: impl Into<On<'a>>) -> Result<Option<Vec<u8>>> {
    let key: Option<String> = crate::org::read_setting(on, SETTING).await?;
    Ok(key.map(String::into_bytes))
}

/// The key, made now if there is none.
pub async fn get(tx: &mut Tx, now: Timestamp) -> Result<Vec<u8>> {
    if let Some(key) = read(&mut *tx).await? {
        return Ok(key);
    }
    let fresh = serde_json::to_string(&hex(&new_bytes::<32>()))?;
    // Two at the same moment: the first one's stays.
    sql("INSERT INTO setting (key, value, updated_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
        .bind(SETTING)
        .bind(fresh)
        .bind(now.as_microsecond())
        .run(&mut *tx)
        .await?;
    read(tx)
        .await?
        .ok_or_else(|| Error::Internal("the key of the mail was not kept".to_owned()))
}

/// How this installation marks its messages, to know them again.
pub fn mark(key: &[u8]) -> String {
    mil_mail::token::code(key, &["installation"])
}
