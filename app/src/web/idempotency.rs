//! `Idempotency-Key`: a POST that a client repeats because it did not hear the
//! answer is carried out once (after the IETF draft
//! draft-ietf-httpapi-idempotency-key-header).
//!
//! * The same key with the same request is answered with the stored answer.
//! * The same key with another request is refused (422).
//! * A second request while the first still runs is refused (409).
//! * Answers are kept for a day. Server errors are not kept: they may be retried.
//! * An answer that holds a secret ([`Unkept`]) is not kept either: a repeated
//!   request is refused (409) and says what to do.
//!
//! The note that a request began is written before it runs. If the program
//! dies in between, the note has no answer; after [`ABANDONED`] the key may be
//! used again. The client must then look before it repeats, as it would have
//! to without a key.

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use mil_db::sql;
use sha2::{Digest, Sha256};

use crate::error::{Error, Msg, Result};
use crate::random::hex;
use crate::state::App;
use crate::web::Ctx;
use crate::web::input::BODY_LIMIT;
use crate::web::respond::render;

/// The header.
pub const HEADER: &str = "idempotency-key";
/// How long an answer is kept.
pub const KEPT: SignedDuration = SignedDuration::from_hours(24);
/// After this a request without an answer counts as died.
pub const ABANDONED: SignedDuration = SignedDuration::from_mins(1);
/// Answers larger than this are not kept; none of ours are.
const ANSWER_LIMIT: usize = 1_000_000;

/// Marks an answer that holds a secret. Put it beside the body:
/// `(StatusCode::CREATED, Extension(Unkept), Json(…))`.
#[derive(Debug, Clone, Copy)]
pub struct Unkept;

/// Carry out a POST to the API once per key.
pub async fn once(State(app): State<App>, request: Request, next: Next) -> Response {
    let api = request.method() == Method::POST && request.uri().path().starts_with("/api/");
    // Files are streamed; repeating an upload does no harm.
    let streamed = request.uri().path() == "/api/v1/files";
    let key = request.headers().get(HEADER).cloned();
    let ctx = request.extensions().get::<Ctx>().cloned();
    match (key, ctx) {
        (Some(key), Some(ctx)) if api && !streamed => {
            let Some(person) = ctx.actor.as_ref().map(|a| a.id.clone()) else {
                return next.run(request).await;
            };
            match run(&app, &person, &key, request, next).await {
                Ok(response) => response,
                Err(error) => render(&ctx, &error),
            }
        }
        _ => next.run(request).await,
    }
}

async fn run(
    app: &App,
    person: &str,
    key: &HeaderValue,
    request: Request,
    next: Next,
) -> Result<Response> {
    let key = key
        .to_str()
        .ok()
        .map(|key| key.trim_matches('"'))
        .filter(|key| !key.is_empty() && key.len() <= 200)
        .ok_or_else(|| Error::Malformed(Msg::new("Idempotency-Key takes 1 to 200 letters.")))?
        .to_owned();
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, BODY_LIMIT)
        .await
        .map_err(|_| Error::TooLarge(Msg::new("That is more than is taken here. Send less.")))?;
    let mut print = Sha256::new();
    print.update(parts.uri.to_string());
    print.update([0]);
    print.update(&bytes);
    let print = hex(&print.finalize());
    let now = app.now();
    if let Some(stored) = begin(app, person, &key, &print, now).await? {
        return Ok(stored);
    }
    let response = next
        .run(Request::from_parts(parts, Body::from(bytes)))
        .await;
    finish(app, person, &key, response).await
}

/// Note that the request begins; the stored answer when there is one.
async fn begin(
    app: &App,
    person: &str,
    key: &str,
    print: &str,
    now: Timestamp,
) -> Result<Option<Response>> {
    let mut tx = app.db.begin().await?;
    sql("DELETE FROM idempotency WHERE person_id = $1 AND key = $2
           AND (created_at < $3 OR (status IS NULL AND created_at < $4))")
    .bind(person)
    .bind(key)
    .bind((now - KEPT).as_microsecond())
    .bind((now - ABANDONED).as_microsecond())
    .run(&mut tx)
    .await?;
    let new = sql(
        "INSERT INTO idempotency (person_id, key, fingerprint, created_at)
         VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
    )
    .bind(person)
    .bind(key)
    .bind(print)
    .bind(now.as_microsecond())
    .run(&mut tx)
    .await?;
    if new > 0 {
        tx.commit().await?;
        return Ok(None);
    }
    let row = sql("SELECT fingerprint, status, headers, body FROM idempotency WHERE person_id = $1 AND key = $2")
        .bind(person)
        .bind(key)
        .one(&mut tx)
        .await?;
    if row.get::<String>("fingerprint")? != print {
        return Err(Error::field(
            HEADER,
            "This key was used for another request. Use a new one for each request.",
        ));
    }
    let Some(status) = row.get::<Option<i64>>("status")? else {
        return Err(Error::Conflict(Msg::new(
            "The first request with this key is still running. Wait for its answer.",
        )));
    };
    let mut response = Response::new(Body::from(
        row.get::<Option<String>>("body")?.unwrap_or_default(),
    ));
    *response.status_mut() = u16::try_from(status)
        .ok()
        .and_then(|s| StatusCode::from_u16(s).ok())
        .unwrap_or(StatusCode::OK);
    for (name, value) in row
        .json_opt::<Vec<(String, String)>>("headers")?
        .unwrap_or_default()
    {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response.headers_mut().insert(
        HeaderName::from_static("idempotent-replayed"),
        HeaderValue::from_static("true"),
    );
    Ok(Some(response))
}

/// Keep the answer, or forget the key when the server failed.
async fn finish(app: &App, person: &str, key: &str, response: Response) -> Result<Response> {
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, ANSWER_LIMIT)
        .await
        .map_err(|e| Error::Internal(format!("reading an answer: {e}")))?;
    let text = String::from_utf8(bytes.to_vec()).ok();
    let mut tx = app.db.begin().await?;
    match text {
        Some(text) if !parts.status.is_server_error() => {
            let kept: Vec<(String, String)> =
                [header::CONTENT_TYPE, header::ETAG, header::LOCATION]
                    .into_iter()
                    .filter_map(|name| {
                        let value = parts.headers.get(&name)?.to_str().ok()?;
                        Some((name.to_string(), value.to_owned()))
                    })
                    .collect();
            let secret = parts.extensions.get::<Unkept>().is_some();
            let (status, kept, text) = if secret {
                carried_out_before()
            } else {
                (parts.status, kept, text)
            };
            sql("UPDATE idempotency SET status = $1, headers = $2, body = $3 WHERE person_id = $4 AND key = $5")
                .bind(i64::from(status.as_u16()))
                .bind(serde_json::to_string(&kept)?)
                .bind(text)
                .bind(person)
                .bind(key)
                .run(&mut tx)
                .await?;
        }
        _ => {
            sql("DELETE FROM idempotency WHERE person_id = $1 AND key = $2")
                .bind(person)
                .bind(key)
                .run(&mut tx)
                .await?;
        }
    }
    tx.commit().await?;
    Ok(Response::from_parts(parts, Body::from(bytes)))
}

/// What a repeated request hears whose first answer held a secret.
fn carried_out_before() -> (StatusCode, Vec<(String, String)>, String) {
    let problem = serde_json::json!({
        "type": "about:blank",
        "title": "Carried out before",
        "status": 409,
        "detail": "This was done before, and its answer held a secret that is not kept. Take back what was made, then make it again with another key.",
    });
    let kind = (
        header::CONTENT_TYPE.to_string(),
        "application/problem+json".to_owned(),
    );
    (StatusCode::CONFLICT, vec![kind], problem.to_string())
}

/// Forget what is older than a day.
pub async fn sweep(app: &App, now: Timestamp) -> Result<u64> {
    let mut tx = app.db.begin().await?;
    let gone = sql("DELETE FROM idempotency WHERE created_at < $1")
        .bind((now - KEPT).as_microsecond())
        .run(&mut tx)
        .await?;
    tx.commit().await?;
    Ok(gone)
}
