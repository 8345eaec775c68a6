//! The brand page: what outsiders may see and take, once an administrator has
//! opened it. It shows public collections, and of these only what is public.

use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::assets::find::with_versions;
use crate::assets::model::{Asset, Audience};
use crate::assets::pages::share::{Wanted, outside_card, outside_picture};
use crate::assets::take::{self, By};
use crate::assets::{collections, store, zips};
use crate::error::{Error, Msg, Result};
use crate::events::{self, Event};
use crate::files::send;
use crate::i18n::t;
use crate::org::{read_setting, write_setting};
use crate::ui::block::empty;
use crate::ui::button::{Button, Kind as Loud, button};
use crate::ui::choice::check;
use crate::ui::field::{Field, textarea};
use crate::ui::shell::bar;
use crate::web::{Ctx, Flash, Input, Me, markdown, see_other, shell};

const SETTING: &str = "brand_page";
/// Downloads from one address within a quarter of an hour.
const TAKES: usize = 60;

/// How the brand page is set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// `yes`: outsiders may see it.
    pub open: Option<String>,
    /// Rules of use, as Markdown.
    pub rules: String,
}

async fn settings(ctx: &Ctx) -> Result<Settings> {
    Ok(read_setting(&ctx.app.db, SETTING)
        .await?
        .unwrap_or_default())
}

async fn opened(ctx: &Ctx) -> Result<Settings> {
    let found = settings(ctx).await?;
    if found.open.is_some() {
        Ok(found)
    } else {
        Err(Error::NotFound)
    }
}

/// Set it. Only administrators.
pub async fn set(ctx: &Ctx, actor: &crate::actor::Actor, new: &Settings) -> Result<()> {
    crate::policy::require(crate::policy::administers(actor))?;
    if new.rules.chars().count() > 5_000 {
        return Err(Error::field(
            "rules",
            Msg::new("Use at most {n} characters.").with("n", 5_000),
        ));
    }
    let mut tx = ctx.app.db.begin().await?;
    write_setting(&mut tx, ctx.now, SETTING, new).await?;
    let data = json!({ "after": new });
    events::append(
        &mut tx,
        actor,
        ctx.now,
        Event::audit("asset.brand_page_set", "setting", SETTING, data),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// The public assets of a public collection.
async fn shown(ctx: &Ctx, collection: &str) -> Result<Vec<Asset>> {
    zips::of_collection(ctx, None, collection).await
}

async fn public_collections(ctx: &Ctx) -> Result<Vec<crate::assets::model::Collection>> {
    let all = collections::list(&ctx.app, None).await?;
    Ok(all
        .into_iter()
        .filter(|c| c.audience == Audience::Public)
        .collect())
}

/// GET /brand
pub async fn page(ctx: Ctx) -> Result<Markup> {
    let settings = opened(&ctx).await?;
    let lang = ctx.lang();
    let presets = store::presets(&ctx.app.db).await?;
    let mut parts = Vec::new();
    for collection in public_collections(&ctx).await? {
        let hits = with_versions(&ctx.app, shown(&ctx, &collection.id).await?).await?;
        let mut cards = Vec::new();
        for hit in &hits {
            let made = store::renditions(&ctx.app.db, &hit.version.id).await?;
            let offers = take::offers(
                lang,
                &hit.version,
                &made,
                &presets,
                hit.asset.originals_for_all,
            );
            cards.push(outside_card(&ctx, "/brand", hit, &offers));
        }
        if !cards.is_empty() {
            parts.push((collection, cards));
        }
    }
    let org = ctx.app.org();
    let title = t!(lang, "The brand of {name}", name = org.name);
    let body = html! {
        h1 tabindex="-1" { (title) }
        @if !settings.rules.is_empty() { div class="prose" { (markdown::markdown(&settings.rules)) } }
        @if parts.is_empty() { (empty("image", t!(lang, "There is nothing here yet"), t!(lang, "Look again later."), html! {})) }
        @for (collection, cards) in &parts {
            section class="section" { h2 { (collection.name) } @if !collection.description.is_empty() { p class="muted" { (collection.description) } }
                div class="outside-grid mt-2" { @for card in cards { (card) } } }
        }
    };
    Ok(shell::bare(
        &ctx,
        &title,
        html! { div class="brand-page" { (body) } },
    ))
}

/// A public asset in a public collection.
async fn find(ctx: &Ctx, id: &str) -> Result<Asset> {
    opened(ctx).await?;
    for collection in public_collections(ctx).await? {
        if let Some(found) = shown(ctx, &collection.id)
            .await?
            .into_iter()
            .find(|a| a.id == id)
        {
            return Ok(found);
        }
    }
    Err(Error::NotFound)
}

/// GET /brand/picture/{shown}
pub async fn picture(ctx: Ctx, Path(id): Path<String>, headers: HeaderMap) -> Result<Response> {
    let asset = find(&ctx, &id).await?;
    outside_picture(&ctx, asset, &headers).await
}

/// POST /brand/take
pub async fn take(ctx: Ctx, Input(what): Input<Wanted>) -> Result<Response> {
    let asset = find(&ctx, &what.asset).await?;
    let key = format!("brand {}", ctx.ip.as_deref().unwrap_or("?"));
    ctx.app.attempts.count(&key, TAKES, ctx.now)?;
    let mut tx = ctx.app.db.begin().await?;
    let version = store::current(&mut tx, &asset).await?;
    let ticket = take::take_in(
        &mut tx,
        &ctx,
        By::Public,
        &asset,
        &version,
        asset.originals_for_all,
        &what.preset,
        None,
    )
    .await?;
    tx.commit().await?;
    Ok(see_other(&format!("/brand/files/{}", ticket.id), None))
}

/// GET /brand/files/{taken}
pub async fn fetch(ctx: Ctx, Path(taken): Path<String>, headers: HeaderMap) -> Result<Response> {
    opened(&ctx).await?;
    let file = take::redeem(&ctx, &taken, None, None).await?;
    send::file(&ctx.app, &file, &headers, true).await
}

/// GET /admin/brand
pub async fn admin(me: Me) -> Result<Markup> {
    let lang = me.lang();
    let s = settings(&me).await?;
    let title = t!(lang, "Brand page");
    let body = html! {
        (bar(title, html! {}, html! {}))
        div class="panel-body" { div class="measure stack" {
            p class="muted" { (t!(lang, "A page for the press and for partners, without signing in. It shows the public assets of public collections.")) " "
                @if s.open.is_some() { a href="/brand" { "/brand" } } }
            form class="stack" method="post" action="/admin/brand" {
                (check(&Field { name: "open", label: t!(lang, "Outsiders may see it"), ..Field::default() }, s.open.is_some()))
                (textarea(lang, &Field { name: "rules", label: t!(lang, "Rules of use"), hint: t!(lang, "Markdown. Stands on top of the page."), value: &s.rules, optional: true, ..Field::default() }, 8))
                div { (button(Button { label: t!(lang, "Save"), kind: Loud::Primary, ..Button::default() })) }
            }
        } }
    };
    shell::workspace(&me, "/admin", title, body).await
}

/// POST /admin/brand
pub async fn save(me: Me, Input(new): Input<Settings>) -> Result<Response> {
    set(&me, &me.actor, &new).await?;
    Ok(see_other(
        "/admin/brand",
        Some(Flash::new(t!(me.lang(), "Saved."))),
    ))
}
