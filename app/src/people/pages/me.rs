//! What somebody sets for themselves.

use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;

use crate::error::Result;
use crate::i18n::t;
use crate::people::pages::{frame, welcome};
use crate::people::profile::{self, Profile, ProfileChange};
use crate::ui::button::{Button, Kind, button};
use crate::ui::choice::{Opt, check, select};
use crate::ui::field::{self, Field};
use crate::web::{Flash, Input, Me, Wrong, see_other};

/// The form; what is not ticked or chosen is not sent.
#[derive(Deserialize, Default, Clone)]
#[serde(default, deny_unknown_fields)]
pub struct ProfileForm {
    name: String,
    title: String,
    lang: String,
    zone: String,
    date_style: String,
    theme: String,
    keys: Option<String>,
}

/// GET /me
pub async fn page(me: Me) -> Result<Response> {
    let profile = profile::load(&me.app.db, &me.actor.id).await?;
    Ok(show(&me, &profile, &Wrong::default())
        .await?
        .into_response())
}

/// POST /me
pub async fn save(me: Me, Input(form): Input<ProfileForm>) -> Result<Response> {
    let typed = form.clone();
    let change = ProfileChange {
        name: Some(form.name),
        title: Some(form.title),
        lang: Some(form.lang),
        zone: Some(form.zone),
        date_style: Some(form.date_style),
        theme: Some(form.theme),
        keys: Some(form.keys.is_some()),
    };
    match profile::change(&me, change).await {
        Ok(_) => {
            let said = Flash::new(t!(me.lang(), "Your profile is saved"));
            Ok(see_other("/me", Some(said)))
        }
        Err(error) => {
            let wrong = Wrong::of(me.lang(), error)?;
            let typed = Profile {
                name: typed.name,
                title: typed.title,
                lang: typed.lang,
                zone: typed.zone,
                date_style: typed.date_style,
                theme: typed.theme,
                keys: typed.keys.is_some(),
            };
            Ok((wrong.status(), show(&me, &typed, &wrong).await?).into_response())
        }
    }
}

async fn show(me: &Me, p: &Profile, wrong: &Wrong) -> Result<Markup> {
    let lang = me.lang();
    let part = |name, label, value| wrong.field(name, label, value);
    let pick = |name, label, value: &str, options: &[(&str, &str)], empty| {
        let options: Vec<Opt<'_>> = options
            .iter()
            .map(|(key, label)| Opt {
                value: key,
                label,
                chosen: *key == value,
                ..Opt::default()
            })
            .collect();
        select(lang, &part(name, label, ""), &options, Some(empty))
    };
    let name = Field {
        autocomplete: "name",
        ..part("name", t!(lang, "Name"), &p.name)
    };
    let title = Field {
        optional: true,
        autocomplete: "organization-title",
        ..part("title", t!(lang, "Job title"), &p.title)
    };
    let zone = part("zone", t!(lang, "Time zone"), "");
    let org_zone = t!(
        lang,
        "As the organisation ({zone})",
        zone = me.app.org().zone
    );
    let keys = Field {
        hint: t!(
            lang,
            "Such as R to reply. Switch them off if you speak to your computer or press keys by accident."
        ),
        ..part("keys", t!(lang, "Shortcuts of a single key"), "")
    };
    let languages = [("en", "English"), ("de", "Deutsch")];
    let themes = [("light", t!(lang, "Light")), ("dark", t!(lang, "Dark"))];
    let styles = [("iso", t!(lang, "International, such as 2026-11-26 16:30"))];
    let body = html! {
        (wrong.summary(lang))
        form method="post" action="/me" hx-boost="false" {
            (field::fieldset(t!(lang, "About you"), html! {
                (field::text(lang, &name))
                (field::text(lang, &title))
                p class="hint" { (t!(lang, "You sign in as {email}. An administrator can change address, role and teams.", email = me.actor.email)) }
            }))
            (field::fieldset(t!(lang, "How things are shown"), html! {
                (pick("lang", t!(lang, "Language"), &p.lang, &languages, t!(lang, "As my browser")))
                (welcome::zones(lang, &zone, &p.zone, Some(&org_zone)))
                (pick("date_style", t!(lang, "Dates"), &p.date_style, &styles, t!(lang, "As usual in the language")))
                (pick("theme", t!(lang, "Theme"), &p.theme, &themes, t!(lang, "As my device")))
                (check(&keys, p.keys))
            }))
            (button(Button { label: t!(lang, "Save profile"), kind: Kind::Primary, ..Button::default() }))
        }
    };
    frame::own(me, "/me", body).await
}
