//! Subscribers with an account: one press to hear of a component, or of all.

use std::collections::BTreeSet;

use axum::response::Response;
use mil_db::{On, Tx, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::error::{Error, Result};
use crate::events::{self, Event};
use crate::i18n::t;
use crate::incidents::page::one;
use crate::random::new_id;
use crate::status::components;
use crate::web::input::Posted;
use crate::web::{Ctx, Flash, Me, see_other};

/// What somebody wants to hear of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Following {
    /// Every component, also those to come.
    pub everything: bool,
    /// Ids of components.
    pub components: BTreeSet<String>,
    /// No mail about announcements to everyone.
    pub quiet: bool,
}

impl Following {
    /// Whether they hear of a component.
    pub fn hears_of(&self, component: &str) -> bool {
        self.everything || self.components.contains(component)
    }
}

/// What a person wants to hear of.
pub async fn of<'a>(on: impl Into<On<'a>>, person: &str) -> Result<Following> {
    let mut on = on.into();
    let row = sql("SELECT id, everything, quiet FROM status_subscriber WHERE person_id = $1")
        .bind(person)
        .opt(on.again())
        .await?;
    let Some(row) = row else {
        return Ok(Following::default());
    };
    let list: Vec<String> =
        sql("SELECT component_id FROM status_subscriber_component WHERE subscriber_id = $1")
            .bind(row.get::<String>("id")?)
            .column("component_id", on)
            .await?;
    Ok(Following {
        everything: row.get::<i64>("everything")? != 0,
        quiet: row.get::<i64>("quiet")? != 0,
        components: list.into_iter().collect(),
    })
}

/// Choose what to hear of.
pub async fn choose(ctx: &Ctx, actor: &Actor, wish: &Following) -> Result<Following> {
    let mut tx = ctx.app.db.begin().await?;
    let known = components::list(&mut tx, Some(actor)).await?;
    if let Some(id) = wish
        .components
        .iter()
        .find(|id| !known.iter().any(|c| c.id == **id))
    {
        tracing::debug!(%id, "an unknown component was asked for");
        return Err(Error::field("components", "Choose components."));
    }
    write(&mut tx, ctx, actor, wish).await?;
    let data = serde_json::json!({ "everything": wish.everything, "components": wish.components, "quiet": wish.quiet });
    let event = Event::audit("status.followed", "person", &actor.id, data);
    events::append(&mut tx, actor, ctx.now, event).await?;
    tx.commit().await?;
    Ok(wish.clone())
}

async fn write(tx: &mut Tx, ctx: &Ctx, actor: &Actor, wish: &Following) -> Result<()> {
    let id: String = sql(
        "INSERT INTO status_subscriber (id, person_id, lang, everything, quiet, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (person_id) DO UPDATE SET everything = excluded.everything,
            quiet = excluded.quiet, lang = excluded.lang RETURNING id",
    )
    .bind(new_id(ctx.now))
    .bind(&actor.id)
    .bind(ctx.lang().code())
    .bind(i64::from(wish.everything))
    .bind(i64::from(wish.quiet))
    .bind(ctx.now.as_microsecond())
    .value("id", &mut *tx)
    .await?;
    sql("DELETE FROM status_subscriber_component WHERE subscriber_id = $1")
        .bind(&id)
        .run(&mut *tx)
        .await?;
    for component in &wish.components {
        sql(
            "INSERT INTO status_subscriber_component (subscriber_id, component_id) VALUES ($1, $2)",
        )
        .bind(&id)
        .bind(component)
        .run(&mut *tx)
        .await?;
    }
    Ok(())
}

/// POST /status/follow: one component, or `all`.
pub async fn press(me: Me, posted: Posted) -> Result<Response> {
    let lang = me.lang();
    let mut wish = of(&me.app.db, &me.actor.id).await?;
    let on = one(&posted, "on") == "yes";
    let which = one(&posted, "component");
    if which == "all" {
        wish.everything = on;
        wish.components.clear();
    } else {
        let all = components::list(&me.app.db, Some(&me.actor)).await?;
        let found = all.iter().find(|c| c.id == which).ok_or(Error::NotFound)?;
        if on {
            wish.components.insert(found.id.clone());
        } else {
            if wish.everything {
                wish.everything = false;
                wish.components = all.iter().map(|c| c.id.clone()).collect();
            }
            wish.components.remove(&found.id);
        }
    }
    if on {
        wish.quiet = false;
    }
    choose(&me, &me.actor, &wish).await?;
    let said = if on {
        t!(lang, "You get mail when something changes here.")
    } else {
        t!(lang, "You get no more mail about this.")
    };
    Ok(see_other("/status", Some(Flash::new(said))))
}
