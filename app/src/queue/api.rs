//! The list as JSON, and as CSV for a spreadsheet.

use axum::Json;
use axum::body::{Body, Bytes};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use schemars::JsonSchema;
use serde::Serialize;

use crate::catalog::Catalog;
use crate::catalog::model::Priority;
use crate::clock::from_micros;
use crate::error::Result;
use crate::i18n::t;
use crate::policy;
use crate::queue::filter::Filter;
use crate::queue::query::{self, Horizon, Page, Row};
use crate::search;
use crate::web::{Me, Query};
use crate::work::api::due;
use crate::work::store::phase_key;

/// A page of requests.
#[derive(Serialize, JsonSchema)]
pub struct List {
    /// In the order asked for.
    pub items: Vec<ListItem>,
    /// Give it as `after` for the next page; null on the last.
    pub next: Option<String>,
}

/// A request on a list.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct ListItem {
    pub id: String,
    pub number: i64,
    pub title: String,
    /// Slug of the service.
    pub service: String,
    pub stage: String,
    pub phase: String,
    pub priority: Priority,
    pub requester_id: String,
    pub requester: String,
    pub department: Option<String>,
    pub team_id: String,
    pub assignee_id: Option<String>,
    pub assignee: Option<String>,
    /// RFC 3339; null when nothing is promised any more.
    pub deliver_by: Option<String>,
    /// Whether the requester has to answer.
    pub waiting: bool,
    pub created_at: String,
    pub updated_at: String,
    pub closed_at: Option<String>,
    pub version: i64,
}

fn view(catalog: &Catalog, row: Row, agent: bool) -> ListItem {
    let stage = if agent {
        row.stage
    } else {
        // Requesters read their own word; the key is the agents' business.
        catalog
            .process(&row.process_id, row.process_version)
            .ok()
            .and_then(|p| p.stage(&row.stage).map(|s| s.requester_word().to_owned()))
            .unwrap_or(row.stage)
    };
    ListItem {
        service: catalog
            .service(&row.service_id)
            .map(|s| s.slug.clone())
            .unwrap_or_default(),
        stage,
        phase: phase_key(row.phase).to_owned(),
        priority: row.priority,
        requester_id: row.requester_id,
        requester: row.requester,
        department: row.department,
        team_id: row.team_id,
        assignee_id: row.assignee_id,
        assignee: row.assignee,
        deliver_by: due(row.deliver_by),
        waiting: row.waits,
        created_at: row.created_at.to_string(),
        updated_at: row.updated_at.to_string(),
        closed_at: row.closed_at.map(|at| at.to_string()),
        version: row.version,
        id: row.id,
        number: row.number,
        title: row.title,
    }
}

async fn read(me: &Me, filter: &Filter) -> Result<Page> {
    let horizon = Horizon::new(me.now, &me.prefs.zone);
    match &filter.q {
        Some(q) => search::filtered(me, filter, horizon, q).await,
        None => query::page(&me.app.db, &me.actor, filter, horizon).await,
    }
}

/// GET /api/v1/requests
pub async fn list(me: Me, Query(filter): Query<Filter>) -> Result<Json<List>> {
    let catalog = me.app.catalog().await?;
    let agent = policy::works(&me.actor);
    let page = read(&me, &filter).await?;
    Ok(Json(List {
        items: page
            .rows
            .into_iter()
            .map(|row| view(&catalog, row, agent))
            .collect(),
        next: page.next,
    }))
}

/// GET /queue.csv: the whole list, page by page, as it is read.
pub async fn export(me: Me, Query(filter): Query<Filter>) -> Result<Response> {
    let lang = me.lang();
    let catalog = me.app.catalog().await?;
    let head = [
        t!(lang, "Number"),
        t!(lang, "Title"),
        t!(lang, "Service"),
        t!(lang, "Stage"),
        t!(lang, "Priority"),
        t!(lang, "Requester"),
        t!(lang, "Department"),
        t!(lang, "Owner"),
        t!(lang, "Promised"),
        t!(lang, "Ordered"),
        t!(lang, "Closed"),
    ];
    // The mark tells spreadsheets that this is UTF-8.
    let first = format!("\u{feff}{}", line(&head.map(str::to_owned)));
    let start = Filter {
        size: Some(100),
        ..filter.first_page()
    };
    let pages = stream::try_unfold(Some(start), move |filter| {
        let (me, catalog) = (me.clone(), catalog.clone());
        async move {
            let Some(filter) = filter else {
                return Ok::<_, crate::Error>(None);
            };
            let page = read(&me, &filter).await?;
            let text: String = page
                .rows
                .iter()
                .map(|row| line(&cells(&me, &catalog, row)))
                .collect();
            let next = page.next.map(|next| Filter {
                after: Some(next),
                ..filter
            });
            Ok(Some((Bytes::from(text), next)))
        }
    });
    let body = stream::once(async move { Ok(Bytes::from(first)) });
    let body = Body::from_stream(futures_util::StreamExt::chain(body, pages));
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"requests.csv\"",
        ),
    ];
    Ok((headers, body).into_response())
}

fn cells(me: &Me, catalog: &Catalog, row: &Row) -> [String; 11] {
    let zone = &me.prefs.zone;
    let moment = |at: jiff::Timestamp| zone.to_datetime(at).strftime("%Y-%m-%d %H:%M").to_string();
    let stage = catalog
        .process(&row.process_id, row.process_version)
        .ok()
        .and_then(|p| p.stage(&row.stage).map(|s| s.name.clone()))
        .unwrap_or_else(|| row.stage.clone());
    [
        row.number.to_string(),
        row.title.clone(),
        catalog
            .service(&row.service_id)
            .map(|s| s.name.clone())
            .unwrap_or_default(),
        stage,
        me.lang().t(row.priority.label()).to_owned(),
        row.requester.clone(),
        row.department.clone().unwrap_or_default(),
        row.assignee.clone().unwrap_or_default(),
        due(row.deliver_by)
            .map(|_| moment(from_micros(row.deliver_by)))
            .unwrap_or_default(),
        moment(row.created_at),
        row.closed_at.map(moment).unwrap_or_default(),
    ]
}

/// One line of CSV (RFC 4180).
fn line<const N: usize>(cells: &[String; N]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
    cells.join(",") + "\r\n"
}

/// A cell in quotes. One that a spreadsheet would run as a formula gets an
/// apostrophe first (OWASP: CSV injection).
pub fn quoted(cell: &str) -> String {
    let runs = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let mark = if runs { "'" } else { "" };
    format!("\"{mark}{}\"", cell.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn cells_are_text() {
        assert_eq!(quoted("say \"hi\""), "\"say \"\"hi\"\"\"");
        assert_eq!(quoted("=1+1"), "\"'=1+1\"");
        assert_eq!(quoted("@SUM(A1)"), "\"'@SUM(A1)\"");
    }
}
