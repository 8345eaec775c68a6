//! The page of a round: the picture with its pins, what was said beside it, who
//! is asked, and the decision.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;

use crate::assets::model::Ready;
use crate::error::{Error, Result};
use crate::i18n::{fmt, t};
use crate::incidents::page::Sheet;
use crate::policy;
use crate::proofs::model::{File, Round};
use crate::proofs::panel::outcome_pill;
use crate::proofs::parts;
use crate::proofs::people;
use crate::proofs::prepare::MOST_PAGES;
use crate::proofs::rules::{Place, WHOLE};
use crate::proofs::store::{self, Seat, Who};
use crate::ui::block::{Tone, crumbs, notice};
use crate::ui::button::{Button, Size, link_button};
use crate::ui::shell::{bar_back, cols};
use crate::web::input::Posted;
use crate::web::{Ctx, Me, Query, markdown, shell};

/// How wide a page is shown when no script runs, in pixels: what is clicked is
/// counted in them.
pub const WIDE: i64 = 800;

/// Which version and page, and the place that was clicked or typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
#[allow(missing_docs)]
pub struct Asked {
    pub v: Option<i64>,
    pub page: Option<i64>,
    #[serde(rename = "at.x")]
    pub at_x: Option<i64>,
    #[serde(rename = "at.y")]
    pub at_y: Option<i64>,
}

/// Everything that the parts of the page need.
pub struct View<'a> {
    /// The request.
    pub ctx: &'a Ctx,
    /// The round.
    pub round: &'a Round,
    /// Who looks.
    pub seat: &'a Seat,
    /// The address of the page, below which everything else lies.
    pub base: &'a str,
    /// The version that is shown.
    pub file: &'a File,
    /// The page of it that is shown.
    pub page: i64,
    /// The place that was clicked.
    pub at: Option<Place>,
    /// What was typed, and what is wrong with it.
    pub sheet: &'a Sheet,
}

impl View<'_> {
    /// Whether the newest version is shown.
    pub fn is_current(&self) -> bool {
        self.round
            .files
            .last()
            .is_some_and(|f| f.id == self.file.id)
    }

    /// Whether it is drawn in the workspace's frame.
    pub fn in_workspace(&self) -> bool {
        !self.seat.actor.is_system() && policy::works(&self.seat.actor)
    }

    /// Whether anything can be said.
    pub fn may_speak(&self) -> bool {
        self.round.proof.is_open()
    }

    /// The address of a version and page.
    pub fn href(&self, version: i64, page: i64) -> String {
        format!("{}?v={version}&page={page}", self.base)
    }
}

/// The place that was clicked, on a picture of this shape.
fn clicked(asked: &Asked, file: &File, page: i64) -> Option<Place> {
    let (x, y) = (asked.at_x?, asked.at_y?);
    // Who presses the picture by the keyboard clicks at no place.
    if (x, y) == (0, 0) {
        return None;
    }
    let shown = file.page(page)?;
    let high = (WIDE * shown.height / shown.width.max(1)).max(1);
    Some(Place {
        page,
        x: (x * WHOLE / WIDE).clamp(0, WHOLE),
        y: (y * WHOLE / high).clamp(0, WHOLE),
    })
}

/// GET /proofs/{proof}
pub async fn show(me: Me, Path(id): Path<String>, Query(asked): Query<Asked>) -> Result<Response> {
    let base = format!("/proofs/{id}");
    render(
        &me,
        Who::Person(&me.actor),
        &id,
        &base,
        &asked,
        &Sheet::default(),
    )
    .await
}

/// What came of a form, as a page: the same one with what is wrong, or an error.
pub async fn wrong(
    ctx: &Ctx,
    who: Who<'_>,
    id: &str,
    base: &str,
    typed: Posted,
    error: Error,
) -> Result<Response> {
    let lang = ctx.lang();
    let number = |name: &str| {
        let value = typed.0.get(name).and_then(|v| v.first());
        value.and_then(|v| v.parse().ok())
    };
    let asked = Asked {
        v: number("version"),
        page: number("page"),
        ..Asked::default()
    };
    let (status, errors) = match &error {
        Error::Invalid(wrong) => (
            StatusCode::UNPROCESSABLE_ENTITY,
            wrong
                .iter()
                .map(|w| (w.field.clone(), lang.text(&w.msg.text, &w.msg.args)))
                .collect(),
        ),
        Error::Stale(msg) => (
            StatusCode::PRECONDITION_FAILED,
            vec![(String::new(), lang.text(&msg.text, &msg.args))],
        ),
        Error::Conflict(msg) => (
            StatusCode::CONFLICT,
            vec![(String::new(), lang.text(&msg.text, &msg.args))],
        ),
        _ => return Err(error),
    };
    let sheet = Sheet {
        typed: Some(typed),
        errors,
    };
    let page = render(ctx, who, id, base, &asked, &sheet).await?;
    Ok((status, page).into_response())
}

/// The page, for whoever may see it.
pub async fn render(
    ctx: &Ctx,
    who: Who<'_>,
    id: &str,
    base: &str,
    asked: &Asked,
    sheet: &Sheet,
) -> Result<Response> {
    let (round, seat) = store::find(&ctx.app.db, who, id).await?;
    let file = match asked.v {
        None => round.current()?,
        Some(n) => round.file(n).ok_or(Error::NotFound)?,
    };
    let page = asked
        .page
        .unwrap_or(1)
        .clamp(1, file.pages.len().max(1) as i64);
    let view = View {
        ctx,
        round: &round,
        seat: &seat,
        base,
        file,
        page,
        at: clicked(asked, file, page),
        sheet,
    };
    let main = main(&view).await?;
    let rail = rail(&view).await?;
    framed(&view, main, rail)
        .await
        .map(IntoResponse::into_response)
}

async fn framed(view: &View<'_>, main: Markup, rail: Markup) -> Result<Markup> {
    let (ctx, lang) = (view.ctx, view.ctx.lang());
    let title = &view.round.proof.title;
    if view.seat.actor.is_system() {
        let body = html! { div class="proof-page stack" { (main) div class="rail" { (rail) } } };
        return Ok(shell::bare(ctx, title, body));
    }
    if view.in_workspace() {
        let end = html! { @if view.round.files.len() > 1 { (compare_button(view)) } };
        let body = html! {
            (bar_back(t!(lang, "Proof rounds"), "/proofs", "", end))
            div class="split split-wide" { div class="panel-body stack" { (main) } aside class="rail" aria-label=(t!(lang, "What is said and decided")) { (rail) } }
        };
        return shell::workspace(ctx, "/proofs", title, body).await;
    }
    let body = html! { div class="wrap page" {
        (crumbs(lang, &[(t!(lang, "Proof rounds"), "/proofs"), (title, "")]))
        (cols(html! { div class="stack" { (main) } }, t!(lang, "What is said and decided"), html! { div class="rail" { (rail) } }))
    } };
    shell::portal(ctx, "/proofs", title, body).await
}

fn compare_button(view: &View<'_>) -> Markup {
    let n = view.file.number.max(2);
    let href = format!("{}/compare?a={}&b={n}&page={}", view.base, n - 1, view.page);
    link_button(
        &href,
        Button {
            label: t!(view.ctx.lang(), "Compare versions"),
            icon: "layers",
            size: Size::Small,
            ..Button::default()
        },
    )
}

async fn main(view: &View<'_>) -> Result<Markup> {
    let (ctx, lang, proof) = (view.ctx, view.ctx.lang(), &view.round.proof);
    let file = view.file;
    let about = about(view).await?;
    Ok(html! {
        div {
            h1 tabindex="-1" { (proof.title) }
            p class="row mt-2" { (outcome_pill(lang, view.round))
                @if let Some(day) = proof.due_on.filter(|_| proof.is_open()) {
                    span class="muted" { (t!(lang, "Answers are wanted by {day}.", day = fmt::day(lang, day, ctx.app.zone().to_datetime(ctx.now).date()))) } } }
            (about)
        }
        (view.sheet.summary(lang))
        @if !proof.note.is_empty() { div class="prose" { (markdown(&proof.note)) } }
        (versions(view))
        @if !view.is_current() {
            (notice(Tone::Warn, "info", t!(lang, "This is not the newest version."), html! { a href=(view.base) { (t!(lang, "Look at the newest")) } }))
        }
        @match file.state {
            Ready::Waiting => (notice(Tone::Plain, "clock", t!(lang, "The pages are being made."), html! { a href=(view.href(file.number, 1)) { (t!(lang, "Look again")) } })),
            Ready::Failed => (notice(Tone::Warn, "alert", "", html! { (lang.text(&file.problem, &[])) })),
            Ready::Plain => (notice(Tone::Plain, "info", t!(lang, "There is no picture of this kind of file."), html! { (t!(lang, "Open the file to look at it. What you say is about the whole.")) })),
            Ready::Ready => {},
        }
        p { a href={ (view.base) "/files/" (file.id) } hx-boost="false" { (t!(lang, "Open the file")) } " "
            span class="muted small" { (file.name) ", " (fmt::bytes(lang, file.size)) } }
        @if let Some(page) = file.page(view.page) { (parts::picture(view, page)) }
        @if file.pages.len() >= MOST_PAGES as usize { p class="small muted" { (t!(lang, "Only the first {n} pages are shown. Open the file for the others.", n = MOST_PAGES)) } }
        @if view.may_speak() { (parts::say(view)) }
    })
}

/// What it is about: an asset, a request.
async fn about(view: &View<'_>) -> Result<Markup> {
    let (ctx, lang, proof) = (view.ctx, view.ctx.lang(), &view.round.proof);
    let Who::Person(actor) = who(view.seat) else {
        return Ok(html! {});
    };
    let asset = match &proof.asset_id {
        Some(id) => crate::assets::store::find(&ctx.app.db, Some(actor), id)
            .await
            .ok(),
        None => None,
    };
    let item = match &proof.item_id {
        Some(id) => crate::work::store::find(&ctx.app.db, actor, id).await.ok(),
        None => None,
    };
    let base = if policy::works(actor) {
        "/work"
    } else {
        "/requests"
    };
    Ok(html! {
        @if asset.is_some() || item.is_some() {
            p class="muted small mt-2" {
                @if let Some(asset) = &asset { (t!(lang, "Asset:")) " " a href={ "/assets/" (asset.id) } { (asset.name) } " " }
                @if let Some(item) = &item { (t!(lang, "Request:")) " " a href={ (base) "/" (item.number) } { (item.number) " " (item.title) } }
            }
        }
    })
}

fn who(seat: &Seat) -> Who<'_> {
    match &seat.reviewer {
        Some(reviewer) if seat.actor.is_system() => Who::Guest(&reviewer.id),
        _ => Who::Person(&seat.actor),
    }
}

/// The versions, as links; and the pages of the one that is shown.
fn versions(view: &View<'_>) -> Markup {
    let lang = view.ctx.lang();
    let pages = view.file.pages.len();
    html! {
        div class="row" {
            @if view.round.files.len() > 1 {
                nav class="seg" aria-label=(t!(lang, "Versions")) { @for file in &view.round.files {
                    a href=(view.href(file.number, 1)) aria-current=[(file.id == view.file.id).then_some("true")] { (t!(lang, "Version {n}", n = file.number)) } } }
            } @else { span class="muted" { (t!(lang, "Version {n}", n = 1)) } }
            @if pages > 1 {
                nav class="row" aria-label=(t!(lang, "Pages")) {
                    @if view.page > 1 { a class="btn btn-s" rel="prev" href=(view.href(view.file.number, view.page - 1)) { (t!(lang, "Previous page")) } }
                    span class="num" { (t!(lang, "Page {n} of {all}", n = view.page, all = pages)) }
                    @if (view.page as usize) < pages { a class="btn btn-s" rel="next" href=(view.href(view.file.number, view.page + 1)) { (t!(lang, "Next page")) } }
                }
            }
            @if view.round.files.len() > 1 && !view.in_workspace() { (compare_button(view)) }
        }
        @if !view.file.note.is_empty() { p { strong { (t!(lang, "What is new:")) } " " (view.file.note) } }
    }
}

async fn rail(view: &View<'_>) -> Result<Markup> {
    Ok(html! {
        (people::decision(view))
        (parts::threads(view))
        (people::asked(view))
        @if view.seat.runs { (people::run(view).await?) }
    })
}
