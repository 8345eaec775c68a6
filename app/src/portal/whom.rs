//! Ordering for somebody else, which only those who work here can do.

use std::sync::Arc;

use crate::actor::Actor;
use crate::catalog::{Catalog, Service};
use crate::error::{Error, Result};
use crate::people::auth;
use crate::policy;
use crate::web::Me;

/// For whom is ordered, when it is not the reader.
pub async fn find(me: &Me, id: Option<&str>) -> Result<Option<Actor>> {
    match id.filter(|id| !id.is_empty() && *id != me.actor.id) {
        Some(id) if policy::works(&me.actor) => auth::by_person(&me.app, id, me.actor.via)
            .await?
            .map_or(Err(Error::NotFound), |person| Ok(Some(person))),
        _ => Ok(None),
    }
}

/// A service that is open to whoever the order is for.
pub fn service<'a>(
    me: &Me,
    catalog: &'a Catalog,
    whom: Option<&Actor>,
    slug: &str,
) -> Result<&'a Arc<Service>> {
    catalog.orderable(whom.unwrap_or(&me.actor), slug)
}
