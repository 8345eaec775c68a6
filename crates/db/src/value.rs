//! The few value types both databases share.

use sqlx::postgres::{PgArguments, Postgres};
use sqlx::query::Query as SqlxQuery;
use sqlx::sqlite::{Sqlite, SqliteArguments};

/// A value bound to a placeholder. NULL keeps its type, because PostgreSQL
/// wants to know it.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// TEXT
    Text(Option<String>),
    /// BIGINT
    Int(Option<i64>),
    /// DOUBLE PRECISION
    Real(Option<f64>),
    /// BYTEA / BLOB
    Bytes(Option<Vec<u8>>),
}

impl Value {
    pub(crate) fn to_sqlite<'q>(
        &self,
        query: SqlxQuery<'q, Sqlite, SqliteArguments>,
    ) -> SqlxQuery<'q, Sqlite, SqliteArguments> {
        match self.clone() {
            Value::Text(v) => query.bind(v),
            Value::Int(v) => query.bind(v),
            Value::Real(v) => query.bind(v),
            Value::Bytes(v) => query.bind(v),
        }
    }

    pub(crate) fn to_postgres<'q>(
        &self,
        query: SqlxQuery<'q, Postgres, PgArguments>,
    ) -> SqlxQuery<'q, Postgres, PgArguments> {
        match self.clone() {
            Value::Text(v) => query.bind(v),
            Value::Int(v) => query.bind(v),
            Value::Real(v) => query.bind(v),
            Value::Bytes(v) => query.bind(v),
        }
    }
}

macro_rules! value_from {
    ($($from:ty => $variant:ident, |$v:ident| $into:expr;)*) => {$(
        impl From<$from> for Value {
            fn from($v: $from) -> Self {
                Value::$variant(Some($into))
            }
        }
        impl From<Option<$from>> for Value {
            fn from(value: Option<$from>) -> Self {
                Value::$variant(value.map(|$v| $into))
            }
        }
    )*};
}

value_from! {
    String => Text, |v| v;
    &str => Text, |v| v.to_owned();
    &String => Text, |v| v.clone();
    i64 => Int, |v| v;
    i32 => Int, |v| i64::from(v);
    u32 => Int, |v| i64::from(v);
    f64 => Real, |v| v;
    Vec<u8> => Bytes, |v| v;
}

impl From<&Option<String>> for Value {
    fn from(value: &Option<String>) -> Self {
        Value::Text(value.clone())
    }
}
