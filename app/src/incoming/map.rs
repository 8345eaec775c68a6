//! From what another program sent to an order: places in a JSON text, texts
//! with places in them, and signatures. Pure.

use std::collections::BTreeMap;

use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::Sha256;

use crate::catalog::model::Priority;

/// How old a stamped signature may be, and how far ahead of our clock.
pub const FRESH: SignedDuration = SignedDuration::from_mins(5);
/// The most characters that a place gives.
const MOST: usize = 5_000;
/// How many places of an example are listed.
const LISTED: usize = 60;

/// How what comes in becomes an order. Each text may name places in what came
/// in: `{alert.name}`, `{items.0.id}`, and `{user.name|somebody}` with what
/// stands there if it is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Mapping {
    /// The title of the request.
    pub title: String,
    /// low, normal, high or urgent; anything else counts as normal.
    pub priority: String,
    /// The mail address of somebody here for whom it is; empty or unknown: for
    /// whom the address says.
    pub requester: String,
    /// What is the same when it is the same thing, such as `{alert.id}`; then it
    /// is ordered once.
    pub once: String,
    /// Answers by the key of the service's field; several of them line by line.
    pub fields: BTreeMap<String, String>,
}

impl Mapping {
    /// The mapping with everything filled in from `body`.
    pub fn fill(&self, body: &Value) -> Mapping {
        Mapping {
            title: fill(&self.title, body),
            priority: fill(&self.priority, body),
            requester: fill(&self.requester, body),
            once: fill(&self.once, body),
            fields: (self.fields.iter())
                .map(|(key, text)| (key.clone(), fill(text, body)))
                .collect(),
        }
    }

    /// The priority that it names.
    pub fn urgency(&self) -> Priority {
        let word = self.priority.trim().to_lowercase();
        let found = Priority::ALL.into_iter().find(|p| p.key() == word);
        found.unwrap_or_default()
    }
}

/// Fill the places of a text. A brace that names no place stays as it is.
pub fn fill(text: &str, body: &Value) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((inside, behind)) = after.split_once('}') else {
            out.push('{');
            rest = after;
            continue;
        };
        let (place, otherwise) = inside.split_once('|').unwrap_or((inside, ""));
        if is_place(place.trim()) {
            let found = at(body, place.trim()).map(said).unwrap_or_default();
            let found = found.trim();
            out.push_str(if found.is_empty() { otherwise } else { found });
            rest = behind;
        } else {
            out.push('{');
            rest = after;
        }
    }
    out.push_str(rest);
    out.trim().chars().take(MOST).collect()
}

fn is_place(place: &str) -> bool {
    !place.is_empty() && !place.contains(['{', '"', '\n', ':', ','])
}

/// The value at a place such as `alert.labels.0`.
pub fn at<'a>(body: &'a Value, place: &str) -> Option<&'a Value> {
    place.split('.').try_fold(body, |value, part| match value {
        Value::Array(list) => list.get(part.parse::<usize>().ok()?),
        Value::Object(map) => map.get(part),
        _ => None,
    })
}

/// A value as one would type it; simple values of a list line by line.
fn said(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.replace('\0', "\u{fffd}"),
        Value::Array(list) if list.iter().all(|v| !v.is_object() && !v.is_array()) => {
            list.iter().map(said).collect::<Vec<_>>().join("\n")
        }
        other => other.to_string(),
    }
}

/// The places of an example with what stands there, in its order.
pub fn places(body: &Value) -> Vec<(String, String)> {
    fn walk(value: &Value, path: &str, out: &mut Vec<(String, String)>) {
        let under = |key: &str| match path {
            "" => key.to_owned(),
            _ => format!("{path}.{key}"),
        };
        if out.len() >= LISTED {
            return;
        }
        match value {
            Value::Object(map) => {
                for (key, inner) in map {
                    walk(inner, &under(key), out);
                }
            }
            Value::Array(list) if list.iter().any(|v| v.is_object() || v.is_array()) => {
                for (i, inner) in list.iter().enumerate() {
                    walk(inner, &under(&i.to_string()), out);
                }
            }
            other if is_place(path) => {
                let short: String = said(other).chars().take(80).collect();
                out.push((path.to_owned(), short));
            }
            _ => {}
        }
    }
    let mut out = Vec::new();
    walk(body, "", &mut out);
    out
}

/// How a sender proves that it knows the secret.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// Not: the address alone is the secret.
    #[default]
    None,
    /// HMAC-SHA256 of the body in hexadecimal, with or without `sha256=` before it.
    Body,
    /// As MIL signs: `mil-timestamp`, and `mil-signature` over time and body.
    Stamped,
}

impl Proof {
    /// All of them.
    pub const ALL: [Proof; 3] = [Proof::None, Proof::Body, Proof::Stamped];

    /// The word in forms and in the database.
    pub fn key(self) -> &'static str {
        match self {
            Proof::None => "none",
            Proof::Body => "body",
            Proof::Stamped => "stamped",
        }
    }

    /// From that word.
    pub fn from_key(key: &str) -> Option<Proof> {
        Proof::ALL.into_iter().find(|p| p.key() == key)
    }
}

/// Whether the headers prove that the body comes from whoever knows the secret.
pub fn proven<'a>(
    proof: Proof,
    header: &str,
    secret: &str,
    now: Timestamp,
    body: &[u8],
    find: impl Fn(&str) -> Option<&'a str>,
) -> bool {
    match proof {
        Proof::None => true,
        Proof::Body => find(header).is_some_and(|given| {
            let given = given.trim();
            fits(
                secret,
                &[body],
                given.strip_prefix("sha256=").unwrap_or(given),
            )
        }),
        Proof::Stamped => {
            let stamp = find("mil-timestamp").unwrap_or_default().trim();
            let fresh = stamp
                .parse()
                .ok()
                .and_then(|second| Timestamp::from_second(second).ok())
                .is_some_and(|at| at.duration_since(now).abs() <= FRESH);
            let given = find("mil-signature").unwrap_or_default();
            fresh
                && given
                    .split(',')
                    .filter_map(|part| part.trim().strip_prefix("v1="))
                    .any(|one| fits(secret, &[stamp.as_bytes(), b".", body], one))
        }
    }
}

/// Compares in constant time.
fn fits(secret: &str, parts: &[&[u8]], given: &str) -> bool {
    let Some(given) = unhex(given) else {
        return false;
    };
    let mut mac =
        Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    for part in parts {
        mac.update(part);
    }
    mac.verify_slice(&given).is_ok()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    (0..text.len())
        .step_by(2)
        .map(|i| u8::from_str_radix(text.get(i..i + 2)?, 16).ok())
        .collect()
}

#[cfg(test)]
#[path = "map_tests.rs"]
mod tests;
