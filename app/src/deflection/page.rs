//! The report as a page, for leads.

use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::json;

use super::plot::{self, Column};
use super::report::{self, Asked, Costs, OfService, Report, SETTING};
use crate::error::{Error, FieldError, Result};
use crate::events::{self, Event};
use crate::i18n::{Lang, fmt, t, tn};
use crate::org::{read_setting, write_setting};
use crate::policy;
use crate::ui::block::{Tone, empty, notice};
use crate::ui::button::{Button, Seg, Size, button, link_button, seg};
use crate::ui::field::{self, Number};
use crate::ui::shell::bar;
use crate::web::{Flash, Input, Me, Query, Wrong, see_other, shell};

/// The most that an hour may cost, in the currency.
const MOST: f64 = 10_000.0;

/// GET /insight/self-help
pub async fn page(me: Me, Query(asked): Query<Asked>) -> Result<Markup> {
    let costs: Costs = read_setting(&me.app.db, SETTING).await?.unwrap_or_default();
    let typed = costs
        .hour_minor
        .map(|minor| format!("{:.2}", minor as f64 / 100.0));
    show(&me, &asked, &typed.unwrap_or_default(), &Wrong::default()).await
}

async fn show(me: &Me, asked: &Asked, rate: &str, wrong: &Wrong) -> Result<Markup> {
    let lang = me.lang();
    let report = report::report(me, asked).await?;
    let address = |days: i64| format!("/insight/self-help?days={days}");
    let spans = [30, 90, 365].map(|days| (address(days), days));
    let spans: Vec<Seg<'_>> = spans
        .iter()
        .zip([t!(lang, "30 days"), t!(lang, "90 days"), t!(lang, "A year")])
        .map(|((href, days), label)| Seg {
            label,
            href,
            current: report.days == *days,
            ..Seg::default()
        })
        .collect();
    let csv = format!("/insight/self-help.csv?days={}", report.days);
    let end = html! {
        (seg(t!(lang, "Time"), &spans))
        (link_button(&csv, Button { label: t!(lang, "Download as CSV"), icon: "dl", size: Size::Small, ..Button::default() }))
    };
    let body = html! {
        (bar(t!(lang, "Self-help"), html! {}, end))
        div class="panel-body stack" style="--gap:1.5rem" {
            p class="lead" { (sentence(lang, &report)) }
            @if report.demand.solves == 0 {
                (empty("chart", t!(lang, "Nobody has said yet that an answer solved it"),
                    t!(lang, "Answers appear beside every form. Whoever presses “This solved it” is counted here."), html! {}))
            }
            (promises(lang, &report))
            (weeks(lang, &report))
            (services(lang, &report))
            (rate_form(lang, &report, rate, wrong))
            (failing(lang, &report))
            (missing(lang, me, &report))
        }
    };
    shell::workspace(me, "/insight/self-help", t!(lang, "Self-help"), body).await
}

fn hours(lang: Lang, n: f64) -> String {
    fmt::decimal(lang, n, usize::from(n < 10.0))
}

/// What was saved, in one sentence.
fn sentence(lang: Lang, report: &Report) -> Markup {
    let saved = &report.saved;
    let (Some(low), Some(high)) = (saved.low_hours, saved.high_hours) else {
        return html! { (t!(lang, "It is not known yet how many hours self-help saves: too few requests have booked time.")) };
    };
    let n = i64::try_from(saved.sample).unwrap_or(i64::MAX);
    html! {
        (t!(lang, "Self-help saved between {low} and {high} hours of work", low = hours(lang, low), high = hours(lang, high)))
        @if let (Some(low), Some(high)) = (saved.low_minor, saved.high_minor) {
            ", " (t!(lang, "worth {low} to {high}", low = fmt::money(lang, low, &saved.currency), high = fmt::money(lang, high, &saved.currency)))
        }
        ". " span class="muted" { (tn!(lang, n, "Drawn from {n} request with booked time.", "Drawn from {n} requests with booked time.")) }
        @if saved.left_out > 0 {
            " " span class="muted" { (tn!(lang, i64::try_from(saved.left_out).unwrap_or(0), "{n} more solve is not in it: its effort is not known.", "{n} more solves are not in it: their effort is not known.")) }
        }
        details class="small mt-2" { summary { (t!(lang, "How this is counted")) } p class="measure" { (lang.t(saved.method)) } }
    }
}

fn span(lang: Lang, seconds: Option<f64>) -> String {
    let Some(seconds) = seconds else {
        return t!(lang, "not known yet").to_owned();
    };
    #[allow(clippy::cast_possible_truncation)]
    let minutes = (seconds / 60.0).round() as i64;
    if minutes < 1 {
        return t!(lang, "under a minute").to_owned();
    }
    fmt::span(lang, minutes, 24 * 60)
}

fn share(lang: Lang, part: f64, of: f64) -> String {
    if of <= 0.0 {
        return t!(lang, "not known yet").to_owned();
    }
    format!("{} %", fmt::decimal(lang, part / of * 100.0, 0))
}

/// The five things that self-help promises, each with its figure and sample.
fn promises(lang: Lang, r: &Report) -> Markup {
    let demand = r.demand.solves as f64;
    let rows = [
        (
            t!(lang, "Faster answers"),
            span(lang, r.responsiveness.self_help_seconds),
            t!(
                lang,
                "from the first look to the solution, in the middle of {n}; a request takes {other} in the middle of {m}",
                n = r.responsiveness.self_help_sample,
                other = span(lang, r.responsiveness.request_seconds),
                m = r.responsiveness.request_sample
            ),
        ),
        (
            t!(lang, "Lower costs"),
            match (r.saved.low_minor, r.saved.high_minor) {
                (Some(low), Some(high)) => format!(
                    "{} – {}",
                    fmt::money(lang, low, &r.saved.currency),
                    fmt::money(lang, high, &r.saved.currency)
                ),
                _ => t!(lang, "not known yet").to_owned(),
            },
            t!(lang, "hours saved, times what an hour costs").to_owned(),
        ),
        (
            t!(lang, "Help at any hour"),
            share(lang, r.hours.outside as f64, r.hours.solves as f64),
            t!(
                lang,
                "{n} of {m} solves were outside working hours",
                n = r.hours.outside,
                m = r.hours.solves
            ),
        ),
        (
            t!(lang, "Fewer requests"),
            share(lang, demand, demand + r.demand.orders as f64),
            t!(
                lang,
                "{n} solved without ordering, {m} ordered",
                n = r.demand.solves,
                m = r.demand.orders
            ),
        ),
        (
            t!(lang, "Better quality"),
            share(lang, r.quality.solved as f64, r.quality.shown as f64),
            t!(
                lang,
                "of answers that were shown solved it ({n} of {m}); of {done} finished requests {again} were reopened",
                n = r.quality.solved,
                m = r.quality.shown,
                done = r.quality.finished,
                again = r.quality.reopened
            ),
        ),
    ];
    html! {
        section aria-labelledby="h-five" {
            h2 id="h-five" { (t!(lang, "What self-help is for")) }
            dl class="five mt-2" {
                @for (name, figure, words) in &rows { div class="card" { dt { (name) } dd { strong class="figure num" { (figure) } span class="muted small" { (words) } } } }
            }
            @if let Some(rating) = r.quality.rating {
                p class="muted small mt-2" { (t!(lang, "People rate finished requests {rating} of 5 ({n} ratings).", rating = fmt::decimal(lang, rating, 1), n = r.quality.rated)) }
            }
        }
    }
}

fn weeks(lang: Lang, report: &Report) -> Markup {
    let day = |text: &str| {
        text.parse::<Date>()
            .map(|d| fmt::day_month(lang, d))
            .unwrap_or_default()
    };
    let every = report.weeks.len().div_ceil(7).max(1);
    let columns: Vec<Column> = report
        .weeks
        .iter()
        .enumerate()
        .map(|(n, week)| Column {
            label: if n % every == 0 {
                day(&week.begins)
            } else {
                String::new()
            },
            value: week.solves,
        })
        .collect();
    let most = report.weeks.iter().max_by_key(|w| w.solves);
    let finding = match most.filter(|w| w.solves > 0) {
        Some(week) => t!(
            lang,
            "The most were in the week of {day}: {n}.",
            day = day(&week.begins),
            n = week.solves
        ),
        None => t!(lang, "None in these weeks.").to_owned(),
    };
    html! {
        section class="card chart" aria-labelledby="h-weeks" {
            header { h2 id="h-weeks" { (t!(lang, "Solved without a request, by week")) } }
            p class="sum" { (finding) }
            (plot::columns(&columns, &format!("{} {finding}", t!(lang, "Solved without a request, by week"))))
            details class="mt-2" {
                summary { (t!(lang, "Show as table")) }
                div class="scroll" tabindex="0" role="region" aria-label=(t!(lang, "Solved without a request, by week")) {
                    table class="table" {
                        thead { tr { th scope="col" { (t!(lang, "Week of")) } th scope="col" class="num" { (t!(lang, "Solved")) } th scope="col" class="num" { (t!(lang, "Ordered")) } } }
                        tbody { @for week in &report.weeks { tr { th scope="row" { (day(&week.begins)) } td class="num" { (week.solves) } td class="num" { (week.orders) } } } }
                    }
                }
            }
        }
    }
}

fn services(lang: Lang, report: &Report) -> Markup {
    let range = |s: &OfService| match (s.low_hours, s.high_hours) {
        (Some(low), Some(high)) => format!(
            "{} – {} {}",
            hours(lang, low),
            hours(lang, high),
            t!(lang, "hours")
        ),
        _ => t!(lang, "too few to say").to_owned(),
    };
    html! {
        @if !report.services.is_empty() {
            section aria-labelledby="h-services" {
                h2 id="h-services" { (t!(lang, "By service")) }
                div class="scroll" tabindex="0" role="region" aria-label=(t!(lang, "By service")) {
                    table class="table" {
                        thead { tr {
                            th scope="col" { (t!(lang, "Service")) } th scope="col" class="num" { (t!(lang, "Solved")) } th scope="col" class="num" { (t!(lang, "Ordered")) }
                            th scope="col" class="num" { (t!(lang, "Requests with booked time")) } th scope="col" class="num" { (t!(lang, "Saved")) }
                        } }
                        tbody { @for s in &report.services { tr {
                            th scope="row" { @if s.name.is_empty() { (t!(lang, "Asked without a service")) } @else { (s.name) } }
                            td class="num" { (s.solves) } td class="num" { (s.orders) } td class="num" { (s.sample) } td class="num" { (range(s)) }
                        } } }
                    }
                }
            }
        }
    }
}

fn rate_form(lang: Lang, report: &Report, rate: &str, wrong: &Wrong) -> Markup {
    let number = Number {
        min: "0",
        max: "10000",
        step: "0.01",
        unit: &report.saved.currency,
    };
    html! {
        details class="card measure" open[!wrong.at("hour").is_empty()] {
            summary { (t!(lang, "What an hour costs")) }
            form class="stack mt-2" method="post" action="/insight/self-help/rate" {
                (wrong.summary(lang))
                (field::number(lang, &field::Field { hint: t!(lang, "Wages and everything around them, on average. Without it, only hours are shown."), optional: true,
                    ..wrong.field("hour", t!(lang, "Cost of an hour of work"), rate) }, &number))
                div { (button(Button { label: t!(lang, "Save"), ..Button::default() })) }
            }
        }
    }
}

fn failing(lang: Lang, report: &Report) -> Markup {
    html! {
        section aria-labelledby="h-failing" {
            h2 id="h-failing" { (t!(lang, "Answers that do not help")) }
            p class="muted small measure" { (t!(lang, "Shown to at least five people, solved it for fewer than one in ten, and half of them ordered all the same.")) }
            @if report.failing.is_empty() { (notice(Tone::Ok, "check", t!(lang, "There are none."), html! {})) }
            @else {
                ul class="found-list" { @for f in &report.failing {
                    li { div class="grow" { a href=(f.href) { (f.title) }
                        p class="muted small" { (t!(lang, "shown to {shown}, solved it for {solved}, ordered by {ordered}", shown = f.shown, solved = f.solved, ordered = f.ordered)) } } }
                } }
            }
        }
    }
}

fn missing(lang: Lang, me: &Me, report: &Report) -> Markup {
    html! {
        section aria-labelledby="h-missing" {
            h2 id="h-missing" { (t!(lang, "Looked for in vain")) }
            p class="muted small measure" { (t!(lang, "Only the words are kept, for ninety days, and not who looked.")) }
            @if report.unmet.is_empty() { (notice(Tone::Ok, "check", t!(lang, "Everybody found something."), html! {})) }
            @else {
                ul class="found-list" { @for gap in &report.unmet {
                    li { div class="grow row" { strong lang=(gap.language) { (gap.words) }
                        span class="muted small end" { (tn!(lang, gap.times, "looked up {n} time", "looked up {n} times"))
                            @if let Ok(at) = gap.last_at.parse::<jiff::Timestamp>() { ", " (t!(lang, "last {when}", when = fmt::ago(lang, at, me.now))) } } } }
                } }
            }
        }
    }
}

/// The form of what an hour costs.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rate {
    hour: String,
}

async fn set(me: &Me, typed: &str) -> Result<()> {
    policy::require(policy::shapes_catalog(&me.actor))?;
    let text = typed.trim().replace(',', ".");
    let hour_minor = if text.is_empty() {
        None
    } else {
        let hour: f64 = text
            .parse()
            .ok()
            .filter(|hour| (0.0..=MOST).contains(hour))
            .ok_or_else(|| {
                Error::Invalid(vec![FieldError::new(
                    "hour",
                    "Write an amount between 0 and 10,000.",
                )])
            })?;
        #[allow(clippy::cast_possible_truncation)]
        Some((hour * 100.0).round() as i64)
    };
    let mut tx = me.app.db.begin().await?;
    let before: Costs = read_setting(&mut tx, SETTING).await?.unwrap_or_default();
    write_setting(&mut tx, me.now, SETTING, &Costs { hour_minor }).await?;
    let data = json!({ "before": { "hour_minor": before.hour_minor }, "after": { "hour_minor": hour_minor } });
    events::append(
        &mut tx,
        &me.actor,
        me.now,
        Event::audit("setting.changed", "setting", SETTING, data),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// POST /insight/self-help/rate
pub async fn set_rate(me: Me, Input(typed): Input<Rate>) -> Result<Response> {
    let lang = me.lang();
    match set(&me, &typed.hour).await {
        Ok(()) => Ok(see_other(
            "/insight/self-help",
            Some(Flash::new(t!(lang, "Saved."))),
        )),
        Err(error) => {
            let wrong = Wrong::of(lang, error)?;
            let page = show(&me, &Asked::default(), &typed.hour, &wrong).await?;
            Ok((wrong.status(), page).into_response())
        }
    }
}
