//! What follows from policies by itself: who is asked to confirm, who is
//! reminded, which exceptions run out.
//!
//! Audiences are compared with who is here every ten minutes and after each
//! publication, so somebody who joins a department is asked without anybody
//! thinking of it, and who leaves is asked no more.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use mil_db::{Tx, sql};
use serde_json::json;

use crate::actor::{Actor, Role};
use crate::clock::from_micros;
use crate::error::Result;
use crate::events::{self, Event};
use crate::notifications::{About, tell};
use crate::policies::model::{Version, due_at, next_reminder};
use crate::policies::store::{self, Policy};
use crate::state::App;

/// How often audiences are compared with who is here.
const EVERY: SignedDuration = SignedDuration::from_mins(10);
/// How many reminders one round takes.
const ROUND: i64 = 500;

/// The people an audience is compared with.
async fn people(tx: &mut Tx) -> Result<Vec<Actor>> {
    let mut teams: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in sql("SELECT person_id, team_id FROM team_member")
        .all(&mut *tx)
        .await?
    {
        let person: String = row.get("person_id")?;
        teams.entry(person).or_default().insert(row.get("team_id")?);
    }
    sql("SELECT id, name, role, department_id FROM person WHERE disabled_at IS NULL ORDER BY id")
        .all(&mut *tx)
        .await?
        .iter()
        .map(|row| {
            let id: String = row.get("id")?;
            Ok(Actor {
                name: row.get("name")?,
                role: Role::from_key(&row.get::<String>("role")?).unwrap_or(Role::Partner),
                department_id: row.get("department_id")?,
                team_ids: teams.remove(&id).unwrap_or_default(),
                id,
                ..Actor::system()
            })
        })
        .collect()
}

/// Compare the audiences of `policies` with who is here: new duties begin,
/// duties that nobody has any more end. Those newly asked are told, each person
/// once, however many policies there are.
pub async fn sync(
    tx: &mut Tx,
    now: Timestamp,
    zone: &TimeZone,
    actor: &Actor,
    policies: &[Policy],
) -> Result<()> {
    let today = zone.to_datetime(now).date();
    let people = people(tx).await?;
    let mut asked: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for policy in policies {
        let version = policy.in_force(today);
        let new = one(tx, now, zone, policy, version, &people).await?;
        if let Some(version) = version {
            for person in new {
                let line = (policy.id.clone(), version.title.clone());
                asked.entry(person).or_default().push(line);
            }
        }
    }
    say(tx, now, actor, "policy.asked", "policy_new", asked).await
}

/// One policy. Returns who is newly asked.
async fn one(
    tx: &mut Tx,
    now: Timestamp,
    zone: &TimeZone,
    policy: &Policy,
    version: Option<&Version>,
    people: &[Actor],
) -> Result<Vec<String>> {
    let major = version.map_or(0, |v| v.major);
    let mut known: BTreeMap<String, (bool, bool)> = BTreeMap::new();
    for row in sql(
        "SELECT person_id, done_at, ended_at FROM policy_duty WHERE policy_id = $1 AND major = $2",
    )
    .bind(&policy.id)
    .bind(major)
    .all(&mut *tx)
    .await?
    {
        let done = row.get::<Option<i64>>("done_at")?.is_some();
        let ended = row.get::<Option<i64>>("ended_at")?.is_some();
        known.insert(row.get("person_id")?, (done, ended));
    }
    // What an older version asked is asked no more.
    sql("UPDATE policy_duty SET ended_at = $1, remind_at = NULL
         WHERE policy_id = $2 AND major <> $3 AND done_at IS NULL AND ended_at IS NULL")
    .bind(now.as_microsecond())
    .bind(&policy.id)
    .bind(major)
    .run(&mut *tx)
    .await?;
    let mut new = Vec::new();
    let mut inside = BTreeSet::new();
    if let Some(version) = version {
        let due = due_at(now, version.deadline_days, zone);
        let remind = next_reminder(due, 0, now);
        for person in people.iter().filter(|p| version.audience.admits(p)) {
            inside.insert(person.id.as_str());
            if matches!(known.get(&person.id), Some((true, _) | (_, false))) {
                continue;
            }
            sql(
                "INSERT INTO policy_duty (policy_id, major, person_id, since, due_at, remind_at, reminders)
                 VALUES ($1, $2, $3, $4, $5, $6, $7)
                 ON CONFLICT (policy_id, major, person_id) DO UPDATE SET since = excluded.since,
                    due_at = excluded.due_at, remind_at = excluded.remind_at,
                    reminders = excluded.reminders, ended_at = NULL",
            )
            .bind(&policy.id)
            .bind(major)
            .bind(&person.id)
            .bind(now.as_microsecond())
            .bind(due.as_microsecond())
            .bind(remind.map(|(at, _)| at.as_microsecond()))
            .bind(remind.map_or(0, |(_, before)| before))
            .run(&mut *tx)
            .await?;
            new.push(person.id.clone());
        }
    }
    for (person, (done, ended)) in &known {
        if !done && !ended && !inside.contains(person.as_str()) {
            sql("UPDATE policy_duty SET ended_at = $1, remind_at = NULL
                 WHERE policy_id = $2 AND major = $3 AND person_id = $4")
            .bind(now.as_microsecond())
            .bind(&policy.id)
            .bind(major)
            .bind(person)
            .run(&mut *tx)
            .await?;
        }
    }
    Ok(new)
}

/// Tell each person once: those with the same list share an event.
async fn say(
    tx: &mut Tx,
    now: Timestamp,
    actor: &Actor,
    verb: &'static str,
    reason: &'static str,
    lists: BTreeMap<String, Vec<(String, String)>>,
) -> Result<()> {
    let mut alike: BTreeMap<Vec<(String, String)>, Vec<String>> = BTreeMap::new();
    for (person, mut list) in lists {
        list.sort();
        alike.entry(list).or_default().push(person);
    }
    for (list, people) in alike {
        let titles: Vec<&str> = list.iter().map(|(_, title)| title.as_str()).collect();
        let href = match list.as_slice() {
            [(id, _)] => format!("/policies/{id}"),
            _ => "/policies".to_owned(),
        };
        let object = list.first().map_or("", |(id, _)| id.as_str());
        let data = json!({ "policies": titles, "people": people.len() });
        let event =
            events::append(tx, actor, now, Event::audit(verb, "policy", object, data)).await?;
        let about = About {
            reason,
            title: &titles.join(", "),
            href: &href,
        };
        tell(tx, now, &event, &people, about).await?;
    }
    Ok(())
}

/// What is due now: audiences, reminders, exceptions that run out.
pub async fn run_due(app: &App, now: Timestamp) -> Result<()> {
    let mut tx = app.db.begin().await?;
    let due = sql("UPDATE policy_sync SET at = $1 WHERE name = 'duties' AND at <= $2")
        .bind(now.as_microsecond())
        .bind((now - EVERY).as_microsecond())
        .run(&mut tx)
        .await?;
    if due > 0 {
        let policies = store::every(&mut tx).await?;
        sync(&mut tx, now, &app.zone(), &Actor::system(), &policies).await?;
        tx.commit().await?;
    } else {
        tx.rollback().await?;
    }
    remind(app, now).await?;
    run_out(app, now).await
}

async fn remind(app: &App, now: Timestamp) -> Result<()> {
    let waiting = sql("SELECT policy_id FROM policy_duty WHERE remind_at <= $1 LIMIT 1")
        .bind(now.as_microsecond())
        .opt(&app.db)
        .await?;
    if waiting.is_none() {
        return Ok(());
    }
    let mut tx = app.db.begin().await?;
    // Whoever takes the row first reminds.
    sql("UPDATE policy_sync SET at = at WHERE name = 'duties'")
        .run(&mut tx)
        .await?;
    let policies = store::every(&mut tx).await?;
    let today = app.zone().to_datetime(now).date();
    let rows = sql(
        "SELECT policy_id, major, person_id, due_at, reminders FROM policy_duty
         WHERE remind_at <= $1 ORDER BY remind_at, person_id LIMIT $2",
    )
    .bind(now.as_microsecond())
    .bind(ROUND)
    .all(&mut tx)
    .await?;
    let mut lists: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for row in rows {
        let (policy_id, person): (String, String) = (row.get("policy_id")?, row.get("person_id")?);
        let (major, sent): (i64, i64) = (row.get("major")?, row.get("reminders")?);
        let due = from_micros(row.get("due_at")?);
        let next = next_reminder(due, sent + 1, now);
        sql("UPDATE policy_duty SET remind_at = $1, reminders = $2
             WHERE policy_id = $3 AND major = $4 AND person_id = $5")
        .bind(next.map(|(at, _)| at.as_microsecond()))
        .bind(next.map_or(sent + 1, |(_, before)| before))
        .bind(&policy_id)
        .bind(major)
        .bind(&person)
        .run(&mut tx)
        .await?;
        let excepted = store::exceptions(&mut tx, Some(&policy_id), Some(&person))
            .await?
            .iter()
            .any(|e| e.holds(today));
        let title = policies
            .iter()
            .find(|p| p.id == policy_id)
            .and_then(|p| p.in_force(today))
            .map(|v| v.title.clone());
        if let (Some(title), false) = (title, excepted) {
            lists.entry(person).or_default().push((policy_id, title));
        }
    }
    say(
        &mut tx,
        now,
        &Actor::system(),
        "policy.reminded",
        "policy_due",
        lists,
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Tell people whose exception ends soon.
async fn run_out(app: &App, now: Timestamp) -> Result<()> {
    let due: Vec<String> = sql("SELECT id FROM policy_exception WHERE remind_at <= $1 LIMIT $2")
        .bind(now.as_microsecond())
        .bind(ROUND)
        .column("id", &app.db)
        .await?;
    for id in due {
        let mut tx = app.db.begin().await?;
        let taken = sql(
            "UPDATE policy_exception SET remind_at = NULL WHERE id = $1 AND remind_at IS NOT NULL
             RETURNING policy_id, person_id",
        )
        .bind(&id)
        .opt(&mut tx)
        .await?;
        let Some(row) = taken else { continue };
        let policy: String = row.get("policy_id")?;
        let found = store::find_to_run(&mut tx, &Actor::system(), &policy).await?;
        let list = vec![(policy, found.title().to_owned())];
        let lists = [row.get::<String>("person_id")?, found.owner_id]
            .into_iter()
            .map(|person| (person, list.clone()))
            .collect();
        say(
            &mut tx,
            now,
            &Actor::system(),
            "policy.exception_ends",
            "exception_ends",
            lists,
        )
        .await?;
        tx.commit().await?;
    }
    Ok(())
}
