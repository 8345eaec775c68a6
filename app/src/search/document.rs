//! What other slices put into the index: a document, in the transaction that
//! changes the thing it speaks of.
//!
//! ```text
//! search::document::upsert(&mut tx, now, &Document { kind: Kind::Term, … }).await?;
//! search::document::remove(&mut tx, Kind::Term, &id).await?;
//! ```
//!
//! A document says who may see it as [`Term`]s, which are asked for together
//! with the words. Before a result is shown, its slice is asked again
//! (`search::kinds`).

use std::collections::BTreeSet;

use jiff::Timestamp;
use mil_db::{Tx, sql};

use super::index::{self, Bag};
use super::kinds::Kind;
use super::{vocabulary, words};
use crate::actor::{Actor, Role};
use crate::catalog::Audience;
use crate::error::Result;
use crate::i18n::Lang;

/// One of those who may see a document. The terms of a document add up.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Term {
    /// Everybody who works here (not outside partners).
    Everyone,
    /// Outside partners.
    Partners,
    /// Those of a department, by id.
    Department(String),
    /// Those of a team or group, by id.
    Group(String),
    /// Those who work in the workspace.
    Agents,
    /// Leads and administrators.
    Leads,
    /// One person, by id.
    Person(String),
}

impl Term {
    /// As a word of the bag; no word of a text has a colon.
    fn token(&self) -> String {
        let (kind, id) = match self {
            Term::Everyone => ("everyone", ""),
            Term::Partners => ("partners", ""),
            Term::Agents => ("agents", ""),
            Term::Leads => ("leads", ""),
            Term::Department(id) => ("d", id.as_str()),
            Term::Group(id) => ("g", id.as_str()),
            Term::Person(id) => ("p", id.as_str()),
        };
        format!("a:{kind}:{}", id.to_lowercase())
    }

    /// Those whom an audience of the catalogue admits.
    pub fn of(audience: &Audience) -> Vec<Term> {
        let mut out = Vec::new();
        if audience.everyone {
            out.push(Term::Everyone);
        }
        if audience.partners {
            out.push(Term::Partners);
        }
        out.extend(audience.departments.iter().cloned().map(Term::Department));
        out.extend(audience.groups.iter().cloned().map(Term::Group));
        out
    }
}

/// The words that a bag must hold one of, so that `actor` may see it.
pub fn readable(actor: &Actor) -> Vec<String> {
    let mut out = vec![Term::Person(actor.id.clone())];
    out.extend(actor.team_ids.iter().cloned().map(Term::Group));
    if actor.role == Role::Partner {
        out.push(Term::Partners);
    } else {
        out.push(Term::Everyone);
        out.extend(actor.department_id.clone().map(Term::Department));
    }
    if actor.role.is_agent() {
        out.push(Term::Agents);
    }
    if matches!(actor.role, Role::Lead | Role::Administrator) {
        out.push(Term::Leads);
    }
    out.iter().map(Term::token).collect()
}

/// A thing that can be found.
#[derive(Debug, Clone)]
pub struct Document<'a> {
    /// What it is.
    pub kind: Kind,
    /// Its id among its kind.
    pub id: &'a str,
    /// `en`, `de`, or empty when it has none.
    pub language: &'a str,
    /// What it is called.
    pub title: &'a str,
    /// Other words people look for.
    pub keywords: &'a str,
    /// Plain text; see [`super::snippet::text_of`] for Markdown.
    pub body: &'a str,
    /// Who may see it.
    pub audience: &'a [Term],
}

/// Longest text that is kept for snippets, in letters.
const KEPT: usize = 100_000;

/// Put a document into the index, in the place of what was there of it.
pub async fn upsert(tx: &mut Tx, now: Timestamp, document: &Document<'_>) -> Result<()> {
    let kind = document.kind.key();
    let known: Option<i64> =
        sql("SELECT n FROM search_document WHERE kind = $1 AND object_id = $2")
            .bind(kind)
            .bind(document.id)
            .opt(&mut *tx)
            .await?
            .map(|row| row.get("n"))
            .transpose()?;
    let n = match known {
        Some(n) => n,
        None => {
            sql(
                "INSERT INTO counter (name, value) VALUES ('search_document', 1)
                 ON CONFLICT (name) DO UPDATE SET value = counter.value + 1 RETURNING value",
            )
            .value("value", &mut *tx)
            .await?
        }
    };
    // PostgreSQL takes no NUL as text.
    let clean = |text: &str| text.replace('\0', " ");
    let body: String = clean(document.body).chars().take(KEPT).collect();
    sql(
        "INSERT INTO search_document (n, kind, object_id, language, title, body, changed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (kind, object_id) DO UPDATE SET language = excluded.language,
            title = excluded.title, body = excluded.body, changed_at = excluded.changed_at",
    )
    .bind(n)
    .bind(kind)
    .bind(document.id)
    .bind(document.language)
    .bind(clean(document.title))
    .bind(body)
    .bind(now.as_microsecond())
    .run(tx)
    .await?;
    let language = Lang::from_code(document.language);
    let named = words::tokens_in(
        language,
        &format!("{} {}", document.title, document.keywords),
    );
    let mut plain = words::tokens_in(language, document.body);
    plain.extend(named.iter().cloned());
    vocabulary::learn(tx, &plain).await?;
    let mut bag: BTreeSet<String> = plain;
    bag.extend(named.iter().map(|word| format!("t:{word}")));
    bag.insert(format!("k:{kind}"));
    bag.insert(format!("l:{}", document.language));
    bag.extend(document.audience.iter().map(Term::token));
    index::put(tx, Bag::Documents, n, bag.iter().map(String::as_str)).await
}

/// Take a document out; nothing happens when it is not there.
pub async fn remove(tx: &mut Tx, kind: Kind, id: &str) -> Result<()> {
    let known = sql("SELECT n FROM search_document WHERE kind = $1 AND object_id = $2")
        .bind(kind.key())
        .bind(id)
        .opt(&mut *tx)
        .await?;
    let Some(row) = known else {
        return Ok(());
    };
    let n: i64 = row.get("n")?;
    index::remove(tx, Bag::Documents, n).await?;
    sql("DELETE FROM search_document WHERE n = $1")
        .bind(n)
        .run(tx)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn role() -> impl Strategy<Value = Role> {
        prop::sample::select(Role::ALL.to_vec())
    }

    proptest! {
        /// The words of the index say exactly what the audience's rule says.
        #[test]
        fn terms_admit_whom_the_audience_admits(
            everyone: bool, partners: bool,
            departments in prop::collection::vec("[abc]", 0..3),
            groups in prop::collection::vec("[xyz]", 0..3),
            role in role(),
            mine in prop::option::of("[abc]"),
            teams in prop::collection::btree_set("[xyz]", 0..3),
        ) {
            let audience = Audience { everyone, departments, groups, partners };
            let actor = Actor {
                id: "me".into(), role, department_id: mine, team_ids: teams, ..Actor::system()
            };
            let has: BTreeSet<String> = Term::of(&audience).iter().map(Term::token).collect();
            let found = readable(&actor).iter().any(|token| has.contains(token));
            prop_assert_eq!(found, audience.admits(&actor));
        }
    }
}
