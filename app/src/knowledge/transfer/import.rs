//! Taking a folder in. Every file is accounted for in the ledger. Texts come in
//! as drafts; nobody but writers sees them until they are approved.

use std::collections::BTreeMap;

use mil_db::sql;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::convert::{from_html, heading, relink, resolve};
use super::folder::Files;
use super::front;
use crate::actor::Actor;
use crate::error::{Error, Result};
use crate::files::{kind, name};
use crate::i18n::Lang;
use crate::knowledge::images::{self, NewImage, PATH};
use crate::knowledge::model::Audience;
use crate::knowledge::store;
use crate::knowledge::write::{self, MAX_BODY, MAX_SUMMARY, MAX_TITLE, New, Words};
use crate::policy;
use crate::random::new_id;
use crate::web::Ctx;

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Line {
    /// Path in the folder.
    pub path: String,
    /// `imported`, `picture` or `left_out`.
    pub outcome: String,
    /// Why it was left out, or what of it was.
    pub why: String,
    /// The article that it became.
    pub article_id: Option<String>,
    /// Its title.
    pub title: String,
}

impl Line {
    /// A file that was left out.
    pub fn left_out(path: &str, why: &str) -> Line {
        Line {
            path: path.to_owned(),
            outcome: "left_out".to_owned(),
            why: why.to_owned(),
            article_id: None,
            title: String::new(),
        }
    }
}

/// A text that was read.
struct Doc {
    path: String,
    title: String,
    summary: String,
    body: String,
    lang: Lang,
    audience: Audience,
    departments: Vec<String>,
    category: Option<String>,
    notes: Vec<String>,
}

const KNOWN: [&str; 8] = [
    "title",
    "summary",
    "description",
    "audience",
    "category",
    "language",
    "lang",
    "departments",
];

fn read(
    path: &str,
    bytes: &[u8],
    html: bool,
    departments: &BTreeMap<String, String>,
) -> Result<Doc, &'static str> {
    let text = std::str::from_utf8(bytes)
        .map_err(|_| "It is not UTF-8.")?
        .replace("\r\n", "\n");
    if text.contains('\0') {
        return Err("It is no text.");
    }
    let (keys, rest) = front::split(&text);
    let (page_title, body) = if html {
        from_html(rest).ok_or("Its HTML cannot be read, or nests too deep.")?
    } else {
        (None, rest.to_owned())
    };
    let (first, body) = heading(&body);
    let one = |key: &str| keys.get(key).and_then(|v| v.first()).cloned();
    let stem = path
        .rsplit('/')
        .next()
        .unwrap_or(path)
        .rsplit_once('.')
        .map_or(path, |(stem, _)| stem);
    let title = one("title")
        .or(first)
        .or(page_title)
        .unwrap_or_else(|| stem.replace(['-', '_'], " "));
    if body.trim().is_empty() {
        return Err("There is no text in it.");
    }
    if body.chars().count() > MAX_BODY {
        return Err("Its text is too long.");
    }
    let mut notes = Vec::new();
    let mut audience = Audience::Staff;
    if let Some(word) = one("audience") {
        // What is not understood is kept from readers, not shown to all.
        audience = Audience::from_key(&word.to_lowercase().replace([' ', '-'], "_"))
            .unwrap_or_else(|| {
                notes.push(format!("audience: {word}"));
                Audience::Internal
            });
    }
    let named = keys.get("departments").cloned().unwrap_or_default();
    let found: Vec<String> = named
        .iter()
        .filter_map(|n| departments.get(&n.to_lowercase()).cloned())
        .collect();
    if audience == Audience::Departments && (found.is_empty() || found.len() < named.len()) {
        notes.push(format!("departments: {}", named.join(", ")));
        audience = Audience::Internal;
    }
    let code = one("lang").or(one("language"));
    let by_name = stem
        .rsplit_once('.')
        .and_then(|(_, code)| Lang::from_code(code).filter(|_| code.len() == 2));
    let lang = code
        .as_deref()
        .and_then(Lang::from_code)
        .or(by_name)
        .unwrap_or_default();
    notes.extend(
        keys.keys()
            .filter(|k| !KNOWN.contains(&k.as_str()))
            .cloned(),
    );
    Ok(Doc {
        path: path.to_owned(),
        title: title.chars().take(MAX_TITLE).collect(),
        summary: one("summary")
            .or(one("description"))
            .unwrap_or_default()
            .chars()
            .take(MAX_SUMMARY)
            .collect(),
        body,
        lang,
        audience,
        departments: found,
        category: one("category"),
        notes,
    })
}

/// The file of the original, if `path` is named as its translation: `a.de.md`
/// beside `a.md`.
fn original(path: &str, docs: &[Doc]) -> Option<String> {
    let (stem, ending) = path.rsplit_once('.')?;
    let (base, code) = stem.rsplit_once('.')?;
    if code.len() != 2 || Lang::from_code(code).is_none() {
        return None;
    }
    let base = format!("{base}.{ending}");
    docs.iter().any(|d| d.path == base).then_some(base)
}

/// Take a folder in. `left` are files that were left out before.
pub async fn import(
    ctx: &Ctx,
    actor: &Actor,
    called: &str,
    files: &Files,
    left: Vec<Line>,
) -> Result<(String, Vec<Line>)> {
    policy::require(policy::writes_articles(actor))?;
    let mut lines = left;
    let departments: BTreeMap<String, String> = crate::people::store::departments(&ctx.app.db)
        .await?
        .into_iter()
        .filter(|d| !d.archived)
        .map(|d| (d.name.to_lowercase(), d.id))
        .collect();
    let (mut docs, mut pictures) = (Vec::new(), BTreeMap::new());
    for (path, bytes) in files {
        let last = path.rsplit('/').next().unwrap_or_default();
        if last.starts_with('.') || path.starts_with("__MACOSX/") {
            lines.push(Line::left_out(path, "It is hidden."));
            continue;
        }
        let media = kind::media_type(&bytes[..bytes.len().min(kind::HEAD)], path);
        if kind::is_picture(media) {
            // Slow things come before the transaction.
            match images::clean(&ctx.app, media, bytes).await {
                Ok(stored) => {
                    pictures.insert(path.clone(), (media, stored));
                }
                Err(Error::Invalid(wrong)) => {
                    let why = wrong.into_iter().next().map(|w| w.msg.text);
                    lines.push(Line::left_out(path, &why.unwrap_or_default()));
                }
                Err(error) => return Err(error),
            }
            continue;
        }
        let html = match name::ending(last).as_str() {
            "md" | "markdown" => false,
            "html" | "htm" => true,
            _ => {
                lines.push(Line::left_out(path, "It is no Markdown, HTML or picture."));
                continue;
            }
        };
        match read(path, bytes, html, &departments) {
            Ok(doc) => docs.push(doc),
            Err(why) => lines.push(Line::left_out(path, why)),
        }
    }
    let mut tx = ctx.app.db.begin().await?;
    let mut ids: BTreeMap<String, String> = BTreeMap::new();
    // Originals first: a translation belongs to one.
    for doc in docs.iter().filter(|d| original(&d.path, &docs).is_none()) {
        let new = New {
            lang: doc.lang,
            audience: doc.audience,
            departments: doc.departments.clone(),
            category: doc.category.as_deref(),
            item_id: None,
            words: words(doc),
        };
        ids.insert(
            doc.path.clone(),
            write::create_in(&mut tx, ctx, actor, &new).await?,
        );
    }
    let mut taken: BTreeMap<(String, String), String> = BTreeMap::new();
    for doc in &docs {
        let of = original(&doc.path, &docs);
        let id = of
            .as_ref()
            .map_or_else(|| ids.get(&doc.path), |base| ids.get(base))
            .cloned();
        let Some(id) = id else {
            lines.push(Line::left_out(&doc.path, "Its original was left out."));
            continue;
        };
        if of.is_some() && store::draft_of(&mut tx, &id, doc.lang).await?.is_some() {
            lines.push(Line::left_out(
                &doc.path,
                "It is in the same language as its original.",
            ));
            continue;
        }
        // Pictures that this text shows belong to its article.
        let mut wanted = Vec::new();
        relink(&doc.body, |to| {
            wanted.extend(resolve(&doc.path, to).filter(|p| pictures.contains_key(p)));
            None
        });
        for path in wanted {
            let key = (id.clone(), path.clone());
            if taken.contains_key(&key) {
                continue;
            }
            let (media, stored) = &pictures[&path];
            let new = NewImage {
                name: &name::clean(&path),
                media_type: media,
                size: stored.size,
                sha256: stored.sha.as_str(),
            };
            taken.insert(key, images::add(&mut tx, ctx, actor, &id, new).await?);
        }
        let body = relink(&doc.body, |to| {
            let path = resolve(&doc.path, to)?;
            if let Some(image) = taken.get(&(id.clone(), path.clone())) {
                return Some(format!("{PATH}{image}"));
            }
            let other = original(&path, &docs).unwrap_or(path);
            let anchor = to
                .split_once('#')
                .map(|(_, a)| format!("#{a}"))
                .unwrap_or_default();
            ids.get(&other).map(|id| format!("/answers/{id}{anchor}"))
        });
        let said = Words {
            body: Some(body),
            ..words(doc)
        };
        write::put_in(&mut tx, ctx, actor, &id, doc.lang, &said).await?;
        lines.push(Line {
            path: doc.path.clone(),
            outcome: "imported".to_owned(),
            why: if doc.notes.is_empty() {
                String::new()
            } else {
                format!("Not understood: {}", doc.notes.join("; "))
            },
            article_id: Some(id),
            title: doc.title.clone(),
        });
    }
    for path in pictures.keys() {
        let used = taken.keys().any(|(_, p)| p == path);
        if used {
            lines.push(Line {
                outcome: "picture".to_owned(),
                ..Line::left_out(path, "")
            });
        } else {
            lines.push(Line::left_out(path, "No text shows it."));
        }
    }
    lines.sort_by(|a, b| a.path.cmp(&b.path));
    let id = new_id(ctx.now);
    sql("INSERT INTO article_import (id, name, ledger, person_id, created_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(&id)
        .bind(called)
        .bind(serde_json::to_string(&lines)?)
        .bind((!actor.is_system()).then_some(actor.id.as_str()))
        .bind(ctx.now.as_microsecond())
        .run(&mut tx)
        .await?;
    let count = |outcome: &str| lines.iter().filter(|l| l.outcome == outcome).count();
    let data = json!({ "name": called, "imported": count("imported"), "pictures": count("picture"), "left_out": count("left_out") });
    write::note(&mut tx, ctx, actor, &id, "article.imported", data).await?;
    tx.commit().await?;
    Ok((id, lines))
}

fn words(doc: &Doc) -> Words {
    Words {
        title: Some(doc.title.clone()),
        summary: Some(doc.summary.clone()),
        body: Some(doc.body.clone()),
        ..Words::default()
    }
}

/// The ledger of an import.
pub async fn ledger(ctx: &Ctx, actor: &Actor, id: &str) -> Result<(String, Vec<Line>)> {
    policy::require(policy::writes_articles(actor))?;
    let row = sql("SELECT name, ledger FROM article_import WHERE id = $1")
        .bind(id)
        .opt(&ctx.app.db)
        .await?
        .ok_or(Error::NotFound)?;
    Ok((row.get("name")?, row.json("ledger")?))
}
