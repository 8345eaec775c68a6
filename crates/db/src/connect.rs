//! Opening a database.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};

use crate::tx::Tx;
use crate::writer::Writer;
use crate::{DbError, Result};

/// Which database this is. Only the search module and diagnostics may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Embedded, one file.
    Sqlite,
    /// A server, version 15 or later.
    Postgres,
}

/// A handle to the database; cheap to clone.
#[derive(Clone)]
pub struct Db {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) enum Inner {
    Sqlite {
        readers: SqlitePool,
        writer: Writer,
        path: PathBuf,
    },
    Postgres(PgPool),
}

/// How many connections read at the same time. SQLite readers beyond the
/// cores only queue inside the page cache.
const READERS: u32 = 4;
const POSTGRES_CONNECTIONS: u32 = 16;

impl Db {
    /// Open `sqlite:///path/to/file`, `sqlite:path` or `postgres://…`.
    /// A missing SQLite file is created.
    ///
    /// # Errors
    /// [`DbError::Url`] for any other scheme, the driver's error otherwise.
    pub async fn connect(url: &str) -> Result<Db> {
        Db::open(url, true).await
    }

    /// Open a database to fill it with what can be made again: the disk is
    /// never waited for, so a power cut may destroy it. Close it and open it
    /// with [`Db::connect`] before anybody relies on it.
    pub async fn connect_for_filling(url: &str) -> Result<Db> {
        Db::open(url, false).await
    }

    async fn open(url: &str, durable: bool) -> Result<Db> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            Db::open_sqlite(Path::new(path), durable).await
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let options = PgConnectOptions::from_str(url).map_err(|e| {
                // The driver's message may quote the URL, which holds the password.
                tracing::debug!(error = %e, "unusable PostgreSQL URL");
                DbError::Url("not a valid postgres:// address".to_owned())
            })?;
            Db::open_postgres(if durable {
                options
            } else {
                options.options([("synchronous_commit", "off")])
            })
            .await
        } else {
            Err(DbError::Url(
                "starts with neither sqlite: nor postgres://".to_owned(),
            ))
        }
    }

    /// Open or create the SQLite database at `path`.
    pub async fn open_file(path: &Path) -> Result<Db> {
        Db::open_sqlite(path, true).await
    }

    async fn open_sqlite(path: &Path, durable: bool) -> Result<Db> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // FULL: an acknowledged transaction survives a power cut.
            .synchronous(if durable {
                SqliteSynchronous::Full
            } else {
                SqliteSynchronous::Off
            })
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10))
            .pragma("cache_size", "-8000")
            .pragma("temp_store", "memory")
            .pragma("mmap_size", "268435456")
            .pragma("journal_size_limit", "67108864")
            .optimize_on_close(true, None);
        let writer = Writer::open(&options).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .min_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options.read_only(true).create_if_missing(false))
            .await?;
        Ok(Db {
            inner: Arc::new(Inner::Sqlite {
                readers,
                writer,
                path: path.to_owned(),
            }),
        })
    }

    async fn open_postgres(options: PgConnectOptions) -> Result<Db> {
        let pool = PgPoolOptions::new()
            .max_connections(POSTGRES_CONNECTIONS)
            .acquire_timeout(Duration::from_secs(10))
            .connect_with(options)
            .await?;
        Ok(Db {
            inner: Arc::new(Inner::Postgres(pool)),
        })
    }

    /// Which database this is.
    pub fn dialect(&self) -> Dialect {
        match &*self.inner {
            Inner::Sqlite { .. } => Dialect::Sqlite,
            Inner::Postgres(_) => Dialect::Postgres,
        }
    }

    /// The file of an SQLite database.
    pub fn path(&self) -> Option<&Path> {
        match &*self.inner {
            Inner::Sqlite { path, .. } => Some(path),
            Inner::Postgres(_) => None,
        }
    }

    /// Begin a transaction that may write. Dropping it rolls back.
    pub async fn begin(&self) -> Result<Tx> {
        match &*self.inner {
            Inner::Sqlite { writer, .. } => Ok(Tx::sqlite(writer.begin().await?)),
            Inner::Postgres(pool) => Ok(Tx::postgres(pool.begin().await?)),
        }
    }

    /// Close all connections, after what runs has ended.
    pub async fn close(&self) {
        match &*self.inner {
            Inner::Sqlite {
                readers, writer, ..
            } => {
                readers.close().await;
                writer.close().await;
            }
            Inner::Postgres(pool) => pool.close().await,
        }
    }
}
