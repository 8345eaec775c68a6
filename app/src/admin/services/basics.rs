//! The first tab of a service: what it is called, where it stands, what it
//! costs, who fulfils it. Also the page for a new one.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use mil_process::Decimal;
use serde::Deserialize;

use crate::admin::services::{frame, words};
use crate::catalog::draft::{ServiceChange, ServiceDraft};
use crate::catalog::model::WorkKind;
use crate::catalog::{Audience, Catalog, Service, verbs};
use crate::error::{Error, Result};
use crate::i18n::t;
use crate::people::store;
use crate::ui::block::crumbs;
use crate::ui::button::{Button, Kind, button};
use crate::ui::choice::{Opt, select};
use crate::ui::field::{self, Field};
use crate::ui::shell::bar;
use crate::web::{Flash, Input, Me, Wrong, see_other, shell};

/// The form.
#[derive(Deserialize, Default, Clone)]
#[serde(default, deny_unknown_fields)]
pub struct Basics {
    name: String,
    slug: String,
    kind: WorkKind,
    category_id: String,
    icon: String,
    summary: String,
    instructions: String,
    keywords: String,
    price: String,
    price_note: String,
    team_id: String,
    process_id: String,
    promise_id: String,
    version: Option<i64>,
}

impl Basics {
    fn of(service: &Service) -> Basics {
        let s = service.clone();
        Basics {
            name: s.name,
            slug: s.slug,
            kind: s.kind,
            category_id: s.category_id,
            icon: s.icon,
            summary: s.summary,
            instructions: s.instructions,
            keywords: s.keywords,
            price: s.price_minor.map(price_text).unwrap_or_default(),
            price_note: s.price_note.unwrap_or_default(),
            team_id: s.team_id,
            process_id: s.process_id,
            promise_id: s.promise_id,
            version: Some(s.version),
        }
    }

    fn change(&self) -> Result<ServiceChange> {
        let s = self.clone();
        Ok(ServiceChange {
            price_minor: Some(price(&s.price)?),
            name: Some(s.name),
            slug: Some(s.slug),
            kind: Some(s.kind),
            category_id: Some(s.category_id),
            icon: Some(s.icon),
            summary: Some(s.summary),
            instructions: Some(s.instructions),
            keywords: Some(s.keywords),
            price_note: Some(Some(s.price_note)),
            team_id: Some(s.team_id),
            process_id: Some(s.process_id),
            promise_id: Some(s.promise_id),
            ..ServiceChange::default()
        })
    }
}

/// "60.00" for 6000.
fn price_text(minor: i64) -> String {
    format!("{}.{:02}", minor / 100, minor % 100)
}

/// 6000 for "60", "60.00" or "60,00"; none for an empty text.
fn price(text: &str) -> Result<Option<i64>> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    match text.parse::<Decimal>() {
        Ok(number) if number.micros() % 10_000 == 0 => Ok(Some(number.micros() / 10_000)),
        _ => Err(Error::field(
            "price",
            "Write the price as a number with at most two decimals, or leave it empty.",
        )),
    }
}

/// GET /admin/services/new
pub async fn new_page(me: Me) -> Result<Markup> {
    show_new(&me, &Basics::default(), &Wrong::default()).await
}

/// POST /admin/services
pub async fn create(me: Me, Input(form): Input<Basics>) -> Result<Response> {
    let result = async {
        // Open to those who work here until somebody says otherwise.
        let draft = ServiceDraft {
            audience: Audience::everyone(),
            ..ServiceDraft::default()
        };
        verbs::create(&me, &me.actor, draft.with(form.change()?)).await
    };
    match result.await {
        Ok(id) => {
            let said = Flash::new(t!(
                me.lang(),
                "The service is made. Say what it asks, then publish it"
            ));
            Ok(see_other(&format!("/admin/services/{id}/form"), Some(said)))
        }
        Err(error) => {
            let wrong = Wrong::of(me.lang(), error)?;
            Ok((wrong.status(), show_new(&me, &form, &wrong).await?).into_response())
        }
    }
}

/// GET /admin/services/{service}
pub async fn page(me: Me, Path(id): Path<String>) -> Result<Markup> {
    show(&me, &id, None, &Wrong::default()).await
}

/// POST /admin/services/{service}
pub async fn save(me: Me, Path(id): Path<String>, Input(form): Input<Basics>) -> Result<Response> {
    let result = async {
        let change = form.change()?;
        verbs::change(&me, &me.actor, &id, form.version, change).await
    };
    match result.await {
        Ok(()) => {
            let said = Flash::new(t!(me.lang(), "The service is saved"));
            Ok(see_other(&format!("/admin/services/{id}"), Some(said)))
        }
        Err(error) => {
            let (status, wrong) = frame::again(me.lang(), error)?;
            let mut form = form;
            if status == StatusCode::PRECONDITION_FAILED {
                form.version = None;
            }
            let page = show(&me, &id, Some(&form), &wrong).await?;
            Ok((status, page).into_response())
        }
    }
}

/// The page of a service, with what was wrong with an action on it.
pub async fn show(me: &Me, id: &str, typed: Option<&Basics>, wrong: &Wrong) -> Result<Markup> {
    let lang = me.lang();
    let catalog = me.app.catalog().await?;
    let service = frame::find(&catalog, id)?;
    let stored = Basics::of(&service);
    let form = typed.unwrap_or(&stored);
    let body = html! {
        form class="stack measure" method="post" action={ "/admin/services/" (id) } data-guard {
            (wrong.summary(lang))
            input type="hidden" name="version" value=(form.version.unwrap_or(service.version));
            (fields(me, &catalog, form, wrong).await?)
            div { (button(Button { label: t!(lang, "Save service"), kind: Kind::Primary, ..Button::default() })) }
        }
    };
    frame::page(me, &service, "", body).await
}

async fn show_new(me: &Me, form: &Basics, wrong: &Wrong) -> Result<Markup> {
    let lang = me.lang();
    let catalog = me.app.catalog().await?;
    let title = t!(lang, "New service");
    let body = html! {
        (bar(title, html! {}, html! {}))
        div class="panel-body stack" {
            (crumbs(lang, &[(t!(lang, "Administration"), "/admin"), (t!(lang, "Services"), "/admin/services"), (title, "")]))
            form class="stack measure" method="post" action="/admin/services" data-guard {
                (wrong.summary(lang))
                (fields(me, &catalog, form, wrong).await?)
                div { (button(Button { label: t!(lang, "Make service"), kind: Kind::Primary, ..Button::default() })) }
            }
        }
    };
    shell::workspace(me, "/admin", title, body).await
}

async fn fields(me: &Me, catalog: &Catalog, form: &Basics, wrong: &Wrong) -> Result<Markup> {
    let lang = me.lang();
    let part = |name, label, value| wrong.field(name, label, value);
    let hinted = |field, hint| Field { hint, ..field };
    let optional = |field| Field {
        optional: true,
        ..field
    };
    let opt = |value, label, chosen: &str| Opt {
        value,
        label,
        chosen: value == chosen,
        ..Opt::default()
    };
    let shelves: Vec<Opt<'_>> = catalog
        .categories
        .iter()
        .filter(|c| !c.archived || c.id == form.category_id)
        .map(|c| opt(&c.id, &c.name, &form.category_id))
        .collect();
    let teams = store::teams(&me.app.db).await?;
    let teams: Vec<Opt<'_>> = teams
        .iter()
        .filter(|team| team.kind == "team" && !team.archived || team.id == form.team_id)
        .map(|team| opt(&team.id, &team.name, &form.team_id))
        .collect();
    let kinds: Vec<Opt<'_>> = WorkKind::ALL
        .into_iter()
        .map(|kind| opt(kind.key(), lang.t(kind.label()), form.kind.key()))
        .collect();
    let mut processes: Vec<Opt<'_>> = catalog
        .processes
        .values()
        .filter(|p| !p.archived || p.id == form.process_id)
        .map(|p| opt(&p.id, &p.name, &form.process_id))
        .collect();
    let mut promises: Vec<Opt<'_>> = catalog
        .promises
        .values()
        .filter(|p| !p.archived || p.id == form.promise_id)
        .map(|p| opt(&p.id, &p.name, &form.promise_id))
        .collect();
    processes.sort_by_key(|o| o.label);
    promises.sort_by_key(|o| o.label);
    let currency = me.app.org().currency.clone();
    let price_hint = t!(
        lang,
        "In {currency}, such as 60.00. Empty is free of charge.",
        currency = currency
    );
    // The server says what is wrong: the price's error has the verb's name.
    let price_error = [wrong.at("price"), wrong.at("price_minor")]
        .into_iter()
        .find(|e| !e.is_empty())
        .unwrap_or_default();
    let choose = Some(t!(lang, "Choose one"));
    Ok(html! {
        (field::text(lang, &part("name", t!(lang, "Name"), &form.name)))
        (field::text(lang, &hinted(optional(part("summary", t!(lang, "One line"), &form.summary)), t!(lang, "What people get. It stands on the card."))))
        (field::two(html! {
            (select(lang, &part("category_id", t!(lang, "Category"), ""), &shelves, choose))
            (select(lang, &optional(part("icon", t!(lang, "Icon"), "")), &words::icons(lang, &form.icon), Some(t!(lang, "Tiles"))))
        }))
        (select(lang, &hinted(part("kind", t!(lang, "Kind of work"), ""), t!(lang, "What people who work on it call it. Incidents, problems and changes get their own panels.")), &kinds, None))
        (field::textarea(lang, &hinted(optional(part("instructions", t!(lang, "Instructions"), &form.instructions)), t!(lang, "What to know before ordering. It stands above the form; Markdown is understood.")), 5))
        (field::text(lang, &hinted(optional(part("keywords", t!(lang, "Other words people look for"), &form.keywords)), t!(lang, "Separated by commas."))))
        (field::text(lang, &hinted(optional(part("slug", t!(lang, "Word in the address"), &form.slug)), t!(lang, "Made from the name if you leave it empty. A new word breaks old links."))))
        (field::two(html! {
            (field::text(lang, &Field { error: price_error, ..hinted(optional(part("price", t!(lang, "Price"), &form.price)), &price_hint) }))
            (field::text(lang, &hinted(optional(part("price_note", t!(lang, "Note on the price"), &form.price_note)), t!(lang, "Such as: per 100 copies."))))
        }))
        (select(lang, &hinted(part("team_id", t!(lang, "Team"), ""), t!(lang, "Who fulfils it.")), &teams, choose))
        (field::two(html! {
            (select(lang, &hinted(part("process_id", t!(lang, "Process"), ""), t!(lang, "The stages it goes through.")), &processes, choose))
            (select(lang, &hinted(part("promise_id", t!(lang, "Promise"), ""), t!(lang, "By when it is delivered.")), &promises, choose))
        }))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_read_as_they_are_written() {
        for (text, minor) in [
            ("", None),
            (" 60 ", Some(6000)),
            ("60,5", Some(6050)),
            ("0.01", Some(1)),
        ] {
            assert_eq!(price(text).unwrap(), minor, "{text}");
        }
        for text in ["x", "1.234", "1,000.00", "--1", "€5"] {
            assert!(price(text).is_err(), "{text}");
        }
        assert_eq!(price_text(6005), "60.05");
    }
}
