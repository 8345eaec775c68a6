//! What people do with plans.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use mil_db::sql;
use mil_process::form::Kind;
use serde_json::json;

use crate::actor::{Actor, Role, Via};
use crate::catalog::Catalog;
use crate::error::{Error, FieldError, Msg, Result};
use crate::events::{self, Event};
use crate::people::auth;
use crate::policy;
use crate::random::new_id;
use crate::recurring::model::{BY_HAND, Outcome, Plan, What};
use crate::recurring::{run, store};
use crate::web::Ctx;
use crate::work::order;

/// How many coming dates a plan shows.
pub const SHOWN: usize = 10;

/// Whether `actor` may plan: those of the marketing department who work here.
pub fn plans(actor: &Actor) -> bool {
    matches!(
        actor.role,
        Role::Marketer | Role::Lead | Role::Administrator
    )
}

/// Whether `actor` may change this plan.
pub fn may_change(actor: &Actor, plan: &Plan) -> bool {
    plans(actor) && (plan.owner_id == actor.id || policy::shapes_catalog(actor))
}

/// [`may_change`] as a result.
///
/// # Errors
/// [`Error::Forbidden`].
pub fn require_change(actor: &Actor, plan: &Plan) -> Result<()> {
    if may_change(actor, plan) {
        return Ok(());
    }
    Err(Error::Forbidden(Msg::new(
        "Only whoever made this plan, or a lead, may change it. Ask them.",
    )))
}

/// Check a plan: its rhythm, who it is for, and its answers as they will be on
/// the next date. Names of fields are those of the form, and of the rhythm with
/// an underscore before them.
pub async fn check(ctx: &Ctx, catalog: &Catalog, what: &What) -> Result<()> {
    let mut wrong = match check_rhythm(catalog, what) {
        Err(Error::Invalid(wrong)) => wrong,
        other => {
            other?;
            Vec::new()
        }
    };
    let mut note = |field: &str, msg: Msg| wrong.push(FieldError::new(field.to_owned(), msg));
    if what.title.chars().count() > order::MAX_TITLE {
        let msg = Msg::new("Use at most {n} characters.").with("n", order::MAX_TITLE);
        note("_title", msg);
    }
    let service = catalog.service(&what.service_id).ok_or(Error::NotFound)?;
    if !service.offered() {
        note(
            "",
            Msg::new("The service is no longer offered. Choose another, or remove the plan."),
        );
    }
    let asks_file =
        |f: &mil_process::form::Field| matches!(f.kind, Kind::File { .. }) && f.required;
    if service.form.fields.iter().any(asks_file) {
        note(
            "",
            Msg::new(
                "This service asks for a file with each order, so it cannot be ordered by schedule.",
            ),
        );
    }
    let orderer = auth::by_person(&ctx.app, &what.requester_id, Via::System).await?;
    if orderer
        .as_ref()
        .is_none_or(|person| catalog.orderable(person, &what.service_id).is_err())
    {
        note(
            "_requester",
            Msg::new("This person may not order the service. Choose somebody else."),
        );
    }
    if let Some(who) = &what.assignee_id {
        let there = sql("SELECT id FROM person WHERE id = $1 AND disabled_at IS NULL
             AND role NOT IN ('requester', 'partner')")
        .bind(who)
        .opt(&ctx.app.db)
        .await?;
        if there.is_none() {
            note(
                "_assignee",
                Msg::new("This person is not here. Choose another."),
            );
        }
    }
    let (Some(orderer), true) = (orderer, wrong.is_empty()) else {
        return Err(Error::Invalid(wrong));
    };
    let cal = run::calendar(catalog, what)?;
    let zone = what.zone();
    let Some(next) = what.rhythm.next(cal, &zone, ctx.now) else {
        return Err(Error::field(
            "_start",
            "None of its dates lies ahead. Choose another day or rhythm.",
        ));
    };
    let lang = crate::i18n::Lang::from_code(&ctx.app.org().lang).unwrap_or_default();
    let line = run::line(lang, catalog, what, next.nominal)?;
    let today = zone.to_datetime(next.at).date();
    order::check_all(catalog, &orderer, today, vec![line])?;
    Ok(())
}

/// Check when it happens.
///
/// # Errors
/// [`Error::Invalid`] with the names of the form.
pub fn check_rhythm(catalog: &Catalog, what: &What) -> Result<()> {
    let mut wrong: Vec<FieldError> = Vec::new();
    let mut note = |field: &str, msg: Msg| wrong.push(FieldError::new(field.to_owned(), msg));
    if let Err(problems) = what.rhythm.check() {
        for (field, msg) in problems {
            let args = msg.args.into_iter();
            let msg = Msg {
                text: msg.text.to_owned(),
                args: args.collect(),
            };
            note(&format!("_{field}"), msg);
        }
    }
    if TimeZone::get(&what.zone).is_err() {
        let msg = Msg::new("The time zone {zone} is not known. Choose one of the list.");
        note(
            "_zone",
            msg.with("zone", what.zone.chars().take(60).collect::<String>()),
        );
    }
    if run::calendar(catalog, what).is_err() {
        note("_calendar", Msg::new("Choose a calendar."));
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(Error::Invalid(wrong))
    }
}

/// Plan it.
///
/// # Errors
/// As [`check`].
pub async fn create(ctx: &Ctx, actor: &Actor, what: What) -> Result<Plan> {
    policy::require(plans(actor))?;
    let catalog = ctx.app.catalog().await?;
    check(ctx, &catalog, &what).await?;
    let mut plan = Plan {
        id: new_id(ctx.now),
        what,
        owner_id: actor.id.clone(),
        since: ctx.now,
        next_at: None,
        paused_at: None,
        stopped_at: None,
        stopped_why: None,
        created_at: ctx.now,
        version: 1,
    };
    plan.next_at = run::next(&catalog, &plan);
    let mut tx = ctx.app.db.begin().await?;
    store::save(&mut tx, &plan, ctx.now, catalog.generation, true).await?;
    let data = json!({ "title": plan.what.title, "rhythm": plan.what.rhythm });
    let event = Event::audit("recurring.planned", "recurring", &plan.id, data);
    events::append(&mut tx, actor, ctx.now, event).await?;
    tx.commit().await?;
    Ok(plan)
}

/// Change it, from now on. A plan that had stopped goes on.
///
/// # Errors
/// As [`check`]; [`Error::Stale`] when somebody else was faster.
pub async fn change(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    expect: Option<i64>,
    what: What,
) -> Result<Plan> {
    let catalog = ctx.app.catalog().await?;
    let seen = store::find(&ctx.app.db, id).await?;
    require_change(actor, &seen)?;
    check(ctx, &catalog, &what).await?;
    let mut tx = ctx.app.db.begin().await?;
    let mut plan = store::lock(&mut tx, id, expect).await?;
    let before = plan.what.rhythm.clone();
    plan.what = what;
    plan.since = plan.since.max(ctx.now);
    (plan.stopped_at, plan.stopped_why) = (None, None);
    let data = json!({ "title": plan.what.title, "before": before, "after": plan.what.rhythm });
    renew(ctx, &catalog, &mut plan);
    store::save(&mut tx, &plan, ctx.now, catalog.generation, false).await?;
    let event = Event::audit("recurring.changed", "recurring", &plan.id, data);
    events::append(&mut tx, actor, ctx.now, event).await?;
    tx.commit().await?;
    Ok(plan)
}

fn renew(_: &Ctx, catalog: &Catalog, plan: &mut Plan) {
    plan.next_at = if plan.runs() {
        run::next(catalog, plan)
    } else {
        None
    };
    plan.version += 1;
}

/// Something to do with a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// Nothing is ordered until it goes on.
    Pause,
    /// Go on after a pause or a stop; what came due meanwhile is not ordered.
    GoOn,
    /// One occurrence is not ordered.
    Skip(Date),
    /// Take [`Deed::Skip`] back.
    Unskip(Date),
    /// Order at once, beside the plan. The key makes it once.
    Now(String),
    /// The plan goes; what it ordered stays.
    Remove,
}

/// Do it. Returns the number of what was ordered, if anything was.
///
/// # Errors
/// [`Error::Forbidden`] for who may not change it; what is wrong with an order.
pub async fn act(ctx: &Ctx, actor: &Actor, id: &str, deed: Deed) -> Result<Option<i64>> {
    let catalog = ctx.app.catalog().await?;
    let mut tx = ctx.app.db.begin().await?;
    let mut plan = store::lock(&mut tx, id, None).await?;
    require_change(actor, &plan)?;
    let mut ordered = None;
    let mut data = json!({ "title": plan.what.title });
    let verb = match &deed {
        Deed::Pause => {
            plan.paused_at = plan.paused_at.or(Some(ctx.now));
            "recurring.paused"
        }
        Deed::GoOn => {
            (plan.paused_at, plan.stopped_at, plan.stopped_why) = (None, None, None);
            plan.since = plan.since.max(ctx.now);
            "recurring.resumed"
        }
        Deed::Skip(date) => {
            let one = coming(&catalog, &plan, *date)?;
            let by = (Some(actor.id.as_str()), ctx.now);
            let name = one.nominal.to_string();
            store::note(
                &mut tx,
                id,
                &name,
                one.day,
                Outcome::Skipped,
                None,
                None,
                by,
            )
            .await?;
            data["date"] = json!(date);
            "recurring.skipped"
        }
        Deed::Unskip(date) => {
            coming(&catalog, &plan, *date)?;
            sql("DELETE FROM recurring_run
                 WHERE recurring_id = $1 AND occurrence = $2 AND outcome = 'skipped'")
            .bind(id)
            .bind(date.to_string())
            .run(&mut tx)
            .await?;
            data["date"] = json!(date);
            "recurring.unskipped"
        }
        Deed::Now(key) => {
            let key: String = key
                .chars()
                .filter(char::is_ascii_graphic)
                .take(64)
                .collect();
            let name = format!("{BY_HAND}{key}");
            let today = plan.what.zone().to_datetime(ctx.now).date();
            if let Some(number) = by_hand(&mut tx, id, &name).await? {
                return Ok(Some(number)); // the button was pressed twice
            }
            let item = run::place(&mut tx, ctx, &catalog, actor, &plan, today).await?;
            let by = (Some(actor.id.as_str()), ctx.now);
            store::note(
                &mut tx,
                id,
                &name,
                today,
                Outcome::Ordered,
                Some(&item.id),
                None,
                by,
            )
            .await?;
            ordered = Some(item.number);
            data["number"] = json!(item.number);
            "recurring.ordered"
        }
        Deed::Remove => {
            sql("UPDATE recurring SET removed_at = $1 WHERE id = $2")
                .bind(ctx.now.as_microsecond())
                .bind(id)
                .run(&mut tx)
                .await?;
            "recurring.removed"
        }
    };
    renew(ctx, &catalog, &mut plan);
    store::save(&mut tx, &plan, ctx.now, catalog.generation, false).await?;
    let event = Event::audit(verb, "recurring", id, data);
    events::append(&mut tx, actor, ctx.now, event).await?;
    tx.commit().await?;
    Ok(ordered)
}

/// The occurrence of that date, if it is still to come.
fn coming(catalog: &Catalog, plan: &Plan, date: Date) -> Result<mil_sla::rhythm::Occurrence> {
    let cal = run::calendar(catalog, &plan.what)?;
    let zone = plan.what.zone();
    let mut all = plan.what.rhythm.occurrences(cal, &zone);
    all.find(|one| one.nominal >= date)
        .filter(|one| one.nominal == date && one.at > plan.since)
        .ok_or_else(|| {
            Error::Conflict(Msg::new(
                "Nothing is to be ordered on that date any more. Look at the plan again.",
            ))
        })
}

async fn by_hand(tx: &mut mil_db::Tx, id: &str, name: &str) -> Result<Option<i64>> {
    let row = sql(
        "SELECT w.number FROM recurring_run r JOIN work_item w ON w.id = r.item_id
         WHERE r.recurring_id = $1 AND r.occurrence = $2",
    )
    .bind(id)
    .bind(name)
    .opt(tx)
    .await?;
    Ok(row.map(|row| row.get("number")).transpose()?)
}
