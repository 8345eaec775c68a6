//! One deed of a rule or a macro, inside the transaction of the whole. Each goes
//! through the verb that a person would use.

use std::collections::BTreeSet;

use jiff::Timestamp;
use mil_db::{Tx, sql};
use mil_process::process::Move;
use serde_json::{Value, json};

use crate::actor::Actor;
use crate::approvals::away;
use crate::automation::model::Deed;
use crate::catalog::Catalog;
use crate::catalog::model::Priority;
use crate::error::{Error, Msg, Result};
use crate::i18n::{Lang, fill, t};
use crate::playbooks;
use crate::random::new_id;
use crate::web::Ctx;
use crate::webhooks;
use crate::work::model::Item;
use crate::work::spawn::{Brief, spawn};
use crate::work::talk::{self, NewComment, Visibility};
use crate::work::{edit, moves, store};

/// What deeds need besides the request.
pub struct Scene<'a> {
    /// Time and installation.
    pub ctx: &'a Ctx,
    /// Read before the transaction.
    pub catalog: &'a Catalog,
    /// In whose name.
    pub actor: &'a Actor,
    /// Who had the last turn; changed by an assignment in turn.
    pub team_turn: Option<String>,
    /// The run, so that receivers of a webhook can tell a repetition.
    pub mark: String,
    /// Who is to be told, once the event is there.
    pub told: Vec<String>,
}

/// Do it, and say what was done, for the log.
pub async fn act(tx: &mut Tx, s: &mut Scene<'_>, item: &mut Item, deed: &Deed) -> Result<Value> {
    let now = s.ctx.now;
    match deed {
        Deed::Tell { whom } => {
            let people = somebody(tx, s, item, whom).await?;
            let names = names(tx, &people).await?;
            s.told.extend(people);
            Ok(json!({ "do": "tell", "whom": whom, "names": names }))
        }
        Deed::Priority { to } => {
            let priority = Priority::ALL.into_iter().find(|p| p.key() == to);
            let priority = priority.ok_or_else(|| Error::field("to", "Choose a priority."))?;
            edit::prioritise_in(tx, s.ctx, s.catalog, s.actor, item, priority).await?;
            store::save(tx, s.catalog, now, item).await?;
            Ok(json!({ "do": "priority", "to": to }))
        }
        Deed::Assign { to } => {
            let person = next_owner(tx, s, item, to).await?;
            edit::assign_in(tx, s.ctx, s.actor, item, person.as_deref()).await?;
            store::save(tx, s.catalog, now, item).await?;
            let names = names(tx, &person.into_iter().collect()).await?;
            Ok(json!({ "do": "assign", "to": to, "names": names }))
        }
        Deed::Fill { field, value } => {
            let raw = [(field.clone(), vec![value.clone()])].into();
            edit::fill_in(tx, s.ctx, s.catalog, s.actor, item, raw).await?;
            Ok(json!({ "do": "fill", "field": field, "value": value }))
        }
        Deed::Answer { text } => say(tx, s, item, text, Visibility::Public).await,
        Deed::Note { text } => say(tx, s, item, text, Visibility::Internal).await,
        Deed::Forward {} => {
            moves::run(tx, s.ctx, s.catalog, s.actor, item, &Move::Forward).await?;
            Ok(json!({ "do": "forward", "stage": item.stage }))
        }
        Deed::Order { service, title } => order(tx, s, item, service, title).await,
        Deed::Playbook { playbook } => begin(tx, s, item, playbook).await,
        Deed::Webhook { endpoint } => webhook(tx, s, item, endpoint).await,
    }
}

/// Put it into inboxes. An event tells each person once.
pub async fn tell(
    tx: &mut Tx,
    now: Timestamp,
    item: &str,
    event: &str,
    reason: &'static str,
    people: &[String],
) -> Result<()> {
    for person in people {
        sql(
            "INSERT INTO notification (id, person_id, event_id, item_id, reason, created_at)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
        )
        .bind(new_id(now))
        .bind(person)
        .bind(event)
        .bind(item)
        .bind(reason)
        .bind(now.as_microsecond())
        .run(&mut *tx)
        .await?;
    }
    Ok(())
}

/// A text with the facts of a request put in.
pub async fn written(tx: &mut Tx, catalog: &Catalog, item: &Item, text: &str) -> Result<String> {
    let requester = names(tx, &[item.requester_id.clone()].into()).await?;
    let assignee = names(tx, &item.assignee_id.clone().into_iter().collect()).await?;
    let service = catalog.service(&item.service_id).map(|s| s.name.clone());
    let process = moves::process_of(catalog, item)?;
    let stage = process.stage(&item.stage).map(|s| s.name.clone());
    let values = [
        ("requester", requester.concat()),
        ("assignee", assignee.concat()),
        ("number", item.number.to_string()),
        ("title", item.title.clone()),
        ("service", service.unwrap_or_default()),
        ("stage", stage.unwrap_or_default()),
    ];
    Ok(fill(text, &values))
}

async fn say(
    tx: &mut Tx,
    s: &Scene<'_>,
    item: &Item,
    text: &str,
    visibility: Visibility,
) -> Result<Value> {
    let body = written(tx, s.catalog, item, text).await?;
    let new = NewComment {
        body: body.clone(),
        visibility,
        files: Vec::new(),
    };
    talk::write(tx, s.ctx, s.actor, item, &new).await?;
    let deed = match visibility {
        Visibility::Public => "answer",
        Visibility::Internal => "note",
    };
    Ok(json!({ "do": deed, "text": body }))
}

async fn order(
    tx: &mut Tx,
    s: &Scene<'_>,
    item: &Item,
    service: &str,
    title: &str,
) -> Result<Value> {
    let service = s.catalog.orderable(s.actor, service)?.clone();
    let title = written(tx, s.catalog, item, title).await?;
    let text = format!("{} {}", item.number, item.title);
    let brief = Brief {
        title: &title,
        text: &text,
        priority: Priority::Normal,
    };
    let made = spawn(tx, s.ctx, s.catalog, s.actor, &service, brief).await?;
    sql("INSERT INTO item_link (from_id, to_id, kind, created_at) VALUES ($1, $2, 'relates', $3)")
        .bind(&item.id)
        .bind(&made.id)
        .bind(s.ctx.now.as_microsecond())
        .run(tx)
        .await?;
    Ok(json!({ "do": "order", "service": service.name, "number": made.number }))
}

async fn begin(tx: &mut Tx, s: &Scene<'_>, item: &Item, playbook: &str) -> Result<Value> {
    let gone = || {
        Error::Conflict(Msg::new(
            "The playbook of this rule is not here any more. Choose another.",
        ))
    };
    let title: String = item.title.chars().take(playbooks::rules::TITLE).collect();
    let begin = playbooks::runs::Begin {
        title: &title,
        item: Some(&item.id),
        practice: None,
    };
    let begun = playbooks::runs::start_in(tx, s.ctx, s.actor, playbook, begin).await;
    let run = begun.map_err(|error| match error {
        Error::NotFound => gone(),
        other => other,
    })?;
    Ok(json!({ "do": "playbook", "name": run.definition.name }))
}

async fn webhook(tx: &mut Tx, s: &Scene<'_>, item: &Item, endpoint: &str) -> Result<Value> {
    let hook = webhooks::store::find(&mut *tx, endpoint)
        .await
        .map_err(|_| {
            Error::Conflict(Msg::new(
                "The endpoint of this rule is not here any more. Choose another.",
            ))
        })?;
    let body = json!({
        "schema": webhooks::listen::SCHEMA, "id": s.mark, "event": "automation.called",
        "at": s.ctx.now.to_string(), "audience": "internal",
        "actor": { "id": s.actor.id, "name": s.actor.name },
        "request": webhooks::listen::facts(&s.ctx.app, s.catalog, item),
        "data": {},
    });
    let lang = Lang::from_code(&s.ctx.app.org().lang).unwrap_or(Lang::En);
    let sentence = t!(lang, "A rule points to this request.").to_owned();
    let said = webhooks::listen::Spoken::of(&s.ctx.app, item, sentence);
    let body = webhooks::chat::body(hook.look, said.news()).unwrap_or(body);
    let delivery = webhooks::store::Delivery {
        id: new_id(s.ctx.now),
        webhook_id: hook.id,
        event_id: s.mark.clone(),
        item_id: Some(item.id.clone()),
        verb: "automation.called".to_owned(),
        body: body.to_string(),
        state: "waiting".to_owned(),
        attempts: 0,
        first_at: None,
        not_before: s.ctx.now,
        created_at: s.ctx.now,
        ended_at: None,
    };
    webhooks::store::enqueue(tx, &delivery).await?;
    Ok(json!({ "do": "webhook", "name": hook.name }))
}

/// Names of people, in the order of their ids.
async fn names(tx: &mut Tx, people: &BTreeSet<String>) -> Result<Vec<String>> {
    let mut all = Vec::new();
    for id in people {
        if let Some(row) = sql("SELECT name FROM person WHERE id = $1")
            .bind(id)
            .opt(&mut *tx)
            .await?
        {
            all.push(row.get("name")?);
        }
    }
    Ok(all)
}

async fn ids(tx: &mut Tx, text: &'static str, value: &str) -> Result<BTreeSet<String>> {
    let list: Vec<String> = sql(text).bind(value).column("id", tx).await?;
    Ok(list.into_iter().collect())
}

const LEADS: &str = "SELECT p.id FROM team_member m JOIN person p ON p.id = m.person_id
     WHERE m.team_id = $1 AND m.leads_since IS NOT NULL AND p.disabled_at IS NULL ORDER BY p.id";

/// The people behind a word, at this request and now.
async fn somebody(tx: &mut Tx, s: &Scene<'_>, item: &Item, whom: &str) -> Result<BTreeSet<String>> {
    match whom.split_once(':') {
        Some(("person", id)) => {
            return ids(
                tx,
                "SELECT id FROM person WHERE id = $1 AND disabled_at IS NULL",
                id,
            )
            .await;
        }
        Some(("team", id)) => return members(tx, id).await,
        Some(("role", role)) => {
            return ids(
                tx,
                "SELECT id FROM person WHERE role = $1 AND disabled_at IS NULL ORDER BY id",
                role,
            )
            .await;
        }
        _ => {}
    }
    Ok(match whom {
        "assignee" => item.assignee_id.clone().into_iter().collect(),
        "requester" => [item.requester_id.clone()].into(),
        "leads" => ids(tx, LEADS, &item.team_id).await?,
        "approvers" => asked(tx, item).await?,
        "substitutes" => {
            let away = away::active(&mut *tx, s.ctx.now).await?;
            let mut all = BTreeSet::new();
            for person in asked(tx, item).await? {
                let mut deciders = away::deciders(&person, &away);
                deciders.remove(&person);
                for decider in &deciders {
                    talk::follow(tx, s.ctx, &item.id, decider).await?;
                }
                all.extend(deciders);
            }
            // Nobody named one: the leads of the team look after it.
            if all.is_empty() {
                all = ids(tx, LEADS, &item.team_id).await?;
            }
            all
        }
        _ => members(tx, &item.team_id).await?,
    })
}

/// Those whose yes or no is waited for.
async fn asked(tx: &mut Tx, item: &Item) -> Result<BTreeSet<String>> {
    ids(
        tx,
        "SELECT DISTINCT person_id AS id FROM approval WHERE item_id = $1 AND closed_at IS NULL",
        &item.id,
    )
    .await
}

async fn members(tx: &mut Tx, team: &str) -> Result<BTreeSet<String>> {
    ids(
        tx,
        "SELECT p.id FROM team_member m JOIN person p ON p.id = m.person_id
         WHERE m.team_id = $1 AND p.disabled_at IS NULL ORDER BY p.id",
        team,
    )
    .await
}

/// Who gets a request. Those who are away are passed by.
async fn next_owner(
    tx: &mut Tx,
    s: &mut Scene<'_>,
    item: &Item,
    to: &str,
) -> Result<Option<String>> {
    if to == "nobody" {
        return Ok(None);
    }
    if let Some(("person", id)) = to.split_once(':') {
        return Ok(Some(id.to_owned()));
    }
    let away = away::active(&mut *tx, s.ctx.now).await?;
    let here: Vec<String> = members(tx, &item.team_id)
        .await?
        .into_iter()
        .filter(|id| !away.contains_key(id))
        .collect();
    let nobody = || Error::Conflict(Msg::new("Nobody of the team is there to take it."));
    if to == "rota" {
        let last = s.team_turn.as_deref().unwrap_or_default();
        let next = here.iter().find(|id| id.as_str() > last).or(here.first());
        s.team_turn = next.cloned();
        return next.cloned().map(Some).ok_or_else(nobody);
    }
    let mut least: Option<(i64, String)> = None;
    for id in here {
        let load: i64 = sql("SELECT COUNT(*) AS n FROM work_item
             WHERE assignee_id = $1 AND closed_at IS NULL AND merged_into_id IS NULL AND id <> $2")
        .bind(&id)
        .bind(&item.id)
        .value("n", &mut *tx)
        .await?;
        if least.as_ref().is_none_or(|(n, _)| load < *n) {
            least = Some((load, id));
        }
    }
    least.map(|(_, id)| Some(id)).ok_or_else(nobody)
}
