//! Password and devices of a person.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;

use crate::error::{Error, Result};
use crate::i18n::t;
use crate::people::pages::frame::{self, when_text};
use crate::people::pages::second_step;
use crate::people::profile;
use crate::people::sessions::{self, Session};
use crate::ui::block::{Tone, pill};
use crate::ui::button::{Button, Kind, Size, button};
use crate::ui::field::{self, Field};
use crate::web::{Flash, Input, Me, Wrong, see_other};

/// The form that changes the password.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct PasswordForm {
    current: String,
    new: String,
}

/// GET /me/security
pub async fn page(me: Me) -> Result<Response> {
    Ok(show(&me, &Wrong::default()).await?.into_response())
}

/// POST /me/password
pub async fn password(me: Me, Input(form): Input<PasswordForm>) -> Result<Response> {
    match profile::change_password(&me, &form.current, &form.new).await {
        Ok(()) => {
            let said = t!(
                me.lang(),
                "Your password is changed and all other devices are signed out"
            );
            Ok(see_other("/me/security", Some(Flash::new(said))))
        }
        Err(error) => {
            let wrong = Wrong::of(me.lang(), error)?;
            Ok((wrong.status(), show(&me, &wrong).await?).into_response())
        }
    }
}

/// POST /me/sessions/{session}/end
pub async fn end(me: Me, Path(session): Path<String>) -> Result<Response> {
    let mut tx = me.app.db.begin().await?;
    if !sessions::close(&mut tx, &me.actor, me.now, &me.actor.id, &session).await? {
        return Err(Error::NotFound);
    }
    tx.commit().await?;
    let said = Flash::new(t!(me.lang(), "The device is signed out"));
    Ok(see_other("/me/security", Some(said)))
}

/// POST /me/sessions/end-others
pub async fn end_others(me: Me) -> Result<Response> {
    sessions::close_others(&me).await?;
    let said = Flash::new(t!(me.lang(), "All other devices are signed out"));
    Ok(see_other("/me/security", Some(said)))
}

async fn show(me: &Me, wrong: &Wrong) -> Result<Markup> {
    let lang = me.lang();
    let this = me.actor.session_id.as_deref();
    let list = sessions::list(&me.app.db, me.now, &me.actor.id, this).await?;
    let two_steps = second_step::is_on(me).await?;
    let current = Field {
        name: "current",
        label: t!(lang, "Present password"),
        autocomplete: "current-password",
        error: wrong.at("current"),
        ..Field::default()
    };
    let new = Field {
        name: "new",
        label: t!(lang, "New password"),
        hint: t!(lang, "At least 10 characters. A short sentence works well."),
        autocomplete: "new-password",
        error: wrong.at("new"),
        ..Field::default()
    };
    let body = html! {
        (wrong.summary(lang))
        section class="stack" aria-labelledby="h-password" {
            h2 id="h-password" { (t!(lang, "Password")) }
            form class="stack" method="post" action="/me/password" {
                (field::password(lang, &current)) (field::password(lang, &new))
                div { (button(Button { label: t!(lang, "Change password"), kind: Kind::Primary, ..Button::default() })) }
            }
        }
        (second_step::section(lang, two_steps))
        section class="stack" aria-labelledby="h-devices" {
            div class="section-h" {
                h2 id="h-devices" { (t!(lang, "Devices that are signed in")) }
                @if list.iter().any(|s| !s.current) {
                    form method="post" action="/me/sessions/end-others" {
                        (button(Button { label: t!(lang, "Sign out all others"), size: Size::Small, ..Button::default() }))
                    }
                }
            }
            ul class="stack bare-list" { @for session in &list { li { (device(me, session)) } } }
        }
    };
    frame::own(me, "/me/security", body).await
}

fn device(me: &Me, s: &Session) -> Markup {
    let lang = me.lang();
    let name = s
        .agent
        .as_deref()
        .map(client)
        .unwrap_or_else(|| t!(lang, "Unknown browser").to_owned());
    html! {
        div class="card row" {
            div class="grow" {
                strong class="strong" title=[s.agent.as_deref()] { (name) } " "
                @if s.current { (pill(Tone::Ok, "check", t!(lang, "This device"))) }
                p class="hint" {
                    @if let Some(ip) = &s.ip { (ip) " · " }
                    (t!(lang, "last seen")) " " (when_text(me, &s.seen_at))
                    " · " (t!(lang, "signed in")) " " (when_text(me, &s.created_at))
                }
            }
            @if !s.current {
                form method="post" action={ "/me/sessions/" (s.id) "/end" } {
                    button class="btn btn-s" aria-label=(t!(lang, "Sign out {device}", device = name)) { (t!(lang, "Sign out")) }
                }
            }
        }
    }
}

/// What a browser calls itself, in two words: "Firefox, Windows".
pub fn client(agent: &str) -> String {
    let first = |names: &[(&str, &'static str)]| {
        names
            .iter()
            .find(|(word, _)| agent.contains(word))
            .map(|(_, name)| *name)
    };
    // Each claims to be the ones after it.
    let browser = first(&[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = first(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser}, {system}"),
        (Some(browser), None) => browser.to_owned(),
        _ => agent.chars().take(40).collect(),
    }
}
