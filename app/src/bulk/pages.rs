//! The bar above ticked rows.

use axum::extract::OriginalUri;
use axum::response::Response;
use mil_process::process::Move;

use crate::bulk::{self, Change, MAX, Report};
use crate::catalog::model::Priority;
use crate::error::{Error, Result};
use crate::i18n::{t, tn};
use crate::queue::Filter;
use crate::queue::query::{self, Horizon};
use crate::web::input::{Posted, from_form};
use crate::web::{Flash, Me, see_other};

/// POST /queue/bulk?<the list's own query>
pub async fn bulk(me: Me, OriginalUri(uri): OriginalUri, Posted(form): Posted) -> Result<Response> {
    let lang = me.lang();
    let filter: Filter = from_form(uri.query().unwrap_or_default().as_bytes())?;
    let one = |name: &str| {
        form.get(name)
            .and_then(|v| v.first())
            .map(|v| v.trim().to_owned())
            .filter(|v| !v.is_empty())
    };
    let ids = if one("all").as_deref() == Some("yes") {
        let horizon = Horizon::new(me.now, &me.prefs.zone);
        query::ids(&me.app.db, &me.actor, &filter, horizon, MAX as i64 + 1).await?
    } else {
        form.get("ids").cloned().unwrap_or_default()
    };
    let (change, label) = match one("do").as_deref() {
        Some("assign") => {
            let to = one("assignee")
                .ok_or_else(|| Error::field("assignee", "Choose an owner first."))?;
            let to = match to.as_str() {
                "me" => Some(me.actor.id.clone()),
                "none" => None,
                _ => Some(to),
            };
            (Change::Assign(to), t!(lang, "Assigned"))
        }
        Some("priority") => {
            let key = one("priority").unwrap_or_default();
            let priority = Priority::ALL
                .into_iter()
                .find(|p| p.key() == key)
                .ok_or_else(|| Error::field("priority", "Choose a priority first."))?;
            (Change::Priority(priority), t!(lang, "Priority set"))
        }
        Some("move") => {
            let mv = match one("stage") {
                None => Move::Forward,
                Some(to) => Move::SendBack {
                    to,
                    reason: one("reason").unwrap_or_default(),
                },
            };
            (Change::Move(mv), t!(lang, "Moved"))
        }
        Some("decline") => {
            let reason = one("reason").unwrap_or_default();
            (Change::Move(Move::Decline { reason }), t!(lang, "Declined"))
        }
        Some("follow") => (Change::Follow(me.actor.id.clone()), t!(lang, "Followed")),
        _ => {
            return Err(Error::field(
                "do",
                "Choose what to do with the ticked requests.",
            ));
        }
    };
    let report = bulk::change(&me, &me.actor, &ids, label, &change).await?;
    let flash = Flash {
        text: words(&me, label, &report),
        undo: report.undo,
    };
    Ok(see_other(&filter.address("/queue"), Some(flash)))
}

/// "3 requests: assigned. Left out: 2474 (…)."
fn words(me: &Me, label: &str, report: &Report) -> String {
    let lang = me.lang();
    let mut text = format!(
        "{}: {}",
        label,
        tn!(lang, report.changed, "{n} request.", "{n} requests.")
    );
    if !report.blocked.is_empty() {
        let mut left: Vec<String> = report
            .blocked
            .iter()
            .take(3)
            .map(|(number, reasons)| {
                let why = reasons
                    .first()
                    .map(|m| lang.text(&m.text, &m.args))
                    .unwrap_or_default();
                format!("{number} ({why})")
            })
            .collect();
        let more = report.blocked.len().saturating_sub(left.len());
        if more > 0 {
            left.push(tn!(lang, more, "{n} more", "{n} more"));
        }
        text.push(' ');
        text.push_str(&t!(lang, "Left out: {which}", which = left.join(", ")));
    }
    text
}
