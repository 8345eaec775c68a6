//! The form of a plan, with the dates that it comes to.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::html;
use mil_sla::Weekday;
use serde::Deserialize;

use crate::catalog::{Catalog, Service};
use crate::error::{Error, FieldError, Result};
use crate::i18n::t;
use crate::people::store as people;
use crate::policy;
use crate::portal::answers::prepare;
use crate::portal::form::{self, Errors};
use crate::portal::seen::names;
use crate::recurring::draft::{self, Fields, one};
use crate::recurring::model::What;
use crate::recurring::page::dates;
use crate::recurring::timing::when;
use crate::recurring::{store, verbs, words};
use crate::ui::block::{card, empty};
use crate::ui::button::{Button, Kind as Loud, button, link_button};
use crate::ui::choice::{Opt, Remote, combobox, remote, select};
use crate::ui::field::{self, Field};
use crate::ui::shell::bar_back;
use crate::web::input::Posted;
use crate::web::{Flash, Me, Query, Wrong, see_other, shell};

/// What the form is opened for.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Open {
    /// Word or id of the service.
    service: Option<String>,
    /// Number of a request whose answers it begins with.
    from: Option<String>,
}

/// GET /recurring/new
pub async fn new(me: Me, Query(open): Query<Open>) -> Result<Response> {
    policy::require(verbs::plans(&me.actor))?;
    let catalog = me.app.catalog().await?;
    let mut fields = start(&me);
    let mut word = open.service.unwrap_or_default();
    if let Some(number) = open.from.filter(|n| !n.is_empty()) {
        let item = crate::desk::load::item(&me, &number).await?;
        fields.extend(mil_process::form::to_raw(&item.answers));
        fields.insert("_title".into(), vec![item.title.clone()]);
        fields.insert("_requester".into(), vec![item.requester_id.clone()]);
        let who = names(&me.app.db, vec![item.requester_id.clone()]).await?;
        let who = who.get(&item.requester_id).cloned();
        fields.insert("_requester-text".into(), vec![who.unwrap_or_default()]);
        word = item.service_id;
    }
    if word.is_empty() {
        return choose(&me, &catalog).await;
    }
    let service = catalog.service(&word).filter(|s| s.offered());
    let service = service.ok_or(Error::NotFound)?;
    fields.retain(|key, _| key.starts_with('_') || service.form.field(key).is_some());
    let (_, calendar) = catalog.promise(&service.promise_id)?;
    fields.insert("_calendar".into(), vec![calendar.id.clone()]);
    render(&me, &catalog, service, "/recurring/new", &fields, None, &[]).await
}

/// What a new form begins with.
fn start(me: &Me) -> Fields {
    let today = me.today();
    let weekday = match today.weekday().to_monday_zero_offset() {
        at @ 0..=4 => Weekday::ALL[usize::try_from(at).unwrap_or(0)],
        _ => Weekday::Mon,
    };
    let mut out = Fields::new();
    for (name, value) in [
        ("_beat", "weeks".to_owned()),
        ("_every", "1".to_owned()),
        ("_on", draft::word(&weekday)),
        ("_at", "09:00".to_owned()),
        ("_start", today.tomorrow().unwrap_or(today).to_string()),
        ("_closed", "before".to_owned()),
        ("_ahead", "0".to_owned()),
        ("_day", "1".to_owned()),
        (
            "_zone",
            me.prefs.zone.iana_name().unwrap_or("UTC").to_owned(),
        ),
        ("_requester", me.actor.id.clone()),
        ("_requester-text", me.actor.name.clone()),
    ] {
        out.insert(name.to_owned(), vec![value]);
    }
    out
}

/// Which service is to be ordered again and again.
async fn choose(me: &Me, catalog: &Catalog) -> Result<Response> {
    let lang = me.lang();
    let services: Vec<_> = catalog.offered_to(&me.actor).collect();
    let options: Vec<Opt<'_>> = services
        .iter()
        .map(|s| Opt {
            value: &s.slug,
            label: &s.name,
            ..Opt::default()
        })
        .collect();
    let title = t!(lang, "Plan a recurring request");
    let body = html! {
        (bar_back(t!(lang, "Recurring requests"), "/recurring", "", html! {}))
        div class="panel-body stack" {
            h1 { (title) }
            @if options.is_empty() {
                (empty("grid", t!(lang, "There is nothing to order"), t!(lang, "Publish a service first."), html! {}))
            } @else {
                form method="get" action="/recurring/new" class="stack measure" {
                    (select(lang, &Field { name: "service", label: t!(lang, "What is ordered again and again"), ..Field::default() }, &options, None))
                    div { (button(Button { label: t!(lang, "Go on"), kind: Loud::Primary, ..Button::default() })) }
                }
            }
        }
    };
    let page = shell::workspace(me, "/recurring", title, body).await?;
    Ok(page.into_response())
}

/// GET /recurring/{recurring}/edit
pub async fn edit(me: Me, Path(id): Path<String>) -> Result<Response> {
    let catalog = me.app.catalog().await?;
    let plan = store::find(&me.app.db, &id).await?;
    policy::require(verbs::may_change(&me.actor, &plan))?;
    let service = catalog
        .service(&plan.what.service_id)
        .ok_or(Error::NotFound)?;
    let who = names(&me.app.db, vec![plan.what.requester_id.clone()]).await?;
    let who = who.get(&plan.what.requester_id).map_or("", String::as_str);
    let mut fields = draft::fields_of(&plan.what, who);
    fields.insert("_version".into(), vec![plan.version.to_string()]);
    let action = format!("/recurring/{id}/edit");
    render(
        &me,
        &catalog,
        service,
        &action,
        &fields,
        Some(&plan.what),
        &[],
    )
    .await
}

/// POST /recurring/new
pub async fn create(me: Me, Posted(fields): Posted) -> Result<Response> {
    policy::require(verbs::plans(&me.actor))?;
    let catalog = me.app.catalog().await?;
    let service = catalog
        .service(one(&fields, "_service"))
        .ok_or_else(|| Error::field("_service", "There is no such service. Choose another."))?;
    let done = take(&me, &catalog, service, "/recurring/new", &fields).await?;
    let what = match done {
        Ok(what) => what,
        Err(page) => return Ok(page),
    };
    match verbs::create(&me, &me.actor, what.clone()).await {
        Ok(plan) => {
            let flash = Flash::new(t!(
                me.lang(),
                "Planned. It is ordered by itself from now on."
            ));
            Ok(see_other(&format!("/recurring/{}", plan.id), Some(flash)))
        }
        Err(Error::Invalid(wrong)) => {
            render(
                &me,
                &catalog,
                service,
                "/recurring/new",
                &fields,
                Some(&what),
                &wrong,
            )
            .await
        }
        Err(error) => Err(error),
    }
}

/// POST /recurring/{recurring}/edit
pub async fn save(me: Me, Path(id): Path<String>, Posted(fields): Posted) -> Result<Response> {
    let catalog = me.app.catalog().await?;
    let plan = store::find(&me.app.db, &id).await?;
    policy::require(verbs::may_change(&me.actor, &plan))?;
    let service = catalog
        .service(&plan.what.service_id)
        .ok_or(Error::NotFound)?;
    let action = format!("/recurring/{id}/edit");
    let what = match take(&me, &catalog, service, &action, &fields).await? {
        Ok(what) => what,
        Err(page) => return Ok(page),
    };
    let version = one(&fields, "_version").parse().ok();
    match verbs::change(&me, &me.actor, &id, version, what.clone()).await {
        Ok(_) => {
            let flash = Flash::new(t!(me.lang(), "Saved. It holds from now on."));
            Ok(see_other(&format!("/recurring/{id}"), Some(flash)))
        }
        Err(Error::Invalid(wrong)) => {
            render(
                &me,
                &catalog,
                service,
                &action,
                &fields,
                Some(&what),
                &wrong,
            )
            .await
        }
        Err(error) => Err(error),
    }
}

/// What was posted, or the page again: with its dates, or with what is wrong.
async fn take(
    me: &Me,
    catalog: &Catalog,
    service: &Service,
    action: &str,
    fields: &Fields,
) -> Result<std::result::Result<What, Response>> {
    let mut fields = fields.clone();
    fields.remove("_key");
    // People in the answers may be typed by name.
    let answers: Fields = fields
        .iter()
        .filter(|(k, _)| !k.starts_with('_'))
        .map(|(k, v)| (k.clone(), v.clone()))
        .collect();
    let plain = words::form_of_plan(me.lang(), &service.form);
    let ready = prepare(me, &plain, String::new(), answers).await?;
    fields.retain(|key, _| key.starts_with('_'));
    fields.extend(ready.raw);
    let read = draft::read(me, service, &fields).await;
    let what = match read {
        Ok(what) => what,
        Err(Error::Invalid(mut wrong)) => {
            wrong.extend(ready.wrong);
            return render(me, catalog, service, action, &fields, None, &wrong)
                .await
                .map(Err);
        }
        Err(error) => return Err(error),
    };
    if one(&fields, "_do") == "show" {
        let wrong = match verbs::check(me, catalog, &what).await {
            Ok(()) => Vec::new(),
            Err(Error::Invalid(wrong)) => wrong,
            Err(error) => return Err(error),
        };
        // Only the dates were asked for; the answers may still be missing.
        let wrong: Vec<FieldError> = wrong
            .into_iter()
            .filter(|e| e.field.starts_with('_'))
            .collect();
        return render(me, catalog, service, action, &fields, Some(&what), &wrong)
            .await
            .map(Err);
    }
    if !ready.wrong.is_empty() {
        return render(
            me,
            catalog,
            service,
            action,
            &fields,
            Some(&what),
            &ready.wrong,
        )
        .await
        .map(Err);
    }
    Ok(Ok(what))
}

async fn render(
    me: &Me,
    catalog: &Catalog,
    service: &Service,
    action: &str,
    fields: &Fields,
    what: Option<&What>,
    wrong: &[FieldError],
) -> Result<Response> {
    let lang = me.lang();
    let bad = Wrong::new(lang, wrong);
    let say = |e: &FieldError| lang.text(&e.msg.text, &e.msg.args);
    let errors: Errors = wrong.iter().map(|e| (e.field.clone(), say(e))).collect();
    let plain = words::form_of_plan(lang, &service.form);
    let answers: Fields = fields
        .iter()
        .filter(|(k, _)| !k.starts_with('_'))
        .map(|(k, v)| (k.clone(), v.clone()))
        .collect();
    let answers = prepare(me, &plain, String::new(), answers).await?;
    let preview = match what {
        Some(what) => Some(dates(me, catalog, what, None)?),
        None => None,
    };
    let title = t!(lang, "Recurring: {service}", service = service.name);
    let title_field = Field {
        hint: &t!(
            lang,
            "Dates are filled in: {places}. Without a title, one is made from the answers.",
            places = words::PLACES
        ),
        optional: true,
        max_length: Some(160),
        ..bad.field("_title", t!(lang, "Title"), one(fields, "_title"))
    };
    let who = Field {
        hint: t!(lang, "Whose request it is. Name or email address."),
        ..bad.field(
            "_requester",
            t!(lang, "Ordered for"),
            one(fields, "_requester"),
        )
    };
    let shown = Remote {
        src: "/people/options",
        shown: one(fields, "_requester-text"),
        ..Remote::default()
    };
    let agents = people::agents(&me.app.db).await?;
    let given = one(fields, "_assignee");
    let agents: Vec<Opt<'_>> = agents
        .iter()
        .map(|p| Opt {
            value: &p.id,
            label: &p.name,
            chosen: p.id == given,
            ..Opt::default()
        })
        .collect();
    let body = html! {
        (bar_back(t!(lang, "Recurring requests"), "/recurring", "", html! {}))
        div class="panel-body stack" style="--gap:1.25rem" {
            h1 { (title) }
            (bad.summary(lang))
            form method="post" action=(action) class="stack measure order-form" data-guard {
                // Enter in a field shows the dates.
                button class="vh" name="_do" value="show" tabindex="-1" aria-hidden="true" {}
                input type="hidden" name="_service" value=(service.id);
                input type="hidden" name="_version" value=(one(fields, "_version"));
                (card(t!(lang, "When"), when(me, catalog, fields, &bad)))
                div class="row" { (button(Button { label: t!(lang, "Show dates"), name: "_do", value: "show", ..Button::default() })) }
                @if let Some(preview) = &preview { (card(t!(lang, "The next dates"), preview.clone())) }
                (card(t!(lang, "What is ordered"), html! {
                    (field::text(lang, &title_field))
                    (remote(lang, &who, &shown))
                    (combobox(lang, &Field { optional: true, ..bad.field("_assignee", t!(lang, "Who works on it"), given) }, &agents, Some(t!(lang, "Nobody yet: the team takes it up"))))
                    (form::fields(me, &plain, &answers, &errors))
                }))
                div class="row" {
                    (button(Button { label: t!(lang, "Save the plan"), kind: Loud::Primary, name: "_do", value: "save", ..Button::default() }))
                    (link_button("/recurring", Button { label: t!(lang, "Cancel"), kind: Loud::Quiet, ..Button::default() }))
                }
            }
        }
    };
    let page = shell::workspace(me, "/recurring", &title, body).await?;
    let status = if wrong.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    Ok((status, page).into_response())
}
