//! The calendar: four weeks of bars, the same as a list, or campaigns alone.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::calendar::check::Around;
use crate::calendar::grid::{self, WEEKS, monday, plus};
use crate::calendar::model::{Clash, Entry, Kind};
use crate::calendar::{rail, words};
use crate::error::{Error, Result};
use crate::i18n::{fmt, t};
use crate::ui::block::{Tone, empty, pill};
use crate::ui::button::{Button, Kind as Loud, Seg, Size, link_button, seg};
use crate::ui::icon::icon;
use crate::web::{Me, Query, shell};

/// Which weeks, and how.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// A day of the first week.
    pub from: Option<String>,
    /// `list` or `campaigns`; four weeks otherwise.
    pub view: Option<String>,
}

/// GET /calendar
pub async fn page(me: Me, Query(asked): Query<Asked>) -> Result<Markup> {
    let lang = me.lang();
    let first = match asked.from.as_deref() {
        Some(day) => monday(
            day.parse()
                .map_err(|_| Error::field("from", "Give a day."))?,
        ),
        None => plus(monday(me.today()), -7),
    };
    let view = asked.view.as_deref().unwrap_or_default();
    let zone = me.prefs.zone.clone();
    let last = plus(first, 7 * WEEKS - 1);
    let span = mil_planner::Span::of_days(first, last, &zone)
        .ok_or_else(|| Error::field("from", "Give a day."))?;
    let catalog = me.app.catalog().await?;
    let around = Around::load(&me.app.db, &catalog, span.start(), span.end()).await?;
    let clashes: Vec<Clash> = around
        .clashes()
        .into_iter()
        .filter(|c| c.first.span.overlaps(span) || c.second.span.overlaps(span))
        .collect();
    let red: BTreeSet<&str> = clashes
        .iter()
        .filter(|c| c.is_open())
        .flat_map(|c| [c.first.id.as_str(), c.second.id.as_str()])
        .collect();
    let shown: Vec<&Entry> = around
        .entries
        .iter()
        .filter(|e| e.span.overlaps(span))
        .filter(|e| {
            view != "campaigns" || matches!(e.kind, Kind::Campaign | Kind::Mailing | Kind::Event)
        })
        .collect();
    let at = |from: Date, view: &str| match view {
        "" => format!("/calendar?from={from}"),
        view => format!("/calendar?from={from}&view={view}"),
    };
    let to = |days: i64| at(plus(first, days), view);
    let arrow = |label, href: &str, icon| {
        link_button(
            href,
            Button {
                label,
                icon,
                icon_only: true,
                size: Size::Small,
                kind: Loud::Quiet,
                ..Button::default()
            },
        )
    };
    let range = format!(
        "{} – {} {}",
        fmt::day_month(lang, first),
        fmt::day_month(lang, last),
        last.year()
    );
    let (weeks, list, campaigns) = (at(first, ""), at(first, "list"), at(first, "campaigns"));
    let views = [
        (
            t!(lang, "4 weeks"),
            &weeks,
            !matches!(view, "list" | "campaigns"),
        ),
        (t!(lang, "List"), &list, view == "list"),
        (t!(lang, "Campaigns"), &campaigns, view == "campaigns"),
    ]
    .map(|(label, href, current)| Seg {
        label,
        href,
        current,
        ..Seg::default()
    });
    let head = html! {
        div class="bar" {
            h1 { (t!(lang, "Change calendar")) }
            span class="row" style="--gap:.25rem" {
                (arrow(t!(lang, "Four weeks back"), &to(-7 * WEEKS), "left"))
                span class="strong" { (range) }
                (arrow(t!(lang, "Four weeks on"), &to(7 * WEEKS), "right"))
                (link_button("/calendar", Button { label: t!(lang, "Today"), size: Size::Small, kind: Loud::Line, ..Button::default() }))
            }
            span class="end" {
                (seg(t!(lang, "Views"), &views))
                (link_button("/calendar/new", Button { label: t!(lang, "Plan something"), icon: "plus", size: Size::Small,
                    kind: Loud::Primary, key: "c", ..Button::default() }))
            }
        }
    };
    let main = if view == "list" {
        table(&me, &shown, &red)
    } else {
        grid_of(&me, first, &zone, &shown, &red)
    };
    let rail = rail::rail(&me, &catalog, &around, &clashes).await?;
    let body = html! {
        (head)
        div class="split" {
            (main)
            aside class="rail" aria-label=(t!(lang, "Conflicts and key")) { (rail) }
        }
    };
    shell::workspace(&me, "/calendar", t!(lang, "Change calendar"), body).await
}

/// Where an entry leads.
pub fn href(e: &Entry) -> Option<String> {
    (e.kind != Kind::Holiday).then(|| format!("/calendar/{}", e.id))
}

fn class(e: &Entry, red: &BTreeSet<&str>) -> &'static str {
    match e.kind {
        Kind::Freeze | Kind::Embargo | Kind::Maintenance => "ev-b freeze",
        _ if red.contains(e.id.as_str()) => "ev-b clash",
        Kind::Holiday => "ev-b freeze",
        _ if e.routine => "ev-b std",
        _ => "ev-b norm",
    }
}

fn bar(me: &Me, e: &Entry, red: &BTreeSet<&str>) -> Markup {
    let lang = me.lang();
    let class = class(e, red);
    let clock = (e.days_zone.is_none() && e.kind == Kind::Mailing)
        .then(|| format!(", {}", fmt::time(lang, e.span.start(), &me.prefs.zone)));
    let inner = html! {
        (icon(if class == "ev-b clash" { "alert" } else { words::icon(e.kind) }))
        span { (e.title) (clock.unwrap_or_default()) }
        span class="vh" { ", " (words::kind(lang, e.kind)) ", " (words::times(me, e))
            @if class == "ev-b clash" { ", " (t!(lang, "in conflict")) } }
        span class="date" aria-hidden="true" { (words::times(me, e)) }
    };
    html! {
        @match href(e) {
            Some(href) => a class=(class) href=(href) title=(e.title) { (inner) },
            None => span class=(class) title=(e.title) { (inner) },
        }
    }
}

fn grid_of(
    me: &Me,
    first: Date,
    zone: &TimeZone,
    shown: &[&Entry],
    red: &BTreeSet<&str>,
) -> Markup {
    let lang = me.lang();
    let spans: Vec<(Date, Date)> = shown.iter().map(|e| grid::days(e.span, zone)).collect();
    let names: Vec<String> = (0..7)
        .map(|n| fmt::weekday(lang, plus(first, n)).to_owned())
        .collect();
    html! {
        div class="cal" tabindex="0" role="region" aria-label=(t!(lang, "Four weeks")) {
            div class="cal-dow" aria-hidden="true" { @for name in &names { span { (name) } } }
            @for week in 0..WEEKS {
                @let start = plus(first, 7 * week);
                @let bars = grid::week(start, &spans);
                section class="week" aria-label=(t!(lang, "Week of {day}", day = fmt::day(lang, start, me.today()))) {
                    ol class="days" aria-hidden="true" {
                        @for n in 0..7 {
                            @let day = plus(start, n);
                            li class={ @if n > 4 { "we" } @if day == me.today() { " today" } } {
                                time datetime=(day) {
                                    @if day.day() == 1 || (n == 0 && week == 0) { (fmt::day_month(lang, day)) } @else { (day.day()) }
                                }
                            }
                        }
                    }
                    ul class="bars" { @for b in &bars {
                        li style={ "--col:" (b.column) ";--days:" (b.days) ";--row:" (b.row) } { (bar(me, shown[b.place], red)) }
                    } }
                }
            }
        }
    }
}

fn table(me: &Me, shown: &[&Entry], red: &BTreeSet<&str>) -> Markup {
    let lang = me.lang();
    html! {
        div class="panel-body" {
            @if shown.is_empty() {
                (empty("cal", t!(lang, "Nothing is planned in these weeks"),
                    t!(lang, "Plan a campaign, a mailing or a freeze, and everybody sees it here."), html! {}))
            } @else {
                div class="scroll" tabindex="0" role="region" aria-label=(t!(lang, "List of what is planned")) {
                    table class="table" {
                        thead { tr { th scope="col" { (t!(lang, "When")) } th scope="col" { (t!(lang, "What")) }
                            th scope="col" { (t!(lang, "Kind")) } } }
                        tbody { @for e in shown { tr {
                            td { (words::times(me, e)) }
                            th scope="row" {
                                @match href(e) { Some(href) => a href=(href) { (e.title) }, None => (e.title) }
                                @if red.contains(e.id.as_str()) { " " (pill(Tone::Bad, "alert", t!(lang, "in conflict"))) }
                            }
                            td { (words::kind(lang, e.kind)) }
                        } } }
                    }
                }
            }
        }
    }
}
