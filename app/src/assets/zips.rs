//! Several assets, or a collection, as one ZIP.

use axum::extract::Path;
use axum::response::Response;

use crate::actor::Actor;
use crate::assets::find::{self, Asked};
use crate::assets::model::Asset;
use crate::assets::pages::today;
use crate::assets::take::{self, By};
use crate::assets::{collections, pack, store};
use crate::error::{Error, Msg, Result};
use crate::i18n::t;
use crate::web::input::Posted;
use crate::web::{Ctx, Me};

/// Take assets for a use: that size where there is one, else the best that is
/// on offer. What the rights do not allow is left out and named in a text.
pub async fn zip(
    ctx: &Ctx,
    by: By<'_>,
    actor: Option<&Actor>,
    title: &str,
    assets: &[Asset],
    preset: &str,
    originals: bool,
) -> Result<Response> {
    let lang = ctx.lang();
    let mut files = Vec::new();
    let mut left = Vec::new();
    for asset in assets {
        let mut tx = ctx.app.db.begin().await?;
        let version = store::current(&mut tx, asset).await?;
        let originals = originals || take::gets_originals(actor, asset);
        let made = store::renditions(&mut tx, &version.id).await?;
        let presets = store::presets(&mut tx).await?;
        let offers = take::offers(lang, &version, &made, &presets, originals);
        let wanted = offers
            .iter()
            .find(|o| o.preset == preset)
            .or_else(|| offers.iter().find(|o| o.preset == take::ORIGINAL))
            .or_else(|| offers.iter().max_by_key(|o| o.size));
        let Some(offer) = wanted else {
            left.push(format!(
                "{}: {}",
                asset.name,
                t!(
                    lang,
                    "There is nothing to take here. Ask whoever looks after it."
                )
            ));
            continue;
        };
        match take::take_in(
            &mut tx,
            ctx,
            by,
            asset,
            &version,
            originals,
            &offer.preset,
            None,
        )
        .await
        {
            Ok(ticket) => {
                tx.commit().await?;
                let name = take::file_name(
                    asset,
                    &version,
                    &ticket.offer.preset,
                    &ticket.offer.media_type,
                );
                let o = &ticket.offer;
                files.push(take::as_file(
                    name,
                    &o.media_type,
                    o.size,
                    &o.sha256,
                    ctx.now,
                ));
            }
            Err(Error::Forbidden(msg)) => left.push(format!(
                "{}: {}",
                asset.name,
                lang.text(&msg.text, &msg.args)
            )),
            Err(error) => return Err(error),
        }
    }
    if files.is_empty() {
        return Err(Error::Forbidden(
            Msg::new("None of these may be taken now. {why}").with("why", left.join(" ")),
        ));
    }
    let note = if left.is_empty() {
        String::new()
    } else {
        format!("{}\n\n{}\n", t!(lang, "Left out:"), left.join("\n"))
    };
    Ok(pack::stream(&ctx.app, title, files, note))
}

/// The assets of these ids, as far as there are not too many.
///
/// # Errors
/// [`Error::NotFound`] when one of them is not there for the reader.
pub async fn chosen(me: &Me, ids: &[String]) -> Result<Vec<Asset>> {
    if ids.is_empty() {
        return Err(Error::field("ids", "Choose some assets first."));
    }
    if ids.len() > crate::assets::bulk::MOST {
        return Err(Error::field(
            "ids",
            Msg::new("Name at most {n} of them.").with("n", crate::assets::bulk::MOST),
        ));
    }
    let mut assets = Vec::new();
    for id in ids {
        assets.push(store::find(&me.app.db, Some(&me.actor), id).await?);
    }
    Ok(assets)
}

/// POST /assets/zip
pub async fn selection(me: Me, Posted(form): Posted) -> Result<Response> {
    let ids = form.get("ids").cloned().unwrap_or_default();
    let preset = form
        .get("preset")
        .and_then(|v| v.first())
        .map_or(take::ORIGINAL, String::as_str);
    let assets = chosen(&me, &ids).await?;
    zip(
        &me,
        By::Person(&me.actor),
        Some(&me.actor),
        t!(me.lang(), "Assets"),
        &assets,
        preset,
        false,
    )
    .await
}

/// All assets of a collection that the reader may see.
pub async fn of_collection(ctx: &Ctx, actor: Option<&Actor>, id: &str) -> Result<Vec<Asset>> {
    let mut asked = Asked {
        collection: Some(id.to_owned()),
        ..Asked::default()
    };
    let mut all = Vec::new();
    loop {
        let found = find::find(&ctx.app, actor, today(ctx), &asked).await?;
        all.extend(found.hits.into_iter().map(|hit| hit.asset));
        match found.next {
            Some(next) if all.len() < pack::MOST => asked.after = Some(next),
            _ => return Ok(all),
        }
    }
}

/// POST /assets/collections/{collection}/zip
pub async fn collection(me: Me, Path(id): Path<String>) -> Result<Response> {
    let found = collections::find(&me.app.db, Some(&me.actor), &id).await?;
    let assets = of_collection(&me, Some(&me.actor), &id).await?;
    zip(
        &me,
        By::Person(&me.actor),
        Some(&me.actor),
        &found.name,
        &assets,
        take::ORIGINAL,
        false,
    )
    .await
}
