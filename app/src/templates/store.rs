//! The rows of templates.

use jiff::Timestamp;
use mil_db::{Db, On, Row, Tx, Where, sql};
use mil_process::form::Raw;
use schemars::JsonSchema;
use serde::Serialize;

use crate::actor::Actor;
use crate::error::{Error, Result};
use crate::policy;

/// Answers under a name.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Template {
    pub id: String,
    pub name: String,
    /// When to use it.
    pub note: String,
    pub service_id: String,
    /// The version of the form that the answers were given to.
    pub form_version: i64,
    pub title: String,
    /// As typed, by field key.
    pub answers: Raw,
    pub owner_id: String,
    /// Null: only its owner; the id of a team; `everyone` who works here.
    pub shared_with: Option<String>,
    /// Offered to all who may order the service.
    pub in_portal: bool,
    pub version: i64,
}

fn template(row: &Row) -> Result<Template> {
    Ok(Template {
        id: row.get("id")?,
        name: row.get("name")?,
        note: row.get("note")?,
        service_id: row.get("service_id")?,
        form_version: row.get("form_version")?,
        title: row.get("title")?,
        answers: row.json("answers")?,
        owner_id: row.get("owner_id")?,
        shared_with: row.get("shared_with")?,
        in_portal: row.get::<Option<i64>>("portal_at")?.is_some(),
        version: row.get("version")?,
    })
}

/// What `actor` may use, as a condition on `request_template` (alias `t`).
fn visible(actor: &Actor, filter: &mut Where) {
    filter.and("t.removed_at IS NULL", []);
    if !policy::works(actor) {
        filter.and("t.portal_at IS NOT NULL", []);
        return;
    }
    let teams: Vec<mil_db::Value> = actor.team_ids.iter().map(Into::into).collect();
    let marks = if teams.is_empty() {
        "NULL".to_owned()
    } else {
        vec!["?"; teams.len()].join(", ")
    };
    filter.and(
        &format!("t.portal_at IS NOT NULL OR t.shared_with = 'everyone' OR t.owner_id = ? OR t.shared_with IN ({marks})"),
        std::iter::once(actor.id.as_str().into()).chain(teams),
    );
}

/// One that `actor` may use.
///
/// # Errors
/// [`Error::NotFound`] also when it exists but is not shared with them.
pub async fn find(on: impl Into<On<'_>>, actor: &Actor, id: &str) -> Result<Template> {
    let mut filter = Where::new();
    filter.and("t.id = ?", [id.into()]);
    visible(actor, &mut filter);
    let row = sql(format!(
        "SELECT t.* FROM request_template t WHERE {}",
        filter.text()
    ))
    .bind_all(filter.values())
    .opt(on)
    .await?;
    row.as_ref()
        .map(template)
        .transpose()?
        .ok_or(Error::NotFound)
}

/// Those that `actor` may use, of one service or of all, by name.
pub async fn list(db: &Db, actor: &Actor, service: Option<&str>) -> Result<Vec<Template>> {
    let mut filter = Where::new();
    if let Some(service) = service {
        filter.and("t.service_id = ?", [service.into()]);
    }
    visible(actor, &mut filter);
    sql(format!(
        "SELECT t.* FROM request_template t WHERE {} ORDER BY t.name, t.id LIMIT 500",
        filter.text()
    ))
    .bind_all(filter.values())
    .all(db)
    .await?
    .iter()
    .map(template)
    .collect()
}

/// Write a new one.
pub async fn insert(tx: &mut Tx, t: &Template, now: Timestamp) -> Result<()> {
    sql(
        "INSERT INTO request_template (id, name, note, service_id, form_version, title, answers,
            owner_id, shared_with, portal_at, created_at, updated_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, 1)",
    )
    .bind(&t.id)
    .bind(&t.name)
    .bind(&t.note)
    .bind(&t.service_id)
    .bind(t.form_version)
    .bind(&t.title)
    .bind(serde_json::to_string(&t.answers)?)
    .bind(&t.owner_id)
    .bind(&t.shared_with)
    .bind(t.in_portal.then(|| now.as_microsecond()))
    .bind(now.as_microsecond())
    .run(tx)
    .await?;
    Ok(())
}

/// Write its name and who may use it. Whether nobody else was faster.
pub async fn update(tx: &mut Tx, t: &Template, now: Timestamp) -> Result<bool> {
    let done = sql(
        "UPDATE request_template SET name = $2, note = $3, shared_with = $4, portal_at = $5,
            updated_at = $6, version = version + 1
         WHERE id = $1 AND version = $7 AND removed_at IS NULL",
    )
    .bind(&t.id)
    .bind(&t.name)
    .bind(&t.note)
    .bind(&t.shared_with)
    .bind(t.in_portal.then(|| now.as_microsecond()))
    .bind(now.as_microsecond())
    .bind(t.version)
    .run(tx)
    .await?;
    Ok(done > 0)
}
