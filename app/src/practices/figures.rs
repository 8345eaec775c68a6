//! The measures of an adopted practice, over what happened to its requests.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use mil_db::{Db, Where, sql};
use mil_process::process::Phase;
use mil_sla::promise::State;

use super::model::Adoption;
use super::pack::{Better, Figure, Formula, Kpi, Measure};
use crate::actor::Actor;
use crate::catalog::Catalog;
use crate::catalog::model::ClockKind;
use crate::error::Result;
use crate::work::Item;
use crate::work::store;

/// The period that figures look at, in days up to now.
pub const DAYS: i64 = 90;
/// The newest requests that are looked at one by one; older ones of the period
/// are left out of medians and shares, so that a page never takes long.
const MOST: i64 = 2_000;

/// A measure with its value, if there is one yet.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Value {
    pub kpi: Kpi,
    pub value: Option<f64>,
}

impl Value {
    /// Whether the target is met; `None` without a value.
    pub fn met(&self) -> Option<bool> {
        let value = self.value?;
        Some(match self.kpi.better {
            Better::Higher => value >= self.kpi.target,
            Better::Lower => value <= self.kpi.target,
        })
    }
}

/// How well a team uses a practice, and what to do next.
#[derive(Debug, Clone, PartialEq)]
pub struct Maturity {
    /// 1 to 4.
    pub level: u8,
    /// Of the measure to work on, if one misses its target.
    pub improve: Option<String>,
}

/// The maturity of a practice: 1 adopted, 2 in use (five requests in the
/// period), 3 measured (every measure has a value), 4 on target. Pure.
pub fn maturity(ordered: i64, values: &[Value]) -> Maturity {
    let missed = || values.iter().filter(|v| v.met() == Some(false));
    // The one that is furthest from its target, relative to it.
    let far = |v: &Value| {
        let value = v.value.unwrap_or_default();
        (value - v.kpi.target).abs() / v.kpi.target.abs().max(1.0)
    };
    let worst = missed().max_by(|a, b| far(a).total_cmp(&far(b)));
    let level = if ordered < 5 {
        1
    } else if values.iter().any(|v| v.value.is_none()) {
        2
    } else if worst.is_some() {
        3
    } else {
        4
    };
    Maturity {
        level,
        improve: worst.map(|v| v.kpi.key.clone()),
    }
}

/// Everything that formulas ask for.
struct Facts {
    requests: BTreeMap<&'static str, i64>,
    /// Verb to how often and to how many.
    events: BTreeMap<String, (i64, i64)>,
    /// Delivered, the newest first.
    done: Vec<One>,
}

struct One {
    kept_delivery: bool,
    kept_response: bool,
    lead_time: f64,
    response_time: f64,
    waiting_time: f64,
    rating: Option<f64>,
    time_spent: f64,
    stages: BTreeMap<String, f64>,
}

/// The values of a practice's measures now, and how much was ordered.
pub async fn values(
    db: &Db,
    catalog: &Catalog,
    adoption: &Adoption,
    now: Timestamp,
) -> Result<(i64, Vec<Value>)> {
    let services: Vec<&String> = adoption.parts.services.values().collect();
    let facts = load(db, catalog, &services, now).await?;
    let values = adoption.pack.meta.kpis.iter().map(|kpi| Value {
        value: Formula::parse(&kpi.formula)
            .ok()
            .and_then(|formula| formula.value(&|figure| facts.figure(figure))),
        kpi: kpi.clone(),
    });
    Ok((facts.requests["ordered"], values.collect()))
}

async fn load(db: &Db, catalog: &Catalog, services: &[&String], now: Timestamp) -> Result<Facts> {
    let since = now - SignedDuration::from_hours(24 * DAYS);
    let places = places(services.len());
    let count = |condition: &'static str| {
        sql(format!(
            "SELECT COUNT(*) AS n FROM work_item w WHERE {condition} AND w.service_id IN ({})",
            places
        ))
        .bind(since.as_microsecond())
        .bind_all(services.iter().map(|s| s.as_str()))
    };
    let mut requests = BTreeMap::new();
    requests.insert("ordered", count("w.created_at >= $1").value("n", db).await?);
    let done = count("w.closed_at >= $1 AND w.phase = 'done'");
    requests.insert("delivered", done.value("n", db).await?);
    let mut events = BTreeMap::new();
    for row in sql(format!(
        "SELECT e.verb, COUNT(*) AS n, COUNT(DISTINCT e.item_id) AS items
         FROM work_item w JOIN event e ON e.item_id = w.id
         WHERE e.at >= $1 AND w.service_id IN ({}) GROUP BY e.verb",
        places
    ))
    .bind(since.as_microsecond())
    .bind_all(services.iter().map(|s| s.as_str()))
    .all(db)
    .await?
    {
        events.insert(row.get("verb")?, (row.get("n")?, row.get("items")?));
    }
    for (word, verb) in [
        ("declined", "request.declined"),
        ("cancelled", "request.cancelled"),
        ("reopened", "request.reopened"),
    ] {
        requests.insert(word, events.get(verb).map_or(0, |(_, items)| *items));
    }
    let mut filter = Where::new();
    let all: Vec<mil_db::Value> = services.iter().map(|s| s.as_str().into()).collect();
    let places = vec!["?"; all.len()].join(", ");
    if all.is_empty() {
        filter.and("1 = 0", []);
    } else {
        filter.and(&format!("w.service_id IN ({places})"), all);
    }
    filter.and("w.closed_at >= ?", [since.as_microsecond().into()]);
    filter.and("w.phase = 'done'", []);
    let tail = format!("ORDER BY w.closed_at DESC, w.id LIMIT {MOST}");
    let items = store::select(db, &Actor::system(), &filter, &tail).await?;
    let mut spent = by_item(
        db,
        "SELECT t.item_id, '' AS part, CAST(SUM(t.minutes) AS BIGINT) AS n FROM time_entry t
         JOIN work_item w ON w.id = t.item_id",
        "t.removed_at IS NULL",
        "t.item_id",
        services,
        since,
    )
    .await?;
    let mut stages = by_item(
        db,
        "SELECT v.item_id, v.stage AS part, CAST(SUM(v.worked) AS BIGINT) AS n FROM stage_visit v
         JOIN work_item w ON w.id = v.item_id",
        "v.worked IS NOT NULL",
        "v.item_id, v.stage",
        services,
        since,
    )
    .await?;
    let mut done = Vec::new();
    for item in &items {
        let minutes = spent.remove(&item.id).unwrap_or_default();
        let worked = stages.remove(&item.id).unwrap_or_default();
        if let Some(one) = one(catalog, item, now, &minutes, worked) {
            done.push(one);
        }
    }
    Ok(Facts {
        requests,
        events,
        done,
    })
}

/// Places for `count` values from the second on; what fits nothing for none.
fn places(count: usize) -> String {
    let marks: Vec<String> = (2..2 + count).map(|n| format!("${n}")).collect();
    if marks.is_empty() {
        "NULL".to_owned()
    } else {
        marks.join(", ")
    }
}

type ByItem = BTreeMap<String, BTreeMap<String, i64>>;

/// Sums of the requests that were closed in the period, by request and part.
async fn by_item(
    db: &Db,
    select: &'static str,
    condition: &'static str,
    group: &'static str,
    services: &[&String],
    since: Timestamp,
) -> Result<ByItem> {
    let marks = places(services.len());
    let mut all = ByItem::new();
    for row in sql(format!(
        "{select} WHERE {condition} AND w.closed_at >= $1 AND w.phase = 'done'
            AND w.service_id IN ({marks}) GROUP BY {group}"
    ))
    .bind(since.as_microsecond())
    .bind_all(services.iter().map(|s| s.as_str()))
    .all(db)
    .await?
    {
        let parts = all.entry(row.get("item_id")?).or_default();
        parts.insert(row.get("part")?, row.get("n")?);
    }
    Ok(all)
}

#[allow(clippy::cast_precision_loss)]
fn hours(minutes: i64) -> f64 {
    minutes as f64 / 60.0
}

fn one(
    catalog: &Catalog,
    item: &Item,
    now: Timestamp,
    minutes: &BTreeMap<String, i64>,
    worked: BTreeMap<String, i64>,
) -> Option<One> {
    let (_, calendar) = catalog.promise(&item.promise.promise_id).ok()?;
    let cal = &calendar.compiled;
    let delivery = item.promise.read(ClockKind::Delivery, cal, now);
    let response = item.promise.read(ClockKind::Response, cal, now);
    let waited: i64 = item
        .promise
        .delivery
        .pauses
        .iter()
        .filter_map(|pause| Some(cal.between(pause.from, pause.to?).minutes()))
        .sum();
    debug_assert_eq!(item.phase, Phase::Done);
    #[allow(clippy::cast_precision_loss)]
    Some(One {
        kept_delivery: delivery.state == State::Met,
        kept_response: response.state == State::Met,
        lead_time: hours(delivery.used.minutes()),
        response_time: hours(response.used.minutes()),
        waiting_time: hours(waited),
        rating: item.rating.map(|r| r as f64),
        time_spent: hours(minutes.values().sum()),
        stages: worked
            .into_iter()
            .map(|(stage, micros)| (stage, hours(mil_sla::Work::from_micros(micros).minutes())))
            .collect(),
    })
}

/// The verb of an event of a formula.
fn verb(event: &str) -> String {
    match event {
        "asked" => "request.waits".to_owned(),
        "commented" => "comment.written".to_owned(),
        "reassigned" => "request.assigned".to_owned(),
        other => format!("request.{other}"),
    }
}

impl Facts {
    #[allow(clippy::cast_precision_loss)]
    fn figure(&self, figure: &Figure) -> Option<f64> {
        Some(match figure {
            Figure::Requests(word) => *self.requests.get(word)? as f64,
            Figure::Kept(clock) => {
                let kept = |one: &&One| match *clock {
                    "response" => one.kept_response,
                    _ => one.kept_delivery,
                };
                // Counted over those that were looked at, scaled to all.
                let share =
                    self.done.iter().filter(kept).count() as f64 / self.done.len().max(1) as f64;
                share * self.requests["delivered"] as f64
            }
            Figure::Count(event) => self.events.get(&verb(event)).map_or(0, |e| e.0) as f64,
            Figure::Items(event) => self.events.get(&verb(event)).map_or(0, |e| e.1) as f64,
            Figure::Median(measure) => share_of(self.all(measure), 0.5)?,
            Figure::P90(measure) => share_of(self.all(measure), 0.9)?,
            Figure::Mean(measure) => {
                let all = self.all(measure);
                let count = all.len();
                if count == 0 {
                    return None;
                }
                all.into_iter().sum::<f64>() / count as f64
            }
        })
    }

    fn all(&self, measure: &Measure) -> Vec<f64> {
        let of = |one: &One| match measure {
            Measure::Known("lead_time") => Some(one.lead_time),
            Measure::Known("response_time") => Some(one.response_time),
            Measure::Known("waiting_time") => Some(one.waiting_time),
            Measure::Known("rating") => one.rating,
            Measure::Known("time_spent") => Some(one.time_spent),
            Measure::Known(_) => None,
            Measure::Stage(key) => one.stages.get(key).copied(),
        };
        self.done.iter().filter_map(of).collect()
    }
}

/// The value that `share` of all stay at or below (nearest rank).
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]
fn share_of(mut all: Vec<f64>, share: f64) -> Option<f64> {
    all.sort_by(f64::total_cmp);
    let rank = (share * all.len() as f64).ceil().max(1.0) as usize;
    all.get(rank - 1).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::practices::pack::Unit;

    fn value(key: &str, value: Option<f64>, target: f64, better: Better) -> Value {
        Value {
            kpi: Kpi {
                key: key.into(),
                name: key.into(),
                why: String::new(),
                formula: "1".into(),
                unit: Unit::Percent,
                target,
                better,
                improve: String::new(),
            },
            value,
        }
    }

    #[test]
    fn use_grows_in_four_steps() {
        let kept = |v| value("kept", v, 90.0, Better::Higher);
        let back = |v| value("back", v, 0.5, Better::Lower);
        for (ordered, values, level, improve) in [
            (0, vec![kept(None)], 1, None),
            (4, vec![kept(Some(95.0))], 1, None),
            (5, vec![kept(Some(95.0)), back(None)], 2, None),
            (9, vec![kept(Some(80.0)), back(Some(0.4))], 3, Some("kept")),
            (9, vec![kept(Some(89.0)), back(Some(3.0))], 3, Some("back")),
            (9, vec![kept(Some(90.0)), back(Some(0.5))], 4, None),
        ] {
            let found = maturity(ordered, &values);
            assert_eq!((found.level, found.improve.as_deref()), (level, improve));
        }
    }

    #[test]
    fn shares_are_by_nearest_rank() {
        let all = || vec![4.0, 1.0, 3.0, 2.0];
        assert_eq!(share_of(all(), 0.5), Some(2.0));
        assert_eq!(share_of(all(), 0.9), Some(4.0));
        assert_eq!(share_of(vec![7.0], 0.5), Some(7.0));
        assert_eq!(share_of(vec![], 0.5), None);
    }
}
