//! Defences that every answer and every change passes through.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::error::{Error, Msg};
use crate::web::Ctx;

/// Refuse a change that another site asks a browser to make (CSRF). Browsers
/// say where a request comes from in `Sec-Fetch-Site` or `Origin`; clients
/// that send neither are no browsers and carry no cookies of ours by accident.
/// Bearer tokens are not sent by browsers on their own, so they need no check.
///
/// An address with a NUL is refused here, too: no text of ours holds one, and
/// PostgreSQL takes none.
pub async fn same_origin(request: Request, next: Next) -> Response {
    if request.uri().to_string().contains("%00") {
        let msg = Msg::new("The address holds a NUL character. Remove it.");
        return Error::Malformed(msg).into_response();
    }
    let safe = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    let by_token = request.headers().contains_key(header::AUTHORIZATION);
    if safe || by_token || comes_from_us(&request) {
        return next.run(request).await;
    }
    Error::Forbidden(Msg::new(
        "This came from another site and was not carried out. Open the page here and try again.",
    ))
    .into_response()
}

fn comes_from_us(request: &Request) -> bool {
    let header = |name: HeaderName| request.headers().get(name).and_then(|v| v.to_str().ok());
    match header(HeaderName::from_static("sec-fetch-site")) {
        Some(site) => site == "same-origin" || site == "none",
        None => match header(header::ORIGIN) {
            None => true,
            Some(origin) => {
                let host = origin.split_once("://").map(|(_, host)| host);
                let ours = request
                    .extensions()
                    .get::<Ctx>()
                    .is_some_and(|ctx| ctx.app.config.public_url == origin);
                ours || (host.is_some() && host == header(header::HOST))
            }
        },
    }
}

/// Headers on every answer.
pub async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut set = |name: &'static str, value: &'static str| {
        headers
            .entry(HeaderName::from_static(name))
            .or_insert(HeaderValue::from_static(value));
    };
    set(
        "content-security-policy",
        crate::bundle::CONTENT_SECURITY_POLICY,
    );
    set("x-content-type-options", "nosniff");
    set("x-frame-options", "DENY");
    set("referrer-policy", "same-origin");
    set("cross-origin-opener-policy", "same-origin");
    set("cross-origin-resource-policy", "same-origin");
    set(
        "permissions-policy",
        "camera=(), microphone=(), geolocation=()",
    );
    // Pages hold what only this reader may see; static files set their own.
    set("cache-control", "no-store");
    response
}
