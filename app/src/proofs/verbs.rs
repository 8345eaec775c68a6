//! What is done in a proof round. Each verb is one transaction: check, change,
//! event, and whoever has to know is told.

use jiff::civil::Date;
use mil_db::{Tx, sql};
use serde_json::{Value, json};

use crate::actor::Actor;
use crate::assets;
use crate::error::{Error, Msg, Result};
use crate::events::{self, Audience, Event};
use crate::notifications::{About, tell};
use crate::policy::{self, Do};
use crate::proofs::model::{File, Proof, Round, Verdict};
use crate::proofs::rules::{Place, WHOLE};
use crate::proofs::store::{self, Seat, Who};
use crate::random::new_id;
use crate::web::Ctx;
use crate::{files, work};

/// Longest text of a comment, in characters.
pub const MAX_TEXT: usize = 4_000;
/// The most versions, comments and reviewers of a round.
pub const MOST_FILES: usize = 50;
/// As above.
pub const MOST_COMMENTS: usize = 1_000;

/// What is to be looked at.
#[derive(Debug, Clone, Copy)]
pub enum Subject<'a> {
    /// The current version of an asset.
    Asset(&'a str),
    /// A file of a request.
    File(&'a str),
}

/// What is said of a round when it begins.
#[derive(Debug, Clone, Default)]
pub struct New {
    /// What it is called; the asset's or the file's name if it is empty.
    pub title: String,
    /// What to look at.
    pub note: String,
    /// Until when an answer is wanted.
    pub due_on: Option<Date>,
    /// Ids of people who are asked.
    pub reviewers: Vec<String>,
    /// Id or number of the request that a round about an asset belongs to.
    pub item: Option<String>,
}

/// Bytes that become a version.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    name: String,
    media_type: String,
    size: u64,
    sha256: String,
}

impl Source {
    fn of_attachment(file: &files::Attachment) -> Source {
        Source {
            name: file.name.clone(),
            media_type: file.media_type.clone(),
            size: file.size,
            sha256: file.sha256.clone(),
        }
    }

    fn of_version(version: &assets::model::Version) -> Source {
        Source {
            name: version.name.clone(),
            media_type: version.media_type.clone(),
            size: version.size,
            sha256: version.sha256.clone(),
        }
    }
}

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

/// Begin a round on an asset or on a file of a request.
pub async fn start(ctx: &Ctx, actor: &Actor, subject: Subject<'_>, new: &New) -> Result<String> {
    let (source, mut proof) = begin(ctx, actor, subject, new).await?;
    let named = match text("title", &new.title, 160)? {
        title if title.is_empty() => source.name.clone(),
        title => title,
    };
    proof.title = named;
    proof.note = text("note", &new.note, 2_000)?;
    proof.due_on = new.due_on;
    let today = ctx.app.zone().to_datetime(ctx.now).date();
    if new.due_on.is_some_and(|day| day < today) {
        return Err(Error::field(
            "due_on",
            "This day is over. Give a later one.",
        ));
    }
    let mut tx = ctx.app.db.begin().await?;
    sql("INSERT INTO proof (id, title, note, asset_id, item_id, visibility, due_on, reminded, created_by,
            created_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9, 1)")
    .bind(&proof.id)
    .bind(&proof.title)
    .bind(&proof.note)
    .bind(&proof.asset_id)
    .bind(&proof.item_id)
    .bind(if proof.internal { "internal" } else { "public" })
    .bind(proof.due_on.map(|d| d.to_string()))
    .bind(&actor.id)
    .bind(ctx.now.as_microsecond())
    .run(&mut tx)
    .await?;
    let sha = source.sha256.clone();
    put_file(&mut tx, ctx, actor, &proof.id, 1, source, "").await?;
    let data = json!({ "sha256": sha });
    note(&mut tx, ctx, actor, &proof, "proof.started", true, data).await?;
    for person in &new.reviewers {
        super::invite::ask(&mut tx, ctx, actor, &proof, person).await?;
    }
    tx.commit().await?;
    Ok(proof.id)
}

async fn begin(
    ctx: &Ctx,
    actor: &Actor,
    subject: Subject<'_>,
    new: &New,
) -> Result<(Source, Proof)> {
    let mut proof = Proof {
        id: new_id(ctx.now),
        title: String::new(),
        note: String::new(),
        asset_id: None,
        item_id: None,
        internal: true,
        due_on: None,
        created_by: actor.id.clone(),
        created_at: ctx.now,
        closed_at: None,
        version: 1,
    };
    let source = match subject {
        Subject::Asset(id) => {
            let asset = assets::store::find(&ctx.app.db, Some(actor), id).await?;
            assets::store::require_edit(actor)?;
            proof.asset_id = Some(asset.id.clone());
            if let Some(item) = new.item.as_deref().map(str::trim).filter(|i| !i.is_empty()) {
                let item = work::store::find(&ctx.app.db, actor, item.trim_start_matches('#'))
                    .await
                    .map_err(|error| match error {
                        Error::NotFound => Error::field(
                            "item",
                            "There is no such request. Give its number, or leave this empty.",
                        ),
                        other => other,
                    })?;
                proof.item_id = Some(item.id);
            }
            Source::of_version(&assets::store::current(&ctx.app.db, &asset).await?)
        }
        Subject::File(id) => {
            let file = files::store::find(&ctx.app.db, actor, id).await?;
            let Some(item) = &file.item_id else {
                return Err(Error::field("file", "Choose a file of a request."));
            };
            let item = work::store::find(&ctx.app.db, actor, item).await?;
            policy::require(policy::on_item(actor, Do::Work, &item.facts()))?;
            proof.item_id = Some(item.id);
            proof.internal = file.internal;
            Source::of_attachment(&file)
        }
    };
    Ok((source, proof))
}

async fn put_file(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    proof_id: &str,
    number: i64,
    source: Source,
    what_is_new: &str,
) -> Result<String> {
    let id = new_id(ctx.now);
    sql("INSERT INTO proof_file (id, proof_id, number, name, media_type, size, sha256, note, state, problem,
            attempts, leased_until, lease, added_by, added_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting', '', 0, 0, '', $9, $10)")
    .bind(&id)
    .bind(proof_id)
    .bind(number)
    .bind(&source.name)
    .bind(&source.media_type)
    .bind(i64::try_from(source.size).unwrap_or(i64::MAX))
    .bind(&source.sha256)
    .bind(text("note", what_is_new, 500)?)
    .bind(&actor.id)
    .bind(ctx.now.as_microsecond())
    .run(tx)
    .await?;
    Ok(id)
}

/// Put a new version into a round that was found for whoever runs it.
async fn add(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    round: &Round,
    source: Source,
    what_is_new: &str,
) -> Result<()> {
    is_open(&round.proof)?;
    let current = round.current()?;
    if current.sha256 == source.sha256 {
        return Err(Error::field(
            "file",
            "This is the very file that is looked at now.",
        ));
    }
    if round.files.len() >= MOST_FILES {
        return Err(Error::Conflict(
            Msg::new("A round takes {n} versions at most. Begin a new one.").with("n", MOST_FILES),
        ));
    }
    let number = current.number + 1;
    let data = json!({ "number": number, "sha256": source.sha256, "note": what_is_new.trim() });
    put_file(tx, ctx, actor, &round.proof.id, number, source, what_is_new).await?;
    note(
        tx,
        ctx,
        actor,
        &round.proof,
        "proof.version_added",
        true,
        data,
    )
    .await?;
    Ok(())
}

/// Go on with another file of the same request as the next version.
pub async fn add_version(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    file_id: &str,
    what_is_new: &str,
) -> Result<()> {
    let file = match files::store::find(&ctx.app.db, actor, file_id).await {
        Err(Error::NotFound) => {
            store::find(&ctx.app.db, Who::Person(actor), id).await?;
            return Err(Error::field("file", "Choose a file of the request."));
        }
        other => other?,
    };
    let mut tx = ctx.app.db.begin().await?;
    let round = store::lock_to_run(&mut tx, actor, id).await?;
    let proof = &round.proof;
    if proof.asset_id.is_some() {
        return Err(Error::Conflict(Msg::new(
            "This round is about an asset. Give the asset a new file, and the round goes on with it.",
        )));
    }
    if file.item_id != proof.item_id {
        return Err(Error::field("file", "Choose a file of the request."));
    }
    if file.internal && !proof.internal {
        return Err(Error::field(
            "file",
            "This file is internal, but whoever ordered sees the round. Choose one that they may see.",
        ));
    }
    add(
        &mut tx,
        ctx,
        actor,
        &round,
        Source::of_attachment(&file),
        what_is_new,
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// An asset has a new file: the rounds about it that are open go on with it.
pub async fn asset_renewed(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    asset_id: &str,
    version: &assets::model::Version,
) -> Result<()> {
    let ids: Vec<String> =
        sql("SELECT id FROM proof WHERE asset_id = $1 AND closed_at IS NULL ORDER BY id")
            .bind(asset_id)
            .column("id", &mut *tx)
            .await?;
    for id in ids {
        let round = store::load(&mut *tx, &id).await?;
        if round.current()?.sha256 != version.sha256 && round.files.len() < MOST_FILES {
            let source = Source::of_version(version);
            add(tx, ctx, actor, &round, source, &version.note).await?;
        }
    }
    Ok(())
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
        if file.page(place.page).is_none() {
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
    let Some(reviewer) = &seat.reviewer else {
        return Err(Error::Forbidden);
    };
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
