//! The top of the page: the bar with its actions, the heading, the stages.

use maud::{Markup, html};
use mil_process::process::{MoveKind, Phase, WaitKind};
use mil_sla::promise::split_shares;

use crate::catalog::model::ClockKind;
use crate::desk::load::Desk;
use crate::i18n::{fmt, t, tn};
use crate::live::presence;
use crate::policy::{self, Do};
use crate::recurring::verbs::plans;
use crate::ui::block::{Tab, Tone, notice, tabs};
use crate::ui::button::{Button, Kind, Size, button, link_button};
use crate::ui::clock::{Step, StepState, pipeline};
use crate::ui::overlay::{self, menu};
use crate::ui::shell::bar_back;

/// Where the request stands in the list it was opened from.
#[derive(Debug, Clone, Default)]
pub struct Place {
    /// Name of the list.
    pub label: String,
    /// Its address.
    pub href: String,
    /// Numbers of the neighbours.
    pub before: Option<i64>,
    /// See `before`.
    pub after: Option<i64>,
    /// From 1, and how many there are.
    pub position: Option<(i64, i64)>,
}

/// The bar: back to the list, neighbours, and what can be done.
pub fn bar(d: &Desk, place: &Place) -> Markup {
    let lang = d.me.lang();
    let position = place.position.map_or_else(String::new, |(at, of)| {
        t!(lang, "{at} of {of}", at = at, of = of)
    });
    let go = |number: Option<i64>, label: &str, icon, key| {
        number.map(|n| {
            let href = super::load::path(n, "", d.list.as_deref());
            link_button(
                &href,
                Button {
                    label,
                    icon,
                    icon_only: true,
                    kind: Kind::Quiet,
                    size: Size::Small,
                    key,
                    ..Button::default()
                },
            )
        })
    };
    let end = html! {
        (go(place.before, t!(lang, "Previous request"), "up", "k").unwrap_or_default())
        (go(place.after, t!(lang, "Next request"), "dn", "j").unwrap_or_default())
        (actions(d))
    };
    html! {
        div id="desk-bar" data-live={ "item-" (d.item.id) } data-src=(d.path("/part/bar")) {
            (bar_back(&place.label, &place.href, &position, end))
        }
    }
}

fn actions(d: &Desk) -> Markup {
    let lang = d.me.lang();
    let small = Button {
        size: Size::Small,
        kind: Kind::Line,
        ..Button::default()
    };
    let deed = |name: &str| d.path(&format!("/do/{name}"));
    html! {
        button class="btn btn-s btn-line hide-phone js" type="button" data-copy=(format!("/work/{}", d.item.number)) {
            (crate::ui::icon::icon_s("link")) (t!(lang, "Copy link")) }
        @if d.offer(MoveKind::Wait(WaitKind::Answer)).is_some() && d.item.requester_id != d.me.actor.id {
            (link_button(&deed("ask"), Button { label: t!(lang, "Ask requester"), ..small }))
        }
        @if !d.item.is_open() && d.may_work() && policy::writes_articles(&d.me.actor) {
            form method="post" action=(format!("/work/{}/article", d.item.number)) {
                (button(Button { label: t!(lang, "Make an answer of it"), icon: "book", ..small }))
            }
        }
        (primary(d))
        (more(d))
    }
}

/// The one next action.
fn primary(d: &Desk) -> Markup {
    let lang = d.me.lang();
    let primary = Button {
        size: Size::Small,
        kind: Kind::Primary,
        icon_end: "go",
        key: "m",
        ..Button::default()
    };
    let post = |action: String, label: &str| {
        html! {
            form method="post" action=(action) {
                input type="hidden" name="version" value=(d.item.version);
                input type="hidden" name="seen" value=(d.seen);
                (button(Button { label, ..primary }))
            }
        }
    };
    if let Some(offer) = d.offer(MoveKind::Forward) {
        let label = hand_label(d);
        if offer.blocked.is_empty() {
            return post(d.path("/do/hand"), &label);
        }
        return link_button(
            &d.path("/do/hand"),
            Button {
                label: &label,
                ..primary
            },
        );
    }
    if d.offer(MoveKind::Resume).is_some() {
        return post(d.path("/do/resume"), t!(lang, "Go on"));
    }
    if d.offer(MoveKind::Reopen).is_some() {
        return link_button(
            &d.path("/do/reopen"),
            Button {
                label: t!(lang, "Reopen"),
                icon_end: "",
                kind: Kind::Line,
                ..primary
            },
        );
    }
    html! {}
}

/// "Hand to Design", or "Finish" in the last stage.
pub fn hand_label(d: &Desk) -> String {
    let lang = d.me.lang();
    let Some(offer) = d.offer(MoveKind::Forward) else {
        return String::new();
    };
    match d.process.stage(&offer.to.stage) {
        Some(stage) if offer.to.phase != Phase::Done => {
            t!(lang, "Hand to {stage}", stage = stage.name)
        }
        _ => t!(lang, "Finish").to_owned(),
    }
}

fn more(d: &Desk) -> Markup {
    let lang = d.me.lang();
    let works = d.may_work();
    let open = d.item.is_open();
    let has = |kind| d.offer(kind).is_some();
    let deeds: Vec<(bool, &str, &str, &str, bool)> = vec![
        (
            has(MoveKind::Wait(WaitKind::Approval)),
            "approval",
            t!(lang, "Send a draft to approve"),
            "okc",
            false,
        ),
        (
            has(MoveKind::SendBack),
            "back",
            t!(lang, "Send back"),
            "left",
            false,
        ),
        (
            works && d.item.merged_into_id.is_none(),
            "link",
            t!(lang, "Link"),
            "link",
            false,
        ),
        (works && open, "merge", t!(lang, "Merge"), "layers", false),
        (
            works && open,
            "service",
            t!(lang, "Change service"),
            "grid",
            false,
        ),
        (
            works,
            "template",
            t!(lang, "Save as a template"),
            "layers",
            false,
        ),
        (
            plans(&d.me.actor),
            "recurring",
            t!(lang, "Order it by schedule"),
            "clock",
            false,
        ),
        (works, "title", t!(lang, "Rename"), "edit", false),
        (
            has(MoveKind::Decline),
            "decline",
            t!(lang, "Decline"),
            "x",
            true,
        ),
        (
            has(MoveKind::Cancel),
            "cancel",
            t!(lang, "Cancel the request"),
            "trash",
            true,
        ),
    ];
    let hrefs: Vec<String> = deeds
        .iter()
        .map(|(_, name, ..)| match *name {
            "template" => format!("/work/{}/template", d.item.number),
            "recurring" => format!("/recurring/new?from={}", d.item.number),
            name => d.path(&format!("/do/{name}")),
        })
        .collect();
    let items: Vec<overlay::Item<'_>> = deeds
        .iter()
        .zip(&hrefs)
        .filter(|((shown, ..), _)| *shown)
        .map(|((_, _, label, icon, danger), href)| overlay::Item {
            label,
            icon,
            href,
            danger: *danger,
            ..overlay::Item::default()
        })
        .collect();
    html! {
        @if !items.is_empty() {
            (button(Button { label: t!(lang, "More actions"), icon: "dots", icon_only: true, kind: Kind::Quiet,
                size: Size::Small, opens: "desk-more", ..Button::default() }))
            (menu("desk-more", "", &items))
        }
    }
}

/// The heading, notices and stages.
pub fn head(d: &Desk) -> Markup {
    let lang = d.me.lang();
    let service = d.service.as_ref().map_or("", |s| s.name.as_str());
    let department = d.requester.as_ref().and_then(|p| p.department.as_deref());
    html! {
        div id="desk-head" class="stack" data-live={ "item-" (d.item.id) } data-src=(d.path("/part/head")) {
            div {
                p class="muted s14" {
                    span class="num" { (d.item.number) } " · " (service) " · "
                    @match department {
                        Some(department) => (t!(lang, "from {name}, {department}", name = d.requester_name(), department = department)),
                        None => (t!(lang, "from {name}", name = d.requester_name())),
                    }
                }
                h1 class="desk-title" { (d.item.title) }
            }
            (presence::part(&d.me, &d.item))
            (notices(d))
            (stages(d))
            (why(d))
        }
    }
}

fn notices(d: &Desk) -> Markup {
    let lang = d.me.lang();
    if let Some((number, title)) = &d.merged_into {
        return notice(
            Tone::Info,
            "link",
            t!(lang, "Merged."),
            html! {
                (t!(lang, "This goes on as")) " " a href={ "/work/" (number) } { (number) " " (title) }
            },
        );
    }
    let reopen = d.offer(MoveKind::Reopen);
    match d.item.phase {
        Phase::Done => notice(
            Tone::Ok,
            "check",
            t!(lang, "Done."),
            closed(d, reopen.is_some()),
        ),
        Phase::Declined => notice(
            Tone::Plain,
            "x",
            t!(lang, "Closed without a result."),
            closed(d, reopen.is_some()),
        ),
        _ => match &d.item.waiting {
            Some(waiting) => notice(
                Tone::Info,
                "clock",
                t!(lang, "Waits for the requester."),
                html! {
                    (t!(lang, "{name} was asked {when}.", name = d.requester_name(), when = fmt::when(lang, waiting.since, d.me.now, &d.me.prefs.zone)))
                    @if d.item.requester_id == d.me.actor.id && policy::on_item(&d.me.actor, Do::Decide, &d.item.facts()) {
                        " " a href={ "/requests/" (d.item.number) } { (t!(lang, "This is your own order: answer it there")) }
                    }
                },
            ),
            None => html! {},
        },
    }
}

fn closed(d: &Desk, reopen: bool) -> Markup {
    let lang = d.me.lang();
    html! {
        @if let Some(at) = d.item.closed_at { (t!(lang, "Since {when}.", when = fmt::when(lang, at, d.me.now, &d.me.prefs.zone))) }
        @if reopen { " " a href=(d.path("/do/reopen")) { (t!(lang, "Reopen")) } }
        @if let Some(score) = d.item.rating {
            " " (tn!(lang, score, "The requester rated it {n} of 5.", "The requester rated it {n} of 5."))
            @if let Some(text) = &d.item.rating_comment { " “" (text) "”" }
        }
    }
}

/// Why it waits, what comes by itself, and which stages it passes by.
fn why(d: &Desk) -> Markup {
    let lang = d.me.lang();
    let mut said = d.standing.sentences(&d.me, lang, false);
    if d.item.waiting.is_some() && !said.is_empty() {
        // The notice above says so already.
        said.remove(0);
    }
    html! {
        @if !said.is_empty() { p class="muted s14" { (said.join(" ")) } }
        @if !d.standing.left_out.is_empty() && d.item.is_open() {
            ul class="bare-list small muted" {
                @for (stage, why) in &d.standing.left_out {
                    li { (t!(lang, "Left out: {stage}. It is for requests where: {why}.", stage = stage.name, why = why)) }
                }
            }
        }
    }
}

/// The stages with who had them and how long; the plan for those to come.
fn stages(d: &Desk) -> Markup {
    let lang = d.me.lang();
    let Ok((_, calendar)) = d.catalog.promise(&d.item.promise.promise_id) else {
        return html! {};
    };
    let day = calendar.compiled.working_day().minutes();
    let here = d.process.index(&d.item.stage).unwrap_or(0);
    let shares: Vec<u32> = d.process.stages.iter().map(|s| s.share).collect();
    let plan = split_shares(d.item.promise.clock(ClockKind::Delivery).target, &shares);
    let first = |id: &str| d.name(id).split(' ').next().unwrap_or_default().to_owned();
    let notes: Vec<String> = d
        .process
        .stages
        .iter()
        .enumerate()
        .map(|(at, stage)| {
            let visits = || d.visits.iter().filter(|v| v.stage == stage.key);
            let spent: i64 = visits().filter_map(|v| v.minutes).sum();
            let who = |id: Option<&String>| id.map(|id| first(id)).filter(|n| !n.is_empty());
            let join = |who: Option<String>, text: String| match who {
                Some(who) => format!("{who}, {text}"),
                None => text,
            };
            if at == here && d.item.is_open() {
                let now = d
                    .item
                    .promise
                    .worked(&calendar.compiled, d.item.stage_since, d.me.now);
                let time = fmt::span(lang, spent + now.minutes(), day);
                join(
                    who(d.item.assignee_id.as_ref()),
                    t!(lang, "{time} so far", time = time),
                )
            } else if at < here || (at == here && d.item.phase == Phase::Done) {
                let last = visits().next_back().and_then(|v| v.person_id.as_ref());
                join(who(last), fmt::span(lang, spent, day))
            } else if let Some(minutes) = plan
                .get(at)
                .map(|w| w.minutes())
                .filter(|m| *m > 0 && d.item.is_open())
            {
                t!(lang, "plan {time}", time = fmt::span(lang, minutes, day))
            } else {
                String::new()
            }
        })
        .collect();
    let steps: Vec<Step<'_>> = d
        .process
        .stages
        .iter()
        .zip(&notes)
        .enumerate()
        .map(|(at, (stage, note))| Step {
            name: &stage.name,
            note,
            state: match () {
                () if d.item.phase == Phase::Done || at < here => StepState::Done,
                () if at == here => StepState::Now,
                () => StepState::Next,
            },
        })
        .collect();
    pipeline(lang, t!(lang, "Stages"), &steps)
}

/// The tabs of the page.
pub fn views(d: &Desk, current: &str) -> Markup {
    let lang = d.me.lang();
    let count = |n: i64| if n > 0 { n.to_string() } else { String::new() };
    let (comments, files) = (count(d.comments), count(d.files));
    let hrefs = [
        d.path(""),
        d.path("/brief"),
        d.path("/files"),
        d.path("/history"),
    ];
    tabs(
        t!(lang, "Request"),
        &[
            Tab {
                label: t!(lang, "Conversation"),
                href: &hrefs[0],
                count: &comments,
                current: current == "talk",
            },
            Tab {
                label: t!(lang, "Brief"),
                href: &hrefs[1],
                count: "",
                current: current == "brief",
            },
            Tab {
                label: t!(lang, "Files"),
                href: &hrefs[2],
                count: &files,
                current: current == "files",
            },
            Tab {
                label: t!(lang, "History"),
                href: &hrefs[3],
                count: "",
                current: current == "history",
            },
        ],
    )
}
