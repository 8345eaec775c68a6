//! The glossary as JSON.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;

use super::model::{Side, Term};
use super::said::{self, parts};
use super::say::{Piece, plain, say};
use super::verbs::{self, TermInput};
use crate::error::{Error, Result};
use crate::search::unmet::{self, Place};
use crate::web::{Input, Me, Query};
use crate::work::store;

/// All terms.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Terms {
    /// By name.
    pub items: Vec<Term>,
    /// Always null: all are answered at once.
    pub next: Option<String>,
}

/// GET /api/v1/glossary
pub async fn list(me: Me) -> Result<Json<Terms>> {
    let book = me.app.glossary().await?;
    Ok(Json(Terms {
        items: book.terms().cloned().collect(),
        next: None,
    }))
}

/// GET /api/v1/glossary/{term}
pub async fn show(me: Me, Path(id): Path<String>) -> Result<Json<Term>> {
    let book = me.app.glossary().await?;
    Ok(Json(book.get(&id).cloned().ok_or(Error::NotFound)?))
}

/// POST /api/v1/glossary
pub async fn create(me: Me, Input(input): Input<TermInput>) -> Result<(StatusCode, Json<Term>)> {
    let term = verbs::create(&me, &me.actor, &input).await?;
    Ok((StatusCode::CREATED, Json(term)))
}

/// PUT /api/v1/glossary/{term}
pub async fn change(
    me: Me,
    Path(id): Path<String>,
    Input(input): Input<TermInput>,
) -> Result<Json<Term>> {
    Ok(Json(verbs::change(&me, &me.actor, &id, &input).await?))
}

/// DELETE /api/v1/glossary/{term}
pub async fn retire(me: Me, Path(id): Path<String>) -> Result<StatusCode> {
    verbs::retire(&me, &me.actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What people looked up in vain.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Gaps {
    /// The most wanted first.
    pub items: Vec<Gap>,
    /// Always null: all are answered at once.
    pub next: Option<String>,
}

/// Words that nobody explained yet.
#[derive(Debug, Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Gap {
    pub words: String,
    /// Of the page on which they were looked up.
    pub language: String,
    pub times: i64,
    /// RFC 3339.
    pub last_at: String,
}

/// GET /api/v1/glossary-gaps
pub async fn gaps(me: Me) -> Result<Json<Gaps>> {
    let items = unmet::open(&me.app.db, Place::Glossary, 100)
        .await?
        .into_iter()
        .map(|gap| Gap {
            words: gap.words,
            language: gap.language,
            times: gap.times,
            last_at: gap.last_at.to_string(),
        })
        .collect();
    Ok(Json(Gaps { items, next: None }))
}

/// A request in the words of a side.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Said {
    /// For whom.
    pub side: Side,
    /// What was ordered and said.
    pub parts: Vec<SaidPart>,
}

/// A part of it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SaidPart {
    /// The question it answers, or who said it.
    pub heading: String,
    /// Replaced words stand as `new (old)`.
    pub text: String,
    /// Ids of the terms in it.
    pub terms: Vec<String>,
}

/// GET /api/v1/requests/{item}/words
pub async fn words(
    me: Me,
    Path(id): Path<String>,
    Query(asked): Query<said::Asked>,
) -> Result<Json<Said>> {
    let item = store::find(&me.app.db, &me.actor, &id).await?;
    let side = asked.side.unwrap_or(Side::It);
    let book = me.app.glossary().await?;
    let parts = parts(&me, &item)
        .await?
        .into_iter()
        .map(|part| {
            let pieces = say(&book, &part.text, side);
            let mut terms: Vec<String> = pieces
                .iter()
                .filter_map(|piece| match piece {
                    Piece::Said { term, .. } | Piece::Known { term, .. } => Some(term.id.clone()),
                    Piece::Plain(_) => None,
                })
                .collect();
            terms.sort();
            terms.dedup();
            SaidPart {
                text: plain(&pieces),
                terms,
                heading: part.heading,
            }
        })
        .collect();
    Ok(Json(Said { side, parts }))
}
