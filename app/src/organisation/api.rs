//! The organisation as JSON, and its logo.

use axum::Json;
use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::verbs::{self, Settings};
use crate::error::{Error, Result};
use crate::files;
use crate::files::intake::disk;
use crate::org;
use crate::web::{Ctx, Input, Me};
use crate::work::api::if_match;

/// The settings, and where the logo is.
#[derive(Serialize, JsonSchema)]
pub struct OrganisationView {
    #[serde(flatten)]
    settings: Settings,
    /// Address of the logo, if there is one.
    logo: Option<String>,
}

async fn view(me: &Me) -> Result<Response> {
    let (org, version) = org::versioned(&me.app.db).await?;
    let view = OrganisationView {
        settings: Settings::of(&org),
        logo: org.logo.map(|sha| format!("/logo/{sha}")),
    };
    let tag = HeaderValue::try_from(format!("\"{version}\"")).expect("digits and quotes");
    Ok(([(header::ETAG, tag)], Json(view)).into_response())
}

/// GET /api/v1/organisation
pub async fn show(me: Me) -> Result<Response> {
    view(&me).await
}

/// PUT /api/v1/organisation
pub async fn change(
    me: Me,
    headers: HeaderMap,
    Input(settings): Input<Settings>,
) -> Result<Response> {
    verbs::change(&me, &me.actor, if_match(&headers)?, settings).await?;
    view(&me).await
}

/// A file that was uploaded before, with `POST /api/v1/files`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LogoFile {
    /// Its id.
    pub file: String,
}

/// PUT /api/v1/organisation/logo
pub async fn set_logo(me: Me, Input(logo): Input<LogoFile>) -> Result<Response> {
    let unknown = |error| match error {
        Error::NotFound => Error::field("file", "There is no such file. Upload it first."),
        other => other,
    };
    let file = files::store::find(&me.app.db, &me.actor, &logo.file)
        .await
        .map_err(unknown)?;
    verbs::set_logo(&me, &me.actor, &file).await?;
    view(&me).await
}

/// DELETE /api/v1/organisation/logo
pub async fn remove_logo(me: Me) -> Result<StatusCode> {
    verbs::remove_logo(&me, &me.actor).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// GET /logo/{sha}: the bytes of the logo in use, and of nothing else.
pub async fn logo(ctx: Ctx, Path(sha): Path<String>) -> Result<Response> {
    let org = ctx.app.org();
    let used = org.logo.as_deref().filter(|used| *used == sha);
    let (Some(_), Some(kind)) = (used, &org.logo_type) else {
        return Err(Error::NotFound);
    };
    let sha = mil_blob::Sha::parse(&sha).ok_or(Error::NotFound)?;
    let reader = ctx.app.blobs.open(&sha, 0, None).await.map_err(disk)?;
    let bytes = reader
        .all()
        .await
        .map_err(|error| Error::Internal(error.to_string()))?;
    let headers = [
        (header::CONTENT_TYPE, kind.as_str()),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; sandbox",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((headers, Body::from(bytes)).into_response())
}
