//! How things stand for a reader: components with their last days, what goes on,
//! what is planned, and what was.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use mil_db::{Where, sql};

use crate::actor::Actor;
use crate::announcements::model::{Announcement, Effect, Kind, State};
use crate::announcements::store::{self, Update, Wanted};
use crate::clock::from_micros;
use crate::error::Result;
use crate::policy;
use crate::state::App;
use crate::status::components::{self, Component};
use crate::status::history::{self, DAYS, Day, Hit};

/// The most announcements that one look takes in.
const MOST: i64 = 500;

/// A component as a reader sees it.
#[derive(Debug)]
#[allow(missing_docs)]
pub struct Seen {
    pub component: Component,
    pub now: Effect,
    pub days: Vec<Day>,
}

/// How things stand.
#[derive(Debug)]
#[allow(missing_docs)]
pub struct Board {
    pub components: Vec<Seen>,
    /// Outages and maintenances that go on, newest first.
    pub open: Vec<Announcement>,
    /// Maintenances to come, the next first.
    pub planned: Vec<Announcement>,
    /// What is over, newest first, of the last 90 days.
    pub past: Vec<Announcement>,
    pub updates: BTreeMap<String, Vec<Update>>,
}

impl Board {
    /// What `actor` may know; `None` is everybody.
    pub async fn load(app: &App, actor: Option<&Actor>, now: Timestamp) -> Result<Board> {
        let since = now - SignedDuration::from_hours(24 * (DAYS as i64 + 1));
        let components = components::list(&app.db, actor).await?;
        let mut hits = hits(app, actor, now, since).await?;
        let zone = app.zone();
        let components = components
            .into_iter()
            .map(|component| {
                let hits = hits.remove(&component.id).unwrap_or_default();
                Seen {
                    now: history::now_is(&hits, now),
                    days: history::days(&hits, component.created_at, now, &zone, DAYS),
                    component,
                }
            })
            .collect();
        let wanted = Wanted {
            live: true,
            page: true,
            since: Some(since),
            ..Wanted::default()
        };
        let all = store::list(&app.db, actor, now, &wanted, MOST).await?;
        let ids: Vec<&str> = all.iter().map(|a| a.id.as_str()).collect();
        let mut updates: BTreeMap<String, Vec<Update>> = BTreeMap::new();
        for update in store::updates(&app.db, &ids).await? {
            updates
                .entry(update.announcement_id.clone())
                .or_default()
                .push(update);
        }
        let (mut open, mut planned, mut past) = (Vec::new(), Vec::new(), Vec::new());
        for a in all {
            if !a.is_open() {
                past.push(a);
            } else if a.kind == Kind::Maintenance && a.state == Some(State::Planned) {
                planned.push(a);
            } else {
                open.push(a);
            }
        }
        open.sort_by_key(|a| {
            (
                std::cmp::Reverse(a.worst()),
                std::cmp::Reverse(a.began_at()),
            )
        });
        planned.sort_by_key(Announcement::began_at);
        past.sort_by_key(|a| std::cmp::Reverse(a.began_at()));
        Ok(Board {
            components,
            open,
            planned,
            past,
            updates,
        })
    }

    /// The worst there is now: of components, and of what hits none.
    pub fn worst(&self) -> Effect {
        let of_components = self.components.iter().map(|c| c.now);
        let of_outages = self
            .open
            .iter()
            .filter(|a| a.kind == Kind::Outage && a.state != Some(State::Monitoring))
            .map(|a| a.worst().max(Effect::Degraded));
        of_components
            .chain(of_outages)
            .max()
            .unwrap_or(Effect::Works)
    }

    /// The names of what an announcement hits, as far as the reader sees them.
    pub fn names<'b>(&'b self, a: &'b Announcement) -> Vec<(&'b str, Effect)> {
        self.components
            .iter()
            .filter_map(|c| {
                let hit = a.hits.iter().find(|(id, _)| *id == c.component.id)?;
                Some((c.component.name.as_str(), hit.1))
            })
            .collect()
    }
}

/// What hit which component, as far as `actor` may know.
async fn hits(
    app: &App,
    actor: Option<&Actor>,
    now: Timestamp,
    since: Timestamp,
) -> Result<BTreeMap<String, Vec<Hit>>> {
    let mut filter = Where::new();
    policy::visible_announcements(actor, now, &mut filter);
    let now_micros = now.as_microsecond();
    filter.and(
        "a.page = 1 AND a.withdrawn_at IS NULL AND a.publish_at <= ?",
        [now_micros.into()],
    );
    filter.and("a.state IS NULL OR a.state <> 'planned'", []);
    filter.and("e.since <= ?", [now_micros.into()]);
    filter.and(
        "e.until IS NULL OR e.until >= ?",
        [since.as_microsecond().into()],
    );
    let mut all: BTreeMap<String, Vec<Hit>> = BTreeMap::new();
    for row in sql(format!(
        "SELECT e.component_id, e.effect, e.since, e.until FROM announcement_effect e
         JOIN announcement a ON a.id = e.announcement_id WHERE {}",
        filter.text()
    ))
    .bind_all(filter.values())
    .all(&app.db)
    .await?
    {
        let Some(effect) = Effect::from_key(&row.get::<String>("effect")?) else {
            continue;
        };
        all.entry(row.get("component_id")?).or_default().push(Hit {
            effect,
            since: from_micros(row.get("since")?),
            until: row.get::<Option<i64>>("until")?.map(from_micros),
        });
    }
    Ok(all)
}
