//! The common thread of all our messages: the organisation's logo, name, line
//! and colour on top, the one thing to do as a button, and where to go on.
//!
//! Programs that show mail know little of modern pages: so tables, styles beside
//! each element, and colours as hexadecimal numbers.

use maud::{DOCTYPE, Markup, html};
use mil_blob::Sha;
use mil_mail::render::Picture;

use crate::i18n::{Lang, t};
use crate::org::Org;
use crate::organisation::contrast::Rgb;
use crate::state::App;
use crate::web::markdown::markdown;

/// The largest logo that goes into each message.
const MAX_LOGO: usize = 60_000;
/// Its content id.
const LOGO: &str = "logo";

/// Where a message stands.
#[allow(missing_docs)]
pub struct Place<'a> {
    pub lang: Lang,
    pub org: &'a Org,
    /// The line above which answers are written.
    pub mark: String,
    /// The address of what it is about.
    pub page: String,
    /// Where one chooses which mail one gets.
    pub choice: String,
    /// What to do about it: label and address.
    pub deed: Option<(&'static str, String)>,
    pub logo: Option<Picture>,
    /// Whether an answer by mail goes anywhere.
    pub can_answer: bool,
}

/// The logo as a picture for messages, if it is one that mail programs show.
pub async fn logo(app: &App) -> Option<Picture> {
    let org = app.org();
    let media_type = org.logo_type.clone()?;
    if !matches!(
        media_type.as_str(),
        "image/png" | "image/jpeg" | "image/gif"
    ) {
        return None;
    }
    let sha = Sha::parse(org.logo.as_deref()?)?;
    let bytes = app.blobs.open(&sha, 0, None).await.ok()?.all().await.ok()?;
    (bytes.len() <= MAX_LOGO).then(|| Picture {
        content_id: LOGO.to_owned(),
        name: LOGO.to_owned(),
        media_type,
        bytes,
    })
}

/// The message as plain text.
pub fn text(place: &Place<'_>, body: &str) -> String {
    let lang = place.lang;
    let mut out = String::new();
    if place.can_answer {
        out.push_str(&place.mark);
        out.push_str("\n\n");
    }
    out.push_str(body.trim());
    if let Some((label, href)) = &place.deed {
        out.push_str(&format!("\n\n{label}: {href}"));
    }
    out.push_str(&format!(
        "\n\n{}: {}\n\n",
        t!(lang, "See it here"),
        place.page
    ));
    out.push_str(&place.org.name);
    if !place.org.tagline.is_empty() {
        out.push_str(&format!(" · {}", place.org.tagline));
    }
    if !place.org.help_line.is_empty() {
        out.push_str(&format!("\n{}", place.org.help_line));
    }
    out.push_str(&format!(
        "\n{}: {}\n",
        t!(lang, "Choose which mail you get"),
        place.choice
    ));
    out
}

/// The message as HTML.
pub fn html(place: &Place<'_>, body: &str) -> Markup {
    let lang = place.lang;
    let org = place.org;
    let brand = Rgb::of((0.49, org.chroma, org.hue)).hex();
    let font = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,Arial,sans-serif";
    let small = format!("{font};font-size:13px;line-height:1.5;color:#5b6070;margin:0 0 6px");
    html! {
        (DOCTYPE)
        html lang=(lang.code()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width,initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (org.name) }
            }
            body style="margin:0;padding:0;background:#f3f4f7" {
                table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="background:#f3f4f7" {
                    tr { td align="center" style="padding:16px" {
                        @if place.can_answer { p style=(small) { (place.mark) } }
                        table role="presentation" width="100%" cellpadding="0" cellspacing="0"
                            style={ "max-width:600px;background:#ffffff;border-top:4px solid " (brand) ";border-radius:6px" } {
                            tr { td style="padding:20px 24px 0" {
                                @if place.logo.is_some() {
                                    img src={ "cid:" (LOGO) } alt=(org.name) height="36" style="display:block;height:36px;margin:0 0 4px";
                                } @else {
                                    p style={ (font) ";font-size:17px;font-weight:600;margin:0;color:" (brand) } { (org.name) }
                                }
                                @if !org.tagline.is_empty() { p style=(small) { (org.tagline) } }
                            } }
                            tr { td style={ "padding:8px 24px 16px;" (font) ";font-size:16px;line-height:1.55;color:#1b1e27" } {
                                (markdown(body))
                                @if let Some((label, href)) = &place.deed {
                                    p style="margin:20px 0" {
                                        a href=(href) style={ "display:inline-block;background:" (brand) ";color:#ffffff;text-decoration:none;font-weight:600;padding:11px 18px;border-radius:6px" } { (label) }
                                    }
                                }
                                p style="margin:16px 0 0" { a href=(place.page) style={ "color:" (brand) } { (t!(lang, "See it here")) } }
                            } }
                            tr { td style="padding:14px 24px 18px;border-top:1px solid #e4e6ec" {
                                @if !org.help_line.is_empty() { p style=(small) { (org.help_line) } }
                                p style=(small) { a href=(place.choice) style="color:#5b6070" { (t!(lang, "Choose which mail you get")) } }
                            } }
                        }
                    } }
                }
            }
        }
    }
}
