//! Every part in every state, on one page: `GET /_components`, in debug builds
//! and the demo. Its words are examples and stay in English.

mod forms;
mod work;

use super::shell::{Nav, NavGroup, Org, Page, Person, Theme, portal, workspace};
use super::{block, overlay::Toast};
use crate::i18n::Lang;
use maud::{Markup, html};

/// The page with all parts. `theme` shows it light or dark.
pub fn page(lang: Lang, theme: Theme) -> Markup {
    let items = [
        Nav {
            label: "Home",
            href: "/",
            icon: "home",
            ..Default::default()
        },
        Nav {
            label: "Catalog",
            href: "/catalog",
            icon: "grid",
            current: true,
            ..Default::default()
        },
        Nav {
            label: "My requests",
            short: "Requests",
            href: "/requests",
            icon: "inbox",
            count: 2,
            ..Default::default()
        },
        Nav {
            label: "Answers",
            href: "/answers",
            icon: "book",
            ..Default::default()
        },
    ];
    let nav = [NavGroup {
        heading: "",
        items: &items,
    }];
    let page = Page {
        lang,
        title: "Parts",
        theme,
        nav: &nav,
        org: Org {
            name: "Nordhaven",
            tagline: "Marketing services",
            ..Default::default()
        },
        person: Some(Person {
            name: "Maren Voss",
            href: "/me",
        }),
        cart: ("/cart", 2),
        news: ("/news", 1),
        search: "/search",
        other: ("Workspace", "/work"),
        flash: Some(Toast {
            text: "2474 moved to Review",
            undo: "/undo/1",
        }),
        footer: html! { span { "Marketing desk: Mon–Fri 8:30–16:30, ext. 4410" } a href="/status" { "Service status" } },
        ..Default::default()
    };
    portal(
        &page,
        html! {
            div class="wrap gallery" {
                (block::crumbs(lang, &[("Home", "/"), ("Parts", "")]))
                h1 { "Parts of pages" }
                (forms::sections(lang))
                (work::sections(lang))
            }
        },
    )
}

/// The workspace with a queue and a request, for looking at.
pub fn desk(lang: Lang, theme: Theme) -> Markup {
    let first = [
        Nav {
            label: "Inbox",
            href: "/inbox",
            icon: "bell",
            count: 4,
            ..Default::default()
        },
        Nav {
            label: "My work",
            href: "/mine",
            icon: "okc",
            count: 9,
            ..Default::default()
        },
    ];
    let work = [
        Nav {
            label: "Queue",
            href: "/queue",
            icon: "list",
            count: 47,
            current: true,
            go: "q",
            ..Default::default()
        },
        Nav {
            label: "Board",
            href: "/board",
            icon: "board",
            go: "b",
            ..Default::default()
        },
    ];
    let nav = [
        NavGroup {
            heading: "",
            items: &first,
        },
        NavGroup {
            heading: "Work",
            items: &work,
        },
    ];
    let page = Page {
        lang,
        title: "Queue",
        theme,
        nav: &nav,
        org: Org {
            name: "Nordhaven",
            ..Default::default()
        },
        person: Some(Person {
            name: "Jonas Lindgren",
            href: "/me",
        }),
        search: "/search",
        other: ("Open the portal", "/"),
        keys: true,
        ..Default::default()
    };
    workspace(&page, work::queue(lang))
}

/// A part of the gallery.
fn section(name: &str, body: Markup) -> Markup {
    html! { section { h2 { (name) } div class="stack" { (body) } } }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Renders everything, and writes it to `MIL_GALLERY` for looking at.
    #[test]
    fn every_part_renders_well_formed() {
        for (name, markup) in [
            ("parts-light", page(Lang::En, Theme::Light)),
            ("parts-dark", page(Lang::De, Theme::Dark)),
            ("desk-light", desk(Lang::En, Theme::Light)),
            ("desk-dark", desk(Lang::De, Theme::Dark)),
        ] {
            let text = markup.into_string();
            let mut ids: Vec<_> = text
                .split(" id=\"")
                .skip(1)
                .filter_map(|part| part.split('"').next())
                .collect();
            ids.sort_unstable();
            for pair in ids.windows(2) {
                assert_ne!(pair[0], pair[1], "an id stands twice in {name}");
            }
            assert!(
                !text.contains("<script>") && !text.contains("onclick"),
                "{name}"
            );
            assert_eq!(text.matches("<h1").count(), 1, "{name}");
            if let Some(dir) = std::env::var_os("MIL_GALLERY") {
                let text = text.replace("/static/dev/", "");
                std::fs::write(
                    std::path::Path::new(&dir).join(format!("{name}.html")),
                    text,
                )
                .unwrap();
            }
        }
    }
}
