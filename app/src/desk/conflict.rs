//! Somebody else changed the request while it was open here. Nothing is lost:
//! the page says who changed what, shows both values, and lets the reader apply
//! their own after all or drop it.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use crate::desk::load::{Desk, names};
use crate::desk::pages::page;
use crate::desk::talk::named;
use crate::error::Result;
use crate::i18n::t;
use crate::timeline;
use crate::ui::block::{Tone, notice};

/// What the reader wanted to change.
pub struct Wish<'a> {
    /// "Priority".
    pub what: &'a str,
    /// Their own value, in words.
    pub mine: String,
    /// The value as it is now.
    pub now: String,
    /// Where the form was posted to, and what it held.
    pub action: String,
    /// See `action`; without version.
    pub values: Vec<(String, String)>,
}

/// What others did since the event `seen`, as sentences with their names.
pub async fn meanwhile(d: &Desk, seen: &str) -> Result<Vec<String>> {
    if seen.is_empty() {
        return Ok(Vec::new());
    }
    let events = timeline::read(&d.me.app.db, &d.me.actor, &d.item, Some(seen), 50).await?;
    let known = names(&d.me, named(&events)).await?;
    let labels = d.labels();
    let teller = d.teller(&known, &labels);
    Ok(events
        .iter()
        .filter(|e| e.actor_id.as_deref() != Some(d.me.actor.id.as_str()) && e.via != "system")
        .filter_map(|e| Some(format!("{} {}", e.actor_name, teller.tell(e)?)))
        .collect())
}

/// The page that asks, as 412.
pub async fn ask(d: &Desk, seen: &str, wish: &Wish<'_>) -> Result<Response> {
    let body = body(d, &meanwhile(d, seen).await?, wish);
    let page = page(d, "", body).await?;
    Ok((StatusCode::PRECONDITION_FAILED, page).into_response())
}

fn body(d: &Desk, events: &[String], wish: &Wish<'_>) -> Markup {
    let lang = d.me.lang();
    html! {
        section class="stack" aria-labelledby="conflict-h" {
            h2 id="conflict-h" tabindex="-1" autofocus { (t!(lang, "This changed while you had it open")) }
            (notice(Tone::Warn, "alert", t!(lang, "Since you opened this:"), html! {
                @if events.is_empty() { (t!(lang, "somebody else saved a change.")) }
                ul class="plain" { @for event in events { li { (event) } } }
            }))
            dl class="brief" {
                dt { (t!(lang, "{what} now", what = wish.what)) } dd { (wish.now) }
                dt { (t!(lang, "Your change")) } dd { (wish.mine) }
            }
            form method="post" action=(wish.action) class="row" {
                input type="hidden" name="version" value=(d.item.version);
                input type="hidden" name="seen" value=(d.seen);
                @for (name, value) in &wish.values { input type="hidden" name=(name) value=(value); }
                button class="btn btn-primary" { (t!(lang, "Apply my change")) }
                a class="btn" href=(d.path("")) { (t!(lang, "Drop my change")) }
            }
        }
    }
}
