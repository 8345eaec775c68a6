//! Reading what came in. Forms and JSON fill the same structs, so a verb has
//! one input whichever way it was called. Whatever does not fit is answered
//! with a 4xx that says what to do.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use serde::de::DeserializeOwned;

use crate::error::{Error, Msg, Result};

/// The most bytes of a form or JSON body; files go through uploads.
pub const BODY_LIMIT: usize = 1_000_000;
/// The most fields of a form.
pub const FIELD_LIMIT: usize = 1_000;

/// A form or JSON body as `T`. Unknown fields are refused where `T` says
/// `deny_unknown_fields`.
pub struct Input<T>(pub T);

/// The query string as `T`.
pub struct Query<T>(pub T);

/// A form as posted, field by field in order of their names.
pub struct Posted(pub BTreeMap<String, Vec<String>>);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Input<T> {
    type Rejection = Error;
    async fn from_request(request: Request, state: &S) -> Result<Input<T>> {
        let kind = media_type(request.headers());
        let body = body(request, state).await?;
        match kind.as_deref() {
            Some("application/json") => from_json(&body).map(Input),
            Some("application/x-www-form-urlencoded") => from_form(&body).map(Input),
            None if body.is_empty() => from_form(b"").map(Input),
            other => Err(unknown_type(other)),
        }
    }
}

impl<S: Send + Sync> FromRequest<S> for Posted {
    type Rejection = Error;
    async fn from_request(request: Request, state: &S) -> Result<Posted> {
        match media_type(request.headers()).as_deref() {
            Some("application/x-www-form-urlencoded") => {
                let body = body(request, state).await?;
                let mut map: BTreeMap<String, Vec<String>> = BTreeMap::new();
                for (key, value) in pairs(&body)? {
                    map.entry(key).or_default().push(value);
                }
                Ok(Posted(map))
            }
            other => Err(unknown_type(other)),
        }
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Error;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Query<T>> {
        from_form(parts.uri.query().unwrap_or_default().as_bytes()).map(Query)
    }
}

fn unknown_type(kind: Option<&str>) -> Error {
    Error::Malformed(
        Msg::new("The body is of type {type}. Send application/json or a form.")
            .with("type", kind.unwrap_or("(none)")),
    )
}

/// The media type of the body, without parameters, lower case.
pub fn media_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    Some(value.split(';').next()?.trim().to_ascii_lowercase())
}

async fn body<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes> {
    Bytes::from_request(request, state)
        .await
        .map_err(|rejection| {
            if rejection.status().as_u16() == 413 {
                Error::TooLarge(Msg::new(
                    "That is more than one megabyte. Send less, or attach it as a file.",
                ))
            } else {
                Error::Malformed(Msg::new("The body ended too early. Send it again."))
            }
        })
}

/// Read a JSON body; the message names the place and the reason.
pub fn from_json<T: DeserializeOwned>(body: &[u8]) -> Result<T> {
    serde_json::from_slice(body).map_err(|e| {
        let text = if e.is_data() {
            "The JSON does not fit: {why}."
        } else {
            "This is not JSON: {why}."
        };
        let msg = Msg::new(text).with("why", &e);
        if e.is_data() {
            Error::field("", msg)
        } else {
            Error::Malformed(msg)
        }
    })
}

/// The fields of a form, decoded and checked: UTF-8, no NUL, not too many.
pub fn pairs(body: &[u8]) -> Result<Vec<(String, String)>> {
    let mut out = Vec::new();
    for part in body.split(|b| *b == b'&').filter(|p| !p.is_empty()) {
        if out.len() == FIELD_LIMIT {
            return Err(Error::TooLarge(
                Msg::new("The form has more than {n} fields.").with("n", FIELD_LIMIT),
            ));
        }
        let (key, value) = part
            .iter()
            .position(|b| *b == b'=')
            .map_or((part, &b""[..]), |i| (&part[..i], &part[i + 1..]));
        out.push((decode(key)?, decode(value)?));
    }
    Ok(out)
}

/// Percent-decode one part of a form (WHATWG URL, application/x-www-form-urlencoded).
fn decode(part: &[u8]) -> Result<String> {
    let spaced: Vec<u8> = part
        .iter()
        .map(|b| if *b == b'+' { b' ' } else { *b })
        .collect();
    let bytes: Vec<u8> = percent_encoding::percent_decode(&spaced).collect();
    let text = String::from_utf8(bytes).map_err(|_| {
        Error::Malformed(Msg::new("The text is not valid UTF-8. Send it as UTF-8."))
    })?;
    if text.contains('\0') {
        return Err(Error::Malformed(Msg::new(
            "The text holds a NUL character. Remove it.",
        )));
    }
    Ok(text)
}

/// Fill `T` from a form: a key once becomes a value, several times a list;
/// numbers and booleans are read from their text; an empty text counts as
/// not given for optional fields.
pub fn from_form<T: DeserializeOwned>(body: &[u8]) -> Result<T> {
    let clean: String = form_urlencode(&pairs(body)?);
    serde_html_form::from_str(&clean)
        .map_err(|e| Error::field("", Msg::new("The form does not fit: {why}.").with("why", e)))
}

fn form_urlencode(pairs: &[(String, String)]) -> String {
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
    pairs
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(key, value)| {
            format!(
                "{}={}",
                utf8_percent_encode(key, NON_ALPHANUMERIC),
                utf8_percent_encode(value, NON_ALPHANUMERIC)
            )
        })
        .collect::<Vec<_>>()
        .join("&")
}
