//! Making a link, and the page behind it that outsiders see.

use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{detail, frame, today};
use crate::assets::find::{Hit, with_versions};
use crate::assets::model::Ready;
use crate::assets::rights;
use crate::assets::shares::{self, NewShare, Share, Target};
use crate::assets::take::{self, Offer};
use crate::assets::{collections, store};
use crate::error::{Error, FieldError, Result};
use crate::files::send;
use crate::i18n::{fmt, t, tn};
use crate::ui::block::{Tone, notice, pill};
use crate::ui::button::{Button, Kind as Loud, Size, button};
use crate::ui::choice::check;
use crate::ui::field::{Field, Number, error_summary, number, password, text};
use crate::ui::icon::icon;
use crate::ui::shell::bar_back;
use crate::web::ctx::cookie;
use crate::web::{Ctx, Flash, Input, Me, see_other, shell};

/// The name of what is shared, and its page.
async fn what(me: &Me, target: &Target) -> Result<(String, String)> {
    store::require_edit(&me.actor)?;
    Ok(match target {
        Target::Asset(id) => (
            store::find(&me.app.db, Some(&me.actor), id).await?.name,
            format!("/assets/{id}"),
        ),
        Target::Collection(id) => (
            collections::find(&me.app.db, Some(&me.actor), id)
                .await?
                .name,
            format!("/assets/collections/{id}"),
        ),
    })
}

async fn page(
    me: &Me,
    target: &Target,
    new: &NewShare,
    wrong: &[FieldError],
    made: Option<&str>,
) -> Result<Markup> {
    let lang = me.lang();
    let (name, home) = what(me, target).await?;
    let all = shares::of(me, target).await?;
    let said: Vec<(String, String)> = wrong
        .iter()
        .map(|w| (w.field.clone(), lang.text(&w.msg.text, &w.msg.args)))
        .collect();
    let shown: Vec<(&str, &str)> = said.iter().map(|(n, e)| (n.as_str(), e.as_str())).collect();
    let error = |name: &str| {
        said.iter()
            .find(|(n, _)| n == name)
            .map_or("", |(_, e)| e.as_str())
    };
    let (days, most) = (
        new.days.max(1).to_string(),
        new.most_downloads
            .map(|n| n.to_string())
            .unwrap_or_default(),
    );
    let mut logs = Vec::new();
    for one in &all {
        logs.push(shares::log(me, &one.id).await?);
    }
    let title = t!(lang, "Share “{name}”", name = name);
    let body = html! {
        (bar_back(&name, &home, "", html! {}))
        div class="panel-body" { div class="measure stack" {
            h1 tabindex="-1" { (title) }
            @if let Some(link) = made {
                div class="notice notice-ok" { (icon("link")) div class="grow" {
                    strong class="strong" { (t!(lang, "The link is made. Copy it now: it is not shown again.")) }
                    p class="secret mt-2" id="share-link" { (link) } } }
            }
            (error_summary(lang, &shown))
            form class="stack" method="post" action={ (home) "/share" } {
                (text(lang, &Field { name: "label", label: t!(lang, "Whom it is for"), value: &new.label, error: error("label"), max_length: Some(160), ..Field::default() }))
                (number(lang, &Field { name: "days", label: t!(lang, "Ends after"), value: &days, error: error("days"), ..Field::default() }, &Number { min: "1", max: "366", unit: t!(lang, "days"), ..Number::default() }))
                (password(lang, &Field { name: "password", label: t!(lang, "Password"), hint: t!(lang, "At least 10 characters. Tell it on another way than the link."), error: error("password"), optional: true, autocomplete: "new-password", ..Field::default() }))
                (number(lang, &Field { name: "most_downloads", label: t!(lang, "Most downloads"), value: &most, error: error("most_downloads"), optional: true, ..Field::default() }, &Number { min: "1", unit: t!(lang, "files"), ..Number::default() }))
                (check(&Field { name: "originals", label: t!(lang, "The files as they were uploaded, too"), hint: t!(lang, "With whatever a camera wrote into them."), ..Field::default() }, new.originals.is_some()))
                div { (button(Button { label: t!(lang, "Make the link"), kind: Loud::Primary, ..Button::default() })) }
            }
            @if !all.is_empty() {
                section { h2 { (t!(lang, "Links")) }
                    ul class="rq mt-2" { @for (one, log) in all.iter().zip(&logs) { (line(me, one, log)) } }
                }
            }
        } }
    };
    frame(me, &title, body).await
}

fn line(me: &Me, one: &Share, log: &[shares::Taken]) -> Markup {
    let lang = me.lang();
    html! {
        li { div class="grow" {
            strong { (one.label) } " "
            @if one.is_open(me.now) { (pill(Tone::Ok, "link", &t!(lang, "until {day}", day = fmt::when(lang, one.expires_at, me.now, &me.prefs.zone)))) }
            @else { (pill(Tone::Plain, "lock", t!(lang, "Ended"))) }
            @if one.password_hash.is_some() { " " (pill(Tone::Line, "key", t!(lang, "Password"))) }
            p class="muted small" { (tn!(lang, one.downloads, "{n} download", "{n} downloads"))
                @if let Some(most) = one.most_downloads { " " (t!(lang, "of {n} at most", n = most)) } }
            @if !log.is_empty() { details { summary { (t!(lang, "Who took what")) }
                ul class="plain small" { @for taken in log { li { (taken.asset) ", " (taken.preset) ", " time datetime=(taken.at) {
                    (taken.at.parse().map(|at| fmt::when(lang, at, me.now, &me.prefs.zone)).unwrap_or_default()) } } } } } }
        }
        @if one.is_open(me.now) { form method="post" action={ "/assets/shares/" (one.id) "/end" } {
            (button(Button { label: t!(lang, "End it now"), kind: Loud::Line, size: Size::Small, ..Button::default() })) } }
        }
    }
}

fn fresh() -> NewShare {
    NewShare {
        days: 14,
        ..NewShare::default()
    }
}

/// GET /assets/{asset}/share
pub async fn of_asset(me: Me, Path(id): Path<String>) -> Result<Markup> {
    page(&me, &Target::Asset(id), &fresh(), &[], None).await
}

/// GET /assets/collections/{collection}/share
pub async fn of_collection(me: Me, Path(id): Path<String>) -> Result<Markup> {
    page(&me, &Target::Collection(id), &fresh(), &[], None).await
}

/// The whole address of a link.
pub fn link(ctx: &Ctx, secret: &str) -> String {
    format!("{}/s/{secret}", ctx.app.config.public_url)
}

async fn make(me: Me, target: Target, new: NewShare) -> Result<Response> {
    what(&me, &target).await?;
    match shares::make(&me, &me.actor, target.clone(), &new).await {
        Ok((_, secret)) => {
            let link = link(&me, &secret);
            Ok(page(&me, &target, &fresh(), &[], Some(&link))
                .await?
                .into_response())
        }
        Err(Error::Invalid(wrong)) => {
            let page = page(&me, &target, &new, &wrong, None).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(error) => Err(error),
    }
}

/// POST /assets/{asset}/share: the answer shows the link, once.
pub async fn make_asset(
    me: Me,
    Path(id): Path<String>,
    Input(new): Input<NewShare>,
) -> Result<Response> {
    make(me, Target::Asset(id), new).await
}

/// POST /assets/collections/{collection}/share
pub async fn make_collection(
    me: Me,
    Path(id): Path<String>,
    Input(new): Input<NewShare>,
) -> Result<Response> {
    make(me, Target::Collection(id), new).await
}

/// POST /assets/shares/{share}/end
pub async fn end(me: Me, Path(id): Path<String>) -> Result<Response> {
    let target = shares::revoke(&me, &me.actor, &id).await?;
    let to = match target {
        Target::Asset(id) => format!("/assets/{id}/share"),
        Target::Collection(id) => format!("/assets/collections/{id}/share"),
    };
    Ok(see_other(
        &to,
        Some(Flash::new(t!(me.lang(), "The link leads nowhere now."))),
    ))
}

const COOKIE: &str = "mil_share";

fn is_unlocked(share: &Share, secret: &str, headers: &HeaderMap) -> bool {
    share.password_hash.is_none()
        || cookie(headers, COOKIE) == Some(shares::proof(share, secret).as_str())
}

/// The link, if the reader may see what is behind it.
async fn open(ctx: &Ctx, secret: &str, headers: &HeaderMap) -> Result<Share> {
    let share = shares::by_secret(ctx, secret).await?;
    if is_unlocked(&share, secret, headers) {
        Ok(share)
    } else {
        Err(Error::NotFound)
    }
}

/// GET /s/{link}
pub async fn outside(ctx: Ctx, Path(secret): Path<String>, headers: HeaderMap) -> Result<Response> {
    let share = shares::by_secret(&ctx, &secret).await?;
    if !is_unlocked(&share, &secret, &headers) {
        return Ok(ask(&ctx, &secret, "").into_response());
    }
    let lang = ctx.lang();
    let hits = with_versions(&ctx.app, shares::assets(&ctx, &share).await?).await?;
    let mut cards = Vec::new();
    for hit in &hits {
        cards.push(card(&ctx, &share, &format!("/s/{secret}"), hit).await?);
    }
    let org = ctx.app.org();
    let title = t!(lang, "Files from {name}", name = org.name);
    let left = share
        .most_downloads
        .map(|most| (most - share.downloads).max(0));
    let body = html! {
        h1 tabindex="-1" { (title) }
        p class="muted" { (t!(lang, "For {name}.", name = share.label)) " "
            (t!(lang, "This link ends {when}.", when = fmt::when(lang, share.expires_at, ctx.now, &ctx.prefs.zone)))
            @if let Some(left) = left { " " (tn!(lang, left, "{n} download is left.", "{n} downloads are left.")) } }
        @for card in &cards { (card) }
        @if cards.is_empty() { (notice(Tone::Info, "info", "", html! { (t!(lang, "There is nothing here any more. Ask who sent you the link.")) })) }
    };
    Ok(shell::bare(&ctx, &title, body).into_response())
}

/// One asset for outsiders: picture, rules, downloads.
pub async fn card(ctx: &Ctx, share: &Share, base: &str, hit: &Hit) -> Result<Markup> {
    let a = &hit.asset;
    let made = store::renditions(&ctx.app.db, &hit.version.id).await?;
    let presets = store::presets(&ctx.app.db).await?;
    let offers = take::offers(
        ctx.lang(),
        &hit.version,
        &made,
        &presets,
        share.originals || a.originals_for_all,
    );
    Ok(outside_card(ctx, base, hit, &offers))
}

/// The card itself; `base` is where its picture and its downloads are.
pub fn outside_card(ctx: &Ctx, base: &str, hit: &Hit, offers: &[Offer]) -> Markup {
    let lang = ctx.lang();
    let (a, day) = (&hit.asset, today(ctx));
    let no = rights::may_use(&a.rights, None, None, day).err();
    html! {
        section class="card outside" {
            @if hit.version.state == Ready::Ready && no.is_none() {
                img class="outside-picture" src={ (base) "/picture/" (a.id) } alt=(a.description) loading="lazy" width="480" height="360";
            }
            h2 { (a.name) }
            @if let Some(no) = &no {
                @let msg = take::why_not(lang, no, day);
                p class="small bad" { (lang.text(&msg.text, &msg.args)) }
            } @else {
                p class="small muted" { (detail::scope(lang, &a.rights, day)) }
                @if !a.rights.credit.is_empty() { p class="small" { (t!(lang, "Name in print and online: {credit}", credit = a.rights.credit)) } }
                ul class="dl mt-2 plain-list" { @for offer in offers {
                    @if rights::may_use(&a.rights, Some(offer.channel), None, day).is_ok() { li {
                        form method="post" action={ (base) "/take" } hx-boost="false" {
                            input type="hidden" name="asset" value=(a.id);
                            button name="preset" value=(offer.preset) { (icon("dl")) span { (offer.label) }
                                span class="end" { (offer.format) ", " (fmt::bytes(lang, offer.size)) } }
                        } } }
                } }
                (detail::guide(lang, &a.guide))
            }
        }
    }
}

fn ask(ctx: &Ctx, secret: &str, wrong: &str) -> Markup {
    let lang = ctx.lang();
    let title = t!(lang, "This link has a password");
    let body = html! {
        h1 tabindex="-1" { (title) }
        p class="muted" { (t!(lang, "Whoever sent you the link told you the password.")) }
        form class="stack" method="post" action={ "/s/" (secret) } {
            (password(lang, &Field { name: "password", label: t!(lang, "Password"), error: wrong, autocomplete: "off", ..Field::default() }))
            (button(Button { label: t!(lang, "Open"), kind: Loud::Primary, ..Button::default() }))
        }
    };
    shell::bare(ctx, title, body)
}

/// A password.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Key {
    password: String,
}

/// POST /s/{link}: the password.
pub async fn unlock(
    ctx: Ctx,
    Path(secret): Path<String>,
    Input(key): Input<Key>,
) -> Result<Response> {
    let share = shares::by_secret(&ctx, &secret).await?;
    if !shares::unlock(&ctx, &share, key.password).await? {
        let wrong = t!(ctx.lang(), "That is not the password. Look at it again.");
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, ask(&ctx, &secret, wrong)).into_response());
    }
    let mut response = see_other(&format!("/s/{secret}"), None);
    let secure = if ctx.app.config.is_https() {
        "; Secure"
    } else {
        ""
    };
    let value = format!(
        "{COOKIE}={}; Path=/s/; Max-Age=86400; HttpOnly; SameSite=Lax{secure}",
        shares::proof(&share, &secret)
    );
    if let Ok(value) = HeaderValue::from_str(&value) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    Ok(response)
}

/// What an outsider takes.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Wanted {
    /// Id of the asset.
    pub asset: String,
    /// What of it.
    pub preset: String,
}

/// POST /s/{link}/take
pub async fn take(
    ctx: Ctx,
    Path(secret): Path<String>,
    headers: HeaderMap,
    Input(what): Input<Wanted>,
) -> Result<Response> {
    let share = open(&ctx, &secret, &headers).await?;
    let ticket = shares::take(&ctx, &share, &what.asset, &what.preset).await?;
    Ok(see_other(&format!("/s/{secret}/files/{}", ticket.id), None))
}

/// GET /s/{link}/files/{taken}
pub async fn fetch(
    ctx: Ctx,
    Path((secret, taken)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response> {
    let share = open(&ctx, &secret, &headers).await?;
    let file = take::redeem(&ctx, &taken, None, Some(&share.id)).await?;
    send::file(&ctx.app, &file, &headers, true).await
}

/// GET /s/{link}/picture/{shown}
pub async fn picture(
    ctx: Ctx,
    Path((secret, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response> {
    let share = open(&ctx, &secret, &headers).await?;
    let asset = shares::assets(&ctx, &share)
        .await?
        .into_iter()
        .find(|a| a.id == id)
        .ok_or(Error::NotFound)?;
    outside_picture(&ctx, asset, &headers).await
}

/// The small picture of an asset for outsiders, unless its rights forbid even that.
pub async fn outside_picture(
    ctx: &Ctx,
    asset: crate::assets::model::Asset,
    headers: &HeaderMap,
) -> Result<Response> {
    if rights::may_use(&asset.rights, None, None, today(ctx)).is_err() {
        return Err(Error::NotFound);
    }
    let version = store::current(&ctx.app.db, &asset).await?;
    let made = store::renditions(&ctx.app.db, &version.id).await?;
    let r = made
        .iter()
        .find(|r| r.preset == "thumb")
        .ok_or(Error::NotFound)?;
    let name = take::file_name(&asset, &version, "thumb", &r.media_type);
    let file = take::as_file(name, &r.media_type, r.size, &r.sha256, ctx.now);
    send::file(&ctx.app, &file, headers, false).await
}
