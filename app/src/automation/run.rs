//! Carrying rules out: each run is one transaction, in the name of the rule's
//! owner, with no more than an agent may do.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use mil_db::sql;
use serde_json::json;

use crate::actor::{Actor, Role, Via};
use crate::automation::listen::MARK;
use crate::automation::store::{self, Rule, Run};
use crate::automation::{deeds, facts, listen, timers};
use crate::catalog::Catalog;
use crate::error::{Error, Msg, Result};
use crate::events::{self, Audience, Event};
use crate::people::auth;
use crate::policy::Do;
use crate::state::App;
use crate::web::Ctx;

/// How many runs one round takes.
const ROUND: i64 = 100;
/// Rules may set each other off so many times in a row.
pub const DEEPEST: i64 = 5;
/// A rule may act on one request so often within [`RATE_IN`].
pub const RATE: i64 = 10;
/// See [`RATE`].
pub const RATE_IN: SignedDuration = SignedDuration::from_hours(1);
/// Minutes before a run that failed is tried again; after the last it is parked.
const AGAIN: [i64; 4] = [1, 5, 15, 60];

/// Hear what happened, and carry out what is due. Returns how many runs ended.
pub async fn tick(app: &App, now: Timestamp) -> Result<usize> {
    while listen::run(app, now).await? > 0 {}
    let catalog = app.catalog().await?;
    let mut ended = 0;
    for run in store::due(&app.db, now, ROUND).await? {
        match one(app, &catalog, now, &run).await {
            Ok(()) => {}
            Err(error) => failed(app, now, &run, &error).await?,
        }
        ended += 1;
    }
    Ok(ended)
}

/// Work for ever.
pub async fn serve(app: App) {
    let mut often = tokio::time::interval(Duration::from_secs(1));
    let mut seldom = tokio::time::interval(Duration::from_secs(20));
    loop {
        let done = tokio::select! {
            _ = often.tick() => tick(&app, app.now()).await,
            _ = seldom.tick() => timers::run(&app, app.now()).await,
        };
        if let Err(error) = done {
            tracing::error!(%error, "rules could not be carried out");
        }
    }
}

/// Whoever a rule acts as: its owner, with an agent's rights at the most.
async fn actor(app: &App, rule: &Rule, depth: i64) -> Result<Actor> {
    let owner = auth::by_person(app, &rule.owner_id, Via::System).await?;
    let mut actor = owner.filter(|a| a.role.is_agent()).ok_or_else(|| {
        Error::Conflict(Msg::new(
            "The owner of this rule does not work here any more. Save it anew, then it is yours.",
        ))
    })?;
    if matches!(actor.role, Role::Lead | Role::Administrator) {
        actor.role = Role::Marketer;
    }
    actor.name.clone_from(&rule.name);
    actor.agent = Some(format!("{MARK}{}", depth + 1));
    Ok(actor)
}

async fn one(app: &App, catalog: &Catalog, now: Timestamp, run: &Run) -> Result<()> {
    let rule = store::find(&app.db, &run.rule_id).await?;
    let actor = actor(app, &rule, run.depth).await?;
    let ctx = Ctx {
        now,
        ..Ctx::of_cli(app.clone())
    };
    let mut tx = app.db.begin().await?;
    let taken =
        sql("UPDATE automation_run SET attempts = attempts WHERE id = $1 AND state = 'waiting'")
            .bind(&run.id)
            .run(&mut tx)
            .await?;
    if taken == 0 {
        return Ok(()); // another server was faster
    }
    let mut item = crate::work::store::lock(&mut tx, &actor, &run.item_id, Do::Work, None).await?;
    let known = facts::of(catalog, &item, &run.by, now);
    if item.merged_into_id.is_some() || !facts::holds(rule.def.test.as_ref(), &known) {
        // A cause that does not fit leaves no trace. Those of the clock stay
        // possible: it may fit later.
        sql("DELETE FROM automation_run WHERE id = $1")
            .bind(&run.id)
            .run(&mut tx)
            .await?;
        tx.commit().await?;
        return Ok(());
    }
    let recent: i64 = sql("SELECT COUNT(*) AS n FROM automation_run
         WHERE rule_id = $1 AND item_id = $2 AND ended_at > $3 AND state = 'done'")
    .bind(&rule.id)
    .bind(&run.item_id)
    .bind((now - RATE_IN).as_microsecond())
    .value("n", &mut tx)
    .await?;
    if run.depth >= DEEPEST || recent >= RATE {
        let why = if run.depth >= DEEPEST {
            "depth"
        } else {
            "rate"
        };
        stop(&mut tx, now, &rule, run, why).await?;
        tx.commit().await?;
        return Ok(());
    }
    let mut scene = deeds::Scene {
        ctx: &ctx,
        catalog,
        actor: &actor,
        team_turn: rule.last_person_id.clone(),
        mark: run.id.clone(),
        told: Vec::new(),
    };
    let mut did = Vec::new();
    for deed in &rule.def.then {
        did.push(deeds::act(&mut tx, &mut scene, &mut item, deed).await?);
    }
    let data =
        json!({ "rule": rule.name, "rule_id": rule.id, "version": rule.version, "did": did });
    let event = Event::of_item("automation.ran", &item.id, Audience::Internal, data);
    let event = events::append(&mut tx, &actor, now, event).await?;
    deeds::tell(&mut tx, now, &item.id, &event, "automation", &scene.told).await?;
    if scene.team_turn != rule.last_person_id {
        sql("UPDATE automation_rule SET last_person_id = $1 WHERE id = $2")
            .bind(scene.team_turn.as_deref())
            .bind(&rule.id)
            .run(&mut tx)
            .await?;
    }
    store::end(&mut tx, now, &run.id, "done", rule.version, &did, None).await?;
    tx.commit().await?;
    Ok(())
}

/// Stop a rule that goes round in circles, and tell its owner.
async fn stop(
    tx: &mut mil_db::Tx,
    now: Timestamp,
    rule: &Rule,
    run: &Run,
    why: &'static str,
) -> Result<()> {
    sql("UPDATE automation_rule SET stopped_at = $1 WHERE id = $2")
        .bind(now.as_microsecond())
        .bind(&rule.id)
        .run(&mut *tx)
        .await?;
    let error = Some(why.to_owned());
    store::end(&mut *tx, now, &run.id, "stopped", rule.version, &[], error).await?;
    let data = json!({ "rule": rule.name, "rule_id": rule.id, "why": why });
    let event = Event::of_item("automation.stopped", &run.item_id, Audience::Internal, data);
    let event = events::append(&mut *tx, &Actor::system(), now, event).await?;
    let owner = [rule.owner_id.clone()];
    deeds::tell(&mut *tx, now, &run.item_id, &event, "rule_stopped", &owner).await
}

/// Try again later, or park with the reason.
async fn failed(app: &App, now: Timestamp, run: &Run, error: &Error) -> Result<()> {
    tracing::warn!(run = %run.id, %error, "a rule failed");
    let attempts = run.attempts + 1;
    let pause = usize::try_from(run.attempts)
        .ok()
        .and_then(|at| AGAIN.get(at));
    let (state, next) = match pause {
        Some(minutes) => ("waiting", now + SignedDuration::from_mins(*minutes)),
        None => ("parked", now),
    };
    let mut tx = app.db.begin().await?;
    sql(
        "UPDATE automation_run SET attempts = $1, state = $2, not_before = $3, error = $4,
         ended_at = $5 WHERE id = $6 AND state = 'waiting'",
    )
    .bind(attempts)
    .bind(state)
    .bind(next.as_microsecond())
    .bind(error.to_string().chars().take(500).collect::<String>())
    .bind((state == "parked").then_some(now.as_microsecond()))
    .bind(&run.id)
    .run(&mut tx)
    .await?;
    if state == "parked" {
        let rule = store::find(&mut tx, &run.rule_id).await?;
        let data = json!({ "rule": rule.name, "rule_id": rule.id, "error": error.to_string() });
        let event = Event::of_item("automation.parked", &run.item_id, Audience::Internal, data);
        let event = events::append(&mut tx, &Actor::system(), now, event).await?;
        let owner = [rule.owner_id];
        deeds::tell(&mut tx, now, &run.item_id, &event, "rule_parked", &owner).await?;
    }
    tx.commit().await?;
    Ok(())
}
