//! Promises: the list, and the editor of one.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde_json::json;

use crate::admin::promise_form::{self, Draft};
use crate::admin::{frame, promise_rail};
use crate::catalog::Catalog;
use crate::catalog::model::Priority;
use crate::catalog::snapshot::PromiseEntry;
use crate::catalog::terms::promise::{self, PromiseInput};
use crate::error::{Error, Result};
use crate::i18n::{fmt, t, tn};
use crate::ui::block::{empty, pill};
use crate::ui::table::{Col, Group, Row, Table, row, table};
use crate::ui::{block::Tone, shell::bar};
use crate::web::input::Posted;
use crate::web::{Flash, Me, Wrong, see_other, shell};
use crate::work::recompute;

/// GET /admin/promises
pub async fn list(me: Me) -> Result<Markup> {
    let lang = me.lang();
    let catalog = me.app.catalog().await?;
    let mut all: Vec<&PromiseEntry> = catalog.promises.values().collect();
    all.sort_by_key(|p| (p.archived, p.name.to_lowercase(), p.id.clone()));
    let cols = [
        t!(lang, "Promise"),
        t!(lang, "First answer"),
        t!(lang, "Delivery"),
        t!(lang, "Calendar"),
        t!(lang, "Services"),
    ]
    .map(|label| Col {
        label,
        ..Col::default()
    });
    let rows = html! {
        @for p in &all {
            @let used = catalog.services.iter().filter(|s| s.promise_id == p.id && !s.retired).count();
            @let day = day(&catalog, &p.calendar_id);
            @let target = p.def.target(Priority::Normal);
            (row(lang, &Row { id: &p.id, href: &format!("/admin/promises/{}", p.id), title: &p.name,
                number: if p.archived { t!(lang, "Put away") } else { t!(lang, "In use") }, ..Row::default() }, html! {
                td { (fmt::span_words(lang, target.response_minutes, day)) }
                td { (fmt::span_words(lang, target.delivery_minutes, day)) }
                td { (catalog.calendars.get(&p.calendar_id).map_or("–", |c| c.name.as_str())) }
                td { (tn!(lang, used, "{n} service", "{n} services")) }
            }))
        }
    };
    let body = html! {
        (bar(t!(lang, "Promises"), html! {}, frame::new_link("/admin/promises/new", t!(lang, "Make a promise"))))
        div class="panel-body stack" {
            p class="muted measure" { (t!(lang, "A promise says by when you answer and deliver, counted in working time. Every service makes one.")) }
            @if all.is_empty() {
                (empty("clock", t!(lang, "No promise yet"), t!(lang, "Make one, then give it to your services."), html! {}))
            } @else {
                (table(lang, &Table { id: "promises", caption: t!(lang, "Promises"), cols: &cols, ticks: false },
                    &[Group { rows, ..Group::default() }]))
            }
        }
    };
    shell::workspace(&me, "/admin", t!(lang, "Promises"), body).await
}

/// The working day of a calendar, in minutes.
pub fn day(catalog: &Catalog, calendar_id: &str) -> i64 {
    catalog
        .calendars
        .get(calendar_id)
        .map_or(480, |c| c.compiled.working_day().minutes())
}

/// GET /admin/promises/new
pub async fn new_page(me: Me) -> Result<Markup> {
    let catalog = me.app.catalog().await?;
    let draft = Draft::fresh(me.lang(), &catalog);
    show(&me, &catalog, None, &draft, &Wrong::default(), html! {}).await
}

/// GET /admin/promises/{promise}
pub async fn page(me: Me, Path(id): Path<String>) -> Result<Markup> {
    let catalog = me.app.catalog().await?;
    let entry = catalog.promises.get(&id).ok_or(Error::NotFound)?;
    let draft = Draft::of(me.lang(), &catalog, entry);
    show(
        &me,
        &catalog,
        Some(entry),
        &draft,
        &Wrong::default(),
        html! {},
    )
    .await
}

/// POST /admin/promises/preview: the rail for what is in the form.
pub async fn preview(me: Me, Posted(map): Posted) -> Result<Markup> {
    let catalog = me.app.catalog().await?;
    let draft = Draft::posted(map);
    promise_rail::part(&me, &catalog, &draft)
}

/// POST /admin/promises
pub async fn create(me: Me, Posted(map): Posted) -> Result<Response> {
    submit(me, None, Draft::posted(map)).await
}

/// POST /admin/promises/{promise}
pub async fn save(me: Me, Path(id): Path<String>, Posted(map): Posted) -> Result<Response> {
    submit(me, Some(id), Draft::posted(map)).await
}

async fn submit(me: Me, id: Option<String>, mut draft: Draft) -> Result<Response> {
    let lang = me.lang();
    let catalog = me.app.catalog().await?;
    let entry = match &id {
        Some(id) => Some(catalog.promises.get(id).ok_or(Error::NotFound)?),
        None => None,
    };
    if draft.action == "add" {
        draft.lines.push(Default::default());
        let page = show(&me, &catalog, entry, &draft, &Wrong::default(), html! {}).await?;
        return Ok(page.into_response());
    }
    let input = match draft.read(&catalog).and_then(|mut input| {
        promise::check(&mut input)?;
        Ok(input)
    }) {
        Ok(input) => input,
        Err(error) => {
            let wrong = Wrong::of(lang, promise_form::renamed(error))?;
            let page = show(&me, &catalog, entry, &draft, &wrong, html! {}).await?;
            return Ok(frame::answer(&wrong, page));
        }
    };
    let done = match &id {
        None => promise::create(&me, &me.actor, input.clone()).await,
        Some(id) => {
            let impact = recompute::impact_of_promise(&me.app, me.now, id, &input).await?;
            if impact.moved > 0 && draft.action != "confirm" && draft.version == stored(entry) {
                let page = ask(&me, id, &draft, &impact).await?;
                return Ok(page.into_response());
            }
            promise::update(&me, &me.actor, id, draft.version, input.clone())
                .await
                .map(|()| id.clone())
        }
    };
    match done {
        Ok(id) => {
            let said = t!(lang, "The promise is saved").to_owned();
            Ok(see_other(
                &format!("/admin/promises/{id}"),
                Some(Flash::new(said)),
            ))
        }
        Err(error) if frame::is_stale(&error) => {
            let catalog = me.app.catalog().await?;
            let entry = id.as_ref().and_then(|id| catalog.promises.get(id));
            draft.version = stored(entry);
            let note = differs(&me, entry, &input)?;
            let page = show(&me, &catalog, entry, &draft, &Wrong::default(), note).await?;
            Ok((axum::http::StatusCode::PRECONDITION_FAILED, page).into_response())
        }
        Err(error) => {
            let wrong = Wrong::of(lang, promise_form::renamed(error))?;
            let page = show(&me, &catalog, entry, &draft, &wrong, html! {}).await?;
            Ok(frame::answer(&wrong, page))
        }
    }
}

fn stored(entry: Option<&PromiseEntry>) -> Option<i64> {
    entry.map(|e| e.version)
}

fn differs(me: &Me, entry: Option<&PromiseEntry>, input: &PromiseInput) -> Result<Markup> {
    let lang = me.lang();
    let Some(entry) = entry else {
        return Ok(html! {});
    };
    let saved = json!({ "name": entry.name, "calendar_id": entry.calendar_id,
        "targets": entry.def.targets, "escalations": entry.def.escalations });
    let yours = json!({ "name": input.name, "calendar_id": input.calendar_id,
        "targets": input.definition.targets, "escalations": input.definition.escalations });
    let labels = [
        ("name", t!(lang, "Name")),
        ("calendar_id", t!(lang, "Calendar")),
        ("targets", t!(lang, "Targets")),
        ("escalations", t!(lang, "Who is told when")),
    ];
    Ok(frame::conflict(lang, &saved, &yours, &labels))
}

async fn ask(me: &Me, id: &str, draft: &Draft, impact: &recompute::Impact) -> Result<Markup> {
    let lang = me.lang();
    let to = format!("/admin/promises/{id}");
    let mut hidden = draft.pairs();
    hidden.push(("action", "confirm"));
    frame::confirm(
        me,
        t!(lang, "Change the promise of running requests?"),
        (t!(lang, "Promise"), &to),
        frame::impact(lang, impact),
        &to,
        t!(lang, "Save and count anew"),
        &hidden,
    )
    .await
}

async fn show(
    me: &Me,
    catalog: &Catalog,
    entry: Option<&PromiseEntry>,
    draft: &Draft,
    wrong: &Wrong,
    note: Markup,
) -> Result<Markup> {
    let lang = me.lang();
    let to = entry.map_or("/admin/promises".to_owned(), |e| {
        format!("/admin/promises/{}", e.id)
    });
    let title = entry.map_or(t!(lang, "Make a promise"), |e| e.name.as_str());
    let main = html! {
        (note)
        (wrong.summary(lang))
        @if entry.is_some_and(|e| e.archived) { p { (pill(Tone::Line, "lock", t!(lang, "Put away"))) } }
        form method="post" action=(to) id="edit" class="stack" novalidate {
            (promise_form::fields(lang, catalog, draft, wrong))
            div class="row" { (frame::save(t!(lang, "Save promise"))) a class="btn btn-quiet" href="/admin/promises" { (t!(lang, "Cancel")) } }
        }
        @if let Some(entry) = entry { (away(me, entry)) }
    };
    let rail = html! {
        (promise_rail::part(me, catalog, draft)?)
        @if let Some(entry) = entry { (promise_rail::services(lang, catalog, &entry.id)) }
    };
    frame::page(
        me,
        title,
        (t!(lang, "Promises"), "/admin/promises"),
        html! {},
        main,
        Some((t!(lang, "What this promises"), rail)),
    )
    .await
}

fn away(me: &Me, entry: &PromiseEntry) -> Markup {
    let lang = me.lang();
    let (to, label) = if entry.archived {
        ("restore", t!(lang, "Use it again"))
    } else {
        ("archive", t!(lang, "Put away"))
    };
    frame::post_button(&format!("/admin/promises/{}/{to}", entry.id), label, &[])
}

/// POST /admin/promises/{promise}/archive
pub async fn archive(me: Me, Path(id): Path<String>) -> Result<Response> {
    promise::archive(&me, &me.actor, &id, None, true).await?;
    let said = t!(me.lang(), "The promise is put away").to_owned();
    Ok(see_other("/admin/promises", Some(Flash::new(said))))
}

/// POST /admin/promises/{promise}/restore
pub async fn restore(me: Me, Path(id): Path<String>) -> Result<Response> {
    promise::archive(&me, &me.actor, &id, None, false).await?;
    let said = t!(me.lang(), "The promise is in use again").to_owned();
    Ok(see_other(
        &format!("/admin/promises/{id}"),
        Some(Flash::new(said)),
    ))
}
