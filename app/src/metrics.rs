//! Figures for Prometheus, and one log line per request.
//!
//! Neither ever holds an address with ids, a query string or a header: routes
//! are named by their pattern, so figures stay few and nothing personal leaks.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use mil_db::sql;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::error::Error;
use crate::random::new_id;
use crate::router::{Access, Route, get};
use crate::state::App;

/// The routes of this module.
pub fn routes() -> Vec<Route> {
    // Guarded by the handler: a scraper is no person.
    vec![get(Access::Public, "/metrics", serve)]
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    method: String,
    route: String,
    status: String,
}

/// The figures of this process.
#[derive(Clone)]
pub struct Metrics {
    registry: Arc<Registry>,
    requests: Family<Labels, Counter>,
    seconds: Family<Labels, Histogram, fn() -> Histogram>,
    open: Gauge,
    late: Gauge,
    outbox: Gauge,
}

fn histogram() -> Histogram {
    Histogram::new([
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5,
    ])
}

impl Metrics {
    /// Register everything at zero.
    #[allow(clippy::new_without_default)]
    pub fn new() -> Metrics {
        let mut registry = Registry::with_prefix("mil");
        let requests = Family::default();
        let seconds = Family::new_with_constructor(histogram as fn() -> Histogram);
        let (open, late, outbox) = (Gauge::default(), Gauge::default(), Gauge::default());
        registry.register("http_requests", "Requests answered", requests.clone());
        registry.register("http_request_seconds", "Time to answer", seconds.clone());
        registry.register("open_items", "Work items that are open", open.clone());
        registry.register(
            "late_items",
            "Open work items past their promise",
            late.clone(),
        );
        registry.register(
            "outbox_events",
            "Events that a listener has still to see",
            outbox.clone(),
        );
        Metrics {
            registry: Arc::new(registry),
            requests,
            seconds,
            open,
            late,
            outbox,
        }
    }
}

/// Time every request, count it, log it, and give it an id that the client
/// can quote.
#[allow(clippy::disallowed_methods)] // How long an answer took is no business time.
pub async fn observe(State(app): State<App>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let id = new_id(app.now());
    let method = request.method().to_string();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("(none)", MatchedPath::as_str)
        .to_owned();
    let mut response = next.run(request).await;
    let took = began.elapsed();
    let status = response.status().as_u16();
    tracing::debug!(%id, %method, %route, status, micros = took.as_micros() as u64, "answered");
    let labels = Labels {
        method,
        route,
        status: format!("{}xx", status / 100),
    };
    app.metrics.requests.get_or_create(&labels).inc();
    app.metrics
        .seconds
        .get_or_create(&labels)
        .observe(took.as_secs_f64());
    if let Ok(value) = HeaderValue::from_str(&id) {
        response
            .headers_mut()
            .insert(HeaderName::from_static("x-request-id"), value);
    }
    response
}

/// GET /metrics: for this machine, or with the token of `--metrics-token`.
async fn serve(
    State(app): State<App>,
    peer: Option<axum::Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let peer = peer.map(|axum::Extension(ConnectInfo(address))| address.ip());
    if !admitted(app.config.metrics_token.as_deref(), peer, &headers) {
        return Err(Error::NotFound);
    }
    let now = app.now().as_microsecond();
    let row = sql(
        "SELECT (SELECT COUNT(*) FROM work_item WHERE closed_at IS NULL) AS open,
          (SELECT COUNT(*) FROM work_item WHERE closed_at IS NULL AND deliver_by < $1) AS late,
          (SELECT COUNT(*) FROM outbox) AS outbox",
    )
    .bind(now)
    .one(&app.db)
    .await?;
    app.metrics.open.set(row.get("open")?);
    app.metrics.late.set(row.get("late")?);
    app.metrics.outbox.set(row.get("outbox")?);
    let mut text = String::new();
    encode(&mut text, &app.metrics.registry).map_err(|e| Error::Internal(e.to_string()))?;
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, kind)], text).into_response())
}

/// The address is the connection's own: a header can be forged. Behind a proxy
/// every request comes from this machine, so there the token is asked for.
fn admitted(token: Option<&str>, peer: Option<IpAddr>, headers: &HeaderMap) -> bool {
    match token {
        Some(token) => headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "))
            .is_some_and(|given| {
                crate::random::hash_secret(given) == crate::random::hash_secret(token)
            }),
        None => peer.is_some_and(|ip| ip.is_loopback()) && !headers.contains_key("x-forwarded-for"),
    }
}
