//! What readers say: "did this solve it?", and comments.

use jiff::Timestamp;
use mil_db::{On, Where, sql};
use serde_json::json;

use crate::actor::Actor;
use crate::clock::from_micros;
use crate::error::{Error, Msg, Result};
use crate::i18n::Lang;
use crate::knowledge::model::{Article, Score};
use crate::knowledge::store;
use crate::knowledge::write::note;
use crate::notifications::{About, tell};
use crate::policy;
use crate::random::new_id;
use crate::web::Ctx;

/// What somebody said of a version.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Said {
    pub lang: Lang,
    pub number: i64,
    pub solved: bool,
    pub reason: String,
    pub at: Timestamp,
}

/// Say whether the text that one reads in `lang` solved it. Once per person and
/// version; saying it again changes it.
pub async fn judge(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    lang: Lang,
    solved: bool,
    reason: &str,
) -> Result<Article> {
    let reason = reason.trim();
    if reason.chars().count() > 1_000 {
        return Err(Error::field(
            "reason",
            Msg::new("Use at most {n} characters.").with("n", 1_000),
        ));
    }
    let mut tx = ctx.app.db.begin().await?;
    let article = store::find(&mut tx, Some(actor), ctx.now, id).await?;
    let texts = store::texts(&mut tx, &article.id).await?;
    let text = texts
        .iter()
        .find(|t| t.lang == lang)
        .ok_or(Error::NotFound)?;
    if !article.is_live(ctx.now) {
        return Err(Error::Conflict(Msg::new(
            "Readers do not see this article, so it cannot be judged.",
        )));
    }
    let now = ctx.now.as_microsecond();
    sql(
        "INSERT INTO article_feedback (article_id, lang, number, person_id, solved_at, reason, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
         ON CONFLICT (article_id, lang, number, person_id)
         DO UPDATE SET solved_at = excluded.solved_at, reason = excluded.reason, updated_at = excluded.updated_at",
    )
    .bind(&article.id)
    .bind(lang.code())
    .bind(text.number)
    .bind(&actor.id)
    .bind(solved.then_some(now))
    .bind(reason)
    .bind(now)
    .run(&mut tx)
    .await?;
    let data = json!({ "lang": lang.code(), "number": text.number, "solved": solved });
    note(&mut tx, ctx, actor, &article.id, "article.judged", data).await?;
    tx.commit().await?;
    Ok(article)
}

/// What `actor` said of a version themselves.
pub async fn own<'a>(
    on: impl Into<On<'a>>,
    actor: &Actor,
    article_id: &str,
    lang: Lang,
    number: i64,
) -> Result<Option<Said>> {
    sql("SELECT * FROM article_feedback WHERE article_id = $1 AND lang = $2 AND number = $3 AND person_id = $4")
        .bind(article_id)
        .bind(lang.code())
        .bind(number)
        .bind(&actor.id)
        .opt(on)
        .await?
        .as_ref()
        .map(said)
        .transpose()
}

fn said(row: &mil_db::Row) -> Result<Said> {
    Ok(Said {
        lang: store::lang(row)?,
        number: row.get("number")?,
        solved: row.get::<Option<i64>>("solved_at")?.is_some(),
        reason: row.get("reason")?,
        at: from_micros(row.get("updated_at")?),
    })
}

/// What was said with a reason, newest first, without names: it helps to mend
/// the text, not to know who complained. For those who write articles.
pub async fn reasons<'a>(on: impl Into<On<'a>>, article_id: &str) -> Result<Vec<Said>> {
    sql("SELECT * FROM article_feedback WHERE article_id = $1 AND reason <> '' ORDER BY updated_at DESC, person_id LIMIT 100")
        .bind(article_id)
        .all(on)
        .await?
        .iter()
        .map(said)
        .collect()
}

/// An article that fails its readers.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Failing {
    pub id: String,
    pub title: String,
    pub score: Score,
}

/// Articles whose present texts solve least, those with at least five voices
/// only, worst first. For those who write articles.
pub async fn failing<'a>(on: impl Into<On<'a>>, limit: i64) -> Result<Vec<Failing>> {
    sql(
        "SELECT a.id, MIN(o.title) AS title, COUNT(*) AS n, COUNT(f.solved_at) AS solved
         FROM article_feedback f
         JOIN article_text t ON t.article_id = f.article_id AND t.lang = f.lang AND t.number = f.number
         JOIN article a ON a.id = f.article_id AND a.archived_at IS NULL
         JOIN article_text o ON o.article_id = a.id AND o.lang = a.lang
         GROUP BY a.id HAVING COUNT(*) >= 5 AND COUNT(f.solved_at) * 2 < COUNT(*)
         ORDER BY COUNT(f.solved_at) * 1000 / COUNT(*), a.id LIMIT $1",
    )
    .bind(limit)
    .all(on)
    .await?
    .iter()
    .map(|row| {
        Ok(Failing {
            id: row.get("id")?,
            title: row.get("title")?,
            score: Score { solved: row.get("solved")?, all: row.get("n")? },
        })
    })
    .collect()
}

/// A comment.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Comment {
    pub id: String,
    pub author_id: String,
    pub author: String,
    pub body: String,
    pub internal: bool,
    /// Other readers see it.
    pub shown: bool,
    pub hidden: bool,
    pub resolved_at: Option<Timestamp>,
    pub created_at: Timestamp,
}

/// The comments of an article that was found for `actor`, oldest first: all for
/// those who write articles; for readers what is shown, and their own.
pub async fn comments<'a>(
    on: impl Into<On<'a>>,
    actor: Option<&Actor>,
    article_id: &str,
) -> Result<Vec<Comment>> {
    let mut filter = Where::new();
    filter.and("c.article_id = ?", [article_id.into()]);
    if !actor.is_some_and(policy::writes_articles) {
        let me = actor.map_or("", |a| a.id.as_str());
        filter.and(
            "c.internal_at IS NULL AND c.hidden_at IS NULL AND (c.shown_at IS NOT NULL OR c.author_id = ?)",
            [me.into()],
        );
    }
    sql(format!(
        "SELECT c.*, p.name FROM article_comment c JOIN person p ON p.id = c.author_id
         WHERE {} ORDER BY c.id LIMIT 500",
        filter.text()
    ))
    .bind_all(filter.values())
    .all(on)
    .await?
    .iter()
    .map(|row| {
        Ok(Comment {
            id: row.get("id")?,
            author_id: row.get("author_id")?,
            author: row.get("name")?,
            body: row.get("body")?,
            internal: row.get::<Option<i64>>("internal_at")?.is_some(),
            shown: row.get::<Option<i64>>("shown_at")?.is_some(),
            hidden: row.get::<Option<i64>>("hidden_at")?.is_some(),
            resolved_at: store::time(row, "resolved_at")?,
            created_at: from_micros(row.get("created_at")?),
        })
    })
    .collect()
}

/// Comment on an article. Other readers see what a reader wrote once somebody
/// who writes articles shows it; those who write articles are seen at once.
pub async fn comment(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    body: &str,
    internal: bool,
) -> Result<String> {
    let body = body.trim();
    if body.is_empty() {
        return Err(Error::field("body", "Write what you want to say."));
    }
    if body.chars().count() > 4_000 {
        return Err(Error::field(
            "body",
            Msg::new("Use at most {n} characters.").with("n", 4_000),
        ));
    }
    let mut tx = ctx.app.db.begin().await?;
    let article = store::find(&mut tx, Some(actor), ctx.now, id).await?;
    let writes = policy::writes_articles(actor);
    if internal {
        policy::require(writes)?;
    }
    let id = new_id(ctx.now);
    let now = ctx.now.as_microsecond();
    sql(
        "INSERT INTO article_comment (id, article_id, author_id, body, internal_at, shown_at, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(&id)
    .bind(&article.id)
    .bind(&actor.id)
    .bind(body)
    .bind(internal.then_some(now))
    .bind((writes && !internal).then_some(now))
    .bind(now)
    .run(&mut tx)
    .await?;
    let data = json!({ "comment": id, "internal": internal });
    let event = note(&mut tx, ctx, actor, &article.id, "article.commented", data).await?;
    if let Some(owner) = article.owner_id.as_deref().filter(|o| *o != actor.id) {
        let texts = store::texts(&mut tx, &article.id).await?;
        let title = texts.first().map_or("", |t| t.title.as_str());
        let href = format!("/knowledge/{}#comments", article.id);
        tell(
            &mut tx,
            ctx.now,
            &event,
            &[owner.to_owned()],
            About {
                reason: "article_comment",
                title,
                href: &href,
            },
        )
        .await?;
    }
    tx.commit().await?;
    Ok(id)
}

/// What is done about a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Moderate {
    Show,
    Hide,
    Resolve,
    Reopen,
}

impl Moderate {
    /// By the word that a form or the API sends.
    pub fn from_key(key: &str) -> Option<Moderate> {
        Some(match key {
            "show" => Moderate::Show,
            "hide" => Moderate::Hide,
            "resolve" => Moderate::Resolve,
            "reopen" => Moderate::Reopen,
            _ => return None,
        })
    }
}

/// Show a comment to other readers, hide it, or say that it is dealt with.
pub async fn moderate(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    comment: &str,
    what: Moderate,
) -> Result<()> {
    let mut tx = ctx.app.db.begin().await?;
    let article = super::write::lock(&mut tx, ctx, actor, id).await?;
    let now = ctx.now.as_microsecond();
    let (text, verb) = match what {
        Moderate::Show => ("shown_at = $1, hidden_at = NULL", "article.comment_shown"),
        Moderate::Hide => ("hidden_at = $1, shown_at = NULL", "article.comment_hidden"),
        Moderate::Resolve => ("resolved_at = $1", "article.comment_resolved"),
        Moderate::Reopen => ("resolved_at = $1", "article.comment_reopened"),
    };
    let n = sql(format!(
        "UPDATE article_comment SET {text}, resolved_by = $2 WHERE id = $3 AND article_id = $4"
    ))
    .bind(Some(now).filter(|_| what != Moderate::Reopen))
    .bind(
        super::write::by(actor)
            .filter(|_| what == Moderate::Resolve)
            .map(str::to_owned),
    )
    .bind(comment)
    .bind(&article.id)
    .run(&mut tx)
    .await?;
    if n == 0 {
        return Err(Error::NotFound);
    }
    note(
        &mut tx,
        ctx,
        actor,
        &article.id,
        verb,
        json!({ "comment": comment }),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}
