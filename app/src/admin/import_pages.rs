//! Taking holidays over from a country's rules or a calendar file, with a
//! ledger of what comes and what does not, before anything is changed.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use mil_sla::Holiday;
use mil_sla::countries::countries;

use crate::admin::{calendars, frame, holidays};
use crate::catalog::snapshot::CalendarEntry;
use crate::catalog::terms::calendar::{self, CalendarInput};
use crate::catalog::terms::import::{self, Ledger};
use crate::error::{Error, Result};
use crate::files::Sent;
use crate::files::intake::content;
use crate::i18n::{fmt, t, tn};
use crate::ui::choice::{Opt, combobox};
use crate::ui::field::{self, Field, Number};
use crate::web::{Me, Wrong};
use crate::work::recompute;

/// The most lines of the ledger on the page.
const SHOWN: usize = 200;

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
        section class="card stack" id="country" {
            h2 { (t!(lang, "Take over the holidays of a country")) }
            form class="stack" method="post" action=(to) enctype="multipart/form-data" {
                input type="hidden" name="source" value="country";
                (combobox(lang, &Field { name: "place", label: t!(lang, "Country or region"), ..Field::default() }, &options, None))
                (years())
                p class="hint" { (t!(lang, "Computed from each country's rules. Governments declare single days at short notice, so look through the list.")) }
                div { (super::frame::save(t!(lang, "Show the days"))) }
            }
        }
        section class="card stack" id="file" {
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

async fn read(me: &Me, sent: &Sent, there: &[Holiday]) -> Result<Ledger> {
    let year = |field: &str| {
        sent.text(field)
            .trim()
            .parse::<i16>()
            .map_err(|_| Error::field(field, "Give a year such as 2027."))
    };
    let (from, to) = (year("from_year")?, year("to_year")?);
    if sent.text("source") == "country" {
        return import::of_country(sent.text("place"), from, to, there);
    }
    let file = sent.file("ical")?;
    import::fits(file.size)?;
    let bytes = content(&me.app, file).await?;
    import::of_file(&String::from_utf8_lossy(&bytes), from, to, there)
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
            ul class="plain" { @for part in ledger.skipped.iter().take(SHOWN) {
                li { (t!(lang, "Line {n}", n = part.line)) ": "
                    @if !part.msg.subject.is_empty() { (part.msg.subject) ": " }
                    (lang.text(part.msg.text, &part.msg.args)) } }
                @if ledger.skipped.len() > SHOWN { li { (tn!(lang, ledger.skipped.len() - SHOWN, "and {n} more", "and {n} more")) } } }
        }
    }
}
