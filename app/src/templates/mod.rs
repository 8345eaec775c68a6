//! Request templates: answers under a name, to begin an order with.
//!
//! | file | what it holds |
//! |---|---|
//! | [`store`] | the rows; finding is limited to what the actor may see |
//! | [`verbs`] | save, change, remove |
//! | [`page`] | the list, the form, and the offers on a service's page |
//! | [`api`] | the same as JSON |
//!
//! Files are not part of a template: each order has its own.

pub mod api;
pub mod page;
pub mod store;
pub mod verbs;

use mil_process::form::{FormDef, Raw};

use crate::catalog::{Catalog, Service};
use crate::error::Result;
use crate::openapi::Op;
use crate::router::{Access, Route, delete, get, post, put};
use crate::standing::load::{form_at, lost};
use crate::templates::store::Template;
use crate::web::Me;

/// The routes of this slice.
pub fn routes() -> Vec<Route> {
    use Access::Agents;
    let op = |summary| Op::new("Templates", summary);
    vec![
        get(Agents, "/templates", page::list),
        get(Agents, "/templates/{template}", page::edit),
        post(Agents, "/templates/{template}", page::save),
        get(Agents, "/work/{item}/template", page::new),
        post(Agents, "/work/{item}/template", page::create),
        get(Agents, "/api/v1/templates", api::list)
            .op(op("Templates that you may use, by name").answers::<api::Templates>()),
        post(Agents, "/api/v1/templates", api::create).op(op("Save answers as a template")
            .body::<api::NewTemplate>()
            .answers::<Template>()
            .status(201)),
        put(Agents, "/api/v1/templates/{template}", api::change).op(op(
            "Rename it, or let others use it",
        )
        .body::<verbs::Change>()
        .answers::<Template>()),
        delete(Agents, "/api/v1/templates/{template}", api::remove)
            .op(op("Remove a template").status(204)),
    ]
}

/// The answers of a template as the service's form takes them now, and the
/// questions whose answer does not fit any more.
pub async fn fitting(
    me: &Me,
    catalog: &Catalog,
    service: &Service,
    template: &Template,
) -> Result<(Raw, Vec<String>)> {
    let old = form_at(me, catalog, &service.id, template.form_version).await?;
    Ok(fit(&old, &service.form, &template.answers, me.today()))
}

/// [`fitting`] of two forms. Pure.
pub fn fit(
    old: &FormDef,
    new: &FormDef,
    raw: &Raw,
    today: jiff::civil::Date,
) -> (Raw, Vec<String>) {
    // As they were understood when they were given; a day that has passed since
    // is still an answer.
    let given = mil_process::form::validate(old, raw, today, true).unwrap_or_else(|_| {
        let mut known = mil_process::form::Answers::new();
        for (key, values) in raw {
            let one = Raw::from([(key.clone(), values.clone())]);
            if let Ok(answers) = mil_process::form::validate(old, &one, today, true) {
                known.extend(answers);
            }
        }
        known
    });
    let lost = lost(old, new, &given);
    let mut raw = raw.clone();
    raw.retain(|key, _| {
        new.field(key)
            .is_some_and(|f| f.kind.is_question() && !lost.contains(&old_label(old, key)))
    });
    (raw, lost)
}

fn old_label(old: &FormDef, key: &str) -> String {
    old.field(key)
        .map_or_else(|| key.to_owned(), |f| f.label.clone())
}
