//! Other people, teams, groups and departments as JSON.

use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Role;
use crate::error::{Error, Result};
use crate::people::api::All;
use crate::people::groups::{self, DepartmentState, TeamState};
use crate::people::manage::{self, Account, AccountChange};
use crate::people::store::{self, Filter};
use crate::people::{Department, Person, Team, links, second_step};
use crate::web::idempotency::Unkept;
use crate::web::{Input, Me, Query};
use crate::work::api::if_match;

/// Which people.
#[derive(Deserialize, Default, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Ask {
    /// The beginning of a word of the name, or of the address.
    pub q: String,
    /// Only those with this role.
    pub role: Option<Role>,
    /// `next` of the page before.
    pub after: String,
    /// 1 to 100.
    pub limit: Option<i64>,
}

/// A page of people.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct People {
    pub items: Vec<Person>,
    pub next: Option<String>,
}

/// GET /api/v1/people
pub async fn list(me: Me, Query(ask): Query<Ask>) -> Result<Json<People>> {
    let limit = ask.limit.unwrap_or(50).clamp(1, 100);
    let after = match &*ask.after {
        "" => None,
        id => {
            let known = store::find(&me.app.db, id).await?;
            Some(known.ok_or_else(|| Error::field("after", "This is no cursor of ours."))?)
        }
    };
    let filter = Filter {
        q: &ask.q,
        role: ask.role,
        after: after.as_ref().map(|p| (&*p.name, &*p.id)),
        ..Filter::default()
    };
    let mut items = store::list(&me.app.db, &filter, limit + 1).await?;
    let more = items.len() as i64 > limit;
    items.truncate(limit as usize);
    let next = items.last().filter(|_| more).map(|p| p.id.clone());
    Ok(Json(People { items, next }))
}

/// The words to look for.
#[derive(Deserialize, Default, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Find {
    /// At least two letters.
    pub q: String,
}

/// A person by name only.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Named {
    pub id: String,
    pub name: String,
    pub title: Option<String>,
    pub department: Option<String>,
}

/// At most 20 active people whose name begins so. Outside partners find
/// themselves and those who work here; addresses are matched for agents only,
/// so that nobody can find out an address by trying.
async fn find(me: &Me, q: &str) -> Result<Vec<Named>> {
    if q.trim().chars().count() < 2 {
        return Ok(Vec::new());
    }
    let filter = Filter {
        q,
        names_only: !me.actor.role.is_agent(),
        disabled: Some(false),
        agents_or: (me.actor.role == Role::Partner).then_some(me.actor.id.as_str()),
        ..Filter::default()
    };
    let people = store::list(&me.app.db, &filter, 20).await?;
    let named = |p: Person| Named {
        id: p.id,
        name: p.name,
        title: p.title,
        department: p.department,
    };
    Ok(people.into_iter().map(named).collect())
}

/// GET /api/v1/people/search
pub async fn search(me: Me, Query(ask): Query<Find>) -> Result<Json<All<Named>>> {
    Ok(All::of(find(&me, &ask.q).await?))
}

/// One line of a combobox.
#[derive(Serialize)]
pub struct Choice {
    value: String,
    label: String,
    hint: String,
}

/// GET /people/options?q=, for comboboxes.
pub async fn options(me: Me, Query(ask): Query<Find>) -> Result<Json<Vec<Choice>>> {
    let choice = |p: Named| Choice {
        value: p.id,
        label: p.name,
        hint: p.department.or(p.title).unwrap_or_default(),
    };
    Ok(Json(
        find(&me, &ask.q).await?.into_iter().map(choice).collect(),
    ))
}

fn tagged<T: Serialize>(version: i64, status: StatusCode, body: T) -> Response {
    let mut response = (status, Json(body)).into_response();
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{version}\"")) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

async fn one(me: &Me, id: &str) -> Result<Response> {
    let person = store::find(&me.app.db, id).await?.ok_or(Error::NotFound)?;
    Ok(tagged(person.version, StatusCode::OK, person))
}

/// GET /api/v1/people/{person}
pub async fn show(me: Me, Path(id): Path<String>) -> Result<Response> {
    one(&me, &id).await
}

/// An account that was made, with its invitation.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Invited {
    pub id: String,
    /// To hand over; shown this one time.
    pub link: String,
}

/// POST /api/v1/people
pub async fn create(
    me: Me,
    Input(new): Input<Account>,
) -> Result<(StatusCode, Extension<Unkept>, Json<Invited>)> {
    let mut tx = me.app.db.begin().await?;
    let (id, secret) = manage::create(&mut tx, &me.actor, me.now, new).await?;
    tx.commit().await?;
    let link = links::address(&me.app.config.public_url, &secret);
    Ok((
        StatusCode::CREATED,
        Extension(Unkept),
        Json(Invited { id, link }),
    ))
}

/// PATCH /api/v1/people/{person}
pub async fn change(
    me: Me,
    Path(id): Path<String>,
    headers: HeaderMap,
    Input(change): Input<AccountChange>,
) -> Result<Response> {
    let expect = if_match(&headers)?;
    let mut tx = me.app.db.begin().await?;
    manage::change(&mut tx, &me.actor, me.now, &id, expect, change).await?;
    tx.commit().await?;
    one(&me, &id).await
}

/// POST /api/v1/people/{person}/disable
pub async fn disable(me: Me, Path(id): Path<String>, headers: HeaderMap) -> Result<Response> {
    let expect = if_match(&headers)?;
    let mut tx = me.app.db.begin().await?;
    manage::disable(&mut tx, &me.actor, me.now, &id, expect).await?;
    tx.commit().await?;
    one(&me, &id).await
}

/// DELETE /api/v1/people/{person}/second-step
pub async fn remove_second_step(me: Me, Path(id): Path<String>) -> Result<Response> {
    let mut tx = me.app.db.begin().await?;
    second_step::remove(&mut tx, &me.actor, me.now, &id).await?;
    tx.commit().await?;
    one(&me, &id).await
}

/// POST /api/v1/people/{person}/enable
pub async fn enable(me: Me, Path(id): Path<String>, headers: HeaderMap) -> Result<Response> {
    let expect = if_match(&headers)?;
    let mut tx = me.app.db.begin().await?;
    manage::enable(&mut tx, &me.actor, me.now, &id, expect).await?;
    tx.commit().await?;
    one(&me, &id).await
}

/// POST /api/v1/people/{person}/link
pub async fn link(
    me: Me,
    Path(id): Path<String>,
) -> Result<(StatusCode, Extension<Unkept>, Json<Invited>)> {
    let mut tx = me.app.db.begin().await?;
    let secret = manage::link(&mut tx, &me.actor, me.now, &id).await?;
    tx.commit().await?;
    let link = links::address(&me.app.config.public_url, &secret);
    Ok((
        StatusCode::CREATED,
        Extension(Unkept),
        Json(Invited { id, link }),
    ))
}

async fn of_kind(me: &Me, kind: &str) -> Result<Json<All<Team>>> {
    let mut all = store::teams(&me.app.db).await?;
    all.retain(|team| team.kind == kind);
    Ok(All::of(all))
}

/// GET /api/v1/teams
pub async fn teams(me: Me) -> Result<Json<All<Team>>> {
    of_kind(&me, "team").await
}

/// GET /api/v1/groups
pub async fn all_groups(me: Me) -> Result<Json<All<Team>>> {
    of_kind(&me, "group").await
}

/// GET /api/v1/departments
pub async fn departments(me: Me) -> Result<Json<All<Department>>> {
    Ok(All::of(store::departments(&me.app.db).await?))
}

/// What was made.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Made {
    pub id: String,
}

/// GET /api/v1/teams/{team}: groups as well.
pub async fn team(me: Me, Path(id): Path<String>) -> Result<Response> {
    let (state, version) = groups::team(&me.app.db, &id).await?;
    Ok(tagged(version, StatusCode::OK, state))
}

/// POST /api/v1/teams
pub async fn create_team(
    me: Me,
    Input(state): Input<TeamState>,
) -> Result<(StatusCode, Json<Made>)> {
    let mut tx = me.app.db.begin().await?;
    let id = groups::create_team(&mut tx, &me.actor, me.now, state).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(Made { id })))
}

/// PUT /api/v1/teams/{team}
pub async fn change_team(
    me: Me,
    Path(id): Path<String>,
    headers: HeaderMap,
    Input(state): Input<TeamState>,
) -> Result<Response> {
    let expect = if_match(&headers)?;
    let mut tx = me.app.db.begin().await?;
    groups::change_team(&mut tx, &me.actor, me.now, &id, expect, state).await?;
    tx.commit().await?;
    let (state, version) = groups::team(&me.app.db, &id).await?;
    Ok(tagged(version, StatusCode::OK, state))
}

/// POST /api/v1/departments
pub async fn create_department(
    me: Me,
    Input(state): Input<DepartmentState>,
) -> Result<(StatusCode, Json<Made>)> {
    let mut tx = me.app.db.begin().await?;
    let id = groups::create_department(&mut tx, &me.actor, me.now, state).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(Made { id })))
}

/// PUT /api/v1/departments/{department}
pub async fn change_department(
    me: Me,
    Path(id): Path<String>,
    Input(state): Input<DepartmentState>,
) -> Result<StatusCode> {
    let mut tx = me.app.db.begin().await?;
    groups::change_department(&mut tx, &me.actor, me.now, &id, state).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
