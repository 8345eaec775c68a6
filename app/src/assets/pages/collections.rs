//! Collections: the list, one of them, making and ending one.

use axum::extract::Path;
use axum::response::Response;
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{frame, picture, rights_pill, sub, today};
use crate::assets::find::with_versions;
use crate::assets::model::Audience;
use crate::assets::{collections, store, zips};
use crate::error::Result;
use crate::i18n::t;
use crate::policy;
use crate::ui::block::{Tone, empty, pill};
use crate::ui::button::{Button, Kind as Loud, Size, button, link_button};
use crate::ui::choice::{Opt, select};
use crate::ui::field::{Field, text, textarea};
use crate::ui::shell::{bar, bar_back};
use crate::web::{Flash, Input, Me, see_other};

fn audience_field(me: &Me, now: Audience) -> Markup {
    let lang = me.lang();
    let options: Vec<Opt<'_>> = Audience::ALL
        .iter()
        .map(|a| Opt {
            value: a.key(),
            label: a.label(lang),
            chosen: *a == now,
            ..Opt::default()
        })
        .collect();
    select(
        lang,
        &Field {
            name: "audience",
            label: t!(lang, "Who finds it"),
            ..Field::default()
        },
        &options,
        None,
    )
}

/// GET /assets/collections
pub async fn list(me: Me) -> Result<Markup> {
    let lang = me.lang();
    let all = collections::list(&me.app, Some(&me.actor)).await?;
    let title = t!(lang, "Collections");
    let body = html! {
        (bar(title, html! {}, html! {}))
        div class="panel-body stack" {
            @if all.is_empty() { (empty("layers", t!(lang, "No collections yet"), t!(lang, "Put what belongs together into one place, to share or to take at once."), html! {})) }
            ul class="rq" { @for c in &all {
                li { div class="grow" { a class="ttl" href={ "/assets/collections/" (c.id) } { (c.name) }
                    p class="muted small" { (c.description) } }
                    @if policy::works(&me.actor) { (pill(Tone::Line, "", c.audience.label(lang))) } }
            } }
            @if store::may_edit(&me.actor) {
                section { h2 { (t!(lang, "New collection")) }
                    form class="stack measure mt-2" method="post" action="/assets/collections" {
                        (text(lang, &Field { name: "name", label: t!(lang, "Name"), max_length: Some(160), ..Field::default() }))
                        (textarea(lang, &Field { name: "description", label: t!(lang, "Description"), optional: true, ..Field::default() }, 2))
                        (audience_field(&me, Audience::Everyone))
                        div { (button(Button { label: t!(lang, "Make it"), ..Button::default() })) }
                    }
                }
            }
        }
    };
    frame(&me, title, body).await
}

/// What is said of a collection.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Said {
    #[serde(default)]
    name: String,
    #[serde(default)]
    description: String,
    audience: Audience,
}

/// POST /assets/collections
pub async fn make(me: Me, Input(s): Input<Said>) -> Result<Response> {
    let made = collections::save(&me, &me.actor, None, &s.name, &s.description, s.audience).await?;
    Ok(see_other(&format!("/assets/collections/{}", made.id), None))
}

/// POST /assets/collections/{collection}
pub async fn save(me: Me, Path(id): Path<String>, Input(s): Input<Said>) -> Result<Response> {
    collections::find(&me.app.db, Some(&me.actor), &id).await?;
    collections::save(
        &me,
        &me.actor,
        Some(&id),
        &s.name,
        &s.description,
        s.audience,
    )
    .await?;
    Ok(see_other(
        &format!("/assets/collections/{id}"),
        Some(Flash::new(t!(me.lang(), "Saved."))),
    ))
}

/// POST /assets/collections/{collection}/archive
pub async fn archive(me: Me, Path(id): Path<String>) -> Result<Response> {
    collections::archive(&me, &me.actor, &id).await?;
    Ok(see_other(
        "/assets/collections",
        Some(Flash::new(t!(
            me.lang(),
            "The collection is gone; its assets stay."
        ))),
    ))
}

/// GET /assets/collections/{collection}
pub async fn show(me: Me, Path(id): Path<String>) -> Result<Markup> {
    let lang = me.lang();
    let c = collections::find(&me.app.db, Some(&me.actor), &id).await?;
    let hits = with_versions(
        &me.app,
        zips::of_collection(&me, Some(&me.actor), &id).await?,
    )
    .await?;
    let may_edit = store::may_edit(&me.actor);
    let acts = html! {
        @if may_edit { (link_button(&format!("/assets/collections/{id}/share"), Button { label: t!(lang, "Share by a link"), icon: "link", size: Size::Small, kind: Loud::Line, ..Button::default() })) }
        @if !hits.is_empty() {
            form method="post" action={ "/assets/collections/" (id) "/zip" } hx-boost="false" {
                (button(Button { label: t!(lang, "Download as ZIP"), icon: "dl", size: Size::Small, kind: Loud::Primary, ..Button::default() })) }
        }
    };
    let body = html! {
        (bar_back(t!(lang, "Collections"), "/assets/collections", "", acts))
        div class="panel-body stack" {
            h1 tabindex="-1" { (c.name) }
            @if !c.description.is_empty() { p { (c.description) } }
            @if hits.is_empty() { (empty("image", t!(lang, "Nothing in it yet"), t!(lang, "Choose assets in the library and put them in."), html! { a href="/assets" { (t!(lang, "Assets")) } })) }
            ul class="grid assets" { @for hit in &hits {
                li class="asset" { span class="img" { (picture(lang, hit, "thumb")) } (rights_pill(lang, &hit.asset.rights, today(&me), false))
                    h3 { a href={ "/assets/" (hit.asset.id) } { (hit.asset.name) } } p class="sub" { (sub(lang, hit)) } }
            } }
            @if may_edit {
                details { summary { (t!(lang, "Change the collection")) }
                    form class="stack measure mt-2" method="post" action={ "/assets/collections/" (id) } {
                        (text(lang, &Field { name: "name", label: t!(lang, "Name"), value: &c.name, max_length: Some(160), ..Field::default() }))
                        (textarea(lang, &Field { name: "description", label: t!(lang, "Description"), value: &c.description, optional: true, ..Field::default() }, 2))
                        (audience_field(&me, c.audience))
                        div { (button(Button { label: t!(lang, "Save"), ..Button::default() })) }
                    }
                    form class="mt-2" method="post" action={ "/assets/collections/" (id) "/archive" } {
                        (button(Button { label: t!(lang, "Take the collection away"), kind: Loud::Line, ..Button::default() })) }
                }
            }
        }
    };
    frame(&me, &c.name, body).await
}
