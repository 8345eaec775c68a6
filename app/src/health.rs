//! What load balancers and monitors ask.

use axum::extract::State;
use axum::http::StatusCode;
use mil_db::sql;

use crate::router::{Access, Route, get};
use crate::state::App;

/// The routes of this module.
pub fn routes() -> Vec<Route> {
    vec![
        get(Access::Public, "/health/live", || async { "ok\n" }),
        get(Access::Public, "/health/ready", ready),
    ]
}

/// Ready when the database answers.
async fn ready(State(app): State<App>) -> Result<&'static str, (StatusCode, &'static str)> {
    let answer = sql("SELECT 1 AS one").one(&app.db).await;
    match answer {
        Ok(_) => Ok("ok\n"),
        Err(error) => {
            tracing::error!(%error, "the database does not answer");
            Err((
                StatusCode::SERVICE_UNAVAILABLE,
                "the database does not answer\n",
            ))
        }
    }
}
