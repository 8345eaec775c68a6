//! All endpoints, each with how it does.

use maud::{Markup, html};

use crate::admin::frame;
use crate::error::Result;
use crate::i18n::{fmt, t, tn};
use crate::ui::block::{Tone, empty, pill};
use crate::ui::table::{Col, Group, Row, Table, row, table};
use crate::web::Me;
use crate::webhooks::store::{self, Health, Webhook};

/// GET /admin/webhooks
pub async fn page(me: Me) -> Result<Markup> {
    let lang = me.lang();
    let mut all = Vec::new();
    for hook in store::all(&me.app.db).await? {
        let health = store::health(&me.app.db, &hook.id, me.now).await?;
        all.push((hook, health));
    }
    let new = frame::new_link("/admin/webhooks/new", t!(lang, "New endpoint"));
    let main = html! {
        p class="muted" { (t!(lang, "Other programs hear at once what happens here: signed, in order, and tried again until it arrives.")) }
        @if all.is_empty() {
            (empty("bolt", t!(lang, "Nobody listens yet"), t!(lang, "An endpoint is an address of another program, such as a project board."), frame::new_link("/admin/webhooks/new", t!(lang, "New endpoint"))))
        } @else { (list(&me, &all)) }
    };
    frame::page(
        &me,
        t!(lang, "Webhooks"),
        (t!(lang, "Administration"), "/admin"),
        new,
        main,
        None,
    )
    .await
}

fn list(me: &Me, all: &[(Webhook, Health)]) -> Markup {
    let lang = me.lang();
    let rows = html! {
        @for (hook, health) in all {
            (row(lang, &Row { id: &hook.id, href: &format!("/admin/webhooks/{}", hook.id), title: &hook.name, sub: &hook.address, ..Row::default() }, html! {
                td { (mark(me, hook)) }
                td { @match hook.last_success_at { Some(at) => (fmt::when(lang, at, me.now, &me.prefs.zone)), None => "–" } }
                td class="num" { @if health.tried > 0 { (health.failed * 100 / health.tried) " %" } @else { "–" } }
                td class="num" { @match health.median { Some(ms) => { (fmt::number(lang, ms)) " ms" }, None => "–" } }
                td { @if health.dead > 0 { (tn!(lang, health.dead, "{n} given up", "{n} given up")) } @else if health.waiting > 0 { (tn!(lang, health.waiting, "{n} waiting", "{n} waiting")) } @else { "–" } }
            }))
        }
    };
    let col = |label| Col {
        label,
        ..Col::default()
    };
    let number = |label| Col {
        label,
        number: true,
        ..Col::default()
    };
    table(
        lang,
        &Table {
            id: "webhooks",
            caption: t!(lang, "Webhooks"),
            cols: &[
                col(t!(lang, "Endpoint")),
                col(t!(lang, "State")),
                col(t!(lang, "Last success")),
                number(t!(lang, "Failed in 24 hours")),
                number(t!(lang, "Half of all take at most")),
                col(t!(lang, "On its way")),
            ],
            ..Table::default()
        },
        &[Group {
            rows,
            ..Group::default()
        }],
    )
}

fn mark(me: &Me, hook: &Webhook) -> Markup {
    let lang = me.lang();
    if hook.paused_at.is_some() {
        pill(Tone::Bad, "alert", t!(lang, "Paused"))
    } else if !hook.active {
        pill(Tone::Line, "x", t!(lang, "Off"))
    } else if hook.failing_since.is_some() {
        pill(Tone::Warn, "alert", t!(lang, "Failing"))
    } else {
        pill(Tone::Ok, "check", t!(lang, "Works"))
    }
}
