//! A service with its form.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use maud::{Markup, html};
use mil_process::form::{FormDef, Kind, Pattern, Raw};
use serde::Deserialize;

use crate::actor::Actor;
use crate::catalog::{Catalog, Service};
use crate::deflection;
use crate::error::{FieldError, Result};
use crate::glossary::explained;
use crate::i18n::{fmt, t};
use crate::knowledge;
use crate::portal::answers::{Answers, prepare};
use crate::portal::form::{self, Errors};
use crate::portal::{aside, cart, draft, whom};
use crate::problems;
use crate::random::new_id;
use crate::standing::load as standing;
use crate::templates;
use crate::ui::block::{self, Tone, notice};
use crate::ui::button::{Button, Kind as Loud, Size, button};
use crate::ui::field::{self, Field};
use crate::web::{Me, Query, shell};

/// What the form is opened for.
#[derive(Deserialize, Default)]
pub struct Open {
    /// The line of the cart to change.
    #[serde(default)]
    line: Option<String>,
    /// Id of the person it is ordered for, by somebody who works here.
    #[serde(default, rename = "for")]
    whom: Option<String>,
    /// Id of the template to begin with.
    #[serde(default)]
    template: Option<String>,
    /// Number of one's own request that is ordered again.
    #[serde(default)]
    again: Option<String>,
}

/// The form as it is shown.
#[derive(Default)]
pub struct Shown<'a> {
    /// What is filled in.
    pub answers: Answers,
    /// What is wrong with it.
    pub wrong: &'a [FieldError],
    /// The line of the cart that it changes.
    pub line: Option<&'a str>,
    /// For whom it is ordered, when that is somebody else.
    pub whom: Option<&'a Actor>,
    /// When the draft was kept that it was filled from.
    pub draft: Option<Timestamp>,
    /// The form's one-time key, when it was sent before.
    pub key: String,
    /// Questions whose earlier answer does not fit any more.
    pub lost: Vec<String>,
    /// The template that it was filled from.
    pub template: Option<String>,
}

/// GET /catalog/{service}
pub async fn page(me: Me, Path(slug): Path<String>, Query(open): Query<Open>) -> Result<Response> {
    let catalog = me.app.catalog().await?;
    let whom = whom::find(&me, open.whom.as_deref()).await?;
    let service = whom::service(&me, &catalog, whom.as_ref(), &slug)?;
    if let Some(person) = &whom {
        let answers = prepare(&me, &service.form, String::new(), Raw::new()).await?;
        let shown = Shown {
            answers,
            whom: Some(person),
            ..Shown::default()
        };
        return render(&me, &catalog, service, shown).await;
    }
    if let Some(line) = open.line {
        let found = cart::find(&me, &line).await?;
        let found = found.filter(|l| l.service_id == service.id);
        let found = found.ok_or(crate::Error::NotFound)?;
        let answers = prepare(&me, &service.form, found.title, found.raw).await?;
        let shown = Shown {
            answers,
            line: Some(&line),
            ..Shown::default()
        };
        return render(&me, &catalog, service, shown).await;
    }
    if let Some(id) = open.template {
        let template = templates::store::find(&me.app.db, &me.actor, &id).await?;
        if template.service_id != service.id {
            return Err(crate::Error::NotFound);
        }
        let (raw, lost) = templates::fitting(&me, &catalog, service, &template).await?;
        let answers = prepare(&me, &service.form, template.title.clone(), raw).await?;
        let shown = Shown {
            answers,
            lost,
            template: Some(template.name),
            ..Shown::default()
        };
        return render(&me, &catalog, service, shown).await;
    }
    let lost = match open.again.filter(|number| !number.is_empty()) {
        Some(number) => {
            let item = crate::work::store::find(&me.app.db, &me.actor, &number).await?;
            let old = standing::form_of(&me, &catalog, &item).await?;
            standing::lost(&old, &service.form, &item.answers)
        }
        None => Vec::new(),
    };
    let kept = draft::find_form(&me, &service.id).await?;
    let (title, raw, at) = match kept {
        Some((kept, at)) if !kept.is_empty() => (kept.title, kept.raw, Some(at)),
        _ => (String::new(), known(&me, &service.form), None),
    };
    let answers = prepare(&me, &service.form, title, raw).await?;
    let shown = Shown {
        answers,
        draft: at,
        lost,
        ..Shown::default()
    };
    render(&me, &catalog, service, shown).await
}

/// What is known of the reader and need not be asked.
fn known(me: &Me, form: &FormDef) -> Raw {
    let email = form.fields.iter().filter(|f| {
        let asks = matches!(
            f.kind,
            Kind::Text {
                pattern: Some(Pattern::Email),
                ..
            }
        );
        asks && f.required
    });
    email
        .take(1)
        .map(|f| (f.key.clone(), vec![me.actor.email.clone()]))
        .collect()
}

/// The page; 422 when something is wrong.
pub async fn render(
    me: &Me,
    catalog: &Catalog,
    service: &Service,
    shown: Shown<'_>,
) -> Result<Response> {
    let lang = me.lang();
    let say = |e: &FieldError| lang.text(&e.msg.text, &e.msg.args);
    let errors: Errors = shown
        .wrong
        .iter()
        .map(|e| (e.field.clone(), say(e)))
        .collect();
    let summary: Vec<(String, String)> = shown
        .wrong
        .iter()
        .map(|e| {
            // The same error under several questions: say which is meant.
            match service.form.field(&e.field) {
                Some(asked) => (e.field.clone(), format!("{}: {}", asked.label, say(e))),
                None if e.field == "_title" => (e.field.clone(), say(e)),
                None => (String::new(), say(e)),
            }
        })
        .collect();
    let summary: Vec<(&str, &str)> = summary
        .iter()
        .map(|(a, b)| (a.as_str(), b.as_str()))
        .collect();
    let shelf = catalog
        .categories
        .iter()
        .find(|c| c.id == service.category_id);
    let shelf_href = shelf
        .map(|c| format!("/catalog?category={}", c.id))
        .unwrap_or_default();
    let action = format!("/catalog/{}", service.slug);
    let aside = aside::card(me, catalog, service).await?;
    let instructions = explained(me, "about", &service.instructions).await?;
    let known = problems::panel::offer(me, catalog, &service.id, &action).await?;
    let help = knowledge::read::of_service(me, &service.id).await?;
    let typed = deflection::panel::typed(&service.form, &|key| {
        if key == "_title" {
            return Some(shown.answers.title.clone());
        }
        shown
            .answers
            .raw
            .get(key)
            .and_then(|values| values.first().cloned())
    });
    let answers = deflection::panel::beside(me, service, &typed).await?;
    // Drafts and the cart belong to the reader.
    let own = shown.line.is_none() && shown.whom.is_none();
    let body = html! {
        div class="wrap" {
            (block::crumbs(lang, &[
                (t!(lang, "Home"), "/"),
                (t!(lang, "Catalog"), "/catalog"),
                (shelf.map_or("", |c| c.name.as_str()), &shelf_href),
            ]))
            div class="cols" {
                div {
                    h1 { (service.name) }
                    p class="muted mt-2 measure" { (service.summary) }
                    (aside::on_phone(me, catalog, service)?)
                    @if !service.instructions.trim().is_empty() { div class="prose mt-4" { (instructions) } }
                    (crate::announcements::read::beside_order(me, &service.id).await?)
                    (known)
                    (templates::page::offers(me, service, own, shown.template.as_deref()).await?)
                    @if !shown.lost.is_empty() {
                        div class="mt-4" {
                            (notice(Tone::Warn, "info", t!(lang, "Some earlier answers do not fit any more."),
                                html! { (t!(lang, "The form has changed since. Look at: {questions}.", questions = shown.lost.join(", "))) }))
                        }
                    }
                    @if let Some(at) = shown.draft { (draft_notice(me, &action, at)) }
                    @if let Some(person) = shown.whom {
                        div class="mt-4" {
                            (notice(Tone::Info, "users", &t!(lang, "You order for {name}.", name = person.name),
                                html! { (t!(lang, "They see the request as their own.")) }))
                        }
                    }
                    form class="mt-6 order-form" id="order" method="post" action=(action) enctype="multipart/form-data" novalidate
                        data-draft-url=[own.then(|| format!("{action}/draft"))]
                        data-check={ (action) "/check/" } {
                        // Enter in a field does what the first button does.
                        button class="vh" name="_do" value=(if shown.line.is_some() { "line" } else { "order" }) tabindex="-1" aria-hidden="true" {}
                        input type="hidden" name="_key" value=(if shown.key.is_empty() { new_id(me.now) } else { shown.key.clone() });
                        @if let Some(line) = shown.line { input type="hidden" name="_line" value=(line); }
                        @if let Some(person) = shown.whom { input type="hidden" name="_for" value=(person.id); }
                        (field::error_summary(lang, &summary))
                        (form::fields(me, &service.form, &shown.answers, &errors))
                        div class="fs" {
                            (field::text(lang, &Field {
                                name: "_title", label: t!(lang, "Give it a name"), optional: true,
                                hint: t!(lang, "So that you find it again. Without one, we make one from your answers."),
                                value: &shown.answers.title, error: errors.get("_title").map_or("", String::as_str),
                                max_length: Some(crate::work::order::MAX_TITLE as u32), ..Field::default()
                            }))
                        }
                        div class="row mt-2" style="--gap:.75rem" { (buttons(me, shown.line.is_some(), own, &action)) }
                    }
                }
                aside aria-label=(t!(lang, "What we promise")) { div class="sticky stack" { (aside) (answers) (help) } }
            }
        }
    };
    let page = shell::portal(me, "/catalog", &service.name, body).await?;
    let status = if shown.wrong.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    Ok((status, page).into_response())
}

fn buttons(me: &Me, line: bool, own: bool, action: &str) -> Markup {
    let lang = me.lang();
    let large = |label, kind, value| {
        button(Button {
            label,
            kind,
            size: Size::Large,
            name: "_do",
            value,
            ..Button::default()
        })
    };
    html! {
        @if line {
            (large(t!(lang, "Save changes"), Loud::Primary, "line"))
            a class="btn btn-l btn-quiet" href="/cart" { (t!(lang, "Back to the cart")) }
        } @else {
            (large(t!(lang, "Order now"), Loud::Primary, "order"))
            @if own {
                (large(t!(lang, "Add to cart"), Loud::Plain, "cart"))
            (button(Button { label: t!(lang, "Save draft"), kind: Loud::Quiet, size: Size::Large, formaction: &format!("{action}/draft"), ..Button::default() }))
            (button(Button { label: t!(lang, "Look for answers"), kind: Loud::Quiet, size: Size::Large, formaction: &format!("{action}/draft"), ..Button::default() }))
            span class="hint draft-state" {}
            }
        }
    }
}

fn draft_notice(me: &Me, action: &str, at: Timestamp) -> Markup {
    let lang = me.lang();
    let when = fmt::when(lang, at, me.now, &me.prefs.zone);
    html! {
        div class="mt-4" {
            (notice(Tone::Info, "edit", t!(lang, "This is your draft."), html! {
                (t!(lang, "Saved {when}. Go on where you stopped.", when = when))
                form method="post" action={ (action) "/draft/discard" } class="mt-2" {
                    button class="btn btn-s" { (t!(lang, "Discard the draft")) }
                }
            }))
        }
    }
}
