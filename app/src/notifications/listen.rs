//! The listener `notify`: from the outbox to notifications.
//!
//! An event and what it tells people are written in one transaction with the
//! removal of its outbox row, so each event tells each person exactly once,
//! even with two servers or a crash.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use mil_db::{Tx, sql};

use crate::actor::{Actor, Role, Via};
use crate::error::Result;
use crate::mail::outbox as letters;
use crate::notifications::rule::{Around, Happened, Reason, told};
use crate::notifications::topic::Topic;
use crate::outbox;
use crate::policy::{self, Do};
use crate::random::new_id;
use crate::state::App;
use crate::work::store;

/// The name in the outbox.
const NAME: &str = "notify";

/// Handle what waits. Returns how many events were handled.
pub async fn run(app: &App, now: Timestamp) -> Result<usize> {
    let mut done = 0;
    for id in outbox::waiting(app, NAME, now).await? {
        match one(app, now, &id).await {
            Ok(()) => done += 1,
            Err(error) => outbox::postpone(app, NAME, now, &id, &error).await?,
        }
    }
    Ok(done)
}

async fn one(app: &App, now: Timestamp, id: &str) -> Result<()> {
    let mut tx = app.db.begin().await?;
    if !outbox::take(&mut tx, NAME, id).await? {
        return Ok(()); // another server was faster
    }
    let row = sql("SELECT verb, audience, actor_id, item_id, data FROM event WHERE id = $1")
        .bind(id)
        .one(&mut tx)
        .await?;
    let item_id: String = row.get("item_id")?;
    let actor: Option<String> = row.get("actor_id")?;
    let data = row.json("data")?;
    let verb: String = row.get("verb")?;
    let around = around(&mut tx, &item_id, &data).await?;
    let what = Happened {
        verb: &verb,
        public: row.get::<String>("audience")? == "public",
        actor: actor.as_deref(),
        data: &data,
    };
    let mut people = told(&what, &around);
    for (person, reason) in stand_ins(&mut tx, now, &item_id, &what, &people).await? {
        people.entry(person).or_insert(reason);
    }
    for (person, reason) in people {
        let new = sql(
            "INSERT INTO notification (id, person_id, event_id, item_id, reason, created_at)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
        )
        .bind(new_id(now))
        .bind(&person)
        .bind(id)
        .bind(&item_id)
        .bind(reason)
        .bind(now.as_microsecond())
        .run(&mut tx)
        .await?;
        if new > 0 {
            let notice = letters::Notice {
                event: id,
                item: Some(&item_id),
                person: &person,
                reason,
                internal: !what.public,
                thing: None,
                answers: None,
            };
            letters::queue(&mut tx, now, &notice).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}

/// Who stands in for those who are away and for whom somebody waits. Approvals
/// ask them themselves. Nobody is told of a request that they may not see.
async fn stand_ins(
    tx: &mut Tx,
    now: Timestamp,
    item_id: &str,
    what: &Happened<'_>,
    people: &BTreeMap<String, Reason>,
) -> Result<Vec<(String, Reason)>> {
    let waiting = people
        .iter()
        .filter(|(_, reason)| **reason != "approval" && Topic::of(reason) == Topic::Waits);
    let mut out = Vec::new();
    for (absent, _) in waiting {
        let row = sql("SELECT stand_in_id FROM stand_in WHERE person_id = $1 AND until > $2")
            .bind(absent)
            .bind(now.as_microsecond())
            .opt(&mut *tx)
            .await?;
        let Some(row) = row else { continue };
        let person: String = row.get("stand_in_id")?;
        if what.actor == Some(person.as_str()) || people.contains_key(&person) {
            continue;
        }
        let Some(actor) = as_actor(tx, &person).await? else {
            continue;
        };
        let Ok(item) = store::find(&mut *tx, &actor, item_id).await else {
            continue;
        };
        if what.public || insider(tx, &person, &item).await? {
            out.push((person, "stands_in"));
        }
    }
    Ok(out)
}

async fn around(tx: &mut Tx, item_id: &str, data: &serde_json::Value) -> Result<Around> {
    let item = store::find(&mut *tx, &Actor::system(), item_id).await?;
    let team = sql("SELECT m.person_id, m.leads_since FROM team_member m
         JOIN person p ON p.id = m.person_id
         WHERE m.team_id = $1 AND p.disabled_at IS NULL ORDER BY m.person_id")
    .bind(&item.team_id)
    .all(&mut *tx)
    .await?;
    let mut around = Around {
        requester: item.requester_id.clone(),
        assignee: item.assignee_id.clone(),
        your_turn: item.waiting.is_some() && item.is_open(),
        ..Around::default()
    };
    for row in team {
        let id: String = row.get("person_id")?;
        if row.get::<Option<i64>>("leads_since")?.is_some() {
            around.leads.push(id.clone());
        }
        around.team.push(id);
    }
    around.watchers = sql("SELECT person_id FROM watcher WHERE item_id = $1 ORDER BY person_id")
        .bind(&item.id)
        .column("person_id", &mut *tx)
        .await?;
    let mentioned = data["mentions"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|v| v.as_str())
        .map(str::to_owned);
    let everybody: BTreeSet<String> = around
        .team
        .iter()
        .chain(&around.watchers)
        .chain(&around.assignee)
        .cloned()
        .chain(mentioned)
        .collect();
    for id in everybody {
        if insider(tx, &id, &item).await? {
            around.insiders.insert(id);
        }
    }
    Ok(around)
}

/// Whether somebody may read what agents write among themselves about an item.
async fn insider(tx: &mut Tx, id: &str, item: &crate::work::Item) -> Result<bool> {
    let Some(person) = as_actor(tx, id).await? else {
        return Ok(false);
    };
    let watched = sql("SELECT person_id FROM watcher WHERE item_id = $1 AND person_id = $2")
        .bind(&item.id)
        .bind(id)
        .opt(&mut *tx)
        .await?
        .is_some();
    let facts = policy::ItemFacts {
        watched,
        ..item.facts()
    };
    Ok(policy::on_item(&person, Do::SeeInternal, &facts))
}

/// Somebody with their role and teams; `None` when they are disabled.
async fn as_actor(tx: &mut Tx, id: &str) -> Result<Option<Actor>> {
    let Some(row) = sql("SELECT role FROM person WHERE id = $1 AND disabled_at IS NULL")
        .bind(id)
        .opt(&mut *tx)
        .await?
    else {
        return Ok(None);
    };
    let Some(role) = Role::from_key(&row.get::<String>("role")?) else {
        return Ok(None);
    };
    let team_ids = sql("SELECT team_id FROM team_member WHERE person_id = $1")
        .bind(id)
        .column("team_id", &mut *tx)
        .await?
        .into_iter()
        .collect();
    Ok(Some(Actor {
        id: id.to_owned(),
        role,
        team_ids,
        via: Via::System,
        ..Actor::system()
    }))
}
