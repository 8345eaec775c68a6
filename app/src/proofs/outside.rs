//! People outside: the link that is made for one of them, and the same round
//! behind it, without an account.

use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use maud::html;

use crate::error::Result;
use crate::i18n::t;
use crate::incidents::page::{Sheet, one};
use crate::proofs::page::Asked;
use crate::proofs::store::{self, Who};
use crate::proofs::{compare, invite, page, posts};
use crate::ui::shell::bar_back;
use crate::web::input::Posted;
use crate::web::{Ctx, Me, Query, shell};

/// POST /proofs/{proof}/outsiders: the link, which is shown once.
pub async fn make(me: Me, Path(id): Path<String>, posted: Posted) -> Result<Response> {
    let lang = me.lang();
    let base = format!("/proofs/{id}");
    let days = one(&posted, "days").parse().unwrap_or(0);
    let name = one(&posted, "name").to_owned();
    let secret = match invite::outsider(&me, &me.actor, &id, &name, days).await {
        Ok(secret) => secret,
        Err(error) => {
            return page::wrong(&me, Who::Person(&me.actor), &id, &base, posted, error).await;
        }
    };
    let link = format!("{}/p/{secret}", me.app.config.public_url);
    let title = t!(lang, "The link is made");
    let body = html! {
        (bar_back(t!(lang, "Proof rounds"), &base, "", html! {}))
        div class="panel-body stack measure" {
            h1 tabindex="-1" { (title) }
            p { (t!(lang, "Send it to {name}. It is shown only now; whoever has it can comment and decide.", name = name)) }
            p { code id="proof-link" class="break" { (link) } }
            p { a class="btn" href=(base) { (t!(lang, "Back to the round")) } }
        }
    };
    Ok(shell::workspace(&me, "/proofs", title, body)
        .await?
        .into_response())
}

fn base(secret: &str) -> String {
    format!("/p/{secret}")
}

/// GET /p/{proof_link}
pub async fn show(
    ctx: Ctx,
    Path(secret): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let (id, place) = store::by_link(&ctx, &secret).await?;
    let who = Who::Guest(&place);
    page::render(&ctx, who, &id, &base(&secret), &asked, &Sheet::default()).await
}

/// GET /p/{proof_link}/compare
pub async fn compare(
    ctx: Ctx,
    Path(secret): Path<String>,
    Query(asked): Query<compare::Asked>,
) -> Result<Response> {
    let (id, place) = store::by_link(&ctx, &secret).await?;
    compare::render(&ctx, Who::Guest(&place), &id, &base(&secret), &asked).await
}

/// POST /p/{proof_link}/comments
pub async fn comment(ctx: Ctx, Path(secret): Path<String>, posted: Posted) -> Result<Response> {
    let (id, place) = store::by_link(&ctx, &secret).await?;
    posts::comment(&ctx, Who::Guest(&place), &id, &base(&secret), posted).await
}

/// POST /p/{proof_link}/comments/{proof_comment}/replies
pub async fn reply(
    ctx: Ctx,
    Path((secret, thread)): Path<(String, String)>,
    posted: Posted,
) -> Result<Response> {
    let (id, place) = store::by_link(&ctx, &secret).await?;
    posts::reply(
        &ctx,
        Who::Guest(&place),
        (&id, &thread),
        &base(&secret),
        posted,
    )
    .await
}

/// POST /p/{proof_link}/comments/{proof_comment}/resolution
pub async fn resolve(
    ctx: Ctx,
    Path((secret, thread)): Path<(String, String)>,
    posted: Posted,
) -> Result<Response> {
    let (id, place) = store::by_link(&ctx, &secret).await?;
    posts::resolve(
        &ctx,
        Who::Guest(&place),
        (&id, &thread),
        &base(&secret),
        posted,
    )
    .await
}

/// POST /p/{proof_link}/decision
pub async fn decide(ctx: Ctx, Path(secret): Path<String>, posted: Posted) -> Result<Response> {
    let (id, place) = store::by_link(&ctx, &secret).await?;
    posts::decide(&ctx, Who::Guest(&place), &id, &base(&secret), posted).await
}

/// GET /p/{proof_link}/pages/{proof_page}
pub async fn picture(
    ctx: Ctx,
    Path((secret, page)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response> {
    let (id, place) = store::by_link(&ctx, &secret).await?;
    posts::picture(&ctx, Who::Guest(&place), (&id, &page), &headers).await
}

/// GET /p/{proof_link}/files/{proof_file}
pub async fn open(
    ctx: Ctx,
    Path((secret, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response> {
    let (id, place) = store::by_link(&ctx, &secret).await?;
    posts::open(&ctx, Who::Guest(&place), (&id, &file), &headers).await
}
