//! Announcements: what many people should know, told early and honestly: outages,
//! maintenance, projects, how they go on, what turned out well. What was said is
//! never changed; more is said.
//!
//! | file | what it holds |
//! |---|---|
//! | [`model`] | kinds, states, audiences, and what may follow on what (pure) |
//! | [`store`] | the rows; finding is limited to what the reader may see |
//! | [`draft`] | what a writer fills in, and what has to be there to publish it |
//! | [`verbs`] | write, publish, hold, update, withdraw, close a banner |
//! | [`window`] | a maintenance in the change calendar |
//! | [`follow`], [`begin`] | what comes from an incident or a change |
//! | [`wordings`] | texts to begin with |
//! | [`view`], [`words`] | how it looks and what it is called |
//! | [`read`] | for readers: the list, one, banners, the notice beside an order |
//! | [`editor`], [`sheet`], [`forms`] | writing it, in the workspace |
//! | [`api`] | the same as JSON |

pub mod api;
pub mod begin;
pub mod draft;
pub mod editor;
pub mod follow;
pub mod forms;
pub mod model;
pub mod read;
pub mod sheet;
pub mod store;
pub mod verbs;
pub mod view;
pub mod window;
pub mod wordings;
pub mod words;

use crate::openapi::Op;
use crate::router::{Access, Route, delete, get, patch, post};

/// The routes of this slice.
pub fn routes() -> Vec<Route> {
    let mut all = pages();
    all.extend(operations());
    all
}

fn pages() -> Vec<Route> {
    use Access::{Agents, Public, SignedIn};
    vec![
        get(Public, "/announcements", read::list),
        get(Public, "/announcements/{announcement}", read::show),
        post(SignedIn, "/announcements/{announcement}/close", read::close),
        get(Agents, "/work/announcements", editor::list),
        get(Agents, "/work/announcements/new", editor::new),
        post(Agents, "/work/announcements/new", editor::create),
        get(Agents, "/work/announcements/{announcement}", editor::show),
        post(Agents, "/work/announcements/{announcement}", editor::save),
        post(
            Agents,
            "/work/announcements/{announcement}/{step}",
            editor::act,
        ),
        post(
            Agents,
            "/work/wordings/{wording}/remove",
            editor::remove_wording,
        ),
    ]
}

fn operations() -> Vec<Route> {
    use Access::{Agents, Public, SignedIn};
    let op = |summary| Op::new("Announcements", summary);
    vec![
        get(Public, "/api/v1/announcements", api::list).op(op(
            "Announcements that you may read, newest first",
        )
        .query::<api::Asked>()
        .answers::<api::Announcements>()),
        post(Agents, "/api/v1/announcements", api::create).op(op("Begin one, as a draft")
            .body::<api::NewAnnouncement>()
            .answers::<api::AnnouncementView>()
            .status(201)),
        get(Public, "/api/v1/announcements/{announcement}", api::show)
            .op(op("One with its updates").answers::<api::AnnouncementView>()),
        patch(Agents, "/api/v1/announcements/{announcement}", api::change).op(op(
            "Change one: all of a draft, of a published one only times and ways",
        )
        .body::<api::Change>()
        .answers::<api::AnnouncementView>()),
        delete(
            Agents,
            "/api/v1/announcements/{announcement}",
            api::withdraw,
        )
        .op(op("Take it back").status(204)),
        post(
            Agents,
            "/api/v1/announcements/{announcement}/publication",
            api::publish,
        )
        .op(op("Publish it, now or at a time")
            .body::<api::Publication>()
            .answers::<api::AnnouncementView>()),
        delete(
            Agents,
            "/api/v1/announcements/{announcement}/publication",
            api::hold,
        )
        .op(op("Keep one back that waits for its time").answers::<api::AnnouncementView>()),
        post(
            Agents,
            "/api/v1/announcements/{announcement}/updates",
            api::update,
        )
        .op(op("Say how it goes on")
            .body::<api::Said>()
            .answers::<api::UpdateView>()
            .status(201)),
        post(
            SignedIn,
            "/api/v1/announcements/{announcement}/closing",
            api::close,
        )
        .op(op("Close its banner for yourself").status(204)),
        get(Agents, "/api/v1/wordings", api::wordings)
            .op(op("Texts to begin with").answers::<api::Wordings>()),
        post(Agents, "/api/v1/wordings", api::save_wording).op(op(
            "Save the text of an announcement under a name",
        )
        .body::<api::NewWording>()
        .answers::<api::WordingView>()
        .status(201)),
        delete(Agents, "/api/v1/wordings/{wording}", api::remove_wording)
            .op(op("Remove a text that was saved").status(204)),
    ]
}
