//! What is done to policies. Each verb is one transaction: check, change, event.

use std::collections::BTreeSet;

use jiff::civil::Date;
use mil_db::{Tx, sql};
use serde_json::{Value, json};

use crate::actor::Actor;
use crate::catalog::audience::Audience;
use crate::error::{Error, FieldError, Msg, Result};
use crate::events::{self, Event};
use crate::people;
use crate::policies::duties;
use crate::policies::model::{MOST_OPTIONS, MOST_QUESTIONS, Quiz, next_number};
use crate::policies::store::{self, Policy};
use crate::policy;
use crate::random::new_id;
use crate::web::Ctx;

/// Longest text, in characters.
pub const MAX_TEXT: usize = 60_000;

/// What is written of a policy before it is published.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Draft {
    pub title: String,
    pub for_you: String,
    pub body: String,
    pub change_note: String,
    pub owner_id: String,
    pub audience: Audience,
    pub quiz: Quiz,
    pub deadline_days: i64,
    pub effective_on: Date,
    pub review_on: Option<Date>,
    pub until_on: Option<Date>,
}

pub(super) async fn note(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    verb: &'static str,
    id: &str,
    data: Value,
) -> Result<String> {
    events::append(tx, actor, ctx.now, Event::audit(verb, "policy", id, data)).await
}

fn check(d: &Draft) -> Result<()> {
    let mut wrong = Vec::new();
    let mut say = |field: &str, msg: Msg| wrong.push(FieldError::new(field, msg));
    let long = |n| Msg::new("Use at most {n} characters.").with("n", n);
    if d.title.is_empty() {
        say(
            "title",
            Msg::new("Give it a name that people will recognise."),
        );
    } else if d.title.chars().count() > 120 {
        say("title", long(120));
    }
    if d.for_you.chars().count() > 2_000 {
        say("for_you", long(2_000));
    }
    if d.body.is_empty() {
        say("body", Msg::new("Write what holds."));
    } else if d.body.chars().count() > MAX_TEXT {
        say("body", long(MAX_TEXT));
    }
    if d.change_note.chars().count() > 1_000 {
        say("change_note", long(1_000));
    }
    if d.audience.is_nobody() {
        say("audience", Msg::new("Say for whom it holds."));
    }
    if !(1..=365).contains(&d.deadline_days) {
        say("deadline_days", Msg::new("Give 1 to 365 days."));
    }
    if d.until_on.is_some_and(|last| last < d.effective_on) {
        say(
            "until_on",
            Msg::new("It would end before it begins. Give a later day."),
        );
    }
    if d.quiz.questions.len() > MOST_QUESTIONS {
        say(
            "quiz",
            Msg::new("Ask at most {n} questions.").with("n", MOST_QUESTIONS),
        );
    }
    if !(0..=100).contains(&d.quiz.pass_percent) {
        say("pass_percent", Msg::new("Give 0 to 100 percent."));
    }
    for (at, question) in d.quiz.questions.iter().enumerate() {
        let field = format!("choices-{}", at + 1);
        if question.text.is_empty() {
            say(
                &format!("question-{}", at + 1),
                Msg::new("Write the question, or take its answers away."),
            );
        }
        if !(2..=MOST_OPTIONS).contains(&question.choices.len()) {
            say(
                &field,
                Msg::new("Give 2 to {n} answers, one a line.").with("n", MOST_OPTIONS),
            );
        } else if question.choices.iter().all(|c| !c.right) {
            say(&field, Msg::new("Put a * before each right answer."));
        }
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(Error::Invalid(wrong))
    }
}

async fn owner(tx: &mut Tx, id: &str) -> Result<()> {
    match people::store::find(&mut *tx, id).await? {
        Some(person) if !person.disabled && person.role.is_agent() => Ok(()),
        _ => Err(Error::field(
            "owner",
            "Choose somebody who works on requests.",
        )),
    }
}

/// Begin a policy (`id` is `None`), or write the draft of its next version.
/// Returns the id of the policy.
///
/// # Errors
/// [`Error::Stale`] when somebody else saved since version `expect`.
pub async fn save(
    ctx: &Ctx,
    actor: &Actor,
    id: Option<&str>,
    expect: Option<i64>,
    draft: Draft,
) -> Result<String> {
    check(&draft)?;
    let mut tx = ctx.app.db.begin().await?;
    let (policy_id, row, verb) = match id {
        None => {
            policy::require(policy::shapes_catalog(actor))?;
            let id = new_id(ctx.now);
            owner(&mut tx, &draft.owner_id).await?;
            sql("INSERT INTO policy (id, owner_id, created_at, version) VALUES ($1, $2, $3, 1)")
                .bind(&id)
                .bind(&draft.owner_id)
                .bind(ctx.now.as_microsecond())
                .run(&mut tx)
                .await?;
            (id, new_id(ctx.now), "policy.begun")
        }
        Some(id) => {
            let found = store::lock(&mut tx, actor, id).await?;
            if expect.is_some_and(|version| version + 1 != found.version) {
                return Err(Error::Stale(Msg::new(
                    "Somebody else saved this policy while you had it open. Copy your text, open it again and put both together.",
                )));
            }
            owner(&mut tx, &draft.owner_id).await?;
            sql("UPDATE policy SET owner_id = $1 WHERE id = $2")
                .bind(&draft.owner_id)
                .bind(&found.id)
                .run(&mut tx)
                .await?;
            let row = found
                .draft()
                .map_or_else(|| new_id(ctx.now), |d| d.id.clone());
            (found.id, row, "policy.saved")
        }
    };
    let day = |d: Option<Date>| d.map(|d| d.to_string());
    sql(
        "INSERT INTO policy_version (id, policy_id, major, minor, title, for_you, body, change_note,
            audience, quiz, deadline_days, effective_on, review_on, until_on, saved_at)
         VALUES ($1, $2, 0, 0, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
         ON CONFLICT (id) DO UPDATE SET title = excluded.title, for_you = excluded.for_you,
            body = excluded.body, change_note = excluded.change_note, audience = excluded.audience,
            quiz = excluded.quiz, deadline_days = excluded.deadline_days,
            effective_on = excluded.effective_on, review_on = excluded.review_on,
            until_on = excluded.until_on, saved_at = excluded.saved_at",
    )
    .bind(&row)
    .bind(&policy_id)
    .bind(&draft.title)
    .bind(&draft.for_you)
    .bind(&draft.body)
    .bind(&draft.change_note)
    .bind(serde_json::to_string(&draft.audience)?)
    .bind(serde_json::to_string(&draft.quiz)?)
    .bind(draft.deadline_days)
    .bind(draft.effective_on.to_string())
    .bind(day(draft.review_on))
    .bind(day(draft.until_on))
    .bind(ctx.now.as_microsecond())
    .run(&mut tx)
    .await?;
    note(
        &mut tx,
        ctx,
        actor,
        verb,
        &policy_id,
        json!({ "title": draft.title }),
    )
    .await?;
    tx.commit().await?;
    Ok(policy_id)
}

/// Publish the draft. A `major` version asks everybody in its audience to
/// confirm it, when it begins to hold; a minor one asks nobody again.
pub async fn publish(ctx: &Ctx, actor: &Actor, id: &str, major: bool) -> Result<Policy> {
    let mut tx = ctx.app.db.begin().await?;
    let found = store::lock(&mut tx, actor, id).await?;
    let Some(draft) = found.draft() else {
        return Err(Error::Conflict(Msg::new(
            "There is nothing to publish. Write a new version first.",
        )));
    };
    if found.retired_at.is_some() {
        return Err(Error::Conflict(Msg::new(
            "This policy was given up. Take it up again first.",
        )));
    }
    let last = found.newest();
    if let Some(last) = last.filter(|l| draft.effective_on < l.effective_on) {
        return Err(Error::field(
            "effective_on",
            Msg::new("Version {number} begins on {day}. This one cannot begin earlier.")
                .with("number", last.number())
                .with("day", last.effective_on),
        ));
    }
    let (m, n) = next_number(last.map(|l| (l.major, l.minor)), major);
    sql("UPDATE policy_version SET major = $1, minor = $2, published_at = $3, published_by = $4 WHERE id = $5")
        .bind(m)
        .bind(n)
        .bind(ctx.now.as_microsecond())
        .bind((!actor.is_system()).then_some(actor.id.as_str()))
        .bind(&draft.id)
        .run(&mut tx)
        .await?;
    let data = json!({ "title": draft.title, "version": format!("{m}.{n}"), "from": draft.effective_on.to_string() });
    note(&mut tx, ctx, actor, "policy.published", &found.id, data).await?;
    let found = store::find_to_run(&mut tx, actor, id).await?;
    crate::search::policies::index(&mut tx, ctx.now, here(ctx), &found).await?;
    duties::sync(
        &mut tx,
        ctx.now,
        &ctx.app.zone(),
        actor,
        std::slice::from_ref(&found),
    )
    .await?;
    tx.commit().await?;
    Ok(found)
}

/// Throw the draft away. A policy that was never published goes with it.
pub async fn discard(ctx: &Ctx, actor: &Actor, id: &str) -> Result<bool> {
    let mut tx = ctx.app.db.begin().await?;
    let found = store::lock(&mut tx, actor, id).await?;
    let draft = found
        .draft()
        .ok_or_else(|| Error::Conflict(Msg::new("There is no draft.")))?;
    sql("DELETE FROM policy_version WHERE id = $1")
        .bind(&draft.id)
        .run(&mut tx)
        .await?;
    let gone = found.newest().is_none();
    if gone {
        sql("DELETE FROM policy WHERE id = $1")
            .bind(&found.id)
            .run(&mut tx)
            .await?;
    }
    let data = json!({ "title": draft.title, "before": draft.body });
    note(&mut tx, ctx, actor, "policy.discarded", &found.id, data).await?;
    tx.commit().await?;
    Ok(gone)
}

/// Give a policy up, or take it up again. What was confirmed stays on record.
pub async fn retire(ctx: &Ctx, actor: &Actor, id: &str, retire: bool) -> Result<Policy> {
    let mut tx = ctx.app.db.begin().await?;
    let found = store::lock(&mut tx, actor, id).await?;
    if found.retired_at.is_some() == retire {
        return Err(Error::Conflict(Msg::new("This is done already.")));
    }
    sql("UPDATE policy SET retired_at = $1 WHERE id = $2")
        .bind(retire.then_some(ctx.now.as_microsecond()))
        .bind(&found.id)
        .run(&mut tx)
        .await?;
    let verb = if retire {
        "policy.retired"
    } else {
        "policy.revived"
    };
    note(
        &mut tx,
        ctx,
        actor,
        verb,
        &found.id,
        json!({ "title": found.title() }),
    )
    .await?;
    let found = store::find_to_run(&mut tx, actor, id).await?;
    crate::search::policies::index(&mut tx, ctx.now, here(ctx), &found).await?;
    duties::sync(
        &mut tx,
        ctx.now,
        &ctx.app.zone(),
        actor,
        std::slice::from_ref(&found),
    )
    .await?;
    tx.commit().await?;
    Ok(found)
}

/// What came of a try to confirm.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Whether it is confirmed now.
    pub passed: bool,
    /// How many answers were right.
    pub correct: usize,
    /// Of how many.
    pub questions: usize,
}

/// Confirm that one has read a policy; with a quiz, when enough answers are
/// right. Each try is kept.
pub async fn acknowledge(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    version_id: &str,
    chosen: &[BTreeSet<usize>],
) -> Result<Outcome> {
    let mine = store::find_mine(&ctx.app.db, actor, id, ctx.now, here(ctx)).await?;
    let version = &mine.version;
    if version.id != version_id {
        return Err(Error::Stale(Msg::new(
            "There is a newer version of this policy. Read it before you confirm.",
        )));
    }
    let Some(duty) = &mine.duty else {
        return Err(Error::Conflict(Msg::new(
            "Nobody asks you to confirm this policy.",
        )));
    };
    if duty.done_at.is_some() {
        return Err(Error::Conflict(Msg::new(
            "You have confirmed this already.",
        )));
    }
    let correct = version.quiz.correct(chosen);
    let questions = version.quiz.questions.len();
    let passed = version.quiz.passes(correct);
    let mut tx = ctx.app.db.begin().await?;
    if questions > 0 {
        sql(
            "INSERT INTO policy_try (id, policy_id, version_id, person_id, at, correct, questions, passed)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(new_id(ctx.now))
        .bind(id)
        .bind(&version.id)
        .bind(&actor.id)
        .bind(ctx.now.as_microsecond())
        .bind(correct as i64)
        .bind(questions as i64)
        .bind(i64::from(passed))
        .run(&mut tx)
        .await?;
    }
    if passed {
        sql(
            "UPDATE policy_duty SET done_at = $1, done_version_id = $2, remind_at = NULL
             WHERE policy_id = $3 AND major = $4 AND person_id = $5 AND done_at IS NULL",
        )
        .bind(ctx.now.as_microsecond())
        .bind(&version.id)
        .bind(id)
        .bind(version.major)
        .bind(&actor.id)
        .run(&mut tx)
        .await?;
    }
    let verb = if passed {
        "policy.acknowledged"
    } else {
        "policy.tried"
    };
    let data = json!({ "version": version.number(), "correct": correct, "questions": questions });
    note(&mut tx, ctx, actor, verb, id, data).await?;
    tx.commit().await?;
    Ok(Outcome {
        passed,
        correct,
        questions,
    })
}

/// The day it is in the organisation: policies hold by its calendar, not by the
/// reader's.
pub fn here(ctx: &Ctx) -> Date {
    ctx.app.zone().to_datetime(ctx.now).date()
}
