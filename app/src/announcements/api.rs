//! Announcements as JSON.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use crate::announcements::draft::{self, Draft};
use crate::announcements::model::{Announcement, Audience, Effect, Group, Kind, Mail, State};
use crate::announcements::store::{self, Update, Wanted};
use crate::announcements::verbs::{self, NewUpdate};
use crate::announcements::wordings::{self, Wording};
use crate::error::{Error, Result};
use crate::policy;
use crate::status::components;
use crate::web::{Ctx, Input, Me, Query};

/// How many a page holds.
const PAGE: i64 = 50;

/// What a component is hit with.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct HitView {
    pub name: String,
    pub effect: Effect,
}

/// Something that was said later.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
#[schemars(rename = "AnnouncementUpdateView")]
pub struct UpdateView {
    pub id: String,
    pub state: Option<State>,
    /// Markdown.
    pub body: String,
    pub at: String,
}

/// What only those who write announcements read.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Inside {
    pub version: i64,
    pub author_id: String,
    /// `department:id` and `team:id`.
    pub groups: Vec<String>,
    pub banner: bool,
    pub page: bool,
    pub feed: bool,
    pub mail: Mail,
    pub request_id: Option<String>,
    /// How badly it hits components, by id.
    pub components: BTreeMap<String, Effect>,
}

/// An announcement.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct AnnouncementView {
    pub id: String,
    pub href: String,
    pub kind: Kind,
    pub title: String,
    /// Markdown: what was said first.
    pub body: String,
    pub audience: Audience,
    pub state: Option<State>,
    pub from_at: Option<String>,
    pub to_at: Option<String>,
    /// Null: a draft.
    pub published_at: Option<String>,
    pub ends_at: Option<String>,
    pub next_update_at: Option<String>,
    pub ended_at: Option<String>,
    pub updated_at: String,
    /// What it hits, as far as you may see it.
    pub hits: Vec<HitView>,
    /// Newest first.
    pub updates: Vec<UpdateView>,
    /// Only for those who write announcements.
    pub inside: Option<Inside>,
}

/// As `ctx` may see it.
pub fn view(
    ctx: &Ctx,
    a: &Announcement,
    updates: &[Update],
    hits: &[(&str, Effect)],
) -> AnnouncementView {
    let text = |at: Option<jiff::Timestamp>| at.map(|t| t.to_string());
    let writes = ctx.actor.as_deref().is_some_and(policy::announces);
    AnnouncementView {
        id: a.id.clone(),
        href: format!("/announcements/{}", a.id),
        kind: a.kind,
        title: a.title.clone(),
        body: a.body.clone(),
        audience: a.audience,
        state: a.state,
        from_at: text(a.from_at),
        to_at: text(a.to_at),
        published_at: text(a.publish_at),
        ends_at: text(a.ends_at),
        next_update_at: text(a.next_update_at),
        ended_at: text(a.ended_at),
        updated_at: a.updated_at.to_string(),
        hits: hits
            .iter()
            .map(|(name, effect)| HitView {
                name: (*name).to_owned(),
                effect: *effect,
            })
            .collect(),
        updates: updates.iter().map(update_view).collect(),
        inside: writes.then(|| Inside {
            version: a.version,
            author_id: a.author_id.clone(),
            groups: a.groups.iter().map(Group::key).collect(),
            banner: a.banner,
            page: a.page,
            feed: a.feed,
            mail: a.mail,
            request_id: a.item_id.clone(),
            components: a.hits.iter().cloned().collect(),
        }),
    }
}

fn update_view(u: &Update) -> UpdateView {
    UpdateView {
        id: u.id.clone(),
        state: u.state,
        body: u.body.clone(),
        at: u.at.to_string(),
    }
}

async fn whole(ctx: &Ctx, a: &Announcement) -> Result<AnnouncementView> {
    let mut all = several(ctx, std::slice::from_ref(a)).await?;
    all.pop().ok_or(Error::NotFound)
}

async fn several(ctx: &Ctx, list: &[Announcement]) -> Result<Vec<AnnouncementView>> {
    let ids: Vec<&str> = list.iter().map(|a| a.id.as_str()).collect();
    let updates = store::updates(&ctx.app.db, &ids).await?;
    let parts = components::list(&ctx.app.db, ctx.actor.as_deref()).await?;
    Ok(list
        .iter()
        .map(|a| {
            let own: Vec<Update> = updates
                .iter()
                .filter(|u| u.announcement_id == a.id)
                .cloned()
                .collect();
            let hits: Vec<(&str, Effect)> = parts
                .iter()
                .filter_map(|c| {
                    let hit = a.hits.iter().find(|(id, _)| *id == c.id)?;
                    Some((c.name.as_str(), hit.1))
                })
                .collect();
            view(ctx, a, &own, &hits)
        })
        .collect())
}

/// Which ones.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "AnnouncementsAsked")]
pub struct Asked {
    /// Only this kind.
    pub kind: Option<Kind>,
    /// `yes`: only those that go on.
    pub open: Option<String>,
    /// `next` of the page before.
    pub after: Option<String>,
}

/// Announcements that you may read, newest first.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Announcements {
    pub items: Vec<AnnouncementView>,
    pub next: Option<String>,
}

/// GET /api/v1/announcements
pub async fn list(ctx: Ctx, Query(asked): Query<Asked>) -> Result<Json<Announcements>> {
    let wanted = Wanted {
        kind: asked.kind,
        open: asked.open.is_some(),
        after: asked.after.as_deref(),
        ..Wanted::default()
    };
    let actor = ctx.actor.as_deref();
    let mut found = store::list(&ctx.app.db, actor, ctx.now, &wanted, PAGE + 1).await?;
    let more = found.len() as i64 > PAGE;
    found.truncate(usize::try_from(PAGE).unwrap_or(0));
    let next = found.last().filter(|_| more).map(|a| a.id.clone());
    Ok(Json(Announcements {
        items: several(&ctx, &found).await?,
        next,
    }))
}

/// GET /api/v1/announcements/{announcement}
pub async fn show(ctx: Ctx, Path(id): Path<String>) -> Result<Json<AnnouncementView>> {
    let a = store::find(&ctx.app.db, ctx.actor.as_deref(), ctx.now, &id).await?;
    Ok(Json(whole(&ctx, &a).await?))
}

/// A new announcement.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NewAnnouncement {
    /// What it says.
    pub announcement: Draft,
    /// Id or number of the incident or change that it is about.
    pub request: Option<String>,
}

/// POST /api/v1/announcements
pub async fn create(me: Me, Input(new): Input<NewAnnouncement>) -> Result<Response> {
    let item = new.request.as_deref();
    let a = verbs::create(&me, &me.actor, &new.announcement, item).await?;
    Ok((StatusCode::CREATED, Json(whole(&me, &a).await?)).into_response())
}

/// A change.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "AnnouncementChange")]
pub struct Change {
    /// What is left out stays.
    pub announcement: Draft,
    /// The version that it was made from.
    pub version: Option<i64>,
}

/// PATCH /api/v1/announcements/{announcement}
pub async fn change(
    me: Me,
    Path(id): Path<String>,
    Input(new): Input<Change>,
) -> Result<Json<AnnouncementView>> {
    let a = verbs::change(&me, &me.actor, &id, new.version, &new.announcement).await?;
    Ok(Json(whole(&me, &a).await?))
}

/// When to publish.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "AnnouncementPublication")]
pub struct Publication {
    /// RFC 3339; now if left out.
    pub at: Option<String>,
    /// The version that was looked at.
    pub version: Option<i64>,
}

/// POST /api/v1/announcements/{announcement}/publication
pub async fn publish(
    me: Me,
    Path(id): Path<String>,
    Input(new): Input<Publication>,
) -> Result<Json<AnnouncementView>> {
    let at = draft::time("at", new.at.as_deref().unwrap_or_default())?;
    let a = verbs::publish(&me, &me.actor, &id, new.version, at).await?;
    Ok(Json(whole(&me, &a).await?))
}

/// DELETE /api/v1/announcements/{announcement}/publication
pub async fn hold(me: Me, Path(id): Path<String>) -> Result<Json<AnnouncementView>> {
    let a = verbs::hold(&me, &me.actor, &id).await?;
    Ok(Json(whole(&me, &a).await?))
}

/// How it goes on.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "AnnouncementUpdate")]
pub struct Said {
    /// How it stands now; as before if left out.
    pub state: Option<State>,
    /// Markdown.
    pub body: String,
    /// How badly components are hit from now on, by id; as before if left out.
    pub components: Option<BTreeMap<String, Effect>>,
    /// RFC 3339: when the next update comes. The writer is reminded then.
    pub next_at: Option<String>,
}

/// POST /api/v1/announcements/{announcement}/updates
pub async fn update(me: Me, Path(id): Path<String>, Input(said): Input<Said>) -> Result<Response> {
    let new = NewUpdate {
        state: said.state,
        body: said.body,
        components: said.components,
        next_at: draft::time("next_at", said.next_at.as_deref().unwrap_or_default())?,
    };
    let (_, update) = verbs::update(&me, &me.actor, &id, new).await?;
    Ok((StatusCode::CREATED, Json(update_view(&update))).into_response())
}

/// DELETE /api/v1/announcements/{announcement}
pub async fn withdraw(me: Me, Path(id): Path<String>) -> Result<StatusCode> {
    verbs::withdraw(&me, &me.actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// POST /api/v1/announcements/{announcement}/closing
pub async fn close(me: Me, Path(id): Path<String>) -> Result<StatusCode> {
    verbs::close(&me, &me.actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A text to begin with.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct WordingView {
    pub id: String,
    pub kind: Kind,
    pub name: String,
    pub title: String,
    pub body: String,
    /// What to say when it comes to a state.
    pub updates: BTreeMap<String, String>,
}

fn wording(w: &Wording) -> WordingView {
    WordingView {
        id: w.key.clone(),
        kind: w.kind,
        name: w.name.clone(),
        title: w.title.clone(),
        body: w.body.clone(),
        updates: State::ALL
            .iter()
            .filter(|s| !w.update(**s).is_empty())
            .map(|s| (s.key().to_owned(), w.update(*s).to_owned()))
            .collect(),
    }
}

/// Texts to begin with.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Wordings {
    pub items: Vec<WordingView>,
    /// Always null: all are answered at once.
    pub next: Option<String>,
}

/// GET /api/v1/wordings
pub async fn wordings(me: Me) -> Result<Json<Wordings>> {
    policy::require(policy::announces(&me.actor))?;
    let own = wordings::saved(&me.app.db).await?;
    let shipped = wordings::shipped(me.lang()).iter().map(wording);
    Ok(Json(Wordings {
        items: shipped
            .chain(own.iter().map(|s| wording(&s.wording)))
            .collect(),
        next: None,
    }))
}

/// A text to save.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NewWording {
    /// Id of the announcement whose title and text are saved.
    pub announcement: String,
    /// What it is called in the list.
    pub name: String,
}

/// POST /api/v1/wordings
pub async fn save_wording(me: Me, Input(new): Input<NewWording>) -> Result<Response> {
    policy::require(policy::announces(&me.actor))?;
    let saved = wordings::save(&me, &me.actor, &new.announcement, &new.name)
        .await
        .map_err(|error| match error {
            Error::NotFound => Error::field("announcement", "There is no such announcement."),
            other => other,
        })?;
    Ok((StatusCode::CREATED, Json(wording(&saved))).into_response())
}

/// DELETE /api/v1/wordings/{wording}
pub async fn remove_wording(me: Me, Path(id): Path<String>) -> Result<StatusCode> {
    wordings::remove(&me, &me.actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
