//! Promise, conversation, table, board, overlays.

use super::section;
use crate::i18n::Lang;
use crate::ui::block::{
    Tab, Todo, avatar, card, empty, props, rail_block, section_head, tabs, todo, turn,
};
use crate::ui::board::{Card, Column, board};
use crate::ui::button::{Button, Kind, Size, button, link_button};
use crate::ui::clock::{
    Promise, Sla, SlaState, Stage, Step, StepState, Ticks, pipeline, promise_block, promise_card,
    sla, stage,
};
use crate::ui::overlay::{Dialog, Item, dialog, menu};
use crate::ui::shell::{bar, cols};
use crate::ui::table::{Chip, Col, Group, Row, Table, bulk, filter_bar, pager, row, table};
use crate::ui::talk::{Editor, FileLink, Say, editor, event, feed, say, who};
use maud::{Markup, html};

const SLAS: [(SlaState, u8, &str); 5] = [
    (SlaState::Ok, 40, "1 d 3 h left"),
    (SlaState::Soon, 78, "4 h 20 m left"),
    (SlaState::Late, 100, "1 h 40 m late"),
    (SlaState::Paused, 40, "Waits for requester"),
    (SlaState::Met, 100, "On time"),
];

fn chip(at: usize) -> Sla<'static> {
    let (state, percent, text) = SLAS[at];
    Sla {
        state,
        percent,
        text,
        title: "Ordered Mon 9:05, promised Wed 14:00",
        ..Default::default()
    }
}

pub(super) fn sections(lang: Lang) -> Markup {
    let steps = [
        Step {
            name: "Order",
            note: "Mon 23 Nov",
            state: StepState::Done,
        },
        Step {
            name: "Text",
            note: "Tomás, Mon 23 Nov",
            state: StepState::Done,
        },
        Step {
            name: "Design",
            note: "Priya, waiting for you",
            state: StepState::Now,
        },
        Step {
            name: "Print",
            note: "25 posters",
            ..Default::default()
        },
    ];
    html! {
        (section("Time and place", html! {
            div class="row" { @for at in 0..SLAS.len() { (sla(&chip(at))) }
                (sla(&Sla { ticks: Some(Ticks { left: 60, total: 480, day: 480, from_ms: 0, to_ms: 60_000 }), ..chip(0) })) }
            div class="row" {
                (stage(lang, &Stage { name: "Design", step: 3, of: 5, ..Default::default() }))
                (stage(lang, &Stage { name: "Review", step: 5, of: 5, waiting: true, ..Default::default() }))
                (stage(lang, &Stage { name: "Done", step: 5, of: 5, done: true, ..Default::default() }))
            }
            (pipeline(lang, "Progress", &steps))
        }))
        (section("A request", html! {
            (turn("eye", "Your turn: look at version 1", html! {
                p class="s14" { "Check names, dates and places." }
                div class="row mt-3" {
                    (button(Button { label: "Looks good, go on", kind: Kind::Primary, ..Default::default() }))
                    (link_button("/change", Button { label: "Ask for changes", ..Default::default() }))
                }
                p class="small muted mt-3" { "Answer by Wed 25 Nov, 12:00 and Thursday still holds." }
            }))
            (cols(talk(lang), "About this request", html! {
                (promise_card(lang, &Promise { what: "Poster files", big: "Thu 26 Nov, 16:30", sla: chip(3), start: ("Ordered", "Mon 10:12"), end: ("Promised", "Thu 16:30") }))
                (card("What you ordered", props(&[("Service", html! { a href="/catalog/poster" { "Event flyer or poster" } }), ("Owner", who("Priya Raman"))])))
                div class="card" {
                    (promise_block(lang, &Promise { what: "Promise", sla: chip(0), start: ("ordered", "Mon 9:05"), end: ("promised", "Wed 25 Nov, 14:00"), ..Default::default() }, html! {}))
                    (rail_block("Before Implement", "1 of 3", todo(lang, "/r/2481/checks", &[
                        Todo { key: "legal", label: "Text approved by legal", done: true, required: true, ..Default::default() },
                        Todo { key: "dark", label: "Dark mode and phone checked", required: true, ..Default::default() },
                        Todo { key: "alt", label: "Alt text on every picture", locked: true, ..Default::default() },
                    ])))
                }
            }))
        }))
        (section("Board", board(lang, "board", &columns())))
        (section("Overlays", html! {
            div class="row" {
                (button(Button { label: "More", icon: "dots", opens: "more", ..Default::default() }))
                (button(Button { label: "Cancel request", opens: "d-cancel", ..Default::default() }))
            }
            (menu("more", "/r/2481", &[
                Item { label: "Copy link", icon: "link", href: "/r/2481", ..Default::default() },
                Item { label: "Cancel request", icon: "x", name: "verb", value: "cancel", danger: true, ..Default::default() },
            ]))
            (dialog(lang, &Dialog { id: "d-cancel", title: "Cancel this request?", action: "/r/2481/cancel", verb: "Cancel request", danger: true }, html! {
                p { "The team stops working on it." }
            }))
            (empty("inbox", "Nothing waits for you", "What needs your answer shows here.", link_button("/catalog", Button { label: "Order something", ..Default::default() })))
            (section_head("h-rq", "Your open requests", "/requests", "All 11 requests"))
        }))
    }
}

fn talk(lang: Lang) -> Markup {
    html! {
        (tabs("Request", &[
            Tab { label: "Conversation", href: "/r/2481", count: "6", current: true },
            Tab { label: "Files", href: "/r/2481/files", count: "4", ..Default::default() },
            Tab { label: "History", href: "/r/2481/history", ..Default::default() },
        ]))
        div class="mt-4" {
            (feed("feed", Some(("item-2481", "/r/2481/feed")), html! {
                (say(lang, &Say { id: "e1", who: "Priya Raman", role: "designer", time: "today, 10:02", datetime: "2026-11-24T09:02:00Z",
                    body: html! { p { "Here is version 1, Maren." } },
                    files: &[FileLink { href: "/f/1", name: "open-day-a2-v1.pdf", note: "3.1 MB", ..Default::default() }], ..Default::default() }))
                (event("check", html! { b { "Tomás Ferreira" } " finished the text · yesterday, 15:20" }))
                (say(lang, &Say { id: "e2", who: "Tomás Ferreira", time: "today, 9:12", internal: true,
                    body: html! { p { "Legal wants the sentence about refunds exactly as in the file." } }, ..Default::default() }))
            }))
            div class="mt-4" {
                (editor(lang, &Editor { id: "reply", action: "/r/2481/say", label: "Reply to Birte", placeholder: "Write to Birte", send: "Send reply",
                    note_label: "Internal note", note_send: "Save note", draft_url: "/r/2481/draft", files: true, primary: true, ..Default::default() }))
            }
            div class="mt-4" {
                (editor(lang, &Editor { id: "note", action: "/r/2481/say", label: "Reply", send: "Send reply", note_label: "Internal note",
                    note_send: "Save note", note: true, error: "The text is missing. Write a sentence.", ..Default::default() }))
            }
        }
    }
}

fn columns() -> Vec<Column<'static>> {
    const MOVES: &[(&str, &str)] = &[("copy", "Copy"), ("design", "Design")];
    const CARDS: &[Card<'static>] = &[
        Card {
            id: "a",
            number: "2490",
            unit: "Green Office",
            title: "Speaker cards for the sustainability week",
            href: "/r/2490",
            sla: Sla {
                state: SlaState::Ok,
                percent: 6,
                text: "2 d 4 h left",
                title: "",
                ticks: None,
            },
            checks: Some((0, 4)),
            files: 1,
            owner: "",
            move_url: "/r/2490/move",
            moves: MOVES,
        },
        Card {
            id: "b",
            number: "2483",
            unit: "Rectorate",
            title: "LinkedIn post: Prof. Adeyemi wins ocean prize",
            href: "/r/2483",
            sla: Sla {
                state: SlaState::Soon,
                percent: 80,
                text: "5 h 05 m left",
                title: "",
                ticks: None,
            },
            checks: None,
            files: 0,
            owner: "Tomás Ferreira",
            move_url: "",
            moves: &[],
        },
    ];
    vec![
        Column {
            key: "brief",
            name: "Brief",
            count: 2,
            limit: Some(1),
            cards: CARDS,
            more: Some(("/queue?stage=brief", 12)),
            ..Default::default()
        },
        Column {
            key: "copy",
            name: "Copy",
            count: 0,
            limit: Some(5),
            ..Default::default()
        },
        Column {
            key: "design",
            name: "Design",
            note: "11 this week",
            ..Default::default()
        },
    ]
}

/// A queue with filters, groups and ticks.
pub(super) fn queue(lang: Lang) -> Markup {
    let rows = |from: usize, ticked: bool| {
        html! {
            @for at in from..from + 3 {
                (row(lang, &Row { id: &format!("q{at}"), number: &format!("24{at}"), href: "/r/2481", title: "Info-screen slide: library closes early on Friday",
                    sub: "Ute Sand, Library", ticks: true, ticked: ticked && at % 2 == 0 }, html! {
                    td class="muted clip wide" { "Event flyer or poster" }
                    td { (stage(lang, &Stage { name: "Design", step: 3, of: 5, waiting: at == 72, ..Default::default() })) }
                    td { (avatar("Priya Raman", false)) }
                    td { (sla(&chip(at % 5))) }
                    td class="num muted wide" { "12 min" }
                }))
            }
        }
    };
    let cols = [
        Col {
            label: "Request",
            ..Default::default()
        },
        Col {
            label: "Service",
            ..Default::default()
        },
        Col {
            label: "Stage",
            ..Default::default()
        },
        Col {
            label: "Owner",
            ..Default::default()
        },
        Col {
            label: "Promise",
            sort: "/queue?sort=promise",
            sorted: "ascending",
            ..Default::default()
        },
        Col {
            label: "Updated",
            number: true,
            ..Default::default()
        },
    ];
    let list = table(
        lang,
        &Table {
            id: "queue",
            caption: "Open requests",
            cols: &cols,
            ticks: true,
        },
        &[
            Group {
                label: "Past the promise",
                count: 3,
                rows: rows(70, true),
            },
            Group {
                label: "Promised today",
                count: 3,
                rows: rows(80, false),
            },
        ],
    );
    html! {
        (bar("Queue", html! {}, link_button("/new", Button { label: "New request", icon: "plus", kind: Kind::Primary, size: Size::Small, key: "c", ..Default::default() })))
        (filter_bar(lang, "/queue", &[("sort", "promise")], &[
            Chip { name: "team", label: "Team", icon: "users", chosen: "Campus", options: &[("campus", "Campus", true), ("web", "Web", false)], ..Default::default() },
            Chip { name: "stage", label: "Stage", icon: "layers", options: &[("brief", "Brief", false)], many: true, ..Default::default() },
        ], html! {}))
        (bulk(lang, "/queue/bulk", Some(47), html! {
            button class="btn btn-s" name="verb" value="assign" { "Assign to me" }
            button class="btn btn-s" name="verb" value="move" { "Move stage" }
        }, list))
        (pager(lang, (1, 12), 47, "", "/queue?page=2"))
    }
}
