//! Who decides for somebody who is away.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use mil_db::{Db, On, Tx, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::actor::Actor;
use crate::clock::from_micros;
use crate::error::{Error, Result};
use crate::events::{self, Event};
use crate::web::Ctx;

/// Somebody decides for another until the end of a day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Away {
    /// Email address of who decides.
    pub stand_in: String,
    /// The last day, in the reader's time zone.
    #[schemars(with = "String")]
    pub until: Date,
}

/// Who is away now, and who decides for them.
pub type StandIns = BTreeMap<String, String>;

/// Everybody who may answer for `person`: they themselves, who stands in for
/// them, and who stands in for that one. A circle ends where it closes.
pub fn deciders(person: &str, away: &StandIns) -> BTreeSet<String> {
    let mut all = BTreeSet::from([person.to_owned()]);
    let mut at = person;
    while let Some(next) = away.get(at) {
        if !all.insert(next.clone()) {
            break;
        }
        at = next;
    }
    all
}

/// Who is away at `now`.
pub async fn active(on: impl Into<On<'_>>, now: Timestamp) -> Result<StandIns> {
    sql("SELECT s.person_id, s.stand_in_id FROM stand_in s
         JOIN person p ON p.id = s.stand_in_id
         WHERE s.until > $1 AND p.disabled_at IS NULL")
    .bind(now.as_microsecond())
    .all(on)
    .await?
    .iter()
    .map(|row| Ok((row.get("person_id")?, row.get("stand_in_id")?)))
    .collect()
}

/// Who decides for somebody, by name and address, and until when.
pub async fn of(
    db: &Db,
    person: &str,
    now: Timestamp,
) -> Result<Option<(String, String, Timestamp)>> {
    let row = sql("SELECT p.name, p.email, s.until FROM stand_in s
         JOIN person p ON p.id = s.stand_in_id WHERE s.person_id = $1 AND s.until > $2")
    .bind(person)
    .bind(now.as_microsecond())
    .opt(db)
    .await?;
    row.map(|row| {
        Ok((
            row.get("name")?,
            row.get("email")?,
            from_micros(row.get("until")?),
        ))
    })
    .transpose()
}

/// Somebody of ours by address: id and name.
///
/// # Errors
/// [`Error::Invalid`] on `field` when there is nobody.
pub async fn colleague(tx: &mut Tx, field: &str, email: &str) -> Result<(String, String)> {
    let row = sql("SELECT id, name FROM person WHERE email = $1 AND disabled_at IS NULL AND role <> 'partner'")
        .bind(email.trim().to_lowercase())
        .opt(tx)
        .await?;
    match row {
        Some(row) => Ok((row.get("id")?, row.get("name")?)),
        None => Err(Error::field(
            field,
            "Nobody here has this address. Look it up and write it again.",
        )),
    }
}

/// Let somebody decide for the actor. They can read at once what waits for the
/// actor's answer.
pub async fn set(ctx: &Ctx, actor: &Actor, away: &Away) -> Result<()> {
    let mut tx = ctx.app.db.begin().await?;
    let (id, name) = colleague(&mut tx, "stand_in", &away.stand_in).await?;
    if id == actor.id {
        return Err(Error::field(
            "stand_in",
            "Name somebody else than yourself.",
        ));
    }
    let today = ctx.today();
    if away.until < today || away.until > today.saturating_add(1.year()) {
        return Err(Error::field(
            "until",
            "Choose a day from today on, within a year.",
        ));
    }
    let until = away
        .until
        .tomorrow()
        .and_then(|day| ctx.prefs.zone.to_timestamp(day.at(0, 0, 0, 0)))
        .map_err(|_| Error::field("until", "Choose a day from today on, within a year."))?;
    sql(
        "INSERT INTO stand_in (person_id, stand_in_id, until, since) VALUES ($1, $2, $3, $4)
         ON CONFLICT (person_id) DO UPDATE SET stand_in_id = $2, until = $3, since = $4",
    )
    .bind(&actor.id)
    .bind(&id)
    .bind(until.as_microsecond())
    .bind(ctx.now.as_microsecond())
    .run(&mut tx)
    .await?;
    sql("INSERT INTO watcher (item_id, person_id, since)
         SELECT DISTINCT a.item_id, $1, CAST($2 AS BIGINT) FROM approval a
         JOIN work_item w ON w.id = a.item_id
         WHERE a.person_id = $3 AND a.closed_at IS NULL AND w.requester_id <> $1
         ON CONFLICT DO NOTHING")
    .bind(&id)
    .bind(ctx.now.as_microsecond())
    .bind(&actor.id)
    .run(&mut tx)
    .await?;
    let data = json!({ "stand_in": name, "stand_in_id": id, "until": away.until });
    note(&mut tx, ctx, actor, "person.away", data).await?;
    tx.commit().await?;
    Ok(())
}

/// The actor is back and decides again.
pub async fn clear(ctx: &Ctx, actor: &Actor) -> Result<()> {
    let mut tx = ctx.app.db.begin().await?;
    let gone = sql("DELETE FROM stand_in WHERE person_id = $1")
        .bind(&actor.id)
        .run(&mut tx)
        .await?;
    if gone > 0 {
        note(&mut tx, ctx, actor, "person.back", json!({})).await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn note(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    verb: &'static str,
    data: serde_json::Value,
) -> Result<()> {
    events::append(
        tx,
        actor,
        ctx.now,
        Event::audit(verb, "person", &actor.id, data),
    )
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_answer_for_somebody() {
        let pairs = [("a", "b"), ("b", "c"), ("x", "y"), ("y", "x")];
        let away: StandIns = pairs.map(|(a, b)| (a.to_owned(), b.to_owned())).into();
        for (person, all) in [
            ("a", "abc"),
            ("b", "bc"),
            ("c", "c"),
            ("x", "xy"),
            ("z", "z"),
        ] {
            let found: String = deciders(person, &away).into_iter().collect();
            assert_eq!(found, all, "{person}");
        }
    }
}
