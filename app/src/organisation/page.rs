//! The organisation's page, for administrators.

use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::swatch;
use super::verbs::{self, Settings};
use crate::admin::frame;
use crate::error::{Error, FieldError, Result};
use crate::files::Sent;
use crate::i18n::{Lang, t};
use crate::org::{self, Org};
use crate::people::pages::welcome;
use crate::ui::block::{Tone, notice};
use crate::ui::choice::{Opt, checks, select};
use crate::ui::field::{self, Field, Number, fieldset, two};
use crate::web::{Flash, Input, Me, Query, Wrong, see_other};

const HERE: &str = "/admin/organisation";

/// Our own blue, until another colour is chosen: hue and chroma.
const OURS: (f64, f64) = (264.0, 0.19);

/// Colours to choose from: key, hue, chroma.
const PRESETS: [(&str, f64, f64); 7] = [
    ("blue", OURS.0, OURS.1),
    ("sea", 232.0, 0.11),
    ("green", 150.0, 0.12),
    ("plum", 330.0, 0.16),
    ("red", 22.0, 0.17),
    ("brown", 55.0, 0.09),
    ("graphite", 264.0, 0.02),
];

/// The form as typed.
#[derive(Deserialize, Default, Clone)]
#[serde(default, deny_unknown_fields)]
pub struct Form {
    name: String,
    tagline: String,
    help_line: String,
    colour: String,
    hue: String,
    chroma: String,
    lang: String,
    zone: String,
    currency: String,
    reopen_days: String,
    version: String,
}

impl Form {
    fn of(org: &Org, version: i64) -> Form {
        let preset = PRESETS
            .iter()
            .find(|(_, h, c)| (*h, *c) == (org.hue, org.chroma));
        Form {
            name: org.name.clone(),
            tagline: org.tagline.clone(),
            help_line: org.help_line.clone(),
            colour: preset.map_or("own", |(key, ..)| key).to_owned(),
            hue: org.hue.to_string(),
            chroma: org.chroma.to_string(),
            lang: org.lang.clone(),
            zone: org.zone.clone(),
            currency: org.currency.clone(),
            reopen_days: org.reopen_days.to_string(),
            version: version.to_string(),
        }
    }

    /// Hue and chroma: of the chosen preset, else as typed.
    fn colour(&self) -> Option<(f64, f64)> {
        let typed = |text: &str| text.trim().replace(',', ".").parse::<f64>().ok();
        match PRESETS.iter().find(|(key, ..)| *key == self.colour) {
            Some((_, hue, chroma)) => Some((*hue, *chroma)),
            None => Some((typed(&self.hue)?, typed(&self.chroma)?)),
        }
    }

    fn settings(&self) -> Result<Settings> {
        let mut wrong = Vec::new();
        let colour = self.colour();
        if colour.is_none() {
            wrong.push(FieldError::new(
                "hue",
                "Write numbers for the hue and for the strength.",
            ));
        }
        let (hue, chroma) = colour.unwrap_or(OURS);
        let mut settings = Settings {
            name: self.name.clone(),
            tagline: self.tagline.clone(),
            help_line: self.help_line.clone(),
            hue,
            chroma,
            lang: self.lang.clone(),
            zone: self.zone.clone(),
            currency: self.currency.clone(),
            // What is no number is outside of the limits, too.
            reopen_days: self.reopen_days.trim().parse().unwrap_or(-1),
        };
        wrong.extend(settings.check());
        if wrong.is_empty() {
            Ok(settings)
        } else {
            Err(Error::Invalid(wrong))
        }
    }
}

/// GET /admin/organisation
pub async fn page(me: Me) -> Result<Markup> {
    let (org, version) = org::versioned(&me.app.db).await?;
    show(&me, &Form::of(&org, version), &Wrong::default(), None).await
}

/// POST /admin/organisation
pub async fn save(me: Me, Input(form): Input<Form>) -> Result<Response> {
    let expect = frame::version(&form.version)?;
    let done = match form.settings() {
        Ok(settings) => verbs::change(&me, &me.actor, expect, settings).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => Ok(see_other(
            HERE,
            Some(Flash::new(t!(me.lang(), "The organisation is saved"))),
        )),
        Err(error) if frame::is_stale(&error) => {
            let (org, version) = org::versioned(&me.app.db).await?;
            let fresh = Form {
                version: version.to_string(),
                ..form.clone()
            };
            let page = show(&me, &fresh, &Wrong::default(), Some(&org)).await?;
            Ok((axum::http::StatusCode::CONFLICT, page).into_response())
        }
        Err(error) => {
            let wrong = Wrong::of(me.lang(), error)?;
            Ok(frame::answer(&wrong, show(&me, &form, &wrong, None).await?))
        }
    }
}

/// GET /admin/organisation/colour: how the form's colour looks before it is saved.
pub async fn colour(me: Me, Query(form): Query<Form>) -> Markup {
    preview(me.lang(), form.colour().unwrap_or(OURS))
}

fn preview(lang: Lang, (hue, chroma): (f64, f64)) -> Markup {
    swatch::preview(lang, hue.clamp(0.0, 360.0), chroma.clamp(0.0, 0.19))
}

/// POST /admin/organisation/logo
pub async fn set_logo(me: Me, sent: Sent) -> Result<Response> {
    let done = match (sent.files.first(), sent.wrong.is_empty()) {
        (_, false) => Err(Error::Invalid(sent.wrong)),
        (None, _) => Err(Error::field("file", "Choose a picture first.")),
        (Some((_, file)), true) => verbs::set_logo(&me, &me.actor, file).await,
    };
    match done {
        Ok(()) => Ok(see_other(
            HERE,
            Some(Flash::new(t!(me.lang(), "The logo is in use"))),
        )),
        Err(error) => {
            let wrong = Wrong::of(me.lang(), error)?;
            let (org, version) = org::versioned(&me.app.db).await?;
            Ok(frame::answer(
                &wrong,
                show(&me, &Form::of(&org, version), &wrong, None).await?,
            ))
        }
    }
}

/// POST /admin/organisation/logo/remove
pub async fn remove_logo(me: Me) -> Result<Response> {
    verbs::remove_logo(&me, &me.actor).await?;
    Ok(see_other(
        HERE,
        Some(Flash::new(t!(me.lang(), "The logo is removed"))),
    ))
}

fn preset_name(lang: Lang, key: &str) -> &'static str {
    match key {
        "blue" => t!(lang, "Blue"),
        "sea" => t!(lang, "Sea blue"),
        "green" => t!(lang, "Green"),
        "plum" => t!(lang, "Plum"),
        "red" => t!(lang, "Red"),
        "brown" => t!(lang, "Brown"),
        "graphite" => t!(lang, "Graphite"),
        _ => t!(lang, "A colour of our own"),
    }
}

/// `other` is what somebody else saved meanwhile.
async fn show(me: &Me, form: &Form, wrong: &Wrong, other: Option<&Org>) -> Result<Markup> {
    let lang = me.lang();
    let org = me.app.org();
    let part = |name, label, value| wrong.field(name, label, value);
    let maybe = |field| Field {
        optional: true,
        ..field
    };
    let hint = |hint, field| Field { hint, ..field };
    let langs = [("en", "English"), ("de", "Deutsch")].map(|(value, label)| Opt {
        value,
        label,
        chosen: form.lang == value,
        ..Opt::default()
    });
    let colours: Vec<Opt<'_>> = PRESETS
        .iter()
        .map(|(key, ..)| *key)
        .chain(["own"])
        .map(|key| Opt {
            value: key,
            label: preset_name(lang, key),
            chosen: key == form.colour || (key == "own" && form.colour.is_empty()),
            ..Opt::default()
        })
        .collect();
    let own = |field| Field {
        show_if: r#"{"is":{"field":"colour","value":"own"}}"#,
        ..field
    };
    let colour = form.colour().unwrap_or((org.hue, org.chroma));
    let main = html! {
        div class="stack measure" {
            @if let Some(other) = other {
                (notice(Tone::Warn, "alert", t!(lang, "Somebody else saved this meanwhile."), html! {
                    (t!(lang, "Your changes are still in the form. Compare them, then save again to keep yours."))
                    " " (t!(lang, "Saved now: {name}, {tagline}", name = other.name, tagline = other.tagline))
                }))
            }
            (wrong.summary(lang))
            form method="post" action=(HERE) class="stack" id="organisation" novalidate data-conditions {
                input type="hidden" name="version" value=(form.version);
                (fieldset(t!(lang, "Who we are"), html! {
                    (field::text(lang, &part("name", t!(lang, "Name"), &form.name)))
                    (field::text(lang, &maybe(hint(t!(lang, "A few words beside the name."), part("tagline", t!(lang, "Tagline"), &form.tagline)))))
                    (field::text(lang, &maybe(hint(t!(lang, "Who helps, when, and how to reach them. It stands at the foot of each page."), part("help_line", t!(lang, "Help"), &form.help_line)))))
                }))
                (fieldset(t!(lang, "Colour"), html! {
                    p class="hint" { (t!(lang, "Buttons, links and progress take it. A colour in which words could not be read is not accepted.")) }
                    (checks(lang, &part("colour", t!(lang, "Colour of buttons and links"), ""), &colours, false))
                    (two(html! {
                        (field::number(lang, &own(hint(t!(lang, "0 is pink, 90 yellow, 180 green, 270 blue."), part("hue", t!(lang, "Hue"), &form.hue))), &Number { min: "0", max: "360", step: "1", unit: "°" }))
                        (field::number(lang, &own(hint(t!(lang, "0 is grey, 0.19 the strongest."), part("chroma", t!(lang, "Strength"), &form.chroma))), &Number { min: "0", max: "0.19", step: "0.01", unit: "" }))
                    }))
                }))
                (fieldset(t!(lang, "What counts for everybody who has not chosen"), html! {
                    (two(html! {
                        (select(lang, &part("lang", t!(lang, "Language"), ""), &langs, None))
                        (welcome::zones(lang, &part("zone", t!(lang, "Time zone"), &form.zone), &form.zone, None))
                    }))
                    (two(html! {
                        (field::text(lang, &hint(t!(lang, "Three letters, such as EUR."), part("currency", t!(lang, "Currency of prices"), &form.currency))))
                        (field::number(lang, &hint(t!(lang, "So long a finished request can be taken up again."), part("reopen_days", t!(lang, "Reopen within"), &form.reopen_days)), &Number { min: "0", max: "365", step: "1", unit: t!(lang, "days") }))
                    }))
                }))
                div class="row" { (frame::save(t!(lang, "Save organisation"))) a class="btn btn-quiet" href="/admin" { (t!(lang, "Cancel")) } }
            }
            (logo(lang, &org, wrong))
        }
    };
    let rail = html! {
        section class="block" {
            h2 class="rail-h" { (t!(lang, "How it looks")) }
            div id="swatch-in" hx-get="/admin/organisation/colour" hx-trigger="input from:#organisation delay:200ms" hx-include="#organisation" hx-target="#swatch" hx-swap="outerHTML" {
                (preview(lang, colour))
            }
            noscript { p class="small muted mt-2" { (t!(lang, "Save to see another colour here.")) } }
        }
    };
    let title = t!(lang, "Organisation");
    let back = (t!(lang, "Administration"), "/admin");
    frame::page(
        me,
        title,
        back,
        html! {},
        main,
        Some((t!(lang, "How it looks"), rail)),
    )
    .await
}

fn logo(lang: Lang, org: &Org, wrong: &Wrong) -> Markup {
    let part = Field {
        name: "file",
        label: t!(lang, "Picture"),
        hint: t!(
            lang,
            "PNG, JPEG or WebP, at most 1 MB. It stands in the bar on light and on dark ground."
        ),
        error: wrong.at("file"),
        ..Field::default()
    };
    html! {
        section class="card stack" aria-labelledby="h-logo" {
            h2 class="rail-h" id="h-logo" { (t!(lang, "Logo")) }
            @if let Some(sha) = &org.logo {
                p { img class="logo-now" src={ "/logo/" (sha) } alt=(t!(lang, "The logo of {name}", name = org.name)); }
                form method="post" action="/admin/organisation/logo/remove" {
                    button class="btn btn-s" { (t!(lang, "Remove logo")) }
                }
            } @else {
                p class="muted" { (t!(lang, "No logo yet: the bar shows MIL's mark and the name.")) }
            }
            form method="post" action="/admin/organisation/logo" enctype="multipart/form-data" class="stack" {
                (field::field(lang, &part, html! {
                    input class="input" type="file" id="f-file" name="file" accept="image/png,image/jpeg,image/webp" aria-describedby="f-file-hint";
                }))
                div { button class="btn" { (t!(lang, "Use this logo")) } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::organisation::contrast;

    #[test]
    fn every_colour_on_offer_can_be_read() {
        for (key, hue, chroma) in PRESETS {
            let failing: Vec<_> = contrast::pairs(hue, chroma)
                .into_iter()
                .filter(|p| !p.passes())
                .collect();
            assert!(failing.is_empty(), "{key}: {failing:?}");
        }
    }
}
