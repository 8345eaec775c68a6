//! Saved views in the database.

use jiff::Timestamp;
use mil_db::{Db, Value, Where, sql};
use serde_json::json;

use crate::actor::{Actor, Role};
use crate::error::{Error, Msg, Result};
use crate::events::{self, Event};
use crate::queue::Filter;
use crate::random::new_id;
use crate::state::App;
use crate::views::SavedView;
use crate::web::input::from_form;

/// Views that `actor` saved, or that are shared with them.
pub async fn visible(db: &Db, actor: &Actor) -> Result<Vec<SavedView>> {
    let mut filter = Where::new();
    let teams: Vec<Value> = actor.team_ids.iter().map(Into::into).collect();
    let marks = if teams.is_empty() {
        "NULL".to_owned()
    } else {
        vec!["?"; teams.len()].join(", ")
    };
    filter.and(
        &format!("owner_id = ? OR shared_with = 'everyone' OR shared_with IN ({marks})"),
        [Value::from(actor.id.as_str())].into_iter().chain(teams),
    );
    sql(format!(
        "SELECT id, owner_id, name, query, shared_with FROM saved_view WHERE {} ORDER BY position, created_at, id",
        filter.text()
    ))
    .bind_all(filter.values())
    .all(db)
    .await?
    .iter()
    .map(|row| {
        Ok(SavedView {
            id: row.get("id")?,
            name: row.get("name")?,
            query: row.get("query")?,
            shared_with: row.get("shared_with")?,
            mine: row.get::<String>("owner_id")? == actor.id,
        })
    })
    .collect()
}

/// Save a view. Only leads and administrators share with everyone, and only
/// members with a team.
pub async fn create(
    app: &App,
    actor: &Actor,
    now: Timestamp,
    name: &str,
    query: &str,
    shared_with: Option<&str>,
) -> Result<SavedView> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 60 {
        return Err(Error::field(
            "name",
            Msg::new("Give it a name of at most {n} characters.").with("n", 60),
        ));
    }
    // Only what a list understands is kept, and in its own writing.
    let filter: Filter = from_form(query.as_bytes())?;
    let query = filter.first_page().query();
    let leads = matches!(actor.role, Role::Lead | Role::Administrator);
    let allowed = match shared_with {
        None => true,
        Some("everyone") => leads,
        Some(team) => actor.team_ids.contains(team),
    };
    if !allowed {
        return Err(Error::field(
            "shared_with",
            "Share it with a team you belong to, or keep it for yourself.",
        ));
    }
    let id = new_id(now);
    let mut tx = app.db.begin().await?;
    sql(
        "INSERT INTO saved_view (id, owner_id, name, query, shared_with, position, created_at)
         VALUES ($1, $2, $3, $4, $5, (SELECT COUNT(*) FROM saved_view WHERE owner_id = $2), $6)",
    )
    .bind(&id)
    .bind(&actor.id)
    .bind(name)
    .bind(&query)
    .bind(shared_with)
    .bind(now.as_microsecond())
    .run(&mut tx)
    .await?;
    note(
        &mut tx,
        actor,
        now,
        "view.saved",
        &id,
        json!({ "name": name, "query": query, "shared_with": shared_with }),
    )
    .await?;
    tx.commit().await?;
    Ok(SavedView {
        id,
        name: name.to_owned(),
        query,
        shared_with: shared_with.map(str::to_owned),
        mine: true,
    })
}

/// Remove a view of one's own.
///
/// # Errors
/// [`Error::NotFound`] for somebody else's.
pub async fn remove(app: &App, actor: &Actor, now: Timestamp, id: &str) -> Result<()> {
    let mut tx = app.db.begin().await?;
    let gone = sql("DELETE FROM saved_view WHERE id = $1 AND owner_id = $2")
        .bind(id)
        .bind(&actor.id)
        .run(&mut tx)
        .await?;
    if gone == 0 {
        return Err(Error::NotFound);
    }
    note(&mut tx, actor, now, "view.removed", id, json!({})).await?;
    tx.commit().await?;
    Ok(())
}

async fn note(
    tx: &mut mil_db::Tx,
    actor: &Actor,
    now: Timestamp,
    verb: &'static str,
    id: &str,
    data: serde_json::Value,
) -> Result<()> {
    events::append(tx, actor, now, Event::audit(verb, "view", id, data)).await?;
    Ok(())
}
