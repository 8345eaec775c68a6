//! The palette (⌘K): what can be done here, where one can go, what can be found.

use axum::Json;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Role;
use crate::error::Result;
use crate::i18n::{Lang, t};
use crate::policy;
use crate::router::{Access, Route, get};
use crate::search;
use crate::views;
use crate::web::{Me, Query};

/// The routes of this slice.
pub fn routes() -> Vec<Route> {
    vec![get(Access::SignedIn, "/palette", palette)]
}

/// What was typed, and on which page.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    q: String,
    at: String,
}

/// One line of the palette: a link, or an action to post to or to press.
#[derive(Serialize, JsonSchema)]
pub struct Entry {
    group: String,
    label: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    hint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    href: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<String>,
}

fn link(
    group: &str,
    label: impl Into<String>,
    hint: impl Into<String>,
    href: impl Into<String>,
) -> Entry {
    Entry {
        group: group.to_owned(),
        label: label.into(),
        hint: hint.into(),
        href: Some(href.into()),
        action: None,
    }
}

/// GET /palette
pub async fn palette(me: Me, Query(asked): Query<Asked>) -> Result<Json<Vec<Entry>>> {
    let lang = me.lang();
    let q = asked.q.trim().to_lowercase();
    let mut out: Vec<Entry> = Vec::new();
    out.extend(here(&me, &asked.at));
    out.extend(places(&me));
    if policy::works(&me.actor) {
        for (name, filter) in views::mine(&me).await? {
            out.push(link(
                t!(lang, "Go to"),
                name,
                t!(lang, "Saved view"),
                filter.address("/queue"),
            ));
        }
    }
    out.retain(|entry| q.is_empty() || fits(&entry.label.to_lowercase(), &q));
    if !q.is_empty() {
        out.extend(found(&me, &q).await?);
    }
    out.truncate(30);
    Ok(Json(out))
}

/// Every typed word begins a word of the label.
fn fits(label: &str, q: &str) -> bool {
    q.split_whitespace()
        .all(|word| label.split_whitespace().any(|part| part.starts_with(word)))
}

/// What can be done to the request on the page.
fn here(me: &Me, at: &str) -> Vec<Entry> {
    let lang = me.lang();
    let number = at
        .strip_prefix("/work/")
        .map(|rest| rest.split(['/', '?']).next().unwrap_or_default())
        .filter(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
    let Some(number) = number.filter(|_| policy::works(&me.actor)) else {
        return Vec::new();
    };
    let group = t!(lang, "This request");
    let deed =
        |label: &str, deed: &str| link(group, label, number, format!("/work/{number}/do/{deed}"));
    vec![
        deed(t!(lang, "Move stage"), "hand"),
        deed(t!(lang, "Ask requester"), "ask"),
        deed(t!(lang, "Send back"), "back"),
        deed(t!(lang, "Merge"), "merge"),
    ]
}

fn places(me: &Me) -> Vec<Entry> {
    let lang: Lang = me.lang();
    let group = t!(lang, "Go to");
    let mut out = vec![
        link(group, t!(lang, "Home"), "", "/"),
        link(group, t!(lang, "Catalog"), "", "/catalog"),
        link(group, t!(lang, "My requests"), "", "/requests"),
        link(group, t!(lang, "Inbox"), "", "/inbox"),
        link(group, t!(lang, "Profile"), "", "/me"),
    ];
    if policy::works(&me.actor) {
        out.push(link(group, t!(lang, "Queue"), "G Q", "/queue"));
        out.push(link(group, t!(lang, "My work"), "", "/queue?view=mine"));
        out.push(link(group, t!(lang, "Board"), "G B", "/board"));
        out.push(link(group, t!(lang, "New request"), "C", "/work/new"));
    }
    if matches!(me.actor.role, Role::Lead | Role::Administrator) {
        out.push(link(group, t!(lang, "Administration"), "", "/admin"));
    }
    out
}

async fn found(me: &Me, q: &str) -> Result<Vec<Entry>> {
    let lang = me.lang();
    let wish = search::Wish {
        q: q.to_owned(),
        each: 6,
        ..search::Wish::default()
    };
    let mut found = search::find(me, &wish).await?.hits;
    if let Some(hit) = search::api::by_number(me, q).await? {
        found.retain(|other| other.id != hit.id);
        found.insert(0, hit);
    }
    Ok(found
        .into_iter()
        .map(|hit| link(lang.t(hit.kind.label()), hit.title, hit.hint, hit.href))
        .collect())
}
