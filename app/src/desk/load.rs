//! Everything that the page of one request shows, read once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use maud::{Markup, html};
use mil_db::{Where, sql};
use mil_process::form::{Answer, FormDef};
use mil_process::process::{MoveKind, Offer, ProcessDef};

use crate::approvals;
use crate::catalog::Catalog;
use crate::catalog::model::Service;
use crate::error::{Error, Result};
use crate::glossary::Book;
use crate::people;
use crate::people::model::Person;
use crate::policy::{self, Do};
use crate::spent;
use crate::standing::{self, load::Standing};
use crate::tasks;
use crate::timeline::{self, words::Teller};
use crate::web::Me;
use crate::work::model::Item;
use crate::work::relate::{self, Link};
use crate::work::{moves, store};

/// Time spent in a stage, visit by visit.
#[derive(Debug, Clone)]
pub struct Visit {
    /// Key of the stage.
    pub stage: String,
    /// Who had it when it was left.
    pub person_id: Option<String>,
    /// Working minutes, once left.
    pub minutes: Option<i64>,
}

/// The request and what stands around it.
pub struct Desk {
    pub me: Me,
    pub item: Item,
    pub catalog: Arc<Catalog>,
    pub glossary: Arc<Book>,
    pub process: Arc<ProcessDef>,
    pub service: Option<Arc<Service>>,
    /// The form as it was when this was ordered.
    pub form: FormDef,
    pub offers: Vec<Offer>,
    /// Tasks and approvals of the stage, drawn.
    pub together: Markup,
    /// Why it waits.
    pub standing: Standing,
    /// Time spent, drawn.
    pub spent: Markup,
    /// Macros and canned answers, drawn.
    pub quick: Markup,
    pub requester: Option<Person>,
    pub team: String,
    pub order: Option<i64>,
    pub merged_into: Option<(i64, String)>,
    pub visits: Vec<Visit>,
    pub followers: Vec<(String, String)>,
    pub links: Vec<Link>,
    pub agents: Vec<Person>,
    /// Person id to name, for everybody who is named on the page.
    pub names: BTreeMap<String, String>,
    pub comments: i64,
    pub files: i64,
    /// Id of the newest event, to notice later what came in between.
    pub seen: String,
    /// The list this was opened from, as its query string.
    pub list: Option<String>,
}

/// The item, for agents who may read internal notes.
///
/// # Errors
/// [`Error::NotFound`] for everybody else: their page is another one.
pub async fn item(me: &Me, id: &str) -> Result<Item> {
    let item = store::find(&me.app.db, &me.actor, id).await?;
    if policy::on_item(&me.actor, Do::SeeInternal, &item.facts()) {
        Ok(item)
    } else {
        Err(Error::NotFound)
    }
}

impl Desk {
    /// Read it all.
    pub async fn load(me: &Me, item: Item, list: Option<String>) -> Result<Desk> {
        let db = &me.app.db;
        let catalog = me.app.catalog().await?;
        let process = moves::route_of(&catalog, &item)?;
        let service = catalog.service(&item.service_id).cloned();
        let form = form(me, &catalog, &item).await?;
        let offers = moves::offers(me, &catalog, &me.actor, &item)?;
        let row = sql("SELECT t.name AS team, o.number AS ordered, m.number AS merged, m.title AS merged_title,
                (SELECT COUNT(*) FROM comment c WHERE c.item_id = w.id) AS comments,
                (SELECT COUNT(*) FROM attachment a WHERE a.item_id = w.id AND a.removed_at IS NULL) AS files
             FROM work_item w JOIN team t ON t.id = w.team_id
             LEFT JOIN service_order o ON o.id = w.order_id
             LEFT JOIN work_item m ON m.id = w.merged_into_id WHERE w.id = $1")
            .bind(&item.id)
            .one(db)
            .await?;
        let merged: Option<i64> = row.get("merged")?;
        let merged_title: Option<String> = row.get("merged_title")?;
        let visits = sql("SELECT stage, person_id, worked FROM stage_visit
             WHERE item_id = $1 ORDER BY entered_at, id")
        .bind(&item.id)
        .all(db)
        .await?
        .iter()
        .map(|row| {
            Ok(Visit {
                stage: row.get("stage")?,
                person_id: row.get("person_id")?,
                minutes: row
                    .get::<Option<i64>>("worked")?
                    .map(|w| mil_sla::Work::from_micros(w).minutes()),
            })
        })
        .collect::<Result<Vec<_>>>()?;
        let followers = sql("SELECT v.person_id, p.name FROM watcher v
             JOIN person p ON p.id = v.person_id WHERE v.item_id = $1 ORDER BY p.name, p.id")
        .bind(&item.id)
        .all(db)
        .await?
        .iter()
        .map(|row| Ok((row.get("person_id")?, row.get("name")?)))
        .collect::<Result<Vec<(String, String)>>>()?;
        let mut named: BTreeSet<String> =
            visits.iter().filter_map(|v| v.person_id.clone()).collect();
        named.extend(item.assignee_id.clone());
        named.extend(item.ticks.values().map(|t| t.by.clone()));
        named.extend(people_in(&item));
        let names = names(me, named).await?;
        let may_work = policy::on_item(&me.actor, Do::Work, &item.facts());
        let together = html! {
            (crate::incidents::panel::panel(me, &item, may_work).await?)
            (crate::problems::panel::panel(me, &item, may_work).await?)
            (crate::changes::panel::panel(me, &item, may_work).await?)
            (crate::calendar::panel::panel(me, &item, may_work).await?)
            (approvals::panel(me, &item).await?)
            (crate::playbooks::panel::of_item(me, &item, may_work).await?)
            (tasks::panel(me, &catalog, &item, may_work).await?)
        };
        let spent = spent::panel(me, &item, may_work).await?;
        let standing = standing::load::load(me, &catalog, &item).await?;
        let quick = crate::automation::quick::block(me, &item).await?;
        Ok(Desk {
            together,
            spent,
            standing,
            quick,
            requester: people::store::find(db, &item.requester_id).await?,
            agents: people::store::agents(db).await?,
            links: relate::links(me, &me.actor, &item).await?,
            seen: timeline::read::newest(db, &me.actor, &item).await?,
            team: row.get("team")?,
            order: row.get("ordered")?,
            merged_into: merged.zip(merged_title),
            comments: row.get("comments")?,
            files: row.get("files")?,
            me: me.clone(),
            item,
            catalog,
            glossary: me.app.glossary().await?,
            process,
            service,
            form,
            offers,
            visits,
            followers,
            names,
            list,
        })
    }

    /// The offer of a kind, if the actor has it.
    pub fn offer(&self, kind: MoveKind) -> Option<&Offer> {
        self.offers.iter().find(|offer| offer.kind == kind)
    }

    /// Whether the reader may change it.
    pub fn may_work(&self) -> bool {
        policy::on_item(&self.me.actor, Do::Work, &self.item.facts())
    }

    /// The address of the page or of a part of it.
    pub fn path(&self, rest: &str) -> String {
        path(self.item.number, rest, self.list.as_deref())
    }

    /// The requester's name.
    pub fn requester_name(&self) -> &str {
        self.requester.as_ref().map_or("", |p| p.name.as_str())
    }

    /// The name of a person on the page.
    pub fn name(&self, id: &str) -> &str {
        self.names.get(id).map_or("", String::as_str)
    }

    /// What fields are called, for sentences about them.
    pub fn labels(&self) -> BTreeMap<String, String> {
        self.process
            .stages
            .iter()
            .flat_map(|s| &s.fields)
            .chain(&self.form.fields)
            .map(|f| (f.key.clone(), f.label.clone()))
            .collect()
    }

    /// Who tells the history to this reader.
    pub fn teller<'a>(
        &'a self,
        names: &'a BTreeMap<String, String>,
        labels: &'a BTreeMap<String, String>,
    ) -> Teller<'a> {
        Teller {
            lang: self.me.lang(),
            now: self.me.now,
            zone: &self.me.prefs.zone,
            names,
            labels,
            agent: true,
        }
    }
}

/// The address of a request's page, or of a part of it, in a list.
pub fn path(number: i64, rest: &str, list: Option<&str>) -> String {
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
    match list {
        None => format!("/work/{number}{rest}"),
        Some(list) => {
            let list = utf8_percent_encode(list, NON_ALPHANUMERIC);
            format!("/work/{number}{rest}?list={list}")
        }
    }
}

fn people_in(item: &Item) -> Vec<String> {
    item.answers
        .values()
        .chain(item.fields.values())
        .filter_map(|answer| match answer {
            Answer::Person(id) => Some(id.clone()),
            _ => None,
        })
        .collect()
}

async fn form(me: &Me, catalog: &Catalog, item: &Item) -> Result<FormDef> {
    if let Some(service) = catalog.service(&item.service_id)
        && service.form_version == item.form_version
    {
        return Ok(service.form.clone());
    }
    let row = sql("SELECT definition FROM service_form WHERE service_id = $1 AND version = $2")
        .bind(&item.service_id)
        .bind(item.form_version)
        .opt(&me.app.db)
        .await?;
    Ok(row
        .map(|r| r.json("definition"))
        .transpose()?
        .unwrap_or_default())
}

/// The names of people by id.
pub async fn names(me: &Me, ids: BTreeSet<String>) -> Result<BTreeMap<String, String>> {
    let mut out = BTreeMap::new();
    let ids: Vec<String> = ids.into_iter().collect();
    for ids in ids.chunks(500) {
        let mut these = Where::new();
        these.and_in("id", ids.iter().map(String::as_str));
        for row in sql(format!(
            "SELECT id, name FROM person WHERE {}",
            these.text()
        ))
        .bind_all(these.values())
        .all(&me.app.db)
        .await?
        {
            out.insert(row.get("id")?, row.get("name")?);
        }
    }
    Ok(out)
}
