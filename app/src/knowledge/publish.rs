//! What publishing does: a version for ever, the text that readers see, its
//! address, and what is due at a time.

use jiff::{Timestamp, ToSpan};
use mil_db::{Tx, sql};
use serde_json::json;

use crate::actor::Actor;
use crate::error::Result;
use crate::i18n::Lang;
use crate::knowledge::model::{Article, Draft, slug};
use crate::knowledge::store;
use crate::knowledge::write::{by, note};
use crate::notifications::{About, tell};
use crate::state::App;
use crate::web::Ctx;

/// Make the draft the published text.
pub(super) async fn publish(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    article: &Article,
    draft: &Draft,
) -> Result<()> {
    let lang = draft.lang;
    let now = ctx.now.as_microsecond();
    let texts = store::texts(&mut *tx, &article.id).await?;
    let last: i64 = sql("SELECT COALESCE(MAX(number), 0) AS n FROM article_version WHERE article_id = $1 AND lang = $2")
        .bind(&article.id)
        .bind(lang.code())
        .value("n", &mut *tx)
        .await?;
    let number = last + 1;
    // A first translation says what the original says now.
    let of_number = if lang == article.lang {
        None
    } else {
        draft.of_number.or_else(|| {
            let first = !texts.iter().any(|t| t.lang == lang);
            texts
                .iter()
                .find(|t| t.lang == article.lang && first)
                .map(|t| t.number)
        })
    };
    sql(
        "INSERT INTO article_version (article_id, lang, number, of_number, title, summary, body, note,
            author_id, approved_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(&article.id)
    .bind(lang.code())
    .bind(number)
    .bind(of_number)
    .bind(&draft.title)
    .bind(&draft.summary)
    .bind(&draft.body)
    .bind(&draft.note)
    .bind(&draft.author_id)
    .bind(&draft.approved_by)
    .bind(now)
    .run(&mut *tx)
    .await?;
    let before = texts.iter().find(|t| t.lang == lang);
    let slug = match before.filter(|t| t.title == draft.title) {
        Some(same) => same.slug.clone(),
        None => address(tx, article, lang, &draft.title, now).await?,
    };
    let words = format!("{} {} {}", draft.title, draft.summary, draft.body).to_lowercase();
    sql(
        "INSERT INTO article_text (article_id, lang, number, of_number, slug, title, summary, body, words, published_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         ON CONFLICT (article_id, lang) DO UPDATE SET number = excluded.number, of_number = excluded.of_number,
            slug = excluded.slug, title = excluded.title, summary = excluded.summary, body = excluded.body,
            words = excluded.words, published_at = excluded.published_at",
    )
    .bind(&article.id)
    .bind(lang.code())
    .bind(number)
    .bind(of_number)
    .bind(&slug)
    .bind(&draft.title)
    .bind(&draft.summary)
    .bind(&draft.body)
    .bind(words)
    .bind(now)
    .run(&mut *tx)
    .await?;
    sql("DELETE FROM article_draft WHERE article_id = $1 AND lang = $2")
        .bind(&article.id)
        .bind(lang.code())
        .run(&mut *tx)
        .await?;
    // Publishing says that it is right, and sets the day to look again.
    let review_on = (lang == article.lang)
        .then(|| next_review(article.review_days, ctx.today()))
        .flatten();
    sql(
        "UPDATE article SET published_at = COALESCE(published_at, $1), checked_at = COALESCE($2, checked_at),
            review_on = COALESCE($3, review_on), updated_at = $1, version = version + 1 WHERE id = $4",
    )
    .bind(now)
    .bind((lang == article.lang).then_some(now))
    .bind(review_on.map(|d| d.to_string()))
    .bind(&article.id)
    .run(&mut *tx)
    .await?;
    crate::search::articles::index(tx, ctx.now, &article.id).await?;
    let own = draft.approved_by.is_some() && draft.approved_by == draft.author_id;
    let data = json!({ "lang": lang.code(), "number": number, "title": draft.title, "slug": slug,
        "before": before.map(|t| t.number), "approved_by": draft.approved_by, "by_oneself": own });
    let event = note(tx, ctx, actor, &article.id, "article.published", data).await?;
    if let Some(author) = draft
        .submitted_by
        .as_deref()
        .filter(|a| Some(*a) != by(actor))
    {
        let href = format!("/answers/{slug}");
        tell(
            tx,
            ctx.now,
            &event,
            &[author.to_owned()],
            About {
                reason: "article_published",
                title: &draft.title,
                href: &href,
            },
        )
        .await?;
    }
    Ok(())
}

/// The day of the next review.
pub(super) fn next_review(
    days: Option<i64>,
    today: jiff::civil::Date,
) -> Option<jiff::civil::Date> {
    days.and_then(|days| today.checked_add(days.days()).ok())
}

/// A free address for a title. Addresses are never given to another article,
/// so old links lead where they always led.
async fn address(
    tx: &mut Tx,
    article: &Article,
    lang: Lang,
    title: &str,
    now: i64,
) -> Result<String> {
    let base = slug(title);
    let mut n = 1;
    loop {
        let one = if n == 1 {
            base.clone()
        } else {
            format!("{base}-{n}")
        };
        let owner = sql("SELECT article_id, lang FROM article_slug WHERE slug = $1")
            .bind(&one)
            .opt(&mut *tx)
            .await?;
        match owner {
            None => {
                sql("INSERT INTO article_slug (slug, article_id, lang, created_at) VALUES ($1, $2, $3, $4)")
                    .bind(&one)
                    .bind(&article.id)
                    .bind(lang.code())
                    .bind(now)
                    .run(&mut *tx)
                    .await?;
                return Ok(one);
            }
            Some(row)
                if row.get::<String>("article_id")? == article.id
                    && row.get::<String>("lang")? == lang.code() =>
            {
                return Ok(one);
            }
            Some(_) => n += 1,
        }
    }
}

/// Publish what is due, and remind owners of reviews. To be called often.
pub async fn run_due(app: &App, now: Timestamp) -> Result<usize> {
    let ctx = Ctx {
        now,
        ..Ctx::of_cli(app.clone())
    };
    let system = Actor::system();
    let due = sql("SELECT article_id, lang FROM article_draft WHERE publish_at IS NOT NULL AND publish_at <= $1
         ORDER BY publish_at LIMIT 50")
        .bind(now.as_microsecond())
        .all(&app.db)
        .await?;
    let mut done = 0;
    for row in due {
        let lang = store::lang(&row)?;
        let mut tx = app.db.begin().await?;
        let article =
            super::write::lock(&mut tx, &ctx, &system, &row.get::<String>("article_id")?).await?;
        // Another server may have been faster.
        let draft = store::draft_of(&mut tx, &article.id, lang).await?;
        if let Some(draft) = draft.filter(|d| d.publish_at.is_some_and(|at| at <= now)) {
            publish(&mut tx, &ctx, &system, &article, &draft).await?;
            done += 1;
        }
        tx.commit().await?;
    }
    Ok(done + remind(&ctx).await?)
}

/// Tell owners, once for each review day, that it has come.
async fn remind(ctx: &Ctx) -> Result<usize> {
    let today = ctx.today().to_string();
    let rows = sql(
        "SELECT a.id, a.owner_id, a.review_on, t.title FROM article a
         JOIN article_text t ON t.article_id = a.id AND t.lang = a.lang
         WHERE a.review_on IS NOT NULL AND a.review_on <= $1 AND a.archived_at IS NULL
            AND a.owner_id IS NOT NULL AND (a.reminded_on IS NULL OR a.reminded_on <> a.review_on)
         ORDER BY a.review_on, a.id LIMIT 50",
    )
    .bind(&today)
    .all(&ctx.app.db)
    .await?;
    let mut told = 0;
    for row in rows {
        let (id, owner, day, title): (String, String, String, String) = (
            row.get("id")?,
            row.get("owner_id")?,
            row.get("review_on")?,
            row.get("title")?,
        );
        let mut tx = ctx.app.db.begin().await?;
        let first = sql("UPDATE article SET reminded_on = review_on
             WHERE id = $1 AND review_on = $2 AND (reminded_on IS NULL OR reminded_on <> review_on)")
            .bind(&id)
            .bind(&day)
            .run(&mut tx)
            .await?;
        if first > 0 {
            let data = json!({ "review_on": day, "owner": owner });
            let event = note(
                &mut tx,
                ctx,
                &Actor::system(),
                &id,
                "article.review_due",
                data,
            )
            .await?;
            let href = format!("/knowledge/{id}");
            tell(
                &mut tx,
                ctx.now,
                &event,
                &[owner.to_owned()],
                About {
                    reason: "review_due",
                    title: &title,
                    href: &href,
                },
            )
            .await?;
            told += 1;
        }
        tx.commit().await?;
    }
    Ok(told)
}
