//! A problem on other pages: beside its work item, and its workaround where
//! people order.

use maud::{Markup, html};

use crate::catalog::Catalog;
use crate::catalog::model::WorkKind;
use crate::error::Result;
use crate::i18n::{t, tn};
use crate::problems::store::{self, Known};
use crate::ui::block::{Tone, notice, pill, props, rail_block};
use crate::ui::button::{Button, Kind, Size, button, link_button};
use crate::web::{Me, markdown};
use crate::work::Item;

/// The block in the rail of the agents' page; empty for other work.
pub async fn panel(me: &Me, item: &Item, may_work: bool) -> Result<Markup> {
    if item.kind != WorkKind::Problem {
        return Ok(html! {});
    }
    let lang = me.lang();
    let record = store::of(&me.app.db, item).await?;
    let incidents = store::incidents(&me.app.db, &me.actor, &item.id).await?;
    let href = format!("/work/{}/problem", item.number);
    Ok(rail_block(
        t!(lang, "Problem"),
        "",
        html! {
            p class="row" {
                @if record.known_at.is_some() { (pill(Tone::Info, "check", t!(lang, "Known error"))) }
                @else { (pill(Tone::Line, "", t!(lang, "Cause not known yet"))) }
                @if record.published_at.is_some() { (pill(Tone::Ok, "", t!(lang, "Workaround offered"))) }
            }
            (props(&[
                (t!(lang, "Incidents"), html! { (tn!(lang, incidents.len(), "{n} incident", "{n} incidents")) }),
                (if record.published_at.is_some() { t!(lang, "Helped") } else { "" },
                    html! { (tn!(lang, record.helped, "{n} person", "{n} people")) }),
            ]))
            @if may_work { div class="mt-3" { (link_button(&href, Button {
                label: t!(lang, "Cause and workaround"), size: Size::Small, kind: Kind::Line, ..Button::default() })) } }
        },
    ))
}

/// What is known to be wrong with a service and what helps, where it is ordered
/// or was ordered. `back` is the page to come back to.
pub async fn offer(me: &Me, catalog: &Catalog, service_id: &str, back: &str) -> Result<Markup> {
    let lang = me.lang();
    let list = store::known(&me.app.db, catalog, &me.actor, Some(service_id)).await?;
    // Whoever may not order the service any more cannot count.
    let may_count = catalog.orderable(&me.actor, service_id).is_ok();
    Ok(html! {
        @if !list.is_empty() {
            section class="stack mt-4" aria-label=(t!(lang, "Known faults")) {
                @for known in &list { (one(me, known, back, may_count)) }
            }
        }
    })
}

fn one(me: &Me, known: &Known, back: &str, may_count: bool) -> Markup {
    let lang = me.lang();
    notice(
        Tone::Warn,
        "info",
        &t!(
            lang,
            "There is a known fault: {fault}",
            fault = known.headline
        ),
        html! {
            p class="mt-2 strong" { (t!(lang, "Here is what helps:")) }
            div class="prose" { (markdown(&known.workaround)) }
            @if known.helped { p class="small mt-2" { (t!(lang, "You said that this helped. We are glad.")) } }
            @else if may_count {
                form class="mt-3" method="post" action={ "/known-errors/" (known.id) "/helped" } {
                    input type="hidden" name="back" value=(back);
                    (button(Button { label: t!(lang, "This helped me"), icon: "check", size: Size::Small, ..Button::default() }))
                }
            }
        },
    )
}
