//! Search as JSON.

use axum::Json;
use jiff::ToSpan;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::hits::{Hit, Wish, find};
use super::kinds::Kind;
use super::{snippet, unmet};
use crate::error::{Error, Result};
use crate::queue::filter::State;
use crate::web::{Ctx, Me, Query};

/// What to look for.
#[derive(Debug, Deserialize, JsonSchema, Default, Clone)]
#[serde(deny_unknown_fields, default)]
pub struct Asked {
    /// Words, or the number of a request.
    pub q: String,
    /// Only this kind; all if it is empty.
    pub kind: String,
    /// Only requests of this service (id).
    pub service: String,
    /// Only requests that are `open`, `waiting` or `done`.
    pub state: String,
    /// Only what is from the last so many days: 7, 30, 365.
    pub days: String,
    /// Only texts in this language: `en` or `de`.
    pub language: String,
}

impl Asked {
    /// As a wish.
    ///
    /// # Errors
    /// When a filter has no such value.
    pub fn wish(&self, ctx: &Ctx) -> Result<Wish> {
        let kind = match self.kind.as_str() {
            "" => None,
            key => Some(Kind::from_key(key).ok_or_else(|| {
                Error::field("kind", "There is no such kind. Choose one of the list.")
            })?),
        };
        let state = match self.state.as_str() {
            "" => None,
            "open" => Some(State::Open),
            "waiting" => Some(State::Waiting),
            "done" => Some(State::Done),
            _ => return Err(Error::field("state", "Choose open, waiting or done.")),
        };
        let since = match self.days.as_str() {
            "" => None,
            days => {
                let days: i64 = days
                    .parse()
                    .ok()
                    .filter(|days| (1..=3660).contains(days))
                    .ok_or_else(|| Error::field("days", "Give a number of days, at most 3660."))?;
                ctx.now.checked_sub((days * 24).hours()).ok()
            }
        };
        let language = match self.language.as_str() {
            "" => None,
            code @ ("en" | "de") => Some(code.to_owned()),
            _ => return Err(Error::field("language", "Choose en or de.")),
        };
        Ok(Wish {
            q: self.q.clone(),
            kind,
            service: Some(self.service.clone()).filter(|s| !s.is_empty()),
            state,
            since,
            language,
            each: if kind.is_some() { 50 } else { 5 },
            texts: true,
        })
    }

    /// Whether nothing but words was given.
    pub fn is_plain(&self) -> bool {
        [
            &self.kind,
            &self.service,
            &self.state,
            &self.days,
            &self.language,
        ]
        .iter()
        .all(|text| text.is_empty())
    }
}

/// What was found, by kind, the best first.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Results {
    /// At most five of a kind, or fifty of the kind that was asked for.
    pub items: Vec<Result_>,
    /// The question with its slips mended, when that helped.
    pub meant: Option<String>,
    /// Kinds of which there is more.
    pub more: Vec<Kind>,
}

/// Something that was found.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "SearchResult")]
#[allow(missing_docs)]
pub struct Result_ {
    pub kind: Kind,
    pub id: String,
    pub title: String,
    /// Its page.
    pub href: String,
    /// A piece of its text around the words.
    pub snippet: String,
    /// Requests only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<i64>,
}

/// GET /api/v1/search
pub async fn search(me: Me, Query(asked): Query<Asked>) -> Result<Json<Results>> {
    let wish = asked.wish(&me)?;
    let mut found = find(&me, &wish).await?;
    if wish.kind.is_none_or(|kind| kind == Kind::Request)
        && let Some(hit) = by_number(&me, &asked.q).await?
    {
        found.hits.retain(|other| other.id != hit.id);
        found.hits.insert(0, hit);
    }
    if found.hits.is_empty() && asked.is_plain() {
        unmet::record(&me, unmet::Place::Search, &asked.q).await?;
    }
    let forms = found.forms;
    Ok(Json(Results {
        items: found
            .hits
            .into_iter()
            .map(|hit| Result_ {
                snippet: snippet::plain(&hit.text, &forms),
                kind: hit.kind,
                id: hit.id,
                title: hit.title,
                href: hit.href,
                number: hit.number,
            })
            .collect(),
        meant: found.meant,
        more: found.more.into_iter().collect(),
    }))
}

/// The request with this very number, if the reader may see it.
pub async fn by_number(me: &Me, typed: &str) -> Result<Option<Hit>> {
    let Ok(number) = typed.trim().trim_start_matches('#').parse::<i64>() else {
        return Ok(None);
    };
    match crate::work::store::find(&me.app.db, &me.actor, &number.to_string()).await {
        Ok(item) => {
            let base = if crate::policy::works(&me.actor) {
                "/work"
            } else {
                "/requests"
            };
            Ok(Some(Hit {
                kind: Kind::Request,
                href: format!("{base}/{number}"),
                id: item.id,
                title: item.title,
                hint: number.to_string(),
                text: String::new(),
                at: Some(item.created_at),
                number: Some(number),
            }))
        }
        Err(Error::NotFound) => Ok(None),
        Err(other) => Err(other),
    }
}
