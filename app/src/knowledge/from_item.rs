//! An answer drawn from a request that was solved: its title, the question, and
//! what was answered where the requester reads it. Internal notes are never
//! read, and the requester's name is left out.

use axum::extract::Path;
use axum::response::Response;
use mil_db::sql;

use crate::actor::Actor;
use crate::error::{Error, Msg, Result};
use crate::i18n::{Lang, t};
use crate::knowledge::model::{Article, Audience};
use crate::knowledge::write::{self, MAX_BODY, New, Words};
use crate::policy::{self, Do};
use crate::web::{Ctx, Flash, Me, see_other};
use crate::work::store as items;

/// `text` without the names in `names`, whole words only.
pub fn without_names(text: &str, names: &[&str]) -> String {
    let mut out = text.to_owned();
    for name in names.iter().filter(|n| n.chars().count() > 1) {
        let mut next = String::with_capacity(out.len());
        let mut rest = out.as_str();
        while let Some(at) = rest.find(name) {
            let (before, from) = rest.split_at(at);
            let after = &from[name.len()..];
            let edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
            next.push_str(before);
            if edge(before.chars().next_back()) && edge(after.chars().next()) {
                next.push('…');
            } else {
                next.push_str(name);
            }
            rest = after;
        }
        next.push_str(rest);
        out = next;
    }
    out
}

/// Draw an article from a request that `actor` works on. Agents only read it
/// until it is approved and its audience is widened.
pub async fn draw(ctx: &Ctx, actor: &Actor, item_id: &str, lang: Lang) -> Result<Article> {
    policy::require(policy::writes_articles(actor))?;
    let item = items::find(&ctx.app.db, actor, item_id).await?;
    policy::require_item(actor, Do::Work, &item.facts())?;
    let person = sql("SELECT name, email FROM person WHERE id = $1")
        .bind(&item.requester_id)
        .one(&ctx.app.db)
        .await?;
    let (name, email): (String, String) = (person.get("name")?, person.get("email")?);
    let mut names = vec![email.as_str(), name.as_str()];
    names.extend(name.split_whitespace());
    let mut body = String::new();
    // What was asked in words; single words and addresses say nothing.
    let asked = serde_json::to_value(&item.answers)?;
    for text in asked
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(_, v)| v["text"].as_str().or(v.as_str()))
    {
        if text.split_whitespace().count() >= 4 && !text.contains('@') {
            body.push_str(&format!("> {}\n\n", text.trim().replace('\n', "\n> ")));
        }
    }
    let said = sql(
        "SELECT c.body FROM comment c WHERE c.item_id = $1 AND c.visibility = 'public' AND c.author_id <> $2
         ORDER BY c.created_at, c.id LIMIT 100",
    )
    .bind(&item.id)
    .bind(&item.requester_id)
    .column::<String>("body", &ctx.app.db)
    .await?;
    if said.is_empty() && body.is_empty() {
        return Err(Error::Conflict(Msg::new(
            "Nothing was asked or answered here in words. Write the answer from the library.",
        )));
    }
    for text in said {
        body.push_str(text.trim());
        body.push_str("\n\n");
    }
    let body: String = without_names(body.trim_end(), &names)
        .chars()
        .take(MAX_BODY)
        .collect();
    let new = New {
        lang,
        audience: Audience::Internal,
        item_id: Some(&item.id),
        words: Words {
            title: Some(
                without_names(&item.title, &names)
                    .chars()
                    .take(write::MAX_TITLE)
                    .collect(),
            ),
            body: Some(body),
            ..Words::default()
        },
        ..New::default()
    };
    Ok(write::create(ctx, actor, new).await?.0)
}

/// POST /work/{item}/article
pub async fn begin(me: Me, Path(id): Path<String>) -> Result<Response> {
    crate::desk::load::item(&me, &id).await?;
    let article = draw(&me, &me.actor, &id, me.lang()).await?;
    let said = t!(
        me.lang(),
        "Drawn from the request. Internal notes and the requester's name are left out. Read it, then send it for approval."
    );
    Ok(see_other(
        &format!("/knowledge/{}/edit", article.id),
        Some(Flash::new(said)),
    ))
}

#[cfg(test)]
mod tests {
    use super::without_names;

    #[test]
    fn names_go_and_words_stay() {
        let names = ["maren@x.example", "Maren Voss", "Maren", "Voss"];
        for (text, expected) in [
            ("Hello Maren, see you", "Hello …, see you"),
            ("Maren Voss asked", "… asked"),
            ("Write to maren@x.example.", "Write to …."),
            ("Marengo is a horse", "Marengo is a horse"),
            ("Voss", "…"),
        ] {
            assert_eq!(without_names(text, &names), expected);
        }
    }
}
