//! Assets in the index: what they are called, what is said of them, and what
//! stands in their files.
//!
//! Who does not get the file as it was uploaded must not read in a snippet what
//! stands in it. Such an asset has two documents: what everybody reads who sees
//! it, and beside it ([`INSIDE`]) the same with what the file says of itself, for
//! those who work here.

use std::collections::BTreeSet;

use jiff::Timestamp;
use mil_db::{Tx, sql};

use super::document::{self, Document, Term};
use super::files;
use super::kinds::{Card, Kind};
use crate::assets::model::{Asset, Audience};
use crate::assets::store;
use crate::error::{Error, Result};
use crate::web::Me;

/// Ends the id of the document that holds what stands in the file, too.
const INSIDE: &str = ".inside";

/// Fields of a file that say what it shows; cameras and places are left out.
const TOLD: [&str; 9] = [
    "Title",
    "Headline",
    "Description",
    "Keyword",
    "Author",
    "Credit",
    "Copyright",
    "City",
    "Country",
];

fn audience(of: Audience) -> &'static [Term] {
    match of {
        Audience::Agents => &[Term::Agents],
        Audience::Everyone => &[Term::Everyone],
        Audience::Public => &[Term::Everyone, Term::Partners],
    }
}

/// Put an asset into the index, or take it out.
pub async fn index(tx: &mut Tx, now: Timestamp, asset_id: &str) -> Result<()> {
    let row = sql("SELECT * FROM asset WHERE id = $1")
        .bind(asset_id)
        .one(&mut *tx)
        .await?;
    let asset = store::asset(&row)?;
    let inside_id = format!("{asset_id}{INSIDE}");
    if asset.archived_at.is_some() || asset.version_id.is_none() {
        document::remove(tx, Kind::Asset, asset_id).await?;
        return document::remove(tx, Kind::Asset, &inside_id).await;
    }
    let tags = store::tags(&mut *tx, asset_id).await?;
    let keywords = format!(
        "{} {} {} {}",
        tags.join(", "),
        asset.campaign,
        asset.kind.key(),
        asset.format
    );
    let said = format!("{} {}", asset.description, asset.guide);
    let inside = inside(tx, &asset).await?;
    let open = asset.originals_for_all || asset.audience == Audience::Agents;
    let whole = format!("{said} {inside}");
    let mut document = Document {
        kind: Kind::Asset,
        id: asset_id,
        language: "",
        title: &asset.name,
        keywords: &keywords,
        body: if open { whole.trim() } else { said.trim() },
        audience: audience(asset.audience),
    };
    document::upsert(tx, now, &document).await?;
    if open || inside.is_empty() {
        return document::remove(tx, Kind::Asset, &inside_id).await;
    }
    document.id = &inside_id;
    document.body = whole.trim();
    document.audience = &[Term::Agents];
    document::upsert(tx, now, &document).await
}

/// What the current file says of itself, and the text in it.
async fn inside(tx: &mut Tx, asset: &Asset) -> Result<String> {
    let version = store::current(&mut *tx, asset).await?;
    files::want(tx, &version.sha256, &version.name).await?;
    let text: Option<String> = sql("SELECT body FROM file_text WHERE sha256 = $1")
        .bind(&version.sha256)
        .opt(&mut *tx)
        .await?
        .map(|row| row.get("body"))
        .transpose()?;
    let told = version
        .meta
        .iter()
        .filter(|(name, _)| TOLD.contains(&name.as_str()))
        .map(|(_, text)| text.as_str())
        .chain(text.as_deref());
    Ok(told.collect::<Vec<_>>().join(" · ").trim().to_owned())
}

/// Index those assets anew whose current file this is.
pub async fn index_with_file(app: &crate::App, sha256: &str) -> Result<()> {
    let ids: Vec<String> = sql(
        "SELECT a.id FROM asset_version v JOIN asset a ON a.version_id = v.id WHERE v.sha256 = $1",
    )
    .bind(sha256)
    .column("id", &app.db)
    .await?;
    for id in ids {
        let mut tx = app.db.begin().await?;
        index(&mut tx, app.now(), &id).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Put all assets into the index.
pub async fn rebuild(app: &crate::App) -> Result<()> {
    let ids: Vec<String> = sql("SELECT id FROM asset WHERE archived_at IS NULL ORDER BY id")
        .column("id", &app.db)
        .await?;
    for chunk in ids.chunks(200) {
        let mut tx = app.db.begin().await?;
        for id in chunk {
            index(&mut tx, app.now(), id).await?;
        }
        tx.commit().await?;
    }
    Ok(())
}

/// Those that the reader may open now, each once.
pub async fn cards(me: &Me, ids: &[String]) -> Result<Vec<Card>> {
    let mut known = BTreeSet::new();
    let mut out = Vec::new();
    for id in ids {
        let inside = id.strip_suffix(INSIDE);
        let asset_id = inside.unwrap_or(id);
        if inside.is_some() && !crate::policy::works(&me.actor) || known.contains(asset_id) {
            continue;
        }
        let asset = match store::find(&me.app.db, Some(&me.actor), asset_id).await {
            Ok(asset) => asset,
            Err(Error::NotFound) => continue,
            Err(other) => return Err(other),
        };
        known.insert(asset_id);
        out.push(Card {
            id: id.clone(),
            title: asset.name,
            href: format!("/assets/{asset_id}"),
            hint: format!("{} · {}", asset.kind.label(me.lang()), asset.format),
        });
    }
    Ok(out)
}
