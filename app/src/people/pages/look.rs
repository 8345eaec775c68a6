//! Language and theme, for readers who are not signed in as well.

use axum::http::{HeaderValue, header};
use axum::response::Response;
use maud::{Markup, html};
use mil_db::sql;
use serde::Deserialize;

use crate::error::Result;
use crate::i18n::{Lang, t};
use crate::web::{Ctx, Input, see_other};

/// What was pressed; anything unknown changes nothing.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct Look {
    lang: Option<String>,
    theme: Option<String>,
    next: Option<String>,
}

/// A year, in seconds.
const KEPT: i64 = 365 * 24 * 3600;

/// The switches, for the foot of bare pages. `next` is where to come back to.
pub fn switches(ctx: &Ctx, next: &str) -> Markup {
    let lang = ctx.lang();
    let themes = [
        ("auto", t!(lang, "As my device")),
        ("light", t!(lang, "Light")),
        ("dark", t!(lang, "Dark")),
    ];
    html! {
        form class="row" method="post" action="/look" hx-boost="false" {
            input type="hidden" name="next" value=(next);
            span class="seg" role="group" aria-label=(t!(lang, "Language")) {
                @for (code, name) in [("en", "English"), ("de", "Deutsch")] {
                    button name="lang" value=(code) lang=(code) aria-pressed=(lang.code() == code) { (name) }
                }
            }
            span class="seg" role="group" aria-label=(t!(lang, "Theme")) {
                @for (code, name) in themes {
                    button name="theme" value=(code) aria-pressed=(ctx.prefs.theme == code) { (name) }
                }
            }
        }
    }
}

/// Keep the choice in a cookie, and in the profile of whoever is signed in.
pub async fn change(ctx: Ctx, Input(look): Input<Look>) -> Result<Response> {
    let lang = look.lang.as_deref().and_then(Lang::from_code);
    let theme = look
        .theme
        .as_deref()
        .filter(|theme| matches!(*theme, "light" | "dark" | "auto"));
    if let Some(actor) = &ctx.actor {
        let mut tx = ctx.app.db.begin().await?;
        for (text, value) in [
            (
                "UPDATE person SET lang = $1 WHERE id = $2",
                lang.map(Lang::code),
            ),
            ("UPDATE person SET theme = $1 WHERE id = $2", theme),
        ] {
            if value.is_some() {
                sql(text).bind(value).bind(&actor.id).run(&mut tx).await?;
            }
        }
        tx.commit().await?;
    }
    let mut response = see_other(look.next.as_deref().unwrap_or("/"), None);
    for (name, value) in [("lang", lang.map(Lang::code)), ("theme", theme)] {
        let Some(value) = value else { continue };
        let line = format!("{name}={value}; Path=/; Max-Age={KEPT}; SameSite=Lax");
        if let Ok(value) = HeaderValue::from_str(&line) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
    Ok(response)
}
