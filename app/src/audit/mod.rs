//! The audit log: everything that happened, for administrators.
//!
//! [`store`] reads events by filter, [`pages`] shows them, [`export`] streams
//! all that fit as CSV or JSON lines.

pub mod export;
pub mod pages;
pub mod store;

use crate::openapi::Op;
use crate::router::{Access, Route, get};

/// The routes of this slice.
pub fn routes() -> Vec<Route> {
    use Access::Admins;
    vec![
        get(Admins, "/admin/audit", pages::page),
        get(Admins, "/admin/audit.csv", export::csv),
        get(Admins, "/admin/audit.jsonl", export::json_lines),
        get(Admins, "/api/v1/audit", pages::api).op(Op::new(
            "Audit",
            "What happened, newest first",
        )
        .query::<store::Ask>()
        .answers::<pages::Events>()),
    ]
}
