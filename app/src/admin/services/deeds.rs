//! What is done with a whole service by one button.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::admin::services::basics;
use crate::catalog::verbs;
use crate::error::Result;
use crate::i18n::t;
use crate::web::{Flash, Input, Me, Wrong, see_other};

/// The service as the reader saw it.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct Seen {
    version: Option<i64>,
}

/// Where to move.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Move {
    to: Way,
}

#[derive(Deserialize, PartialEq, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum Way {
    Up,
    Down,
}

impl Move {
    /// Up, or else down.
    pub fn up(&self) -> bool {
        self.to == Way::Up
    }
}

async fn answer(me: &Me, id: &str, done: Result<()>, said: &str) -> Result<Response> {
    match done {
        Ok(()) => Ok(see_other(
            &format!("/admin/services/{id}"),
            Some(Flash::new(said)),
        )),
        Err(error) => {
            let wrong = Wrong::of(me.lang(), error)?;
            let page = basics::show(me, id, None, &wrong).await?;
            Ok((wrong.status(), page).into_response())
        }
    }
}

/// POST /admin/services/{service}/publish
pub async fn publish(me: Me, Path(id): Path<String>, Input(seen): Input<Seen>) -> Result<Response> {
    let done = verbs::publish(&me, &me.actor, &id, seen.version).await;
    answer(&me, &id, done, t!(me.lang(), "The service is on offer")).await
}

/// POST /admin/services/{service}/retire
pub async fn retire(me: Me, Path(id): Path<String>, Input(seen): Input<Seen>) -> Result<Response> {
    let done = verbs::retire(&me, &me.actor, &id, seen.version).await;
    let said = t!(me.lang(), "The service is retired. Requests that run go on");
    answer(&me, &id, done, said).await
}

/// POST /admin/services/{service}/duplicate
pub async fn duplicate(me: Me, Path(id): Path<String>, Input(_): Input<Seen>) -> Result<Response> {
    let copy = verbs::duplicate(&me, &me.actor, &id).await?;
    let said = Flash::new(t!(me.lang(), "This is the copy. Nobody sees it yet"));
    Ok(see_other(&format!("/admin/services/{copy}"), Some(said)))
}

/// POST /admin/services/{service}/move
pub async fn reorder(me: Me, Path(id): Path<String>, Input(to): Input<Move>) -> Result<Response> {
    verbs::reorder(&me, &me.actor, &id, to.up()).await?;
    let said = Flash::new(t!(me.lang(), "The order is changed"));
    Ok(see_other("/admin/services", Some(said)))
}
