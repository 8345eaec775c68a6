//! The log as a file, streamed page by page, so that its size does not matter.

use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::stream;

use crate::Result;
use crate::audit::store::{self, Ask, Entry};
use crate::web::csv::line as csv_line;
use crate::web::{Me, Query};

/// Events read at once.
const CHUNK: i64 = 500;

/// GET /admin/audit.csv
pub async fn csv(me: Me, Query(ask): Query<Ask>) -> Result<Response> {
    let head = "at,actor,actor_id,via,ip,agent,verb,object_kind,object_id,item_id,data\r\n";
    answer(me, ask, "text/csv; charset=utf-8", "audit.csv", head, line).await
}

/// GET /admin/audit.jsonl
pub async fn json_lines(me: Me, Query(ask): Query<Ask>) -> Result<Response> {
    let line = |entry: &Entry| format!("{}\n", serde_json::to_string(entry).unwrap_or_default());
    answer(me, ask, "application/jsonl", "audit.jsonl", "", line).await
}

async fn answer(
    me: Me,
    ask: Ask,
    kind: &'static str,
    name: &str,
    head: &'static str,
    line: fn(&Entry) -> String,
) -> Result<Response> {
    // Wrong filters are answered before the file begins.
    store::list(&me.app.db, &ask, &me.prefs.zone, 1).await?;
    let chunks = stream::try_unfold(Some((ask, head)), move |state| {
        let me = me.clone();
        async move {
            let Some((mut ask, head)) = state else {
                return Ok::<_, crate::Error>(None);
            };
            let list = store::list(&me.app.db, &ask, &me.prefs.zone, CHUNK).await?;
            let text = list
                .iter()
                .map(line)
                .fold(head.to_owned(), |all, l| all + &l);
            let more = list.len() as i64 == CHUNK;
            ask.after = list.last().map(|e| e.id.clone()).unwrap_or_default();
            Ok(Some((text, more.then_some((ask, "")))))
        }
    });
    let name = format!("attachment; filename=\"{name}\"");
    Ok((
        [
            (header::CONTENT_TYPE, kind.to_owned()),
            (header::CONTENT_DISPOSITION, name),
        ],
        Body::from_stream(chunks),
    )
        .into_response())
}

/// One event as a line of CSV (RFC 4180).
fn line(e: &Entry) -> String {
    let none = String::new();
    let data = e.data.to_string();
    let cells = [
        &e.at,
        &e.actor_name,
        e.actor_id.as_ref().unwrap_or(&none),
        &e.via,
        e.ip.as_ref().unwrap_or(&none),
        e.agent.as_ref().unwrap_or(&none),
        &e.verb,
        &e.object_kind,
        &e.object_id,
        e.item_id.as_ref().unwrap_or(&none),
        &data,
    ];
    csv_line(cells)
}
