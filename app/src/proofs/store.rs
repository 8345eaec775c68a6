//! The rows of proof rounds, and who may see one: those who work on what it is
//! about, and those who were asked.

use std::collections::BTreeMap;

use jiff::Timestamp;
use mil_db::{On, Row, Tx, Where, sql};

use crate::actor::Actor;
use crate::assets;
use crate::assets::model::Ready;
use crate::assets::store::word;
use crate::clock::from_micros;
use crate::error::{Error, Result};
use crate::policy::{self, Do};
use crate::proofs::model::{Comment, Decision, File, Page, Proof, Reviewer, Round, Verdict};
use crate::proofs::rules::Place;
use crate::random::hash_secret;
use crate::web::Ctx;
use crate::work;

/// Wrong links from one address within a quarter of an hour.
const WRONG_LINKS: usize = 200;

/// Who looks at a round.
#[derive(Debug, Clone, Copy)]
pub enum Who<'a> {
    /// Somebody with an account.
    Person(&'a Actor),
    /// Somebody outside who has a link: the id of their place among the reviewers.
    Guest(&'a str),
}

/// What somebody may do in a round that they may see.
#[derive(Debug, Clone)]
pub struct Seat {
    /// As whom the log knows them.
    pub actor: Actor,
    /// Their place among those who are asked.
    pub reviewer: Option<Reviewer>,
    /// Whether they add versions, ask people, close it.
    pub runs: bool,
}

impl Seat {
    /// Whether a comment is theirs.
    pub fn wrote(&self, comment: &Comment) -> bool {
        let mine = self.reviewer.as_ref().filter(|r| r.person_id.is_none());
        match (&comment.person_id, &comment.reviewer_id) {
            (Some(person), _) => *person == self.actor.id,
            (None, Some(reviewer)) => mine.is_some_and(|m| m.id == *reviewer),
            (None, None) => false,
        }
    }

    /// Whether they may say that a thread is settled.
    pub fn may_resolve(&self, thread: &Comment) -> bool {
        self.runs || self.wrote(thread)
    }
}

fn proof(row: &Row) -> Result<Proof> {
    Ok(Proof {
        id: row.get("id")?,
        title: row.get("title")?,
        note: row.get("note")?,
        asset_id: row.get("asset_id")?,
        item_id: row.get("item_id")?,
        internal: row.get::<String>("visibility")? != "public",
        due_on: row
            .get::<Option<String>>("due_on")?
            .and_then(|day| day.parse().ok()),
        created_by: row.get("created_by")?,
        created_at: from_micros(row.get("created_at")?),
        closed_at: row.get::<Option<i64>>("closed_at")?.map(from_micros),
        version: row.get("version")?,
    })
}

pub(crate) fn file(row: &Row) -> Result<File> {
    Ok(File {
        id: row.get("id")?,
        number: row.get("number")?,
        name: row.get("name")?,
        media_type: row.get("media_type")?,
        size: u64::try_from(row.get::<i64>("size")?).unwrap_or(0),
        sha256: row.get("sha256")?,
        note: row.get("note")?,
        state: word(Ready::from_key(&row.get::<String>("state")?), "state")?,
        problem: row.get("problem")?,
        added_by: row.get("added_by")?,
        added_at: from_micros(row.get("added_at")?),
        pages: Vec::new(),
    })
}

fn page(row: &Row) -> Result<Page> {
    Ok(Page {
        id: row.get("id")?,
        number: row.get("number")?,
        media_type: row.get("media_type")?,
        size: u64::try_from(row.get::<i64>("size")?).unwrap_or(0),
        sha256: row.get("sha256")?,
        width: row.get("width")?,
        height: row.get("height")?,
        tiles: row.get("tiles")?,
    })
}

fn reviewer(row: &Row) -> Result<Reviewer> {
    Ok(Reviewer {
        id: row.get("id")?,
        person_id: row.get("person_id")?,
        name: row.get("shown")?,
        expires_at: row.get::<Option<i64>>("expires_at")?.map(from_micros),
        removed: row.get::<Option<i64>>("removed_at")?.is_some(),
    })
}

fn comment(row: &Row) -> Result<Comment> {
    let place = match (row.get("page")?, row.get("x")?, row.get("y")?) {
        (Some(page), Some(x), Some(y)) => Some(Place { page, x, y }),
        _ => None,
    };
    Ok(Comment {
        id: row.get("id")?,
        file_id: row.get("file_id")?,
        thread_id: row.get("thread_id")?,
        person_id: row.get("person_id")?,
        reviewer_id: row.get("reviewer_id")?,
        name: row.get("shown")?,
        place,
        body: row.get("body")?,
        at: from_micros(row.get("said_at")?),
        resolved_at: row.get::<Option<i64>>("resolved_at")?.map(from_micros),
        resolved_by: row.get("resolved_by")?,
    })
}

fn decision(row: &Row) -> Result<Decision> {
    Ok(Decision {
        reviewer_id: row.get("reviewer_id")?,
        file_id: row.get("file_id")?,
        sha256: row.get("sha256")?,
        verdict: word(Verdict::from_key(&row.get::<String>("verdict")?), "verdict")?,
        note: row.get("note")?,
        at: from_micros(row.get("decided_at")?),
    })
}

/// A round with all that belongs to it, for MIL itself.
pub async fn load<'a>(on: impl Into<On<'a>>, id: &str) -> Result<Round> {
    let mut on = on.into();
    let row = sql("SELECT * FROM proof WHERE id = $1")
        .bind(id)
        .opt(on.again())
        .await?;
    let proof = proof(&row.ok_or(Error::NotFound)?)?;
    let mut files = sql("SELECT * FROM proof_file WHERE proof_id = $1 ORDER BY number")
        .bind(id)
        .all(on.again())
        .await?
        .iter()
        .map(file)
        .collect::<Result<Vec<_>>>()?;
    let rows = sql(
        "SELECT p.* FROM proof_page p JOIN proof_file f ON f.id = p.file_id
         WHERE f.proof_id = $1 ORDER BY p.file_id, p.number",
    )
    .bind(id)
    .all(on.again())
    .await?;
    for row in &rows {
        let of: String = row.get("file_id")?;
        if let Some(file) = files.iter_mut().find(|f| f.id == of) {
            file.pages.push(page(row)?);
        }
    }
    let reviewers = sql(
        "SELECT r.*, COALESCE(p.name, r.name) AS shown FROM proof_reviewer r
         LEFT JOIN person p ON p.id = r.person_id WHERE r.proof_id = $1 ORDER BY r.invited_at, r.id",
    )
    .bind(id)
    .all(on.again())
    .await?
    .iter()
    .map(reviewer)
    .collect::<Result<Vec<_>>>()?;
    let comments = sql(
        "SELECT c.*, COALESCE(p.name, r.name, '') AS shown FROM proof_comment c
         LEFT JOIN person p ON p.id = c.person_id
         LEFT JOIN proof_reviewer r ON r.id = c.reviewer_id WHERE c.proof_id = $1 ORDER BY c.said_at, c.id",
    )
    .bind(id)
    .all(on.again())
    .await?
    .iter()
    .map(comment)
    .collect::<Result<Vec<_>>>()?;
    let decisions = sql("SELECT * FROM proof_decision WHERE proof_id = $1 ORDER BY decided_at, id")
        .bind(id)
        .all(on)
        .await?
        .iter()
        .map(decision)
        .collect::<Result<Vec<_>>>()?;
    Ok(Round {
        proof,
        files,
        reviewers,
        comments,
        decisions,
    })
}

/// Whether `actor` runs rounds on this, or sees them at all.
async fn stands<'a>(on: impl Into<On<'a>>, actor: &Actor, proof: &Proof) -> Result<(bool, bool)> {
    if proof.asset_id.is_some() {
        // Also when the asset was taken out of the library since.
        return Ok((assets::store::may_edit(actor), policy::works(actor)));
    }
    let Some(item) = &proof.item_id else {
        return Ok((false, false));
    };
    match work::store::find(on, actor, item).await {
        Ok(item) => {
            let facts = item.facts();
            let inside = policy::on_item(actor, Do::SeeInternal, &facts);
            let sees = !proof.internal || inside;
            Ok((sees && policy::on_item(actor, Do::Work, &facts), sees))
        }
        Err(Error::NotFound) => Ok((false, false)),
        Err(other) => Err(other),
    }
}

/// A round that somebody may see, and what they may do there.
///
/// # Errors
/// [`Error::NotFound`] also when it exists but is not theirs to see.
pub async fn find<'a>(on: impl Into<On<'a>>, who: Who<'_>, id: &str) -> Result<(Round, Seat)> {
    let mut on = on.into();
    let round = load(on.again(), id).await?;
    let seat = match who {
        Who::Guest(place) => {
            let reviewer = round
                .asked()
                .find(|r| r.id == place && r.person_id.is_none())
                .cloned()
                .ok_or(Error::NotFound)?;
            let actor = Actor {
                name: reviewer.name.clone(),
                ..Actor::system()
            };
            Seat {
                actor,
                reviewer: Some(reviewer),
                runs: false,
            }
        }
        Who::Person(actor) => {
            let reviewer = round
                .asked()
                .find(|r| r.person_id.as_deref() == Some(&actor.id))
                .cloned();
            let (runs, sees) = stands(on, actor, &round.proof).await?;
            if reviewer.is_none() && !sees {
                return Err(Error::NotFound);
            }
            Seat {
                actor: actor.clone(),
                reviewer,
                runs,
            }
        }
    };
    Ok((round, seat))
}

/// [`find`], and nobody else changes it until this transaction ends.
pub async fn lock(tx: &mut Tx, who: Who<'_>, id: &str) -> Result<(Round, Seat)> {
    sql("UPDATE proof SET version = version + 1 WHERE id = $1")
        .bind(id)
        .run(tx)
        .await?;
    find(&mut *tx, who, id).await
}

/// [`lock`] for those who run it. Others who see it are refused.
pub async fn lock_to_run(tx: &mut Tx, actor: &Actor, id: &str) -> Result<Round> {
    let (round, seat) = lock(tx, Who::Person(actor), id).await?;
    policy::require(seat.runs)?;
    Ok(round)
}

/// The round and the place behind a link.
///
/// # Errors
/// [`Error::NotFound`] when it leads nowhere (any more).
pub async fn by_link(ctx: &Ctx, secret: &str) -> Result<(String, String)> {
    let row = sql("SELECT id, proof_id FROM proof_reviewer
         WHERE token_hash = $1 AND removed_at IS NULL AND expires_at > $2")
    .bind(hash_secret(secret))
    .bind(ctx.now.as_microsecond())
    .opt(&ctx.app.db)
    .await?;
    let Some(row) = row else {
        // Counted, so that nobody tries links by the thousand.
        let key = format!("proof link {}", ctx.ip.as_deref().unwrap_or("?"));
        ctx.app.attempts.count(&key, WRONG_LINKS, ctx.now)?;
        return Err(Error::NotFound);
    };
    Ok((row.get("proof_id")?, row.get("id")?))
}

/// Which rounds.
#[derive(Debug, Clone, Default)]
pub struct Wanted<'a> {
    /// Of this asset.
    pub asset: Option<&'a str>,
    /// Of this request.
    pub item: Option<&'a str>,
    /// Closed ones, too.
    pub closed: bool,
    /// Only those that `actor` is asked in or began.
    pub mine: bool,
}

/// Rounds that `actor` may see, newest first, at most `limit`.
pub async fn list(
    ctx: &Ctx,
    actor: &Actor,
    wanted: &Wanted<'_>,
    limit: usize,
) -> Result<Vec<(Round, Seat)>> {
    let mut filter = Where::new();
    if let Some(asset) = wanted.asset {
        filter.and("w.asset_id = ?", [asset.into()]);
    }
    if let Some(item) = wanted.item {
        filter.and("w.item_id = ?", [item.into()]);
    }
    if !wanted.closed {
        filter.and("w.closed_at IS NULL", []);
    }
    let mine = "w.created_by = ? OR w.id IN (SELECT r.proof_id FROM proof_reviewer r
        WHERE r.person_id = ? AND r.removed_at IS NULL)";
    let me = || actor.id.as_str().into();
    if wanted.mine {
        filter.and(mine, [me(), me()]);
    } else if !policy::works(actor) {
        // Colleagues see what they are asked in, and what belongs to requests that
        // they see: their own, and those that they follow.
        filter.and(
            &format!(
                "{mine} OR w.item_id IN (SELECT i.id FROM work_item i WHERE i.requester_id = ?)
              OR w.item_id IN (SELECT v.item_id FROM watcher v WHERE v.person_id = ?)"
            ),
            [me(), me(), me(), me()],
        );
    }
    let ids: Vec<String> = sql(format!(
        "SELECT w.id FROM proof w WHERE {} ORDER BY w.id DESC LIMIT 200",
        filter.text()
    ))
    .bind_all(filter.values())
    .column("id", &ctx.app.db)
    .await?;
    let mut out = Vec::new();
    for id in ids {
        match find(&ctx.app.db, Who::Person(actor), &id).await {
            Ok(found) => out.push(found),
            Err(Error::NotFound) => {}
            Err(other) => return Err(other),
        }
        if out.len() == limit {
            break;
        }
    }
    Ok(out)
}

/// The names of people, by id.
pub async fn names(ctx: &Ctx, ids: &[&str]) -> Result<BTreeMap<String, String>> {
    let mut filter = Where::new();
    filter.and_in("id", ids.iter().copied());
    sql(format!(
        "SELECT id, name FROM person WHERE {}",
        filter.text()
    ))
    .bind_all(filter.values())
    .all(&ctx.app.db)
    .await?
    .iter()
    .map(|row| Ok((row.get("id")?, row.get("name")?)))
    .collect()
}

/// A moment as it is kept.
pub fn micros(at: Timestamp) -> i64 {
    at.as_microsecond()
}
