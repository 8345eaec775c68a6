//! The catalogue as JSON.

use axum::Json;
use axum::extract::Path;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::catalog::model::Service;
use crate::error::Result;
use crate::web::Me;

/// The services one may order.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Services {
    pub items: Vec<ServiceView>,
}

/// A service.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct ServiceView {
    pub id: String,
    pub slug: String,
    pub name: String,
    pub category: String,
    pub summary: String,
    /// Markdown.
    pub instructions: String,
    /// In hundredths of the currency; null is free.
    pub price_minor: Option<i64>,
    pub price_note: Option<String>,
    /// Usual delivery, in minutes of working time.
    pub delivery_minutes: i64,
    /// The form: fields with their kind, limits and conditions.
    pub form: Value,
}

fn view(catalog: &crate::catalog::Catalog, service: &Service) -> Result<ServiceView> {
    let (promise, _) = catalog.promise(&service.promise_id)?;
    Ok(ServiceView {
        id: service.id.clone(),
        slug: service.slug.clone(),
        name: service.name.clone(),
        category: catalog
            .categories
            .iter()
            .find(|c| c.id == service.category_id)
            .map(|c| c.name.clone())
            .unwrap_or_default(),
        summary: service.summary.clone(),
        instructions: service.instructions.clone(),
        price_minor: service.price_minor,
        price_note: service.price_note.clone(),
        delivery_minutes: promise.def.target(Default::default()).delivery_minutes,
        form: serde_json::to_value(&service.form)?,
    })
}

/// GET /api/v1/services
pub async fn list(me: Me) -> Result<Json<Services>> {
    let catalog = me.app.catalog().await?;
    let items = catalog
        .offered_to(&me.actor)
        .map(|service| view(&catalog, service))
        .collect::<Result<_>>()?;
    Ok(Json(Services { items }))
}

/// GET /api/v1/services/{service}
pub async fn show(me: Me, Path(id): Path<String>) -> Result<Json<ServiceView>> {
    let catalog = me.app.catalog().await?;
    let service = catalog.orderable(&me.actor, &id)?;
    Ok(Json(view(&catalog, service)?))
}
