//! Seats: one person's place in one step of an approval.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use mil_db::{On, Row, Tx, sql};
use mil_process::process::{ApprovalStep, ProcessDef, Stage, Tally, Verdict, Voter};

use crate::catalog::Catalog;
use crate::clock::from_micros;
use crate::error::Result;
use crate::work::model::Item;

/// One person's place in a step.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Seat {
    pub id: String,
    pub step: String,
    pub step_name: String,
    pub person_id: String,
    pub person: String,
    /// Their account was disabled: somebody else has to answer.
    pub gone: bool,
    /// What they said.
    pub word: Option<bool>,
    /// Who said it for them, if not they.
    pub voted_by: Option<(String, String)>,
    pub voted_at: Option<Timestamp>,
    pub comment: Option<String>,
    /// Still asked.
    pub open: bool,
}

/// A step with its seats, or one that is still to come.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Step {
    pub def: ApprovalStep,
    pub seats: Vec<Seat>,
    pub verdict: Verdict,
}

/// The chain of approvals of the present stage.
pub type Chain = Vec<Step>;

fn seat(row: &Row) -> Result<Seat> {
    let by: Option<String> = row.get("voted_by")?;
    let by_name: Option<String> = row.get("voted_by_name")?;
    let person_id: String = row.get("person_id")?;
    Ok(Seat {
        id: row.get("id")?,
        step: row.get("step")?,
        step_name: row.get("name")?,
        person: row.get("person")?,
        gone: row.get::<Option<i64>>("disabled_at")?.is_some(),
        word: row.get::<Option<String>>("word")?.map(|w| w == "yes"),
        voted_by: by.zip(by_name).filter(|(id, _)| *id != person_id),
        voted_at: row.get::<Option<i64>>("voted_at")?.map(from_micros),
        comment: row.get("comment")?,
        open: row.get::<Option<i64>>("closed_at")?.is_none(),
        person_id,
    })
}

/// All seats of the present visit of an item's stage, in order of asking. The
/// caller found the item for its reader.
pub async fn of_visit(on: impl Into<On<'_>>, item: &Item) -> Result<Vec<Seat>> {
    sql(
        "SELECT a.*, p.name AS person, p.disabled_at, v.name AS voted_by_name
         FROM approval a JOIN person p ON p.id = a.person_id
         LEFT JOIN person v ON v.id = a.voted_by
         WHERE a.item_id = $1 AND a.visit_id =
            (SELECT id FROM stage_visit WHERE item_id = $1 AND left_at IS NULL)
         ORDER BY a.position, p.name, a.id",
    )
    .bind(&item.id)
    .all(on)
    .await?
    .iter()
    .map(seat)
    .collect()
}

/// What a step's seats say.
pub fn tally(seats: &[&Seat]) -> Tally {
    let count = |test: &dyn Fn(&&&Seat) -> bool| {
        u32::try_from(seats.iter().filter(test).count()).unwrap_or(u32::MAX)
    };
    let first = seats
        .iter()
        .filter(|s| s.word.is_some())
        .min_by_key(|s| (s.voted_at, s.id.as_str()));
    Tally {
        asked: count(&|_| true),
        yes: count(&|s| s.word == Some(true)),
        no: count(&|s| s.word == Some(false)),
        first: first.and_then(|s| s.word),
    }
}

/// The steps of a stage with what was said in each.
pub fn chain(stage: &Stage, seats: Vec<Seat>) -> Chain {
    let mut by_step: BTreeMap<String, Vec<Seat>> = BTreeMap::new();
    for seat in seats {
        by_step.entry(seat.step.clone()).or_default().push(seat);
    }
    stage
        .approvals
        .iter()
        .map(|def| {
            let seats = by_step.remove(&def.key).unwrap_or_default();
            let verdict = def.rule.decide(tally(&seats.iter().collect::<Vec<_>>()));
            Step {
                def: def.clone(),
                seats,
                verdict,
            }
        })
        .collect()
}

/// [`chain`] of an item's present stage; empty where nobody is asked.
pub async fn of_item(on: impl Into<On<'_>>, process: &ProcessDef, item: &Item) -> Result<Chain> {
    match process
        .stage(&item.stage)
        .filter(|s| !s.approvals.is_empty())
    {
        Some(stage) if item.is_open() => Ok(chain(stage, of_visit(on, item).await?)),
        _ => Ok(Chain::new()),
    }
}

/// Who is asked in a step: everybody its groups name, without the one who
/// ordered. If that is nobody, the leads of the service's team, else the
/// administrators; so somebody can always answer.
pub async fn people(
    tx: &mut Tx,
    catalog: &Catalog,
    item: &Item,
    step: &ApprovalStep,
) -> Result<BTreeSet<String>> {
    let home = catalog
        .service(&item.service_id)
        .map_or_else(|| item.team_id.clone(), |s| s.team_id.clone());
    let mut asked = BTreeSet::new();
    for voter in &step.by {
        asked.extend(match voter {
            Voter::Team(team) => members(tx, team, false).await?,
            Voter::TeamLeads => members(tx, &home, true).await?,
            Voter::Person(id) => {
                select(
                    tx,
                    "SELECT id FROM person WHERE id = $1 AND disabled_at IS NULL",
                    id,
                )
                .await?
            }
            Voter::RequesterManager => {
                select(
                    tx,
                    "SELECT m.id FROM person p JOIN person m ON m.id = p.manager_id
                     WHERE p.id = $1 AND m.disabled_at IS NULL",
                    &item.requester_id,
                )
                .await?
            }
        });
    }
    asked.remove(&item.requester_id);
    if asked.is_empty() {
        asked = members(tx, &home, true).await?.into_iter().collect();
        asked.remove(&item.requester_id);
    }
    if asked.is_empty() {
        let all = "SELECT id FROM person WHERE role = $1 AND disabled_at IS NULL";
        asked = select(tx, all, "administrator")
            .await?
            .into_iter()
            .collect();
        if asked.len() > 1 {
            asked.remove(&item.requester_id);
        }
    }
    Ok(asked)
}

async fn members(tx: &mut Tx, team: &str, leads: bool) -> Result<Vec<String>> {
    let text = if leads {
        "SELECT p.id FROM team_member m JOIN person p ON p.id = m.person_id
         WHERE m.team_id = $1 AND p.disabled_at IS NULL AND m.leads_since IS NOT NULL"
    } else {
        "SELECT p.id FROM team_member m JOIN person p ON p.id = m.person_id
         WHERE m.team_id = $1 AND p.disabled_at IS NULL"
    };
    select(tx, text, team).await
}

async fn select(tx: &mut Tx, text: &'static str, of: &str) -> Result<Vec<String>> {
    Ok(sql(text).bind(of).column("id", tx).await?)
}
