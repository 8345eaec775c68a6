//! Announcements for readers: the list, one of them, the banner on top of portal
//! pages, and the notice beside an order.

use axum::extract::Path;
use axum::response::Response;
use maud::{Markup, html};
use mil_db::sql;
use serde::Deserialize;

use crate::announcements::model::{Announcement, Effect, Kind, State};
use crate::announcements::store::{self, Wanted};
use crate::announcements::view::{self, Look};
use crate::announcements::{verbs, words};
use crate::error::Result;
use crate::i18n::t;
use crate::incidents::page::one;
use crate::policy;
use crate::status::components;
use crate::ui::block::{Tone, crumbs, empty, notice};
use crate::ui::button::{Button, Size, link_button};
use crate::ui::icon::icon_s;
use crate::web::input::Posted;
use crate::web::{Ctx, Me, Query, see_other, shell};

/// How many a page shows.
pub const PAGE: i64 = 20;
/// How many banners stand above each other at most.
const BANNERS: i64 = 3;

/// How `ctx` looks at announcements.
pub fn look(ctx: &Ctx) -> Look<'_> {
    Look {
        lang: ctx.lang(),
        now: ctx.now,
        zone: &ctx.prefs.zone,
        authors: ctx.actor.as_deref().is_some_and(policy::works),
    }
}

/// Which ones.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
#[allow(missing_docs)]
pub struct Asked {
    pub kind: Option<String>,
    pub after: Option<String>,
}

/// GET /announcements
pub async fn list(ctx: Ctx, Query(asked): Query<Asked>) -> Result<Markup> {
    let lang = ctx.lang();
    let kind = asked.kind.as_deref().and_then(Kind::from_key);
    let wanted = Wanted {
        kind,
        live: true,
        news: true,
        after: asked.after.as_deref(),
        ..Wanted::default()
    };
    let actor = ctx.actor.as_deref();
    let mut found = store::list(&ctx.app.db, actor, ctx.now, &wanted, PAGE + 1).await?;
    let more = found.len() as i64 > PAGE;
    found.truncate(usize::try_from(PAGE).unwrap_or(0));
    let of_kind = kind.map_or(String::new(), |k| format!("kind={}&", k.key()));
    let next = found
        .last()
        .filter(|_| more)
        .map(|a| format!("/announcements?{of_kind}after={}", a.id));
    let mut tabs = vec![(t!(lang, "All"), "/announcements".to_owned(), kind.is_none())];
    for k in Kind::ALL {
        let href = format!("/announcements?kind={}", k.key());
        tabs.push((words::kind(lang, *k), href, kind == Some(*k)));
    }
    let look = look(&ctx);
    let body = html! {
        div class="wrap stack page" style="--gap:1.25rem" {
            div {
                h1 { (t!(lang, "Announcements")) }
                p class="muted mt-2" { (t!(lang, "What is new, what is planned, and what turned out well.")) " "
                    a href="/status" { (t!(lang, "How things stand now")) } }
            }
            nav class="seg st-kinds" aria-label=(t!(lang, "Kinds")) {
                @for (label, href, current) in &tabs { a href=(href) aria-current=[current.then_some("page")] { (label) } }
            }
            @if found.is_empty() {
                (empty("horn", t!(lang, "Nothing is announced"), t!(lang, "What concerns many people is told here."), html! {}))
            }
            ul class="stack plain-list" { @for a in &found { li { (brief(look, a)) } } }
            @if let Some(href) = next { p { a class="btn btn-line" href=(href) { (t!(lang, "Show older ones")) } } }
        }
    };
    shell::portal(&ctx, "/announcements", t!(lang, "Announcements"), body).await
}

fn brief(look: Look<'_>, a: &Announcement) -> Markup {
    html! {
        article class="card" {
            p class="row mb-2" { (view::pills(look.lang, a)) }
            h2 { a href={ "/announcements/" (a.id) } { (a.title) } }
            p class="small muted mt-2" { time datetime=(a.published_at()) { (look.when(a.published_at())) } }
        }
    }
}

/// GET /announcements/{announcement}
pub async fn show(ctx: Ctx, Path(id): Path<String>) -> Result<Markup> {
    let lang = ctx.lang();
    let actor = ctx.actor.as_deref();
    let a = store::find(&ctx.app.db, actor, ctx.now, &id).await?;
    let updates = store::updates(&ctx.app.db, &[&a.id]).await?;
    let all = components::list(&ctx.app.db, actor).await?;
    let hits: Vec<(&str, Effect)> = all
        .iter()
        .filter_map(|c| {
            let hit = a.hits.iter().find(|(id, _)| *id == c.id)?;
            Some((c.name.as_str(), hit.1))
        })
        .collect();
    let writes = actor.is_some_and(policy::announces);
    let look = look(&ctx);
    let body = html! {
        div class="wrap page measure-wide" {
            (crumbs(lang, &[(t!(lang, "Announcements"), "/announcements")]))
            article class="st-card" {
                p class="row mt-3 mb-2" { (view::pills(lang, &a)) }
                h1 { (a.title) }
                @if !a.is_live(ctx.now) {
                    div class="mt-3" { (notice(Tone::Warn, "edit", t!(lang, "Not published."), html! {
                        (t!(lang, "Only those who write announcements see this page.")) })) }
                }
                @if !a.kind.hits() { p class="small muted mt-2" { time datetime=(a.published_at()) { (look.when(a.published_at())) } } }
                (view::facts(look, &a, &hits))
                (view::told(look, &a, &updates))
            }
            @if writes { p class="mt-6" {
                (link_button(&format!("/work/announcements/{}", a.id), Button { label: t!(lang, "Open in the workspace"), size: Size::Small, ..Button::default() })) } }
        }
    };
    shell::portal(&ctx, "/announcements", &a.title, body).await
}

/// The banners on top of a portal page that this reader has not closed.
pub async fn banners(ctx: &Ctx, here: &str) -> Result<Markup> {
    if matches!(here, "/status" | "/announcements") {
        return Ok(html! {});
    }
    let actor = ctx.actor.as_deref();
    let mut filter = mil_db::Where::new();
    policy::visible_announcements(actor, ctx.now, &mut filter);
    let now = ctx.now.as_microsecond();
    let lately = (ctx.now - crate::announcements::model::LINGERS).as_microsecond();
    filter.and(
        "a.banner = 1 AND a.withdrawn_at IS NULL AND a.publish_at <= ?",
        [now.into()],
    );
    filter.and("a.ends_at IS NULL OR a.ends_at > ?", [now.into()]);
    filter.and("a.ended_at IS NULL OR a.ended_at > ?", [lately.into()]);
    if let Some(actor) = actor {
        filter.and(
            "NOT EXISTS (SELECT 1 FROM announcement_closed x WHERE x.announcement_id = a.id AND x.person_id = ?)",
            [actor.id.as_str().into()],
        );
    }
    let ids: Vec<String> = sql(format!(
        "SELECT a.id FROM announcement a WHERE {} ORDER BY a.publish_at DESC, a.id DESC LIMIT {BANNERS}",
        filter.text()
    ))
    .bind_all(filter.values())
    .column("id", &ctx.app.db)
    .await?;
    if ids.is_empty() {
        return Ok(html! {});
    }
    let mut all = Vec::new();
    for id in &ids {
        let a = store::find(&ctx.app.db, actor, ctx.now, id).await?;
        if a.shows_banner(ctx.now) {
            all.push(a);
        }
    }
    let lang = ctx.lang();
    Ok(html! {
        section class="st-banners wrap" aria-label=(t!(lang, "Announcements")) {
            @for a in &all { (banner(ctx, a)) }
        }
    })
}

fn banner(ctx: &Ctx, a: &Announcement) -> Markup {
    let lang = ctx.lang();
    let (tone, icon) = words::tone(a);
    let look = look(ctx);
    let text = html! {
        @if let Some(state) = a.state { (words::state(lang, state)) ". " }
        @if a.state == Some(State::Planned) { @if let (Some(from), Some(to)) = (a.from_at, a.to_at) {
            (t!(lang, "From {from} to {to}", from = look.when(from), to = look.when(to))) ". " } }
        a href={ "/announcements/" (a.id) } { (t!(lang, "Read more")) span class="vh" { ": " (a.title) } }
    };
    html! {
        div class="st-banner" {
            (notice(tone, icon, &format!("{}.", a.title.trim_end_matches('.')), text))
            @if ctx.actor.is_some() {
                form method="post" action={ "/announcements/" (a.id) "/close" } {
                    input type="hidden" name="back" value=(ctx.uri);
                    button class="btn btn-quiet btn-s btn-icon" aria-label=(t!(lang, "Close “{title}”", title = a.title)) { (icon_s("x")) }
                }
            }
        }
    }
}

/// POST /announcements/{announcement}/close
pub async fn close(me: Me, Path(id): Path<String>, posted: Posted) -> Result<Response> {
    verbs::close(&me, &me.actor, &id).await?;
    let back = one(&posted, "back");
    Ok(see_other(if back.is_empty() { "/" } else { back }, None))
}

/// What is out of use, or soon will be, of what a service needs.
pub async fn beside_order(me: &Me, service_id: &str) -> Result<Markup> {
    let lang = me.lang();
    let mut filter = mil_db::Where::new();
    policy::visible_announcements(Some(&me.actor), me.now, &mut filter);
    let now = me.now.as_microsecond();
    let soon = (me.now + jiff::SignedDuration::from_hours(24 * 7)).as_microsecond();
    filter.and(
        "a.withdrawn_at IS NULL AND a.ended_at IS NULL AND a.publish_at <= ?",
        [now.into()],
    );
    filter.and(
        "EXISTS (SELECT 1 FROM announcement_effect e
            JOIN status_component_service s ON s.component_id = e.component_id
            JOIN status_component c ON c.id = e.component_id AND c.archived_at IS NULL
            WHERE e.announcement_id = a.id AND e.until IS NULL AND e.since <= ? AND s.service_id = ?)",
        [soon.into(), service_id.into()],
    );
    let ids: Vec<String> = sql(format!(
        "SELECT a.id FROM announcement a WHERE {} ORDER BY a.publish_at DESC, a.id DESC LIMIT 5",
        filter.text()
    ))
    .bind_all(filter.values())
    .column("id", &me.app.db)
    .await?;
    let mut all = Vec::new();
    for id in &ids {
        all.push(store::find(&me.app.db, Some(&me.actor), me.now, id).await?);
    }
    let components = components::list(&me.app.db, Some(&me.actor)).await?;
    let name = |a: &Announcement| {
        let needs = components
            .iter()
            .filter(|c| c.services.iter().any(|s| s == service_id));
        let hit = needs.filter(|c| a.hits.iter().any(|(id, _)| *id == c.id));
        let names: Vec<&str> = hit.map(|c| c.name.as_str()).collect();
        names.join(", ")
    };
    let look = look(me);
    Ok(html! {
        @for a in &all {
            @let (tone, icon) = words::tone(a);
            div class="mt-4" {
                (notice(tone, icon, &format!("{}.", a.title.trim_end_matches('.')), html! {
                    (t!(lang, "This service needs: {names}.", names = name(a))) " "
                    @if a.state == Some(State::Planned) { @if let (Some(from), Some(to)) = (a.from_at, a.to_at) {
                        (t!(lang, "From {from} to {to}", from = look.when(from), to = look.when(to))) ". " } }
                    (t!(lang, "You can order; it may take longer.")) " "
                    a href={ "/announcements/" (a.id) } { (t!(lang, "Read the updates")) }
                }))
            }
        }
    })
}
