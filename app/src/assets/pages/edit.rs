//! What is said of an asset, its rights, and its files.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use super::add::{drop_box, taken};
use super::frame;
use crate::assets::bulk::day;
use crate::assets::find::Hit;
use crate::assets::model::{Asset, Audience, Kind, People};
use crate::assets::rights::{Channel, Consent, Licence, Rights};
use crate::assets::store;
use crate::assets::verbs::{self, Facts};
use crate::error::{Error, FieldError, Result};
use crate::files::Sent;
use crate::i18n::{Lang, fmt, t};
use crate::people;
use crate::ui::button::{Button, Kind as Loud, Size, button};
use crate::ui::choice::{Opt, check, checks, select};
use crate::ui::field::{Field, date, error_summary, fieldset, text, textarea, two};
use crate::ui::shell::bar_back;
use crate::web::input::Posted;
use crate::web::{Flash, Me, see_other};

/// An option for each word of a list.
macro_rules! options {
    ($list:ty, $lang:expr, $chosen:expr) => {
        <$list>::ALL
            .iter()
            .map(|one| Opt {
                value: one.key(),
                label: one.label($lang),
                chosen: $chosen(*one),
                ..Opt::default()
            })
            .collect::<Vec<Opt<'_>>>()
    };
}

/// GET /assets/{asset}/edit
pub async fn show(me: Me, Path(id): Path<String>) -> Result<Markup> {
    let asset = store::find(&me.app.db, Some(&me.actor), &id).await?;
    store::require_edit(&me.actor)?;
    let facts = Facts::of(&asset, store::tags(&me.app.db, &id).await?);
    form(&me, &asset, &facts, &asset.rights, &[]).await
}

async fn form(
    me: &Me,
    asset: &Asset,
    f: &Facts,
    r: &Rights,
    wrong: &[FieldError],
) -> Result<Markup> {
    let lang = me.lang();
    let said: Vec<(String, String)> = wrong
        .iter()
        .map(|w| (w.field.clone(), lang.text(&w.msg.text, &w.msg.args)))
        .collect();
    let error = |name: &str| {
        said.iter()
            .find(|(n, _)| n == name)
            .map_or("", |(_, e)| e.as_str())
    };
    let shown: Vec<(&str, &str)> = said.iter().map(|(n, e)| (n.as_str(), e.as_str())).collect();
    let people_here = people::store::agents(&me.app.db).await?;
    let owner = f.owner_id.clone().unwrap_or_default();
    let owners: Vec<Opt<'_>> = people_here
        .iter()
        .map(|p| Opt {
            value: &p.id,
            label: &p.name,
            chosen: p.id == owner,
            ..Opt::default()
        })
        .collect();
    let (tags, places) = (f.tags.join(", "), r.territories.join(", "));
    let (from, until) = (
        r.embargo_until.map(|d| d.to_string()).unwrap_or_default(),
        r.expires_on.map(|d| d.to_string()).unwrap_or_default(),
    );
    let kinds = options!(Kind, lang, |k| k == f.kind);
    let audiences = options!(Audience, lang, |a| a == f.audience);
    let seen = options!(People, lang, |p| p == f.people);
    let licences = options!(Licence, lang, |l| l == r.licence);
    let consents = options!(Consent, lang, |c| c == r.consent);
    let channels = options!(Channel, lang, |c| r.channels.contains(&c));
    let field = |name: &'static str, label: &'static str| Field {
        name,
        label,
        error: error(name),
        ..Field::default()
    };
    let body = html! {
        (bar_back(&asset.name, &format!("/assets/{}", asset.id), "", html! {}))
        div class="panel-body" { div class="measure stack" {
            h1 tabindex="-1" { (t!(lang, "Change “{name}”", name = asset.name)) }
            (error_summary(lang, &shown))
            form class="stack" method="post" action={ "/assets/" (asset.id) "/edit" } data-guard {
                input type="hidden" name="version" value=(asset.version);
                (fieldset(t!(lang, "What it is"), html! {
                    (text(lang, &Field { value: &f.name, max_length: Some(160), ..field("name", t!(lang, "Name")) }))
                    (textarea(lang, &Field { value: &f.description, optional: true, hint: t!(lang, "What it shows, for people who cannot see it."), ..field("description", t!(lang, "Description")) }, 2))
                    (two(html! {
                        (select(lang, &field("kind", t!(lang, "Kind")), &kinds, None))
                        (select(lang, &field("people", t!(lang, "People shown")), &seen, None))
                    }))
                    (two(html! {
                        (text(lang, &Field { value: &f.campaign, optional: true, ..field("campaign", t!(lang, "Campaign")) }))
                        (text(lang, &Field { value: &tags, optional: true, hint: t!(lang, "With commas between them."), ..field("tags", t!(lang, "Tags")) }))
                    }))
                    (textarea(lang, &Field { value: &f.guide, optional: true, hint: t!(lang, "A line each; begin with a dash what not to do."), ..field("guide", t!(lang, "Use it right")) }, 4))
                }))
                (fieldset(t!(lang, "Who may use it"), html! {
                    (two(html! {
                        (select(lang, &field("audience", t!(lang, "Who finds it")), &audiences, None))
                        (select(lang, &field("owner_id", t!(lang, "Owner")), &owners, None))
                    }))
                    (check(&Field { hint: t!(lang, "With whatever its camera wrote into it, such as the place. The sizes for download never hold that."), ..field("originals_for_all", t!(lang, "Everybody who finds it gets the file as it was uploaded")) }, f.originals_for_all))
                }))
                (fieldset(t!(lang, "Rights"), html! {
                    (two(html! {
                        (select(lang, &field("licence", t!(lang, "Licence")), &licences, None))
                        (select(lang, &field("consent", t!(lang, "Consent of the people shown")), &consents, None))
                    }))
                    (text(lang, &Field { value: &r.licence_note, optional: true, hint: t!(lang, "Number, contract, where it is written down."), ..field("licence_note", t!(lang, "About the licence")) }))
                    (text(lang, &Field { value: &r.credit, optional: true, ..field("credit", t!(lang, "Who has to be named")) }))
                    (checks(lang, &Field { hint: t!(lang, "None: every use."), optional: true, ..field("channels", t!(lang, "Only for")) }, &channels, true))
                    (text(lang, &Field { value: &places, optional: true, hint: t!(lang, "Countries or regions with commas between them. Empty: everywhere."), ..field("territories", t!(lang, "Only in")) }))
                    (two(html! {
                        (date(lang, &Field { value: &from, optional: true, ..field("embargo_until", t!(lang, "Not before")) }))
                        (date(lang, &Field { value: &until, optional: true, ..field("expires_on", t!(lang, "May be used until")) }))
                    }))
                }))
                div { (button(Button { label: t!(lang, "Save"), kind: Loud::Primary, ..Button::default() })) }
            }
            section { h2 { (t!(lang, "New version")) }
                form class="stack mt-2" method="post" action={ "/assets/" (asset.id) "/versions" } enctype="multipart/form-data" {
                    (drop_box(me, false, error("files")))
                    (text(lang, &Field { name: "note", label: t!(lang, "What is new"), optional: true, max_length: Some(500), ..Field::default() }))
                    div { (button(Button { label: t!(lang, "Add version"), ..Button::default() })) }
                }
            }
            section { h2 { (t!(lang, "Take it out of the library")) }
                p class="muted" { (t!(lang, "Nobody finds it any more. What it was used in stays as it is.")) }
                form method="post" action={ "/assets/" (asset.id) "/archive" } { (button(Button { label: t!(lang, "Take it out"), ..Button::default() })) }
            }
        } }
    };
    frame(me, &asset.name, body).await
}

/// POST /assets/{asset}/edit: facts and rights together.
pub async fn save(me: Me, Path(id): Path<String>, Posted(form_sent): Posted) -> Result<Response> {
    let lang: Lang = me.lang();
    let asset = store::find(&me.app.db, Some(&me.actor), &id).await?;
    store::require_edit(&me.actor)?;
    let get = |name: &str| {
        form_sent
            .get(name)
            .and_then(|v| v.first())
            .map_or("", String::as_str)
    };
    let facts = Facts {
        name: get("name").to_owned(),
        description: get("description").to_owned(),
        kind: Kind::from_key(get("kind")).unwrap_or(asset.kind),
        guide: get("guide").to_owned(),
        campaign: get("campaign").to_owned(),
        people: People::from_key(get("people")).unwrap_or(asset.people),
        audience: Audience::from_key(get("audience")).unwrap_or(asset.audience),
        originals_for_all: !get("originals_for_all").is_empty(),
        owner_id: Some(get("owner_id").to_owned()).filter(|o| !o.is_empty()),
        tags: vec![get("tags").to_owned()],
    };
    let channels = form_sent
        .get("channels")
        .into_iter()
        .flatten()
        .filter_map(|c| Channel::from_key(c))
        .collect();
    let mut rights = Rights {
        licence: Licence::from_key(get("licence")).unwrap_or(asset.rights.licence),
        licence_note: get("licence_note").to_owned(),
        credit: get("credit").to_owned(),
        consent: Consent::from_key(get("consent")).unwrap_or(asset.rights.consent),
        territories: vec![get("territories").to_owned()],
        channels,
        embargo_until: None,
        expires_on: None,
    };
    let expect = get("version").parse().ok();
    let done = async {
        rights.embargo_until = day("embargo_until", get("embargo_until"))?;
        rights.expires_on = day("expires_on", get("expires_on"))?;
        verbs::checked(&rights)?;
        let saved = verbs::describe(&me, &me.actor, &id, expect, &facts).await?;
        verbs::set_rights(&me, &me.actor, &id, Some(saved.version), &rights).await
    };
    match done.await {
        Ok(saved) => {
            let text = t!(lang, "“{name}” is saved.", name = saved.name);
            Ok(see_other(&format!("/assets/{id}"), Some(Flash::new(text))))
        }
        Err(Error::Invalid(wrong)) => {
            let page = form(&me, &asset, &facts, &rights, &wrong).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(Error::Stale(msg)) => {
            let wrong = [FieldError::new("", msg)];
            let page = form(&me, &asset, &facts, &rights, &wrong).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(error) => Err(error),
    }
}

/// POST /assets/{asset}/versions
pub async fn renew(me: Me, Path(id): Path<String>, mut sent: Sent) -> Result<Response> {
    let asset = store::find(&me.app.db, Some(&me.actor), &id).await?;
    store::require_edit(&me.actor)?;
    let why = sent.text("note").to_owned();
    let done = async {
        let files = taken(&me, &mut sent).await?;
        let mut tx = me.app.db.begin().await?;
        verbs::renew_in(&mut tx, &me, &me.actor, &id, &files[0], &why)
            .await
            .map_err(|error| match error {
                Error::Invalid(mut wrong) => {
                    for one in &mut wrong {
                        one.field = "files".to_owned();
                    }
                    Error::Invalid(wrong)
                }
                other => other,
            })?;
        tx.commit().await?;
        Ok(())
    };
    match done.await {
        Ok(()) => Ok(see_other(
            &format!("/assets/{id}"),
            Some(Flash::new(t!(
                me.lang(),
                "The new version is there. Its sizes are being made."
            ))),
        )),
        Err(Error::Invalid(wrong)) => {
            let facts = Facts::of(&asset, store::tags(&me.app.db, &id).await?);
            let page = form(&me, &asset, &facts, &asset.rights, &wrong).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(error) => Err(error),
    }
}

/// POST /assets/{asset}/versions/{asset_version}/restore
pub async fn restore(me: Me, Path((id, version)): Path<(String, String)>) -> Result<Response> {
    verbs::restore(&me, &me.actor, &id, &version).await?;
    Ok(see_other(
        &format!("/assets/{id}"),
        Some(Flash::new(t!(
            me.lang(),
            "The earlier file is the current one again."
        ))),
    ))
}

/// POST /assets/{asset}/archive
pub async fn archive(me: Me, Path(id): Path<String>) -> Result<Response> {
    verbs::archive(&me, &me.actor, &id).await?;
    Ok(see_other(
        "/assets",
        Some(Flash::new(t!(me.lang(), "It is out of the library."))),
    ))
}

/// The versions of an asset, on its page.
pub async fn history(me: &Me, hit: &Hit) -> Result<Markup> {
    let lang = me.lang();
    let versions = store::versions(&me.app.db, &hit.asset.id).await?;
    let may_edit = store::may_edit(&me.actor);
    Ok(html! {
        @if versions.len() > 1 {
            section { h2 { (t!(lang, "Versions")) }
                ol class="rq mt-2" { @for v in &versions {
                    li { div { strong { (t!(lang, "Version {n}", n = v.number)) } " " span class="muted" { (v.name) ", " (fmt::bytes(lang, v.size)) }
                        @if !v.note.is_empty() { p class="muted small" { (v.note) } } }
                        time class="muted small" datetime=(v.created_at) { (fmt::when(lang, v.created_at, me.now, &me.prefs.zone)) }
                        @if may_edit && Some(&v.id) != hit.asset.version_id.as_ref() {
                            form method="post" action={ "/assets/" (hit.asset.id) "/versions/" (v.id) "/restore" } {
                                (button(Button { label: t!(lang, "Make it current again"), kind: Loud::Quiet, size: Size::Small, ..Button::default() })) }
                        }
                    }
                } }
            }
        }
    })
}
