//! Sizes of one's own: what an administrator has made of every picture besides
//! the sizes that come with it.

use jiff::Timestamp;
use mil_db::{On, Tx, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::actor::{Actor, Role};
use crate::assets::rights::{Channel, words};
use crate::assets::store;
use crate::catalog::draft::word_of;
use crate::error::{Error, FieldError, Msg, Result};
use crate::events::{self, Event};
use crate::web::Ctx;

/// The most of them.
pub const MOST: i64 = 20;
/// The shortest and the longest side, in pixels.
pub const SIDES: std::ops::RangeInclusive<u32> = 16..=6000;
/// Of JPEG.
pub const QUALITY: std::ops::RangeInclusive<u32> = 30..=100;
/// Words that name something else: files of the workshop, and what is no size.
const TAKEN: [&str; 6] = ["svg", "original", "clean", "page", "poster", "new"];

words! {
    /// How a picture gets into its size.
    Fit {
        /// All of it, as large as it goes.
        Inside = "inside", says("All of it, inside this size");
        /// The middle of it.
        Crop = "crop", says("Cut to exactly this shape");
    }
}

words! {
    /// What it is written as.
    Format {
        /// By what it is.
        Auto = "auto", says("PNG where it is see-through, else JPEG");
        /// PNG.
        Png = "png", says("PNG");
        /// JPEG.
        Jpeg = "jpeg", says("JPEG");
    }
}

/// What is said of a size.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewAssetSize")]
pub struct Draft {
    /// What it is called.
    pub name: String,
    /// What it is taken for, by which the rights are judged.
    pub channel: Channel,
    /// Pixels, 16 to 6000. Nothing is made larger than it is.
    pub width: u32,
    /// As `width`.
    pub height: u32,
    /// Whether it is cut to this shape.
    pub fit: Fit,
    /// PNG, JPEG, or what fits.
    pub format: Format,
    /// Of JPEG, 30 to 100; 85 if left out.
    #[serde(default = "usual_quality")]
    pub quality: u32,
}

fn usual_quality() -> u32 {
    85
}

impl Draft {
    /// What a new one begins with.
    pub fn usual() -> Draft {
        Draft {
            name: String::new(),
            channel: Channel::Web,
            width: 1200,
            height: 630,
            fit: Fit::Crop,
            format: Format::Auto,
            quality: usual_quality(),
        }
    }

    /// Whether the same picture comes of both.
    fn draws_like(&self, other: &Draft) -> bool {
        (self.width, self.height, self.fit) == (other.width, other.height, other.fit)
            && (self.format, self.quality) == (other.format, other.quality)
    }

    /// What is wrong with it.
    pub fn check(&self) -> Vec<FieldError> {
        let mut wrong = Vec::new();
        let name = self.name.trim();
        if name.is_empty() || name.chars().count() > 60 {
            wrong.push(FieldError::new(
                "name",
                "Give it a name of up to 60 characters.",
            ));
        }
        for (field, side) in [("width", self.width), ("height", self.height)] {
            if !SIDES.contains(&side) {
                let msg = Msg::new("Give a number of pixels from {a} to {b}.")
                    .with("a", SIDES.start())
                    .with("b", SIDES.end());
                wrong.push(FieldError::new(field, msg));
            }
        }
        if !QUALITY.contains(&self.quality) {
            let msg = Msg::new("Give a number from {a} to {b}.")
                .with("a", QUALITY.start())
                .with("b", QUALITY.end());
            wrong.push(FieldError::new("quality", msg));
        }
        wrong
    }
}

/// A size that is on offer.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "AssetSize")]
pub struct Size {
    /// Its word in addresses and file names; it stays.
    pub key: String,
    /// What it is.
    #[serde(flatten)]
    pub is: Draft,
    /// Whether it was made here; the others come with the library and stay.
    pub custom: bool,
    /// Pictures of which it is made.
    pub made: i64,
    /// Against writing over each other.
    pub version: i64,
}

fn require(actor: &Actor) -> Result<()> {
    crate::policy::require(actor.role == Role::Administrator)
}

/// The sizes that are offered, in order. Those that only our own pages show are
/// left out.
pub async fn list<'a>(on: impl Into<On<'a>>) -> Result<Vec<Size>> {
    let rows = sql("SELECT p.key, p.name, p.channel, p.width, p.height, p.fit, p.format, p.quality, p.custom_at,
            p.version, (SELECT COUNT(*) FROM asset_rendition r JOIN asset a ON a.version_id = r.version_id
                WHERE r.preset = p.key AND a.archived_at IS NULL) AS made
         FROM asset_preset p WHERE p.removed_at IS NULL AND p.channel <> '' ORDER BY p.position, p.key")
    .all(on)
    .await?;
    rows.iter()
        .map(|row| {
            let text = |name: &str| row.get::<String>(name);
            let small = |name: &str| -> Result<u32> {
                Ok(u32::try_from(row.get::<i64>(name)?).unwrap_or(1))
            };
            Ok(Size {
                key: text("key")?,
                is: Draft {
                    name: text("name")?,
                    channel: store::word(Channel::from_key(&text("channel")?), "channel")?,
                    width: small("width")?,
                    height: small("height")?,
                    fit: store::word(Fit::from_key(&text("fit")?), "fit")?,
                    format: store::word(Format::from_key(&text("format")?), "format")?,
                    quality: small("quality")?,
                },
                custom: row.get::<Option<i64>>("custom_at")?.is_some(),
                made: row.get("made")?,
                version: row.get("version")?,
            })
        })
        .collect()
}

/// One that was made here.
pub async fn find<'a>(on: impl Into<On<'a>>, key: &str) -> Result<Size> {
    let all = list(on).await?;
    let found = all.into_iter().find(|size| size.custom && size.key == key);
    found.ok_or(Error::NotFound)
}

/// How many pictures still wait for a size that was made or changed.
pub async fn waiting<'a>(on: impl Into<On<'a>>) -> Result<i64> {
    Ok(
        sql("SELECT COUNT(*) AS n FROM asset_job WHERE later = 1 AND dead_at IS NULL")
            .value("n", on)
            .await?,
    )
}

/// Make a size, and have it made of every picture.
pub async fn make(ctx: &Ctx, actor: &Actor, new: &Draft) -> Result<Size> {
    require(actor)?;
    let wrong = new.check();
    if !wrong.is_empty() {
        return Err(Error::Invalid(wrong));
    }
    let mut tx = ctx.app.db.begin().await?;
    let known: Vec<String> = sql("SELECT key FROM asset_preset")
        .column("key", &mut tx)
        .await?;
    let count: i64 = sql(
        "SELECT COUNT(*) AS n FROM asset_preset WHERE custom_at IS NOT NULL AND removed_at IS NULL",
    )
    .value("n", &mut tx)
    .await?;
    if count >= MOST {
        return Err(Error::Conflict(
            Msg::new("There are {n} sizes already. Remove one that nobody takes.").with("n", MOST),
        ));
    }
    let key = free_key(&new.name, &known);
    let now = ctx.now.as_microsecond();
    sql("INSERT INTO asset_preset (key, name, channel, width, height, fit, format, quality, position, custom_at, changed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, (SELECT MAX(position) + 1 FROM asset_preset), $9, $9)")
    .bind(&key)
    .bind(new.name.trim())
    .bind(new.channel.key())
    .bind(i64::from(new.width))
    .bind(i64::from(new.height))
    .bind(new.fit.key())
    .bind(new.format.key())
    .bind(i64::from(new.quality))
    .bind(now)
    .run(&mut tx)
    .await?;
    have_made(&mut tx, ctx.now).await?;
    note(&mut tx, ctx, actor, "asset.size_made", &key, json!(new)).await?;
    let made = find(&mut tx, &key).await?;
    tx.commit().await?;
    Ok(made)
}

/// Say anew what a size is. What was made of it is offered until the new one is
/// there.
///
/// # Errors
/// [`Error::Stale`] when somebody changed it since version `expect`.
pub async fn change(
    ctx: &Ctx,
    actor: &Actor,
    key: &str,
    expect: Option<i64>,
    new: &Draft,
) -> Result<Size> {
    require(actor)?;
    let wrong = new.check();
    if !wrong.is_empty() {
        return Err(Error::Invalid(wrong));
    }
    let mut tx = ctx.app.db.begin().await?;
    let was = lock(&mut tx, key).await?;
    if expect.is_some_and(|version| version != was.version) {
        return Err(Error::Stale(Msg::new(
            "Somebody else changed this size while you had it open. Look at it again.",
        )));
    }
    sql("UPDATE asset_preset SET name = $1, channel = $2, width = $3, height = $4, fit = $5, format = $6,
            quality = $7, version = version + 1 WHERE key = $8")
    .bind(new.name.trim())
    .bind(new.channel.key())
    .bind(i64::from(new.width))
    .bind(i64::from(new.height))
    .bind(new.fit.key())
    .bind(new.format.key())
    .bind(i64::from(new.quality))
    .bind(key)
    .run(&mut tx)
    .await?;
    if !new.draws_like(&was.is) {
        sql("UPDATE asset_preset SET changed_at = $1 WHERE key = $2")
            .bind(ctx.now.as_microsecond())
            .bind(key)
            .run(&mut tx)
            .await?;
        have_made(&mut tx, ctx.now).await?;
    }
    let data = json!({ "before": was.is, "after": new });
    note(&mut tx, ctx, actor, "asset.size_changed", key, data).await?;
    let now = find(&mut tx, key).await?;
    tx.commit().await?;
    Ok(now)
}

/// Offer a size no longer; what was made of it goes. Its key is not given again,
/// so an address of it never means something else.
pub async fn remove(ctx: &Ctx, actor: &Actor, key: &str) -> Result<()> {
    require(actor)?;
    let mut tx = ctx.app.db.begin().await?;
    let was = lock(&mut tx, key).await?;
    sql("UPDATE asset_preset SET removed_at = $1, version = version + 1 WHERE key = $2")
        .bind(ctx.now.as_microsecond())
        .bind(key)
        .run(&mut tx)
        .await?;
    sql("DELETE FROM asset_rendition WHERE preset = $1")
        .bind(key)
        .run(&mut tx)
        .await?;
    note(
        &mut tx,
        ctx,
        actor,
        "asset.size_removed",
        key,
        json!(was.is),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

async fn lock(tx: &mut Tx, key: &str) -> Result<Size> {
    sql("UPDATE asset_preset SET version = version WHERE key = $1")
        .bind(key)
        .run(tx)
        .await?;
    find(&mut *tx, key).await
}

async fn note(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    kind: &'static str,
    key: &str,
    data: serde_json::Value,
) -> Result<()> {
    let event = Event::audit(kind, "asset_size", key, data);
    events::append(tx, actor, ctx.now, event).await?;
    Ok(())
}

/// Have what is missing made of every picture that is there, behind what is new.
async fn have_made(tx: &mut Tx, now: Timestamp) -> Result<()> {
    sql("INSERT INTO asset_job (id, version_id, attempts, not_before, leased_until, lease, last_error, created_at, later)
         SELECT v.id, v.id, 0, $1, 0, '', '', $1, 1 FROM asset_version v JOIN asset a ON a.version_id = v.id
         WHERE a.archived_at IS NULL AND v.state = 'ready' AND v.media_type >= 'image/' AND v.media_type < 'image0'
         ON CONFLICT (version_id) DO UPDATE SET attempts = 0, not_before = excluded.not_before, dead_at = NULL,
            leased_until = 0, lease = ''")
    .bind(now.as_microsecond())
    .run(tx)
    .await?;
    Ok(())
}

/// A word for a size: of its name, and none that was ever given.
fn free_key(name: &str, known: &[String]) -> String {
    let stem = word_of(name, "size", 40);
    let free = |key: &String| !known.contains(key) && !TAKEN.contains(&key.as_str());
    std::iter::once(stem.clone())
        .chain((2..).map(|n| format!("{stem}-{n}")))
        .find(free)
        .unwrap_or(stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_new_and_safe_in_a_path() {
        let known = ["web".to_owned(), "header".to_owned(), "header-2".to_owned()];
        for (name, key) in [
            ("Newsletter header", "newsletter-header"),
            ("Header", "header-3"),
            ("SVG", "svg-2"),
            ("../../etc/passwd", "etc-passwd"),
            ("!?", "size"),
            ("Web", "web-2"),
        ] {
            assert_eq!(free_key(name, &known), key, "{name}");
        }
    }

    #[test]
    fn sizes_are_bounded() {
        let good = Draft {
            name: "Header".to_owned(),
            ..Draft::usual()
        };
        assert_eq!(good.check(), []);
        for (wrong, field) in [
            (
                Draft {
                    name: " ".to_owned(),
                    ..good.clone()
                },
                "name",
            ),
            (
                Draft {
                    name: "x".repeat(61),
                    ..good.clone()
                },
                "name",
            ),
            (
                Draft {
                    width: 15,
                    ..good.clone()
                },
                "width",
            ),
            (
                Draft {
                    height: 6001,
                    ..good.clone()
                },
                "height",
            ),
            (
                Draft {
                    quality: 0,
                    ..good.clone()
                },
                "quality",
            ),
            (
                Draft {
                    quality: 101,
                    ..good.clone()
                },
                "quality",
            ),
        ] {
            let found: Vec<String> = wrong.check().into_iter().map(|e| e.field).collect();
            assert_eq!(found, [field], "{wrong:?}");
        }
    }
}
