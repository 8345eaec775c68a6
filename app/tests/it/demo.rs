//! The demo: believable, the same from the same seed, and finished.

use std::collections::BTreeMap;

use mil::clock::Clock;
use mil::demo::{SEED, fill};
use mil::schema::MIGRATIONS;
use mil::state::App;
use mil_db::{Db, sql, testing};

use crate::harness::{MONDAY_TEN, config};

async fn count(db: &Db, text: &'static str) -> i64 {
    sql(text).value("n", db).await.unwrap()
}

/// Everything of a table that tells two installations apart.
async fn told(app: &App) -> Vec<String> {
    let rows =
        sql("SELECT number, title, stage, phase, priority, rating FROM work_item ORDER BY number")
            .all(&app.db)
            .await
            .unwrap();
    rows.iter()
        .map(|row| {
            let number: i64 = row.get("number").unwrap();
            let title: String = row.get("title").unwrap();
            let stage: String = row.get("stage").unwrap();
            let phase: String = row.get("phase").unwrap();
            let rating: Option<i64> = row.get("rating").unwrap();
            format!("{number} {title} {stage} {phase} {rating:?}")
        })
        .collect()
}

async fn is_believable(app: &App) {
    let db = &app.db;
    let filled = fill(app, SEED, app.now()).await.unwrap();
    assert_eq!(filled.requests, 300);
    for (text, least, most) in [
        ("SELECT COUNT(*) AS n FROM work_item", 310, 310),
        ("SELECT COUNT(*) AS n FROM practice_adoption", 5, 5),
        ("SELECT COUNT(*) AS n FROM incoming_call", 2, 2),
        // One of two urgent changes waits for a yes.
        (
            "SELECT COUNT(DISTINCT item_id) AS n FROM approval WHERE closed_at IS NULL",
            1,
            1,
        ),
        // One that was major and is over, one that goes on.
        (
            "SELECT COUNT(*) AS n FROM work_item WHERE kind = 'incident'",
            2,
            2,
        ),
        (
            "SELECT COUNT(*) AS n FROM work_item WHERE kind = 'problem'",
            1,
            1,
        ),
        ("SELECT COUNT(*) AS n FROM person", 25, 25),
        // Six of marketing, and IT.
        ("SELECT COUNT(*) AS n FROM team WHERE kind = 'team'", 7, 7),
        (
            "SELECT COUNT(*) AS n FROM service WHERE published_at IS NOT NULL",
            21,
            21,
        ),
        (
            "SELECT COUNT(*) AS n FROM work_item WHERE rating IS NOT NULL",
            60,
            200,
        ),
        (
            "SELECT COUNT(*) AS n FROM work_item WHERE merged_into_id IS NOT NULL",
            1,
            20,
        ),
        ("SELECT COUNT(*) AS n FROM item_link", 3, 60),
        ("SELECT COUNT(*) AS n FROM watcher", 3, 400),
        (
            "SELECT COUNT(*) AS n FROM attachment WHERE item_id IS NOT NULL",
            30,
            600,
        ),
        (
            "SELECT COUNT(*) AS n FROM comment WHERE visibility = 'internal'",
            30,
            900,
        ),
        ("SELECT COUNT(*) AS n FROM calendar_entry", 16, 16),
        ("SELECT COUNT(*) AS n FROM status_component", 6, 6),
        (
            "SELECT COUNT(*) AS n FROM announcement WHERE publish_at IS NOT NULL",
            9,
            9,
        ),
        // One held, with minutes, and six ahead.
        ("SELECT COUNT(*) AS n FROM meeting", 7, 8),
        (
            "SELECT COUNT(*) AS n FROM meeting WHERE published_at IS NOT NULL",
            1,
            1,
        ),
        // One of our own, and those of five practices.
        ("SELECT COUNT(*) AS n FROM playbook", 7, 7),
        (
            "SELECT COUNT(*) AS n FROM playbook_run WHERE ended_at IS NULL",
            2,
            2,
        ),
        (
            "SELECT COUNT(*) AS n FROM playbook_run WHERE abandoned IS NULL AND ended_at IS NOT NULL",
            3,
            3,
        ),
        (
            "SELECT COUNT(*) AS n FROM playbook_run WHERE abandoned IS NOT NULL",
            1,
            1,
        ),
        ("SELECT COUNT(*) AS n FROM saved_view", 4, 4),
        ("SELECT COUNT(*) AS n FROM recurring", 3, 3),
        ("SELECT COUNT(*) AS n FROM request_template", 3, 3),
        ("SELECT COUNT(*) AS n FROM escalation", 10, 400),
        // Everything that had to be told was told, at its time.
        ("SELECT COUNT(*) AS n FROM outbox", 0, 0),
        (
            "SELECT COUNT(*) AS n FROM notification WHERE read_at IS NULL",
            5,
            400,
        ),
        (
            "SELECT COUNT(DISTINCT created_at) AS n FROM notification",
            300,
            100_000,
        ),
    ] {
        let n = count(db, text).await;
        assert!((least..=most).contains(&n), "{text}: {n}");
    }
    let mut phases: BTreeMap<String, usize> = BTreeMap::new();
    let all: Vec<String> = sql("SELECT phase FROM work_item")
        .column("phase", db)
        .await
        .unwrap();
    for phase in all {
        *phases.entry(phase).or_default() += 1;
    }
    for phase in ["new", "active", "waiting", "review", "done", "declined"] {
        assert!(phases.contains_key(phase), "none is {phase}: {phases:?}");
    }
    let first = count(db, "SELECT MIN(created_at) AS n FROM work_item").await;
    let days = (app.now().as_microsecond() - first) / 86_400_000_000;
    assert!((150..=190).contains(&days), "half a year: {days} days");
}

async fn empty(db: Db, dir: &tempfile::TempDir) -> App {
    let clock = Clock::manual(MONDAY_TEN.parse().unwrap());
    App::new(db, config(dir.path()), clock).await.unwrap()
}

#[tokio::test]
async fn the_demo_is_believable_and_the_same_on_both_databases() {
    let dir = tempfile::tempdir().unwrap();
    let app = empty(testing::sqlite(dir.path(), MIGRATIONS).await, &dir).await;
    is_believable(&app).await;
    let Some(url) = testing::postgres_url() else {
        eprintln!("MIL_TEST_POSTGRES is not set: skipped");
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let other = empty(testing::postgres(&url, MIGRATIONS).await, &dir).await;
    is_believable(&other).await;
    assert_eq!(told(&app).await, told(&other).await);
}
