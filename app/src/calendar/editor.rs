//! One entry: what is known of it, what is in its way, and the form.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use mil_planner::Span;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::calendar::check::Around;
use crate::calendar::model::{Entry, Kind, NAMED, Things};
use crate::calendar::{grid, rail, store, verbs, words};
use crate::catalog::Catalog;
use crate::catalog::model::WorkKind;
use crate::changes;
use crate::desk::change::say;
use crate::desk::load;
use crate::error::{Error, Result};
use crate::i18n::{Lang, t};
use crate::incidents::page::{Sheet, instant, one};
use crate::people;
use crate::policy::{self, Do};
use crate::ui::block::{card, props};
use crate::ui::button::{Button, Kind as Loud, Size, button, link_button};
use crate::ui::choice::{Opt, check, select};
use crate::ui::field::{Field, date, text, textarea, time, two};
use crate::ui::shell::bar_back;
use crate::web::input::Posted;
use crate::web::{Flash, Me, Query, markdown, see_other, shell};
use crate::work::Item;

/// What the form is for.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// Number or id of the change whose window is planned.
    pub change: Option<String>,
}

async fn change_of(me: &Me, change: Option<&str>) -> Result<Option<Item>> {
    let Some(change) = change.filter(|c| !c.is_empty()) else {
        return Ok(None);
    };
    let item = load::item(me, change).await?;
    if item.kind != WorkKind::Change {
        return Err(Error::NotFound);
    }
    Ok(Some(item))
}

/// GET /calendar/new
pub async fn new(me: Me, Query(asked): Query<Asked>) -> Result<Response> {
    let item = change_of(&me, asked.change.as_deref()).await?;
    if let Some(item) = &item
        && let Some(entry) = store::of_item(&me.app.db, &item.id).await?
    {
        return Ok(see_other(&format!("/calendar/{}", entry.id), None));
    }
    render(&me, None, item, &Sheet::default()).await
}

/// GET /calendar/{planned}
pub async fn show(me: Me, Path(id): Path<String>) -> Result<Response> {
    let entry = store::find(&me.app.db, &id).await?;
    render(&me, Some(entry), None, &Sheet::default()).await
}

async fn render(
    me: &Me,
    entry: Option<Entry>,
    item: Option<Item>,
    sheet: &Sheet,
) -> Result<Response> {
    let lang = me.lang();
    let catalog = me.app.catalog().await?;
    let things = store::things(&me.app.db, &catalog).await?;
    let own = match &entry {
        Some(Entry {
            item: Some((id, _)),
            ..
        }) => match load::item(me, id).await {
            Ok(item) => Some(item),
            Err(Error::NotFound) => None,
            Err(error) => return Err(error),
        },
        _ => item,
    };
    let may = match (&own, &entry) {
        (Some(item), _) => policy::on_item(&me.actor, Do::Work, &item.facts()) && item.is_open(),
        (None, Some(e)) => e.item.is_none() && verbs::may_change(&me.actor, e),
        (None, None) => true,
    };
    let title = entry.as_ref().map_or_else(
        || match &own {
            Some(item) => t!(lang, "Window of {number}", number = item.number),
            None => t!(lang, "Plan something").to_owned(),
        },
        |e| e.title.clone(),
    );
    let mut cards = Vec::new();
    if let Some(e) = &entry {
        let around = Around::load(&me.app.db, &catalog, e.span.start(), e.span.end()).await?;
        for clash in around.clashes_of(e).iter().filter(|c| c.is_open()) {
            cards.push(rail::conflict(me, &catalog, &around, clash).await?);
        }
    }
    let body = html! {
        (bar_back(t!(lang, "Change calendar"), "/calendar", "", html! {
            @if let (Some(e), true) = (&entry, may) {
                form method="post" action={ "/calendar/" (e.id) "/withdraw" } {
                    (button(Button { label: t!(lang, "Take it out of the calendar"), kind: Loud::Line, size: Size::Small, ..Button::default() })) }
            }
        }))
        div class="panel-body stack" style="--gap:1.25rem" {
            h1 { (title) }
            (sheet.summary(lang))
            @if let Some(e) = &entry { (facts(me, e, own.as_ref(), &things)) }
            @for card in &cards { (card) }
            @if may { (card(if entry.is_some() { t!(lang, "Plan it anew") } else { t!(lang, "When and what") },
                form(me, entry.as_ref(), own.as_ref(), &things, sheet).await?)) }
        }
    };
    let page = shell::workspace(me, "/calendar", &title, body).await?;
    Ok((sheet.status(), page).into_response())
}

fn facts(me: &Me, e: &Entry, item: Option<&Item>, things: &Things) -> Markup {
    let lang = me.lang();
    let touched: Vec<&str> = e
        .touches
        .iter()
        .filter_map(|k| things.get(k))
        .map(|t| t.name.as_str())
        .collect();
    html! {
        (props(&[
            (t!(lang, "Kind"), html! { (words::kind(lang, e.kind)) @if e.routine { " · " (t!(lang, "routine")) } }),
            (t!(lang, "When"), html! { (words::times(me, e)) }),
            (if touched.is_empty() { "" } else { t!(lang, "Touches") }, html! { (touched.join(", ")) }),
            (if item.is_some() { t!(lang, "Request") } else { "" }, html! { @if let Some(i) = item {
                a href={ "/work/" (i.number) } { (i.number) " " (i.title) } } }),
        ]))
        @if !e.note.is_empty() { div class="prose" { (markdown(&e.note)) } }
    }
}

/// The names of what it touches, of one kind, comma between.
pub fn names(touches: &[String], things: &Things, kind: &str) -> String {
    let prefix = format!("{kind}:");
    let list: Vec<&str> = touches
        .iter()
        .filter(|k| k.starts_with(&prefix))
        .filter_map(|k| things.get(k))
        .map(|t| t.name.as_str())
        .collect();
    list.join(", ")
}

fn label(lang: Lang, kind: &str) -> (&'static str, &'static str) {
    match kind {
        "tool" => (
            t!(lang, "Tools and sites"),
            t!(lang, "With a comma between, such as: website, shop."),
        ),
        "campaign" => (t!(lang, "Campaigns"), ""),
        _ => (
            t!(lang, "Who receives it"),
            t!(
                lang,
                "Such as: alumni. Two messages to the same people stay a day apart."
            ),
        ),
    }
}

/// What a change is about: its title without the name of its service, which
/// would fill a bar of the calendar alone.
fn subject<'a>(catalog: &Catalog, item: &'a Item) -> &'a str {
    catalog
        .service(&item.service_id)
        .and_then(|s| item.title.strip_prefix(s.name.as_str()))
        .and_then(|rest| rest.strip_prefix(": "))
        .unwrap_or(&item.title)
}

async fn form(
    me: &Me,
    entry: Option<&Entry>,
    item: Option<&Item>,
    things: &Things,
    sheet: &Sheet,
) -> Result<Markup> {
    let lang = me.lang();
    let zone = &me.prefs.zone;
    let action = entry.map_or_else(
        || "/calendar/new".to_owned(),
        |e| format!("/calendar/{}", e.id),
    );
    let (mut day, mut clock, mut last, mut end) =
        (String::new(), String::new(), String::new(), String::new());
    if let Some(e) = entry {
        let (a, b) = grid::days(e.span, zone);
        let face = |at| {
            let d = zone.to_datetime(at);
            format!("{:02}:{:02}", d.hour(), d.minute())
        };
        (day, last) = (a.to_string(), b.to_string());
        if e.days_zone.is_none() {
            (clock, end) = (face(e.span.start()), face(e.span.end()));
        }
    }
    let chosen = sheet
        .value("kind", entry.map_or("campaign", |e| e.kind.key()))
        .to_owned();
    let kinds: Vec<Opt<'_>> = Kind::ENTERED
        .iter()
        .filter(|k| !k.binds() || policy::shapes_catalog(&me.actor))
        .map(|k| Opt {
            value: k.key(),
            label: words::kind(lang, *k),
            chosen: k.key() == chosen,
            ..Opt::default()
        })
        .collect();
    let agents = people::store::agents(&me.app.db).await?;
    let person = sheet
        .value(
            "person",
            entry
                .and_then(|e| e.person_id.as_deref())
                .unwrap_or_default(),
        )
        .to_owned();
    let agents: Vec<Opt<'_>> = agents
        .iter()
        .map(|p| Opt {
            value: &p.id,
            label: &p.name,
            chosen: p.id == person,
            ..Opt::default()
        })
        .collect();
    // A new window touches what the change is known to touch.
    let (touches, routine) = match (entry, item) {
        (Some(e), _) => (e.touches.clone(), e.routine),
        (None, Some(item)) => {
            let known = changes::store::of(&me.app.db, item).await?;
            (known.touches, known.kind == changes::rules::Type::Standard)
        }
        (None, None) => (Vec::new(), false),
    };
    let catalog = me.app.catalog().await?;
    let present = entry
        .map(|e| e.title.as_str())
        .or(item.map(|i| subject(&catalog, i)))
        .unwrap_or_default();
    let mut rest: Vec<(&String, &crate::calendar::model::Touched)> = things
        .iter()
        .filter(|(k, _)| k.starts_with("department:") || k.starts_with("service:"))
        .collect();
    rest.sort_by(|a, b| {
        (a.0.split(':').next(), &a.1.name).cmp(&(b.0.split(':').next(), &b.1.name))
    });
    let ticked = |key: &String| match &sheet.typed {
        Some(Posted(map)) => map.get("touches").is_some_and(|l| l.contains(key)),
        None => touches.contains(key),
    };
    let value = |name: &'static str, label: &'static str, hint: &'static str, present: &str| {
        text(
            lang,
            &Field {
                name,
                label,
                hint,
                value: sheet.value(name, present),
                error: sheet.error(name),
                optional: true,
                ..Field::default()
            },
        )
    };
    Ok(html! {
        form method="post" action=(action) class="stack" {
            @if let Some(i) = item { input type="hidden" name="change" value=(i.id); }
            @if let Some(e) = entry { input type="hidden" name="version" value=(e.version); }
            @if item.is_none() { (select(lang, &Field { name: "kind", label: t!(lang, "Kind"), error: sheet.error("kind"), ..Field::default() }, &kinds, None)) }
            (text(lang, &Field { name: "title", label: t!(lang, "What it is"), value: sheet.value("title", present), error: sheet.error("title"),
                max_length: Some(160), ..Field::default() }))
            (two(html! {
                (date(lang, &Field { name: "from", label: t!(lang, "First day"), value: sheet.value("from", &day), error: sheet.error("from"), ..Field::default() }))
                (time(lang, &Field { name: "from_time", label: t!(lang, "From"), hint: t!(lang, "Leave both times empty for whole days."),
                    value: sheet.value("from_time", &clock), optional: true, ..Field::default() }))
            }))
            (two(html! {
                (date(lang, &Field { name: "to", label: t!(lang, "Last day"), hint: t!(lang, "Empty: the same day."), value: sheet.value("to", &last),
                    error: sheet.error("to"), optional: true, ..Field::default() }))
                (time(lang, &Field { name: "to_time", label: t!(lang, "Until"), value: sheet.value("to_time", &end), optional: true, ..Field::default() }))
            }))
            @for (kind, _) in NAMED {
                @let (label, hint) = label(lang, kind);
                (value(kind, label, hint, &names(&touches, things, kind)))
            }
            details class="mt-2" {
                summary { (t!(lang, "Services and departments that notice")) }
                div class="todo mt-2" {
                    @for (key, thing) in &rest {
                        label class="check" { input type="checkbox" name="touches" value=(key) checked[ticked(key)]; span { (thing.name) } }
                    }
                }
            }
            (select(lang, &Field { name: "person", label: t!(lang, "Who is needed for it"), optional: true, error: sheet.error("person"), ..Field::default() },
                &agents, Some(t!(lang, "nobody in particular"))))
            @if item.is_some() {
                (check(&Field { name: "routine", label: t!(lang, "Routine: a kind of change that needs no approval"), ..Field::default() },
                    routine))
            }
            (textarea(lang, &Field { name: "note", label: t!(lang, "Note"), value: sheet.value("note", entry.map_or("", |e| &e.note)),
                error: sheet.error("note"), optional: true, ..Field::default() }, 3))
            @if policy::shapes_catalog(&me.actor) && !sheet.error("from").is_empty() {
                (value("reason", t!(lang, "Or keep both: why may it stay in the way?"), "", ""))
            }
            div class="row" {
                (button(Button { label: t!(lang, "Put it in the calendar"), kind: Loud::Primary, ..Button::default() }))
                (link_button("/calendar", Button { label: t!(lang, "Cancel"), kind: Loud::Quiet, ..Button::default() }))
            }
        }
    })
}

/// The times of a form: whole days when no clock is given.
fn times(me: &Me, posted: &Posted) -> Result<(Span, Option<String>)> {
    let bad = || Error::field("from", "Give a first day.");
    let (from, from_time) = (one(posted, "from"), one(posted, "from_time"));
    let to = match one(posted, "to") {
        "" => from,
        to => to,
    };
    let to_time = one(posted, "to_time");
    let zone = &me.prefs.zone;
    let late = || Error::field("to", "It has to end after it begins.");
    if from_time.is_empty() && to_time.is_empty() {
        let first = from.parse().map_err(|_| bad())?;
        let last = to.parse().map_err(|_| Error::field("to", "Give a day."))?;
        let span = Span::of_days(first, last, zone).ok_or_else(late)?;
        return Ok((span, Some(zone.iana_name().unwrap_or("UTC").to_owned())));
    }
    if from_time.is_empty() || to_time.is_empty() {
        return Err(Error::field(
            "from",
            "Give both times, or none for whole days.",
        ));
    }
    let start = instant(me, from, from_time)
        .ok()
        .flatten()
        .ok_or_else(bad)?;
    let end = instant(me, to, to_time)
        .ok()
        .flatten()
        .ok_or_else(|| Error::field("to", "Give a day."))?;
    Ok((Span::new(start, end).ok_or_else(late)?, None))
}

fn draft(me: &Me, posted: &Posted, before: Option<&Entry>) -> Result<verbs::Draft> {
    let (span, days_zone) = times(me, posted)?;
    let change = Some(one(posted, "change")).filter(|c| !c.is_empty());
    let is_change = change.is_some() || before.is_some_and(|b| b.item.is_some());
    let kind = if is_change {
        Kind::Change
    } else {
        Kind::from_key(one(posted, "kind"))
            .ok_or_else(|| Error::field("kind", "Choose what it is."))?
    };
    let named = NAMED.iter().flat_map(|(kind, _)| {
        one(posted, kind)
            .split(',')
            .map(|name| ((*kind).to_owned(), name.trim().to_owned()))
            .filter(|(_, name)| !name.is_empty())
    });
    Ok(verbs::Draft {
        kind,
        title: one(posted, "title").to_owned(),
        note: one(posted, "note").to_owned(),
        change: change.map(str::to_owned),
        span,
        days_zone,
        touches: posted.0.get("touches").cloned().unwrap_or_default(),
        named: named.collect(),
        person_id: Some(one(posted, "person").to_owned()).filter(|p| !p.is_empty()),
        routine: one(posted, "routine") == "yes",
        exception: Some(one(posted, "reason").to_owned()).filter(|r| !r.is_empty()),
    })
}

async fn put(me: Me, before: Option<Entry>, posted: Posted) -> Result<Response> {
    let version = one(&posted, "version").parse().ok();
    let id = before.as_ref().map(|b| b.id.clone());
    let done = match draft(&me, &posted, before.as_ref()) {
        Ok(draft) => verbs::plan(&me, &me.actor, id.as_deref(), version, draft).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(entry) => {
            let said = t!(
                me.lang(),
                "“{title}” is planned for {when} now.",
                title = entry.title,
                when = words::times(&me, &entry)
            );
            Ok(see_other(
                &format!("/calendar/{}", entry.id),
                Some(Flash::new(said)),
            ))
        }
        Err(Error::Invalid(errors)) => {
            let item = change_of(&me, Some(one(&posted, "change"))).await?;
            let sheet = Sheet {
                errors: say(me.lang(), &errors),
                typed: Some(posted),
            };
            render(&me, before, item, &sheet).await
        }
        Err(error) => Err(error),
    }
}

/// POST /calendar/new
pub async fn create(me: Me, posted: Posted) -> Result<Response> {
    put(me, None, posted).await
}

/// POST /calendar/{planned}
pub async fn save(me: Me, Path(id): Path<String>, posted: Posted) -> Result<Response> {
    let before = store::find(&me.app.db, &id).await?;
    put(me, Some(before), posted).await
}

/// POST /calendar/{planned}/withdraw
pub async fn withdraw(me: Me, Path(id): Path<String>) -> Result<Response> {
    let gone = verbs::withdraw(&me, &me.actor, &id).await?;
    let said = t!(
        me.lang(),
        "“{title}” is out of the calendar.",
        title = gone.title
    );
    Ok(see_other("/calendar", Some(Flash::new(said))))
}
