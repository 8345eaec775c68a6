//! The picture with its pins, the form to say something, and the threads.

use maud::{Markup, html};

use crate::i18n::{Lang, fmt, t, tn};
use crate::proofs::model::{Comment, Page};
use crate::proofs::page::{View, WIDE};
use crate::proofs::rules::{self, Place, Shown, WHOLE};
use crate::ui::block::{Tone, pill, rail_block};
use crate::ui::button::{Button, Kind, Size, button};
use crate::ui::field::{Field, Number, number, textarea};
use crate::web::markdown;

/// Threads as they stand on the version that is shown, with their numbers.
fn threads_of<'v>(view: &'v View<'_>) -> Vec<(usize, &'v Comment, Shown)> {
    view.round
        .threads()
        .enumerate()
        .map(|(n, c)| {
            let made = view.round.file_of(&c.file_id).map_or(1, |f| f.number);
            let shown = rules::shown(made, c.resolved_at.is_some(), view.file.number);
            (n + 1, c, shown)
        })
        .filter(|(.., shown)| *shown != Shown::NotYet)
        .collect()
}

/// A share of the page in percent, as CSS and as words.
fn percent(part: i64) -> String {
    format!("{}.{:02}", part * 100 / WHOLE, part * 100 % WHOLE / 100)
}

fn at_style(place: Place) -> String {
    format!("--x:{}%;--y:{}%", percent(place.x), percent(place.y))
}

/// Where a place is, in words.
fn where_is(lang: Lang, place: Place, pages: usize) -> String {
    let (x, y) = (place.x * 100 / WHOLE, place.y * 100 / WHOLE);
    let spot = t!(
        lang,
        "{x} % from the left, {y} % from the top",
        x = x,
        y = y
    );
    if pages > 1 {
        t!(lang, "Page {n}: {spot}", n = place.page, spot = spot)
    } else {
        spot
    }
}

/// The page that is shown. A click chooses a place: the browser sends it, also
/// when no script runs.
pub fn picture(view: &View<'_>, page: &Page) -> Markup {
    let lang = view.ctx.lang();
    let high = (WIDE * page.height / page.width.max(1)).max(1);
    let src = format!("{}/pages/{}", view.base, page.id);
    let name = t!(
        lang,
        "Version {v} of “{title}”, page {n}",
        v = view.file.number,
        title = view.round.proof.title,
        n = page.number
    );
    html! {
        section class="proof-view" aria-label=(t!(lang, "The picture")) {
            div class="proof-sheet" data-proof {
                @if view.may_speak() {
                    form method="get" action={ (view.base) "#say" } hx-boost="false" {
                        input type="hidden" name="v" value=(view.file.number);
                        input type="hidden" name="page" value=(page.number);
                        input type="image" name="at" src=(src) width=(WIDE) height=(high) alt={ (name) ". " (t!(lang, "Choose a place")) } data-place
                            aria-describedby="proof-help";
                    }
                } @else { img src=(src) width=(WIDE) height=(high) alt=(name); }
                ol class="proof-pins" aria-label=(t!(lang, "Places with comments")) {
                    @for (n, c, shown) in threads_of(view) {
                        @if let Some(place) = c.place.filter(|p| p.page == page.number && shown != Shown::Resolved) {
                            li style=(at_style(place)) { a class="proof-pin" id={ "pin-" (n) } href={ "#c-" (n) } title=(c.name) {
                                span class="vh" { (t!(lang, "Comment")) " " } (n) } }
                        }
                    }
                }
                span class="proof-pin proof-pin-new" data-new-pin hidden[view.at.is_none()] style=[view.at.map(at_style)] aria-hidden="true" { "+" }
            }
        }
        @if view.may_speak() { p id="proof-help" class="small muted" { (t!(lang, "Click a place to say something about it. By keyboard: the arrow keys move the mark, Enter goes to the comment; or type the place below.")) } }
    }
}

/// The form to say something, of the place that was chosen or of the whole.
pub fn say(view: &View<'_>) -> Markup {
    let (lang, sheet) = (view.ctx.lang(), view.sheet);
    let (x, y) = view.at.map_or((String::new(), String::new()), |place| {
        (percent(place.x), percent(place.y))
    });
    let pictured = !view.file.pages.is_empty();
    let part = Number {
        min: "0",
        max: "100",
        step: "0.01",
        unit: "%",
    };
    html! {
        section class="card" aria-labelledby="say" {
            h2 class="rail-h" id="say" tabindex="-1" { (t!(lang, "Say something")) }
            form class="stack mt-2" method="post" action={ (view.base) "/comments" } data-guard data-say {
                input type="hidden" name="version" value=(view.file.number);
                input type="hidden" name="page" value=(view.page);
                (textarea(lang, &Field { name: "body", label: t!(lang, "Comment"), value: sheet.value("body", ""), error: sheet.error("body"), max_length: Some(4_000), ..Field::default() }, 3))
                @if pictured {
                    fieldset class="row proof-place" {
                        legend class="small muted" { (t!(lang, "Place. Without one, the comment is about the whole.")) }
                        (number(lang, &Field { name: "x", label: t!(lang, "From the left"), value: sheet.value("x", &x), error: sheet.error("x"), optional: true, ..Field::default() }, &part))
                        (number(lang, &Field { name: "y", label: t!(lang, "From the top"), value: sheet.value("y", &y), error: sheet.error("y"), optional: true, ..Field::default() }, &part))
                    }
                }
                div { (button(Button { label: t!(lang, "Add comment"), kind: if view.seat.reviewer.is_some() { Kind::Line } else { Kind::Primary }, ..Button::default() })) }
            }
        }
    }
}

/// What was said: open threads first, then those that are settled.
pub fn threads(view: &View<'_>) -> Markup {
    let lang = view.ctx.lang();
    let all = threads_of(view);
    let (open, settled): (Vec<_>, Vec<_>) = all
        .into_iter()
        .partition(|(.., shown)| *shown != Shown::Resolved);
    let count = tn!(lang, open.len(), "{n} open", "{n} open");
    rail_block(
        t!(lang, "Comments"),
        if open.is_empty() { "" } else { &count },
        html! {
            @if open.is_empty() { p class="small muted" { (t!(lang, "Nothing is open here.")) } }
            ol class="plain-list proof-threads" { @for (n, c, shown) in &open { li { (thread(view, *n, c, *shown)) } } }
            @if !settled.is_empty() {
                details class="mt-2" { summary class="btn btn-s btn-quiet" { (tn!(lang, settled.len(), "{n} settled", "{n} settled")) }
                    ol class="plain-list proof-threads mt-2" { @for (n, c, shown) in &settled { li { (thread(view, *n, c, *shown)) } } } }
            }
        },
    )
}

fn thread(view: &View<'_>, n: usize, c: &Comment, shown: Shown) -> Markup {
    let lang = view.ctx.lang();
    let made = view.round.file_of(&c.file_id).map_or(1, |f| f.number);
    let path = format!("{}/comments/{}", view.base, c.id);
    let gone = c
        .place
        .filter(|p| !view.file.pages.is_empty() && view.file.page(p.page).is_none());
    html! {
        article class="proof-thread" id={ "c-" (n) } aria-labelledby={ "c-" (n) "-h" } {
            h3 class="row small" id={ "c-" (n) "-h" } {
                span class="proof-pin proof-pin-s" { span class="vh" { (t!(lang, "Comment")) " " } (n) }
                strong { (c.name) } (time(view, c))
            }
            p class="small muted" {
                @match c.place {
                    Some(place) if gone.is_none() => {
                        (where_is(lang, place, view.file.pages.len())) " · "
                        a href={ (view.href(view.file.number, place.page)) "#pin-" (n) } { (t!(lang, "Show it")) span class="vh" { ": " (t!(lang, "Comment")) " " (n) } }
                    },
                    Some(_) => (t!(lang, "Its page is not in this version.")),
                    None => (t!(lang, "About the whole")),
                }
                @if shown == Shown::Carried { " " (pill(Tone::Line, "", &t!(lang, "from version {n}", n = made))) }
                @if let Some(by) = &c.resolved_by { " · " (t!(lang, "settled by {name}", name = by)) }
            }
            div class="prose s14" { (markdown(&c.body)) }
            @for reply in view.round.replies(&c.id) {
                div class="proof-reply" { p class="row small" { strong { (reply.name) } (time(view, reply)) }
                    div class="prose s14" { (markdown(&reply.body)) } }
            }
            @if view.may_speak() {
                div class="row mt-2 proof-acts" {
                    details { summary class="btn btn-s btn-quiet" { (t!(lang, "Answer")) span class="vh" { ": " (t!(lang, "Comment")) " " (n) } }
                        form class="stack mt-2" method="post" action={ (path) "/replies" } {
                            input type="hidden" name="version" value=(view.file.number);
                            input type="hidden" name="page" value=(view.page);
                            (textarea(lang, &Field { name: &format!("reply-{n}"), label: t!(lang, "Answer"), max_length: Some(4_000), ..Field::default() }, 2))
                            div { (button(Button { label: t!(lang, "Send answer"), size: Size::Small, ..Button::default() })) }
                        }
                    }
                    @if view.seat.may_resolve(c) {
                        form method="post" action={ (path) "/resolution" } {
                            input type="hidden" name="version" value=(view.file.number);
                            input type="hidden" name="page" value=(view.page);
                            input type="hidden" name="resolved" value=(if c.resolved_at.is_some() { "no" } else { "yes" });
                            button class="btn btn-s btn-quiet" {
                                @if c.resolved_at.is_some() { (t!(lang, "Open again")) } @else { (t!(lang, "Settled")) }
                                span class="vh" { ": " (t!(lang, "Comment")) " " (n) } }
                        }
                    }
                }
            }
        }
    }
}

fn time(view: &View<'_>, c: &Comment) -> Markup {
    let ctx = view.ctx;
    html! { time class="muted" datetime=(c.at) { (fmt::when(ctx.lang(), c.at, ctx.now, &ctx.prefs.zone)) } }
}
