//! Reading new events from the log.
//!
//! Ids of events grow with time, but transactions commit in any order. So each
//! round reads the last [`WINDOW`] again and tells of those it has not seen. A
//! transaction that takes longer than that goes untold, which costs a reload
//! and no data.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use mil_db::{Where, sql};

use crate::error::Result;
use crate::live::hub::{Change, Message};
use crate::policy::ItemFacts;
use crate::state::App;

/// How far back each round looks.
pub const WINDOW: SignedDuration = SignedDuration::from_secs(10);
/// How long a page may lag behind.
const EVERY: Duration = Duration::from_millis(500);

/// Run until the program stops.
pub async fn run(app: App) {
    let mut every = tokio::time::interval(EVERY);
    loop {
        every.tick().await;
        if let Err(error) = round(&app).await {
            tracing::warn!(%error, "live pages could not be told");
        }
    }
}

/// The smallest id that an event of this moment can have (UUIDv7, RFC 9562:
/// the milliseconds come first).
fn lowest_id(at: Timestamp) -> String {
    let hex = format!("{:012x}", at.as_millisecond().max(0));
    format!("{}-{}-", &hex[..8], &hex[8..])
}

struct Found {
    id: String,
    item_id: String,
    internal: bool,
}

async fn recent(app: &App) -> Result<Vec<Found>> {
    let from = app.now().checked_sub(WINDOW).unwrap_or(Timestamp::MIN);
    sql("SELECT id, item_id, audience FROM event
         WHERE id >= $1 AND item_id IS NOT NULL ORDER BY id")
    .bind(lowest_id(from))
    .all(&app.db)
    .await?
    .iter()
    .map(|row| {
        Ok(Found {
            id: row.get("id")?,
            item_id: row.get("item_id")?,
            internal: row.get::<String>("audience")? != "public",
        })
    })
    .collect()
}

/// Take what is in the log as known, before the first reader listens.
pub async fn prime(app: &App) -> Result<()> {
    if app.live.seen.lock().expect("never poisoned").is_some() {
        return Ok(());
    }
    let ids = recent(app).await?.into_iter().map(|e| e.id).collect();
    app.live
        .seen
        .lock()
        .expect("never poisoned")
        .get_or_insert(ids);
    Ok(())
}

/// Read once and tell of what is new. Returns how many items changed.
pub async fn round(app: &App) -> Result<usize> {
    if app.live.listeners() == 0 {
        *app.live.seen.lock().expect("never poisoned") = None;
        return Ok(0);
    }
    let found = recent(app).await?;
    let fresh = {
        let mut seen = app.live.seen.lock().expect("never poisoned");
        let now: BTreeSet<String> = found.iter().map(|e| e.id.clone()).collect();
        let before = seen.replace(now).unwrap_or_default();
        // Public if anything about it is.
        let mut fresh: BTreeMap<String, bool> = BTreeMap::new();
        for event in found.into_iter().filter(|e| !before.contains(&e.id)) {
            let internal = fresh.entry(event.item_id).or_insert(true);
            *internal &= event.internal;
        }
        fresh
    };
    let count = fresh.len();
    for change in changes(app, fresh).await? {
        app.live.send(Message::Changed(Arc::new(change)));
    }
    app.live.send(Message::Beat);
    Ok(count)
}

/// What the policy needs to know about the items, as of now.
async fn changes(app: &App, fresh: BTreeMap<String, bool>) -> Result<Vec<Change>> {
    let mut out = Vec::new();
    let ids: Vec<String> = fresh.keys().cloned().collect();
    for ids in ids.chunks(200) {
        let mut these = Where::new();
        these.and_in("w.id", ids.iter().map(String::as_str));
        let mut watchers: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let rows = sql(format!(
            "SELECT v.item_id, v.person_id FROM watcher v JOIN work_item w ON w.id = v.item_id WHERE {}",
            these.text()
        ))
        .bind_all(these.values())
        .all(&app.db)
        .await?;
        for row in rows {
            watchers
                .entry(row.get("item_id")?)
                .or_default()
                .insert(row.get("person_id")?);
        }
        let rows = sql(format!(
            "SELECT w.id, w.requester_id, w.assignee_id, w.team_id FROM work_item w WHERE {}",
            these.text()
        ))
        .bind_all(these.values())
        .all(&app.db)
        .await?;
        for row in rows {
            let item_id: String = row.get("id")?;
            out.push(Change {
                facts: ItemFacts {
                    requester_id: row.get("requester_id")?,
                    assignee_id: row.get("assignee_id")?,
                    team_id: row.get("team_id")?,
                    watched: false,
                },
                watchers: watchers.remove(&item_id).unwrap_or_default(),
                internal: fresh.get(&item_id).copied().unwrap_or(true),
                presence: false,
                item_id,
            });
        }
    }
    Ok(out)
}

/// Tell those who may know that somebody came to look at an item, or went.
pub async fn tell_presence(app: &App, item_id: &str) -> Result<()> {
    if app.live.listeners() == 0 {
        return Ok(());
    }
    let one = BTreeMap::from([(item_id.to_owned(), true)]);
    for change in changes(app, one).await? {
        app.live.send(Message::Changed(Arc::new(Change {
            presence: true,
            ..change
        })));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_id_lies_between_the_moments() {
        let at: Timestamp = "2026-11-23T09:00:00Z".parse().unwrap();
        let earlier = crate::random::new_id(at - SignedDuration::from_millis(1));
        let same = crate::random::new_id(at);
        assert!(earlier < lowest_id(at) && lowest_id(at) <= same);
    }
}
