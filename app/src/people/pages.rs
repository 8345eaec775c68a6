//! Signing in and out, and the first run.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;

use crate::error::{Error, Result};
use crate::i18n::t;
use crate::people::{sessions, store, verbs};
use crate::web::ctx::SESSION_COOKIE;
use crate::web::{Ctx, Input, Me, Query, see_other, shell};

#[derive(Deserialize, Default)]
pub struct Next {
    next: Option<String>,
}

#[derive(Deserialize)]
pub struct SignIn {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: Option<String>,
}

/// The sign-in page; the first-run page while there is nobody.
pub async fn sign_in_page(ctx: Ctx, Query(next): Query<Next>) -> Result<Response> {
    if ctx.actor.is_some() {
        return Ok(see_other(next.next.as_deref().unwrap_or("/"), None));
    }
    if !store::anybody(&ctx.app.db).await? {
        return Ok(see_other("/welcome", None));
    }
    Ok(form(&ctx, next.next.as_deref(), "", None).into_response())
}

fn form(ctx: &Ctx, next: Option<&str>, email: &str, error: Option<&str>) -> Markup {
    let lang = ctx.lang();
    shell::bare(
        ctx,
        t!(lang, "Sign in"),
        html! {
            h1 tabindex="-1" { (t!(lang, "Sign in")) }
            @if let Some(error) = error {
                p.notice.notice-bad role="alert" { (error) }
            }
            form method="post" action="/sign-in" {
                @if let Some(next) = next { input type="hidden" name="next" value=(next); }
                div.field { label.label for="email" { (t!(lang, "Email")) }
                    input.input #email name="email" type="email" autocomplete="username" required value=(email); }
                div.field { label.label for="password" { (t!(lang, "Password")) }
                    input.input #password name="password" type="password" autocomplete="current-password" required; }
                button.btn.btn-primary { (t!(lang, "Sign in")) }
            }
        },
    )
}

/// Check address and password.
pub async fn sign_in(ctx: Ctx, Input(input): Input<SignIn>) -> Result<Response> {
    match verbs::sign_in(&ctx, &input.email, &input.password).await {
        Ok(secret) => Ok(signed_in(
            &ctx,
            &secret,
            input.next.as_deref().unwrap_or("/"),
        )),
        Err(Error::Invalid(fields)) if !ctx.api => {
            let text = fields
                .first()
                .map(|f| ctx.lang().text(&f.msg.text, &f.msg.args))
                .unwrap_or_default();
            let page = form(&ctx, input.next.as_deref(), &input.email, Some(&text));
            Ok((axum::http::StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(error) => Err(error),
    }
}

/// Hand out the cookie and go on.
pub fn signed_in(ctx: &Ctx, secret: &str, next: &str) -> Response {
    let mut response = see_other(next, None);
    set_session(ctx, &mut response, secret, sessions::LIFE.as_secs());
    response
}

fn set_session(ctx: &Ctx, response: &mut Response, secret: &str, seconds: i64) {
    let secure = if ctx.app.config.is_https() {
        "; Secure"
    } else {
        ""
    };
    let value = format!(
        "{SESSION_COOKIE}={secret}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"
    );
    if let Ok(value) = HeaderValue::from_str(&value) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

/// End this session.
pub async fn sign_out(me: Me) -> Result<Response> {
    if let Some(session) = &me.actor.session_id {
        let mut tx = me.app.db.begin().await?;
        sessions::close(&mut tx, &me.actor, me.now, &me.actor.id, session).await?;
        tx.commit().await?;
    }
    let mut response = see_other("/sign-in", None);
    set_session(&me, &mut response, "", 0);
    Ok(response)
}

/// The first-run page.
pub async fn welcome_page(ctx: Ctx) -> Result<Response> {
    if store::anybody(&ctx.app.db).await? {
        return Ok(see_other("/sign-in", None));
    }
    let lang = ctx.lang();
    Ok(shell::bare(&ctx, t!(lang, "Welcome to MIL"), html! {
        h1 tabindex="-1" { (t!(lang, "Welcome to MIL")) }
        form method="post" action="/welcome" {
            div.field { label.label for="name" { (t!(lang, "Your name")) } input.input #name name="name" required; }
            div.field { label.label for="email" { (t!(lang, "Email")) } input.input #email name="email" type="email" required; }
            div.field { label.label for="password" { (t!(lang, "Password")) }
                input.input #password name="password" type="password" autocomplete="new-password" required; }
            button.btn.btn-primary { (t!(lang, "Create the administrator")) }
        }
    })
    .into_response())
}

#[derive(Deserialize)]
pub struct Welcome {
    #[serde(default)]
    name: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
}

/// Create the first administrator and sign them in.
pub async fn welcome(ctx: Ctx, Input(input): Input<Welcome>) -> Result<Response> {
    let secret = verbs::found(&ctx, &input.name, &input.email, &input.password).await?;
    Ok(signed_in(&ctx, &secret, "/"))
}
