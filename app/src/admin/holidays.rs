//! The holidays of a calendar: list, add, change, remove.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use maud::{Markup, html};
use mil_sla::{ClockTime, Holiday};
use serde::Deserialize;

use crate::admin::{calendar_form, calendars, frame, import_pages, weeks};
use crate::catalog::snapshot::CalendarEntry;
use crate::catalog::terms::calendar::CalendarInput;
use crate::error::{Error, FieldError, Result};
use crate::i18n::{Lang, fmt, t, tn};
use crate::ui::block::{empty, rail_block};
use crate::ui::choice::{Opt, select};
use crate::ui::field::{self, Field};
use crate::web::{Input, Me, Query, Wrong};

/// Which holiday is open for change.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Open {
    edit: Option<usize>,
}

/// The form of one holiday.
#[derive(Deserialize, Default, Clone)]
#[serde(default, deny_unknown_fields)]
pub struct HolidayForm {
    /// `save`, `remove` or `past`.
    action: String,
    /// Its place in the list; without one it is new.
    at: Option<usize>,
    version: Option<i64>,
    date: String,
    name: String,
    /// `closed` or `half`.
    kind: String,
    from: String,
    to: String,
    /// `once` or `yearly`.
    repeats: String,
}

/// GET /admin/calendars/{calendar}/holidays
pub async fn page(me: Me, Path(id): Path<String>, Query(open): Query<Open>) -> Result<Markup> {
    let entry = calendars::find(&me, &id).await?;
    let form = open
        .edit
        .and_then(|at| Some((at, entry.def.holidays.get(at)?)))
        .map(|(at, h)| {
            let hours = h.hours.as_ref().and_then(|list| list.first());
            HolidayForm {
                at: Some(at),
                date: h.date.to_string(),
                name: h.name.clone(),
                kind: if hours.is_some() { "half" } else { "closed" }.to_owned(),
                from: hours.map(|h| h.0.to_string()).unwrap_or_default(),
                to: hours.map(|h| h.1.to_string()).unwrap_or_default(),
                repeats: if h.every_year { "yearly" } else { "once" }.to_owned(),
                ..HolidayForm::default()
            }
        })
        .unwrap_or_default();
    show(&me, &entry, &form, &Wrong::default()).await
}

/// The page of a calendar's holidays.
pub async fn show(
    me: &Me,
    entry: &CalendarEntry,
    form: &HolidayForm,
    wrong: &Wrong,
) -> Result<Markup> {
    let lang = me.lang();
    let today = me.today();
    let past = entry
        .def
        .holidays
        .iter()
        .filter(|h| !h.every_year && h.date < today)
        .count();
    let to = format!("/admin/calendars/{}/holidays", entry.id);
    let version = entry.version.to_string();
    let main = html! {
        (calendars::views(lang, entry, "holidays"))
        (wrong.summary(lang))
        @if entry.def.holidays.is_empty() {
            (empty("cal", t!(lang, "No holidays yet"), t!(lang, "Take them over from a country or a calendar file, or add single days."), html! {}))
        } @else {
            p class="row s14" style="--gap:1rem" {
                a href="#day" { (t!(lang, "Add a day")) }
                a href="#country" { (t!(lang, "Take over the holidays of a country")) }
                a href="#file" { (t!(lang, "Take over a calendar file")) }
            }
            (days(lang, entry, t!(lang, "Holidays"), today, false))
            @if past > 0 {
                details class="more" {
                    summary { (tn!(lang, past, "{n} past day", "{n} past days")) }
                    (days(lang, entry, t!(lang, "Past days"), today, true))
                    div class="mt-3" { (frame::post_button(&to, t!(lang, "Remove past days"), &[("action", "past"), ("version", &version)])) }
                }
            }
        }
        (add(lang, entry, form, wrong))
        (import_pages::forms(me, entry))
    };
    let rail = html! {
        (weeks::part(lang, &entry.def, &entry.compiled, me.now))
        (rail_block(t!(lang, "Good to know"), "", html! {
            p class="muted" { (t!(lang, "A half day never opens a day that is closed in the week. If two entries name one day, only the hours common to both are open.")) }
        }))
    };
    let back = (t!(lang, "Calendars"), "/admin/calendars");
    let name = t!(lang, "Working time");
    frame::page(me, &entry.name, back, html! {}, main, Some((name, rail))).await
}

/// What is ahead, next first; or what is past, latest first.
fn days(lang: Lang, entry: &CalendarEntry, caption: &str, today: Date, past: bool) -> Markup {
    let mut list: Vec<(usize, &Holiday)> = entry
        .def
        .holidays
        .iter()
        .enumerate()
        .filter(|(_, h)| past == (!h.every_year && h.date < today))
        .collect();
    list.sort_by_key(|(_, h)| next(h, today));
    if past {
        list.reverse();
    }
    html! {
        div class="table-wrap" tabindex="0" role="region" aria-label=(caption) {
            table class="table" {
                caption class="vh" { (caption) }
                thead { tr {
                    th scope="col" { (t!(lang, "Day")) } th scope="col" { (t!(lang, "Name")) }
                    th scope="col" { (t!(lang, "Hours")) } th scope="col" { (t!(lang, "Repeats")) }
                    th scope="col" { span class="vh" { (t!(lang, "Actions")) } }
                } }
                tbody { @for (at, day) in list { (line(lang, entry, at, day, today)) } }
            }
        }
    }
}

/// When it comes next; a yearly day in the year it next falls in.
fn next(day: &Holiday, today: Date) -> Date {
    if !day.every_year {
        return day.date;
    }
    (today.year()..today.year() + 9)
        .filter_map(|year| Date::new(year, day.date.month(), day.date.day()).ok())
        .find(|date| *date >= today)
        .unwrap_or(day.date)
}

fn line(lang: Lang, entry: &CalendarEntry, at: usize, day: &Holiday, today: Date) -> Markup {
    let to = format!("/admin/calendars/{}/holidays", entry.id);
    let hours = day.hours.as_ref().map(|list| {
        let list: Vec<String> = list.iter().map(|(a, b)| format!("{a}–{b}")).collect();
        list.join(", ")
    });
    html! {
        tr class=[(!day.every_year && day.date < today).then_some("muted")] {
            td class="nowrap" { time datetime=(next(day, today).to_string()) { (fmt::day(lang, next(day, today), today)) } }
            td { (day.name) }
            td { (hours.as_deref().unwrap_or(t!(lang, "closed"))) }
            td { @if day.every_year { (t!(lang, "every year")) } @else { (t!(lang, "once")) } }
            td { div class="row nowrap-row" {
                a class="btn btn-s btn-quiet" href={ (to) "?edit=" (at) "#day" } aria-label=(t!(lang, "Change {name}", name = day.name)) { (t!(lang, "Change")) }
                form method="post" action=(to) {
                    input type="hidden" name="action" value="remove"; input type="hidden" name="at" value=(at);
                    input type="hidden" name="version" value=(entry.version);
                    button class="btn btn-s btn-quiet" aria-label=(t!(lang, "Remove {name}", name = day.name)) { (t!(lang, "Remove")) }
                }
            } }
        }
    }
}

fn add(lang: Lang, entry: &CalendarEntry, form: &HolidayForm, wrong: &Wrong) -> Markup {
    let opt = |value, label, chosen: &str| Opt {
        value,
        label,
        chosen: chosen == value,
        ..Opt::default()
    };
    let kinds = [
        opt("closed", t!(lang, "Closed all day"), &form.kind),
        opt("half", t!(lang, "Open for some hours"), &form.kind),
    ];
    let repeats = [
        opt("once", t!(lang, "Once"), &form.repeats),
        opt("yearly", t!(lang, "Every year on this date"), &form.repeats),
    ];
    let f = |name, label, value| Field {
        name,
        label,
        value,
        error: wrong.at(name),
        ..Field::default()
    };
    let hours = r#"{"is":{"field":"kind","value":"half"}}"#;
    html! {
        section class="card stack" id="day" {
            h2 { @if form.at.is_some() { (t!(lang, "Change the day")) } @else { (t!(lang, "Add a day")) } }
            form class="stack" method="post" action={ "/admin/calendars/" (entry.id) "/holidays" } novalidate {
                input type="hidden" name="version" value=(entry.version);
                @if let Some(at) = form.at { input type="hidden" name="at" value=(at); }
                (field::two(html! {
                    (field::date(lang, &f("date", t!(lang, "Day"), &form.date)))
                    (field::text(lang, &f("name", t!(lang, "Name"), &form.name)))
                }))
                (field::two(html! {
                    (select(lang, &f("kind", t!(lang, "Hours"), ""), &kinds, None))
                    (select(lang, &f("repeats", t!(lang, "Repeats"), ""), &repeats, None))
                }))
                (field::two(html! {
                    (field::text(lang, &Field { placeholder: "9:00", show_if: hours, ..f("from", t!(lang, "Open from"), &form.from) }))
                    (field::text(lang, &Field { placeholder: "12:00", show_if: hours, ..f("to", t!(lang, "Open to"), &form.to) }))
                }))
                div class="row" { (super::frame::save(if form.at.is_some() { t!(lang, "Save day") } else { t!(lang, "Add day") })) }
            }
        }
    }
}

fn read(form: &HolidayForm) -> Result<Holiday> {
    let mut wrong = Vec::new();
    let date: Option<Date> = form.date.trim().parse().ok();
    if date.is_none_or(|d| !(1900..2200).contains(&d.year())) {
        wrong.push(FieldError::new(
            "date",
            "Choose a day between 1900 and 2199.",
        ));
    }
    if form.name.trim().is_empty() {
        wrong.push(FieldError::new("name", "Give it a name."));
    }
    let hours = if form.kind == "half" {
        let mut time = |field: &str, text: &str| {
            calendar_form::time(text).unwrap_or_else(|msg| {
                wrong.push(FieldError::new(field, msg));
                ClockTime::MIDNIGHT
            })
        };
        Some(vec![(time("from", &form.from), time("to", &form.to))])
    } else {
        None
    };
    match date {
        Some(date) if wrong.is_empty() => Ok(Holiday {
            date,
            name: form.name.trim().to_owned(),
            hours,
            every_year: form.repeats == "yearly",
        }),
        _ => Err(Error::Invalid(wrong)),
    }
}

/// POST /admin/calendars/{calendar}/holidays
pub async fn save(
    me: Me,
    Path(id): Path<String>,
    Input(form): Input<HolidayForm>,
) -> Result<Response> {
    let entry = calendars::find(&me, &id).await?;
    let stale = form.version.is_some_and(|v| v != entry.version);
    if stale && form.at.is_some() {
        // The place in the list may be another day's by now.
        return Err(Error::Conflict(
            "Somebody else changed the holidays meanwhile. Open the page again, then change the day.".into(),
        ));
    }
    let mut input = CalendarInput {
        name: entry.name.clone(),
        definition: entry.def.clone(),
    };
    let today = me.today();
    let list = &mut input.definition.holidays;
    match (form.action.as_str(), form.at) {
        ("past", _) => list.retain(|h| h.every_year || h.date >= today),
        ("remove", Some(at)) if at < list.len() => drop(list.remove(at)),
        ("remove", _) => return Err(Error::NotFound),
        (_, at) => match read(&form) {
            Ok(day) => match at.and_then(|at| list.get_mut(at)) {
                Some(old) => *old = day,
                None => list.push(day),
            },
            Err(error) => return again(&me, &entry, &form, error).await,
        },
    }
    match calendars::change(&me, &entry, input, false, "/holidays").await {
        Err(error @ Error::Invalid(_)) => again(&me, &entry, &form, error).await,
        other => other,
    }
}

async fn again(
    me: &Me,
    entry: &CalendarEntry,
    form: &HolidayForm,
    error: Error,
) -> Result<Response> {
    let wrong = Wrong::of(me.lang(), error)?;
    let page = show(me, entry, form, &wrong).await?;
    Ok((wrong.status(), page).into_response())
}
