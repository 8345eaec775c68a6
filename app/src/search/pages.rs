//! Search as a page for agents, and as JSON for everybody.

use axum::Json;
use axum::response::{IntoResponse, Response};
use maud::html;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::i18n::t;
use crate::queue::page::{promise, stage_pill};
use crate::search;
use crate::ui::block::empty;
use crate::web::{Me, Query, shell};

/// What to look for.
#[derive(Deserialize, JsonSchema, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Asked {
    /// Words, or a number.
    pub q: String,
}

/// Requests that match, newest first.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Found {
    pub items: Vec<Hit>,
}

/// A request that matches.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Hit {
    pub id: String,
    pub number: i64,
    pub title: String,
}

/// GET /api/v1/search
pub async fn api(me: Me, Query(asked): Query<Asked>) -> Result<Json<Found>> {
    let rows = search::requests(&me, &asked.q, 25).await?;
    Ok(Json(Found {
        items: rows
            .into_iter()
            .map(|r| Hit {
                id: r.id,
                number: r.number,
                title: r.title,
            })
            .collect(),
    }))
}

/// GET /work/search
pub async fn page(me: Me, Query(asked): Query<Asked>) -> Result<Response> {
    let lang = me.lang();
    let catalog = me.app.catalog().await?;
    let rows = search::requests(&me, &asked.q, 25).await?;
    let title = t!(lang, "Search");
    let body = html! {
        div class="panel-body stack" {
            h1 tabindex="-1" { (title) }
            form class="row" role="search" action="/work/search" {
                label class="vh" for="search-q" { (t!(lang, "Words or a number")) }
                input class="input" id="search-q" type="search" name="q" value=(asked.q) placeholder=(t!(lang, "Words or a number"));
                button class="btn btn-primary" { (t!(lang, "Find")) }
            }
            @if rows.is_empty() && !asked.q.is_empty() {
                (empty("search", t!(lang, "No match"), t!(lang, "Try fewer or shorter words."), html! {}))
            }
            ul class="stack" {
                @for row in &rows {
                    li class="row" {
                        a href={ "/work/" (row.number) } { (row.title) }
                        span class="muted small num" { (row.number) }
                        (stage_pill(lang, &catalog, row))
                        span class="end" { (promise(&me, &catalog, row)) }
                    }
                }
            }
        }
    };
    Ok(shell::workspace(&me, "/work/search", title, body)
        .await?
        .into_response())
}
