//! Playbooks: how we do something, step by step, and each time we do it
//! (standard operating procedures).
//!
//! | file | what it holds |
//! |---|---|
//! | [`model`] | the nouns |
//! | [`rules`] | what may be published, how two versions differ, how a run stands (pure) |
//! | [`store`] | the rows of playbooks |
//! | [`verbs`] | write, publish, retire |
//! | [`runs`] | the rows of runs: start, tick, skip, end |
//! | [`list`], [`page`], [`editor`], [`run_page`] | the pages |
//! | [`figures`] | how long runs take and what is skipped |
//! | [`panel`] | runs beside a request, and on the page of a practice |
//! | [`api`], [`api_runs`] | the same as JSON |

pub mod api;
pub mod api_runs;
pub mod editor;
pub mod figures;
pub mod list;
pub mod model;
pub mod page;
pub mod panel;
pub mod rules;
pub mod run_page;
pub mod runs;
pub mod store;
pub mod verbs;

use crate::openapi::Op;
use crate::router::{Access, Route, delete, get, post, put};

/// The routes of this slice.
pub fn routes() -> Vec<Route> {
    use Access::{Agents, Leads};
    let op = |summary| Op::new("Playbooks", summary);
    vec![
        get(Agents, "/playbooks", list::page),
        get(Leads, "/playbooks/new", editor::new),
        post(Leads, "/playbooks/new", editor::create),
        get(Agents, "/playbooks/{playbook}", page::show),
        get(Agents, "/playbooks/{playbook}/print", page::print),
        get(Leads, "/playbooks/{playbook}/edit", editor::show),
        post(Leads, "/playbooks/{playbook}/edit", editor::save),
        post(Leads, "/playbooks/{playbook}/publish", editor::publish),
        post(Leads, "/playbooks/{playbook}/discard", editor::discard),
        post(Leads, "/playbooks/{playbook}/retire", editor::retire),
        post(Leads, "/playbooks/{playbook}/restore", editor::restore),
        get(
            Agents,
            "/playbooks/{playbook}/versions/{number}",
            page::version,
        ),
        post(Agents, "/playbooks/{playbook}/runs", run_page::start),
        get(Agents, "/playbook-runs", run_page::list),
        post(Agents, "/playbook-runs", run_page::start_chosen),
        get(Agents, "/playbook-runs/{run}", run_page::show),
        post(
            Agents,
            "/playbook-runs/{run}/steps/{run_step}",
            run_page::mark,
        ),
        post(Agents, "/playbook-runs/{run}/end", run_page::end),
        get(Agents, "/api/v1/playbooks", api::list).op(op("Playbooks, by name")
            .query::<list::Asked>()
            .answers::<api::Playbooks>()),
        post(Leads, "/api/v1/playbooks", api::create).op(op("Write one, as a draft")
            .body::<model::Definition>()
            .answers::<api::PlaybookView>()
            .status(201)),
        get(Agents, "/api/v1/playbooks/{playbook}", api::read)
            .op(op("One playbook with its figures").answers::<api::PlaybookView>()),
        put(Leads, "/api/v1/playbooks/{playbook}/draft", api::draft).op(op(
            "Write the next version, as a draft",
        )
        .body::<api::NewDraft>()
        .answers::<api::PlaybookView>()),
        delete(Leads, "/api/v1/playbooks/{playbook}/draft", api::discard)
            .op(op("Throw the draft away").status(204)),
        post(
            Leads,
            "/api/v1/playbooks/{playbook}/publication",
            api::publish,
        )
        .op(op("Publish the draft as a new version")
            .body::<api::Publication>()
            .answers::<api::PlaybookView>()),
        put(
            Leads,
            "/api/v1/playbooks/{playbook}/retirement",
            api::retire,
        )
        .op(op("Retire it; open runs go on").answers::<api::PlaybookView>()),
        delete(
            Leads,
            "/api/v1/playbooks/{playbook}/retirement",
            api::restore,
        )
        .op(op("Bring it back").answers::<api::PlaybookView>()),
        get(
            Agents,
            "/api/v1/playbooks/{playbook}/versions/{number}",
            api::version,
        )
        .op(op("A published version, and what it changed").answers::<api::VersionView>()),
        post(Agents, "/api/v1/playbooks/{playbook}/runs", api_runs::start).op(op("Start a run")
            .body::<api_runs::NewRun>()
            .answers::<api_runs::RunView>()
            .status(201)),
        get(Agents, "/api/v1/playbook-runs", api_runs::list).op(op("Runs, newest first")
            .query::<run_page::Asked>()
            .answers::<api_runs::Runs>()),
        get(Agents, "/api/v1/playbook-runs/{run}", api_runs::read)
            .op(op("One run, step by step").answers::<api_runs::RunView>()),
        post(
            Agents,
            "/api/v1/playbook-runs/{run}/steps/{run_step}",
            api_runs::mark,
        )
        .op(
            op("Do, skip or open a step again, note something, give it to somebody")
                .body::<runs::Mark>()
                .answers::<api_runs::RunView>(),
        ),
        post(Agents, "/api/v1/playbook-runs/{run}/end", api_runs::end).op(op(
            "Finish or abandon it",
        )
        .body::<api_runs::Ending>()
        .answers::<api_runs::RunView>()),
    ]
}
