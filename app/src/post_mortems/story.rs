//! The timeline of a post-mortem: the item's events and its updates in words,
//! and lines that people added.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use mil_db::sql;

use crate::actor::Actor;
use crate::clock::from_micros;
use crate::desk::load::names;
use crate::desk::talk;
use crate::error::Result;
use crate::incidents;
use crate::post_mortems::store::PostMortem;
use crate::timeline::{self, words::Teller};
use crate::web::Me;
use crate::work::Item;
use crate::work::moves;

/// One moment of the story.
#[derive(Debug, Clone)]
pub struct Moment {
    /// Id of the event or of the line.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// Who did it; empty for MIL itself and for lines.
    pub who: String,
    /// What happened, in the reader's language.
    pub text: String,
    /// Whether somebody added it by hand.
    pub own: bool,
    /// Whether it stands on the timeline.
    pub shown: bool,
}

/// Every moment, oldest first, with those that are left out.
pub async fn moments(me: &Me, item: &Item, p: Option<&PostMortem>) -> Result<Vec<Moment>> {
    let db = &me.app.db;
    // Whoever may read the post-mortem reads its story, too.
    let events = timeline::read(db, &Actor::system(), item, None, talk::EVENTS).await?;
    let known: BTreeMap<String, String> = names(me, talk::named(&events)).await?;
    let process = moves::process_of(&*me.app.catalog().await?, item)?;
    let fields = process.stages.iter().flat_map(|s| &s.fields);
    let labels = fields.map(|f| (f.key.clone(), f.label.clone())).collect();
    let teller = Teller {
        lang: me.lang(),
        now: me.now,
        zone: &me.prefs.zone,
        names: &known,
        labels: &labels,
        agent: true,
    };
    let updates = incidents::store::updates(db, &item.id, true).await?;
    let empty = BTreeSet::new();
    let left: BTreeSet<&str> = p.map_or(empty, |p| p.left_out.iter().map(String::as_str).collect());
    let mut out = Vec::new();
    for e in &events {
        // Working on the post-mortem is no part of what it tells.
        if e.verb.starts_with("post_mortem.") || e.verb.starts_with("checklist.") {
            continue;
        }
        let Some(mut text) = teller.tell(e) else {
            continue;
        };
        if let Some(update) = e.data["update"]
            .as_str()
            .and_then(|id| updates.iter().find(|u| u.id == id))
        {
            text = format!("{text}: {}", update.body.lines().next().unwrap_or_default());
        }
        out.push(Moment {
            id: e.id.clone(),
            at: e.at,
            who: if e.via == "system" {
                String::new()
            } else {
                e.actor_name.clone()
            },
            text,
            own: false,
            shown: !left.contains(e.id.as_str()),
        });
    }
    let lines = sql("SELECT id, at, text FROM post_mortem_line WHERE item_id = $1 ORDER BY at, id")
        .bind(&item.id)
        .all(db)
        .await?;
    for row in &lines {
        out.push(Moment {
            id: row.get("id")?,
            at: from_micros(row.get("at")?),
            who: String::new(),
            text: row.get("text")?,
            own: true,
            shown: true,
        });
    }
    out.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
    Ok(out)
}
