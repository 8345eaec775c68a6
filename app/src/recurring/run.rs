//! Ordering what is due.
//!
//! Each occurrence is ordered once: its row in `recurring_run` is written in the
//! transaction that orders it, under a lock on the plan. After a standstill only
//! the latest is ordered and the earlier ones are noted as missed. A catalogue
//! that changed since (holidays, for instance) makes the next time be worked out
//! anew. An order that is refused stops the plan, and its owner is told why.

use jiff::Timestamp;
use mil_db::{Tx, sql};
use mil_sla::Calendar;
use mil_sla::rhythm::Occurrence;
use serde_json::json;

use crate::Result;
use crate::actor::{Actor, Via};
use crate::catalog::Catalog;
use crate::error::{Error, Msg};
use crate::events::{self, Audience, Event};
use crate::i18n::Lang;
use crate::notifications::{self, About};
use crate::people::auth;
use crate::recurring::model::{Outcome, Plan, What, Why};
use crate::recurring::{page, store, words};
use crate::state::App;
use crate::web::Ctx;
use crate::work::Item;
use crate::work::order::{self, Line};
use crate::work::store as items;

/// How many plans one round looks at.
const ROUND: i64 = 50;

/// The calendar of a plan.
///
/// # Errors
/// [`Error::Conflict`] when it is gone.
pub fn calendar<'a>(catalog: &'a Catalog, what: &What) -> Result<&'a Calendar> {
    let entry = catalog.calendars.get(&what.calendar_id);
    entry.map(|entry| &entry.compiled).ok_or_else(|| {
        Error::Conflict(Msg::new(
            "The calendar is not there any more. Choose another.",
        ))
    })
}

/// When a plan orders next.
pub fn next(catalog: &Catalog, plan: &Plan) -> Option<Timestamp> {
    let cal = calendar(catalog, &plan.what).ok()?;
    let next = plan.what.rhythm.next(cal, &plan.what.zone(), plan.since)?;
    Some(next.at)
}

/// What MIL knows when it orders by itself.
fn context(app: &App, now: Timestamp) -> Ctx {
    let lang = Lang::from_code(&app.org().lang).unwrap_or_default();
    let mut ctx = Ctx::of_cli(app.clone());
    ctx.now = now;
    ctx.prefs.lang = lang;
    ctx
}

/// Order everything that is due. Returns how many requests were ordered.
pub async fn run_due(app: &App, now: Timestamp) -> Result<usize> {
    let catalog = app.catalog().await?;
    let ids: Vec<String> = sql("SELECT id FROM recurring
         WHERE removed_at IS NULL AND paused_at IS NULL AND stopped_at IS NULL
           AND (next_at <= $1 OR planned_with <> $2) ORDER BY next_at, id LIMIT $3")
    .bind(now.as_microsecond())
    .bind(catalog.generation)
    .bind(ROUND)
    .column("id", &app.db)
    .await?;
    let mut ordered = 0;
    for id in ids {
        // One plan that cannot be carried out must not keep the others waiting.
        match one(app, &catalog, now, &id).await {
            Ok(count) => ordered += count,
            Err(error) => match why(&catalog, app, &id, &error).await? {
                Some(why) => stop(app, &catalog, now, &id, &why).await?,
                None => tracing::error!(%id, %error, "a recurring request was not ordered"),
            },
        }
    }
    Ok(ordered)
}

async fn one(app: &App, catalog: &Catalog, now: Timestamp, id: &str) -> Result<usize> {
    let ctx = context(app, now);
    let mut tx = app.db.begin().await?;
    let mut plan = match store::lock(&mut tx, id, None).await {
        Ok(plan) if plan.runs() => plan,
        Ok(_) | Err(Error::NotFound) => return Ok(0),
        Err(error) => return Err(error),
    };
    let cal = calendar(catalog, &plan.what)?;
    let due = plan
        .what
        .rhythm
        .due(cal, &plan.what.zone(), plan.since, now);
    for missed in &due.missed {
        let name = missed.nominal.to_string();
        if !store::settled(&mut tx, id, &name, missed.day).await? {
            store::note(
                &mut tx,
                id,
                &name,
                missed.day,
                Outcome::Missed,
                None,
                None,
                (None, now),
            )
            .await?;
        }
    }
    let mut ordered = 0;
    for one in &due.now {
        let name = one.nominal.to_string();
        if store::settled(&mut tx, id, &name, one.day).await? {
            continue;
        }
        let actor = Actor::system();
        let item = place(&mut tx, &ctx, catalog, &actor, &plan, one.nominal).await?;
        store::note(
            &mut tx,
            id,
            &name,
            one.day,
            Outcome::Ordered,
            Some(&item.id),
            None,
            (None, now),
        )
        .await?;
        ordered += 1;
    }
    if let Some(last) = due.now.last() {
        plan.since = last.at;
    }
    plan.next_at = next(catalog, &plan);
    store::save(&mut tx, &plan, now, catalog.generation, false).await?;
    tx.commit().await?;
    Ok(ordered)
}

/// Order once, inside the transaction that notes it.
///
/// # Errors
/// What is wrong with the answers or the service.
pub async fn place(
    tx: &mut Tx,
    ctx: &Ctx,
    catalog: &Catalog,
    actor: &Actor,
    plan: &Plan,
    date: jiff::civil::Date,
) -> Result<Item> {
    let what = &plan.what;
    let orderer = auth::by_person(&ctx.app, &what.requester_id, Via::System)
        .await?
        .ok_or_else(|| {
            Error::Conflict(Msg::new(
                "Whoever it is ordered for has left. Choose somebody else.",
            ))
        })?;
    let lines = vec![line(ctx.lang(), catalog, what, date)?];
    let checked = order::check_all(
        catalog,
        &orderer,
        what.zone().to_datetime(ctx.now).date(),
        lines,
    )?;
    let placed = order::write(tx, ctx, catalog, actor, &orderer, checked, None).await?;
    let mut item = placed.items.into_iter().next().ok_or(Error::NotFound)?;
    if let Some(who) = &what.assignee_id {
        let there = sql("SELECT id FROM person WHERE id = $1 AND disabled_at IS NULL
             AND role NOT IN ('requester', 'partner')")
        .bind(who)
        .opt(&mut *tx)
        .await?;
        // Somebody who has left does not hold the order up.
        if there.is_some() && item.is_open() {
            let before = item.assignee_id.replace(who.clone());
            items::save_same_version(tx, catalog, ctx.now, &mut item).await?;
            let data = json!({ "before": before, "after": who });
            let event = Event::of_item("request.assigned", &item.id, Audience::Public, data);
            events::append(tx, actor, ctx.now, event).await?;
        }
    }
    Ok(item)
}

/// What is ordered on a date.
///
/// # Errors
/// [`Error::Conflict`] when the service is retired or not there.
pub fn line(lang: Lang, catalog: &Catalog, what: &What, date: jiff::civil::Date) -> Result<Line> {
    let service = catalog
        .service(&what.service_id)
        .filter(|s| s.offered())
        .ok_or_else(|| {
            Error::Conflict(Msg::new(
                "The service is no longer offered. Choose another, or remove the plan.",
            ))
        })?;
    let mut raw = words::fill_answers(lang, &service.form, &what.answers, date);
    raw.retain(|key, values| {
        service.form.field(key).is_some() || values.iter().any(|v| !v.is_empty())
    });
    Ok(Line {
        service: service.id.clone(),
        title: Some(words::fill(lang, &what.title, date, false)),
        raw,
        priority: None,
    })
}

/// Why an order was refused, if trying again does not help.
async fn why(catalog: &Catalog, app: &App, id: &str, error: &Error) -> Result<Option<Why>> {
    let plan = match store::find(&app.db, id).await {
        Ok(plan) => plan,
        Err(Error::NotFound) => return Ok(None),
        Err(error) => return Err(error),
    };
    Ok(refused(catalog, &plan.what, error))
}

/// [`why`] of what is at hand.
pub fn refused(catalog: &Catalog, what: &What, error: &Error) -> Option<Why> {
    match error {
        Error::Invalid(errors) => {
            let service = catalog.service(&what.service_id);
            Some(Why::wrong(errors, |key| {
                let field = service.and_then(|s| s.form.field(key));
                field.map_or_else(|| key.to_owned(), |f| f.label.clone())
            }))
        }
        Error::NotFound => Some(Why::of(&Msg::new(
            "Whoever it is ordered for may not order this service any more.",
        ))),
        Error::Conflict(msg) | Error::Forbidden(msg) => Some(Why::of(msg)),
        _ => None,
    }
}

/// Stop a plan whose order was refused, and tell its owner.
async fn stop(app: &App, catalog: &Catalog, now: Timestamp, id: &str, why: &Why) -> Result<()> {
    let actor = Actor::system();
    let mut tx = app.db.begin().await?;
    let mut plan = store::lock(&mut tx, id, None).await?;
    if !plan.runs() {
        return Ok(()); // another server was faster
    }
    let due = match calendar(catalog, &plan.what) {
        Ok(cal) => plan
            .what
            .rhythm
            .due(cal, &plan.what.zone(), plan.since, now),
        Err(_) => Default::default(),
    };
    let mut tell = async |list: &[Occurrence], outcome, why: Option<&Why>| -> Result<()> {
        for one in list {
            let name = one.nominal.to_string();
            store::note(&mut tx, id, &name, one.day, outcome, None, why, (None, now)).await?;
        }
        Ok(())
    };
    tell(&due.missed, Outcome::Missed, None).await?;
    tell(&due.now, Outcome::Failed, Some(why)).await?;
    if let Some(last) = due.now.last() {
        plan.since = last.at;
    }
    plan.stopped_at = Some(now);
    plan.stopped_why = Some(why.clone());
    plan.next_at = None;
    plan.version += 1;
    store::save(&mut tx, &plan, now, catalog.generation, false).await?;
    let data = json!({ "title": plan.what.title, "why": why.text(Lang::En) });
    let event = events::append(
        &mut tx,
        &actor,
        now,
        Event::audit("recurring.stopped", "recurring", id, data),
    )
    .await?;
    let people = owners(&mut tx, catalog, &plan).await?;
    let about = About {
        reason: "plan_stopped",
        title: &page::title(catalog, &plan.what),
        href: &format!("/recurring/{id}"),
    };
    notifications::tell(&mut tx, now, &event, &people, about).await?;
    tx.commit().await?;
    Ok(())
}

/// Who answers for a plan: its owner, or the leads of the service's team once
/// the owner has left.
async fn owners(tx: &mut Tx, catalog: &Catalog, plan: &Plan) -> Result<Vec<String>> {
    let owner: Vec<String> = sql("SELECT id FROM person WHERE id = $1 AND disabled_at IS NULL")
        .bind(&plan.owner_id)
        .column("id", &mut *tx)
        .await?;
    if !owner.is_empty() {
        return Ok(owner);
    }
    let team = catalog
        .service(&plan.what.service_id)
        .map(|s| s.team_id.clone());
    Ok(sql(
        "SELECT p.id FROM team_member m JOIN person p ON p.id = m.person_id
         WHERE m.team_id = $1 AND p.disabled_at IS NULL AND m.leads_since IS NOT NULL",
    )
    .bind(team.unwrap_or_default())
    .column("id", tx)
    .await?)
}
