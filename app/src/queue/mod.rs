//! The workspace's list of requests.
//!
//! | file | what it holds |
//! |---|---|
//! | [`filter`] | what the address says (pure) |
//! | [`query`] | reading a page, counting: always by an index, never by offset |
//! | [`group`] | the headings within a page (pure) |
//! | [`page`] | the queue page; [`bar`] its views and filters |
//! | [`api`] | the same as JSON, and as CSV |

pub mod api;
pub mod bar;
pub mod filter;
pub mod group;
pub mod new;
pub mod page;
pub mod query;

pub use filter::Filter;

use crate::openapi::Op;
use crate::router::{Access, Route, get, post};

/// The routes of this slice.
pub fn routes() -> Vec<Route> {
    use Access::{Agents, SignedIn};
    vec![
        get(Agents, "/queue", page::queue),
        get(Agents, "/work/new", new::page),
        post(Agents, "/work/new", new::go_on),
        get(Agents, "/queue.csv", api::export),
        get(SignedIn, "/api/v1/requests", api::list).op(Op::new(
            "Requests",
            "The requests you may see",
        )
        .query::<Filter>()
        .answers::<api::List>()),
    ]
}
