//! Writing: a draft begins, is saved, is thrown away; an old version comes
//! back. Each verb is one transaction: check, change, event.

use jiff::Timestamp;
use mil_db::{Tx, sql};
use serde_json::{Value, json};

use crate::actor::Actor;
use crate::error::{Error, FieldError, Msg, Result};
use crate::events::{self, Event};
use crate::i18n::Lang;
use crate::knowledge::model::{Article, Audience, Draft};
use crate::knowledge::store;
use crate::policy;
use crate::random::new_id;
use crate::web::Ctx;

/// Longest title, summary and text, in characters.
pub const MAX_TITLE: usize = 160;
/// See [`MAX_TITLE`].
pub const MAX_SUMMARY: usize = 400;
/// See [`MAX_TITLE`].
pub const MAX_BODY: usize = 120_000;

/// Append an event about an article.
pub async fn note(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    article_id: &str,
    verb: &'static str,
    data: Value,
) -> Result<String> {
    events::append(
        tx,
        actor,
        ctx.now,
        Event::audit(verb, "article", article_id, data),
    )
    .await
}

/// The person behind an actor; the command line is nobody.
pub(super) fn by(actor: &Actor) -> Option<&str> {
    (!actor.is_system()).then_some(actor.id.as_str())
}

/// An article to work on, its row locked.
pub(super) async fn lock(tx: &mut Tx, ctx: &Ctx, actor: &Actor, id: &str) -> Result<Article> {
    let seen = store::find(&mut *tx, Some(actor), ctx.now, id).await?;
    policy::require(policy::writes_articles(actor))?;
    sql("UPDATE article SET version = version WHERE id = $1")
        .bind(&seen.id)
        .run(&mut *tx)
        .await?;
    store::find(&mut *tx, Some(actor), ctx.now, &seen.id).await
}

/// Say that an article changed.
pub(super) async fn touch(tx: &mut Tx, id: &str, now: Timestamp) -> Result<()> {
    sql("UPDATE article SET updated_at = $1, version = version + 1 WHERE id = $2")
        .bind(now.as_microsecond())
        .bind(id)
        .run(tx)
        .await?;
    Ok(())
}

/// What a draft says; what is `None` stays as it is.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)]
pub struct Words {
    pub title: Option<String>,
    pub summary: Option<String>,
    pub body: Option<String>,
    pub note: Option<String>,
    /// A translation says what the original says now.
    pub up_to_date: bool,
}

fn put(
    wrong: &mut Vec<FieldError>,
    into: &mut String,
    field: &'static str,
    text: Option<&String>,
    most: usize,
) {
    let Some(text) = text else { return };
    let text = text.replace("\r\n", "\n");
    if text.chars().count() > most {
        wrong.push(FieldError::new(
            field,
            Msg::new("Use at most {n} characters.").with("n", most),
        ));
    } else {
        text.trim_end().clone_into(into);
    }
}

fn say(draft: &mut Draft, words: &Words) -> Result<()> {
    let mut wrong = Vec::new();
    put(
        &mut wrong,
        &mut draft.title,
        "title",
        words.title.as_ref(),
        MAX_TITLE,
    );
    draft.title = draft.title.split_whitespace().collect::<Vec<_>>().join(" ");
    put(
        &mut wrong,
        &mut draft.summary,
        "summary",
        words.summary.as_ref(),
        MAX_SUMMARY,
    );
    put(
        &mut wrong,
        &mut draft.body,
        "body",
        words.body.as_ref(),
        MAX_BODY,
    );
    put(
        &mut wrong,
        &mut draft.note,
        "note",
        words.note.as_ref(),
        MAX_SUMMARY,
    );
    if draft.title.is_empty() {
        wrong.push(FieldError::new(
            "title",
            "Give it a title: the question it answers.",
        ));
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(Error::Invalid(wrong))
    }
}

/// A new article: its language, whom it is for, and its first words.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)]
pub struct New<'a> {
    pub lang: Lang,
    pub audience: Audience,
    pub departments: Vec<String>,
    pub category: Option<&'a str>,
    /// The request that it is drawn from.
    pub item_id: Option<&'a str>,
    pub words: Words,
}

/// Begin an article: a draft that nobody but writers sees.
pub async fn create(ctx: &Ctx, actor: &Actor, new: New<'_>) -> Result<(Article, Draft)> {
    let mut tx = ctx.app.db.begin().await?;
    let id = create_in(&mut tx, ctx, actor, &new).await?;
    let article = store::find(&mut tx, Some(actor), ctx.now, &id).await?;
    let draft = store::draft_of(&mut tx, &id, new.lang).await?;
    tx.commit().await?;
    Ok((article, draft.ok_or(Error::NotFound)?))
}

/// [`create`] within a transaction; answers the id.
pub async fn create_in(tx: &mut Tx, ctx: &Ctx, actor: &Actor, new: &New<'_>) -> Result<String> {
    policy::require(policy::writes_articles(actor))?;
    let id = new_id(ctx.now);
    let now = ctx.now.as_microsecond();
    let category = match new.category {
        Some(name) => super::settings::category(tx, ctx.now, name).await?,
        None => None,
    };
    sql(
        "INSERT INTO article (id, lang, audience, category_id, owner_id, author_id, item_id, review_days,
            created_at, updated_at, version) VALUES ($1, $2, $3, $4, $5, $5, $6, 365, $7, $7, 1)",
    )
    .bind(&id)
    .bind(new.lang.code())
    .bind(new.audience.key())
    .bind(category)
    .bind(by(actor).map(str::to_owned))
    .bind(new.item_id.map(str::to_owned))
    .bind(now)
    .run(&mut *tx)
    .await?;
    super::settings::departments(tx, &id, new.audience, &new.departments).await?;
    let mut draft = fresh(&id, new.lang, actor, ctx.now);
    say(&mut draft, &new.words)?;
    insert(tx, &draft).await?;
    let data =
        json!({ "title": draft.title, "lang": new.lang.code(), "audience": new.audience.key() });
    note(tx, ctx, actor, &id, "article.created", data).await?;
    Ok(id)
}

/// Write the words of a draft within a transaction, whoever saved it before:
/// for what has just been made there.
pub(super) async fn put_in(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    lang: Lang,
    words: &Words,
) -> Result<()> {
    let found = store::draft_of(&mut *tx, id, lang).await?;
    let mut draft = found.unwrap_or_else(|| fresh(id, lang, actor, ctx.now));
    say(&mut draft, words)?;
    insert(tx, &draft).await
}

fn fresh(article_id: &str, lang: Lang, actor: &Actor, now: Timestamp) -> Draft {
    Draft {
        article_id: article_id.to_owned(),
        lang,
        title: String::new(),
        summary: String::new(),
        body: String::new(),
        note: String::new(),
        of_number: None,
        author_id: by(actor).map(str::to_owned),
        reviewer_id: None,
        submitted_by: None,
        submitted_at: None,
        returned_note: None,
        approved_by: None,
        publish_at: None,
        created_at: now,
        updated_at: now,
        version: 1,
    }
}

pub(super) async fn insert(tx: &mut Tx, d: &Draft) -> Result<()> {
    sql(
        "INSERT INTO article_draft (article_id, lang, title, summary, body, note, of_number, author_id,
            reviewer_id, submitted_by, submitted_at, returned_note, approved_by, publish_at,
            created_at, updated_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
         ON CONFLICT (article_id, lang) DO UPDATE SET title = excluded.title, summary = excluded.summary,
            body = excluded.body, note = excluded.note, of_number = excluded.of_number,
            author_id = excluded.author_id, reviewer_id = excluded.reviewer_id,
            submitted_by = excluded.submitted_by, submitted_at = excluded.submitted_at,
            returned_note = excluded.returned_note, approved_by = excluded.approved_by,
            publish_at = excluded.publish_at, updated_at = excluded.updated_at, version = excluded.version",
    )
    .bind(&d.article_id)
    .bind(d.lang.code())
    .bind(&d.title)
    .bind(&d.summary)
    .bind(&d.body)
    .bind(&d.note)
    .bind(d.of_number)
    .bind(&d.author_id)
    .bind(&d.reviewer_id)
    .bind(&d.submitted_by)
    .bind(d.submitted_at.map(Timestamp::as_microsecond))
    .bind(&d.returned_note)
    .bind(&d.approved_by)
    .bind(d.publish_at.map(Timestamp::as_microsecond))
    .bind(d.created_at.as_microsecond())
    .bind(d.updated_at.as_microsecond())
    .bind(d.version)
    .run(tx)
    .await?;
    Ok(())
}

/// The draft in a language, or how it begins: as a copy of what is published.
pub async fn or_fresh(
    tx: &mut Tx,
    actor: &Actor,
    now: Timestamp,
    article: &Article,
    lang: Lang,
) -> Result<Draft> {
    if let Some(found) = store::draft_of(&mut *tx, &article.id, lang).await? {
        return Ok(found);
    }
    let texts = store::texts(&mut *tx, &article.id).await?;
    let mut draft = fresh(&article.id, lang, actor, now);
    draft.version = 0;
    let original = texts.iter().find(|t| t.lang == article.lang);
    if let Some(text) = texts.iter().find(|t| t.lang == lang).or(original) {
        draft.title.clone_from(&text.title);
        draft.summary.clone_from(&text.summary);
        draft.body.clone_from(&text.body);
        draft.of_number = if text.lang == lang {
            text.of_number
        } else {
            None
        };
    }
    Ok(draft)
}

/// Save the draft in a language. A published article goes on as it is beside it.
/// Saving takes a draft out of approval: what is approved is what was read.
///
/// # Errors
/// [`Error::Stale`] when somebody else saved since version `expect`; the draft
/// as it is now can be read, and nothing of it is lost.
pub async fn save(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    lang: Lang,
    expect: Option<i64>,
    words: &Words,
) -> Result<(Article, Draft)> {
    let mut tx = ctx.app.db.begin().await?;
    let article = lock(&mut tx, ctx, actor, id).await?;
    let mut draft = or_fresh(&mut tx, actor, ctx.now, &article, lang).await?;
    if expect.is_some_and(|version| version != draft.version) {
        return Err(Error::Stale(Msg::new(
            "Somebody else saved this draft while you wrote. Both texts are kept: put them together and save again.",
        )));
    }
    say(&mut draft, words)?;
    if lang != article.lang && words.up_to_date {
        let texts = store::texts(&mut tx, &article.id).await?;
        draft.of_number = texts
            .iter()
            .find(|t| t.lang == article.lang)
            .map(|t| t.number);
    }
    draft.author_id = by(actor).map(str::to_owned);
    draft.submitted_by = None;
    draft.submitted_at = None;
    draft.approved_by = None;
    draft.publish_at = None;
    draft.updated_at = ctx.now;
    draft.version += 1;
    insert(&mut tx, &draft).await?;
    touch(&mut tx, &article.id, ctx.now).await?;
    let data = json!({ "lang": lang.code(), "version": draft.version });
    note(&mut tx, ctx, actor, &article.id, "article.saved", data).await?;
    tx.commit().await?;
    Ok((article, draft))
}

pub(super) async fn existing(tx: &mut Tx, article: &Article, lang: Lang) -> Result<Draft> {
    store::draft_of(&mut *tx, &article.id, lang)
        .await?
        .ok_or_else(|| {
            Error::Conflict(Msg::new(
                "There is no draft in this language. Write one first.",
            ))
        })
}

/// Throw a draft away. What is published stays; an article that never was
/// published and has no draft left is archived.
pub async fn discard(ctx: &Ctx, actor: &Actor, id: &str, lang: Lang) -> Result<()> {
    let mut tx = ctx.app.db.begin().await?;
    let article = lock(&mut tx, ctx, actor, id).await?;
    let draft = existing(&mut tx, &article, lang).await?;
    sql("DELETE FROM article_draft WHERE article_id = $1 AND lang = $2")
        .bind(&article.id)
        .bind(lang.code())
        .run(&mut tx)
        .await?;
    if article.published_at.is_none() && store::drafts(&mut tx, &article.id).await?.is_empty() {
        sql("UPDATE article SET archived_at = $1 WHERE id = $2")
            .bind(ctx.now.as_microsecond())
            .bind(&article.id)
            .run(&mut tx)
            .await?;
    }
    touch(&mut tx, &article.id, ctx.now).await?;
    let data =
        json!({ "lang": lang.code(), "before": { "title": draft.title, "body": draft.body } });
    note(
        &mut tx,
        ctx,
        actor,
        &article.id,
        "article.draft_discarded",
        data,
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Take the text of an old version as the draft, to look at and to publish.
pub async fn restore(ctx: &Ctx, actor: &Actor, id: &str, lang: Lang, number: i64) -> Result<Draft> {
    let article = store::find(&ctx.app.db, Some(actor), ctx.now, id).await?;
    policy::require(policy::writes_articles(actor))?;
    let versions = store::versions(&ctx.app.db, &article.id, lang).await?;
    let old = versions
        .into_iter()
        .find(|v| v.number == number)
        .ok_or(Error::NotFound)?;
    let words = Words {
        title: Some(old.title),
        summary: Some(old.summary),
        body: Some(old.body),
        note: Some(format!("↩ {number}")),
        up_to_date: false,
    };
    if store::draft_of(&ctx.app.db, &article.id, lang)
        .await?
        .is_some()
    {
        return Err(Error::Conflict(Msg::new(
            "There is a draft already. Publish it or throw it away first, so that nothing is lost.",
        )));
    }
    Ok(save(ctx, actor, &article.id, lang, Some(0), &words)
        .await?
        .1)
}
