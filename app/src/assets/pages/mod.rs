//! The pages of the library. Whoever works here sees them in the workspace,
//! everybody else in the portal.
//!
//! | file | what it holds |
//! |---|---|
//! | [`list`] | the library: pictures or list, filters, several at once |
//! | [`detail`] | one asset: rights, downloads, how to use it, versions, where it is used |
//! | [`bytes`] | pictures and downloads |
//! | [`add`] | adding files |
//! | [`edit`] | what is said of an asset, its rights, its files |
//! | [`collections`] | what belongs together |
//! | [`share`] | making a link, and the page behind it |
//! | [`sizes`] | the sizes that are made of every picture |

pub mod add;
pub mod bytes;
pub mod collections;
pub mod detail;
pub mod edit;
pub mod list;
pub mod share;
pub mod sizes;

use jiff::civil::Date;
use maud::{Markup, html};

use crate::assets::find::Hit;
use crate::assets::model::{Ready, Version};
use crate::assets::rights::{self, State};
use crate::error::Result;
use crate::i18n::{Lang, fmt, t};
use crate::policy;
use crate::ui::block::{Tone, pill};
use crate::ui::icon::icon_l;
use crate::web::{Ctx, Me, shell};

/// A page in the frame of whoever reads it.
pub async fn frame(me: &Me, title: &str, body: Markup) -> Result<Markup> {
    if policy::works(&me.actor) {
        shell::workspace(me, "/assets", title, body).await
    } else {
        shell::portal(me, "/assets", title, body).await
    }
}

/// The day by which rights are read: that of the organisation.
pub fn today(ctx: &Ctx) -> Date {
    ctx.app.zone().to_datetime(ctx.now).date()
}

/// Where a picture of an asset is.
pub fn picture_href(asset_id: &str, version: &Version, size: &str) -> String {
    format!("/assets/{asset_id}/picture/{size}?v={}", version.number)
}

/// The picture of an asset, or a sign for what has none.
pub fn picture(lang: Lang, hit: &Hit, size: &str) -> Markup {
    let (a, v) = (&hit.asset, &hit.version);
    html! {
        @if v.state == Ready::Ready {
            img src=(picture_href(&a.id, v, size)) alt=(a.description) loading="lazy" width="480" height="360";
        } @else {
            span class="no-picture" {
                (icon_l(if v.media_type.starts_with("video/") { "video" } else { "file" }))
                span { (a.format) }
                @if v.state == Ready::Waiting { small { (t!(lang, "Preparing")) } }
            }
        }
    }
}

/// The state of the rights in a word, where it matters.
pub fn rights_pill(lang: Lang, r: &rights::Rights, today: Date, always: bool) -> Markup {
    let state = rights::state(r, today);
    let short = |d: Option<Date>| d.map(|d| fmt::day_month(lang, d)).unwrap_or_default();
    match state {
        State::Free | State::Limited if !always => html! {},
        State::Free => pill(Tone::Ok, "check", state.label(lang)),
        State::Limited => pill(Tone::Line, "info", state.label(lang)),
        State::Ending => pill(
            Tone::Warn,
            "clock",
            &t!(lang, "Ends {day}", day = short(r.expires_on)),
        ),
        State::Embargoed => pill(
            Tone::Warn,
            "lock",
            &t!(lang, "From {day}", day = short(r.embargo_until)),
        ),
        State::Expired => pill(
            Tone::Bad,
            "alert",
            &t!(lang, "Ended {day}", day = short(r.expires_on)),
        ),
        State::Unclear => pill(Tone::Bad, "alert", state.label(lang)),
    }
}

/// "Photo · 6000 × 4500", "Logo · SVG".
pub fn sub(lang: Lang, hit: &Hit) -> String {
    let kind = hit.asset.kind.label(lang);
    match (
        hit.version.is_raster(),
        hit.version.width,
        hit.version.height,
    ) {
        (true, Some(w), Some(h)) => format!("{kind} · {w} × {h}"),
        _ => format!("{kind} · {}", hit.asset.format),
    }
}

/// "Take it now" on the start page: logos and templates that may be used, the
/// most used first.
pub async fn take_now(me: &Me) -> Result<Markup> {
    let lang = me.lang();
    let hits = crate::assets::api::most_used(me, &["logo", "template"], 4).await?;
    Ok(html! {
        @if !hits.is_empty() {
            section class="section" aria-labelledby="h-take" {
                (crate::ui::block::section_head("h-take", t!(lang, "Take it now"), "/assets", t!(lang, "All brand assets")))
                ul class="take" { @for hit in &hits {
                    li { a href={ "/assets/" (hit.asset.id) } {
                        span class="th" { @if hit.version.state == Ready::Ready { img src=(picture_href(&hit.asset.id, &hit.version, "thumb")) alt="" width="48" height="40"; } }
                        span { (hit.asset.name) small { (sub(lang, hit)) } }
                        (crate::ui::icon::icon("dl"))
                    } }
                } }
            }
        }
    })
}
