//! Databases for tests: every test gets an empty one of its own.
//!
//! Store tests run twice, once on SQLite and once on
//! PostgreSQL. The PostgreSQL one needs `MIL_TEST_POSTGRES` to name a server
//! that may be filled with throw-away databases (`./test` starts one); without
//! it that half says so and is skipped.

use std::sync::atomic::{AtomicU64, Ordering};

use sqlx::Executor;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection};

use crate::Db;
use crate::migrate::{Migration, migrate};

static NEXT: AtomicU64 = AtomicU64::new(0);

/// The server for tests, if there is one.
pub fn postgres_url() -> Option<String> {
    std::env::var("MIL_TEST_POSTGRES")
        .ok()
        .filter(|u| !u.is_empty())
}

/// A migrated SQLite database in `dir`.
pub async fn sqlite(dir: &std::path::Path, list: &[Migration]) -> Db {
    let db = Db::open_file(&dir.join("mil.sqlite"))
        .await
        .expect("open SQLite");
    migrate(&db, list).await.expect("migrate SQLite");
    db
}

/// A migrated PostgreSQL database with a name of its own, made from a
/// template that is migrated once per list of files.
pub async fn postgres(url: &str, list: &[Migration]) -> Db {
    let options: PgConnectOptions = url
        .parse()
        .expect("MIL_TEST_POSTGRES is a postgres:// address");
    let print = list
        .iter()
        .flat_map(|m| m.text.bytes())
        .fold(0xcbf2_9ce4_8422_2325_u64, |h, b| {
            (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)
        });
    let template = format!("mil_template_{print:x}");
    let name = format!(
        "mil_test_{}_{}",
        std::process::id(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    );
    let mut admin = options.connect().await.expect("connect to the test server");
    let _ = admin
        .execute("SELECT pg_advisory_lock(7302)")
        .await
        .expect("lock");
    let there: Option<String> =
        sqlx::query_scalar("SELECT CAST(datname AS TEXT) FROM pg_database WHERE datname = $1")
            .bind(&template)
            .fetch_optional(&mut admin)
            .await
            .expect("look for the template");
    if there.is_none() {
        create(&mut admin, &template, None).await;
        let db = Db::connect(&with_database(url, &template))
            .await
            .expect("open the template");
        migrate(&db, list).await.expect("migrate PostgreSQL");
        db.close().await;
    }
    let stale = format!("DROP DATABASE IF EXISTS {name}");
    admin
        .execute(sqlx::AssertSqlSafe(stale))
        .await
        .expect("drop a stale test database");
    create(&mut admin, &name, Some(&template)).await;
    let _ = admin.close().await;
    Db::connect(&with_database(url, &name))
        .await
        .expect("open the test database")
}

async fn create(admin: &mut sqlx::PgConnection, name: &str, template: Option<&str>) {
    let from = template.map_or(String::new(), |t| format!(" TEMPLATE {t}"));
    let text = format!("CREATE DATABASE {name}{from}");
    admin
        .execute(sqlx::AssertSqlSafe(text))
        .await
        .expect("create a test database");
}

/// `url` with another database name.
pub fn with_database(url: &str, name: &str) -> String {
    let (head, query) = url
        .split_once('?')
        .map_or((url, None), |(h, q)| (h, Some(q)));
    let after_scheme = head.find("://").map_or(0, |i| i + 3);
    let base = head[after_scheme..]
        .find('/')
        .map_or(head, |i| &head[..after_scheme + i]);
    match query {
        Some(query) => format!("{base}/{name}?{query}"),
        None => format!("{base}/{name}"),
    }
}
