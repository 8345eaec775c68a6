//! The application, tested in process: a file per slice, every store test on
//! SQLite and on PostgreSQL.

mod bad_input;
mod files;
#[allow(dead_code, reason = "each test uses the parts it needs")]
mod harness;
mod idempotency;
mod kill;
mod story;
mod structure;
