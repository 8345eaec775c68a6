//! Bringing the schema up to date.
//!
//! One numbered list of files serves both databases. Where they cannot share
//! a text (full-text search), a number has one file per dialect, named
//! `0007_search.sqlite.sql` and `0007_search.postgres.sql`. Each file runs in
//! one transaction with the row that records it. A file that has been applied
//! is never edited: its checksum is compared at every start.

use sqlx::Executor;

use crate::tx::Conn;
use crate::{Db, DbError, Dialect, Result, sql};

/// One file of the list.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// File name, e.g. `0001_people.sql`.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
}

impl Migration {
    fn number(&self) -> i64 {
        self.name
            .split('_')
            .next()
            .and_then(|n| n.parse().ok())
            .unwrap_or(0)
    }

    fn serves(&self, dialect: Dialect) -> bool {
        let own = match dialect {
            Dialect::Sqlite => ".sqlite.sql",
            Dialect::Postgres => ".postgres.sql",
        };
        let stem = self.name.trim_end_matches(".sql");
        self.name.ends_with(own) || !stem.contains('.')
    }

    /// FNV-1a, enough to notice an edit.
    fn checksum(&self) -> i64 {
        let hash = self.text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| {
            (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)
        });
        hash.cast_signed()
    }
}

/// Apply what is missing, in order. Returns the names applied.
///
/// # Errors
/// [`DbError::Migration`] when an applied file was edited since, when the
/// database is newer than this program, or when a file fails; that file is
/// then undone and the ones before it stay.
pub async fn migrate(db: &Db, list: &[Migration]) -> Result<Vec<&'static str>> {
    let mut tx = db.begin().await?;
    if db.dialect() == Dialect::Postgres {
        // Two programs starting at once: the second waits here.
        sql("SELECT CAST(pg_advisory_xact_lock(7301) AS TEXT) AS locked")
            .one(&mut tx)
            .await?;
    }
    sql("CREATE TABLE IF NOT EXISTS schema_migration (
            number BIGINT PRIMARY KEY, name TEXT NOT NULL, checksum BIGINT NOT NULL)")
    .run(&mut tx)
    .await?;
    tx.commit().await?;

    let mut mine: Vec<&Migration> = list.iter().filter(|m| m.serves(db.dialect())).collect();
    mine.sort_by_key(|m| m.number());
    let applied = applied(db).await?;
    if let Some((number, name, _)) = applied.last()
        && mine.last().is_none_or(|m| m.number() < *number)
    {
        return Err(DbError::Migration(format!(
            "{name} was applied by a newer version of MIL. Start that version, or restore a backup."
        )));
    }
    let mut done = Vec::new();
    for migration in mine {
        match applied.iter().find(|(n, ..)| *n == migration.number()) {
            Some((_, name, checksum)) if *checksum != migration.checksum() => {
                return Err(DbError::Migration(format!(
                    "{name} was changed after it was applied. Use the version of MIL that applied it."
                )));
            }
            Some(_) => {}
            None => {
                if apply(db, migration).await? {
                    done.push(migration.name);
                }
            }
        }
    }
    Ok(done)
}

/// Names of the files of `list` that are not applied yet.
pub async fn pending(db: &Db, list: &[Migration]) -> Result<Vec<&'static str>> {
    let applied = applied(db).await.unwrap_or_default();
    Ok(list
        .iter()
        .filter(|m| m.serves(db.dialect()))
        .filter(|m| !applied.iter().any(|(n, ..)| *n == m.number()))
        .map(|m| m.name)
        .collect())
}

async fn applied(db: &Db) -> Result<Vec<(i64, String, i64)>> {
    sql("SELECT number, name, checksum FROM schema_migration ORDER BY number")
        .all(db)
        .await?
        .iter()
        .map(|row| Ok((row.get("number")?, row.get("name")?, row.get("checksum")?)))
        .collect()
}

async fn apply(db: &Db, migration: &Migration) -> Result<bool> {
    let mut tx = db.begin().await?;
    if db.dialect() == Dialect::Postgres {
        sql("SELECT CAST(pg_advisory_xact_lock(7301) AS TEXT) AS locked")
            .one(&mut tx)
            .await?;
        let there = sql("SELECT number FROM schema_migration WHERE number = $1")
            .bind(migration.number())
            .opt(&mut tx)
            .await?;
        if there.is_some() {
            return Ok(false);
        }
    }
    let text = sqlx::AssertSqlSafe(migration.text);
    match tx.conn() {
        Conn::Sqlite(conn) => conn.execute(sqlx::raw_sql(text)).await.map(|_| ()),
        Conn::Postgres(conn) => conn.execute(sqlx::raw_sql(text)).await.map(|_| ()),
    }
    .map_err(|e| DbError::Migration(format!("{} failed: {e}", migration.name)))?;
    sql("INSERT INTO schema_migration (number, name, checksum) VALUES ($1, $2, $3)")
        .bind(migration.number())
        .bind(migration.name)
        .bind(migration.checksum())
        .run(&mut tx)
        .await?;
    tx.commit().await?;
    Ok(true)
}
