//! My requests: those the reader ordered or follows.

use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use mil_db::{Where, sql};
use serde::Deserialize;

use crate::error::Result;
use crate::i18n::t;
use crate::portal::find::fold;
use crate::portal::seen::{Seen, seen};
use crate::portal::words;
use crate::ui::block::{self, Tab};
use crate::ui::button::{Button, Kind, Size, link_button};
use crate::web::{Me, Query, shell};
use crate::work::store;

/// How many requests a page shows.
const PAGE: usize = 25;
/// How many of one's own titles a search looks through, newest first.
const LOOK: i64 = 3_000;

/// Ordered by the reader, or followed. The inner reads go by index.
fn mine(me: &Me, filter: &mut Where) {
    let id = || me.actor.id.as_str().into();
    filter.and(
        "w.id IN (SELECT id FROM work_item WHERE requester_id = ?
            UNION SELECT item_id FROM watcher WHERE person_id = ?)",
        [id(), id()],
    );
}

/// The open requests that most need the reader, and how many are open.
pub async fn most_urgent(me: &Me, limit: i64) -> Result<(Vec<Seen>, i64)> {
    let mut filter = Where::new();
    mine(me, &mut filter);
    filter.and("w.closed_at IS NULL", []);
    let count = sql(format!(
        "SELECT COUNT(*) AS n FROM work_item w WHERE {}",
        filter.text()
    ))
    .bind_all(filter.values())
    .value("n", &me.app.db)
    .await?;
    // The person's id is bound a second time for the order.
    let order = format!(
        "ORDER BY CASE WHEN w.waiting IS NOT NULL AND w.requester_id = ${} THEN 0 ELSE 1 END,
            w.deliver_by, w.id LIMIT {limit}",
        filter.next()
    );
    let items = store::select(&me.app.db, &me.actor, &filter, &order).await?;
    Ok((seen(me, items).await?, count))
}

async fn matching(me: &Me, q: &str, done: bool) -> Result<Vec<String>> {
    let wanted: Vec<String> = fold(q).split_whitespace().map(str::to_owned).collect();
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let mut filter = Where::new();
    mine(me, &mut filter);
    tab(&mut filter, Some(done));
    let rows = sql(format!(
        "SELECT w.id, w.number, w.title FROM work_item w WHERE {} ORDER BY w.created_at DESC, w.id DESC LIMIT {LOOK}",
        filter.text()
    ))
    .bind_all(filter.values())
    .all(&me.app.db)
    .await?;
    let mut ids = Vec::new();
    for row in rows {
        let title = fold(&row.get::<String>("title")?);
        let number = row.get::<i64>("number")?.to_string();
        if wanted
            .iter()
            .all(|word| title.contains(word.as_str()) || number == word.trim_start_matches('#'))
        {
            ids.push(row.get("id")?);
        }
    }
    Ok(ids)
}

async fn by_ids(me: &Me, ids: &[String]) -> Result<Vec<Seen>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut filter = Where::new();
    filter.and_in("w.id", ids.iter().map(String::as_str));
    let items = store::select(
        &me.app.db,
        &me.actor,
        &filter,
        "ORDER BY w.created_at DESC, w.id DESC",
    )
    .await?;
    seen(me, items).await
}

fn tab(filter: &mut Where, done: Option<bool>) {
    match done {
        Some(true) => filter.and("w.closed_at IS NOT NULL", []),
        Some(false) => filter.and("w.closed_at IS NULL", []),
        None => filter,
    };
}

/// Requests as the rows of a list.
pub fn list(me: &Me, requests: &[Seen]) -> Markup {
    let lang = me.lang();
    html! {
        ul class="rq" {
            @for seen in requests {
                @let href = format!("/requests/{}", seen.item.number);
                li {
                    div {
                        h3 { a href=(href) { (seen.item.title) } }
                        p { (words::sentence(me, seen)) }
                    }
                    div { (words::stage_pill(lang, seen)) }
                    div class="end2" {
                        @if let Some(waiting) = seen.item.waiting.as_ref().filter(|_| seen.my_turn()) {
                            (link_button(&href, Button { label: words::turn_button(lang, waiting.kind), kind: Kind::Primary, size: Size::Small, ..Default::default() }))
                        } @else { (words::promised(me, seen)) }
                    }
                }
            }
        }
    }
}

/// What is shown of the list.
#[derive(Deserialize, Default)]
pub struct Look {
    #[serde(default)]
    q: Option<String>,
    /// `done`, or the open ones.
    #[serde(default)]
    show: Option<String>,
    /// `created_at.id` of the last one before.
    #[serde(default)]
    after: Option<String>,
}

/// GET /requests
pub async fn page(me: Me, Query(look): Query<Look>) -> Result<Response> {
    let lang = me.lang();
    let done = look.show.as_deref() == Some("done");
    let q = look.q.unwrap_or_default().trim().to_owned();
    let (requests, next) = if q.is_empty() {
        newest(&me, done, look.after.as_deref()).await?
    } else {
        let ids = matching(&me, &q, done).await?;
        (by_ids(&me, &ids[..ids.len().min(PAGE * 2)]).await?, None)
    };
    let show = if done { "done" } else { "open" };
    let more = next.map(|after| format!("/requests?show={show}&after={after}"));
    let first_page = look.after.is_none();
    let nothing = if !q.is_empty() {
        block::empty(
            "search",
            &t!(lang, "None of your requests fits “{q}”", q = q),
            "",
            html! { a class="btn" href={ "/requests?show=" (show) } { (t!(lang, "Clear search")) } },
        )
    } else if done {
        block::empty(
            "list",
            t!(lang, "Nothing is finished yet"),
            t!(lang, "What is done or ended stays here, with its result."),
            html! {},
        )
    } else {
        block::empty(
            "list",
            t!(lang, "You have no open requests"),
            t!(
                lang,
                "What you order appears here, with who works on it and when it is ready."
            ),
            html! { a class="btn" href="/catalog" { (t!(lang, "Order something")) } },
        )
    };
    let body = html! {
        div class="wrap" {
            h1 class="mt-8" { (t!(lang, "My requests")) }
            div class="row mt-4" style="--gap:1rem" {
                (block::tabs(t!(lang, "Which requests"), &[
                    Tab { label: t!(lang, "Open"), href: "/requests?show=open", count: "", current: !done },
                    Tab { label: t!(lang, "Done"), href: "/requests?show=done", count: "", current: done },
                ]))
                form class="row end" role="search" method="get" action="/requests" {
                    input type="hidden" name="show" value=(show);
                    label class="vh" for="q" { (t!(lang, "Title or number")) }
                    input class="input" id="q" type="search" name="q" value=(q) placeholder=(t!(lang, "Title or number")) style="width:14rem";
                    button class="btn" { (t!(lang, "Search")) }
                }
            }
            section class="mt-4" id="my-requests" aria-label=(t!(lang, "My requests")) {
                @if requests.is_empty() { (nothing) } @else { h2 class="vh" { (if done { t!(lang, "Done") } else { t!(lang, "Open") }) } (list(&me, &requests)) }
            }
            nav class="pager mt-4" aria-label=(t!(lang, "Pages")) {
                @if !first_page { a class="btn btn-s btn-line" href={ "/requests?show=" (show) } { (t!(lang, "Newest")) } }
                @if let Some(more) = &more { a class="btn btn-s btn-line" rel="next" href=(more) { (t!(lang, "Older")) } }
            }
        }
    };
    Ok(
        shell::portal(&me, "/requests", t!(lang, "My requests"), body)
            .await?
            .into_response(),
    )
}

async fn newest(me: &Me, done: bool, after: Option<&str>) -> Result<(Vec<Seen>, Option<String>)> {
    let mut filter = Where::new();
    mine(me, &mut filter);
    tab(&mut filter, Some(done));
    let cursor = after.and_then(|text| text.split_once('.'));
    if let Some((at, id)) = cursor.and_then(|(at, id)| Some((at.parse::<i64>().ok()?, id))) {
        filter.and(
            "w.created_at < ? OR (w.created_at = ? AND w.id < ?)",
            [at.into(), at.into(), id.into()],
        );
    }
    let order = format!("ORDER BY w.created_at DESC, w.id DESC LIMIT {}", PAGE + 1);
    let mut items = store::select(&me.app.db, &me.actor, &filter, &order).await?;
    let more = items.len() > PAGE;
    items.truncate(PAGE);
    let next = items
        .last()
        .filter(|_| more)
        .map(|last| format!("{}.{}", last.created_at.as_microsecond(), last.id));
    Ok((seen(me, items).await?, next))
}
