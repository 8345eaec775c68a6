//! What is done to assets. Each verb is one transaction: check, change, event.

use mil_db::{Tx, sql};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::actor::Actor;
use crate::assets::model::{Asset, Audience, Kind, People, Version, format_of};
use crate::assets::render::job;
use crate::assets::rights::Rights;
use crate::assets::{store, upload};
use crate::error::{Error, Msg, Result};
use crate::events::{self, Event};
use crate::files::kind;
use crate::people;
use crate::random::new_id;
use crate::web::Ctx;
use schemars::JsonSchema;

/// The most tags of an asset.
pub const MAX_TAGS: usize = 30;

/// What people say of an asset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// What it is called.
    pub name: String,
    /// What it shows, for those who cannot see it.
    #[serde(default)]
    pub description: String,
    /// What it is.
    pub kind: Kind,
    /// How to use it: a line each; a dash in front says what not to do.
    #[serde(default)]
    pub guide: String,
    /// By name; empty: none.
    #[serde(default)]
    pub campaign: String,
    /// Who is to be seen.
    #[serde(default = "nobody")]
    pub people: People,
    /// Who finds it.
    #[serde(default = "everyone")]
    pub audience: Audience,
    /// Whether everybody who finds it gets the file as uploaded, with whatever
    /// its camera wrote into it.
    #[serde(default)]
    pub originals_for_all: bool,
    /// Id of who answers for it; yourself if left out.
    #[serde(default)]
    pub owner_id: Option<String>,
    /// Words to find it by.
    #[serde(default)]
    pub tags: Vec<String>,
}

fn nobody() -> People {
    People::Nobody
}

fn everyone() -> Audience {
    Audience::Everyone
}

impl Facts {
    /// As they are.
    pub fn of(a: &Asset, tags: Vec<String>) -> Facts {
        Facts {
            name: a.name.clone(),
            description: a.description.clone(),
            kind: a.kind,
            guide: a.guide.clone(),
            campaign: a.campaign.clone(),
            people: a.people,
            audience: a.audience,
            originals_for_all: a.originals_for_all,
            owner_id: Some(a.owner_id.clone()),
            tags,
        }
    }

    /// What a file says of itself by its name and type.
    pub fn guess(file: &str, media_type: &str) -> Facts {
        let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        let name = stem.replace(['_', '-'], " ");
        let kind = match media_type {
            _ if name.to_lowercase().contains("logo") => Kind::Logo,
            "image/jpeg" | "image/tiff" | "image/webp" => Kind::Photo,
            t if t.starts_with("image/") => Kind::Illustration,
            t if t.starts_with("video/") => Kind::Video,
            t if t.contains("presentation") || t.contains("wordprocessing") => Kind::Template,
            "application/pdf" => Kind::Document,
            _ => Kind::Other,
        };
        Facts {
            name: name.trim().to_owned(),
            description: String::new(),
            kind,
            guide: String::new(),
            campaign: String::new(),
            people: People::Nobody,
            audience: Audience::Agents,
            // Cameras write where a picture was taken; other files hold no such thing.
            originals_for_all: !matches!(media_type, t if t.starts_with("image/") && t != "image/svg+xml"),
            owner_id: None,
            tags: Vec::new(),
        }
    }
}

/// Bytes in the store that are to become a version.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct File {
    pub name: String,
    pub media_type: String,
    pub size: u64,
    pub sha256: String,
}

fn text(field: &'static str, text: &str, most: usize) -> Result<String> {
    let text = text.trim();
    if text.chars().count() > most {
        return Err(Error::field(
            field,
            Msg::new("Use at most {n} characters.").with("n", most),
        ));
    }
    Ok(text.to_owned())
}

/// Tags as they are kept: lower case, each once.
pub fn tidy(tags: &[String]) -> Result<Vec<String>> {
    let mut out = Vec::new();
    for tag in tags.iter().flat_map(|t| t.split(',')) {
        let tag = text("tags", &tag.to_lowercase(), 60)?;
        if !tag.is_empty() && !out.contains(&tag) {
            out.push(tag);
        }
    }
    if out.len() > MAX_TAGS {
        return Err(Error::field(
            "tags",
            Msg::new("Name at most {n} of them.").with("n", MAX_TAGS),
        ));
    }
    out.sort();
    Ok(out)
}

async fn set_facts(tx: &mut Tx, a: &mut Asset, f: &Facts) -> Result<Vec<String>> {
    a.name = text("name", &f.name, 160)?;
    if a.name.is_empty() {
        return Err(Error::field("name", "Say in a few words what it is."));
    }
    a.description = text("description", &f.description, 1_000)?;
    a.guide = text("guide", &f.guide, 2_000)?;
    a.campaign = text("campaign", &f.campaign, 100)?;
    (a.kind, a.people, a.audience) = (f.kind, f.people, f.audience);
    a.originals_for_all = f.originals_for_all;
    if let Some(owner) = &f.owner_id {
        if people::store::find(&mut *tx, owner).await?.is_none() {
            return Err(Error::field("owner_id", "Choose somebody who works here."));
        }
        a.owner_id.clone_from(owner);
    }
    tidy(&f.tags)
}

/// Rights that can be: texts of a sensible length, an end after the beginning.
pub fn checked(rights: &Rights) -> Result<Rights> {
    let mut r = rights.clone();
    r.licence_note = text("licence_note", &r.licence_note, 1_000)?;
    r.credit = text("credit", &r.credit, 200)?;
    let mut places = Vec::new();
    for place in r.territories.iter().flat_map(|t| t.split(',')) {
        let place = text("territories", place, 60)?;
        if !place.is_empty() && !places.contains(&place) {
            places.push(place);
        }
    }
    r.territories = places;
    r.channels.sort();
    r.channels.dedup();
    if let (Some(first), Some(last)) = (r.embargo_until, r.expires_on)
        && last < first
    {
        return Err(Error::field("expires_on", "It has to end after it begins."));
    }
    Ok(r)
}

async fn note(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    verb: &'static str,
    id: &str,
    data: serde_json::Value,
) -> Result<()> {
    events::append(tx, actor, ctx.now, Event::audit(verb, "asset", id, data)).await?;
    Ok(())
}

/// The file of an upload of the actor's own that is whole; the upload is used up.
pub async fn take_upload(tx: &mut Tx, ctx: &Ctx, actor: &Actor, id: &str) -> Result<File> {
    let up = upload::find(&mut *tx, actor, id).await?;
    let Some(sha256) = up.sha256 else {
        return Err(Error::field(
            "upload",
            "The upload is not complete. Go on with it first.",
        ));
    };
    sql("DELETE FROM asset_upload WHERE id = $1")
        .bind(id)
        .run(tx)
        .await?;
    let sha = mil_blob::Sha::parse(&sha256)
        .ok_or_else(|| Error::Internal("an upload without a hash".to_owned()))?;
    let head = upload::head(&ctx.app, &sha).await?;
    Ok(File {
        media_type: kind::media_type(&head, &up.name).to_owned(),
        name: up.name,
        size: up.size,
        sha256,
    })
}

async fn add_version(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    a: &mut Asset,
    file: &File,
    note: &str,
) -> Result<Version> {
    let number: i64 =
        sql("SELECT COALESCE(MAX(number), 0) + 1 AS n FROM asset_version WHERE asset_id = $1")
            .bind(&a.id)
            .value("n", &mut *tx)
            .await?;
    let id = new_id(ctx.now);
    sql("INSERT INTO asset_version (id, asset_id, number, name, media_type, size, sha256, note, meta, state,
            problem, uploaded_by, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '[]', 'waiting', '', $9, $10)")
    .bind(&id)
    .bind(&a.id)
    .bind(number)
    .bind(&file.name)
    .bind(&file.media_type)
    .bind(i64::try_from(file.size).unwrap_or(i64::MAX))
    .bind(&file.sha256)
    .bind(text("note", note, 500)?)
    .bind(&actor.id)
    .bind(ctx.now.as_microsecond())
    .run(tx)
    .await?;
    job::enqueue(tx, ctx.now, &id).await?;
    a.version_id = Some(id.clone());
    a.format = format_of(&file.media_type, &file.name);
    a.orientation = None;
    store::version_of(&mut *tx, a, &id).await
}

/// Make an asset of a file, in a transaction.
pub async fn create_in(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    file: &File,
    facts: &Facts,
    rights: &Rights,
) -> Result<Asset> {
    store::require_edit(actor)?;
    let mut a = Asset {
        id: new_id(ctx.now),
        name: String::new(),
        description: String::new(),
        kind: facts.kind,
        guide: String::new(),
        campaign: String::new(),
        people: facts.people,
        audience: facts.audience,
        originals_for_all: false,
        owner_id: actor.id.clone(),
        version_id: None,
        format: String::new(),
        orientation: None,
        downloads: 0,
        rights: checked(rights)?,
        created_by: actor.id.clone(),
        created_at: ctx.now,
        updated_at: ctx.now,
        archived_at: None,
        version: 0,
    };
    let tags = set_facts(tx, &mut a, facts).await?;
    store::save(tx, &mut a, &tags, ctx.now).await?;
    add_version(tx, ctx, actor, &mut a, file, "").await?;
    store::save(tx, &mut a, &tags, ctx.now).await?;
    let data =
        json!({ "name": a.name, "kind": a.kind.key(), "file": file.name, "sha256": file.sha256 });
    note(tx, ctx, actor, "asset.created", &a.id, data).await?;
    Ok(a)
}

/// Change what is said of an asset.
pub async fn describe(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    expect: Option<i64>,
    facts: &Facts,
) -> Result<Asset> {
    let mut tx = ctx.app.db.begin().await?;
    let mut a = store::lock(&mut tx, actor, id, expect).await?;
    let before = Facts::of(&a, store::tags(&mut tx, id).await?);
    let tags = set_facts(&mut tx, &mut a, facts).await?;
    store::save(&mut tx, &mut a, &tags, ctx.now).await?;
    let data = json!({ "before": before, "after": Facts::of(&a, tags) });
    note(&mut tx, ctx, actor, "asset.changed", id, data).await?;
    tx.commit().await?;
    Ok(a)
}

/// Change the rights to an asset.
pub async fn set_rights(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    expect: Option<i64>,
    rights: &Rights,
) -> Result<Asset> {
    let mut tx = ctx.app.db.begin().await?;
    let mut a = store::lock(&mut tx, actor, id, expect).await?;
    let before = std::mem::replace(&mut a.rights, checked(rights)?);
    let tags = store::tags(&mut tx, id).await?;
    store::save(&mut tx, &mut a, &tags, ctx.now).await?;
    let data = json!({ "before": before, "after": a.rights });
    note(&mut tx, ctx, actor, "asset.rights_changed", id, data).await?;
    tx.commit().await?;
    Ok(a)
}

/// Give an asset a new file, in a transaction.
pub async fn renew_in(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    file: &File,
    why: &str,
) -> Result<Asset> {
    let mut a = store::lock(tx, actor, id, None).await?;
    if store::current(&mut *tx, &a).await?.sha256 == file.sha256 {
        return Err(Error::field(
            "file",
            "This is the very file that is there already.",
        ));
    }
    let version = add_version(tx, ctx, actor, &mut a, file, why).await?;
    let tags = store::tags(&mut *tx, id).await?;
    store::save(tx, &mut a, &tags, ctx.now).await?;
    let data = json!({ "number": version.number, "file": file.name, "sha256": file.sha256, "note": version.note });
    note(tx, ctx, actor, "asset.version_added", id, data).await?;
    crate::proofs::begin::asset_renewed(tx, ctx, actor, id, &version).await?;
    Ok(a)
}

/// Make an earlier version the current one again, as a version of its own.
pub async fn restore(ctx: &Ctx, actor: &Actor, id: &str, version_id: &str) -> Result<Asset> {
    let mut tx = ctx.app.db.begin().await?;
    let a = store::lock(&mut tx, actor, id, None).await?;
    let old = store::version_of(&mut tx, &a, version_id).await?;
    let file = File {
        name: old.name.clone(),
        media_type: old.media_type.clone(),
        size: old.size,
        sha256: old.sha256.clone(),
    };
    let why = format!("= {}", old.number);
    let a = renew_in(&mut tx, ctx, actor, id, &file, &why).await?;
    tx.commit().await?;
    Ok(a)
}

/// Take an asset out of the library. Its files stay for what they were used in.
pub async fn archive(ctx: &Ctx, actor: &Actor, id: &str) -> Result<()> {
    let mut tx = ctx.app.db.begin().await?;
    let a = store::lock(&mut tx, actor, id, None).await?;
    sql("UPDATE asset SET archived_at = $1, version = version + 1 WHERE id = $2")
        .bind(ctx.now.as_microsecond())
        .bind(id)
        .run(&mut tx)
        .await?;
    crate::search::assets::index(&mut tx, ctx.now, id).await?;
    note(
        &mut tx,
        ctx,
        actor,
        "asset.archived",
        id,
        json!({ "name": a.name }),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}
