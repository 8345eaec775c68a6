//! What is done in a proof round. Each verb is one transaction: check, change,
//! event, and whoever has to know is told.

use mil_db::{Tx, sql};
use serde_json::{Value, json};

use crate::actor::Actor;
use crate::assets::model::Ready;
use crate::error::{Error, Msg, Result};
use crate::events::{self, Audience, Event};
use crate::notifications::{About, tell};
use crate::policy;
use crate::proofs::model::{File, Proof, Round, Verdict};
use crate::proofs::rules::{Place, WHOLE};
use crate::proofs::store::{self, Seat, Who};
use crate::random::new_id;
use crate::web::Ctx;

/// Longest text of a comment, in characters.
pub const MAX_TEXT: usize = 4_000;
/// The most versions, comments and reviewers of a round.
pub const MOST_FILES: usize = 50;
/// As above.
pub const MOST_COMMENTS: usize = 1_000;

/// A text within its length.
pub(crate) fn text(field: &'static str, text: &str, most: usize) -> Result<String> {
    let text = text.trim();
    if text.chars().count() > most {
        let msg = Msg::new("Use at most {n} characters.").with("n", most);
        return Err(Error::field(field, msg));
    }
    Ok(text.to_owned())
}

/// Write down what happened. What concerns a request stands on its timeline.
pub(crate) async fn note(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    proof: &Proof,
    verb: &'static str,
    on_timeline: bool,
    mut data: Value,
) -> Result<String> {
    data["title"] = json!(proof.title);
    let item_id = proof.item_id.as_deref().filter(|_| on_timeline);
    let audience = match (item_id, proof.internal) {
        (None, _) => Audience::Audit,
        (Some(_), true) => Audience::Internal,
        (Some(_), false) => Audience::Public,
    };
    let event = Event {
        verb,
        object_kind: "proof",
        object_id: &proof.id,
        item_id,
        audience,
        data,
    };
    events::append(tx, actor, ctx.now, event).await
}

/// Tell people of an event of a round.
pub(crate) async fn tell_all(
    tx: &mut Tx,
    ctx: &Ctx,
    event: &str,
    people: &[String],
    reason: &'static str,
    proof: &Proof,
) -> Result<()> {
    let href = proof.href();
    let about = About {
        reason,
        title: &proof.title,
        href: &href,
    };
    tell(tx, ctx.now, event, people, about).await
}

/// An error unless the round goes on.
pub(crate) fn is_open(proof: &Proof) -> Result<()> {
    if proof.is_open() {
        return Ok(());
    }
    Err(Error::Conflict(Msg::new(
        "This round is closed. Open it again first.",
    )))
}

/// What is said, and of which place.
#[derive(Debug, Clone, Default)]
pub struct Said {
    /// Number of the version; the current one if left out.
    pub version: Option<i64>,
    /// None: of the whole.
    pub place: Option<Place>,
    /// Markdown.
    pub body: String,
}

fn body(said: &str) -> Result<String> {
    let body = text("body", said, MAX_TEXT)?;
    if body.is_empty() {
        return Err(Error::field("body", "Write what you want to say."));
    }
    Ok(body)
}

/// The file that is spoken of, with a place that is on it.
fn spoken_of<'r>(round: &'r Round, said: &Said) -> Result<&'r File> {
    let file = match said.version {
        None => round.current()?,
        Some(n) => round
            .file(n)
            .ok_or_else(|| Error::field("version", "There is no such version."))?,
    };
    if let Some(place) = said.place {
        let inside = |n: i64| (0..=WHOLE).contains(&n);
        if !inside(place.x) || !inside(place.y) {
            return Err(Error::field("x", "Give a place between 0 and 100 percent."));
        }
        // While its pages are being made, nobody knows how many there are.
        let known = file.state != Ready::Waiting || place.page < 1;
        if known && file.page(place.page).is_none() {
            return Err(Error::field("page", "There is no such page."));
        }
    }
    Ok(file)
}

/// Say something of a place, or of the whole. Returns its id.
pub async fn comment(ctx: &Ctx, who: Who<'_>, id: &str, said: &Said) -> Result<String> {
    let words = body(&said.body)?;
    let mut tx = ctx.app.db.begin().await?;
    let (round, seat) = store::lock(&mut tx, who, id).await?;
    is_open(&round.proof)?;
    let file = spoken_of(&round, said)?;
    let new = insert(
        &mut tx, ctx, &round, &seat, &file.id, None, said.place, &words,
    )
    .await?;
    let data = json!({ "comment": new, "version": file.number, "by": seat.actor.name });
    let event = note(
        &mut tx,
        ctx,
        &seat.actor,
        &round.proof,
        "proof.commented",
        false,
        data,
    )
    .await?;
    let people = others(&seat, [round.proof.created_by.clone()]);
    tell_all(&mut tx, ctx, &event, &people, "proof_comment", &round.proof).await?;
    tx.commit().await?;
    Ok(new)
}

/// Those of `people` that are not whoever acts, each once.
fn others(seat: &Seat, people: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut out: Vec<String> = people.into_iter().filter(|p| *p != seat.actor.id).collect();
    out.sort();
    out.dedup();
    out
}

#[allow(clippy::too_many_arguments)]
async fn insert(
    tx: &mut Tx,
    ctx: &Ctx,
    round: &Round,
    seat: &Seat,
    file_id: &str,
    thread: Option<&str>,
    place: Option<Place>,
    words: &str,
) -> Result<String> {
    if round.comments.len() >= MOST_COMMENTS {
        return Err(Error::Conflict(
            Msg::new("A round takes {n} comments at most. Begin a new one.")
                .with("n", MOST_COMMENTS),
        ));
    }
    let id = new_id(ctx.now);
    let guest = seat.actor.is_system();
    let reviewer = seat.reviewer.as_ref().filter(|_| guest);
    sql("INSERT INTO proof_comment (id, proof_id, file_id, thread_id, person_id, reviewer_id, page, x, y,
            body, said_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)")
    .bind(&id)
    .bind(&round.proof.id)
    .bind(file_id)
    .bind(thread)
    .bind((!guest).then_some(seat.actor.id.as_str()))
    .bind(reviewer.map(|r| r.id.as_str()))
    .bind(place.map(|p| p.page))
    .bind(place.map(|p| p.x))
    .bind(place.map(|p| p.y))
    .bind(words)
    .bind(ctx.now.as_microsecond())
    .run(tx)
    .await?;
    Ok(id)
}

/// Answer in a thread. Returns the answer's id.
pub async fn reply(
    ctx: &Ctx,
    who: Who<'_>,
    id: &str,
    thread_id: &str,
    words: &str,
) -> Result<String> {
    let words = body(words)?;
    let mut tx = ctx.app.db.begin().await?;
    let (round, seat) = store::lock(&mut tx, who, id).await?;
    let thread = round
        .threads()
        .find(|c| c.id == thread_id)
        .ok_or(Error::NotFound)?;
    is_open(&round.proof)?;
    let new = insert(
        &mut tx,
        ctx,
        &round,
        &seat,
        &thread.file_id,
        Some(&thread.id),
        None,
        &words,
    )
    .await?;
    let data = json!({ "comment": new, "thread": thread.id, "by": seat.actor.name });
    let event = note(
        &mut tx,
        ctx,
        &seat.actor,
        &round.proof,
        "proof.replied",
        false,
        data,
    )
    .await?;
    let around = round
        .replies(&thread.id)
        .chain([thread])
        .filter_map(|c| c.person_id.clone())
        .chain([round.proof.created_by.clone()]);
    let people = others(&seat, around);
    tell_all(&mut tx, ctx, &event, &people, "proof_reply", &round.proof).await?;
    tx.commit().await?;
    Ok(new)
}

/// Say that a thread is settled, or that it is not.
pub async fn resolve(
    ctx: &Ctx,
    who: Who<'_>,
    id: &str,
    thread_id: &str,
    resolved: bool,
) -> Result<()> {
    let mut tx = ctx.app.db.begin().await?;
    let (round, seat) = store::lock(&mut tx, who, id).await?;
    let thread = round
        .threads()
        .find(|c| c.id == thread_id)
        .ok_or(Error::NotFound)?;
    policy::require(seat.may_resolve(thread))?;
    is_open(&round.proof)?;
    if thread.resolved_at.is_some() == resolved {
        return Ok(());
    }
    sql("UPDATE proof_comment SET resolved_at = $1, resolved_by = $2 WHERE id = $3")
        .bind(resolved.then_some(ctx.now.as_microsecond()))
        .bind(resolved.then_some(seat.actor.name.as_str()))
        .bind(&thread.id)
        .run(&mut tx)
        .await?;
    let verb = if resolved {
        "proof.resolved"
    } else {
        "proof.reopened"
    };
    let data = json!({ "thread": thread.id, "by": seat.actor.name });
    note(&mut tx, ctx, &seat.actor, &round.proof, verb, false, data).await?;
    tx.commit().await?;
    Ok(())
}

/// Decide about the file with this hash.
///
/// # Errors
/// [`Error::Stale`] when there is a newer version than the one that was seen.
pub async fn decide(
    ctx: &Ctx,
    who: Who<'_>,
    id: &str,
    sha256: &str,
    verdict: Verdict,
    why: &str,
) -> Result<()> {
    let why = text("note", why, MAX_TEXT)?;
    let mut tx = ctx.app.db.begin().await?;
    let (round, seat) = store::lock(&mut tx, who, id).await?;
    policy::require(seat.reviewer.is_some())?;
    let reviewer = seat.reviewer.as_ref().ok_or(Error::NotFound)?;
    is_open(&round.proof)?;
    let file = round.current()?;
    if file.sha256 != sha256 {
        return Err(Error::Stale(Msg::new(
            "There is a newer version of this file. Look at it, then decide.",
        )));
    }
    let spoke = round.comments.iter().any(|c| Round::is_by(c, reviewer));
    if verdict != Verdict::Approved && why.is_empty() && !spoke {
        return Err(Error::field(
            "note",
            "Say what should be different, here or at its place in the picture.",
        ));
    }
    sql("INSERT INTO proof_decision (id, proof_id, reviewer_id, file_id, sha256, verdict, note, decided_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
    .bind(new_id(ctx.now))
    .bind(&round.proof.id)
    .bind(&reviewer.id)
    .bind(&file.id)
    .bind(&file.sha256)
    .bind(verdict.key())
    .bind(&why)
    .bind(ctx.now.as_microsecond())
    .run(&mut tx)
    .await?;
    let data = json!({ "verdict": verdict.key(), "number": file.number, "sha256": file.sha256,
        "by": seat.actor.name, "note": why });
    let event = note(
        &mut tx,
        ctx,
        &seat.actor,
        &round.proof,
        "proof.decided",
        true,
        data,
    )
    .await?;
    let people = others(&seat, [round.proof.created_by.clone()]);
    tell_all(&mut tx, ctx, &event, &people, "proof_decided", &round.proof).await?;
    tx.commit().await?;
    Ok(())
}

/// End a round, or go on with it. What was said and decided stays.
pub async fn close(ctx: &Ctx, actor: &Actor, id: &str, closed: bool) -> Result<()> {
    let mut tx = ctx.app.db.begin().await?;
    let round = store::lock_to_run(&mut tx, actor, id).await?;
    if round.proof.is_open() != closed {
        return Err(Error::Conflict(Msg::new("This is done already.")));
    }
    sql("UPDATE proof SET closed_at = $1 WHERE id = $2")
        .bind(closed.then_some(ctx.now.as_microsecond()))
        .bind(&round.proof.id)
        .run(&mut tx)
        .await?;
    let verb = if closed {
        "proof.closed"
    } else {
        "proof.opened"
    };
    note(&mut tx, ctx, actor, &round.proof, verb, true, json!({})).await?;
    tx.commit().await?;
    Ok(())
}
