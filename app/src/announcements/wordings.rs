//! Texts to begin with: a small set that comes with MIL, in English and German,
//! and those that people here saved.

use std::sync::LazyLock;

use mil_db::{Db, sql};
use serde::Deserialize;
use serde_json::json;

use crate::actor::Actor;
use crate::announcements::model::{Kind, State};
use crate::announcements::store;
use crate::error::{Error, Msg, Result};
use crate::events::{self, Event};
use crate::i18n::Lang;
use crate::policy;
use crate::random::new_id;
use crate::web::Ctx;

/// The most texts of one's own.
const MOST: usize = 200;

/// A text to begin with.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Wording {
    /// Word of ours, or id of one that was saved.
    pub key: String,
    pub kind: Kind,
    pub name: String,
    pub title: String,
    pub body: String,
    #[serde(default)]
    identified: String,
    #[serde(default)]
    monitoring: String,
    #[serde(default)]
    resolved: String,
    #[serde(default)]
    in_progress: String,
    #[serde(default)]
    completed: String,
    #[serde(default)]
    cancelled: String,
}

impl Wording {
    /// What to say when it comes to a state; empty when there is nothing.
    pub fn update(&self, state: State) -> &str {
        match state {
            State::Identified => &self.identified,
            State::Monitoring => &self.monitoring,
            State::Resolved => &self.resolved,
            State::InProgress => &self.in_progress,
            State::Completed => &self.completed,
            State::Cancelled => &self.cancelled,
            State::Investigating | State::Planned => "",
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Set {
    wording: Vec<Wording>,
}

static SHIPPED: LazyLock<[Vec<Wording>; 2]> = LazyLock::new(|| {
    [
        include_str!("data/wordings.en.toml"),
        include_str!("data/wordings.de.toml"),
    ]
    .map(|text| {
        let set: Set = toml::from_str(text).expect("a test reads them");
        set.wording
    })
});

/// Those that come with MIL, in a language.
pub fn shipped(lang: Lang) -> &'static [Wording] {
    match lang {
        Lang::En => &SHIPPED[0],
        Lang::De => &SHIPPED[1],
    }
}

/// A saved one, with who saved it.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Saved {
    pub wording: Wording,
    pub author_id: String,
    pub author: String,
}

/// Those that were saved here, by name.
pub async fn saved(db: &Db) -> Result<Vec<Saved>> {
    sql(
        "SELECT x.id, x.kind, x.name, x.title, x.body, x.author_id, p.name AS author
         FROM announcement_wording x JOIN person p ON p.id = x.author_id ORDER BY x.name, x.id",
    )
    .all(db)
    .await?
    .iter()
    .map(|row| {
        let kind: String = row.get("kind")?;
        Ok(Saved {
            wording: Wording {
                key: row.get("id")?,
                kind: Kind::from_key(&kind)
                    .ok_or_else(|| Error::Internal(format!("kind of a wording {kind}")))?,
                name: row.get("name")?,
                title: row.get("title")?,
                body: row.get("body")?,
                identified: String::new(),
                monitoring: String::new(),
                resolved: String::new(),
                in_progress: String::new(),
                completed: String::new(),
                cancelled: String::new(),
            },
            author_id: row.get("author_id")?,
            author: row.get("author")?,
        })
    })
    .collect()
}

/// One by its key.
pub async fn find(db: &Db, lang: Lang, key: &str) -> Result<Wording> {
    if let Some(found) = shipped(lang).iter().find(|w| w.key == key) {
        return Ok(found.clone());
    }
    let all = saved(db).await?;
    all.into_iter()
        .map(|s| s.wording)
        .find(|w| w.key == key)
        .ok_or(Error::NotFound)
}

/// Save the text of an announcement under a name.
pub async fn save(ctx: &Ctx, actor: &Actor, id: &str, name: &str) -> Result<Wording> {
    policy::require(policy::announces(actor))?;
    let a = store::find(&ctx.app.db, Some(actor), ctx.now, id).await?;
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() || name.chars().count() > 100 {
        return Err(Error::field(
            "name",
            "Give it a name of up to 100 characters, such as “Newsletter tool is down”.",
        ));
    }
    let all = saved(&ctx.app.db).await?;
    if all
        .iter()
        .any(|s| s.wording.name.to_lowercase() == name.to_lowercase())
    {
        return Err(Error::field("name", "There is one of this name already."));
    }
    if all.len() >= MOST {
        return Err(Error::Conflict(
            Msg::new("There are {n} texts already. Remove some first.").with("n", MOST),
        ));
    }
    let made = new_id(ctx.now);
    let mut tx = ctx.app.db.begin().await?;
    sql(
        "INSERT INTO announcement_wording (id, kind, name, title, body, author_id, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(&made)
    .bind(a.kind.key())
    .bind(&name)
    .bind(&a.title)
    .bind(&a.body)
    .bind(&actor.id)
    .bind(ctx.now.as_microsecond())
    .run(&mut tx)
    .await?;
    let event = Event::audit("wording.saved", "wording", &made, json!({ "name": name }));
    events::append(&mut tx, actor, ctx.now, event).await?;
    tx.commit().await?;
    find(&ctx.app.db, ctx.lang(), &made).await
}

/// Remove a saved one: one's own, or any as a lead.
pub async fn remove(ctx: &Ctx, actor: &Actor, id: &str) -> Result<()> {
    policy::require(policy::announces(actor))?;
    let all = saved(&ctx.app.db).await?;
    let found = all
        .iter()
        .find(|s| s.wording.key == id)
        .ok_or(Error::NotFound)?;
    policy::require(found.author_id == actor.id || policy::shapes_catalog(actor))?;
    let mut tx = ctx.app.db.begin().await?;
    sql("DELETE FROM announcement_wording WHERE id = $1")
        .bind(id)
        .run(&mut tx)
        .await?;
    let data = json!({ "name": found.wording.name });
    let event = Event::audit("wording.removed", "wording", id, data);
    events::append(&mut tx, actor, ctx.now, event).await?;
    tx.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_set_is_whole_in_both_languages() {
        let shape = |lang| {
            shipped(lang)
                .iter()
                .map(|w| {
                    let said: Vec<bool> = State::ALL
                        .iter()
                        .map(|s| !w.update(*s).is_empty())
                        .collect();
                    (w.key.clone(), w.kind, said)
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(shape(Lang::En), shape(Lang::De));
        for lang in [Lang::En, Lang::De] {
            for w in shipped(lang) {
                assert!(w.title.contains('[') && w.body.contains('['), "{}", w.key);
                // What can come of it can be told of.
                for state in w.kind.states().iter().skip(1) {
                    assert!(!w.update(*state).is_empty(), "{} {state:?}", w.key);
                }
            }
        }
    }
}
