//! The form builder: one HTML form that carries the whole draft, so that it
//! works without a script and nothing typed is lost.
//!
//! * [`mod@line`] a question as typed; [`build`] from there to a form and back to
//!   the inputs with errors (both pure)
//! * [`show`] the page

pub mod build;
pub mod line;
pub mod show;

use std::collections::BTreeMap;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::Markup;

use crate::admin::services::frame::{self, again};
use crate::catalog::draft::ServiceChange;
use crate::catalog::verbs;
use crate::error::{Error, FieldError, Result};
use crate::i18n::t;
use crate::web::input::Posted;
use crate::web::{Flash, Me, Wrong, see_other};
use line::{KINDS, Line};

/// The most questions on this page: a posted form has a limited number of values.
const MOST: usize = 80;

/// The form as it is shown.
#[derive(Default)]
pub struct Draft {
    /// The questions.
    pub lines: Vec<Line>,
    /// The version of the service it was begun from.
    pub version: Option<i64>,
    /// The question to write on next.
    pub at: Option<usize>,
}

/// GET /admin/services/{service}/form
pub async fn page(me: Me, Path(id): Path<String>) -> Result<Markup> {
    let catalog = me.app.catalog().await?;
    let service = frame::find(&catalog, &id)?;
    let draft = Draft {
        lines: service.form.fields.iter().map(Line::of).collect(),
        version: Some(service.version),
        at: None,
    };
    show::page(&me, &service, &draft, &Wrong::default()).await
}

fn read(posted: &BTreeMap<String, Vec<String>>) -> Draft {
    let first = |name: &str| posted.get(name).and_then(|values| values.first());
    let mut lines = line::read(posted);
    build::name_all(&mut lines);
    Draft {
        lines,
        version: first("version").and_then(|v| v.parse().ok()),
        at: None,
    }
}

/// POST /admin/services/{service}/form: saves, or changes the draft and shows it.
pub async fn submit(me: Me, Path(id): Path<String>, Posted(posted): Posted) -> Result<Response> {
    let catalog = me.app.catalog().await?;
    let service = frame::find(&catalog, &id)?;
    let mut draft = read(&posted);
    let verb = posted.get("_do").and_then(|v| v.first());
    let verb = verb.map_or("show", String::as_str);
    if verb != "save" {
        let wrong = match act(&mut draft, verb) {
            Ok(()) => Wrong::default(),
            Err(error) => Wrong::of(me.lang(), error)?,
        };
        let page = show::page(&me, &service, &draft, &wrong).await?;
        return Ok((wrong.status(), page).into_response());
    }
    match save(&me, &id, &draft).await {
        Ok(()) => {
            let said = Flash::new(t!(me.lang(), "The form is saved. New requests use it"));
            Ok(see_other(&format!("/admin/services/{id}/form"), Some(said)))
        }
        Err(error) => {
            let (status, wrong) = again(me.lang(), error)?;
            if status == StatusCode::PRECONDITION_FAILED {
                draft.version = None;
            }
            let page = show::page(&me, &service, &draft, &wrong).await?;
            Ok((status, page).into_response())
        }
    }
}

async fn save(me: &Me, id: &str, draft: &Draft) -> Result<()> {
    let (form, wrong) = build::form(&draft.lines);
    if !wrong.is_empty() {
        return Err(Error::Invalid(wrong));
    }
    let change = ServiceChange {
        form: Some(form),
        ..ServiceChange::default()
    };
    let done = verbs::change(me, &me.actor, id, draft.version, change).await;
    done.map_err(|error| match error {
        Error::Invalid(fields) => Error::Invalid(fields.into_iter().map(at_input).collect()),
        other => other,
    })
}

/// An error where its input is; without one, on top alone.
fn at_input(error: FieldError) -> FieldError {
    FieldError {
        field: build::input_of(&error.field).unwrap_or_default(),
        ..error
    }
}

/// Carry out a button that changes the draft: `add:text`, `up:2`, `remove:0`.
fn act(draft: &mut Draft, verb: &str) -> Result<()> {
    let (verb, what) = verb.split_once(':').unwrap_or((verb, ""));
    let at = what.parse().ok().filter(|at| *at < draft.lines.len());
    match (verb, at) {
        ("add", _) if KINDS.contains(&what) => {
            if draft.lines.len() >= MOST {
                return Err(Error::field(
                    "",
                    "This page holds no more questions. Add the others through the API.",
                ));
            }
            draft.at = Some(draft.lines.len());
            draft.lines.push(Line::new(what));
        }
        ("up", Some(at)) if at > 0 => {
            draft.lines.swap(at, at - 1);
            draft.at = Some(at - 1);
        }
        ("down", Some(at)) if at + 1 < draft.lines.len() => {
            draft.lines.swap(at, at + 1);
            draft.at = Some(at + 1);
        }
        ("remove", Some(at)) => {
            draft.lines.remove(at);
        }
        _ => {}
    }
    Ok(())
}

/// POST /admin/services/{service}/form/preview: the part beside the form.
pub async fn preview(me: Me, Path(id): Path<String>, Posted(posted): Posted) -> Result<Markup> {
    let catalog = me.app.catalog().await?;
    frame::find(&catalog, &id)?;
    let draft = read(&posted);
    show::preview(&me, &id, &draft).await
}
