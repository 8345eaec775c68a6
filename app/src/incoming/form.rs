//! The form of an address: first what is ordered, then what becomes of what comes.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use crate::admin::frame;
use crate::error::Result;
use crate::i18n::t;
use crate::incoming::map::{Mapping, Proof, places};
use crate::incoming::pages::{proof_words, render};
use crate::incoming::store;
use crate::incoming::verbs::{self, Wanted};
use crate::ui::choice::{Opt, select};
use crate::ui::field::{Field, fieldset, text, textarea};
use crate::web::input::Posted;
use crate::web::{Flash, Me, Wrong, see_other};

fn read(posted: &Posted) -> Result<Wanted> {
    let one = |name: &str| crate::incidents::page::one(posted, name).to_owned();
    let fields = posted.0.iter().filter_map(|(name, values)| {
        let key = name.strip_prefix("field-")?;
        let text = values.first().filter(|text| !text.trim().is_empty())?;
        Some((key.to_owned(), text.clone()))
    });
    Ok(Wanted {
        name: one("name"),
        service: one("service"),
        requester: one("requester"),
        mapping: Mapping {
            title: one("title"),
            priority: one("priority"),
            requester: one("for"),
            once: one("once"),
            fields: fields.collect(),
        },
        proof: Proof::from_key(&one("proof")).unwrap_or_default(),
        header: one("header"),
        per_minute: match one("per_minute").trim() {
            "" => None,
            text => Some(text.parse().unwrap_or(0)),
        },
        active: None,
        version: frame::version(&one("version"))?,
    })
}

async fn page(me: &Me, id: Option<&str>, w: &Wanted, wrong: &Wrong) -> Result<Markup> {
    let lang = me.lang();
    let catalog = me.app.catalog().await?;
    let chosen = catalog.service(&w.service).map(|s| s.id.clone());
    let mut services: Vec<_> = catalog.services.iter().filter(|s| s.offered()).collect();
    services.sort_by(|a, b| a.name.cmp(&b.name));
    let options: Vec<Opt<'_>> = services
        .iter()
        .map(|s| Opt {
            value: &s.id,
            label: &s.name,
            chosen: chosen.as_ref() == Some(&s.id),
            ..Opt::default()
        })
        .collect();
    let proofs = Proof::ALL.map(|p| Opt {
        value: p.key(),
        label: proof_words(lang, p),
        chosen: w.proof == p,
        ..Opt::default()
    });
    let (to, back) = match id {
        Some(id) => (
            format!("/admin/incoming/{id}/edit"),
            format!("/admin/incoming/{id}"),
        ),
        None => (
            "/admin/incoming/new".to_owned(),
            "/admin/incoming".to_owned(),
        ),
    };
    let known = match id {
        Some(id) => example(me, id).await?,
        None => Vec::new(),
    };
    let per_minute = w.per_minute.map(|n| n.to_string()).unwrap_or_default();
    let title = match id {
        Some(_) => t!(lang, "Change what becomes of it"),
        None => t!(lang, "New address"),
    };
    let main = html! {
        (wrong.summary(lang))
        form method="post" action=(to) class="stack measure" data-guard {
            @if let Some(version) = w.version { input type="hidden" name="version" value=(version); }
            (text(lang, &Field { hint: t!(lang, "Who sends, such as “Contact form of the website”."), ..wrong.field("name", t!(lang, "Name"), &w.name) }))
            (select(lang, &wrong.field("service", t!(lang, "What is ordered"), ""), &options, Some(t!(lang, "Choose a service"))))
            (text(lang, &Field { optional: true, hint: t!(lang, "An address of somebody here; yours if you leave it empty."), ..wrong.field("requester", t!(lang, "For whom"), &w.requester) }))
            @if id.is_some() { (mapping(me, w, wrong, &known).await?) }
            details open[w.proof != Proof::None || !w.header.is_empty()] {
                summary { (t!(lang, "Proof and limits")) }
                div class="stack mt-3" {
                    (select(lang, &wrong.field("proof", t!(lang, "How the sender proves itself"), ""), &proofs, None))
                    (text(lang, &Field { optional: true, hint: t!(lang, "For a signature of the body, such as x-hub-signature-256."), ..wrong.field("header", t!(lang, "Header with the signature"), &w.header) }))
                    (text(lang, &Field { optional: true, hint: t!(lang, "What comes beyond that is turned away; 30 if you leave it empty."), ..wrong.field("per_minute", t!(lang, "At most a minute"), &per_minute) }))
                }
            }
            div class="row" {
                (frame::save(if id.is_some() { t!(lang, "Save the address") } else { t!(lang, "Make the address") }))
                a class="btn btn-quiet" href=(back) { (t!(lang, "Leave it as it is")) }
            }
        }
    };
    let up = (t!(lang, "Incoming webhooks"), "/admin/incoming");
    frame::page(me, title, up, html! {}, main, None).await
}

/// The places of the newest call that can be read, with what stands there.
async fn example(me: &Me, id: &str) -> Result<Vec<(String, String)>> {
    let calls = store::calls(&me.app.db, id).await?;
    let read = calls
        .iter()
        .find_map(|call| serde_json::from_str(&call.body).ok());
    Ok(read.map(|value| places(&value)).unwrap_or_default())
}

async fn mapping(me: &Me, w: &Wanted, wrong: &Wrong, known: &[(String, String)]) -> Result<Markup> {
    let lang = me.lang();
    let catalog = me.app.catalog().await?;
    let m = &w.mapping;
    let service = catalog.service(&w.service);
    let asked = service.iter().flat_map(|s| &s.form.fields);
    let asked: Vec<_> = asked.filter(|f| f.kind.is_question()).collect();
    let from = |key: &str| m.fields.get(key).map_or("", String::as_str);
    let names: Vec<String> = asked.iter().map(|f| format!("field-{}", f.key)).collect();
    Ok(html! {
        (fieldset(t!(lang, "What becomes of what comes"), html! {
            p class="hint" { (t!(lang, "Write text, and places of what came in braces: {example}. What stands behind a bar is taken when the place is empty.", example = "{name|somebody}")) }
            @if known.is_empty() { p class="hint" { (t!(lang, "Send an example to the address first: its places then stand here.")) } }
            @else {
                details open {
                    summary class="small" { (t!(lang, "Places of the last example")) }
                    dl class="props mt-2" { @for (place, stands) in known { dt { code { "{" (place) "}" } } dd { (stands) } } }
                }
            }
            (text(lang, &Field { optional: true, ..wrong.field("title", t!(lang, "Title"), &m.title) }))
            @for (field, name) in asked.iter().zip(&names) {
                (textarea(lang, &Field { optional: !field.required, ..wrong.field(name, &field.label, from(&field.key)) }, 1))
            }
            (text(lang, &Field { optional: true, hint: t!(lang, "low, normal, high or urgent."), ..wrong.field("priority", t!(lang, "Priority"), &m.priority) }))
            (text(lang, &Field { optional: true, hint: t!(lang, "A place with an address of somebody here, such as {example}.", example = "{user.email}").as_str(), ..wrong.field("for", t!(lang, "For whom, if it says so"), &m.requester) }))
            (text(lang, &Field { optional: true, hint: t!(lang, "What is the same when it is the same thing, such as its number there. Then it is ordered once."), ..wrong.field("once", t!(lang, "Once for each"), &m.once) }))
        }))
    })
}

/// GET /admin/incoming/new
pub async fn fresh(me: Me) -> Result<Markup> {
    page(&me, None, &Wanted::default(), &Wrong::default()).await
}

/// POST /admin/incoming/new: the answer is the page that shows the address.
pub async fn create(me: Me, posted: Posted) -> Result<Response> {
    let wanted = read(&posted)?;
    match verbs::create(&me, &me.actor, &wanted).await {
        Ok((hook, fresh)) => {
            let page = render(&me, &hook.id, Some(&fresh), &Wrong::default()).await?;
            Ok(page.into_response())
        }
        Err(error) => {
            let wrong = Wrong::of(me.lang(), error)?;
            let page = page(&me, None, &wanted, &wrong).await?;
            Ok(frame::answer(&wrong, page))
        }
    }
}

/// GET /admin/incoming/{hook}/edit
pub async fn edit(me: Me, Path(id): Path<String>) -> Result<Markup> {
    let hook = store::find(&me.app.db, &id).await?;
    let wanted = Wanted::of(&me, &hook).await?;
    page(&me, Some(&id), &wanted, &Wrong::default()).await
}

/// POST /admin/incoming/{hook}/edit
pub async fn save(me: Me, Path(id): Path<String>, posted: Posted) -> Result<Response> {
    let wanted = read(&posted)?;
    match verbs::change(&me, &me.actor, &id, &wanted).await {
        Ok(_) => Ok(see_other(
            &format!("/admin/incoming/{id}"),
            Some(Flash::new(t!(me.lang(), "The address is saved"))),
        )),
        Err(error) => {
            let wrong = Wrong::of(me.lang(), error)?;
            let page = page(&me, Some(&id), &wanted, &wrong).await?;
            Ok(frame::answer(&wrong, page))
        }
    }
}
