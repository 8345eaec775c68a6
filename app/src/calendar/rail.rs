//! Beside the calendar: each conflict with a way out, and the key.

use axum::extract::Path;
use axum::response::Response;
use jiff::Timestamp;
use maud::{Markup, html};
use mil_planner::{Grade, Span};

use crate::calendar::check::Around;
use crate::calendar::model::{Clash, Entry, Kind};
use crate::calendar::{store, verbs, words};
use crate::catalog::Catalog;
use crate::error::{Error, Result};
use crate::i18n::{fmt, t};
use crate::incidents::page::one;
use crate::policy;
use crate::ui::block::{Tone, pill, rail_block};
use crate::ui::button::{Button, Kind as Loud, Size, button};
use crate::ui::field::{Field, text};
use crate::web::input::Posted;
use crate::web::{Flash, Me, see_other};

/// How many conflicts are shown with a way out.
const SHOWN: usize = 8;

/// The rail of the calendar.
pub async fn rail(
    me: &Me,
    catalog: &Catalog,
    around: &Around,
    clashes: &[Clash],
) -> Result<Markup> {
    let lang = me.lang();
    let open: Vec<&Clash> = clashes.iter().filter(|c| c.is_open()).collect();
    let mut cards = Vec::new();
    for clash in open.iter().take(SHOWN) {
        cards.push(conflict(me, catalog, around, clash).await?);
    }
    let warned: Vec<&Clash> = clashes.iter().filter(|c| c.grade == Grade::Warn).collect();
    let granted: Vec<&Clash> = clashes
        .iter()
        .filter(|c| c.grade == Grade::Block && !c.is_open())
        .collect();
    Ok(html! {
        (rail_block(t!(lang, "Conflicts"), &t!(lang, "{n} open", n = open.len()), html! {
            @if open.is_empty() { p class="muted" { (t!(lang, "Nothing is in the way of anything.")) } }
            div class="stack" { @for card in &cards { (card) } }
            @if open.len() > SHOWN { p class="muted mt-2" { (t!(lang, "And {n} more.", n = open.len() - SHOWN)) } }
        }))
        @if !warned.is_empty() {
            (rail_block(t!(lang, "Worth knowing"), &warned.len().to_string(), html! {
                ul class="stack plain-list" { @for c in warned.iter().take(SHOWN) {
                    li class="s14" { (words::why(lang, c.why)) ": " (link(&c.first)) ", " (link(&c.second)) }
                } }
            }))
        }
        @if !granted.is_empty() {
            (rail_block(t!(lang, "Exceptions"), &granted.len().to_string(), html! {
                ul class="stack plain-list" { @for c in &granted {
                    li class="s14" { (link(&c.first)) ", " (link(&c.second))
                        @if let Some(x) = &c.exception { p class="small muted" { (x.reason) " · " (x.asker) } } }
                } }
            }))
        }
        (rail_block(t!(lang, "Key"), "", html! {
            ul class="stack plain-list s14" style="--gap:.5rem" {
                @for (class, label) in [("std", t!(lang, "Routine, no approval needed")), ("norm", t!(lang, "Planned")),
                    ("freeze", t!(lang, "Freeze, maintenance, holiday")), ("clash", t!(lang, "In conflict"))] {
                    li class="row" { span class={ "ev-b ev-key " (class) } {} (label) }
                }
            }
        }))
    })
}

fn link(e: &Entry) -> Markup {
    html! { @match crate::calendar::page::href(e) { Some(href) => a href=(href) { (e.title) }, None => (e.title) } }
}

/// Which of the two moves: never what says that others may not.
fn mover(c: &Clash) -> &Entry {
    let fixed = |e: &Entry| {
        matches!(
            e.kind,
            Kind::Freeze | Kind::Embargo | Kind::Maintenance | Kind::Holiday
        )
    };
    if fixed(&c.second) && !fixed(&c.first) {
        &c.first
    } else {
        &c.second
    }
}

/// One conflict as a sentence, with the way out.
pub async fn conflict(me: &Me, catalog: &Catalog, around: &Around, c: &Clash) -> Result<Markup> {
    let lang = me.lang();
    let mover = mover(c);
    let from = mover.span.start().max(me.now);
    let to = from
        .checked_add(jiff::SignedDuration::from_hours(24 * verbs::AHEAD_DAYS))
        .unwrap_or(Timestamp::MAX);
    let free: Option<Span> = around.free_slot(catalog, mover, from, to);
    let when = |at| fmt::when(lang, at, me.now, &me.prefs.zone);
    let field = format!("reason-{}-{}", c.first.id, c.second.id);
    Ok(html! {
        div class="card" style="padding:.875rem 1rem" {
            h3 class="s14" { (pill(Tone::Bad, "alert", words::why(lang, c.why))) }
            p class="s14 mt-2" { (link(&c.first)) " (" (words::times(me, &c.first)) ") " (t!(lang, "and")) " " (link(&c.second)) " (" (words::times(me, &c.second)) ")"
                @if !c.thing.is_empty() { ": " (c.thing) } "." }
            @match free {
                Some(free) => {
                    p class="small muted mt-2" { (t!(lang, "“{title}” has room later.", title = mover.title)) }
                    form method="post" action={ "/calendar/" (mover.id) "/move" } class="mt-2" {
                        input type="hidden" name="to" value=(free.start());
                        input type="hidden" name="version" value=(mover.version);
                        (button(Button { label: &t!(lang, "Move to {when}", when = when(free.start())), kind: Loud::Line, size: Size::Small, ..Button::default() }))
                    }
                },
                None => p class="small muted mt-2" { (t!(lang, "No free time in the next {n} days.", n = verbs::AHEAD_DAYS)) },
            }
            @if policy::shapes_catalog(&me.actor) {
                details class="mt-2" {
                    summary { (t!(lang, "Keep both")) }
                    form method="post" action="/calendar/exceptions" class="stack mt-2" {
                        input type="hidden" name="first" value=(c.first.id);
                        input type="hidden" name="second" value=(c.second.id);
                        input type="hidden" name="field" value=(field);
                        (text(lang, &Field { name: &field, label: t!(lang, "Why both may stay"), max_length: Some(500), ..Field::default() }))
                        div { (button(Button { label: t!(lang, "Keep both"), size: Size::Small, ..Button::default() })) }
                    }
                }
            }
        }
    })
}

/// POST /calendar/{planned}/move: to another start, as long as before.
pub async fn shift(me: Me, Path(id): Path<String>, posted: Posted) -> Result<Response> {
    let entry = store::find(&me.app.db, &id).await?;
    let to: Timestamp = one(&posted, "to")
        .parse()
        .map_err(|_| Error::field("to", "Give a day and a time."))?;
    let mut draft = verbs::Draft::of(&entry);
    draft.span = entry
        .span
        .moved_to(to)
        .ok_or_else(|| Error::field("to", "Give a day and a time."))?;
    let version = one(&posted, "version").parse().ok();
    let moved = verbs::plan(&me, &me.actor, Some(&id), version, draft).await?;
    let said = t!(
        me.lang(),
        "“{title}” is planned for {when} now.",
        title = moved.title,
        when = words::times(&me, &moved)
    );
    Ok(see_other("/calendar", Some(Flash::new(said))))
}

/// POST /calendar/exceptions
pub async fn except(me: Me, posted: Posted) -> Result<Response> {
    let field = one(&posted, "field").to_owned();
    let reason = match one(&posted, &field) {
        "" => one(&posted, "reason"),
        reason => reason,
    };
    let (first, second) = (one(&posted, "first"), one(&posted, "second"));
    verbs::except(&me, &me.actor, first, second, reason).await?;
    let said = t!(me.lang(), "Both stay, until one of them moves.").to_owned();
    Ok(see_other("/calendar", Some(Flash::new(said))))
}
