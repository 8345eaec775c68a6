//! The three page shells: portal, workspace, and the bare one.

use super::block::{avatar, avatar_l};
use super::field::some;
use super::icon::{icon, icon_s, sprite};
use super::overlay::{Toast, toast};
use crate::{
    bundle,
    i18n::{Lang, t},
};
use maud::{DOCTYPE, Markup, html};
use serde_json::json;

/// Light, dark, or as the reader's system says. Kept in the cookie `theme`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    Light,
    Dark,
    #[default]
    Auto,
}

impl Theme {
    /// From the cookie.
    pub fn from_code(code: &str) -> Self {
        match code {
            "light" => Theme::Light,
            "dark" => Theme::Dark,
            _ => Theme::Auto,
        }
    }

    /// For the cookie.
    pub fn code(self) -> &'static str {
        match self {
            Theme::Light => "light",
            Theme::Dark => "dark",
            Theme::Auto => "auto",
        }
    }
}

/// Whose desk it is, and how it looks.
#[derive(Debug, Clone, Copy)]
pub struct Org<'a> {
    pub name: &'a str,
    pub tagline: &'a str,
    /// Address of a logo; our own mark stands in.
    pub logo: &'a str,
    /// 0 to 360, and at most 0.19.
    pub hue: f32,
    pub chroma: f32,
}

impl Default for Org<'_> {
    fn default() -> Self {
        Self {
            name: "MIL",
            tagline: "",
            logo: "",
            hue: 264.0,
            chroma: 0.19,
        }
    }
}

/// A place in the navigation.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nav<'a> {
    pub label: &'a str,
    pub href: &'a str,
    pub icon: &'a str,
    pub current: bool,
    /// Only where somebody must act; zero is not shown.
    pub count: i64,
    /// For the phone's tabs, if `label` is too long.
    pub short: &'a str,
    /// The key after G that goes there, such as "q".
    pub go: &'a str,
}

/// Places under a heading. The portal has one group without a heading.
#[derive(Debug, Clone, Copy, Default)]
pub struct NavGroup<'a> {
    pub heading: &'a str,
    pub items: &'a [Nav<'a>],
}

/// Who reads, and where their account is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Person<'a> {
    pub name: &'a str,
    pub href: &'a str,
}

/// Everything a shell needs around the page's own content.
#[derive(Debug, Clone, Default)]
pub struct Page<'a> {
    pub lang: Lang,
    pub title: &'a str,
    pub org: Org<'a>,
    pub theme: Theme,
    pub nav: &'a [NavGroup<'a>],
    pub person: Option<Person<'a>>,
    /// Single-key shortcuts, which a person can switch off.
    pub keys: bool,
    /// Told once, at the next page after a deed.
    pub flash: Option<Toast<'a>>,
    /// Portal: things in the cart. The cart is shown if there is an address.
    pub cart: (&'a str, i64),
    /// Portal: unread notifications, and where they are.
    pub news: (&'a str, i64),
    /// Where `GET ?q=` searches for readers without the palette.
    pub search: &'a str,
    /// The other surface: label and address, if the reader may see it.
    pub other: (&'a str, &'a str),
    /// The foot of portal pages.
    pub footer: Markup,
}

/// The portal: roomy, plain words. `body` holds its own `.wrap` and one `h1`.
pub fn portal(page: &Page<'_>, body: Markup) -> Markup {
    let lang = page.lang;
    let items = || page.nav.iter().flat_map(|group| group.items);
    let content = html! {
        header class="p-top" { div class="wrap" {
            (mark(page, "mark", "/"))
            nav class="p-nav" id="nav" aria-label=(t!(lang, "Main")) {
                @for item in items() {
                    a href=(item.href) aria-current=[item.current.then_some("page")] data-go=[some(item.go)] { (item.label)
                        @if item.count > 0 { " " span class="badge" { (item.count) } } }
                }
            }
            div class="p-tools" id="tools" {
                @if !page.search.is_empty() {
                    a class="btn btn-quiet btn-icon hide-phone" href=(page.search) data-palette aria-label=(t!(lang, "Search, Control K")) { (icon("search")) }
                }
                @if !page.cart.0.is_empty() {
                    a class="btn btn-quiet" href=(page.cart.0) aria-label=(t!(lang, "Cart, {n} in it", n = page.cart.1)) {
                        (icon("cart")) @if page.cart.1 > 0 { span class="badge" { (page.cart.1) } } }
                }
                @if !page.news.0.is_empty() {
                    a class="btn btn-quiet hide-phone" href=(page.news.0) aria-label=(t!(lang, "Notifications, {n} new", n = page.news.1)) {
                        (icon("bell")) @if page.news.1 > 0 { span class="badge" { (page.news.1) } } }
                }
                @if !page.other.0.is_empty() { a class="btn btn-s btn-line hide-phone" href=(page.other.1) { (page.other.0) } }
                @if let Some(person) = page.person {
                    a class="me" href=(person.href) { (avatar_l(person.name)) span class="vh" { (t!(lang, "Your account, {name}", name = person.name)) } }
                }
            }
        } }
        main id="main" tabindex="-1" { (body) }
        nav class="p-tabs" id="tabs" aria-label=(t!(lang, "Main, phone")) {
            @for item in items().take(5) {
                a href=(item.href) aria-current=[item.current.then_some("page")] { (icon(item.icon))
                    (if item.short.is_empty() { item.label } else { item.short }) }
            }
        }
        footer class="p-foot" { div class="wrap" {
            (page.footer)
            @if !page.other.0.is_empty() { a class="only-phone" href=(page.other.1) { (page.other.0) } }
        } }
    };
    document(page, "portal", content)
}

/// The workspace: dense, by keyboard. `body` begins with [`bar`].
pub fn workspace(page: &Page<'_>, body: Markup) -> Markup {
    let lang = page.lang;
    let content = html! {
        div class="app" {
            header class="side" {
                (mark(page, "side-brand mark", page.nav.iter().flat_map(|group| group.items).next().map_or("/", |item| item.href)))
                a class="side-search" href=(page.search) data-palette title=(t!(lang, "Search or jump to")) {
                    (icon_s("search")) span class="lbl" { (t!(lang, "Search or jump to")) } kbd aria-hidden="true" { "Ctrl K" } }
                nav aria-label=(t!(lang, "Workspace")) class="stack side-nav" id="nav" {
                    @for group in page.nav {
                        div class="nav" {
                            @if !group.heading.is_empty() { p class="nav-h" { (group.heading) } }
                            @for item in group.items {
                                a href=(item.href) aria-current=[item.current.then_some("page")] title=(item.label) data-go=[some(item.go)] {
                                    (icon(item.icon)) span class="lbl" { (item.label) }
                                    @if item.count > 0 { " " span class="count" { (item.count) } } }
                            }
                        }
                    }
                }
                div class="nav side-foot" id="tools" {
                    @if !page.other.0.is_empty() { a href=(page.other.1) title=(page.other.0) { (icon("home")) span class="lbl" { (page.other.0) } } }
                    @if let Some(person) = page.person {
                        a href=(person.href) title=(person.name) { (avatar(person.name, true)) span class="lbl" { (person.name) } }
                    }
                }
            }
            main id="main" class="panel" tabindex="-1" { (body) }
        }
    };
    document(page, "workspace", content)
}

/// Sign-in, errors, and pages for people without an account.
pub fn bare(page: &Page<'_>, body: Markup) -> Markup {
    let content = html! {
        main id="main" class="bare" tabindex="-1" { (mark(page, "mark", "/")) (body) }
    };
    document(page, "bare", content)
}

/// The head of a workspace panel: the `h1` and views, and the actions at its end.
pub fn bar(title: &str, views: Markup, end: Markup) -> Markup {
    html! { div class="bar" { h1 { (title) } (views) span class="end" { (end) } } }
}

/// As [`bar`], where the `h1` stands in the body: a link back, and the position.
pub fn bar_back(label: &str, href: &str, position: &str, end: Markup) -> Markup {
    html! {
        div class="bar" {
            a class="crumb" href=(href) { (icon_s("left")) (label) }
            span class="faint hide-phone" { (position) }
            span class="end" { (end) }
        }
    }
}

/// Main column and a rail beside it, in the workspace.
pub fn split(main: Markup, rail_name: &str, rail: Markup) -> Markup {
    html! { div class="split" { div class="panel-body stack" { (main) } aside class="rail" aria-label=(rail_name) { (rail) } } }
}

/// Main column and an aside, in the portal.
pub fn cols(main: Markup, aside_name: &str, aside: Markup) -> Markup {
    html! { div class="cols" { div { (main) } aside class="stack" aria-label=(aside_name) { (aside) } } }
}

fn document(page: &Page<'_>, shell: &str, content: Markup) -> Markup {
    let lang = page.lang;
    let theme = (page.theme != Theme::Auto).then(|| page.theme.code());
    let chroma = page.org.chroma.clamp(0.0, 0.19);
    html! {
        (DOCTYPE)
        html lang=(lang.code()) data-theme=[theme] data-shell=(shell) data-build=(bundle::build())
            style={ "--brand-h:" (page.org.hue) ";--brand-c:" (chroma) } {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (page.title) " · " (page.org.name) }
                meta name="color-scheme" content="light dark";
                meta name="htmx-config" content=(htmx_config());
                link rel="icon" type="image/svg+xml" href=(bundle::url("favicon.svg"));
                link rel="stylesheet" href=(bundle::url("mil.css"));
                script src=(bundle::url("htmx.js")) defer {}
                script type="module" src=(bundle::url("mil.js")) {}
            }
            // A bare page leads to another kind of page, which the browser loads
            // by itself so that its message is shown once and not lost.
            body hx-boost=(if shell == "bare" { "false" } else { "true" }) data-keys=(if page.keys { "on" } else { "off" }) data-words=(words(lang))
                data-live-url=[page.person.map(|_| "/live")] {
                (sprite())
                a class="skip" href="#main" hx-boost="false" { (t!(lang, "Skip to content")) }
                (content)
                p class="vh" id="status" role="status" {}
                div class="toasts" id="toasts" role="status" { @if let Some(flash) = &page.flash { (toast(lang, flash)) } }
                @if shell != "bare" { (palette(lang)) }
            }
        }
    }
}

fn mark(page: &Page<'_>, class: &str, href: &str) -> Markup {
    html! {
        a class=(class) href=(href) title=(page.org.name) {
            @if page.org.logo.is_empty() {
                svg viewBox="0 0 26 26" aria-hidden="true" {
                    rect width="26" height="26" rx="6" fill="var(--accent)" {}
                    path d="M7 19V8.5M11.5 19V6M15 18.8l3.4-10" fill="none" stroke="#fff" stroke-width="2.6" stroke-linecap="round" {}
                }
            } @else { img class="logo" src=(page.org.logo) alt=""; }
            span class="lbl" { (page.org.name) }
            @if !page.org.tagline.is_empty() { " " small class="lbl" { (page.org.tagline) } }
        }
    }
}

fn palette(lang: Lang) -> Markup {
    html! {
        dialog class="palette" id="palette" data-src="/palette" aria-label=(t!(lang, "Search or jump to")) {
            div class="affix" {
                (icon("search"))
                input class="input" type="text" role="combobox" aria-expanded="true" aria-controls="palette-list" aria-autocomplete="list"
                    autocomplete="off" aria-label=(t!(lang, "Search or jump to")) placeholder=(t!(lang, "Type a command, a number or a word"));
            }
            div class="menu" id="palette-list" role="listbox" aria-label=(t!(lang, "Results")) {}
        }
    }
}

/// htmx must not evaluate strings, and keeps no copies of pages in the browser.
/// A 422 is a form with errors and is shown; so is any full error page.
fn htmx_config() -> String {
    json!({
        "allowEval": false,
        "allowScriptTags": false,
        "includeIndicatorStyles": false,
        "selfRequestsOnly": true,
        "historyCacheSize": 0,
        "refreshOnHistoryMiss": true,
        "scrollIntoViewOnBoost": false,
        "responseHandling": [
            { "code": "204", "swap": false },
            { "code": "[23]..", "swap": true },
            { "code": "422", "swap": true },
            { "code": "...", "swap": false, "error": true },
        ],
    })
    .to_string()
}

/// The few words that scripts say.
fn words(lang: Lang) -> String {
    json!({
        "left": t!(lang, "{time} left"),
        "late": t!(lang, "{time} late"),
        "units": match lang { Lang::En => ["d", "h", "m"], Lang::De => ["T", "Std.", "Min."] },
        "undo": t!(lang, "Undo"),
        "close": t!(lang, "Close"),
        "failed": t!(lang, "That did not work. Check your connection and try again."),
        "leave": t!(lang, "You have not saved your changes."),
        "saved": t!(lang, "Draft saved at {time}"),
        "new1": t!(lang, "1 new answer"),
        "newN": t!(lang, "{n} new answers"),
        "changed": t!(lang, "This page has new information."),
        "copied": t!(lang, "Link copied."),
        "moved": t!(lang, "{number} moved to {stage}"),
        "drop": t!(lang, "Drop here"),
        "results": t!(lang, "{n} results"),
        "none": t!(lang, "No match"),
        "cancel": t!(lang, "Cancel"),
        "retry": t!(lang, "Try again"),
        "remove": t!(lang, "Remove"),
        "uploading": t!(lang, "Uploading {name}"),
        "uploaded": t!(lang, "{name} is uploaded"),
        "unsent": t!(lang, "{name} was not uploaded"),
        "keys": t!(lang, "Keyboard shortcuts"),
        "keyList": [
            ["J K", t!(lang, "Next and previous")], ["X", t!(lang, "Select")], ["A", t!(lang, "Assign")],
            ["M", t!(lang, "Move stage")], ["R", t!(lang, "Reply")], ["N", t!(lang, "Internal note")],
            ["C", t!(lang, "New request")], ["G …", t!(lang, "Go to: Q queue, B board, C calendar, I insight")],
            ["/", t!(lang, "Search this page")], ["Ctrl K", t!(lang, "Search or jump to")], ["Esc", t!(lang, "Close or clear")],
        ],
    })
    .to_string()
}
