//! The shelves of the library, and taking a pack in.

use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;

use crate::error::{Error, Result};
use crate::files::Sent;
use crate::files::intake::content;
use crate::i18n::t;
use crate::policy;
use crate::practices::model::Origin;
use crate::practices::pack::GROUPS;
use crate::practices::{archive, import, store};
use crate::ui::block::{Tone, empty, pill};
use crate::ui::button::{Button, button};
use crate::ui::icon::icon_l;
use crate::ui::shell::bar;
use crate::web::{Flash, Me, Query, Wrong, see_other, shell};

/// What to show.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct Ask {
    q: String,
    /// Only what is adopted.
    adopted: Option<String>,
}

/// GET /practices
pub async fn page(me: Me, Query(ask): Query<Ask>) -> Result<Markup> {
    show(&me, &ask, &Wrong::default()).await
}

async fn show(me: &Me, ask: &Ask, wrong: &Wrong) -> Result<Markup> {
    let lang = me.lang();
    let offered = store::offered(&me.app.db).await?;
    let adopted = store::adopted(&me.app.db).await?;
    let words: Vec<String> = ask.q.split_whitespace().map(str::to_lowercase).collect();
    let fits = |text: &str| {
        let text = text.to_lowercase();
        words.iter().all(|word| text.contains(word))
    };
    let shown: Vec<_> = offered
        .values()
        .filter(|o| ask.adopted.is_none() || adopted.contains_key(&o.pack.key))
        .filter(|o| {
            let m = &o.pack.meta;
            fits(&format!(
                "{} {} {} {}",
                m.name,
                m.summary,
                m.purpose,
                m.when.join(" ")
            ))
        })
        .collect();
    let body = html! {
        p class="lead" { (t!(lang, "Ways of working that have proved themselves, ready to run. Read one, look at what it would bring, adopt it with one click and make it yours.")) }
        form class="row mt-3" method="get" action="/practices" role="search" {
            label class="vh" for="practice-q" { (t!(lang, "Find a practice")) }
            input class="input grow" type="search" id="practice-q" name="q" value=(ask.q) placeholder=(t!(lang, "Find a practice"));
            label class="check" { input type="checkbox" name="adopted" value="1" checked[ask.adopted.is_some()]; span { (t!(lang, "Only what we use")) } }
            (button(Button { label: t!(lang, "Show"), ..Button::default() }))
        }
        @if shown.is_empty() {
            (empty("search", t!(lang, "No practice fits"), t!(lang, "Try another word, or look at all of them."), html! { a class="btn" href="/practices" { (t!(lang, "Show all")) } }))
        }
        @for (group, name) in GROUPS {
            @let of: Vec<_> = shown.iter().filter(|o| o.pack.meta.group == group).collect();
            @if !of.is_empty() {
                section aria-labelledby={ "g-" (group) } {
                    h2 id={ "g-" (group) } { (lang.t(name)) }
                    ul class="grid card-list mt-3" {
                        @for o in of {
                            @let meta = &o.pack.meta;
                            li class="card card-link" {
                                span class="tile" { (icon_l(&meta.icon)) }
                                h3 { a href={ "/practices/" (o.pack.key) } { (meta.name) } }
                                p { (meta.summary) }
                                div class="meta" {
                                    @match adopted.get(&o.pack.key) {
                                        Some(a) if a.pack.meta.version < o.version() => (pill(Tone::Warn, "up", t!(lang, "Newer version"))),
                                        Some(_) => (pill(Tone::Ok, "check", t!(lang, "We use it"))),
                                        None => {},
                                    }
                                    @if o.origin == Origin::Import { (pill(Tone::Line, "", t!(lang, "Imported"))) }
                                }
                            }
                        }
                    }
                }
            }
        }
        @if policy::shapes_catalog(&me.actor) {
            section class="card stack measure" id="import" aria-labelledby="h-import" {
                h2 id="h-import" { (t!(lang, "Take in a practice from elsewhere")) }
                (wrong.summary(lang))
                form class="stack" method="post" action="/practices/import" enctype="multipart/form-data" {
                    div class="field" {
                        label class="label" for="f-pack" { (t!(lang, "Pack")) }
                        span class="hint" id="f-pack-hint" { (t!(lang, "A ZIP file that another organisation exported. It is checked and never run; nothing changes until you adopt it.")) }
                        input class="file-in" type="file" id="f-pack" name="pack" accept=".zip,application/zip" aria-describedby="f-pack-hint";
                    }
                    div { (button(Button { label: t!(lang, "Take it in"), ..Button::default() })) }
                }
            }
        }
    };
    let title = t!(lang, "Practices");
    let page = html! {
        (bar(title, html! {}, html! {}))
        div class="panel-body stack" style="--gap:1.75rem" { (body) }
    };
    shell::workspace(me, "/practices", title, page).await
}

async fn taken(me: &Me, sent: &Sent) -> Result<String> {
    let file = sent.file("pack")?;
    if usize::try_from(file.size).is_ok_and(|size| size > archive::SENT) {
        return Err(Error::field("pack", "A pack has at most 5 MB."));
    }
    let bytes = content(&me.app, file).await?;
    Ok(import::import(me, &me.actor, &bytes).await?.key)
}

/// POST /practices/import
pub async fn take_in(me: Me, sent: Sent) -> Result<Response> {
    policy::require(policy::shapes_catalog(&me.actor))?;
    let lang = me.lang();
    match taken(&me, &sent).await {
        Ok(key) => {
            let said = Flash::new(t!(
                lang,
                "It stands in the library now. Look at it before you adopt it."
            ));
            Ok(see_other(&format!("/practices/{key}"), Some(said)))
        }
        Err(error) => {
            let wrong = Wrong::of(lang, error)?;
            let page = show(&me, &Ask::default(), &wrong).await?;
            Ok((wrong.status(), page).into_response())
        }
    }
}
