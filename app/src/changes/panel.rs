//! A change on other pages: beside its request, and where its requester reads.

use maud::{Markup, html};

use crate::calendar;
use crate::catalog::model::WorkKind;
use crate::changes::rules::{Level, Type};
use crate::changes::{store, words};
use crate::error::Result;
use crate::i18n::t;
use crate::ui::block::{Tone, notice, pill, props, rail_block};
use crate::ui::button::{Button, Kind, Size, link_button};
use crate::web::Me;
use crate::work::Item;

/// The block in the rail of the agents' page; empty for other work.
pub async fn panel(me: &Me, item: &Item, may_work: bool) -> Result<Markup> {
    if item.kind != WorkKind::Change {
        return Ok(html! {});
    }
    let lang = me.lang();
    let r = store::of(&me.app.db, item).await?;
    let found = r.assessment(item);
    let decided = store::decided(&me.app.db, &item.id).await?;
    let high = found.as_ref().is_some_and(|a| a.level == Level::High);
    Ok(rail_block(
        t!(lang, "Change"),
        "",
        html! {
            p class="row" {
                span title=(words::kind_term(lang, r.kind)) {
                    (pill(if r.kind == Type::Emergency { Tone::Bad } else { Tone::Line }, "", words::kind(lang, r.kind))) }
                @match &found {
                    Some(a) => { @let (word, tone) = words::level_pill(lang, a.level); (pill(tone, "", word)) },
                    None => (pill(Tone::Line, "", t!(lang, "Risk not ranked yet"))),
                }
            }
            @if high && r.way_back(item).is_empty() {
                p class="mt-2 s14" { (pill(Tone::Bad, "alert", t!(lang, "No way back"))) " " (t!(lang, "It cannot go on without one.")) }
            }
            @if r.review_due(item) {
                p class="mt-2 s14" { (t!(lang, "Somebody has to look back at it before it is closed.")) }
            }
            (props(&[
                (if decided.is_some() { t!(lang, "Meeting") } else { "" }, html! { @if let Some((said, conditions, _, meeting)) = &decided {
                    a href={ "/meetings/" (meeting) } { (words::decision(lang, said)) }
                    @if !conditions.is_empty() { p class="small muted" { (conditions) } } } }),
                (if r.outcome.is_some() { t!(lang, "How it went") } else { "" },
                    html! { @if let Some(o) = r.outcome { (words::outcome(lang, o)) } }),
            ]))
            div class="mt-3" { (link_button(&format!("/work/{}/change", item.number), Button {
                label: if may_work { t!(lang, "Risk and plans") } else { t!(lang, "Read risk and plans") },
                size: Size::Small, kind: Kind::Line, ..Button::default() })) }
        },
    ))
}

/// What the requester of a change reads: what kind it is, and when.
pub async fn for_requester(me: &Me, item: &Item) -> Result<Markup> {
    if item.kind != WorkKind::Change || !item.is_open() {
        return Ok(html! {});
    }
    let lang = me.lang();
    let r = store::of(&me.app.db, item).await?;
    let fact = match r.kind {
        Type::Standard => t!(lang, "A routine change."),
        Type::Normal => t!(
            lang,
            "A checked change: somebody looks at it before it is made."
        ),
        Type::Emergency => t!(
            lang,
            "An urgent change: it is made first and looked at afterwards."
        ),
    };
    let entry = calendar::store::of_item(&me.app.db, &item.id).await?;
    Ok(notice(
        Tone::Plain,
        "cal",
        fact,
        html! {
            @match &entry {
                Some(e) if e.span.end() > me.now => (t!(lang, "It is planned for {when}.", when = calendar::words::times(me, e))),
                Some(_) => (t!(lang, "Its time is over; we look whether all is well.")),
                None => (t!(lang, "We are looking for a time at which few people notice.")),
            }
        },
    ))
}
