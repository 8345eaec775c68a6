//! Approvals: who is asked in a stage, what they said, and what follows.
//!
//! A step of a chain asks a group; [`mil_process::process::Rule`] makes one
//! word of the group's words. The next step begins when this one said yes, the
//! last yes moves the work on, and a no is a no: the work goes back where the
//! process has a way back, and is declined where it has none. Nobody decides
//! about their own request unless nobody else is there.
//!
//! | file | what it holds |
//! |---|---|
//! | [`seats`] | who is asked in a step (pure) and the rows |
//! | [`ask`] | a step begins |
//! | [`vote`] | somebody answers, or hands their seat on |
//! | [`away`] | who decides for somebody who is away |
//! | [`remind`] | those who have not answered are reminded |
//! | [`panel`], [`pages`] | the block on a request, the list of what waits for me |
//! | [`api`] | the same as JSON |

pub mod api;
mod ask;
pub mod away;
pub mod pages;
mod panel;
pub mod remind;
mod seats;
mod vote;

pub use ask::ask;
pub use panel::{asked, load as chain, panel, waits_for};
pub use vote::{hand, vote};

use crate::openapi::Op;
use crate::router::{Access, Route, delete, get, post, put};

/// The routes of this slice.
pub fn routes() -> Vec<Route> {
    use Access::SignedIn;
    let op = |summary| Op::new("Approvals", summary);
    vec![
        get(SignedIn, "/approvals", pages::list),
        get(SignedIn, "/requests/{item}/vote", pages::form),
        post(SignedIn, "/requests/{item}/vote", pages::vote),
        post(SignedIn, "/requests/{item}/hand-vote", pages::hand),
        post(SignedIn, "/me/away", pages::away),
        get(SignedIn, "/api/v1/approvals", api::mine)
            .op(op("What waits for your answer, oldest first").answers::<api::Mine>()),
        get(SignedIn, "/api/v1/requests/{item}/approvals", api::of_item)
            .op(op("The chain of approvals of its present stage").answers::<api::ChainView>()),
        post(SignedIn, "/api/v1/requests/{item}/approvals", api::vote).op(op(
            "Agree or refuse, if you are asked",
        )
        .body::<api::VoteInput>()
        .answers::<api::ChainView>()),
        get(SignedIn, "/api/v1/me/away", api::away)
            .op(op("Who decides for you while you are away").answers::<api::AwayView>()),
        put(SignedIn, "/api/v1/me/away", api::set_away).op(op(
            "Let somebody decide for you until a day",
        )
        .body::<away::Away>()
        .answers::<api::AwayView>()),
        delete(SignedIn, "/api/v1/me/away", api::back).op(op("You are back").status(204)),
    ]
}
