//! Orders as JSON.

use axum::Json;
use axum::extract::Path;
use mil_db::sql;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::clock::from_micros;
use crate::error::Result;
use crate::portal::orders;
use crate::web::{Me, Query};
use crate::work::api::{OrderView, view};

/// How many orders a list answers at once.
const PAGE: usize = 50;

/// Where a list goes on.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct After {
    /// `next` of the page before.
    #[serde(default)]
    pub after: Option<i64>,
}

/// An order, without its requests.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct OrderLine {
    pub id: String,
    pub number: i64,
    pub created_at: String,
    /// How many requests it made.
    pub requests: i64,
}

/// Orders, newest first.
#[derive(Serialize, JsonSchema)]
pub struct Orders {
    /// The orders.
    pub items: Vec<OrderLine>,
    /// For `?after=`; null at the end.
    pub next: Option<i64>,
}

/// GET /api/v1/orders
pub async fn orders(me: Me, Query(after): Query<After>) -> Result<Json<Orders>> {
    let rows = sql("SELECT o.id, o.number, o.created_at,
            (SELECT COUNT(*) FROM work_item w WHERE w.order_id = o.id) AS requests
         FROM service_order o WHERE o.requester_id = $1 AND o.number < $2
         ORDER BY o.number DESC LIMIT $3")
    .bind(&me.actor.id)
    .bind(after.after.unwrap_or(i64::MAX))
    .bind((PAGE + 1) as i64)
    .all(&me.app.db)
    .await?;
    let mut items = Vec::new();
    for row in rows.iter().take(PAGE) {
        items.push(OrderLine {
            id: row.get("id")?,
            number: row.get("number")?,
            created_at: from_micros(row.get("created_at")?).to_string(),
            requests: row.get("requests")?,
        });
    }
    let next = items.last().filter(|_| rows.len() > PAGE).map(|o| o.number);
    Ok(Json(Orders { items, next }))
}

/// GET /api/v1/orders/{order}
pub async fn order(me: Me, Path(id): Path<String>) -> Result<Json<OrderView>> {
    let order = orders::find(&me, &id).await?;
    let mut requests = Vec::new();
    for item in &order.items {
        requests.push(view(&me, item).await?);
    }
    Ok(Json(OrderView {
        id: order.id,
        number: order.number,
        requests,
    }))
}
