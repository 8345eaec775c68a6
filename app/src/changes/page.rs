//! Risk and plans of one change, and looking back at it. Each a plain form.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use crate::calendar;
use crate::changes::forms;
use crate::changes::rules::{Answers, Level, Outcome, QUESTIONS, Type};
use crate::changes::store::{self, Record, is_change};
use crate::changes::verbs::{self, Change, Review};
use crate::changes::words;
use crate::desk::change::say;
use crate::desk::load;
use crate::error::{Error, Result};
use crate::i18n::t;
use crate::incidents::page::{Sheet, one};
use crate::policy::{self, Do};
use crate::post_mortems::page::acts;
use crate::ui::block::{Tone, card, notice, pill, props};
use crate::ui::shell::bar_back;
use crate::web::input::Posted;
use crate::web::{Flash, Me, markdown, see_other, shell};
use crate::work::Item;
use crate::work::follow_up::NewAction;

/// GET /work/{item}/change
pub async fn show(me: Me, Path(id): Path<String>) -> Result<Response> {
    render(&me, &id, &Sheet::default()).await
}

async fn render(me: &Me, id: &str, sheet: &Sheet) -> Result<Response> {
    let lang = me.lang();
    let item = load::item(me, id).await?;
    is_change(&item)?;
    let r = store::of(&me.app.db, &item).await?;
    let may = policy::on_item(&me.actor, Do::Work, &item.facts()) && item.merged_into_id.is_none();
    let here = format!("{} {}", item.number, item.title);
    let catalog = me.app.catalog().await?;
    let things = calendar::store::things(&me.app.db, &catalog).await?;
    let actions = store::actions(&me.app.db, &item.id).await?;
    let body = html! {
        (bar_back(&here, &format!("/work/{}", item.number), "", html! {}))
        div class="panel-body stack" style="--gap:1.25rem" {
            div {
                h1 { (t!(lang, "Risk and plans of {number}", number = item.number)) }
                p class="muted mt-2" { (sentence(me, &item, &r)) }
            }
            (sheet.summary(lang))
            (explained(me, &item, &r))
            @if may && item.is_open() {
                (card(t!(lang, "How it is decided on"), forms::kind(me, &item, &r, sheet).await?))
                (card(t!(lang, "Risk and impact"), forms::questions(me, &item, &r, sheet)))
                (card(t!(lang, "What it touches"), forms::touches(me, &item, &r, &things, sheet)))
                (card(t!(lang, "Plans"), forms::plans(me, &item, &r, sheet)))
            } @else {
                (plans(me, &item, &r))
            }
            @if may { (card(t!(lang, "Looking back"), forms::review(me, &item, &r, sheet).await?)) }
            @else if r.reviewed_at.is_some() { (card(t!(lang, "Looking back"), reviewed(me, &r))) }
            @if r.reviewed_at.is_some() {
                (card(t!(lang, "What we do about it"), html! {
                    (acts(me, &catalog, &actions))
                    @if may { (forms::action(me, &item, sheet).await?) }
                }))
            }
        }
    };
    let page = shell::workspace(me, "/changes", &here, body).await?;
    Ok((sheet.status(), page).into_response())
}

/// Where it stands, in one sentence.
fn sentence(me: &Me, item: &Item, r: &Record) -> String {
    let lang = me.lang();
    let high = r.assessment(item).is_some_and(|a| a.level == Level::High);
    if let Some(outcome) = r.outcome.filter(|_| r.reviewed_at.is_some()) {
        return t!(
            lang,
            "Somebody looked back: {outcome}.",
            outcome = words::outcome(lang, outcome)
        );
    }
    if high && r.way_back(item).is_empty() {
        return t!(
            lang,
            "It ranks high and has no way back, so it cannot go on. Write the way back below."
        )
        .to_owned();
    }
    if r.review_due(item) {
        return t!(lang, "Somebody has to look back at it before it is closed.").to_owned();
    }
    match r.assessment(item) {
        None => t!(
            lang,
            "Answer the questions below; then everybody knows how careful we have to be."
        )
        .to_owned(),
        Some(_) => t!(lang, "Ranked. Change the answers when you learn more.").to_owned(),
    }
}

/// The level and why.
fn explained(me: &Me, item: &Item, r: &Record) -> Markup {
    let lang = me.lang();
    let Some(a) = r.assessment(item) else {
        return html! {};
    };
    let (word, tone) = words::level_pill(lang, a.level);
    html! {
        div class="card" {
            p class="row" { (pill(tone, "", word)) span { (t!(lang, "How likely it goes wrong: {risk}. Whom it hits: {impact}.",
                risk = words::level(lang, a.risk), impact = words::level(lang, a.impact))) } }
            @if a.because.is_empty() { p class="small muted mt-2" { (t!(lang, "No answer weighs.")) } }
            @else {
                p class="small muted mt-2" { (t!(lang, "Because:")) }
                ul class="small" { @for (question, answer, weight) in &a.because {
                    li { (words::question(lang, question)) " " strong { (words::answer(lang, question, answer)) }
                        @if *weight > 1 { " " span class="muted" { (t!(lang, "(weighs double)")) } } }
                } }
            }
        }
    }
}

fn plans(me: &Me, item: &Item, r: &Record) -> Markup {
    let lang = me.lang();
    let part = |heading: &str, text: String| html! { @if !text.is_empty() { (card(heading, html! { div class="prose" { (markdown(&text)) } })) } };
    html! {
        (part(t!(lang, "How it is made"), r.steps(item)))
        (part(t!(lang, "The way back"), r.way_back(item)))
        (part(t!(lang, "How it is tested"), r.tests(item)))
    }
}

fn reviewed(me: &Me, r: &Record) -> Markup {
    let lang = me.lang();
    html! {
        (props(&[(t!(lang, "How it went"), html! { @if let Some(o) = r.outcome { (words::outcome(lang, o)) } })]))
        @if !r.happened.is_empty() { div class="prose" { (markdown(&r.happened)) } }
        @if r.outcome.is_some_and(Outcome::is_failure) { (notice(Tone::Info, "info", "", html! { (t!(lang, "Nobody is blamed here. People did what made sense to them; we change what led them there.")) })) }
    }
}

/// POST /work/{item}/change/{change_step}
pub async fn act(
    me: Me,
    Path((id, step)): Path<(String, String)>,
    posted: Posted,
) -> Result<Response> {
    let item = load::item(&me, &id).await?;
    is_change(&item)?;
    match carry_out(&me, &id, &step, &posted).await {
        Ok(said) => Ok(see_other(
            &format!("/work/{}/change", item.number),
            Some(Flash::new(said)),
        )),
        Err(Error::Invalid(errors)) => {
            let sheet = Sheet {
                errors: say(me.lang(), &errors),
                typed: Some(posted),
            };
            render(&me, &id, &sheet).await
        }
        Err(error) => Err(error),
    }
}

fn named(posted: &Posted) -> Vec<(String, String)> {
    ["tool", "campaign", "audience"]
        .iter()
        .flat_map(|kind| {
            one(posted, kind)
                .split(',')
                .map(|name| ((*kind).to_owned(), name.trim().to_owned()))
        })
        .filter(|(_, name)| !name.is_empty())
        .collect()
}

async fn carry_out(me: &Me, id: &str, step: &str, posted: &Posted) -> Result<String> {
    let lang = me.lang();
    let expect = one(posted, "version").parse().ok();
    let text = |name: &str| Some(one(posted, name).to_owned());
    let saved = match step {
        "type" => Change {
            kind: Some(
                Type::from_key(one(posted, "type"))
                    .ok_or_else(|| Error::field("type", "Choose a kind."))?,
            ),
            reason: text("reason"),
            ..Change::default()
        },
        "assess" => {
            let mut answers = Answers::new();
            for q in &QUESTIONS {
                let given = posted.0.get(&format!("q_{}", q.key));
                let given = given
                    .into_iter()
                    .flatten()
                    .filter(|a| !a.is_empty())
                    .cloned();
                answers.insert(q.key.to_owned(), given.collect());
            }
            Change {
                answers: Some(answers),
                ..Change::default()
            }
        }
        "touches" => Change {
            touches: Some(posted.0.get("touches").cloned().unwrap_or_default()),
            named: named(posted),
            ..Change::default()
        },
        "plans" => Change {
            plan: text("plan"),
            back_out: text("back_out"),
            test: text("test"),
            ..Change::default()
        },
        "review" => {
            let incidents = one(posted, "incidents");
            let new = Review {
                outcome: Outcome::from_key(one(posted, "outcome"))
                    .ok_or_else(|| Error::field("outcome", "Say how it went."))?,
                happened: one(posted, "happened").to_owned(),
                followed: one(posted, "followed").to_owned(),
                incidents: incidents.split(',').map(str::to_owned).collect(),
            };
            verbs::review(me, &me.actor, id, expect, new).await?;
            return Ok(t!(lang, "Review saved.").to_owned());
        }
        "actions" => {
            let due_on = match one(posted, "due_on") {
                "" => None,
                day => Some(
                    day.parse()
                        .map_err(|_| Error::field("due_on", "Give a day."))?,
                ),
            };
            let new = NewAction {
                title: one(posted, "title"),
                service: one(posted, "service"),
                owner: Some(one(posted, "owner")).filter(|o| !o.is_empty()),
                due_on,
            };
            let work = verbs::act(me, &me.actor, id, new).await?;
            return Ok(t!(lang, "{number} is on its way.", number = work.number));
        }
        _ => return Err(Error::NotFound),
    };
    verbs::write(me, &me.actor, id, expect, saved).await?;
    Ok(t!(lang, "Saved.").to_owned())
}
