//! The window of a change, beside its request.

use maud::{Markup, html};

use crate::calendar::check::Around;
use crate::calendar::{store, words};
use crate::catalog::model::WorkKind;
use crate::error::Result;
use crate::i18n::t;
use crate::ui::block::{Tone, pill, rail_block};
use crate::ui::button::{Button, Kind, Size, link_button};
use crate::web::Me;
use crate::work::Item;

/// The block in the rail of the agents' page; empty for other work.
pub async fn panel(me: &Me, item: &Item, may_work: bool) -> Result<Markup> {
    if item.kind != WorkKind::Change {
        return Ok(html! {});
    }
    let lang = me.lang();
    let entry = store::of_item(&me.app.db, &item.id).await?;
    let go = |href: &str, label| {
        html! { div class="mt-3" { (link_button(href, Button { label, size: Size::Small, kind: Kind::Line, ..Button::default() })) } }
    };
    let Some(entry) = entry else {
        return Ok(rail_block(
            t!(lang, "Window"),
            "",
            html! {
                p class="muted" { (t!(lang, "Not in the change calendar yet: nobody sees that it is coming.")) }
                @if may_work && item.is_open() { (go(&format!("/calendar/new?change={}", item.number), t!(lang, "Plan its window"))) }
            },
        ));
    };
    let catalog = me.app.catalog().await?;
    let around = Around::load(&me.app.db, &catalog, entry.span.start(), entry.span.end()).await?;
    let open: Vec<_> = around
        .clashes_of(&entry)
        .into_iter()
        .filter(|c| c.is_open())
        .collect();
    Ok(rail_block(
        t!(lang, "Window"),
        "",
        html! {
            p { (words::times(me, &entry)) }
            @for c in &open {
                @let other = if c.first.id == entry.id { &c.second } else { &c.first };
                p class="mt-2 s14" { (pill(Tone::Bad, "alert", words::why(lang, c.why))) " " (other.title) }
            }
            (go(&format!("/calendar/{}", entry.id), t!(lang, "Open in the calendar")))
            @if may_work { div class="mt-3" { (crate::announcements::begin::offer(me, item).await?) } }
        },
    ))
}
