//! The block about approvals on a request's page, and the form to answer.

use maud::{Markup, html};
use mil_process::process::{Rule, Verdict};

use crate::approvals::seats::{Chain, Seat, Step, of_item};
use crate::approvals::{away, vote};
use crate::error::Result;
use crate::i18n::{Lang, fmt, t, tn};
use crate::ui::block::{Tone, pill, rail_block, turn};
use crate::ui::field::{self, Field};
use crate::web::{Me, Wrong};
use crate::work::model::Item;
use crate::work::moves;

/// What was typed and refused.
#[derive(Debug, Default)]
pub struct Typed<'a> {
    /// The comment.
    pub comment: &'a str,
    /// The address of who is to answer instead.
    pub to: &'a str,
}

/// The chain of approvals with the reader's own form in it. Empty where nobody
/// is asked.
pub async fn panel(me: &Me, item: &Item) -> Result<Markup> {
    let lang = me.lang();
    let chain = load(me, item).await?;
    if chain.is_empty() {
        return Ok(html! {});
    }
    let steps = html! {
        @for step in &chain { (step_row(me, step)) }
    };
    let held = mine(me, item, &chain).await?;
    Ok(html! {
        @if let Some(seat) = held.first() {
            (answer(me, item, seat, &held, &Typed::default(), &Wrong::default()))
        }
        (rail_block(t!(lang, "Approvals"), "", steps))
    })
}

/// The chain of approvals of an item that the reader may see.
pub async fn load(me: &Me, item: &Item) -> Result<Chain> {
    let catalog = me.app.catalog().await?;
    let process = moves::process_of(&catalog, item)?;
    of_item(&me.app.db, &process, item).await
}

/// The open seats that the reader answers for.
pub async fn mine(me: &Me, item: &Item, chain: &Chain) -> Result<Vec<Seat>> {
    let away = away::active(&me.app.db, me.now).await?;
    let seats: Vec<Seat> = chain.iter().flat_map(|s| s.seats.clone()).collect();
    let held = vote::held(&me.actor, item, &seats, &away);
    Ok(held.into_iter().cloned().collect())
}

/// The step in which the reader is asked for an answer now, by name.
pub async fn asked(me: &Me, item: &Item) -> Result<Option<String>> {
    let chain = load(me, item).await?;
    let held = mine(me, item, &chain).await?;
    Ok(held.into_iter().next().map(|seat| seat.step_name))
}

/// Whom the work waits for, in words; `None` where nobody is asked.
pub async fn waits_for(me: &Me, item: &Item) -> Result<Option<String>> {
    Ok(open_step(me.lang(), &load(me, item).await?))
}

/// The step of a chain that is open, and whose answers it needs.
pub fn open_step(lang: Lang, chain: &Chain) -> Option<String> {
    let step = chain.iter().find(|s| s.verdict == Verdict::Open)?;
    let names: Vec<&str> = step
        .seats
        .iter()
        .filter(|s| s.open)
        .map(|s| s.person.as_str())
        .collect();
    Some(t!(
        lang,
        "It waits for “{step}”: {names}.",
        step = step.def.name,
        names = names.join(", ")
    ))
}

/// What a rule means, in a few words.
pub fn rule_words(lang: Lang, rule: Rule) -> String {
    match rule {
        Rule::Anyone => t!(lang, "One yes is enough").to_owned(),
        Rule::First => t!(lang, "The first answer decides").to_owned(),
        Rule::Everyone => t!(lang, "Everyone must agree").to_owned(),
        Rule::Majority => t!(lang, "More than half must agree").to_owned(),
        Rule::Quorum(n) => tn!(lang, i64::from(n), "{n} must agree", "{n} must agree"),
    }
}

fn step_row(me: &Me, step: &Step) -> Markup {
    let lang = me.lang();
    let state = match (step.verdict, step.seats.is_empty()) {
        (Verdict::Yes, _) => pill(Tone::Ok, "check", t!(lang, "Agreed")),
        (Verdict::No, _) => pill(Tone::Bad, "x", t!(lang, "Refused")),
        (Verdict::Open, true) => pill(Tone::Line, "", t!(lang, "Comes next")),
        (Verdict::Open, false) => pill(Tone::Warn, "clock", t!(lang, "Open")),
    };
    html! {
        div class="mt-3" {
            p class="row" { strong { (step.def.name) } " " (state) }
            p class="small muted" { (rule_words(lang, step.def.rule)) }
            @if !step.seats.is_empty() {
                ul class="small bare-list" {
                    @for seat in &step.seats { li { (seat_line(me, seat)) } }
                }
            }
        }
    }
}

fn seat_line(me: &Me, seat: &Seat) -> Markup {
    let lang = me.lang();
    let said = match seat.word {
        Some(true) => t!(lang, "agreed"),
        Some(false) => t!(lang, "refused"),
        None if seat.open && seat.gone => t!(lang, "has left: a lead answers"),
        None if seat.open => t!(lang, "has not answered"),
        None => t!(lang, "was not needed"),
    };
    html! {
        (seat.person) ": " (said)
        @if let Some((_, by)) = &seat.voted_by { " " (t!(lang, "(by {name})", name = by)) }
        @if let Some(at) = seat.voted_at { ", " (fmt::when(lang, at, me.now, &me.prefs.zone)) }
        @if let Some(comment) = &seat.comment { br; q { (comment) } }
    }
}

/// The form to answer with.
pub fn answer(
    me: &Me,
    item: &Item,
    seat: &Seat,
    held: &[Seat],
    typed: &Typed<'_>,
    wrong: &Wrong,
) -> Markup {
    let lang = me.lang();
    let others: Vec<&str> = held
        .iter()
        .filter(|s| s.person_id != me.actor.id)
        .map(|s| s.person.as_str())
        .collect();
    let own = held.iter().any(|s| s.person_id == me.actor.id);
    let comment = Field {
        hint: t!(
            lang,
            "Needed when you refuse. Everybody on this request reads it."
        ),
        optional: true,
        ..wrong.field("comment", t!(lang, "Comment"), typed.comment)
    };
    let to = Field {
        hint: t!(
            lang,
            "The address of a colleague who can decide this better."
        ),
        autocomplete: "off",
        ..wrong.field("to", t!(lang, "Hand on to"), typed.to)
    };
    turn(
        "check",
        &t!(lang, "Your turn: {step}", step = seat.step_name),
        html! {
            @if !others.is_empty() {
                p class="small" { (t!(lang, "You also answer for {names}.", names = others.join(", "))) }
            }
            form method="post" action={ "/requests/" (item.number) "/vote" } {
                (wrong.summary(lang))
                (field::textarea(lang, &comment, 2))
                div class="row mt-3" {
                    button class="btn btn-primary" name="word" value="yes" { (t!(lang, "Agree")) }
                    button class="btn" name="word" value="no" { (t!(lang, "Refuse")) }
                }
            }
            @if own {
                details class="mt-3" open[!wrong.at("to").is_empty()] {
                    summary class="small" { (t!(lang, "Let somebody else answer")) }
                    form class="mt-2" method="post" action={ "/requests/" (item.number) "/hand-vote" } {
                        (field::email(lang, &to))
                        button class="btn btn-s" { (t!(lang, "Hand on")) }
                    }
                }
            }
        },
    )
}
