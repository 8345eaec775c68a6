//! What can go wrong between us and the database.

/// The result of every call in this crate.
pub type Result<T> = std::result::Result<T, DbError>;

/// A database error, sorted by what a caller can do about it.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// A unique index refused the row; the text names the index or columns.
    #[error("already there: {0}")]
    Duplicate(String),
    /// Two transactions met; nothing was written and the caller may try again.
    #[error("the database was busy, nothing was written: {0}")]
    Busy(String),
    /// `one()` found no row.
    #[error("no such row")]
    NoRow,
    /// A column was missing or not of the type asked for.
    #[error("column {column}: {why}")]
    Column {
        /// Name as in the SELECT list.
        column: String,
        /// What did not fit.
        why: String,
    },
    /// The database URL cannot be used.
    #[error("database URL: {0}")]
    Url(String),
    /// A migration cannot be applied.
    #[error("migration {0}")]
    Migration(String),
    /// Everything else, as the driver says it.
    #[error(transparent)]
    Driver(sqlx::Error),
}

impl From<sqlx::Error> for DbError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::RowNotFound => DbError::NoRow,
            sqlx::Error::Database(inner) => {
                let code = inner.code().unwrap_or_default();
                if inner.is_unique_violation() {
                    DbError::Duplicate(inner.message().to_owned())
                // 40001 serialization failure, 40P01 deadlock; 5 is SQLITE_BUSY.
                } else if matches!(code.as_ref(), "40001" | "40P01" | "5" | "517") {
                    DbError::Busy(inner.message().to_owned())
                } else {
                    DbError::Driver(error)
                }
            }
            _ => DbError::Driver(error),
        }
    }
}
