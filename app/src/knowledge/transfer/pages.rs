//! Import and export in the browser and in the API.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::import::{Line, import as take, ledger};
use super::{export, folder};
use crate::error::{Error, Result};
use crate::files::{Sent, intake, store as files};
use crate::i18n::{Lang, t, tn};
use crate::policy;
use crate::ui::block::{Tone, pill};
use crate::ui::button::{Button, Kind, button, link_button};
use crate::ui::field::{Field, field};
use crate::ui::shell::bar_back;
use crate::web::{Me, Query, Wrong, see_other, shell};

/// Which import to look at.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
#[allow(missing_docs)]
pub struct Which {
    pub id: Option<String>,
}

/// GET /knowledge/import
pub async fn show(me: Me, Query(which): Query<Which>) -> Result<Response> {
    policy::require(policy::writes_articles(&me.actor))?;
    let done = match &which.id {
        Some(id) => Some(ledger(&me, &me.actor, id).await?),
        None => None,
    };
    page(&me, &Wrong::default(), done).await
}

async fn page(me: &Me, wrong: &Wrong, done: Option<(String, Vec<Line>)>) -> Result<Response> {
    let lang = me.lang();
    let body = html! {
        (bar_back(t!(lang, "Answers"), "/knowledge", "", html! {}))
        div class="panel-body stack measure" {
            h1 { (t!(lang, "Import and export")) }
            (wrong.summary(lang))
            p { (t!(lang, "A ZIP with a folder of Markdown or HTML files and their pictures. They come in as drafts; nobody else sees them until they are approved.")) }
            form method="post" action="/knowledge/import" enctype="multipart/form-data" class="stack" {
                (field(lang, &Field { name: "file", label: t!(lang, "ZIP file"), error: wrong.at("file"), ..Field::default() },
                    html! { input class="file-in" type="file" id="f-file" name="file" accept=".zip,application/zip"; }))
                div { (button(Button { label: t!(lang, "Import"), kind: Kind::Primary, ..Button::default() })) }
            }
            p { (t!(lang, "All published answers with their pictures, as Markdown:")) " "
                (link_button("/knowledge/export", Button { label: t!(lang, "Export"), icon: "dl", ..Button::default() })) }
            @if let Some((name, lines)) = &done {
                h2 { (name) }
                p { (tn!(lang, lines.iter().filter(|l| l.outcome == "imported").count(), "{n} text came in.", "{n} texts came in.")) " "
                    (tn!(lang, lines.iter().filter(|l| l.outcome == "left_out").count(), "{n} file was left out.", "{n} files were left out.")) }
                ul class="plain-list stack" { @for l in lines { li { (line(lang, l)) } } }
            }
        }
    };
    Ok((
        wrong.status(),
        shell::workspace(me, "/knowledge", t!(lang, "Import and export"), body).await?,
    )
        .into_response())
}

fn line(lang: Lang, l: &Line) -> Markup {
    html! {
        @match l.outcome.as_str() {
            "imported" => (pill(Tone::Ok, "check", t!(lang, "Imported"))),
            "picture" => (pill(Tone::Line, "image", t!(lang, "Picture"))),
            _ => (pill(Tone::Warn, "x", t!(lang, "Left out"))),
        }
        " " code { (l.path) }
        @if let Some(id) = &l.article_id { " → " a href={ "/knowledge/" (id) } { (l.title) } }
        @if !l.why.is_empty() { p class="small muted" { (l.why) } }
    }
}

async fn taken(me: &Me, sent: &Sent) -> Result<(String, Vec<Line>)> {
    policy::require(policy::writes_articles(&me.actor))?;
    let file = sent.file("file")?;
    if file.size > folder::SENT {
        return Err(Error::field(
            "file",
            "The ZIP has more than 60 MB. Import it in parts.",
        ));
    }
    let bytes = intake::content(&me.app, file).await?;
    let (found, left) = folder::unpack(&bytes)?;
    let done = take(me, &me.actor, &file.name, &found, left).await?;
    let mut tx = me.app.db.begin().await?;
    files::remove_loose(&mut tx, &me.actor, me.now, &file.id).await?;
    tx.commit().await?;
    Ok(done)
}

/// POST /knowledge/import
pub async fn import(me: Me, sent: Sent) -> Result<Response> {
    match taken(&me, &sent).await {
        Ok((id, _)) => Ok(see_other(&format!("/knowledge/import?id={id}"), None)),
        Err(error) => page(&me, &Wrong::of(me.lang(), error)?, None).await,
    }
}

/// GET /knowledge/export, GET /api/v1/article-export
pub async fn download(me: Me) -> Result<Response> {
    let bytes = folder::pack(&export::export(&me, &me.actor).await?)?;
    Ok((
        [
            (header::CONTENT_TYPE, "application/zip"),
            (
                header::CONTENT_DISPOSITION,
                "attachment; filename=\"answers.zip\"",
            ),
        ],
        bytes,
    )
        .into_response())
}

/// What became of each file.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Ledger {
    pub id: String,
    pub lines: Vec<Line>,
}

/// POST /api/v1/article-imports
pub async fn api_import(me: Me, sent: Sent) -> Result<Response> {
    let (id, lines) = taken(&me, &sent).await?;
    Ok((StatusCode::CREATED, Json(Ledger { id, lines })).into_response())
}
