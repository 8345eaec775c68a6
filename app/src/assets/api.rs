//! The asset library as JSON.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::assets::find::{self, Asked, Hit, with_versions};
use crate::assets::model::{Asset, Audience, Kind, Orientation, People, Ready, Version};
use crate::assets::pages::bytes::Take;
use crate::assets::pages::today;
use crate::assets::rights::{self, Rights, State};
use crate::assets::take::{self, Offer, Ticket};
use crate::assets::uses::{self, NewUse, Use};
use crate::assets::verbs::{self, Facts};
use crate::assets::{collections, store};
use crate::error::{Error, Msg, Result};
use crate::web::{Input, Me, Query};

/// An asset.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct AssetView {
    pub id: String,
    pub name: String,
    pub description: String,
    pub kind: Kind,
    pub guide: String,
    pub campaign: String,
    pub people: People,
    pub audience: Audience,
    pub originals_for_all: bool,
    pub owner_id: String,
    pub tags: Vec<String>,
    pub format: String,
    pub orientation: Option<Orientation>,
    pub downloads: i64,
    pub rights: Rights,
    /// How the rights stand today.
    pub rights_state: State,
    pub current: VersionView,
    pub updated_at: String,
    pub version: i64,
}

/// A file of an asset.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct VersionView {
    pub id: String,
    pub number: i64,
    pub name: String,
    pub media_type: String,
    pub size: u64,
    /// SHA-256 in hexadecimal.
    pub sha256: String,
    pub note: String,
    pub width: Option<i64>,
    pub height: Option<i64>,
    /// Whether its sizes are there.
    pub state: Ready,
    /// Why it cannot be shown.
    pub problem: String,
    /// What EXIF, IPTC and XMP say; to those who work here.
    pub meta: Vec<(String, String)>,
    pub uploaded_by: String,
    pub created_at: String,
}

/// Assets, the most used first.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Assets {
    pub items: Vec<AssetView>,
    pub total: i64,
    /// For `?after=`; null at the end.
    pub next: Option<String>,
}

/// Everything about an asset.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct AssetDetail {
    pub asset: AssetView,
    /// What may be taken, as far as the rights allow it.
    pub offers: Vec<Offer>,
    /// Why nothing may be taken today.
    pub blocked: Option<String>,
    /// Newest first; to those who work here.
    pub versions: Vec<VersionView>,
    /// To those who work here.
    pub uses: Vec<Use>,
    /// Ids of assets that look like it.
    pub alike: Vec<String>,
}

fn version_view(v: &Version, works: bool) -> VersionView {
    VersionView {
        id: v.id.clone(),
        number: v.number,
        name: v.name.clone(),
        media_type: v.media_type.clone(),
        size: v.size,
        sha256: v.sha256.clone(),
        note: v.note.clone(),
        width: v.width,
        height: v.height,
        state: v.state,
        problem: v.problem.clone(),
        meta: if works { v.meta.clone() } else { Vec::new() },
        uploaded_by: v.uploaded_by.clone(),
        created_at: v.created_at.to_string(),
    }
}

async fn view(me: &Me, hit: &Hit) -> Result<AssetView> {
    let a = &hit.asset;
    Ok(AssetView {
        id: a.id.clone(),
        name: a.name.clone(),
        description: a.description.clone(),
        kind: a.kind,
        guide: a.guide.clone(),
        campaign: a.campaign.clone(),
        people: a.people,
        audience: a.audience,
        originals_for_all: a.originals_for_all,
        owner_id: a.owner_id.clone(),
        tags: store::tags(&me.app.db, &a.id).await?,
        format: a.format.clone(),
        orientation: a.orientation,
        downloads: a.downloads,
        rights: a.rights.clone(),
        rights_state: rights::state(&a.rights, today(me)),
        current: version_view(&hit.version, crate::policy::works(&me.actor)),
        updated_at: a.updated_at.to_string(),
        version: a.version,
    })
}

async fn said(me: &Me, asset: Asset) -> Result<AssetView> {
    let version = store::current(&me.app.db, &asset).await?;
    view(me, &Hit { asset, version }).await
}

/// GET /api/v1/assets
pub async fn list(me: Me, Query(asked): Query<Asked>) -> Result<Json<Assets>> {
    let found = find::find(&me.app, Some(&me.actor), today(&me), &asked).await?;
    let mut items = Vec::new();
    for hit in &found.hits {
        items.push(view(&me, hit).await?);
    }
    Ok(Json(Assets {
        items,
        total: found.total,
        next: found.next,
    }))
}

/// GET /api/v1/assets/{asset}
pub async fn show(me: Me, Path(id): Path<String>) -> Result<Json<AssetDetail>> {
    let asset = store::find(&me.app.db, Some(&me.actor), &id).await?;
    let works = crate::policy::works(&me.actor);
    let lang = me.lang();
    let version = store::current(&me.app.db, &asset).await?;
    let made = store::renditions(&me.app.db, &version.id).await?;
    let presets = store::presets(&me.app.db).await?;
    let day = today(&me);
    let originals = take::gets_originals(Some(&me.actor), &asset);
    let offers = take::offers(lang, &version, &made, &presets, originals);
    let allowed = |o: &Offer| rights::may_use(&asset.rights, Some(o.channel), None, day).is_ok();
    let blocked = rights::may_use(&asset.rights, None, None, day)
        .err()
        .map(|no| {
            let msg = take::why_not(lang, &no, day);
            lang.text(&msg.text, &msg.args)
        });
    let mut versions = Vec::new();
    let mut places = Vec::new();
    if works {
        versions = store::versions(&me.app.db, &id).await?;
        places = uses::list(&me, &me.actor, &id).await?;
    }
    Ok(Json(AssetDetail {
        offers: offers.into_iter().filter(allowed).collect(),
        blocked,
        versions: versions.iter().map(|v| version_view(v, works)).collect(),
        uses: places,
        alike: find::alike(&me.app, Some(&me.actor), &id).await?,
        asset: view(&me, &Hit { asset, version }).await?,
    }))
}

/// A new asset.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAsset {
    /// Id of an upload that is complete.
    pub upload: String,
    /// What is said of it; by its name and type if left out.
    #[serde(default)]
    pub facts: Option<Facts>,
    /// Not known yet if left out: then nobody can download it.
    #[serde(default)]
    pub rights: Rights,
    /// Make it even if an asset has the same bytes.
    #[serde(default)]
    pub again: bool,
}

/// POST /api/v1/assets
pub async fn create(me: Me, Input(new): Input<NewAsset>) -> Result<Response> {
    store::require_edit(&me.actor)?;
    let mut tx = me.app.db.begin().await?;
    let file = verbs::take_upload(&mut tx, &me, &me.actor, &new.upload).await?;
    if !new.again
        && let Some(known) = store::same_bytes(&me.app.db, &me.actor, &file.sha256).await?
    {
        return Err(Error::Conflict(
            Msg::new("We have this already: {name}")
                .with("name", format!("{} ({})", known.name, known.id)),
        ));
    }
    let facts = new
        .facts
        .unwrap_or_else(|| Facts::guess(&file.name, &file.media_type));
    let asset = verbs::create_in(&mut tx, &me, &me.actor, &file, &facts, &new.rights).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(said(&me, asset).await?)).into_response())
}

/// What is said anew of an asset.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Changes {
    /// All facts.
    #[serde(default)]
    pub facts: Option<Facts>,
    /// All rights.
    #[serde(default)]
    pub rights: Option<Rights>,
    /// The version you read, against writing over somebody else.
    #[serde(default)]
    pub version: Option<i64>,
}

/// PATCH /api/v1/assets/{asset}
pub async fn change(
    me: Me,
    Path(id): Path<String>,
    Input(new): Input<Changes>,
) -> Result<Json<AssetView>> {
    let mut asset = store::find(&me.app.db, Some(&me.actor), &id).await?;
    store::require_edit(&me.actor)?;
    let mut expect = new.version;
    if let Some(rights) = &new.rights {
        verbs::checked(rights)?;
    }
    if let Some(facts) = &new.facts {
        asset = verbs::describe(&me, &me.actor, &id, expect, facts).await?;
        expect = Some(asset.version);
    }
    if let Some(rights) = &new.rights {
        asset = verbs::set_rights(&me, &me.actor, &id, expect, rights).await?;
    }
    Ok(Json(said(&me, asset).await?))
}

/// DELETE /api/v1/assets/{asset}
pub async fn archive(me: Me, Path(id): Path<String>) -> Result<StatusCode> {
    verbs::archive(&me, &me.actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A new file of an asset.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewVersion {
    /// Id of an upload that is complete.
    pub upload: String,
    /// What is new.
    #[serde(default)]
    pub note: String,
}

/// POST /api/v1/assets/{asset}/versions
pub async fn renew(
    me: Me,
    Path(id): Path<String>,
    Input(new): Input<NewVersion>,
) -> Result<Response> {
    store::find(&me.app.db, Some(&me.actor), &id).await?;
    store::require_edit(&me.actor)?;
    let mut tx = me.app.db.begin().await?;
    let file = verbs::take_upload(&mut tx, &me, &me.actor, &new.upload).await?;
    let asset = verbs::renew_in(&mut tx, &me, &me.actor, &id, &file, &new.note).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(said(&me, asset).await?)).into_response())
}

/// POST /api/v1/assets/{asset}/downloads
pub async fn download(
    me: Me,
    Path(id): Path<String>,
    Input(what): Input<Take>,
) -> Result<Response> {
    let ticket: Ticket =
        take::take(&me, &me.actor, &id, &what.preset, what.territory.as_deref()).await?;
    Ok((StatusCode::CREATED, Json(ticket)).into_response())
}

/// POST /api/v1/assets/{asset}/uses
pub async fn add_use(
    me: Me,
    Path(id): Path<String>,
    Input(new): Input<NewUse>,
) -> Result<Response> {
    Ok((
        StatusCode::CREATED,
        Json(uses::add(&me, &me.actor, &id, &new).await?),
    )
        .into_response())
}

/// DELETE /api/v1/assets/{asset}/uses/{place}
pub async fn remove_use(me: Me, Path((id, place)): Path<(String, String)>) -> Result<StatusCode> {
    uses::remove(&me, &me.actor, &id, &place).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A collection.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct CollectionView {
    pub id: String,
    pub name: String,
    pub description: String,
    pub audience: Audience,
    pub version: i64,
}

/// Collections, by name.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Collections {
    pub items: Vec<CollectionView>,
}

/// A new collection.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct NewCollection {
    pub name: String,
    #[serde(default)]
    pub description: String,
    pub audience: Audience,
}

/// Which assets are in it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Members {
    /// Ids of assets to put in.
    #[serde(default)]
    pub add: Vec<String>,
    /// Ids of assets to take out.
    #[serde(default)]
    pub remove: Vec<String>,
}

fn collection_view(c: crate::assets::model::Collection) -> CollectionView {
    CollectionView {
        id: c.id,
        name: c.name,
        description: c.description,
        audience: c.audience,
        version: c.version,
    }
}

/// GET /api/v1/asset-collections
pub async fn collections(me: Me) -> Result<Json<Collections>> {
    let items = collections::list(&me.app, Some(&me.actor)).await?;
    Ok(Json(Collections {
        items: items.into_iter().map(collection_view).collect(),
    }))
}

/// POST /api/v1/asset-collections
pub async fn make_collection(me: Me, Input(new): Input<NewCollection>) -> Result<Response> {
    let made = collections::save(
        &me,
        &me.actor,
        None,
        &new.name,
        &new.description,
        new.audience,
    )
    .await?;
    Ok((StatusCode::CREATED, Json(collection_view(made))).into_response())
}

/// POST /api/v1/asset-collections/{collection}/assets
pub async fn members(
    me: Me,
    Path(id): Path<String>,
    Input(what): Input<Members>,
) -> Result<StatusCode> {
    let mut tx = me.app.db.begin().await?;
    collections::find(&mut tx, Some(&me.actor), &id).await?;
    store::require_edit(&me.actor)?;
    for (ids, inside) in [(&what.add, true), (&what.remove, false)] {
        for asset in ids {
            store::find(&mut tx, Some(&me.actor), asset).await?;
            collections::put_in(&mut tx, &me, &id, asset, inside).await?;
        }
    }
    let data = serde_json::json!({ "added": what.add, "removed": what.remove });
    let event = crate::events::Event::audit("asset.collected", "asset_collection", &id, data);
    crate::events::append(&mut tx, &me.actor, me.now, event).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Assets with their current files, for the palette and the portal.
pub async fn most_used(me: &Me, kinds: &[&str], limit: usize) -> Result<Vec<Hit>> {
    let mut all = Vec::new();
    for kind in kinds {
        let asked = Asked {
            kind: Some((*kind).to_owned()),
            ..Asked::default()
        };
        let found = find::find(&me.app, Some(&me.actor), today(me), &asked).await?;
        all.extend(
            found
                .hits
                .into_iter()
                .filter(|hit| rights::may_use(&hit.asset.rights, None, None, today(me)).is_ok()),
        );
    }
    all.sort_by_key(|hit| std::cmp::Reverse(hit.asset.downloads));
    all.truncate(limit);
    let assets = all.into_iter().map(|hit| hit.asset).collect();
    with_versions(&me.app, assets).await
}
