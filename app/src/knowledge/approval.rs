//! Approval: a draft is submitted, sent back, or approved and published. Who
//! submitted it never approves it; an administrator may, and the event says so.

use jiff::Timestamp;
use mil_db::sql;
use serde_json::json;

use crate::actor::{Actor, Role};
use crate::error::{Error, Msg, Result};
use crate::i18n::Lang;
use crate::knowledge::model::{Article, Draft};
use crate::knowledge::store;
use crate::knowledge::write::{by, existing, insert, lock, note, touch};
use crate::notifications::{About, tell};
use crate::policy;
use crate::web::Ctx;

/// Whether `actor` may approve a draft: the one who is asked, leads and
/// administrators, but never who submitted it. An administrator may publish
/// their own, so that a small team is not stuck; the event says so.
pub fn approves(actor: &Actor, draft: &Draft) -> bool {
    let own =
        draft.submitted_by.as_deref().or(draft.author_id.as_deref()) == Some(actor.id.as_str());
    match actor.role {
        Role::Administrator => true,
        Role::Lead => !own,
        Role::Marketer => !own && draft.reviewer_id.as_deref() == Some(actor.id.as_str()),
        _ => false,
    }
}

/// Ask for approval; `reviewer` is a person who writes articles, and is told.
pub async fn submit(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    lang: Lang,
    reviewer: Option<&str>,
) -> Result<Draft> {
    let mut tx = ctx.app.db.begin().await?;
    let article = lock(&mut tx, ctx, actor, id).await?;
    let mut draft = existing(&mut tx, &article, lang).await?;
    if draft.body.trim().is_empty() {
        return Err(Error::field("body", "Write the answer first."));
    }
    if draft.submitted_at.is_some() {
        return Err(Error::Conflict(Msg::new(
            "This waits for approval already.",
        )));
    }
    if let Some(person) = reviewer {
        let role = sql("SELECT role FROM person WHERE id = $1 AND disabled_at IS NULL")
            .bind(person)
            .opt(&mut tx)
            .await?
            .map(|row| row.get::<String>("role"))
            .transpose()?;
        let fits = role
            .as_deref()
            .and_then(Role::from_key)
            .is_some_and(|role| matches!(role, Role::Marketer | Role::Lead | Role::Administrator));
        if !fits || person == actor.id {
            return Err(Error::field(
                "reviewer",
                "Choose somebody else who writes articles.",
            ));
        }
    }
    draft.reviewer_id = reviewer.map(str::to_owned);
    draft.submitted_by = by(actor).map(str::to_owned);
    draft.submitted_at = Some(ctx.now);
    draft.returned_note = None;
    draft.version += 1;
    insert(&mut tx, &draft).await?;
    touch(&mut tx, &article.id, ctx.now).await?;
    let data = json!({ "lang": lang.code(), "reviewer": reviewer });
    let event = note(&mut tx, ctx, actor, &article.id, "article.submitted", data).await?;
    let href = format!("/knowledge/{}/edit?lang={}", article.id, lang.code());
    if let Some(person) = reviewer {
        tell(
            &mut tx,
            ctx.now,
            &event,
            &[person.to_owned()],
            About {
                reason: "article_review",
                title: &draft.title,
                href: &href,
            },
        )
        .await?;
    }
    tx.commit().await?;
    Ok(draft)
}

/// Send a submitted draft back to its author, with what is to be changed.
pub async fn send_back(ctx: &Ctx, actor: &Actor, id: &str, lang: Lang, why: &str) -> Result<Draft> {
    let mut tx = ctx.app.db.begin().await?;
    let article = lock(&mut tx, ctx, actor, id).await?;
    let mut draft = existing(&mut tx, &article, lang).await?;
    if draft.submitted_at.is_none() {
        return Err(Error::Conflict(Msg::new(
            "This draft does not wait for approval.",
        )));
    }
    policy::require(approves(actor, &draft))?;
    let why = why.trim();
    if why.is_empty() || why.chars().count() > 2_000 {
        return Err(Error::field(
            "why",
            "Say in up to 2,000 characters what is to be changed.",
        ));
    }
    let author = draft.submitted_by.take();
    draft.submitted_at = None;
    draft.approved_by = None;
    draft.publish_at = None;
    draft.returned_note = Some(why.to_owned());
    draft.version += 1;
    insert(&mut tx, &draft).await?;
    let data = json!({ "lang": lang.code(), "why": why });
    let event = note(&mut tx, ctx, actor, &article.id, "article.returned", data).await?;
    if let Some(author) = author.filter(|a| *a != actor.id) {
        let href = format!("/knowledge/{}/edit?lang={}", article.id, lang.code());
        tell(
            &mut tx,
            ctx.now,
            &event,
            &[author.to_owned()],
            About {
                reason: "article_returned",
                title: &draft.title,
                href: &href,
            },
        )
        .await?;
    }
    tx.commit().await?;
    Ok(draft)
}

/// Approve a draft and publish it, now or at a later time. An administrator
/// need not wait for a submission.
pub async fn approve(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    lang: Lang,
    expect: Option<i64>,
    at: Option<Timestamp>,
) -> Result<Article> {
    let mut tx = ctx.app.db.begin().await?;
    let article = lock(&mut tx, ctx, actor, id).await?;
    let mut draft = existing(&mut tx, &article, lang).await?;
    if expect.is_some_and(|version| version != draft.version) {
        return Err(Error::Stale(Msg::new(
            "This draft changed since you read it. Read it again, then approve it.",
        )));
    }
    policy::require(approves(actor, &draft))?;
    if draft.submitted_at.is_none() && actor.role != Role::Administrator {
        return Err(Error::Conflict(Msg::new(
            "This draft does not wait for approval.",
        )));
    }
    if draft.body.trim().is_empty() {
        return Err(Error::field("body", "Write the answer first."));
    }
    draft.approved_by = by(actor).map(str::to_owned);
    match at.filter(|at| *at > ctx.now) {
        Some(at) => {
            draft.publish_at = Some(at);
            draft.version += 1;
            insert(&mut tx, &draft).await?;
            let data = json!({ "lang": lang.code(), "publish_at": at.to_string() });
            note(&mut tx, ctx, actor, &article.id, "article.scheduled", data).await?;
        }
        None => super::publish::publish(&mut tx, ctx, actor, &article, &draft).await?,
    }
    let article = store::find(&mut tx, Some(actor), ctx.now, &article.id).await?;
    tx.commit().await?;
    Ok(article)
}
