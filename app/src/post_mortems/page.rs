//! Reading a post-mortem.

use axum::extract::Path;
use maud::{Markup, html};

use crate::catalog::Catalog;
use crate::error::Result;
use crate::i18n::{fmt, t, tn};
use crate::policy::{self, Do};
use crate::post_mortems::store::{self, Action};
use crate::post_mortems::story::{self, Moment};
use crate::ui::block::{Tone, notice, pill};
use crate::ui::button::{Button, link_button};
use crate::ui::shell::bar_back;
use crate::web::{Me, markdown, shell};

/// GET /post-mortems/{post_mortem}
pub async fn show(me: Me, Path(id): Path<String>) -> Result<Markup> {
    let lang = me.lang();
    let (item, p) = store::find(&me.app.db, &me.actor, &id).await?;
    let catalog = me.app.catalog().await?;
    let moments = story::moments(&me, &item, Some(&p)).await?;
    let actions = store::actions(&me.app.db, &item.id).await?;
    let may = policy::on_item(&me.actor, Do::Work, &item.facts());
    let open = actions.iter().filter(|a| !a.closed).count();
    let when = |at| fmt::when(lang, at, me.now, &me.prefs.zone);
    let part = |id: &'static str, heading: &str, text: &str| {
        html! { @if !text.is_empty() { section aria-labelledby=(id) { h2 id=(id) { (heading) } div class="prose mt-2" { (markdown(text)) } } } }
    };
    let edit = html! {
        @if may { (link_button(&format!("/work/{}/post-mortem", item.number), Button { label: t!(lang, "Edit"), ..Button::default() })) }
    };
    let body = html! {
        (bar_back(t!(lang, "Post-mortems"), "/post-mortems", "", edit))
        article class="panel-body stack measure" style="--gap:1.5rem" {
            div {
                h1 { (item.title) }
                p class="muted mt-2" {
                    a href={ "/work/" (item.number) } { (item.number) } " · "
                    @match p.published_at {
                        Some(at) => (t!(lang, "published {when}", when = when(at))),
                        None => (pill(Tone::Warn, "edit", t!(lang, "Draft"))),
                    }
                    " · " (tn!(lang, open, "{n} action still open", "{n} actions still open"))
                }
            }
            (notice(Tone::Plain, "info", "", html! { (t!(lang, "Nobody is blamed here. People did what made sense to them; we change what led them there.")) }))
            (part("summary", t!(lang, "What happened"), &p.summary))
            (part("impact", t!(lang, "Impact"), &p.impact))
            @if !p.causes.is_empty() {
                section aria-labelledby="causes" {
                    h2 id="causes" { (t!(lang, "Why it happened")) }
                    ul class="prose mt-2" { @for cause in &p.causes { li { (cause) } } }
                }
            }
            section aria-labelledby="timeline" {
                h2 id="timeline" { (t!(lang, "Timeline")) }
                (timeline(&me, &moments))
            }
            (part("well", t!(lang, "What went well"), &p.went_well))
            (part("wrong", t!(lang, "What did not go well"), &p.went_wrong))
            (part("lucky", t!(lang, "Where we were lucky"), &p.lucky))
            (part("lessons", t!(lang, "What we take from it"), &p.lessons))
            section aria-labelledby="actions" {
                h2 id="actions" { (t!(lang, "What we do about it")) }
                (acts(&me, &catalog, &actions))
            }
        }
    };
    let title = t!(lang, "Post-mortem {number}", number = item.number);
    shell::workspace(&me, "/post-mortems", &title, body).await
}

fn timeline(me: &Me, moments: &[Moment]) -> Markup {
    let lang = me.lang();
    html! {
        ul class="feed mt-2" {
            @for m in moments.iter().filter(|m| m.shown) {
                li { p class="ev" {
                    (crate::ui::icon::icon_s(if m.own { "edit" } else { "clock" }))
                    span {
                        time datetime=(m.at.to_string()) { (fmt::when(lang, m.at, me.now, &me.prefs.zone)) } " · "
                        @if !m.who.is_empty() { b { (m.who) } " " } (m.text)
                    }
                } }
            }
        }
    }
}

/// The work that came of it, with how it stands.
pub fn acts(me: &Me, catalog: &Catalog, actions: &[Action]) -> Markup {
    let lang = me.lang();
    let stage = |a: &Action| {
        catalog
            .process(&a.process_id, a.process_version)
            .ok()
            .and_then(|p| p.stage(&a.stage).map(|s| s.name.clone()))
            .unwrap_or_default()
    };
    let late = |a: &Action| {
        !a.closed
            && a.due_on
                .as_deref()
                .and_then(|d| d.parse::<jiff::civil::Date>().ok())
                .is_some_and(|d| d < me.today())
    };
    html! {
        @if actions.is_empty() { p class="muted mt-2" { (t!(lang, "Nothing yet. What is not made into work is forgotten.")) } }
        ul class="stack plain-list mt-2" {
            @for a in actions {
                li {
                    a href={ "/work/" (a.number) } { span class="num" { (a.number) } " " (a.title) } " "
                    @if a.done { (pill(Tone::Ok, "check", t!(lang, "Done"))) }
                    @else if a.closed { (pill(Tone::Line, "x", t!(lang, "Ended"))) }
                    @else { (pill(Tone::Line, "", &stage(a))) }
                    @if late(a) { " " (pill(Tone::Bad, "alert", t!(lang, "overdue"))) }
                    p class="small muted" {
                        @match &a.owner { Some(name) => (name), None => (t!(lang, "nobody yet")) }
                        @if let Some(day) = a.due_on.as_deref().and_then(|d| d.parse().ok()) {
                            " · " (t!(lang, "by {day}", day = fmt::day(lang, day, me.today())))
                        }
                    }
                }
            }
        }
    }
}
