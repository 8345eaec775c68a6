//! The pages of the second step: the code at sign-in, and setting it up.

use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use maud::{Markup, PreEscaped, html};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use crate::error::{Error, Result};
use crate::i18n::{Lang, t, tn};
use crate::people::pages::sign_in::{Next, set_cookie, signed_in};
use crate::people::pages::{frame, look};
use crate::people::second_step::{self as verb, TICKET_LIFE};
use crate::people::{factor, store};
use crate::ui::block::{Tone, notice, pill};
use crate::ui::button::{Button, Kind, button};
use crate::ui::field::{self, Field};
use crate::web::ctx::cookie;
use crate::web::{Ctx, Flash, Input, Me, Query, Wrong, see_other, shell};

/// Carries the ticket from the first step to the second.
const TICKET: &str = "mil_step";

/// From the password to the code.
pub fn go(ctx: &Ctx, ticket: &str, next: Option<&str>) -> Response {
    let to = match next {
        Some(next) => format!(
            "/sign-in/code?next={}",
            utf8_percent_encode(next, NON_ALPHANUMERIC)
        ),
        None => "/sign-in/code".to_owned(),
    };
    let mut response = see_other(&to, None);
    set_cookie(ctx, &mut response, TICKET, ticket, TICKET_LIFE.as_secs());
    response
}

/// GET /sign-in/code
pub async fn code_page(ctx: Ctx, Query(next): Query<Next>) -> Markup {
    code_form(&ctx, next.next.as_deref(), &Wrong::default())
}

fn code_form(ctx: &Ctx, next: Option<&str>, wrong: &Wrong) -> Markup {
    let lang = ctx.lang();
    let code = Field {
        name: "code",
        label: t!(lang, "Code"),
        hint: t!(
            lang,
            "The six digits your app shows now, or one of your recovery codes."
        ),
        autocomplete: "one-time-code",
        max_length: Some(40),
        error: wrong.at("code"),
        ..Field::default()
    };
    let body = html! {
        h1 tabindex="-1" { (t!(lang, "Second step")) }
        (wrong.summary(lang))
        form class="stack" method="post" action="/sign-in/code" {
            @if let Some(next) = next { input type="hidden" name="next" value=(next); }
            (field::text(lang, &code))
            (button(Button { label: t!(lang, "Sign in"), kind: Kind::Primary, ..Button::default() }))
        }
        p { a href="/sign-in" { (t!(lang, "Begin again")) } }
        p class="hint" { (t!(lang, "Phone and codes are lost? An administrator can switch the second step off for you.")) }
        (look::switches(ctx, "/sign-in/code"))
    };
    shell::bare(ctx, t!(lang, "Second step"), body)
}

/// The code as typed.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct CodeForm {
    code: String,
    next: Option<String>,
}

/// POST /sign-in/code
pub async fn code(ctx: Ctx, headers: HeaderMap, Input(input): Input<CodeForm>) -> Result<Response> {
    let lang = ctx.lang();
    let next = input.next.as_deref();
    let ticket = cookie(&headers, TICKET).unwrap_or_default();
    match verb::take(&ctx, ticket, &input.code).await {
        Ok((secret, left)) => {
            let mut response = signed_in(&ctx, &secret, next.unwrap_or("/"));
            set_cookie(&ctx, &mut response, TICKET, "", 0);
            if let Some(left) = left {
                let said = tn!(
                    lang,
                    left,
                    "A recovery code is used up, {n} is left",
                    "A recovery code is used up, {n} are left"
                );
                Flash::new(said).add_to(&mut response);
            }
            Ok(response)
        }
        Err(error) if ctx.api => Err(error),
        Err(Error::NotFound) => {
            let said = t!(lang, "The first step is too long ago. Begin again.");
            Ok(see_other("/sign-in", Some(Flash::new(said))))
        }
        Err(error) => {
            let wrong = Wrong::of(lang, error)?;
            Ok((wrong.status(), code_form(&ctx, next, &wrong)).into_response())
        }
    }
}

/// Whether the reader takes two steps.
pub async fn is_on(me: &Me) -> Result<bool> {
    let person = store::find(&me.app.db, &me.actor.id).await?;
    Ok(person.is_some_and(|p| p.second_factor))
}

/// The part of the security page.
pub fn section(lang: Lang, on: bool) -> Markup {
    html! {
        section class="stack" aria-labelledby="h-step" {
            h2 id="h-step" { (t!(lang, "Second step")) " "
                @if on { (pill(Tone::Ok, "check", t!(lang, "On"))) } @else { (pill(Tone::Plain, "", t!(lang, "Off"))) } }
            @if on {
                p { a class="btn" href="/me/second-step" { (t!(lang, "Change the second step")) } }
            } @else {
                p class="muted" { (t!(lang, "After the password, an app on your phone shows a code. Then a stolen password opens nothing.")) }
                form method="post" action="/me/second-step" {
                    (button(Button { label: t!(lang, "Set up the second step"), ..Button::default() }))
                }
            }
        }
    }
}

/// GET /me/second-step
pub async fn page(me: Me) -> Result<Response> {
    show(&me, &Wrong::default()).await
}

async fn show(me: &Me, wrong: &Wrong) -> Result<Response> {
    let lang = me.lang();
    let body = if is_on(me).await? {
        change_form(lang, wrong)
    } else {
        match verb::pending(me).await? {
            Some(key) => set_up_form(me, &key, wrong)?,
            None => return Ok(see_other("/me/security", None)),
        }
    };
    let page = frame::own(me, "/me/security", body).await?;
    Ok((wrong.status(), page).into_response())
}

fn current<'a>(lang: Lang, wrong: &'a Wrong) -> Field<'a> {
    Field {
        name: "current",
        label: t!(lang, "Present password"),
        autocomplete: "current-password",
        error: wrong.at("current"),
        ..Field::default()
    }
}

fn set_up_form(me: &Me, key: &str, wrong: &Wrong) -> Result<Markup> {
    let lang = me.lang();
    let address = factor::address(key, &me.app.org().name, &me.actor.email);
    let (path, size) = factor::picture(&address)?;
    let spaced: Vec<_> = key
        .as_bytes()
        .chunks(4)
        .map(String::from_utf8_lossy)
        .collect();
    let code = Field {
        name: "code",
        label: t!(lang, "Code"),
        autocomplete: "one-time-code",
        max_length: Some(10),
        error: wrong.at("code"),
        ..Field::default()
    };
    Ok(html! {
        section class="stack" aria-labelledby="h-step" {
            h2 id="h-step" { (t!(lang, "Set up the second step")) }
            (wrong.summary(lang))
            p { (t!(lang, "1. Open an authenticator app on your phone and point it at this picture, or type the key.")) }
            svg class="qr" viewBox={ "0 0 " (size) " " (size) } width="220" height="220" role="img"
                aria-label=(t!(lang, "The key as a picture for the camera of your phone")) shape-rendering="crispEdges" {
                rect width=(size) height=(size) fill="#fff" {}
                path d=(PreEscaped(path)) fill="#000" {}
            }
            p { (t!(lang, "Key")) ": " code class="secret" { (spaced.join(" ")) } }
            p { (t!(lang, "2. Type the code that the app shows, and your password.")) }
            form class="stack" method="post" action="/me/second-step/on" {
                (field::text(lang, &code)) (field::password(lang, &current(lang, wrong)))
                div class="row" {
                    (button(Button { label: t!(lang, "Switch the second step on"), kind: Kind::Primary, ..Button::default() }))
                    a class="btn btn-quiet" href="/me/security" { (t!(lang, "Not now")) }
                }
            }
        }
    })
}

fn change_form(lang: Lang, wrong: &Wrong) -> Markup {
    html! {
        section class="stack" aria-labelledby="h-step" {
            h2 id="h-step" { (t!(lang, "Change the second step")) }
            (wrong.summary(lang))
            form class="stack" method="post" action="/me/second-step/codes" {
                (field::password(lang, &current(lang, wrong)))
                div class="row" {
                    (button(Button { label: t!(lang, "Make new recovery codes"), ..Button::default() }))
                    (button(Button { label: t!(lang, "Switch the second step off"), formaction: "/me/second-step/off", ..Button::default() }))
                }
            }
            p class="hint" { (t!(lang, "New phone? Switch the second step off, then set it up again.")) }
        }
    }
}

/// POST /me/second-step: make a key that waits for its first code.
pub async fn begin(me: Me) -> Result<Response> {
    verb::begin(&me).await?;
    Ok(see_other("/me/second-step", None))
}

/// GET of an address that only forms post to, after a reload.
pub async fn back(_: Me) -> Response {
    see_other("/me/security", None)
}

/// What switches the second step on.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct OnForm {
    code: String,
    current: String,
}

/// POST /me/second-step/on
pub async fn on(me: Me, Input(form): Input<OnForm>) -> Result<Response> {
    match verb::switch_on(&me, &form.current, &form.code).await {
        Ok(codes) => codes_page(&me, &codes).await,
        Err(error) => show(&me, &Wrong::of(me.lang(), error)?).await,
    }
}

/// The password again, before something that protects the account changes.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct ConfirmForm {
    current: String,
}

/// POST /me/second-step/codes
pub async fn codes(me: Me, Input(form): Input<ConfirmForm>) -> Result<Response> {
    match verb::new_codes(&me, &form.current).await {
        Ok(codes) => codes_page(&me, &codes).await,
        Err(error) => show(&me, &Wrong::of(me.lang(), error)?).await,
    }
}

/// POST /me/second-step/off
pub async fn off(me: Me, Input(form): Input<ConfirmForm>) -> Result<Response> {
    match verb::switch_off(&me, &form.current).await {
        Ok(()) => {
            let said = t!(me.lang(), "The second step is off");
            Ok(see_other("/me/security", Some(Flash::new(said))))
        }
        Err(error) => show(&me, &Wrong::of(me.lang(), error)?).await,
    }
}

/// The recovery codes, this one time.
async fn codes_page(me: &Me, codes: &[String]) -> Result<Response> {
    let lang = me.lang();
    let body = html! {
        section class="stack" aria-labelledby="h-codes" {
            h2 id="h-codes" { (t!(lang, "Your recovery codes")) }
            (notice(Tone::Warn, "alert", t!(lang, "They are shown this one time."),
                html! { (t!(lang, "Print them, or keep them where your phone is not. Each opens the door once when the phone is gone.")) }))
            ul class="codes" { @for code in codes { li { code { (code) } } } }
            p { a class="btn btn-primary" href="/me/security" { (t!(lang, "I have kept them")) } }
        }
    };
    Ok(frame::own(me, "/me/security", body).await?.into_response())
}

/// POST /admin/people/{person}/second-step-off
pub async fn remove(me: Me, Path(id): Path<String>) -> Result<Response> {
    let mut tx = me.app.db.begin().await?;
    verb::remove(&mut tx, &me.actor, me.now, &id).await?;
    tx.commit().await?;
    let said = t!(me.lang(), "The second step is off");
    Ok(see_other(
        &format!("/admin/people/{id}"),
        Some(Flash::new(said)),
    ))
}
