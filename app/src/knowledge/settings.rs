//! What is the same in all languages of an article: whom it is for, who keeps
//! it right and until when, what it belongs to.

use jiff::Timestamp;
use jiff::civil::Date;
use mil_db::{Tx, sql};
use serde_json::json;

use crate::actor::Actor;
use crate::error::{Error, FieldError, Msg, Result};
use crate::knowledge::model::{Article, Audience};
use crate::knowledge::publish::next_review;
use crate::knowledge::store;
use crate::knowledge::write::{lock, note, touch};
use crate::policy;
use crate::random::new_id;
use crate::web::Ctx;

/// The most services and related articles of one article.
pub const MOST: usize = 30;

/// The category of a name, made when it is new; none for an empty name.
pub(super) async fn category(tx: &mut Tx, now: Timestamp, name: &str) -> Result<Option<String>> {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() {
        return Ok(None);
    }
    if name.chars().count() > 80 {
        return Err(Error::field(
            "category",
            Msg::new("Use at most {n} characters.").with("n", 80),
        ));
    }
    sql(
        "INSERT INTO article_category (id, name, words, position, created_at)
         VALUES ($1, $2, $3, (SELECT COUNT(*) FROM article_category), $4) ON CONFLICT (words) DO NOTHING",
    )
    .bind(new_id(now))
    .bind(&name)
    .bind(name.to_lowercase())
    .bind(now.as_microsecond())
    .run(&mut *tx)
    .await?;
    let id = sql("SELECT id FROM article_category WHERE words = $1")
        .bind(name.to_lowercase())
        .value("id", tx)
        .await?;
    Ok(Some(id))
}

/// Write down for which departments an article is.
pub(super) async fn departments(
    tx: &mut Tx,
    article_id: &str,
    audience: Audience,
    departments: &[String],
) -> Result<()> {
    sql("DELETE FROM article_department WHERE article_id = $1")
        .bind(article_id)
        .run(&mut *tx)
        .await?;
    if audience != Audience::Departments {
        return Ok(());
    }
    let known: Vec<String> = sql("SELECT id FROM department WHERE archived_at IS NULL")
        .column("id", &mut *tx)
        .await?;
    if departments.is_empty() || departments.iter().any(|d| !known.contains(d)) {
        return Err(Error::field(
            "departments",
            "Choose the departments that it is for.",
        ));
    }
    for department in departments {
        sql("INSERT INTO article_department (article_id, department_id) VALUES ($1, $2) ON CONFLICT DO NOTHING")
            .bind(article_id)
            .bind(department)
            .run(&mut *tx)
            .await?;
    }
    Ok(())
}

/// What to change; `None` stays as it is.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)]
pub struct Change {
    pub audience: Option<(Audience, Vec<String>)>,
    /// A name; empty takes it away.
    pub category: Option<String>,
    /// A person id; empty takes it away.
    pub owner: Option<String>,
    /// How many days between two reviews; 0 for none.
    pub review_days: Option<i64>,
    pub review_on: Option<Option<Date>>,
    pub expires_at: Option<Option<Timestamp>>,
    /// Ids or slugs.
    pub services: Option<Vec<String>>,
    /// Ids or addresses of articles.
    pub related: Option<Vec<String>>,
}

/// Change them. Whom a published article is for is changed by leads and
/// administrators only: it needs the same second look as its text.
pub async fn change(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    expect: Option<i64>,
    change: Change,
) -> Result<Article> {
    let catalog = ctx.app.catalog().await?;
    let mut tx = ctx.app.db.begin().await?;
    let article = lock(&mut tx, ctx, actor, id).await?;
    if expect.is_some_and(|version| version != article.version) {
        return Err(Error::Stale(Msg::new(
            "Somebody else changed this article meanwhile. Open it again, then change it.",
        )));
    }
    let mut wrong = Vec::new();
    let mut data = json!({});
    if let Some((audience, list)) = &change.audience {
        let mut list = list.clone();
        list.sort();
        let same = *audience == article.audience
            && (*audience != Audience::Departments || list == article.departments);
        if !same {
            if article.published_at.is_some() {
                policy::require(policy::shapes_catalog(actor))?;
            }
            sql("UPDATE article SET audience = $1 WHERE id = $2")
                .bind(audience.key())
                .bind(&article.id)
                .run(&mut tx)
                .await?;
            departments(&mut tx, &article.id, *audience, &list).await?;
            data["audience"] = json!({ "before": article.audience.key(), "after": audience.key() });
        }
    }
    let mut category_id = article.category_id.clone();
    if let Some(name) = &change.category {
        category_id = category(&mut tx, ctx.now, name).await?;
    }
    let mut owner = article.owner_id.clone();
    if let Some(person) = &change.owner {
        owner = Some(person.clone()).filter(|p| !p.is_empty());
        if let Some(person) = &owner
            && sql("SELECT id FROM person WHERE id = $1 AND disabled_at IS NULL AND role NOT IN ('requester', 'partner')")
                .bind(person)
                .opt(&mut tx)
                .await?
                .is_none()
        {
            wrong.push(FieldError::new("owner", "Choose somebody who works here."));
        }
    }
    let review_days = change
        .review_days
        .map_or(article.review_days, |n| Some(n).filter(|n| *n > 0));
    if review_days.is_some_and(|n| n > 3_650) {
        wrong.push(FieldError::new(
            "review_days",
            "Give a number of days, up to ten years.",
        ));
    }
    let review_on = change.review_on.unwrap_or(article.review_on);
    let expires_at = change.expires_at.unwrap_or(article.expires_at);
    if let Some(services) = &change.services {
        let found: Vec<_> = services.iter().filter_map(|s| catalog.service(s)).collect();
        if found.len() != services.len() || found.len() > MOST {
            wrong.push(FieldError::new(
                "services",
                "Choose services of the catalog.",
            ));
        } else {
            sql("DELETE FROM article_service WHERE article_id = $1")
                .bind(&article.id)
                .run(&mut tx)
                .await?;
            for service in found {
                sql("INSERT INTO article_service (article_id, service_id) VALUES ($1, $2) ON CONFLICT DO NOTHING")
                    .bind(&article.id).bind(&service.id).run(&mut tx).await?;
            }
        }
    }
    if let Some(related) = &change.related {
        sql("DELETE FROM article_relation WHERE first_id = $1 OR second_id = $1")
            .bind(&article.id)
            .run(&mut tx)
            .await?;
        for other in related.iter().filter(|r| !r.trim().is_empty()).take(MOST) {
            let word = other.trim().rsplit('/').next().unwrap_or_default();
            match store::find(&mut tx, Some(actor), ctx.now, word).await {
                Ok(other) if other.id != article.id => {
                    let (first, second) = if other.id < article.id {
                        (&other.id, &article.id)
                    } else {
                        (&article.id, &other.id)
                    };
                    sql("INSERT INTO article_relation (first_id, second_id) VALUES ($1, $2) ON CONFLICT DO NOTHING")
                        .bind(first).bind(second).run(&mut tx).await?;
                }
                Ok(_) => {}
                Err(Error::NotFound) => wrong.push(FieldError::new(
                    "related",
                    Msg::new("There is no answer at “{address}”.").with("address", other.trim()),
                )),
                Err(error) => return Err(error),
            }
        }
    }
    if !wrong.is_empty() {
        return Err(Error::Invalid(wrong));
    }
    sql(
        "UPDATE article SET category_id = $1, owner_id = $2, review_days = $3, review_on = $4, expires_at = $5 WHERE id = $6",
    )
    .bind(&category_id)
    .bind(&owner)
    .bind(review_days)
    .bind(review_on.map(|d| d.to_string()))
    .bind(expires_at.map(Timestamp::as_microsecond))
    .bind(&article.id)
    .run(&mut tx)
    .await?;
    touch(&mut tx, &article.id, ctx.now).await?;
    data["owner"] = json!(owner);
    data["review_on"] = json!(review_on.map(|d| d.to_string()));
    data["expires_at"] = json!(expires_at.map(|t| t.to_string()));
    note(&mut tx, ctx, actor, &article.id, "article.changed", data).await?;
    crate::search::articles::index(&mut tx, ctx.now, &article.id).await?;
    let article = store::find(&mut tx, Some(actor), ctx.now, &article.id).await?;
    tx.commit().await?;
    Ok(article)
}

/// Say that an article is still right; the next review is counted from today.
pub async fn checked(ctx: &Ctx, actor: &Actor, id: &str) -> Result<Article> {
    let mut tx = ctx.app.db.begin().await?;
    let article = lock(&mut tx, ctx, actor, id).await?;
    let next = next_review(article.review_days, ctx.today());
    sql("UPDATE article SET checked_at = $1, review_on = $2 WHERE id = $3")
        .bind(ctx.now.as_microsecond())
        .bind(next.map(|d| d.to_string()))
        .bind(&article.id)
        .run(&mut tx)
        .await?;
    touch(&mut tx, &article.id, ctx.now).await?;
    let data = json!({ "next": next.map(|d| d.to_string()) });
    note(&mut tx, ctx, actor, &article.id, "article.checked", data).await?;
    let article = store::find(&mut tx, Some(actor), ctx.now, &article.id).await?;
    tx.commit().await?;
    Ok(article)
}

/// Take an article away from readers, or give it back to them.
pub async fn archive(ctx: &Ctx, actor: &Actor, id: &str, away: bool) -> Result<Article> {
    let mut tx = ctx.app.db.begin().await?;
    let article = lock(&mut tx, ctx, actor, id).await?;
    if !away && article.published_at.is_some() {
        // Readers see it at once, as by publishing it.
        policy::require(policy::shapes_catalog(actor))?;
    }
    sql("UPDATE article SET archived_at = $1 WHERE id = $2")
        .bind(away.then_some(ctx.now.as_microsecond()))
        .bind(&article.id)
        .run(&mut tx)
        .await?;
    touch(&mut tx, &article.id, ctx.now).await?;
    let verb = if away {
        "article.archived"
    } else {
        "article.unarchived"
    };
    note(&mut tx, ctx, actor, &article.id, verb, json!({})).await?;
    crate::search::articles::index(&mut tx, ctx.now, &article.id).await?;
    let article = store::find(&mut tx, Some(actor), ctx.now, &article.id).await?;
    tx.commit().await?;
    Ok(article)
}
