//! What administrators do with accounts. Each verb checks that the actor is
//! one, changes, and leaves its event, in one transaction.

use std::collections::BTreeSet;

use jiff::Timestamp;
use mil_db::{Tx, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::actor::{Actor, Role};
use crate::error::{Error, FieldError, Msg, Result};
use crate::events::{self, Event};
use crate::people::links::{self, Purpose};
use crate::people::profile::{check_line, check_name, difference};
use crate::people::{Person, sessions, store, tokens, verbs};
use crate::policy;

/// An account to create or its new state.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Account {
    pub name: String,
    pub email: String,
    pub role: Role,
    #[serde(default)]
    pub title: Option<String>,
    #[serde(default)]
    pub department_id: Option<String>,
    /// Email address of whom they report to; approvals ask them.
    #[serde(default)]
    pub manager: Option<String>,
    /// Teams and groups.
    #[serde(default)]
    pub team_ids: BTreeSet<String>,
}

/// What to change of an account; what is left out stays.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs)]
pub struct AccountChange {
    pub name: Option<String>,
    pub email: Option<String>,
    pub role: Option<Role>,
    /// Empty for none.
    pub title: Option<String>,
    /// Empty for none.
    pub department_id: Option<String>,
    /// Email address of whom they report to; empty for none.
    pub manager: Option<String>,
    pub team_ids: Option<BTreeSet<String>>,
}

/// Tidy an account up, and check all of it against what there is.
async fn check(tx: &mut Tx, mut account: Account) -> Result<Account> {
    let mut wrong = Vec::new();
    match check_name(&account.name) {
        Ok(name) => account.name = name,
        Err(error) => wrong.push(error),
    }
    account.email = account.email.trim().to_lowercase();
    wrong.extend(verbs::check_email(&account.email).err());
    match check_line("title", account.title.as_deref().unwrap_or_default()) {
        Ok(title) => account.title = Some(title).filter(|t| !t.is_empty()),
        Err(error) => wrong.push(error),
    }
    account.department_id = account.department_id.filter(|d| !d.is_empty());
    if let Some(id) = &account.department_id {
        let known = sql("SELECT id FROM department WHERE id = $1").bind(id);
        if known.opt(&mut *tx).await?.is_none() {
            wrong.push(FieldError::new("department_id", "Choose one of the list."));
        }
    }
    account.manager = account
        .manager
        .map(|m| m.trim().to_lowercase())
        .filter(|m| !m.is_empty());
    if let Some(email) = &account.manager {
        let known = sql("SELECT id FROM person WHERE email = $1").bind(email);
        if *email == account.email || known.opt(&mut *tx).await?.is_none() {
            wrong.push(FieldError::new(
                "manager",
                "Nobody else has this address. Write the address of another account.",
            ));
        }
    }
    for id in &account.team_ids {
        let known = sql("SELECT id FROM team WHERE id = $1").bind(id);
        if known.opt(&mut *tx).await?.is_none() {
            wrong.push(FieldError::new("team_ids", "Choose one of the list."));
            break;
        }
    }
    if wrong.is_empty() {
        Ok(account)
    } else {
        Err(Error::Invalid(wrong))
    }
}

/// Create an account and an invitation for it. Returns its id and the
/// invitation's secret.
pub async fn create(
    tx: &mut Tx,
    actor: &Actor,
    now: Timestamp,
    account: Account,
) -> Result<(String, String)> {
    policy::require(policy::administers(actor))?;
    let account = check(tx, account).await?;
    let id = store::insert(
        tx,
        now,
        &account.email,
        &account.name,
        account.role,
        account.title.as_deref(),
        account.department_id.as_deref(),
        None,
    )
    .await?;
    report(tx, &id, account.manager.as_deref()).await?;
    join_teams(tx, &id, &account.team_ids).await?;
    note(
        tx,
        actor,
        now,
        "person.created",
        &id,
        json!({ "after": account }),
    )
    .await?;
    let secret = links::make(tx, actor, now, &id, Purpose::Invite).await?;
    Ok((id, secret))
}

/// Take an account for a change; nobody else can until the transaction ends.
async fn lock(tx: &mut Tx, actor: &Actor, id: &str, expect: Option<i64>) -> Result<Person> {
    policy::require(policy::administers(actor))?;
    sql("UPDATE person SET version = version WHERE id = $1")
        .bind(id)
        .run(tx)
        .await?;
    let person = store::find(&mut *tx, id).await?.ok_or(Error::NotFound)?;
    if expect.is_some_and(|version| version != person.version) {
        return Err(Error::Stale(Msg::new(
            "Somebody else changed this account meanwhile. Look at it again, then change it.",
        )));
    }
    Ok(person)
}

/// Change an account.
pub async fn change(
    tx: &mut Tx,
    actor: &Actor,
    now: Timestamp,
    id: &str,
    expect: Option<i64>,
    change: AccountChange,
) -> Result<()> {
    let person = lock(tx, actor, id, expect).await?;
    let before = Account {
        name: person.name,
        email: person.email,
        role: person.role,
        title: person.title,
        department_id: person.department_id,
        manager: person.manager,
        team_ids: store::team_ids(&mut *tx, id).await?,
    };
    let wanted = Account {
        name: change.name.unwrap_or_else(|| before.name.clone()),
        email: change.email.unwrap_or_else(|| before.email.clone()),
        role: change.role.unwrap_or(before.role),
        title: change.title.or_else(|| before.title.clone()),
        department_id: change
            .department_id
            .or_else(|| before.department_id.clone()),
        manager: change.manager.or_else(|| before.manager.clone()),
        team_ids: change.team_ids.unwrap_or_else(|| before.team_ids.clone()),
    };
    let after = check(tx, wanted).await?;
    let Some(data) = difference(&before, &after)? else {
        return Ok(());
    };
    if before.role == Role::Administrator && after.role != before.role && !person.disabled {
        keep_one(tx, id, "role").await?;
    }
    let done = sql(
        "UPDATE person SET name = $1, email = $2, role = $3, title = $4,
            department_id = $5, updated_at = $6, version = version + 1 WHERE id = $7",
    )
    .bind(&after.name)
    .bind(&after.email)
    .bind(after.role.key())
    .bind(&after.title)
    .bind(&after.department_id)
    .bind(now.as_microsecond())
    .bind(id)
    .run(tx)
    .await;
    match done {
        Err(mil_db::DbError::Duplicate(_)) => return Err(store::address_taken()),
        other => other?,
    };
    if before.manager != after.manager {
        report(tx, id, after.manager.as_deref()).await?;
    }
    for gone in before.team_ids.difference(&after.team_ids) {
        sql("DELETE FROM team_member WHERE team_id = $1 AND person_id = $2")
            .bind(gone)
            .bind(id)
            .run(tx)
            .await?;
    }
    let new = after.team_ids.difference(&before.team_ids).cloned();
    join_teams(tx, id, &new.collect()).await?;
    note(tx, actor, now, "person.changed", id, data).await?;
    Ok(())
}

/// Whom somebody reports to, by address.
async fn report(tx: &mut Tx, id: &str, manager: Option<&str>) -> Result<()> {
    sql("UPDATE person SET manager_id = (SELECT m.id FROM person m WHERE m.email = $1) WHERE id = $2")
        .bind(manager.unwrap_or_default())
        .bind(id)
        .run(tx)
        .await?;
    Ok(())
}

async fn join_teams(tx: &mut Tx, id: &str, team_ids: &BTreeSet<String>) -> Result<()> {
    for team in team_ids {
        sql("INSERT INTO team_member (team_id, person_id) VALUES ($1, $2)")
            .bind(team)
            .bind(id)
            .run(tx)
            .await?;
    }
    Ok(())
}

/// An error unless somebody other than `id` administers. Takes all
/// administrators, so that two cannot take each other's office at once.
async fn keep_one(tx: &mut Tx, id: &str, field: &str) -> Result<()> {
    sql("UPDATE person SET version = version
         WHERE role = 'administrator' AND disabled_at IS NULL")
    .run(tx)
    .await?;
    let others = sql("SELECT id FROM person
         WHERE role = 'administrator' AND disabled_at IS NULL AND id <> $1 LIMIT 1")
    .bind(id)
    .opt(&mut *tx)
    .await?;
    if others.is_none() {
        return Err(Error::field(
            field,
            "This is the last administrator. Give somebody else that role first.",
        ));
    }
    Ok(())
}

/// Let nobody in as this person any more: sessions, tokens and links end now.
pub async fn disable(
    tx: &mut Tx,
    actor: &Actor,
    now: Timestamp,
    id: &str,
    expect: Option<i64>,
) -> Result<()> {
    let person = lock(tx, actor, id, expect).await?;
    if person.disabled {
        return Ok(());
    }
    if person.role == Role::Administrator {
        keep_one(tx, id, "").await?;
    }
    sql("UPDATE person SET disabled_at = $1, updated_at = $1, version = version + 1 WHERE id = $2")
        .bind(now.as_microsecond())
        .bind(id)
        .run(tx)
        .await?;
    let sessions = sessions::close_all(tx, now, id, None).await?;
    let tokens = tokens::revoke_all(tx, now, id).await?;
    links::end_all(tx, now, id).await?;
    let data = json!({ "sessions_ended": sessions, "tokens_revoked": tokens });
    note(tx, actor, now, "person.disabled", id, data).await
}

/// Let somebody in again. Their tokens stay revoked.
pub async fn enable(
    tx: &mut Tx,
    actor: &Actor,
    now: Timestamp,
    id: &str,
    expect: Option<i64>,
) -> Result<()> {
    let person = lock(tx, actor, id, expect).await?;
    if !person.disabled {
        return Ok(());
    }
    sql("UPDATE person SET disabled_at = NULL, updated_at = $1, version = version + 1 WHERE id = $2")
        .bind(now.as_microsecond())
        .bind(id)
        .run(tx)
        .await?;
    note(tx, actor, now, "person.enabled", id, json!({})).await
}

/// A link with which somebody chooses a password: an invitation as long as
/// they have none, else a reset.
pub async fn link(tx: &mut Tx, actor: &Actor, now: Timestamp, id: &str) -> Result<String> {
    let person = lock(tx, actor, id, None).await?;
    if person.disabled {
        return Err(Error::Conflict(Msg::new(
            "This account is disabled. Enable it first.",
        )));
    }
    let purpose = if person.joined {
        Purpose::Reset
    } else {
        Purpose::Invite
    };
    links::make(tx, actor, now, id, purpose).await
}

async fn note(
    tx: &mut Tx,
    actor: &Actor,
    now: Timestamp,
    verb: &'static str,
    id: &str,
    data: Value,
) -> Result<()> {
    events::append(tx, actor, now, Event::audit(verb, "person", id, data)).await?;
    Ok(())
}
