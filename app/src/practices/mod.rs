//! The library: best practices as versioned data that a team adopts and runs.
//!
//! | file | what it holds |
//! |---|---|
//! | [`pack`] | a practice as files: reading, checking, writing (pure) |
//! | [`library`], [`scaffold`] | the practices that come with MIL; the beginning of a new one |
//! | [`archive`], [`import`], [`export`] | packs as ZIP files, in and out |
//! | [`model`], [`store`] | what was adopted and imported |
//! | [`install`] | parts of a pack into the catalogue, checked like what is typed |
//! | [`adopt`], [`upgrade`] | the verbs: adopt, leave, take a new version |
//! | [`merge`] | three-way comparison of data (pure) |
//! | [`present`] | playbooks, rules and kinds of change as they run here |
//! | [`rules`] | rules that came with a practice |
//! | [`figures`] | measures over what happened; how well a practice is used |
//! | [`pages`], [`api`] | the library in the browser and as JSON |

pub mod adopt;
pub mod api;
pub mod archive;
pub mod export;
pub mod figures;
pub mod import;
pub mod install;
pub mod library;
pub mod merge;
pub mod model;
pub mod pack;
pub mod pages;
pub mod present;
pub mod rules;
pub mod scaffold;
pub mod store;
pub mod upgrade;

pub use pack::Pack;

use crate::openapi::Op;
use crate::router::{Access, Route, delete, get, post};

/// The routes of this slice.
pub fn routes() -> Vec<Route> {
    use Access::Agents;
    let op = |summary| Op::new("Practices", summary);
    vec![
        get(Agents, "/practices", pages::list::page),
        post(Agents, "/practices/import", pages::list::take_in).unlimited_body(),
        get(Agents, "/practices/{practice}", pages::show::page),
        get(Agents, "/practices/{practice}/adopt", pages::adopt::page),
        post(Agents, "/practices/{practice}/adopt", pages::adopt::adopt),
        get(
            Agents,
            "/practices/{practice}/upgrade",
            pages::upgrade::page,
        ),
        post(
            Agents,
            "/practices/{practice}/upgrade",
            pages::upgrade::take,
        ),
        post(Agents, "/practices/{practice}/leave", pages::show::leave),
        get(Agents, "/practices/{practice}/export", pages::show::export),
        get(Agents, "/api/v1/practices", api::list)
            .op(op("The library, with what is adopted").answers::<api::Practices>()),
        post(Agents, "/api/v1/practices/import", api::take_in)
            .op(op("Take a pack in; the body is a ZIP file")
                .answers::<api::PracticeDetail>()
                .status(201))
            .unlimited_body(),
        get(Agents, "/api/v1/practices/{practice}", api::show)
            .op(op("A practice, and what runs of it here").answers::<api::PracticeDetail>()),
        post(Agents, "/api/v1/practices/{practice}/preview", api::preview).op(op(
            "What adopting would make",
        )
        .body::<model::Wishes>()
        .answers::<api::PreviewView>()),
        post(Agents, "/api/v1/practices/{practice}/adoption", api::adopt).op(op("Adopt it")
            .body::<model::Wishes>()
            .answers::<api::PracticeDetail>()
            .status(201)),
        delete(Agents, "/api/v1/practices/{practice}/adoption", api::leave)
            .op(op("Leave it; running requests go on").status(204)),
        get(Agents, "/api/v1/practices/{practice}/upgrade", api::compare)
            .op(op("Compare a newer version with what runs").answers::<api::ComparisonView>()),
        post(Agents, "/api/v1/practices/{practice}/upgrade", api::take).op(op(
            "Take a newer version over",
        )
        .body::<api::UpgradeInput>()
        .answers::<api::PracticeDetail>()),
        get(
            Agents,
            "/api/v1/practices/{practice}/export",
            pages::show::export,
        )
        .op(op("The practice as it runs here, as a ZIP file").status(200)),
    ]
}
