//! The knowledge base as JSON: reading, judging, commenting.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::i18n::Lang;
use crate::knowledge::model::{Article, Audience, Draft, lags};
use crate::knowledge::read::{PAGE, chosen};
use crate::knowledge::store::{self, Wanted};
use crate::knowledge::voices::{self, Moderate};
use crate::policy;
use crate::web::{Ctx, Input, Me, Query};

/// A language that articles are written in.
pub(super) fn language(code: &str) -> Result<Lang> {
    Lang::from_code(code).ok_or_else(|| Error::field("lang", "Choose a language: en or de."))
}

pub(super) fn moment(field: &'static str, text: Option<&str>) -> Result<Option<Timestamp>> {
    text.map(|t| {
        t.parse()
            .map_err(|_| Error::field(field, "Give a day and a time."))
    })
    .transpose()
}

/// A picture that was taken in.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct ImageView {
    pub id: String,
    pub href: String,
    /// What shows it in a text.
    pub markdown: String,
}

/// Which articles.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs)]
pub struct Asked {
    /// Words that stand in it.
    pub q: Option<String>,
    /// Id of a category.
    pub category: Option<String>,
    /// Id or slug of a service.
    pub service: Option<String>,
    /// `en` or `de`; without it, your own.
    pub lang: Option<String>,
    /// `next` of the page before.
    pub after: Option<String>,
}

/// An article in a list, in the language that suits.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Brief {
    pub id: String,
    pub lang: String,
    pub href: String,
    pub title: String,
    pub summary: String,
    pub category: Option<String>,
    pub version: i64,
    pub published_at: String,
    pub checked_at: Option<String>,
}

/// Published articles that you may read, newest first.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Articles {
    pub items: Vec<Brief>,
    pub next: Option<String>,
}

/// GET /api/v1/articles
pub async fn list(ctx: Ctx, Query(asked): Query<Asked>) -> Result<Json<Articles>> {
    let lang = match asked.lang.as_deref() {
        Some(code) => language(code)?,
        None => ctx.lang(),
    };
    let catalog = ctx.app.catalog().await?;
    let service = asked
        .service
        .as_deref()
        .map(|word| catalog.service(word).map_or(word, |s| s.id.as_str()));
    let wanted = Wanted {
        words: asked.q.as_deref().unwrap_or_default(),
        category: asked.category.as_deref(),
        service,
        after: asked.after.as_deref(),
    };
    let mut found = store::list(
        &ctx.app.db,
        ctx.actor.as_deref(),
        ctx.now,
        lang,
        &wanted,
        PAGE + 1,
    )
    .await?;
    let more = found.len() as i64 > PAGE;
    found.truncate(usize::try_from(PAGE).unwrap_or(0));
    let next = found.last().filter(|_| more).map(|l| l.id.clone());
    let items = found
        .into_iter()
        .map(|l| Brief {
            href: l.href(),
            id: l.id,
            lang: l.lang.code().to_owned(),
            title: l.title,
            summary: l.summary,
            category: l.category,
            version: l.number,
            published_at: l.published_at.to_string(),
            checked_at: l.checked_at.map(|at| at.to_string()),
        })
        .collect();
    Ok(Json(Articles { items, next }))
}

/// A published text.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct TextView {
    pub lang: String,
    pub version: i64,
    pub href: String,
    pub title: String,
    pub summary: String,
    /// Markdown.
    pub body: String,
    /// A translation of an older version of the original.
    pub lags: bool,
    pub published_at: String,
}

/// A draft.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct DraftView {
    pub lang: String,
    pub title: String,
    pub summary: String,
    pub body: String,
    pub note: String,
    pub version: i64,
    pub submitted_at: Option<String>,
    pub returned_note: Option<String>,
    pub publish_at: Option<String>,
}

pub(super) fn draft_view(d: Draft) -> DraftView {
    DraftView {
        lang: d.lang.code().to_owned(),
        title: d.title,
        summary: d.summary,
        body: d.body,
        note: d.note,
        version: d.version,
        submitted_at: d.submitted_at.map(|at| at.to_string()),
        returned_note: d.returned_note,
        publish_at: d.publish_at.map(|at| at.to_string()),
    }
}

/// An article with its texts. Drafts, score and settings are for those who
/// write articles.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct ArticleView {
    pub id: String,
    pub lang: String,
    pub category: Option<String>,
    pub checked_at: Option<String>,
    pub texts: Vec<TextView>,
    /// The language that suits you.
    pub suits: Option<String>,
    pub audience: Option<Audience>,
    pub departments: Vec<String>,
    pub owner_id: Option<String>,
    pub review_on: Option<String>,
    pub expires_at: Option<String>,
    pub archived: bool,
    pub version: i64,
    pub drafts: Vec<DraftView>,
    /// How many said that it solved their question, of how many.
    pub solved: Option<i64>,
    pub judged: Option<i64>,
}

pub(super) async fn view(ctx: &Ctx, a: Article) -> Result<ArticleView> {
    let writes = ctx.actor.as_deref().is_some_and(policy::writes_articles);
    let texts = store::texts(&ctx.app.db, &a.id).await?;
    let suits = chosen(&texts, ctx, &a, None).map(|t| t.lang.code().to_owned());
    let score = store::score(&ctx.app.db, &a.id).await?;
    let drafts = if writes {
        store::drafts(&ctx.app.db, &a.id).await?
    } else {
        Vec::new()
    };
    Ok(ArticleView {
        texts: texts
            .iter()
            .map(|t| TextView {
                lang: t.lang.code().to_owned(),
                version: t.number,
                href: t.href(),
                title: t.title.clone(),
                summary: t.summary.clone(),
                body: t.body.clone(),
                lags: lags(t, &texts, a.lang),
                published_at: t.published_at.to_string(),
            })
            .collect(),
        suits,
        lang: a.lang.code().to_owned(),
        category: a.category,
        checked_at: a.checked_at.map(|at| at.to_string()),
        audience: writes.then_some(a.audience),
        departments: if writes { a.departments } else { Vec::new() },
        owner_id: a.owner_id.filter(|_| writes),
        review_on: a.review_on.filter(|_| writes).map(|d| d.to_string()),
        expires_at: a.expires_at.filter(|_| writes).map(|at| at.to_string()),
        archived: a.archived_at.is_some(),
        version: a.version,
        drafts: drafts.into_iter().map(draft_view).collect(),
        solved: writes.then_some(score.solved),
        judged: writes.then_some(score.all),
        id: a.id,
    })
}

/// GET /api/v1/articles/{article}
pub async fn read(ctx: Ctx, Path(id): Path<String>) -> Result<Json<ArticleView>> {
    let article = store::find(&ctx.app.db, ctx.actor.as_deref(), ctx.now, &id).await?;
    Ok(Json(view(&ctx, article).await?))
}

/// "Did this solve it?"
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Verdict {
    pub solved: bool,
    #[serde(default)]
    pub reason: String,
    /// `en` or `de`; without it, the text that suits you.
    #[serde(default)]
    pub lang: Option<String>,
}

/// PUT /api/v1/articles/{article}/feedback
pub async fn judge(me: Me, Path(id): Path<String>, Input(v): Input<Verdict>) -> Result<StatusCode> {
    let article = store::find(&me.app.db, Some(&me.actor), me.now, &id).await?;
    let texts = store::texts(&me.app.db, &article.id).await?;
    let lang = chosen(&texts, &me, &article, v.lang.as_deref())
        .ok_or(Error::NotFound)?
        .lang;
    voices::judge(&me, &me.actor, &article.id, lang, v.solved, &v.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A comment.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct CommentView {
    pub id: String,
    pub author: String,
    pub body: String,
    pub internal: bool,
    pub shown: bool,
    pub hidden: bool,
    pub resolved_at: Option<String>,
    pub created_at: String,
}

/// Comments, oldest first.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Comments {
    pub items: Vec<CommentView>,
}

/// GET /api/v1/articles/{article}/comments
pub async fn comments(ctx: Ctx, Path(id): Path<String>) -> Result<Json<Comments>> {
    let actor = ctx.actor.as_deref();
    let article = store::find(&ctx.app.db, actor, ctx.now, &id).await?;
    let items = voices::comments(&ctx.app.db, actor, &article.id)
        .await?
        .into_iter()
        .map(|c| CommentView {
            id: c.id,
            author: c.author,
            body: c.body,
            internal: c.internal,
            shown: c.shown,
            hidden: c.hidden,
            resolved_at: c.resolved_at.map(|at| at.to_string()),
            created_at: c.created_at.to_string(),
        })
        .collect();
    Ok(Json(Comments { items }))
}

/// A new comment.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct NewComment {
    /// Markdown.
    pub body: String,
    /// For those who write articles only.
    #[serde(default)]
    pub internal: bool,
}

/// What was made.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Made {
    pub id: String,
}

/// POST /api/v1/articles/{article}/comments
pub async fn comment(
    me: Me,
    Path(id): Path<String>,
    Input(c): Input<NewComment>,
) -> Result<Response> {
    let id = voices::comment(&me, &me.actor, &id, &c.body, c.internal).await?;
    Ok((StatusCode::CREATED, Json(Made { id })).into_response())
}

/// What to do about a comment: `show`, `hide`, `resolve` or `reopen`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Moderation {
    pub action: String,
}

/// PATCH /api/v1/articles/{article}/comments/{article_comment}
pub async fn moderate(
    me: Me,
    Path((id, comment)): Path<(String, String)>,
    Input(m): Input<Moderation>,
) -> Result<StatusCode> {
    let what = Moderate::from_key(&m.action)
        .ok_or_else(|| Error::field("action", "Choose what to do."))?;
    voices::moderate(&me, &me.actor, &id, &comment, what).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// An article that helps fewer than half of at least five who said so.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct FailingView {
    pub id: String,
    pub title: String,
    pub solved: i64,
    pub judged: i64,
}

/// Articles that fail their readers, worst first.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct FailingArticles {
    pub items: Vec<FailingView>,
}

/// GET /api/v1/failing-articles
pub async fn failing(me: Me) -> Result<Json<FailingArticles>> {
    policy::require(policy::writes_articles(&me.actor))?;
    let list = voices::failing(&me.app.db, 100).await?;
    let items = list
        .into_iter()
        .map(|f| FailingView {
            id: f.id,
            title: f.title,
            solved: f.score.solved,
            judged: f.score.all,
        })
        .collect();
    Ok(Json(FailingArticles { items }))
}
