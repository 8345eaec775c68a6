//! Self-help as JSON, and its services as CSV.

use axum::Json;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;

use super::report::{self, Asked, Report};
use super::verbs::{self, Solve};
use crate::error::Result;
use crate::queue::api::quoted;
use crate::web::{Input, Me, Query};

/// What was counted.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Solved {
    /// To take it back with.
    pub id: String,
}

/// POST /api/v1/self-help/solved
pub async fn solved(me: Me, Input(solve): Input<Solve>) -> Result<(StatusCode, Json<Solved>)> {
    let id = verbs::solved(&me, &solve).await?;
    Ok((StatusCode::CREATED, Json(Solved { id })))
}

/// POST /api/v1/self-help/solved/{solve}/undo
pub async fn undo(me: Me, Path(id): Path<String>) -> Result<StatusCode> {
    verbs::undo(&me, &me.actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// GET /api/v1/self-help
pub async fn report(me: Me, Query(asked): Query<Asked>) -> Result<Json<Report>> {
    Ok(Json(report::report(&me, &asked).await?))
}

/// GET /insight/self-help.csv
pub async fn csv(me: Me, Query(asked): Query<Asked>) -> Result<Response> {
    let report = report::report(&me, &asked).await?;
    let mut out =
        String::from("service,solved,ordered,requests_with_booked_time,hours_low,hours_high\r\n");
    let number = |n: Option<f64>| n.map(|n| format!("{n:.2}")).unwrap_or_default();
    for service in &report.services {
        let cells = [
            service.name.clone(),
            service.solves.to_string(),
            service.orders.to_string(),
            service.sample.to_string(),
            number(service.low_hours),
            number(service.high_hours),
        ];
        out.push_str(&cells.map(|cell| quoted(&cell)).join(","));
        out.push_str("\r\n");
    }
    Ok((
        [
            (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
            (
                header::CONTENT_DISPOSITION,
                "attachment; filename=\"self-help.csv\"",
            ),
        ],
        out,
    )
        .into_response())
}
