//! What appears under a search field while somebody types.

use maud::{Markup, html};
use serde::Deserialize;

use super::hits::{Wish, find};
use super::kinds::Kind;
use super::{api, snippet};
use crate::error::Result;
use crate::i18n::t;
use crate::ui::icon::icon_s;
use crate::web::{Me, Query};

/// What was typed so far.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Typed {
    q: String,
}

/// GET /search/suggest: options for a list under the field.
pub async fn part(me: Me, Query(typed): Query<Typed>) -> Result<Markup> {
    let lang = me.lang();
    let mut found = find(
        &me,
        &Wish {
            q: typed.q.clone(),
            each: 4,
            ..Wish::default()
        },
    )
    .await?;
    if let Some(hit) = api::by_number(&me, &typed.q).await? {
        found.hits.retain(|other| other.id != hit.id);
        found.hits.push(hit);
    }
    let kinds: Vec<Kind> = Kind::ALL
        .into_iter()
        .filter(|kind| found.of(*kind).next().is_some())
        .collect();
    Ok(html! {
        @for kind in &kinds {
            div role="group" aria-label=(lang.t(kind.label())) {
                p class="nav-h" aria-hidden="true" { (lang.t(kind.label())) }
                @for hit in found.of(*kind) {
                    a class="mi" role="option" tabindex="-1" id={ "sg-" (kind.key()) "-" (hit.id) } href=(hit.href) aria-selected="false" {
                        (icon_s(kind.icon())) span class="clip" { (snippet::mark(&hit.title, &found.forms)) }
                        @if !hit.hint.is_empty() { span class="end muted small" { (hit.hint) } }
                    }
                }
            }
        }
        @if kinds.is_empty() && !typed.q.trim().is_empty() {
            p class="muted small mi-note" { (t!(lang, "Nothing yet. Press Enter to look further or to ask us.")) }
        }
    })
}
