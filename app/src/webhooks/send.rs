//! Sending what is due.
//!
//! Each endpoint has places of its own ([`PLACES`]), so one that hangs fills
//! only those. A delivery is leased while it is sent: if the program dies, it is
//! sent again when the lease is over, with the same id in it. Of each request
//! only the oldest waiting delivery goes out, so order is kept while one is
//! tried again.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use mil_db::{Tx, sql};
use mil_outbound::{Problem, Request};
use serde_json::json;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinHandle;

use crate::actor::Actor;
use crate::error::Result;
use crate::events::{self, Event};
use crate::notifications::{About, tell};
use crate::random::new_id;
use crate::state::App;
use crate::webhooks::rules::{gives_up, next_try, rest, sign};
use crate::webhooks::store::{self, Delivery, Webhook};

/// How many deliveries one endpoint takes at a time.
pub const PLACES: usize = 4;
/// How much longer than the time limit a delivery stays leased.
const SLACK: SignedDuration = SignedDuration::from_secs(10);
/// How much of an answer is read and kept, in bytes.
pub const ANSWER: usize = 4_096;

/// Who is sending, endpoint by endpoint.
#[derive(Default)]
pub struct Crew(HashMap<String, Arc<Semaphore>>);

impl Crew {
    /// Begin to send what is due, without waiting for it. The handles end when
    /// the results are written down.
    pub async fn round(&mut self, app: &App) -> Result<Vec<JoinHandle<()>>> {
        let mut begun = Vec::new();
        let now = app.now();
        let hooks: Vec<String> = sql("SELECT id FROM webhook
             WHERE active_at IS NOT NULL AND paused_at IS NULL AND rest_until <= $1")
        .bind(now.as_microsecond())
        .column("id", &app.db)
        .await?;
        self.0.retain(|id, _| hooks.contains(id));
        for hook in hooks {
            let places = self
                .0
                .entry(hook.clone())
                .or_insert_with(|| Arc::new(Semaphore::new(PLACES)))
                .clone();
            let free = places.available_permits();
            if free == 0 {
                continue;
            }
            for delivery in store::due(&app.db, &hook, now, free).await? {
                let Ok(place) = places.clone().try_acquire_owned() else {
                    break;
                };
                if lease(app, &delivery, now).await? {
                    begun.push(tokio::spawn(carry(app.clone(), delivery, place)));
                }
            }
        }
        Ok(begun)
    }
}

/// Send for ever, a look every half second.
pub async fn run(app: App) {
    let mut crew = Crew::default();
    let mut every = tokio::time::interval(Duration::from_millis(500));
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        let now = app.now();
        if let Err(error) = super::listen::run(&app, now).await {
            tracing::error!(%error, "webhooks did not hear what happened");
        }
        if let Err(error) = crew.round(&app).await {
            tracing::error!(%error, "webhooks could not be sent");
        }
    }
}

async fn lease(app: &App, d: &Delivery, now: Timestamp) -> Result<bool> {
    let within = SignedDuration::try_from(app.config.outbound_within).unwrap_or(SLACK);
    let until = now + within + SLACK;
    let mut tx = app.db.begin().await?;
    let taken = sql("UPDATE webhook_delivery SET leased_until = $1
         WHERE id = $2 AND state = 'waiting' AND leased_until <= $3 AND not_before <= $3")
    .bind(until.as_microsecond())
    .bind(&d.id)
    .bind(now.as_microsecond())
    .run(&mut tx)
    .await?;
    tx.commit().await?;
    Ok(taken > 0)
}

async fn carry(app: App, delivery: Delivery, place: OwnedSemaphorePermit) {
    let said = attempt(&app, &delivery).await;
    let said = match said {
        Ok(Some(said)) => said,
        Ok(None) => return,
        Err(error) => {
            tracing::error!(%error, delivery = %delivery.id, "a delivery could not be sent");
            return;
        }
    };
    if let Err(error) = record(&app, app.now(), &delivery, &said).await {
        // The lease ends, and it is sent again: at least once.
        tracing::error!(%error, delivery = %delivery.id, "an attempt could not be written down");
    }
    drop(place);
}

/// What came of an attempt.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Said {
    pub at: Timestamp,
    pub millis: i64,
    pub status: Option<u16>,
    pub problem: Option<String>,
    pub answer: String,
}

/// The headers that go with a body.
pub fn headers(hook: &Webhook, d: &Delivery, now: Timestamp) -> Vec<(&'static str, String)> {
    let second = now.as_second();
    let mut signature = format!("v1={}", sign(&hook.secret, second, &d.body));
    if let Some((old, until)) = &hook.old_secret
        && *until > now
    {
        signature.push_str(&format!(",v1={}", sign(old, second, &d.body)));
    }
    vec![
        ("content-type", "application/json".to_owned()),
        ("user-agent", format!("MIL/{}", env!("CARGO_PKG_VERSION"))),
        ("mil-event", d.verb.clone()),
        ("mil-event-id", d.event_id.clone()),
        ("mil-timestamp", second.to_string()),
        ("mil-signature", signature),
    ]
}

async fn attempt(app: &App, d: &Delivery) -> Result<Option<Said>> {
    let hook = store::find(&app.db, &d.webhook_id).await?;
    if !hook.active || hook.paused_at.is_some() {
        return Ok(None);
    }
    let at = app.now();
    let begun = Instant::now();
    let sent = app
        .outbound
        .send(Request {
            method: "POST",
            address: hook.address.clone(),
            headers: headers(&hook, d, at),
            body: d.body.clone().into_bytes(),
            within: app.config.outbound_within,
            at_most: ANSWER,
        })
        .await;
    let millis = i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX);
    let mut said = Said {
        at,
        millis,
        status: None,
        problem: None,
        answer: String::new(),
    };
    match sent {
        Ok(answer) => {
            said.status = Some(answer.status);
            said.answer = String::from_utf8_lossy(&answer.body).replace('\0', "\u{fffd}");
            if answer.cut {
                said.answer.push('…');
            }
            said.problem = match answer.status {
                200..=299 => None,
                300..=399 => Some("redirect".to_owned()),
                _ => Some("status".to_owned()),
            };
            if let Some(location) = answer.location.filter(|_| said.problem.is_some()) {
                let location: String = location.chars().take(300).collect();
                said.answer = format!("Location: {location}\n{}", said.answer);
            }
        }
        Err(problem) => {
            said.problem = Some(code(&problem).to_owned());
            said.answer = problem.to_string().chars().take(500).collect();
        }
    }
    Ok(Some(said))
}

/// A word for why nothing came back; `words` says it to people.
fn code(problem: &Problem) -> &'static str {
    match problem {
        Problem::Address(_) => "forbidden",
        Problem::Unknown(_) => "unknown",
        Problem::Connect(_) => "connect",
        Problem::Tls(_) => "tls",
        Problem::Late => "late",
        Problem::Broken(_) => "broken",
    }
}

/// Write down what came of an attempt, and what follows from it.
pub async fn record(app: &App, now: Timestamp, d: &Delivery, said: &Said) -> Result<()> {
    let mut tx = app.db.begin().await?;
    let hook = store::lock(&mut tx, &d.webhook_id).await?;
    sql(
        "INSERT INTO webhook_attempt (id, delivery_id, webhook_id, at, millis, status, problem, answer)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(new_id(said.at))
    .bind(&d.id)
    .bind(&d.webhook_id)
    .bind(said.at.as_microsecond())
    .bind(said.millis)
    .bind(said.status.map(i64::from))
    .bind(said.problem.clone())
    .bind(&said.answer)
    .run(&mut tx)
    .await?;
    let current = store::delivery_of(&mut tx, &hook.id, &d.id).await?;
    let attempts = current.attempts + 1;
    let first = current.first_at.unwrap_or(said.at);
    let (state, next) = match &said.problem {
        None => ("done", None),
        Some(_) => match next_try(attempts, first, now) {
            Some(next) => ("waiting", Some(next)),
            None => ("dead", None),
        },
    };
    // Another server may have brought it to its end meanwhile; that stands.
    sql(
        "UPDATE webhook_delivery SET state = $1, attempts = $2, first_at = $3, not_before = $4,
            leased_until = 0, ended_at = $5 WHERE id = $6 AND state = 'waiting'",
    )
    .bind(state)
    .bind(attempts)
    .bind(first.as_microsecond())
    .bind(next.unwrap_or(now).as_microsecond())
    .bind(next.is_none().then_some(now.as_microsecond()))
    .bind(&d.id)
    .run(&mut tx)
    .await?;
    if said.problem.is_none() {
        sql(
            "UPDATE webhook SET failures = 0, failing_since = NULL, rest_until = 0,
             last_success_at = $1 WHERE id = $2",
        )
        .bind(now.as_microsecond())
        .bind(&hook.id)
        .run(&mut tx)
        .await?;
    } else {
        failed(&mut tx, &hook, now).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Note a failure at the endpoint, and pause it when it has gone on for long.
async fn failed(tx: &mut Tx, hook: &Webhook, now: Timestamp) -> Result<()> {
    let failures = hook.failures + 1;
    let since = hook.failing_since.unwrap_or(now);
    let pause = hook.paused_at.is_none() && gives_up(failures, Some(since), now);
    sql(
        "UPDATE webhook SET failures = $1, failing_since = $2, rest_until = $3,
         paused_at = COALESCE(paused_at, $4) WHERE id = $5",
    )
    .bind(failures)
    .bind(since.as_microsecond())
    .bind((now + rest(failures)).as_microsecond())
    .bind(pause.then_some(now.as_microsecond()))
    .bind(&hook.id)
    .run(&mut *tx)
    .await?;
    if !pause {
        return Ok(());
    }
    let data = json!({ "name": hook.name, "failures": failures, "since": since.to_string() });
    let event = Event::audit("webhook.paused", "webhook", &hook.id, data);
    let event = events::append(&mut *tx, &Actor::system(), now, event).await?;
    let admins: Vec<String> = sql(
        "SELECT id FROM person WHERE role = 'administrator' AND disabled_at IS NULL ORDER BY id",
    )
    .column("id", &mut *tx)
    .await?;
    let about = About {
        reason: "webhook_paused",
        title: &hook.name,
        href: &format!("/admin/webhooks/{}", hook.id),
    };
    tell(tx, now, &event, &admins, about).await
}
