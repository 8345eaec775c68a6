//! The page behind a link that works once, and how to get one.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;

use crate::error::Result;
use crate::i18n::t;
use crate::people::limiter::PER_ADDRESS;
use crate::people::links::{self, Found};
use crate::people::pages::look;
use crate::ui::button::{Button, Kind, button};
use crate::ui::field::{self, Field};
use crate::web::{Ctx, Flash, Input, Wrong, see_other, shell};

/// The form.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct Chosen {
    password: String,
}

/// Links are 256 random bits; the limit keeps those who try from busying us.
fn count(ctx: &Ctx) -> Result<()> {
    let key = format!("link {}", ctx.ip.as_deref().unwrap_or_default());
    ctx.app.attempts.count(&key, PER_ADDRESS, ctx.now)
}

/// GET /link/{secret}: shows the form and uses nothing up.
pub async fn page(ctx: Ctx, Path(secret): Path<String>) -> Result<Response> {
    count(&ctx)?;
    let found = links::find(&ctx.app.db, ctx.now, &secret).await?;
    Ok(form(&ctx, &secret, &found, &Wrong::default()).into_response())
}

/// POST /link/{secret}
pub async fn submit(
    ctx: Ctx,
    Path(secret): Path<String>,
    Input(chosen): Input<Chosen>,
) -> Result<Response> {
    count(&ctx)?;
    match links::use_up(&ctx, &secret, &chosen.password).await {
        Ok(_) => {
            let said = t!(ctx.lang(), "Your password is set. Sign in with it now.");
            Ok(see_other("/sign-in", Some(Flash::new(said))))
        }
        Err(error) => {
            let wrong = Wrong::of(ctx.lang(), error)?;
            let found = links::find(&ctx.app.db, ctx.now, &secret).await?;
            Ok((wrong.status(), form(&ctx, &secret, &found, &wrong)).into_response())
        }
    }
}

fn form(ctx: &Ctx, secret: &str, found: &Found, wrong: &Wrong) -> Markup {
    let lang = ctx.lang();
    let title = if found.invite {
        t!(lang, "Welcome, {name}", name = found.name)
    } else {
        t!(lang, "Choose a new password").to_owned()
    };
    let email = Field {
        name: "username",
        label: t!(lang, "You sign in as"),
        value: &found.email,
        ..Field::default()
    };
    let shown = html! {
        input class="input" id="f-username" type="email" value=(found.email) autocomplete="username" readonly;
    };
    let password = Field {
        name: "password",
        label: t!(lang, "New password"),
        hint: t!(lang, "At least 10 characters. A short sentence works well."),
        autocomplete: "new-password",
        error: wrong.at("password"),
        ..Field::default()
    };
    let body = html! {
        h1 tabindex="-1" { (title) }
        (wrong.summary(lang))
        form class="stack" method="post" action={ "/link/" (secret) } {
            (field::field(lang, &email, shown))
            (field::password(lang, &password))
            (button(Button { label: t!(lang, "Set password"), kind: Kind::Primary, ..Button::default() }))
        }
    };
    shell::bare(ctx, &title, body)
}

/// GET /forgot: says truthfully how to get a link.
pub async fn forgot(ctx: Ctx) -> Markup {
    let lang = ctx.lang();
    let org = ctx.app.org();
    let body = html! {
        h1 tabindex="-1" { (t!(lang, "Forgot your password?")) }
        p { (t!(lang, "An administrator of {org} can give you a link with which you choose a new one. The link works once, for 24 hours.", org = org.name)) }
        p { (t!(lang, "Ask in person, by phone or chat, so that they know it is you. MIL does not send mail.")) }
        @if !org.help_line.is_empty() { p class="muted" { (org.help_line) } }
        p { a href="/sign-in" { (t!(lang, "Back to sign-in")) } }
        (look::switches(&ctx, "/forgot"))
    };
    shell::bare(&ctx, t!(lang, "Forgot your password?"), body)
}
