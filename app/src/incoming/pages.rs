//! The list of addresses, and one address with what came in there.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use crate::admin::frame;
use crate::error::{Error, Result};
use crate::i18n::{Lang, fmt, t};
use crate::incidents::page::one;
use crate::incoming::map::Proof;
use crate::incoming::store::{self, Call, Hook, State};
use crate::incoming::verbs::{self, Fresh};
use crate::ui::block::{Tone, card, empty, notice, pill, props};
use crate::ui::button::{Button, link_button};
use crate::web::input::Posted;
use crate::web::{Flash, Me, Wrong, see_other};

/// GET /admin/incoming
pub async fn list(me: Me) -> Result<Markup> {
    let lang = me.lang();
    let all = store::all(&me.app.db).await?;
    let catalog = me.app.catalog().await?;
    let new = || frame::new_link("/admin/incoming/new", t!(lang, "New address"));
    let main = html! {
        p class="muted" { (t!(lang, "Other programs order here by themselves: a form on your site, a monitor, a shop. Each has an address of its own.")) }
        @if all.is_empty() {
            (empty("bolt", t!(lang, "Nobody orders by program yet"), t!(lang, "Make an address, give it to the other program, and say how what it sends becomes an order."), new()))
        }
        ul class="stack plain-list" {
            @for hook in &all {
                li class="card row" {
                    div class="grow" {
                        a href={ "/admin/incoming/" (hook.id) } { strong { (hook.name) } }
                        @if let Some(service) = catalog.service(&hook.service_id) { p class="small muted" { (service.name) } }
                    }
                    @if !hook.active { (pill(Tone::Plain, "", t!(lang, "Switched off"))) }
                }
            }
        }
    };
    let back = (t!(lang, "Administration"), "/admin");
    frame::page(&me, t!(lang, "Incoming webhooks"), back, new(), main, None).await
}

/// GET /admin/incoming/{hook}
pub async fn show(me: Me, Path(id): Path<String>) -> Result<Markup> {
    render(&me, &id, None, &Wrong::default()).await
}

/// The page; with what is told once when it was just made.
pub async fn render(me: &Me, id: &str, fresh: Option<&Fresh>, wrong: &Wrong) -> Result<Markup> {
    let lang = me.lang();
    let hook = store::find(&me.app.db, id).await?;
    let calls = store::calls(&me.app.db, id).await?;
    let base = format!("/admin/incoming/{id}");
    let end = html! { (link_button(&format!("{base}/edit"), Button { label: t!(lang, "Change what becomes of it"), icon: "edit", ..Button::default() })) };
    let main = html! {
        (wrong.summary(lang))
        @if let Some(fresh) = fresh { (once(me, &hook, fresh)) }
        @if !hook.active { (notice(Tone::Info, "info", t!(lang, "Switched off."), html! { (t!(lang, "What comes is turned away, as if the address did not exist.")) })) }
        (standing(me, &hook).await?)
        section class="stack" aria-labelledby="h-calls" {
            h2 id="h-calls" { (t!(lang, "What came in")) }
            @if calls.is_empty() { p class="muted" { (t!(lang, "Nothing yet. Send an example to the address, then say what becomes of it.")) } }
            ul class="stack plain-list" { @for call in &calls { (came(me, &base, call)) } }
        }
    };
    let (to, label) = match hook.active {
        true => ("off", t!(lang, "Switch it off")),
        false => ("on", t!(lang, "Switch it on")),
    };
    let rail = html! {
        (card(t!(lang, "On and off"), html! { (frame::post_button(&format!("{base}/state"), label, &[("to", to)])) }))
        (card(t!(lang, "Another address"), html! {
            p class="small muted" { (t!(lang, "The old address and its secret work no more at once. The new ones are shown this one time.")) }
            div class="mt-3" { (frame::post_button(&format!("{base}/rotate"), t!(lang, "Make a new address"), &[])) }
        }))
        (card(t!(lang, "Remove"), html! {
            p class="small muted" { (t!(lang, "The requests that came of it stay.")) }
            div class="mt-3" { (frame::post_button(&format!("{base}/state"), t!(lang, "Remove the address"), &[("to", "removed")])) }
        }))
    };
    let back = (t!(lang, "Incoming webhooks"), "/admin/incoming");
    let rail = Some((t!(lang, "What one can do"), rail));
    frame::page(me, &hook.name, back, end, main, rail).await
}

fn once(me: &Me, hook: &Hook, fresh: &Fresh) -> Markup {
    let lang = me.lang();
    notice(
        Tone::Ok,
        "key",
        t!(lang, "Copy the address now."),
        html! {
            (t!(lang, "It is shown this one time. Whoever knows it can order. The other program sends JSON to it by POST."))
            p class="mt-3" { code class="secret" { (super::api::url(me, fresh)) } }
            @if hook.proof != Proof::None {
                p class="mt-3" { (t!(lang, "It signs with this secret:")) }
                p { code class="secret" { (fresh.secret) } }
            }
        },
    )
}

async fn standing(me: &Me, hook: &Hook) -> Result<Markup> {
    let lang = me.lang();
    let catalog = me.app.catalog().await?;
    let service = catalog.service(&hook.service_id);
    let wanted = verbs::Wanted::of(me, hook).await?;
    let m = &hook.mapping;
    let text = |text: &str| html! { @if text.is_empty() { "–" } @else { code { (text) } } };
    let mut lines = vec![
        (
            t!(lang, "What is ordered"),
            html! { (service.map_or("–", |s| s.name.as_str())) },
        ),
        (t!(lang, "For whom"), html! { (wanted.requester) }),
        (t!(lang, "Proof"), html! { (proof_words(lang, hook.proof)) }),
        (t!(lang, "Title"), text(&m.title)),
        (t!(lang, "Once for each"), text(&m.once)),
    ];
    let form = service.map(|s| &s.form);
    for (key, from) in m.fields.iter().filter(|(_, from)| !from.is_empty()) {
        let label = form.and_then(|f| f.field(key)).map(|f| f.label.as_str());
        lines.push((label.unwrap_or(key), text(from)));
    }
    Ok(props(&lines))
}

/// How a sender proves itself, in words.
pub fn proof_words(lang: Lang, proof: Proof) -> &'static str {
    match proof {
        Proof::None => t!(lang, "The address alone"),
        Proof::Body => t!(lang, "A signature of the body in a header"),
        Proof::Stamped => t!(lang, "Signed with a time, as MIL signs"),
    }
}

fn came(me: &Me, base: &str, call: &Call) -> Markup {
    let lang = me.lang();
    let (tone, icon, label) = match call.state {
        State::Made => (Tone::Ok, "check", t!(lang, "Ordered")),
        State::Repeated => (Tone::Plain, "check", t!(lang, "The same as before")),
        State::Refused => (Tone::Bad, "x", t!(lang, "Refused")),
    };
    let why = match call.reason.as_deref() {
        Some("signature") => t!(lang, "The signature did not fit."),
        Some("body") => t!(lang, "It was neither JSON nor a form, or too long."),
        Some("mapping") => t!(lang, "The order lacked something:"),
        Some(_) => t!(lang, "The service cannot be ordered for this person."),
        None => "",
    };
    let again = call.state == State::Refused
        && matches!(call.reason.as_deref(), Some("mapping" | "service"));
    html! {
        li class="card stack" {
            div class="row" {
                (pill(tone, icon, label))
                span class="small muted" { (fmt::when(lang, call.at, me.now, &me.prefs.zone)) }
                @if let Some(number) = call.number { a href={ "/work/" (number) } { "#" (number) } }
            }
            @if !why.is_empty() { p { (why) } }
            @if !call.errors.is_empty() { ul { @for e in &call.errors { li { code { (e.field) } ": " (e.message) } } } }
            @if !call.body.is_empty() { details { summary class="small" { (t!(lang, "What came")) } pre class="pre" tabindex="0" { (call.body) } } }
            @if again { div { (frame::post_button(&format!("{base}/calls/{}/again", call.id), t!(lang, "Try it again"), &[])) } }
        }
    }
}

/// POST /admin/incoming/{hook}/state: on, off or removed.
pub async fn state(me: Me, Path(id): Path<String>, posted: Posted) -> Result<Response> {
    let lang = me.lang();
    let here = format!("/admin/incoming/{id}");
    let (to, said) = match one(&posted, "to") {
        "removed" => {
            verbs::remove(&me, &me.actor, &id).await?;
            ("/admin/incoming", t!(lang, "The address is removed"))
        }
        to => {
            verbs::switch(&me, &me.actor, &id, to != "off").await?;
            let said = match to {
                "off" => t!(lang, "The address is switched off"),
                _ => t!(lang, "The address is switched on"),
            };
            (&*here, said)
        }
    };
    Ok(see_other(to, Some(Flash::new(said))))
}

/// POST /admin/incoming/{hook}/rotate: the answer is the page with the new address.
pub async fn rotate(me: Me, Path(id): Path<String>) -> Result<Response> {
    let (hook, fresh) = verbs::rotate(&me, &me.actor, &id).await?;
    let page = render(&me, &hook.id, Some(&fresh), &Wrong::default()).await?;
    Ok(page.into_response())
}

/// POST /admin/incoming/{hook}/calls/{call}/again
pub async fn again(me: Me, Path((id, call)): Path<(String, String)>) -> Result<Response> {
    let lang = me.lang();
    match verbs::again(&me, &me.actor, &id, &call).await {
        Ok(_) => Ok(see_other(
            &format!("/admin/incoming/{id}"),
            Some(Flash::new(t!(lang, "It is ordered now"))),
        )),
        Err(Error::NotFound) => Err(Error::NotFound),
        Err(error) => {
            let wrong = Wrong::of(lang, error)?;
            let page = render(&me, &id, None, &wrong).await?;
            Ok(frame::answer(&wrong, page))
        }
    }
}
