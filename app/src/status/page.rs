//! The status page. Whoever is not signed in sees what is public; it works
//! without scripts. Caches between may keep it for half a minute; a browser asks
//! each time whether it is still as it was, so that nobody reads old news.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use maud::{Markup, html};

use crate::announcements::model::{Announcement, Effect};
use crate::announcements::read::look;
use crate::announcements::{view, words};
use crate::error::Result;
use crate::i18n::{Lang, fmt, t, tn};
use crate::incidents;
use crate::mail::boxes;
use crate::policy;
use crate::random::hash_secret;
use crate::status::board::{Board, Seen};
use crate::status::history::{self, Day};
use crate::status::{following, subscribe};
use crate::ui::block::{Tone, notice, pill};
use crate::ui::button::{Button, Size, link_button};
use crate::ui::icon::icon;
use crate::web::{Ctx, Me, Wrong, shell};

/// How many days are listed one by one.
const LISTED: usize = 14;

/// GET /status
pub async fn page(ctx: Ctx, headers: HeaderMap) -> Result<Response> {
    let body = draw(&ctx, &Wrong::default(), "").await?;
    if ctx.actor.is_some() || ctx.flash.is_some() {
        return Ok(body.into_response());
    }
    Ok(cached(
        &headers,
        "text/html; charset=utf-8",
        body.into_string(),
    ))
}

/// An answer that caches may keep, if nobody is signed in.
pub fn cached(headers: &HeaderMap, kind: &'static str, body: String) -> Response {
    let etag = format!("W/\"{}\"", &hash_secret(&body)[..32]);
    let same = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|v| v.to_str().ok())
        .is_some_and(|v| v.split(',').any(|tag| tag.trim() == etag));
    let mut response = if same {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, kind)], body).into_response()
    };
    let set = response.headers_mut();
    set.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=0, s-maxage=30"),
    );
    set.insert(
        header::VARY,
        HeaderValue::from_static("cookie, authorization, accept-language"),
    );
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        set.insert(header::ETAG, etag);
    }
    response
}

/// The page, with what is wrong with the address that was typed.
pub async fn draw(ctx: &Ctx, wrong: &Wrong, typed: &str) -> Result<Markup> {
    let lang = ctx.lang();
    let actor = ctx.actor.as_deref();
    let board = Board::load(&ctx.app, actor, ctx.now).await?;
    let me = Me::of(ctx.clone()).ok();
    let faults = match &me {
        Some(me) => incidents::status::unannounced(me).await?,
        None => incidents::status::Faults::default(),
    };
    let follow = match &me {
        Some(me) => Some(following::of(&ctx.app.db, &me.actor.id).await?),
        None => None,
    };
    let can_mail = !boxes::all(&ctx.app.db).await?.is_empty();
    let worst = if faults.open {
        board.worst().max(Effect::Degraded)
    } else {
        board.worst()
    };
    let look = look(ctx);
    let body = html! {
        div class="wrap stack page st-page" style="--gap:1.75rem" {
            div class="st-head" {
                h1 { (t!(lang, "How things stand")) }
                (overall(lang, worst))
                p class="small muted" { (t!(lang, "As of {when}.", when = look.when(ctx.now))) }
            }
            @for a in &board.open {
                (view::card(look, a, board.updates.get(&a.id).map_or(&[], Vec::as_slice), &board.names(a), 2))
            }
            (faults.now)
            @if !board.components.is_empty() {
                section aria-labelledby="h-parts" {
                    h2 id="h-parts" { (t!(lang, "Services and tools")) }
                    ul class="st-list mt-3" {
                        @for seen in &board.components { li { (component(ctx, seen, follow.as_ref(), can_mail)) } }
                    }
                }
            }
            @if !board.planned.is_empty() {
                section aria-labelledby="h-planned" {
                    h2 id="h-planned" { (t!(lang, "Planned")) }
                    div class="stack mt-3" { @for a in &board.planned {
                        (view::card(look, a, board.updates.get(&a.id).map_or(&[], Vec::as_slice), &board.names(a), 3)) } }
                }
            }
            (subscribe::section(ctx, &board, follow.as_ref(), can_mail, wrong, typed))
            section aria-labelledby="past" {
                h2 id="past" { (t!(lang, "What was")) }
                (past(ctx, &board))
            }
            (faults.past)
            p class="row small" {
                a href="/announcements" { (t!(lang, "All announcements")) }
                a href="/status.atom" { (t!(lang, "Feed (Atom)")) }
                a href="/status.rss" { (t!(lang, "Feed (RSS)")) }
                @if actor.is_some_and(policy::announces) { a href="/work/announcements" { (t!(lang, "Write an announcement")) } }
            }
        }
    };
    shell::portal(ctx, "/status", t!(lang, "How things stand"), body).await
}

fn overall(lang: Lang, worst: Effect) -> Markup {
    let (tone, name) = match worst {
        Effect::Works => (Tone::Ok, "check"),
        Effect::Maintenance => (Tone::Info, "gear"),
        Effect::Degraded | Effect::Partial => (Tone::Warn, "alert"),
        Effect::Down => (Tone::Bad, "alert"),
    };
    let says = match worst {
        Effect::Works => t!(lang, "Everything works as far as we know."),
        Effect::Maintenance => t!(lang, "Something is out of use as announced."),
        Effect::Degraded => t!(lang, "Something is slower or worse than usual."),
        Effect::Partial => t!(lang, "Something does not work in part."),
        Effect::Down => t!(lang, "Something is out of use. We are working on it."),
    };
    html! {
        div class="st-overall mt-3" role="status" { (notice(tone, name, says, html! {})) }
    }
}

fn component(
    ctx: &Ctx,
    seen: &Seen,
    follow: Option<&following::Following>,
    can_mail: bool,
) -> Markup {
    let lang = ctx.lang();
    let c = &seen.component;
    let (tone, name) = words::effect_tone(seen.now);
    html! {
        div class="st-part" id={ "c-" (c.id) } {
            div class="row st-part-head" {
                div class="grow" {
                    h3 { (c.name) }
                    @if !c.note.is_empty() { p class="small muted" { (c.note) } }
                }
                (pill(tone, name, words::effect(lang, seen.now)))
                @if let Some(follow) = follow.filter(|_| can_mail) { (press(lang, c, follow)) }
            }
            (bars(lang, &c.name, &seen.days))
        }
    }
}

/// One press to hear of a component, or not any more.
fn press(
    lang: Lang,
    c: &crate::status::components::Component,
    follow: &following::Following,
) -> Markup {
    let on = follow.hears_of(&c.id);
    html! {
        form method="post" action="/status/follow" {
            input type="hidden" name="component" value=(c.id);
            input type="hidden" name="on" value=(if on { "no" } else { "yes" });
            button class={ "btn btn-s " (if on { "btn-quiet" } else { "btn-line" }) } aria-pressed=(on) {
                (icon("bell"))
                @if on { (t!(lang, "You are told")) } @else { (t!(lang, "Tell me")) }
                span class="vh" { " " (c.name) }
            }
        }
    }
}

fn percent(lang: Lang, share: i64) -> String {
    // Rounded down to hundredths, so that "100" means always.
    let places = if share % 100 == 0 { 0 } else { 2 };
    fmt::decimal(lang, share as f64 / 100.0, places)
}

fn bars(lang: Lang, name: &str, days: &[Day]) -> Markup {
    let bad: Vec<&Day> = days
        .iter()
        .filter(|d| d.worst.is_some_and(|w| w != Effect::Works))
        .collect();
    let count = i64::try_from(bad.len()).unwrap_or(0);
    let said = match history::share(days) {
        Some(share) => t!(
            lang,
            "{percent} % of the last 90 days without trouble",
            percent = percent(lang, share)
        ),
        None => t!(lang, "Nothing is known of earlier days").to_owned(),
    };
    let label = format!(
        "{name}: {said}. {}",
        tn!(
            lang,
            count,
            "{n} day with trouble or maintenance",
            "{n} days with trouble or maintenance"
        )
    );
    let today = days.last().map_or(Date::default(), |d| d.date);
    html! {
        div class="st-bars" role="img" aria-label=(label) {
            @for day in days {
                span class={ "st-day st-" (day.worst.map_or("unknown", Effect::key)) } {}
            }
        }
        div class="st-scale small muted" {
            span { (t!(lang, "90 days ago")) }
            span { (said) }
            span { (t!(lang, "today")) }
        }
        @if !bad.is_empty() {
            details class="st-days" {
                summary { (tn!(lang, count, "{n} day with trouble or maintenance", "{n} days with trouble or maintenance")) span class="vh" { ": " (name) } }
                ul {
                    @for day in bad.iter().rev() {
                        li {
                            (fmt::day(lang, day.date, today)) ": "
                            (words::effect(lang, day.worst.unwrap_or(Effect::Works)))
                            @if day.trouble > 0 { ", " (fmt::span(lang, (day.trouble / 60).max(1), 24 * 60)) }
                        }
                    }
                }
            }
        }
    }
}

fn past(ctx: &Ctx, board: &Board) -> Markup {
    let lang = ctx.lang();
    let look = look(ctx);
    let zone = &ctx.prefs.zone;
    let today = ctx.today();
    let day_of = |a: &Announcement| zone.to_datetime(a.began_at()).date();
    let days: Vec<Date> = std::iter::successors(Some(today), |d| d.yesterday().ok())
        .take(LISTED)
        .collect();
    let oldest = days.last().copied().unwrap_or(today);
    let older: Vec<&Announcement> = board.past.iter().filter(|a| day_of(a) < oldest).collect();
    html! {
        ol class="st-past mt-3" {
            @for day in &days {
                @let of_day: Vec<&Announcement> = board.past.iter().filter(|a| day_of(a) == *day).collect();
                li {
                    h3 class={ @if of_day.is_empty() { "st-quiet" } } { (fmt::day(lang, *day, today)) }
                    @if of_day.is_empty() { p class="muted small" { (t!(lang, "Nothing to tell.")) } }
                    @for a in of_day { (over(look, board, a)) }
                }
            }
        }
        @if !older.is_empty() {
            details class="mt-4" {
                summary class="btn btn-s btn-line" { (tn!(lang, older.len() as i64, "{n} from before that", "{n} from before that")) }
                ol class="st-past mt-3" {
                    @for a in older { li { h3 { (fmt::day(lang, day_of(a), today)) } (over(look, board, a)) } }
                }
            }
        }
    }
}

/// One that is over: its last word, and the rest behind a press.
fn over(look: view::Look<'_>, board: &Board, a: &Announcement) -> Markup {
    let updates = board.updates.get(&a.id).map_or(&[][..], Vec::as_slice);
    html! {
        article class="st-card st-over" {
            p class="row" { a class="strong" href={ "/announcements/" (a.id) } { (a.title) } (view::pills(look.lang, a)) }
            (view::facts(look, a, &board.names(a)))
            details class="mt-2" {
                summary { (t!(look.lang, "What we said")) span class="vh" { ": " (a.title) } }
                (view::told(look, a, updates))
            }
        }
    }
}

/// A link to the page, for others.
pub fn link(lang: Lang) -> Markup {
    link_button(
        "/status",
        Button {
            label: t!(lang, "See how things stand"),
            size: Size::Small,
            ..Button::default()
        },
    )
}
