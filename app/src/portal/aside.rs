//! What a service promises: by when, through which steps, for whom, at what
//! price, and whether the promise was kept.

use jiff::SignedDuration;
use maud::{Markup, html};
use mil_db::sql;
use mil_sla::promise::{State, split_shares};

use crate::catalog::model::{ClockKind, Priority};
use crate::catalog::{Catalog, Service};
use crate::error::Result;
use crate::i18n::{fmt, t};
use crate::portal::catalog::{Groups, price, usual};
use crate::ui::icon::icon;
use crate::web::Me;
use crate::work::promise::Promise;

/// How far back, and how many orders at most, "kept on time" looks.
const DAYS: i64 = 90;
const SAMPLE: i64 = 100;

/// How many of the last orders were kept, and of how many.
async fn kept(me: &Me, catalog: &Catalog, service: &Service) -> Result<(i64, i64)> {
    let since = me
        .now
        .checked_sub(SignedDuration::from_hours(24 * DAYS))
        .unwrap_or(jiff::Timestamp::MIN);
    let rows = sql("SELECT promise FROM work_item
         WHERE service_id = $1 AND closed_at IS NOT NULL AND closed_at >= $2 AND phase = 'done'
         ORDER BY closed_at DESC LIMIT $3")
    .bind(&service.id)
    .bind(since.as_microsecond())
    .bind(SAMPLE)
    .all(&me.app.db)
    .await?;
    let (mut kept, mut all) = (0, 0);
    for row in rows {
        let promise: Promise = row.json("promise")?;
        let (_, calendar) = catalog.promise(&promise.promise_id)?;
        let reading = promise.read(ClockKind::Delivery, &calendar.compiled, me.now);
        kept += i64::from(reading.state == State::Met);
        all += 1;
    }
    Ok((kept, all))
}

/// Half days from a third of a day on, else hours: nobody plans by the minute.
fn roughly(minutes: i64, day: i64) -> i64 {
    let unit = if minutes * 3 >= day { day / 2 } else { 60 };
    let unit = unit.max(1);
    ((minutes + unit / 2) / unit).max(1) * unit
}

/// The promise in a line, for phones, where the card stands below the form.
pub fn on_phone(me: &Me, catalog: &Catalog, service: &Service) -> Result<Markup> {
    let lang = me.lang();
    let (promise, calendar) = catalog.promise(&service.promise_id)?;
    let target = promise.def.target(Priority::Normal).delivery();
    let by = calendar.compiled.add(me.now, target);
    let by = fmt::when(lang, by, me.now, &me.prefs.zone);
    Ok(html! {
        p class="notice mt-4" style="display:var(--phone-flex,none)" {
            (icon("clock"))
            span { (t!(lang, "Order now and you have it by")) " " strong class="strong" { (by) } "." }
        }
    })
}

/// The card beside the form.
pub async fn card(me: &Me, catalog: &Catalog, service: &Service) -> Result<Markup> {
    let lang = me.lang();
    let (promise, calendar) = catalog.promise(&service.promise_id)?;
    let (_, process) = catalog.current_process(&service.process_id)?;
    let cal = &calendar.compiled;
    let target = promise.def.target(Priority::Normal).delivery();
    let by = fmt::when(lang, cal.add(me.now, target), me.now, &me.prefs.zone);
    let day = cal.working_day().minutes();
    let shares: Vec<u32> = process.stages.iter().map(|s| s.share).collect();
    let parts = split_shares(target, &shares);
    let groups = Groups::load(me, &[&std::sync::Arc::new(service.clone())]).await?;
    let who = groups.who(me, service);
    let price = match price(me, service) {
        said if said.is_empty() => t!(lang, "Free of charge").to_owned(),
        said => said,
    };
    let (kept, all) = kept(me, catalog, service).await?;
    Ok(html! {
        div class="card" {
            h2 class="promise-big" { (t!(lang, "Usually {time}", time = usual(me, catalog, service)?)) }
            p class="s14 muted mt-2" { (t!(lang, "Order now and you have it by")) " " strong class="strong" { (by) } "." }
            ol class="todo s14 mt-4 plain-list" style="gap:.5rem" {
                @for (stage, part) in process.stages.iter().zip(&parts) {
                    li class="row" {
                        span class="grow" { (stage.requester_word()) }
                        span class="muted" {
                            @if stage.requester_approves { (t!(lang, "clock stops")) }
                            @else if part.is_positive() { (fmt::span_words(lang, roughly(part.minutes(), day), day)) }
                        }
                    }
                }
            }
            dl class="props mt-4 ruled" {
                @if !who.is_empty() { dt { (t!(lang, "Who")) } dd { (who) } }
                dt { (t!(lang, "Price")) } dd { (price) }
                @if all > 0 {
                    dt { (t!(lang, "Kept")) }
                    dd { span { (t!(lang, "{n} of {all} on time", n = kept, all = all)) " "
                        span class="muted" { (t!(lang, "in the last 90 days")) } } }
                }
            }
        }
    })
}
