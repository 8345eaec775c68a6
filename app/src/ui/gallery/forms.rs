//! Buttons, fields, choices, notices.

use super::section;
use crate::i18n::Lang;
use crate::ui::block::{ServiceCard, Tone, notice, pill, service_card};
use crate::ui::button::{Button, Kind, Seg, Size, button, link_button, seg};
use crate::ui::choice::{
    Drop, Opt, Remote, Upload, check, checks, choices, combobox, files, remote, select,
};
use crate::ui::field::{
    Field, Number, date, email, error_summary, fieldset, number, password, text, textarea, two, url,
};
use crate::ui::icon::{ICONS, icon};
use maud::{Markup, html};

pub(super) fn sections(lang: Lang) -> Markup {
    html! {
        (section("Icons", html! { div class="row" { @for (name, _) in ICONS { span title=(name) { (icon(name)) } } } }))
        (section("Buttons", buttons()))
        (section("Notices and pills", notices()))
        (section("Fields", fields(lang)))
        (section("Catalog", html! { ul class="grid card-list" style="--min:20rem" {
            (service_card(&ServiceCard { href: "/catalog/poster", icon: "art", name: "Event flyer or poster",
                text: "Print or screen, made from your text or ours.", time: ("Usually", "2 working days"), who: "All staff" }))
            (service_card(&ServiceCard { href: "/catalog/page", icon: "globe", name: "Change on a web page",
                text: "New text, dates, people, documents, a broken link.", time: ("Usually", "4 working hours"), who: "Page owners" }))
        } }))
    }
}

fn buttons() -> Markup {
    let b = Button {
        label: "Order now",
        plain_type: true,
        ..Default::default()
    };
    html! {
        div class="row" {
            (button(Button { kind: Kind::Primary, ..b }))
            (button(b))
            (button(Button { kind: Kind::Quiet, label: "Cancel request", ..b }))
            (button(Button { kind: Kind::Danger, label: "Delete for good", icon: "trash", ..b }))
            (button(Button { kind: Kind::Line, label: "Copy link", icon: "link", ..b }))
            (button(Button { kind: Kind::Primary, busy: true, ..b }))
            (button(Button { disabled: "Two checks are open", ..b }))
            (button(Button { icon: "dots", icon_only: true, label: "More actions", ..b }))
        }
        div class="row" {
            (button(Button { kind: Kind::Primary, size: Size::Small, label: "Hand to Implement", icon_end: "go", ..b }))
            (button(Button { size: Size::Large, kind: Kind::Primary, ..b }))
            (link_button("/requests", Button { label: "All requests", ..b }))
        }
        (seg("Views", &[
            Seg { label: "List", href: "/queue", current: true, icon: "list", count: "47" },
            Seg { label: "Board", href: "/board", icon: "board", ..Default::default() },
        ]))
    }
}

fn notices() -> Markup {
    html! {
        (notice(Tone::Info, "bolt", "In a hurry?", html! { a href="/t" { "Make it yourself from the poster template" } ". It takes about 10 minutes." }))
        (notice(Tone::Warn, "alert", "Newsletter tool is slow today.", html! { "Emails may leave up to 20 minutes late." }))
        (notice(Tone::Bad, "alert", "The website cannot be edited.", html! { "We are on it." }))
        (notice(Tone::Ok, "check", "All is well again.", html! { "Updated 9:40" }))
        div class="row" {
            (pill(Tone::Plain, "", "After Design")) (pill(Tone::Ok, "check", "Approved")) (pill(Tone::Warn, "lock", "Internal"))
            (pill(Tone::Bad, "", "clash")) (pill(Tone::Info, "", "New")) (pill(Tone::Line, "up", "High"))
        }
    }
}

fn fields(lang: Lang) -> Markup {
    let formats = [
        Opt {
            value: "a2",
            label: "Poster A2",
            hint: "420 × 594 mm",
            chosen: true,
        },
        Opt {
            value: "a5",
            label: "Flyer A5",
            hint: "148 × 210 mm",
            chosen: false,
        },
        Opt {
            value: "screen",
            label: "Info screen",
            hint: "1920 × 1080 px",
            chosen: false,
        },
    ];
    html! {
        form method="post" action="/catalog/poster" enctype="multipart/form-data" novalidate {
            (error_summary(lang, &[("where", "The place is missing. Write the campus and the room."), ("copies", "Order 500 prints or fewer.")]))
            (fieldset("Your event", html! {
                (text(lang, &Field { name: "title", label: "What is the event called?", value: "Open Day <Life & Sciences>", ..Default::default() }))
                (two(html! {
                    (date(lang, &Field { name: "day", label: "When does it take place?", value: "2026-12-05", ..Default::default() }))
                    (text(lang, &Field { name: "where", label: "Where?", hint: "Campus and room", error: "The place is missing. Write the campus and the room.", ..Default::default() }))
                }))
                (textarea(lang, &Field { name: "text", label: "Text for the poster", hint: "Rough notes are fine.", value: "Open Day\nLab tours", ..Default::default() }, 4))
            }))
            (fieldset("What you need", html! {
                (choices(lang, &Field { name: "format", label: "Format", ..Default::default() }, &formats, false))
                (two(html! {
                    (number(lang, &Field { name: "copies", label: "Prints", optional: true, value: "900", error: "Order 500 prints or fewer.",
                        show_if: r#"{"is_not":{"field":"format","value":"screen"}}"#, ..Default::default() },
                        &Number { min: "0", max: "500", unit: "€2.40 each", ..Default::default() }))
                    (select(lang, &Field { name: "cost", label: "Cost centre", ..Default::default() }, &formats, Some("Choose a cost centre")))
                }))
                (two(html! {
                    (remote(lang, &Field { name: "approver", label: "Who approves?", placeholder: "Type a name", ..Default::default() },
                        &Remote { src: "/people/find", known: &["Hanna Keller", "Birte Nilsen"], ..Default::default() }))
                    (combobox(lang, &Field { name: "unit", label: "Unit", ..Default::default() }, &formats, Some("Choose a unit")))
                }))
                (checks(lang, &Field { name: "channels", label: "Where will it appear?", optional: true, ..Default::default() }, &formats, true))
                (check(&Field { name: "consent", label: "Everybody in the pictures agrees", ..Default::default() }, false))
                (files(lang, &Field { name: "pictures", label: "Pictures and logos", optional: true, ..Default::default() }, &Drop {
                    upload_url: "/uploads", limits: "JPG, PNG, PDF or SVG, up to 200 MB each", many: true,
                    files: &[
                        Upload { name: "plankton-lab-tour.jpg", size: "14.2 MB", note: "Sharp enough for A2", remove: "1", ..Default::default() },
                        Upload { name: "logo.gif", size: "3 KB", error: "The file is too small for A2. Send one at least 4960 px wide, or choose A5.", ..Default::default() },
                    ],
                    ..Default::default()
                }))
                (two(html! {
                    (email(lang, &Field { name: "email", label: "Email", autocomplete: "email", ..Default::default() }))
                    (password(lang, &Field { name: "password", label: "Password", autocomplete: "current-password", ..Default::default() }))
                }))
                (url(lang, &Field { name: "link", label: "Page to change", placeholder: "https://", ..Default::default() }))
            }))
            (button(Button { label: "Order now", kind: Kind::Primary, size: Size::Large, ..Default::default() }))
        }
    }
}
