//! What the pages of the administration share.

use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde_json::Value;

use crate::error::{Error, Msg, Result};
use crate::i18n::{Lang, t};
use crate::ui::block::{Tone, notice};
use crate::ui::button::{Button, Kind, Size, button, link_button};
use crate::ui::shell::{bar_back, split};
use crate::web::{Me, Wrong, shell};
use crate::work::recompute::Impact;

/// A page with a way back. `back` is label and address; `rail` stands beside.
pub async fn page(
    me: &Me,
    title: &str,
    back: (&str, &str),
    end: Markup,
    main: Markup,
    rail: Option<(&str, Markup)>,
) -> Result<Markup> {
    let head = html! { h1 tabindex="-1" class="admin-h" { (title) } };
    let body = html! {
        (bar_back(back.0, back.1, "", end))
        @match rail {
            Some((name, rail)) => (split(html! { (head) (main) }, name, rail)),
            None => div class="panel-body stack" { (head) (main) },
        }
    };
    shell::workspace(me, "/admin", title, body).await
}

/// A page that is a form: 422 when something in it is wrong.
pub fn answer(wrong: &Wrong, page: Markup) -> Response {
    (wrong.status(), page).into_response()
}

/// The link that makes something new, for the end of a bar.
pub fn new_link(href: &str, label: &str) -> Markup {
    link_button(
        href,
        Button {
            label,
            kind: Kind::Primary,
            icon: "plus",
            ..Button::default()
        },
    )
}

/// The primary button of a form.
pub fn save(label: &str) -> Markup {
    button(Button {
        label,
        kind: Kind::Primary,
        ..Button::default()
    })
}

/// A submit button that posts `action=value`.
pub fn action(label: &str, icon: &str, value: &str) -> Markup {
    button(Button {
        label,
        icon,
        size: Size::Small,
        name: "action",
        value,
        ..Button::default()
    })
}

/// A small form of one button.
pub fn post_button(to: &str, label: &str, hidden: &[(&str, &str)]) -> Markup {
    html! {
        form method="post" action=(to) {
            @for (name, value) in hidden { input type="hidden" name=(name) value=(value); }
            button class="btn btn-s" { (label) }
        }
    }
}

/// What somebody else saved while this form was open, beside what is in the
/// form now. Nobody's words are lost: saving again takes this form's.
pub fn conflict(lang: Lang, saved: &Value, yours: &Value, labels: &[(&str, &str)]) -> Markup {
    let differs: Vec<_> = labels
        .iter()
        .filter(|(key, _)| saved[*key] != yours[*key])
        .collect();
    html! {
        (notice(Tone::Warn, "alert", t!(lang, "Somebody else saved this meanwhile."),
            html! { (t!(lang, "Your changes are still in the form. Compare them, then save again to keep yours.")) }))
        @if !differs.is_empty() {
            div class="table-wrap" tabindex="0" role="region" aria-label=(t!(lang, "What differs")) {
                table class="table" {
                    caption class="vh" { (t!(lang, "What differs")) }
                    thead { tr { th scope="col" { (t!(lang, "Part")) } th scope="col" { (t!(lang, "Saved now")) } th scope="col" { (t!(lang, "Yours")) } } }
                    tbody { @for (key, label) in differs {
                        tr { th scope="row" { (label) } td { (plain(&saved[*key])) } td { (plain(&yours[*key])) } }
                    } }
                }
            }
        }
    }
}

fn plain(value: &Value) -> String {
    let text = match value {
        Value::Null => "–".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    text.chars().take(400).collect()
}

/// Whether the error says that somebody else was faster.
pub fn is_stale(error: &Error) -> bool {
    matches!(error, Error::Stale(_))
}

/// A `version` field as posted.
///
/// # Errors
/// When it is no number.
pub fn version(text: &str) -> Result<Option<i64>> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| {
        Error::Malformed(Msg::new(
            "The version of the form cannot be read. Open the page again.",
        ))
    })
}

/// What a change of promises would do, as sentences.
pub fn impact(lang: Lang, impact: &Impact) -> Markup {
    use crate::i18n::tn;
    html! {
        ul class="plain" {
            li { (tn!(lang, impact.open, "{n} open request runs on this.", "{n} open requests run on this.")) }
            li { (tn!(lang, impact.moved, "{n} of them gets another date; its timeline will say so.", "{n} of them get another date; their timelines will say so.")) }
            @if impact.become_late > 0 { li { strong class="strong" {
                (tn!(lang, impact.become_late, "{n} request that is in time now would be late.", "{n} requests that are in time now would be late.")) } } }
            @if impact.become_timely > 0 { li {
                (tn!(lang, impact.become_timely, "{n} request that is late now would be in time.", "{n} requests that are late now would be in time.")) } }
        }
    }
}

/// A question before a change with consequences. Everything typed travels
/// along in `hidden`.
pub async fn confirm(
    me: &Me,
    title: &str,
    back: (&str, &str),
    facts: Markup,
    to: &str,
    verb: &str,
    hidden: &[(&str, &str)],
) -> Result<Markup> {
    let lang = me.lang();
    let main = html! {
        div class="measure stack" {
            (facts)
            form method="post" action=(to) class="row" {
                @for (name, value) in hidden { input type="hidden" name=(name) value=(value); }
                (save(verb))
                a class="btn btn-quiet" href=(back.1) { (t!(lang, "Leave it as it is")) }
            }
        }
    };
    page(me, title, back, html! {}, main, None).await
}
