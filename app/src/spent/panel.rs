//! The block about time spent on a request's page.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;

use crate::error::{Error, Result};
use crate::i18n::{fmt, t};
use crate::policy;
use crate::spent::book::{Booked, book, of_item, remove};
use crate::ui::block::{crumbs, rail_block};
use crate::ui::button::{Button, button};
use crate::ui::field::{self, Field, Number};
use crate::ui::shell::bar;
use crate::web::{Flash, Input, Me, Wrong, see_other, shell};
use crate::work::model::Item;
use crate::work::store;

/// A working day for printing sums, in minutes.
const DAY: i64 = 480;

/// What was booked, and the form to book more.
pub async fn panel(me: &Me, item: &Item, may_work: bool) -> Result<Markup> {
    let lang = me.lang();
    let entries = of_item(&me.app.db, &item.id).await?;
    if entries.is_empty() && !may_work {
        return Ok(html! {});
    }
    let sum: i64 = entries.iter().map(|e| e.minutes).sum();
    let total = if sum > 0 {
        fmt::span(lang, sum, DAY)
    } else {
        String::new()
    };
    Ok(rail_block(
        t!(lang, "Time spent"),
        &total,
        html! {
            @if !entries.is_empty() {
                ul class="small bare-list" {
                    @for entry in &entries {
                        li class="row" {
                            span class="grow" { (entry.person) ": " (fmt::span(lang, entry.minutes, DAY)) @if !entry.note.is_empty() { ", " (entry.note) } }
                            @if entry.person_id == me.actor.id || policy::shapes_catalog(&me.actor) {
                                form method="post" action={ "/work/" (item.number) "/time/" (entry.id) "/remove" } {
                                    button class="btn btn-s btn-quiet" { (t!(lang, "Take back")) span class="vh" { " " (entry.person) " " (fmt::span(lang, entry.minutes, DAY)) } }
                                }
                            }
                        }
                    }
                }
            }
            @if may_work { details class="mt-2" { summary class="small" { (t!(lang, "Book time")) } (form(me, item, &TimeForm::default(), &Wrong::default())) } }
        },
    ))
}

/// The form.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct TimeForm {
    minutes: String,
    note: String,
}

fn form(me: &Me, item: &Item, typed: &TimeForm, wrong: &Wrong) -> Markup {
    let lang = me.lang();
    let limits = Number {
        min: "1",
        max: "1440",
        step: "1",
        unit: t!(lang, "minutes"),
    };
    html! {
        form class="stack mt-2" method="post" action={ "/work/" (item.number) "/time" } {
            (wrong.summary(lang))
            (field::number(lang, &wrong.field("minutes", t!(lang, "How long?"), &typed.minutes), &limits))
            (field::text(lang, &Field { optional: true, ..wrong.field("note", t!(lang, "What for?"), &typed.note) }))
            div { (button(Button { label: t!(lang, "Book it"), ..Button::default() })) }
        }
    }
}

/// POST /work/{item}/time
pub async fn add(
    me: Me,
    Path(id): Path<String>,
    Input(typed): Input<TimeForm>,
) -> Result<Response> {
    let lang = me.lang();
    let result = async {
        let minutes = typed
            .minutes
            .trim()
            .parse()
            .map_err(|_| Error::field("minutes", "Book between one minute and a day."))?;
        let booked = Booked {
            minutes,
            note: typed.note.clone(),
            day: None,
        };
        book(&me, &me.actor, &id, booked).await
    };
    match result.await {
        Ok(item) => {
            let said = Flash::new(t!(lang, "Booked."));
            Ok(see_other(&format!("/work/{}", item.number), Some(said)))
        }
        Err(error) => {
            let wrong = Wrong::of(lang, error)?;
            let item = store::find(&me.app.db, &me.actor, &id).await?;
            let title = t!(lang, "Book time");
            let number = item.number.to_string();
            let page = html! {
                (bar(title, html! {}, html! {}))
                div class="panel-body stack measure" {
                    (crumbs(lang, &[(t!(lang, "Queue"), "/queue"), (&number, &format!("/work/{number}")), (title, "")]))
                    (form(&me, &item, &typed, &wrong))
                }
            };
            let page = shell::workspace(&me, "/queue", title, page).await?;
            Ok((wrong.status(), page).into_response())
        }
    }
}

/// POST /work/{item}/time/{entry}/remove
pub async fn take_back(me: Me, Path((id, entry)): Path<(String, String)>) -> Result<Response> {
    let item = remove(&me, &me.actor, &id, &entry).await?;
    let said = Flash::new(t!(me.lang(), "Taken back."));
    Ok(see_other(&format!("/work/{}", item.number), Some(said)))
}
