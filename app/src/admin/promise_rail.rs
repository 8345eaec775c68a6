//! What a promise means, worked out on real days.

use jiff::Timestamp;
use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use maud::{Markup, html};
use mil_sla::Calendar;

use crate::admin::promise_form::Draft;
use crate::catalog::Catalog;
use crate::catalog::model::{Priority, PromiseDef};
use crate::error::{Error, Result};
use crate::i18n::{Lang, fmt, t};
use crate::ui::block::rail_block;
use crate::web::Me;

/// The rail for what is in the form now; fetched again while somebody types.
pub fn part(me: &Me, catalog: &Catalog, draft: &Draft) -> Result<Markup> {
    let lang = me.lang();
    let calendar = catalog.calendars.get(&draft.calendar_id);
    let body = match (draft.read(catalog), calendar) {
        (Ok(input), Some(calendar)) if input.definition.check().is_empty() => {
            example(lang, &input.definition, &calendar.compiled, me.now)
        }
        (Err(Error::Invalid(_)) | Ok(_), _) => {
            html! { p class="muted" { (t!(lang, "The example appears when the targets can be read.")) } }
        }
        (Err(other), _) => return Err(other),
    };
    Ok(html! {
        div id="preview" hx-post="/admin/promises/preview" hx-trigger="input from:#edit delay:400ms" hx-include="#edit" hx-swap="outerHTML" {
            (rail_block(t!(lang, "Worked example"), "", body))
        }
    })
}

/// Ordered on a Friday at 16:00: the case in which people misjudge working time.
fn example(lang: Lang, def: &PromiseDef, calendar: &Calendar, now: Timestamp) -> Markup {
    let zone = TimeZone::get(calendar.zone()).unwrap_or(TimeZone::UTC);
    let today = zone.to_datetime(now).date();
    let ordered = today
        .nth_weekday(1, Weekday::Friday)
        .ok()
        .and_then(|day| {
            zone.to_timestamp(day.to_datetime(Time::constant(16, 0, 0, 0)))
                .ok()
        })
        .unwrap_or(now);
    let at = |at: Timestamp| fmt::when(lang, at, now, &zone);
    html! {
        p { (t!(lang, "Ordered {when}:", when = at(ordered))) }
        dl class="props mt-3 wide" {
            @for p in Priority::ALL.into_iter().rev() {
                @let target = def.target(p);
                dt { (lang.t(p.label())) }
                dd { span {
                    (t!(lang, "answer by {when}", when = at(calendar.add(ordered, target.response())))) br;
                    strong class="strong" { (t!(lang, "delivery by {when}", when = at(calendar.add(ordered, target.delivery())))) }
                } }
            }
        }
        p class="muted small mt-3" {
            (t!(lang, "A working day here has {time}.", time = fmt::span(lang, calendar.working_day().minutes(), i64::MAX)))
        }
    }
}

/// The services that make the promise.
pub fn services(lang: Lang, catalog: &Catalog, id: &str) -> Markup {
    let used: Vec<_> = catalog
        .services
        .iter()
        .filter(|s| s.promise_id == id)
        .collect();
    let body = html! {
        @if used.is_empty() { p class="muted" { (t!(lang, "No service makes this promise yet.")) } }
        @else { ul class="plain" { @for s in &used {
            li { a href={ "/admin/services/" (s.id) } { (s.name) } @if s.retired { " " span class="muted" { (t!(lang, "(retired)")) } } }
        } } }
    };
    rail_block(t!(lang, "Services"), "", body)
}
