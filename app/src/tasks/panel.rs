//! The block of tasks on a request's page.

use axum::extract::Path;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;

use crate::catalog::Catalog;
use crate::error::{Error, Result};
use crate::i18n::t;
use crate::tasks::store::{Task, of_visit};
use crate::tasks::verbs::{self, Deed};
use crate::ui::block::rail_block;
use crate::web::{Flash, Input, Me, see_other};
use crate::work::model::Item;

/// The tasks of the present stage; empty where there are none.
pub async fn panel(me: &Me, catalog: &Catalog, item: &Item, may_work: bool) -> Result<Markup> {
    let lang = me.lang();
    if !item.is_open() {
        return Ok(html! {});
    }
    let tasks = of_visit(&me.app.db, &item.id).await?;
    if tasks.is_empty() {
        return Ok(html! {});
    }
    let done = tasks.iter().filter(|t| t.done_at.is_some()).count();
    Ok(rail_block(
        t!(lang, "Side by side"),
        &t!(lang, "{n} of {limit}", n = done, limit = tasks.len()),
        html! {
            div class="todo" { @for task in &tasks { (row(me, catalog, item, task, may_work)) } }
        },
    ))
}

fn row(me: &Me, catalog: &Catalog, item: &Item, task: &Task, may_work: bool) -> Markup {
    let lang = me.lang();
    let action = format!("/work/{}/tasks/{}", item.number, task.key);
    let waits = task.sub.as_ref().is_some_and(|sub| sub.open);
    let service = task
        .service_id
        .as_deref()
        .and_then(|id| catalog.service(id));
    let order = service.filter(|_| task.sub.is_none() && task.done_at.is_none() && may_work);
    let who = task.person.as_deref().or(task.team.as_deref());
    html! {
        form method="post" action=(action) data-autosubmit {
            input type="hidden" name="deed" value="tick";
            label class="check" {
                input type="checkbox" name="done" value="yes" checked[task.done_at.is_some()] disabled[!may_work || waits];
                span {
                    (task.name)
                    @if !task.required { " " span class="opt" { (t!(lang, "(optional)")) } }
                    @if let Some(who) = who { " " span class="small muted" { (who) } }
                }
            }
            @if may_work && !waits { button class="btn btn-s no-js" { (t!(lang, "Save")) span class="vh" { " " (task.name) } } }
        }
        @if let Some(sub) = &task.sub {
            p class="small" {
                a href={ "/work/" (sub.number) } { (sub.number) " " (sub.title) } " "
                @if sub.open { (t!(lang, "is under way")) } @else { (t!(lang, "has ended")) }
            }
        }
        @if task.person_id.as_deref() != Some(me.actor.id.as_str()) && may_work && task.done_at.is_none() && !waits {
            form method="post" action=(action) {
                button class="btn btn-s btn-quiet" name="deed" value="take" { (t!(lang, "Take it")) span class="vh" { " " (task.name) } }
            }
        }
        @if let Some(service) = order {
            details class="small" {
                summary { (t!(lang, "Order “{service}”", service = service.name)) }
                p class="mt-2" { a href={ "/catalog/" (service.slug) } { (t!(lang, "Open its form")) } ". " (t!(lang, "Then write its number here.")) }
                form class="row mt-2" method="post" action=(action) {
                    label class="vh" for={ "sub-" (task.key) } { (t!(lang, "Number of the request")) }
                    input class="input" id={ "sub-" (task.key) } name="sub" inputmode="numeric" required;
                    button class="btn btn-s" name="deed" value="sub" { (t!(lang, "Use it")) }
                }
            }
        }
    }
}

/// A task's form.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct TaskForm {
    deed: String,
    done: Option<String>,
    sub: String,
}

/// POST /work/{item}/tasks/{task}
pub async fn change(
    me: Me,
    Path((id, task)): Path<(String, String)>,
    Input(form): Input<TaskForm>,
) -> Result<Response> {
    let lang = me.lang();
    let (deed, said) = match form.deed.as_str() {
        "tick" if form.done.is_some() => (Deed::Done(true), t!(lang, "Task finished.")),
        "tick" => (Deed::Done(false), t!(lang, "Task opened again.")),
        "take" => (
            Deed::Assign(Some(me.actor.id.clone())),
            t!(lang, "The task is yours."),
        ),
        "sub" => (Deed::Sub(form.sub), t!(lang, "That request does the task.")),
        _ => return Err(Error::NotFound),
    };
    let item = verbs::change(&me, &me.actor, &id, &task, deed).await?;
    Ok(see_other(
        &format!("/work/{}", item.number),
        Some(Flash::new(said)),
    ))
}
