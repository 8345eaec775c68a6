//! Requests in the index: title, answers, what was said, and the text of files.
//!
//! The words are indexed in the transaction that changes them ([`index()`]), so a
//! search never lags behind. Words of internal notes are marked as such, so that
//! they never lead somebody to a request who may not read them.

use std::collections::BTreeSet;

use mil_db::{Db, Tx, Value, Where, sql};
use mil_process::form::Answer;

use super::index::{self, Ask, Bag};
use super::question::{Question, Reach};
use super::{files, vocabulary, words};
use crate::actor::{Actor, Role};
use crate::error::Result;
use crate::queue::Filter;
use crate::queue::query::{self, Horizon, Page, Row};
use crate::web::Me;
use crate::work::Item;

/// How many matches are looked at before the search gives up on a filter that
/// lets none of them through.
const LOOKED_AT: [i64; 2] = [200, 2_000];
/// How many of the requests that somebody follows or whose team they are in are
/// asked one by one.
const ASKED: i64 = 300;

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
    let said = sql("SELECT visibility, body FROM comment WHERE item_id = $1 ORDER BY id")
        .bind(&item.id)
        .all(&mut *tx)
        .await?;
    let attached = sql(
        "SELECT a.visibility, a.name || ' ' || COALESCE(t.body, '') AS body, a.name, a.sha256,
            t.sha256 AS known FROM attachment a
         LEFT JOIN file_text t ON t.sha256 = a.sha256
         WHERE a.item_id = $1 AND a.removed_at IS NULL ORDER BY a.id",
    )
    .bind(&item.id)
    .all(&mut *tx)
    .await?;
    for row in &attached {
        if row.get::<Option<String>>("known")?.is_none() {
            let (sha, name): (String, String) = (row.get("sha256")?, row.get("name")?);
            files::want(tx, &sha, &name).await?;
        }
    }
    for row in said.iter().chain(&attached) {
        let part = if row.get::<String>("visibility")? == "public" {
            &mut public
        } else {
            &mut internal
        };
        part.push(' ');
        part.push_str(&row.get::<String>("body")?);
    }
    write(tx, item.number, &item.requester_id, &public, &internal).await
}

/// Index those requests anew that have this file.
pub async fn index_with_file(app: &crate::App, sha256: &str) -> Result<()> {
    let ids: Vec<String> = sql("SELECT DISTINCT item_id FROM attachment
         WHERE sha256 = $1 AND item_id IS NOT NULL AND removed_at IS NULL")
    .bind(sha256)
    .column("item_id", &app.db)
    .await?;
    for id in ids {
        let mut tx = app.db.begin().await?;
        let item = crate::work::store::find(&mut tx, &Actor::system(), &id).await?;
        index(&mut tx, &item).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Replace the words of one number.
pub async fn write(
    tx: &mut Tx,
    number: i64,
    requester_id: &str,
    public: &str,
    internal: &str,
) -> Result<()> {
    let mut bag = words::tokens(public);
    let secret: BTreeSet<String> = words::tokens(internal)
        .into_iter()
        .filter(|word| !bag.contains(word))
        .collect();
    vocabulary::learn(tx, &bag).await?;
    vocabulary::learn(tx, &secret).await?;
    bag.extend(secret.iter().map(|word| format!("i:{word}")));
    bag.insert(owner(requester_id));
    index::put(tx, Bag::Requests, number, bag.iter().map(String::as_str)).await
}

fn owner(person_id: &str) -> String {
    format!("p:{}", person_id.to_lowercase())
}

/// Whether this role sees every request, so that matches need no sieve.
fn sees_all(actor: &Actor) -> bool {
    matches!(
        actor.role,
        Role::Marketer | Role::Lead | Role::Administrator
    )
}

fn ask(actor: &Actor, question: &Question, reach: Reach) -> Ask {
    let all = sees_all(actor);
    question.ask(reach, |form| {
        let mut tokens = vec![form.to_owned()];
        if all {
            tokens.push(format!("i:{form}"));
        }
        tokens
    })
}

/// Numbers that `filter` lets through and that match, asked one by one.
async fn one_by_one(
    db: &Db,
    filter: &Where,
    from: &str,
    asked: &str,
    below: i64,
    limit: i64,
) -> Result<Vec<i64>> {
    let next = filter.next();
    let text = format!(
        "SELECT w.number FROM (SELECT w.* FROM {from} WHERE {} AND w.number < ${next}
            ORDER BY w.number DESC LIMIT {ASKED}) w
         WHERE {} ORDER BY w.number DESC LIMIT ${}",
        filter.text(),
        index::exists(db.dialect()).replace("$MATCH", &format!("${}", next + 1)),
        next + 2
    );
    Ok(sql(text)
        .bind_all(filter.values())
        .bind(below)
        .bind(asked)
        .bind(limit)
        .column("number", db)
        .await?)
}

/// Numbers that may be results, newest first; `fits` has the last word.
async fn candidates(db: &Db, actor: &Actor, ask: &Ask, below: i64, limit: i64) -> Result<Vec<i64>> {
    if sees_all(actor) {
        return index::newest(db, Bag::Requests, ask, below, limit).await;
    }
    let Some(asked) = ask.text(db.dialect()) else {
        return Ok(Vec::new());
    };
    let mut mine = ask.clone();
    mine.and(vec![owner(&actor.id)]);
    let mut found = index::newest(db, Bag::Requests, &mine, below, limit).await?;
    let me = || Value::from(actor.id.as_str());
    let mut watched = Where::new();
    watched.and("v.person_id = ?", [me()]);
    let from = "watcher v JOIN work_item w ON w.id = v.item_id";
    found.extend(one_by_one(db, &watched, from, &asked, below, limit).await?);
    if actor.role == Role::ItPartner {
        let mut works = Where::new();
        works.and("w.assignee_id = ?", [me()]);
        found.extend(one_by_one(db, &works, "work_item w", &asked, below, limit).await?);
        for team in &actor.team_ids {
            let mut theirs = Where::new();
            theirs.and("w.team_id = ?", [team.into()]);
            found.extend(one_by_one(db, &theirs, "work_item w", &asked, below, limit).await?);
        }
        found.extend(index::newest(db, Bag::Requests, ask, below, limit).await?);
    }
    found.sort_unstable_by(|a, b| b.cmp(a));
    found.dedup();
    Ok(found)
}

/// Numbers of matching requests that `actor` may see and that fit `fits`,
/// newest first, below `below`.
pub async fn numbers(
    db: &Db,
    actor: &Actor,
    (question, reach): (&Question, Reach),
    fits: &Where,
    below: i64,
    limit: i64,
) -> Result<Vec<i64>> {
    let ask = ask(actor, question, reach);
    let mut found: Vec<i64> = Vec::new();
    for many in LOOKED_AT {
        found.clear();
        let candidates = candidates(db, actor, &ask, below, many).await?;
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
                return Ok(found);
            }
        }
        if (candidates.len() as i64) < many {
            break;
        }
    }
    Ok(found)
}

/// A page of the requests that match and that a list's filter lets through,
/// newest first; the one with this very number before all others.
pub async fn filtered(me: &Me, filter: &Filter, horizon: Horizon, question: &str) -> Result<Page> {
    let mut read = Question::read(&me.app.db, question).await?;
    let page = filtered_by(me, filter, horizon, question, (&read, Reach::Strict)).await?;
    if !page.rows.is_empty() || filter.after.is_some() {
        return Ok(page);
    }
    read.loosen(&me.app.db).await?;
    filtered_by(me, filter, horizon, question, (&read, Reach::Loose)).await
}

async fn filtered_by(
    me: &Me,
    filter: &Filter,
    horizon: Horizon,
    typed: &str,
    question: (&Question, Reach),
) -> Result<Page> {
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
        && let Ok(exact) = typed.trim().trim_start_matches('#').parse::<i64>()
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

/// The rows of these numbers that `fits` lets through, in this order.
pub async fn rows(me: &Me, fits: &Where, numbers: &[i64]) -> Result<Vec<Row>> {
    let mut filter = fits.clone();
    filter.and_in("w.number", numbers.iter().copied().map(Value::from));
    let mut rows = query::by_condition(&me.app.db, &filter).await?;
    rows.sort_by_key(|row| numbers.iter().position(|n| *n == row.number));
    Ok(rows)
}

/// What a reader may read of a request, to show the words that were found.
pub async fn text(me: &Me, id: &str) -> Result<String> {
    let item = crate::work::store::find(&me.app.db, &me.actor, id).await?;
    let internal = crate::policy::on_item(&me.actor, crate::policy::Do::SeeInternal, &item.facts());
    let only = if internal {
        ""
    } else {
        " AND visibility = 'public'"
    };
    let mut out: Vec<String> = item
        .answers
        .values()
        .filter_map(|answer| match answer {
            Answer::Text(text) => Some(text.clone()),
            _ => None,
        })
        .collect();
    out.extend(
        sql(format!(
            "SELECT body FROM comment WHERE item_id = $1{only} ORDER BY id"
        ))
        .bind(&item.id)
        .column::<String>("body", &me.app.db)
        .await?
        .iter()
        .map(|body| super::snippet::text_of(body)),
    );
    let only = only.replace("visibility", "a.visibility");
    out.extend(
        sql(format!(
            "SELECT a.name || ': ' || COALESCE(t.body, '') AS body FROM attachment a
             LEFT JOIN file_text t ON t.sha256 = a.sha256
             WHERE a.item_id = $1 AND a.removed_at IS NULL{only} ORDER BY a.id"
        ))
        .bind(&item.id)
        .column::<String>("body", &me.app.db)
        .await?,
    );
    Ok(out.join(" · "))
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
