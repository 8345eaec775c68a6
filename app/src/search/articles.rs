//! Answers of the knowledge base in the index: a document for each published
//! text, known by the article's id and the language.

use std::collections::BTreeMap;

use jiff::Timestamp;
use mil_db::{Tx, sql};

use super::document::{self, Document, Term};
use super::kinds::{Card, Kind};
use super::snippet::text_of;
use crate::actor::Actor;
use crate::error::{Error, Result};
use crate::i18n::Lang;
use crate::knowledge::model::{Article, Audience};
use crate::knowledge::store;
use crate::web::Me;

/// Who may see an article, as the index says it; those who write articles see
/// all of them.
fn audience(article: &Article) -> Vec<Term> {
    match article.audience {
        Audience::Public | Audience::SignedIn => vec![Term::Everyone, Term::Partners],
        Audience::Staff => vec![Term::Everyone],
        Audience::Departments => article
            .departments
            .iter()
            .cloned()
            .map(Term::Department)
            .chain([Term::Agents])
            .collect(),
        Audience::Internal => vec![Term::Agents],
    }
}

fn id_of(article: &str, lang: Lang) -> String {
    format!("{article}.{}", lang.code())
}

/// Put an article's published texts into the index, or take them out.
pub async fn index(tx: &mut Tx, now: Timestamp, article_id: &str) -> Result<()> {
    let system = Actor::system();
    let article = store::find(&mut *tx, Some(&system), now, article_id).await?;
    let texts = store::texts(&mut *tx, article_id).await?;
    let shown = article.published_at.is_some() && article.archived_at.is_none();
    for lang in [Lang::En, Lang::De] {
        let id = id_of(article_id, lang);
        match texts
            .iter()
            .find(|text| text.lang == lang)
            .filter(|_| shown)
        {
            None => document::remove(tx, Kind::Article, &id).await?,
            Some(text) => {
                let body = format!("{} {}", text.summary, text_of(&text.body));
                let document = Document {
                    kind: Kind::Article,
                    id: &id,
                    language: lang.code(),
                    title: &text.title,
                    keywords: article.category.as_deref().unwrap_or_default(),
                    body: body.trim(),
                    audience: &audience(&article),
                };
                document::upsert(tx, now, &document).await?;
            }
        }
    }
    Ok(())
}

/// Put all articles into the index.
pub async fn rebuild(app: &crate::App) -> Result<()> {
    let ids: Vec<String> = sql("SELECT id FROM article ORDER BY id")
        .column("id", &app.db)
        .await?;
    for id in ids {
        let mut tx = app.db.begin().await?;
        index(&mut tx, app.now(), &id).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Those that the reader may open now.
pub async fn cards(me: &Me, ids: &[String]) -> Result<Vec<Card>> {
    let mut known: BTreeMap<&str, Option<Article>> = BTreeMap::new();
    let mut out = Vec::new();
    for id in ids {
        let Some((article_id, lang)) = id.rsplit_once('.') else {
            continue;
        };
        if !known.contains_key(article_id) {
            let found = store::find(&me.app.db, Some(&me.actor), me.now, article_id).await;
            let found = match found {
                Ok(article) => Some(article).filter(|a| a.is_live(me.now)),
                Err(Error::NotFound) => None,
                Err(other) => return Err(other),
            };
            known.insert(article_id, found);
        }
        let Some(Some(article)) = known.get(article_id) else {
            continue;
        };
        let texts = store::texts(&me.app.db, article_id).await?;
        if let Some(text) = texts.iter().find(|text| text.lang.code() == lang) {
            out.push(Card {
                id: id.clone(),
                title: text.title.clone(),
                href: text.href(),
                hint: article.category.clone().unwrap_or_default(),
            });
        }
    }
    Ok(out)
}
