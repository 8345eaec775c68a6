//! One statement, its values, and where it runs.

use std::borrow::Cow;

use futures_util::TryStreamExt;
use sqlx::{AssertSqlSafe, Executor};

use crate::connect::Inner;
use crate::tx::Conn;
use crate::{Db, FromCol, Result, Row, Tx, Value};

/// Where a statement runs: outside any transaction (reads only) or in one.
pub enum On<'a> {
    /// A read on its own.
    Db(&'a Db),
    /// Inside a transaction.
    Tx(&'a mut Tx),
}

impl<'a> From<&'a Db> for On<'a> {
    fn from(db: &'a Db) -> Self {
        On::Db(db)
    }
}

impl<'a> From<&'a mut Tx> for On<'a> {
    fn from(tx: &'a mut Tx) -> Self {
        On::Tx(tx)
    }
}

impl On<'_> {
    /// Borrow again, to run several statements in the same place.
    pub fn again(&mut self) -> On<'_> {
        match self {
            On::Db(db) => On::Db(db),
            On::Tx(tx) => On::Tx(tx),
        }
    }
}

/// A statement with its bound values.
#[must_use]
pub struct Query {
    text: Cow<'static, str>,
    values: Vec<Value>,
}

/// Start a statement. Values never go into the text: they are bound with
/// [`Query::bind`] to `$1`, `$2`, … in order.
pub fn sql(text: impl Into<Cow<'static, str>>) -> Query {
    Query {
        text: text.into(),
        values: Vec::new(),
    }
}

/// Run `$body` with the SQLx query and executor of whichever database it is.
macro_rules! with_executor {
    ($self:ident, $on:ident, |$query:ident, $exec:ident, $wrap:ident| $body:expr) => {{
        let text = $self.text.into_owned();
        macro_rules! build {
            ($to:ident) => {{
                let mut query = sqlx::query(AssertSqlSafe(text));
                for value in &$self.values {
                    query = value.$to(query);
                }
                query
            }};
        }
        match $on.into() {
            On::Db(db) => match &*db.inner {
                Inner::Sqlite { readers, .. } => {
                    let ($query, $exec, $wrap) = (build!(to_sqlite), readers, Row::Sqlite);
                    $body
                }
                Inner::Postgres(pool) => {
                    let ($query, $exec, $wrap) = (build!(to_postgres), pool, Row::Postgres);
                    $body
                }
            },
            On::Tx(tx) => match tx.conn() {
                Conn::Sqlite(conn) => {
                    let ($query, $exec, $wrap) = (build!(to_sqlite), conn, Row::Sqlite);
                    $body
                }
                Conn::Postgres(conn) => {
                    let ($query, $exec, $wrap) = (build!(to_postgres), conn, Row::Postgres);
                    $body
                }
            },
        }
    }};
}

impl Query {
    /// Bind the next placeholder.
    pub fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Bind several placeholders of one type.
    pub fn bind_all<V: Into<Value>>(mut self, values: impl IntoIterator<Item = V>) -> Self {
        self.values.extend(values.into_iter().map(Into::into));
        self
    }

    /// All rows.
    pub async fn all<'a>(self, on: impl Into<On<'a>>) -> Result<Vec<Row>> {
        with_executor!(self, on, |query, exec, wrap| {
            Ok(query.fetch(exec).map_ok(wrap).try_collect().await?)
        })
    }

    /// The first row, if there is one.
    pub async fn opt<'a>(self, on: impl Into<On<'a>>) -> Result<Option<Row>> {
        with_executor!(self, on, |query, exec, wrap| {
            Ok(exec.fetch_optional(query).await?.map(wrap))
        })
    }

    /// The first row.
    ///
    /// # Errors
    /// [`crate::DbError::NoRow`] when there is none.
    pub async fn one<'a>(self, on: impl Into<On<'a>>) -> Result<Row> {
        self.opt(on).await?.ok_or(crate::DbError::NoRow)
    }

    /// One column of all rows.
    pub async fn column<'a, T: FromCol>(self, name: &str, on: impl Into<On<'a>>) -> Result<Vec<T>> {
        self.all(on)
            .await?
            .iter()
            .map(|row| row.get(name))
            .collect()
    }

    /// One value: the column `name` of the first row.
    pub async fn value<'a, T: FromCol>(self, name: &str, on: impl Into<On<'a>>) -> Result<T> {
        self.one(on).await?.get(name)
    }

    /// Run a statement that changes data; returns how many rows it touched.
    /// It takes a transaction, so that nothing is ever written outside one.
    pub async fn run(self, tx: &mut Tx) -> Result<u64> {
        let text = self.text.into_owned();
        match tx.conn() {
            Conn::Sqlite(conn) => {
                let mut query = sqlx::query(AssertSqlSafe(text));
                for value in &self.values {
                    query = value.to_sqlite(query);
                }
                Ok(query.execute(conn).await?.rows_affected())
            }
            Conn::Postgres(conn) => {
                let mut query = sqlx::query(AssertSqlSafe(text));
                for value in &self.values {
                    query = value.to_postgres(query);
                }
                Ok(query.execute(conn).await?.rows_affected())
            }
        }
    }
}
