//! Saving and removing views.

use axum::Json;
use axum::extract::{OriginalUri, Path};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::html;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Role;
use crate::error::{Error, Result};
use crate::i18n::t;
use crate::people;
use crate::ui::block::empty;
use crate::ui::button::{Button, Kind, button};
use crate::ui::choice::{Opt, select};
use crate::ui::field::{self, Field, error_summary};
use crate::ui::shell::bar_back;
use crate::views::{SavedView, store};
use crate::web::{Flash, Input, Me, see_other, shell};

/// A view to save.
#[derive(Deserialize, JsonSchema, Default)]
#[serde(deny_unknown_fields, default)]
pub struct NewView {
    /// What it is called.
    pub name: String,
    /// The list's query string, e.g. `assignee=me&due=today`.
    pub query: String,
    /// Null keeps it to oneself; `everyone`; or the id of a team.
    pub shared_with: Option<String>,
}

/// Saved views.
#[derive(Serialize, JsonSchema)]
pub struct Views {
    /// In order.
    pub items: Vec<SavedView>,
}

/// GET /views/new?<the list's own query>
pub async fn new(me: Me, OriginalUri(uri): OriginalUri) -> Result<Response> {
    let input = NewView {
        query: uri.query().unwrap_or_default().to_owned(),
        ..NewView::default()
    };
    Ok(form(&me, &input, &[]).await?.into_response())
}

async fn form(me: &Me, input: &NewView, errors: &[(&str, &str)]) -> Result<maud::Markup> {
    let lang = me.lang();
    let teams = people::store::teams(&me.app.db).await?;
    let mut options = vec![(String::new(), t!(lang, "Only me").to_owned())];
    options.extend(
        teams
            .into_iter()
            .filter(|team| me.actor.team_ids.contains(&team.id) && !team.archived)
            .map(|team| (team.id, team.name)),
    );
    if matches!(me.actor.role, Role::Lead | Role::Administrator) {
        options.push((
            "everyone".to_owned(),
            t!(lang, "Everyone in the workspace").to_owned(),
        ));
    }
    let chosen = input.shared_with.clone().unwrap_or_default();
    let options: Vec<Opt<'_>> = options
        .iter()
        .map(|(value, label)| Opt {
            value,
            label,
            chosen: *value == chosen,
            ..Opt::default()
        })
        .collect();
    let error = |name: &str| {
        errors
            .iter()
            .find(|(field, _)| *field == name)
            .map_or("", |(_, text)| text)
    };
    let title = t!(lang, "Save view");
    let body = html! {
        (bar_back(t!(lang, "Queue"), "/queue", "", html! {}))
        div class="panel-body stack" {
            h1 tabindex="-1" { (title) }
            (error_summary(lang, errors))
            form class="stack" method="post" action="/views" {
                input type="hidden" name="query" value=(input.query);
                (field::text(lang, &Field { name: "name", label: t!(lang, "Name"), value: &input.name, error: error("name"), ..Field::default() }))
                (select(lang, &Field { name: "shared_with", label: t!(lang, "Who sees it"), optional: true, error: error("shared_with"), ..Field::default() }, &options, None))
                (button(Button { label: t!(lang, "Save view"), kind: Kind::Primary, ..Button::default() }))
            }
            p { a href="/views" { (t!(lang, "All saved views")) } }
        }
    };
    shell::workspace(me, "/queue", title, body).await
}

/// POST /views
pub async fn create(me: Me, Input(input): Input<NewView>) -> Result<Response> {
    let shared = input.shared_with.as_deref().filter(|s| !s.is_empty());
    match store::create(
        &me.app,
        &me.actor,
        me.now,
        &input.name,
        &input.query,
        shared,
    )
    .await
    {
        Ok(view) => {
            let text = t!(me.lang(), "Saved as {name}.", name = view.name);
            Ok(see_other(
                &format!("/queue?{}", view.query),
                Some(Flash::new(text)),
            ))
        }
        Err(Error::Invalid(fields)) => {
            let said: Vec<(String, String)> = fields
                .iter()
                .map(|f| (f.field.clone(), me.lang().text(&f.msg.text, &f.msg.args)))
                .collect();
            let errors: Vec<(&str, &str)> =
                said.iter().map(|(f, t)| (f.as_str(), t.as_str())).collect();
            Ok((
                StatusCode::UNPROCESSABLE_ENTITY,
                form(&me, &input, &errors).await?,
            )
                .into_response())
        }
        Err(error) => Err(error),
    }
}

/// GET /views
pub async fn list(me: Me) -> Result<Response> {
    let lang = me.lang();
    let views = store::visible(&me.app.db, &me.actor).await?;
    let title = t!(lang, "Saved views");
    let body = html! {
        (bar_back(t!(lang, "Queue"), "/queue", "", html! {}))
        div class="panel-body stack" {
            h1 tabindex="-1" { (title) }
            @if views.is_empty() {
                (empty("list", t!(lang, "No saved views"), t!(lang, "Filter the queue, then save what you see."), html! { a class="btn btn-line" href="/queue" { (t!(lang, "Open the queue")) } }))
            }
            ul class="stack" {
                @for view in &views {
                    li class="row" {
                        a href={ "/queue?" (view.query) } { (view.name) }
                        @if view.shared_with.is_some() { span class="muted small" { (t!(lang, "shared")) } }
                        @if view.mine {
                            form class="end" method="post" action={ "/views/" (view.id) "/remove" } {
                                button class="btn btn-s btn-quiet" aria-label=(t!(lang, "Remove {name}", name = view.name)) { (t!(lang, "Remove")) }
                            }
                        }
                    }
                }
            }
        }
    };
    Ok(shell::workspace(&me, "/queue", title, body)
        .await?
        .into_response())
}

/// POST /views/{view}/remove
pub async fn remove(me: Me, Path(id): Path<String>) -> Result<Response> {
    store::remove(&me.app, &me.actor, me.now, &id).await?;
    Ok(see_other(
        "/views",
        Some(Flash::new(t!(me.lang(), "Removed."))),
    ))
}

/// GET /api/v1/views
pub async fn api_list(me: Me) -> Result<Json<Views>> {
    Ok(Json(Views {
        items: store::visible(&me.app.db, &me.actor).await?,
    }))
}

/// POST /api/v1/views
pub async fn api_create(me: Me, Input(input): Input<NewView>) -> Result<Response> {
    let shared = input.shared_with.as_deref().filter(|s| !s.is_empty());
    let view = store::create(
        &me.app,
        &me.actor,
        me.now,
        &input.name,
        &input.query,
        shared,
    )
    .await?;
    Ok((StatusCode::CREATED, Json(view)).into_response())
}

/// DELETE /api/v1/views/{view}
pub async fn api_remove(me: Me, Path(id): Path<String>) -> Result<StatusCode> {
    store::remove(&me.app, &me.actor, me.now, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
