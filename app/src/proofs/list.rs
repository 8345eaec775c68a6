//! Rounds in which one is asked, or that one began; and all that one may see.

use maud::{Markup, html};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::error::Result;
use crate::i18n::{fmt, t};
use crate::policy;
use crate::proofs::model::Round;
use crate::proofs::panel::outcome_pill;
use crate::proofs::store::{self, Seat, Wanted};
use crate::ui::block::{Tone, empty, pill};
use crate::ui::shell::bar;
use crate::web::{Me, Query, shell};

/// How many a page shows.
pub const MOST: usize = 50;

/// Which ones.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "ProofFilter")]
pub struct Asked {
    /// Id of an asset.
    pub asset: Option<String>,
    /// Id of a request.
    pub request: Option<String>,
    /// `yes`: all that you may see, not only yours.
    pub all: Option<String>,
    /// `yes`: closed ones, too.
    pub closed: Option<String>,
}

/// Those that are asked for.
pub async fn find(me: &Me, asked: &Asked) -> Result<Vec<(Round, Seat)>> {
    let narrowed = asked.asset.is_some() || asked.request.is_some();
    let wanted = Wanted {
        asset: asked.asset.as_deref(),
        item: asked.request.as_deref(),
        closed: asked.closed.is_some(),
        mine: asked.all.is_none() && !narrowed,
    };
    store::list(me, &me.actor, &wanted, MOST).await
}

/// GET /proofs
pub async fn page(me: Me, Query(asked): Query<Asked>) -> Result<Markup> {
    let lang = me.lang();
    let mut found = find(&me, &asked).await?;
    let waits = |(round, seat): &(Round, Seat)| {
        round.proof.is_open()
            && seat
                .reviewer
                .as_ref()
                .is_some_and(|r| round.standing(r).is_asked())
    };
    // What waits for the reader comes first.
    found.sort_by_key(|one| !waits(one));
    let today = me.app.zone().to_datetime(me.now).date();
    let works = policy::works(&me.actor);
    let href = |all: bool, closed: bool| match (all, closed) {
        (false, false) => "/proofs",
        (true, false) => "/proofs?all=yes",
        (false, true) => "/proofs?closed=yes",
        (true, true) => "/proofs?all=yes&closed=yes",
    };
    let (all, closed) = (asked.all.is_some(), asked.closed.is_some());
    let current = |on: bool| on.then_some("true");
    let list = html! {
        p class="muted" { (t!(lang, "What you are asked to look at, and what you have others look at.")) }
        div class="row" {
            nav class="seg" aria-label=(t!(lang, "Whose rounds")) {
                a href=(href(false, closed)) aria-current=[current(!all)] { (t!(lang, "Mine")) }
                a href=(href(true, closed)) aria-current=[current(all)] { (t!(lang, "All")) } }
            nav class="seg" aria-label=(t!(lang, "Open or closed")) {
                a href=(href(all, false)) aria-current=[current(!closed)] { (t!(lang, "Open")) }
                a href=(href(all, true)) aria-current=[current(closed)] { (t!(lang, "Open and closed")) } }
        }
        @if found.is_empty() { (empty("image", t!(lang, "No proof rounds here"), t!(lang, "A round is started from an asset, or from a file of a request."), html! { a class="btn" href="/assets" { (t!(lang, "Go to the assets")) } })) }
        ul class="rq" { @for one in &found {
            @let (round, _) = one;
            li {
                div { a class="ttl" href=(round.proof.href()) { (round.proof.title) }
                    p class="muted small" { (t!(lang, "Version {n}", n = round.files.len()))
                        @if let Some(day) = round.proof.due_on { " · " (t!(lang, "Until {day}.", day = fmt::day(lang, day, today))) } } }
                @if waits(one) { (pill(Tone::Info, "eye", t!(lang, "Waits for you"))) } @else { (outcome_pill(lang, round)) }
            }
        } }
    };
    let title = t!(lang, "Proof rounds");
    if works {
        let body = html! { (bar(title, html! {}, html! {})) div class="panel-body stack measure" { (list) } };
        return shell::workspace(&me, "/proofs", title, body).await;
    }
    let body = html! { div class="wrap page stack" { h1 tabindex="-1" { (title) } (list) } };
    shell::portal(&me, "/proofs", title, body).await
}
