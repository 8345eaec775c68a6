//! What leads and administrators do with the categories of the catalogue.

use mil_db::sql;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::actor::Actor;
use crate::catalog::model::Category;
use crate::catalog::{Catalog, verbs};
use crate::error::{Error, FieldError, Result};
use crate::events::{self, Event};
use crate::people::profile::{check_name, difference};
use crate::random::new_id;
use crate::ui::icon;
use crate::web::Ctx;

/// A category to add, or its new state.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Shelf {
    /// What it is called.
    pub name: String,
    /// Name of an icon; a grid when it is left out.
    #[serde(default)]
    pub icon: String,
}

fn check(catalog: &Catalog, mut shelf: Shelf, id: Option<&str>) -> Result<Shelf> {
    let mut wrong = Vec::new();
    match check_name(&shelf.name) {
        Ok(name) => shelf.name = name,
        Err(error) => wrong.push(error),
    }
    let same = |c: &&Category| c.name.to_lowercase() == shelf.name.to_lowercase();
    let other = catalog.categories.iter().find(same);
    if other.is_some_and(|c| id != Some(&c.id)) {
        wrong.push(FieldError::new(
            "name",
            "Another category has this name. Choose another.",
        ));
    }
    if shelf.icon.is_empty() {
        "grid".clone_into(&mut shelf.icon);
    } else if !icon::exists(&shelf.icon) {
        wrong.push(FieldError::new("icon", "Choose one of the list."));
    }
    if wrong.is_empty() {
        Ok(shelf)
    } else {
        Err(Error::Invalid(wrong))
    }
}

fn find<'a>(catalog: &'a Catalog, id: &str) -> Result<&'a Category> {
    let found = catalog.categories.iter().find(|c| c.id == id);
    found.ok_or(Error::NotFound)
}

async fn note(
    tx: &mut mil_db::Tx,
    ctx: &Ctx,
    actor: &Actor,
    verb: &'static str,
    id: &str,
    data: serde_json::Value,
) -> Result<()> {
    events::append(tx, actor, ctx.now, Event::audit(verb, "category", id, data)).await?;
    Ok(())
}

/// Add a category at the end. Returns its id.
pub async fn add(ctx: &Ctx, actor: &Actor, shelf: Shelf) -> Result<String> {
    let (catalog, mut tx) = verbs::begin(ctx, actor).await?;
    let shelf = check(&catalog, shelf, None)?;
    let id = new_id(ctx.now);
    let last = catalog.categories.iter().map(|c| c.position).max();
    sql("INSERT INTO category (id, name, icon, position) VALUES ($1, $2, $3, $4)")
        .bind(&id)
        .bind(&shelf.name)
        .bind(&shelf.icon)
        .bind(last.unwrap_or(0) + 1)
        .run(&mut tx)
        .await?;
    let data = json!({ "after": shelf });
    note(&mut tx, ctx, actor, "category.added", &id, data).await?;
    tx.commit().await?;
    Ok(id)
}

/// Rename a category or give it another icon.
pub async fn change(ctx: &Ctx, actor: &Actor, id: &str, shelf: Shelf) -> Result<()> {
    let (catalog, mut tx) = verbs::begin(ctx, actor).await?;
    let found = find(&catalog, id)?;
    let before = Shelf {
        name: found.name.clone(),
        icon: found.icon.clone(),
    };
    let after = check(&catalog, shelf, Some(id))?;
    let Some(data) = difference(&before, &after)? else {
        return Ok(());
    };
    sql("UPDATE category SET name = $1, icon = $2 WHERE id = $3")
        .bind(&after.name)
        .bind(&after.icon)
        .bind(id)
        .run(&mut tx)
        .await?;
    note(&mut tx, ctx, actor, "category.changed", id, data).await?;
    tx.commit().await?;
    Ok(())
}

/// Move a category one place up or down in the catalogue.
pub async fn reorder(ctx: &Ctx, actor: &Actor, id: &str, up: bool) -> Result<()> {
    let (catalog, mut tx) = verbs::begin(ctx, actor).await?;
    find(&catalog, id)?;
    // Past the archived ones, which are not seen.
    let (mut shelves, archived): (Vec<_>, Vec<_>) =
        catalog.categories.iter().partition(|c| !c.archived);
    let Some(at) = shelves.iter().position(|c| c.id == id) else {
        return Ok(());
    };
    let to = if up { at.checked_sub(1) } else { Some(at + 1) };
    let Some(to) = to.filter(|to| *to < shelves.len()) else {
        return Ok(());
    };
    shelves.swap(at, to);
    for (place, shelf) in (1_i64..).zip(shelves.iter().chain(&archived)) {
        sql("UPDATE category SET position = $1 WHERE id = $2")
            .bind(place)
            .bind(&shelf.id)
            .run(&mut tx)
            .await?;
    }
    let data = json!({ "before": { "place": at + 1 }, "after": { "place": to + 1 } });
    note(&mut tx, ctx, actor, "category.moved", id, data).await?;
    tx.commit().await?;
    Ok(())
}

/// Take an empty category away from the catalogue, or bring it back.
pub async fn archive(ctx: &Ctx, actor: &Actor, id: &str, away: bool) -> Result<()> {
    let (catalog, mut tx) = verbs::begin(ctx, actor).await?;
    if find(&catalog, id)?.archived == away {
        return Ok(());
    }
    let used = |s: &std::sync::Arc<crate::catalog::Service>| s.category_id == id && !s.retired;
    if away && catalog.services.iter().any(used) {
        return Err(Error::field(
            "",
            "Services stand in this category. Move or retire them first.",
        ));
    }
    sql("UPDATE category SET archived_at = $1 WHERE id = $2")
        .bind(away.then_some(ctx.now.as_microsecond()))
        .bind(id)
        .run(&mut tx)
        .await?;
    let verb = if away {
        "category.archived"
    } else {
        "category.restored"
    };
    note(&mut tx, ctx, actor, verb, id, json!({})).await?;
    tx.commit().await?;
    Ok(())
}
