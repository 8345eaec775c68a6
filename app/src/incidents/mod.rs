//! Incidents: something is broken or worse than promised, and how it becomes
//! well again (ITIL 4, incident management).
//!
//! | file | what it holds |
//! |---|---|
//! | [`rules`] | severity from impact and urgency; when incidents look alike (pure) |
//! | [`store`] | the record of an incident and its updates |
//! | [`verbs`] | assess, declare major, stand down, name the manager, update, restore |
//! | [`remind`] | the manager hears that the next update is overdue |
//! | [`panel`] | the block on the agents' page; what requesters read; the home banner |
//! | [`page`] | the incident's own page in the workspace |
//! | [`status`] | major incidents on the status page, as far as nobody announced them |
//! | [`words`] | its events as sentences, with those of problems and post-mortems |
//! | [`api`] | the same as JSON |

pub mod api;
pub mod page;
pub mod panel;
pub mod remind;
pub mod rules;
pub mod status;
pub mod store;
pub mod verbs;
pub mod words;

use crate::openapi::Op;
use crate::router::{Access, Route, delete, get, patch, post};

/// The routes of this slice.
pub fn routes() -> Vec<Route> {
    use Access::{Agents, SignedIn};
    let op = |summary| Op::new("Incidents", summary);
    vec![
        get(Agents, "/work/{item}/incident", page::show),
        post(Agents, "/work/{item}/incident/{step}", page::act),
        get(SignedIn, "/api/v1/requests/{item}/incident", api::show)
            .op(op("An incident's record").answers::<api::IncidentView>()),
        patch(SignedIn, "/api/v1/requests/{item}/incident", api::assess).op(op(
            "Say how severe it is, what is affected, who manages it",
        )
        .body::<api::Assessment>()
        .answers::<api::IncidentView>()),
        post(
            SignedIn,
            "/api/v1/requests/{item}/incident/major",
            api::declare,
        )
        .op(op("Declare a major incident")
            .body::<api::Declaration>()
            .answers::<api::IncidentView>()),
        delete(
            SignedIn,
            "/api/v1/requests/{item}/incident/major",
            api::stand_down,
        )
        .op(op("Stand down from a major incident").answers::<api::IncidentView>()),
        get(
            SignedIn,
            "/api/v1/requests/{item}/incident/updates",
            api::updates,
        )
        .op(op("Its updates, newest first").answers::<api::Updates>()),
        post(
            SignedIn,
            "/api/v1/requests/{item}/incident/updates",
            api::update,
        )
        .op(op("Post an update to everyone affected, or among agents")
            .body::<api::NewUpdate>()
            .answers::<api::UpdateView>()
            .status(201)),
        post(
            SignedIn,
            "/api/v1/requests/{item}/incident/restored",
            api::restored,
        )
        .op(op("Say that it works again")
            .body::<api::Restored>()
            .answers::<api::IncidentView>()),
    ]
}
