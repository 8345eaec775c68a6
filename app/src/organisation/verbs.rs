//! Changing the organisation's settings: each verb checks that the actor may,
//! changes, and leaves its event, in one transaction.

use mil_db::Tx;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::actor::Actor;
use crate::error::{Error, FieldError, Msg, Result};
use crate::events::{self, Audience, Event};
use crate::files::Attachment;
use crate::i18n::Lang;
use crate::org::{self, Org};
use crate::organisation::contrast;
use crate::people::profile::difference;
use crate::policy;
use crate::web::Ctx;

/// The most bytes of a logo.
const LOGO: u64 = 1_000_000;
/// What a logo may be. SVG can carry scripts.
const KINDS: [&str; 3] = ["image/png", "image/jpeg", "image/webp"];
/// The most days in which a finished request may be taken up again.
const DAYS: i64 = 365;

/// What can be set; the logo is set apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Name in the top bar.
    pub name: String,
    /// Short line beside the name; may be empty.
    #[serde(default)]
    pub tagline: String,
    /// Line in the footer: who helps, when, how to reach them.
    #[serde(default)]
    pub help_line: String,
    /// Brand hue in degrees, 0 to 360 (OKLCH).
    pub hue: f64,
    /// Brand chroma, 0 to 0.19 (OKLCH).
    pub chroma: f64,
    /// Language for people who have chosen none: en or de.
    pub lang: String,
    /// IANA time zone for people who have chosen none.
    pub zone: String,
    /// ISO 4217 code of the prices.
    pub currency: String,
    /// How many days a finished request may be reopened, 0 to 365.
    pub reopen_days: i64,
}

impl Settings {
    /// As they are stored.
    pub fn of(org: &Org) -> Settings {
        Settings {
            name: org.name.clone(),
            tagline: org.tagline.clone(),
            help_line: org.help_line.clone(),
            hue: org.hue,
            chroma: org.chroma,
            lang: org.lang.clone(),
            zone: org.zone.clone(),
            currency: org.currency.clone(),
            reopen_days: org.reopen_days,
        }
    }

    fn into_org(self, before: &Org) -> Org {
        Org {
            name: self.name,
            tagline: self.tagline,
            help_line: self.help_line,
            hue: self.hue,
            chroma: self.chroma,
            lang: self.lang,
            zone: self.zone,
            currency: self.currency,
            reopen_days: self.reopen_days,
            logo: before.logo.clone(),
            logo_type: before.logo_type.clone(),
        }
    }

    /// Bring them into shape and say what is wrong.
    pub fn check(&mut self) -> Vec<FieldError> {
        let mut wrong = Vec::new();
        for (field, text, most) in [
            ("name", &mut self.name, 60),
            ("tagline", &mut self.tagline, 60),
            ("help_line", &mut self.help_line, 200),
        ] {
            *text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            if text.chars().count() > most {
                let msg = Msg::new("Use at most {n} characters.").with("n", most);
                wrong.push(FieldError::new(field, msg));
            }
        }
        if self.name.is_empty() {
            wrong.push(FieldError::new("name", "Give a name."));
        }
        wrong.extend(check_colour(self.hue, self.chroma));
        if Lang::from_code(&self.lang).is_none() {
            wrong.push(FieldError::new("lang", "Choose one of the list."));
        }
        if jiff::tz::db().get(&self.zone).is_err() {
            wrong.push(FieldError::new("zone", "Choose one of the list."));
        }
        self.currency = self.currency.trim().to_uppercase();
        if self.currency.len() != 3 || !self.currency.bytes().all(|b| b.is_ascii_uppercase()) {
            wrong.push(FieldError::new(
                "currency",
                "Write the three letters of the currency, such as EUR.",
            ));
        }
        if !(0..=DAYS).contains(&self.reopen_days) {
            wrong.push(FieldError::new(
                "reopen_days",
                Msg::new("Write a number of days between 0 and {n}.").with("n", DAYS),
            ));
        }
        wrong
    }
}

/// Why a colour cannot be used, and which one near it can.
pub fn check_colour(hue: f64, chroma: f64) -> Option<FieldError> {
    if !(0.0..=360.0).contains(&hue) {
        return Some(FieldError::new(
            "hue",
            "The hue is a number of degrees between 0 and 360.",
        ));
    }
    if !(0.0..=0.19).contains(&chroma) {
        return Some(FieldError::new(
            "chroma",
            "The strength of the colour lies between 0 and 0.19.",
        ));
    }
    if contrast::pairs(hue, chroma)
        .iter()
        .all(contrast::Pair::passes)
    {
        return None;
    }
    let msg = match contrast::nearest(hue, chroma) {
        Some(near) => Msg::new("Text in this colour could not be read everywhere. The nearest hue that works is {hue}; the preview shows which places fail.")
            .with("hue", near.round()),
        None => Msg::new("Text in this colour could not be read everywhere. Choose a weaker colour."),
    };
    Some(FieldError::new("hue", msg))
}

async fn note(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    verb: &'static str,
    data: Value,
) -> Result<()> {
    let event = Event {
        verb,
        object_kind: "organisation",
        object_id: "org",
        item_id: None,
        audience: Audience::Audit,
        data,
    };
    events::append(tx, actor, ctx.now, event).await?;
    Ok(())
}

/// Take the settings for a change.
async fn begin(ctx: &Ctx, actor: &Actor, expect: Option<i64>) -> Result<(Tx, Org)> {
    policy::require(policy::administers(actor))?;
    let mut tx = ctx.app.db.begin().await?;
    let (org, version) = org::lock(&mut tx).await?;
    if expect.is_some_and(|expect| expect != version) {
        return Err(Error::Stale(Msg::new(
            "Somebody else changed these settings meanwhile. Look at them again, then change them.",
        )));
    }
    Ok((tx, org))
}

/// Change the settings.
pub async fn change(
    ctx: &Ctx,
    actor: &Actor,
    expect: Option<i64>,
    mut settings: Settings,
) -> Result<()> {
    let (mut tx, before) = begin(ctx, actor, expect).await?;
    let wrong = settings.check();
    if !wrong.is_empty() {
        return Err(Error::Invalid(wrong));
    }
    let old = Settings::of(&before);
    if old == settings {
        return Ok(());
    }
    let data = difference(&old, &settings)?.unwrap_or_default();
    org::write_setting(&mut tx, ctx.now, "org", &settings.into_org(&before)).await?;
    note(&mut tx, ctx, actor, "organisation.changed", data).await?;
    tx.commit().await?;
    ctx.app.reload_org().await
}

/// Use a file that the actor has uploaded as the logo.
pub async fn set_logo(ctx: &Ctx, actor: &Actor, file: &Attachment) -> Result<()> {
    let (mut tx, before) = begin(ctx, actor, None).await?;
    if !KINDS.contains(&file.media_type.as_str()) {
        return Err(Error::field(
            "file",
            "A logo is a PNG, JPEG or WebP picture. Save it as PNG and choose that.",
        ));
    }
    if file.size > LOGO {
        return Err(Error::field(
            "file",
            "A logo has at most 1 MB. Save it smaller: 240 pixels of height are enough.",
        ));
    }
    let after = Org {
        logo: Some(file.sha256.clone()),
        logo_type: Some(file.media_type.clone()),
        ..before.clone()
    };
    org::write_setting(&mut tx, ctx.now, "org", &after).await?;
    let data = json!({ "before": { "logo": before.logo }, "after": { "logo": after.logo, "name": file.name } });
    note(&mut tx, ctx, actor, "organisation.logo_set", data).await?;
    tx.commit().await?;
    ctx.app.reload_org().await
}

/// Use our own mark again.
pub async fn remove_logo(ctx: &Ctx, actor: &Actor) -> Result<()> {
    let (mut tx, before) = begin(ctx, actor, None).await?;
    if before.logo.is_none() {
        return Ok(());
    }
    let data = json!({ "before": { "logo": before.logo } });
    let after = Org {
        logo: None,
        logo_type: None,
        ..before
    };
    org::write_setting(&mut tx, ctx.now, "org", &after).await?;
    note(&mut tx, ctx, actor, "organisation.logo_removed", data).await?;
    tx.commit().await?;
    ctx.app.reload_org().await
}
