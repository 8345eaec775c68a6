//! The week of a calendar as a form: what is typed, read and printed.

use std::collections::BTreeMap;

use jiff::tz::TimeZoneDatabase;
use maud::{Markup, html};
use mil_sla::{CalendarDef, ClockTime, Hours, Weekday};

use crate::catalog::snapshot::CalendarEntry;
use crate::catalog::terms::calendar::CalendarInput;
use crate::error::{Error, FieldError, Msg, Result};
use crate::i18n::{Lang, t};
use crate::ui::choice::{Opt, combobox};
use crate::ui::field::{self, Field, fieldset};
use crate::web::Wrong;

/// Spans a day that the form shows at least.
const SPANS: usize = 2;
/// Spans a day at most.
const MAX_SPANS: usize = 8;

/// Keys of the days, in the order of [`Weekday::ALL`].
pub const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// The form as typed.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)]
pub struct Draft {
    pub name: String,
    pub zone: String,
    /// Texts of `from` and `to`, by day.
    pub week: [Vec<(String, String)>; 7],
    /// How many spans a day are shown.
    pub spans: usize,
    /// Not in this form, but part of the calendar.
    pub def: Option<CalendarDef>,
    pub version: Option<i64>,
    pub action: String,
}

impl Draft {
    /// A new calendar: office hours.
    pub fn fresh(zone: &str) -> Draft {
        let time = |h, m| ClockTime::new(h, m).unwrap_or(ClockTime::MIDNIGHT);
        Draft::from_def("", &CalendarDef::weekdays(zone, time(9, 0), time(17, 0)))
    }

    /// A stored one.
    pub fn of(entry: &CalendarEntry) -> Draft {
        Draft {
            version: Some(entry.version),
            ..Draft::from_def(&entry.name, &entry.def)
        }
    }

    fn from_def(name: &str, def: &CalendarDef) -> Draft {
        let mut week: [Vec<(String, String)>; 7] = Default::default();
        for h in &def.hours {
            week[h.day as usize].push((h.from.to_string(), h.to.to_string()));
        }
        let most = week.iter().map(Vec::len).max().unwrap_or(0);
        Draft {
            name: name.to_owned(),
            zone: def.zone.clone(),
            week,
            spans: most.max(SPANS),
            def: Some(def.clone()),
            ..Draft::default()
        }
    }

    /// As posted.
    pub fn posted(mut map: BTreeMap<String, Vec<String>>) -> Draft {
        let mut all = |key: &str| map.remove(key).unwrap_or_default();
        let mut one = |key: &str| all(key).into_iter().next().unwrap_or_default();
        let mut draft = Draft {
            name: one("name"),
            zone: one("zone"),
            action: one("action"),
            version: one("version").parse().ok(),
            spans: one("spans").parse().unwrap_or(SPANS).clamp(1, MAX_SPANS),
            ..Draft::default()
        };
        for (day, key) in draft.week.iter_mut().zip(DAYS) {
            let (from, to) = (all(&format!("{key}_from")), all(&format!("{key}_to")));
            *day = from.into_iter().zip(to).take(MAX_SPANS).collect();
        }
        draft
    }

    /// Do what a button other than Save says. Whether it was one.
    pub fn act(&mut self) -> bool {
        match self.action.as_str() {
            "wider" => self.spans = (self.spans + 1).min(MAX_SPANS),
            "copy" => {
                let monday = self.week[0].clone();
                for day in &mut self.week[1..5] {
                    day.clone_from(&monday);
                }
            }
            _ => return false,
        }
        true
    }

    /// What it means, with the holidays of `kept`.
    ///
    /// # Errors
    /// Every field that cannot be read.
    pub fn read(&self, kept: Option<&CalendarDef>) -> Result<CalendarInput> {
        let mut wrong = Vec::new();
        let mut hours = Vec::new();
        for ((spans, day), key) in self.week.iter().zip(Weekday::ALL).zip(DAYS) {
            for (from, to) in spans {
                if from.trim().is_empty() && to.trim().is_empty() {
                    continue;
                }
                match (time(from), time(to)) {
                    (Ok(from), Ok(to)) => hours.push(Hours { day, from, to }),
                    (Err(msg), _) | (_, Err(msg)) => {
                        wrong.push(FieldError::new(format!("{key}_from"), msg));
                    }
                }
            }
        }
        if !wrong.is_empty() {
            return Err(Error::Invalid(wrong));
        }
        Ok(CalendarInput {
            name: self.name.clone(),
            definition: CalendarDef {
                zone: self.zone.clone(),
                hours,
                holidays: kept.map(|d| d.holidays.clone()).unwrap_or_default(),
            },
        })
    }
}

/// A time of day as people write it: "9", "9:00", "9.30", "24:00".
///
/// # Errors
/// What to write instead.
pub fn time(text: &str) -> std::result::Result<ClockTime, Msg> {
    let text = text.trim().replace('.', ":");
    let text = if !text.is_empty() && text.len() <= 2 && text.bytes().all(|b| b.is_ascii_digit()) {
        format!("{text}:00")
    } else {
        text
    };
    text.parse().map_err(|_| {
        Msg::new("“{text}” is no time of day. Write hours and minutes from 0:00 to 24:00.")
            .with("text", text.chars().take(20).collect::<String>())
    })
}

/// The name of a day.
pub fn day_name(lang: Lang, index: usize) -> &'static str {
    [
        t!(lang, "Monday"),
        t!(lang, "Tuesday"),
        t!(lang, "Wednesday"),
        t!(lang, "Thursday"),
        t!(lang, "Friday"),
        t!(lang, "Saturday"),
        t!(lang, "Sunday"),
    ][index.min(6)]
}

/// The zones of the built-in database that people live in.
pub fn zones() -> Vec<String> {
    let mut all: Vec<String> = TimeZoneDatabase::bundled()
        .available()
        .map(|name| name.as_str().to_owned())
        .filter(|name| {
            let part = name.split('/').next().unwrap_or_default();
            let places = [
                "Africa",
                "America",
                "Antarctica",
                "Arctic",
                "Asia",
                "Atlantic",
                "Australia",
                "Europe",
                "Indian",
                "Pacific",
            ];
            name == "UTC" || (name.contains('/') && places.contains(&part))
        })
        .collect();
    all.sort();
    all
}

/// The field to choose a zone in.
pub fn zone_field(lang: Lang, name: &str, chosen: &str, error: &str) -> Markup {
    let mut zones = zones();
    if !chosen.is_empty() && !zones.iter().any(|z| z == chosen) {
        zones.insert(0, chosen.to_owned());
    }
    let options: Vec<Opt<'_>> = zones
        .iter()
        .map(|zone| Opt {
            value: zone,
            label: zone,
            chosen: zone == chosen,
            ..Opt::default()
        })
        .collect();
    let spec = Field {
        name,
        label: t!(lang, "Time zone"),
        error,
        ..Field::default()
    };
    combobox(lang, &spec, &options, None)
}

/// The fields.
pub fn fields(lang: Lang, draft: &Draft, wrong: &Wrong) -> Markup {
    html! {
        @if let Some(version) = draft.version { input type="hidden" name="version" value=(version); }
        input type="hidden" name="spans" value=(draft.spans);
        (field::two(html! {
            (field::text(lang, &Field { name: "name", label: t!(lang, "Name"), value: &draft.name, error: wrong.at("name"), ..Field::default() }))
            (zone_field(lang, "zone", &draft.zone, wrong.at("zone")))
        }))
        (fieldset(t!(lang, "Working hours"), html! {
            p class="hint" { (t!(lang, "Leave a day empty if nobody works. A break makes two spans. Midnight at the end of a day is 24:00.")) }
            @if !wrong.at("hours").is_empty() { p class="error" id="f-hours" { (wrong.at("hours")) } }
            div class="table-wrap" tabindex="0" role="region" aria-label=(t!(lang, "Working hours")) {
                table class="table week-hours" {
                    caption class="vh" { (t!(lang, "Working hours")) }
                    thead { tr { th scope="col" { (t!(lang, "Day")) }
                        @for n in 1..=draft.spans { th scope="col" { (t!(lang, "Span {n}", n = n)) } } } }
                    tbody { @for (i, key) in DAYS.into_iter().enumerate() { (day_row(lang, draft, wrong, i, key)) } }
                }
            }
            div class="row" {
                (super::frame::action(t!(lang, "Copy Monday to Friday"), "", "copy"))
                @if draft.spans < MAX_SPANS { (super::frame::action(t!(lang, "One more span a day"), "plus", "wider")) }
            }
        }))
    }
}

fn day_row(lang: Lang, draft: &Draft, wrong: &Wrong, i: usize, key: &str) -> Markup {
    let error = wrong.at(&format!("{key}_from")).to_owned();
    let name = day_name(lang, i);
    let cell = |label: String, field: &str, value: &str, first: bool| {
        html! {
            input class="input" name={ (key) "_" (field) } value=(value) inputmode="numeric" maxlength="5" size="5" autocomplete="off"
                id=[first.then(|| format!("f-{key}_from"))] aria-label=(label)
                aria-invalid=[(first && !error.is_empty()).then_some("true")]
                aria-describedby=[(!error.is_empty()).then(|| format!("f-{key}_from-error"))];
        }
    };
    html! {
        tr {
            th scope="row" { (name) @if !error.is_empty() { p class="error" id={ "f-" (key) "_from-error" } { (error) } } }
            @for n in 0..draft.spans {
                @let (from, to) = draft.week[i].get(n).cloned().unwrap_or_default();
                td { span class="row nowrap" {
                    (cell(t!(lang, "{day}, span {n}, from", day = name, n = n + 1), "from", &from, n == 0)) "–"
                    (cell(t!(lang, "{day}, span {n}, to", day = name, n = n + 1), "to", &to, false))
                } }
            }
        }
    }
}
