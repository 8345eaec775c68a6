//! Browsing the library: words, facets with their counts, the most used first.

use jiff::civil::Date;
use mil_db::{Where, sql};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::actor::Actor;
use crate::assets::model::{Asset, Version};
use crate::assets::rights::SOON;
use crate::assets::{store, words};
use crate::error::Result;
use crate::state::App;

/// How many a page shows.
pub const PAGE: i64 = 48;

/// Which assets.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Asked {
    /// Words: each begins a word of the asset.
    pub q: Option<String>,
    /// logo, photo, illustration, template, document, video, palette or other.
    pub kind: Option<String>,
    /// A tag.
    pub tag: Option<String>,
    /// A campaign, by name.
    pub campaign: Option<String>,
    /// PNG, SVG, PDF, …
    pub format: Option<String>,
    /// landscape, portrait or square.
    pub orientation: Option<String>,
    /// free, limited, ending, embargoed, expired or unclear.
    pub rights: Option<String>,
    /// nobody, some or crowd.
    pub people: Option<String>,
    /// Id of a collection.
    pub collection: Option<String>,
    /// Id of an asset: those that look like it.
    pub like: Option<String>,
    /// Pages only: `list` instead of pictures.
    pub view: Option<String>,
    /// `next` of the page before.
    pub after: Option<String>,
}

/// A way to narrow the list: its name in the address, and the column.
pub const FACETS: [(&str, &str); 7] = [
    ("kind", "a.kind"),
    ("rights", RIGHTS),
    ("campaign", "a.campaign"),
    ("format", "a.format"),
    ("people", "a.people"),
    ("orientation", "a.orientation"),
    ("tag", "t.tag"),
];

/// The state of the rights, as [`crate::assets::rights::state`] says it; a test
/// holds the two together. TODAY and SOON are days.
const RIGHTS: &str =
    "CASE WHEN a.consent IN ('missing', 'withdrawn') OR a.licence = 'unknown' THEN 'unclear'
    WHEN a.expires_on IS NOT NULL AND a.expires_on < 'TODAY' THEN 'expired'
    WHEN a.embargo_until IS NOT NULL AND a.embargo_until > 'TODAY' THEN 'embargoed'
    WHEN a.expires_on IS NOT NULL AND a.expires_on <= 'SOON' THEN 'ending'
    WHEN a.channels <> '[]' OR a.territories <> '[]' THEN 'limited' ELSE 'free' END";

fn column(text: &str, today: Date) -> String {
    let soon = today.saturating_add(jiff::Span::new().days(SOON));
    text.replace("TODAY", &today.to_string())
        .replace("SOON", &soon.to_string())
}

impl Asked {
    /// What a facet is set to.
    pub fn of(&self, facet: &str) -> Option<&str> {
        match facet {
            "kind" => &self.kind,
            "rights" => &self.rights,
            "campaign" => &self.campaign,
            "format" => &self.format,
            "people" => &self.people,
            "orientation" => &self.orientation,
            _ => &self.tag,
        }
        .as_deref()
    }

    /// Everything but one facet, as a condition on `asset a` (and `asset_tag t`).
    fn filter(&self, actor: Option<&Actor>, today: Date, but: &str) -> Where {
        let mut filter = Where::new();
        store::visible(actor, &mut filter);
        for word in words::of(self.q.as_deref().unwrap_or_default())
            .into_iter()
            .take(8)
        {
            match words::behind(&word) {
                Some(end) => filter.and(
                    "a.id IN (SELECT asset_id FROM asset_word WHERE word >= ? AND word < ?)",
                    [word.into(), end.into()],
                ),
                None => filter.and(
                    "a.id IN (SELECT asset_id FROM asset_word WHERE word >= ?)",
                    [word.into()],
                ),
            };
        }
        for (facet, text) in FACETS {
            let Some(value) = self.of(facet).filter(|_| facet != but) else {
                continue;
            };
            if facet == "tag" {
                filter.and(
                    "a.id IN (SELECT asset_id FROM asset_tag WHERE tag = ?)",
                    [value.into()],
                );
            } else {
                filter.and(&format!("{} = ?", column(text, today)), [value.into()]);
            }
        }
        if let Some(collection) = &self.collection {
            filter.and(
                "a.id IN (SELECT asset_id FROM asset_in_collection WHERE collection_id = ?)",
                [collection.as_str().into()],
            );
        }
        filter
    }
}

/// An asset with its current file.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Hit {
    pub asset: Asset,
    pub version: Version,
}

/// What was found.
#[derive(Debug, Default)]
#[allow(missing_docs)]
pub struct Found {
    pub hits: Vec<Hit>,
    pub total: i64,
    pub next: Option<String>,
}

/// A page of assets, the most used first.
pub async fn find(app: &App, actor: Option<&Actor>, today: Date, asked: &Asked) -> Result<Found> {
    let mut filter = asked.filter(actor, today, "");
    if let Some(like) = &asked.like {
        let near = alike(app, actor, like).await?;
        filter.and_in("a.id", near);
    }
    let total = sql(format!(
        "SELECT COUNT(*) AS n FROM asset a WHERE {}",
        filter.text()
    ))
    .bind_all(filter.values())
    .value("n", &app.db)
    .await?;
    if let Some((count, id)) = asked
        .after
        .as_deref()
        .and_then(|after| after.split_once('.'))
    {
        let count: i64 = count.parse().unwrap_or(0);
        filter.and("(a.downloads, a.id) < (?, ?)", [count.into(), id.into()]);
    }
    let rows = sql(format!(
        "SELECT a.* FROM asset a WHERE {} ORDER BY a.downloads DESC, a.id DESC LIMIT {}",
        filter.text(),
        PAGE + 1
    ))
    .bind_all(filter.values())
    .all(&app.db)
    .await?;
    let mut assets: Vec<Asset> = rows.iter().map(store::asset).collect::<Result<_>>()?;
    let more = assets.len() > usize::try_from(PAGE).unwrap_or(0);
    assets.truncate(usize::try_from(PAGE).unwrap_or(0));
    let next = assets
        .last()
        .filter(|_| more)
        .map(|a| format!("{}.{}", a.downloads, a.id));
    Ok(Found {
        hits: with_versions(app, assets).await?,
        total,
        next,
    })
}

/// Assets with their current files.
pub async fn with_versions(app: &App, assets: Vec<Asset>) -> Result<Vec<Hit>> {
    let mut filter = Where::new();
    filter.and_in("id", assets.iter().filter_map(|a| a.version_id.clone()));
    let rows = sql(format!(
        "SELECT * FROM asset_version WHERE {}",
        filter.text()
    ))
    .bind_all(filter.values())
    .all(&app.db)
    .await?;
    let versions: Vec<Version> = rows.iter().map(store::version).collect::<Result<_>>()?;
    Ok(assets
        .into_iter()
        .filter_map(|asset| {
            let version = versions
                .iter()
                .find(|v| Some(&v.id) == asset.version_id.as_ref())?
                .clone();
            Some(Hit { asset, version })
        })
        .collect())
}

/// How many there are of each value of a facet, given all other filters.
pub async fn counts(
    app: &App,
    actor: Option<&Actor>,
    today: Date,
    asked: &Asked,
    facet: &str,
) -> Result<Vec<(String, i64)>> {
    let Some((_, text)) = FACETS.iter().find(|(name, _)| *name == facet) else {
        return Ok(Vec::new());
    };
    let filter = asked.filter(actor, today, facet);
    let join = if facet == "tag" {
        "JOIN asset_tag t ON t.asset_id = a.id"
    } else {
        ""
    };
    let rows = sql(format!(
        "SELECT value, COUNT(*) AS n FROM (SELECT {} AS value FROM asset a {join} WHERE {}) f
         WHERE value <> '' GROUP BY value ORDER BY n DESC, value LIMIT 40",
        column(text, today),
        filter.text()
    ))
    .bind_all(filter.values())
    .all(&app.db)
    .await?;
    rows.iter()
        .map(|row| Ok((row.get("value")?, row.get("n")?)))
        .collect()
}

/// At most so many of 64 bits differ between pictures that look alike.
pub const NEAR: u32 = 10;

/// Ids of the assets that look like this one, the nearest first.
pub async fn alike(app: &App, actor: Option<&Actor>, id: &str) -> Result<Vec<String>> {
    let asset = store::find(&app.db, actor, id).await?;
    let Some(look) = store::current(&app.db, &asset).await?.look else {
        return Ok(Vec::new());
    };
    let mut filter = Where::new();
    store::visible(actor, &mut filter);
    let rows = sql(format!(
        "SELECT a.id, v.look FROM asset a JOIN asset_version v ON v.id = a.version_id
         WHERE v.look IS NOT NULL AND {}",
        filter.text()
    ))
    .bind_all(filter.values())
    .all(&app.db)
    .await?;
    let mut near: Vec<(u32, String)> = Vec::new();
    for row in &rows {
        let (other, theirs): (String, String) = (row.get("id")?, row.get("look")?);
        match crate::assets::render::raster::distance(&look, &theirs) {
            Some(bits) if bits <= NEAR && other != id => near.push((bits, other)),
            _ => {}
        }
    }
    near.sort();
    near.truncate(12);
    Ok(near.into_iter().map(|(_, id)| id).collect())
}
