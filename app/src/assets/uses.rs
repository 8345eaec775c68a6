//! Where an asset is used: requests, services, campaigns and articles of ours,
//! and addresses anywhere.

use axum::extract::Path;
use axum::response::Response;
use maud::{Markup, html};
use mil_db::sql;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::actor::Actor;
use crate::assets::model::Asset;
use crate::assets::store;
use crate::error::{Error, Msg, Result};
use crate::events::{self, Event};
use crate::i18n::t;
use crate::random::new_id;
use crate::ui::button::{Button, Kind as Loud, Size, button};
use crate::ui::choice::{Opt, select};
use crate::ui::field::{Field, text};
use crate::web::{Ctx, Flash, Input, Me, see_other};
use crate::work;

/// A place where an asset is used.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Use {
    pub id: String,
    /// request, service, campaign, article or address.
    pub kind: String,
    pub label: String,
    /// Where it is to be seen; empty if nowhere.
    pub url: String,
}

/// What is entered.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NewUse {
    /// request, service, campaign, article or address.
    pub kind: String,
    /// Number of a request, address of a service, name of a campaign, or what it is.
    pub label: String,
    /// http or https, of an article or another place.
    pub url: Option<String>,
}

/// The uses of an asset that the actor found, newest first. What lies behind a
/// request that they may not see is left out.
pub async fn list(ctx: &Ctx, actor: &Actor, asset: &str) -> Result<Vec<Use>> {
    let rows = sql("SELECT id, kind, target_id, label, url FROM asset_use
         WHERE asset_id = $1 AND removed_at IS NULL ORDER BY id DESC LIMIT 200")
    .bind(asset)
    .all(&ctx.app.db)
    .await?;
    let mut found = Vec::new();
    for row in &rows {
        let (kind, target): (String, Option<String>) = (row.get("kind")?, row.get("target_id")?);
        if kind == "request" {
            match work::store::find(&ctx.app.db, actor, target.as_deref().unwrap_or_default()).await
            {
                Ok(_) => {}
                Err(Error::NotFound) => continue,
                Err(error) => return Err(error),
            }
        }
        found.push(Use {
            id: row.get("id")?,
            kind,
            label: row.get("label")?,
            url: row.get("url")?,
        });
    }
    Ok(found)
}

/// How many there are.
pub async fn count(ctx: &Ctx, asset: &str) -> Result<i64> {
    Ok(
        sql("SELECT COUNT(*) AS n FROM asset_use WHERE asset_id = $1 AND removed_at IS NULL")
            .bind(asset)
            .value("n", &ctx.app.db)
            .await?,
    )
}

/// Note where an asset is used.
pub async fn add(ctx: &Ctx, actor: &Actor, asset: &str, new: &NewUse) -> Result<Use> {
    let catalog = ctx.app.catalog().await?;
    let mut tx = ctx.app.db.begin().await?;
    let found = store::find(&mut tx, Some(actor), asset).await?;
    store::require_edit(actor)?;
    let label = new.label.trim();
    if label.is_empty() || label.chars().count() > 200 {
        return Err(Error::field(
            "label",
            "Say in a few words where it is used.",
        ));
    }
    let url = new.url.as_deref().unwrap_or_default().trim();
    let is_web = url.starts_with("https://") || url.starts_with("http://");
    if !url.is_empty() && (!is_web || url.len() > 1_000 || url.contains(char::is_whitespace)) {
        return Err(Error::field(
            "url",
            "Give a whole address that begins with https://.",
        ));
    }
    let (target, label, url) = match new.kind.as_str() {
        "request" => {
            let item = work::store::find(&mut tx, actor, label)
                .await
                .map_err(|_| {
                    Error::field(
                        "label",
                        Msg::new("There is no request {id}.").with("id", label),
                    )
                })?;
            (
                Some(item.id.clone()),
                format!("{} {}", item.number, item.title),
                format!("/work/{}", item.number),
            )
        }
        "service" => {
            let service = catalog.service(label).ok_or_else(|| {
                Error::field(
                    "label",
                    Msg::new("There is no service {id}.").with("id", label),
                )
            })?;
            (
                Some(service.id.clone()),
                service.name.clone(),
                format!("/catalog/{}", service.slug),
            )
        }
        "campaign" | "article" | "address" => (None, label.to_owned(), url.to_owned()),
        _ => {
            return Err(Error::field(
                "kind",
                "Choose a request, a service, a campaign, an article or an address.",
            ));
        }
    };
    let id = new_id(ctx.now);
    sql(
        "INSERT INTO asset_use (id, asset_id, kind, target_id, label, url, created_by, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(&id)
    .bind(&found.id)
    .bind(&new.kind)
    .bind(&target)
    .bind(&label)
    .bind(&url)
    .bind(&actor.id)
    .bind(ctx.now.as_microsecond())
    .run(&mut tx)
    .await?;
    let data = json!({ "kind": new.kind, "label": label, "url": url });
    events::append(
        &mut tx,
        actor,
        ctx.now,
        Event::audit("asset.use_added", "asset", asset, data),
    )
    .await?;
    tx.commit().await?;
    Ok(Use {
        id,
        kind: new.kind.clone(),
        label,
        url,
    })
}

/// Take an entry away.
pub async fn remove(ctx: &Ctx, actor: &Actor, asset: &str, id: &str) -> Result<()> {
    let mut tx = ctx.app.db.begin().await?;
    store::find(&mut tx, Some(actor), asset).await?;
    store::require_edit(actor)?;
    let gone = sql("UPDATE asset_use SET removed_at = $1 WHERE id = $2 AND asset_id = $3 AND removed_at IS NULL")
        .bind(ctx.now.as_microsecond())
        .bind(id)
        .bind(asset)
        .run(&mut tx)
        .await?;
    if gone == 0 {
        return Err(Error::NotFound);
    }
    events::append(
        &mut tx,
        actor,
        ctx.now,
        Event::audit("asset.use_removed", "asset", asset, json!({ "use": id })),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// The part of the page.
pub async fn section(me: &Me, asset: &Asset, may_edit: bool) -> Result<Markup> {
    let lang = me.lang();
    let found = list(me, &me.actor, &asset.id).await?;
    let kind = |key: &str| match key {
        "request" => t!(lang, "Request"),
        "service" => t!(lang, "Service"),
        "campaign" => t!(lang, "Campaign"),
        "article" => t!(lang, "Article"),
        _ => t!(lang, "Other place"),
    };
    let options: Vec<Opt<'_>> = ["request", "service", "campaign", "article", "address"]
        .map(|key| Opt {
            value: key,
            label: kind(key),
            ..Opt::default()
        })
        .to_vec();
    Ok(html! {
        section id="used" {
            h2 { (t!(lang, "Where it is used")) }
            @if found.is_empty() { p class="muted" { (t!(lang, "Nobody has noted a place yet.")) } }
            ul class="rq mt-2" { @for one in &found {
                li { div { @if one.url.is_empty() { (one.label) } @else { a href=(one.url) rel="noopener noreferrer" { (one.label) } }
                    p class="muted small" { (kind(&one.kind)) } }
                    @if may_edit {
                        form method="post" action={ "/assets/" (asset.id) "/uses/" (one.id) "/remove" } {
                            (button(Button { label: t!(lang, "Remove"), kind: Loud::Quiet, size: Size::Small, ..Button::default() })) }
                    }
                }
            } }
            @if may_edit {
                details class="mt-2" { summary { (t!(lang, "Note a place")) }
                    form class="stack mt-2" method="post" action={ "/assets/" (asset.id) "/uses" } {
                        (select(lang, &Field { name: "kind", label: t!(lang, "What kind of place"), ..Field::default() }, &options, None))
                        (text(lang, &Field { name: "label", label: t!(lang, "Number, name or address in the catalog"), max_length: Some(200), ..Field::default() }))
                        (text(lang, &Field { name: "url", label: t!(lang, "Web address"), optional: true, ..Field::default() }))
                        div { (button(Button { label: t!(lang, "Note it"), ..Button::default() })) }
                    }
                }
            }
        }
    })
}

/// POST /assets/{asset}/uses
pub async fn post(me: Me, Path(id): Path<String>, Input(new): Input<NewUse>) -> Result<Response> {
    add(&me, &me.actor, &id, &new).await?;
    Ok(see_other(
        &format!("/assets/{id}#used"),
        Some(Flash::new(t!(me.lang(), "Noted."))),
    ))
}

/// POST /assets/{asset}/uses/{place}/remove
pub async fn post_remove(me: Me, Path((id, place)): Path<(String, String)>) -> Result<Response> {
    remove(&me, &me.actor, &id, &place).await?;
    Ok(see_other(
        &format!("/assets/{id}#used"),
        Some(Flash::new(t!(me.lang(), "Removed."))),
    ))
}
