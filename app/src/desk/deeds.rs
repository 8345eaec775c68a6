//! Deeds that ask something first: each has a page of its own, which works
//! without a script and can be linked to.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use mil_process::process::{Move, WaitKind};

use crate::desk::ask;
use crate::desk::change::say;
use crate::desk::conflict::{self, Wish};
use crate::desk::head::hand_label;
use crate::desk::load::{self, Desk, path};
use crate::desk::pages::{Asked, desk, page};
use crate::error::{Error, Msg, Result};
use crate::files::Sent;
use crate::i18n::t;
use crate::web::{Flash, Me, Query, see_other};
use crate::work::relate::{self, LinkKind};
use crate::work::talk::{NewComment, Visibility};
use crate::work::{edit, merge, moves, reservice, talk};

/// What has a page of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Deed {
    Hand,
    Resume,
    Back,
    Ask,
    Approval,
    Decline,
    Cancel,
    Reopen,
    Merge,
    Link,
    Service,
    Title,
    Follower,
}

impl Deed {
    /// The deed of a word in an address.
    pub fn from_key(key: &str) -> Result<Deed> {
        Ok(match key {
            "hand" => Deed::Hand,
            "resume" => Deed::Resume,
            "back" => Deed::Back,
            "ask" => Deed::Ask,
            "approval" => Deed::Approval,
            "decline" => Deed::Decline,
            "cancel" => Deed::Cancel,
            "reopen" => Deed::Reopen,
            "merge" => Deed::Merge,
            "link" => Deed::Link,
            "service" => Deed::Service,
            "title" => Deed::Title,
            "follower" => Deed::Follower,
            _ => return Err(Error::NotFound),
        })
    }
}

/// GET /work/{item}/do/{deed}
pub async fn form(
    me: Me,
    Path((id, deed)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let deed = Deed::from_key(&deed)?;
    let d = desk(&me, &id, asked.list).await?;
    let body = ask::form(&d, deed, &Sent::default(), &[]).await?;
    Ok(page(&d, "", body).await?.into_response())
}

/// POST /work/{item}/do/{deed}
pub async fn act(
    me: Me,
    Path((id, key)): Path<(String, String)>,
    Query(asked): Query<Asked>,
    sent: Sent,
) -> Result<Response> {
    let deed = Deed::from_key(&key)?;
    let item = load::item(&me, &id).await?;
    let done = if sent.wrong.is_empty() {
        carry_out(&me, &item.id, deed, &sent).await
    } else {
        Err(Error::Invalid(sent.wrong.clone()))
    };
    let errors = match done {
        Ok((number, flash)) => {
            return Ok(see_other(
                &path(number, "", asked.list.as_deref()),
                Some(flash),
            ));
        }
        Err(Error::Invalid(errors)) => say(me.lang(), &errors),
        Err(Error::Conflict(msg)) => vec![(String::new(), me.lang().text(&msg.text, &msg.args))],
        Err(Error::Stale(_)) => return stale(&me, &item.id, &key, deed, &sent, asked.list).await,
        Err(error) => return Err(error),
    };
    let d = desk(&me, &item.id, asked.list).await?;
    let body = ask::form(&d, deed, &sent, &errors).await?;
    let page = page(&d, "", body).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// Do it; the number of the request to show next, and what to say there.
async fn carry_out(me: &Me, id: &str, deed: Deed, sent: &Sent) -> Result<(i64, Flash)> {
    let lang = me.lang();
    let expect = sent.text("version").parse().ok();
    let reason = || sent.text("reason").to_owned();
    let (item, said) = match deed {
        Deed::Hand => {
            let item = moves::make(me, &me.actor, id, expect, &Move::Forward).await?;
            let catalog = me.app.catalog().await?;
            let process = moves::process_of(&catalog, &item)?;
            let said = match process.stage(&item.stage).filter(|_| item.is_open()) {
                Some(stage) => t!(
                    lang,
                    "{number} moved to {stage}",
                    number = item.number,
                    stage = stage.name
                ),
                None => t!(lang, "{number} is done.", number = item.number),
            };
            (item, said)
        }
        Deed::Resume => (
            moves::make(me, &me.actor, id, expect, &Move::Resume).await?,
            t!(lang, "The work goes on and the clock runs again.").to_owned(),
        ),
        Deed::Back => {
            let mv = Move::SendBack {
                to: sent.text("to").to_owned(),
                reason: reason(),
            };
            if sent.text("to").is_empty() {
                return Err(Error::field("to", "Choose the stage it goes back to."));
            }
            (
                moves::make(me, &me.actor, id, expect, &mv).await?,
                t!(lang, "Sent back.").to_owned(),
            )
        }
        Deed::Ask | Deed::Approval => {
            let why = if deed == Deed::Ask {
                WaitKind::Answer
            } else {
                WaitKind::Approval
            };
            if sent.text("body").trim().is_empty() {
                return Err(Error::field("body", "Write what you ask for."));
            }
            let files = sent.fields.get("file").cloned().unwrap_or_default();
            let new = NewComment {
                body: sent.text("body").to_owned(),
                visibility: Visibility::Public,
                files: files.into_iter().filter(|f| !f.is_empty()).collect(),
            };
            (
                talk::ask(me, &me.actor, id, expect, why, new).await?,
                t!(lang, "Asked. The clock waits for the answer.").to_owned(),
            )
        }
        Deed::Decline => (
            moves::make(
                me,
                &me.actor,
                id,
                expect,
                &Move::Decline { reason: reason() },
            )
            .await?,
            t!(lang, "Declined. The requester reads your reason.").to_owned(),
        ),
        Deed::Cancel => {
            let reason = Some(reason()).filter(|r| !r.trim().is_empty());
            (
                moves::make(me, &me.actor, id, expect, &Move::Cancel { reason }).await?,
                t!(lang, "Cancelled.").to_owned(),
            )
        }
        Deed::Reopen => (
            moves::make(
                me,
                &me.actor,
                id,
                expect,
                &Move::Reopen { reason: reason() },
            )
            .await?,
            t!(lang, "Opened again. The clock goes on where it stopped.").to_owned(),
        ),
        Deed::Merge => {
            if sent.text("into").trim().is_empty() {
                return Err(Error::field(
                    "into",
                    "Write the number of the request that stays.",
                ));
            }
            let (kept, undo) = merge::merge(me, &me.actor, id, expect, sent.text("into")).await?;
            let text = t!(lang, "Merged into {number}.", number = kept.number);
            return Ok((
                kept.number,
                Flash {
                    text,
                    undo: Some(undo),
                },
            ));
        }
        Deed::Link => {
            let kind = LinkKind::from_key(sent.text("kind"))
                .ok_or_else(|| Error::field("kind", "Choose how they belong together."))?;
            let (item, other) = relate::link(me, &me.actor, id, kind, sent.text("to")).await?;
            (item, t!(lang, "Linked to {number}.", number = other.number))
        }
        Deed::Service => (
            reservice::change(me, &me.actor, id, expect, sent.text("service")).await?,
            t!(lang, "Service changed. The promise was computed anew.").to_owned(),
        ),
        Deed::Title => (
            edit::rename(me, &me.actor, id, expect, sent.text("title")).await?,
            t!(lang, "Renamed.").to_owned(),
        ),
        Deed::Follower => {
            let person = person(me, sent).await?;
            talk::watch(me, &me.actor, id, &person, true).await?;
            (
                load::item(me, id).await?,
                t!(lang, "Follower added.").to_owned(),
            )
        }
    };
    Ok((item.number, Flash::new(said)))
}

/// The chosen person, or without a script the one whose name or address was typed.
async fn person(me: &Me, sent: &Sent) -> Result<String> {
    let id = sent.text("person");
    if !id.is_empty() {
        return Ok(id.to_owned());
    }
    let typed = sent.text("person-text").trim().to_lowercase();
    let found: Vec<String> = mil_db::sql(
        "SELECT id FROM person WHERE disabled_at IS NULL AND (LOWER(name) = $1 OR email = $1) LIMIT 2",
    )
    .bind(&typed)
    .column("id", &me.app.db)
    .await?;
    match found.as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(Error::field(
            "person",
            "Nobody has this name. Write it in full, or the email address.",
        )),
        _ => Err(Error::field(
            "person",
            Msg::new("Several people have this name. Write the email address."),
        )),
    }
}

/// The page changed under the deed: say what happened, and keep what was typed.
async fn stale(
    me: &Me,
    id: &str,
    key: &str,
    deed: Deed,
    sent: &Sent,
    list: Option<String>,
) -> Result<Response> {
    let lang = me.lang();
    let d: Desk = desk(me, id, list).await?;
    let stage = d
        .process
        .stage(&d.item.stage)
        .map_or("", |s| s.name.as_str());
    let mut mine = ask::title(&d, deed);
    if deed == Deed::Hand {
        // What it would do now, which may be another stage than before.
        mine = Some(hand_label(&d))
            .filter(|l| !l.is_empty())
            .unwrap_or(mine);
    }
    for key in ["reason", "body", "title", "into"] {
        let text = sent.text(key);
        if !text.is_empty() {
            mine = format!("{mine}: {text}");
        }
    }
    let wish = Wish {
        what: t!(lang, "Stage"),
        mine,
        now: stage.to_owned(),
        action: d.path(&format!("/do/{key}")),
        values: sent
            .fields
            .iter()
            .filter(|(key, _)| !matches!(key.as_str(), "version" | "seen"))
            .flat_map(|(key, values)| values.iter().map(|v| (key.clone(), v.clone())))
            .collect(),
    };
    conflict::ask(&d, sent.text("seen"), &wish).await
}
