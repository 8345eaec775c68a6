//! Work items: everything that moves through stages.
//!
//! | file | what it holds |
//! |---|---|
//! | [`model`] | the nouns |
//! | [`promise`] | the clocks of an item, on the rules of `mil-sla` (pure) |
//! | [`store`] | finding (only what the actor may see), locking, saving |
//! | [`order`], [`refer`] | placing an order: one item per service; the people and files it names |
//! | [`moves`] | moving through the stages |
//! | [`begin`] | what begins and ends with a stage: tasks and approvals |
//! | [`edit`] | assigning, priority, checklist, fields |
//! | [`talk`] | comments, asking the requester, watchers |
//! | [`relate`], [`merge`] | links between items; two that become one |
//! | [`spawn`], [`follow_up`] | work that comes of other work |
//! | [`reservice`] | another service for the same item |
//! | [`recompute`] | new due dates after a promise or calendar changed |
//! | [`wake`] | what the clocks do by themselves: escalations |
//! | [`timers`], [`timer_words`] | what stages do by themselves when work stays in them |
//!
//! Every verb has the same shape: begin, [`store::lock`] (which checks that the
//! actor may see and do it, and that nobody changed it meanwhile), change the
//! item, [`store::save`], append the event, commit.

pub mod api;
pub mod begin;
pub mod edit;
pub mod follow_up;
pub mod merge;
pub mod model;
pub mod moves;
pub mod order;
pub mod promise;
pub mod recompute;
pub mod refer;
pub mod relate;
pub mod reservice;
pub mod spawn;
pub mod store;
pub mod talk;
pub mod timer_words;
pub mod timers;
pub mod wake;

pub use model::{Item, Waiting};

use crate::openapi::Op;
use crate::router::{Access, Route, get, patch, post};

/// The routes of this slice.
pub fn routes() -> Vec<Route> {
    use Access::SignedIn;
    vec![
        post(SignedIn, "/api/v1/orders", api::place)
            .op(Op::new("Requests", "Place an order: one request per service")
                .body::<api::OrderInput>().answers::<api::OrderView>().status(201)),
        get(SignedIn, "/api/v1/requests/{item}", api::show)
            .op(Op::new("Requests", "One request").answers::<api::RequestView>()),
        patch(SignedIn, "/api/v1/requests/{item}", api::change)
            .op(Op::new("Requests", "Change title, priority or assignee")
                .body::<api::Change>().answers::<api::RequestView>()),
        post(SignedIn, "/api/v1/requests/{item}/moves", api::make_move)
            .op(Op::new("Requests", "Move it: forward, send_back, wait, resume, approve, request_changes, decline, cancel, reopen")
                .body::<api::MoveInput>().answers::<api::RequestView>()),
        get(SignedIn, "/api/v1/requests/{item}/comments", api::comments)
            .op(Op::new("Requests", "Its comments, oldest first").answers::<api::Comments>()),
        post(SignedIn, "/api/v1/requests/{item}/comments", api::comment)
            .op(Op::new("Requests", "Write a comment")
                .body::<api::CommentInput>().answers::<api::CommentView>().status(201)),
    ]
}
