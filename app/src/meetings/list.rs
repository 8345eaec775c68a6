//! All meetings: what lies ahead, and the minutes of what was.

use maud::{Markup, html};

use crate::changes::list::ways;
use crate::error::Result;
use crate::i18n::{fmt, t, tn};
use crate::meetings::model::Meeting;
use crate::meetings::{store, words};
use crate::policy;
use crate::ui::block::{Tone, empty, pill};
use crate::ui::button::{Button, Kind, Size, link_button};
use crate::ui::shell::bar;
use crate::web::{Me, shell};

/// How many past meetings are shown.
pub const PAST: i64 = 30;
/// How many meetings ahead are shown.
pub const AHEAD: i64 = 60;

/// GET /meetings
pub async fn page(me: Me) -> Result<Markup> {
    let lang = me.lang();
    let series = store::all_series(&me.app.db).await?;
    let coming = store::coming(&me.app.db, me.now, AHEAD).await?;
    let past = store::past(&me.app.db, me.now, PAST).await?;
    let leads = policy::shapes_catalog(&me.actor);
    let new = html! {
        @if leads { (link_button("/meeting-series/new", Button { label: t!(lang, "New series"), icon: "plus", size: Size::Small,
            kind: Kind::Primary, ..Button::default() })) }
    };
    let body = html! {
        (bar(t!(lang, "Meetings"), ways(lang, "/meetings"), new))
        div class="panel-body stack" style="--gap:1.5rem" {
            @if series.is_empty() && past.is_empty() {
                (empty("users", t!(lang, "No meetings about changes yet"),
                    t!(lang, "Twenty minutes a week are enough: the agenda comes from the changes that are planned, and what was decided stands on each of them."), html! {}))
            }
            @for s in &series {
                section class="card" aria-labelledby={ "s-" (s.id) } {
                    div class="row" {
                        h2 id={ "s-" (s.id) } class="grow" { (s.name) }
                        @if leads { a href={ "/meeting-series/" (s.id) } { (t!(lang, "Change")) span class="vh" { " " (s.name) } } }
                    }
                    p class="small muted" { (words::rhythm(lang, s)) " · " (tn!(lang, s.members.len(), "{n} member", "{n} members"))
                        @if !s.place.is_empty() { " · " (s.place) } }
                    ul class="plain-list stack mt-3" style="--gap:.5rem" {
                        @for m in coming.iter().filter(|m| m.series_id == s.id).take(3) { li { (line(&me, m)) } }
                    }
                }
            }
            @if !past.is_empty() {
                section aria-labelledby="past" {
                    h2 id="past" { (t!(lang, "Minutes")) }
                    ul class="plain-list stack mt-3" style="--gap:.5rem" { @for m in &past { li { (line(&me, m)) } } }
                }
            }
        }
    };
    shell::workspace(&me, "/changes", t!(lang, "Meetings"), body).await
}

fn line(me: &Me, m: &Meeting) -> Markup {
    let lang = me.lang();
    html! {
        a href={ "/meetings/" (m.id) } { (fmt::when(lang, m.starts_at, me.now, &me.prefs.zone)) span class="vh" { " " (m.name) } }
        @if m.ends_at <= me.now { " " (m.name) }
        @if m.cancelled_at.is_some() { " " (pill(Tone::Line, "x", t!(lang, "Called off"))) }
        @else if m.published_at.is_some() { " " (pill(Tone::Ok, "check", t!(lang, "Minutes published"))) }
        @else if m.ends_at <= me.now { " " (pill(Tone::Warn, "edit", t!(lang, "Minutes to write"))) }
    }
}
