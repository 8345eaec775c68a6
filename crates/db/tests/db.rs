//! Both databases through one set of tests.

use mil_db::migrate::{Migration, migrate, pending};
use mil_db::{Db, DbError, sql, testing};

const LIST: &[Migration] = &[
    Migration {
        name: "0001_thing.sql",
        text: "CREATE TABLE thing (id TEXT PRIMARY KEY, n BIGINT, x DOUBLE PRECISION, body TEXT);
               CREATE INDEX thing_n ON thing (n);",
    },
    Migration {
        name: "0002_only.sqlite.sql",
        text: "CREATE TABLE only_sqlite (id TEXT)",
    },
    Migration {
        name: "0002_only.postgres.sql",
        text: "CREATE TABLE only_postgres (id TEXT)",
    },
];

/// One database of each kind that is at hand.
async fn databases(dir: &std::path::Path) -> Vec<Db> {
    let mut all = vec![testing::sqlite(dir, LIST).await];
    match testing::postgres_url() {
        Some(url) => all.push(testing::postgres(&url, LIST).await),
        None => eprintln!("MIL_TEST_POSTGRES is not set: the PostgreSQL half is skipped"),
    }
    all
}

async fn insert(db: &Db, id: &str, n: Option<i64>) -> mil_db::Result<()> {
    let mut tx = db.begin().await?;
    sql("INSERT INTO thing (id, n, x, body) VALUES ($1, $2, $3, $4)")
        .bind(id)
        .bind(n)
        .bind(1.5)
        .bind(None::<String>)
        .run(&mut tx)
        .await?;
    tx.commit().await
}

async fn count(db: &Db) -> i64 {
    sql("SELECT COUNT(*) AS n FROM thing")
        .value("n", db)
        .await
        .unwrap()
}

#[tokio::test]
async fn values_come_back_as_they_went_in() {
    let dir = tempfile::tempdir().unwrap();
    for db in databases(dir.path()).await {
        insert(&db, "a", Some(i64::MAX)).await.unwrap();
        insert(&db, "b", None).await.unwrap();
        let rows = sql("SELECT id, n, x, body, 1 AS one FROM thing ORDER BY id")
            .all(&db)
            .await
            .unwrap();
        assert_eq!(rows[0].get::<i64>("n").unwrap(), i64::MAX);
        assert_eq!(rows[1].get::<Option<i64>>("n").unwrap(), None);
        assert_eq!(rows[0].get::<f64>("x").unwrap(), 1.5);
        assert_eq!(rows[0].get::<Option<String>>("body").unwrap(), None);
        assert_eq!(rows[0].get::<i64>("one").unwrap(), 1);
        assert!(matches!(
            rows[0].get::<i64>("nope"),
            Err(DbError::Column { .. })
        ));
    }
}

#[tokio::test]
async fn dropped_and_failed_transactions_leave_nothing() {
    let dir = tempfile::tempdir().unwrap();
    for db in databases(dir.path()).await {
        let mut tx = db.begin().await.unwrap();
        sql("INSERT INTO thing (id) VALUES ('gone')")
            .run(&mut tx)
            .await
            .unwrap();
        drop(tx);
        insert(&db, "stays", Some(1)).await.unwrap();
        assert!(matches!(
            insert(&db, "stays", Some(2)).await,
            Err(DbError::Duplicate(_))
        ));
        assert_eq!(count(&db).await, 1);
    }
}

#[tokio::test]
async fn many_writers_at_once_all_arrive_and_failures_stay_alone() {
    let dir = tempfile::tempdir().unwrap();
    for db in databases(dir.path()).await {
        let mut tasks = Vec::new();
        for i in 0..200_i64 {
            let db = db.clone();
            tasks.push(tokio::spawn(async move {
                match i % 4 {
                    // A duplicate, a cancelled one, and two good ones.
                    0 => insert(&db, "same", Some(i)).await.is_ok(),
                    1 => {
                        let id = format!("maybe{i}");
                        let slow = insert(&db, &id, Some(i));
                        tokio::time::timeout(std::time::Duration::ZERO, slow)
                            .await
                            .is_ok_and(|r| r.is_ok())
                    }
                    _ => insert(&db, &format!("t{i}"), Some(i)).await.is_ok(),
                }
            }));
        }
        let mut told = 0;
        for task in tasks {
            told += i64::from(task.await.unwrap());
        }
        insert(&db, "afterwards", None).await.unwrap();
        // Everything acknowledged is there; a cancelled one may be there too.
        let sure: i64 = sql("SELECT COUNT(*) AS n FROM thing WHERE id NOT LIKE 'maybe%'")
            .value("n", &db)
            .await
            .unwrap();
        assert_eq!(sure, 100 + 1 + 1);
        assert!(told >= 101);
    }
}

#[tokio::test]
async fn migrating_twice_changes_nothing_and_edits_are_noticed() {
    let dir = tempfile::tempdir().unwrap();
    for db in databases(dir.path()).await {
        assert!(migrate(&db, LIST).await.unwrap().is_empty());
        assert!(pending(&db, LIST).await.unwrap().is_empty());
        let edited = [
            Migration {
                name: "0001_thing.sql",
                text: "CREATE TABLE other (id TEXT)",
            },
            LIST[1],
            LIST[2],
        ];
        assert!(matches!(
            migrate(&db, &edited).await,
            Err(DbError::Migration(_))
        ));
        assert!(matches!(
            migrate(&db, &LIST[..1]).await,
            Err(DbError::Migration(_))
        ));
        let broken = [
            LIST[0],
            LIST[1],
            LIST[2],
            Migration {
                name: "0003_bad.sql",
                text: "CREATE TABLE half (id TEXT); CREATE TABBLE x (id TEXT);",
            },
        ];
        assert!(matches!(
            migrate(&db, &broken).await,
            Err(DbError::Migration(_))
        ));
        assert!(sql("SELECT id FROM half").all(&db).await.is_err());
    }
}
