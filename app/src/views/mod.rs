//! Saved views: a list's address under a name, for oneself, a team or everyone.

mod pages;
mod store;

pub use store::create as save;

use schemars::JsonSchema;
use serde::Serialize;

use crate::error::Result;
use crate::openapi::Op;
use crate::queue::Filter;
use crate::router::{Access, Route, delete, get, post};
use crate::web::Me;
use crate::web::input::from_form;

/// A saved view.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct SavedView {
    pub id: String,
    pub name: String,
    /// The list's query string.
    pub query: String,
    /// null: only the owner; `everyone`; or the id of a team.
    pub shared_with: Option<String>,
    /// Whether the reader may change it.
    pub mine: bool,
}

/// The routes of this slice.
pub fn routes() -> Vec<Route> {
    use Access::Agents;
    vec![
        get(Agents, "/views", pages::list),
        post(Agents, "/views", pages::create),
        get(Agents, "/views/new", pages::new),
        post(Agents, "/views/{view}/remove", pages::remove),
        get(Agents, "/api/v1/views", pages::api_list).op(Op::new(
            "Views",
            "The views you saved or share",
        )
        .answers::<pages::Views>()),
        post(Agents, "/api/v1/views", pages::api_create).op(Op::new("Views", "Save a view")
            .body::<pages::NewView>()
            .answers::<SavedView>()
            .status(201)),
        delete(Agents, "/api/v1/views/{view}", pages::api_remove).op(Op::new(
            "Views",
            "Remove a view of yours",
        )
        .status(204)),
    ]
}

/// The reader's views with what they show, in order. One whose query is not
/// understood any more is left out.
pub async fn mine(me: &Me) -> Result<Vec<(String, Filter)>> {
    Ok(store::visible(&me.app.db, &me.actor)
        .await?
        .into_iter()
        .filter_map(|view| Some((view.name, from_form(view.query.as_bytes()).ok()?)))
        .collect())
}
