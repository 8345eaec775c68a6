//! A transaction on either database.

use sqlx::postgres::{PgConnection, Postgres};
use sqlx::sqlite::SqliteConnection;

use crate::Result;
use crate::writer::Turn;

/// An open transaction. Dropping it without [`Tx::commit`] undoes everything
/// written through it.
pub struct Tx(Kind);

enum Kind {
    Sqlite(Turn),
    Postgres(sqlx::Transaction<'static, Postgres>),
}

pub(crate) enum Conn<'a> {
    Sqlite(&'a mut SqliteConnection),
    Postgres(&'a mut PgConnection),
}

impl Tx {
    pub(crate) fn sqlite(turn: Turn) -> Tx {
        Tx(Kind::Sqlite(turn))
    }

    pub(crate) fn postgres(tx: sqlx::Transaction<'static, Postgres>) -> Tx {
        Tx(Kind::Postgres(tx))
    }

    /// Which database this is. Only the search module may ask.
    pub fn dialect(&self) -> crate::Dialect {
        match self.0 {
            Kind::Sqlite(_) => crate::Dialect::Sqlite,
            Kind::Postgres(_) => crate::Dialect::Postgres,
        }
    }

    pub(crate) fn conn(&mut self) -> Conn<'_> {
        match &mut self.0 {
            Kind::Sqlite(turn) => Conn::Sqlite(turn.connection()),
            Kind::Postgres(tx) => Conn::Postgres(tx),
        }
    }

    /// Make it durable. When this returns `Ok`, the data is on disk.
    pub async fn commit(self) -> Result<()> {
        match self.0 {
            Kind::Sqlite(turn) => turn.commit().await,
            Kind::Postgres(tx) => Ok(tx.commit().await?),
        }
    }

    /// Undo everything written through it, and wait until that is done.
    pub async fn rollback(self) -> Result<()> {
        match self.0 {
            Kind::Sqlite(turn) => turn.rollback().await,
            Kind::Postgres(tx) => Ok(tx.rollback().await?),
        }
    }
}
