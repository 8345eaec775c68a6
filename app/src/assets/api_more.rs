//! More of the asset library as JSON: sizes, links for outsiders, several assets
//! at once, and ZIP in and out.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::assets::bulk::{self, Deed};
use crate::assets::pages::share::link;
use crate::assets::rights::Rights;
use crate::assets::shares::{self, NewShare, Share, Taken, Target};
use crate::assets::sizes::{self, Draft, Size};
use crate::assets::take::{self, By};
use crate::assets::verbs::{self, Facts};
use crate::assets::{collections, pack, store, upload, zips};
use crate::error::{Error, Result};
use crate::web::{Input, Me};

/// The sizes on offer, in order.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
#[schemars(rename = "AssetSizes")]
pub struct Sizes {
    pub items: Vec<Size>,
    /// Pictures of which one is still being made.
    pub waiting: i64,
}

/// GET /api/v1/asset-sizes
pub async fn sizes(me: Me) -> Result<Json<Sizes>> {
    Ok(Json(Sizes {
        items: sizes::list(&me.app.db).await?,
        waiting: sizes::waiting(&me.app.db).await?,
    }))
}

/// POST /api/v1/asset-sizes
pub async fn make_size(me: Me, Input(new): Input<Draft>) -> Result<Response> {
    let made = sizes::make(&me, &me.actor, &new).await?;
    Ok((StatusCode::CREATED, Json(made)).into_response())
}

/// What a size is from now on.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "AssetSizeChange")]
pub struct SizeChange {
    /// The version you read, against writing over somebody else.
    #[serde(default)]
    pub version: Option<i64>,
    /// All of it.
    #[serde(flatten)]
    pub is: Draft,
}

/// PUT /api/v1/asset-sizes/{preset}
pub async fn change_size(
    me: Me,
    Path(key): Path<String>,
    Input(new): Input<SizeChange>,
) -> Result<Json<Size>> {
    let changed = sizes::change(&me, &me.actor, &key, new.version, &new.is).await?;
    Ok(Json(changed))
}

/// DELETE /api/v1/asset-sizes/{preset}
pub async fn remove_size(me: Me, Path(key): Path<String>) -> Result<StatusCode> {
    sizes::remove(&me, &me.actor, &key).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A link for outsiders. Its address is told only once, when it is made.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
#[schemars(rename = "AssetShare")]
pub struct ShareView {
    pub id: String,
    /// Whom it is for.
    pub label: String,
    pub password: bool,
    /// Whether the files as uploaded may be taken, too.
    pub originals: bool,
    pub most_downloads: Option<i64>,
    pub downloads: i64,
    pub expires_at: String,
    pub created_by: String,
    pub created_at: String,
    /// Whether it still leads somewhere.
    pub open: bool,
    /// What was taken by it, newest first.
    pub taken: Vec<Taken>,
}

/// Links, newest first.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
#[schemars(rename = "AssetShares")]
pub struct Shares {
    pub items: Vec<ShareView>,
}

/// A link that was just made.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MadeAssetShare")]
pub struct MadeShare {
    /// Its address; it is not kept and cannot be asked for again.
    pub href: String,
    /// What it is.
    pub share: ShareView,
}

async fn share_view(me: &Me, s: Share) -> Result<ShareView> {
    Ok(ShareView {
        taken: shares::log(me, &s.id).await?,
        open: s.is_open(me.now),
        password: s.password_hash.is_some(),
        originals: s.originals,
        most_downloads: s.most_downloads,
        downloads: s.downloads,
        expires_at: s.expires_at.to_string(),
        created_by: s.created_by,
        created_at: s.created_at.to_string(),
        label: s.label,
        id: s.id,
    })
}

async fn shares_of(me: &Me, target: &Target) -> Result<Json<Shares>> {
    store::require_edit(&me.actor)?;
    let mut items = Vec::new();
    for share in shares::of(me, target).await? {
        items.push(share_view(me, share).await?);
    }
    Ok(Json(Shares { items }))
}

async fn make_share(me: &Me, target: Target, new: &NewShare) -> Result<Response> {
    let (share, secret) = shares::make(me, &me.actor, target, new).await?;
    let made = MadeShare {
        href: link(me, &secret),
        share: share_view(me, share).await?,
    };
    let mut response = (StatusCode::CREATED, Json(made)).into_response();
    let none = axum::http::HeaderValue::from_static("no-store");
    response
        .headers_mut()
        .insert(axum::http::header::CACHE_CONTROL, none);
    Ok(response)
}

/// GET /api/v1/assets/{asset}/shares
pub async fn asset_shares(me: Me, Path(id): Path<String>) -> Result<Json<Shares>> {
    let asset = store::find(&me.app.db, Some(&me.actor), &id).await?;
    shares_of(&me, &Target::Asset(asset.id)).await
}

/// POST /api/v1/assets/{asset}/shares
pub async fn share_asset(
    me: Me,
    Path(id): Path<String>,
    Input(new): Input<NewShare>,
) -> Result<Response> {
    let asset = store::find(&me.app.db, Some(&me.actor), &id).await?;
    make_share(&me, Target::Asset(asset.id), &new).await
}

/// GET /api/v1/asset-collections/{collection}/shares
pub async fn collection_shares(me: Me, Path(id): Path<String>) -> Result<Json<Shares>> {
    let found = collections::find(&me.app.db, Some(&me.actor), &id).await?;
    shares_of(&me, &Target::Collection(found.id)).await
}

/// POST /api/v1/asset-collections/{collection}/shares
pub async fn share_collection(
    me: Me,
    Path(id): Path<String>,
    Input(new): Input<NewShare>,
) -> Result<Response> {
    let found = collections::find(&me.app.db, Some(&me.actor), &id).await?;
    make_share(&me, Target::Collection(found.id), &new).await
}

/// DELETE /api/v1/asset-shares/{share}
pub async fn end_share(me: Me, Path(id): Path<String>) -> Result<StatusCode> {
    shares::revoke(&me, &me.actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What to do with several assets at once.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "deed", deny_unknown_fields)]
#[schemars(rename = "BulkOfAssets")]
pub enum Change {
    /// Add a tag.
    Tag {
        /// Up to 200 assets.
        ids: Vec<String>,
        /// The tag.
        tag: String,
    },
    /// Take a tag away.
    Untag {
        /// Up to 200 assets.
        ids: Vec<String>,
        /// The tag.
        tag: String,
    },
    /// Set the last day on which they may be used.
    Expires {
        /// Up to 200 assets.
        ids: Vec<String>,
        /// Null: no end.
        #[schemars(with = "Option<String>")]
        expires_on: Option<Date>,
    },
    /// Put them into a collection.
    Collect {
        /// Up to 200 assets.
        ids: Vec<String>,
        /// Its id.
        collection: String,
    },
}

/// What was done.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ChangedAssets")]
pub struct Changed {
    /// How many assets were changed.
    pub changed: usize,
    /// Id of the way back, good for ten minutes.
    pub undo: String,
}

/// POST /api/v1/assets/bulk: all of them or none.
pub async fn bulk(me: Me, Input(change): Input<Change>) -> Result<Json<Changed>> {
    let (ids, deed) = match change {
        Change::Tag { ids, tag } => (ids, Deed::Tag(tag)),
        Change::Untag { ids, tag } => (ids, Deed::Untag(tag)),
        Change::Expires { ids, expires_on } => (ids, Deed::Expires(expires_on)),
        Change::Collect { ids, collection } => (ids, Deed::Collect(collection)),
    };
    let (changed, undo) = bulk::change(&me, &me.actor, &ids, &deed).await?;
    Ok(Json(Changed { changed, undo }))
}

/// Which assets to take as one ZIP.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "AssetZip")]
pub struct ZipWanted {
    /// Up to 200 assets.
    pub ids: Vec<String>,
    /// The size, or `original`; the best on offer where there is no such size.
    #[serde(default)]
    pub preset: Option<String>,
}

/// POST /api/v1/assets/zip: each is counted as a download.
pub async fn zip(me: Me, Input(wanted): Input<ZipWanted>) -> Result<Response> {
    let assets = zips::chosen(&me, &wanted.ids).await?;
    let preset = wanted.preset.as_deref().unwrap_or(take::ORIGINAL);
    let by = By::Person(&me.actor);
    zips::zip(&me, by, Some(&me.actor), "assets", &assets, preset, false).await
}

/// A ZIP of which assets are made.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewAssetsOfZip")]
pub struct NewAssets {
    /// Id of an upload that is complete: the ZIP.
    pub upload: String,
    /// For all of them. Not known yet if left out: then nobody can download them.
    #[serde(default)]
    pub rights: Rights,
    /// A collection to put them into.
    #[serde(default)]
    pub collection: Option<String>,
}

/// What came of a ZIP: each file is in one of the three.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AssetsOfZip")]
pub struct Unpacked {
    /// Ids of the assets that were made.
    pub made: Vec<String>,
    /// Names of files that an asset has already.
    pub known: Vec<String>,
    /// Names of what is no file to keep: links, empty ones, traces of programs.
    pub skipped: Vec<String>,
}

/// POST /api/v1/assets/unzip
pub async fn unzip(me: Me, Input(new): Input<NewAssets>) -> Result<Response> {
    store::require_edit(&me.actor)?;
    verbs::checked(&new.rights)?;
    if let Some(id) = &new.collection {
        collections::find(&me.app.db, Some(&me.actor), id).await?;
    }
    let packed = upload::find(&me.app.db, &me.actor, &new.upload).await?;
    let sha = packed.sha256.as_deref().and_then(mil_blob::Sha::parse);
    let sha = sha.ok_or_else(|| {
        Error::field("upload", "The upload is not complete. Go on with it first.")
    })?;
    let found = pack::unpack(&me.app, &sha, packed.size).await?;
    let mut out = Unpacked {
        made: Vec::new(),
        known: Vec::new(),
        skipped: found.skipped,
    };
    let mut fresh = Vec::new();
    for file in found.files {
        let twice = fresh.iter().any(|f: &verbs::File| f.sha256 == file.sha256);
        if twice
            || store::same_bytes(&me.app.db, &me.actor, &file.sha256)
                .await?
                .is_some()
        {
            out.known.push(file.name);
        } else {
            fresh.push(file);
        }
    }
    let mut tx = me.app.db.begin().await?;
    verbs::take_upload(&mut tx, &me, &me.actor, &new.upload).await?;
    for file in &fresh {
        let facts = Facts::guess(&file.name, &file.media_type);
        let asset = verbs::create_in(&mut tx, &me, &me.actor, file, &facts, &new.rights).await?;
        if let Some(id) = &new.collection {
            collections::put_in(&mut tx, &me, id, &asset.id, true).await?;
        }
        out.made.push(asset.id);
    }
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(out)).into_response())
}
