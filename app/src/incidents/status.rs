//! What everybody who is signed in may know: which major incidents are open,
//! what was said about them, and those of the last 30 days.

use maud::{Markup, html};

use crate::error::Result;
use crate::i18n::{fmt, t};
use crate::incidents::panel::feed;
use crate::incidents::rules::alike_since;
use crate::incidents::store::{self, Major};
use crate::ui::block::{Tone, notice, pill, props};
use crate::web::{Me, shell};

/// GET /status
pub async fn page(me: Me) -> Result<Markup> {
    let lang = me.lang();
    let all = store::majors(&me.app.db, Some(alike_since(me.now))).await?;
    let (open, past): (Vec<&Major>, Vec<&Major>) = all.iter().partition(|m| m.open);
    let body = html! {
        div class="wrap stack page" style="--gap:1.75rem" {
            div {
                h1 { (t!(lang, "How things stand")) }
                p class="muted mt-2" {
                    @if open.is_empty() { (t!(lang, "Everything works as far as we know.")) }
                    @else { (t!(lang, "We are working on a fault. What we know stands here.")) }
                }
            }
            @if open.is_empty() {
                (notice(Tone::Ok, "check", t!(lang, "No open fault."), html! {
                    (t!(lang, "Is something broken for you? Look for it in the catalog and tell us.")) }))
            }
            @for major in &open { (shown(&me, major, true)) }
            section aria-labelledby="past" {
                h2 id="past" { (t!(lang, "The last 30 days")) }
                @if past.is_empty() { p class="muted mt-2" { (t!(lang, "Nothing major happened.")) } }
                div class="stack mt-3" { @for major in &past { (shown(&me, major, false)) } }
            }
        }
    };
    shell::portal(&me, "/status", t!(lang, "How things stand"), body).await
}

fn shown(me: &Me, major: &Major, open: bool) -> Markup {
    let lang = me.lang();
    let when = |at| fmt::when(lang, at, me.now, &me.prefs.zone);
    let r = &major.record;
    let works = me.actor.role.is_agent();
    let lasted = r.restored_at.map(|at| {
        let minutes = at.duration_since(r.detected_at).as_mins();
        fmt::span(lang, minutes, 24 * 60)
    });
    let facts = html! {
        p class="row mt-2 mb-2" {
            @if r.restored_at.is_some() { (pill(Tone::Ok, "check", t!(lang, "Works again"))) }
            @else if open { (pill(Tone::Bad, "alert", t!(lang, "Being worked on"))) }
            @if works { a href={ "/work/" (major.number) "/incident" } { (t!(lang, "Incident {number}", number = major.number)) } }
        }
        (props(&[
            (if r.affected.is_empty() { "" } else { t!(lang, "Affected") }, html! { (r.affected.join(", ")) }),
            (t!(lang, "Since"), html! { (when(r.detected_at)) }),
            (if lasted.is_some() { t!(lang, "Lasted") } else { "" }, html! { (lasted.clone().unwrap_or_default()) }),
            (if r.next_update_at.is_some() && open { t!(lang, "Next update") } else { "" },
                html! { @if let Some(at) = r.next_update_at { (when(at)) } }),
        ]))
    };
    html! {
        section class="card" aria-label=(r.headline) {
            @if open { h2 { (r.headline) } } @else { h3 { (r.headline) } }
            (facts)
            @if open { div class="mt-4" { (feed(me, &major.updates, works)) } }
            @else if !major.updates.is_empty() {
                details class="mt-3" { summary { (t!(lang, "What we said")) } (feed(me, &major.updates, works)) }
            }
        }
    }
}
