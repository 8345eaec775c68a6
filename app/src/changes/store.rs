//! The record of a change, and what it takes over from the order.

use std::collections::BTreeMap;

use jiff::Timestamp;
use mil_db::{On, Row, Tx, sql};
use mil_process::form::Answer;

use crate::calendar;
use crate::catalog::model::WorkKind;
use crate::changes::rules::{self, Answers, Assessment, Outcome, QUESTIONS, Type};
use crate::clock::from_micros;
use crate::error::{Error, Msg, Result};
use crate::post_mortems::store::Action;
use crate::work::Item;

/// What is known of a change.
#[derive(Debug, Clone)]
pub struct Record {
    /// How it is decided on.
    pub kind: Type,
    /// Why it cannot wait; emergencies.
    pub reason: String,
    /// As entered by those who rank it.
    pub answers: Answers,
    /// `kind:id` of what it touches: the same as the calendar's.
    pub touches: Vec<String>,
    /// How it is made. Markdown, as the two below.
    pub plan: String,
    /// The way back.
    pub back_out: String,
    /// How one sees that it works.
    pub test: String,
    /// How it went.
    pub outcome: Option<Outcome>,
    /// What happened. Markdown.
    pub happened: String,
    /// `yes`, `partly` or `no`: whether the plan was followed.
    pub followed: Option<String>,
    /// When it was looked back at.
    pub reviewed_at: Option<Timestamp>,
    /// Against writing over each other; 0 while nobody has written anything.
    pub version: i64,
}

impl Record {
    /// What the answers come to, with those of the order.
    pub fn assessment(&self, item: &Item) -> Option<Assessment> {
        rules::assess(&self.all_answers(item))
    }

    /// The answers given here, and where none was given those of the order.
    pub fn all_answers(&self, item: &Item) -> Answers {
        let mut all = ordered(item);
        all.extend(self.answers.clone());
        rules::known(&all)
    }

    /// The way back, from here or from the order.
    pub fn way_back(&self, item: &Item) -> String {
        first(&self.back_out, item, &["back"])
    }

    /// How it is made, from here or from the order.
    pub fn steps(&self, item: &Item) -> String {
        first(&self.plan, item, &["steps", "change"])
    }

    /// How it is tested, from here or from the request.
    pub fn tests(&self, item: &Item) -> String {
        first(&self.test, item, &["tried_how"])
    }

    /// Whether it did not come to what was wanted, as far as anybody said.
    pub fn failed(&self, item: &Item) -> bool {
        self.outcome.is_some_and(Outcome::is_failure)
            || matches!(item.fields.get("outcome"), Some(Answer::Text(word)) if word == "back")
    }

    /// Whether somebody has to look back before it is closed.
    pub fn review_due(&self, item: &Item) -> bool {
        self.reviewed_at.is_none() && (self.kind == Type::Emergency || self.failed(item))
    }
}

fn first(own: &str, item: &Item, keys: &[&str]) -> String {
    if !own.is_empty() {
        return own.to_owned();
    }
    keys.iter()
        .filter_map(|key| item.answers.get(*key).or_else(|| item.fields.get(*key)))
        .find_map(|answer| match answer {
            Answer::Text(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
            _ => None,
        })
        .unwrap_or_default()
}

/// The answers to the questionnaire that stand in the order.
pub fn ordered(item: &Item) -> Answers {
    let mut out = Answers::new();
    for q in &QUESTIONS {
        let given = match item.answers.get(q.key) {
            Some(Answer::Text(word)) => [word.clone()].into(),
            Some(Answer::Many(words)) => words.iter().cloned().collect(),
            Some(Answer::YesNo(yes)) => [if *yes { "yes" } else { "no" }.to_owned()].into(),
            _ => continue,
        };
        out.insert(q.key.to_owned(), given);
    }
    rules::known(&out)
}

/// An error unless `item` is a change.
pub fn is_change(item: &Item) -> Result<()> {
    if item.kind == WorkKind::Change {
        Ok(())
    } else {
        Err(Error::Conflict(Msg::new(
            "Only a change has risk and plans to write about.",
        )))
    }
}

fn record(row: &Row) -> Result<Record> {
    let kind: String = row.get("type")?;
    let outcome: Option<String> = row.get("outcome")?;
    Ok(Record {
        kind: Type::from_key(&kind)
            .ok_or_else(|| Error::Internal(format!("type of change {kind}")))?,
        reason: row.get("reason")?,
        answers: row.json("answers")?,
        touches: row.json("touches")?,
        plan: row.get("plan")?,
        back_out: row.get("back_out")?,
        test: row.get("test")?,
        outcome: outcome.as_deref().and_then(Outcome::from_key),
        happened: row.get("happened")?,
        followed: row.get("followed")?,
        reviewed_at: row.get::<Option<i64>>("reviewed_at")?.map(from_micros),
        version: row.get("version")?,
    })
}

/// Which type the orders of a service are; normal where nobody said.
pub async fn type_of_service<'a>(on: impl Into<On<'a>>, service_id: &str) -> Result<Type> {
    let row = sql("SELECT type FROM change_service WHERE service_id = $1")
        .bind(service_id)
        .opt(on)
        .await?;
    let word: Option<String> = row.map(|r| r.get("type")).transpose()?;
    Ok(word
        .as_deref()
        .and_then(Type::from_key)
        .unwrap_or(Type::Normal))
}

/// The type of every service of which somebody said it, by the service's id.
pub async fn types<'a>(on: impl Into<On<'a>>) -> Result<BTreeMap<String, Type>> {
    let rows = sql("SELECT service_id, type FROM change_service")
        .all(on)
        .await?;
    let mut out = BTreeMap::new();
    for row in &rows {
        let word: String = row.get("type")?;
        if let Some(kind) = Type::from_key(&word) {
            out.insert(row.get("service_id")?, kind);
        }
    }
    Ok(out)
}

/// The record of a change that was found for an actor; what nobody has written
/// yet follows from its service and its order.
pub async fn of<'a>(on: impl Into<On<'a>>, item: &Item) -> Result<Record> {
    let mut on = on.into();
    let row = sql("SELECT * FROM change_record WHERE item_id = $1")
        .bind(&item.id)
        .opt(on.again())
        .await?;
    if let Some(row) = row {
        return record(&row);
    }
    let kind = type_of_service(on.again(), &item.service_id).await?;
    let entry = calendar::store::of_item(on, &item.id).await?;
    let reason = if kind == Type::Emergency {
        first("", item, &["harm"])
    } else {
        String::new()
    };
    Ok(Record {
        kind,
        reason,
        answers: Answers::new(),
        touches: entry.map(|e| e.touches).unwrap_or_default(),
        plan: String::new(),
        back_out: String::new(),
        test: String::new(),
        outcome: None,
        happened: String::new(),
        followed: None,
        reviewed_at: None,
        version: 0,
    })
}

/// Write it down.
pub async fn save(tx: &mut Tx, item_id: &str, r: &Record, by: &str, now: Timestamp) -> Result<()> {
    sql(
        "INSERT INTO change_record (item_id, type, reason, answers, touches, plan, back_out, test,
            outcome, happened, followed, reviewed_by, reviewed_at, created_at, updated_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14, $15)
         ON CONFLICT (item_id) DO UPDATE SET type = excluded.type, reason = excluded.reason,
            answers = excluded.answers, touches = excluded.touches, plan = excluded.plan,
            back_out = excluded.back_out, test = excluded.test, outcome = excluded.outcome,
            happened = excluded.happened, followed = excluded.followed,
            reviewed_by = COALESCE(change_record.reviewed_by, excluded.reviewed_by),
            reviewed_at = excluded.reviewed_at, updated_at = excluded.updated_at,
            version = excluded.version",
    )
    .bind(item_id)
    .bind(r.kind.key())
    .bind(&r.reason)
    .bind(serde_json::to_string(&r.answers)?)
    .bind(serde_json::to_string(&r.touches)?)
    .bind(&r.plan)
    .bind(&r.back_out)
    .bind(&r.test)
    .bind(r.outcome.map(Outcome::key))
    .bind(&r.happened)
    .bind(&r.followed)
    .bind(r.reviewed_at.map(|_| by))
    .bind(r.reviewed_at.map(Timestamp::as_microsecond))
    .bind(now.as_microsecond())
    .bind(r.version)
    .run(tx)
    .await?;
    Ok(())
}

/// The calendar entry of a change touches other things now: the record, if
/// there is one, says the same.
pub async fn share(tx: &mut Tx, item_id: &str, touches: &[String]) -> Result<()> {
    sql("UPDATE change_record SET touches = $1 WHERE item_id = $2")
        .bind(serde_json::to_string(touches)?)
        .bind(item_id)
        .run(tx)
        .await?;
    Ok(())
}

/// The work that came of looking back, in order of number.
pub async fn actions<'a>(on: impl Into<On<'a>>, item_id: &str) -> Result<Vec<Action>> {
    sql(
        "SELECT w.id, w.number, w.title, w.stage, w.phase, w.process_id, w.process_version,
            w.closed_at, p.name, a.due_on
         FROM change_action a JOIN work_item w ON w.id = a.work_id
         LEFT JOIN person p ON p.id = w.assignee_id
         WHERE a.item_id = $1 ORDER BY w.number",
    )
    .bind(item_id)
    .all(on)
    .await?
    .iter()
    .map(Action::read)
    .collect()
}

/// Ids and numbers of the incidents that a change caused.
pub async fn incidents<'a>(
    on: impl Into<On<'a>>,
    item_id: &str,
) -> Result<Vec<(String, i64, String)>> {
    sql(
        "SELECT w.id, w.number, w.title FROM item_link l JOIN work_item w ON w.id = l.from_id
         WHERE l.to_id = $1 AND l.kind = 'caused_by' AND w.kind = 'incident' ORDER BY w.number",
    )
    .bind(item_id)
    .all(on)
    .await?
    .iter()
    .map(|row| Ok((row.get("id")?, row.get("number")?, row.get("title")?)))
    .collect()
}

/// What the last meeting that decided on a change said: decision, its words
/// (conditions or why), when, and the meeting's id.
pub async fn decided<'a>(
    on: impl Into<On<'a>>,
    item_id: &str,
) -> Result<Option<(String, String, Timestamp, String)>> {
    sql(
        "SELECT decision, words, decided_at, meeting_id FROM meeting_point
         WHERE item_id = $1 AND decision IS NOT NULL ORDER BY decided_at DESC, id DESC LIMIT 1",
    )
    .bind(item_id)
    .opt(on)
    .await?
    .map(|row| {
        Ok((
            row.get("decision")?,
            row.get("words")?,
            from_micros(row.get("decided_at")?),
            row.get("meeting_id")?,
        ))
    })
    .transpose()
}
