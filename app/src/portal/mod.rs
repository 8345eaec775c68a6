//! The portal: what colleagues who order see. Search first, then what needs
//! them, then what they can order.
//!
//! | file | what it holds |
//! |---|---|
//! | [`home`] | the start page |
//! | [`catalog`], [`find`] | the shelves, and finding a service (pure) |
//! | [`service`], [`form`], [`aside`] | a service with its form and what is promised |
//! | [`submit`], [`answers`] | what a posted form does |
//! | [`draft`] | half-written forms and answers |
//! | [`cart`], [`orders`] | several services in one order |
//! | [`requests`] | my requests |
//! | [`request`], [`turn`], [`story`], [`facts`] | one request: its page and parts |
//! | [`actions`] | what the requester does to it |
//! | [`seen`], [`words`] | a request with everything it takes to speak of it |

pub mod actions;
pub mod answers;
pub mod api;
pub mod aside;
pub mod cart;
pub mod catalog;
pub mod draft;
pub mod facts;
pub mod find;
pub mod form;
pub mod home;
pub mod orders;
pub mod request;
pub mod requests;
pub mod seen;
pub mod service;
pub mod story;
pub mod submit;
pub mod turn;
pub mod whom;
pub mod words;

use crate::openapi::Op;
use crate::router::{Access, Route, get, post};

/// The routes of this slice.
pub fn routes() -> Vec<Route> {
    use Access::SignedIn;
    vec![
        get(SignedIn, "/", home::page),
        get(SignedIn, "/catalog", catalog::page),
        get(SignedIn, "/catalog/{service}", service::page),
        post(SignedIn, "/catalog/{service}", submit::send).unlimited_body(),
        post(SignedIn, "/catalog/{service}/draft", submit::save_draft).unlimited_body(),
        post(
            SignedIn,
            "/catalog/{service}/draft/discard",
            submit::discard_draft,
        ),
        post(SignedIn, "/catalog/{service}/check/{field}", submit::check),
        get(SignedIn, "/cart", cart::page),
        post(SignedIn, "/cart/order", cart::order),
        post(SignedIn, "/cart/{line}/remove", cart::remove),
        post(SignedIn, "/cart/{line}/restore", cart::restore),
        get(SignedIn, "/orders/{order}", orders::page),
        get(SignedIn, "/requests", requests::page),
        get(SignedIn, "/requests/{item}", request::page),
        get(SignedIn, "/requests/{item}/now", request::now_part),
        get(SignedIn, "/requests/{item}/steps", request::steps_part),
        get(SignedIn, "/requests/{item}/turn", request::turn_part),
        get(SignedIn, "/requests/{item}/feed", request::feed_part),
        get(SignedIn, "/requests/{item}/facts", request::facts_part),
        post(SignedIn, "/requests/{item}/say", actions::say).unlimited_body(),
        post(SignedIn, "/requests/{item}/draft", actions::save_draft).unlimited_body(),
        post(SignedIn, "/requests/{item}/decide", actions::decide),
        get(SignedIn, "/requests/{item}/cancel", actions::cancel_page),
        post(SignedIn, "/requests/{item}/cancel", actions::cancel),
        get(SignedIn, "/requests/{item}/reopen", actions::reopen_page),
        post(SignedIn, "/requests/{item}/reopen", actions::reopen),
        post(SignedIn, "/requests/{item}/rate", actions::rate),
        post(SignedIn, "/requests/{item}/again", actions::again),
        post(SignedIn, "/requests/{item}/followers", actions::follow),
        get(SignedIn, "/api/v1/orders", api::orders).op(Op::new(
            "Requests",
            "Your orders, newest first",
        )
        .query::<api::After>()
        .answers::<api::Orders>()),
        get(SignedIn, "/api/v1/orders/{order}", api::order).op(Op::new(
            "Requests",
            "An order, by id or number",
        )
        .answers::<crate::work::api::OrderView>()),
    ]
}
