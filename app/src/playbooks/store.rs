//! The rows of playbooks. All who work here read all of them; drafts are read
//! by those who shape the catalogue.

use jiff::Timestamp;
use mil_db::{On, Row, Tx, sql};

use crate::actor::Actor;
use crate::clock::from_micros;
use crate::error::{Error, Result};
use crate::playbooks::model::{Definition, Playbook, Published};
use crate::policy;

const SELECT: &str = "SELECT b.*, v.definition, p.practice, a.name AS practice_name
    FROM playbook b
    LEFT JOIN playbook_version v ON v.playbook_id = b.id AND v.number = b.current
    LEFT JOIN practice_part p ON p.kind = 'playbook' AND p.object_id = b.id
    LEFT JOIN practice_adoption a ON a.practice = p.practice";

fn playbook(row: &Row) -> Result<Playbook> {
    let key: Option<String> = row.get("practice")?;
    Ok(Playbook {
        id: row.get("id")?,
        name: row.get("name")?,
        current: row.get("current")?,
        published: row.json_opt("definition")?,
        draft: row.json_opt("draft")?,
        updated_at: from_micros(row.get("updated_at")?),
        retired: row.get::<Option<i64>>("retired_at")?.is_some(),
        practice: key.zip(row.get::<Option<String>>("practice_name")?),
        version: row.get("version")?,
    })
}

/// What `actor` may read of it: nothing of a first draft, and no draft, unless
/// they shape the catalogue.
fn visible(actor: &Actor, mut found: Playbook) -> Option<Playbook> {
    if policy::shapes_catalog(actor) {
        return Some(found);
    }
    found.draft = None;
    found.published.is_some().then_some(found)
}

/// One playbook.
pub async fn find<'a>(on: impl Into<On<'a>>, actor: &Actor, id: &str) -> Result<Playbook> {
    let row = sql(format!("{SELECT} WHERE b.id = $1"))
        .bind(id)
        .opt(on)
        .await?;
    row.as_ref()
        .map(playbook)
        .transpose()?
        .and_then(|found| visible(actor, found))
        .ok_or(Error::NotFound)
}

/// One playbook, held until the transaction ends.
pub async fn lock(tx: &mut Tx, actor: &Actor, id: &str) -> Result<Playbook> {
    sql("UPDATE playbook SET updated_at = updated_at WHERE id = $1")
        .bind(id)
        .run(tx)
        .await?;
    find(&mut *tx, actor, id).await
}

/// Which ones a list shows.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)]
pub struct Wanted<'a> {
    /// Each of these words stands in it.
    pub words: &'a str,
    /// Key of a practice.
    pub practice: &'a str,
    pub retired: bool,
}

/// Playbooks by name. There are as many as a department has procedures, so one
/// page holds them.
pub async fn list<'a>(
    on: impl Into<On<'a>>,
    actor: &Actor,
    wanted: &Wanted<'_>,
) -> Result<Vec<Playbook>> {
    let rows = sql(format!("{SELECT} ORDER BY b.name, b.id LIMIT 2000"))
        .all(on)
        .await?;
    let low = wanted.words.to_lowercase();
    let words: Vec<&str> = low.split_whitespace().collect();
    let mut out = Vec::new();
    for row in &rows {
        let text: String = row.get("words")?;
        if !words.iter().all(|w| text.contains(w)) {
            continue;
        }
        let Some(found) = visible(actor, playbook(row)?) else {
            continue;
        };
        let practice = found.practice.as_ref().map_or("", |(key, _)| key.as_str());
        let fits = wanted.practice.is_empty() || wanted.practice == practice;
        if fits && found.retired == wanted.retired {
            out.push(found);
        }
    }
    Ok(out)
}

/// The published versions, newest first.
pub async fn versions<'a>(on: impl Into<On<'a>>, id: &str) -> Result<Vec<Published>> {
    sql(
        "SELECT v.number, v.note, v.published_at, p.name FROM playbook_version v
         LEFT JOIN person p ON p.id = v.published_by
         WHERE v.playbook_id = $1 ORDER BY v.number DESC",
    )
    .bind(id)
    .all(on)
    .await?
    .iter()
    .map(|row| {
        Ok(Published {
            number: row.get("number")?,
            note: row.get("note")?,
            by: row.get("name")?,
            at: from_micros(row.get("published_at")?),
        })
    })
    .collect()
}

/// The text of a published version.
pub async fn definition<'a>(on: impl Into<On<'a>>, id: &str, number: i64) -> Result<Definition> {
    let row = sql("SELECT definition FROM playbook_version WHERE playbook_id = $1 AND number = $2")
        .bind(id)
        .bind(number)
        .opt(on)
        .await?;
    Ok(row.ok_or(Error::NotFound)?.json("definition")?)
}

/// Everything that can be found in a definition, lower case.
pub fn words(d: &Definition) -> String {
    let mut all = format!("{}\n{}", d.name, d.purpose);
    for step in &d.steps {
        all.push_str(&format!("\n{}\n{}\n{}", step.title, step.how, step.role));
    }
    all.to_lowercase()
}

/// Write a playbook, new or changed.
pub async fn save(tx: &mut Tx, actor: &Actor, now: Timestamp, b: &Playbook) -> Result<()> {
    let draft = b.draft.as_ref().map(serde_json::to_string).transpose()?;
    sql(
        "INSERT INTO playbook (id, name, current, draft, words, author_id, created_at, updated_at,
            retired_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8, $9)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, current = excluded.current,
            draft = excluded.draft, words = excluded.words, updated_at = excluded.updated_at,
            retired_at = excluded.retired_at, version = excluded.version",
    )
    .bind(&b.id)
    .bind(&b.name)
    .bind(b.current)
    .bind(draft)
    .bind(words(&b.shown()))
    .bind((!actor.is_system()).then_some(actor.id.as_str()))
    .bind(now.as_microsecond())
    .bind(b.retired.then_some(now.as_microsecond()))
    .bind(b.version)
    .run(&mut *tx)
    .await?;
    crate::search::playbooks::index(tx, now, b).await
}
