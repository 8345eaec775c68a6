//! The first run: an organisation and its administrator.

use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use crate::error::{Error, Result};
use crate::i18n::{Lang, t};
use crate::people::pages::{look, sign_in};
use crate::people::store;
use crate::people::verbs::{self, Founding};
use crate::ui::button::{Button, Kind, button};
use crate::ui::choice::{Opt, check, combobox};
use crate::ui::field::{self, Field};
use crate::web::{Ctx, Input, Wrong, see_other, shell};

/// The first-run page.
pub async fn page(ctx: Ctx) -> Result<Response> {
    if store::anybody(&ctx.app.db).await? {
        return Ok(see_other("/sign-in", None));
    }
    let fresh = Founding {
        zone: ctx.app.org().zone.clone(),
        starter: Some("yes".to_owned()),
        ..Founding::default()
    };
    Ok(form(&ctx, &fresh, &Wrong::default()).into_response())
}

/// Every time zone, `chosen` marked; zones as jiff knows them.
pub fn zones(lang: Lang, f: &Field<'_>, chosen: &str, empty: Option<&str>) -> Markup {
    let names: Vec<String> = jiff::tz::db()
        .available()
        .map(|name| name.to_string())
        .filter(|name| name.contains('/') && !name.starts_with("Etc/") || name == "UTC")
        .collect();
    let options: Vec<Opt<'_>> = names
        .iter()
        .map(|name| Opt {
            value: name,
            label: name,
            chosen: name == chosen,
            ..Opt::default()
        })
        .collect();
    combobox(lang, f, &options, empty)
}

fn form(ctx: &Ctx, input: &Founding, wrong: &Wrong) -> Markup {
    let lang = ctx.lang();
    let part = |name, label, value, autocomplete| Field {
        autocomplete,
        ..wrong.field(name, label, value)
    };
    let password = Field {
        hint: t!(lang, "At least 10 characters. A short sentence works well."),
        ..part("password", t!(lang, "Password"), "", "new-password")
    };
    let starter = Field {
        name: "starter",
        label: t!(lang, "Start with a small catalog"),
        hint: t!(
            lang,
            "A few usual services, office hours and a process. Everything can be changed later."
        ),
        ..Field::default()
    };
    let body = html! {
        h1 tabindex="-1" { (t!(lang, "Welcome to MIL")) }
        p class="muted" { (t!(lang, "Nobody works here yet. Create the first account; it runs this installation.")) }
        (wrong.summary(lang))
        form class="stack" method="post" action="/welcome" {
            (field::text(lang, &part("organisation", t!(lang, "Name of your organisation or department"), &input.organisation, "organization")))
            (zones(lang, &part("zone", t!(lang, "Time zone"), &input.zone, ""), &input.zone, None))
            (field::text(lang, &part("name", t!(lang, "Your name"), &input.name, "name")))
            (field::email(lang, &part("email", t!(lang, "Email"), &input.email, "username")))
            (field::password(lang, &password))
            (check(&starter, input.starter.is_some()))
            (button(Button { label: t!(lang, "Create the administrator"), kind: Kind::Primary, ..Button::default() }))
        }
        (look::switches(ctx, "/welcome"))
    };
    shell::bare(ctx, t!(lang, "Welcome to MIL"), body)
}

/// Create the first administrator and sign them in.
pub async fn submit(ctx: Ctx, Input(input): Input<Founding>) -> Result<Response> {
    match verbs::found(&ctx, &input).await {
        Ok(secret) => Ok(sign_in::signed_in(&ctx, &secret, "/")),
        Err(Error::Invalid(fields)) if !ctx.api => {
            let wrong = Wrong::new(ctx.lang(), &fields);
            Ok((wrong.status(), form(&ctx, &input, &wrong)).into_response())
        }
        Err(error) => Err(error),
    }
}
