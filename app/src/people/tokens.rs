//! API tokens: made once, shown once, kept as a hash.

use std::collections::BTreeSet;

use jiff::Timestamp;
use mil_db::{Tx, sql};
use serde_json::json;

use crate::Result;
use crate::actor::{Actor, Scope};
use crate::events::{self, Audience, Event};
use crate::random::{hash_secret, new_id, new_secret};

/// Make a token for `person_id`. Returns its id and the secret.
pub async fn create(
    tx: &mut Tx,
    actor: &Actor,
    now: Timestamp,
    person_id: &str,
    name: &str,
    scopes: &BTreeSet<Scope>,
    expires_at: Option<Timestamp>,
) -> Result<(String, String)> {
    let id = new_id(now);
    let secret = new_secret("mil_");
    sql(
        "INSERT INTO api_token (id, token_hash, person_id, name, scopes, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(&id)
    .bind(hash_secret(&secret))
    .bind(person_id)
    .bind(name)
    .bind(serde_json::to_string(scopes)?)
    .bind(now.as_microsecond())
    .bind(expires_at.map(Timestamp::as_microsecond))
    .run(tx)
    .await?;
    events::append(
        tx,
        actor,
        now,
        Event {
            verb: "token.created",
            object_kind: "token",
            object_id: &id,
            item_id: None,
            audience: Audience::Audit,
            data: json!({ "person_id": person_id, "name": name, "scopes": scopes }),
        },
    )
    .await?;
    Ok((id, secret))
}

/// Revoke a token of `person_id`; false when there is no such living token.
pub async fn revoke(
    tx: &mut Tx,
    actor: &Actor,
    now: Timestamp,
    person_id: &str,
    id: &str,
) -> Result<bool> {
    let revoked = sql("UPDATE api_token SET revoked_at = $1
         WHERE id = $2 AND person_id = $3 AND revoked_at IS NULL")
    .bind(now.as_microsecond())
    .bind(id)
    .bind(person_id)
    .run(tx)
    .await?;
    if revoked > 0 {
        events::append(
            tx,
            actor,
            now,
            Event {
                verb: "token.revoked",
                object_kind: "token",
                object_id: id,
                item_id: None,
                audience: Audience::Audit,
                data: json!({ "person_id": person_id }),
            },
        )
        .await?;
    }
    Ok(revoked > 0)
}
