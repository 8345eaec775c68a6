//! The part of the form that says when: beat, time, span, days without work.

use maud::{Markup, html};
use mil_sla::Weekday;
use mil_sla::rhythm::OnClosed;

use crate::catalog::Catalog;
use crate::i18n::{Lang, fmt, t};
use crate::recurring::draft::{self, BEATS, Fields, one};
use crate::recurring::words;
use crate::ui::choice::{Opt, checks, select};
use crate::ui::field::{self, Field, Number};
use crate::web::{Me, Wrong};

fn beat_word(lang: Lang, beat: &str) -> &'static str {
    match beat {
        "days" => t!(lang, "Every n days"),
        "month_day" => t!(lang, "On a day of the month"),
        "month_weekday" => t!(lang, "On a weekday of the month, such as the first Monday"),
        "last_working_day" => t!(lang, "On the last working day of the month"),
        "year" => t!(lang, "Once a year"),
        _ => t!(lang, "Every n weeks on some weekdays"),
    }
}

/// A condition of the browser: shown for these beats.
fn only(beats: &[&str]) -> String {
    let tests: Vec<_> = beats
        .iter()
        .map(|beat| serde_json::json!({ "is": { "field": "_beat", "value": beat } }))
        .collect();
    serde_json::json!({ "any": tests }).to_string()
}

/// The part of the form that says when.
pub fn when(me: &Me, catalog: &Catalog, fields: &Fields, bad: &Wrong) -> Markup {
    let lang = me.lang();
    let value = |name: &str| one(fields, name);
    let opt = |value: &'static str, label: &'static str, chosen: &str| Opt {
        value,
        label,
        chosen: value == chosen,
        ..Opt::default()
    };
    let beats: Vec<Opt<'_>> = BEATS
        .iter()
        .map(|b| opt(b, beat_word(lang, b), value("_beat")))
        .collect();
    let words_of_days = Weekday::ALL.map(|day| (draft::word(&day), words::weekday(lang, day)));
    let ticked = fields.get("_on");
    let on: Vec<Opt<'_>> = words_of_days
        .iter()
        .map(|(key, label)| Opt {
            value: key,
            label,
            chosen: ticked.is_some_and(|list| list.contains(key)),
            ..Opt::default()
        })
        .collect();
    let weekdays: Vec<Opt<'_>> = on
        .iter()
        .map(|o| Opt {
            chosen: o.value == value("_weekday"),
            ..*o
        })
        .collect();
    let nths = [("1", 1), ("2", 2), ("3", 3), ("4", 4), ("-1", -1)];
    let nths: Vec<Opt<'_>> = nths
        .iter()
        .map(|(key, n)| opt(key, words::nth(lang, *n), value("_nth")))
        .collect();
    let months: Vec<(String, &str)> = (1..=12)
        .map(|m| {
            (
                m.to_string(),
                fmt::month(lang, jiff::civil::Date::constant(2024, m, 1)),
            )
        })
        .collect();
    let months: Vec<Opt<'_>> = months
        .iter()
        .map(|(key, label)| Opt {
            value: key,
            label,
            chosen: key == value("_month"),
            ..Opt::default()
        })
        .collect();
    let closed = [
        OnClosed::Before,
        OnClosed::After,
        OnClosed::Skip,
        OnClosed::Keep,
    ];
    let keys = closed.map(|c| (draft::word(&c), words::closed(lang, c)));
    let closed: Vec<Opt<'_>> = keys
        .iter()
        .map(|(key, label)| Opt {
            value: key,
            label,
            chosen: key == value("_closed"),
            ..Opt::default()
        })
        .collect();
    let mut calendars: Vec<_> = catalog
        .calendars
        .values()
        .filter(|c| !c.archived || c.id == value("_calendar"))
        .collect();
    calendars.sort_by(|a, b| a.name.cmp(&b.name));
    let calendars: Vec<Opt<'_>> = calendars
        .iter()
        .map(|c| Opt {
            value: &c.id,
            label: &c.name,
            chosen: c.id == value("_calendar"),
            ..Opt::default()
        })
        .collect();
    let (weeks, month_day, month_weekday, year) = (
        only(&["weeks"]),
        only(&["month_day", "year"]),
        only(&["month_weekday"]),
        only(&["year"]),
    );
    let stepped = only(&BEATS[..5]);
    let part = |name: &'static str, label: &'static str, hint: &'static str| Field {
        hint,
        ..bad.field(name, label, value(name))
    };
    html! {
        (select(lang, &part("_beat", t!(lang, "Rhythm"), ""), &beats, None))
        (field::number(lang, &Field { show_if: &stepped, ..part("_every", t!(lang, "Every how many days, weeks or months"), "") },
            &Number { min: "1", max: "366", step: "1", unit: "" }))
        (checks(lang, &Field { show_if: &weeks, ..part("_on", t!(lang, "Weekdays"), "") }, &on, true))
        (field::number(lang, &Field { show_if: &month_day, ..part("_day", t!(lang, "Day of the month"), t!(lang, "In a month that is too short: its last day.")) },
            &Number { min: "1", max: "31", step: "1", unit: "" }))
        (field::two(html! {
            (select(lang, &Field { show_if: &month_weekday, ..part("_nth", t!(lang, "Which one"), "") }, &nths, None))
            (select(lang, &Field { show_if: &month_weekday, ..part("_weekday", t!(lang, "Weekday"), "") }, &weekdays, None))
        }))
        (select(lang, &Field { show_if: &year, ..part("_month", t!(lang, "Month"), "") }, &months, None))
        (field::two(html! {
            (field::time(lang, &part("_at", t!(lang, "Time of day"), "")))
            (field::text(lang, &part("_zone", t!(lang, "Time zone"), t!(lang, "Such as Europe/Berlin."))))
        }))
        (field::two(html! {
            (field::date(lang, &part("_start", t!(lang, "First day at the earliest"), "")))
            (field::date(lang, &Field { optional: true, ..part("_until", t!(lang, "Last day at the latest"), "") }))
        }))
        (field::number(lang, &Field { optional: true, ..part("_count", t!(lang, "How many times at most"), "") },
            &Number { min: "1", max: "1000", step: "1", unit: "" }))
        (field::two(html! {
            (select(lang, &part("_calendar", t!(lang, "Working days as in"), ""), &calendars, None))
            (select(lang, &part("_closed", t!(lang, "When a date is no working day"), ""), &closed, None))
        }))
        (field::number(lang, &part("_ahead", t!(lang, "Order it this many working days before"), t!(lang, "The date in title and answers stays the planned one.")),
            &Number { min: "0", max: "60", step: "1", unit: "" }))
    }
}
