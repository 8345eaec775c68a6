//! What can be done from a message without signing in: one thing, once, for two
//! weeks. The link shows what it would do; only sending the form does it, so
//! programs that open links ahead of people do no harm.

use jiff::{SignedDuration, Timestamp};
use mil_db::sql;

use crate::actor::{Actor, Via};
use crate::error::{Error, Result};
use crate::i18n::{Lang, t};
use crate::people::auth;
use crate::random::{hash_secret, new_secret};
use crate::state::App;
use crate::work::model::{Item, WaitingKind};

/// For how long a link works.
const LIFE: SignedDuration = SignedDuration::from_hours(14 * 24);

/// What a link lets its reader do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Say yes or no where they are asked for their approval.
    Approve,
    /// Say yes or no to a draft of what they ordered.
    Decide,
    /// Answer.
    Answer,
    /// Rate what is done.
    Rate,
}

impl Deed {
    /// What a message about `item` offers its reader.
    pub fn of(reason: &str, item: &Item, reader: &Actor) -> Option<Deed> {
        let mine = item.requester_id == reader.id;
        match reason {
            "approval" => Some(Deed::Approve),
            "your_turn" if mine => match item.waiting.as_ref().map(|w| w.kind) {
                Some(WaitingKind::Approval) => Some(Deed::Decide),
                _ => Some(Deed::Answer),
            },
            "answered" if mine => Some(Deed::Answer),
            "done" if mine && item.rated_at.is_none() => Some(Deed::Rate),
            _ => None,
        }
    }

    /// The word in the database.
    pub fn key(self) -> &'static str {
        match self {
            Deed::Approve => "approve",
            Deed::Decide => "decide",
            Deed::Answer => "answer",
            Deed::Rate => "rate",
        }
    }

    fn from_key(key: &str) -> Result<Deed> {
        [Deed::Approve, Deed::Decide, Deed::Answer, Deed::Rate]
            .into_iter()
            .find(|d| d.key() == key)
            .ok_or_else(|| Error::Internal(format!("unknown deed {key:?}")))
    }

    /// What the button in the message says.
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Deed::Approve | Deed::Decide => t!(lang, "Agree or refuse"),
            Deed::Answer => t!(lang, "Write an answer"),
            Deed::Rate => t!(lang, "Say how it was"),
        }
    }
}

/// Make a link for a message. One that an earlier try to send it made stops
/// working.
pub async fn make(
    app: &App,
    now: Timestamp,
    mail: &str,
    person: &str,
    item: &str,
    deed: Deed,
) -> Result<String> {
    let secret = new_secret("");
    let mut tx = app.db.begin().await?;
    sql("DELETE FROM mail_link WHERE mail_id = $1 AND used_at IS NULL")
        .bind(mail)
        .run(&mut tx)
        .await?;
    sql(
        "INSERT INTO mail_link (token_hash, mail_id, person_id, item_id, deed, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(hash_secret(&secret))
    .bind(mail)
    .bind(person)
    .bind(item)
    .bind(deed.key())
    .bind(now.as_microsecond())
    .bind((now + LIFE).as_microsecond())
    .run(&mut tx)
    .await?;
    tx.commit().await?;
    Ok(secret)
}

/// A link that works.
#[derive(Debug)]
#[allow(missing_docs)]
pub struct Found {
    pub actor: Actor,
    pub item: String,
    pub deed: Deed,
}

/// The link behind a secret, if it still works.
///
/// # Errors
/// [`Error::NotFound`] for used, expired and unknown ones alike.
pub async fn find(app: &App, now: Timestamp, secret: &str) -> Result<Found> {
    let row = sql("SELECT person_id, item_id, deed FROM mail_link
         WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2")
    .bind(hash_secret(secret))
    .bind(now.as_microsecond())
    .opt(&app.db)
    .await?
    .ok_or(Error::NotFound)?;
    let actor = auth::by_person(app, &row.get::<String>("person_id")?, Via::Mail)
        .await?
        .ok_or(Error::NotFound)?;
    Ok(Found {
        actor,
        item: row.get("item_id")?,
        deed: Deed::from_key(&row.get::<String>("deed")?)?,
    })
}

/// Use a link up. Two at the same moment meet here; only one finds it unused.
pub async fn use_up(app: &App, now: Timestamp, secret: &str) -> Result<()> {
    let mut tx = app.db.begin().await?;
    let used = sql("UPDATE mail_link SET used_at = $1
         WHERE token_hash = $2 AND used_at IS NULL AND expires_at > $1")
    .bind(now.as_microsecond())
    .bind(hash_secret(secret))
    .run(&mut tx)
    .await?;
    if used == 0 {
        return Err(Error::NotFound);
    }
    tx.commit().await?;
    Ok(())
}

/// Let a link work again: what it should do was not done.
pub async fn give_back(app: &App, secret: &str) -> Result<()> {
    let mut tx = app.db.begin().await?;
    sql("UPDATE mail_link SET used_at = NULL WHERE token_hash = $1")
        .bind(hash_secret(secret))
        .run(&mut tx)
        .await?;
    tx.commit().await?;
    Ok(())
}
