//! The listener `webhooks`: from the outbox to deliveries.
//!
//! An event's deliveries are written in one transaction with the removal of its
//! outbox row: nothing is lost and nothing is made twice. The body is written
//! here, so that a repetition is the same to the letter.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use mil_db::{Row, Tx, sql};
use serde_json::{Value, json};

use crate::actor::Actor;
use crate::catalog::Catalog;
use crate::clock::from_micros;
use crate::error::Result;
use crate::i18n::{Lang, t};
use crate::outbox;
use crate::random::new_id;
use crate::state::App;
use crate::timeline::Entry;
use crate::timeline::words::Teller;
use crate::webhooks::chat::{self, Look, News};
use crate::webhooks::rules::hears;
use crate::webhooks::store::{self, Delivery, Webhook};
use crate::work::model::{Item, NEVER, WAITS};
use crate::work::moves;
use crate::work::store::phase_key;

/// The name in the outbox.
pub const NAME: &str = "webhooks";
/// The version of the body that receivers read.
pub const SCHEMA: i64 = 1;

/// Handle what waits. Returns how many events were handled.
pub async fn run(app: &App, now: Timestamp) -> Result<usize> {
    let ids = outbox::waiting(app, NAME, now).await?;
    if ids.is_empty() {
        return Ok(0);
    }
    let catalog = app.catalog().await?;
    let mut done = 0;
    for id in ids {
        match one(app, &catalog, now, &id).await {
            Ok(()) => done += 1,
            Err(error) => outbox::postpone(app, NAME, now, &id, &error).await?,
        }
    }
    Ok(done)
}

async fn one(app: &App, catalog: &Arc<Catalog>, now: Timestamp, id: &str) -> Result<()> {
    let mut tx = app.db.begin().await?;
    if !outbox::take(&mut tx, NAME, id).await? {
        return Ok(()); // another server was faster
    }
    let mut hooks = store::all(&mut tx).await?;
    hooks.retain(|hook| hook.active);
    if !hooks.is_empty() {
        let row = sql(
            "SELECT id, at, actor_id, actor_name, verb, item_id, audience, data FROM event WHERE id = $1",
        )
        .bind(id)
        .one(&mut tx)
        .await?;
        fan_out(&mut tx, app, catalog, now, &row, &hooks).await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn fan_out(
    tx: &mut Tx,
    app: &App,
    catalog: &Catalog,
    now: Timestamp,
    row: &Row,
    hooks: &[Webhook],
) -> Result<()> {
    let verb: String = row.get("verb")?;
    let audience: String = row.get("audience")?;
    let item_id: String = row.get("item_id")?;
    if audience == "audit" || !hooks.iter().any(|hook| hears(&hook.events, &verb)) {
        return Ok(());
    }
    let item = crate::work::store::find(&mut *tx, &Actor::system(), &item_id).await?;
    let event_id: String = row.get("id")?;
    let body = json!({
        "schema": SCHEMA,
        "id": event_id,
        "event": verb,
        "at": from_micros(row.get("at")?).to_string(),
        "audience": audience,
        "actor": { "id": row.get::<Option<String>>("actor_id")?, "name": row.get::<String>("actor_name")? },
        "request": facts(app, catalog, &item),
        "data": row.json::<Value>("data")?,
    })
    .to_string();
    let fits = |hook: &&Webhook| {
        hears(&hook.events, &verb)
            && (hook.internal || audience == "public")
            && (hook.services.is_empty() || hook.services.contains(&item.service_id))
    };
    let hooks: Vec<&Webhook> = hooks.iter().filter(fits).collect();
    let said = match hooks.iter().any(|hook| hook.look != Look::Data) {
        true => spoken(tx, app, catalog, now, &item, row).await?,
        false => None,
    };
    for hook in hooks {
        let message = match (hook.look, &said) {
            (Look::Data, _) => Some(body.clone()),
            // What nobody would say is not said in a chat.
            (look, said) => said
                .as_ref()
                .and_then(|said| chat::body(look, said.news()))
                .map(|message| message.to_string()),
        };
        if let Some(body) = message {
            let delivery = Delivery {
                id: new_id(now),
                webhook_id: hook.id.clone(),
                event_id: event_id.clone(),
                item_id: Some(item.id.clone()),
                verb: verb.clone(),
                body,
                state: String::new(),
                attempts: 0,
                first_at: None,
                not_before: now,
                created_at: now,
                ended_at: None,
            };
            store::enqueue(tx, &delivery).await?;
        }
    }
    Ok(())
}

/// What is said of a request in a chat.
pub struct Spoken {
    title: String,
    url: String,
    sentence: String,
}

impl Spoken {
    /// Something about a request.
    pub fn of(app: &App, item: &Item, sentence: String) -> Spoken {
        Spoken {
            title: format!("#{} {}", item.number, item.title),
            url: format!("{}/work/{}", app.config.public_url, item.number),
            sentence,
        }
    }

    /// The same, to be formatted.
    pub fn news(&self) -> News<'_> {
        News {
            title: &self.title,
            url: &self.url,
            sentence: &self.sentence,
        }
    }
}

/// An event as the timeline tells it, in the organisation's language; the text of
/// what people write to each other stays here.
async fn spoken(
    tx: &mut Tx,
    app: &App,
    catalog: &Catalog,
    now: Timestamp,
    item: &Item,
    row: &Row,
) -> Result<Option<Spoken>> {
    let org = app.org();
    let lang = Lang::from_code(&org.lang).unwrap_or(Lang::En);
    let zone = app.zone();
    let entry = Entry {
        id: row.get("id")?,
        at: from_micros(row.get("at")?),
        actor_id: row.get("actor_id")?,
        actor_name: row.get("actor_name")?,
        via: String::new(),
        verb: row.get("verb")?,
        object_id: item.id.clone(),
        internal: row.get::<String>("audience")? != "public",
        data: row.json("data")?,
    };
    let mut names = BTreeMap::new();
    let people = sql("SELECT id, name FROM person WHERE id IN ($1, $2)")
        .bind(item.assignee_id.clone())
        .bind(&item.requester_id)
        .all(&mut *tx)
        .await?;
    for person in &people {
        names.insert(person.get("id")?, person.get("name")?);
    }
    let process = moves::process_of(catalog, item)?;
    let fields = process.stages.iter().flat_map(|s| &s.fields);
    let labels = fields.map(|f| (f.key.clone(), f.label.clone())).collect();
    let teller = Teller {
        lang,
        now,
        zone: &zone,
        names: &names,
        labels: &labels,
        agent: true,
    };
    let told = match entry.verb.as_str() {
        "comment.written" => Some(t!(lang, "wrote an answer or a note").to_owned()),
        _ => teller.tell(&entry),
    };
    Ok(told.map(|told| {
        let sentence = format!("{} {told}", entry.actor_name);
        Spoken::of(app, item, sentence.trim().to_owned())
    }))
}

/// What a receiver learns about a request.
pub fn facts(app: &App, catalog: &Catalog, item: &Item) -> Value {
    let service = catalog.service(&item.service_id);
    let due = Some(item.deliver_by).filter(|at| *at != NEVER && *at != WAITS);
    json!({
        "id": item.id,
        "number": item.number,
        "title": item.title,
        "service": { "id": item.service_id, "slug": service.map(|s| &s.slug), "name": service.map(|s| &s.name) },
        "stage": item.stage,
        "phase": phase_key(item.phase),
        "priority": item.priority.key(),
        "requester_id": item.requester_id,
        "assignee_id": item.assignee_id,
        "team_id": item.team_id,
        "due_at": due.map(|at| from_micros(at).to_string()),
        "created_at": item.created_at.to_string(),
        "closed_at": item.closed_at.map(|at| at.to_string()),
        "url": format!("{}/work/{}", app.config.public_url, item.number),
    })
}
