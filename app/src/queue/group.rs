//! Grouping the rows of the list under headings.
//!
//! By promise is the order of the list itself and goes on from page to page.
//! Any other grouping sorts the rows that are on the page, so that a list of a
//! million requests stays as fast as a short one; the count says so.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalog::Catalog;
use crate::i18n::{Lang, t};
use crate::queue::filter::{Dir, Filter, Sort};
use crate::queue::page::group_name;
use crate::queue::query::{Horizon, Row};

/// What the rows are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum GroupBy {
    Promise,
    Stage,
    Service,
    Owner,
    Department,
    Priority,
    None,
}

impl GroupBy {
    /// All, in the order in which they are offered.
    pub const ALL: [GroupBy; 7] = [
        GroupBy::Promise,
        GroupBy::Owner,
        GroupBy::Stage,
        GroupBy::Service,
        GroupBy::Department,
        GroupBy::Priority,
        GroupBy::None,
    ];

    /// The word in the address.
    pub fn key(self) -> &'static str {
        match self {
            GroupBy::Promise => "promise",
            GroupBy::Stage => "stage",
            GroupBy::Service => "service",
            GroupBy::Owner => "owner",
            GroupBy::Department => "department",
            GroupBy::Priority => "priority",
            GroupBy::None => "none",
        }
    }

    /// What it is called.
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            GroupBy::Promise => t!(lang, "Promise"),
            GroupBy::Stage => t!(lang, "Stage"),
            GroupBy::Service => t!(lang, "Service"),
            GroupBy::Owner => t!(lang, "Owner"),
            GroupBy::Department => t!(lang, "Department"),
            GroupBy::Priority => t!(lang, "Priority"),
            GroupBy::None => t!(lang, "No groups"),
        }
    }
}

/// Where a group stands among the others, and its heading.
type Place = (i64, String);

/// The rows under their headings. Rows keep their order within a group; an
/// empty heading is no heading.
pub fn grouped<'a>(
    lang: Lang,
    catalog: &Catalog,
    filter: &Filter,
    horizon: Horizon,
    rows: &'a [Row],
) -> Vec<(String, Vec<&'a Row>)> {
    let by_promise = filter.order() == (Sort::Promise, Dir::Asc);
    let by = match filter.group.unwrap_or(GroupBy::Promise) {
        GroupBy::Promise if !by_promise => GroupBy::None,
        by => by,
    };
    let mut placed: Vec<(Place, &Row)> = rows
        .iter()
        .map(|row| (place(lang, catalog, horizon, by, row), row))
        .collect();
    if by != GroupBy::Promise {
        placed.sort_by_key(|(at, _)| (at.0, at.1.to_lowercase()));
    }
    let mut groups: Vec<(String, Vec<&Row>)> = Vec::new();
    for ((_, label), row) in placed {
        match groups.last_mut().filter(|(last, _)| *last == label) {
            Some((_, rows)) => rows.push(row),
            None => groups.push((label, vec![row])),
        }
    }
    groups
}

fn place(lang: Lang, catalog: &Catalog, horizon: Horizon, by: GroupBy, row: &Row) -> Place {
    match by {
        GroupBy::None => (0, String::new()),
        GroupBy::Promise => (
            0,
            group_name(lang, horizon.group(row.deliver_by)).to_owned(),
        ),
        GroupBy::Stage => {
            let process = catalog.process(&row.process_id, row.process_version);
            let name = process
                .ok()
                .and_then(|p| Some(p.stage(&row.stage)?.name.clone()));
            (0, name.unwrap_or_else(|| row.stage.clone()))
        }
        GroupBy::Service => {
            let service = catalog.service(&row.service_id);
            (0, service.map_or_else(String::new, |s| s.name.clone()))
        }
        // What nobody has comes first: somebody should take it.
        GroupBy::Owner => match &row.assignee {
            Some(name) => (1, name.clone()),
            None => (0, t!(lang, "Nobody").to_owned()),
        },
        GroupBy::Department => match &row.department {
            Some(name) => (0, name.clone()),
            None => (1, t!(lang, "No department").to_owned()),
        },
        GroupBy::Priority => (
            -row.priority.number(),
            lang.t(row.priority.label()).to_owned(),
        ),
    }
}
