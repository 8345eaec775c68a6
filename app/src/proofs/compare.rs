//! Two versions side by side, one over the other, or by what is different. All
//! of it is plain links and CSS; a script only makes the slider smooth.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;

use crate::error::{Error, Result};
use crate::i18n::{Lang, t, tn};
use crate::policy;
use crate::proofs::model::{File, Page, Round};
use crate::proofs::rules::{self, Change};
use crate::proofs::store::{self, Seat, Who};
use crate::ui::block::{Tone, crumbs, notice};
use crate::ui::shell::bar_back;
use crate::web::{Ctx, Me, Query, shell};

/// Which versions, which page, and how.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
#[allow(missing_docs)]
pub struct Asked {
    pub a: Option<i64>,
    pub b: Option<i64>,
    pub page: Option<i64>,
    pub how: Option<String>,
    pub mix: Option<i64>,
}

const WAYS: [&str; 3] = ["side", "over", "difference"];

/// GET /proofs/{proof}/compare
pub async fn show(me: Me, Path(id): Path<String>, Query(asked): Query<Asked>) -> Result<Response> {
    let base = format!("/proofs/{id}");
    render(&me, Who::Person(&me.actor), &id, &base, &asked).await
}

/// The page, for whoever may see the round.
pub async fn render(
    ctx: &Ctx,
    who: Who<'_>,
    id: &str,
    base: &str,
    asked: &Asked,
) -> Result<Response> {
    let (round, seat) = store::find(&ctx.app.db, who, id).await?;
    let last = round.current()?.number;
    let b = round.file(asked.b.unwrap_or(last)).ok_or(Error::NotFound)?;
    let a = round
        .file(asked.a.unwrap_or((b.number - 1).max(1)))
        .ok_or(Error::NotFound)?;
    let lang = ctx.lang();
    let how = asked
        .how
        .as_deref()
        .filter(|how| WAYS.contains(how))
        .unwrap_or("side");
    let pages = a.pages.len().max(b.pages.len());
    let page = asked.page.unwrap_or(1).clamp(1, pages.max(1) as i64);
    let mix = asked.mix.unwrap_or(50).clamp(0, 100);
    let to = |a: i64, b: i64, page: i64, how: &str, mix: i64| {
        format!("{base}/compare?a={a}&b={b}&page={page}&how={how}&mix={mix}")
    };
    let words = |how: &str| match how {
        "over" => t!(lang, "One over the other"),
        "difference" => t!(lang, "What is different"),
        _ => t!(lang, "Side by side"),
    };
    let title = t!(lang, "Compare versions");
    let main = html! {
        h1 tabindex="-1" { (title) }
        p class="muted" { a href=(base) { (round.proof.title) } }
        p { (sentence(lang, &rules::compare(&a.look(), &b.look()))) }
        (chooser(lang, &round, base, a, b, how))
        div class="row" { nav class="seg" aria-label=(t!(lang, "How to compare")) { @for way in WAYS {
            a href=(to(a.number, b.number, page, way, mix)) aria-current=[(way == how).then_some("true")] { (words(way)) } } } }
        @if pages > 1 {
            nav class="row" aria-label=(t!(lang, "Pages")) {
                @if page > 1 { a class="btn btn-s" rel="prev" href=(to(a.number, b.number, page - 1, how, mix)) { (t!(lang, "Previous page")) } }
                span class="num" { (t!(lang, "Page {n} of {all}", n = page, all = pages)) }
                @if (page as usize) < pages { a class="btn btn-s" rel="next" href=(to(a.number, b.number, page + 1, how, mix)) { (t!(lang, "Next page")) } }
            }
        }
        @match (a.page(page), b.page(page)) {
            (None, None) => (notice(Tone::Plain, "info", t!(lang, "There is nothing to see here."), html! { (t!(lang, "Open the files to compare them.")) })),
            (Some(left), Some(right)) if how != "side" => (stacked(lang, base, (a, left), (b, right), how, mix, &|mix| to(a.number, b.number, page, how, mix))),
            (left, right) => (side(lang, base, (a, left), (b, right))),
        }
    };
    framed(ctx, &seat, title, &round, base, main)
        .await
        .map(IntoResponse::into_response)
}

async fn framed(
    ctx: &Ctx,
    seat: &Seat,
    title: &str,
    round: &Round,
    base: &str,
    main: Markup,
) -> Result<Markup> {
    let lang = ctx.lang();
    if seat.actor.is_system() {
        return Ok(shell::bare(
            ctx,
            title,
            html! { div class="proof-page stack" { (main) } },
        ));
    }
    if policy::works(&seat.actor) {
        let body = html! { (bar_back(&round.proof.title, base, "", html! {})) div class="panel-body stack" { (main) } };
        return shell::workspace(ctx, "/proofs", title, body).await;
    }
    let body = html! { div class="wrap page stack" {
    (crumbs(lang, &[(t!(lang, "Proof rounds"), "/proofs"), (&round.proof.title, base), (title, "")])) (main) } };
    shell::portal(ctx, "/proofs", title, body).await
}

/// What is different, in a sentence.
fn sentence(lang: Lang, change: &Change) -> String {
    match change {
        Change::Nothing => t!(lang, "These are the very same bytes.").to_owned(),
        Change::Unknown => t!(lang, "These two cannot be compared by what is seen.").to_owned(),
        Change::Parts(parts) if parts.is_empty() => {
            t!(lang, "The files differ, but look the same.").to_owned()
        }
        Change::Parts(parts) => {
            let pages: Vec<String> = parts.keys().map(ToString::to_string).collect();
            tn!(
                lang,
                parts.len(),
                "Something changed on page {pages}.",
                "Something changed on the pages {pages}.",
                pages = pages.join(", ")
            )
        }
    }
}

/// Two lists to choose other versions from.
fn chooser(lang: Lang, round: &Round, base: &str, a: &File, b: &File, how: &str) -> Markup {
    let list = |name: &'static str, label: &str, chosen: &File| {
        html! {
            div class="field" { label class="label" for={ "f-" (name) } { (label) }
                select class="select" id={ "f-" (name) } name=(name) { @for f in &round.files {
                    option value=(f.number) selected[f.id == chosen.id] { (t!(lang, "Version {n}", n = f.number)) } } } }
        }
    };
    html! {
        @if round.files.len() > 2 {
            form class="row proof-chooser" method="get" action={ (base) "/compare" } {
                (list("a", t!(lang, "From"), a)) (list("b", t!(lang, "To"), b))
                input type="hidden" name="how" value=(how);
                button class="btn" { (t!(lang, "Show these")) }
            }
        }
    }
}

fn picture(lang: Lang, base: &str, file: &File, page: &Page) -> Markup {
    html! { img src={ (base) "/pages/" (page.id) } width=(page.width) height=(page.height) alt=(t!(lang, "Version {v}, page {n}", v = file.number, n = page.number)); }
}

fn side(lang: Lang, base: &str, a: (&File, Option<&Page>), b: (&File, Option<&Page>)) -> Markup {
    html! {
        div class="proof-side" { @for (file, page) in [a, b] {
            figure {
                figcaption class="strong" { (t!(lang, "Version {n}", n = file.number)) " " span class="muted small" { (file.name) } }
                @match page { Some(page) => (picture(lang, base, file, page)), None => p class="muted" { (t!(lang, "This page is not in this version.")) } }
            }
        } }
    }
}

fn stacked(
    lang: Lang,
    base: &str,
    (a, left): (&File, &Page),
    (b, right): (&File, &Page),
    how: &str,
    mix: i64,
    to: &dyn Fn(i64) -> String,
) -> Markup {
    html! {
        @if how == "over" {
            div class="row" data-mix {
                nav class="seg" aria-label=(t!(lang, "How much of the newer one")) { @for step in [0, 25, 50, 75, 100] {
                    a href=(to(step)) aria-current=[(step == mix).then_some("true")] { (step) " %" } } }
                label class="row proof-slider" hidden data-slider { span class="small" { (t!(lang, "Version {n}", n = b.number)) }
                    input type="range" min="0" max="100" value=(mix) aria-label=(t!(lang, "How much of the newer one")); }
            }
        } @else {
            p class="small muted" { (t!(lang, "Black: the same. Everything that is not black is different.")) }
        }
        div class={ "proof-stack proof-" (how) } style={ "--mix:" (mix) "%" } data-stack {
            (picture(lang, base, a, left)) (picture(lang, base, b, right))
        }
    }
}
