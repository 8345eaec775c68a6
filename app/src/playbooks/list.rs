//! All playbooks, found by words and practice.

use maud::{Markup, html};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::error::Result;
use crate::i18n::{t, tn};
use crate::playbooks::model::Playbook;
use crate::playbooks::store::{self, Wanted};
use crate::policy;
use crate::ui::block::{Tone, empty, pill};
use crate::ui::button::{Button, Kind, Size, button, link_button};
use crate::ui::choice::check;
use crate::ui::field::{Field, text};
use crate::ui::shell::bar;
use crate::web::{Me, Query, shell};

/// Which ones.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "PlaybookFilter")]
pub struct Asked {
    /// Words that stand in it.
    pub q: Option<String>,
    /// Key of a practice.
    pub practice: Option<String>,
    /// `yes`: those that were retired.
    pub retired: Option<String>,
}

/// Those that are asked for.
pub async fn find(me: &Me, asked: &Asked) -> Result<Vec<Playbook>> {
    let wanted = Wanted {
        words: asked.q.as_deref().unwrap_or_default(),
        practice: asked.practice.as_deref().unwrap_or_default(),
        retired: asked.retired.is_some(),
    };
    store::list(&me.app.db, &me.actor, &wanted).await
}

/// GET /playbooks
pub async fn page(me: Me, Query(asked): Query<Asked>) -> Result<Markup> {
    let lang = me.lang();
    let found = find(&me, &asked).await?;
    let q = asked.q.clone().unwrap_or_default();
    let filtered = !q.is_empty() || asked.retired.is_some() || asked.practice.is_some();
    let write = policy::shapes_catalog(&me.actor);
    let body = html! {
        (bar(t!(lang, "Playbooks"), html! {}, html! {
            (link_button("/playbook-runs", Button { label: t!(lang, "Open runs"), size: Size::Small, ..Button::default() }))
            @if write { (link_button("/playbooks/new", Button { label: t!(lang, "Write a playbook"), icon: "plus", kind: Kind::Primary, size: Size::Small, ..Button::default() })) }
        }))
        div class="panel-body stack measure" {
            p class="muted" { (t!(lang, "How we do things, step by step. Start one, and everybody sees what is done and by whom.")) }
            form method="get" action="/playbooks" role="search" class="row" {
                (text(lang, &Field { name: "q", label: t!(lang, "Words in it"), value: &q, ..Field::default() }))
                @if let Some(practice) = &asked.practice { input type="hidden" name="practice" value=(practice); }
                (check(&Field { name: "retired", label: t!(lang, "Retired ones"), ..Field::default() }, asked.retired.is_some()))
                (button(Button { label: t!(lang, "Show"), ..Button::default() }))
            }
            @if found.is_empty() && filtered {
                (empty("search", t!(lang, "No match"), "", html! { a href="/playbooks" { (t!(lang, "Clear filters")) } }))
            } @else if found.is_empty() {
                (empty("book", t!(lang, "No playbooks yet"), t!(lang, "Write one, or adopt a practice that brings some."), html! { a href="/practices" { (t!(lang, "Practices")) } }))
            }
            ul class="stack plain-list" { @for b in &found {
                @let d = b.shown();
                li class="card" {
                    h2 style="font-size:var(--t-16)" { a href={ "/playbooks/" (b.id) } { (b.name) } }
                    p class="mt-2" { (d.purpose) }
                    p class="small muted mt-2" {
                        (tn!(lang, d.steps.len(), "{n} step", "{n} steps"))
                        @if let Some((_, name)) = &b.practice { " · " (name) }
                        @if b.published.is_none() { " " (pill(Tone::Warn, "", t!(lang, "Draft"))) }
                        @else if b.draft.is_some() { " " (pill(Tone::Plain, "", t!(lang, "A new version is being written"))) }
                        @if b.retired { " " (pill(Tone::Plain, "", t!(lang, "Retired"))) }
                    }
                }
            } }
        }
    };
    shell::workspace(&me, "/playbooks", t!(lang, "Playbooks"), body).await
}
