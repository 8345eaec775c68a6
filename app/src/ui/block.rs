//! Blocks and small marks: cards, notices, pills, avatars, lists of facts.

use super::field::some;
use super::icon::{icon, icon_l, icon_s};
use crate::i18n::{Lang, t};
use maud::{Markup, html};

/// What a colour means; nothing else is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    #[default]
    Plain,
    Info,
    Ok,
    Warn,
    Bad,
    /// A pill with a border only.
    Line,
}

/// A short word with an optional icon.
pub fn pill(tone: Tone, icon_name: &str, text: &str) -> Markup {
    let class = match tone {
        Tone::Plain => "",
        Tone::Info => " pill-accent",
        Tone::Ok => " pill-ok",
        Tone::Warn => " pill-warn",
        Tone::Bad => " pill-bad",
        Tone::Line => " pill-line",
    };
    html! { span class={ "pill" (class) } { @if !icon_name.is_empty() { (icon_s(icon_name)) } (text) } }
}

/// A status or announcement: a bold fact, what it means for you, when it was said.
pub fn notice(tone: Tone, icon_name: &str, fact: &str, text: Markup) -> Markup {
    let class = match tone {
        Tone::Plain | Tone::Line => "",
        Tone::Info => " notice-info",
        Tone::Ok => " notice-ok",
        Tone::Warn => " notice-warn",
        Tone::Bad => " notice-bad",
    };
    html! {
        div class={ "notice" (class) } {
            (icon(icon_name))
            div class="grow" { @if !fact.is_empty() { strong class="strong" { (fact) } " " } (text) }
        }
    }
}

/// Initials on a hue that follows from the name. `hidden` when the name is
/// printed beside it; otherwise the name is read out.
pub fn avatar(name: &str, hidden: bool) -> Markup {
    av(name, "av", hidden)
}

/// A small avatar that says its name, for board cards.
pub fn avatar_s(name: &str) -> Markup {
    av(name, "av av-s", false)
}

/// A large avatar beside a printed name.
pub fn avatar_l(name: &str) -> Markup {
    av(name, "av av-l", true)
}

/// A dashed circle: nobody has it yet.
pub fn avatar_none(lang: Lang) -> Markup {
    html! { span class="av av-none" role="img" aria-label=(t!(lang, "Unassigned")) { "–" } }
}

fn av(name: &str, class: &str, hidden: bool) -> Markup {
    html! {
        span class=(class) style={ "--c:" (hue(name)) } aria-hidden=[hidden.then_some("true")]
            role=[(!hidden).then_some("img")] aria-label=[(!hidden).then_some(name)] title=[(!hidden).then_some(name)] {
            (initials(name))
        }
    }
}

/// Twelve hues, so that two of them are never almost the same.
fn hue(name: &str) -> u32 {
    let sum = name
        .bytes()
        .fold(5381u32, |sum, byte| sum.wrapping_mul(33) ^ u32::from(byte));
    sum % 12 * 30 + 15
}

fn initials(name: &str) -> String {
    let mut words = name
        .split_whitespace()
        .filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let first = words.next();
    first
        .into_iter()
        .chain(words.next_back())
        .flat_map(char::to_uppercase)
        .collect()
}

/// A card of the catalog. One link covers it.
#[derive(Debug, Clone, Copy, Default)]
pub struct ServiceCard<'a> {
    pub href: &'a str,
    pub icon: &'a str,
    pub name: &'a str,
    pub text: &'a str,
    /// "Usually", and then "2 working days" in bold.
    pub time: (&'a str, &'a str),
    pub who: &'a str,
}

/// One service of the catalog, as a list item of a `ul.grid.card-list`.
pub fn service_card(c: &ServiceCard<'_>) -> Markup {
    html! {
        li class="card card-link" {
            span class="tile" { (icon_l(c.icon)) }
            h3 { a href=(c.href) { (c.name) } }
            p { (c.text) }
            div class="meta" {
                span { (icon_s("clock")) (c.time.0) " " strong { (c.time.1) } }
                @if !c.who.is_empty() { span { (icon_s("users")) (c.who) } }
            }
        }
    }
}

/// A bordered box, with a small heading if there is one.
pub fn card(heading: &str, body: Markup) -> Markup {
    html! { section class="card" { @if !heading.is_empty() { h2 class="rail-h" { (heading) } } (body) } }
}

/// A block of the workspace rail; `end` stands right of the heading.
pub fn rail_block(heading: &str, end: &str, body: Markup) -> Markup {
    html! {
        section class="block" { h2 class="rail-h" { (heading) @if !end.is_empty() { " " span class="end" { (end) } } } (body) }
    }
}

/// The one loud block of a requester's page: the task, the proof, the buttons,
/// and what happens by when.
pub fn turn(icon_name: &str, task: &str, body: Markup) -> Markup {
    html! {
        section class="turn" aria-labelledby="your-turn" {
            h2 id="your-turn" { (icon(icon_name)) (task) }
            div class="mt-3" { (body) }
        }
    }
}

/// What will be here, and one thing to do. `action` may be empty.
pub fn empty(icon_name: &str, title: &str, text: &str, action: Markup) -> Markup {
    html! { div class="empty" { (icon(icon_name)) h2 { (title) } p { (text) } (action) } }
}

/// Facts with their names, as a list. An item whose name is empty is left out.
pub fn props(items: &[(&str, Markup)]) -> Markup {
    html! {
        dl class="props" { @for (name, value) in items { @if !name.is_empty() { dt { (name) } dd { (value) } } } }
    }
}

/// Where this page lies: label and address; the last may have no address.
pub fn crumbs(lang: Lang, items: &[(&str, &str)]) -> Markup {
    html! {
        nav aria-label=(t!(lang, "Breadcrumb")) {
            ol class="crumbs" {
                @for (label, href) in items {
                    li { @if href.is_empty() { (label) } @else { a href=(href) { (label) } } }
                }
            }
        }
    }
}

/// A view of one object, with its own address.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tab<'a> {
    pub label: &'a str,
    pub href: &'a str,
    pub count: &'a str,
    pub current: bool,
}

/// The views of one object.
pub fn tabs(name: &str, items: &[Tab<'_>]) -> Markup {
    html! {
        nav class="tabs" aria-label=(name) {
            @for tab in items {
                a href=(tab.href) aria-current=[tab.current.then_some("page")] {
                    (tab.label) @if !tab.count.is_empty() { " " span class="count" { (tab.count) } }
                }
            }
        }
    }
}

/// A point of a checklist.
#[derive(Debug, Clone, Copy, Default)]
pub struct Todo<'a> {
    pub key: &'a str,
    pub label: &'a str,
    pub done: bool,
    pub required: bool,
    /// Cannot be changed by this reader.
    pub locked: bool,
}

/// The checklist of a stage. With a script each tick is saved at once: the form
/// is posted to `action` with all set ticks as `done`; without, by its button.
pub fn todo(lang: Lang, action: &str, items: &[Todo<'_>]) -> Markup {
    html! {
        form method="post" action=(action) data-autosubmit {
            div class="todo" {
                @for item in items {
                    label class="check" {
                        input type="checkbox" name="done" value=(item.key) checked[item.done] disabled[item.locked];
                        span { (item.label) @if !item.required { " " span class="opt" { (t!(lang, "(optional)")) } } }
                    }
                }
            }
            button class="btn btn-s no-js mt-2" { (t!(lang, "Save checks")) }
        }
    }
}

/// A heading with a link at its end.
pub fn section_head(id: &str, heading: &str, href: &str, link: &str) -> Markup {
    html! {
        div class="section-h" { h2 id=[some(id)] { (heading) } @if !href.is_empty() { a href=(href) { (link) } } }
    }
}
