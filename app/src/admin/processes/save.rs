//! What the buttons of the editor do: rearrange, show what changes, publish.

use std::sync::Arc;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use mil_db::sql;
use mil_process::process::{ProcessDef, diff};

use super::sheet::{Sheet, field_of};
use super::words::Names;
use super::{editor, frame, words};
use crate::actor::Role;
use crate::catalog::rules::{self, ProcessChange};
use crate::catalog::snapshot::ProcessEntry;
use crate::error::{Error, FieldError, Msg, Result};
use crate::i18n::{t, tn};
use crate::ui::block::{Tone, notice};
use crate::ui::button::{Button, Kind, button};
use crate::web::input::Posted;
use crate::web::{Flash, Me, Wrong, see_other};

/// GET /admin/processes/{process}
pub async fn page(me: Me, Path(id): Path<String>) -> Result<Markup> {
    let catalog = me.app.catalog().await?;
    let entry = rules::process(&catalog, &id)?;
    let def = catalog.process(&id, entry.current)?;
    let names = Names::load(&me.app.db, [&*def]).await?;
    let sheet = Sheet::of(
        me.lang(),
        &entry.name,
        entry.version,
        entry.current,
        &def,
        |id| names.person(id),
    );
    editor::page(&me, entry, &sheet, &Wrong::default(), html! {}).await
}

/// Somebody by the typed name or address; their id.
async fn person(me: &Me, id: &str, text: &str) -> Result<Result<String, Msg>> {
    let text = text.trim();
    let rows = sql("SELECT id, name, role FROM person
         WHERE disabled_at IS NULL AND (id = $1 OR name = $2 OR email = $3) LIMIT 20")
    .bind(id)
    .bind(text)
    .bind(text.to_lowercase())
    .all(&me.app.db)
    .await?;
    let mut found: Vec<String> = Vec::new();
    for row in &rows {
        let (one, name, role): (String, String, String) =
            (row.get("id")?, row.get("name")?, row.get("role")?);
        // The id that a script chose stands for the name beside it.
        if one == id && (text.is_empty() || name == text) {
            return Ok(Ok(one));
        }
        if one != id && Role::from_key(&role).is_some_and(Role::is_agent) {
            found.push(one);
        }
    }
    Ok(match found.as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(Msg::new(
            "Nobody who works here has this name. Choose one of the list.",
        )),
        _ => Err(Msg::new(
            "Several people have this name. Write the email address.",
        )),
    })
}

/// What the form says, or what is wrong with it by the form's fields.
async fn read(
    me: &Me,
    sheet: &mut Sheet,
    base: &ProcessDef,
) -> Result<Result<ProcessDef, Vec<FieldError>>> {
    let mut wrong = Vec::new();
    for at in 0..sheet.stages.len() {
        let row = &mut sheet.stages[at];
        if row.owner != "person" {
            continue;
        }
        match person(me, &row.person, &row.person_text).await? {
            Ok(id) => row.person = id,
            Err(msg) => wrong.push(FieldError::new(format!("s{at}-person"), msg)),
        }
    }
    Ok(match sheet.definition(me.lang(), base) {
        Ok(def) if wrong.is_empty() => Ok(def),
        Ok(_) => Err(wrong),
        Err(more) => Err(wrong.into_iter().chain(more).collect()),
    })
}

/// POST /admin/processes/{process}
pub async fn save(me: Me, Path(id): Path<String>, Posted(posted): Posted) -> Result<Response> {
    let lang = me.lang();
    let catalog = me.app.catalog().await?;
    let entry = rules::process(&catalog, &id)?;
    let (mut sheet, action) = Sheet::read(posted)?;
    if sheet.press(&action) || action == "edit" {
        let page = editor::page(&me, entry, &sheet, &Wrong::default(), html! {}).await?;
        return Ok(page.into_response());
    }
    // Versions stay for ever; a form that names none of them starts from nothing.
    let none = Arc::new(ProcessDef::default());
    let base = entry.versions.get(&sheet.base).unwrap_or(&none);
    let def = match read(&me, &mut sheet, base).await? {
        Ok(def) => def,
        Err(fields) => return wrong(&me, entry, &sheet, fields).await,
    };
    if sheet.version.is_some_and(|v| v != entry.version) {
        return meanwhile(&me, entry, sheet, base).await;
    }
    let fields = rules::check(&catalog, Some(&id), &def);
    if !fields.is_empty() {
        return wrong(&me, entry, &sheet, fields).await;
    }
    if action != "publish" {
        return Ok(compare(&me, entry, &sheet, &def).await?.into_response());
    }
    let change = ProcessChange {
        name: Some(sheet.name.clone()),
        definition: Some(def),
        archived: None,
    };
    match rules::change(&me, &me.actor, &id, sheet.version, change).await {
        Ok(()) => {
            let said = Flash::new(t!(lang, "The process is saved"));
            Ok(see_other(&format!("/admin/processes/{id}"), Some(said)))
        }
        Err(Error::Invalid(fields)) => wrong(&me, entry, &sheet, fields).await,
        Err(Error::Stale(_)) => {
            let catalog = me.app.catalog().await?;
            let entry = rules::process(&catalog, &id)?;
            meanwhile(&me, entry, sheet, base).await
        }
        Err(other) => Err(other),
    }
}

/// The form with what is wrong beside its fields.
async fn wrong(
    me: &Me,
    entry: &ProcessEntry,
    sheet: &Sheet,
    fields: Vec<FieldError>,
) -> Result<Response> {
    let named: Vec<FieldError> = fields
        .into_iter()
        .map(|w| FieldError::new(field_of(&w.field), w.msg))
        .collect();
    let wrong = Wrong::new(me.lang(), &named);
    let page = editor::page(me, entry, sheet, &wrong, html! {}).await?;
    Ok((wrong.status(), page).into_response())
}

/// Somebody else was faster: their changes as sentences, and the form as typed.
async fn meanwhile(
    me: &Me,
    entry: &ProcessEntry,
    mut sheet: Sheet,
    base: &ProcessDef,
) -> Result<Response> {
    let lang = me.lang();
    sheet.version = Some(entry.version);
    let theirs = entry.versions.get(&entry.current);
    let changes = theirs.map(|def| diff(base, def)).unwrap_or_default();
    let above = notice(
        Tone::Warn,
        "alert",
        t!(lang, "Somebody else changed this process meanwhile."),
        html! {
            p { (t!(lang, "Your changes are still in the form. Look at theirs, then go on to keep yours.")) }
            @if !changes.is_empty() {
                ul { @for change in &changes { li { (words::change(lang, change)) } } }
            }
        },
    );
    let page = editor::page(me, entry, &sheet, &Wrong::default(), above).await?;
    Ok((StatusCode::CONFLICT, page).into_response())
}

/// What publishing would change, before it is done.
async fn compare(me: &Me, entry: &ProcessEntry, sheet: &Sheet, def: &ProcessDef) -> Result<Markup> {
    let lang = me.lang();
    let none = ProcessDef::default();
    let current = entry.versions.get(&entry.current);
    let changes = diff(current.map_or(&none, |c| c), def);
    let renamed = sheet.name.trim() != entry.name;
    let open: i64 = rules::running(&me.app.db, &entry.id).await?.values().sum();
    let next = entry.versions.keys().max().copied().unwrap_or(0) + 1;
    let label = if changes.is_empty() {
        t!(lang, "Save name").to_owned()
    } else {
        t!(lang, "Publish version {n}", n = next)
    };
    let body = html! {
        section class="stack measure" aria-labelledby="h-changes" {
            h2 id="h-changes" { (t!(lang, "What changes")) }
            @if changes.is_empty() && !renamed {
                p { (t!(lang, "Nothing. The form says what is in use already.")) }
            }
            ul class="stack" {
                @if renamed { li { (t!(lang, "The process is now called {name}.", name = sheet.name.trim())) } }
                @for change in &changes { li { (words::change(lang, change)) } }
            }
            @if !changes.is_empty() {
                (notice(Tone::Info, "info", t!(lang, "Requests ordered from now on follow version {n}.", n = next).as_str(), html! {
                    (tn!(lang, open, "{n} open request keeps the version that it started with.", "{n} open requests keep the version that they started with."))
                }))
            }
            form class="row" method="post" action={ "/admin/processes/" (entry.id) } {
                (hidden(sheet))
                @if !changes.is_empty() || renamed {
                    (button(Button { label: &label, kind: Kind::Primary, name: "action", value: "publish", ..Button::default() }))
                }
                (button(Button { label: t!(lang, "Back to the form"), name: "action", value: "edit", ..Button::default() }))
            }
        }
    };
    frame::page(me, entry, "", body).await
}

/// The whole form, unseen.
fn hidden(sheet: &Sheet) -> Markup {
    html! {
        input type="hidden" name="name" value=(sheet.name);
        input type="hidden" name="version" value=[sheet.version];
        input type="hidden" name="base" value=(sheet.base);
        @for (at, row) in sheet.stages.iter().enumerate() {
            @for (part, value) in row.parts().iter().filter(|(_, value)| !value.is_empty()) {
                input type="hidden" name={ "s" (at) "-" (part) } value=(value);
            }
        }
    }
}
