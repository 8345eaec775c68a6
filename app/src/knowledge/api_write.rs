//! Writing articles, as JSON.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::knowledge::model::Audience;
use crate::knowledge::settings::{self, Change};
use crate::knowledge::store;
use crate::knowledge::write::{self, New, Words};
use crate::knowledge::{approval, from_item};
use crate::web::{Input, Me};

use crate::knowledge::api::{ArticleView, DraftView, draft_view, language, moment, view};

/// A new article.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct NewArticle {
    pub title: String,
    #[serde(default)]
    pub summary: String,
    /// Markdown.
    #[serde(default)]
    pub body: String,
    /// `en` or `de`.
    #[serde(default)]
    pub lang: Option<String>,
    #[serde(default)]
    pub audience: Audience,
    /// Ids, when it is for departments.
    #[serde(default)]
    pub departments: Vec<String>,
    #[serde(default)]
    pub category: Option<String>,
}

/// POST /api/v1/articles
pub async fn create(me: Me, Input(new): Input<NewArticle>) -> Result<Response> {
    let lang = new.lang.as_deref().map_or(Ok(me.lang()), language)?;
    let made = New {
        lang,
        audience: new.audience,
        departments: new.departments,
        category: new.category.as_deref(),
        item_id: None,
        words: Words {
            title: Some(new.title),
            summary: Some(new.summary),
            body: Some(new.body),
            ..Words::default()
        },
    };
    let (article, _) = write::create(&me, &me.actor, made).await?;
    Ok((StatusCode::CREATED, Json(view(&me, article).await?)).into_response())
}

/// What a draft shall say; what is left out stays.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct DraftWords {
    #[serde(default)]
    pub title: Option<String>,
    #[serde(default)]
    pub summary: Option<String>,
    #[serde(default)]
    pub body: Option<String>,
    #[serde(default)]
    pub note: Option<String>,
    /// A translation says what the original says now.
    #[serde(default)]
    pub up_to_date: bool,
    /// The version you read, against writing over somebody else; 0 for none yet.
    #[serde(default)]
    pub version: Option<i64>,
}

/// PUT /api/v1/articles/{article}/drafts/{lang}
pub async fn save(
    me: Me,
    Path((id, code)): Path<(String, String)>,
    Input(w): Input<DraftWords>,
) -> Result<Json<DraftView>> {
    let words = Words {
        title: w.title,
        summary: w.summary,
        body: w.body,
        note: w.note,
        up_to_date: w.up_to_date,
    };
    let (_, draft) = write::save(&me, &me.actor, &id, language(&code)?, w.version, &words).await?;
    Ok(Json(draft_view(draft)))
}

/// DELETE /api/v1/articles/{article}/drafts/{lang}
pub async fn discard(me: Me, Path((id, code)): Path<(String, String)>) -> Result<StatusCode> {
    write::discard(&me, &me.actor, &id, language(&code)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who shall approve.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs)]
pub struct Submission {
    pub reviewer: Option<String>,
}

/// POST /api/v1/articles/{article}/drafts/{lang}/submission
pub async fn submit(
    me: Me,
    Path((id, code)): Path<(String, String)>,
    Input(s): Input<Submission>,
) -> Result<Json<DraftView>> {
    let draft =
        approval::submit(&me, &me.actor, &id, language(&code)?, s.reviewer.as_deref()).await?;
    Ok(Json(draft_view(draft)))
}

/// Approve, or send back with what is to be changed.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs)]
pub struct Decision {
    pub approve: bool,
    /// Why not.
    pub why: String,
    /// RFC 3339; without it, at once.
    pub publish_at: Option<String>,
    /// The version of the draft that was read.
    pub version: Option<i64>,
}

/// POST /api/v1/articles/{article}/drafts/{lang}/decision
pub async fn decide(
    me: Me,
    Path((id, code)): Path<(String, String)>,
    Input(d): Input<Decision>,
) -> Result<Json<ArticleView>> {
    let lang = language(&code)?;
    if d.approve {
        approval::approve(
            &me,
            &me.actor,
            &id,
            lang,
            d.version,
            moment("publish_at", d.publish_at.as_deref())?,
        )
        .await?;
    } else {
        approval::send_back(&me, &me.actor, &id, lang, &d.why).await?;
    }
    let article = store::find(&me.app.db, Some(&me.actor), me.now, &id).await?;
    Ok(Json(view(&me, article).await?))
}

/// A text that was published once.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct VersionView {
    pub version: i64,
    pub title: String,
    pub summary: String,
    pub body: String,
    pub note: String,
    pub author: Option<String>,
    pub approved_by: Option<String>,
    pub created_at: String,
}

/// Versions, newest first.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Versions {
    pub items: Vec<VersionView>,
}

/// GET /api/v1/articles/{article}/versions/{lang}
pub async fn versions(me: Me, Path((id, code)): Path<(String, String)>) -> Result<Json<Versions>> {
    let article = super::editor::writable(&me, &id).await?;
    let list = store::versions(&me.app.db, &article.id, language(&code)?).await?;
    let items = list
        .into_iter()
        .map(|v| VersionView {
            version: v.number,
            title: v.title,
            summary: v.summary,
            body: v.body,
            note: v.note,
            author: v.author,
            approved_by: v.approved_by,
            created_at: v.created_at.to_string(),
        })
        .collect();
    Ok(Json(Versions { items }))
}

/// POST /api/v1/articles/{article}/versions/{lang}/{number}/restore
pub async fn restore(
    me: Me,
    Path((id, code, number)): Path<(String, String, i64)>,
) -> Result<Json<DraftView>> {
    let draft = write::restore(&me, &me.actor, &id, language(&code)?, number).await?;
    Ok(Json(draft_view(draft)))
}

/// What to change; what is left out stays.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs)]
pub struct Settings {
    pub audience: Option<Audience>,
    pub departments: Vec<String>,
    /// A name; empty takes it away.
    pub category: Option<String>,
    /// A person id; empty takes it away.
    pub owner: Option<String>,
    pub review_days: Option<i64>,
    /// A day, such as 2027-01-31.
    pub review_on: Option<String>,
    /// RFC 3339.
    pub expires_at: Option<String>,
    /// Ids or slugs.
    pub services: Option<Vec<String>>,
    /// Ids or addresses.
    pub related: Option<Vec<String>>,
    pub archived: Option<bool>,
    /// `true`: it is still right today.
    pub checked: Option<bool>,
    pub version: Option<i64>,
}

/// PATCH /api/v1/articles/{article}
pub async fn change(
    me: Me,
    Path(id): Path<String>,
    Input(s): Input<Settings>,
) -> Result<Json<ArticleView>> {
    let review_on: Option<Date> = match s.review_on.as_deref() {
        None => None,
        Some(day) => Some(
            day.parse()
                .map_err(|_| Error::field("review_on", "Give a day."))?,
        ),
    };
    let change = Change {
        audience: s.audience.map(|a| (a, s.departments)),
        category: s.category,
        owner: s.owner,
        review_days: s.review_days,
        review_on: review_on.map(Some),
        expires_at: moment("expires_at", s.expires_at.as_deref())?.map(Some),
        services: s.services,
        related: s.related,
    };
    let mut article = settings::change(&me, &me.actor, &id, s.version, change).await?;
    if let Some(away) = s.archived {
        article = settings::archive(&me, &me.actor, &id, away).await?;
    }
    if s.checked == Some(true) {
        article = settings::checked(&me, &me.actor, &id).await?;
    }
    Ok(Json(view(&me, article).await?))
}

/// POST /api/v1/requests/{item}/article
pub async fn draw(me: Me, Path(id): Path<String>) -> Result<Response> {
    let article = from_item::draw(&me, &me.actor, &id, me.lang()).await?;
    Ok((StatusCode::CREATED, Json(view(&me, article).await?)).into_response())
}
