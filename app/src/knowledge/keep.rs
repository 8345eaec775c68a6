//! What the editor does beside saving: keep what is typed, preview it, take
//! pictures.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::Markup;

use crate::error::Result;
use crate::files::Sent;
use crate::i18n::{Lang, t};
use crate::knowledge::editor::{Which, place, writable};
use crate::knowledge::images;
use crate::knowledge::write::Words;
use crate::policy;
use crate::portal::draft as own;
use crate::web::input::Posted;
use crate::web::{Me, Query, article as render};

fn to_kept(words: &Words) -> String {
    serde_json::json!({ "title": words.title, "summary": words.summary, "body": words.body, "note": words.note }).to_string()
}

pub(super) fn from_kept(body: &str) -> Option<Words> {
    let v: serde_json::Value = serde_json::from_str(body).ok()?;
    let text = |key: &str| v[key].as_str().map(str::to_owned);
    Some(Words {
        title: text("title"),
        summary: text("summary"),
        body: text("body"),
        note: text("note"),
        up_to_date: false,
    })
}

/// POST /knowledge/{article}/draft: keeps what one types, for oneself.
pub async fn keep(
    me: Me,
    Path(id): Path<String>,
    Query(which): Query<Which>,
    posted: Posted,
) -> Result<StatusCode> {
    let article = writable(&me, &id).await?;
    let lang = which
        .lang
        .as_deref()
        .and_then(Lang::from_code)
        .unwrap_or(article.lang);
    let text = |name: &str| posted.0.get(name).and_then(|v| v.first()).cloned();
    let words = Words {
        title: text("title"),
        summary: text("summary"),
        body: text("body"),
        note: text("note"),
        up_to_date: false,
    };
    own::keep(&me, &place(&article, lang), &to_kept(&words)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// POST /knowledge/preview: the part of a page.
pub async fn preview(me: Me, posted: Posted) -> Result<Markup> {
    policy::require(policy::writes_articles(&me.actor))?;
    let body = posted
        .0
        .get("body")
        .and_then(|v| v.first())
        .map_or("", String::as_str);
    Ok(render::article(body, t!(me.lang(), "Table")).html)
}

/// POST /knowledge/{article}/images: one picture as `file`; answers its address
/// and the Markdown that shows it.
pub async fn upload(me: Me, Path(id): Path<String>, sent: Sent) -> Result<Response> {
    let article = writable(&me, &id).await?;
    let file = sent.file("file")?;
    let image = images::take(&me, &me.actor, &article.id, file).await?;
    let markdown = shows(&file.name, &image);
    Ok((
        StatusCode::CREATED,
        axum::Json(super::api::ImageView {
            href: format!("{}{image}", images::PATH),
            id: image,
            markdown,
        }),
    )
        .into_response())
}

/// The Markdown that shows an image.
pub fn shows(name: &str, image: &str) -> String {
    let alt = name
        .rsplit_once('.')
        .map_or(name, |(stem, _)| stem)
        .replace(['[', ']', '\\', '_', '-'], " ");
    format!("![{}]({}{image})", alt.trim(), images::PATH)
}
