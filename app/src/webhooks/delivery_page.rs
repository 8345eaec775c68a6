//! One delivery: what was sent, and each attempt with what came back.

use axum::extract::Path;
use maud::{Markup, html};

use crate::admin::frame;
use crate::error::Result;
use crate::i18n::{fmt, t};
use crate::ui::block::{Tone, card, pill, props};
use crate::web::Me;
use crate::webhooks::{send, store, words};

/// GET /admin/webhooks/{webhook}/deliveries/{delivery}
pub async fn show(me: Me, Path((id, delivery)): Path<(String, String)>) -> Result<Markup> {
    let lang = me.lang();
    let hook = store::find(&me.app.db, &id).await?;
    let d = store::delivery_of(&me.app.db, &id, &delivery).await?;
    let tries = store::attempts(&me.app.db, &d.id).await?;
    let when = |at| fmt::when(lang, at, me.now, &me.prefs.zone);
    let (tone, icon, word) = words::state(lang, &d.state, d.attempts);
    let base = format!("/admin/webhooks/{id}");
    let body: serde_json::Value = serde_json::from_str(&d.body).unwrap_or_default();
    let pretty = serde_json::to_string_pretty(&body).unwrap_or_default();
    let heads = send::headers(&hook, &d, me.now);
    let main = html! {
        p { (pill(tone, icon, word)) " "
            @match d.state.as_str() {
                "done" => (t!(lang, "It arrived.")),
                "dead" => (t!(lang, "It was tried for 24 hours and given up. Nothing is lost: send it again when the receiver works.")),
                _ if d.attempts > 0 => (t!(lang, "The next attempt is {when}.", when = when(d.not_before))),
                _ => (t!(lang, "It goes out as soon as the endpoint is free and what came before it has arrived.")),
            }
        }
        @if d.state != "waiting" {
            (frame::post_button(&format!("{base}/replay"), t!(lang, "Send it again"), &[("what", "one"), ("delivery", &d.id)]))
        }
        (props(&[
            (t!(lang, "Event"), html! { code { (d.verb) } }),
            (t!(lang, "Id of the event"), html! { code { (d.event_id) } }),
            (t!(lang, "When"), html! { (when(d.created_at)) }),
        ]))
        section class="stack" {
            h2 { (t!(lang, "Attempts")) }
            @if tries.is_empty() { p class="muted" { (t!(lang, "None yet.")) } }
            @for a in tries.iter().rev() {
                (card("", html! {
                    p {
                        @match &a.problem {
                            None => (pill(Tone::Ok, "check", t!(lang, "Delivered"))),
                            Some(code) => (pill(Tone::Bad, "x", &words::problem(lang, code, a.status))),
                        }
                        " " span class="muted small" { (when(a.at)) " · " (fmt::number(lang, a.millis)) " ms" @if let Some(status) = a.status { " · HTTP " (status) } }
                    }
                    @if !a.answer.is_empty() { pre class="pre mt-2" tabindex="0" { (a.answer) } }
                }))
            }
        }
        section class="stack" {
            h2 { (t!(lang, "What is sent")) }
            pre class="pre" tabindex="0" {
                @for (name, value) in &heads {
                    (name) ": " @if *name == "mil-signature" { "v1=…" } @else if *name == "mil-timestamp" { "…" } @else { (value) } "\n"
                }
                "\n" (pretty)
            }
        }
    };
    frame::page(&me, &d.verb, (&hook.name, &base), html! {}, main, None).await
}
