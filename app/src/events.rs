//! The event log. Every mutation appends its event in its own transaction;
//! everything else (notifications, live pages, search, later mail and
//! webhooks) listens.
//!
//! There is no "last id seen" cursor: with concurrent commits it would skip
//! events. Each listener gets a row in `outbox` per event instead, written in
//! the same transaction and deleted when the listener is done.

use jiff::Timestamp;
use mil_db::{Tx, sql};
use serde_json::Value;

use crate::Result;
use crate::actor::Actor;
use crate::random::new_id;

/// Who may read an event on a timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// The requester too.
    Public,
    /// Agents only.
    Internal,
    /// Administrators only, in the audit log.
    Audit,
}

impl Audience {
    /// The word in the database.
    pub fn key(self) -> &'static str {
        match self {
            Audience::Public => "public",
            Audience::Internal => "internal",
            Audience::Audit => "audit",
        }
    }
}

/// Something that happened. `data` holds `before` and `after` where a value
/// changed; it never holds secrets.
#[derive(Debug)]
pub struct Event<'a> {
    /// What happened, as `object.verb_in_past_tense`.
    pub verb: &'static str,
    /// The kind of thing it happened to.
    pub object_kind: &'static str,
    /// Its id.
    pub object_id: &'a str,
    /// The work item on whose timeline it stands.
    pub item_id: Option<&'a str>,
    /// Who may read it.
    pub audience: Audience,
    /// The details.
    pub data: Value,
}

impl<'a> Event<'a> {
    /// Something that happened to a work item and stands on its timeline.
    pub fn of_item(verb: &'static str, id: &'a str, audience: Audience, data: Value) -> Event<'a> {
        Event {
            verb,
            object_kind: "request",
            object_id: id,
            item_id: Some(id),
            audience,
            data,
        }
    }

    /// Something that only the audit log tells.
    pub fn audit(
        verb: &'static str,
        object_kind: &'static str,
        id: &'a str,
        data: Value,
    ) -> Event<'a> {
        Event {
            verb,
            object_kind,
            object_id: id,
            item_id: None,
            audience: Audience::Audit,
            data,
        }
    }
}

/// Listeners that want every event of a work item: the name in `outbox`, and
/// when somebody listens at all. Where nobody does, no row is written.
pub const LISTENERS: &[(&str, &str)] = &[
    ("notify", "1 = 1"),
    (
        "webhooks",
        "EXISTS (SELECT 1 FROM webhook WHERE active_at IS NOT NULL)",
    ),
    (
        "automation",
        "EXISTS (SELECT 1 FROM automation_rule WHERE active_at IS NOT NULL)",
    ),
];

/// Append an event, in the transaction that made it true. Returns its id.
pub async fn append(
    tx: &mut Tx,
    actor: &Actor,
    now: Timestamp,
    event: Event<'_>,
) -> Result<String> {
    let id = new_id(now);
    sql(
        "INSERT INTO event (id, at, actor_id, actor_name, via, ip, agent, verb,
            object_kind, object_id, item_id, audience, data)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(&id)
    .bind(now.as_microsecond())
    .bind((!actor.is_system()).then_some(actor.id.as_str()))
    .bind(&actor.name)
    .bind(actor.via.key())
    .bind(&actor.ip)
    .bind(&actor.agent)
    .bind(event.verb)
    .bind(event.object_kind)
    .bind(event.object_id)
    .bind(event.item_id)
    .bind(event.audience.key())
    .bind(event.data.to_string())
    .run(tx)
    .await?;
    if event.item_id.is_some() {
        for (listener, listens) in LISTENERS {
            sql(format!(
                "INSERT INTO outbox (event_id, listener, attempts, not_before)
                 SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), 0, 0 WHERE {listens}"
            ))
            .bind(&id)
            .bind(*listener)
            .run(tx)
            .await?;
        }
    }
    Ok(id)
}
