//! Giving articles out as a folder of Markdown, with their pictures. What comes
//! out can be imported again.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use mil_db::{Where, sql};

use super::convert::relink;
use super::folder::Files;
use super::front::quoted;
use crate::actor::Actor;
use crate::error::Result;
use crate::files::{Attachment, intake::content, name};
use crate::knowledge::images::{self, PATH};
use crate::knowledge::model::Audience;
use crate::knowledge::store;
use crate::policy;
use crate::web::Ctx;

/// The published articles that `actor` may read, as files. Only for those who
/// write articles.
pub async fn export(ctx: &Ctx, actor: &Actor) -> Result<Files> {
    policy::require(policy::writes_articles(actor))?;
    let db = &ctx.app.db;
    let mut filter = Where::new();
    policy::live_articles(ctx.now, &mut filter);
    policy::visible_articles(Some(actor), ctx.now, &mut filter);
    let ids: Vec<String> = sql(format!(
        "SELECT a.id FROM article a WHERE {} ORDER BY a.id",
        filter.text()
    ))
    .bind_all(filter.values())
    .column("id", db)
    .await?;
    // Addresses first: articles link to each other.
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    let mut all = Vec::new();
    for id in ids {
        let article = store::find(db, Some(actor), ctx.now, &id).await?;
        let texts = store::texts(db, &article.id).await?;
        let Some(base) = texts
            .iter()
            .find(|t| t.lang == article.lang)
            .or(texts.first())
            .map(|t| t.slug.clone())
        else {
            continue;
        };
        for word in texts
            .iter()
            .map(|t| t.slug.clone())
            .chain([article.id.clone()])
        {
            names.insert(word, format!("{base}.md"));
        }
        all.push((article, texts, base));
    }
    let departments: BTreeMap<String, String> = crate::people::store::departments(db)
        .await?
        .into_iter()
        .map(|d| (d.id, d.name))
        .collect();
    let mut files = Files::new();
    for (article, texts, base) in &all {
        let pictures: BTreeMap<String, Attachment> = images::of(db, &article.id)
            .await?
            .into_iter()
            .map(|i| (i.id.clone(), i))
            .collect();
        for text in texts {
            let mut shown = Vec::new();
            let body = relink(&text.body, |to| {
                if let Some(image) = to.strip_prefix(PATH).and_then(|id| pictures.get(id)) {
                    let path = format!("images/{}.{}", image.id, name::ending(&image.name));
                    shown.push((path.clone(), image));
                    return Some(path);
                }
                names
                    .get(to.strip_prefix("/answers/")?.split(['?', '#']).next()?)
                    .cloned()
            });
            for (path, image) in shown {
                if let Entry::Vacant(free) = files.entry(path) {
                    free.insert(content(&ctx.app, image).await?);
                }
            }
            let mut head = format!("---\ntitle: {}\n", quoted(&text.title));
            if !text.summary.is_empty() {
                head.push_str(&format!("summary: {}\n", quoted(&text.summary)));
            }
            head.push_str(&format!(
                "lang: {}\naudience: {}\n",
                text.lang.code(),
                article.audience.key()
            ));
            if article.audience == Audience::Departments {
                let list: Vec<&str> = article
                    .departments
                    .iter()
                    .filter_map(|d| departments.get(d))
                    .map(String::as_str)
                    .collect();
                head.push_str("departments:\n");
                for name in list {
                    head.push_str(&format!("- {}\n", quoted(name)));
                }
            }
            if let Some(category) = &article.category {
                head.push_str(&format!("category: {}\n", quoted(category)));
            }
            head.push_str("---\n\n");
            let path = if text.lang == article.lang {
                format!("{base}.md")
            } else {
                format!("{base}.{}.md", text.lang.code())
            };
            files.insert(path, format!("{head}{body}\n").into_bytes());
        }
    }
    Ok(files)
}
