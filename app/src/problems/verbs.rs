//! What is done to a problem. Each verb is one transaction: check, change,
//! event.

use mil_db::{Tx, sql};
use serde_json::{Value, json};

use crate::actor::Actor;
use crate::catalog::model::{Priority, WorkKind};
use crate::error::{Error, Msg, Result};
use crate::events::{self, Audience, Event};
use crate::incidents::store::is_incident;
use crate::policy::Do;
use crate::problems::store::{self as rows, Record, is_problem};
use crate::web::Ctx;
use crate::work::spawn::{Brief, spawn};
use crate::work::{Item, moves, store};

/// Longest cause or workaround, in characters.
pub const MAX_TEXT: usize = 20_000;
/// The most incidents and services of one change.
pub const MOST: usize = 100;

async fn note(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    item_id: &str,
    verb: &'static str,
    data: Value,
) -> Result<()> {
    let event = Event::of_item(verb, item_id, Audience::Internal, data);
    events::append(tx, actor, ctx.now, event).await?;
    Ok(())
}

/// Open a problem of an incident and of `others` that look alike. It is a work
/// item of `service`, or of the incident's own service when there is none for
/// problems; either way its kind is problem.
///
/// # Errors
/// [`Error::NotFound`] when one of the incidents is not there for the actor.
pub async fn open(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    others: &[String],
    service: Option<&str>,
    title: &str,
) -> Result<Item> {
    if others.len() > MOST {
        return Err(Error::field(
            "incidents",
            Msg::new("Name at most {n} of them.").with("n", MOST),
        ));
    }
    let catalog = ctx.app.catalog().await?;
    let mut tx = ctx.app.db.begin().await?;
    let mut incidents = Vec::new();
    for id in std::iter::once(id).chain(others.iter().map(String::as_str)) {
        let incident = store::lock(&mut tx, actor, id, Do::Work, None).await?;
        is_incident(&incident)?;
        moves::not_merged(&incident)?;
        if !incidents.iter().any(|i: &Item| i.id == incident.id) {
            incidents.push(incident);
        }
    }
    let first = &incidents[0];
    let found = match service.filter(|s| !s.is_empty()) {
        Some(word) => catalog
            .orderable(actor, word)
            .map_err(|_| Error::field("service", "This service is not here. Choose another."))?,
        None => catalog.service(&first.service_id).ok_or(Error::NotFound)?,
    };
    let mut service = (**found).clone();
    service.kind = WorkKind::Problem;
    let numbers: Vec<String> = incidents.iter().map(|i| i.number.to_string()).collect();
    let brief = Brief {
        title,
        text: &numbers.join(", "),
        priority: Priority::Normal,
    };
    let problem = spawn(&mut tx, ctx, &catalog, actor, &service, brief).await?;
    let mut services: Vec<String> = incidents.iter().map(|i| i.service_id.clone()).collect();
    services.sort();
    services.dedup();
    let record = Record {
        headline: problem.title.clone(),
        services,
        ..Record::default()
    };
    rows::save(&mut tx, &problem.id, &record).await?;
    for incident in &incidents {
        sql("INSERT INTO item_link (from_id, to_id, kind, created_at)
             VALUES ($1, $2, 'caused_by', $3) ON CONFLICT DO NOTHING")
        .bind(&incident.id)
        .bind(&problem.id)
        .bind(ctx.now.as_microsecond())
        .run(&mut tx)
        .await?;
        let data = json!({ "number": problem.number });
        note(&mut tx, ctx, actor, &incident.id, "problem.opened", data).await?;
    }
    tx.commit().await?;
    Ok(problem)
}

/// What to write down; what is `None` stays as it is.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)]
pub struct Change {
    pub headline: Option<String>,
    pub root_cause: Option<String>,
    pub workaround: Option<String>,
    /// Whether the cause is known now.
    pub known: Option<bool>,
    /// Ids or slugs of the services it concerns.
    pub services: Option<Vec<String>>,
    /// Whether the workaround is offered.
    pub published: Option<bool>,
}

fn fits(field: &'static str, text: &str, most: usize) -> Result<String> {
    let text = text.trim();
    if text.chars().count() > most {
        return Err(Error::field(
            field,
            Msg::new("Use at most {n} characters.").with("n", most),
        ));
    }
    Ok(text.to_owned())
}

/// Write down what is known: cause, workaround, services; offer the workaround
/// to people who order those services, or take it back.
pub async fn change(ctx: &Ctx, actor: &Actor, id: &str, new: Change) -> Result<(Item, Record)> {
    let catalog = ctx.app.catalog().await?;
    let mut tx = ctx.app.db.begin().await?;
    let item = store::lock(&mut tx, actor, id, Do::Work, None).await?;
    is_problem(&item)?;
    moves::not_merged(&item)?;
    let mut record = rows::of(&mut tx, &item).await?;
    let offered = record.published_at.is_some();
    if let Some(text) = &new.headline {
        record.headline = fits("headline", text, 160)?;
    }
    if let Some(text) = &new.root_cause {
        record.root_cause = fits("root_cause", text, MAX_TEXT)?;
    }
    if let Some(text) = &new.workaround {
        record.workaround = fits("workaround", text, MAX_TEXT)?;
    }
    if let Some(known) = new.known {
        record.known_at = known.then_some(record.known_at.unwrap_or(ctx.now));
    }
    if let Some(list) = &new.services {
        let mut ids = Vec::new();
        for word in list.iter().filter(|w| !w.is_empty()) {
            let service = catalog.service(word).ok_or_else(|| {
                Error::field("services", "This service is not here. Choose another.")
            })?;
            ids.push(service.id.clone());
        }
        ids.sort();
        ids.dedup();
        record.services = ids;
    }
    if let Some(published) = new.published {
        record.published_at = published.then_some(record.published_at.unwrap_or(ctx.now));
    }
    if record.published_at.is_some() {
        for (field, empty, msg) in [
            (
                "headline",
                record.headline.is_empty(),
                "Say in a sentence what is wrong, as people who order would.",
            ),
            (
                "workaround",
                record.workaround.is_empty(),
                "Write what helps before you offer it.",
            ),
            (
                "services",
                record.services.is_empty(),
                "Choose the services on whose pages it is offered.",
            ),
        ] {
            if empty {
                return Err(Error::field(field, msg));
            }
        }
    }
    rows::save(&mut tx, &item.id, &record).await?;
    let data = json!({ "known": record.known_at.is_some(), "services": record.services.len() });
    note(&mut tx, ctx, actor, &item.id, "problem.saved", data).await?;
    match (offered, record.published_at.is_some()) {
        (false, true) => {
            let data = json!({ "headline": record.headline });
            note(&mut tx, ctx, actor, &item.id, "problem.published", data).await?;
        }
        (true, false) => {
            note(
                &mut tx,
                ctx,
                actor,
                &item.id,
                "problem.withdrawn",
                json!({}),
            )
            .await?;
        }
        _ => {}
    }
    tx.commit().await?;
    Ok((item, record))
}

/// "This helped me": counted once a person.
///
/// # Errors
/// [`Error::NotFound`] unless its workaround is offered to the actor.
pub async fn helped(ctx: &Ctx, actor: &Actor, problem: &str) -> Result<()> {
    let catalog = ctx.app.catalog().await?;
    let offered = rows::known(&ctx.app.db, &catalog, actor, None).await?;
    let known = offered
        .iter()
        .find(|k| k.id == problem)
        .ok_or(Error::NotFound)?;
    let mut tx = ctx.app.db.begin().await?;
    let first = sql(
        "INSERT INTO problem_helped (item_id, person_id, at) VALUES ($1, $2, $3)
         ON CONFLICT DO NOTHING",
    )
    .bind(&known.id)
    .bind(&actor.id)
    .bind(ctx.now.as_microsecond())
    .run(&mut tx)
    .await?;
    if first > 0 {
        note(&mut tx, ctx, actor, &known.id, "problem.helped", json!({})).await?;
    }
    tx.commit().await?;
    Ok(())
}
