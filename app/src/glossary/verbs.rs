//! Making, changing and retiring terms.

use mil_db::{Tx, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::book;
use super::csv::Ledger;
use super::model::Term;
use super::store;
use crate::actor::Actor;
use crate::error::{Error, FieldError, Msg, Result};
use crate::events::{self, Event};
use crate::policy;
use crate::portal::find::fold;
use crate::random::new_id;
use crate::search::document::{self, Document, Term as Reader};
use crate::search::{Kind, snippet};
use crate::web::Ctx;

/// Longest name and longest meaning, in characters.
const NAME: usize = 80;
const MEANS: usize = 2_000;
/// The most synonyms of a term.
const SYNONYMS: usize = 20;

/// A term as somebody writes it down.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TermInput {
    /// What marketing says.
    pub term: String,
    /// `en` or `de`; `en` if it is left out.
    pub language: String,
    /// As marketing understands it. Markdown.
    pub means: String,
    /// What IT says instead.
    pub it_term: String,
    /// As IT understands it. Markdown.
    pub it_means: String,
    /// Other words for it.
    pub synonyms: Vec<String>,
    /// Ids of terms that go with it.
    pub related: Vec<String>,
    /// Who keeps it right. Left out: whoever makes it, or whoever it was before.
    pub owner_id: Option<String>,
    /// The version it was changed from; a mismatch is refused.
    pub version: Option<i64>,
}

/// Whether `actor` may change this term: its owner, and those who shape the
/// catalogue.
pub fn may_change(actor: &Actor, term: &Term) -> bool {
    policy::shapes_catalog(actor)
        || (policy::works(actor) && term.owner_id.as_deref() == Some(actor.id.as_str()))
}

fn tidy(input: &TermInput) -> TermInput {
    let line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut synonyms: Vec<String> = Vec::new();
    for word in input.synonyms.iter().map(|word| line(word)) {
        let known = synonyms.iter().any(|other| fold(other) == fold(&word));
        if !word.is_empty() && !known {
            synonyms.push(word);
        }
    }
    TermInput {
        term: line(&input.term),
        language: match input.language.trim() {
            "" => "en".to_owned(),
            other => other.to_owned(),
        },
        means: input.means.trim().to_owned(),
        it_term: line(&input.it_term),
        it_means: input.it_means.trim().to_owned(),
        synonyms,
        related: input
            .related
            .iter()
            .filter(|id| !id.is_empty())
            .cloned()
            .collect(),
        owner_id: input.owner_id.clone().filter(|id| !id.is_empty()),
        version: input.version,
    }
}

fn check(input: &TermInput, known: &[Term], id: Option<&str>) -> Vec<FieldError> {
    let mut wrong = Vec::new();
    let mut long = |field: &str, text: &str, most: usize| {
        if text.chars().count() > most {
            let msg = Msg::new("Use at most {n} characters.").with("n", most);
            wrong.push(FieldError::new(field, msg));
        }
    };
    long("term", &input.term, NAME);
    long("it_term", &input.it_term, NAME);
    long("means", &input.means, MEANS);
    long("it_means", &input.it_means, MEANS);
    for word in &input.synonyms {
        long("synonyms", word, NAME);
    }
    if input.term.is_empty() {
        wrong.push(FieldError::new("term", "Write down the word."));
    }
    if input.means.is_empty() {
        wrong.push(FieldError::new(
            "means",
            "Say what it means, in one or two sentences.",
        ));
    }
    if !matches!(input.language.as_str(), "en" | "de") {
        wrong.push(FieldError::new("language", "Choose English or German."));
    }
    if input.synonyms.len() > SYNONYMS {
        let msg = Msg::new("Give at most {n} other words.").with("n", SYNONYMS);
        wrong.push(FieldError::new("synonyms", msg));
    }
    let twin = known.iter().any(|other| {
        other.language == input.language
            && Some(other.id.as_str()) != id
            && fold(&other.term) == fold(&input.term)
    });
    if twin {
        let msg =
            "The glossary has this word already. Change that entry, or add what is missing to it.";
        wrong.push(FieldError::new("term", msg));
    }
    if input
        .related
        .iter()
        .any(|id| !known.iter().any(|other| other.id == *id))
    {
        wrong.push(FieldError::new("related", "Choose terms of the list."));
    }
    wrong
}

/// Write a term with everything that follows from it.
pub async fn put(tx: &mut Tx, ctx: &Ctx, term: &Term, pack: Option<&str>) -> Result<()> {
    store::save(tx, term, pack, ctx.now.as_microsecond()).await?;
    book::touch(tx).await?;
    let names: Vec<&str> = term.names().collect();
    let body = format!(
        "{} {}",
        snippet::text_of(&term.means),
        snippet::text_of(&term.it_means)
    );
    let document = Document {
        kind: Kind::Term,
        id: &term.id,
        language: &term.language,
        title: &term.term,
        keywords: &names.join(", "),
        body: body.trim(),
        audience: &[Reader::Everyone, Reader::Partners],
    };
    document::upsert(tx, ctx.now, &document).await?;
    // Whoever looked for one of its names in vain will find it now.
    let names: Vec<String> = names.iter().map(|name| fold(name)).collect();
    for name in names {
        sql("UPDATE search_unmet SET settled_at = $1 WHERE words = $2 AND settled_at IS NULL")
            .bind(ctx.now.as_microsecond())
            .bind(name)
            .run(tx)
            .await?;
    }
    Ok(())
}

async fn owner(tx: &mut Tx, input: &TermInput, actor: &Actor) -> Result<Option<String>> {
    let Some(id) = &input.owner_id else {
        return Ok((!actor.is_system()).then(|| actor.id.clone()));
    };
    let known = sql("SELECT id FROM person WHERE id = $1 AND disabled_at IS NULL")
        .bind(id)
        .opt(tx)
        .await?;
    if known.is_none() {
        return Err(Error::field(
            "owner_id",
            "Choose somebody who has an account.",
        ));
    }
    Ok(Some(id.clone()))
}

/// Make a term. Everybody who works here may.
pub async fn create(ctx: &Ctx, actor: &Actor, input: &TermInput) -> Result<Term> {
    policy::require(policy::works(actor))?;
    let input = tidy(input);
    let mut tx = ctx.app.db.begin().await?;
    let known = store::all(&mut tx).await?;
    let wrong = check(&input, &known, None);
    if !wrong.is_empty() {
        return Err(Error::Invalid(wrong));
    }
    let owner_id = owner(&mut tx, &input, actor).await?;
    let term = made(new_id(ctx.now), input, owner_id, None, 1);
    put(&mut tx, ctx, &term, None).await?;
    tell(&mut tx, ctx, actor, "term.created", &term).await?;
    tx.commit().await?;
    Ok(term)
}

fn made(
    id: String,
    input: TermInput,
    owner_id: Option<String>,
    practice: Option<String>,
    version: i64,
) -> Term {
    Term {
        id,
        term: input.term,
        language: input.language,
        means: input.means,
        it_term: input.it_term,
        it_means: input.it_means,
        synonyms: input.synonyms,
        related: input.related,
        owner_id,
        practice,
        version,
    }
}

/// The term, for those who may change it.
async fn locked(tx: &mut Tx, actor: &Actor, id: &str) -> Result<(Term, Vec<Term>)> {
    // A change of the glossary waits for the one before it.
    book::touch(tx).await?;
    let known = store::all(&mut *tx).await?;
    let term = known
        .iter()
        .find(|t| t.id == id)
        .cloned()
        .ok_or(Error::NotFound)?;
    policy::require(may_change(actor, &term))?;
    Ok((term, known))
}

/// Change a term.
pub async fn change(ctx: &Ctx, actor: &Actor, id: &str, input: &TermInput) -> Result<Term> {
    let input = tidy(input);
    let mut tx = ctx.app.db.begin().await?;
    let (before, known) = locked(&mut tx, actor, id).await?;
    if input
        .version
        .is_some_and(|version| version != before.version)
    {
        return Err(Error::Stale(Msg::new(
            "Somebody else changed this term meanwhile. Look at it again, then decide.",
        )));
    }
    let wrong = check(&input, &known, Some(id));
    if !wrong.is_empty() {
        return Err(Error::Invalid(wrong));
    }
    let owner_id = match &input.owner_id {
        Some(_) => owner(&mut tx, &input, actor).await?,
        None => before.owner_id,
    };
    let term = made(
        before.id,
        input,
        owner_id,
        before.practice,
        before.version + 1,
    );
    put(&mut tx, ctx, &term, None).await?;
    tell(&mut tx, ctx, actor, "term.changed", &term).await?;
    tx.commit().await?;
    Ok(term)
}

/// Take a term out of the glossary.
pub async fn retire(ctx: &Ctx, actor: &Actor, id: &str) -> Result<Term> {
    let mut tx = ctx.app.db.begin().await?;
    let (term, _) = locked(&mut tx, actor, id).await?;
    store::retire(&mut tx, id, ctx.now.as_microsecond()).await?;
    document::remove(&mut tx, Kind::Term, id).await?;
    tell(&mut tx, ctx, actor, "term.retired", &term).await?;
    tx.commit().await?;
    Ok(term)
}

/// Say that something that is looked for in vain need not become a term.
pub async fn wave_off(ctx: &Ctx, actor: &Actor, words: &str) -> Result<()> {
    policy::require(policy::works(actor))?;
    let mut tx = ctx.app.db.begin().await?;
    let done = sql("UPDATE search_unmet SET settled_at = $1
         WHERE place = 'glossary' AND words = $2 AND settled_at IS NULL")
    .bind(ctx.now.as_microsecond())
    .bind(words)
    .run(&mut tx)
    .await?;
    if done == 0 {
        return Err(Error::NotFound);
    }
    let data = json!({ "words": words });
    let event = Event::audit("term.gap_waved_off", "term", "", data);
    events::append(&mut tx, actor, ctx.now, event).await?;
    tx.commit().await?;
    Ok(())
}

/// Take many terms in, in one transaction: what is here already is changed,
/// everything else is made. Nothing is taken in when a line is wrong.
pub async fn take_in(ctx: &Ctx, actor: &Actor, inputs: Vec<TermInput>) -> Result<Ledger> {
    policy::require(policy::shapes_catalog(actor))?;
    let mut tx = ctx.app.db.begin().await?;
    book::touch(&mut tx).await?;
    let mut known = store::all(&mut tx).await?;
    let mut ledger = Ledger::default();
    let mut wrong = Vec::new();
    for (line, input) in inputs.iter().map(tidy).enumerate() {
        let here = known
            .iter()
            .position(|t| t.language == input.language && fold(&t.term) == fold(&input.term));
        let id = here.map(|at| known[at].id.clone());
        if !check(&input, &known, id.as_deref()).is_empty() {
            let text = "Line {n}: the word, its language or its meaning is missing or too long.";
            wrong.push(FieldError::new("file", Msg::new(text).with("n", line + 2)));
            continue;
        }
        let term = match here.map(|at| known[at].clone()) {
            None => {
                let owner_id = (!actor.is_system()).then(|| actor.id.clone());
                made(new_id(ctx.now), input, owner_id, None, 1)
            }
            Some(before) => {
                let changed = TermInput {
                    related: before.related.clone(),
                    ..input
                };
                let mut term = made(
                    before.id.clone(),
                    changed,
                    before.owner_id.clone(),
                    before.practice.clone(),
                    before.version,
                );
                if term == before {
                    ledger.same += 1;
                    continue;
                }
                term.version += 1;
                term
            }
        };
        put(&mut tx, ctx, &term, None).await?;
        if let Some(at) = here {
            ledger.changed += 1;
            tell(&mut tx, ctx, actor, "term.changed", &term).await?;
            known[at] = term;
        } else {
            ledger.created += 1;
            tell(&mut tx, ctx, actor, "term.created", &term).await?;
            known.push(term);
        }
    }
    if !wrong.is_empty() {
        return Err(Error::Invalid(wrong));
    }
    tx.commit().await?;
    Ok(ledger)
}

/// The event of a term, for the audit log.
pub async fn tell(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    verb: &'static str,
    term: &Term,
) -> Result<()> {
    let data = json!({ "after": {
        "term": term.term, "language": term.language, "it_term": term.it_term,
    } });
    events::append(
        tx,
        actor,
        ctx.now,
        Event::audit(verb, "term", &term.id, data),
    )
    .await?;
    Ok(())
}
