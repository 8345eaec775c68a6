//! Services and categories for programs that administer them.

use axum::Json;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::admin::services::frame;
use crate::catalog::draft::{ServiceChange, ServiceDraft};
use crate::catalog::model::{Category, State};
use crate::catalog::shelves::{self, Shelf};
use crate::catalog::{Service, verbs};
use crate::error::{Error, Result};
use crate::web::{Input, Me};
use crate::work::api::if_match;

/// Everything of a kind, in the order of the catalogue.
#[derive(Serialize, JsonSchema)]
pub struct All<T> {
    /// All of them.
    pub items: Vec<T>,
    /// Always null: the list is whole.
    pub next: Option<String>,
}

impl<T> All<T> {
    fn of(items: Vec<T>) -> Json<All<T>> {
        Json(All { items, next: None })
    }
}

/// A service as those see it who shape it.
#[derive(Serialize, JsonSchema)]
pub struct ServiceState {
    /// Its id.
    pub id: String,
    /// Also the `ETag`.
    pub version: i64,
    /// Where it stands.
    pub state: State,
    /// Counts how often the form was changed.
    pub form_version: i64,
    /// All that can be changed.
    #[serde(flatten)]
    pub service: ServiceDraft,
}

fn view(service: &Service) -> ServiceState {
    ServiceState {
        id: service.id.clone(),
        version: service.version,
        state: service.state(),
        form_version: service.form_version,
        service: ServiceDraft::of(service),
    }
}

async fn answer(me: &Me, id: &str, status: StatusCode) -> Result<Response> {
    let catalog = me.app.catalog().await?;
    let service = frame::find(&catalog, id)?;
    let mut response = (status, Json(view(&service))).into_response();
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{}\"", service.version)) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    Ok(response)
}

/// GET /api/v1/admin/services
pub async fn list(me: Me) -> Result<Json<All<ServiceState>>> {
    let catalog = me.app.catalog().await?;
    Ok(All::of(catalog.services.iter().map(|s| view(s)).collect()))
}

/// POST /api/v1/admin/services
pub async fn create(me: Me, Input(draft): Input<ServiceDraft>) -> Result<Response> {
    let id = verbs::create(&me, &me.actor, draft).await?;
    answer(&me, &id, StatusCode::CREATED).await
}

/// GET /api/v1/admin/services/{service}
pub async fn show(me: Me, Path(id): Path<String>) -> Result<Response> {
    answer(&me, &id, StatusCode::OK).await
}

/// PATCH /api/v1/admin/services/{service}
pub async fn change(
    me: Me,
    Path(id): Path<String>,
    headers: HeaderMap,
    Input(change): Input<ServiceChange>,
) -> Result<Response> {
    verbs::change(&me, &me.actor, &id, if_match(&headers)?, change).await?;
    answer(&me, &id, StatusCode::OK).await
}

/// POST /api/v1/admin/services/{service}/publish
pub async fn publish(me: Me, Path(id): Path<String>, headers: HeaderMap) -> Result<Response> {
    verbs::publish(&me, &me.actor, &id, if_match(&headers)?).await?;
    answer(&me, &id, StatusCode::OK).await
}

/// POST /api/v1/admin/services/{service}/retire
pub async fn retire(me: Me, Path(id): Path<String>, headers: HeaderMap) -> Result<Response> {
    verbs::retire(&me, &me.actor, &id, if_match(&headers)?).await?;
    answer(&me, &id, StatusCode::OK).await
}

/// What to change of a category; what is left out stays.
#[derive(Deserialize, Default, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs)]
pub struct ShelfChange {
    pub name: Option<String>,
    pub icon: Option<String>,
    /// Only an empty category can be archived.
    pub archived: Option<bool>,
}

/// GET /api/v1/admin/categories
pub async fn categories(me: Me) -> Result<Json<All<Category>>> {
    let catalog = me.app.catalog().await?;
    Ok(All::of(catalog.categories.clone()))
}

async fn category(me: &Me, id: &str) -> Result<Category> {
    let catalog = me.app.catalog().await?;
    let found = catalog.categories.iter().find(|c| c.id == id);
    found.cloned().ok_or(Error::NotFound)
}

/// POST /api/v1/admin/categories
pub async fn add_category(
    me: Me,
    Input(shelf): Input<Shelf>,
) -> Result<(StatusCode, Json<Category>)> {
    let id = shelves::add(&me, &me.actor, shelf).await?;
    Ok((StatusCode::CREATED, Json(category(&me, &id).await?)))
}

/// PATCH /api/v1/admin/categories/{category}
pub async fn change_category(
    me: Me,
    Path(id): Path<String>,
    Input(change): Input<ShelfChange>,
) -> Result<Json<Category>> {
    let before = category(&me, &id).await?;
    if change.name.is_some() || change.icon.is_some() {
        let shelf = Shelf {
            name: change.name.unwrap_or(before.name),
            icon: change.icon.unwrap_or(before.icon),
        };
        shelves::change(&me, &me.actor, &id, shelf).await?;
    }
    if let Some(away) = change.archived {
        shelves::archive(&me, &me.actor, &id, away).await?;
    }
    Ok(Json(category(&me, &id).await?))
}
