//! The list of rules, and the page of one: what it says, its log, its versions.

use axum::extract::Path;
use axum::response::Response;
use maud::{Markup, html};

use crate::admin::frame;
use crate::automation::store::{self, Rule};
use crate::automation::words::{self, Dictionary};
use crate::automation::{templates, verbs};
use crate::error::Result;
use crate::i18n::{Lang, fmt, t, tn};
use crate::ui::block::{Tone, card, empty, notice, pill};
use crate::ui::table::{Col, Group, Row, Table, row, table};
use crate::web::input::Posted;
use crate::web::{Flash, Me, see_other};

/// GET /admin/rules
pub async fn list(me: Me) -> Result<Markup> {
    let lang = me.lang();
    let rules = store::all(&me.app.db).await?;
    let words = Dictionary::load(&me).await?;
    let mut counts = Vec::new();
    for rule in &rules {
        counts.push(store::counts(&me.app.db, &rule.id).await?);
    }
    let rows = html! {
        @for (rule, [done, _, parked]) in rules.iter().zip(&counts) {
            (row(lang, &Row { id: &rule.id, href: &format!("/admin/rules/{}", rule.id), title: &rule.name, sub: &words.sentence(lang, &rule.def), ..Row::default() }, html! {
                td { (mark(lang, rule)) }
                td class="num" { (fmt::number(lang, *done)) }
                td { @if *parked > 0 { (tn!(lang, *parked, "{n} waits for you", "{n} wait for you")) } @else { "–" } }
                td { (rule.owner) }
            }))
        }
    };
    let col = |label| Col {
        label,
        ..Col::default()
    };
    let cols = [
        col(t!(lang, "Rule")),
        col(t!(lang, "State")),
        Col {
            label: t!(lang, "Acted"),
            number: true,
            ..Col::default()
        },
        col(t!(lang, "Parked")),
        col(t!(lang, "Owner")),
    ];
    let spec = Table {
        id: "rules",
        caption: t!(lang, "Rules"),
        cols: &cols,
        ..Table::default()
    };
    let main = html! {
        p class="muted" { (t!(lang, "What the team would do by hand each time can go by itself. Each rule tells on the timeline what it did.")) }
        @if rules.is_empty() {
            (empty("bolt", t!(lang, "No rules yet"), t!(lang, "Begin with one of those below, or write your own."), html! {}))
        } @else {
            (table(lang, &spec, &[Group { rows, ..Group::default() }]))
        }
        section class="stack" {
            h2 { (t!(lang, "Start from a common one")) }
            ul class="grid card-list" {
                @for template in templates::all(lang) {
                    li class="card card-link" {
                        h3 { a href={ "/admin/rules/new?from=" (template.key) } { (template.name) } }
                        p { (words.sentence(lang, &template.def)) }
                    }
                }
            }
        }
    };
    let end = frame::new_link("/admin/rules/new", t!(lang, "New rule"));
    frame::page(
        &me,
        t!(lang, "Rules"),
        (t!(lang, "Administration"), "/admin"),
        end,
        main,
        None,
    )
    .await
}

fn mark(lang: Lang, rule: &Rule) -> Markup {
    if rule.stopped_at.is_some() {
        pill(Tone::Bad, "alert", t!(lang, "Stopped"))
    } else if rule.active_at.is_some() {
        pill(Tone::Ok, "check", t!(lang, "On"))
    } else {
        pill(Tone::Line, "x", t!(lang, "Off"))
    }
}

/// GET /admin/rules/{rule}
pub async fn show(me: Me, Path(id): Path<String>) -> Result<Markup> {
    let lang = me.lang();
    let rule = store::find(&me.app.db, &id).await?;
    let words = Dictionary::load(&me).await?;
    let [_, waiting, parked] = store::counts(&me.app.db, &id).await?;
    let log = store::log(&me.app.db, &id, 50).await?;
    let versions = verbs::versions(&me.app.db, &id).await?;
    let base = format!("/admin/rules/{id}");
    let state = format!("{base}/state");
    let when = |at| fmt::when(lang, at, me.now, &me.prefs.zone);
    let main = html! {
        p class="lead" { (words.sentence(lang, &rule.def)) }
        @if rule.stopped_at.is_some() {
            (notice(Tone::Bad, "alert", t!(lang, "Stopped: it went round in circles."), html! {
                (t!(lang, "It set itself off again and again, alone or with another rule. Change what sets it off or its conditions, then switch it on.")) }))
        }
        @if parked > 0 {
            (notice(Tone::Warn, "alert", &tn!(lang, parked, "{n} run could not be carried out.", "{n} runs could not be carried out."), html! {
                (t!(lang, "The reasons are in the log. Mend them, then try again.")) }))
        }
        div class="row" {
            (mark(lang, &rule))
            @if rule.acts() { (frame::post_button(&state, t!(lang, "Switch it off"), &[("to", "off")])) }
            @else { (frame::post_button(&state, t!(lang, "Switch it on"), &[("to", "on")])) }
            @if parked > 0 { (frame::post_button(&state, t!(lang, "Try the parked ones again"), &[("to", "again")])) }
        }
        p class="muted small" { (t!(lang, "It acts in the name of {name}, with the rights of somebody who works on requests.", name = rule.owner)) }
        section class="stack" {
            h2 { (t!(lang, "Log")) }
            @if waiting > 0 { p class="muted" { (tn!(lang, waiting, "{n} run is due.", "{n} runs are due.")) } }
            @if log.is_empty() { p class="muted" { (t!(lang, "It has not acted yet.")) } }
            ul class="rq" {
                @for line in &log {
                    li {
                        div {
                            a class="ttl" href={ "/work/" (line.number) } { (line.title) }
                            p class="muted small" { (outcome(lang, &line.run)) }
                        }
                        span class="num muted small" { (line.number) }
                        time class="muted small" datetime=(line.run.created_at.to_string()) { (when(line.run.ended_at.unwrap_or(line.run.created_at))) }
                    }
                }
            }
        }
    };
    let rail = html! {
        (card(t!(lang, "Order"), html! {
            p class="small muted" { (t!(lang, "When several rules fit, they run from top to bottom.")) }
            div class="mt-3" { (frame::post_button(&state, t!(lang, "Move it up"), &[("to", "up")])) }
        }))
        (card(t!(lang, "Versions"), html! {
            ul class="plain-list stack" { @for v in &versions {
                li class="small" { b { (t!(lang, "Version {n}", n = v.version)) } " · " (v.by) " · " (when(v.at))
                    @if let Ok(def) = serde_json::from_value(v.def.clone()) { p class="muted" { (words.sentence(lang, &def)) } } }
            } }
        }))
        (card(t!(lang, "Remove"), html! {
            p class="small muted" { (t!(lang, "What it did stays on the timelines.")) }
            div class="mt-3" { (frame::post_button(&state, t!(lang, "Remove the rule"), &[("to", "removed")])) }
        }))
    };
    let end = crate::ui::button::link_button(
        &format!("{base}/edit"),
        crate::ui::button::Button {
            label: t!(lang, "Change"),
            icon: "edit",
            ..Default::default()
        },
    );
    let back = (t!(lang, "Rules"), "/admin/rules");
    frame::page(
        &me,
        &rule.name,
        back,
        end,
        main,
        Some((t!(lang, "What one can do"), rail)),
    )
    .await
}

fn outcome(lang: Lang, run: &store::Run) -> Markup {
    html! {
        @match run.state.as_str() {
            "done" => (words::did(lang, &run.did)),
            "parked" => { (pill(Tone::Bad, "x", t!(lang, "Parked"))) " " (run.error.as_deref().unwrap_or_default()) },
            "stopped" => (pill(Tone::Bad, "alert", t!(lang, "Stopped: it went round in circles."))),
            _ => { (pill(Tone::Line, "clock", t!(lang, "Is due"))) " " (run.error.as_deref().unwrap_or_default()) },
        }
    }
}

/// POST /admin/rules/{rule}/state: on, off, up, again or removed.
pub async fn state(me: Me, Path(id): Path<String>, posted: Posted) -> Result<Response> {
    let lang = me.lang();
    let here = format!("/admin/rules/{id}");
    let (to, said) = match crate::incidents::page::one(&posted, "to") {
        "removed" => {
            verbs::remove(&me, &me.actor, &id).await?;
            ("/admin/rules", t!(lang, "The rule is removed").to_owned())
        }
        "up" => {
            verbs::raise(&me, &me.actor, &id).await?;
            ("/admin/rules", t!(lang, "It runs earlier now").to_owned())
        }
        "again" => {
            let n = i64::try_from(verbs::again(&me, &me.actor, &id).await?).unwrap_or(0);
            (
                &*here,
                tn!(
                    lang,
                    n,
                    "{n} run is tried again",
                    "{n} runs are tried again"
                ),
            )
        }
        "off" => {
            verbs::switch(&me, &me.actor, &id, false).await?;
            (&*here, t!(lang, "The rule is off").to_owned())
        }
        _ => {
            verbs::switch(&me, &me.actor, &id, true).await?;
            (&*here, t!(lang, "The rule is on").to_owned())
        }
    };
    Ok(see_other(to, Some(Flash::new(said))))
}
