//! Links between requests: this relates to that, blocks it, is the same thing.
//!
//! A link stands on both requests. Whoever may see only one of them does not
//! learn of the other.

use mil_db::{Where, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::actor::Actor;
use crate::catalog::model::WorkKind;
use crate::error::{Error, Msg, Result};
use crate::events::{self, Audience, Event};
use crate::policy::{self, Do};
use crate::web::Ctx;
use crate::work::model::Item;
use crate::work::store;

/// The most links of one request.
pub const MOST: i64 = 100;

/// How one request stands to another, seen from the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LinkKind {
    /// They belong together.
    Relates,
    /// The other cannot go on before this one is done.
    Blocks,
    /// This one cannot go on before the other is done.
    BlockedBy,
    /// This one asks for the same as the other.
    Duplicates,
    /// The other asks for the same as this one.
    DuplicatedBy,
    /// The other, a problem, is why this happened.
    CausedBy,
    /// This one, a problem, is why the other happened.
    Causes,
}

impl LinkKind {
    /// All, in the order of lists.
    pub const ALL: [LinkKind; 7] = [
        LinkKind::Relates,
        LinkKind::Blocks,
        LinkKind::BlockedBy,
        LinkKind::Duplicates,
        LinkKind::DuplicatedBy,
        LinkKind::CausedBy,
        LinkKind::Causes,
    ];

    /// The word in forms and in the API.
    pub fn key(self) -> &'static str {
        match self {
            LinkKind::Relates => "relates",
            LinkKind::Blocks => "blocks",
            LinkKind::BlockedBy => "blocked_by",
            LinkKind::Duplicates => "duplicates",
            LinkKind::DuplicatedBy => "duplicated_by",
            LinkKind::CausedBy => "caused_by",
            LinkKind::Causes => "causes",
        }
    }

    /// The kind of a word.
    pub fn from_key(key: &str) -> Option<LinkKind> {
        LinkKind::ALL.into_iter().find(|kind| kind.key() == key)
    }

    /// The word in the database, and whether it is stored from the other side.
    fn stored(self) -> (&'static str, bool) {
        match self {
            LinkKind::Relates => ("relates", false),
            LinkKind::Blocks => ("blocks", false),
            LinkKind::BlockedBy => ("blocks", true),
            LinkKind::Duplicates => ("duplicates", false),
            LinkKind::DuplicatedBy => ("duplicates", true),
            LinkKind::CausedBy => ("caused_by", false),
            LinkKind::Causes => ("caused_by", true),
        }
    }

    fn read(word: &str, from_here: bool) -> LinkKind {
        match (word, from_here) {
            ("blocks", true) => LinkKind::Blocks,
            ("blocks", false) => LinkKind::BlockedBy,
            ("duplicates", true) => LinkKind::Duplicates,
            ("duplicates", false) => LinkKind::DuplicatedBy,
            ("caused_by", true) => LinkKind::CausedBy,
            ("caused_by", false) => LinkKind::Causes,
            _ => LinkKind::Relates,
        }
    }

    /// The same link, seen from the other request.
    pub fn reversed(self) -> LinkKind {
        match self {
            LinkKind::Relates => LinkKind::Relates,
            LinkKind::Blocks => LinkKind::BlockedBy,
            LinkKind::BlockedBy => LinkKind::Blocks,
            LinkKind::Duplicates => LinkKind::DuplicatedBy,
            LinkKind::DuplicatedBy => LinkKind::Duplicates,
            LinkKind::CausedBy => LinkKind::Causes,
            LinkKind::Causes => LinkKind::CausedBy,
        }
    }
}

/// A link, as the reader of one request sees it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Link {
    /// Seen from the request that was asked for.
    pub kind: LinkKind,
    /// Id of the other request.
    pub id: String,
    /// Its number.
    pub number: i64,
    /// Its title.
    pub title: String,
    /// Whether work on it has ended.
    pub closed: bool,
}

/// The links of an item to others that `actor` may see, in order of number.
pub async fn links(ctx: &Ctx, actor: &Actor, item: &Item) -> Result<Vec<Link>> {
    let mut filter = Where::new();
    let id = || item.id.as_str().into();
    filter.and(
        "(l.from_id = ? AND l.to_id = w.id) OR (l.to_id = ? AND l.from_id = w.id)",
        [id(), id()],
    );
    policy::visible_items(actor, &mut filter);
    let next = filter.next();
    sql(format!(
        "SELECT w.id, w.number, w.title, w.closed_at, l.kind,
            CASE WHEN l.from_id = ${next} THEN 1 ELSE 0 END AS from_here
         FROM item_link l JOIN work_item w ON w.id IN (l.from_id, l.to_id)
         WHERE {} ORDER BY w.number, l.kind",
        filter.text()
    ))
    .bind_all(filter.values())
    .bind(item.id.as_str())
    .all(&ctx.app.db)
    .await?
    .iter()
    .map(|row| {
        let word: String = row.get("kind")?;
        Ok(Link {
            kind: LinkKind::read(&word, row.get::<i64>("from_here")? == 1),
            id: row.get("id")?,
            number: row.get("number")?,
            title: row.get("title")?,
            closed: row.get::<Option<i64>>("closed_at")?.is_some(),
        })
    })
    .collect()
}

/// The other request of a link or a merge, by id or by the number people say.
///
/// # Errors
/// [`Error::Invalid`] on `field` when it is not there for `actor`, or is the
/// same one.
pub(super) async fn other(
    tx: &mut mil_db::Tx,
    actor: &Actor,
    item: &Item,
    named: &str,
    field: &'static str,
) -> Result<Item> {
    let named = named.trim().trim_start_matches('#');
    let found = match store::find(&mut *tx, actor, named).await {
        Err(Error::NotFound) => {
            return Err(Error::field(
                field,
                "There is no request with this number. Check it.",
            ));
        }
        found => found?,
    };
    if found.id == item.id {
        return Err(Error::field(
            field,
            "This is the same request. Name another one.",
        ));
    }
    Ok(found)
}

/// Link an item to another, which `actor` must be allowed to see.
///
/// # Errors
/// [`Error::Conflict`] when they are linked so already, or the other way round.
pub async fn link(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    kind: LinkKind,
    to: &str,
) -> Result<(Item, Item)> {
    let mut tx = ctx.app.db.begin().await?;
    let item = store::lock(&mut tx, actor, id, Do::Work, None).await?;
    let other = other(&mut tx, actor, &item, to, "to").await?;
    let (word, from_other) = kind.stored();
    let (from, to) = if from_other {
        (&other, &item)
    } else {
        (&item, &other)
    };
    if word == "caused_by" && to.kind != WorkKind::Problem {
        return Err(Error::field(
            "kind",
            "Only a problem can be the cause of others. Choose another kind of link.",
        ));
    }
    let there = sql("SELECT kind FROM item_link WHERE kind = $3
         AND ((from_id = $1 AND to_id = $2) OR (from_id = $2 AND to_id = $1))")
    .bind(&from.id)
    .bind(&to.id)
    .bind(word)
    .opt(&mut tx)
    .await?;
    if there.is_some() {
        return Err(Error::Conflict(Msg::new(
            "These two are linked already. Remove that link first.",
        )));
    }
    let count: i64 = sql("SELECT COUNT(*) AS n FROM item_link WHERE from_id = $1 OR to_id = $1")
        .bind(&item.id)
        .value("n", &mut tx)
        .await?;
    if count >= MOST {
        return Err(Error::Conflict(
            Msg::new("A request takes {n} links at most. Remove one first.").with("n", MOST),
        ));
    }
    sql("INSERT INTO item_link (from_id, to_id, kind, created_at) VALUES ($1, $2, $3, $4)")
        .bind(&from.id)
        .bind(&to.id)
        .bind(word)
        .bind(ctx.now.as_microsecond())
        .run(&mut tx)
        .await?;
    note(&mut tx, ctx, actor, "request.linked", kind, &item, &other).await?;
    tx.commit().await?;
    Ok((item, other))
}

/// Take a link away.
///
/// # Errors
/// [`Error::NotFound`] when there is no such link that `actor` may see.
pub async fn unlink(ctx: &Ctx, actor: &Actor, id: &str, kind: LinkKind, to: &str) -> Result<()> {
    let mut tx = ctx.app.db.begin().await?;
    let item = store::lock(&mut tx, actor, id, Do::Work, None).await?;
    let other = store::find(&mut tx, actor, to).await?;
    let (word, from_other) = kind.stored();
    let (from, to) = match (from_other, kind) {
        (true, _) => (&other, &item),
        _ => (&item, &other),
    };
    let gone = sql(
        "DELETE FROM item_link WHERE kind = $3 AND ((from_id = $1 AND to_id = $2)
            OR ($3 = 'relates' AND from_id = $2 AND to_id = $1))",
    )
    .bind(&from.id)
    .bind(&to.id)
    .bind(word)
    .run(&mut tx)
    .await?;
    if gone == 0 {
        return Err(Error::NotFound);
    }
    note(&mut tx, ctx, actor, "request.unlinked", kind, &item, &other).await?;
    tx.commit().await?;
    Ok(())
}

async fn note(
    tx: &mut mil_db::Tx,
    ctx: &Ctx,
    actor: &Actor,
    verb: &'static str,
    kind: LinkKind,
    item: &Item,
    other: &Item,
) -> Result<()> {
    for (here, there, kind) in [(item, other, kind), (other, item, kind.reversed())] {
        events::append(
            tx,
            actor,
            ctx.now,
            Event::of_item(
                verb,
                &here.id,
                Audience::Internal,
                json!({ "kind": kind, "number": there.number }),
            ),
        )
        .await?;
    }
    Ok(())
}
