//! One way to speak SQL to SQLite and PostgreSQL.
//!
//! There is one SQL text for both, in their common subset, with `$1`
//! placeholders. The rules that keep it common: ids are TEXT, instants are
//! BIGINT microseconds UTC, a state that happens once is a nullable `*_at`
//! instead of a boolean, structured data is JSON in TEXT.
//!
//! ```text
//! sql("SELECT name FROM team WHERE id = $1").bind(id).opt(&db).await?
//! ```
//!
//! * [`Db`] reads; [`Db::begin`] opens a [`Tx`] that writes.
//! * On SQLite one writer commits waiting transactions as a group
//!   (see [`writer`]): the disk is asked to sync once for all of them, and
//!   nobody is told "done" before that sync.
//! * [`migrate`] brings the schema up to date from a numbered list of files.

mod connect;
mod error;
mod filter;
pub mod migrate;
mod query;
mod row;
pub mod testing;
mod tx;
mod value;
pub mod writer;

pub use connect::{Db, Dialect};
pub use error::{DbError, Result};
pub use filter::Where;
pub use query::{On, Query, sql};
pub use row::{FromCol, Row};
pub use tx::Tx;
pub use value::Value;
