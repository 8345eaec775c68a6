//! API tokens of a person.

use std::collections::BTreeSet;

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;

use crate::actor::Scope;
use crate::error::{Error, Result};
use crate::i18n::{Lang, t};
use crate::people::pages::frame::{self, when_text};
use crate::people::tokens::{self, NewToken, Token};
use crate::ui::block::{Tone, empty, pill};
use crate::ui::button::{Button, Kind, button};
use crate::ui::choice::{Opt, checks, select};
use crate::ui::field::{self, Field};
use crate::web::{Flash, Input, Me, Wrong, see_other};

/// The form that makes a token.
#[derive(Deserialize, Default, Clone)]
#[serde(default, deny_unknown_fields)]
pub struct TokenForm {
    name: String,
    scopes: BTreeSet<Scope>,
    expires_days: Option<i64>,
}

/// GET /me/tokens
pub async fn page(me: Me) -> Result<Response> {
    let form = TokenForm {
        scopes: [Scope::Read].into(),
        expires_days: Some(90),
        ..TokenForm::default()
    };
    let body = show(&me, &form, &Wrong::default(), None).await?;
    Ok(body.into_response())
}

/// POST /me/tokens: the answer is the only page that ever shows the secret.
pub async fn create(me: Me, Input(form): Input<TokenForm>) -> Result<Response> {
    let new = NewToken {
        name: form.name.clone(),
        scopes: form.scopes.clone(),
        expires_days: form.expires_days,
    };
    match tokens::make_own(&me, new).await {
        Ok((_, secret)) => {
            let fresh = TokenForm::default();
            let body = show(&me, &fresh, &Wrong::default(), Some(&secret)).await?;
            Ok(body.into_response())
        }
        Err(error) => {
            let wrong = Wrong::of(me.lang(), error)?;
            let body = show(&me, &form, &wrong, None).await?;
            Ok((wrong.status(), body).into_response())
        }
    }
}

/// POST /me/tokens/{token}/revoke
pub async fn revoke(me: Me, Path(token): Path<String>) -> Result<Response> {
    let mut tx = me.app.db.begin().await?;
    if !tokens::revoke(&mut tx, &me.actor, me.now, &me.actor.id, &token).await? {
        return Err(Error::NotFound);
    }
    tx.commit().await?;
    let said = Flash::new(t!(me.lang(), "The token is revoked"));
    Ok(see_other("/me/tokens", Some(said)))
}

fn scope_name(lang: Lang, scope: Scope) -> &'static str {
    match scope {
        Scope::Read => t!(lang, "Read"),
        Scope::Write => t!(lang, "Write"),
        Scope::Admin => t!(lang, "Administer"),
    }
}

async fn show(me: &Me, form: &TokenForm, wrong: &Wrong, secret: Option<&str>) -> Result<Markup> {
    let lang = me.lang();
    let list = tokens::list(&me.app.db, me.now, &me.actor.id).await?;
    let hints = [
        ("read", Scope::Read, t!(lang, "look at all you may see")),
        ("write", Scope::Write, t!(lang, "order, answer, move")),
        (
            "admin",
            Scope::Admin,
            t!(lang, "change the catalog and the settings"),
        ),
    ];
    let scopes: Vec<Opt<'_>> = hints
        .iter()
        .filter(|(_, scope, _)| tokens::usable_scopes(me.actor.role).contains(scope))
        .map(|(value, scope, hint)| Opt {
            value,
            label: scope_name(lang, *scope),
            hint,
            chosen: form.scopes.contains(scope),
        })
        .collect();
    let days = [
        ("30", t!(lang, "in 30 days")),
        ("90", t!(lang, "in 90 days")),
        ("365", t!(lang, "in a year")),
    ]
    .map(|(value, label)| Opt {
        value,
        label,
        chosen: form.expires_days.map(|d| d.to_string()).as_deref() == Some(value),
        ..Opt::default()
    });
    let part = |name, label, hint, value| Field {
        hint,
        ..wrong.field(name, label, value)
    };
    let what = t!(lang, "Such as the program that will use it.");
    let body = html! {
        @if let Some(secret) = secret {
            section class="turn" aria-labelledby="h-secret" {
                h2 id="h-secret" tabindex="-1" { (t!(lang, "Copy your new token now")) }
                p class="mt-3" { (t!(lang, "It is shown this one time. Only a fingerprint of it is kept.")) }
                p class="mt-3" { code class="secret" { (secret) } }
            }
        }
        (wrong.summary(lang))
        p class="muted" { (t!(lang, "A token lets a program work in your name. It can never do more than you.")) " "
            a href="/api" { (t!(lang, "API reference")) } }
        @if list.is_empty() {
            (empty("lock", t!(lang, "No tokens"), t!(lang, "Programs that use the API in your name are listed here."), html! {}))
        } @else {
            ul class="stack bare-list" { @for token in &list { li { (row(me, token)) } } }
        }
        section class="stack" aria-labelledby="h-new" {
            h2 id="h-new" { (t!(lang, "New token")) }
            form class="stack" method="post" action="/me/tokens" {
                (field::text(lang, &part("name", t!(lang, "What it is for"), what, &form.name)))
                (checks(lang, &part("scopes", t!(lang, "What it may do"), "", ""), &scopes, true))
                (select(lang, &part("expires_days", t!(lang, "Ends"), "", ""), &days, Some(t!(lang, "when it is revoked"))))
                div { (button(Button { label: t!(lang, "Create token"), kind: Kind::Primary, ..Button::default() })) }
            }
        }
    };
    frame::own(me, "/me/tokens", body).await
}

fn row(me: &Me, token: &Token) -> Markup {
    let lang = me.lang();
    let scopes: Vec<&str> = token.scopes.iter().map(|s| scope_name(lang, *s)).collect();
    html! {
        div class="card row" {
            div class="grow" {
                strong class="strong" { (token.name) } " "
                @if token.expired { (pill(Tone::Warn, "", t!(lang, "Expired"))) }
                p class="hint" {
                    (scopes.join(", ")) " · "
                    @if let Some(at) = &token.used_at { (t!(lang, "last used")) " " (when_text(me, at)) } @else { (t!(lang, "never used")) }
                    @if let Some(at) = &token.expires_at { " · " (t!(lang, "until")) " " (when_text(me, at)) }
                }
            }
            form method="post" action={ "/me/tokens/" (token.id) "/revoke" } {
                button class="btn btn-s" aria-label=(t!(lang, "Revoke {name}", name = token.name)) { (t!(lang, "Revoke")) }
            }
        }
    }
}
