//! One asset: its rights first, then downloads named by use, then how to use it,
//! then the facts.

use axum::extract::Path;
use maud::{Markup, html};

use super::{frame, picture, rights_pill, today};
use crate::assets::find::{self, Hit};
use crate::assets::model::Ready;
use crate::assets::rights::{self, Licence, Rights};
use crate::assets::take::{self, Offer};
use crate::assets::{store, uses};
use crate::error::Result;
use crate::i18n::{Lang, fmt, t, tn};
use crate::people;
use crate::policy;
use crate::ui::block::{Tone, avatar, notice, pill, props, rail_block};
use crate::ui::button::{Button, Kind as Loud, Size, link_button};
use crate::ui::icon::{icon, icon_s};
use crate::ui::shell::{bar_back, cols};
use crate::web::Me;

/// Where it may be used, in a line.
pub fn scope(lang: Lang, r: &Rights, me_today: jiff::civil::Date) -> String {
    let mut parts = Vec::new();
    if !r.channels.is_empty() {
        let names: Vec<&str> = r.channels.iter().map(|c| c.label(lang)).collect();
        parts.push(t!(lang, "Only for: {uses}", uses = names.join(", ")));
    }
    if !r.territories.is_empty() {
        parts.push(t!(
            lang,
            "Only in: {places}",
            places = r.territories.join(", ")
        ));
    }
    match r.expires_on {
        Some(last) => parts.push(t!(
            lang,
            "until {day}",
            day = fmt::day(lang, last, me_today)
        )),
        None if parts.is_empty() => parts.push(t!(lang, "for every use, no end date").to_owned()),
        None => parts.push(t!(lang, "no end date").to_owned()),
    }
    parts.join(" · ")
}

/// GET /assets/{asset}
pub async fn page(me: Me, Path(id): Path<String>) -> Result<Markup> {
    let lang = me.lang();
    let asset = store::find(&me.app.db, Some(&me.actor), &id).await?;
    let version = store::current(&me.app.db, &asset).await?;
    let hit = Hit { asset, version };
    let a = &hit.asset;
    let day = today(&me);
    let made = store::renditions(&me.app.db, &hit.version.id).await?;
    let presets = store::presets(&me.app.db).await?;
    let offers = take::offers(
        lang,
        &hit.version,
        &made,
        &presets,
        take::gets_originals(Some(&me.actor), a),
    );
    let may_edit = store::may_edit(&me.actor);
    let works = policy::works(&me.actor);
    let near = find::alike(&me.app, Some(&me.actor), &id).await?;
    let mut near_assets = Vec::new();
    for id in near.iter().take(4) {
        near_assets.push(store::find(&me.app.db, Some(&me.actor), id).await?);
    }
    let near = find::with_versions(&me.app, near_assets).await?;
    let owner = people::store::find(&me.app.db, &a.owner_id)
        .await?
        .map(|p| p.name)
        .unwrap_or_default();
    let main = html! {
        h1 tabindex="-1" { (a.name) }
        div class="asset-large" { (picture(lang, &hit, "preview")) }
        @if hit.version.state == Ready::Failed {
            (notice(Tone::Warn, "alert", "", html! { (lang.text(&hit.version.problem, &[])) }))
        }
        @if !a.description.is_empty() { p { (a.description) } }
        @if works { (super::edit::history(&me, &hit).await?) (uses::section(&me, a, may_edit).await?) }
        @if !near.is_empty() {
            section { h2 { (t!(lang, "Looks alike")) }
                ul class="grid assets mt-2" { @for hit in &near {
                    li class="asset" { span class="img" { (picture(lang, hit, "thumb")) }
                        h3 { a href={ "/assets/" (hit.asset.id) } { (hit.asset.name) } }
                        p class="sub" { (super::sub(lang, hit)) } }
                } }
            }
        }
    };
    let rail = html! {
        section class="block" {
            h2 class="rail-h" { (t!(lang, "Rights")) }
            p class="row small" { (rights_pill(lang, &a.rights, day, true)) span class="muted" { (scope(lang, &a.rights, day)) } }
            @if !a.rights.credit.is_empty() { p class="small mt-2" { (t!(lang, "Name in print and online: {credit}", credit = a.rights.credit)) } }
        }
        (downloads(&me, &hit, &offers, &owner))
        (guide(lang, &a.guide))
        (about(&me, &hit, &owner).await?)
        @if works { (crate::proofs::panel::of_asset(&me, &a.id, may_edit).await?) (shares_block(&me, &hit).await?) }
    };
    let edit = html! {
        @if may_edit {
            (link_button(&format!("/assets/{}/edit", a.id), Button { label: t!(lang, "Change"), icon: "edit", size: Size::Small, key: "e", ..Button::default() }))
        }
    };
    let body = if works {
        html! {
            (bar_back(t!(lang, "Assets"), "/assets", "", edit))
            div class="split split-wide" { div class="panel-body stack" { (main) } aside class="rail" aria-label=(a.name) { (rail) } }
        }
    } else {
        html! { div class="wrap page" {
            p { a class="crumb" href="/assets" { (icon_s("left")) (t!(lang, "Brand assets")) } }
            (cols(html! { div class="stack" { (main) } }, &a.name, html! { div class="rail" { (rail) } }))
        } }
    };
    frame(&me, &a.name, body).await
}

/// The downloads, or why there are none today and what to do about it.
fn downloads(me: &Me, hit: &Hit, offers: &[Offer], owner: &str) -> Markup {
    let lang = me.lang();
    let a = &hit.asset;
    let day = today(me);
    let blocked = rights::may_use(&a.rights, None, None, day).err();
    let ask = html! {
        p class="mt-2" { a class="btn btn-s" href={ "/search?q=" (percent_encoding::utf8_percent_encode(&a.name, percent_encoding::NON_ALPHANUMERIC)) } { (t!(lang, "Ask for it")) } }
    };
    let body = html! {
        @if let Some(no) = &blocked {
            @let msg = take::why_not(lang, no, day);
            (notice(Tone::Bad, "lock", "", html! { (lang.text(&msg.text, &msg.args)) }))
            p class="small muted mt-2" { (t!(lang, "{name} looks after it.", name = owner)) }
            (ask)
        } @else if offers.is_empty() {
            p class="muted small" { @if hit.version.state == Ready::Waiting { (t!(lang, "Its sizes are being made. Look again in a minute.")) }
                @else { (t!(lang, "There is nothing to take here. Ask whoever looks after it.")) } }
        } @else {
            ul class="dl" {
                @for offer in offers {
                    @let no = rights::may_use(&a.rights, Some(offer.channel), None, day).err();
                    li {
                        @if let Some(no) = &no {
                            @let msg = take::why_not(lang, no, day);
                            div class="dl-off" { (icon("lock")) span { (offer.label) br; small class="muted" { (lang.text(&msg.text, &msg.args)) } } }
                        } @else {
                            form method="post" action={ "/assets/" (a.id) "/downloads" } hx-boost="false" {
                                button name="preset" value=(offer.preset) { (icon("dl")) span { (offer.label) }
                                    span class="end" { (offer.format) ", " (fmt::bytes(lang, offer.size)) } }
                            }
                        }
                    }
                }
            }
        }
    };
    rail_block(t!(lang, "Download"), "", body)
}

/// How to use it: a line each, with a tick or a cross.
pub fn guide(lang: Lang, text: &str) -> Markup {
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|l| !l.is_empty())
        .collect();
    html! {
        @if !lines.is_empty() {
            section class="block" { h2 class="rail-h" { (t!(lang, "Use it right")) }
                ul class="s14 stack plain-list" style="--gap:.375rem" { @for line in lines {
                    @let not = line.strip_prefix('-').map(str::trim);
                    li class="row guide" {
                        @if let Some(not) = not { span class="bad" { (icon_s("x")) } span { span class="vh" { (t!(lang, "Not:")) " " } (not) } }
                        @else { span class="ok" { (icon_s("check")) } span { (line) } }
                    }
                } }
            }
        }
    }
}

async fn about(me: &Me, hit: &Hit, owner: &str) -> Result<Markup> {
    let lang = me.lang();
    let (a, v) = (&hit.asset, &hit.version);
    let works = policy::works(&me.actor);
    let tags = store::tags(&me.app.db, &a.id).await?;
    let used = uses::count(me, &a.id).await?;
    let pixels = v
        .width
        .zip(v.height)
        .map(|(w, h)| format!("{w} × {h}"))
        .unwrap_or_default();
    let of = |name: &'static str, show: bool| if show { name } else { "" };
    let facts = props(&[
        (t!(lang, "Owner"), html! { (avatar(owner, true)) (owner) }),
        (
            t!(lang, "Kind"),
            html! { (a.kind.label(lang)) ", " (a.format) },
        ),
        (
            of(t!(lang, "Pixels"), !pixels.is_empty() && v.is_raster()),
            html! { (pixels) },
        ),
        (
            of(t!(lang, "Campaign"), !a.campaign.is_empty()),
            html! { a href={ "/assets?campaign=" (enc(&a.campaign)) } { (a.campaign) } },
        ),
        (
            of(t!(lang, "Tags"), !tags.is_empty()),
            html! { @for tag in &tags { a class="pill pill-line" href={ "/assets?tag=" (enc(tag)) } { (tag) } " " } },
        ),
        (
            of(t!(lang, "Who finds it"), works),
            html! { (a.audience.label(lang)) },
        ),
        (
            of(t!(lang, "Licence"), works),
            html! { (a.rights.licence.label(lang))
            @if a.rights.licence == Licence::Unknown { " " (pill(Tone::Bad, "alert", t!(lang, "Check it"))) }
            @if !a.rights.licence_note.is_empty() { br; small class="muted" { (a.rights.licence_note) } } },
        ),
        (
            of(t!(lang, "Consent"), works),
            html! { (a.rights.consent.label(lang)) },
        ),
        (
            t!(lang, "Changed"),
            html! { (fmt::when(lang, a.updated_at, me.now, &me.prefs.zone)) },
        ),
        (
            t!(lang, "Used in"),
            html! { (tn!(lang, used, "{n} place", "{n} places")) },
        ),
        (
            t!(lang, "Downloads"),
            html! { (fmt::number(lang, a.downloads)) },
        ),
    ]);
    let camera = html! {
        @if works && !v.meta.is_empty() {
            details class="mt-2" { summary { (t!(lang, "What the file says of itself")) }
                dl class="props mt-2" { @for (name, text) in &v.meta { dt { (lang.text(name, &[])) } dd { (text) } } }
                p class="small muted mt-2" { (t!(lang, "None of this is in the sizes for download; only the original keeps it.")) }
            }
        }
    };
    let number = t!(lang, "Version {n}", n = v.number);
    Ok(rail_block(
        t!(lang, "About"),
        &number,
        html! { (facts) (camera) },
    ))
}

fn enc(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

async fn shares_block(me: &Me, hit: &Hit) -> Result<Markup> {
    let lang = me.lang();
    let body = html! {
        p class="small muted" { (t!(lang, "For printers, agencies and the press: a link that ends by itself.")) }
        p class="mt-2" { (link_button(&format!("/assets/{}/share", hit.asset.id), Button { label: t!(lang, "Share by a link"), icon: "link", size: Size::Small, kind: Loud::Line, ..Button::default() })) }
    };
    Ok(rail_block(t!(lang, "Share"), "", body))
}
