//! Changing many requests at once: the same verbs, one transaction, and a way
//! back for ten minutes.
//!
//! A request that cannot be changed (a required check is open, somebody has
//! closed it) is left out and named with the reason; the others are changed.

pub mod api;
pub mod pages;
pub mod undo;

use std::collections::BTreeMap;

use jiff::Timestamp;
use mil_process::form::Answers;
use mil_process::process::Move;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::catalog::model::Priority;
use crate::error::{Error, FieldError, Msg, Result};
use crate::openapi::Op;
use crate::policy::Do;
use crate::router::{Access, Route, post};
use crate::undo::Undo;
use crate::web::Ctx;
use crate::work::model::{Item, Tick, Waiting};
use crate::work::promise::Promise;
use crate::work::{edit, moves, store, talk};

/// The most requests changed at once.
pub const MAX: usize = 500;

/// The routes of this slice.
pub fn routes() -> Vec<Route> {
    use Access::Agents;
    vec![
        post(Agents, "/queue/bulk", pages::bulk),
        post(Agents, "/api/v1/requests/bulk", api::bulk).op(Op::new(
            "Requests",
            "Change up to 500 requests at once",
        )
        .body::<api::BulkInput>()
        .answers::<api::BulkView>()),
    ]
}

/// What to do with each.
#[derive(Debug, Clone)]
pub enum Change {
    /// Give it to somebody, or to nobody.
    Assign(Option<String>),
    /// Set how urgent it is.
    Priority(Priority),
    /// Move it.
    Move(Move),
    /// Let somebody follow it.
    Follow(String),
}

/// One request as it was before, and the version it got.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Before {
    pub id: String,
    pub number: i64,
    pub version_after: i64,
    pub stage: String,
    pub phase: String,
    pub stage_since: Timestamp,
    pub priority: Priority,
    pub team_id: String,
    pub assignee_id: Option<String>,
    pub fields: Answers,
    pub ticks: BTreeMap<String, Tick>,
    pub promise: Promise,
    pub waiting: Option<Waiting>,
    pub closed_at: Option<Timestamp>,
}

impl Before {
    fn of(item: &Item) -> Before {
        Before {
            id: item.id.clone(),
            number: item.number,
            version_after: 0,
            stage: item.stage.clone(),
            phase: store::phase_key(item.phase).to_owned(),
            stage_since: item.stage_since,
            priority: item.priority,
            team_id: item.team_id.clone(),
            assignee_id: item.assignee_id.clone(),
            fields: item.fields.clone(),
            ticks: item.ticks.clone(),
            promise: item.promise.clone(),
            waiting: item.waiting.clone(),
            closed_at: item.closed_at,
        }
    }
}

/// What a bulk change did, to take it back.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Changed {
    /// Each request as it was.
    pub before: Vec<Before>,
    /// Who was made to follow, when that was the change.
    pub follower: Option<String>,
}

/// How it went.
#[derive(Debug)]
pub struct Report {
    /// How many were changed.
    pub changed: usize,
    /// Which were left out, and why.
    pub blocked: Vec<(i64, Vec<Msg>)>,
    /// Takes it back; `None` when nothing was changed.
    pub undo: Option<String>,
}

/// Change each of `ids`. What `actor` may not see counts as not there.
///
/// # Errors
/// [`Error::Invalid`] for an empty or too long list, or a change that fits no
/// request (somebody who is not here).
pub async fn change(
    ctx: &Ctx,
    actor: &Actor,
    ids: &[String],
    label: &str,
    change: &Change,
) -> Result<Report> {
    if ids.is_empty() {
        return Err(Error::field("ids", "Tick the requests first."));
    }
    if ids.len() > MAX {
        return Err(Error::field(
            "ids",
            Msg::new("At most {n} requests can be changed at once. Narrow the list.")
                .with("n", MAX),
        ));
    }
    let catalog = ctx.app.catalog().await?;
    let mut tx = ctx.app.db.begin().await?;
    let mut done = Changed::default();
    let mut blocked = Vec::new();
    // Always in the same order, so that two bulk changes cannot wait for each
    // other on PostgreSQL.
    let mut ids: Vec<&String> = ids.iter().collect();
    ids.sort();
    ids.dedup();
    for id in ids {
        let verb = match change {
            Change::Move(mv) => moves::needs(mv.kind()),
            Change::Follow(_) => Do::Watch,
            _ => Do::Work,
        };
        let mut item = match store::lock(&mut tx, actor, id, verb, None).await {
            Ok(item) => item,
            Err(Error::NotFound) => continue,
            Err(Error::Forbidden(msg)) => {
                let item = store::find(&mut tx, actor, id).await?;
                blocked.push((item.number, vec![msg]));
                continue;
            }
            Err(error) => return Err(error),
        };
        let mut before = Before::of(&item);
        let outcome = match change {
            Change::Assign(to) => {
                edit::assign_in(&mut tx, ctx, actor, &mut item, to.as_deref()).await
            }
            Change::Priority(to) => {
                edit::prioritise_in(&mut tx, ctx, &catalog, actor, &mut item, *to).await
            }
            Change::Move(mv) => moves::run(&mut tx, ctx, &catalog, actor, &mut item, mv).await,
            Change::Follow(person) => talk::follow(&mut tx, ctx, &item.id, person)
                .await
                .map(|_| ()),
        };
        match outcome {
            Ok(()) => {}
            // Wrong for every request alike: say it at the field.
            Err(error @ Error::Invalid(_))
                if matches!(change, Change::Assign(_) | Change::Follow(_)) =>
            {
                return Err(error);
            }
            Err(Error::Invalid(fields)) => {
                blocked.push((
                    item.number,
                    fields.into_iter().map(|f: FieldError| f.msg).collect(),
                ));
                continue;
            }
            Err(Error::Conflict(msg)) => {
                blocked.push((item.number, vec![msg]));
                continue;
            }
            Err(error) => return Err(error),
        }
        if matches!(change, Change::Assign(_) | Change::Priority(_)) {
            store::save(&mut tx, &catalog, ctx.now, &mut item).await?;
        }
        before.version_after = item.version;
        done.before.push(before);
    }
    if let Change::Follow(person) = change {
        done.follower = Some(person.clone());
    }
    let changed = done.before.len();
    let undo = if changed > 0 {
        Some(crate::undo::record(&mut tx, actor, ctx.now, label, &Undo::Bulk(done)).await?)
    } else {
        None
    };
    tx.commit().await?;
    Ok(Report {
        changed,
        blocked,
        undo,
    })
}
