//! The change calendar and its meetings in people's own calendar programs: a
//! secret address per person or team, read without signing in (RFC 5545).
//!
//! | file | what it holds |
//! |---|---|
//! | [`ical`] | entries as iCalendar text (pure) |
//! | [`store`] | secret addresses: make, list, revoke, find |
//! | [`contents`] | what stands in a feed, as far as its person may see it now |
//! | [`serve`] | the feed over HTTP |
//! | [`pages`] | the page of one's addresses |
//! | [`api`] | the same as JSON |

pub mod api;
pub mod contents;
pub mod ical;
pub mod pages;
pub mod serve;
pub mod store;

use crate::openapi::Op;
use crate::router::{Access, Route, delete, get, post};

/// The routes of this slice.
pub fn routes() -> Vec<Route> {
    use Access::{Public, SignedIn};
    let op = |summary| Op::new("Calendar feeds", summary);
    vec![
        get(Public, "/feeds/{feed_file}", serve::feed),
        get(SignedIn, "/me/feeds", pages::page),
        post(SignedIn, "/me/feeds", pages::create),
        post(SignedIn, "/me/feeds/{feed}/revoke", pages::revoke),
        get(SignedIn, "/api/v1/me/feeds", api::list)
            .op(op("Your calendar feeds, without their addresses").answers::<api::Feeds>()),
        post(SignedIn, "/api/v1/me/feeds", api::create).op(op(
            "Make a calendar feed; its secret address is shown this once",
        )
        .body::<api::NewFeed>()
        .answers::<api::MadeFeed>()
        .status(201)),
        delete(SignedIn, "/api/v1/me/feeds/{feed}", api::revoke)
            .op(op("Revoke a calendar feed").status(204)),
    ]
}
