//! Mail as JSON.

use axum::Json;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::i18n::Lang;
use crate::mail::boxes::{self, Mailbox, NewMailbox};
use crate::mail::intake::{self, Delivery};
use crate::mail::post::{self, Asked, Incoming, Release};
use crate::mail::send;
use crate::mail::sent::{self, OutMail};
use crate::mail::template::{self, Template, Which};
use crate::web::{Input, Me, Query};

/// All mailboxes.
#[derive(Serialize, JsonSchema)]
pub struct Mailboxes {
    /// Oldest first; the first one speaks where no other does.
    pub items: Vec<Mailbox>,
}

/// GET /api/v1/mailboxes
pub async fn mailboxes(me: Me) -> Result<Json<Mailboxes>> {
    Ok(Json(Mailboxes {
        items: boxes::all(&me.app.db).await?,
    }))
}

/// POST /api/v1/mailboxes
pub async fn add(me: Me, Input(new): Input<NewMailbox>) -> Result<(StatusCode, Json<Mailbox>)> {
    let id = boxes::add(&me, &me.actor, &new).await?;
    Ok((
        StatusCode::CREATED,
        Json(boxes::find(&me.app.db, &id).await?),
    ))
}

/// GET /api/v1/mailboxes/{mailbox}
pub async fn mailbox(me: Me, Path(id): Path<String>) -> Result<Json<Mailbox>> {
    Ok(Json(boxes::find(&me.app.db, &id).await?))
}

/// PUT /api/v1/mailboxes/{mailbox}
pub async fn change(
    me: Me,
    Path(id): Path<String>,
    Input(new): Input<NewMailbox>,
) -> Result<Json<Mailbox>> {
    boxes::change(&me, &me.actor, &id, &new).await?;
    Ok(Json(boxes::find(&me.app.db, &id).await?))
}

/// DELETE /api/v1/mailboxes/{mailbox}
pub async fn archive(me: Me, Path(id): Path<String>) -> Result<StatusCode> {
    boxes::archive(&me, &me.actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Messages that came in.
#[derive(Serialize, JsonSchema)]
pub struct IncomingList {
    /// Newest first.
    pub items: Vec<Incoming>,
    /// Give it as `after` for the next page; null on the last.
    pub next: Option<String>,
}

/// GET /api/v1/mail/in
pub async fn incoming(me: Me, Query(asked): Query<Asked>) -> Result<Json<IncomingList>> {
    let (items, next) = post::list(&me, &me.actor, &asked).await?;
    Ok(Json(IncomingList { items, next }))
}

/// The row of a message that was handed over.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Kept {
    pub id: String,
}

/// For whom a message is.
#[derive(Deserialize, JsonSchema, Default)]
#[serde(default, deny_unknown_fields)]
pub struct To {
    /// The address it was sent to.
    pub to: String,
    /// The address that it was sent from.
    pub from: Option<String>,
}

/// POST /api/v1/mail/in: the raw message is the body.
pub async fn deliver(me: Me, Query(to): Query<To>, raw: Bytes) -> Result<(StatusCode, Json<Kept>)> {
    let delivery = Delivery {
        via: "api",
        sender: to.from,
        recipients: Some(to.to).filter(|t| !t.is_empty()).into_iter().collect(),
        raw: raw.to_vec(),
    };
    let id = intake::keep(&me.app, &delivery).await?;
    Ok((StatusCode::ACCEPTED, Json(Kept { id })))
}

/// GET /api/v1/mail/in/{mail}
pub async fn one(me: Me, Path(id): Path<String>) -> Result<Json<Incoming>> {
    Ok(Json(post::find(&me, &me.actor, &id).await?))
}

/// POST /api/v1/mail/in/{mail}/release
pub async fn release(
    me: Me,
    Path(id): Path<String>,
    Input(how): Input<Release>,
) -> Result<Json<Incoming>> {
    post::release(&me, &me.actor, &id, &how).await?;
    Ok(Json(post::find(&me, &me.actor, &id).await?))
}

/// POST /api/v1/mail/in/{mail}/discard
pub async fn discard(me: Me, Path(id): Path<String>) -> Result<StatusCode> {
    post::discard(&me, &me.actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Messages that go out.
#[derive(Serialize, JsonSchema)]
pub struct OutList {
    /// Newest first.
    pub items: Vec<OutMail>,
    /// Give it as `after` for the next page; null on the last.
    pub next: Option<String>,
}

/// GET /api/v1/mail/out
pub async fn out(me: Me, Query(asked): Query<Asked>) -> Result<Json<OutList>> {
    let (items, next) = sent::list(&me, &me.actor, &asked).await?;
    Ok(Json(OutList { items, next }))
}

/// POST /api/v1/mail/out/{outgoing}/again
pub async fn again(me: Me, Path(id): Path<String>) -> Result<StatusCode> {
    send::again(&me, &me.actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn template_of(which: &str, lang: &str) -> Result<(Which, Lang)> {
    let lang = Lang::from_code(lang).filter(|l| l.code() == lang);
    Which::from_key(which).zip(lang).ok_or(Error::NotFound)
}

/// GET /api/v1/mail/words/{which}/{lang}
pub async fn words(me: Me, Path((which, lang)): Path<(String, String)>) -> Result<Json<Template>> {
    let (which, lang) = template_of(&which, &lang)?;
    Ok(Json(template::load(&me.app.db, which, lang).await?))
}

/// PUT /api/v1/mail/words/{which}/{lang}
pub async fn set_words(
    me: Me,
    Path((which, lang)): Path<(String, String)>,
    Input(new): Input<Template>,
) -> Result<Json<Template>> {
    let (which, lang) = template_of(&which, &lang)?;
    template::save(&me, &me.actor, which, lang, Some(&new)).await?;
    Ok(Json(new))
}
