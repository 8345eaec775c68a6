//! The terms of practices: they come with adopting, follow newer versions where
//! nobody changed them here, and go out with an export.

use mil_db::{Db, Tx, sql};
use serde::{Deserialize, Serialize};

use super::model::Term;
use super::{store, verbs};
use crate::actor::Actor;
use crate::error::Result;
use crate::portal::find::fold;
use crate::practices::pack::Term as PackTerm;
use crate::random::new_id;
use crate::web::Ctx;

/// A term as the practice had it.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Taken {
    means: String,
    it_term: String,
}

impl Taken {
    fn of(term: &PackTerm) -> Taken {
        Taken {
            means: term.means.clone(),
            it_term: term.it_term.clone().unwrap_or_default(),
        }
    }
}

async fn taken(tx: &mut Tx, id: &str) -> Result<Option<Taken>> {
    let row = sql("SELECT pack FROM glossary_term WHERE id = $1")
        .bind(id)
        .one(tx)
        .await?;
    Ok(row.json_opt("pack")?)
}

/// Take the terms of a practice over: those that are not here are made; those
/// that came with it and were not changed here follow it. What somebody here
/// wrote stays. Packs are in English.
pub async fn install(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    practice: &str,
    terms: &[PackTerm],
) -> Result<()> {
    for new in terms {
        let known = store::all(&mut *tx).await?;
        let here = known
            .into_iter()
            .find(|t| t.language == "en" && fold(&t.term) == fold(&new.term));
        let theirs = Taken::of(new);
        let pack = serde_json::to_string(&theirs)?;
        let term = match here {
            None => Term {
                id: new_id(ctx.now),
                term: new.term.clone(),
                language: "en".to_owned(),
                means: theirs.means,
                it_term: theirs.it_term,
                owner_id: (!actor.is_system()).then(|| actor.id.clone()),
                practice: Some(practice.to_owned()),
                version: 1,
                ..Term::default()
            },
            Some(term) if term.practice.as_deref() == Some(practice) => {
                let before = taken(tx, &term.id).await?;
                let ours = Taken {
                    means: term.means.clone(),
                    it_term: term.it_term.clone(),
                };
                let untouched = before.as_ref() == Some(&ours);
                if !untouched || ours == theirs {
                    // Remember what it says now, so that the next version is
                    // compared with it.
                    store::save(tx, &term, Some(&pack), ctx.now.as_microsecond()).await?;
                    continue;
                }
                Term {
                    means: theirs.means,
                    it_term: theirs.it_term,
                    version: term.version + 1,
                    ..term
                }
            }
            Some(_) => continue,
        };
        verbs::put(tx, ctx, &term, Some(&pack)).await?;
        let verb = if term.version == 1 {
            "term.created"
        } else {
            "term.changed"
        };
        verbs::tell(tx, ctx, actor, verb, &term).await?;
    }
    Ok(())
}

/// The terms of a practice as they are here, for its export: those that it came
/// with, in their order, then others that were given to it.
pub async fn export(db: &Db, practice: &str, before: &[PackTerm]) -> Result<Vec<PackTerm>> {
    let here: Vec<Term> = store::all(db)
        .await?
        .into_iter()
        .filter(|t| t.language == "en")
        .collect();
    let of = |term: &Term| PackTerm {
        term: term.term.clone(),
        means: term.means.clone(),
        it_term: Some(term.it_term.clone()).filter(|word| !word.is_empty()),
    };
    let named = |name: &str| here.iter().find(|t| fold(&t.term) == fold(name));
    let mut out: Vec<PackTerm> = before
        .iter()
        .map(|old| named(&old.term).map_or_else(|| old.clone(), of))
        .collect();
    for term in &here {
        let ours = term.practice.as_deref() == Some(practice);
        if ours && !out.iter().any(|t| fold(&t.term) == fold(&term.term)) {
            out.push(of(term));
        }
    }
    Ok(out)
}
