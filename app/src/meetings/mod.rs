//! Meetings about changes: recurring, with an agenda that builds itself from
//! open changes, decisions that stand on each change, and minutes (ITIL 4,
//! change enablement: the change advisory board).
//!
//! | file | what it holds |
//! |---|---|
//! | [`model`] | the nouns |
//! | [`rules`] | when meetings are held, what belongs on an agenda (pure) |
//! | [`store`] | the rows |
//! | [`series`] | enter, change and end a series; carry it on |
//! | [`agenda`] | what comes onto the agenda by itself |
//! | [`verbs`] | points, decisions, attendance, minutes, addenda, calling off |
//! | [`minutes`] | a draft from what was noted |
//! | [`news`] | members hear of it |
//! | [`list`], [`page`], [`parts`], [`editor`] | all meetings, one meeting, the form of a series |
//! | [`words`] | rhythm and attendance as words |
//! | [`api`] | the same as JSON |

pub mod agenda;
pub mod api;
pub mod editor;
pub mod list;
pub mod minutes;
pub mod model;
pub mod news;
pub mod page;
mod parts;
pub mod rules;
pub mod series;
pub mod store;
pub mod verbs;
pub mod words;

use crate::openapi::Op;
use crate::router::{Access, Route, delete, get, post, put};

/// The routes of this slice.
pub fn routes() -> Vec<Route> {
    let mut all = pages();
    all.extend(verbs());
    all
}

fn pages() -> Vec<Route> {
    use Access::{Agents, Leads};
    vec![
        get(Agents, "/meetings", list::page),
        get(Agents, "/meetings/{meeting}", page::show),
        post(Agents, "/meetings/{meeting}/{meeting_step}", page::act),
        get(Leads, "/meeting-series/new", editor::new),
        post(Leads, "/meeting-series/new", editor::create),
        get(Leads, "/meeting-series/{series}", editor::show),
        post(Leads, "/meeting-series/{series}", editor::save),
        post(Leads, "/meeting-series/{series}/end", editor::end),
    ]
}

fn verbs() -> Vec<Route> {
    use Access::{Agents, Leads};
    let op = |summary| Op::new("Meetings", summary);
    vec![
        get(Agents, "/api/v1/meetings", api::list).op(op(
            "Meetings ahead, the soonest first, and past ones, the last first",
        )
        .answers::<api::Meetings>()),
        get(Agents, "/api/v1/meetings/{meeting}", api::show).op(op(
            "One meeting with agenda, attendance and minutes",
        )
        .answers::<api::MeetingView>()),
        delete(Agents, "/api/v1/meetings/{meeting}", api::cancel)
            .op(op("Call a meeting off").status(204)),
        post(Agents, "/api/v1/meetings/{meeting}/points", api::add_point).op(op(
            "Add a point of one's own, or a change",
        )
        .body::<api::NewPoint>()
        .answers::<api::MeetingView>()
        .status(201)),
        delete(
            Agents,
            "/api/v1/meetings/{meeting}/points/{point}",
            api::remove_point,
        )
        .op(op("Take a point off the agenda").status(204)),
        put(Agents, "/api/v1/meetings/{meeting}/order", api::reorder).op(op(
            "Put the points in an order",
        )
        .body::<api::Order>()
        .answers::<api::MeetingView>()),
        put(
            Agents,
            "/api/v1/meetings/{meeting}/points/{point}/decision",
            api::decide,
        )
        .op(op("Record what the meeting says about a change")
            .body::<api::NewDecision>()
            .answers::<api::MeetingView>()),
        put(
            Agents,
            "/api/v1/meetings/{meeting}/attendance",
            api::attend,
        )
        .op(op("Note who was there")
            .body::<api::NewAttendance>()
            .answers::<api::MeetingView>()),
        put(Agents, "/api/v1/meetings/{meeting}/minutes", api::minutes).op(op(
            "Write the minutes, or publish them for good",
        )
        .body::<api::NewMinutes>()
        .answers::<api::MeetingView>()),
        post(Agents, "/api/v1/meetings/{meeting}/addenda", api::amend).op(op(
            "Add to published minutes",
        )
        .body::<api::NewAddendum>()
        .answers::<api::MeetingView>()
        .status(201)),
        get(Agents, "/api/v1/meeting-series", api::all_series)
            .op(op("Series of meetings").answers::<api::AllSeries>()),
        post(Leads, "/api/v1/meeting-series", api::make_series).op(op("Enter a series")
            .body::<api::NewSeries>()
            .answers::<api::SeriesView>()
            .status(201)),
        put(Leads, "/api/v1/meeting-series/{series}", api::change_series).op(op(
            "Change a series; its meetings ahead move",
        )
        .body::<api::NewSeries>()
        .answers::<api::SeriesView>()),
        delete(Leads, "/api/v1/meeting-series/{series}", api::end_series)
            .op(op("Give a series up").status(204)),
    ]
}
