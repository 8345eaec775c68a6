//! Taking an asset away: what is on offer for which use, whether the rights
//! allow it today, and the ticket by which the bytes are fetched.
//!
//! A download is an action, because it is counted; its ticket is then read as
//! often and in as many parts as a browser likes.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use mil_db::{Tx, sql};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use crate::actor::Actor;
use crate::assets::model::{Asset, Preset, Rendition, Version};
use crate::assets::rights::{self, Channel, No};
use crate::assets::store;
use crate::error::{Error, Msg, Result};
use crate::events::{self, Event};
use crate::files::Attachment;
use crate::i18n::{Lang, fmt, t};
use crate::random::new_id;
use crate::web::Ctx;

/// How long a ticket is good for.
pub const TICKET: SignedDuration = SignedDuration::from_hours(1);

/// The word for the file as it was uploaded.
pub const ORIGINAL: &str = "original";

/// Something to take.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Offer {
    /// The preset, `svg`, or `original`.
    pub preset: String,
    /// What it is called: its use.
    pub label: String,
    /// What it is for.
    pub channel: Channel,
    /// PNG, SVG, PDF, …
    pub format: String,
    /// Bytes.
    pub size: u64,
    /// Pixels.
    pub width: Option<i64>,
    /// Pixels.
    pub height: Option<i64>,
    #[serde(skip)]
    pub(crate) sha256: String,
    #[serde(skip)]
    pub(crate) media_type: String,
}

/// The name of a size in the reader's language; of one's own as it was typed.
pub fn preset_name(lang: Lang, preset: &Preset) -> String {
    if preset.custom {
        return preset.name.clone();
    }
    known_name(lang, &preset.key).to_owned()
}

/// The name of a size that comes with the library.
pub fn known_name(lang: Lang, key: &str) -> &'static str {
    match key {
        "slides" => t!(lang, "For Word and slides"),
        "web" => t!(lang, "For the web"),
        "square" => t!(lang, "Square, for profiles"),
        "print" => t!(lang, "For print"),
        "thumb" => t!(lang, "Thumbnail"),
        _ => t!(lang, "Preview"),
    }
}

/// What the original is best for.
fn channel_of(version: &Version) -> Channel {
    match version.media_type.as_str() {
        t if t.starts_with("video/") => Channel::Web,
        t if t.contains("officedocument") || t.contains("msword") || t.contains("powerpoint") => {
            Channel::Slides
        }
        _ => Channel::Print,
    }
}

/// What is on offer. The file as it was uploaded only where `originals` allows.
pub fn offers(
    lang: Lang,
    version: &Version,
    made: &[Rendition],
    presets: &[Preset],
    originals: bool,
) -> Vec<Offer> {
    let of = |preset: &str, label: String, channel, r: &Rendition| Offer {
        preset: preset.to_owned(),
        label,
        channel,
        format: crate::assets::model::format_of(&r.media_type, ""),
        size: r.size,
        width: Some(r.width),
        height: Some(r.height),
        sha256: r.sha256.clone(),
        media_type: r.media_type.clone(),
    };
    let find = |key: &str| made.iter().find(|r| r.preset == key);
    let drawing = find("svg");
    let mut all = Vec::new();
    for preset in presets {
        let Some(channel) = preset.channel else {
            continue;
        };
        let label = preset_name(lang, preset);
        match (drawing, preset.key.as_str()) {
            (Some(svg), "web") => all.push(of("svg", label, channel, svg)),
            // A drawing prints sharper as it is than as pixels.
            (Some(_), "print") if originals => {}
            _ => all.extend(find(&preset.key).map(|r| of(&preset.key, label, channel, r))),
        }
    }
    if originals {
        let lone = all.is_empty() || drawing.is_some();
        let label = if lone && channel_of(version) == Channel::Print {
            t!(lang, "For print")
        } else if lone && channel_of(version) == Channel::Slides {
            t!(lang, "To fill in")
        } else {
            t!(lang, "As it was uploaded")
        };
        all.push(Offer {
            preset: ORIGINAL.to_owned(),
            label: label.to_owned(),
            channel: channel_of(version),
            format: version.format(),
            size: version.size,
            width: version.width,
            height: version.height,
            sha256: version.sha256.clone(),
            media_type: version.media_type.clone(),
        });
    }
    all
}

/// Whether somebody gets the file as it was uploaded.
pub fn gets_originals(actor: Option<&Actor>, asset: &Asset) -> bool {
    asset.originals_for_all || actor.is_some_and(crate::policy::works)
}

/// Why something may not be downloaded, for people.
pub fn why_not(lang: Lang, no: &No, today: Date) -> Msg {
    let day = |d: &Date| fmt::day(lang, *d, today);
    match no {
        No::Embargo(d) => Msg::new("This may not be used before {day}.").with("day", day(d)),
        No::Expired(d) => {
            Msg::new("The right to use this ended on {day}. Ask its owner for another one.")
                .with("day", day(d))
        }
        No::Licence => Msg::new("Nobody has checked yet whether we may use this. Ask its owner."),
        No::Consent => {
            Msg::new("The people in this picture have not agreed to its use. Take another one.")
        }
        No::Channel(c) => {
            Msg::new("This may not be used for {use}. Take another one, or ask its owner.")
                .with("use", c.label(lang))
        }
        No::Territory(p) => {
            Msg::new("This may not be used in {place}. Take another one, or ask its owner.")
                .with("place", p)
        }
    }
}

/// What was taken, and where its bytes are fetched.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Ticket {
    /// Good for an hour.
    pub id: String,
    /// The bytes.
    pub href: String,
    /// The offer that was taken.
    pub offer: Offer,
}

/// Who takes it.
#[derive(Debug, Clone, Copy)]
pub enum By<'a> {
    /// Somebody who is signed in.
    Person(&'a Actor),
    /// Whoever has this link.
    Share(&'a str),
    /// Somebody on the brand page.
    Public,
}

/// Take one offer, in a transaction.
///
/// # Errors
/// [`Error::Forbidden`] with why the rights do not allow it.
#[allow(clippy::too_many_arguments)]
pub async fn take_in(
    tx: &mut Tx,
    ctx: &Ctx,
    by: By<'_>,
    asset: &Asset,
    version: &Version,
    originals: bool,
    preset: &str,
    territory: Option<&str>,
) -> Result<Ticket> {
    let lang = ctx.lang();
    let made = store::renditions(&mut *tx, &version.id).await?;
    let presets = store::presets(&mut *tx).await?;
    let offer = offers(lang, version, &made, &presets, originals)
        .into_iter()
        .find(|o| o.preset == preset)
        .ok_or(Error::NotFound)?;
    let today = ctx.app.zone().to_datetime(ctx.now).date();
    rights::may_use(&asset.rights, Some(offer.channel), territory, today)
        .map_err(|no| Error::Forbidden(why_not(lang, &no, today)))?;
    let id = new_id(ctx.now);
    let (person, share) = match by {
        By::Person(actor) => (Some(actor.id.as_str()), None),
        By::Share(id) => (None, Some(id)),
        By::Public => (None, None),
    };
    sql("INSERT INTO asset_download (id, asset_id, version_id, preset, channel, person_id, share_id, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
    .bind(&id)
    .bind(&asset.id)
    .bind(&version.id)
    .bind(preset)
    .bind(offer.channel.key())
    .bind(person)
    .bind(share)
    .bind(ctx.now.as_microsecond())
    .run(tx)
    .await?;
    sql("UPDATE asset SET downloads = downloads + 1 WHERE id = $1")
        .bind(&asset.id)
        .run(tx)
        .await?;
    let system = Actor::system();
    let actor = if let By::Person(actor) = by {
        actor
    } else {
        &system
    };
    let data = json!({ "version": version.number, "preset": preset, "channel": offer.channel.key(), "share": share });
    events::append(
        tx,
        actor,
        ctx.now,
        Event::audit("asset.downloaded", "asset", &asset.id, data),
    )
    .await?;
    Ok(Ticket {
        href: format!("/assets/downloads/{id}"),
        id,
        offer,
    })
}

/// Take one offer of an asset that the actor sees.
pub async fn take(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    preset: &str,
    territory: Option<&str>,
) -> Result<Ticket> {
    let mut tx = ctx.app.db.begin().await?;
    let asset = store::find(&mut tx, Some(actor), id).await?;
    let version = store::current(&mut tx, &asset).await?;
    let originals = gets_originals(Some(actor), &asset);
    let ticket = take_in(
        &mut tx,
        ctx,
        By::Person(actor),
        &asset,
        &version,
        originals,
        preset,
        territory,
    )
    .await?;
    tx.commit().await?;
    Ok(ticket)
}

/// A name for the file that says what it is, with the ending of its kind.
pub fn file_name(asset: &Asset, version: &Version, preset: &str, media_type: &str) -> String {
    if preset == ORIGINAL {
        return version.name.clone();
    }
    let ending = match media_type {
        "image/png" => "png",
        "image/jpeg" => "jpg",
        "image/svg+xml" => "svg",
        _ => "bin",
    };
    let word = if preset == "svg" {
        String::new()
    } else {
        format!("-{preset}")
    };
    let stem: String = asset.name.replace(['/', '\\'], "-");
    crate::files::name::clean(&format!("{stem}{word}.{ending}"))
}

/// Bytes to hand out, as [`crate::files::send`] takes them.
pub fn as_file(
    name: String,
    media_type: &str,
    size: u64,
    sha256: &str,
    now: Timestamp,
) -> Attachment {
    Attachment {
        id: String::new(),
        item_id: None,
        comment_id: None,
        field: None,
        internal: false,
        name,
        media_type: media_type.to_owned(),
        size,
        sha256: sha256.to_owned(),
        uploaded_by: String::new(),
        created_at: now,
    }
}

/// The file of a ticket that is still good.
pub async fn redeem(
    ctx: &Ctx,
    id: &str,
    person: Option<&str>,
    share: Option<&str>,
) -> Result<Attachment> {
    let row = sql("SELECT * FROM asset_download WHERE id = $1 AND at > $2")
        .bind(id)
        .bind((ctx.now - TICKET).as_microsecond())
        .opt(&ctx.app.db)
        .await?
        .ok_or(Error::NotFound)?;
    let (whose, link): (Option<String>, Option<String>) =
        (row.get("person_id")?, row.get("share_id")?);
    if whose.as_deref() != person || link.as_deref() != share {
        return Err(Error::NotFound);
    }
    let (asset_id, version_id, preset): (String, String, String) = (
        row.get("asset_id")?,
        row.get("version_id")?,
        row.get("preset")?,
    );
    let asset = sql("SELECT * FROM asset WHERE id = $1")
        .bind(&asset_id)
        .one(&ctx.app.db)
        .await?;
    let asset = store::asset(&asset)?;
    let version = store::version_of(&ctx.app.db, &asset, &version_id).await?;
    if preset == ORIGINAL {
        return Ok(as_file(
            version.name.clone(),
            &version.media_type,
            version.size,
            &version.sha256,
            ctx.now,
        ));
    }
    let made = store::renditions(&ctx.app.db, &version_id).await?;
    let r = made
        .iter()
        .find(|r| r.preset == preset)
        .ok_or(Error::NotFound)?;
    let name = file_name(&asset, &version, &preset, &r.media_type);
    Ok(as_file(name, &r.media_type, r.size, &r.sha256, ctx.now))
}
