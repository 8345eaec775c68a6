//! What the requester, or a follower, does to a request.

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use maud::html;
use mil_process::form;
use mil_process::process::Move;
use serde::Deserialize;

use crate::error::{Error, FieldError, Result};
use crate::files::{self, Sent};
use crate::i18n::t;
use crate::policy::{self, Do};
use crate::portal::answers::find_person;
use crate::portal::draft::{self, FormDraft};
use crate::portal::request;
use crate::portal::submit::wants_page;
use crate::portal::turn::Typed;
use crate::ui::block;
use crate::ui::button::{Button, Kind, button};
use crate::ui::field::{self, Field};
use crate::web::{Flash, Input, Me, see_other, shell};
use crate::work::talk::{NewComment, Visibility};
use crate::work::{Item, edit, moves, store, talk};

async fn find(me: &Me, id: &str) -> Result<Item> {
    store::find(&me.app.db, &me.actor, id).await
}

fn back(item: &Item, text: &str) -> Response {
    see_other(
        &format!("/requests/{}", item.number),
        Some(Flash::new(text)),
    )
}

fn said(me: &Me, wrong: &[FieldError]) -> String {
    let texts: Vec<String> = wrong
        .iter()
        .map(|e| me.lang().text(&e.msg.text, &e.msg.args))
        .collect();
    texts.join(" ")
}

/// POST /requests/{item}/say
pub async fn say(me: Me, Path(id): Path<String>, sent: Sent) -> Result<Response> {
    let item = find(&me, &id).await?;
    let body = sent.text("body").to_owned();
    let mut typed = Typed {
        body: body.clone(),
        ..Typed::default()
    };
    if !sent.wrong.is_empty() {
        typed.error = said(&me, &sent.wrong);
        return request::show(&me, &id, &typed).await;
    }
    let new = NewComment {
        body,
        visibility: Visibility::Public,
        files: sent.fields.get("file").cloned().unwrap_or_default(),
    };
    match talk::comment(&me, &me.actor, &item.id, new).await {
        Ok((item, _)) => {
            draft::keep(&me, &draft::of_answer(&item.id), "").await?;
            Ok(back(&item, t!(me.lang(), "Your message is sent.")))
        }
        Err(Error::Invalid(wrong)) => {
            typed.error = said(&me, &wrong);
            request::show(&me, &id, &typed).await
        }
        Err(error) => Err(error),
    }
}

/// POST /requests/{item}/draft
pub async fn save_draft(
    me: Me,
    Path(id): Path<String>,
    headers: HeaderMap,
    sent: Sent,
) -> Result<Response> {
    let item = find(&me, &id).await?;
    draft::keep(&me, &draft::of_answer(&item.id), sent.text("body").trim()).await?;
    if wants_page(&headers) {
        return Ok(back(&item, t!(me.lang(), "Your draft is saved.")));
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Yes or no to a draft.
#[derive(Deserialize)]
pub struct Decision {
    decision: String,
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    to: Option<String>,
    /// The version that was looked at.
    #[serde(default)]
    version: Option<i64>,
}

/// POST /requests/{item}/decide
pub async fn decide(
    me: Me,
    Path(id): Path<String>,
    Input(input): Input<Decision>,
) -> Result<Response> {
    let yes = match input.decision.as_str() {
        "yes" => true,
        "no" => false,
        _ => return Err(Error::field("decision", "Choose yes or no.")),
    };
    let item = find(&me, &id).await?;
    let reason = input.reason.clone().filter(|_| !yes);
    let to = input.to.filter(|to| !yes && !to.is_empty());
    match talk::decide(&me, &me.actor, &item.id, input.version, yes, reason, to).await {
        Ok(item) => Ok(back(
            &item,
            if yes {
                t!(me.lang(), "Thank you. We go on.")
            } else {
                t!(me.lang(), "Your changes are sent.")
            },
        )),
        Err(Error::Invalid(wrong)) => {
            let typed = Typed {
                reason: input.reason.unwrap_or_default(),
                error: said(&me, &wrong),
                ..Typed::default()
            };
            request::show(&me, &id, &typed).await
        }
        Err(error) => Err(error),
    }
}

/// A reason.
#[derive(Deserialize, Default)]
pub struct Reason {
    #[serde(default)]
    reason: Option<String>,
}

/// A page that asks once more, with a reason.
struct Ask<'a> {
    title: &'a str,
    text: &'a str,
    label: &'a str,
    optional: bool,
    verb: &'a str,
    kind: Kind,
    /// The last part of the address.
    to: &'a str,
}

async fn ask(me: &Me, item: &Item, ask: Ask<'_>, typed: &str, error: &str) -> Result<Response> {
    let lang = me.lang();
    let number = item.number.to_string();
    let home = format!("/requests/{number}");
    let body = html! {
        div class="wrap" {
            (block::crumbs(lang, &[(t!(lang, "My requests"), "/requests"), (&number, &home), (ask.title, "")]))
            h1 { (ask.title) }
            p class="muted mt-2 measure" { strong class="strong" { (item.title) } ". " (ask.text) }
            form method="post" action={ (home) "/" (ask.to) } class="stack mt-6 measure" {
                (field::textarea(lang, &Field { name: "reason", label: ask.label, optional: ask.optional, value: typed, error, ..Field::default() }, 4))
                div class="row" {
                    (button(Button { label: ask.verb, kind: ask.kind, ..Button::default() }))
                    a class="btn btn-quiet" href=(home) { (t!(lang, "Back to the request")) }
                }
            }
        }
    };
    let page = shell::portal(me, "/requests", ask.title, body).await?;
    let status = if error.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    Ok((status, page).into_response())
}

fn cancel_words(me: &Me) -> Ask<'static> {
    let lang = me.lang();
    Ask {
        title: t!(lang, "Cancel this request?"),
        text: t!(
            lang,
            "The work on it ends. What was made so far stays in the conversation."
        ),
        label: t!(lang, "Why is it no longer needed?"),
        optional: true,
        verb: t!(lang, "Cancel the request"),
        kind: Kind::Danger,
        to: "cancel",
    }
}

/// GET /requests/{item}/cancel
pub async fn cancel_page(me: Me, Path(id): Path<String>) -> Result<Response> {
    let item = find(&me, &id).await?;
    policy::require_item(&me.actor, Do::Cancel, &item.facts())?;
    ask(&me, &item, cancel_words(&me), "", "").await
}

/// POST /requests/{item}/cancel
pub async fn cancel(
    me: Me,
    Path(id): Path<String>,
    Input(input): Input<Reason>,
) -> Result<Response> {
    let item = find(&me, &id).await?;
    let mv = Move::Cancel {
        reason: input.reason,
    };
    let item = moves::make(&me, &me.actor, &item.id, None, &mv).await?;
    Ok(back(&item, t!(me.lang(), "The request is cancelled.")))
}

fn reopen_words(me: &Me) -> Ask<'static> {
    let lang = me.lang();
    Ask {
        title: t!(lang, "Reopen this request?"),
        text: t!(lang, "The team takes it up again where it makes sense."),
        label: t!(lang, "What is not right yet?"),
        optional: false,
        verb: t!(lang, "Reopen the request"),
        kind: Kind::Primary,
        to: "reopen",
    }
}

/// GET /requests/{item}/reopen
pub async fn reopen_page(me: Me, Path(id): Path<String>) -> Result<Response> {
    let item = find(&me, &id).await?;
    policy::require_item(&me.actor, Do::Reopen, &item.facts())?;
    ask(&me, &item, reopen_words(&me), "", "").await
}

/// POST /requests/{item}/reopen
pub async fn reopen(
    me: Me,
    Path(id): Path<String>,
    Input(input): Input<Reason>,
) -> Result<Response> {
    let item = find(&me, &id).await?;
    let reason = input.reason.unwrap_or_default();
    let mv = Move::Reopen {
        reason: reason.clone(),
    };
    match moves::make(&me, &me.actor, &item.id, None, &mv).await {
        Ok(item) => Ok(back(&item, t!(me.lang(), "The request is open again."))),
        Err(Error::Invalid(wrong)) => {
            ask(&me, &item, reopen_words(&me), &reason, &said(&me, &wrong)).await
        }
        Err(error) => Err(error),
    }
}

/// A rating.
#[derive(Deserialize, Default)]
pub struct Rating {
    #[serde(default)]
    score: Option<i64>,
    #[serde(default)]
    comment: Option<String>,
}

/// POST /requests/{item}/rate
pub async fn rate(me: Me, Path(id): Path<String>, Input(input): Input<Rating>) -> Result<Response> {
    let item = find(&me, &id).await?;
    let comment = input.comment.clone();
    match edit::rate(
        &me,
        &me.actor,
        &item.id,
        input.score.unwrap_or(0),
        input.comment,
    )
    .await
    {
        Ok(item) => Ok(back(&item, t!(me.lang(), "Thank you for your rating."))),
        Err(Error::Invalid(wrong)) => {
            let typed = Typed {
                body: comment.unwrap_or_default(),
                error: said(&me, &wrong),
                ..Typed::default()
            };
            request::show(&me, &id, &typed).await
        }
        Err(error) => Err(error),
    }
}

/// POST /requests/{item}/again: the form, filled in as it was ordered. Its files
/// become files of the reader's own; their bytes are kept once anyway.
pub async fn again(me: Me, Path(id): Path<String>) -> Result<Response> {
    let item = find(&me, &id).await?;
    policy::require_item(&me.actor, Do::Rate, &item.facts())?;
    let catalog = me.app.catalog().await?;
    let service = catalog.orderable(&me.actor, &item.service_id)?;
    let mut raw = form::to_raw(&item.answers);
    raw.retain(|key, _| service.form.field(key).is_some());
    let files = files::store::of_item(&me.app.db, &me.actor, &item, "", 500).await?;
    let mut tx = me.app.db.begin().await?;
    for values in raw.values_mut() {
        for value in values {
            let id = value.split(':').next().unwrap_or_default();
            if let Some(file) = files.iter().find(|f| f.id == id) {
                let copy = files::store::copy(&mut tx, &me.actor, me.now, file).await?;
                *value = format!("{}:{}", copy.id, copy.name);
            }
        }
    }
    tx.commit().await?;
    let draft = FormDraft {
        title: String::new(),
        raw,
    };
    draft::keep_form(&me, &service.id, &draft).await?;
    Ok(see_other(
        &format!("/catalog/{}?again={}", service.slug, item.number),
        None,
    ))
}

/// Somebody to follow, or to follow no longer.
#[derive(Deserialize, Default)]
pub struct Follow {
    #[serde(default)]
    person: Option<String>,
    #[serde(default, rename = "person-text")]
    text: Option<String>,
    /// Id of a follower.
    #[serde(default)]
    remove: Option<String>,
}

/// POST /requests/{item}/followers
pub async fn follow(
    me: Me,
    Path(id): Path<String>,
    Input(input): Input<Follow>,
) -> Result<Response> {
    let item = find(&me, &id).await?;
    if let Some(person) = input.remove {
        talk::watch(&me, &me.actor, &item.id, &person, false).await?;
        let mine = item.requester_id == me.actor.id || policy::works(&me.actor);
        if person == me.actor.id && !mine {
            let text = t!(me.lang(), "You do not follow it any more.");
            return Ok(see_other("/requests", Some(Flash::new(text))));
        }
        return Ok(back(&item, t!(me.lang(), "Removed.")));
    }
    let person = match (input.person.filter(|p| !p.is_empty()), input.text) {
        (Some(id), _) => id,
        (None, text) => find_person(&me, "person", text.as_deref().unwrap_or_default()).await?,
    };
    talk::watch(&me, &me.actor, &item.id, &person, true).await?;
    Ok(back(
        &item,
        t!(me.lang(), "Added. They can read along and write."),
    ))
}
