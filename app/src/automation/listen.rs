//! The listener `automation`: from the outbox to runs.
//!
//! A run per rule that the event sets off is written in one transaction with
//! the removal of the event's outbox row: each rule sees each event once. What
//! a rule did is marked in the event's client (`rule:DEPTH`), so that rules that
//! set each other off are noticed.

use jiff::Timestamp;
use mil_db::sql;

use crate::automation::model::When;
use crate::automation::store::{self, Cause, Rule};
use crate::error::Result;
use crate::outbox;
use crate::state::App;
use crate::webhooks::rules::hears;

/// The name in the outbox.
pub const NAME: &str = "automation";
/// What stands before the depth in an event's client.
pub const MARK: &str = "rule:";

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
    let mut rules = store::all(&mut tx).await?;
    rules.retain(Rule::acts);
    if !rules.is_empty() {
        let row = sql(
            "SELECT e.at, e.verb, e.actor_id, e.agent, e.item_id, w.requester_id FROM event e
             JOIN work_item w ON w.id = e.item_id WHERE e.id = $1",
        )
        .bind(id)
        .one(&mut tx)
        .await?;
        let verb: String = row.get("verb")?;
        let item_id: String = row.get("item_id")?;
        let actor: Option<String> = row.get("actor_id")?;
        let depth = row
            .get::<Option<String>>("agent")?
            .and_then(|agent| agent.strip_prefix(MARK)?.parse().ok())
            .unwrap_or(0);
        let by = match actor {
            _ if depth > 0 => "rule",
            None => "clock",
            Some(id) if id == row.get::<String>("requester_id")? => "requester",
            Some(_) => "agent",
        };
        for rule in &rules {
            let When::Event { event } = &rule.def.when else {
                continue;
            };
            // What happened before it was switched on is no business of a rule.
            let late = rule
                .active_at
                .is_none_or(|at| at.as_microsecond() > row.get("at").unwrap_or(0));
            if late || verb.starts_with("automation.") || !hears(std::slice::from_ref(event), &verb)
            {
                continue;
            }
            let cause = Cause {
                key: id,
                item_id: &item_id,
                by,
                depth,
            };
            store::set_off(&mut tx, now, &rule.id, cause).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}
