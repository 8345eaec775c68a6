//! The rows of articles. Every look-up is limited to what the actor may read;
//! `None` is somebody without an account.

use jiff::Timestamp;
use mil_db::{Db, On, Row, Where, sql};

use crate::actor::Actor;
use crate::clock::from_micros;
use crate::error::{Error, Result};
use crate::i18n::Lang;
use crate::knowledge::model::{Article, Audience, Draft, Score, Text, Version};
use crate::policy;

const ARTICLE: &str = "SELECT a.*, c.name AS category, o.name AS owner FROM article a
    LEFT JOIN article_category c ON c.id = a.category_id
    LEFT JOIN person o ON o.id = a.owner_id";

pub(super) fn lang(row: &Row) -> Result<Lang> {
    Ok(Lang::from_code(&row.get::<String>("lang")?).unwrap_or_default())
}

pub(super) fn time(row: &Row, column: &str) -> Result<Option<Timestamp>> {
    Ok(row.get::<Option<i64>>(column)?.map(from_micros))
}

async fn article(row: &Row, on: impl Into<On<'_>>) -> Result<Article> {
    let id: String = row.get("id")?;
    let audience = row.get::<String>("audience")?;
    let audience = Audience::from_key(&audience)
        .ok_or_else(|| Error::Internal(format!("article {id} has the audience {audience}")))?;
    let departments = if audience == Audience::Departments {
        sql("SELECT department_id FROM article_department WHERE article_id = $1 ORDER BY department_id")
            .bind(&id)
            .column("department_id", on)
            .await?
    } else {
        Vec::new()
    };
    Ok(Article {
        lang: lang(row)?,
        audience,
        departments,
        category_id: row.get("category_id")?,
        category: row.get("category")?,
        owner_id: row.get("owner_id")?,
        owner: row.get("owner")?,
        author_id: row.get("author_id")?,
        item_id: row.get("item_id")?,
        review_days: row.get("review_days")?,
        review_on: row
            .get::<Option<String>>("review_on")?
            .and_then(|day| day.parse().ok()),
        checked_at: time(row, "checked_at")?,
        published_at: time(row, "published_at")?,
        expires_at: time(row, "expires_at")?,
        archived_at: time(row, "archived_at")?,
        created_at: from_micros(row.get("created_at")?),
        updated_at: from_micros(row.get("updated_at")?),
        version: row.get("version")?,
        id,
    })
}

/// An article that `actor` may open, by id or by any address it ever had.
///
/// # Errors
/// [`Error::NotFound`] also when it exists but is not theirs to read.
pub async fn find<'a>(
    on: impl Into<On<'a>>,
    actor: Option<&Actor>,
    now: Timestamp,
    id_or_slug: &str,
) -> Result<Article> {
    let mut on = on.into();
    let mut filter = Where::new();
    filter.and(
        "a.id = ? OR a.id = (SELECT s.article_id FROM article_slug s WHERE s.slug = ?)",
        [id_or_slug.into(), id_or_slug.into()],
    );
    policy::visible_articles(actor, now, &mut filter);
    let row = sql(format!("{ARTICLE} WHERE {}", filter.text()))
        .bind_all(filter.values())
        .opt(on.again())
        .await?
        .ok_or(Error::NotFound)?;
    let found = article(&row, on).await?;
    // The condition and the rule say the same; both have to say yes.
    if policy::reads_article(actor, &found.facts(now)) {
        Ok(found)
    } else {
        Err(Error::NotFound)
    }
}

pub(super) fn text(row: &Row) -> Result<Text> {
    Ok(Text {
        lang: lang(row)?,
        number: row.get("number")?,
        of_number: row.get("of_number")?,
        slug: row.get("slug")?,
        title: row.get("title")?,
        summary: row.get("summary")?,
        body: row.get("body")?,
        published_at: from_micros(row.get("published_at")?),
    })
}

/// The published texts of an article that was found for an actor.
pub async fn texts<'a>(on: impl Into<On<'a>>, article_id: &str) -> Result<Vec<Text>> {
    sql("SELECT * FROM article_text WHERE article_id = $1 ORDER BY lang")
        .bind(article_id)
        .all(on)
        .await?
        .iter()
        .map(text)
        .collect()
}

/// Which articles.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)]
pub struct Wanted<'a> {
    /// Each of these words stands in it.
    pub words: &'a str,
    /// Id of a category.
    pub category: Option<&'a str>,
    /// Id of a service.
    pub service: Option<&'a str>,
    /// The cursor of the page before.
    pub after: Option<&'a str>,
}

/// An article in a list, with the text that suits the reader.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Listed {
    pub id: String,
    pub lang: Lang,
    pub original: Lang,
    pub slug: String,
    pub title: String,
    pub summary: String,
    pub audience: Audience,
    pub category_id: Option<String>,
    pub category: Option<String>,
    pub number: i64,
    pub published_at: Timestamp,
    pub checked_at: Option<Timestamp>,
    pub updated_at: Timestamp,
}

impl Listed {
    /// Where it is read.
    pub fn href(&self) -> String {
        format!("/answers/{}", self.slug)
    }
}

/// The condition for one word that stands somewhere in `column`.
pub(super) fn word(filter: &mut Where, column: &str, word: &str) {
    let mut like = String::from("%");
    for c in word.to_lowercase().chars() {
        if matches!(c, '%' | '_' | '!') {
            like.push('!');
        }
        like.push(c);
    }
    like.push('%');
    filter.and(&format!("{column} LIKE ? ESCAPE '!'"), [like.into()]);
}

/// Articles that `actor` may read and that are live, each in the language that
/// suits: `reader`, else the original. Those published last come first.
pub async fn list(
    db: &Db,
    actor: Option<&Actor>,
    now: Timestamp,
    reader: Lang,
    wanted: &Wanted<'_>,
    limit: i64,
) -> Result<Vec<Listed>> {
    let mut filter = Where::new();
    filter.and(
        "t.lang = COALESCE((SELECT x.lang FROM article_text x WHERE x.article_id = a.id AND x.lang = ?),
            (SELECT y.lang FROM article_text y WHERE y.article_id = a.id AND y.lang = a.lang),
            (SELECT MIN(z.lang) FROM article_text z WHERE z.article_id = a.id))",
        [reader.code().into()],
    );
    policy::live_articles(now, &mut filter);
    policy::visible_articles(actor, now, &mut filter);
    for w in wanted.words.split_whitespace().take(8) {
        word(&mut filter, "t.words", w);
    }
    if let Some(category) = wanted.category {
        filter.and("a.category_id = ?", [category.into()]);
    }
    if let Some(service) = wanted.service {
        filter.and(
            "EXISTS (SELECT 1 FROM article_service s WHERE s.article_id = a.id AND s.service_id = ?)",
            [service.into()],
        );
    }
    if let Some(after) = wanted.after {
        filter.and(
            "(a.published_at, a.id) < (SELECT b.published_at, b.id FROM article b WHERE b.id = ?)",
            [after.into()],
        );
    }
    let next = filter.next();
    sql(format!(
        "SELECT a.id, a.audience, a.category_id, a.checked_at, a.updated_at, a.lang AS original,
            c.name AS category, t.lang, t.slug, t.title, t.summary, t.number, t.published_at
         FROM article a JOIN article_text t ON t.article_id = a.id
         LEFT JOIN article_category c ON c.id = a.category_id
         WHERE {} ORDER BY a.published_at DESC, a.id DESC LIMIT ${next}",
        filter.text()
    ))
    .bind_all(filter.values())
    .bind(limit)
    .all(db)
    .await?
    .iter()
    .map(|row| {
        Ok(Listed {
            id: row.get("id")?,
            lang: lang(row)?,
            original: Lang::from_code(&row.get::<String>("original")?).unwrap_or_default(),
            slug: row.get("slug")?,
            title: row.get("title")?,
            summary: row.get("summary")?,
            audience: Audience::from_key(&row.get::<String>("audience")?)
                .unwrap_or(Audience::Internal),
            category_id: row.get("category_id")?,
            category: row.get("category")?,
            number: row.get("number")?,
            published_at: from_micros(row.get("published_at")?),
            checked_at: time(row, "checked_at")?,
            updated_at: from_micros(row.get("updated_at")?),
        })
    })
    .collect()
}

/// How many articles `actor` may read.
pub async fn count(db: &Db, actor: Option<&Actor>, now: Timestamp) -> Result<i64> {
    let mut filter = Where::new();
    policy::live_articles(now, &mut filter);
    policy::visible_articles(actor, now, &mut filter);
    Ok(sql(format!(
        "SELECT COUNT(*) AS n FROM article a WHERE {}",
        filter.text()
    ))
    .bind_all(filter.values())
    .value("n", db)
    .await?)
}

fn draft(row: &Row) -> Result<Draft> {
    Ok(Draft {
        article_id: row.get("article_id")?,
        lang: lang(row)?,
        title: row.get("title")?,
        summary: row.get("summary")?,
        body: row.get("body")?,
        note: row.get("note")?,
        of_number: row.get("of_number")?,
        author_id: row.get("author_id")?,
        reviewer_id: row.get("reviewer_id")?,
        submitted_by: row.get("submitted_by")?,
        submitted_at: time(row, "submitted_at")?,
        returned_note: row.get("returned_note")?,
        approved_by: row.get("approved_by")?,
        publish_at: time(row, "publish_at")?,
        created_at: from_micros(row.get("created_at")?),
        updated_at: from_micros(row.get("updated_at")?),
        version: row.get("version")?,
    })
}

/// The draft of an article in a language; only for those who write articles.
pub async fn draft_of<'a>(
    on: impl Into<On<'a>>,
    article_id: &str,
    lang: Lang,
) -> Result<Option<Draft>> {
    sql("SELECT * FROM article_draft WHERE article_id = $1 AND lang = $2")
        .bind(article_id)
        .bind(lang.code())
        .opt(on)
        .await?
        .as_ref()
        .map(draft)
        .transpose()
}

/// Every draft of an article; only for those who write articles.
pub async fn drafts<'a>(on: impl Into<On<'a>>, article_id: &str) -> Result<Vec<Draft>> {
    sql("SELECT * FROM article_draft WHERE article_id = $1 ORDER BY lang")
        .bind(article_id)
        .all(on)
        .await?
        .iter()
        .map(draft)
        .collect()
}

/// The versions of an article in a language, newest first; only for those who
/// write articles.
pub async fn versions<'a>(
    on: impl Into<On<'a>>,
    article_id: &str,
    lang: Lang,
) -> Result<Vec<Version>> {
    sql(
        "SELECT v.*, w.name AS author, r.name AS approver FROM article_version v
         LEFT JOIN person w ON w.id = v.author_id LEFT JOIN person r ON r.id = v.approved_by
         WHERE v.article_id = $1 AND v.lang = $2 ORDER BY v.number DESC",
    )
    .bind(article_id)
    .bind(lang.code())
    .all(on)
    .await?
    .iter()
    .map(|row| {
        Ok(Version {
            lang,
            number: row.get("number")?,
            title: row.get("title")?,
            summary: row.get("summary")?,
            body: row.get("body")?,
            note: row.get("note")?,
            author: row.get("author")?,
            approved_by: row.get("approver")?,
            created_at: from_micros(row.get("created_at")?),
        })
    })
    .collect()
}

/// How the present texts of an article are judged.
pub async fn score<'a>(on: impl Into<On<'a>>, article_id: &str) -> Result<Score> {
    let row = sql(
        "SELECT COUNT(*) AS n, COUNT(f.solved_at) AS solved FROM article_feedback f
         JOIN article_text t ON t.article_id = f.article_id AND t.lang = f.lang AND t.number = f.number
         WHERE f.article_id = $1",
    )
    .bind(article_id)
    .one(on)
    .await?;
    Ok(Score {
        solved: row.get("solved")?,
        all: row.get("n")?,
    })
}
