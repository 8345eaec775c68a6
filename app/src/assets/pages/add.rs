//! Adding files: many at once, each with its state; with a script they go on
//! where they stopped, without one the form sends them.

use axum::response::Response;
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{frame, picture, sub};
use crate::assets::find::{Hit, with_versions};
use crate::assets::model::Audience;
use crate::assets::rights::{Licence, Rights};
use crate::assets::verbs::{self, Facts, File};
use crate::assets::{pack, store};
use crate::error::{Error, Result};
use crate::files::{self, Sent};
use crate::i18n::{fmt, t, tn};
use crate::ui::block::{Tone, notice};
use crate::ui::button::{Button, Kind as Loud, button};
use crate::ui::choice::{Opt, check, select};
use crate::ui::field::{Field, error_summary, text};
use crate::ui::icon::icon_l;
use crate::ui::shell::bar_back;
use crate::web::{Me, Query, see_other};

/// GET /assets/new
pub async fn new(me: Me) -> Result<Markup> {
    store::require_edit(&me.actor)?;
    form(&me, &[], &Sent::default()).await
}

/// Where files are dropped; with a script they are sent in parts.
pub fn drop_box(me: &Me, many: bool, error: &str) -> Markup {
    let lang = me.lang();
    let limits = t!(
        lang,
        "Up to {size} each. You may leave and come back: what has arrived stays.",
        size = fmt::bytes(lang, me.app.config.upload_bytes)
    );
    html! {
        div class={ "field" @if !error.is_empty() { " invalid" } } data-tus="/api/v1/asset-uploads" data-name="uploads"
            data-known=(t!(lang, "We have this already: {name}")) data-ready=(t!(lang, "Arrived")) data-left=(t!(lang, "Waits for the connection")) {
            label class="label" for="f-files" { @if many { (t!(lang, "Files")) } @else { (t!(lang, "File")) } }
            @if !error.is_empty() { p class="error" { (error) } }
            div class="drop" {
                (icon_l("upl"))
                div class="grow" { strong class="strong" { (t!(lang, "Drop files here")) } br; span class="hint" id="f-files-limits" { (limits) } }
                input class="file-in" type="file" id="f-files" name="files" multiple[many] aria-describedby="f-files-limits";
            }
            ul class="stack uploads mt-2 plain-list" {}
        }
    }
}

async fn form(me: &Me, errors: &[(String, String)], sent: &Sent) -> Result<Markup> {
    let lang = me.lang();
    let error = |name: &str| {
        errors
            .iter()
            .find(|(n, _)| n == name)
            .map_or("", |(_, e)| e.as_str())
    };
    let shown: Vec<(&str, &str)> = errors
        .iter()
        .map(|(n, e)| (n.as_str(), e.as_str()))
        .collect();
    let audience = sent.text("audience");
    let audiences: Vec<Opt<'_>> = Audience::ALL
        .iter()
        .map(|a| Opt {
            value: a.key(),
            label: a.label(lang),
            chosen: a.key() == audience || (audience.is_empty() && *a == Audience::Everyone),
            ..Opt::default()
        })
        .collect();
    let licence = sent.text("licence");
    let licences: Vec<Opt<'_>> = Licence::ALL
        .iter()
        .map(|l| Opt {
            value: l.key(),
            label: l.label(lang),
            chosen: l.key() == licence || (licence.is_empty() && *l == Licence::Unknown),
            ..Opt::default()
        })
        .collect();
    let body = html! {
        (bar_back(t!(lang, "Assets"), "/assets", "", html! {}))
        div class="panel-body" { div class="measure stack" {
            h1 tabindex="-1" { (t!(lang, "Add files")) }
            p class="muted" { (t!(lang, "Each file becomes an asset. What you say here holds for all of them; you can change each afterwards.")) }
            (error_summary(lang, &shown))
            form class="stack" method="post" action="/assets/new" enctype="multipart/form-data" {
                (drop_box(me, true, error("files")))
                @for id in sent.fields.get("uploads").into_iter().flatten() { input type="hidden" name="uploads" value=(id); }
                (check(&Field { name: "unpack", label: t!(lang, "Unpack ZIP files"), hint: t!(lang, "Each file in them becomes an asset of its own."), ..Field::default() }, true))
                (text(lang, &Field { name: "campaign", label: t!(lang, "Campaign"), optional: true, value: sent.text("campaign"), max_length: Some(100), ..Field::default() }))
                (text(lang, &Field { name: "tags", label: t!(lang, "Tags"), hint: t!(lang, "With commas between them."), optional: true, value: sent.text("tags"), error: error("tags"), ..Field::default() }))
                (select(lang, &Field { name: "audience", label: t!(lang, "Who finds it"), ..Field::default() }, &audiences, None))
                (select(lang, &Field { name: "licence", label: t!(lang, "Licence"), hint: t!(lang, "Until somebody has checked it, nobody can download it."), ..Field::default() }, &licences, None))
                div { (button(Button { label: t!(lang, "Add to the library"), kind: Loud::Primary, ..Button::default() })) }
            }
        } }
    };
    frame(me, t!(lang, "Add files"), body).await
}

/// What became of some files.
#[derive(Debug, Default)]
pub struct Added {
    /// Ids of new assets.
    pub assets: Vec<String>,
    /// Ids of assets that have the same bytes.
    pub known: Vec<String>,
    /// What was left out of ZIP files.
    pub skipped: Vec<String>,
}

/// Make assets of files in the store. Bytes that are there already make none.
pub async fn add_all(
    me: &Me,
    files: Vec<File>,
    unpack: bool,
    facts: &(dyn Fn(Facts) -> Facts + Sync),
    rights: &Rights,
) -> Result<Added> {
    let mut added = Added::default();
    let mut all = Vec::new();
    for file in files {
        if unpack && file.media_type == "application/zip" {
            let sha = mil_blob::Sha::parse(&file.sha256).ok_or(Error::NotFound)?;
            let unpacked = pack::unpack(&me.app, &sha, file.size).await?;
            added.skipped.extend(unpacked.skipped);
            all.extend(unpacked.files);
        } else {
            all.push(file);
        }
    }
    for file in all {
        if let Some(known) = store::same_bytes(&me.app.db, &me.actor, &file.sha256).await? {
            added.known.push(known.id);
            continue;
        }
        let mut tx = me.app.db.begin().await?;
        let facts = facts(Facts::guess(&file.name, &file.media_type));
        let asset = verbs::create_in(&mut tx, me, &me.actor, &file, &facts, rights).await?;
        tx.commit().await?;
        added.assets.push(asset.id);
    }
    Ok(added)
}

/// The files of a form: those that came with it, and uploads that were whole
/// before.
pub async fn taken(me: &Me, sent: &mut Sent) -> Result<Vec<File>> {
    let mut all = Vec::new();
    let mut tx = me.app.db.begin().await?;
    for id in sent.take_all("uploads") {
        all.push(verbs::take_upload(&mut tx, me, &me.actor, &id).await?);
    }
    for (field, file) in &sent.files {
        if field == "files" {
            all.push(File {
                name: file.name.clone(),
                media_type: file.media_type.clone(),
                size: file.size,
                sha256: file.sha256.clone(),
            });
            files::store::remove_loose(&mut tx, &me.actor, me.now, &file.id).await?;
        }
    }
    tx.commit().await?;
    if all.is_empty() {
        let none = || crate::error::FieldError::new("files", "Choose a file first.");
        return Err(Error::Invalid(vec![
            sent.wrong.first().cloned().unwrap_or_else(none),
        ]));
    }
    Ok(all)
}

/// POST /assets/new
pub async fn create(me: Me, mut sent: Sent) -> Result<Response> {
    use axum::response::IntoResponse;
    store::require_edit(&me.actor)?;
    let unpack = !sent.text("unpack").is_empty();
    let (campaign, tags) = (
        sent.text("campaign").to_owned(),
        sent.text("tags").to_owned(),
    );
    let audience = Audience::from_key(sent.text("audience")).unwrap_or(Audience::Agents);
    let rights = Rights {
        licence: Licence::from_key(sent.text("licence")).unwrap_or(Licence::Unknown),
        ..Rights::default()
    };
    let done = async {
        verbs::tidy(std::slice::from_ref(&tags))?;
        let files = taken(&me, &mut sent).await?;
        let facts = |guess: Facts| Facts {
            campaign: campaign.clone(),
            tags: vec![tags.clone()],
            audience,
            ..guess
        };
        add_all(&me, files, unpack, &facts, &rights).await
    };
    match done.await {
        Ok(added) => {
            let to = match (added.assets.as_slice(), added.known.is_empty()) {
                ([one], true) if added.skipped.is_empty() => format!("/assets/{one}/edit"),
                (all, _) => format!(
                    "/assets/added?new={}&known={}&skipped={}",
                    all.join(","),
                    added.known.join(","),
                    added.skipped.len()
                ),
            };
            Ok(see_other(&to, None))
        }
        Err(Error::Invalid(fields)) => {
            let errors: Vec<(String, String)> = fields
                .iter()
                .map(|f| (f.field.clone(), me.lang().text(&f.msg.text, &f.msg.args)))
                .collect();
            let page = form(&me, &errors, &sent).await?;
            Ok((axum::http::StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(error) => Err(error),
    }
}

/// What became of the files that were just added.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Became {
    new: Option<String>,
    known: Option<String>,
    skipped: Option<i64>,
}

/// GET /assets/added
pub async fn added(me: Me, Query(became): Query<Became>) -> Result<Markup> {
    let lang = me.lang();
    store::require_edit(&me.actor)?;
    let new = hits(&me, became.new.as_deref().unwrap_or_default()).await?;
    let known = hits(&me, became.known.as_deref().unwrap_or_default()).await?;
    let skipped = became.skipped.unwrap_or(0);
    let list = |hits: &[Hit]| {
        html! {
            ul class="grid assets mt-2" { @for hit in hits {
                li class="asset" { span class="img" { (picture(lang, hit, "thumb")) }
                    h3 { a href={ "/assets/" (hit.asset.id) "/edit" } { (hit.asset.name) } } p class="sub" { (sub(lang, hit)) } }
            } }
        }
    };
    let title = tn!(lang, new.len(), "{n} asset added", "{n} assets added");
    let body = html! {
        (bar_back(t!(lang, "Assets"), "/assets", "", html! {}))
        div class="panel-body stack" {
            h1 tabindex="-1" { (title) }
            @if skipped > 0 { (notice(Tone::Info, "info", "", html! { (tn!(lang, skipped, "{n} file in the ZIP was left out: it is empty or belongs to a program.", "{n} files in the ZIP were left out: they are empty or belong to a program.")) })) }
            @if !new.is_empty() { section { h2 { (t!(lang, "New")) } p class="muted" { (t!(lang, "Say what each may be used for, so that others can take it.")) } (list(&new)) } }
            @if !known.is_empty() { section { h2 { (t!(lang, "We have these already")) } (list(&known)) } }
            p { a class="btn" href="/assets/new" { (t!(lang, "Add more files")) } }
        }
    };
    frame(&me, &title, body).await
}

async fn hits(me: &Me, ids: &str) -> Result<Vec<Hit>> {
    let mut all = Vec::new();
    for id in ids.split(',').filter(|id| !id.is_empty()).take(pack::MOST) {
        all.push(store::find(&me.app.db, Some(&me.actor), id).await?);
    }
    with_versions(&me.app, all).await
}
