//! The glossary for readers: all terms, and one of them.

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use mil_db::sql;
use serde::Deserialize;

use super::model::Term;
use super::{csv, verbs};
use crate::error::{Error, Result};
use crate::i18n::t;
use crate::policy;
use crate::portal::find::fold;
use crate::search::{self, Kind, Wish, unmet};
use crate::ui::block::{card, crumbs, empty};
use crate::ui::button::{Button, Kind as Loud, link_button};
use crate::ui::icon::icon;
use crate::ui::shell::bar;
use crate::web::{Me, Query, markdown, shell};

/// What is looked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Look {
    q: String,
}

/// A page of the glossary: in the workspace for those who work there.
pub async fn frame(me: &Me, title: &str, end: Markup, body: Markup) -> Result<Markup> {
    if policy::works(&me.actor) {
        let body = html! { (bar(title, html! {}, end)) div class="panel-body stack" { (body) } };
        return shell::workspace(me, "/glossary", title, body).await;
    }
    let body = html! { div class="wrap" { h1 class="mt-8" { (title) } div class="stack mt-4" { (body) } } };
    shell::portal(me, "/glossary", title, body).await
}

/// GET /glossary
pub async fn list(me: Me, Query(look): Query<Look>) -> Result<Response> {
    let lang = me.lang();
    let book = me.app.glossary().await?;
    let q = look.q.trim().to_owned();
    let mut terms: Vec<&Term> = book.terms().collect();
    if !q.is_empty() {
        let wish = Wish {
            q: q.clone(),
            kind: Some(Kind::Term),
            each: 50,
            ..Wish::default()
        };
        let found = search::find(&me, &wish).await?;
        terms = found
            .hits
            .iter()
            .filter_map(|hit| book.get(&hit.id))
            .collect();
        if terms.is_empty() {
            unmet::record(&me, unmet::Place::Glossary, &q).await?;
        }
    }
    let works = policy::works(&me.actor);
    let end = html! {
        @if works {
            (link_button("/glossary/gaps", Button { label: t!(lang, "What is missing"), ..Button::default() }))
            (link_button("/glossary/new", Button { label: t!(lang, "Explain a word"), icon: "plus", kind: Loud::Primary, key: "c", ..Button::default() }))
        }
    };
    // What was looked for comes best first, not by letter.
    let parts = if q.is_empty() {
        by_letter(&terms)
    } else {
        vec![(None, terms.as_slice())]
    };
    let body = html! {
        p class="muted measure" { (t!(lang, "Words that marketing and IT may understand differently, and what each side means by them.")) }
        form class="row" role="search" method="get" action="/glossary" {
            label class="vh" for="glossary-q" { (t!(lang, "A word")) }
            input class="input" id="glossary-q" type="search" name="q" value=(q) placeholder=(t!(lang, "A word")) maxlength="200" style="max-width:20rem";
            button class="btn" { (icon("search")) (t!(lang, "Look it up")) }
            @if !q.is_empty() { a href="/glossary" { (t!(lang, "All words")) } }
        }
        @if terms.is_empty() && !q.is_empty() {
            (empty("book", &t!(lang, "Nothing explains “{q}” yet", q = q),
                t!(lang, "It is noted for those who keep the glossary. Try another word, or search everything."),
                html! { a class="btn" href={ "/search?q=" (percent_encoding::utf8_percent_encode(&q, percent_encoding::NON_ALPHANUMERIC)) } { (t!(lang, "Search everything")) } }))
        } @else if terms.is_empty() {
            (empty("book", t!(lang, "The glossary is empty"), t!(lang, "Words come with the practices you adopt, or are written here."), html! {}))
        }
        @for (letter, terms) in parts.into_iter().filter(|(_, terms)| !terms.is_empty()) {
            @if let Some(letter) = letter { p class="glossary-letter" aria-hidden="true" { (letter) } }
            dl class="glossary" { @for term in terms {
                div class="glossary-row" lang=(term.language) {
                    dt { a href={ "/glossary/" (term.id) } { (term.term) }
                        @if !term.it_term.is_empty() { span class="muted small" { span lang=(lang.code()) { (t!(lang, "IT says:")) } " " (term.it_term) } } }
                    dd { (search::snippet::text_of(&term.means)) }
                }
            } }
        }
        p class="small" { a href="/glossary.csv" hx-boost="false" { (t!(lang, "Download as CSV")) } }
        @if policy::shapes_catalog(&me.actor) { (super::editor::import_form(lang, &crate::web::Wrong::default())) }
    };
    Ok(frame(&me, t!(lang, "Glossary"), end, body)
        .await?
        .into_response())
}

/// The terms, which are in order, part by part of the same first letter.
fn by_letter<'a>(terms: &'a [&'a Term]) -> Vec<(Option<char>, &'a [&'a Term])> {
    let first = |term: &Term| fold(&term.term).chars().next();
    terms
        .chunk_by(|a, b| first(a) == first(b))
        .map(|part| {
            let letter = part.first().and_then(|term| first(term));
            (letter.map(|c| c.to_ascii_uppercase()), part)
        })
        .collect()
}

/// The name of a term's owner.
pub async fn owner_name(me: &Me, term: &Term) -> Result<Option<String>> {
    let Some(id) = &term.owner_id else {
        return Ok(None);
    };
    let row = sql("SELECT name FROM person WHERE id = $1")
        .bind(id)
        .opt(&me.app.db)
        .await?;
    Ok(row.map(|row| row.get("name")).transpose()?)
}

/// GET /glossary/{term}
pub async fn show(me: Me, Path(id): Path<String>) -> Result<Markup> {
    let lang = me.lang();
    let book = me.app.glossary().await?;
    let term = book.get(&id).ok_or(Error::NotFound)?;
    let owner = owner_name(&me, term).await?;
    let side = |text: &str, otherwise: &'static str| {
        html! {
            @if text.is_empty() { p class="muted" lang=(lang.code()) { (otherwise) } }
            @else { div class="prose" { (markdown(text)) } }
        }
    };
    let related: Vec<&Term> = term.related.iter().filter_map(|id| book.get(id)).collect();
    let end = html! {
        @if verbs::may_change(&me.actor, term) {
            (link_button(&format!("/glossary/{id}/edit"), Button { label: t!(lang, "Change"), icon: "edit", ..Button::default() }))
        }
    };
    let body = html! {
        (crumbs(lang, &[(t!(lang, "Glossary"), "/glossary"), (&term.term, "")]))
        div class="grid" style="--min:18rem" lang=(term.language) {
            (card(&t!(lang, "Marketing says: {word}", word = term.term), side(&term.means, "")))
            (card(&if term.it_term.is_empty() { t!(lang, "IT has no word of its own").to_owned() } else { t!(lang, "IT says: {word}", word = term.it_term) },
                side(&term.it_means, t!(lang, "Both mean the same."))))
        }
        @if !term.synonyms.is_empty() { p { span class="muted" { (t!(lang, "Also called")) } " " span lang=(term.language) { (term.synonyms.join(", ")) } } }
        @if !related.is_empty() {
            p { span class="muted" { (t!(lang, "Goes with")) } " "
                @for (i, other) in related.iter().enumerate() { @if i > 0 { ", " } a href={ "/glossary/" (other.id) } { (other.term) } } }
        }
        p class="muted small" {
            @if let Some(owner) = owner { (t!(lang, "{name} keeps this entry right.", name = owner)) " " }
            @if let Some(practice) = &term.practice {
                @if policy::works(&me.actor) { a href={ "/practices/" (practice) } { (t!(lang, "It came with a practice.")) } }
            }
        }
        p { a href={ "/search?q=" (percent_encoding::utf8_percent_encode(&term.term, percent_encoding::NON_ALPHANUMERIC)) } { (t!(lang, "Search for this word")) } }
    };
    frame(&me, &term.term, end, body).await
}

/// GET /glossary.csv
pub async fn export(me: Me) -> Result<Response> {
    let book = me.app.glossary().await?;
    let text = csv::write(book.terms());
    Ok((
        [
            (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
            (
                header::CONTENT_DISPOSITION,
                "attachment; filename=\"glossary.csv\"",
            ),
        ],
        text,
    )
        .into_response())
}
