//! Pictures of assets inside our pages, and downloads.

use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::assets::store;
use crate::assets::take::{self, as_file};
use crate::error::{Error, Result};
use crate::files::send;
use crate::web::{Input, Me, see_other};

/// The sizes that are shown rather than saved.
pub const SHOWN: [&str; 2] = ["thumb", "preview"];

/// GET /assets/{asset}/picture/{size}
pub async fn picture(
    me: Me,
    Path((id, size)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response> {
    if !SHOWN.contains(&size.as_str()) {
        return Err(Error::NotFound);
    }
    let asset = store::find(&me.app.db, Some(&me.actor), &id).await?;
    let version = store::current(&me.app.db, &asset).await?;
    let made = store::renditions(&me.app.db, &version.id).await?;
    let r = made
        .iter()
        .find(|r| r.preset == size)
        .ok_or(Error::NotFound)?;
    let name = take::file_name(&asset, &version, &size, &r.media_type);
    let file = as_file(name, &r.media_type, r.size, &r.sha256, me.now);
    send::file(&me.app, &file, &headers, false).await
}

/// What is taken.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Take {
    /// The preset, `svg`, or `original`.
    pub preset: String,
    /// Where it will be used; asked of assets that may not be used everywhere.
    #[serde(default)]
    pub territory: Option<String>,
}

/// POST /assets/{asset}/downloads: counted, then fetched by its ticket.
pub async fn take(me: Me, Path(id): Path<String>, Input(what): Input<Take>) -> Result<Response> {
    let ticket = take::take(&me, &me.actor, &id, &what.preset, what.territory.as_deref()).await?;
    Ok(see_other(&ticket.href, None))
}

/// GET /assets/downloads/{download}: as often and in as many parts as a browser
/// likes, for an hour.
pub async fn fetch(me: Me, Path(id): Path<String>, headers: HeaderMap) -> Result<Response> {
    let file = take::redeem(&me, &id, Some(&me.actor.id), None).await?;
    send::file(&me.app, &file, &headers, true).await
}
