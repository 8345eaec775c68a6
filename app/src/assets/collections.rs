//! Collections: assets that belong together, for one audience.

use mil_db::{Row, Tx, Where, sql};
use serde_json::json;

use crate::actor::Actor;
use crate::assets::model::{Audience, Collection};
use crate::assets::store;
use crate::clock::from_micros;
use crate::error::{Error, Msg, Result};
use crate::events::{self, Event};
use crate::random::new_id;
use crate::state::App;
use crate::web::Ctx;

fn collection(row: &Row) -> Result<Collection> {
    Ok(Collection {
        id: row.get("id")?,
        name: row.get("name")?,
        description: row.get("description")?,
        audience: store::word(
            Audience::from_key(&row.get::<String>("audience")?),
            "audience",
        )?,
        created_by: row.get("created_by")?,
        updated_at: from_micros(row.get("updated_at")?),
        version: row.get("version")?,
    })
}

/// Those that the actor may see, by name.
pub async fn list(app: &App, actor: Option<&Actor>) -> Result<Vec<Collection>> {
    let mut filter = Where::new();
    filter.and("archived_at IS NULL", []);
    filter.and_in("audience", store::audiences(actor).iter().copied());
    sql(format!(
        "SELECT * FROM asset_collection WHERE {} ORDER BY name, id LIMIT 200",
        filter.text()
    ))
    .bind_all(filter.values())
    .all(&app.db)
    .await?
    .iter()
    .map(collection)
    .collect()
}

/// One that the actor may see.
pub async fn find<'a>(
    on: impl Into<mil_db::On<'a>>,
    actor: Option<&Actor>,
    id: &str,
) -> Result<Collection> {
    let mut filter = Where::new();
    filter.and("archived_at IS NULL AND id = ?", [id.into()]);
    filter.and_in("audience", store::audiences(actor).iter().copied());
    let row = sql(format!(
        "SELECT * FROM asset_collection WHERE {}",
        filter.text()
    ))
    .bind_all(filter.values())
    .opt(on)
    .await?;
    collection(&row.ok_or(Error::NotFound)?)
}

/// Make a collection, or change it when `id` is given.
pub async fn save(
    ctx: &Ctx,
    actor: &Actor,
    id: Option<&str>,
    name: &str,
    description: &str,
    audience: Audience,
) -> Result<Collection> {
    store::require_edit(actor)?;
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 160 {
        return Err(Error::field("name", "Say in a few words what it is."));
    }
    if description.chars().count() > 2_000 {
        return Err(Error::field(
            "description",
            Msg::new("Use at most {n} characters.").with("n", 2_000),
        ));
    }
    let mut tx = ctx.app.db.begin().await?;
    if let Some(id) = id {
        find(&mut tx, Some(actor), id).await?;
    }
    let verb = if id.is_some() {
        "asset.collection_changed"
    } else {
        "asset.collection_made"
    };
    let id = id.map_or_else(|| new_id(ctx.now), str::to_owned);
    sql("INSERT INTO asset_collection (id, name, description, audience, created_by, created_at, updated_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $6, 1)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, description = excluded.description,
            audience = excluded.audience, updated_at = excluded.updated_at, version = asset_collection.version + 1")
    .bind(&id)
    .bind(name)
    .bind(description.trim())
    .bind(audience.key())
    .bind(&actor.id)
    .bind(ctx.now.as_microsecond())
    .run(&mut tx)
    .await?;
    let data = json!({ "name": name, "audience": audience.key() });
    events::append(
        &mut tx,
        actor,
        ctx.now,
        Event::audit(verb, "asset_collection", &id, data),
    )
    .await?;
    let saved = find(&mut tx, Some(actor), &id).await?;
    tx.commit().await?;
    Ok(saved)
}

/// Put an asset into a collection or take it out, in a transaction. Says whether
/// that changed anything.
pub async fn put_in(
    tx: &mut Tx,
    ctx: &Ctx,
    collection: &str,
    asset: &str,
    inside: bool,
) -> Result<bool> {
    let done = if inside {
        sql("INSERT INTO asset_in_collection (collection_id, asset_id, added_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
            .bind(collection)
            .bind(asset)
            .bind(ctx.now.as_microsecond())
            .run(tx)
            .await?
    } else {
        sql("DELETE FROM asset_in_collection WHERE collection_id = $1 AND asset_id = $2")
            .bind(collection)
            .bind(asset)
            .run(tx)
            .await?
    };
    Ok(done > 0)
}

/// Take a collection away; its assets stay.
pub async fn archive(ctx: &Ctx, actor: &Actor, id: &str) -> Result<()> {
    let mut tx = ctx.app.db.begin().await?;
    let found = find(&mut tx, Some(actor), id).await?;
    store::require_edit(actor)?;
    sql("UPDATE asset_collection SET archived_at = $1 WHERE id = $2")
        .bind(ctx.now.as_microsecond())
        .bind(id)
        .run(&mut tx)
        .await?;
    let data = json!({ "name": found.name });
    events::append(
        &mut tx,
        actor,
        ctx.now,
        Event::audit("asset.collection_archived", "asset_collection", id, data),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}
