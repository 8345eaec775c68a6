//! Runs beside a request, and a way to start one.

use maud::{Markup, html};

use crate::error::Result;
use crate::i18n::t;
use crate::playbooks::run_page::row;
use crate::playbooks::{runs, store};
use crate::ui::block::rail_block;
use crate::ui::button::{Button, Size, button};
use crate::ui::choice::{Opt, select};
use crate::ui::field::Field;
use crate::web::Me;
use crate::work::Item;

/// How many runs stand over one's own work.
const SHOWN: i64 = 5;

/// The open runs that wait for the actor, for the top of their work; empty when
/// there are none.
pub async fn mine(me: &Me) -> Result<Markup> {
    let lang = me.lang();
    let wanted = runs::Wanted {
        open: Some(true),
        mine: true,
        ..runs::Wanted::default()
    };
    let found = runs::list(&me.app.db, &me.actor, &wanted, SHOWN + 1).await?;
    if found.is_empty() {
        return Ok(html! {});
    }
    let shown = usize::try_from(SHOWN).unwrap_or_default();
    Ok(html! {
        section class="panel-body stack" aria-labelledby="my-runs" {
            h2 class="small" id="my-runs" { (t!(lang, "Playbooks under way")) }
            ul class="stack plain-list" { @for run in found.iter().take(shown) { (row(me, run)) } }
            @if found.len() > shown { p { a href="/playbook-runs?view=mine" { (t!(lang, "All runs")) } } }
        }
    })
}

/// The block in the rail of the agents' page; empty when there is nothing to
/// run and nothing was.
pub async fn of_item(me: &Me, item: &Item, may_work: bool) -> Result<Markup> {
    let lang = me.lang();
    let wanted = runs::Wanted {
        item: Some(&item.id),
        ..runs::Wanted::default()
    };
    let found = runs::list(&me.app.db, &me.actor, &wanted, 20).await?;
    let all = store::list(&me.app.db, &me.actor, &store::Wanted::default()).await?;
    let all: Vec<Opt<'_>> = all
        .iter()
        .filter(|b| b.runs())
        .map(|b| Opt {
            value: &b.id,
            label: &b.name,
            ..Opt::default()
        })
        .collect();
    let offer = may_work && item.is_open() && !all.is_empty();
    if found.is_empty() && !offer {
        return Ok(html! {});
    }
    Ok(rail_block(
        t!(lang, "Playbooks"),
        "",
        html! {
            @if !found.is_empty() { ul class="stack plain-list" { @for run in &found { (row(me, run)) } } }
            @if offer {
                details class="mt-2" { summary class="small" { (t!(lang, "Start a playbook")) }
                    form method="post" action="/playbook-runs" class="stack mt-2" {
                        input type="hidden" name="item" value=(item.id);
                        (select(lang, &Field { name: "playbook", label: t!(lang, "Which one"), ..Field::default() }, &all, None))
                        div { (button(Button { label: t!(lang, "Start"), size: Size::Small, ..Button::default() })) }
                    } }
            }
        },
    ))
}
