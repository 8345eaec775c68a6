//! Processes in the browser: which stages a request goes through.
//!
//! * [`lines`], [`sheet`] what is typed, and back (pure)
//! * [`list`] all processes, and a new one; [`editor`] the form of one
//! * [`save`] rearranging, what changes, publishing; [`versions`] to read
//! * [`api`] the same as JSON
//! * [`words`] and [`frame`] are shared by these

pub mod api;
pub mod editor;
pub mod frame;
pub mod lines;
pub mod list;
pub mod save;
pub mod sheet;
mod timer_lines;
pub mod versions;
pub mod words;

use crate::router::{Access, Route, get, post};

/// The routes of this part.
pub fn routes() -> Vec<Route> {
    use Access::Leads;
    let pages = vec![
        get(Leads, "/admin/processes", list::page),
        post(Leads, "/admin/processes", list::create),
        get(Leads, "/admin/processes/new", list::new_page),
        get(Leads, "/admin/processes/{process}", save::page),
        post(Leads, "/admin/processes/{process}", save::save),
        post(Leads, "/admin/processes/{process}/archive", list::archive),
        post(Leads, "/admin/processes/{process}/restore", list::restore),
        get(Leads, "/admin/processes/{process}/versions", versions::list),
        get(
            Leads,
            "/admin/processes/{process}/versions/{number}",
            versions::page,
        ),
    ];
    pages.into_iter().chain(api::routes()).collect()
}
