//! The categories of the catalogue: add, rename, order, archive.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use crate::admin::services::deeds::Move;
use crate::admin::services::words;
use crate::catalog::Category;
use crate::catalog::shelves::{self, Shelf};
use crate::error::Result;
use crate::i18n::{Lang, t};
use crate::ui::block::crumbs;
use crate::ui::button::{Button, Kind, Size, button};
use crate::ui::choice::select;
use crate::ui::field;
use crate::ui::icon::{exists, icon};
use crate::ui::shell::bar;
use crate::web::{Flash, Input, Me, Wrong, see_other, shell};

/// GET /admin/categories
pub async fn page(me: Me) -> Result<Markup> {
    show(&me, &Wrong::default(), "", &Shelf::default()).await
}

async fn answer(
    me: &Me,
    id: &str,
    typed: &Shelf,
    done: Result<()>,
    said: &str,
) -> Result<Response> {
    match done {
        Ok(()) => Ok(see_other("/admin/categories", Some(Flash::new(said)))),
        Err(error) => {
            let wrong = Wrong::of(me.lang(), error)?;
            Ok((wrong.status(), show(me, &wrong, id, typed).await?).into_response())
        }
    }
}

/// POST /admin/categories
pub async fn add(me: Me, Input(shelf): Input<Shelf>) -> Result<Response> {
    let done = shelves::add(&me, &me.actor, shelf.clone()).await;
    let said = t!(me.lang(), "The category is added");
    answer(&me, "", &shelf, done.map(|_| ()), said).await
}

/// POST /admin/categories/{category}
pub async fn save(me: Me, Path(id): Path<String>, Input(shelf): Input<Shelf>) -> Result<Response> {
    let done = shelves::change(&me, &me.actor, &id, shelf.clone()).await;
    answer(
        &me,
        &id,
        &shelf,
        done,
        t!(me.lang(), "The category is saved"),
    )
    .await
}

/// POST /admin/categories/{category}/move
pub async fn reorder(me: Me, Path(id): Path<String>, Input(to): Input<Move>) -> Result<Response> {
    let done = shelves::reorder(&me, &me.actor, &id, to.up()).await;
    let said = t!(me.lang(), "The order is changed");
    answer(&me, "", &Shelf::default(), done, said).await
}

/// POST /admin/categories/{category}/archive
pub async fn archive(me: Me, Path(id): Path<String>) -> Result<Response> {
    let done = shelves::archive(&me, &me.actor, &id, true).await;
    let said = t!(me.lang(), "The category is archived");
    answer(&me, "", &Shelf::default(), done, said).await
}

/// POST /admin/categories/{category}/restore
pub async fn restore(me: Me, Path(id): Path<String>) -> Result<Response> {
    let done = shelves::archive(&me, &me.actor, &id, false).await;
    let said = t!(me.lang(), "The category is back");
    answer(&me, "", &Shelf::default(), done, said).await
}

/// `id` is the category whose form comes back with `typed`; empty is the new one.
async fn show(me: &Me, wrong: &Wrong, id: &str, typed: &Shelf) -> Result<Markup> {
    let lang = me.lang();
    let catalog = me.app.catalog().await?;
    let title = t!(lang, "Categories");
    let last = catalog.categories.iter().filter(|c| !c.archived).count();
    let none = Wrong::default();
    let empty = Shelf::default();
    let body = html! {
        (bar(title, html! {}, html! {}))
        div class="panel-body stack" {
            (crumbs(lang, &[(t!(lang, "Administration"), "/admin"), (title, "")]))
            (wrong.summary(lang))
            div class="stack measure" {
                @for (at, shelf) in catalog.categories.iter().filter(|c| !c.archived).enumerate() {
                    @let mine = shelf.id == id;
                    (one(lang, shelf, (at > 0, at + 1 < last), mine.then_some(typed), if mine { wrong } else { &none }))
                }
                @for shelf in catalog.categories.iter().filter(|c| c.archived) {
                    section class="card row" {
                        h2 class="rail-h grow" { (shelf.name) " " span class="muted" { (t!(lang, "Archived")) } }
                        form method="post" action={ "/admin/categories/" (shelf.id) "/restore" } {
                            (button(Button { label: &t!(lang, "Bring {name} back", name = shelf.name), size: Size::Small, ..Button::default() }))
                        }
                    }
                }
                section class="card stack" aria-labelledby="h-new" {
                    h2 class="rail-h" id="h-new" { (t!(lang, "New category")) }
                    form class="stack" method="post" action="/admin/categories" {
                        @let mine = id.is_empty();
                        (fields(lang, "", if mine { typed } else { &empty }, if mine { wrong } else { &none }))
                        div { (button(Button { label: t!(lang, "Add category"), kind: Kind::Primary, ..Button::default() })) }
                    }
                }
            }
        }
    };
    shell::workspace(me, "/admin", title, body).await
}

fn one(
    lang: Lang,
    shelf: &Category,
    (up, down): (bool, bool),
    typed: Option<&Shelf>,
    wrong: &Wrong,
) -> Markup {
    let base = format!("/admin/categories/{}", shelf.id);
    let stored = Shelf {
        name: shelf.name.clone(),
        icon: shelf.icon.clone(),
    };
    let arrow = |value: &str, icon: &str, label: &str| {
        button(Button {
            label,
            icon,
            icon_only: true,
            kind: Kind::Quiet,
            size: Size::Small,
            name: "to",
            value,
            ..Button::default()
        })
    };
    html! {
        section class="card stack" aria-labelledby={ "h-" (shelf.id) } style="--gap:.75rem" {
            div class="row" {
                @if exists(&shelf.icon) { (icon(&shelf.icon)) }
                h2 class="rail-h grow" id={ "h-" (shelf.id) } { (shelf.name) }
                form class="row" method="post" action={ (base) "/move" } {
                    @if up { (arrow("up", "up", &t!(lang, "Move {name} up", name = shelf.name))) }
                    @if down { (arrow("down", "dn", &t!(lang, "Move {name} down", name = shelf.name))) }
                }
                form method="post" action={ (base) "/archive" } {
                    (button(Button { label: t!(lang, "Archive"), kind: Kind::Quiet, size: Size::Small, ..Button::default() }))
                }
            }
            details open[typed.is_some()] {
                summary { (t!(lang, "Rename or change the icon")) }
                form class="stack mt-2" method="post" action=(base) {
                    (fields(lang, &shelf.id, typed.unwrap_or(&stored), wrong))
                    div { (button(Button { label: t!(lang, "Save category"), ..Button::default() })) }
                }
            }
        }
    }
}

/// The inputs; several of these stand on the page, so their ids differ.
fn fields(lang: Lang, id: &str, shelf: &Shelf, wrong: &Wrong) -> Markup {
    let part = |name, label, value| wrong.field(name, label, value);
    if id.is_empty() {
        return html! {
            (field::text(lang, &part("name", t!(lang, "Name"), &shelf.name)))
            (select(lang, &part("icon", t!(lang, "Icon"), ""), &words::icons(lang, &shelf.icon), None))
        };
    }
    html! {
        div class="field" {
            label class="label" for={ "n-" (id) } { (t!(lang, "Name")) }
            @if !wrong.at("name").is_empty() { p class="error" id={ "e-" (id) } { (wrong.at("name")) } }
            input class="input" id={ "n-" (id) } name="name" value=(shelf.name)
                aria-describedby=[(!wrong.at("name").is_empty()).then(|| format!("e-{id}"))];
        }
        div class="field" {
            label class="label" for={ "i-" (id) } { (t!(lang, "Icon")) }
            select class="select" id={ "i-" (id) } name="icon" {
                @for icon in words::icons(lang, &shelf.icon) { option value=(icon.value) selected[icon.chosen] { (icon.label) } }
            }
        }
    }
}
