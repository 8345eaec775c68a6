//! The page of results, in the portal and in the workspace.

use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::api::{Asked, by_number};
use super::hits::{Found, Hit, find};
use super::kinds::Kind;
use super::{snippet, unmet};
use crate::error::Result;
use crate::i18n::{Lang, t, tn};
use crate::portal::catalog::search_box;
use crate::ui::block::{Tab, empty, tabs};
use crate::ui::choice::{Opt, select};
use crate::ui::field::Field;
use crate::ui::icon::icon;
use crate::ui::shell::bar;
use crate::web::{Me, Query, see_other, shell};

/// GET /search. A number opens the request.
pub async fn portal(me: Me, Query(asked): Query<Asked>) -> Result<Response> {
    let lang = me.lang();
    if let Some(hit) = by_number(&me, &asked.q).await? {
        return Ok(see_other(&hit.href, None));
    }
    let body = html! {
        div class="wrap" {
            h1 class="mt-8" { (t!(lang, "Search")) }
            div class="mt-4" { (search_box(&me, "/search", asked.q.trim())) }
            (results(&me, "/search", &asked).await?)
        }
    };
    let page = shell::portal(&me, "/search", t!(lang, "Search"), body).await?;
    Ok(page.into_response())
}

/// GET /work/search
pub async fn workspace(me: Me, Query(asked): Query<Asked>) -> Result<Response> {
    let lang = me.lang();
    if let Some(hit) = by_number(&me, &asked.q).await? {
        return Ok(see_other(&hit.href, None));
    }
    let body = html! {
        (bar(t!(lang, "Search"), html! {}, html! {}))
        div class="panel-body stack" {
            (search_box(&me, "/work/search", asked.q.trim()))
            (results(&me, "/work/search", &asked).await?)
        }
    };
    let page = shell::workspace(&me, "/work/search", t!(lang, "Search"), body).await?;
    Ok(page.into_response())
}

fn address(base: &str, asked: &Asked, kind: &str) -> String {
    let mut out = String::from(base);
    let pairs = [
        ("q", asked.q.as_str()),
        ("kind", kind),
        ("service", &asked.service),
        ("state", &asked.state),
        ("days", &asked.days),
        ("language", &asked.language),
    ];
    let mut mark = '?';
    for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        out.push(mark);
        out.push_str(name);
        out.push('=');
        out.push_str(&utf8_percent_encode(value, NON_ALPHANUMERIC).to_string());
        mark = '&';
    }
    out
}

async fn results(me: &Me, base: &str, asked: &Asked) -> Result<Markup> {
    let lang = me.lang();
    if asked.q.trim().is_empty() {
        return Ok(html! {});
    }
    let found = find(me, &asked.wish(me)?).await?;
    if found.hits.is_empty() && asked.is_plain() {
        unmet::record(me, unmet::Place::Search, &asked.q).await?;
    }
    let links: Vec<(&str, String, bool)> = std::iter::once((t!(lang, "All"), String::new()))
        .chain(
            Kind::ALL
                .into_iter()
                .filter(|kind| *kind != Kind::Playbook || crate::policy::works(&me.actor))
                .map(|kind| (lang.t(kind.label()), kind.key().to_owned())),
        )
        .map(|(label, key)| (label, address(base, asked, &key), key == asked.kind))
        .collect();
    let kinds: Vec<Tab<'_>> = links
        .iter()
        .map(|(label, href, current)| Tab {
            label,
            href,
            count: "",
            current: *current,
        })
        .collect();
    let shown: Vec<Kind> = Kind::ALL
        .into_iter()
        .filter(|kind| found.of(*kind).next().is_some())
        .collect();
    let count = i64::try_from(found.hits.len()).unwrap_or(0);
    Ok(html! {
        div class="mt-4" { (tabs(t!(lang, "Kinds of results"), &kinds)) }
        (filters(me, base, asked).await?)
        @if let Some(meant) = &found.meant {
            p class="mt-4" { (t!(lang, "Did you mean")) " "
                a href=(address(base, &Asked { q: meant.clone(), ..asked.clone() }, &asked.kind)) { strong { (meant) } } "?" }
        }
        @if found.hits.is_empty() { (nothing(me, base, asked)) }
        @else { p class="muted small mt-4" role="status" { (tn!(lang, count, "{n} result", "{n} results")) } }
        @for kind in &shown { (section(lang, *kind, &found, &address(base, asked, kind.key()))) }
    })
}

fn section(lang: Lang, kind: Kind, found: &Found, all: &str) -> Markup {
    let id = format!("found-{}", kind.key());
    html! {
        section class="section found" aria-labelledby=(id) {
            div class="row" {
                h2 class="section-h" id=(id) { (lang.t(kind.label())) }
                @if found.more.contains(&kind) { a class="end" href=(all) { (t!(lang, "Show all")) span class="vh" { ": " (lang.t(kind.label())) } } }
            }
            ul class="found-list" { @for hit in found.of(kind) { (line(hit, &found.forms)) } }
        }
    }
}

fn line(hit: &Hit, forms: &[String]) -> Markup {
    html! {
        li {
            span class="found-i" { (icon(hit.kind.icon())) }
            div class="grow" {
                div class="row" {
                    a class="strong" href=(hit.href) { (snippet::mark(&hit.title, forms)) }
                    @if !hit.hint.is_empty() { span class="muted small end" { (hit.hint) } }
                }
                @if !hit.text.is_empty() { p class="muted small found-text" { (snippet::snippet(&hit.text, forms)) } }
            }
        }
    }
}

async fn filters(me: &Me, base: &str, asked: &Asked) -> Result<Markup> {
    let lang = me.lang();
    let catalog = me.app.catalog().await?;
    let one = |name, label, value, options: &[(String, &str)], any| {
        let options: Vec<Opt<'_>> = options
            .iter()
            .map(|(value_, label)| Opt {
                value: value_,
                label,
                chosen: value_ == value,
                ..Opt::default()
            })
            .collect();
        let field = Field {
            name,
            label,
            value,
            ..Field::default()
        };
        select(lang, &field, &options, Some(any))
    };
    let fixed = |list: &[(&str, &'static str)]| -> Vec<(String, &'static str)> {
        list.iter()
            .map(|(key, label)| ((*key).to_owned(), *label))
            .collect()
    };
    let services: Vec<(String, &str)> = catalog
        .offered_to(&me.actor)
        .map(|service| (service.id.clone(), service.name.as_str()))
        .collect();
    let set = !(asked.service.is_empty()
        && asked.state.is_empty()
        && asked.days.is_empty()
        && asked.language.is_empty());
    Ok(html! {
        details class="mt-4" open[set] {
            summary { (t!(lang, "Narrow it down")) }
            form class="row found-filters mt-2" method="get" action=(base) {
                input type="hidden" name="q" value=(asked.q);
                input type="hidden" name="kind" value=(asked.kind);
                (one("state", t!(lang, "Requests that are"), &asked.state,
                    &fixed(&[("open", t!(lang, "Open")), ("waiting", t!(lang, "Waiting")), ("done", t!(lang, "Done"))]), t!(lang, "open or done")))
                (one("service", t!(lang, "Requests for"), &asked.service, &services, t!(lang, "any service")))
                (one("days", t!(lang, "From"), &asked.days,
                    &fixed(&[("7", t!(lang, "the last week")), ("30", t!(lang, "the last month")), ("365", t!(lang, "the last year"))]), t!(lang, "any time")))
                (one("language", t!(lang, "Texts in"), &asked.language,
                    &fixed(&[("en", t!(lang, "English")), ("de", t!(lang, "German"))]), t!(lang, "any language")))
                button class="btn" { (t!(lang, "Show these")) }
            }
        }
    })
}

/// Nothing was found: an invitation to order or to ask.
fn nothing(me: &Me, base: &str, asked: &Asked) -> Markup {
    let lang = me.lang();
    let title = t!(lang, "Nothing here fits “{q}”", q = asked.q.trim());
    if !asked.is_plain() {
        let clear = address(
            base,
            &Asked {
                q: asked.q.clone(),
                ..Asked::default()
            },
            "",
        );
        return empty(
            "search",
            &title,
            t!(lang, "There may be more without the filters."),
            html! { a class="btn" href=(clear) { (t!(lang, "Search everything")) } },
        );
    }
    let help = me.app.org().help_line.clone();
    empty(
        "search",
        &title,
        t!(
            lang,
            "Try another word, or look through everything there is."
        ),
        html! {
            div class="row" style="justify-content:center" {
                a class="btn btn-primary" href={ "/ask?q=" (utf8_percent_encode(asked.q.trim(), NON_ALPHANUMERIC)) } { (t!(lang, "Ask us")) }
                a class="btn" href="/catalog" { (t!(lang, "Show all services")) }
            }
            @if !help.is_empty() { p class="mt-4" { (help) } }
        },
    )
}
