//! The small forms of the page: comment, draft, ticks, fields, owner, priority,
//! followers, links.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use mil_db::sql;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::catalog::model::Priority;
use crate::desk::conflict::{self, Wish};
use crate::desk::load::{self, Desk, path};
use crate::desk::pages::{Asked, conversation_wrong, desk, framed};
use crate::desk::talk::{Typed, place};
use crate::desk::{fields as form_fields, talk as conversation};
use crate::error::{Error, FieldError, Result};
use crate::files::Sent;
use crate::i18n::{Lang, t};
use crate::web::input::Posted;
use crate::web::{Flash, Input, Me, Query, see_other};
use crate::work::model::Item;
use crate::work::relate::{self, LinkKind};
use crate::work::talk::{MAX_BODY, NewComment, Visibility};
use crate::work::{edit, talk};

/// Back to the conversation, with something to say.
pub fn back(item: &Item, list: Option<&str>, said: String) -> Response {
    see_other(&path(item.number, "", list), Some(Flash::new(said)))
}

/// The errors of a form in the reader's language.
pub fn say(lang: Lang, errors: &[FieldError]) -> Vec<(String, String)> {
    errors
        .iter()
        .map(|e| (e.field.clone(), lang.text(&e.msg.text, &e.msg.args)))
        .collect()
}

/// Who is to read a comment. There is no default: what does not say so is refused.
fn visibility(text: &str) -> Result<Visibility> {
    match text {
        "reply" => Ok(Visibility::Public),
        "note" => Ok(Visibility::Internal),
        _ => Err(Error::field(
            "visibility",
            "Say who may read this: the requester, or agents only.",
        )),
    }
}

/// POST /work/{item}/comments
pub async fn comment(
    me: Me,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
    mut sent: Sent,
) -> Result<Response> {
    let lang = me.lang();
    let item = load::item(&me, &id).await?;
    let to = sent.text("visibility").to_owned();
    let seen = sent.text("seen").to_owned();
    let body = sent.text("body").to_owned();
    let mut files = sent.take_all("file");
    files.extend(sent.take_all("files"));
    files.retain(|f| !f.is_empty());
    let written = match (visibility(&to), sent.wrong.is_empty()) {
        (Ok(visibility), true) => {
            let new = NewComment {
                body: body.clone(),
                visibility,
                files,
            };
            talk::comment(&me, &me.actor, &item.id, new).await
        }
        (Err(error), _) => Err(error),
        (_, false) => Err(Error::Invalid(sent.wrong)),
    };
    match written {
        Ok((item, _)) => {
            forget_draft(&me, &item.id).await?;
            let d = Desk::load(&me, item, asked.list).await?;
            let mut said = if to == "note" {
                t!(lang, "Internal note saved. Only agents read it.").to_owned()
            } else {
                t!(
                    lang,
                    "Answer sent. {name} can read it.",
                    name = d.requester_name()
                )
            };
            let others = conflict::meanwhile(&d, &seen).await?;
            if !others.is_empty() {
                let list: Vec<_> = others.into_iter().take(3).collect();
                said = format!(
                    "{said} {}",
                    t!(lang, "Meanwhile: {list}.", list = list.join("; "))
                );
            }
            Ok(back(&d.item, d.list.as_deref(), said))
        }
        Err(Error::Invalid(errors)) => {
            let d = Desk::load(&me, item, asked.list).await?;
            let error = say(lang, &errors)
                .into_iter()
                .map(|(_, text)| text)
                .collect::<Vec<_>>();
            let typed = Typed {
                body,
                note: to == "note",
                error: error.join(" "),
                saved: None,
            };
            conversation_wrong(&d, &typed).await
        }
        Err(Error::Conflict(msg)) => {
            // What was typed is not lost because something else changed.
            keep_draft(&me, &item.id, &to, &body).await?;
            Err(Error::Conflict(msg))
        }
        Err(error) => Err(error),
    }
}

/// POST /work/{item}/draft
pub async fn draft(
    me: Me,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
    sent: Sent,
) -> Result<Response> {
    let item = load::item(&me, &id).await?;
    keep_draft(&me, &item.id, sent.text("visibility"), sent.text("body")).await?;
    let page = headers.contains_key("hx-request")
        || headers
            .get("accept")
            .and_then(|v| v.to_str().ok())
            .is_some_and(|accept| accept.contains("text/html"));
    if page {
        let said = t!(me.lang(), "Draft saved. Nobody else sees it.").to_owned();
        Ok(back(&item, asked.list.as_deref(), said))
    } else {
        Ok(StatusCode::NO_CONTENT.into_response())
    }
}

async fn keep_draft(me: &Me, item_id: &str, visibility: &str, body: &str) -> Result<()> {
    if body.trim().is_empty() {
        return forget_draft(me, item_id).await;
    }
    let body: String = body.chars().take(MAX_BODY * 2).collect();
    let mut tx = me.app.db.begin().await?;
    sql("INSERT INTO draft (person_id, place, body, updated_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (person_id, place) DO UPDATE SET body = excluded.body, updated_at = excluded.updated_at")
        .bind(&me.actor.id)
        .bind(place(item_id))
        .bind(json!({ "visibility": visibility, "body": body }).to_string())
        .bind(me.now.as_microsecond())
        .run(&mut tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

async fn forget_draft(me: &Me, item_id: &str) -> Result<()> {
    let mut tx = me.app.db.begin().await?;
    sql("DELETE FROM draft WHERE person_id = $1 AND place = $2")
        .bind(&me.actor.id)
        .bind(place(item_id))
        .run(&mut tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

#[derive(Deserialize)]
pub struct Check {
    check: String,
    #[serde(default)]
    done: Option<String>,
}

/// POST /work/{item}/checks: one line of the checklist.
pub async fn check(
    me: Me,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
    Input(input): Input<Check>,
) -> Result<Response> {
    let on = input.done.is_some();
    let item = edit::tick(&me, &me.actor, &id, &input.check, on).await?;
    Ok(see_other(
        &path(item.number, "", asked.list.as_deref()),
        None,
    ))
}

/// POST /work/{item}/fields
pub async fn fields(
    me: Me,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
    Posted(posted): Posted,
) -> Result<Response> {
    let lang = me.lang();
    let first = |key: &str| {
        posted
            .get(key)
            .and_then(|v| v.first())
            .cloned()
            .unwrap_or_default()
    };
    let expect = first("version").parse().ok();
    let raw: BTreeMap<String, Vec<String>> = posted
        .iter()
        .filter_map(|(key, values)| {
            let values = values.iter().filter(|v| !v.is_empty()).cloned().collect();
            Some((key.strip_prefix("f.")?.to_owned(), values))
        })
        .collect();
    match edit::fill(&me, &me.actor, &id, expect, raw.clone()).await {
        Ok(item) => Ok(back(
            &item,
            asked.list.as_deref(),
            t!(lang, "Fields saved.").to_owned(),
        )),
        Err(Error::Invalid(errors)) => {
            let d = desk(&me, &id, asked.list).await?;
            let errors = say(lang, &errors).into_iter().collect();
            let mut values = mil_process::form::to_raw(&d.item.fields);
            values.extend(raw);
            let rail = form_fields::with(&d, &values, &errors);
            let feed = conversation::feed(&d, false).await?;
            let page = framed(&d, "talk", feed, rail).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(Error::Stale(_)) => {
            let d = desk(&me, &id, asked.list).await?;
            let labels = d.labels();
            let words = |values: &BTreeMap<String, Vec<String>>| {
                values
                    .iter()
                    .filter(|(key, _)| raw.contains_key(*key))
                    .map(|(key, v)| format!("{}: {}", labels.get(key).unwrap_or(key), v.join(", ")))
                    .collect::<Vec<_>>()
                    .join(" · ")
            };
            let wish = Wish {
                what: t!(lang, "Fields"),
                mine: words(&raw),
                now: words(&mil_process::form::to_raw(&d.item.fields)),
                action: d.path("/fields"),
                values: posted
                    .iter()
                    .filter(|(key, _)| key.starts_with("f."))
                    .flat_map(|(key, values)| values.iter().map(|v| (key.clone(), v.clone())))
                    .collect(),
            };
            conflict::ask(&d, &first("seen"), &wish).await
        }
        Err(error) => Err(error),
    }
}

#[derive(Deserialize)]
pub struct Assign {
    #[serde(default)]
    version: Option<i64>,
    #[serde(default)]
    seen: Option<String>,
    #[serde(default)]
    assignee: Option<String>,
}

/// POST /work/{item}/assign: somebody, or nobody.
pub async fn assign(
    me: Me,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
    Input(input): Input<Assign>,
) -> Result<Response> {
    let lang = me.lang();
    let to = input.assignee.as_deref().filter(|a| !a.is_empty());
    match edit::assign(&me, &me.actor, &id, input.version, to).await {
        Ok(item) => {
            let d = Desk::load(&me, item, asked.list).await?;
            let said = match d.item.assignee_id.as_deref() {
                Some(id) if id == me.actor.id => t!(lang, "It is yours now.").to_owned(),
                Some(id) => t!(lang, "Given to {name}.", name = d.name(id)),
                None => t!(lang, "Given back to the team.").to_owned(),
            };
            Ok(back(&d.item, d.list.as_deref(), said))
        }
        Err(Error::Stale(_)) => {
            let d = desk(&me, &id, asked.list).await?;
            let name = |id: Option<&str>| match id {
                Some(id) => d
                    .agents
                    .iter()
                    .find(|p| p.id == id)
                    .map_or_else(|| d.name(id).to_owned(), |p| p.name.clone()),
                None => t!(lang, "Nobody").to_owned(),
            };
            let wish = Wish {
                what: t!(lang, "Owner"),
                mine: name(to),
                now: name(d.item.assignee_id.as_deref()),
                action: d.path("/assign"),
                values: vec![("assignee".to_owned(), to.unwrap_or_default().to_owned())],
            };
            conflict::ask(&d, input.seen.as_deref().unwrap_or_default(), &wish).await
        }
        Err(error) => Err(error),
    }
}

#[derive(Deserialize)]
pub struct Prioritise {
    #[serde(default)]
    version: Option<i64>,
    #[serde(default)]
    seen: Option<String>,
    priority: Priority,
}

/// POST /work/{item}/priority
pub async fn priority(
    me: Me,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
    Input(input): Input<Prioritise>,
) -> Result<Response> {
    let lang = me.lang();
    match edit::prioritise(&me, &me.actor, &id, input.version, input.priority).await {
        Ok(item) => {
            let said = t!(
                lang,
                "Priority is {priority} now. The promise was computed anew.",
                priority = lang.t(item.priority.label())
            );
            Ok(back(&item, asked.list.as_deref(), said))
        }
        Err(Error::Stale(_)) => {
            let d = desk(&me, &id, asked.list).await?;
            let wish = Wish {
                what: t!(lang, "Priority"),
                mine: lang.t(input.priority.label()).to_owned(),
                now: lang.t(d.item.priority.label()).to_owned(),
                action: d.path("/priority"),
                values: vec![("priority".to_owned(), input.priority.key().to_owned())],
            };
            conflict::ask(&d, input.seen.as_deref().unwrap_or_default(), &wish).await
        }
        Err(error) => Err(error),
    }
}

#[derive(Deserialize)]
pub struct Watch {
    person: String,
    #[serde(default)]
    on: Option<String>,
}

/// POST /work/{item}/watch
pub async fn watch(
    me: Me,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
    Input(input): Input<Watch>,
) -> Result<Response> {
    let lang = me.lang();
    let on = input.on.is_some();
    let item = load::item(&me, &id).await?;
    talk::watch(&me, &me.actor, &item.id, &input.person, on).await?;
    let said = match (on, input.person == me.actor.id) {
        (true, true) => t!(lang, "You follow this now."),
        (false, true) => t!(lang, "You do not follow this any more."),
        (true, false) => t!(lang, "Follower added."),
        (false, false) => t!(lang, "Follower removed."),
    };
    // Who only saw it by following it does not see it any more.
    if load::item(&me, &id).await.is_err() {
        return Ok(see_other("/queue", Some(Flash::new(said))));
    }
    Ok(back(&item, asked.list.as_deref(), said.to_owned()))
}

#[derive(Deserialize)]
pub struct Unlink {
    kind: LinkKind,
    to: String,
}

/// POST /work/{item}/unlink
pub async fn unlink(
    me: Me,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
    Input(input): Input<Unlink>,
) -> Result<Response> {
    let item = load::item(&me, &id).await?;
    relate::unlink(&me, &me.actor, &item.id, input.kind, &input.to).await?;
    let said = t!(me.lang(), "Link removed.").to_owned();
    Ok(back(&item, asked.list.as_deref(), said))
}

#[derive(Deserialize)]
pub struct Find {
    #[serde(default)]
    q: Option<String>,
    /// `all` finds requesters, too.
    #[serde(default)]
    who: Option<String>,
}

/// Somebody found.
#[derive(Serialize)]
pub struct Found {
    value: String,
    label: String,
    hint: String,
}

/// GET /work/people?q=: people by the beginning of a name, for comboboxes.
pub async fn people(me: Me, Query(find): Query<Find>) -> Result<Json<Vec<Found>>> {
    let q = find.q.unwrap_or_default().trim().to_lowercase();
    let start = q.replace(['\\', '%', '_'], " ");
    let everybody = find.who.as_deref() == Some("all");
    let rows = sql(
        "SELECT p.id, p.name, COALESCE(p.title, d.name, '') AS hint FROM person p
         LEFT JOIN department d ON d.id = p.department_id
         WHERE p.disabled_at IS NULL AND ($1 = 1 OR p.role NOT IN ('requester', 'partner'))
           AND (LOWER(p.name) LIKE $2 OR LOWER(p.name) LIKE $3)
         ORDER BY p.name, p.id LIMIT 20",
    )
    .bind(i64::from(everybody))
    .bind(format!("{start}%"))
    .bind(format!("% {start}%"))
    .all(&me.app.db)
    .await?;
    let found = rows
        .iter()
        .map(|row| {
            Ok(Found {
                value: row.get("id")?,
                label: row.get("name")?,
                hint: row.get("hint")?,
            })
        })
        .collect::<Result<_>>()?;
    Ok(Json(found))
}
