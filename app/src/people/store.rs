//! Accounts, teams and departments in the database.

use std::collections::BTreeSet;

use jiff::Timestamp;
use mil_db::{On, Row, Tx, Value, Where, sql};

use crate::Result;
use crate::actor::Role;
use crate::error::Error;
use crate::people::model::{Department, Person, Team};
use crate::random::new_id;

const PERSON: &str = "SELECT p.id, p.email, p.name, p.role, p.title, p.department_id,
    d.name AS department, m.email AS manager, p.disabled_at, p.password_hash, p.totp_enabled_at, p.version
    FROM person p LEFT JOIN department d ON d.id = p.department_id
    LEFT JOIN person m ON m.id = p.manager_id";

fn person(row: &Row) -> Result<Person> {
    let role: String = row.get("role")?;
    Ok(Person {
        id: row.get("id")?,
        email: row.get("email")?,
        name: row.get("name")?,
        role: Role::from_key(&role)
            .ok_or_else(|| Error::Internal(format!("unknown role {role:?}")))?,
        title: row.get("title")?,
        department_id: row.get("department_id")?,
        department: row.get("department")?,
        manager: row.get("manager")?,
        disabled: row.get::<Option<i64>>("disabled_at")?.is_some(),
        joined: row.get::<Option<String>>("password_hash")?.is_some(),
        second_factor: row.get::<Option<i64>>("totp_enabled_at")?.is_some(),
        version: row.get("version")?,
    })
}

/// One account by id.
pub async fn find(on: impl Into<On<'_>>, id: &str) -> Result<Option<Person>> {
    let row = sql(format!("{PERSON} WHERE p.id = $1"))
        .bind(id)
        .opt(on)
        .await?;
    row.as_ref().map(person).transpose()
}

/// One account by address, whichever way it is written.
pub async fn find_by_email(on: impl Into<On<'_>>, email: &str) -> Result<Option<Person>> {
    let email = email.trim().to_lowercase();
    let row = sql(format!("{PERSON} WHERE p.email = $1"))
        .bind(email)
        .opt(on)
        .await?;
    row.as_ref().map(person).transpose()
}

/// Whether there is any account at all; without one the first-run page opens.
pub async fn anybody(on: impl Into<On<'_>>) -> Result<bool> {
    Ok(sql("SELECT id FROM person LIMIT 1")
        .opt(on)
        .await?
        .is_some())
}

/// Everybody who may be picked for work: not disabled, working in the workspace.
pub async fn agents(on: impl Into<On<'_>>) -> Result<Vec<Person>> {
    let rows = sql(format!(
        "{PERSON} WHERE p.disabled_at IS NULL AND p.role NOT IN ('requester', 'partner')
         ORDER BY p.name, p.id"
    ))
    .all(on)
    .await?;
    rows.iter().map(person).collect()
}

/// Insert an account. The address must be new.
#[allow(clippy::too_many_arguments)]
pub async fn insert(
    tx: &mut Tx,
    now: Timestamp,
    email: &str,
    name: &str,
    role: Role,
    title: Option<&str>,
    department_id: Option<&str>,
    password_hash: Option<&str>,
) -> Result<String> {
    let id = new_id(now);
    let done = sql(
        "INSERT INTO person (id, email, name, role, title, department_id, password_hash,
            created_at, updated_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, 1)",
    )
    .bind(&id)
    .bind(email.trim().to_lowercase())
    .bind(name.trim())
    .bind(role.key())
    .bind(title)
    .bind(department_id)
    .bind(password_hash)
    .bind(now.as_microsecond())
    .run(tx)
    .await;
    match done {
        Err(mil_db::DbError::Duplicate(_)) => Err(address_taken()),
        other => {
            other?;
            Ok(id)
        }
    }
}

/// Somebody else has the address.
pub fn address_taken() -> Error {
    Error::field("email", "There is an account with this address already.")
}

/// The teams and groups of a person.
pub async fn team_ids<'a>(on: impl Into<On<'a>>, person_id: &str) -> Result<BTreeSet<String>> {
    let ids: Vec<String> = sql("SELECT team_id FROM team_member WHERE person_id = $1")
        .bind(person_id)
        .column("team_id", on)
        .await?;
    Ok(ids.into_iter().collect())
}

/// Which accounts a list shows; only those that are given count.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)]
pub struct Filter<'a> {
    /// The beginning of a word of the name, or of the address.
    pub q: &'a str,
    pub role: Option<Role>,
    /// Do not look at addresses.
    pub names_only: bool,
    pub disabled: Option<bool>,
    /// Marketers and the like, and one person, only: what partners may know of.
    pub agents_or: Option<&'a str>,
    /// `name` and id of the last one of the page before.
    pub after: Option<(&'a str, &'a str)>,
}

/// A page of accounts in the order of their names.
pub async fn list<'a>(on: impl Into<On<'a>>, f: &Filter<'_>, limit: i64) -> Result<Vec<Person>> {
    let mut filter = Where::new();
    let q = f.q.trim();
    if !q.is_empty() {
        // SQLite knows lower case of ASCII only, so the first letter is tried
        // in both cases.
        let escape = |text: &str| {
            text.replace('!', "!!")
                .replace('%', "!%")
                .replace('_', "!_")
        };
        let low = escape(&q.to_lowercase());
        let mut letters = low.chars();
        let high: String = letters
            .next()
            .into_iter()
            .flat_map(char::to_uppercase)
            .chain(letters)
            .collect();
        filter.and(
            "lower(p.name) LIKE ? ESCAPE '!' OR lower(p.name) LIKE ? ESCAPE '!'
             OR p.name LIKE ? ESCAPE '!' OR p.name LIKE ? ESCAPE '!'
             OR (0 = ? AND p.email LIKE ? ESCAPE '!')",
            [
                Value::from(format!("{low}%")),
                format!("% {low}%").into(),
                format!("{high}%").into(),
                format!("% {high}%").into(),
                i64::from(f.names_only).into(),
                format!("{low}%").into(),
            ],
        );
    }
    if let Some(role) = f.role {
        filter.and("p.role = ?", [role.key().into()]);
    }
    match f.disabled {
        Some(true) => filter.and("p.disabled_at IS NOT NULL", []),
        Some(false) => filter.and("p.disabled_at IS NULL", []),
        None => &mut filter,
    };
    if let Some(id) = f.agents_or {
        filter.and(
            "p.role NOT IN ('requester', 'partner') OR p.id = ?",
            [id.into()],
        );
    }
    if let Some((name, id)) = f.after {
        filter.and("(p.name, p.id) > (?, ?)", [name.into(), id.into()]);
    }
    let next = filter.next();
    sql(format!(
        "{PERSON} WHERE {} ORDER BY p.name, p.id LIMIT ${next}",
        filter.text()
    ))
    .bind_all(filter.values())
    .bind(limit)
    .all(on)
    .await?
    .iter()
    .map(person)
    .collect()
}

/// All teams and groups, archived ones last.
pub async fn teams(on: impl Into<On<'_>>) -> Result<Vec<Team>> {
    sql(
        "SELECT id, kind, name, purpose, archived_at, version FROM team
         ORDER BY CASE WHEN archived_at IS NULL THEN 0 ELSE 1 END, name, id",
    )
    .all(on)
    .await?
    .iter()
    .map(|row| {
        Ok(Team {
            id: row.get("id")?,
            kind: row.get("kind")?,
            name: row.get("name")?,
            purpose: row.get("purpose")?,
            archived: row.get::<Option<i64>>("archived_at")?.is_some(),
            version: row.get("version")?,
        })
    })
    .collect()
}

/// All departments, archived ones last.
pub async fn departments(on: impl Into<On<'_>>) -> Result<Vec<Department>> {
    sql("SELECT id, name, archived_at FROM department
         ORDER BY CASE WHEN archived_at IS NULL THEN 0 ELSE 1 END, name, id")
    .all(on)
    .await?
    .iter()
    .map(|row| {
        Ok(Department {
            id: row.get("id")?,
            name: row.get("name")?,
            archived: row.get::<Option<i64>>("archived_at")?.is_some(),
        })
    })
    .collect()
}
