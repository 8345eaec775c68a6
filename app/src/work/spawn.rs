//! Work that comes of other work: a problem of incidents, an action of a
//! post-mortem. It is ordered by whoever makes it, with a title and a text in
//! place of a filled-in form; what the form asks beyond that is asked later.

use mil_db::Tx;
use mil_process::form::{self, Kind, Raw};

use crate::actor::Actor;
use crate::catalog::Catalog;
use crate::catalog::model::{Priority, Service};
use crate::error::{Error, Msg, Result};
use crate::web::Ctx;
use crate::work::model::Item;
use crate::work::order::{self, MAX_TITLE};

/// What the new work is called, and what it is about.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs)]
pub struct Brief<'a> {
    pub title: &'a str,
    pub text: &'a str,
    pub priority: Priority,
}

/// Make a work item of `service`, inside the transaction of what it comes of.
///
/// # Errors
/// [`Error::Invalid`] on `title` when it is empty or too long.
pub async fn spawn(
    tx: &mut Tx,
    ctx: &Ctx,
    catalog: &Catalog,
    actor: &Actor,
    service: &Service,
    brief: Brief<'_>,
) -> Result<Item> {
    let title = brief.title.trim().replace(['\n', '\r', '\t'], " ");
    if title.is_empty() {
        return Err(Error::field("title", "Give it a title."));
    }
    if title.chars().count() > MAX_TITLE {
        return Err(Error::field(
            "title",
            Msg::new("Use at most {n} characters.").with("n", MAX_TITLE),
        ));
    }
    let mut raw = Raw::new();
    let first = |long: bool| {
        service.form.fields.iter().find(|f| {
            if long {
                matches!(f.kind, Kind::LongText { .. })
            } else {
                matches!(f.kind, Kind::Text { pattern: None, .. })
            }
        })
    };
    if let Some(field) = first(false) {
        raw.insert(field.key.clone(), vec![title.clone()]);
    }
    if let Some(field) = first(true).filter(|_| !brief.text.trim().is_empty()) {
        raw.insert(field.key.clone(), vec![brief.text.trim().to_owned()]);
    }
    let answers = form::validate(&service.form, &raw, ctx.today(), true)
        .map_err(|errors| Error::Invalid(errors.into_iter().map(order::from_form).collect()))?;
    let of = (title.as_str(), brief.priority, answers);
    order::place_sub(tx, ctx, catalog, actor, actor, service, of).await
}
