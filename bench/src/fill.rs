//! Filling: the demo's 300 requests, made by the real verbs, are the patterns;
//! all others are copies of them with numbers, people and times of their own,
//! made by the database itself. 97 of 100 are closed, over three years.

use std::path::Path;

use mil::clock::Clock;
use mil::config::Options;
use mil::demo;
use mil::schema::MIGRATIONS;
use mil::state::App;
use mil_db::migrate::migrate;
use mil_db::{Db, sql};

use crate::Outcome;

/// The number of the first copy.
pub const FIRST: i64 = 100_000;
/// Requesters besides those of the demo.
const PEOPLE: i64 = 2_000;
/// How many copies are made in one transaction.
const BATCH: i64 = 50_000;
/// Three years, in microseconds.
const SPAN: i64 = 3 * 365 * 86_400 * 1_000_000;

/// Make it, unless it is there from an earlier run.
pub async fn fill(dir: &Path, url: &str, size: i64) -> Outcome {
    std::fs::create_dir_all(dir)?;
    let mark = dir.join("filled");
    if mark.exists() {
        return Ok(());
    }
    eprintln!("Filling {size} requests …");
    let db = Db::connect_for_filling(url).await?;
    migrate(&db, MIGRATIONS).await?;
    let config = Options {
        data_dir: Some(dir.to_owned()),
        database_url: Some(url.to_owned()),
        ..Options::default()
    }
    .resolve()?;
    let app = App::new(db, config, Clock::System).await?;
    demo::fill(&app, demo::SEED, app.now()).await?;
    let now = app.now().as_microsecond();
    patterns(&app.db, now).await?;
    let mut from = 0;
    while from < size {
        let to = (from + BATCH).min(size);
        copies(&app.db, now, from, to, size).await?;
        from = to;
    }
    let mut tx = app.db.begin().await?;
    sql("UPDATE counter SET value = $1 WHERE name = 'item'")
        .bind(FIRST + size)
        .run(&mut tx)
        .await?;
    sql("UPDATE counter SET value = $1 WHERE name = 'order'")
        .bind(FIRST + size)
        .run(&mut tx)
        .await?;
    for table in ["bench_pattern", "bench_number"] {
        sql(format!("DROP TABLE {table}")).run(&mut tx).await?;
    }
    tx.commit().await?;
    let mut tx = app.db.begin().await?;
    sql("ANALYZE").run(&mut tx).await?;
    tx.commit().await?;
    app.db.close().await;
    std::fs::write(mark, "")?;
    Ok(())
}

/// Number the patterns, the people and the copies of one batch.
async fn patterns(db: &Db, now: i64) -> Outcome {
    let mut tx = db.begin().await?;
    for text in [
        "CREATE TABLE bench_number (n BIGINT PRIMARY KEY)",
        "CREATE TABLE bench_pattern (kind TEXT NOT NULL, place BIGINT NOT NULL, id TEXT NOT NULL,
            PRIMARY KEY (kind, place))",
        "INSERT INTO bench_pattern (kind, place, id)
         SELECT kind, ROW_NUMBER() OVER (PARTITION BY kind ORDER BY number) - 1, id FROM (
            SELECT CASE WHEN closed_at IS NULL THEN 'open' ELSE 'closed' END AS kind, number, id
            FROM work_item) x",
        "INSERT INTO bench_number (n) VALUES (0)",
    ] {
        sql(text).run(&mut tx).await?;
    }
    let mut count = 1;
    while count < BATCH.max(PEOPLE) {
        sql("INSERT INTO bench_number (n) SELECT n + $1 FROM bench_number")
            .bind(count)
            .run(&mut tx)
            .await?;
        count *= 2;
    }
    sql(
        "INSERT INTO person (id, email, name, role, created_at, updated_at, version)
         SELECT 'person-' || CAST(n AS TEXT), 'person' || CAST(n AS TEXT) || '@nordhaven.example',
            'Person ' || CAST(n AS TEXT), 'requester', $1, $1, 1
         FROM bench_number WHERE n < $2",
    )
    .bind(now)
    .bind(PEOPLE)
    .run(&mut tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

/// The copy's number `x` and its pattern `p`.
fn copies_of(open: i64, closed: i64) -> String {
    format!(
        "FROM (SELECT n + $1 AS x FROM bench_number WHERE n < $2) c
         JOIN bench_pattern p ON
            p.kind = CASE WHEN x % 100 >= 97 THEN 'open' ELSE 'closed' END
            AND p.place = CASE WHEN x % 100 >= 97 THEN (x / 7) % {open} ELSE (x / 7) % {closed} END"
    )
}

/// How much later a copy happened than its pattern.
const LATER: &str = "CASE WHEN p.kind = 'open' THEN (x % 1009) * 30000000
    ELSE $3 + x * $4 - w.created_at END";

async fn copies(db: &Db, now: i64, from: i64, to: i64, size: i64) -> Outcome {
    let mut tx = db.begin().await?;
    let (start, step) = (now - SPAN, SPAN / size.max(1));
    let id = "CAST(1000000000 + x AS TEXT)";
    let mut counts = [0; 2];
    for (count, kind) in counts.iter_mut().zip(["open", "closed"]) {
        *count = sql("SELECT COUNT(*) AS n FROM bench_pattern WHERE kind = $1")
            .bind(kind)
            .value("n", &mut tx)
            .await?;
    }
    let from_patterns = copies_of(counts[0], counts[1]);
    let texts = [
        format!(
            "INSERT INTO service_order (id, number, requester_id, created_at)
             SELECT 'order-' || {id}, {FIRST} + x, 'person-' || CAST(x % {PEOPLE} AS TEXT),
                w.created_at + {LATER}
             {from_patterns} JOIN work_item w ON w.id = p.id"
        ),
        format!(
            "INSERT INTO work_item (id, number, kind, title, service_id, form_version, process_id,
                process_version, stage, phase, stage_since, priority, requester_id, department_id,
                team_id, assignee_id, order_id, answers, fields, ticks, promise, respond_by,
                deliver_by, wake_at, waiting, created_at, updated_at, closed_at, merged_into_id,
                rating, rating_comment, rated_at, version)
             SELECT 'item-' || {id}, {FIRST} + x, w.kind, w.title, w.service_id, w.form_version,
                w.process_id, w.process_version, w.stage, w.phase, w.stage_since + {LATER},
                w.priority, 'person-' || CAST(x % {PEOPLE} AS TEXT), w.department_id, w.team_id,
                w.assignee_id, 'order-' || {id}, w.answers, w.fields, w.ticks, w.promise,
                CASE WHEN p.kind = 'open' THEN w.respond_by + (x % 1009) * 30000000 ELSE w.respond_by END,
                CASE WHEN p.kind = 'open' THEN w.deliver_by + (x % 1009) * 30000000 ELSE w.deliver_by END,
                w.wake_at + 31536000000000, w.waiting, w.created_at + {LATER},
                w.updated_at + {LATER}, w.closed_at + {LATER}, NULL, w.rating, w.rating_comment,
                w.rated_at + {LATER}, w.version
             {from_patterns} JOIN work_item w ON w.id = p.id"
        ),
        format!(
            "INSERT INTO stage_visit (id, item_id, stage, person_id, entered_at, left_at, worked)
             SELECT v.id || '-' || {id}, 'item-' || {id}, v.stage, v.person_id,
                v.entered_at + {LATER}, v.left_at + {LATER}, v.worked
             {from_patterns} JOIN work_item w ON w.id = p.id JOIN stage_visit v ON v.item_id = p.id"
        ),
        format!(
            "INSERT INTO comment (id, item_id, author_id, visibility, body, created_at)
             SELECT {id} || '-' || m.id, 'item-' || {id}, m.author_id, m.visibility, m.body,
                m.created_at + {LATER}
             {from_patterns} JOIN work_item w ON w.id = p.id JOIN comment m ON m.item_id = p.id"
        ),
        format!(
            "INSERT INTO event (id, at, actor_id, actor_name, via, ip, agent, verb, object_kind,
                object_id, item_id, audience, data)
             SELECT {id} || '-' || e.id, e.at + {LATER}, e.actor_id, e.actor_name, e.via, e.ip,
                e.agent, e.verb, e.object_kind, 'item-' || {id}, 'item-' || {id}, e.audience, e.data
             {from_patterns} JOIN work_item w ON w.id = p.id JOIN event e ON e.item_id = p.id
                AND e.verb IN ('request.ordered', 'request.assigned', 'request.moved', 'request.done')"
        ),
    ];
    for text in texts {
        let wants = text.matches("$4").count() > 0;
        let mut query = sql(text).bind(from).bind(to - from);
        if wants {
            query = query.bind(start).bind(step);
        }
        query.run(&mut tx).await?;
    }
    tx.commit().await?;
    Ok(())
}
