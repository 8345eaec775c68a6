//! Post-mortems: what happened, why, and what is done so that it does not
//! happen again. Nobody is blamed; systems and habits are.
//!
//! | file | what it holds |
//! |---|---|
//! | [`store`] | the rows, and finding a post-mortem that one may read |
//! | [`verbs`] | write, publish, timeline, actions |
//! | [`story`] | the timeline: events of the item and lines of one's own |
//! | [`editor`] | writing it, in the workspace |
//! | [`page`] | reading it |
//! | [`list`] | all of them, found by words and service |
//! | [`api`] | the same as JSON |

pub mod api;
pub mod editor;
pub mod list;
pub mod page;
pub mod store;
pub mod story;
pub mod verbs;

use crate::openapi::Op;
use crate::router::{Access, Route, delete, get, post, put};

/// The routes of this slice.
pub fn routes() -> Vec<Route> {
    let mut all = pages();
    all.extend(verbs());
    all
}

fn pages() -> Vec<Route> {
    use Access::Agents;
    vec![
        get(Agents, "/post-mortems", list::page),
        get(Agents, "/post-mortems/{post_mortem}", page::show),
        get(Agents, "/work/{item}/post-mortem", editor::show),
        post(Agents, "/work/{item}/post-mortem", editor::save),
        post(Agents, "/work/{item}/post-mortem/publish", editor::publish),
        post(Agents, "/work/{item}/post-mortem/timeline", editor::tick),
        post(Agents, "/work/{item}/post-mortem/lines", editor::line),
        post(Agents, "/work/{item}/post-mortem/actions", editor::action),
    ]
}

fn verbs() -> Vec<Route> {
    use Access::{Agents, SignedIn};
    let op = |summary| Op::new("Post-mortems", summary);
    vec![
        get(Agents, "/api/v1/post-mortems", api::list).op(op("Post-mortems, newest first")
            .query::<list::Asked>()
            .answers::<api::PostMortems>()),
        get(Agents, "/api/v1/post-mortems/{post_mortem}", api::read)
            .op(op("One with its timeline and actions").answers::<api::PostMortemView>()),
        put(SignedIn, "/api/v1/requests/{item}/post-mortem", api::write).op(op(
            "Write the post-mortem of an incident or a problem",
        )
        .body::<api::Text>()
        .answers::<api::PostMortemView>()),
        post(
            SignedIn,
            "/api/v1/requests/{item}/post-mortem/publication",
            api::publish,
        )
        .op(op("Publish it to all who work here").answers::<api::PostMortemView>()),
        put(
            SignedIn,
            "/api/v1/requests/{item}/post-mortem/left-out",
            api::leave_out,
        )
        .op(op("Which events do not stand on its timeline")
            .body::<api::LeftOut>()
            .answers::<api::PostMortemView>()),
        post(
            SignedIn,
            "/api/v1/requests/{item}/post-mortem/lines",
            api::add_line,
        )
        .op(op("Add a line to its timeline")
            .body::<api::NewLine>()
            .answers::<api::PostMortemView>()
            .status(201)),
        delete(
            SignedIn,
            "/api/v1/requests/{item}/post-mortem/lines/{timeline_line}",
            api::remove_line,
        )
        .op(op("Remove a line of one's own").status(204)),
        post(
            SignedIn,
            "/api/v1/requests/{item}/post-mortem/actions",
            api::act,
        )
        .op(op("Make tracked work of what was learned")
            .body::<api::NewAction>()
            .answers::<crate::work::api::RequestView>()
            .status(201)),
    ]
}
