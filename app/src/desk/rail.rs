//! The rail: promise, checklist, fields, details, followers, links.

use maud::{Markup, html};
use mil_process::process::Phase;
use mil_sla::Work;
use mil_sla::promise::{Forecast, Reading, State, Tone as Sound, forecast, split_shares};

use crate::catalog::model::{ClockKind, Priority};
use crate::desk::fields;
use crate::desk::load::Desk;
use crate::i18n::{Lang, fmt, t};
use crate::ui::block::{avatar, avatar_none, props, rail_block};
use crate::ui::choice::{Opt, combobox, select};
use crate::ui::clock::{Promise, Sla, SlaState, Ticks, promise_block, sla};
use crate::ui::field::Field;
use crate::work::model::Item;
use crate::work::relate::LinkKind;

/// The whole rail; it refreshes itself.
pub fn rail(d: &Desk) -> Markup {
    html! {
        div id="desk-rail" data-live={ "item-" (d.item.id) } data-src=(d.path("/part/rail")) {
            (promise(d))
            (d.together)
            (d.quick)
            (checklist(d))
            (fields::block(d))
            (people(d))
            (details(d))
            (links(d))
            (followers(d))
            (d.spent)
            p class="block small" { a href=(d.path("/words")) { (t!(d.me.lang(), "Read it in the words of IT or of marketing")) } }
        }
    }
}

/// How a clock shows: state, percent, words.
pub struct Shown {
    /// Which of the five states.
    pub state: SlaState,
    /// Share of the promised time that is used.
    pub percent: u8,
    /// "1 d 3 h left".
    pub text: String,
    /// For the countdown in the browser.
    pub ticks: Option<Ticks>,
}

/// How a clock shows now; `day` is the length of a working day in minutes.
pub fn shown(
    lang: Lang,
    reading: &Reading,
    day: i64,
    cal: &mil_sla::Calendar,
    now: jiff::Timestamp,
) -> Shown {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let percent = (reading.share * 100.0).round().clamp(0.0, 100.0) as u8;
    let left = reading.left.minutes();
    let span = |minutes: i64| fmt::span(lang, minutes, day);
    let (state, text) = match reading.state {
        State::Met => (SlaState::Met, t!(lang, "Kept").to_owned()),
        State::Missed => (
            SlaState::Late,
            t!(lang, "Missed by {time}", time = span(-left)),
        ),
        State::Paused => (SlaState::Paused, t!(lang, "Waits for requester").to_owned()),
        State::Late => (SlaState::Late, t!(lang, "{time} late", time = span(-left))),
        State::Running => (
            if reading.tone == Sound::Soon {
                SlaState::Soon
            } else {
                SlaState::Ok
            },
            t!(lang, "{time} left", time = span(left)),
        ),
    };
    let runs = matches!(reading.state, State::Running | State::Late);
    let from = cal.next_working(now);
    let zone = jiff::tz::TimeZone::get(cal.zone()).unwrap_or(jiff::tz::TimeZone::UTC);
    let date = zone.to_datetime(from).date();
    let end = date
        .tomorrow()
        .ok()
        .and_then(|next| cal.spans(date, next).find(|(a, b)| *a <= from && from < *b))
        .map(|(_, b)| b);
    let ticks = end.filter(|_| runs).map(|to| Ticks {
        left,
        total: reading.target.minutes(),
        day,
        from_ms: from.as_millisecond(),
        to_ms: to.as_millisecond(),
    });
    Shown {
        state,
        percent,
        text,
        ticks,
    }
}

fn promise(d: &Desk) -> Markup {
    let lang = d.me.lang();
    let (now, zone) = (d.me.now, &d.me.prefs.zone);
    let Ok((_, calendar)) = d.catalog.promise(&d.item.promise.promise_id) else {
        return html! {};
    };
    let cal = &calendar.compiled;
    let day = cal.working_day().minutes();
    let delivery = d.item.promise.read(ClockKind::Delivery, cal, now);
    let show = shown(lang, &delivery, day, cal, now);
    let when = |at| fmt::when(lang, at, now, zone);
    let start = when(d.item.created_at);
    let due = delivery
        .due
        .unwrap_or_else(|| d.item.promise.delivery.due_if_resumed(cal, now));
    let (end, caption) = match (delivery.state, d.item.closed_at) {
        (State::Paused, _) if delivery.due.is_none() => (when(due), t!(lang, "if answered now")),
        _ => (when(due), t!(lang, "promised")),
    };
    let more = html! {
        p class="small muted mt-3 row" { (first_answer(d, cal, day)) }
        @if d.item.is_open() { (outlook(d, &delivery, cal)) }
        @if let Some(pause) = d.item.promise.delivery.pauses.iter().find(|p| p.to.is_none()).filter(|_| d.item.is_open()) {
            p class="small muted mt-2" { (t!(lang, "The clock has waited since {when}.", when = when(pause.from))) }
        }
    };
    promise_block(
        lang,
        &Promise {
            what: t!(lang, "Promise"),
            big: "",
            sla: Sla {
                state: show.state,
                percent: show.percent,
                text: &show.text,
                title: &end,
                ticks: show.ticks,
            },
            start: (t!(lang, "ordered"), &start),
            end: (caption, &end),
        },
        more,
    )
}

fn first_answer(d: &Desk, cal: &mil_sla::Calendar, day: i64) -> Markup {
    let lang = d.me.lang();
    let reading = d.item.promise.read(ClockKind::Response, cal, d.me.now);
    let used = fmt::span(lang, reading.used.minutes(), day);
    let target = fmt::span(lang, reading.target.minutes(), day);
    let show = shown(lang, &reading, day, cal, d.me.now);
    let text = match reading.state {
        State::Met | State::Missed => t!(
            lang,
            "First answer after {used}, target {target}",
            used = used,
            target = target
        ),
        _ => t!(
            lang,
            "First answer: {left}, target {target}",
            left = show.text,
            target = target
        ),
    };
    sla(&Sla {
        state: show.state,
        percent: show.percent,
        text: &text,
        title: "",
        ticks: None,
    })
}

/// Whether the stages still to come fit into what is left.
fn outlook(d: &Desk, reading: &Reading, cal: &mil_sla::Calendar) -> Markup {
    let lang = d.me.lang();
    match forecast(reading, work_ahead(&d.item, d, cal), cal, d.me.now) {
        Forecast::AtRisk { expected } => html! {
            p class="small warn mt-2" { (crate::ui::icon::icon_s("alert")) " "
                (t!(lang, "At risk: at the planned pace it is done {when}.", when = fmt::when(lang, expected, d.me.now, &d.me.prefs.zone))) }
        },
        _ => html! {},
    }
}

/// The rest of the present stage's share and the shares of the later ones.
fn work_ahead(item: &Item, d: &Desk, cal: &mil_sla::Calendar) -> Work {
    let shares: Vec<u32> = d.process.stages.iter().map(|s| s.share).collect();
    let plan = split_shares(item.promise.clock(ClockKind::Delivery).target, &shares);
    let here = d.process.index(&item.stage).unwrap_or(0);
    let spent = item.promise.worked(cal, item.stage_since, d.me.now);
    let rest = plan.get(here).map_or(Work::ZERO, |share| *share - spent);
    let rest = if rest.is_negative() { Work::ZERO } else { rest };
    plan.iter()
        .skip(here + 1)
        .fold(rest, |sum, share| sum + *share)
}

/// The present stage's checklist: each line is a form of its own, so that two
/// people can tick at the same time.
fn checklist(d: &Desk) -> Markup {
    let lang = d.me.lang();
    let Some(stage) = d
        .process
        .stage(&d.item.stage)
        .filter(|s| !s.checklist.is_empty() && d.item.is_open())
    else {
        return html! {};
    };
    let tick = |check: &str| d.item.ticks.get(&Item::tick_key(&stage.key, check));
    let done = stage
        .checklist
        .iter()
        .filter(|c| tick(&c.key).is_some())
        .count();
    let next = d
        .process
        .index(&stage.key)
        .and_then(|at| d.process.stages.get(at + 1));
    let heading = match next {
        Some(next) => t!(lang, "Before {stage}", stage = next.name),
        None => t!(lang, "Before the end").to_owned(),
    };
    let works = d.may_work();
    rail_block(
        &heading,
        &t!(
            lang,
            "{n} of {limit}",
            n = done,
            limit = stage.checklist.len()
        ),
        html! {
            div class="todo" {
                @for check in &stage.checklist {
                    form method="post" action=(d.path("/checks")) data-autosubmit {
                        input type="hidden" name="check" value=(check.key);
                        label class="check" title=[tick(&check.key).map(|t| d.name(&t.by))] {
                            input type="checkbox" id={ "check-" (check.key) } name="done" value="yes" checked[tick(&check.key).is_some()] disabled[!works];
                            span { (check.label) @if !check.required { " " span class="opt" { (t!(lang, "(optional)")) } } }
                        }
                        @if works { button class="btn btn-s no-js" { (t!(lang, "Save")) span class="vh" { " " (check.label) } } }
                    }
                }
            }
        },
    )
}

fn hidden(d: &Desk) -> Markup {
    html! {
        input type="hidden" name="version" value=(d.item.version);
        input type="hidden" name="seen" value=(d.seen);
    }
}

/// Who has it, and how urgent it is.
fn people(d: &Desk) -> Markup {
    let lang = d.me.lang();
    let owner = d.item.assignee_id.as_deref();
    let works = d.may_work();
    let options: Vec<Opt<'_>> = d
        .agents
        .iter()
        .map(|p| Opt {
            value: &p.id,
            label: &p.name,
            chosen: owner == Some(p.id.as_str()),
            ..Opt::default()
        })
        .collect();
    let labels: Vec<&str> = Priority::ALL.iter().map(|p| lang.t(p.label())).collect();
    let priorities: Vec<Opt<'_>> = Priority::ALL
        .iter()
        .zip(&labels)
        .map(|(p, label)| Opt {
            value: p.key(),
            label,
            chosen: *p == d.item.priority,
            ..Opt::default()
        })
        .collect();
    let may_assign = works && d.item.merged_into_id.is_none();
    rail_block(
        t!(lang, "Owner and priority"),
        "",
        html! {
            @if may_assign {
                form class="rail-form" method="post" action=(d.path("/assign")) data-autosubmit {
                    (hidden(d))
                    (combobox(lang, &Field { name: "assignee", label: t!(lang, "Owner"), ..Field::default() }, &options, Some(t!(lang, "Nobody"))))
                    button class="btn btn-s no-js" { (t!(lang, "Assign")) }
                }
                @if owner != Some(d.me.actor.id.as_str()) {
                    form method="post" action=(d.path("/assign")) class="mt-2" {
                        (hidden(d))
                        button class="btn btn-s btn-line" name="assignee" value=(d.me.actor.id) data-key="a" aria-keyshortcuts="a" { (t!(lang, "Take it")) }
                    }
                }
            } @else {
                p { @match owner { Some(id) => { span class="who" { (avatar(d.name(id), true)) (d.name(id)) } } None => { (avatar_none(lang)) } } }
            }
            @if works && d.item.is_open() {
                form class="rail-form mt-3" method="post" action=(d.path("/priority")) data-autosubmit {
                    (hidden(d))
                    (select(lang, &Field { name: "priority", label: t!(lang, "Priority"), ..Field::default() }, &priorities, None))
                    button class="btn btn-s no-js" { (t!(lang, "Change priority")) }
                }
            } @else { p class="mt-2" { (t!(lang, "Priority")) ": " (lang.t(d.item.priority.label())) } }
        },
    )
}

fn details(d: &Desk) -> Markup {
    let lang = d.me.lang();
    let department = d.requester.as_ref().and_then(|p| p.department.clone());
    let service = d.service.as_ref().map_or("", |s| s.name.as_str());
    let waits = d.item.phase == Phase::Review && d.item.waiting.is_some();
    let ordered = fmt::when(lang, d.item.created_at, d.me.now, &d.me.prefs.zone);
    rail_block(
        t!(lang, "Details"),
        "",
        props(&[
            (t!(lang, "Team"), html! { (d.team) }),
            (
                t!(lang, "Service"),
                html! { (service) @if d.may_work() && d.item.is_open() { " " a href=(d.path("/do/service")) { (t!(lang, "Change")) span class="vh" { " " (t!(lang, "Service")) } } } },
            ),
            (t!(lang, "Requester"), html! { (d.requester_name()) }),
            (
                if department.is_some() {
                    t!(lang, "Department")
                } else {
                    ""
                },
                html! { (department.clone().unwrap_or_default()) },
            ),
            (
                if d.order.is_some() {
                    t!(lang, "Order")
                } else {
                    ""
                },
                html! { span class="num" { (d.order.unwrap_or_default()) } },
            ),
            (t!(lang, "Ordered"), html! { (ordered) }),
            (
                if waits { t!(lang, "Approval") } else { "" },
                html! { (t!(lang, "with {name}", name = d.requester_name())) },
            ),
        ]),
    )
}

/// What a link says, seen from this request.
pub fn link_words(lang: Lang, kind: LinkKind) -> &'static str {
    match kind {
        LinkKind::Relates => t!(lang, "Belongs with"),
        LinkKind::Blocks => t!(lang, "Blocks"),
        LinkKind::BlockedBy => t!(lang, "Waits for"),
        LinkKind::Duplicates => t!(lang, "Same as"),
        LinkKind::DuplicatedBy => t!(lang, "Has the same"),
        LinkKind::CausedBy => t!(lang, "Caused by"),
        LinkKind::Causes => t!(lang, "Causes"),
    }
}

fn links(d: &Desk) -> Markup {
    let lang = d.me.lang();
    html! {
        @if !d.links.is_empty() {
            (rail_block(t!(lang, "Linked requests"), "", html! {
                ul class="stack rail-list" {
                    @for link in &d.links {
                        li class="row" {
                            span class="grow" { span class="small muted" { (link_words(lang, link.kind)) } br;
                                a href={ "/work/" (link.number) } { span class="num" { (link.number) } " " (link.title) }
                                @if link.closed { " " span class="small muted" { (t!(lang, "closed")) } } }
                            @if d.may_work() {
                                form method="post" action=(d.path("/unlink")) {
                                    input type="hidden" name="kind" value=(link.kind.key());
                                    input type="hidden" name="to" value=(link.id);
                                    button class="btn btn-quiet btn-s btn-icon" aria-label=(t!(lang, "Remove the link to {number}", number = link.number)) { (crate::ui::icon::icon_s("x")) }
                                }
                            }
                        }
                    }
                }
            }))
        }
    }
}

fn followers(d: &Desk) -> Markup {
    let lang = d.me.lang();
    let mine = d.followers.iter().any(|(id, _)| *id == d.me.actor.id);
    let post = |person: &str, on: bool, body: Markup| {
        html! {
            form method="post" action=(d.path("/watch")) {
                input type="hidden" name="person" value=(person);
                @if on { input type="hidden" name="on" value="yes"; }
                (body)
            }
        }
    };
    rail_block(
        t!(lang, "Followers"),
        &d.followers.len().to_string(),
        html! {
            @if !d.followers.is_empty() {
                ul class="stack rail-list" {
                    @for (id, name) in &d.followers {
                        li class="row" {
                            span class="who grow" { (avatar(name, true)) (name) }
                            @if d.may_work() || *id == d.me.actor.id {
                                (post(id, false, html! { button class="btn btn-quiet btn-s btn-icon" aria-label=(t!(lang, "Remove {name}", name = name)) { (crate::ui::icon::icon_s("x")) } }))
                            }
                        }
                    }
                }
            }
            div class="row mt-2" {
                @if !mine { (post(&d.me.actor.id, true, html! { button class="btn btn-s btn-line" { (t!(lang, "Follow")) } })) }
                @if d.may_work() { a class="btn btn-s btn-quiet" href=(d.path("/do/follower")) { (t!(lang, "Add somebody")) } }
            }
        },
    )
}
