//! The form of an endpoint, new or known.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use crate::admin::frame;
use crate::error::{Error, Result};
use crate::i18n::t;
use crate::ui::choice::{Opt, check, checks, select};
use crate::ui::field::{Field, text, url};
use crate::web::input::Posted;
use crate::web::{Flash, Me, Wrong, see_other};
use crate::webhooks::chat::Look;
use crate::webhooks::verbs::{self, Wanted};
use crate::webhooks::words::offered;
use crate::webhooks::{store, words};

/// The form as posted.
fn read(posted: &Posted) -> Result<Wanted> {
    let many = |name: &str| posted.0.get(name).cloned().unwrap_or_default();
    let one = |name: &str| many(name).into_iter().next().unwrap_or_default();
    let mut events = many("events");
    events.extend(one("more").split_whitespace().map(str::to_owned));
    Ok(Wanted {
        name: one("name"),
        address: one("address"),
        events,
        services: many("services"),
        internal: one("internal") == "yes",
        look: Look::from_key(&one("look")).unwrap_or_default(),
        version: frame::version(&one("version"))?,
    })
}

async fn page(me: &Me, id: Option<&str>, w: &Wanted, wrong: &Wrong) -> Result<Markup> {
    let lang = me.lang();
    let catalog = me.app.catalog().await?;
    let known = offered(lang);
    let events: Vec<Opt<'_>> = known
        .iter()
        .map(|(value, label)| Opt {
            value,
            label,
            chosen: w.events.iter().any(|e| e == value),
            ..Opt::default()
        })
        .collect();
    let mut services: Vec<_> = catalog.services.iter().filter(|s| !s.retired).collect();
    services.sort_by(|a, b| a.name.cmp(&b.name));
    let services: Vec<Opt<'_>> = services
        .iter()
        .map(|s| Opt {
            value: &s.id,
            label: &s.name,
            chosen: w.services.contains(&s.id),
            ..Opt::default()
        })
        .collect();
    let more: Vec<&str> = w
        .events
        .iter()
        .map(String::as_str)
        .filter(|e| !known.iter().any(|(k, _)| k == e))
        .collect();
    let more = more.join(" ");
    let looks = Look::ALL.map(|look| Opt {
        value: look.key(),
        label: words::look(lang, look),
        chosen: w.look == look,
        ..Opt::default()
    });
    let title = match id {
        Some(_) => t!(lang, "Change the endpoint"),
        None => t!(lang, "New endpoint"),
    };
    let (to, back) = match id {
        Some(id) => (
            format!("/admin/webhooks/{id}/edit"),
            format!("/admin/webhooks/{id}"),
        ),
        None => (
            "/admin/webhooks/new".to_owned(),
            "/admin/webhooks".to_owned(),
        ),
    };
    let main = html! {
        (wrong.summary(lang))
        form method="post" action=(to) class="stack measure" data-guard {
            @if let Some(version) = w.version { input type="hidden" name="version" value=(version); }
            (text(lang, &Field { hint: t!(lang, "What it is for, such as “Project board”."), ..wrong.field("name", t!(lang, "Name"), &w.name) }))
            (url(lang, &Field { hint: t!(lang, "Each event is sent there. https, at a public address."), placeholder: "https://", ..wrong.field("address", t!(lang, "Address"), &w.address) }))
            (select(lang, &Field { hint: t!(lang, "Chat programs get a sentence with a link in the language of the organisation."), ..wrong.field("look", t!(lang, "What it understands"), "") }, &looks, None))
            (checks(lang, &wrong.field("events", t!(lang, "What it hears"), ""), &events, true))
            (text(lang, &Field { optional: true, hint: t!(lang, "Names from the API, such as task.done, with spaces between."), ..wrong.field("more", t!(lang, "Other events"), &more) }))
            (check(&Field { hint: t!(lang, "Their notes are announced, but never their text."), ..wrong.field("internal", t!(lang, "Also what agents do among themselves"), "") }, w.internal))
            details open[!w.services.is_empty()] {
                summary { (t!(lang, "Only some services")) }
                div class="mt-3" { (checks(lang, &Field { optional: true, hint: t!(lang, "Tick none for all."), ..wrong.field("services", t!(lang, "Services"), "") }, &services, true)) }
            }
            div class="row" {
                (frame::save(if id.is_some() { t!(lang, "Save the endpoint") } else { t!(lang, "Add the endpoint") }))
                a class="btn btn-quiet" href=(back) { (t!(lang, "Leave it as it is")) }
            }
        }
    };
    frame::page(
        me,
        title,
        (t!(lang, "Webhooks"), "/admin/webhooks"),
        html! {},
        main,
        None,
    )
    .await
}

/// GET /admin/webhooks/new
pub async fn fresh(me: Me) -> Result<Markup> {
    page(&me, None, &Wanted::default(), &Wrong::default()).await
}

/// POST /admin/webhooks/new: the answer is the page that shows the secret.
pub async fn create(me: Me, posted: Posted) -> Result<Response> {
    let wanted = read(&posted)?;
    match verbs::create(&me, &me.actor, &wanted).await {
        Ok((hook, secret)) => {
            let page = super::page::told(&me, &hook.id, &secret).await?;
            Ok(page.into_response())
        }
        Err(error) => {
            let wrong = Wrong::of(me.lang(), error)?;
            Ok(frame::answer(
                &wrong,
                page(&me, None, &wanted, &wrong).await?,
            ))
        }
    }
}

/// GET /admin/webhooks/{webhook}/edit
pub async fn edit(me: Me, Path(id): Path<String>) -> Result<Markup> {
    let hook = store::find(&me.app.db, &id).await?;
    let wanted = Wanted {
        name: hook.name,
        address: hook.address,
        events: hook.events,
        services: hook.services,
        internal: hook.internal,
        look: hook.look,
        version: Some(hook.version),
    };
    page(&me, Some(&id), &wanted, &Wrong::default()).await
}

/// POST /admin/webhooks/{webhook}/edit
pub async fn save(me: Me, Path(id): Path<String>, posted: Posted) -> Result<Response> {
    let wanted = read(&posted)?;
    let wrong = match verbs::change(&me, &me.actor, &id, &wanted).await {
        Ok(_) => {
            let said = Flash::new(t!(me.lang(), "The endpoint is saved"));
            return Ok(see_other(&format!("/admin/webhooks/{id}"), Some(said)));
        }
        Err(Error::Stale(msg)) => Wrong::new(me.lang(), &[crate::error::FieldError::new("", msg)]),
        Err(error) => Wrong::of(me.lang(), error)?,
    };
    Ok(frame::answer(
        &wrong,
        page(&me, Some(&id), &wanted, &wrong).await?,
    ))
}
