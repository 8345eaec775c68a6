//! The page on which anything can be asked: answers first, then what can be
//! ordered, then who helps.

use maud::{Markup, html};
use serde::Deserialize;

use super::panel;
use crate::catalog::Service;
use crate::error::Result;
use crate::i18n::t;
use crate::portal::catalog::{Groups, cards};
use crate::portal::find;
use crate::search::unmet;
use crate::ui::block::empty;
use crate::ui::button::{Button, Kind as Loud, button};
use crate::web::{Me, Query, shell};

/// What is asked.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
}

/// GET /ask
pub async fn page(me: Me, Query(asked): Query<Asked>) -> Result<Markup> {
    let lang = me.lang();
    let q = asked.q.trim().to_owned();
    let form = html! {
        form class="stack measure mt-4" method="get" action="/ask" role="search" {
            label class="label" for="ask-q" { (t!(lang, "What do you want to get done?")) }
            textarea class="textarea" id="ask-q" name="q" rows="3" maxlength="400" placeholder=(t!(lang, "In your own words")) { (q) }
            div { (button(Button { label: t!(lang, "Look for answers"), kind: Loud::Primary, ..Button::default() })) }
        }
    };
    let answers = if q.is_empty() {
        html! {}
    } else {
        answers(&me, &q).await?
    };
    let body = html! {
        div class="wrap" {
            h1 class="mt-8" { (t!(lang, "Ask us")) }
            (form)
            (answers)
        }
    };
    shell::portal(&me, "/ask", t!(lang, "Ask us"), body).await
}

async fn answers(me: &Me, q: &str) -> Result<Markup> {
    let lang = me.lang();
    let catalog = me.app.catalog().await?;
    let offered: Vec<&std::sync::Arc<Service>> = catalog.offered_to(&me.actor).collect();
    let fits: Vec<&std::sync::Arc<Service>> = find::find(q, offered.iter().copied())
        .into_iter()
        .take(6)
        .collect();
    let known = panel::find(me, q).await?;
    let nothing = known.hits.is_empty();
    if nothing && fits.is_empty() {
        unmet::record(me, unmet::Place::Search, q).await?;
    }
    let list = panel::list(me, q, None).await?;
    let groups = Groups::load(me, &fits).await?;
    let help = me.app.org().help_line.clone();
    Ok(html! {
        @if !nothing {
            section class="section measure" aria-labelledby="h-answers" {
                h2 id="h-answers" { (t!(lang, "This may solve it")) }
                (list)
            }
        }
        @if !fits.is_empty() {
            section class="section" aria-labelledby="h-order" {
                h2 id="h-order" { (t!(lang, "Or order it")) }
                (cards(me, &catalog, &groups, &fits)?)
            }
        }
        @if nothing && fits.is_empty() {
            (empty("search", t!(lang, "We have no answer to that yet"), t!(lang, "It is noted, without your name. Look through everything there is, or ask a person."),
                html! { a class="btn" href="/catalog" { (t!(lang, "Show all services")) } }))
        }
        @if !help.is_empty() { p class="muted mt-4" { (help) } }
    })
}
