//! The button in the toast, and the page behind it for those without scripts.

use axum::Json;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use maud::html;
use mil_db::sql;
use schemars::JsonSchema;
use serde::Serialize;

use crate::assets;
use crate::bulk;
use crate::error::{Error, Result};
use crate::i18n::{t, tn};
use crate::ui::button::{Button, Kind, button};
use crate::undo::{Undo, take};
use crate::web::{Flash, Me, see_other, shell};
use crate::work::merge;

/// What was put back.
#[derive(Serialize, JsonSchema)]
pub struct UndoView {
    /// How many requests are as they were.
    pub restored: usize,
    /// Numbers of requests that somebody changed meanwhile; they stay.
    pub kept: Vec<i64>,
}

/// GET /undo/{undo}: asks, because a GET changes nothing.
pub async fn ask(me: Me, Path(id): Path<String>) -> Result<Response> {
    let lang = me.lang();
    let label: String = sql("SELECT label FROM undo WHERE id = $1 AND person_id = $2")
        .bind(&id)
        .bind(&me.actor.id)
        .opt(&me.app.db)
        .await?
        .ok_or(Error::NotFound)?
        .get("label")?;
    let title = t!(lang, "Take it back?");
    let body = html! {
        div class="panel-body stack" {
            h1 tabindex="-1" { (title) }
            p { (label) }
            form method="post" action={ "/undo/" (id) } {
                (button(Button { label: t!(lang, "Undo"), kind: Kind::Primary, ..Button::default() }))
            }
        }
    };
    Ok(shell::workspace(&me, "/queue", title, body)
        .await?
        .into_response())
}

/// Put it back, whatever it was.
async fn put_back(me: &Me, id: &str) -> Result<UndoView> {
    let catalog = me.app.catalog().await?;
    let mut tx = me.app.db.begin().await?;
    let (_, undo) = take(&mut tx, &me.actor, me.now, id).await?;
    let view = match undo {
        Undo::Bulk(changed) => {
            let (restored, kept) =
                bulk::undo::restore(&mut tx, me, &catalog, &me.actor, &changed).await?;
            UndoView { restored, kept }
        }
        Undo::Merge(merged) => {
            merge::unmerge_in(&mut tx, me, &catalog, &me.actor, &merged).await?;
            UndoView {
                restored: 2,
                kept: Vec::new(),
            }
        }
        Undo::Assets(changed) => UndoView {
            restored: assets::bulk::restore(&mut tx, me, &me.actor, &changed).await?,
            kept: Vec::new(),
        },
    };
    tx.commit().await?;
    Ok(view)
}

/// POST /undo/{undo}
pub async fn undo(
    me: Me,
    Path(id): Path<String>,
    headers: axum::http::HeaderMap,
) -> Result<Response> {
    let view = put_back(&me, &id).await?;
    let lang = me.lang();
    let mut text = tn!(
        lang,
        view.restored,
        "{n} thing is as it was.",
        "{n} things are as they were."
    );
    if !view.kept.is_empty() {
        let numbers: Vec<String> = view.kept.iter().map(ToString::to_string).collect();
        text.push(' ');
        text.push_str(&t!(
            lang,
            "Changed meanwhile and left alone: {numbers}.",
            numbers = numbers.join(", ")
        ));
    }
    let back = headers
        .get("referer")
        .and_then(|value| value.to_str().ok())
        .and_then(|url| url.strip_prefix(me.app.config.public_url.as_str()))
        .filter(|path| path.starts_with('/') && !path.starts_with("/undo"))
        .unwrap_or("/queue");
    Ok(see_other(back, Some(Flash::new(text))))
}

/// POST /api/v1/undo/{undo}
pub async fn api(me: Me, Path(id): Path<String>) -> Result<Json<UndoView>> {
    Ok(Json(put_back(&me, &id).await?))
}
