//! What every page relies on: escaping, and the wiring for screen readers.

use super::block::avatar;
use super::button::{Button, button, link_button};
use super::choice::{Opt, choices};
use super::clock::{Stage, Step, StepState, pipeline, stage};
use super::field::{Field, error_summary, text};
use super::overlay::{Toast, toast};
use super::shell::{Nav, NavGroup, Org, Page, Theme, bare, portal, workspace};
use super::table::{Row, pager, row};
use super::talk::{Editor, Say, editor, say};
use crate::i18n::Lang;
use maud::html;

const EVIL: &str = "<img src=x onerror=\"alert(1)\">'&";

#[test]
fn names_are_escaped_wherever_they_stand() {
    let none = || html! {};
    let parts = [
        avatar(EVIL, false),
        button(Button {
            label: EVIL,
            icon: "x",
            icon_only: true,
            disabled: EVIL,
            ..Default::default()
        }),
        say(
            Lang::En,
            &Say {
                who: EVIL,
                role: EVIL,
                time: EVIL,
                ..Default::default()
            },
        ),
        editor(
            Lang::De,
            &Editor {
                id: "e",
                action: EVIL,
                label: EVIL,
                value: EVIL,
                draft_url: EVIL,
                ..Default::default()
            },
        ),
        text(
            Lang::En,
            &Field {
                name: EVIL,
                label: EVIL,
                hint: EVIL,
                error: EVIL,
                value: EVIL,
                show_if: EVIL,
                ..Default::default()
            },
        ),
        row(
            Lang::En,
            &Row {
                id: EVIL,
                number: EVIL,
                href: EVIL,
                title: EVIL,
                sub: EVIL,
                ticks: true,
                ..Default::default()
            },
            none(),
        ),
        toast(
            Lang::En,
            &Toast {
                text: EVIL,
                undo: EVIL,
            },
        ),
        portal(
            &Page {
                title: EVIL,
                org: Org {
                    name: EVIL,
                    tagline: EVIL,
                    logo: EVIL,
                    ..Default::default()
                },
                search: EVIL,
                ..Default::default()
            },
            none(),
        ),
    ];
    for part in parts {
        let text = part.into_string();
        assert!(
            !text.contains("<img src=x") && !text.contains("=\"alert"),
            "{text}"
        );
    }
}

#[test]
fn a_wrong_field_names_its_hint_and_error() {
    let f = Field {
        name: "where",
        label: "Where?",
        hint: "Campus",
        error: "Missing.",
        ..Default::default()
    };
    let out = text(Lang::En, &f).into_string();
    for part in [
        "<label class=\"label\" for=\"f-where\">",
        "aria-describedby=\"f-where-hint f-where-error\"",
        "aria-invalid=\"true\"",
        "id=\"f-where-hint\"",
        "id=\"f-where-error\"",
    ] {
        assert!(out.contains(part), "{part} is not in {out}");
    }
    let fine = text(
        Lang::En,
        &Field {
            error: "",
            hint: "",
            ..f
        },
    )
    .into_string();
    assert!(!fine.contains("aria-"), "{fine}");
    let summary = error_summary(Lang::En, &[("where", "Missing.")]).into_string();
    assert!(summary.contains("href=\"#f-where\"") && summary.contains("role=\"alert\""));
    assert_eq!(error_summary(Lang::En, &[]).into_string(), "");
}

#[test]
fn the_first_of_several_has_the_id_that_errors_link_to() {
    let options = [
        Opt {
            value: "a",
            label: "A",
            ..Default::default()
        },
        Opt {
            value: "b",
            label: "B",
            chosen: true,
            ..Default::default()
        },
    ];
    let out = choices(
        Lang::En,
        &Field {
            name: "x",
            label: "X",
            ..Default::default()
        },
        &options,
        false,
    )
    .into_string();
    assert_eq!(out.matches("id=\"f-x\"").count(), 1);
    assert!(
        out.contains("<fieldset") && out.contains("<legend") && out.contains("value=\"b\" checked")
    );
}

#[test]
fn places_are_told_in_words() {
    let out = stage(
        Lang::En,
        &Stage {
            name: "Design",
            step: 3,
            of: 5,
            ..Default::default()
        },
    )
    .into_string();
    assert!(out.contains(", step 3 of 5") && out.contains("aria-hidden=\"true\""));
    let steps = [
        Step {
            name: "Brief",
            state: StepState::Done,
            ..Default::default()
        },
        Step {
            name: "Copy",
            state: StepState::Now,
            ..Default::default()
        },
    ];
    let out = pipeline(Lang::En, "Stages", &steps).into_string();
    assert_eq!(out.matches("aria-current=\"step\"").count(), 1);
    assert!(out.contains(", done"));
    let out = avatar("Priya Raman", false).into_string();
    assert!(
        out.contains("role=\"img\"")
            && out.contains("aria-label=\"Priya Raman\"")
            && out.contains(">PR<")
    );
    assert!(avatar("", true).into_string().contains("></span>"));
}

#[test]
fn what_is_off_can_be_focused_and_does_nothing() {
    let out = button(Button {
        label: "Hand on",
        disabled: "Two checks are open",
        ..Default::default()
    })
    .into_string();
    assert!(
        out.contains("aria-disabled=\"true\"")
            && out.contains("type=\"button\"")
            && !out.contains(" disabled")
    );
    assert!(
        !link_button(
            "/x",
            Button {
                label: "X",
                disabled: "Not yet",
                ..Default::default()
            }
        )
        .into_string()
        .contains("href")
    );
    assert!(
        !pager(Lang::En, (1, 3), 3, "", "")
            .into_string()
            .contains("href")
    );
}

#[test]
fn shells_have_landmarks_a_skip_link_and_no_inline_script() {
    let items = [Nav {
        label: "Queue",
        href: "/queue",
        icon: "list",
        current: true,
        count: 3,
        ..Default::default()
    }];
    let nav = [NavGroup {
        heading: "Work",
        items: &items,
    }];
    let page = Page {
        lang: Lang::De,
        title: "Liste",
        theme: Theme::Dark,
        nav: &nav,
        keys: true,
        ..Default::default()
    };
    for shell in [portal, workspace, bare] {
        let out = shell(&page, html! { h1 { "Liste" } }).into_string();
        for part in [
            "<!DOCTYPE html>",
            "lang=\"de\"",
            "data-theme=\"dark\"",
            "id=\"main\"",
            "href=\"#main\"",
            "id=\"status\" role=\"status\"",
            "<title>Liste · MIL</title>",
        ] {
            assert!(out.contains(part), "{part}");
        }
        for script in out.split("<script").skip(1) {
            assert!(
                script.starts_with(" src=\"/static/")
                    || script.starts_with(" type=\"module\" src=\"/static/"),
                "{script}"
            );
        }
    }
    let bright = portal(
        &Page {
            org: Org {
                chroma: 9.0,
                ..Default::default()
            },
            ..Default::default()
        },
        html! {},
    )
    .into_string();
    assert!(bright.contains("--brand-c:0.19") && !bright.contains("data-theme"));
}
