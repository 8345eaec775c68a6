//! How answers and errors reach the client.

use std::sync::Arc;

use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::json;

use crate::error::{Error, Msg};
use crate::i18n::{t, tn};
use crate::web::Ctx;

/// Cookie that carries a message over one redirect.
pub const FLASH_COOKIE: &str = "mil_flash";

/// What an action has to say on the next page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flash {
    /// Already in the reader's language.
    pub text: String,
    /// Id of the undo record, when it can be undone; on the page that shows it,
    /// the address that undoes it.
    pub undo: Option<String>,
}

impl Flash {
    /// A message without undo.
    pub fn new(text: impl Into<String>) -> Flash {
        Flash {
            text: text.into(),
            undo: None,
        }
    }

    /// Have it said on the page that comes next.
    pub fn add_to(&self, response: &mut Response) {
        if let Ok(value) = HeaderValue::from_str(&self.to_cookie()) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }

    pub(crate) fn from_cookie(value: &str) -> Option<Flash> {
        let (undo, text) = value.split_once('.')?;
        Some(Flash {
            text: percent_decode_str(text)
                .decode_utf8()
                .ok()?
                .chars()
                .take(500)
                .collect(),
            // The id becomes part of an address.
            undo: Some(undo)
                .filter(|id| {
                    !id.is_empty() && id.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
                })
                .map(|id| format!("/undo/{id}")),
        })
    }

    fn to_cookie(&self) -> String {
        let text = utf8_percent_encode(&self.text, NON_ALPHANUMERIC);
        let undo = self.undo.as_deref().unwrap_or_default();
        format!("{FLASH_COOKIE}={undo}.{text}; Path=/; Max-Age=60; HttpOnly; SameSite=Lax")
    }
}

/// Redirect after a successful POST (303, so that reload does not repeat it).
/// `to` must be a path of ours; anything else leads to the start page.
pub fn see_other(to: &str, flash: Option<Flash>) -> Response {
    let to = if is_own_path(to) { to } else { "/" };
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::LOCATION,
        HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static("/")),
    );
    if let Some(flash) = flash {
        flash.add_to(&mut response);
    }
    response
}

/// Whether a browser stays here when it follows `to`. Browsers drop tabs and
/// line breaks and read a backslash as a slash (WHATWG URL), so that
/// `/\t/evil.example` would lead away.
pub fn is_own_path(to: &str) -> bool {
    to.starts_with('/')
        && !to.starts_with("//")
        && !to.contains(|c: char| c == '\\' || c.is_control())
}

impl IntoResponse for Error {
    /// Only the status and the error itself; [`render_errors`] makes the body,
    /// because only it knows who asked and in which language.
    fn into_response(self) -> Response {
        let status =
            StatusCode::from_u16(self.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

/// Render the error of an answer as a page or as problem details (RFC 9457),
/// and take the flash cookie away once a page has shown it.
pub async fn render_errors(request: Request, next: Next) -> Response {
    let ctx = request.extensions().get::<Ctx>().cloned();
    let had_flash = ctx.as_ref().is_some_and(|c| c.flash.is_some());
    let mut response = next.run(request).await;
    let error = response.extensions_mut().remove::<Arc<Error>>();
    let plain = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"));
    let error = error.or_else(|| foreign_error(response.status(), plain));
    let mut response = match (error, ctx) {
        (Some(error), Some(ctx)) => render(&ctx, &error),
        (_, _) => response,
    };
    let is_page = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if had_flash && is_page {
        let gone =
            HeaderValue::from_static("mil_flash=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
        response.headers_mut().append(header::SET_COOKIE, gone);
    }
    response
}

/// An error that the framework answered, in our own words.
fn foreign_error(status: StatusCode, plain: bool) -> Option<Arc<Error>> {
    if !plain {
        return None;
    }
    Some(Arc::new(match status.as_u16() {
        404 => Error::NotFound,
        405 => return None,
        413 => Error::TooLarge(Msg::new("That is more than is taken here. Send less.")),
        400..=499 => Error::Malformed(Msg::new(
            "The address or the body cannot be read. Check it and try again.",
        )),
        500..=599 => Error::Internal("the framework answered an error".to_owned()),
        _ => return None,
    }))
}

/// An error as a page or as problem details, whichever the reader asked for.
pub fn render(ctx: &Ctx, error: &Error) -> Response {
    if let Error::Internal(why) = error {
        tracing::error!(uri = %ctx.uri.split('?').next().unwrap_or_default(), %why, "internal error");
    }
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if !ctx.api && matches!(error, Error::SignIn) {
        let next = utf8_percent_encode(&ctx.uri, NON_ALPHANUMERIC).to_string();
        return see_other(&format!("/sign-in?next={next}"), None);
    }
    let mut response = if ctx.api {
        let body = problem(ctx, error).to_string();
        (
            status,
            [(header::CONTENT_TYPE, "application/problem+json")],
            body,
        )
            .into_response()
    } else {
        (status, page(ctx, error)).into_response()
    };
    if let Error::TooMany {
        retry_after_seconds,
    } = error
    {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(*retry_after_seconds));
    }
    if matches!(error, Error::SignIn) {
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

/// Title and advice for an error, translated.
fn words(ctx: &Ctx, error: &Error) -> (String, String) {
    let lang = ctx.lang();
    let say = |msg: &Msg| lang.text(&msg.text, &msg.args);
    let t = |text: &str| lang.text(text, &[]);
    match error {
        Error::NotFound => (
            t("This is not here"),
            t("It may have moved, or it is not open to you. Check the address, or search."),
        ),
        Error::SignIn => (
            t("Sign in first"),
            t("Send a session cookie or an API token."),
        ),
        Error::Forbidden(msg) => (t("This is not open to you"), say(msg)),
        Error::Invalid(fields) => (
            t("Some answers need another look"),
            fields
                .iter()
                .map(|f| say(&f.msg))
                .collect::<Vec<_>>()
                .join(" "),
        ),
        Error::Malformed(msg) => (t("This cannot be read"), say(msg)),
        Error::TooLarge(msg) => (t("This is too large"), say(msg)),
        Error::Conflict(msg) | Error::Stale(msg) => (t("This changed meanwhile"), say(msg)),
        Error::TooMany {
            retry_after_seconds,
        } => (
            t!(lang, "Too many attempts").to_owned(),
            tn!(
                lang,
                i64::try_from(retry_after_seconds.div_ceil(60)).unwrap_or(i64::MAX),
                "Try again in {n} minute.",
                "Try again in {n} minutes."
            ),
        ),
        Error::Internal(_) => (
            t("Something broke on our side"),
            t("Nothing was changed. Try again; if it stays, tell whoever runs this installation."),
        ),
    }
}

/// Problem details (RFC 9457). `errors` names each wrong field.
pub fn problem(ctx: &Ctx, error: &Error) -> serde_json::Value {
    let (title, detail) = words(ctx, error);
    let mut body = json!({
        "type": "about:blank",
        "title": title,
        "status": error.status(),
        "detail": detail,
    });
    if let Error::Invalid(fields) = error {
        body["errors"] = fields
            .iter()
            .map(|f| json!({ "field": f.field, "message": ctx.lang().text(&f.msg.text, &f.msg.args) }))
            .collect();
    }
    body
}

fn page(ctx: &Ctx, error: &Error) -> Markup {
    let (title, detail) = words(ctx, error);
    crate::web::shell::bare(
        ctx,
        &title,
        html! {
            h1 tabindex="-1" { (title) }
            p { (detail) }
            p { a href="/" { (ctx.lang().text("Go to the start page", &[])) } }
        },
    )
}
