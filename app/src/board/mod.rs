//! The board: a process's stages side by side, with a limit to the work in
//! each. Moving a card is moving the request, by the same verb and rules.

mod page;
mod read;

use crate::router::{Access, Route, get, post};

/// The routes of this slice.
pub fn routes() -> Vec<Route> {
    use Access::Agents;
    vec![
        get(Agents, "/board", page::board),
        post(Agents, "/board/{item}/move", page::move_card),
    ]
}
