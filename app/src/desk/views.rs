//! The other tabs: brief, files, history.

use maud::{Markup, PreEscaped, html};
use mil_process::form::{FormDef, Line, Shown, describe};

use crate::desk::load::{Desk, names};
use crate::desk::talk;
use crate::error::Result;
use crate::files;
use crate::glossary::explain::Explain;
use crate::i18n::{fmt, t};
use crate::timeline;
use crate::ui::block::{Tone, empty, pill};
use crate::ui::talk::{FileLink, file_link};

/// The answers as ordered, by the form as it was then, and what agents filled in.
pub async fn brief(d: &Desk) -> Result<Markup> {
    let lang = d.me.lang();
    let files = files::store::of_item(&d.me.app.db, &d.me.actor, &d.item, "", 1_000).await?;
    let fields = FormDef {
        fields: d
            .process
            .stages
            .iter()
            .flat_map(|s| s.fields.clone())
            .collect(),
    };
    let filled = describe(&fields, &d.item.fields);
    let ordered = describe(&d.form, &d.item.answers);
    Ok(html! {
        section aria-labelledby="brief-h" {
            h2 id="brief-h" class="rail-h" { (t!(lang, "As ordered")) }
            @if ordered.is_empty() { p class="muted" { (t!(lang, "The form asked nothing.")) } }
            (lines(d, "ordered", &ordered, &files))
        }
        @if !filled.is_empty() {
            section aria-labelledby="filled-h" {
                h2 id="filled-h" class="rail-h" { (t!(lang, "Filled in on the way")) }
                (lines(d, "filled", &filled, &files))
            }
        }
    })
}

fn lines(d: &Desk, scope: &str, list: &[Line<'_>], files: &[files::Attachment]) -> Markup {
    let mut explain = Explain::new(&d.glossary, d.me.lang(), scope);
    html! {
        dl class="brief" {
            @for line in list { dt { (line.label) } dd { (value(d, &line.shown, files, &mut explain)) } }
        }
    }
}

fn value(
    d: &Desk,
    shown: &Shown<'_>,
    files: &[files::Attachment],
    explain: &mut Explain<'_>,
) -> Markup {
    let lang = d.me.lang();
    match shown {
        Shown::Text(text) => {
            html! { @for (i, part) in text.lines().enumerate() {
                @if i > 0 { br; }
                @match explain.text(part) { Some(told) => (PreEscaped(told)), None => (part) }
            } }
        }
        // Only http and https pass the form's check.
        Shown::Url(url) => {
            html! { a href=(url) rel="nofollow noopener noreferrer" target="_blank" { (url) } }
        }
        Shown::List(list) => html! { (list.join(", ")) },
        Shown::Number(number, unit) => html! { (number) @if let Some(unit) = unit { " " (unit) } },
        Shown::Date(date) => html! { (fmt::day(lang, *date, d.me.today())) },
        Shown::YesNo(yes) => html! { @if *yes { (t!(lang, "Yes")) } @else { (t!(lang, "No")) } },
        Shown::Person(id) => html! { (d.name(id)) },
        Shown::Files(list) => html! {
            div class="files" {
                @for file in list.iter() {
                    @match files.iter().find(|f| f.id == file.id) {
                        Some(found) => (link(d, found)),
                        None => { span class="muted" { (file.name) " " (t!(lang, "(removed)")) } }
                    }
                }
            }
        },
    }
}

fn link(d: &Desk, file: &files::Attachment) -> Markup {
    let (href, note) = (file.href(), fmt::bytes(d.me.lang(), file.size));
    file_link(&FileLink {
        href: &href,
        name: &file.name,
        note: &note,
        thumb: "",
    })
}

/// All files, newest first.
pub async fn files(d: &Desk) -> Result<Markup> {
    let lang = d.me.lang();
    let mut list = files::store::of_item(&d.me.app.db, &d.me.actor, &d.item, "", 1_000).await?;
    list.reverse();
    let who = names(&d.me, list.iter().map(|f| f.uploaded_by.clone()).collect()).await?;
    let labels = d.labels();
    if list.is_empty() {
        return Ok(empty(
            "clip",
            t!(lang, "No files yet"),
            t!(
                lang,
                "Files that come with the order or with an answer are listed here."
            ),
            html! {},
        ));
    }
    let rounds = crate::proofs::panel::of_item(&d.me, &d.item.id).await?;
    let may_start = d.may_work();
    Ok(html! {
        h2 class="vh" { (t!(lang, "Files")) }
        ul class="stack" {
            @for file in &list {
                li class="row file-row" {
                    (link(d, file))
                    span class="small muted grow" {
                        @if file.internal { (pill(Tone::Warn, "lock", t!(lang, "Internal"))) " " }
                        (who.get(&file.uploaded_by).map_or("", String::as_str)) " · "
                        (fmt::when(lang, file.created_at, d.me.now, &d.me.prefs.zone))
                        @if let Some(label) = file.field.as_ref().and_then(|key| labels.get(key)) { " · " (label) }
                    }
                    @if may_start { a class="btn btn-s btn-quiet" href={ "/proofs/new?file=" (file.id) } { (t!(lang, "Start a proof round")) span class="vh" { ": " (file.name) } } }
                }
            }
        }
        (rounds)
    })
}

/// Every event, newest first: who, what, when, by which way.
pub async fn history(d: &Desk) -> Result<Markup> {
    let lang = d.me.lang();
    let mut events = timeline::read(&d.me.app.db, &d.me.actor, &d.item, None, talk::EVENTS).await?;
    events.reverse();
    let known = names(&d.me, talk::named(&events)).await?;
    let labels = d.labels();
    let teller = d.teller(&known, &labels);
    let via = |via: &str| match via {
        "api" => t!(lang, "by API"),
        "cli" => t!(lang, "on the server"),
        "system" => t!(lang, "automatic"),
        _ => "",
    };
    Ok(html! {
        h2 class="vh" { (t!(lang, "History")) }
        ul class="feed" {
            @for e in &events {
                li { p class="ev" {
                    (crate::ui::icon::icon_s(teller.icon(e)))
                    span {
                        @if e.via != "system" { b { (e.actor_name) } " " }
                        @match teller.tell(e) { Some(text) => (text), None => { code { (e.verb) } } }
                        @if let Some(reason) = teller.reason(e) { ": “" (reason) "”" }
                        " · " time datetime=(e.at.to_string()) { (fmt::when(lang, e.at, d.me.now, &d.me.prefs.zone)) }
                        @if !via(&e.via).is_empty() { " · " (via(&e.via)) }
                        @if e.internal { " · " span class="small" { (t!(lang, "internal")) } }
                    }
                } }
            }
        }
    })
}
