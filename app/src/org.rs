//! The organisation's own settings: its name and looks, its language and zone.

use jiff::Timestamp;
use mil_db::{Db, On, Tx, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Result;

/// What every page needs to know about the organisation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Org {
    /// Name in the top bar.
    pub name: String,
    /// Short line beside the name.
    pub tagline: String,
    /// Line in the footer: who helps, when, how to reach them.
    pub help_line: String,
    /// Brand hue in degrees, 0 to 360 (OKLCH).
    pub hue: f64,
    /// Brand chroma, 0 to 0.19 (OKLCH).
    pub chroma: f64,
    /// Language for people who have chosen none and whose browser says nothing.
    pub lang: String,
    /// IANA time zone for people who have chosen none.
    pub zone: String,
    /// ISO 4217 code of the prices.
    pub currency: String,
    /// How many days a finished request may be reopened.
    pub reopen_days: i64,
    /// Sha256 of the logo in the blob store.
    pub logo: Option<String>,
    /// Media type of the logo.
    pub logo_type: Option<String>,
}

impl Default for Org {
    fn default() -> Org {
        Org {
            name: "Marketing".to_owned(),
            tagline: "Marketing services".to_owned(),
            help_line: String::new(),
            hue: 264.0,
            chroma: 0.19,
            lang: "en".to_owned(),
            zone: "Europe/Berlin".to_owned(),
            currency: "EUR".to_owned(),
            reopen_days: 14,
            logo: None,
            logo_type: None,
        }
    }
}

/// The settings as stored, or the defaults.
pub async fn load(db: &Db) -> Result<Org> {
    Ok(read_setting(db, "org").await?.unwrap_or_default())
}

/// The settings as they are in a transaction that will change them, and their
/// version; nobody else changes them until it ends.
pub async fn lock(tx: &mut Tx) -> Result<(Org, i64)> {
    sql("UPDATE setting SET updated_at = updated_at WHERE key = 'org'")
        .run(&mut *tx)
        .await?;
    versioned(tx).await
}

/// The settings and their version.
pub async fn versioned<'a>(on: impl Into<On<'a>>) -> Result<(Org, i64)> {
    let row = sql("SELECT value, updated_at FROM setting WHERE key = 'org'")
        .opt(on)
        .await?;
    match row {
        Some(row) => Ok((row.json("value")?, row.get("updated_at")?)),
        None => Ok((Org::default(), 0)),
    }
}

/// One setting as stored.
pub async fn read_setting<'a, T: serde::de::DeserializeOwned>(
    on: impl Into<On<'a>>,
    key: &str,
) -> Result<Option<T>> {
    let row = sql("SELECT value FROM setting WHERE key = $1")
        .bind(key)
        .opt(on)
        .await?;
    Ok(row.map(|row| row.json("value")).transpose()?)
}

/// Store one setting.
pub async fn write_setting<T: Serialize>(
    tx: &mut Tx,
    now: Timestamp,
    key: &str,
    value: &T,
) -> Result<()> {
    sql(
        "INSERT INTO setting (key, value, updated_at) VALUES ($1, $2, $3)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at",
    )
    .bind(key)
    .bind(serde_json::to_string(value)?)
    .bind(now.as_microsecond())
    .run(tx)
    .await?;
    Ok(())
}
