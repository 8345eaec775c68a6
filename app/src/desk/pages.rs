//! The page of one request, as a whole and part by part.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;

use crate::automation::macros;
use crate::desk::head::{self, Place};
use crate::desk::load::{self, Desk};
use crate::desk::rail;
use crate::desk::talk::{self, Typed};
use crate::desk::views;
use crate::error::{Error, Result};
use crate::i18n::t;
use crate::policy::{self, Do};
use crate::queue::query::Horizon;
use crate::queue::{self, Filter};
use crate::search;
use crate::ui::shell::split;
use crate::web::input::from_form;
use crate::web::{Me, Query, see_other, shell};
use crate::work::store;

/// How the page was asked for.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Asked {
    /// Query string of the list it was opened from.
    #[serde(default)]
    pub list: Option<String>,
    /// Show the whole conversation.
    #[serde(default)]
    pub all: Option<String>,
    /// Id of a canned answer to begin with.
    #[serde(default)]
    pub answer: Option<String>,
}

/// Read everything for a page.
pub async fn desk(me: &Me, id: &str, list: Option<String>) -> Result<Desk> {
    let item = load::item(me, id).await?;
    Desk::load(me, item, list).await
}

/// GET /work/{item}
pub async fn conversation(
    me: Me,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let item = store::find(&me.app.db, &me.actor, &id).await?;
    if !policy::on_item(&me.actor, Do::SeeInternal, &item.facts()) {
        // Theirs, or they follow it: their own page tells it in their words.
        return Ok(see_other(&format!("/requests/{}", item.number), None));
    }
    let d = Desk::load(&me, item, asked.list).await?;
    let mut typed = talk::draft(&d).await?;
    if let Some(answer) = &asked.answer {
        let text = macros::text(&me, &me.actor, &d.item, answer).await?;
        let gap = if typed.body.is_empty() { "" } else { "\n\n" };
        typed.body = format!("{}{gap}{text}", typed.body);
    }
    Ok(conversation_page(&d, &typed, asked.all.is_some())
        .await?
        .into_response())
}

/// The conversation with something in the editor.
pub async fn conversation_page(d: &Desk, typed: &Typed, all: bool) -> Result<Markup> {
    let body = html! { (talk::feed(d, all).await?) (talk::editor(d, typed)) };
    page(d, "talk", body).await
}

/// The same after an error: 422 and what was typed.
pub async fn conversation_wrong(d: &Desk, typed: &Typed) -> Result<Response> {
    let page = conversation_page(d, typed, false).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// GET /work/{item}/brief
pub async fn brief(me: Me, Path(id): Path<String>, Query(asked): Query<Asked>) -> Result<Markup> {
    let d = desk(&me, &id, asked.list).await?;
    let body = views::brief(&d).await?;
    page(&d, "brief", body).await
}

/// GET /work/{item}/files
pub async fn files(me: Me, Path(id): Path<String>, Query(asked): Query<Asked>) -> Result<Markup> {
    let d = desk(&me, &id, asked.list).await?;
    let body = views::files(&d).await?;
    page(&d, "files", body).await
}

/// GET /work/{item}/history
pub async fn history(me: Me, Path(id): Path<String>, Query(asked): Query<Asked>) -> Result<Markup> {
    let d = desk(&me, &id, asked.list).await?;
    let body = views::history(&d).await?;
    page(&d, "history", body).await
}

/// GET /work/{item}/part/{part}: what refreshes itself, alone.
pub async fn part(
    me: Me,
    Path((id, part)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Markup> {
    let d = desk(&me, &id, asked.list).await?;
    match part.as_str() {
        "bar" => Ok(head::bar(&d, &place(&d).await?)),
        "head" => Ok(head::head(&d)),
        "rail" => Ok(rail::rail(&d)),
        "feed" => talk::feed(&d, true).await,
        _ => Err(Error::NotFound),
    }
}

/// The frame around a tab.
pub async fn page(d: &Desk, tab: &str, body: Markup) -> Result<Markup> {
    framed(d, tab, body, rail::rail(d)).await
}

/// The frame with another rail, such as one with errors in it.
pub async fn framed(d: &Desk, tab: &str, body: Markup, rail: Markup) -> Result<Markup> {
    let lang = d.me.lang();
    let title = format!("{} {}", d.item.number, d.item.title);
    let content = html! {
        (head::bar(d, &place(d).await?))
        (split(html! { (head::head(d)) (head::views(d, tab)) (body) }, t!(lang, "Details"), rail))
    };
    shell::workspace(&d.me, "/queue", &title, content).await
}

/// Where it stands in the list it was opened from, and who its neighbours on
/// the same page of the list are.
async fn place(d: &Desk) -> Result<Place> {
    let lang = d.me.lang();
    let query = d.list.as_deref().unwrap_or_default();
    // A list that cannot be read any more is the plain queue.
    let filter: Filter = from_form(query.as_bytes()).unwrap_or_default();
    let horizon = Horizon::new(d.me.now, &d.me.prefs.zone);
    let page = match &filter.q {
        Some(q) => search::filtered(&d.me, &filter, horizon, q).await?,
        None => queue::query::page(&d.me.app.db, &d.me.actor, &filter, horizon).await?,
    };
    let at = page.rows.iter().position(|row| row.id == d.item.id);
    let number = |at: Option<usize>| at.and_then(|at| page.rows.get(at)).map(|row| row.number);
    let total = match at {
        Some(_) if filter.q.is_some() => Some(i64::try_from(page.rows.len()).unwrap_or(0)),
        Some(_) => {
            let count = queue::query::count(&d.me.app.db, &d.me.actor, &filter, horizon).await?;
            Some(count).filter(|count| *count <= queue::query::COUNT_CAP)
        }
        None => None,
    };
    let before = filter.from.unwrap_or(0);
    Ok(Place {
        label: t!(lang, "Queue").to_owned(),
        before: number(at.and_then(|at| at.checked_sub(1))),
        after: number(at.map(|at| at + 1)),
        position: at
            .and_then(|at| i64::try_from(at).ok())
            .map(|at| before + at + 1)
            .zip(total),
        href: filter.address("/queue"),
    })
}
