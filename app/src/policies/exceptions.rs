//! Exceptions: somebody need not follow a policy for a while.

use jiff::ToSpan;
use jiff::civil::Date;
use mil_db::sql;
use serde_json::json;

use crate::actor::Actor;
use crate::error::{Error, FieldError, Msg, Result};
use crate::notifications::{About, tell};
use crate::policies::store;
use crate::policies::verbs::{here, note};
use crate::random::new_id;
use crate::web::Ctx;

/// Longest time an exception may hold, in days.
pub const MAX_EXCEPTION_DAYS: i64 = 366;

/// Ask that a policy need not be followed for a while. Its owner decides.
pub async fn ask(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    reason: &str,
    until: Option<Date>,
) -> Result<()> {
    let today = here(ctx);
    let mine = store::find_mine(&ctx.app.db, actor, id, ctx.now, today).await?;
    let reason = reason.trim();
    let mut wrong = Vec::new();
    if reason.is_empty() || reason.chars().count() > 2_000 {
        wrong.push(FieldError::new(
            "reason",
            "Say in a few sentences why you need it.",
        ));
    }
    let last = today
        .checked_add(MAX_EXCEPTION_DAYS.days())
        .unwrap_or(Date::MAX);
    let until = until.filter(|day| *day >= today && *day <= last);
    let Some(until) = until else {
        wrong.push(FieldError::new(
            "until_on",
            "Give a day that lies ahead, within a year.",
        ));
        return Err(Error::Invalid(wrong));
    };
    if !wrong.is_empty() {
        return Err(Error::Invalid(wrong));
    }
    let mut tx = ctx.app.db.begin().await?;
    let open = store::exceptions(&mut tx, Some(id), Some(&actor.id)).await?;
    if open.iter().any(store::Exception::is_open) {
        return Err(Error::Conflict(Msg::new(
            "You have asked already. Wait for the answer.",
        )));
    }
    sql(
        "INSERT INTO policy_exception (id, policy_id, person_id, reason, until_on, asked_at, answer)
         VALUES ($1, $2, $3, $4, $5, $6, '')",
    )
    .bind(new_id(ctx.now))
    .bind(id)
    .bind(&actor.id)
    .bind(reason)
    .bind(until.to_string())
    .bind(ctx.now.as_microsecond())
    .run(&mut tx)
    .await?;
    let data = json!({ "reason": reason, "until": until.to_string() });
    let event = note(&mut tx, ctx, actor, "policy.exception_asked", id, data).await?;
    let about = About {
        reason: "exception_asked",
        title: &mine.version.title,
        href: &format!("/work/policies/{id}"),
    };
    tell(
        &mut tx,
        ctx.now,
        &event,
        std::slice::from_ref(&mine.policy.owner_id),
        about,
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Grant an exception or refuse it, or end a granted one before its time.
/// Nobody decides on their own.
pub async fn decide(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    exception: &str,
    grant: bool,
    answer: &str,
) -> Result<()> {
    let mut tx = ctx.app.db.begin().await?;
    let found = store::lock(&mut tx, actor, id).await?;
    let asked = store::exceptions(&mut tx, Some(id), None)
        .await?
        .into_iter()
        .find(|e| e.id == exception)
        .ok_or(Error::NotFound)?;
    if asked.person_id == actor.id {
        return Err(Error::Forbidden(Msg::new(
            "Nobody decides on their own exception. Ask another lead.",
        )));
    }
    let answer = answer.trim();
    if !grant && answer.is_empty() {
        return Err(Error::field(
            "answer",
            "Say why, so that they know what to do.",
        ));
    }
    if answer.chars().count() > 2_000 {
        return Err(Error::field(
            "answer",
            Msg::new("Use at most {n} characters.").with("n", 2_000),
        ));
    }
    let (column, verb) = match (asked.is_open(), grant) {
        (true, true) => ("granted_at", "policy.exception_granted"),
        (true, false) => ("refused_at", "policy.exception_refused"),
        (false, false) if asked.holds(here(ctx)) => ("ended_at", "policy.exception_ended"),
        _ => return Err(Error::Conflict(Msg::new("This is decided already."))),
    };
    let remind = asked
        .until_on
        .checked_sub(7.days())
        .and_then(|day| {
            ctx.app
                .zone()
                .to_timestamp(day.to_datetime(jiff::civil::Time::midnight()))
        })
        .ok()
        .filter(|at| grant && *at > ctx.now);
    sql(format!(
        "UPDATE policy_exception SET {column} = $1, decided_by = $2, answer = $3, remind_at = $4 WHERE id = $5"
    ))
    .bind(ctx.now.as_microsecond())
    .bind((!actor.is_system()).then_some(actor.id.as_str()))
    .bind(answer)
    .bind(remind.map(jiff::Timestamp::as_microsecond))
    .bind(exception)
    .run(&mut tx)
    .await?;
    let data =
        json!({ "person": asked.person, "answer": answer, "until": asked.until_on.to_string() });
    let event = note(&mut tx, ctx, actor, verb, id, data).await?;
    let about = About {
        reason: "exception_answered",
        title: found.title(),
        href: &format!("/policies/{id}"),
    };
    tell(&mut tx, ctx.now, &event, &[asked.person_id], about).await?;
    tx.commit().await?;
    Ok(())
}
