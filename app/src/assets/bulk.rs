//! Changing several assets at once, and taking it back.

use axum::response::Response;
use jiff::civil::Date;
use mil_db::Tx;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::actor::Actor;
use crate::assets::rights::Rights;
use crate::assets::{collections, store, verbs};
use crate::error::{Error, Msg, Result};
use crate::events::{self, Event};
use crate::i18n::tn;
use crate::undo::{self, Undo};
use crate::web::input::Posted;
use crate::web::{Ctx, Flash, Me, see_other};

/// The most assets at once.
pub const MOST: usize = 200;

/// What to do with them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// Add a tag.
    Tag(String),
    /// Take a tag away.
    Untag(String),
    /// Set the last day on which they may be used; none: no end.
    Expires(Option<Date>),
    /// Put them into a collection.
    Collect(String),
}

/// How an asset was.
#[derive(Debug, Serialize, Deserialize)]
struct Before {
    id: String,
    tags: Vec<String>,
    rights: Rights,
    version_after: i64,
}

/// What was done, to take it back.
#[derive(Debug, Serialize, Deserialize)]
pub struct Changed {
    before: Vec<Before>,
    collection: Option<(String, Vec<String>)>,
}

/// Do it to all of them, or to none. Returns how many and the id of the way back.
pub async fn change(
    ctx: &Ctx,
    actor: &Actor,
    ids: &[String],
    deed: &Deed,
) -> Result<(usize, String)> {
    store::require_edit(actor)?;
    if ids.is_empty() {
        return Err(Error::field("ids", "Choose some assets first."));
    }
    if ids.len() > MOST {
        return Err(Error::field(
            "ids",
            Msg::new("Name at most {n} of them.").with("n", MOST),
        ));
    }
    let mut tx = ctx.app.db.begin().await?;
    let mut changed = Changed {
        before: Vec::new(),
        collection: None,
    };
    if let Deed::Collect(id) = deed {
        collections::find(&mut tx, Some(actor), id).await?;
        changed.collection = Some((id.clone(), Vec::new()));
    }
    for id in ids {
        let mut a = store::lock(&mut tx, actor, id, None).await?;
        let mut tags = store::tags(&mut tx, id).await?;
        let before = Before {
            id: id.clone(),
            tags: tags.clone(),
            rights: a.rights.clone(),
            version_after: a.version + 1,
        };
        match deed {
            Deed::Tag(tag) => tags.push(tag.clone()),
            Deed::Untag(tag) => tags.retain(|t| *t != tag.trim().to_lowercase()),
            Deed::Expires(day) => a.rights.expires_on = *day,
            Deed::Collect(collection) => {
                if collections::put_in(&mut tx, ctx, collection, id, true).await?
                    && let Some((_, added)) = &mut changed.collection
                {
                    added.push(id.clone());
                }
                continue;
            }
        }
        a.rights = verbs::checked(&a.rights)?;
        let tags = verbs::tidy(&tags)?;
        store::save(&mut tx, &mut a, &tags, ctx.now).await?;
        let data = json!({ "before": { "tags": before.tags, "rights": before.rights },
            "after": { "tags": tags, "rights": a.rights } });
        events::append(
            &mut tx,
            actor,
            ctx.now,
            Event::audit("asset.changed", "asset", id, data),
        )
        .await?;
        changed.before.push(before);
    }
    if let Some((collection, added)) = &changed.collection {
        let data = json!({ "added": added });
        let event = Event::audit("asset.collected", "asset_collection", collection, data);
        events::append(&mut tx, actor, ctx.now, event).await?;
    }
    let label = tn!(
        ctx.lang(),
        ids.len(),
        "{n} asset changed",
        "{n} assets changed"
    );
    let undo = undo::record(&mut tx, actor, ctx.now, &label, &Undo::Assets(changed)).await?;
    tx.commit().await?;
    Ok((ids.len(), undo))
}

/// Put back what nobody changed since. Returns how many.
pub async fn restore(tx: &mut Tx, ctx: &Ctx, actor: &Actor, changed: &Changed) -> Result<usize> {
    let mut count = 0;
    for before in &changed.before {
        let mut a = match store::lock(tx, actor, &before.id, Some(before.version_after)).await {
            Ok(a) => a,
            Err(Error::NotFound | Error::Stale(_)) => continue,
            Err(error) => return Err(error),
        };
        a.rights.clone_from(&before.rights);
        store::save(tx, &mut a, &before.tags, ctx.now).await?;
        events::append(
            tx,
            actor,
            ctx.now,
            Event::audit("asset.undone", "asset", &before.id, json!({})),
        )
        .await?;
        count += 1;
    }
    if let Some((collection, added)) = &changed.collection {
        for id in added {
            count += usize::from(collections::put_in(tx, ctx, collection, id, false).await?);
        }
    }
    Ok(count)
}

/// POST /assets/bulk
pub async fn post(me: Me, Posted(form): Posted) -> Result<Response> {
    store::require_edit(&me.actor)?;
    let text = |name: &str| {
        form.get(name)
            .and_then(|v| v.first())
            .map_or("", String::as_str)
            .trim()
    };
    let ids = form.get("ids").cloned().unwrap_or_default();
    let tag = || -> Result<String> {
        if text("tag").is_empty() {
            Err(Error::field("tag", "Type a tag first."))
        } else {
            Ok(text("tag").to_owned())
        }
    };
    let deed = match text("deed") {
        "tag" => Deed::Tag(tag()?),
        "untag" => Deed::Untag(tag()?),
        "expires" => Deed::Expires(day("expires_on", text("expires_on"))?),
        "collect" => Deed::Collect(text("collection").to_owned()),
        _ => return Err(Error::field("deed", "Choose what to do with them.")),
    };
    let (n, undo) = change(&me, &me.actor, &ids, &deed).await?;
    let flash = Flash {
        text: tn!(me.lang(), n, "{n} asset changed", "{n} assets changed"),
        undo: Some(undo),
    };
    Ok(see_other("/assets", Some(flash)))
}

/// A day as typed; none if nothing was.
pub fn day(field: &'static str, text: &str) -> Result<Option<Date>> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse()
        .map(Some)
        .map_err(|_| Error::field(field, "Give a day."))
}
