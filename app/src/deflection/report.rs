//! The figures of self-help.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::rules::{self, Effort, Saved, Tried};
use super::store;
use crate::catalog::Catalog;
use crate::clock::from_micros;
use crate::error::{Error, Result};
use crate::org::read_setting;
use crate::search::kinds::{Kind, cards};
use crate::search::unmet;
use crate::web::Me;

/// A day in microseconds.
const DAY: i64 = 86_400_000_000;
/// How far back booked time is looked at, in days.
const EFFORT_DAYS: i64 = 365;
/// The setting with what an hour costs.
pub const SETTING: &str = "self_help";

/// What the organisation says about its costs.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Costs {
    /// An hour of work, in hundredths of the currency.
    pub hour_minor: Option<i64>,
}

/// Of which time.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Asked {
    /// The last 30, 90 (default) or 365 days.
    pub days: Option<i64>,
}

/// What self-help saved, and the five things that it promises.
#[derive(Debug, Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Report {
    pub days: i64,
    /// RFC 3339.
    pub from: String,
    pub to: String,
    pub saved: Sum,
    pub services: Vec<OfService>,
    pub responsiveness: Responsiveness,
    pub hours: Extended,
    pub demand: Demand,
    pub quality: Quality,
    pub weeks: Vec<Week>,
    pub failing: Vec<Failing>,
    pub unmet: Vec<Missing>,
}

/// Hours and cost saved.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Sum {
    /// Hours, at least; null when no effort is known.
    pub low_hours: Option<f64>,
    /// Hours, at most.
    pub high_hours: Option<f64>,
    /// In hundredths of the currency; null without the cost of an hour.
    pub low_minor: Option<i64>,
    /// The same, at most.
    pub high_minor: Option<i64>,
    /// ISO 4217.
    pub currency: String,
    /// Solves that are in it.
    pub counted: usize,
    /// Solves without a known effort, which are not.
    pub left_out: usize,
    /// Requests with booked time that it stands on.
    pub sample: usize,
    /// How it was found.
    pub method: &'static str,
}

/// How the range is found, in one sentence.
pub const METHOD: &str = "Solves that people confirmed, times the minutes booked on requests for the same service that were closed in the last year: the 90 % interval of the mean by bootstrap (2,000 draws). Fewer than 8 such requests give no number. Waiting time is not counted.";

/// One service.
#[derive(Debug, Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct OfService {
    /// Empty: they asked without a service.
    pub id: String,
    pub name: String,
    pub solves: usize,
    pub orders: i64,
    /// Closed requests with booked time.
    pub sample: usize,
    /// Null when the sample is too small.
    pub low_hours: Option<f64>,
    pub high_hours: Option<f64>,
}

/// How soon there is an answer.
#[derive(Debug, Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Responsiveness {
    /// From the first look to "this solved it".
    pub self_help_seconds: Option<f64>,
    pub self_help_sample: usize,
    /// From order to done.
    pub request_seconds: Option<f64>,
    pub request_sample: usize,
}

/// Help outside working hours.
#[derive(Debug, Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Extended {
    pub outside: usize,
    pub solves: usize,
}

/// Requests that nobody had to make.
#[derive(Debug, Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Demand {
    pub solves: usize,
    pub orders: i64,
}

/// Whether it is any good.
#[derive(Debug, Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Quality {
    /// People to whom an answer was shown, summed over answers.
    pub shown: i64,
    /// How many of them it solved it for.
    pub solved: i64,
    pub finished: usize,
    pub reopened: i64,
    pub rated: usize,
    /// 1 to 5.
    pub rating: Option<f64>,
}

/// One week.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Week {
    /// Its first day, RFC 3339.
    pub begins: String,
    /// Confirmed solves.
    pub solves: usize,
    /// Requests.
    pub orders: i64,
}

/// An answer that does not help.
#[derive(Debug, Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Failing {
    pub kind: Kind,
    pub id: String,
    pub title: String,
    pub href: String,
    pub shown: i64,
    pub solved: i64,
    pub ordered: i64,
}

/// What was looked for in vain.
#[derive(Debug, Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Missing {
    pub words: String,
    pub language: String,
    pub times: i64,
    pub last_at: String,
}

/// Put it together.
///
/// # Errors
/// When there is no report for so many days.
pub async fn report(me: &Me, asked: &Asked) -> Result<Report> {
    let days = asked.days.unwrap_or(90);
    if ![30, 90, 365].contains(&days) {
        return Err(Error::field("days", "Choose 30, 90 or 365 days."));
    }
    let db = &me.app.db;
    let catalog = me.app.catalog().await?;
    // What happened this very moment is in it.
    let to = me.now.as_microsecond() + 1;
    let from = to - days * DAY;
    let solves = store::solves(db, from, to).await?;
    let orders = store::orders(db, from, to).await?;
    let booked = store::booked(db, to - EFFORT_DAYS * DAY).await?;
    let services = services(&catalog, &solves, &orders, &booked);
    let total = rules::total(services.iter().map(|(_, saved)| saved));
    let costs: Costs = read_setting(db, SETTING).await?.unwrap_or_default();
    let known = total.counted > 0;
    let minor = |hours: f64| {
        let hour = costs.hour_minor.filter(|_| known)?;
        #[allow(clippy::cast_possible_truncation)]
        Some((hours * hour as f64).round() as i64)
    };
    let outside = solves
        .iter()
        .filter(|solve| {
            let at = from_micros(solve.at);
            calendar(&catalog, solve.service_id.as_deref()).is_some_and(|c| !c.is_working(at))
        })
        .count();
    let finished = store::finished(db, from, to).await?;
    let ratings: Vec<f64> = finished
        .iter()
        .filter_map(|(_, r)| r.map(|r| r as f64))
        .collect();
    let tried = store::tried(db, from, to).await?;
    let waits: Vec<f64> = solves
        .iter()
        .filter_map(|s| s.after_seconds)
        .map(|s| s as f64)
        .collect();
    let all_orders: i64 = orders.values().sum();
    Ok(Report {
        days,
        from: from_micros(from).to_string(),
        to: me.now.to_string(),
        saved: Sum {
            low_hours: known.then_some(total.low),
            high_hours: known.then_some(total.high),
            low_minor: minor(total.low),
            high_minor: minor(total.high),
            currency: me.app.org().currency.clone(),
            counted: total.counted,
            left_out: total.left_out,
            sample: total.sample,
            method: METHOD,
        },
        responsiveness: Responsiveness {
            self_help_sample: waits.len(),
            self_help_seconds: rules::median(waits),
            request_sample: finished.len(),
            request_seconds: rules::median(finished.iter().map(|(took, _)| *took as f64)),
        },
        hours: Extended {
            outside,
            solves: solves.len(),
        },
        demand: Demand {
            solves: solves.len(),
            orders: all_orders,
        },
        quality: Quality {
            shown: tried.iter().map(|(_, _, t)| t.shown).sum(),
            solved: tried.iter().map(|(_, _, t)| t.solved).sum(),
            finished: finished.len(),
            reopened: store::reopened(db, from, to).await?,
            rated: ratings.len(),
            rating: (!ratings.is_empty())
                .then(|| ratings.iter().sum::<f64>() / ratings.len() as f64),
        },
        weeks: weeks(me, &solves, to, days).await?,
        failing: failing(me, tried).await?,
        unmet: unmet::open(db, unmet::Place::Search, 25)
            .await?
            .into_iter()
            .map(|gap| Missing {
                words: gap.words,
                language: gap.language,
                times: gap.times,
                last_at: gap.last_at.to_string(),
            })
            .collect(),
        services: services.into_iter().map(|(service, _)| service).collect(),
    })
}

fn services(
    catalog: &Catalog,
    solves: &[store::Solve],
    orders: &BTreeMap<String, i64>,
    booked: &BTreeMap<String, Vec<i64>>,
) -> Vec<(OfService, Saved)> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for solve in solves {
        *counts
            .entry(solve.service_id.as_deref().unwrap_or_default())
            .or_default() += 1;
    }
    let mut out: Vec<(OfService, Saved)> = counts
        .into_iter()
        .map(|(id, solves)| {
            let minutes = booked.get(id).map_or(&[][..], Vec::as_slice);
            let saved = Saved {
                solves,
                effort: rules::effort(minutes),
            };
            let hours = saved.hours();
            let service = OfService {
                id: id.to_owned(),
                name: catalog
                    .service(id)
                    .map(|s| s.name.clone())
                    .unwrap_or_default(),
                solves,
                orders: orders.get(id).copied().unwrap_or(0),
                sample: match saved.effort {
                    Effort::TooFew(n) => n,
                    Effort::Range { sample, .. } => sample,
                },
                low_hours: hours.map(|(low, _)| low),
                high_hours: hours.map(|(_, high)| high),
            };
            (service, saved)
        })
        .collect();
    out.sort_by_key(|(service, _)| (std::cmp::Reverse(service.solves), service.name.clone()));
    out
}

/// The business calendar of a service; without one, that of the first promise
/// by name.
fn calendar<'a>(catalog: &'a Catalog, service: Option<&str>) -> Option<&'a mil_sla::Calendar> {
    let of = service
        .and_then(|id| catalog.service(id))
        .and_then(|service| catalog.promise(&service.promise_id).ok())
        .map(|(_, calendar)| calendar);
    let first = || {
        catalog
            .calendars
            .values()
            .filter(|c| !c.archived)
            .min_by_key(|c| (&c.name, &c.id))
    };
    of.or_else(first).map(|entry| &entry.compiled)
}

async fn weeks(me: &Me, solves: &[store::Solve], to: i64, days: i64) -> Result<Vec<Week>> {
    let count = (days / 7).clamp(4, 26);
    let begins: Vec<i64> = (1..=count).rev().map(|n| to - n * 7 * DAY).collect();
    let counts = rules::by_week(&begins, solves.iter().map(|s| s.at));
    let orders = store::ordered_at(&me.app.db, &begins, to).await?;
    let day = |at: i64| -> String {
        let at: Timestamp = from_micros(at) + SignedDuration::from_hours(24);
        me.prefs.zone.to_datetime(at).date().to_string()
    };
    Ok(begins
        .iter()
        .zip(counts)
        .zip(orders)
        .map(|((begin, solves), orders)| Week {
            begins: day(*begin),
            solves,
            orders,
        })
        .collect())
}

async fn failing(me: &Me, tried: Vec<(String, String, Tried)>) -> Result<Vec<Failing>> {
    let mut out = Vec::new();
    for (kind, id, tried) in tried {
        let Some(kind) = Kind::from_key(&kind).filter(|_| tried.fails()) else {
            continue;
        };
        let Some(card) = cards(me, kind, std::slice::from_ref(&id))
            .await?
            .into_iter()
            .next()
        else {
            continue;
        };
        out.push(Failing {
            kind,
            id,
            title: card.title,
            href: card.href,
            shown: tried.shown,
            solved: tried.solved,
            ordered: tried.ordered,
        });
        if out.len() == 20 {
            break;
        }
    }
    Ok(out)
}
