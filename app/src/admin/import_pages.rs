//! Taking holidays over from a country's rules or a calendar file, with a
//! ledger of what comes and what does not, before anything is changed.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use mil_sla::Holiday;
use mil_sla::countries::{countries, holidays_of};
use mil_sla::ical::{IcalError, MAX_BYTES, holidays_from_ical};

use crate::admin::{calendars, frame, holidays};
use crate::catalog::snapshot::CalendarEntry;
use crate::catalog::terms::calendar::{self, CalendarInput};
use crate::error::{Error, FieldError, Msg, Result};
use crate::files::Sent;
use crate::files::intake::disk;
use crate::i18n::{fmt, t, tn};
use crate::ui::choice::{Opt, combobox};
use crate::ui::field::{self, Field, Number};
use crate::web::{Me, Wrong};
use crate::work::recompute;

/// The most lines of the ledger on the page.
const SHOWN: usize = 200;

/// What an import brings: new days, and what is left out with the reason.
#[derive(Debug, Default)]
#[allow(missing_docs)]
pub struct Ledger {
    pub new: Vec<Holiday>,
    /// Days the calendar has already.
    pub known: Vec<Holiday>,
    /// Line of the file and why it was skipped.
    pub skipped: Vec<(usize, String)>,
}

impl Ledger {
    /// Sort out what the calendar has already.
    pub fn of(found: Vec<Holiday>, there: &[Holiday], skipped: Vec<(usize, String)>) -> Ledger {
        let mut ledger = Ledger {
            skipped,
            ..Ledger::default()
        };
        for day in found {
            let same = |h: &Holiday| {
                h.name == day.name
                    && (h.date == day.date
                        || (h.every_year
                            && (h.date.month(), h.date.day())
                                == (day.date.month(), day.date.day())))
            };
            if there.iter().any(same) {
                ledger.known.push(day);
            } else {
                ledger.new.push(day);
            }
        }
        ledger
    }
}

/// Both forms, for the page of holidays.
pub fn forms(me: &Me, entry: &CalendarEntry) -> Markup {
    let lang = me.lang();
    let to = format!("/admin/calendars/{}/import", entry.id);
    let year = me.today().year();
    let (from, until) = (year.to_string(), (year + 1).to_string());
    let mut places = Vec::new();
    for country in countries() {
        places.push((country.code.to_owned(), country.name.to_owned()));
        for region in country.regions {
            places.push((
                format!("{}-{}", country.code, region.code),
                format!("{}: {}", country.name, region.name),
            ));
        }
    }
    let options: Vec<Opt<'_>> = places
        .iter()
        .map(|(value, label)| Opt {
            value,
            label,
            ..Opt::default()
        })
        .collect();
    let years = || {
        let limits = Number {
            min: "1900",
            max: "2199",
            step: "1",
            unit: "",
        };
        let spec = |name, label, value| Field {
            name,
            label,
            value,
            ..Field::default()
        };
        field::two(html! {
            (field::number(lang, &spec("from_year", t!(lang, "From year"), &from), &limits))
            (field::number(lang, &spec("to_year", t!(lang, "To year"), &until), &limits))
        })
    };
    html! {
        section class="card stack" {
            h2 { (t!(lang, "Take over the holidays of a country")) }
            form class="stack" method="post" action=(to) enctype="multipart/form-data" {
                input type="hidden" name="source" value="country";
                (combobox(lang, &Field { name: "place", label: t!(lang, "Country or region"), ..Field::default() }, &options, None))
                (years())
                p class="hint" { (t!(lang, "Computed from each country's rules. Governments declare single days at short notice, so look through the list.")) }
                div { (super::frame::save(t!(lang, "Show the days"))) }
            }
        }
        section class="card stack" {
            h2 { (t!(lang, "Take over a calendar file")) }
            form class="stack" method="post" action=(to) enctype="multipart/form-data" {
                input type="hidden" name="source" value="ical";
                div class="field" {
                    label class="label" for="f-ical" { (t!(lang, "iCalendar file")) }
                    span class="hint" id="f-ical-hint" { (t!(lang, "A file that ends in .ics, such as calendar programs export. Whole days in it become holidays.")) }
                    input class="file-in" type="file" id="f-ical" name="ical" accept=".ics,text/calendar" aria-describedby="f-ical-hint";
                }
                div class="two" {
                    label class="field" { span class="label" { (t!(lang, "From year")) } input class="input" type="number" name="from_year" value=(from) min="1900" max="2199"; }
                    label class="field" { span class="label" { (t!(lang, "To year")) } input class="input" type="number" name="to_year" value=(until) min="1900" max="2199"; }
                }
                div { (super::frame::save(t!(lang, "Show the days"))) }
            }
        }
    }
}

/// Why a file cannot be read, for people.
pub fn explain(error: &IcalError) -> Msg {
    match error {
        IcalError::NotACalendar => {
            Msg::new("This is not an iCalendar file. Export one that ends in .ics.")
        }
        IcalError::TooLong { .. } => Msg::new("The file is larger than 4 MB. Export fewer years."),
        IcalError::BadYears { .. } => {
            Msg::new("Choose at most 100 years from 1900 to 2199, the first before the last.")
        }
        IcalError::TooMuch => Msg::new("The events stand for too many days. Choose fewer years."),
    }
}

/// The holidays of a place such as `DE-BY`.
pub fn of_country(place: &str, from: i16, to: i16) -> Result<Vec<Holiday>> {
    let years_fit = (1900..2200).contains(&from) && (from..2200).contains(&to) && to - from < 100;
    if !years_fit {
        let msg = explain(&IcalError::BadYears { from, to });
        return Err(Error::field("from_year", msg));
    }
    let (country, region) = match place.split_once('-') {
        Some((country, region)) => (country, Some(region)),
        None => (place, None),
    };
    let days: Vec<Holiday> = (from..=to)
        .flat_map(|year| holidays_of(country, region, year))
        .collect();
    if days.is_empty() {
        return Err(Error::field("place", "Choose a country of the list."));
    }
    Ok(days)
}

async fn read(me: &Me, sent: &Sent, there: &[Holiday]) -> Result<Ledger> {
    let year = |field: &str| {
        sent.text(field)
            .trim()
            .parse::<i16>()
            .map_err(|_| Error::field(field, "Give a year such as 2027."))
    };
    let (from, to) = (year("from_year")?, year("to_year")?);
    if sent.text("source") == "country" {
        let days = of_country(sent.text("place"), from, to)?;
        return Ok(Ledger::of(days, there, Vec::new()));
    }
    let file = sent.files.iter().find(|(field, _)| field == "ical");
    let Some((_, file)) = file else {
        let wrong = sent.wrong.first().cloned();
        let missing = FieldError::new("ical", "Choose a file first.");
        return Err(Error::Invalid(vec![wrong.unwrap_or(missing)]));
    };
    if file.size > MAX_BYTES as u64 {
        let msg = explain(&IcalError::TooLong { bytes: MAX_BYTES });
        return Err(Error::field("ical", msg));
    }
    let reader = me
        .app
        .blobs
        .open(&file.sha()?, 0, None)
        .await
        .map_err(disk)?;
    let bytes = reader.all().await?;
    let text = String::from_utf8_lossy(&bytes);
    let import = holidays_from_ical(&text, from, to)
        .map_err(|error| Error::field("ical", explain(&error)))?;
    Ok(Ledger::of(import.holidays, there, import.skipped))
}

/// POST /admin/calendars/{calendar}/import: the ledger, before it is applied.
pub async fn preview(me: Me, Path(id): Path<String>, sent: Sent) -> Result<Response> {
    let lang = me.lang();
    let entry = calendars::find(&me, &id).await?;
    let ledger = match read(&me, &sent, &entry.def.holidays).await {
        Ok(ledger) => ledger,
        Err(error) => {
            let wrong = Wrong::of(lang, error)?;
            let page = holidays::show(&me, &entry, &Default::default(), &wrong).await?;
            return Ok((wrong.status(), page).into_response());
        }
    };
    let mut input = CalendarInput {
        name: entry.name.clone(),
        definition: entry.def.clone(),
    };
    input.definition.holidays.extend(ledger.new.iter().cloned());
    let compiled = match calendar::check(&mut input) {
        Ok(compiled) => compiled,
        Err(error) => {
            let wrong = Wrong::of(lang, error)?;
            let page = holidays::show(&me, &entry, &Default::default(), &wrong).await?;
            return Ok((wrong.status(), page).into_response());
        }
    };
    let impact = recompute::impact_of_calendar(&me.app, me.now, &id, &compiled).await?;
    let base = format!("/admin/calendars/{id}");
    let back = format!("{base}/holidays");
    let facts = html! {
        (table(&me, &ledger))
        @if impact.moved > 0 { (frame::impact(lang, &impact)) }
    };
    let page = if ledger.new.is_empty() {
        let main =
            html! { (facts) a class="btn" href=(back) { (t!(lang, "Back to the holidays")) } };
        let title = t!(lang, "There is nothing new to take over");
        frame::page(&me, title, (&entry.name, &back), html! {}, main, None).await?
    } else {
        frame::confirm(
            &me,
            &tn!(
                lang,
                ledger.new.len(),
                "Take over {n} day?",
                "Take over {n} days?"
            ),
            (&entry.name, &back),
            facts,
            &format!("{base}/apply"),
            t!(lang, "Take them over"),
            &[
                ("calendar", &serde_json::to_string(&input)?),
                ("version", &entry.version.to_string()),
                ("to", "/holidays"),
            ],
        )
        .await?
    };
    Ok(page.into_response())
}

fn table(me: &Me, ledger: &Ledger) -> Markup {
    let lang = me.lang();
    let today = me.today();
    html! {
        p { (tn!(lang, ledger.new.len(), "{n} day is new", "{n} days are new")) ", "
            (tn!(lang, ledger.known.len(), "{n} is there already", "{n} are there already")) ", "
            (tn!(lang, ledger.skipped.len(), "{n} entry is left out", "{n} entries are left out")) "." }
        @if !ledger.new.is_empty() {
            h2 { (t!(lang, "New")) }
            ul class="plain" { @for day in ledger.new.iter().take(SHOWN) { li { (fmt::day(lang, day.date, today)) " · " (day.name) } }
                @if ledger.new.len() > SHOWN { li { (tn!(lang, ledger.new.len() - SHOWN, "and {n} more", "and {n} more")) } } }
        }
        @if !ledger.known.is_empty() {
            h2 { (t!(lang, "There already")) }
            ul class="plain" { @for day in ledger.known.iter().take(SHOWN) { li { (fmt::day(lang, day.date, today)) " · " (day.name) } } }
        }
        @if !ledger.skipped.is_empty() {
            h2 { (t!(lang, "Left out")) }
            ul class="plain" { @for (line, why) in ledger.skipped.iter().take(SHOWN) { li { (t!(lang, "Line {n}", n = line)) ": " (why) } }
                @if ledger.skipped.len() > SHOWN { li { (tn!(lang, ledger.skipped.len() - SHOWN, "and {n} more", "and {n} more")) } } }
        }
    }
}
