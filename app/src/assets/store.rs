//! The rows of assets. Finding is limited to what the actor may see.

use jiff::Timestamp;
use jiff::civil::Date;
use mil_db::{Db, On, Row, Tx, Where, sql};

use crate::actor::{Actor, Role};
use crate::assets::model::{
    Asset, Audience, Kind, Orientation, People, Preset, Ready, Rendition, Version,
};
use crate::assets::rights::{Channel, Consent, Licence, Rights};
use crate::assets::words;
use crate::clock::from_micros;
use crate::error::{Error, Msg, Result};

pub(crate) fn word<T>(found: Option<T>, what: &str) -> Result<T> {
    found.ok_or_else(|| Error::Internal(format!("assets: unknown word in {what}")))
}

fn day(row: &Row, name: &str) -> Result<Option<Date>> {
    Ok(row
        .get::<Option<String>>(name)?
        .and_then(|text| text.parse().ok()))
}

pub(crate) fn asset(row: &Row) -> Result<Asset> {
    let text = |name: &str| row.get::<String>(name);
    Ok(Asset {
        id: text("id")?,
        name: text("name")?,
        description: text("description")?,
        kind: word(Kind::from_key(&text("kind")?), "kind")?,
        guide: text("guide")?,
        campaign: text("campaign")?,
        people: word(People::from_key(&text("people")?), "people")?,
        audience: word(Audience::from_key(&text("audience")?), "audience")?,
        originals_for_all: text("originals")? == "everyone",
        owner_id: text("owner_id")?,
        version_id: row.get("version_id")?,
        format: text("format")?,
        orientation: Orientation::from_key(&text("orientation")?),
        downloads: row.get("downloads")?,
        rights: Rights {
            licence: word(Licence::from_key(&text("licence")?), "licence")?,
            licence_note: text("licence_note")?,
            credit: text("credit")?,
            consent: word(Consent::from_key(&text("consent")?), "consent")?,
            territories: row.json("territories")?,
            channels: row.json("channels")?,
            embargo_until: day(row, "embargo_until")?,
            expires_on: day(row, "expires_on")?,
        },
        created_by: text("created_by")?,
        created_at: from_micros(row.get("created_at")?),
        updated_at: from_micros(row.get("updated_at")?),
        archived_at: row.get::<Option<i64>>("archived_at")?.map(from_micros),
        version: row.get("version")?,
    })
}

pub(crate) fn version(row: &Row) -> Result<Version> {
    Ok(Version {
        id: row.get("id")?,
        asset_id: row.get("asset_id")?,
        number: row.get("number")?,
        name: row.get("name")?,
        media_type: row.get("media_type")?,
        size: u64::try_from(row.get::<i64>("size")?).unwrap_or(0),
        sha256: row.get("sha256")?,
        note: row.get("note")?,
        width: row.get("width")?,
        height: row.get("height")?,
        look: row.get("look")?,
        meta: row.json("meta")?,
        state: word(Ready::from_key(&row.get::<String>("state")?), "state")?,
        problem: row.get("problem")?,
        uploaded_by: row.get("uploaded_by")?,
        created_at: from_micros(row.get("created_at")?),
    })
}

/// Whether `actor` adds assets and changes them: marketing does, IT looks.
pub fn may_edit(actor: &Actor) -> bool {
    matches!(
        actor.role,
        Role::Marketer | Role::Lead | Role::Administrator
    )
}

/// An error unless [`may_edit`].
pub fn require_edit(actor: &Actor) -> Result<()> {
    crate::policy::require(may_edit(actor))
}

/// The audiences that `actor` belongs to.
pub fn audiences(actor: Option<&Actor>) -> &'static [&'static str] {
    match actor.map(|a| a.role) {
        Some(role) if role.is_agent() => &["agents", "everyone", "public"],
        Some(Role::Requester) => &["everyone", "public"],
        _ => &["public"],
    }
}

/// The assets (alias `a`) that `actor` may see.
pub fn visible(actor: Option<&Actor>, filter: &mut Where) {
    filter.and("a.archived_at IS NULL AND a.version_id IS NOT NULL", []);
    filter.and_in("a.audience", audiences(actor).iter().copied());
}

/// An asset that `actor` may see.
pub async fn find<'a>(on: impl Into<On<'a>>, actor: Option<&Actor>, id: &str) -> Result<Asset> {
    let mut filter = Where::new();
    visible(actor, &mut filter);
    filter.and("a.id = ?", [id.into()]);
    let row = sql(format!("SELECT a.* FROM asset a WHERE {}", filter.text()))
        .bind_all(filter.values())
        .opt(on)
        .await?;
    asset(&row.ok_or(Error::NotFound)?)
}

/// [`find`], and nobody else changes it until this transaction ends.
///
/// # Errors
/// [`Error::Stale`] when somebody changed it since version `expect`.
pub async fn lock(tx: &mut Tx, actor: &Actor, id: &str, expect: Option<i64>) -> Result<Asset> {
    find(&mut *tx, Some(actor), id).await?;
    require_edit(actor)?;
    sql("UPDATE asset SET version = version WHERE id = $1")
        .bind(id)
        .run(tx)
        .await?;
    let found = find(&mut *tx, Some(actor), id).await?;
    if expect.is_some_and(|v| v != found.version) {
        return Err(Error::Stale(Msg::new(
            "Somebody else changed this asset while you had it open. Look at it again.",
        )));
    }
    Ok(found)
}

/// Write an asset, new or changed, and the words by which it is found here and
/// in the search over everything.
pub async fn save(tx: &mut Tx, a: &mut Asset, tags: &[String], now: Timestamp) -> Result<()> {
    a.version += 1;
    a.updated_at = now;
    let r = &a.rights;
    sql("INSERT INTO asset (id, name, description, kind, guide, campaign, people, audience, originals,
            owner_id, version_id, format, orientation, downloads, licence, licence_note, credit, consent,
            territories, channels, embargo_until, expires_on, created_by, created_at, updated_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 0, $14, $15, $16, $17, $18, $19,
            $20, $21, $22, $23, $24, $25)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, description = excluded.description,
            kind = excluded.kind, guide = excluded.guide, campaign = excluded.campaign,
            people = excluded.people, audience = excluded.audience, originals = excluded.originals,
            owner_id = excluded.owner_id, version_id = excluded.version_id, format = excluded.format,
            orientation = excluded.orientation, licence = excluded.licence,
            licence_note = excluded.licence_note, credit = excluded.credit, consent = excluded.consent,
            territories = excluded.territories, channels = excluded.channels,
            embargo_until = excluded.embargo_until, expires_on = excluded.expires_on,
            updated_at = excluded.updated_at, version = excluded.version")
    .bind(&a.id)
    .bind(&a.name)
    .bind(&a.description)
    .bind(a.kind.key())
    .bind(&a.guide)
    .bind(&a.campaign)
    .bind(a.people.key())
    .bind(a.audience.key())
    .bind(if a.originals_for_all { "everyone" } else { "agents" })
    .bind(&a.owner_id)
    .bind(&a.version_id)
    .bind(&a.format)
    .bind(a.orientation.map_or("", Orientation::key))
    .bind(r.licence.key())
    .bind(&r.licence_note)
    .bind(&r.credit)
    .bind(r.consent.key())
    .bind(serde_json::to_string(&r.territories)?)
    .bind(serde_json::to_string(&r.channels)?)
    .bind(r.embargo_until.map(|d| d.to_string()))
    .bind(r.expires_on.map(|d| d.to_string()))
    .bind(&a.created_by)
    .bind(a.created_at.as_microsecond())
    .bind(now.as_microsecond())
    .bind(a.version)
    .run(tx)
    .await?;
    set_tags(tx, &a.id, tags).await?;
    set_words(tx, a, tags).await?;
    crate::search::assets::index(tx, now, &a.id).await
}

async fn set_tags(tx: &mut Tx, id: &str, tags: &[String]) -> Result<()> {
    sql("DELETE FROM asset_tag WHERE asset_id = $1")
        .bind(id)
        .run(tx)
        .await?;
    for tag in tags {
        sql("INSERT INTO asset_tag (asset_id, tag) VALUES ($1, $2) ON CONFLICT DO NOTHING")
            .bind(id)
            .bind(tag)
            .run(tx)
            .await?;
    }
    Ok(())
}

async fn set_words(tx: &mut Tx, a: &Asset, tags: &[String]) -> Result<()> {
    sql("DELETE FROM asset_word WHERE asset_id = $1")
        .bind(&a.id)
        .run(tx)
        .await?;
    let text = format!(
        "{} {} {} {} {} {}",
        a.name,
        a.kind.key(),
        a.format,
        a.campaign,
        tags.join(" "),
        a.description
    );
    for word in words::of(&text) {
        sql("INSERT INTO asset_word (word, asset_id) VALUES ($1, $2) ON CONFLICT DO NOTHING")
            .bind(word)
            .bind(&a.id)
            .run(tx)
            .await?;
    }
    Ok(())
}

/// The tags of an asset, in order.
pub async fn tags<'a>(on: impl Into<On<'a>>, id: &str) -> Result<Vec<String>> {
    Ok(
        sql("SELECT tag FROM asset_tag WHERE asset_id = $1 ORDER BY tag")
            .bind(id)
            .column("tag", on)
            .await?,
    )
}

/// The versions of an asset, newest first.
pub async fn versions<'a>(on: impl Into<On<'a>>, id: &str) -> Result<Vec<Version>> {
    sql("SELECT * FROM asset_version WHERE asset_id = $1 ORDER BY number DESC")
        .bind(id)
        .all(on)
        .await?
        .iter()
        .map(version)
        .collect()
}

/// One version of an asset that was found for the actor.
pub async fn version_of<'a>(on: impl Into<On<'a>>, asset: &Asset, id: &str) -> Result<Version> {
    let row = sql("SELECT * FROM asset_version WHERE id = $1 AND asset_id = $2")
        .bind(id)
        .bind(&asset.id)
        .opt(on)
        .await?;
    version(&row.ok_or(Error::NotFound)?)
}

/// The current version.
pub async fn current<'a>(on: impl Into<On<'a>>, asset: &Asset) -> Result<Version> {
    version_of(on, asset, asset.version_id.as_deref().unwrap_or_default()).await
}

/// What was made of a version.
pub async fn renditions<'a>(on: impl Into<On<'a>>, version_id: &str) -> Result<Vec<Rendition>> {
    sql("SELECT * FROM asset_rendition WHERE version_id = $1")
        .bind(version_id)
        .all(on)
        .await?
        .iter()
        .map(rendition)
        .collect()
}

pub(crate) fn rendition(row: &Row) -> Result<Rendition> {
    Ok(Rendition {
        version_id: row.get("version_id")?,
        preset: row.get("preset")?,
        media_type: row.get("media_type")?,
        size: u64::try_from(row.get::<i64>("size")?).unwrap_or(0),
        sha256: row.get("sha256")?,
        width: row.get("width")?,
        height: row.get("height")?,
    })
}

/// The sizes on offer, in order.
pub async fn presets<'a>(on: impl Into<On<'a>>) -> Result<Vec<Preset>> {
    sql("SELECT * FROM asset_preset WHERE removed_at IS NULL ORDER BY position, key")
        .all(on)
        .await?
        .iter()
        .map(|row| {
            let small = |name: &str| -> Result<u32> {
                Ok(u32::try_from(row.get::<i64>(name)?).unwrap_or(1))
            };
            Ok(Preset {
                key: row.get("key")?,
                name: row.get("name")?,
                channel: Channel::from_key(&row.get::<String>("channel")?),
                width: small("width")?,
                height: small("height")?,
                crop: row.get::<String>("fit")? == "crop",
                format: row.get("format")?,
                quality: u8::try_from(small("quality")?).unwrap_or(85),
                custom: row.get::<Option<i64>>("custom_at")?.is_some(),
            })
        })
        .collect()
}

/// The asset that has these bytes already, as far as the actor may see it.
pub async fn same_bytes(db: &Db, actor: &Actor, sha256: &str) -> Result<Option<Asset>> {
    let mut filter = Where::new();
    visible(Some(actor), &mut filter);
    filter.and("v.sha256 = ?", [sha256.into()]);
    sql(format!(
        "SELECT a.* FROM asset_version v JOIN asset a ON a.id = v.asset_id WHERE {} ORDER BY v.created_at LIMIT 1",
        filter.text()
    ))
    .bind_all(filter.values())
    .opt(db)
    .await?
    .as_ref()
    .map(asset)
    .transpose()
}
