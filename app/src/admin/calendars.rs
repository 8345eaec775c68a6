//! Calendars: the list, the week of one, and every change with its question.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::json;

use crate::admin::calendar_form::{self, Draft};
use crate::admin::{frame, weeks};
use crate::catalog::snapshot::CalendarEntry;
use crate::catalog::terms::calendar::{self, CalendarInput};
use crate::error::{Error, FieldError, Result};
use crate::i18n::{Lang, fmt, t, tn};
use crate::ui::block::{Tab, empty, tabs};
use crate::ui::shell::bar;
use crate::ui::table::{Col, Group, Row, Table, row, table};
use crate::web::input::Posted;
use crate::web::{Flash, Input, Me, Wrong, see_other, shell};
use crate::work::recompute::{self, Impact};

/// GET /admin/calendars
pub async fn list(me: Me) -> Result<Markup> {
    let lang = me.lang();
    let catalog = me.app.catalog().await?;
    let mut all: Vec<&CalendarEntry> = catalog.calendars.values().collect();
    all.sort_by_key(|c| (c.archived, c.name.to_lowercase(), c.id.clone()));
    let cols = [
        t!(lang, "Calendar"),
        t!(lang, "Time zone"),
        t!(lang, "Working day"),
        t!(lang, "Holidays"),
        t!(lang, "Promises"),
    ]
    .map(|label| Col {
        label,
        ..Col::default()
    });
    let today = me.today();
    let rows = html! {
        @for c in &all {
            @let used = catalog.promises.values().filter(|p| p.calendar_id == c.id && !p.archived).count();
            @let ahead = c.def.holidays.iter().filter(|h| h.every_year || h.date >= today).count();
            (row(lang, &Row { id: &c.id, href: &format!("/admin/calendars/{}", c.id), title: &c.name,
                number: if c.archived { t!(lang, "Put away") } else { t!(lang, "In use") }, ..Row::default() }, html! {
                td { (c.def.zone) }
                td { (fmt::span(lang, c.compiled.working_day().minutes(), i64::MAX)) }
                td { (tn!(lang, ahead, "{n} ahead", "{n} ahead")) }
                td { (tn!(lang, used, "{n} promise", "{n} promises")) }
            }))
        }
    };
    let body = html! {
        (bar(t!(lang, "Calendars"), html! {}, frame::new_link("/admin/calendars/new", t!(lang, "Make a calendar"))))
        div class="panel-body stack" {
            p class="muted measure" { (t!(lang, "Promises count in the working time of a calendar. Nights, weekends and holidays do not count.")) }
            @if all.is_empty() {
                (empty("cal", t!(lang, "No calendar yet"), t!(lang, "Make one with your working hours, then add holidays."), html! {}))
            } @else {
                (table(lang, &Table { id: "calendars", caption: t!(lang, "Calendars"), cols: &cols, ticks: false },
                    &[Group { rows, ..Group::default() }]))
            }
        }
    };
    shell::workspace(&me, "/admin", t!(lang, "Calendars"), body).await
}

/// The tabs of a calendar.
pub fn views(lang: Lang, entry: &CalendarEntry, here: &str) -> Markup {
    let base = format!("/admin/calendars/{}", entry.id);
    let holidays = format!("{base}/holidays");
    let count = fmt::number(lang, entry.def.holidays.len() as i64);
    tabs(
        &entry.name,
        &[
            Tab {
                label: t!(lang, "Week"),
                href: &base,
                current: here == "week",
                ..Tab::default()
            },
            Tab {
                label: t!(lang, "Holidays"),
                href: &holidays,
                count: &count,
                current: here == "holidays",
            },
        ],
    )
}

/// GET /admin/calendars/new
pub async fn new_page(me: Me) -> Result<Markup> {
    let draft = Draft::fresh(&me.app.org().zone);
    show(&me, None, &draft, &Wrong::default(), html! {}).await
}

/// GET /admin/calendars/{calendar}
pub async fn page(me: Me, Path(id): Path<String>) -> Result<Markup> {
    let entry = find(&me, &id).await?;
    let draft = Draft::of(&entry);
    show(&me, Some(&entry), &draft, &Wrong::default(), html! {}).await
}

/// A calendar of the catalogue.
pub async fn find(me: &Me, id: &str) -> Result<CalendarEntry> {
    let catalog = me.app.catalog().await?;
    catalog.calendars.get(id).cloned().ok_or(Error::NotFound)
}

/// POST /admin/calendars
pub async fn create(me: Me, Posted(map): Posted) -> Result<Response> {
    submit(me, None, Draft::posted(map)).await
}

/// POST /admin/calendars/{calendar}
pub async fn save(me: Me, Path(id): Path<String>, Posted(map): Posted) -> Result<Response> {
    let entry = find(&me, &id).await?;
    submit(me, Some(entry), Draft::posted(map)).await
}

async fn submit(me: Me, entry: Option<CalendarEntry>, mut draft: Draft) -> Result<Response> {
    let lang = me.lang();
    let entry = entry.as_ref();
    if draft.act() {
        let page = show(&me, entry, &draft, &Wrong::default(), html! {}).await?;
        return Ok(page.into_response());
    }
    let input = draft
        .read(entry.map(|e| &e.def))
        .and_then(|mut input| calendar::check(&mut input).map(|_| input));
    let input = match input {
        Ok(input) => input,
        Err(error) => {
            let wrong = Wrong::of(lang, error)?;
            let page = show(&me, entry, &draft, &wrong, html! {}).await?;
            return Ok(frame::answer(&wrong, page));
        }
    };
    let Some(entry) = entry else {
        let id = calendar::create(&me, &me.actor, input).await?;
        let said = Flash::new(t!(lang, "The calendar is made. Add its holidays next."));
        let to = format!("/admin/calendars/{id}/holidays");
        return Ok(see_other(&to, Some(said)));
    };
    if draft.version.is_some_and(|v| v != entry.version) {
        draft.version = Some(entry.version);
        let note = differs(lang, entry, &input)?;
        let page = show(&me, Some(entry), &draft, &Wrong::default(), note).await?;
        return Ok((StatusCode::PRECONDITION_FAILED, page).into_response());
    }
    change(&me, entry, input, false, "").await
}

fn differs(lang: Lang, entry: &CalendarEntry, input: &CalendarInput) -> Result<Markup> {
    let side = |name: &str, def: &mil_sla::CalendarDef| {
        let hours: Vec<String> = def
            .hours
            .iter()
            .map(|h| format!("{:?} {}–{}", h.day, h.from, h.to))
            .collect();
        let holidays: Vec<String> = def
            .holidays
            .iter()
            .map(|h| format!("{} {}", h.date, h.name))
            .collect();
        json!({ "name": name, "zone": def.zone, "hours": hours.join(", "), "holidays": holidays.join(", ") })
    };
    let labels = [
        ("name", t!(lang, "Name")),
        ("zone", t!(lang, "Time zone")),
        ("hours", t!(lang, "Working hours")),
        ("holidays", t!(lang, "Holidays")),
    ];
    Ok(frame::conflict(
        lang,
        &side(&entry.name, &entry.def),
        &side(&input.name, &input.definition),
        &labels,
    ))
}

/// Save a new state, after asking when it moves the dates of open requests.
/// `to` is where to go then, below the calendar.
pub async fn change(
    me: &Me,
    entry: &CalendarEntry,
    mut input: CalendarInput,
    sure: bool,
    to: &str,
) -> Result<Response> {
    let lang = me.lang();
    let base = format!("/admin/calendars/{}", entry.id);
    let compiled = calendar::check(&mut input)?;
    if !sure && input.definition != entry.def {
        let impact = recompute::impact_of_calendar(&me.app, me.now, &entry.id, &compiled).await?;
        if impact.moved > 0 {
            return Ok(ask(me, entry, &input, &impact, to).await?.into_response());
        }
    }
    calendar::update(me, &me.actor, &entry.id, Some(entry.version), input).await?;
    let said = Flash::new(t!(lang, "The calendar is saved"));
    Ok(see_other(&format!("{base}{to}"), Some(said)))
}

async fn ask(
    me: &Me,
    entry: &CalendarEntry,
    input: &CalendarInput,
    impact: &Impact,
    to: &str,
) -> Result<Markup> {
    let lang = me.lang();
    let base = format!("/admin/calendars/{}", entry.id);
    frame::confirm(
        me,
        t!(lang, "Change the dates of running requests?"),
        (&entry.name, &format!("{base}{to}")),
        frame::impact(lang, impact),
        &format!("{base}/apply"),
        t!(lang, "Save and count anew"),
        &[
            ("calendar", &serde_json::to_string(input)?),
            ("version", &entry.version.to_string()),
            ("to", to),
        ],
    )
    .await
}

/// A change that was asked about before.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Apply {
    calendar: String,
    version: i64,
    #[serde(default)]
    to: String,
}

/// POST /admin/calendars/{calendar}/apply
pub async fn apply(me: Me, Path(id): Path<String>, Input(sure): Input<Apply>) -> Result<Response> {
    let lang = me.lang();
    let input: CalendarInput = crate::web::input::from_json(sure.calendar.as_bytes())?;
    let entry = find(&me, &id).await?;
    let to = if sure.to == "/holidays" {
        "/holidays"
    } else {
        ""
    };
    if entry.version != sure.version {
        let facts = differs(lang, &entry, &input)?;
        let base = format!("/admin/calendars/{id}");
        let page = frame::confirm(
            &me,
            t!(lang, "Somebody else saved this calendar meanwhile"),
            (&entry.name, &base),
            facts,
            &format!("{base}/apply"),
            t!(lang, "Save mine"),
            &[
                ("calendar", &sure.calendar),
                ("version", &entry.version.to_string()),
                ("to", to),
            ],
        )
        .await?;
        return Ok((StatusCode::PRECONDITION_FAILED, page).into_response());
    }
    change(&me, &entry, input, true, to).await
}

async fn show(
    me: &Me,
    entry: Option<&CalendarEntry>,
    draft: &Draft,
    wrong: &Wrong,
    note: Markup,
) -> Result<Markup> {
    let lang = me.lang();
    let to = entry.map_or("/admin/calendars".to_owned(), |e| {
        format!("/admin/calendars/{}", e.id)
    });
    let title = entry.map_or(t!(lang, "Make a calendar"), |e| e.name.as_str());
    let main = html! {
        @if let Some(entry) = entry { (views(lang, entry, "week")) }
        (note)
        (wrong.summary(lang))
        form method="post" action=(to) id="edit" class="stack" novalidate {
            button class="vh" tabindex="-1" aria-hidden="true" {}
            @if let Some(entry) = entry { input type="hidden" name="id" value=(entry.id); }
            (calendar_form::fields(lang, draft, wrong))
            div class="row" { (frame::save(t!(lang, "Save calendar"))) a class="btn btn-quiet" href="/admin/calendars" { (t!(lang, "Cancel")) } }
        }
        @if let Some(entry) = entry {
            @let (verb, label) = if entry.archived { ("restore", t!(lang, "Use it again")) } else { ("archive", t!(lang, "Put away")) };
            (frame::post_button(&format!("{to}/{verb}"), label, &[]))
        }
    };
    let rail = rail(me, entry, draft)?;
    let name = t!(lang, "Working time");
    let back = (t!(lang, "Calendars"), "/admin/calendars");
    frame::page(me, title, back, html! {}, main, Some((name, rail))).await
}

/// The four weeks of what is in the form, or why there are none.
fn rail(me: &Me, entry: Option<&CalendarEntry>, draft: &Draft) -> Result<Markup> {
    let lang = me.lang();
    let read = draft.read(entry.map(|e| &e.def)).and_then(|mut input| {
        input.name = "-".to_owned();
        let compiled = calendar::check(&mut input)?;
        Ok((input, compiled))
    });
    let body = match read {
        Ok((input, compiled)) => weeks::part(lang, &input.definition, &compiled, me.now),
        Err(Error::Invalid(wrong)) => {
            let say = |f: &FieldError| lang.text(&f.msg.text, &f.msg.args);
            html! { @for f in &wrong { p { (say(f)) } } }
        }
        Err(other) => return Err(other),
    };
    Ok(html! {
        div id="preview" hx-post="/admin/calendars/preview" hx-trigger="input from:#edit delay:400ms" hx-include="#edit" hx-swap="outerHTML" { (body) }
    })
}

/// POST /admin/calendars/preview: the rail for what is in the form.
pub async fn preview(me: Me, Posted(map): Posted) -> Result<Markup> {
    let id = map.get("id").and_then(|v| v.first()).cloned();
    let catalog = me.app.catalog().await?;
    let entry = id.and_then(|id| catalog.calendars.get(&id));
    rail(&me, entry, &Draft::posted(map))
}

/// POST /admin/calendars/{calendar}/archive
pub async fn archive(me: Me, Path(id): Path<String>) -> Result<Response> {
    calendar::archive(&me, &me.actor, &id, None, true).await?;
    let said = Flash::new(t!(me.lang(), "The calendar is put away"));
    Ok(see_other("/admin/calendars", Some(said)))
}

/// POST /admin/calendars/{calendar}/restore
pub async fn restore(me: Me, Path(id): Path<String>) -> Result<Response> {
    calendar::archive(&me, &me.actor, &id, None, false).await?;
    let said = Flash::new(t!(me.lang(), "The calendar is in use again"));
    Ok(see_other(&format!("/admin/calendars/{id}"), Some(said)))
}
