//! The feed over HTTP. Whoever has the address reads it, so everything about it
//! is quiet: no caches, no referrer, no index, and the same 404 for an address
//! that never was, one that was revoked, and one of somebody who left.

use axum::extract::Path;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::actor::Via;
use crate::error::{Error, Result};
use crate::feeds::store::Scope;
use crate::feeds::{contents, ical, store};
use crate::people::auth;
use crate::random::hash_secret;
use crate::web::Ctx;

/// Readings of one feed within a quarter of an hour.
pub const PER_FEED: usize = 60;
/// Wrong addresses from one network address within a quarter of an hour.
pub const WRONG: usize = 40;

/// GET /feeds/{feed_file}
pub async fn feed(ctx: Ctx, Path(file): Path<String>, headers: HeaderMap) -> Result<Response> {
    let from = format!("feed from {}", ctx.ip.as_deref().unwrap_or_default());
    // Counted before it is looked up, so that many at once count too.
    ctx.app.attempts.count(&from, WRONG, ctx.now)?;
    let secret = file.strip_suffix(".ics").ok_or(Error::NotFound)?;
    let found = store::by_secret(&ctx.app, secret).await?;
    let actor = auth::by_person(&ctx.app, &found.person_id, Via::Api)
        .await?
        .ok_or(Error::NotFound)?;
    let team = found.team.as_ref().map(|(id, _)| id.as_str());
    if !store::may_read(&actor, found.scope, team) {
        return Err(Error::NotFound);
    }
    ctx.app.attempts.forgive(&from);
    let key = format!("feed {}", found.id);
    ctx.app.attempts.count(&key, PER_FEED, ctx.now)?;
    let events = contents::of(&ctx.app, &actor, found.scope, team, ctx.now).await?;
    let name = match (&found.team, found.scope) {
        (Some((_, team)), _) => format!("{}: {team}", ctx.app.org().name),
        (None, Scope::All) => ctx.app.org().name.clone(),
        (None, _) => format!("{}: {}", ctx.app.org().name, actor.name),
    };
    let body = ical::calendar(&name, &events);
    store::read(&ctx.app, ctx.now, &found).await?;
    let etag = format!("\"{}\"", &hash_secret(&body)[..32]);
    let same = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|v| v.to_str().ok())
        .is_some_and(|v| {
            v.split(',')
                .any(|t| t.trim().trim_start_matches("W/") == etag)
        });
    let mut response = if same {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let kind = [(header::CONTENT_TYPE, "text/calendar; charset=utf-8")];
        (kind, body).into_response()
    };
    let set = response.headers_mut();
    set.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("private, no-cache"),
    );
    set.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    set.insert(
        HeaderName::from_static("x-robots-tag"),
        HeaderValue::from_static("noindex, nofollow"),
    );
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        set.insert(header::ETAG, etag);
    }
    Ok(response)
}
