//! All post-mortems, found by words and service.

use maud::{Markup, html};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::error::Result;
use crate::i18n::{fmt, t, tn};
use crate::post_mortems::store::{self, Listed, Wanted};
use crate::ui::block::{Tone, empty, pill};
use crate::ui::button::{Button, button};
use crate::ui::choice::{Opt, check, select};
use crate::ui::field::{Field, text};
use crate::ui::shell::bar;
use crate::web::{Me, Query, shell};

/// How many a page shows.
pub const PAGE: i64 = 25;

/// Which ones.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// Words that stand in it.
    #[serde(default)]
    pub q: Option<String>,
    /// Id or slug of a service.
    #[serde(default)]
    pub service: Option<String>,
    /// `yes`: only those with work still to do.
    #[serde(default)]
    pub open: Option<String>,
    /// The cursor of the page before.
    #[serde(default)]
    pub after: Option<String>,
}

/// A page of them, and the cursor of the next.
pub async fn find(me: &Me, asked: &Asked) -> Result<(Vec<Listed>, Option<String>)> {
    let catalog = me.app.catalog().await?;
    let service = asked.service.as_deref().map(|word| {
        // A service that is not there has none.
        catalog.service(word).map_or(word, |s| s.id.as_str())
    });
    let wanted = Wanted {
        words: asked.q.as_deref().unwrap_or_default(),
        service,
        open: asked.open.is_some(),
        after: asked.after.as_deref(),
    };
    let mut found = store::list(&me.app.db, &me.actor, &wanted, PAGE + 1).await?;
    let more = i64::try_from(found.len()).unwrap_or(0) > PAGE;
    if more {
        found.pop();
    }
    let next = found.last().filter(|_| more).map(|l| l.id.clone());
    Ok((found, next))
}

/// GET /post-mortems
pub async fn page(me: Me, Query(asked): Query<Asked>) -> Result<Markup> {
    let lang = me.lang();
    let (found, next) = find(&me, &asked).await?;
    let catalog = me.app.catalog().await?;
    let chosen = asked.service.clone().unwrap_or_default();
    let services: Vec<Opt<'_>> = catalog
        .services
        .iter()
        .map(|s| Opt {
            value: &s.id,
            label: &s.name,
            chosen: s.id == chosen || s.slug == chosen,
            ..Opt::default()
        })
        .collect();
    let q = asked.q.clone().unwrap_or_default();
    let filtered = !q.is_empty() || !chosen.is_empty() || asked.open.is_some();
    let more = next.map(|after| {
        let mut pairs = vec![format!("after={after}")];
        let mut keep = |name: &str, value: &str| {
            if !value.is_empty() {
                use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
                pairs.push(format!(
                    "{name}={}",
                    utf8_percent_encode(value, NON_ALPHANUMERIC)
                ));
            }
        };
        keep("q", &q);
        keep("service", &chosen);
        keep("open", asked.open.as_deref().unwrap_or_default());
        format!("/post-mortems?{}", pairs.join("&"))
    });
    let body = html! {
        (bar(t!(lang, "Post-mortems"), html! {}, html! {}))
        div class="panel-body stack" {
            form method="get" action="/post-mortems" role="search" class="row" {
                (text(lang, &Field { name: "q", label: t!(lang, "Words in it"), value: &q, ..Field::default() }))
                (select(lang, &Field { name: "service", label: t!(lang, "Service"), ..Field::default() }, &services, Some(t!(lang, "Any"))))
                (check(&Field { name: "open", label: t!(lang, "With open actions"), ..Field::default() }, asked.open.is_some()))
                (button(Button { label: t!(lang, "Show"), ..Button::default() }))
            }
            @if found.is_empty() && filtered {
                (empty("search", t!(lang, "No match"), "", html! { a href="/post-mortems" { (t!(lang, "Clear filters")) } }))
            } @else if found.is_empty() {
                (empty("layers", t!(lang, "No post-mortems yet"), t!(lang, "When an incident is over, open it and write down what was learned."), html! {}))
            }
            ul class="stack plain-list" { @for listed in &found { (row(&me, listed)) } }
            @if let Some(href) = more { p { a class="btn btn-line" href=(href) { (t!(lang, "Show older ones")) } } }
        }
    };
    shell::workspace(&me, "/post-mortems", t!(lang, "Post-mortems"), body).await
}

fn row(me: &Me, l: &Listed) -> Markup {
    let lang = me.lang();
    let line = l.summary.lines().next().unwrap_or_default();
    html! {
        li class="card" {
            h2 { a href={ "/post-mortems/" (l.number) } { (l.title) } }
            @if !line.is_empty() { p class="mt-2" { (line) } }
            p class="small muted mt-2 row" {
                span class="num" { (l.number) }
                span { (fmt::when(lang, l.published_at.unwrap_or(l.created_at), me.now, &me.prefs.zone)) }
                @if l.published_at.is_none() { (pill(Tone::Warn, "edit", t!(lang, "Draft"))) }
                @if l.open_actions > 0 { (pill(Tone::Line, "", &tn!(lang, l.open_actions, "{n} action still open", "{n} actions still open"))) }
                @else if l.actions > 0 { (pill(Tone::Ok, "check", t!(lang, "All actions done"))) }
            }
        }
    }
}
