//! The application, tested in process: a file per slice, every store test on
//! SQLite and on PostgreSQL.

mod harness;
mod story;
