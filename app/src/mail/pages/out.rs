//! Messages that go out, and sending one again that was given up.

use axum::extract::Path;
use axum::response::Response;
use maud::{Markup, html};

use crate::error::Result;
use crate::i18n::{fmt, t};
use crate::mail::pages::frame;
use crate::mail::post::Asked;
use crate::mail::{send, sent, words};
use crate::ui::block::{empty, pill};
use crate::ui::table::{Chip, Col, Group, Table, filter_bar, table};
use crate::web::{Flash, Me, Query, see_other};

/// GET /admin/mail/out
pub async fn list(me: Me, Query(asked): Query<Asked>) -> Result<Markup> {
    let lang = me.lang();
    let (found, next) = sent::list(&me, &me.actor, &asked).await?;
    let states: Vec<(&str, &str, bool)> = ["waiting", "sent", "dead", "bounced", "withheld"]
        .iter()
        .map(|s| (*s, words::state(lang, s).1, asked.state == *s))
        .collect();
    let chosen = states.iter().find(|s| s.2).map_or("", |s| s.1);
    let chips = [Chip {
        name: "state",
        label: t!(lang, "State"),
        icon: "msg",
        chosen,
        options: &states,
        many: false,
    }];
    let cols = [
        t!(lang, "To"),
        t!(lang, "Request"),
        t!(lang, "State"),
        t!(lang, "When"),
        t!(lang, "What to do"),
    ]
    .map(|label| Col {
        label,
        ..Col::default()
    });
    let rows = html! {
        @for one in &found {
            @let (tone, state) = words::state(lang, &one.state);
            tr {
                td class="main" { div class="clip" { (one.to_name) } div class="sub clip" { (one.to) } }
                td { @if let Some(number) = one.number { a href={ "/work/" (number) } { (number) } } }
                td { (pill(tone, "", state)) @if let Some(error) = &one.last_error { div class="small muted" { (error) } } }
                td { (fmt::when(lang, one.at, me.now, &me.prefs.zone)) }
                td {
                    @if matches!(one.state.as_str(), "dead" | "bounced") {
                        form method="post" action={ "/admin/mail/out/" (one.id) "/again" } {
                            button class="btn btn-s" { (t!(lang, "Send again")) span class="vh" { " " (one.to) } }
                        }
                    }
                }
            }
        }
    };
    let body = html! {
        h1 tabindex="-1" class="vh" { (t!(lang, "Goes out")) }
        (filter_bar(lang, "/admin/mail/out", &[], &chips, html! {}))
        @if found.is_empty() {
            (empty("msg", t!(lang, "Nothing here"), t!(lang, "No message is in this state."), html! {}))
        } @else {
            (table(lang, &Table { id: "out", caption: t!(lang, "Messages"), cols: &cols, ticks: false }, &[Group { rows, ..Group::default() }]))
        }
        @if let Some(next) = next {
            nav class="pager" aria-label=(t!(lang, "Pages")) {
                a class="btn btn-s btn-line" rel="next" href={ "/admin/mail/out?state=" (asked.state) "&after=" (next) } { (t!(lang, "Next")) }
            }
        }
    };
    frame(&me, "/admin/mail/out", t!(lang, "Goes out"), html! {}, body).await
}

/// POST /admin/mail/out/{outgoing}/again
pub async fn again(me: Me, Path(id): Path<String>) -> Result<Response> {
    send::again(&me, &me.actor, &id).await?;
    let said = t!(me.lang(), "The message is sent again");
    Ok(see_other("/admin/mail/out", Some(Flash::new(said))))
}
