//! What leads and administrators do with services: each verb checks that the
//! actor may, changes, leaves its event and moves the catalogue on, in one
//! transaction.

use std::sync::Arc;

use mil_db::{Tx, sql};
use serde_json::{Value, json};

use crate::actor::Actor;
use crate::catalog::draft::{ServiceChange, ServiceDraft, free, slug_of};
use crate::catalog::{Catalog, Service, snapshot};
use crate::error::{Error, FieldError, Msg, Result};
use crate::events::{self, Event};
use crate::people::profile::difference;
use crate::policy;
use crate::random::new_id;
use crate::web::Ctx;

/// How often to begin anew when others change the catalogue at the same moment.
const ATTEMPTS: usize = 5;

/// A transaction that changes the catalogue, and the catalogue as it is in it.
/// The generation is moved first, so that those who change the catalogue wait
/// for each other and each checks against what the last one left.
pub async fn begin(ctx: &Ctx, actor: &Actor) -> Result<(Arc<Catalog>, Tx)> {
    policy::require(policy::shapes_catalog(actor))?;
    for _ in 0..ATTEMPTS {
        let catalog = ctx.app.catalog().await?;
        let mut tx = ctx.app.db.begin().await?;
        snapshot::touch(&mut tx).await?;
        let generation: i64 = sql("SELECT value FROM counter WHERE name = 'catalog'")
            .value("value", &mut tx)
            .await?;
        if generation == catalog.generation + 1 {
            return Ok((catalog, tx));
        }
        // Somebody was faster, and what they did may not be on disk yet: a
        // commit is answered when everything before it is.
        tx.commit().await?;
    }
    Err(Error::Conflict(Msg::new(
        "Somebody else saved at the same moment and nothing was changed. Try again.",
    )))
}

/// The service to change, if it is still as the actor saw it.
fn find<'a>(catalog: &'a Catalog, id: &str, expect: Option<i64>) -> Result<&'a Arc<Service>> {
    let service = catalog
        .services
        .iter()
        .find(|s| s.id == id)
        .ok_or(Error::NotFound)?;
    if expect.is_some_and(|version| version != service.version) {
        return Err(Error::Stale(Msg::new(
            "Somebody else changed this service meanwhile. Look at it again, then change it.",
        )));
    }
    Ok(service)
}

/// Check a draft against the catalogue and against teams and departments.
pub(crate) async fn checked(
    tx: &mut Tx,
    catalog: &Catalog,
    mut draft: ServiceDraft,
    before: Option<&Service>,
) -> Result<ServiceDraft> {
    let mut wrong = draft.check(catalog, before);
    let stays = before.is_some_and(|b| b.team_id == draft.team_id);
    if !there(tx, "team", &draft.team_id, stays).await? {
        wrong.push(FieldError::new("team_id", "Choose one of the list."));
    }
    for (field, table, ids) in [
        ("departments", "department", &draft.audience.departments),
        ("groups", "team", &draft.audience.groups),
    ] {
        if ids.len() > 500 {
            wrong.push(FieldError::new(field, "Choose one of the list."));
            continue;
        }
        for id in ids {
            if !there(tx, table, id, true).await? {
                wrong.push(FieldError::new(field, "Choose one of the list."));
                break;
            }
        }
    }
    if wrong.is_empty() {
        Ok(draft)
    } else {
        Err(Error::Invalid(wrong))
    }
}

async fn there(tx: &mut Tx, table: &'static str, id: &str, archived_too: bool) -> Result<bool> {
    let text = match (table, archived_too) {
        ("team", true) => "SELECT id FROM team WHERE id = $1",
        ("team", false) => {
            "SELECT id FROM team WHERE id = $1 AND kind = 'team' AND archived_at IS NULL"
        }
        _ => "SELECT id FROM department WHERE id = $1",
    };
    Ok(sql(text).bind(id).opt(tx).await?.is_some())
}

async fn note(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    verb: &'static str,
    id: &str,
    data: Value,
) -> Result<()> {
    events::append(tx, actor, ctx.now, Event::audit(verb, "service", id, data)).await?;
    Ok(())
}

/// Create a service; nobody sees it until it is published. Returns its id.
pub async fn create(ctx: &Ctx, actor: &Actor, draft: ServiceDraft) -> Result<String> {
    let (catalog, mut tx) = begin(ctx, actor).await?;
    let id = create_in(&mut tx, ctx, actor, &catalog, draft).await?;
    tx.commit().await?;
    Ok(id)
}

/// [`create`] inside a transaction that [`begin`] began.
pub(crate) async fn create_in(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    catalog: &Catalog,
    draft: ServiceDraft,
) -> Result<String> {
    let draft = checked(tx, catalog, draft, None).await?;
    let id = insert(tx, ctx, catalog, &draft).await?;
    let data = json!({ "after": draft });
    note(tx, ctx, actor, "service.created", &id, data).await?;
    Ok(id)
}

async fn insert(tx: &mut Tx, ctx: &Ctx, catalog: &Catalog, draft: &ServiceDraft) -> Result<String> {
    let id = new_id(ctx.now);
    sql(
        "INSERT INTO service (id, slug, name, category_id, icon, summary, instructions, keywords,
            audience, price_minor, price_note, team_id, process_id, promise_id, form_version,
            position, created_at, updated_at, version, kind)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 1, $15, $16, $16, 1, $17)",
    )
    .bind(&id)
    .bind(&draft.slug)
    .bind(&draft.name)
    .bind(&draft.category_id)
    .bind(&draft.icon)
    .bind(&draft.summary)
    .bind(&draft.instructions)
    .bind(&draft.keywords)
    .bind(serde_json::to_string(&draft.audience)?)
    .bind(draft.price_minor)
    .bind(&draft.price_note)
    .bind(&draft.team_id)
    .bind(&draft.process_id)
    .bind(&draft.promise_id)
    .bind(end_of(catalog, &draft.category_id))
    .bind(ctx.now.as_microsecond())
    .bind(draft.kind.key())
    .run(&mut *tx)
    .await?;
    insert_form(tx, ctx, &id, 1, draft).await?;
    Ok(id)
}

async fn insert_form(
    tx: &mut Tx,
    ctx: &Ctx,
    id: &str,
    version: i64,
    draft: &ServiceDraft,
) -> Result<()> {
    sql(
        "INSERT INTO service_form (service_id, version, definition, created_at)
         VALUES ($1, $2, $3, $4)",
    )
    .bind(id)
    .bind(version)
    .bind(serde_json::to_string(&draft.form)?)
    .bind(ctx.now.as_microsecond())
    .run(tx)
    .await?;
    Ok(())
}

/// The place after the last service on a shelf.
fn end_of(catalog: &Catalog, category_id: &str) -> i64 {
    let on_it = catalog
        .services
        .iter()
        .filter(|s| s.category_id == category_id);
    on_it.map(|s| s.position).max().unwrap_or(0) + 1
}

/// Change a service. Requests keep the form they were ordered with.
pub async fn change(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    expect: Option<i64>,
    change: ServiceChange,
) -> Result<()> {
    let (catalog, mut tx) = begin(ctx, actor).await?;
    let service = find(&catalog, id, expect)?;
    change_in(&mut tx, ctx, actor, &catalog, service, change).await?;
    tx.commit().await?;
    Ok(())
}

/// [`change`] inside a transaction that [`begin`] began.
pub(crate) async fn change_in(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    catalog: &Catalog,
    service: &Service,
    change: ServiceChange,
) -> Result<()> {
    let id = service.id.as_str();
    let before = ServiceDraft::of(service);
    let after = before.clone().with(change);
    let after = checked(tx, catalog, after, Some(service)).await?;
    let Some(data) = difference(&before, &after)? else {
        return Ok(());
    };
    let position = if after.category_id == before.category_id {
        service.position
    } else {
        end_of(catalog, &after.category_id)
    };
    let mut form_version = service.form_version;
    if after.form != before.form {
        form_version += 1;
        insert_form(tx, ctx, id, form_version, &after).await?;
    }
    sql(
        "UPDATE service SET slug = $1, name = $2, category_id = $3, icon = $4, summary = $5,
            instructions = $6, keywords = $7, audience = $8, price_minor = $9, price_note = $10,
            team_id = $11, process_id = $12, promise_id = $13, form_version = $14, position = $15,
            updated_at = $16, kind = $17, version = version + 1
         WHERE id = $18",
    )
    .bind(&after.slug)
    .bind(&after.name)
    .bind(&after.category_id)
    .bind(&after.icon)
    .bind(&after.summary)
    .bind(&after.instructions)
    .bind(&after.keywords)
    .bind(serde_json::to_string(&after.audience)?)
    .bind(after.price_minor)
    .bind(&after.price_note)
    .bind(&after.team_id)
    .bind(&after.process_id)
    .bind(&after.promise_id)
    .bind(form_version)
    .bind(position)
    .bind(ctx.now.as_microsecond())
    .bind(after.kind.key())
    .bind(id)
    .run(&mut *tx)
    .await?;
    note(tx, ctx, actor, "service.changed", id, data).await
}

/// A copy to change and to publish later. Returns its id.
pub async fn duplicate(ctx: &Ctx, actor: &Actor, id: &str) -> Result<String> {
    let (catalog, mut tx) = begin(ctx, actor).await?;
    let service = find(&catalog, id, None)?;
    let mut draft = ServiceDraft::of(service);
    let name = ctx
        .lang()
        .text("{name} (copy)", &[("name", draft.name.clone())]);
    draft.name = name.chars().take(100).collect();
    draft.slug = free(&slug_of(&draft.name), |slug| {
        catalog.service(slug).is_some()
    });
    // It was checked when it was saved; what was archived since may be copied.
    let id = insert(&mut tx, ctx, &catalog, &draft).await?;
    let data = json!({ "from": service.id, "after": draft });
    note(&mut tx, ctx, actor, "service.created", &id, data).await?;
    tx.commit().await?;
    Ok(id)
}

/// Offer a service, for the first time or again.
pub async fn publish(ctx: &Ctx, actor: &Actor, id: &str, expect: Option<i64>) -> Result<()> {
    let (catalog, mut tx) = begin(ctx, actor).await?;
    let service = find(&catalog, id, expect)?;
    if service.offered() {
        return Ok(());
    }
    publish_in(&mut tx, ctx, actor, &catalog, service).await?;
    tx.commit().await?;
    Ok(())
}

/// [`publish`] inside a transaction that [`begin`] began.
pub(crate) async fn publish_in(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    catalog: &Catalog,
    service: &Service,
) -> Result<()> {
    let id = service.id.as_str();
    // What it rests on may have changed since it was written.
    let draft = checked(tx, catalog, ServiceDraft::of(service), Some(service)).await?;
    if draft.summary.is_empty() {
        return Err(Error::field(
            "summary",
            "Say in one line what people get, then publish.",
        ));
    }
    let shelf = catalog
        .categories
        .iter()
        .find(|c| c.id == service.category_id);
    if shelf.is_some_and(|c| c.archived) {
        return Err(Error::field(
            "category_id",
            "Its category is archived. Choose another, then publish.",
        ));
    }
    sql(
        "UPDATE service SET published_at = $1, retired_at = NULL, updated_at = $1,
            version = version + 1 WHERE id = $2",
    )
    .bind(ctx.now.as_microsecond())
    .bind(id)
    .run(&mut *tx)
    .await?;
    note(
        tx,
        ctx,
        actor,
        "service.published",
        id,
        states(service, "offered"),
    )
    .await
}

/// Offer a service no longer. Requests that run go on.
pub async fn retire(ctx: &Ctx, actor: &Actor, id: &str, expect: Option<i64>) -> Result<()> {
    let (catalog, mut tx) = begin(ctx, actor).await?;
    let service = find(&catalog, id, expect)?;
    if service.retired {
        return Ok(());
    }
    retire_in(&mut tx, ctx, actor, service).await?;
    tx.commit().await?;
    Ok(())
}

/// [`retire`] inside a transaction that [`begin`] began.
pub(crate) async fn retire_in(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    service: &Service,
) -> Result<()> {
    let id = service.id.as_str();
    sql(
        "UPDATE service SET retired_at = $1, updated_at = $1, version = version + 1
         WHERE id = $2",
    )
    .bind(ctx.now.as_microsecond())
    .bind(id)
    .run(&mut *tx)
    .await?;
    note(
        tx,
        ctx,
        actor,
        "service.retired",
        id,
        states(service, "retired"),
    )
    .await
}

fn states(service: &Service, after: &str) -> Value {
    json!({ "before": { "state": service.state().key() }, "after": { "state": after } })
}

/// Move a service one place up or down on its shelf.
pub async fn reorder(ctx: &Ctx, actor: &Actor, id: &str, up: bool) -> Result<()> {
    let (catalog, mut tx) = begin(ctx, actor).await?;
    let service = find(&catalog, id, None)?;
    let mut shelf: Vec<&Arc<Service>> = catalog
        .services
        .iter()
        .filter(|s| s.category_id == service.category_id)
        .collect();
    let Some(at) = shelf.iter().position(|s| s.id == id) else {
        return Ok(());
    };
    let to = if up { at.checked_sub(1) } else { Some(at + 1) };
    let Some(to) = to.filter(|to| *to < shelf.len()) else {
        return Ok(());
    };
    shelf.swap(at, to);
    for (place, service) in (1_i64..).zip(&shelf) {
        if service.position != place {
            sql("UPDATE service SET position = $1 WHERE id = $2")
                .bind(place)
                .bind(&service.id)
                .run(&mut tx)
                .await?;
        }
    }
    let data = json!({ "before": { "place": at + 1 }, "after": { "place": to + 1 } });
    note(&mut tx, ctx, actor, "service.moved", id, data).await?;
    tx.commit().await?;
    Ok(())
}
