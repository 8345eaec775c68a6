//! What a rule would have done: it is held against what happened, with each
//! request as it was then. Nothing is changed.

use std::collections::HashMap;

use jiff::civil::Time;
use jiff::{SignedDuration, Timestamp};
use mil_db::sql;
use serde_json::Value;

use crate::automation::model::{Def, Since, When};
use crate::automation::{facts, timers};
use crate::clock::from_micros;
use crate::error::{Error, Result};
use crate::web::Me;
use crate::webhooks::rules::hears;
use crate::work::Item;

/// How far back it looks.
pub const DAYS: i64 = 30;
/// The most events it looks at.
const MOST: i64 = 5_000;
/// The most hits it tells.
pub const TOLD: usize = 50;

/// The rule would have acted here.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Would {
    pub at: Timestamp,
    pub number: i64,
    pub title: String,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Dry {
    /// How many causes were looked at.
    pub looked: usize,
    /// How often it would have acted.
    pub hits: usize,
    /// The latest of them, newest first.
    pub told: Vec<Would>,
}

/// The past of one request.
struct Past {
    item: Item,
    /// Newest first.
    events: Vec<(Timestamp, String, Value)>,
}

impl Past {
    fn at(&self, moment: Timestamp) -> Item {
        let later = self
            .events
            .iter()
            .take_while(|(at, _, _)| *at > moment)
            .map(|(_, verb, data)| (verb.as_str(), data));
        facts::back(&self.item, later)
    }
}

async fn past(me: &Me, id: &str) -> Result<Option<Past>> {
    let item = match crate::work::store::find(&me.app.db, &me.actor, id).await {
        Err(Error::NotFound) => return Ok(None),
        other => other?,
    };
    let events = sql("SELECT at, verb, data FROM event WHERE item_id = $1 ORDER BY id DESC")
        .bind(&item.id)
        .all(&me.app.db)
        .await?
        .iter()
        .map(|row| {
            Ok((
                from_micros(row.get("at")?),
                row.get("verb")?,
                row.json("data")?,
            ))
        })
        .collect::<Result<_>>()?;
    Ok(Some(Past { item, events }))
}

/// A moment at which the rule would have been set off, and by whom.
struct Spark {
    at: Timestamp,
    item: String,
    by: &'static str,
}

/// Hold a rule against the last [`DAYS`] days.
pub async fn run(me: &Me, def: &Def) -> Result<Dry> {
    let catalog = me.app.catalog().await?;
    let begin = me.now - SignedDuration::from_hours(24 * DAYS);
    let mut sparks = match &def.when {
        When::Event { event } => happened(me, event, begin).await?,
        When::Since { since, .. } => lasted(me, *since, begin).await?,
        When::Schedule { days, at } => hours(me, days, at, begin).await?,
    };
    sparks.sort_by_key(|(spark, _)| std::cmp::Reverse(spark.at));
    let mut known: HashMap<String, Option<Past>> = HashMap::new();
    let mut dry = Dry {
        looked: sparks.len(),
        ..Dry::default()
    };
    for (spark, until) in sparks {
        if !known.contains_key(&spark.item) {
            let found = past(me, &spark.item).await?;
            known.insert(spark.item.clone(), found);
        }
        let Some(Some(past)) = known.get(&spark.item) else {
            continue;
        };
        let mut at = spark.at;
        if let When::Since { amount, unit, .. } = &def.when {
            at = timers::end(&catalog, &past.item, spark.at, (*amount, *unit))?;
            if at > me.now || until.is_some_and(|until| until <= at) || at < begin {
                continue;
            }
        }
        let then = past.at(at);
        let open = then.closed_at.is_none_or(|closed| closed > at);
        if !open && !matches!(def.when, When::Event { .. }) {
            continue;
        }
        if facts::holds(def.test.as_ref(), &facts::of(&catalog, &then, spark.by, at)) {
            dry.hits += 1;
            if dry.told.len() < TOLD {
                dry.told.push(Would {
                    at,
                    number: past.item.number,
                    title: past.item.title.clone(),
                });
            }
        }
    }
    dry.told.sort_by_key(|w| std::cmp::Reverse(w.at));
    Ok(dry)
}

type Sparks = Vec<(Spark, Option<Timestamp>)>;

async fn happened(me: &Me, event: &str, begin: Timestamp) -> Result<Sparks> {
    let rows = sql(
        "SELECT e.at, e.verb, e.actor_id, e.item_id, w.requester_id FROM event e
         JOIN work_item w ON w.id = e.item_id WHERE e.at >= $1 AND e.item_id IS NOT NULL
         ORDER BY e.id DESC LIMIT $2",
    )
    .bind(begin.as_microsecond())
    .bind(MOST)
    .all(&me.app.db)
    .await?;
    let wanted = [event.to_owned()];
    let mut sparks = Vec::new();
    for row in rows {
        let verb: String = row.get("verb")?;
        if hears(&wanted, &verb) && !verb.starts_with("automation.") {
            let actor: Option<String> = row.get("actor_id")?;
            let requester: String = row.get("requester_id")?;
            let by = match actor {
                None => "clock",
                Some(id) if id == requester => "requester",
                Some(_) => "agent",
            };
            let spark = Spark {
                at: from_micros(row.get("at")?),
                item: row.get("item_id")?,
                by,
            };
            sparks.push((spark, None));
        }
    }
    Ok(sparks)
}

/// What began to last, and when it ended if it did.
async fn lasted(me: &Me, since: Since, begin: Timestamp) -> Result<Sparks> {
    let text = match since {
        Since::Ordered => {
            "SELECT id AS item_id, created_at AS since, closed_at AS until FROM work_item"
        }
        Since::Quiet => {
            "SELECT id AS item_id, updated_at AS since, closed_at AS until FROM work_item"
        }
        Since::Stage => "SELECT item_id, entered_at AS since, left_at AS until FROM stage_visit",
        Since::Approval => {
            "SELECT item_id, MIN(asked_at) AS since,
                CASE WHEN COUNT(closed_at) = COUNT(*) THEN MAX(closed_at) END AS until
             FROM approval GROUP BY item_id, visit_id, step"
        }
        Since::Requester => {
            "SELECT e.item_id, e.at AS since, (SELECT MIN(n.at) FROM event n
                WHERE n.item_id = e.item_id AND n.id > e.id AND n.verb IN ('request.resumed',
                    'request.approved', 'request.changes_asked', 'request.cancelled')) AS until
             FROM event e WHERE e.verb = 'request.waits'"
        }
    };
    sql(format!(
        "SELECT item_id, since, until FROM ({text}) AS s
         WHERE until IS NULL OR until >= $1 ORDER BY since DESC LIMIT $2"
    ))
    .bind(begin.as_microsecond())
    .bind(MOST)
    .all(&me.app.db)
    .await?
    .iter()
    .map(|row| {
        let spark = Spark {
            at: from_micros(row.get("since")?),
            item: row.get("item_id")?,
            by: "clock",
        };
        Ok((spark, row.get::<Option<i64>>("until")?.map(from_micros)))
    })
    .collect()
}

async fn hours(me: &Me, days: &[i8], at: &str, begin: Timestamp) -> Result<Sparks> {
    let zone = me.app.zone();
    let at: Time = at.parse().unwrap_or(Time::midnight());
    let rows = sql("SELECT id, created_at FROM work_item
         WHERE closed_at IS NULL OR closed_at >= $1 ORDER BY id DESC LIMIT $2")
    .bind(begin.as_microsecond())
    .bind(MOST / 20)
    .all(&me.app.db)
    .await?;
    let mut sparks = Vec::new();
    let mut day = zone.to_datetime(begin).date();
    let today = zone.to_datetime(me.now).date();
    while day <= today {
        let fits = days.is_empty() || days.contains(&day.weekday().to_monday_one_offset());
        let moment = zone.to_timestamp(day.to_datetime(at));
        if let Some(moment) = moment.ok().filter(|m| fits && *m >= begin && *m <= me.now) {
            for row in &rows {
                if from_micros(row.get("created_at")?) <= moment {
                    let spark = Spark {
                        at: moment,
                        item: row.get("id")?,
                        by: "clock",
                    };
                    sparks.push((spark, None));
                }
            }
        }
        let Ok(next) = day.tomorrow() else { break };
        day = next;
    }
    Ok(sparks)
}
