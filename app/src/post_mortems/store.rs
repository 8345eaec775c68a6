//! The rows of post-mortems.

use jiff::Timestamp;
use mil_db::{Db, On, Row, Tx, Where, sql};

use crate::actor::Actor;
use crate::catalog::model::WorkKind;
use crate::clock::from_micros;
use crate::error::{Error, Msg, Result};
use crate::policy::{self, Do};
use crate::work::{Item, store as items};

/// A post-mortem.
#[derive(Debug, Clone)]
pub struct PostMortem {
    /// What happened, in a few sentences. Markdown, as all texts.
    pub summary: String,
    /// Whom it hit, how badly, how long.
    pub impact: String,
    /// One a line.
    pub causes: Vec<String>,
    /// What went well.
    pub went_well: String,
    /// What did not.
    pub went_wrong: String,
    /// Where it could have been worse.
    pub lucky: String,
    /// What we take from it.
    pub lessons: String,
    /// Events that do not stand on its timeline.
    pub left_out: Vec<String>,
    /// Who began it.
    pub author_id: String,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it was published.
    pub published_at: Option<Timestamp>,
    /// Against writing over each other.
    pub version: i64,
}

impl PostMortem {
    /// An empty draft.
    pub fn fresh(actor: &Actor, now: Timestamp) -> PostMortem {
        PostMortem {
            summary: String::new(),
            impact: String::new(),
            causes: Vec::new(),
            went_well: String::new(),
            went_wrong: String::new(),
            lucky: String::new(),
            lessons: String::new(),
            left_out: Vec::new(),
            author_id: actor.id.clone(),
            created_at: now,
            published_at: None,
            version: 0,
        }
    }
}

fn post_mortem(row: &Row) -> Result<PostMortem> {
    Ok(PostMortem {
        summary: row.get("summary")?,
        impact: row.get("impact")?,
        causes: row.json("causes")?,
        went_well: row.get("went_well")?,
        went_wrong: row.get("went_wrong")?,
        lucky: row.get("lucky")?,
        lessons: row.get("lessons")?,
        left_out: row.json("left_out")?,
        author_id: row.get("author_id")?,
        created_at: from_micros(row.get("created_at")?),
        published_at: row.get::<Option<i64>>("published_at")?.map(from_micros),
        version: row.get("version")?,
    })
}

/// An error unless `item` is something one looks back at.
pub fn fits(item: &Item) -> Result<()> {
    if matches!(item.kind, WorkKind::Incident | WorkKind::Problem) {
        return Ok(());
    }
    Err(Error::Conflict(Msg::new(
        "Only incidents and problems have a post-mortem.",
    )))
}

/// The post-mortem of an item that was found for an actor.
pub async fn of<'a>(on: impl Into<On<'a>>, item_id: &str) -> Result<Option<PostMortem>> {
    sql("SELECT * FROM post_mortem WHERE item_id = $1")
        .bind(item_id)
        .opt(on)
        .await?
        .as_ref()
        .map(post_mortem)
        .transpose()
}

/// A post-mortem to read, by id or number of its item: a published one by all
/// who work here, a draft by those who work on the item.
///
/// # Errors
/// [`Error::NotFound`] for everybody else, and when there is none.
pub async fn find(db: &Db, actor: &Actor, id_or_number: &str) -> Result<(Item, PostMortem)> {
    let item = items::find(db, &Actor::system(), id_or_number).await?;
    let found = of(db, &item.id).await?.ok_or(Error::NotFound)?;
    let insider = match items::find(db, actor, &item.id).await {
        Ok(seen) => policy::on_item(actor, Do::SeeInternal, &seen.facts()),
        Err(Error::NotFound) => false,
        Err(error) => return Err(error),
    };
    if insider || (found.published_at.is_some() && policy::works(actor)) {
        Ok((item, found))
    } else {
        Err(Error::NotFound)
    }
}

/// Write it down.
pub async fn save(tx: &mut Tx, item: &Item, p: &PostMortem, now: Timestamp) -> Result<()> {
    let words = [
        item.title.as_str(),
        &p.summary,
        &p.impact,
        &p.causes.join(" "),
        &p.went_well,
        &p.went_wrong,
        &p.lucky,
        &p.lessons,
    ]
    .join(" ")
    .to_lowercase();
    sql(
        "INSERT INTO post_mortem (item_id, summary, impact, causes, went_well, went_wrong, lucky,
            lessons, left_out, words, author_id, created_at, updated_at, published_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
         ON CONFLICT (item_id) DO UPDATE SET summary = excluded.summary, impact = excluded.impact,
            causes = excluded.causes, went_well = excluded.went_well,
            went_wrong = excluded.went_wrong, lucky = excluded.lucky, lessons = excluded.lessons,
            left_out = excluded.left_out, words = excluded.words,
            updated_at = excluded.updated_at, published_at = excluded.published_at,
            version = excluded.version",
    )
    .bind(&item.id)
    .bind(&p.summary)
    .bind(&p.impact)
    .bind(serde_json::to_string(&p.causes)?)
    .bind(&p.went_well)
    .bind(&p.went_wrong)
    .bind(&p.lucky)
    .bind(&p.lessons)
    .bind(serde_json::to_string(&p.left_out)?)
    .bind(words)
    .bind(&p.author_id)
    .bind(p.created_at.as_microsecond())
    .bind(now.as_microsecond())
    .bind(p.published_at.map(Timestamp::as_microsecond))
    .bind(p.version)
    .run(tx)
    .await?;
    Ok(())
}

/// Work that came of it.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Action {
    pub id: String,
    pub number: i64,
    pub title: String,
    pub owner: Option<String>,
    /// A day.
    pub due_on: Option<String>,
    pub closed: bool,
    /// Whether it ended as done, not declined.
    pub done: bool,
    /// Name of its stage.
    pub stage: String,
    pub process_id: String,
    pub process_version: i64,
}

impl Action {
    /// From a row of the work item with `name` of its owner and `due_on`.
    pub fn read(row: &Row) -> Result<Action> {
        Ok(Action {
            id: row.get("id")?,
            number: row.get("number")?,
            title: row.get("title")?,
            owner: row.get("name")?,
            due_on: row.get("due_on")?,
            closed: row.get::<Option<i64>>("closed_at")?.is_some(),
            done: row.get::<String>("phase")? == "done",
            stage: row.get("stage")?,
            process_id: row.get("process_id")?,
            process_version: row.get("process_version")?,
        })
    }
}

/// The work that came of it, in order of number.
pub async fn actions(db: &Db, item_id: &str) -> Result<Vec<Action>> {
    sql(
        "SELECT w.id, w.number, w.title, w.stage, w.phase, w.process_id, w.process_version,
            w.closed_at, p.name, a.due_on
         FROM post_mortem_action a JOIN work_item w ON w.id = a.work_id
         LEFT JOIN person p ON p.id = w.assignee_id
         WHERE a.item_id = $1 ORDER BY w.number",
    )
    .bind(item_id)
    .all(db)
    .await?
    .iter()
    .map(Action::read)
    .collect()
}

/// A line of the list.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Listed {
    pub id: String,
    pub number: i64,
    pub title: String,
    pub service_id: String,
    pub summary: String,
    pub created_at: Timestamp,
    pub published_at: Option<Timestamp>,
    /// How much work came of it, and how much of that is still open.
    pub actions: i64,
    pub open_actions: i64,
}

/// Which ones.
#[derive(Debug, Clone, Default)]
pub struct Wanted<'a> {
    /// Each of these words stands in it.
    pub words: &'a str,
    /// Id of a service.
    pub service: Option<&'a str>,
    /// Only those with work still to do.
    pub open: bool,
    /// The id of the last one of the page before.
    pub after: Option<&'a str>,
}

/// Post-mortems that `actor` may read, newest first.
pub async fn list(db: &Db, actor: &Actor, wanted: &Wanted<'_>, limit: i64) -> Result<Vec<Listed>> {
    let open = "SELECT COUNT(*) FROM post_mortem_action a JOIN work_item x ON x.id = a.work_id
        WHERE a.item_id = m.item_id AND x.closed_at IS NULL";
    let mut filter = Where::new();
    // Drafts are for those who work on the item; a follower of one is told when
    // it is published.
    if !policy::on_item(actor, Do::Work, &Default::default()) {
        let teams: Vec<&str> = actor.team_ids.iter().map(String::as_str).collect();
        let mut mine = vec![actor.id.as_str().into()];
        mine.extend(teams.iter().map(|t| (*t).into()));
        let marks = vec!["?"; teams.len().max(1)].join(", ");
        let marks = if teams.is_empty() { "NULL" } else { &marks };
        filter.and(
            &format!("m.published_at IS NOT NULL OR w.assignee_id = ? OR w.team_id IN ({marks})"),
            mine,
        );
    }
    for word in wanted.words.split_whitespace().take(8) {
        let escaped: String = word
            .to_lowercase()
            .chars()
            .flat_map(|c| match c {
                '%' | '_' | '!' => vec!['!', c],
                c => vec![c],
            })
            .collect();
        filter.and("m.words LIKE ? ESCAPE '!'", [format!("%{escaped}%").into()]);
    }
    if let Some(service) = wanted.service {
        filter.and("w.service_id = ?", [service.into()]);
    }
    if wanted.open {
        filter.and(&format!("({open}) > 0"), []);
    }
    if let Some(after) = wanted.after {
        filter.and(
            "(m.created_at, m.item_id) < (SELECT b.created_at, b.item_id FROM post_mortem b WHERE b.item_id = ?)",
            [after.into()],
        );
    }
    let next = filter.next();
    sql(format!(
        "SELECT m.item_id, m.summary, m.created_at, m.published_at, w.number, w.title, w.service_id,
            (SELECT COUNT(*) FROM post_mortem_action a WHERE a.item_id = m.item_id) AS actions,
            ({open}) AS open_actions
         FROM post_mortem m JOIN work_item w ON w.id = m.item_id
         WHERE {} ORDER BY m.created_at DESC, m.item_id DESC LIMIT ${next}",
        filter.text()
    ))
    .bind_all(filter.values())
    .bind(limit)
    .all(db)
    .await?
    .iter()
    .map(|row| {
        Ok(Listed {
            id: row.get("item_id")?,
            number: row.get("number")?,
            title: row.get("title")?,
            service_id: row.get("service_id")?,
            summary: row.get("summary")?,
            created_at: from_micros(row.get("created_at")?),
            published_at: row.get::<Option<i64>>("published_at")?.map(from_micros),
            actions: row.get("actions")?,
            open_actions: row.get("open_actions")?,
        })
    })
    .collect()
}
