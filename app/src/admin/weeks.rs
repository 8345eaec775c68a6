//! Four weeks of working time, drawn as bars, and when the clocks change.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use maud::{Markup, html};
use mil_sla::{Calendar, CalendarDef};

use crate::i18n::{Lang, fmt, t};
use crate::ui::block::rail_block;

/// The rail: four weeks from this Monday on, and notes.
pub fn part(lang: Lang, def: &CalendarDef, calendar: &Calendar, now: Timestamp) -> Markup {
    let zone = TimeZone::get(calendar.zone()).unwrap_or(TimeZone::UTC);
    let today = zone.to_datetime(now).date();
    let back = i64::from(today.weekday().to_monday_zero_offset());
    let Ok(monday) = today.checked_sub(jiff::Span::new().days(back)) else {
        return html! {};
    };
    let days: Vec<Date> = monday.series(jiff::Span::new().days(1)).take(28).collect();
    html! {
        (rail_block(t!(lang, "The next four weeks"), "", html! {
            ul class="weeks" {
                @for day in &days { (bar(lang, def, calendar, &zone, *day, today)) }
            }
            p class="muted small mt-3" { (t!(lang, "A working day here has {time}.", time = fmt::span(lang, calendar.working_day().minutes(), i64::MAX))) }
        }))
        (clocks(lang, &zone, now, today))
    }
}

fn bar(
    lang: Lang,
    def: &CalendarDef,
    calendar: &Calendar,
    zone: &TimeZone,
    day: Date,
    today: Date,
) -> Markup {
    let Ok(next) = day.tomorrow() else {
        return html! {};
    };
    let spans: Vec<(i64, i64)> = calendar
        .spans(day, next)
        .map(|(from, to)| {
            let minute = |at: Timestamp, end: bool| {
                let civil = zone.to_datetime(at);
                if end && civil.date() != day {
                    1440
                } else {
                    i64::from(civil.hour()) * 60 + i64::from(civil.minute())
                }
            };
            (minute(from, false), minute(to, true))
        })
        .collect();
    let holiday = def.holidays.iter().find(|h| {
        h.date == day
            || (h.every_year && (h.date.month(), h.date.day()) == (day.month(), day.day()))
    });
    let text = |m: i64| format!("{}:{:02}", m / 60, m % 60);
    let hours = if spans.is_empty() {
        t!(lang, "closed").to_owned()
    } else {
        let list: Vec<String> = spans
            .iter()
            .map(|(a, b)| format!("{}–{}", text(*a), text(*b)))
            .collect();
        list.join(", ")
    };
    let name = holiday.map_or("", |h| h.name.as_str());
    let week = day.weekday() == jiff::civil::Weekday::Monday;
    html! {
        li class=[week.then_some("first")] {
            span class={ "d" @if day == today { " now" } } { (short(lang, day)) }
            span class="b" aria-hidden="true" {
                @for (a, b) in &spans { i style={ "--a:" (percent(*a)) ";--w:" (percent(b - a)) } {} }
            }
            span class="t" { (hours) @if !name.is_empty() { " · " (name) } }
        }
    }
}

fn percent(minutes: i64) -> String {
    format!("{:.2}", minutes as f64 / 14.4)
}

/// When the clocks change in the coming year, and what that does.
fn clocks(lang: Lang, zone: &TimeZone, now: Timestamp, today: Date) -> Markup {
    let year = jiff::SignedDuration::from_hours(24 * 366);
    let end = now.checked_add(year).unwrap_or(Timestamp::MAX);
    let mut offset = zone.to_offset(now);
    let mut changes = Vec::new();
    for change in zone.following(now) {
        if change.timestamp() > end {
            break;
        }
        let minutes = (change.offset().seconds() - offset.seconds()) / 60;
        offset = change.offset();
        if minutes != 0 {
            changes.push((zone.to_datetime(change.timestamp()).date(), minutes));
        }
    }
    let body = html! {
        @if changes.is_empty() { p { (t!(lang, "The clocks do not change here in the coming year.")) } }
        @else {
            ul class="plain" { @for (day, minutes) in &changes {
                li { (fmt::day(lang, *day, today)) ": "
                    @if *minutes > 0 { (t!(lang, "forward by {n} minutes", n = minutes)) }
                    @else { (t!(lang, "back by {n} minutes", n = -minutes)) } }
            } }
            p class="muted small mt-2" { (t!(lang, "Hours stay as the clock on the wall shows them; nights that are open count their real length.")) }
        }
    };
    rail_block(t!(lang, "Summer and winter time"), "", body)
}

/// "Thu 26 Nov", never "today": the bars are read as a list of dates.
fn short(lang: Lang, day: Date) -> String {
    let far = Date::new(day.year(), if day.month() > 6 { 1 } else { 12 }, 1).unwrap_or(day);
    fmt::day(lang, day, far)
}
