//! Signing in and out.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use crate::demo;
use crate::error::{Error, Result};
use crate::i18n::{Lang, t};
use crate::people::pages::{look, second_step};
use crate::people::sign_in::Entry;
use crate::people::{sessions, sign_in as verb, store};
use crate::ui::block::avatar;
use crate::ui::button::{Button, Kind, button};
use crate::ui::field::{self, Field};
use crate::web::ctx::SESSION_COOKIE;
use crate::web::{Ctx, Input, Me, Query, Wrong, see_other, shell};

/// Where to go on.
#[derive(Deserialize, Default)]
pub struct Next {
    /// A path of ours; anything else leads to the start page.
    pub next: Option<String>,
}

/// The sign-in form.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct SignIn {
    email: String,
    password: String,
    next: Option<String>,
}

/// The sign-in page; the first-run page while there is nobody.
pub async fn page(ctx: Ctx, Query(next): Query<Next>) -> Result<Response> {
    if ctx.actor.is_some() {
        return Ok(see_other(next.next.as_deref().unwrap_or("/"), None));
    }
    if !store::anybody(&ctx.app.db).await? {
        return Ok(see_other("/welcome", None));
    }
    Ok(form(&ctx, next.next.as_deref(), "", &Wrong::default()).into_response())
}

fn form(ctx: &Ctx, next: Option<&str>, email: &str, wrong: &Wrong) -> Markup {
    let lang = ctx.lang();
    let here = next.map_or_else(
        || "/sign-in".to_owned(),
        |next| {
            format!(
                "/sign-in?next={}",
                utf8_percent_encode(next, NON_ALPHANUMERIC)
            )
        },
    );
    let email = field::email(
        lang,
        &Field {
            name: "email",
            label: t!(lang, "Email"),
            value: email,
            autocomplete: "username",
            error: wrong.at("email"),
            ..Field::default()
        },
    );
    let password = field::password(
        lang,
        &Field {
            name: "password",
            label: t!(lang, "Password"),
            autocomplete: "current-password",
            error: wrong.at("password"),
            ..Field::default()
        },
    );
    let body = html! {
        h1 tabindex="-1" { (t!(lang, "Sign in")) }
        (wrong.summary(lang))
        form class="stack" method="post" action="/sign-in" {
            @if let Some(next) = next { input type="hidden" name="next" value=(next); }
            (email) (password)
            (button(Button { label: t!(lang, "Sign in"), kind: Kind::Primary, ..Button::default() }))
        }
        p { a href="/forgot" { (t!(lang, "Forgot your password?")) } }
        @if ctx.app.config.demo { (demo_accounts(lang, next)) }
        (look::switches(ctx, &here))
    };
    shell::bare(ctx, t!(lang, "Sign in"), body)
}

/// The demo says who one can be. Each button is the form above, filled in.
fn demo_accounts(lang: Lang, next: Option<&str>) -> Markup {
    html! {
        section class="stack" aria-labelledby="h-demo" {
            h2 id="h-demo" { (t!(lang, "Look around as")) }
            ul class="stack bare-list" style="--gap:.5rem" {
                @for account in demo::accounts() {
                    li { form method="post" action="/sign-in" {
                        @if let Some(next) = next { input type="hidden" name="next" value=(next); }
                        input type="hidden" name="email" value=(account.email);
                        input type="hidden" name="password" value=(demo::PASSWORD);
                        button class="btn btn-block demo-account" {
                            (avatar(account.name, true))
                            span { span class="strong" { (account.name) } span class="hint" { (account.title) } }
                        }
                    } }
                }
            }
        }
    }
}

/// Check address and password.
pub async fn submit(ctx: Ctx, Input(input): Input<SignIn>) -> Result<Response> {
    let next = input.next.as_deref();
    match verb::sign_in(&ctx, &input.email, &input.password).await {
        Ok(Entry::In(secret)) => Ok(signed_in(&ctx, &secret, next.unwrap_or("/"))),
        Ok(Entry::SecondStep(ticket)) => Ok(second_step::go(&ctx, &ticket, next)),
        Err(Error::Invalid(fields)) if !ctx.api => {
            let wrong = Wrong::new(ctx.lang(), &fields);
            let page = form(&ctx, next, &input.email, &wrong);
            Ok((wrong.status(), page).into_response())
        }
        Err(error) => Err(error),
    }
}

/// Hand out the cookie and go on.
pub fn signed_in(ctx: &Ctx, secret: &str, next: &str) -> Response {
    let mut response = see_other(next, None);
    set_cookie(
        ctx,
        &mut response,
        SESSION_COOKIE,
        secret,
        sessions::LIFE.as_secs(),
    );
    response
}

/// Set a cookie that only the server reads.
pub fn set_cookie(ctx: &Ctx, response: &mut Response, name: &str, value: &str, seconds: i64) {
    let secure = if ctx.app.config.is_https() {
        "; Secure"
    } else {
        ""
    };
    let line = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    if let Ok(line) = HeaderValue::from_str(&line) {
        response.headers_mut().append(header::SET_COOKIE, line);
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
    set_cookie(&me, &mut response, SESSION_COOKIE, "", 0);
    Ok(response)
}
