//! Who else looks at a request or writes in it. Kept in memory, forgotten soon:
//! it warns before two people write the same answer, and nothing depends on it.

use std::collections::BTreeMap;
use std::sync::Mutex;

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};
use serde::Deserialize;

use crate::actor::Actor;
use crate::error::Result;
use crate::i18n::{Lang, t};
use crate::live::poll;
use crate::policy::{self, Do};
use crate::ui::icon::icon_s;
use crate::web::{Input, Me};
use crate::work::model::Item;
use crate::work::store;

/// Who has not been heard of for so long has gone. Browsers beat every 20 s.
pub const GONE: SignedDuration = SignedDuration::from_secs(50);
/// The most people remembered at once.
const MOST: usize = 5_000;

#[derive(Debug, Clone, PartialEq)]
struct Seen {
    name: String,
    writing: bool,
    at: Timestamp,
}

/// Item and person to what they do.
#[derive(Debug, Default)]
pub struct Presence(Mutex<BTreeMap<(String, String), Seen>>);

impl Presence {
    /// Note that somebody looks at an item. True if others should hear of it.
    pub fn beat(&self, item_id: &str, actor: &Actor, writing: bool, now: Timestamp) -> bool {
        let mut all = self.0.lock().expect("never poisoned");
        all.retain(|_, seen| now.duration_since(seen.at) < GONE);
        let key = (item_id.to_owned(), actor.id.clone());
        let news = all.get(&key).is_none_or(|seen| seen.writing != writing);
        if all.len() < MOST || all.contains_key(&key) {
            let name = actor.name.clone();
            all.insert(
                key,
                Seen {
                    name,
                    writing,
                    at: now,
                },
            );
        }
        news
    }

    /// The others at an item: name, and whether they write.
    pub fn others(&self, item_id: &str, me: &str, now: Timestamp) -> Vec<(String, bool)> {
        let all = self.0.lock().expect("never poisoned");
        all.range((item_id.to_owned(), String::new())..)
            .take_while(|((item, _), _)| item == item_id)
            .filter(|((_, person), seen)| person != me && now.duration_since(seen.at) < GONE)
            .map(|(_, seen)| (seen.name.clone(), seen.writing))
            .collect()
    }
}

/// The part of the page that says who else is here. It keeps its place when
/// nobody is, so that it can be filled later.
pub fn part(me: &Me, item: &Item) -> Markup {
    let others = me.app.live.presence.others(&item.id, &me.actor.id, me.now);
    html! {
        div id="presence" class="presence" data-presence=(format!("/work/{}/presence", item.number))
            data-live={ "presence-" (item.id) } data-src=(format!("/work/{}/presence", item.number)) {
            @for (name, writing) in others {
                p class="small muted row" { (icon_s(if writing { "edit" } else { "eye" })) (sentence(me.lang(), &name, writing)) }
            }
        }
    }
}

fn sentence(lang: Lang, name: &str, writing: bool) -> String {
    if writing {
        t!(lang, "{name} is writing in this, too.", name = name)
    } else {
        t!(lang, "{name} is looking at this, too.", name = name)
    }
}

async fn item(me: &Me, id: &str) -> Result<Item> {
    let item = store::find(&me.app.db, &me.actor, id).await?;
    policy::require_item(&me.actor, Do::SeeInternal, &item.facts())?;
    Ok(item)
}

/// GET /work/{item}/presence: the part alone.
pub async fn show(me: Me, Path(id): Path<String>) -> Result<Response> {
    let item = item(&me, &id).await?;
    Ok(part(&me, &item).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Beat {
    #[serde(default)]
    writing: Option<String>,
}

/// POST /work/{item}/presence: the reader is still here.
pub async fn beat(me: Me, Path(id): Path<String>, Input(input): Input<Beat>) -> Result<Response> {
    let item = item(&me, &id).await?;
    let writing = input.writing.is_some();
    if me
        .app
        .live
        .presence
        .beat(&item.id, &me.actor, writing, me.now)
    {
        poll::tell_presence(&me.app, &item.id).await?;
    }
    Ok(part(&me, &item).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn others_are_named_until_they_are_gone() {
        let presence = Presence::default();
        let now: Timestamp = "2026-11-23T09:00:00Z".parse().unwrap();
        let who = |id: &str| Actor {
            id: id.to_owned(),
            name: id.to_uppercase(),
            ..Actor::system()
        };
        assert!(presence.beat("i", &who("a"), false, now));
        assert!(!presence.beat("i", &who("a"), false, now));
        assert!(presence.beat("i", &who("a"), true, now));
        presence.beat("j", &who("b"), false, now);
        assert_eq!(presence.others("i", "b", now), [("A".to_owned(), true)]);
        assert!(presence.others("i", "a", now).is_empty());
        assert!(presence.others("i", "b", now + GONE).is_empty());
    }
}
