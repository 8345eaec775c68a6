//! Finding requests by their words: title, answers, and what was said.
//!
//! The words are indexed in the transaction that changes them ([`index`]), so a
//! search never lags behind. What is typed becomes a list of plain words before
//! it reaches the database, so no character can upset the query. The last word
//! may be unfinished. Only here and in the two files beside it does the kind
//! of database matter.

mod pages;
mod postgres;
mod sqlite;

use mil_db::{Db, Dialect, Tx, Value, Where, sql};
use mil_process::form::Answer;

use crate::actor::{Actor, Role};
use crate::error::Result;
use crate::openapi::Op;
use crate::queue::Filter;
use crate::queue::query::{self, Horizon, Page, Row};
use crate::router::{Access, Route, get};
use crate::web::Me;
use crate::work::Item;

/// The most words of a question that count.
const WORDS: usize = 8;
/// How many matches are looked at before the search gives up on a reader who
/// may see none of them.
const LOOKED_AT: i64 = 2_000;

/// The routes of this slice.
pub fn routes() -> Vec<Route> {
    use Access::{Agents, SignedIn};
    vec![
        get(Agents, "/work/search", pages::page),
        get(SignedIn, "/api/v1/search", pages::api).op(Op::new(
            "Requests",
            "Find requests by their words",
        )
        .query::<pages::Asked>()
        .answers::<pages::Found>()),
    ]
}

/// The words of a question, lower case, at most eight.
pub fn words(question: &str) -> Vec<String> {
    question
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(WORDS)
        .map(|word| word.chars().take(40).collect::<String>().to_lowercase())
        .collect()
}

/// The text of a query for this database; `None` without any word.
fn matching(dialect: Dialect, question: &str, internal: bool) -> Option<String> {
    let words = words(question);
    if words.is_empty() {
        return None;
    }
    Some(match dialect {
        Dialect::Sqlite => sqlite::question(&words, internal),
        Dialect::Postgres => postgres::question(&words),
    })
}

/// Put an item's words into the index, in the transaction that changed them.
pub async fn index(tx: &mut Tx, item: &Item) -> Result<()> {
    let mut public = format!("{} {}", item.number, item.title);
    for answer in item.answers.values() {
        if let Answer::Text(text) = answer {
            public.push(' ');
            public.push_str(text);
        }
    }
    let mut internal = String::new();
    for row in sql("SELECT visibility, body FROM comment WHERE item_id = $1 ORDER BY id")
        .bind(&item.id)
        .all(&mut *tx)
        .await?
    {
        let part = if row.get::<String>("visibility")? == "public" {
            &mut public
        } else {
            &mut internal
        };
        part.push(' ');
        part.push_str(&row.get::<String>("body")?);
    }
    write(tx, item.number, &public, &internal).await
}

/// Replace the words of one number.
pub async fn write(tx: &mut Tx, number: i64, public: &str, internal: &str) -> Result<()> {
    let (remove, insert) = match tx.dialect() {
        Dialect::Sqlite => (sqlite::REMOVE, sqlite::INSERT),
        Dialect::Postgres => (postgres::REMOVE, postgres::INSERT),
    };
    sql(remove).bind(number).run(tx).await?;
    sql(insert)
        .bind(number)
        .bind(public)
        .bind(internal)
        .run(tx)
        .await?;
    Ok(())
}

/// Whether this role sees every request, so that matches need no sieve.
fn sees_all(actor: &Actor) -> bool {
    matches!(
        actor.role,
        Role::Marketer | Role::Lead | Role::Administrator
    )
}

/// Numbers of matching requests that `actor` may see and that fit `fits`,
/// newest first, below `below`.
async fn numbers(
    db: &Db,
    actor: &Actor,
    question: &str,
    fits: &Where,
    below: i64,
    limit: i64,
) -> Result<Vec<i64>> {
    let all = sees_all(actor);
    let Some(asked) = matching(db.dialect(), question, all) else {
        return Ok(Vec::new());
    };
    let (first, exists) = match db.dialect() {
        Dialect::Sqlite => (sqlite::NEWEST, sqlite::EXISTS),
        Dialect::Postgres => (postgres::NEWEST, postgres::EXISTS),
    };
    let next = fits.next();
    if !all {
        // Few requests are theirs: ask of each whether it matches.
        let text = format!(
            "SELECT w.number FROM work_item w WHERE {} AND w.number < ${next} AND {} ORDER BY w.number DESC LIMIT ${}",
            fits.text(),
            exists.replace("$MATCH", &format!("${}", next + 1)),
            next + 2
        );
        return Ok(sql(text)
            .bind_all(fits.values())
            .bind(below)
            .bind(asked)
            .bind(limit)
            .column("number", db)
            .await?);
    }
    let candidates: Vec<i64> = sql(first)
        .bind(asked)
        .bind(below)
        .bind(LOOKED_AT)
        .column("number", db)
        .await?;
    let mut found = Vec::new();
    for chunk in candidates.chunks(200) {
        let mut filter = fits.clone();
        filter.and_in("w.number", chunk.iter().copied());
        let some: Vec<i64> = sql(format!(
            "SELECT w.number FROM work_item w WHERE {} ORDER BY w.number DESC",
            filter.text()
        ))
        .bind_all(filter.values())
        .column("number", db)
        .await?;
        found.extend(some);
        if found.len() as i64 >= limit {
            found.truncate(usize::try_from(limit).unwrap_or(0));
            break;
        }
    }
    Ok(found)
}

/// A page of the requests that match and that a list's filter lets through,
/// newest first; the one with this very number before all others.
pub async fn filtered(me: &Me, filter: &Filter, horizon: Horizon, question: &str) -> Result<Page> {
    let plain = Filter {
        q: None,
        sort: None,
        dir: None,
        ..filter.first_page()
    };
    let fits = query::condition(&me.actor, &plain, horizon);
    let size = i64::from(filter.size());
    let below = filter
        .after
        .as_deref()
        .and_then(|at| at.parse().ok())
        .unwrap_or(i64::MAX);
    let mut all = numbers(&me.app.db, &me.actor, question, &fits, below, size + 1).await?;
    let more = all.len() as i64 > size;
    all.truncate(filter.size() as usize);
    if filter.after.is_none()
        && let Ok(exact) = question.trim().trim_start_matches('#').parse::<i64>()
    {
        all.retain(|number| *number != exact);
        all.insert(0, exact);
    }
    let rows = rows(me, &fits, &all).await?;
    let next = rows
        .last()
        .filter(|_| more)
        .map(|row| row.number.to_string());
    Ok(Page {
        rows,
        next,
        prev: None,
    })
}

/// Requests that match, for the palette, the portal and the API.
pub async fn requests(me: &Me, question: &str, limit: i64) -> Result<Vec<Row>> {
    let filter = Filter {
        state: Some(crate::queue::filter::State::All),
        ..Filter::default()
    };
    let horizon = Horizon::new(me.now, &me.prefs.zone);
    let mut page = filtered(me, &filter, horizon, question).await?;
    page.rows.truncate(usize::try_from(limit).unwrap_or(0));
    Ok(page.rows)
}

async fn rows(me: &Me, fits: &Where, numbers: &[i64]) -> Result<Vec<Row>> {
    let mut filter = fits.clone();
    filter.and_in("w.number", numbers.iter().copied().map(Value::from));
    let mut rows = query::by_condition(&me.app.db, &filter).await?;
    rows.sort_by_key(|row| numbers.iter().position(|n| *n == row.number));
    Ok(rows)
}

/// Index every request anew, in batches; returns how many.
pub async fn rebuild(app: &crate::App) -> Result<u64> {
    let system = Actor::system();
    let mut last = 0_i64;
    let mut done = 0;
    loop {
        let numbers: Vec<i64> =
            sql("SELECT number FROM work_item WHERE number > $1 ORDER BY number LIMIT 500")
                .bind(last)
                .column("number", &app.db)
                .await?;
        let Some(newest) = numbers.last() else {
            return Ok(done);
        };
        last = *newest;
        let mut tx = app.db.begin().await?;
        for number in numbers {
            let item = crate::work::store::find(&mut tx, &system, &number.to_string()).await?;
            index(&mut tx, &item).await?;
            done += 1;
        }
        tx.commit().await?;
    }
}
