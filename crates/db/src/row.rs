//! A result row, whichever database it came from.

use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{Column, Row as _, TypeInfo, ValueRef};

use crate::{DbError, Result};

/// One row of a result. Columns are read by name.
pub enum Row {
    /// From SQLite.
    Sqlite(SqliteRow),
    /// From PostgreSQL.
    Postgres(PgRow),
}

/// A Rust type that a column can be read as.
pub trait FromCol: Sized {
    /// Read column `name` of `row`.
    fn from_col(row: &Row, name: &str) -> Result<Self>;
}

impl Row {
    /// Column `name` as `T`.
    ///
    /// # Errors
    /// [`DbError::Column`] when there is no such column or it does not fit.
    pub fn get<T: FromCol>(&self, name: &str) -> Result<T> {
        T::from_col(self, name)
    }

    /// JSON text in column `name`, read as `T`.
    pub fn json<T: serde::de::DeserializeOwned>(&self, name: &str) -> Result<T> {
        let text: String = self.get(name)?;
        serde_json::from_str(&text).map_err(|e| bad(name, e))
    }

    /// JSON text in a nullable column.
    pub fn json_opt<T: serde::de::DeserializeOwned>(&self, name: &str) -> Result<Option<T>> {
        let text: Option<String> = self.get(name)?;
        text.map(|t| serde_json::from_str(&t).map_err(|e| bad(name, e)))
            .transpose()
    }

    /// The names of the columns, in order.
    pub fn columns(&self) -> Vec<String> {
        match self {
            Row::Sqlite(row) => row.columns().iter().map(|c| c.name().to_owned()).collect(),
            Row::Postgres(row) => row.columns().iter().map(|c| c.name().to_owned()).collect(),
        }
    }
}

fn bad(column: &str, why: impl std::fmt::Display) -> DbError {
    DbError::Column {
        column: column.to_owned(),
        why: why.to_string(),
    }
}

macro_rules! from_col {
    ($($t:ty),*) => {$(
        impl FromCol for $t {
            fn from_col(row: &Row, name: &str) -> Result<Self> {
                match row {
                    Row::Sqlite(row) => row.try_get(name),
                    Row::Postgres(row) => row.try_get(name),
                }
                .map_err(|e| bad(name, e))
            }
        }
    )*};
}

from_col!(
    String,
    Option<String>,
    f64,
    Option<f64>,
    Vec<u8>,
    Option<Vec<u8>>
);

impl FromCol for Option<i64> {
    fn from_col(row: &Row, name: &str) -> Result<Self> {
        match row {
            Row::Sqlite(row) => row.try_get(name).map_err(|e| bad(name, e)),
            Row::Postgres(row) => {
                // Literals and sums come back narrower or wider than BIGINT.
                let raw = row.try_get_raw(name).map_err(|e| bad(name, e))?;
                if raw.is_null() {
                    return Ok(None);
                }
                let kind = raw.type_info().name().to_owned();
                match kind.as_str() {
                    "INT4" => row.try_get::<i32, _>(name).map(i64::from),
                    "INT2" => row.try_get::<i16, _>(name).map(i64::from),
                    "BOOL" => row.try_get::<bool, _>(name).map(i64::from),
                    _ => row.try_get::<i64, _>(name),
                }
                .map(Some)
                .map_err(|e| bad(name, e))
            }
        }
    }
}

impl FromCol for i64 {
    fn from_col(row: &Row, name: &str) -> Result<Self> {
        row.get::<Option<i64>>(name)?
            .ok_or_else(|| bad(name, "is NULL, a number was expected"))
    }
}

impl FromCol for bool {
    fn from_col(row: &Row, name: &str) -> Result<Self> {
        Ok(row.get::<i64>(name)? != 0)
    }
}
