//! Proof rounds: a file that several people look at; what they say of which
//! place in it, and what they decide about exactly these bytes.
//!
//! | file | what it holds |
//! |---|---|
//! | [`model`], [`rules`] | the nouns; what a new version means for what was said and decided (pure) |
//! | [`store`] | the rows; who may see a round, and what they may do there |
//! | [`begin`], [`verbs`], [`invite`] | start, go on with another file; say, settle, decide; asking people |
//! | [`prepare`] | pictures of the pages, and telling whom a new version asks again |
//! | [`watch`] | reminders |
//! | [`start`], [`list`] | beginning a round; those that wait |
//! | [`page`], [`parts`], [`people`] | the round: picture and threads; who is asked |
//! | [`compare`] | two versions side by side, over each other, by what is different |
//! | [`posts`], [`outside`] | what its forms do, with an account and with a link |
//! | [`panel`] | rounds beside an asset and a request, and on its timeline |
//! | [`api`], [`views`] | the same as JSON |
//!
//! A round is about an asset, and goes on by itself when the asset gets a new
//! file; or about a file of a request. Those who work on that run it. Whoever is
//! asked sees the round and its files, whatever else they see.

pub mod api;
pub mod begin;
pub mod compare;
pub mod invite;
pub mod list;
pub mod model;
pub mod outside;
pub mod page;
pub mod panel;
pub mod parts;
pub mod people;
pub mod posts;
pub mod prepare;
pub mod rules;
pub mod start;
pub mod store;
pub mod verbs;
pub mod views;
pub mod watch;

use crate::openapi::Op;
use crate::router::{Access, Route, delete, get, post, put};
use posts::member;

/// The routes of this slice.
pub fn routes() -> Vec<Route> {
    let mut all = pages();
    all.extend(links());
    all.extend(programs());
    all
}

fn pages() -> Vec<Route> {
    use Access::{Agents, SignedIn};
    vec![
        get(SignedIn, "/proofs", list::page),
        get(Agents, "/proofs/new", start::new),
        post(Agents, "/proofs/new", start::create),
        get(SignedIn, "/proofs/{proof}", page::show),
        get(SignedIn, "/proofs/{proof}/compare", compare::show),
        get(
            SignedIn,
            "/proofs/{proof}/pages/{proof_page}",
            member::picture,
        ),
        get(SignedIn, "/proofs/{proof}/files/{proof_file}", member::open),
        post(SignedIn, "/proofs/{proof}/comments", member::comment),
        post(
            SignedIn,
            "/proofs/{proof}/comments/{proof_comment}/replies",
            member::reply,
        ),
        post(
            SignedIn,
            "/proofs/{proof}/comments/{proof_comment}/resolution",
            member::resolve,
        ),
        post(SignedIn, "/proofs/{proof}/decision", member::decide),
        post(Agents, "/proofs/{proof}/reviewers", member::ask),
        post(
            Agents,
            "/proofs/{proof}/reviewers/{proof_reviewer}/remove",
            member::unask,
        ),
        post(Agents, "/proofs/{proof}/outsiders", outside::make),
        post(Agents, "/proofs/{proof}/versions", member::renew),
        post(Agents, "/proofs/{proof}/close", member::close),
        post(Agents, "/proofs/{proof}/reopen", member::reopen),
    ]
}

fn links() -> Vec<Route> {
    use Access::Public;
    vec![
        get(Public, "/p/{proof_link}", outside::show),
        get(Public, "/p/{proof_link}/compare", outside::compare),
        get(
            Public,
            "/p/{proof_link}/pages/{proof_page}",
            outside::picture,
        ),
        get(Public, "/p/{proof_link}/files/{proof_file}", outside::open),
        post(Public, "/p/{proof_link}/comments", outside::comment),
        post(
            Public,
            "/p/{proof_link}/comments/{proof_comment}/replies",
            outside::reply,
        ),
        post(
            Public,
            "/p/{proof_link}/comments/{proof_comment}/resolution",
            outside::resolve,
        ),
        post(Public, "/p/{proof_link}/decision", outside::decide),
    ]
}

fn programs() -> Vec<Route> {
    use Access::{Agents, SignedIn};
    let op = |summary| Op::new("Proof rounds", summary);
    let detail = |summary| op(summary).answers::<views::ProofDetail>();
    vec![
        get(SignedIn, "/api/v1/proofs", api::list).op(op(
            "Rounds that you are asked in or began, newest first",
        )
        .query::<list::Asked>()
        .answers::<views::Proofs>()),
        post(Agents, "/api/v1/proofs", api::create).op(detail(
            "Start a round on an asset or on a file of a request",
        )
        .body::<api::New>()
        .status(201)),
        get(SignedIn, "/api/v1/proofs/{proof}", api::show)
            .op(detail("A round with versions, comments and decisions")),
        post(Agents, "/api/v1/proofs/{proof}/versions", api::renew).op(detail(
            "Go on with another file of the request",
        )
        .body::<api::NewVersion>()
        .status(201)),
        post(SignedIn, "/api/v1/proofs/{proof}/comments", api::comment).op(detail(
            "Say something of a place, or of the whole",
        )
        .body::<api::NewComment>()
        .status(201)),
        post(
            SignedIn,
            "/api/v1/proofs/{proof}/comments/{proof_comment}/replies",
            api::reply,
        )
        .op(detail("Answer in a thread")
            .body::<api::NewReply>()
            .status(201)),
        put(
            SignedIn,
            "/api/v1/proofs/{proof}/comments/{proof_comment}/resolution",
            api::resolve,
        )
        .op(detail("Say that a thread is settled")),
        delete(
            SignedIn,
            "/api/v1/proofs/{proof}/comments/{proof_comment}/resolution",
            api::unresolve,
        )
        .op(detail("Open a thread again")),
        post(SignedIn, "/api/v1/proofs/{proof}/decisions", api::decide).op(detail(
            "Decide about exactly the file with this hash",
        )
        .body::<api::NewDecision>()
        .status(201)),
        post(Agents, "/api/v1/proofs/{proof}/reviewers", api::ask).op(op(
            "Ask somebody, with an account or outside",
        )
        .body::<api::NewReviewer>()
        .answers::<api::AskedView>()
        .status(201)),
        delete(
            Agents,
            "/api/v1/proofs/{proof}/reviewers/{proof_reviewer}",
            api::unask,
        )
        .op(op("Ask somebody no more").status(204)),
        put(Agents, "/api/v1/proofs/{proof}/closing", api::close).op(detail("Close a round")),
        delete(Agents, "/api/v1/proofs/{proof}/closing", api::reopen)
            .op(detail("Open a round again")),
    ]
}
