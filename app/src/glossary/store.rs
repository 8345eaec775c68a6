//! The rows of the glossary.

use mil_db::{On, Row, Tx, sql};

use super::model::Term;
use crate::error::Result;

const COLUMNS: &str = "id, term, language, means, it_term, it_means, synonyms, related, owner_id,
    practice, version";

fn term(row: &Row) -> Result<Term> {
    Ok(Term {
        id: row.get("id")?,
        term: row.get("term")?,
        language: row.get("language")?,
        means: row.get("means")?,
        it_term: row.get("it_term")?,
        it_means: row.get("it_means")?,
        synonyms: row.json("synonyms")?,
        related: row.json("related")?,
        owner_id: row.get("owner_id")?,
        practice: row.get("practice")?,
        version: row.get("version")?,
    })
}

/// All terms in use, by name.
pub async fn all<'a>(on: impl Into<On<'a>>) -> Result<Vec<Term>> {
    let mut terms: Vec<Term> = sql(format!(
        "SELECT {COLUMNS} FROM glossary_term WHERE retired_at IS NULL"
    ))
    .all(on)
    .await?
    .iter()
    .map(term)
    .collect::<Result<_>>()?;
    terms.sort_by_key(|t| (crate::portal::find::fold(&t.term), t.id.clone()));
    Ok(terms)
}

/// Write a term; the row must be there or is made.
pub async fn save(tx: &mut Tx, term: &Term, pack: Option<&str>, now: i64) -> Result<()> {
    sql(
        "INSERT INTO glossary_term (id, term, language, means, it_term, it_means, synonyms,
            related, owner_id, practice, pack, created_at, updated_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12, $13)
         ON CONFLICT (id) DO UPDATE SET term = excluded.term, language = excluded.language,
            means = excluded.means, it_term = excluded.it_term, it_means = excluded.it_means,
            synonyms = excluded.synonyms, related = excluded.related,
            owner_id = excluded.owner_id, practice = excluded.practice,
            pack = COALESCE(excluded.pack, glossary_term.pack),
            updated_at = excluded.updated_at, retired_at = NULL, version = excluded.version",
    )
    .bind(&term.id)
    .bind(&term.term)
    .bind(&term.language)
    .bind(&term.means)
    .bind(&term.it_term)
    .bind(&term.it_means)
    .bind(serde_json::to_string(&term.synonyms)?)
    .bind(serde_json::to_string(&term.related)?)
    .bind(&term.owner_id)
    .bind(&term.practice)
    .bind(pack)
    .bind(now)
    .bind(term.version)
    .run(tx)
    .await?;
    Ok(())
}

/// Take a term out of use.
pub async fn retire(tx: &mut Tx, id: &str, now: i64) -> Result<()> {
    sql("UPDATE glossary_term SET retired_at = $1, updated_at = $1 WHERE id = $2")
        .bind(now)
        .bind(id)
        .run(tx)
        .await?;
    Ok(())
}
