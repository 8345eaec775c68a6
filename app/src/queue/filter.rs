//! What a list shows, as the address says it. One struct for the queue page,
//! the board, the API, the export and saved views.

use std::fmt::Write;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::queue::group::GroupBy;

/// Which requests, in which order. Everything is optional; nothing given is the
/// list of open requests in the order of their promise.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Filter {
    /// open (default), waiting (for the requester), done, all.
    pub state: Option<State>,
    /// Id of a team.
    pub team: Option<String>,
    /// Id of a person, `me` or `none`.
    pub assignee: Option<String>,
    /// Id of a service.
    pub service: Option<String>,
    /// Key of a stage.
    pub stage: Option<String>,
    /// low, normal, high or urgent.
    pub priority: Option<crate::catalog::model::Priority>,
    /// Id of a person.
    pub requester: Option<String>,
    /// Id of a department.
    pub department: Option<String>,
    /// late, today, week, later, or waits (for the requester).
    pub due: Option<Due>,
    /// Words to look for, or a number.
    pub q: Option<String>,
    /// promise (default), updated, created, priority. Closed lists follow the
    /// time of closing unless `created` is asked for.
    pub sort: Option<Sort>,
    /// asc or desc; each order has a sensible default.
    pub dir: Option<Dir>,
    /// Headings within the list: promise (default), owner, stage, service,
    /// department, priority or none.
    pub group: Option<GroupBy>,
    /// 25 (default), 50 or 100.
    pub size: Option<u32>,
    /// Go on after this place: `next` of the page before.
    pub after: Option<String>,
    /// Go back from this place: `prev` of the page after.
    pub before: Option<String>,
    /// Shown as "26–50": how many came before. Only for show.
    pub from: Option<i64>,
    /// One of the built-in views: mine.
    pub view: Option<String>,
}

/// Open or closed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum State {
    #[default]
    Open,
    Waiting,
    Done,
    All,
}

/// When it is promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Due {
    Late,
    Today,
    Week,
    Later,
    Waits,
}

/// The order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Sort {
    #[default]
    Promise,
    Updated,
    Created,
    Priority,
    Closed,
}

/// Its direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Dir {
    Asc,
    Desc,
}

impl Filter {
    /// Open or closed.
    pub fn state(&self) -> State {
        self.state.unwrap_or_default()
    }

    /// The order that is really used: only those that an index serves.
    pub fn order(&self) -> (Sort, Dir) {
        let asked = self.sort.unwrap_or_default();
        let sort = match (self.state(), asked) {
            (State::Done, Sort::Created) => Sort::Created,
            (State::Done, _) => Sort::Closed,
            (State::All, _) => Sort::Created,
            (_, Sort::Closed) => Sort::Promise,
            (_, other) => other,
        };
        let usual = match sort {
            Sort::Promise => Dir::Asc,
            _ => Dir::Desc,
        };
        (sort, self.dir.unwrap_or(usual))
    }

    /// Rows on a page.
    pub fn size(&self) -> u32 {
        match self.size {
            Some(n) if n >= 100 => 100,
            Some(n) if n >= 50 => 50,
            _ => 25,
        }
    }

    /// Whether anything but state and order narrows the list.
    pub fn narrows(&self) -> bool {
        let plain = Filter {
            state: self.state,
            sort: self.sort,
            dir: self.dir,
            group: self.group,
            size: self.size,
            view: self.view.clone(),
            ..Filter::default()
        };
        Filter {
            after: None,
            before: None,
            from: None,
            ..self.clone()
        } != plain
    }

    /// The same list from its first row.
    #[must_use]
    pub fn first_page(&self) -> Filter {
        Filter {
            after: None,
            before: None,
            from: None,
            ..self.clone()
        }
    }

    /// As a query string, without the question mark.
    pub fn query(&self) -> String {
        let mut out = String::new();
        let value = serde_json::to_value(self).unwrap_or_default();
        for (key, value) in value.as_object().into_iter().flatten() {
            let text = match value {
                serde_json::Value::String(text) => text.clone(),
                serde_json::Value::Number(n) => n.to_string(),
                _ => continue,
            };
            if !out.is_empty() {
                out.push('&');
            }
            let _ = write!(
                out,
                "{key}={}",
                utf8_percent_encode(&text, NON_ALPHANUMERIC)
            );
        }
        out
    }

    /// As an address below `path`.
    pub fn address(&self, path: &str) -> String {
        let query = self.query();
        if query.is_empty() {
            path.to_owned()
        } else {
            format!("{path}?{query}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::input::from_form;

    #[test]
    fn an_address_comes_back_as_it_was() {
        let filter = Filter {
            state: Some(State::Waiting),
            assignee: Some("me".into()),
            q: Some("Öffnungszeiten & more=1".into()),
            sort: Some(Sort::Updated),
            size: Some(50),
            ..Filter::default()
        };
        let back: Filter = from_form(filter.query().as_bytes()).unwrap();
        assert_eq!(back, filter);
        assert_eq!(Filter::default().address("/queue"), "/queue");
        assert!(from_form::<Filter>(b"state=open&drop=table").is_err());
    }

    #[test]
    fn orders_are_those_that_an_index_serves() {
        let of = |state, sort| {
            Filter {
                state: Some(state),
                sort: Some(sort),
                ..Filter::default()
            }
            .order()
        };
        assert_eq!(of(State::Open, Sort::Promise), (Sort::Promise, Dir::Asc));
        assert_eq!(of(State::Open, Sort::Closed).0, Sort::Promise);
        assert_eq!(of(State::Done, Sort::Promise), (Sort::Closed, Dir::Desc));
        assert_eq!(of(State::All, Sort::Updated).0, Sort::Created);
    }
}
