//! The icon sprite: 24 px grid, 1.6 stroke, `currentColor`. One inline sprite a page; parts refer to it.

use maud::{Markup, html};

/// Name and outline of every icon, in alphabetical order.
pub const ICONS: &[(&str, &str)] = &[
    ("alert", "M12 4 21 19.5H3zM12 10v4.5M12 17h.01"),
    (
        "art",
        "M12 3.5a8.5 8.5 0 1 0 1 17c1.5 0 1.8-1.5 1-2.5-1.3-1.6 0-3.5 2-3.5h2c1.6 0 2.5-1 2.5-2.5 0-5-4-8.5-8.5-8.5zM7.5 12h.01M9.5 8h.01M14.5 8h.01",
    ),
    (
        "at",
        "M12 8.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM15.5 12v1.5a2.5 2.5 0 0 0 5 0V12a8.5 8.5 0 1 0-3.5 6.9",
    ),
    ("bell", "M6 16V11a6 6 0 0 1 12 0v5l1.5 2h-15zM10 20.5h4"),
    (
        "board",
        "M4 4h4.5v16H4zM9.8 4h4.5v10H9.8zM15.5 4H20v13h-4.5z",
    ),
    (
        "bold",
        "M7 5h6a3.5 3.5 0 0 1 0 7H7zM7 12h7a3.5 3.5 0 0 1 0 7H7z",
    ),
    ("bolt", "M13 3 5 13.5h6L10.5 21 19 10h-6.5z"),
    (
        "book",
        "M5 5a2 2 0 0 1 2-2h12v15H7a2 2 0 0 0-2 2zM5 20a2 2 0 0 0 2 1h12v-3",
    ),
    ("cal", "M4 6h16v14H4zM4 10.5h16M8 3.5v4M16 3.5v4"),
    (
        "cam",
        "M3.5 8h4L9 5.5h6L16.5 8h4v11h-17zM12 10a3.3 3.3 0 1 0 0 6.6 3.3 3.3 0 0 0 0-6.6z",
    ),
    ("card", "M3.5 6h17v12h-17zM7 10h4M7 14h7"),
    (
        "cart",
        "M3 4h2.5l2.2 11h10l2-8H6.3M9 19.5h.01M16.5 19.5h.01",
    ),
    ("chart", "M4 20h16M7 16v-5M12 16V6M17 16v-8"),
    ("check", "M5 12.5l4.5 4.5L19 7"),
    (
        "clip",
        "M19 11l-7.5 7.5a4.5 4.5 0 0 1-6.4-6.4L12.8 4.5a3 3 0 0 1 4.3 4.3l-7.6 7.6a1.5 1.5 0 0 1-2.2-2.2l6.8-6.7",
    ),
    (
        "clock",
        "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 7.5V12l3 2",
    ),
    ("cols", "M4 5h16v14H4zM9.5 5v14M14.5 5v14"),
    ("dl", "M12 4.5v11M7.5 11.5 12 16l4.5-4.5M5 19.5h14"),
    ("dn", "M12 5v13M6 13l6 6 6-6"),
    ("dots", "M5.5 12h.01M12 12h.01M18.5 12h.01"),
    ("down", "M6 9.5l6 6 6-6"),
    ("edit", "M4.5 19.5l1-4L16 5l3 3L8.5 18.5zM14 7l3 3"),
    (
        "eye",
        "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z",
    ),
    ("file", "M6 3.5h8l4 4v13H6zM14 3.5v4h4"),
    ("filter", "M4 6h16M7 12h10M10 18h4"),
    ("flag", "M6 21V4M6 5h11l-2.5 4L17 13H6"),
    (
        "gear",
        "M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM12 3.5v3M12 17.5v3M3.5 12h3M17.5 12h3M6 6l2.1 2.1M15.9 15.9 18 18M6 18l2.1-2.1M15.9 8.1 18 6",
    ),
    (
        "globe",
        "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM3.5 12h17M12 3.5c3 2.5 3.5 6 3.5 8.5s-.5 6-3.5 8.5c-3-2.5-3.5-6-3.5-8.5s.5-6 3.5-8.5z",
    ),
    ("go", "M4 12h15M13 6l6 6-6 6"),
    ("grid", "M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z"),
    ("home", "M4 11.5 12 5l8 6.5M6 10v9h12v-9M10 19v-5h4v5"),
    ("horn", "M4 10v4h3l9 4.5v-13L7 10zM8.5 14.5V19H11M19 10v4"),
    (
        "image",
        "M4 5h16v14H4zM4 16l4.5-4.5 4 4 3-3L20 17M15.5 9.5h.01",
    ),
    ("inbox", "M4 13l2.5-8h11L20 13v6H4zM4 13h5a3 3 0 0 0 6 0h5"),
    (
        "info",
        "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 11v5M12 8h.01",
    ),
    (
        "key",
        "M8 9a4 4 0 1 0 3.5 6l1.5-1 1.5 1.5L16 14l1.5 1.5L20.5 12l-2-2h-7A4 4 0 0 0 8 9zM7.5 13h.01",
    ),
    (
        "layers",
        "M12 4 3.5 8.5 12 13l8.5-4.5zM3.5 13 12 17.5 20.5 13",
    ),
    ("left", "M15 5l-7 7 7 7"),
    (
        "link",
        "M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3A4 4 0 0 0 11 18.7l1-1",
    ),
    (
        "list",
        "M9 6h11M9 12h11M9 18h11M4.5 6h.01M4.5 12h.01M4.5 18h.01",
    ),
    ("lock", "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3"),
    ("logout", "M14 4.5H5v15h9M10 12h10M16 8l4 4-4 4"),
    ("mail", "M3.5 5.5h17v13h-17zM4 6.5l8 6.5 8-6.5"),
    ("moon", "M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z"),
    ("msg", "M4 5h16v11H10l-4.5 4v-4H4z"),
    (
        "okc",
        "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM8.5 12.2l2.4 2.4 4.6-5",
    ),
    (
        "open",
        "M13 4.5h6.5V11M19.5 4.5 11 13M10 5.5H5v13.5h13.5V14",
    ),
    ("plus", "M12 5v14M5 12h14"),
    ("right", "M9 5l7 7-7 7"),
    (
        "search",
        "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM16 16l4.5 4.5",
    ),
    (
        "shield",
        "M12 3.5 19 6v6c0 4.5-3 7-7 8.5-4-1.5-7-4-7-8.5V6z",
    ),
    (
        "sort",
        "M8 5v14M4.5 15.5 8 19l3.5-3.5M16 19V5M12.5 8.5 16 5l3.5 3.5",
    ),
    (
        "star",
        "M12 4l2.4 5 5.6.7-4.1 3.8 1.1 5.5-5-2.8-5 2.8 1.1-5.5L4 9.7 9.6 9z",
    ),
    (
        "sun",
        "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17 17l1.4 1.4M5.6 18.4 7 17M17 7l1.4-1.4",
    ),
    ("tag", "M4 4h7.5L20 12.5 12.5 20 4 11.5zM8 8h.01"),
    (
        "trash",
        "M5 7h14M9.5 7V4.5h5V7M7 7l.8 13h8.4L17 7M10.5 11v5M13.5 11v5",
    ),
    ("up", "M12 19V6M6 11l6-6 6 6"),
    ("upl", "M12 16V5M7.5 9 12 4.5 16.5 9M5 19.5h14"),
    (
        "users",
        "M9 4.5a3.2 3.2 0 1 0 0 6.4 3.2 3.2 0 0 0 0-6.4zM3.5 19.5a5.5 5.5 0 0 1 11 0M16 5a3 3 0 0 1 0 5.6M17 14.2a5.5 5.5 0 0 1 3.5 5.3",
    ),
    ("video", "M3.5 6.5h12v11h-12zM15.5 10.5l5-3v9l-5-3"),
    ("x", "M6 6l12 12M18 6 6 18"),
];

/// Whether there is an icon with this name.
pub fn exists(name: &str) -> bool {
    ICONS.iter().any(|(known, _)| *known == name)
}

/// The icon with this name. It says nothing to a screen reader: the word beside
/// it, or the `aria-label` around it, must.
pub fn icon(name: &str) -> Markup {
    sized(name, "i")
}

/// The icon at 15 px, for small buttons, pills and single lines.
pub fn icon_s(name: &str) -> Markup {
    sized(name, "i i-s")
}

/// The icon at 22 px, for tiles and the large search.
pub fn icon_l(name: &str) -> Markup {
    sized(name, "i i-l")
}

fn sized(name: &str, class: &str) -> Markup {
    debug_assert!(
        ICONS.iter().any(|(known, _)| *known == name),
        "no icon is called {name}"
    );
    html! {
        svg class=(class) viewBox="0 0 24 24" aria-hidden="true" { use href={ "#i-" (name) } {} }
    }
}

/// All outlines, once a page; the shells print it.
pub(super) fn sprite() -> Markup {
    html! {
        svg class="sprite" width="0" height="0" aria-hidden="true" {
            defs {
                @for (name, path) in ICONS {
                    symbol id={ "i-" (name) } viewBox="0 0 24 24" { path d=(path) {} }
                }
            }
        }
    }
}
