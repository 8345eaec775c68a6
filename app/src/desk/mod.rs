//! The agent's page of one request.
//!
//! | file | what it holds |
//! |---|---|
//! | [`load`] | everything the page shows, read once |
//! | [`head`], [`rail`], [`fields`] | bar, heading and stages; promise, checklist and details |
//! | [`talk`], [`views`] | the conversation and its editor; brief, files, history |
//! | [`pages`] | the page and its parts over HTTP |
//! | [`change`] | the small forms of the page |
//! | [`deeds`], [`ask`] | what has a page of its own: hand on, send back, merge, … |
//! | [`conflict`] | somebody else changed it meanwhile |
//! | [`api`] | the same deeds as JSON |

pub mod api;
pub mod ask;
pub mod change;
pub mod conflict;
pub mod deeds;
pub mod fields;
pub mod head;
pub mod load;
pub mod pages;
pub mod rail;
pub mod talk;
pub mod views;

use crate::openapi::Op;
use crate::router::{Access, Route, delete, get, patch, post};
use crate::work::api::RequestView;

/// The routes of this slice.
pub fn routes() -> Vec<Route> {
    let mut all = pages();
    all.extend(verbs());
    all
}

fn pages() -> Vec<Route> {
    use Access::{Agents, SignedIn};
    vec![
        get(SignedIn, "/work/{item}", pages::conversation),
        get(Agents, "/work/people", change::people),
        get(Agents, "/work/{item}/brief", pages::brief),
        get(Agents, "/work/{item}/files", pages::files),
        get(Agents, "/work/{item}/history", pages::history),
        get(Agents, "/work/{item}/part/{part}", pages::part),
        post(Agents, "/work/{item}/comments", change::comment).unlimited_body(),
        post(Agents, "/work/{item}/draft", change::draft).unlimited_body(),
        post(Agents, "/work/{item}/checks", change::check),
        post(Agents, "/work/{item}/fields", change::fields),
        post(Agents, "/work/{item}/assign", change::assign),
        post(Agents, "/work/{item}/priority", change::priority),
        post(Agents, "/work/{item}/watch", change::watch),
        post(Agents, "/work/{item}/unlink", change::unlink),
        get(Agents, "/work/{item}/do/{deed}", deeds::form),
        post(Agents, "/work/{item}/do/{deed}", deeds::act).unlimited_body(),
    ]
}

fn verbs() -> Vec<Route> {
    use Access::SignedIn;
    let op = |summary| Op::new("Requests", summary);
    vec![
        post(SignedIn, "/api/v1/requests/{item}/checks", api::check).op(op(
            "Tick or untick a line of its checklist",
        )
        .body::<api::CheckInput>()
        .answers::<RequestView>()),
        patch(SignedIn, "/api/v1/requests/{item}/fields", api::fields)
            .op(op("Fill in agents' fields; null empties one").answers::<RequestView>()),
        get(SignedIn, "/api/v1/requests/{item}/watchers", api::watchers)
            .op(op("Who follows it").answers::<api::Watchers>()),
        post(SignedIn, "/api/v1/requests/{item}/watchers", api::watch).op(op(
            "Follow it, or let somebody follow",
        )
        .body::<api::WatcherInput>()
        .status(204)),
        delete(
            SignedIn,
            "/api/v1/requests/{item}/watchers/{person}",
            api::unwatch,
        )
        .op(op("Stop following").status(204)),
        get(SignedIn, "/api/v1/requests/{item}/links", api::links)
            .op(op("Its links to requests you may see").answers::<api::Links>()),
        post(SignedIn, "/api/v1/requests/{item}/links", api::link).op(op("Link it to another")
            .body::<api::LinkInput>()
            .answers::<api::Links>()
            .status(201)),
        delete(
            SignedIn,
            "/api/v1/requests/{item}/links/{kind}/{other}",
            api::unlink,
        )
        .op(op("Remove a link").status(204)),
        post(SignedIn, "/api/v1/requests/{item}/merge", api::merge).op(op("Merge it into another")
            .body::<api::MergeInput>()
            .answers::<api::MergeView>()),
        post(SignedIn, "/api/v1/requests/{item}/ask", api::ask).op(op(
            "Ask the requester, or send a draft to approve",
        )
        .body::<api::AskInput>()
        .answers::<RequestView>()),
        post(SignedIn, "/api/v1/requests/{item}/decision", api::decide).op(op(
            "Approve a draft or ask for changes, as the requester",
        )
        .body::<api::DecisionInput>()
        .answers::<RequestView>()),
        post(SignedIn, "/api/v1/requests/{item}/rating", api::rate).op(op(
            "Rate it once, as the requester",
        )
        .body::<api::RatingInput>()
        .answers::<RequestView>()),
        post(SignedIn, "/api/v1/requests/{item}/service", api::service).op(op(
            "Change its service",
        )
        .body::<api::ServiceInput>()
        .answers::<RequestView>()),
    ]
}
