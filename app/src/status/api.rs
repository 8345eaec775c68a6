//! How things stand, as JSON.

use axum::Json;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;

use crate::announcements::api::{AnnouncementView, view};
use crate::announcements::model::Effect;
use crate::error::Result;
use crate::incidents::api::{MajorView, majors};
use crate::status::admin::{self, After, Subscriber};
use crate::status::board::Board;
use crate::status::components::{self, Component, Wanted};
use crate::status::following::{self, Following};
use crate::status::history;
use crate::status::page::cached;
use crate::web::{Ctx, Input, Me, Query};

/// How things stand.
#[derive(Serialize, JsonSchema)]
pub struct StatusView {
    /// The worst there is now.
    pub state: Effect,
    /// What can break, and how it is.
    pub components: Vec<PartView>,
    /// Outages and maintenances that go on.
    pub open: Vec<AnnouncementView>,
    /// Maintenances to come.
    pub planned: Vec<AnnouncementView>,
    /// What is over, of the last 90 days.
    pub past: Vec<AnnouncementView>,
    /// Major incidents that nobody announced, open or of the last 30 days; only
    /// for whoever is signed in.
    pub items: Vec<MajorView>,
}

/// A component and its last days.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct PartView {
    pub id: String,
    pub name: String,
    pub note: String,
    pub now: Effect,
    /// Hundredths of a percent of the known time without trouble.
    pub without_trouble: Option<i64>,
    /// The last 90 days, oldest first.
    pub days: Vec<DayView>,
}

/// A day of a component.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct DayView {
    pub date: String,
    /// The worst of it; null before the component was entered.
    pub worst: Option<Effect>,
    /// Minutes of trouble.
    pub minutes: i64,
}

/// GET /api/v1/status
pub async fn status(ctx: Ctx, headers: HeaderMap) -> Result<Response> {
    let actor = ctx.actor.as_deref();
    let board = Board::load(&ctx.app, actor, ctx.now).await?;
    let items = match Me::of(ctx.clone()) {
        Ok(me) => majors(&me).await?,
        Err(_) => Vec::new(),
    };
    let told = |all: &[crate::announcements::model::Announcement]| {
        all.iter()
            .map(|a| {
                let updates = board.updates.get(&a.id).map_or(&[][..], Vec::as_slice);
                view(&ctx, a, updates, &board.names(a))
            })
            .collect::<Vec<_>>()
    };
    let seen = StatusView {
        state: board.worst(),
        open: told(&board.open),
        planned: told(&board.planned),
        past: told(&board.past),
        items,
        components: board
            .components
            .iter()
            .map(|c| PartView {
                id: c.component.id.clone(),
                name: c.component.name.clone(),
                note: c.component.note.clone(),
                now: c.now,
                without_trouble: history::share(&c.days),
                days: c
                    .days
                    .iter()
                    .map(|d| DayView {
                        date: d.date.to_string(),
                        worst: d.worst,
                        minutes: d.trouble / 60,
                    })
                    .collect(),
            })
            .collect(),
    };
    if actor.is_some() {
        return Ok(Json(seen).into_response());
    }
    Ok(cached(
        &headers,
        "application/json",
        serde_json::to_string(&seen)?,
    ))
}

/// A component, for those who look after it.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct ComponentView {
    pub id: String,
    pub name: String,
    pub note: String,
    pub public: bool,
    pub position: i64,
    pub services: Vec<String>,
    pub version: i64,
}

/// Components in their order.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Components {
    pub items: Vec<ComponentView>,
    /// Always null: all are answered at once.
    pub next: Option<String>,
}

fn component(c: Component) -> ComponentView {
    ComponentView {
        id: c.id,
        name: c.name,
        note: c.note,
        public: c.public,
        position: c.position,
        services: c.services,
        version: c.version,
    }
}

/// GET /api/v1/components
pub async fn list(me: Me) -> Result<Json<Components>> {
    let all = components::list(&me.app.db, Some(&me.actor)).await?;
    Ok(Json(Components {
        items: all.into_iter().map(component).collect(),
        next: None,
    }))
}

/// POST /api/v1/components
pub async fn create(me: Me, Input(wanted): Input<Wanted>) -> Result<Response> {
    let made = components::keep(&me, &me.actor, None, &wanted).await?;
    Ok((StatusCode::CREATED, Json(component(made))).into_response())
}

/// PUT /api/v1/components/{component}
pub async fn change(
    me: Me,
    Path(id): Path<String>,
    Input(wanted): Input<Wanted>,
) -> Result<Json<ComponentView>> {
    let made = components::keep(&me, &me.actor, Some(&id), &wanted).await?;
    Ok(Json(component(made)))
}

/// DELETE /api/v1/components/{component}
pub async fn archive(me: Me, Path(id): Path<String>) -> Result<StatusCode> {
    components::archive(&me, &me.actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// GET /api/v1/me/status
pub async fn follows(me: Me) -> Result<Json<Following>> {
    Ok(Json(following::of(&me.app.db, &me.actor.id).await?))
}

/// PUT /api/v1/me/status
pub async fn follow(me: Me, Input(wish): Input<Following>) -> Result<Json<Following>> {
    Ok(Json(following::choose(&me, &me.actor, &wish).await?))
}

/// Addresses that subscribed.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Subscribers {
    pub items: Vec<Subscriber>,
    pub next: Option<String>,
}

/// GET /api/v1/subscribers
pub async fn subscribers(me: Me, Query(asked): Query<After>) -> Result<Json<Subscribers>> {
    let (items, next) = admin::subscribers(&me, &me.actor, asked.after.as_deref()).await?;
    Ok(Json(Subscribers { items, next }))
}

/// DELETE /api/v1/subscribers/{subscriber}
pub async fn remove(me: Me, Path(id): Path<String>) -> Result<StatusCode> {
    admin::take_out(&me, &me.actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
