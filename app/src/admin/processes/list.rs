//! The list of processes, and making a new one.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use mil_process::process::ProcessDef;
use serde::Deserialize;

use crate::catalog::rules::{self, ProcessChange, ProcessDraft};
use crate::catalog::snapshot::ProcessEntry;
use crate::error::{Error, FieldError, Result};
use crate::i18n::{t, tn};
use crate::ui::block::{Tone, crumbs, empty, pill};
use crate::ui::button::{Button, Kind, button, link_button};
use crate::ui::choice::{Opt, select};
use crate::ui::field::{self, Field};
use crate::ui::shell::bar;
use crate::web::{Flash, Input, Me, Wrong, see_other, shell};

/// GET /admin/processes
pub async fn page(me: Me) -> Result<Markup> {
    let lang = me.lang();
    let title = t!(lang, "Processes");
    let catalog = me.app.catalog().await?;
    let mut all: Vec<&ProcessEntry> = catalog.processes.values().collect();
    all.sort_by_key(|p| (p.archived, p.name.to_lowercase(), &p.id));
    let new = link_button(
        "/admin/processes/new",
        Button {
            label: t!(lang, "New process"),
            kind: Kind::Primary,
            icon: "plus",
            ..Button::default()
        },
    );
    let body = html! {
        (bar(title, html! {}, new))
        div class="panel-body stack" {
            (crumbs(lang, &[(t!(lang, "Administration"), "/admin"), (title, "")]))
            @if all.is_empty() {
                (empty("board", t!(lang, "No processes yet"), t!(lang, "A process says which stages a request goes through."), html! {}))
            }
            ul class="stack bare-list" {
                @for entry in &all {
                    @let used = rules::used_by(&catalog, &entry.id).len();
                    li class="card" {
                        a class="strong" href={ "/admin/processes/" (entry.id) } { (entry.name) }
                        @if entry.archived { " " (pill(Tone::Plain, "lock", t!(lang, "Archived"))) }
                        @if let Some(def) = entry.versions.get(&entry.current) {
                            p { @for (at, stage) in def.stages.iter().enumerate() {
                                @if at > 0 { " → " } (stage.name)
                            } }
                        }
                        p class="hint" {
                            (t!(lang, "Version {n}", n = entry.current)) " · "
                            (tn!(lang, used, "{n} service follows it", "{n} services follow it"))
                        }
                    }
                }
            }
        }
    };
    shell::workspace(&me, "/admin", title, body).await
}

/// The form of a new process.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct NewForm {
    name: String,
    /// The id of a process to begin with; empty for the five stages.
    from: String,
}

/// GET /admin/processes/new
pub async fn new_page(me: Me) -> Result<Markup> {
    show_new(&me, &NewForm::default(), &Wrong::default()).await
}

/// POST /admin/processes
pub async fn create(me: Me, Input(form): Input<NewForm>) -> Result<Response> {
    let catalog = me.app.catalog().await?;
    let definition = match form.from.as_str() {
        "" => Some(ProcessDef::essays()),
        id => catalog.processes.get(id).and_then(|entry| {
            let def = entry.versions.get(&entry.current)?;
            Some(ProcessDef::clone(def))
        }),
    };
    let result = match definition {
        None => Err(Error::field("from", "Choose one of the list.")),
        Some(definition) => {
            let name = form.name.clone();
            rules::create(&me, &me.actor, ProcessDraft { name, definition }).await
        }
    };
    match result {
        Ok(id) => {
            let said = Flash::new(t!(
                me.lang(),
                "The process is made. Change its stages, then choose it for a service"
            ));
            Ok(see_other(&format!("/admin/processes/{id}"), Some(said)))
        }
        Err(Error::Invalid(fields)) => {
            // A copy can rest on somebody who has left since.
            let named: Vec<FieldError> = fields
                .into_iter()
                .map(|w| match w.field.as_str() {
                    "name" => w,
                    _ => FieldError::new("from", w.msg),
                })
                .collect();
            let wrong = Wrong::new(me.lang(), &named);
            let page = show_new(&me, &form, &wrong).await?;
            Ok((wrong.status(), page).into_response())
        }
        Err(other) => Err(other),
    }
}

async fn show_new(me: &Me, form: &NewForm, wrong: &Wrong) -> Result<Markup> {
    let lang = me.lang();
    let title = t!(lang, "New process");
    let catalog = me.app.catalog().await?;
    let mut options: Vec<Opt<'_>> = catalog
        .processes
        .values()
        .map(|p| Opt {
            value: &p.id,
            label: &p.name,
            chosen: p.id == form.from,
            ..Opt::default()
        })
        .collect();
    options.sort_by_key(|o| o.label);
    let name = Field {
        name: "name",
        label: t!(lang, "Name of the process"),
        value: &form.name,
        error: wrong.at("name"),
        ..Field::default()
    };
    let from = Field {
        name: "from",
        label: t!(lang, "Begin with"),
        hint: t!(
            lang,
            "You change the stages on the next page. Nobody follows it until a service chooses it."
        ),
        error: wrong.at("from"),
        ..Field::default()
    };
    let body = html! {
        (bar(title, html! {}, html! {}))
        div class="panel-body stack" {
            (crumbs(lang, &[(t!(lang, "Administration"), "/admin"), (t!(lang, "Processes"), "/admin/processes"), (title, "")]))
            form class="stack measure" method="post" action="/admin/processes" {
                (wrong.summary(lang))
                (field::text(lang, &name))
                (select(lang, &from, &options, Some(t!(lang, "The five stages: brief, text, design, implement, review"))))
                div { (button(Button { label: t!(lang, "Make process"), kind: Kind::Primary, ..Button::default() })) }
            }
        }
    };
    shell::workspace(me, "/admin", title, body).await
}

/// The version that a button was made for.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct Deed {
    version: Option<i64>,
}

async fn set_archived(me: &Me, id: &str, deed: &Deed, archived: bool) -> Result<Response> {
    let change = ProcessChange {
        archived: Some(archived),
        ..ProcessChange::default()
    };
    rules::change(me, &me.actor, id, deed.version, change).await?;
    let lang = me.lang();
    let said = if archived {
        t!(lang, "The process is archived")
    } else {
        t!(lang, "The process is in use again")
    };
    Ok(see_other(
        &format!("/admin/processes/{id}"),
        Some(Flash::new(said)),
    ))
}

/// POST /admin/processes/{process}/archive
pub async fn archive(me: Me, Path(id): Path<String>, Input(deed): Input<Deed>) -> Result<Response> {
    set_archived(&me, &id, &deed, true).await
}

/// POST /admin/processes/{process}/restore
pub async fn restore(me: Me, Path(id): Path<String>, Input(deed): Input<Deed>) -> Result<Response> {
    set_archived(&me, &id, &deed, false).await
}
