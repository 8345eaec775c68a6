//! Macros: several deeds on a request by one press of a button. Canned answers:
//! texts that are written again and again. Both may belong to a team.

use mil_db::{On, Tx, sql};
use serde_json::{Value, json};

use crate::actor::Actor;
use crate::automation::deeds::{self, Scene};
use crate::automation::model::{Deed, MAX_TEXT, check_deeds};
use crate::error::{Error, FieldError, Result};
use crate::events::{self, Audience, Event};
use crate::policy::{self, Do};
use crate::random::new_id;
use crate::web::Ctx;
use crate::work::Item;

/// Several deeds under a name.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Macro {
    pub id: String,
    pub name: String,
    pub team_id: Option<String>,
    pub team: Option<String>,
    pub deeds: Vec<Deed>,
}

/// A text under a name.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Canned {
    pub id: String,
    pub name: String,
    pub team_id: Option<String>,
    pub team: Option<String>,
    pub lang: String,
    pub body: String,
}

/// All macros, by name.
pub async fn macros(on: impl Into<On<'_>>) -> Result<Vec<Macro>> {
    sql(
        "SELECT m.id, m.name, m.team_id, t.name AS team, m.deeds FROM macro m
         LEFT JOIN team t ON t.id = m.team_id WHERE m.removed_at IS NULL ORDER BY m.name, m.id",
    )
    .all(on)
    .await?
    .iter()
    .map(|row| {
        Ok(Macro {
            id: row.get("id")?,
            name: row.get("name")?,
            team_id: row.get("team_id")?,
            team: row.get("team")?,
            deeds: row.json("deeds")?,
        })
    })
    .collect()
}

/// All canned answers, by name.
pub async fn answers(on: impl Into<On<'_>>) -> Result<Vec<Canned>> {
    sql(
        "SELECT c.id, c.name, c.team_id, t.name AS team, c.lang, c.body FROM canned_answer c
         LEFT JOIN team t ON t.id = c.team_id WHERE c.removed_at IS NULL ORDER BY c.name, c.id",
    )
    .all(on)
    .await?
    .iter()
    .map(|row| {
        Ok(Canned {
            id: row.get("id")?,
            name: row.get("name")?,
            team_id: row.get("team_id")?,
            team: row.get("team")?,
            lang: row.get("lang")?,
            body: row.get("body")?,
        })
    })
    .collect()
}

/// Whether something of a team, or of nobody's, is for `actor`.
pub fn is_for(actor: &Actor, team: Option<&str>) -> bool {
    team.is_none_or(|team| actor.team_ids.contains(team) || policy::administers(actor))
}

async fn check_team(tx: &mut Tx, team: Option<&str>) -> Result<()> {
    let Some(team) = team else {
        return Ok(());
    };
    let there = sql("SELECT id FROM team WHERE id = $1 AND archived_at IS NULL")
        .bind(team)
        .opt(tx)
        .await?;
    match there {
        Some(_) => Ok(()),
        None => Err(Error::field(
            "team",
            "This team is not here. Choose another.",
        )),
    }
}

fn check_name(name: &str) -> Option<FieldError> {
    let fits = !name.trim().is_empty() && name.chars().count() <= 80;
    (!fits).then(|| FieldError::new("name", "Give it a name of at most 80 characters."))
}

async fn note(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    verb: &'static str,
    id: &str,
    data: Value,
) -> Result<()> {
    events::append(tx, actor, ctx.now, Event::audit(verb, "macro", id, data)).await?;
    Ok(())
}

/// Make a macro.
pub async fn create(
    ctx: &Ctx,
    actor: &Actor,
    name: &str,
    team: Option<&str>,
    list: &[Deed],
) -> Result<String> {
    policy::require(policy::shapes_catalog(actor))?;
    let catalog = ctx.app.catalog().await?;
    let mut wrong: Vec<FieldError> = check_name(name).into_iter().collect();
    wrong.extend(check_deeds(list, &catalog));
    if !policy::administers(actor) && list.iter().any(|d| matches!(d, Deed::Webhook { .. })) {
        wrong.push(FieldError::new(
            "deed1",
            "Only administrators may let a rule call an endpoint.",
        ));
    }
    if !wrong.is_empty() {
        return Err(Error::Invalid(wrong));
    }
    let id = new_id(ctx.now);
    let mut tx = ctx.app.db.begin().await?;
    check_team(&mut tx, team).await?;
    sql("INSERT INTO macro (id, name, team_id, deeds, created_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(&id)
        .bind(name.trim())
        .bind(team)
        .bind(serde_json::to_string(list)?)
        .bind(ctx.now.as_microsecond())
        .run(&mut tx)
        .await?;
    note(
        &mut tx,
        ctx,
        actor,
        "macro.created",
        &id,
        json!({ "name": name.trim() }),
    )
    .await?;
    tx.commit().await?;
    Ok(id)
}

/// Make a canned answer.
pub async fn write(
    ctx: &Ctx,
    actor: &Actor,
    name: &str,
    team: Option<&str>,
    lang: &str,
    body: &str,
) -> Result<String> {
    policy::require(policy::shapes_catalog(actor))?;
    let mut wrong: Vec<FieldError> = check_name(name).into_iter().collect();
    if body.trim().is_empty() || body.chars().count() > MAX_TEXT {
        wrong.push(FieldError::new("body", "Write what it is to say."));
    }
    if !matches!(lang, "en" | "de") {
        wrong.push(FieldError::new("lang", "Choose a language."));
    }
    if !wrong.is_empty() {
        return Err(Error::Invalid(wrong));
    }
    let id = new_id(ctx.now);
    let mut tx = ctx.app.db.begin().await?;
    check_team(&mut tx, team).await?;
    sql(
        "INSERT INTO canned_answer (id, name, team_id, lang, body, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&id)
    .bind(name.trim())
    .bind(team)
    .bind(lang)
    .bind(body.trim())
    .bind(ctx.now.as_microsecond())
    .run(&mut tx)
    .await?;
    note(
        &mut tx,
        ctx,
        actor,
        "answer.created",
        &id,
        json!({ "name": name.trim() }),
    )
    .await?;
    tx.commit().await?;
    Ok(id)
}

/// Take a macro or a canned answer away.
pub async fn remove(ctx: &Ctx, actor: &Actor, id: &str) -> Result<()> {
    policy::require(policy::shapes_catalog(actor))?;
    let mut tx = ctx.app.db.begin().await?;
    let mut gone = 0;
    for text in [
        "UPDATE macro SET removed_at = $1 WHERE id = $2 AND removed_at IS NULL",
        "UPDATE canned_answer SET removed_at = $1 WHERE id = $2 AND removed_at IS NULL",
    ] {
        gone += sql(text)
            .bind(ctx.now.as_microsecond())
            .bind(id)
            .run(&mut tx)
            .await?;
    }
    if gone == 0 {
        return Err(Error::NotFound);
    }
    note(&mut tx, ctx, actor, "macro.removed", id, json!({})).await?;
    tx.commit().await?;
    Ok(())
}

/// Use a macro on a request: all its deeds or none, in the agent's own name.
pub async fn apply(ctx: &Ctx, actor: &Actor, item: &str, id: &str) -> Result<(Item, String)> {
    let catalog = ctx.app.catalog().await?;
    let mut tx = ctx.app.db.begin().await?;
    let mut item = crate::work::store::lock(&mut tx, actor, item, Do::Work, None).await?;
    let found = macros(&mut tx)
        .await?
        .into_iter()
        .find(|m| m.id == id && is_for(actor, m.team_id.as_deref()))
        .ok_or(Error::NotFound)?;
    let mut scene = Scene {
        ctx,
        catalog: &catalog,
        actor,
        team_turn: None,
        mark: new_id(ctx.now),
        told: Vec::new(),
    };
    let mut did = Vec::new();
    for deed in &found.deeds {
        did.push(deeds::act(&mut tx, &mut scene, &mut item, deed).await?);
    }
    let data = json!({ "macro": found.name, "macro_id": found.id, "did": did });
    let event = Event::of_item("automation.macro", &item.id, Audience::Internal, data);
    let event = events::append(&mut tx, actor, ctx.now, event).await?;
    deeds::tell(
        &mut tx,
        ctx.now,
        &item.id,
        &event,
        "automation",
        &scene.told,
    )
    .await?;
    tx.commit().await?;
    Ok((item, found.name))
}

/// The text of a canned answer, with the facts of a request in it.
pub async fn text(ctx: &Ctx, actor: &Actor, item: &Item, id: &str) -> Result<String> {
    let catalog = ctx.app.catalog().await?;
    let mut tx = ctx.app.db.begin().await?;
    let found = answers(&mut tx)
        .await?
        .into_iter()
        .find(|c| c.id == id && is_for(actor, c.team_id.as_deref()))
        .ok_or(Error::NotFound)?;
    let text = deeds::written(&mut tx, &catalog, item, &found.body).await?;
    tx.rollback().await?;
    Ok(text.replace("{me}", &actor.name))
}
