//! A request in the words of IT, or in those of marketing.

use std::collections::BTreeMap;

use axum::extract::Path;
use maud::{Markup, html};
use mil_db::sql;
use mil_process::form::Answer;
use schemars::JsonSchema;
use serde::Deserialize;

use super::book::Book;
use super::model::{Side, Term};
use super::say::{Piece, say};
use crate::error::Result;
use crate::i18n::t;
use crate::portal::facts::form_of;
use crate::search::snippet::text_of;
use crate::ui::block::{crumbs, empty};
use crate::ui::button::{Seg, seg};
use crate::ui::shell::bar;
use crate::web::{Me, Query, shell};
use crate::work::Item;
use crate::work::store;

/// For whom.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Asked {
    /// `it` (default) or `marketing`.
    #[serde(rename = "for")]
    pub side: Option<Side>,
}

/// A part of a request with its heading.
pub struct Part {
    /// What it is, such as the question that it answers.
    pub heading: String,
    /// As it was written.
    pub text: String,
}

/// What was ordered and said on a request, without internal notes.
pub async fn parts(me: &Me, item: &Item) -> Result<Vec<Part>> {
    let lang = me.lang();
    let form = form_of(me, item).await?;
    let mut out = vec![Part {
        heading: t!(lang, "What it is about").to_owned(),
        text: item.title.clone(),
    }];
    for field in &form.fields {
        if let Some(Answer::Text(text)) = item.answers.get(&field.key) {
            let option = match &field.kind {
                mil_process::form::Kind::Choice { options, .. } => options
                    .iter()
                    .find(|o| o.key == *text)
                    .map(|o| o.label.clone()),
                _ => None,
            };
            out.push(Part {
                heading: field.label.clone(),
                text: option.unwrap_or_else(|| text.clone()),
            });
        }
    }
    let said = sql(
        "SELECT p.name, c.body FROM comment c JOIN person p ON p.id = c.author_id
         WHERE c.item_id = $1 AND c.visibility = 'public' ORDER BY c.created_at, c.id LIMIT 200",
    )
    .bind(&item.id)
    .all(&me.app.db)
    .await?;
    for row in said {
        out.push(Part {
            heading: row.get("name")?,
            text: text_of(&row.get::<String>("body")?),
        });
    }
    Ok(out)
}

/// GET /requests/{item}/words
pub async fn portal(me: Me, Path(id): Path<String>, Query(asked): Query<Asked>) -> Result<Markup> {
    let lang = me.lang();
    let item = store::find(&me.app.db, &me.actor, &id).await?;
    let base = format!("/requests/{}", item.number);
    let body = body(&me, &item, &base, asked.side).await?;
    let body = html! {
        div class="wrap" {
            (crumbs(lang, &[(t!(lang, "My requests"), "/requests"), (&item.title, &base), (t!(lang, "In other words"), "")]))
            h1 { (t!(lang, "In other words")) }
            div class="stack mt-4" { (body) }
        }
    };
    shell::portal(&me, "/requests", t!(lang, "In other words"), body).await
}

/// GET /work/{item}/words
pub async fn workspace(
    me: Me,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Markup> {
    let lang = me.lang();
    let item = store::find(&me.app.db, &me.actor, &id).await?;
    let base = format!("/work/{}", item.number);
    let body = body(&me, &item, &base, asked.side).await?;
    let body = html! {
        (bar(t!(lang, "In other words"), html! {}, html! {}))
        div class="panel-body stack" {
            (crumbs(lang, &[(t!(lang, "Queue"), "/queue"), (&item.title, &base), (t!(lang, "In other words"), "")]))
            (body)
        }
    };
    shell::workspace(&me, "/queue", t!(lang, "In other words"), body).await
}

async fn body(me: &Me, item: &Item, base: &str, side: Option<Side>) -> Result<Markup> {
    let lang = me.lang();
    let side = side.unwrap_or(Side::It);
    let book = me.app.glossary().await?;
    let parts = parts(me, item).await?;
    let mut used: BTreeMap<&str, &Term> = BTreeMap::new();
    let said: Vec<(&str, Markup)> = parts
        .iter()
        .map(|part| {
            (
                part.heading.as_str(),
                pieces(me, &book, &part.text, side, &mut used),
            )
        })
        .collect();
    let address = |side: Side| format!("{base}/words?for={}", side.key());
    let (it, marketing) = (address(Side::It), address(Side::Marketing));
    Ok(html! {
        (seg(t!(lang, "For whom"), &[
            Seg { label: t!(lang, "Say it for IT"), href: &it, current: side == Side::It, ..Seg::default() },
            Seg { label: t!(lang, "Say it for marketing"), href: &marketing, current: side == Side::Marketing, ..Seg::default() },
        ]))
        p class="muted measure" { (t!(lang, "Words of the glossary are marked. What was written before stands behind a word that was replaced.")) }
        dl class="said measure" { @for (heading, text) in &said { dt { (heading) } dd { (text) } } }
        section aria-labelledby="h-words" {
            h2 id="h-words" { (t!(lang, "The words")) }
            @if used.is_empty() {
                (empty("book", t!(lang, "No word of the glossary is in it"), t!(lang, "Both sides read it as it is."), html! { a class="btn" href="/glossary" { (t!(lang, "Open the glossary")) } }))
            }
            dl class="glossary" { @for term in used.values() {
                div class="glossary-row" lang=(term.language) {
                    dt { a href={ "/glossary/" (term.id) } { (term.term) } @if !term.it_term.is_empty() { " / " (term.it_term) } }
                    dd { (text_of(&term.means)) @if !term.it_means.is_empty() { " " em lang=(lang.code()) { (t!(lang, "IT says:")) } " " (text_of(&term.it_means)) } }
                }
            } }
        }
    })
}

fn pieces<'a>(
    me: &Me,
    book: &'a Book,
    text: &'a str,
    side: Side,
    used: &mut BTreeMap<&'a str, &'a Term>,
) -> Markup {
    let lang = me.lang();
    let pieces = say(book, text, side);
    for piece in &pieces {
        if let Piece::Said { term, .. } | Piece::Known { term, .. } = piece {
            used.insert(&term.term, term);
        }
    }
    html! {
        @for piece in &pieces {
            @match piece {
                Piece::Plain(text) => (text),
                Piece::Known { word, term } => a class="term" href={ "/glossary/" (term.id) } { (word) },
                Piece::Said { now, was, term } => {
                    mark class="said-word" { a class="term" href={ "/glossary/" (term.id) } lang=(term.language) { (now) } }
                    " " span class="muted small" { "(" span class="vh" { (t!(lang, "was:")) " " } s { (was) } ")" }
                }
            }
        }
    }
}
