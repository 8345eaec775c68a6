//! Beginning a round, and going on with another file.

use jiff::civil::Date;
use mil_db::{Tx, sql};
use serde_json::json;

use crate::actor::Actor;
use crate::assets;
use crate::error::{Error, Msg, Result};
use crate::policy::{self, Do};
use crate::proofs::invite;
use crate::proofs::model::{Proof, Round};
use crate::proofs::store::{self, Who};
use crate::proofs::verbs::{MOST_FILES, is_open, note, text};
use crate::random::new_id;
use crate::web::Ctx;
use crate::{files, work};

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
struct Source {
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
        invite::ask(&mut tx, ctx, actor, &proof, person).await?;
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
    // Who may not hears that first.
    let (_, seat) = store::find(&ctx.app.db, Who::Person(actor), id).await?;
    policy::require(seat.runs)?;
    let file = match files::store::find(&ctx.app.db, actor, file_id).await {
        Err(Error::NotFound) => {
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
