//! Tracked work that comes of looking back, at an incident or at a change: an
//! order of a service, linked with what it comes of, in the hands of its owner.

use jiff::civil::Date;
use mil_db::{Tx, sql};

use crate::actor::Actor;
use crate::catalog::Catalog;
use crate::catalog::model::Priority;
use crate::error::{Error, Result};
use crate::web::Ctx;
use crate::work::model::Item;
use crate::work::spawn::{Brief, spawn};
use crate::work::{edit, store};

/// Work to make of what was learned.
#[derive(Debug, Clone, Copy)]
pub struct NewAction<'a> {
    /// What to do.
    pub title: &'a str,
    /// Id or slug of a service.
    pub service: &'a str,
    /// Person id.
    pub owner: Option<&'a str>,
    /// By when.
    pub due_on: Option<Date>,
}

/// Make it, inside the transaction that has locked `item`.
///
/// # Errors
/// [`Error::Invalid`] on `title`, `service`, `owner` or `due_on`.
pub async fn make(
    tx: &mut Tx,
    ctx: &Ctx,
    catalog: &Catalog,
    actor: &Actor,
    item: &Item,
    new: NewAction<'_>,
) -> Result<Item> {
    let service = catalog
        .orderable(actor, new.service)
        .map_err(|_| Error::field("service", "Choose the service that does this."))?
        .clone();
    if new.due_on.is_some_and(|day| day < ctx.today()) {
        return Err(Error::field(
            "due_on",
            "This day is over. Give one that lies ahead.",
        ));
    }
    let text = format!("{} {}", item.number, item.title);
    let brief = Brief {
        title: new.title,
        text: &text,
        priority: Priority::Normal,
    };
    let mut work = spawn(tx, ctx, catalog, actor, &service, brief).await?;
    if let Some(owner) = new.owner {
        edit::assign_in(tx, ctx, actor, &mut work, Some(owner))
            .await
            .map_err(|error| match error {
                Error::Invalid(_) => {
                    Error::field("owner", "Choose somebody who works on requests.")
                }
                other => other,
            })?;
        store::save(tx, catalog, ctx.now, &mut work).await?;
    }
    sql("INSERT INTO item_link (from_id, to_id, kind, created_at) VALUES ($1, $2, 'relates', $3)")
        .bind(&item.id)
        .bind(&work.id)
        .bind(ctx.now.as_microsecond())
        .run(tx)
        .await?;
    Ok(work)
}
