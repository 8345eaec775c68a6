//! Templates in the browser.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use mil_process::form::to_raw;
use serde::Deserialize;

use crate::catalog::Service;
use crate::desk::load;
use crate::error::{Error, Result};
use crate::i18n::t;
use crate::people;
use crate::policy;
use crate::portal::seen::names;
use crate::templates::store::{self, Template};
use crate::templates::verbs::{self, Change};
use crate::ui::block::{Tone, empty, notice, pill};
use crate::ui::button::{Button, Kind, Size, button, link_button};
use crate::ui::choice::{Opt, check, select};
use crate::ui::field::{self, Field};
use crate::ui::shell::{bar, bar_back};
use crate::web::{Flash, Input, Me, Wrong, see_other, shell};

/// GET /templates
pub async fn list(me: Me) -> Result<Response> {
    let lang = me.lang();
    let catalog = me.app.catalog().await?;
    let all = store::list(&me.app.db, &me.actor, None).await?;
    let who = names(&me.app.db, all.iter().map(|t| t.owner_id.clone()).collect()).await?;
    let title = t!(lang, "Templates");
    let body = html! {
        (bar(title, html! {}, html! {}))
        div class="panel-body stack" {
            @if all.is_empty() {
                (empty("layers", t!(lang, "No templates yet"), t!(lang, "Open a request that comes often, and save its answers as a template."), html! {}))
            }
            ul class="stack plain-list" {
                @for template in &all {
                    @let service = catalog.service(&template.service_id);
                    li class="card" {
                        h2 { (template.name) }
                        @if !template.note.is_empty() { p class="mt-2" { (template.note) } }
                        p class="small muted mt-2 row" {
                            @if let Some(service) = service { span { (service.name) } }
                            @if template.in_portal { (pill(Tone::Ok, "check", t!(lang, "In the portal"))) }
                            @if template.shared_with.is_none() && !template.in_portal { (pill(Tone::Line, "lock", t!(lang, "Only me"))) }
                            @if let Some(name) = who.get(&template.owner_id) { span { (name) } }
                        }
                        div class="row mt-3" {
                            @if let Some(service) = service.filter(|s| s.offered()) {
                                (link_button(&format!("/catalog/{}?template={}", service.slug, template.id), Button { label: t!(lang, "Order from it"), size: Size::Small, ..Button::default() }))
                            }
                            @if verbs::may_change(&me.actor, template) {
                                (link_button(&format!("/templates/{}", template.id), Button { label: t!(lang, "Change"), kind: Kind::Quiet, size: Size::Small, ..Button::default() }))
                            }
                        }
                    }
                }
            }
        }
    };
    let page = shell::workspace(&me, "/templates", title, body).await?;
    Ok(page.into_response())
}

/// The form, as posted.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Posted {
    name: String,
    note: String,
    shared_with: Option<String>,
    in_portal: Option<String>,
    /// `remove` for the second button.
    deed: Option<String>,
}

impl Posted {
    fn change(&self) -> Change {
        Change {
            name: self.name.clone(),
            note: self.note.clone(),
            shared_with: self.shared_with.clone(),
            in_portal: self.in_portal.is_some(),
        }
    }
}

async fn form(
    me: &Me,
    action: &str,
    back: (&str, &str),
    change: &Change,
    wrong: &Wrong,
    old: bool,
) -> Result<Response> {
    let lang = me.lang();
    let teams = people::store::teams(&me.app.db).await?;
    let mut options = vec![
        (String::new(), t!(lang, "Only me").to_owned()),
        (
            "everyone".to_owned(),
            t!(lang, "Everyone in the workspace").to_owned(),
        ),
    ];
    options.extend(
        teams
            .into_iter()
            .filter(|team| {
                !team.archived
                    && (me.actor.team_ids.contains(&team.id)
                        || change.shared_with.as_ref() == Some(&team.id))
            })
            .map(|team| (team.id, team.name)),
    );
    let chosen = change.shared_with.clone().unwrap_or_default();
    let options: Vec<Opt<'_>> = options
        .iter()
        .map(|(value, label)| Opt {
            value,
            label,
            chosen: *value == chosen,
            ..Opt::default()
        })
        .collect();
    let title = if old {
        t!(lang, "Change the template")
    } else {
        t!(lang, "Save as a template")
    };
    let note = Field {
        optional: true,
        hint: t!(lang, "When to use it, in a sentence."),
        ..wrong.field("note", t!(lang, "Note"), &change.note)
    };
    let body = html! {
        (bar_back(back.0, back.1, "", html! {}))
        div class="panel-body stack" {
            h1 { (title) }
            @if !old { p class="muted measure" { (t!(lang, "Its answers become the start of new orders. Files are left out: each order has its own.")) } }
            (wrong.summary(lang))
            form method="post" action=(action) class="stack measure" {
                (field::text(lang, &Field { max_length: Some(80), ..wrong.field("name", t!(lang, "Name"), &change.name) }))
                (field::text(lang, &note))
                (select(lang, &wrong.field("shared_with", t!(lang, "Who in the workspace may use it"), ""), &options, None))
                @if policy::shapes_catalog(&me.actor) {
                    (check(&Field { hint: t!(lang, "All who may order the service can begin with it."), ..wrong.field("in_portal", t!(lang, "Offer it in the portal"), "") }, change.in_portal))
                } @else if change.in_portal { input type="hidden" name="in_portal" value="yes"; }
                div class="row" {
                    (button(Button { label: t!(lang, "Save"), kind: Kind::Primary, ..Button::default() }))
                    @if old { (button(Button { label: t!(lang, "Remove the template"), kind: Kind::Danger, name: "deed", value: "remove", ..Button::default() })) }
                }
            }
        }
    };
    let page = shell::workspace(me, "/templates", title, body).await?;
    Ok((wrong.status(), page).into_response())
}

/// GET /work/{item}/template
pub async fn new(me: Me, Path(id): Path<String>) -> Result<Response> {
    let item = load::item(&me, &id).await?;
    let change = Change {
        name: item.title.chars().take(80).collect(),
        ..Change::default()
    };
    let at = format!("/work/{}", item.number);
    let here = format!("{} {}", item.number, item.title);
    form(
        &me,
        &format!("{at}/template"),
        (&here, &at),
        &change,
        &Wrong::default(),
        false,
    )
    .await
}

/// POST /work/{item}/template
pub async fn create(
    me: Me,
    Path(id): Path<String>,
    Input(posted): Input<Posted>,
) -> Result<Response> {
    let lang = me.lang();
    let item = load::item(&me, &id).await?;
    let change = posted.change();
    let raw = to_raw(&item.answers);
    match verbs::create(&me, &me.actor, &item.service_id, "", raw, change.clone()).await {
        Ok(template) => {
            let said = t!(lang, "Saved as “{name}”.", name = template.name);
            Ok(see_other("/templates", Some(Flash::new(said))))
        }
        Err(error) => {
            let wrong = Wrong::of(lang, error)?;
            let at = format!("/work/{}", item.number);
            let here = format!("{} {}", item.number, item.title);
            form(
                &me,
                &format!("{at}/template"),
                (&here, &at),
                &change,
                &wrong,
                false,
            )
            .await
        }
    }
}

/// GET /templates/{template}
pub async fn edit(me: Me, Path(id): Path<String>) -> Result<Response> {
    let template = store::find(&me.app.db, &me.actor, &id).await?;
    verbs::require_change(&me.actor, &template)?;
    let change = as_change(&template);
    let back = (t!(me.lang(), "Templates"), "/templates");
    form(
        &me,
        &format!("/templates/{id}"),
        back,
        &change,
        &Wrong::default(),
        true,
    )
    .await
}

fn as_change(template: &Template) -> Change {
    Change {
        name: template.name.clone(),
        note: template.note.clone(),
        shared_with: template.shared_with.clone(),
        in_portal: template.in_portal,
    }
}

/// POST /templates/{template}
pub async fn save(
    me: Me,
    Path(id): Path<String>,
    Input(posted): Input<Posted>,
) -> Result<Response> {
    let lang = me.lang();
    if posted.deed.as_deref() == Some("remove") {
        verbs::remove(&me, &me.actor, &id).await?;
        return Ok(see_other(
            "/templates",
            Some(Flash::new(t!(lang, "The template is removed."))),
        ));
    }
    let change = posted.change();
    match verbs::change(&me, &me.actor, &id, change.clone()).await {
        Ok(_) => Ok(see_other(
            "/templates",
            Some(Flash::new(t!(lang, "Saved."))),
        )),
        Err(error @ Error::Invalid(_)) => {
            let wrong = Wrong::of(lang, error)?;
            let back = (t!(lang, "Templates"), "/templates");
            form(
                &me,
                &format!("/templates/{id}"),
                back,
                &change,
                &wrong,
                true,
            )
            .await
        }
        Err(error) => Err(error),
    }
}

/// The templates of a service that the reader may begin with, on its page.
pub async fn offers(me: &Me, service: &Service, own: bool, used: Option<&str>) -> Result<Markup> {
    let lang = me.lang();
    if let Some(name) = used {
        return Ok(html! {
            div class="mt-4" {
                (notice(Tone::Info, "layers", &t!(lang, "Filled in from “{name}”.", name = name), html! {
                    (t!(lang, "Change what is different this time.")) " "
                    a href={ "/catalog/" (service.slug) } { (t!(lang, "Begin with an empty form")) }
                }))
            }
        });
    }
    if !own {
        return Ok(html! {});
    }
    let all = store::list(&me.app.db, &me.actor, Some(&service.id)).await?;
    if all.is_empty() {
        return Ok(html! {});
    }
    Ok(html! {
        section class="mt-4" aria-labelledby="templates" {
            h2 id="templates" style="font-size:var(--t-16)" { (t!(lang, "Begin with")) }
            ul class="stack plain-list mt-2" {
                @for template in &all {
                    li {
                        a href={ "/catalog/" (service.slug) "?template=" (template.id) } { (template.name) }
                        @if !template.note.is_empty() { br; span class="small muted" { (template.note) } }
                    }
                }
            }
        }
    })
}
