//! What everybody who is signed in may know: which major incidents are open,
//! what was said about them, and those of the last 30 days.

use jiff::Timestamp;
use maud::{Markup, html};

use crate::actor::Actor;
use crate::announcements::store as announcements;
use crate::error::Result;
use crate::i18n::{fmt, t};
use crate::incidents::panel::feed;
use crate::incidents::rules::alike_since;
use crate::incidents::store::{self, Major};
use crate::state::App;
use crate::ui::block::{Tone, pill, props};
use crate::web::Me;

/// Major incidents for the status page.
#[derive(Default)]
#[allow(missing_docs)]
pub struct Faults {
    /// Whether one is open.
    pub open: bool,
    pub now: Markup,
    pub past: Markup,
}

/// Those that nobody announced: what was announced stands on the status page as it
/// was said there.
pub async fn unannounced(me: &Me) -> Result<Faults> {
    let lang = me.lang();
    let all = majors(&me.app, &me.actor, me.now).await?;
    let (open, past): (Vec<&Major>, Vec<&Major>) = all.iter().partition(|m| m.open);
    Ok(Faults {
        open: open.iter().any(|m| m.record.restored_at.is_none()),
        now: html! { @for major in &open { (shown(me, major, true)) } },
        past: html! {
            @if !past.is_empty() {
                section aria-labelledby="h-major" {
                    h2 id="h-major" { (t!(lang, "Major incidents of the last 30 days")) }
                    div class="stack mt-3" { @for major in &past { (shown(me, major, false)) } }
                }
            }
        },
    })
}

/// Major incidents, open or of the last 30 days, that nobody announced to `actor`.
pub async fn majors(app: &App, actor: &Actor, now: Timestamp) -> Result<Vec<Major>> {
    let mut all = store::majors(&app.db, Some(alike_since(now))).await?;
    let mut announced = Vec::new();
    for major in &all {
        for a in announcements::of_item(&app.db, &major.item_id).await? {
            let seen = announcements::find(&app.db, Some(actor), now, &a.id).await;
            if a.is_live(now) && a.page && seen.is_ok() {
                announced.push(major.item_id.clone());
            }
        }
    }
    all.retain(|m| !announced.contains(&m.item_id));
    Ok(all)
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
