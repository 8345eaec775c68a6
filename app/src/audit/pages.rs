//! The log in the browser and as JSON.

use axum::Json;
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::audit::store::{self, Ask, Entry};
use crate::error::Result;
use crate::i18n::t;
use crate::people::pages::frame::when_text;
use crate::people::pages::security::client;
use crate::ui::block::empty;
use crate::ui::button::{Button, button};
use crate::ui::field::{self, Field};
use crate::ui::shell::bar;
use crate::ui::table::{Col, Group, Table, table};
use crate::web::{Me, Query, shell};

/// Events on a page.
const PAGE: i64 = 50;

/// A page of events.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Events {
    pub items: Vec<Entry>,
    pub next: Option<String>,
}

async fn load(me: &Me, ask: &Ask) -> Result<Events> {
    let mut items = store::list(&me.app.db, ask, &me.prefs.zone, PAGE + 1).await?;
    let more = items.len() as i64 > PAGE;
    items.truncate(PAGE as usize);
    let next = items.last().filter(|_| more).map(|e| e.id.clone());
    Ok(Events { items, next })
}

/// GET /api/v1/audit
pub async fn api(me: Me, Query(ask): Query<Ask>) -> Result<Json<Events>> {
    Ok(Json(load(&me, &ask).await?))
}

fn address(path: &str, ask: &Ask, after: &str) -> String {
    let pairs = [
        ("person", &*ask.person),
        ("verb", &ask.verb),
        ("object", &ask.object),
        ("from", &ask.from),
        ("to", &ask.to),
        ("after", after),
    ];
    let pairs: Vec<(&str, &str)> = pairs.into_iter().filter(|(_, v)| !v.is_empty()).collect();
    let query = serde_html_form::to_string(pairs).unwrap_or_default();
    format!("{path}?{query}")
}

/// GET /admin/audit
pub async fn page(me: Me, Query(ask): Query<Ask>) -> Result<Markup> {
    let lang = me.lang();
    let events = load(&me, &ask).await?;
    let title = t!(lang, "Audit log");
    let part = |name, label, value| Field {
        name,
        label,
        value,
        ..Field::default()
    };
    let cols = [
        t!(lang, "When"),
        t!(lang, "Who"),
        t!(lang, "What"),
        t!(lang, "Before and after"),
    ]
    .map(|label| Col {
        label,
        ..Col::default()
    });
    let rows = html! { @for entry in &events.items { (row(&me, entry)) } };
    let export = html! {
        a class="btn btn-s btn-line" hx-boost="false" href=(address("/admin/audit.csv", &ask, "")) { (t!(lang, "Export CSV")) }
        a class="btn btn-s btn-line" hx-boost="false" href=(address("/admin/audit.jsonl", &ask, "")) { (t!(lang, "Export JSON lines")) }
    };
    let body = html! {
        (bar(title, html! {}, export))
        div class="panel-body stack" {
            form class="stack" method="get" action="/admin/audit" role="search" {
                (field::two(html! {
                    (field::text(lang, &part("verb", t!(lang, "What, such as person.changed"), &ask.verb)))
                    (field::text(lang, &part("object", t!(lang, "Id of the thing"), &ask.object)))
                    (field::text(lang, &part("person", t!(lang, "Id of the person"), &ask.person)))
                    (field::date(lang, &part("from", t!(lang, "First day"), &ask.from)))
                    (field::date(lang, &part("to", t!(lang, "Last day"), &ask.to)))
                }))
                div class="row" {
                    (button(Button { label: t!(lang, "Show"), ..Button::default() }))
                    a class="btn btn-quiet" href="/admin/audit" { (t!(lang, "Clear filters")) }
                }
            }
            @if events.items.is_empty() {
                (empty("list", t!(lang, "Nothing fits"), t!(lang, "Try other days, or clear the filters."), html! {}))
            } @else {
                (table(lang, &Table { id: "audit", caption: title, cols: &cols, ticks: false }, &[Group { rows, ..Group::default() }]))
            }
            nav class="pager" aria-label=(t!(lang, "Pages")) {
                @if !ask.after.is_empty() { a class="btn btn-s btn-line" href=(address("/admin/audit", &ask, "")) { (t!(lang, "Newest")) } }
                @if let Some(next) = &events.next { a class="btn btn-s btn-line" rel="next" href=(address("/admin/audit", &ask, next)) { (t!(lang, "Older")) } }
            }
        }
    };
    shell::workspace(&me, "/admin", title, body).await
}

fn row(me: &Me, e: &Entry) -> Markup {
    let lang = me.lang();
    let only = |key: &str, value: &str| {
        let mut ask = Ask::default();
        match key {
            "person" => ask.person = value.to_owned(),
            "verb" => ask.verb = value.to_owned(),
            _ => ask.object = value.to_owned(),
        }
        address("/admin/audit", &ask, "")
    };
    html! {
        tr {
            td { (when_text(me, &e.at)) }
            td {
                @if let Some(id) = &e.actor_id { a href=(only("person", id)) { (e.actor_name) } }
                @else if e.actor_name.is_empty() { (t!(lang, "Not signed in")) } @else { (e.actor_name) }
                div class="sub" {
                    (e.via) @if let Some(ip) = &e.ip { " · " (ip) }
                    @if let Some(agent) = &e.agent { " · " span title=(agent) { (client(agent)) } }
                }
            }
            td {
                a href=(only("verb", &e.verb)) { (e.verb) }
                div class="sub" { a href=(only("object", &e.object_id)) { (e.object_id) } }
            }
            td { (details(&e.data)) }
        }
    }
}

/// "name: old → new", a line each.
fn details(data: &Value) -> Markup {
    let Value::Object(all) = data else {
        return html! {};
    };
    let text = |value: Option<&Value>| match value {
        None | Some(Value::Null) => "–".to_owned(),
        Some(Value::String(text)) if text.is_empty() => "–".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    let (before, after) = (all.get("before"), all.get("after"));
    html! {
        @if let Some(Value::Object(new)) = after {
            @for (key, value) in new {
                div { (key) ": " @if before.is_some() { (text(before.and_then(|b| b.get(key)))) " → " } (text(Some(value))) }
            }
        } @else if after.is_some() || before.is_some() {
            div { (text(before)) " → " (text(after)) }
        }
        @for (key, value) in all {
            @if key != "before" && key != "after" { div { (key) ": " (text(Some(value))) } }
        }
    }
}
