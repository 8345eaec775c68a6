//! The page behind a link in a message. Opening it does nothing; sending the form
//! does the one thing, once.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;

use crate::approvals;
use crate::error::{Error, Result};
use crate::i18n::{Lang, t};
use crate::mail::deeds::{self, Deed, Found};
use crate::people::limiter::PER_ADDRESS;
use crate::ui::button::{Button, Kind, button};
use crate::ui::choice::{Opt, choices};
use crate::ui::field;
use crate::web::markdown::markdown;
use crate::web::{Ctx, Input, Wrong, shell};
use crate::work::talk::{self, NewComment, Visibility};
use crate::work::{Item, edit, store};

/// The form; each deed uses its part.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct Typed {
    /// `yes` or `no`.
    agree: String,
    comment: String,
    score: String,
}

/// Links are 256 random bits; the limit keeps those who try from busying us.
fn count(ctx: &Ctx) -> Result<()> {
    let key = format!("link {}", ctx.ip.as_deref().unwrap_or_default());
    ctx.app.attempts.count(&key, PER_ADDRESS, ctx.now)
}

/// GET /m/{secret}: shows what can be done and does nothing.
pub async fn page(ctx: Ctx, Path(secret): Path<String>) -> Result<Response> {
    count(&ctx)?;
    match deeds::find(&ctx.app, ctx.now, &secret).await {
        Ok(found) => form(&ctx, &secret, &found, &Typed::default(), &Wrong::default()).await,
        Err(Error::NotFound) => Ok((axum::http::StatusCode::NOT_FOUND, gone(&ctx)).into_response()),
        Err(error) => Err(error),
    }
}

/// POST /m/{secret}
pub async fn act(
    ctx: Ctx,
    Path(secret): Path<String>,
    Input(typed): Input<Typed>,
) -> Result<Response> {
    count(&ctx)?;
    let lang = ctx.lang();
    let mut found = match deeds::find(&ctx.app, ctx.now, &secret).await {
        Ok(found) => found,
        Err(Error::NotFound) => {
            return Ok((axum::http::StatusCode::NOT_FOUND, gone(&ctx)).into_response());
        }
        Err(error) => return Err(error),
    };
    found.actor.ip.clone_from(&ctx.ip);
    found.actor.agent.clone_from(&ctx.agent);
    deeds::use_up(&ctx.app, ctx.now, &secret).await?;
    match carry_out(&ctx, &found, &typed).await {
        Ok(()) => {
            let body = html! {
                h1 tabindex="-1" { (t!(lang, "Thank you")) }
                p { (done(lang, found.deed)) }
                p { a href="/" { (t!(lang, "Go to the portal")) } }
            };
            Ok(shell::bare(&ctx, t!(lang, "Thank you"), body).into_response())
        }
        Err(error) => {
            deeds::give_back(&ctx.app, &secret).await?;
            match error {
                Error::Invalid(_) => {
                    let wrong = Wrong::of(lang, error)?;
                    form(&ctx, &secret, &found, &typed, &wrong).await
                }
                other => Err(other),
            }
        }
    }
}

fn yes_or_no(typed: &Typed) -> Result<bool> {
    match typed.agree.as_str() {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err(Error::field("agree", "Choose whether you agree.")),
    }
}

async fn carry_out(ctx: &Ctx, found: &Found, typed: &Typed) -> Result<()> {
    let (actor, item) = (&found.actor, found.item.as_str());
    match found.deed {
        Deed::Approve => {
            approvals::vote(ctx, actor, item, yes_or_no(typed)?, &typed.comment).await?;
        }
        Deed::Decide => {
            let agree = yes_or_no(typed)?;
            if !agree && typed.comment.trim().is_empty() {
                return Err(Error::field(
                    "comment",
                    "Say what should be different, so that the next version fits.",
                ));
            }
            let comment = Some(typed.comment.clone());
            talk::decide(ctx, actor, item, None, agree, comment, None).await?;
        }
        Deed::Answer => {
            let new = NewComment {
                body: typed.comment.clone(),
                visibility: Visibility::Public,
                files: Vec::new(),
            };
            talk::comment(ctx, actor, item, new)
                .await
                .map_err(|error| match error {
                    Error::Invalid(_) => Error::field("comment", "Write something first."),
                    other => other,
                })?;
        }
        Deed::Rate => {
            let score = typed.score.parse().unwrap_or(0);
            edit::rate(ctx, actor, item, score, Some(typed.comment.clone())).await?;
        }
    }
    Ok(())
}

fn done(lang: Lang, deed: Deed) -> &'static str {
    match deed {
        Deed::Approve | Deed::Decide => t!(lang, "Your word is noted, and the team knows."),
        Deed::Answer => t!(lang, "Your answer is in the conversation."),
        Deed::Rate => t!(lang, "Your rating helps the team."),
    }
}

fn gone(ctx: &Ctx) -> Markup {
    let lang = ctx.lang();
    let title = t!(lang, "This link works no more");
    let body = html! {
        h1 tabindex="-1" { (title) }
        p { (t!(lang, "It was used, it is older than two weeks, or a newer message replaced it. Sign in to see how things stand.")) }
        p { a class="btn btn-primary" href="/" { (t!(lang, "Go to the portal")) } }
    };
    shell::bare(ctx, title, body)
}

async fn form(
    ctx: &Ctx,
    secret: &str,
    found: &Found,
    typed: &Typed,
    wrong: &Wrong,
) -> Result<Response> {
    let lang = ctx.lang();
    let item = store::find(&ctx.app.db, &found.actor, &found.item).await?;
    let title = question(lang, found.deed);
    let comment = wrong.field("comment", label(lang, found.deed), &typed.comment);
    let comment = field::Field {
        optional: found.deed != Deed::Answer,
        hint: match found.deed {
            Deed::Approve | Deed::Decide => t!(lang, "Needed to refuse: what should be different."),
            _ => "",
        },
        ..comment
    };
    let body = html! {
        h1 tabindex="-1" { (title) }
        p class="muted" { (t!(lang, "Request {number}", number = item.number)) ": " strong { (item.title) } }
        p class="small muted" { (t!(lang, "You act as {name}.", name = found.actor.name)) }
        (asked(&item))
        (wrong.summary(lang))
        form class="stack" method="post" action={ "/m/" (secret) } {
            @match found.deed {
                Deed::Approve | Deed::Decide => {
                    (choices(lang, &wrong.field("agree", t!(lang, "Do you agree?"), ""), &[
                        Opt { value: "yes", label: t!(lang, "Yes, I agree"), chosen: typed.agree == "yes", ..Opt::default() },
                        Opt { value: "no", label: t!(lang, "No"), chosen: typed.agree == "no", ..Opt::default() },
                    ], false))
                }
                Deed::Rate => {
                    @let scores = [("5", t!(lang, "Very good")), ("4", t!(lang, "Good")), ("3", t!(lang, "All right")), ("2", t!(lang, "Not good")), ("1", t!(lang, "Bad"))];
                    (choices(lang, &wrong.field("score", t!(lang, "How was it?"), ""),
                        &scores.map(|(value, label)| Opt { value, label, chosen: typed.score == value, ..Opt::default() }), false))
                }
                Deed::Answer => {}
            }
            (field::textarea(lang, &comment, 5))
            (button(Button { label: verb(lang, found.deed), kind: Kind::Primary, ..Button::default() }))
        }
    };
    Ok((wrong.status(), shell::bare(ctx, title, body)).into_response())
}

/// The question that waits for an answer.
fn asked(item: &Item) -> Markup {
    html! {
        @if let Some(waiting) = item.waiting.as_ref().filter(|w| !w.text.is_empty()) {
            div class="prose card" { (markdown(&waiting.text)) }
        }
    }
}

fn question(lang: Lang, deed: Deed) -> &'static str {
    match deed {
        Deed::Approve => t!(lang, "Your yes or no is wanted"),
        Deed::Decide => t!(lang, "Is it good like this?"),
        Deed::Answer => t!(lang, "Write an answer"),
        Deed::Rate => t!(lang, "How was it?"),
    }
}

fn label(lang: Lang, deed: Deed) -> &'static str {
    match deed {
        Deed::Answer => t!(lang, "Your answer"),
        _ => t!(lang, "Comment"),
    }
}

fn verb(lang: Lang, deed: Deed) -> &'static str {
    match deed {
        Deed::Approve | Deed::Decide => t!(lang, "Send decision"),
        Deed::Answer => t!(lang, "Send answer"),
        Deed::Rate => t!(lang, "Send rating"),
    }
}
