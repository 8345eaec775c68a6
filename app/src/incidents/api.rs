//! Incidents as JSON.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::announcements::model::State;
use crate::error::{Error, Result};
use crate::incidents::rules::Level;
use crate::incidents::store::{self as rows, Record, Update, is_incident};
use crate::incidents::verbs;
use crate::policy::{self, Do};
use crate::web::{Input, Me};
use crate::work::{Item, store};

/// An incident's record.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct IncidentView {
    /// Id of the work item.
    pub id: String,
    pub number: i64,
    pub impact: Option<Level>,
    pub urgency: Option<Level>,
    /// 1 (worst) to 4; null before it was assessed.
    pub severity: Option<i64>,
    /// Services and tools by name.
    pub affected: Vec<String>,
    /// Who leads the way out; agents see it.
    pub manager_id: Option<String>,
    /// Whether it is a major incident now.
    pub major: bool,
    pub headline: String,
    pub major_at: Option<String>,
    pub stood_down_at: Option<String>,
    pub detected_at: String,
    pub restored_at: Option<String>,
    pub next_update_at: Option<String>,
}

fn view(me: &Me, item: &Item, r: &Record) -> IncidentView {
    let text = |at: Option<Timestamp>| at.map(|t| t.to_string());
    let agent = policy::on_item(&me.actor, Do::SeeInternal, &item.facts());
    IncidentView {
        id: item.id.clone(),
        number: item.number,
        impact: r.impact,
        urgency: r.urgency,
        severity: r.severity,
        affected: r.affected.clone(),
        manager_id: r.manager_id.clone().filter(|_| agent),
        major: r.is_major(),
        headline: r.headline.clone(),
        major_at: text(r.major_at),
        stood_down_at: text(r.stood_down_at),
        detected_at: r.detected_at.to_string(),
        restored_at: text(r.restored_at),
        next_update_at: text(r.next_update_at),
    }
}

/// A time in a body.
///
/// # Errors
/// [`Error::Invalid`] on `field` when it is not RFC 3339.
pub fn time(field: &'static str, text: Option<&str>) -> Result<Option<Timestamp>> {
    text.map(|t| t.parse())
        .transpose()
        .map_err(|_| Error::field(field, "Give a time such as 2026-11-26T16:30:00+01:00."))
}

async fn found(me: &Me, id: &str) -> Result<Item> {
    let item = store::find(&me.app.db, &me.actor, id).await?;
    is_incident(&item)?;
    Ok(item)
}

/// GET /api/v1/requests/{item}/incident
pub async fn show(me: Me, Path(id): Path<String>) -> Result<Json<IncidentView>> {
    let item = found(&me, &id).await?;
    let record = rows::of(&me.app.db, &item).await?;
    Ok(Json(view(&me, &item, &record)))
}

/// What to note; what is left out stays.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Assessment {
    /// How many it hits and how badly.
    #[serde(default)]
    pub impact: Option<Level>,
    /// How soon it has to end.
    #[serde(default)]
    pub urgency: Option<Level>,
    /// Services and tools by name.
    #[serde(default)]
    pub affected: Option<Vec<String>>,
    /// RFC 3339: when it was noticed.
    #[serde(default)]
    pub detected_at: Option<String>,
    /// Person id of the incident manager; an empty text takes the role away.
    #[serde(default)]
    pub manager: Option<String>,
}

/// PATCH /api/v1/requests/{item}/incident
pub async fn assess(
    me: Me,
    Path(id): Path<String>,
    Input(input): Input<Assessment>,
) -> Result<Json<IncidentView>> {
    let new = verbs::Assess {
        impact: input.impact,
        urgency: input.urgency,
        affected: input.affected,
        detected_at: time("detected_at", input.detected_at.as_deref())?,
        manager_id: input.manager.map(|m| Some(m).filter(|m| !m.is_empty())),
    };
    let (item, record) = verbs::assess(&me, &me.actor, &id, new).await?;
    Ok(Json(view(&me, &item, &record)))
}

/// A major incident.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Declaration {
    /// What everybody who is signed in reads.
    #[serde(default)]
    pub headline: Option<String>,
    /// Person id of the incident manager; needed unless one is named.
    #[serde(default)]
    pub manager: Option<String>,
}

/// POST /api/v1/requests/{item}/incident/major
pub async fn declare(
    me: Me,
    Path(id): Path<String>,
    Input(input): Input<Declaration>,
) -> Result<Json<IncidentView>> {
    let (headline, manager) = (input.headline.as_deref(), input.manager.as_deref());
    let (item, record) = verbs::declare(&me, &me.actor, &id, headline, manager).await?;
    Ok(Json(view(&me, &item, &record)))
}

/// DELETE /api/v1/requests/{item}/incident/major
pub async fn stand_down(me: Me, Path(id): Path<String>) -> Result<Json<IncidentView>> {
    let (item, record) = verbs::stand_down(&me, &me.actor, &id).await?;
    Ok(Json(view(&me, &item, &record)))
}

/// Who reads an update.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Who ordered or follows it or a linked request; if it is major, everybody.
    Everyone,
    /// Agents only.
    Internal,
}

/// An update to post.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUpdate {
    /// Markdown.
    pub body: String,
    /// Who reads it.
    pub audience: Audience,
    /// RFC 3339: when the next update comes. The manager is reminded then.
    #[serde(default)]
    pub next_at: Option<String>,
    /// How an outage that was announced for it stands now; as before if left out.
    #[serde(default)]
    pub state: Option<State>,
}

/// An update.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct UpdateView {
    pub id: String,
    pub author: String,
    pub audience: Audience,
    pub body: String,
    pub created_at: String,
}

/// Updates, newest first; the last 200.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Updates {
    pub items: Vec<UpdateView>,
    /// Always null: all are answered at once.
    pub next: Option<String>,
}

fn update_view(update: Update) -> UpdateView {
    UpdateView {
        id: update.id,
        author: update.author,
        audience: if update.everyone {
            Audience::Everyone
        } else {
            Audience::Internal
        },
        body: update.body,
        created_at: update.at.to_string(),
    }
}

/// GET /api/v1/requests/{item}/incident/updates
pub async fn updates(me: Me, Path(id): Path<String>) -> Result<Json<Updates>> {
    let item = found(&me, &id).await?;
    let all = policy::on_item(&me.actor, Do::SeeInternal, &item.facts());
    let list = rows::updates(&me.app.db, &item.id, all).await?;
    Ok(Json(Updates {
        items: list.into_iter().map(update_view).collect(),
        next: None,
    }))
}

/// POST /api/v1/requests/{item}/incident/updates
pub async fn update(
    me: Me,
    Path(id): Path<String>,
    Input(input): Input<NewUpdate>,
) -> Result<Response> {
    let new = verbs::NewUpdate {
        body: input.body,
        everyone: input.audience == Audience::Everyone,
        next_at: time("next_at", input.next_at.as_deref())?,
        state: input.state,
    };
    let (_, update) = verbs::update(&me, &me.actor, &id, new).await?;
    Ok((StatusCode::CREATED, Json(update_view(update))).into_response())
}

/// It works again.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Restored {
    /// RFC 3339; now if left out.
    #[serde(default)]
    pub at: Option<String>,
}

/// POST /api/v1/requests/{item}/incident/restored
pub async fn restored(
    me: Me,
    Path(id): Path<String>,
    Input(input): Input<Restored>,
) -> Result<Json<IncidentView>> {
    let at = time("at", input.at.as_deref())?;
    let (item, record) = verbs::restore(&me, &me.actor, &id, at).await?;
    Ok(Json(view(&me, &item, &record)))
}

/// A major incident as everybody may see it.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct MajorView {
    pub number: i64,
    pub open: bool,
    pub headline: String,
    pub affected: Vec<String>,
    pub detected_at: String,
    pub restored_at: Option<String>,
    pub next_update_at: Option<String>,
    pub updates: Vec<UpdateView>,
}

/// Major incidents that nobody announced, for whoever is signed in.
pub async fn majors(me: &Me) -> Result<Vec<MajorView>> {
    let all = super::status::majors(&me.app, &me.actor, me.now).await?;
    Ok(all
        .into_iter()
        .map(|m| MajorView {
            number: m.number,
            open: m.open,
            headline: m.record.headline,
            affected: m.record.affected,
            detected_at: m.record.detected_at.to_string(),
            restored_at: m.record.restored_at.map(|t| t.to_string()),
            next_update_at: m.record.next_update_at.map(|t| t.to_string()),
            updates: m.updates.into_iter().map(update_view).collect(),
        })
        .collect())
}
