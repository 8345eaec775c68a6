//! What adopting would bring, and doing it.

use std::collections::BTreeMap;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use crate::error::Result;
use crate::i18n::{Lang, t};
use crate::people::store as people;
use crate::policy;
use crate::practices::adopt::{self, Line, preview};
use crate::practices::model::Wishes;
use crate::practices::pages::Seen;
use crate::ui::block::{Tone, crumbs, notice};
use crate::ui::button::{Button, Kind, button};
use crate::ui::choice::{Opt, select};
use crate::ui::field::Field;
use crate::ui::icon::icon_s;
use crate::ui::shell::bar;
use crate::web::input::Posted;
use crate::web::{Flash, Me, Wrong, see_other, shell};

/// GET /practices/{practice}/adopt
pub async fn page(me: Me, Path(key): Path<String>) -> Result<Response> {
    show(&me, &key, &Wishes::default(), &Wrong::default()).await
}

/// What was chosen: `role.KEY` and `calendar`.
fn wishes(posted: &BTreeMap<String, Vec<String>>) -> Wishes {
    let first = |values: &Vec<String>| values.first().cloned().unwrap_or_default();
    Wishes {
        roles: posted
            .iter()
            .filter_map(|(key, values)| {
                Some((key.strip_prefix("roles.")?.to_owned(), first(values)))
            })
            .collect(),
        calendar_id: posted.get("calendar_id").map(first),
    }
}

/// POST /practices/{practice}/adopt
pub async fn adopt(me: Me, Path(key): Path<String>, Posted(posted): Posted) -> Result<Response> {
    let lang = me.lang();
    let wishes = wishes(&posted);
    match adopt::adopt(&me, &me.actor, &key, &wishes).await {
        Ok(()) => {
            let said = Flash::new(t!(
                lang,
                "The practice runs now. Its services stand in the catalog."
            ));
            Ok(see_other(&format!("/practices/{key}"), Some(said)))
        }
        Err(error) => {
            let wrong = Wrong::of(lang, error)?;
            show(&me, &key, &wishes, &wrong).await
        }
    }
}

fn kind_words(lang: Lang, line: &Line) -> (&'static str, &'static str) {
    match line.kind {
        "service" => ("grid", t!(lang, "Service in the catalog")),
        "process" => ("board", t!(lang, "Process")),
        "playbook" => ("book", t!(lang, "Playbook")),
        "promise" => ("clock", t!(lang, "Promise")),
        "rule" => ("bolt", t!(lang, "Rule")),
        _ => ("layers", t!(lang, "Category of the catalog")),
    }
}

async fn show(me: &Me, key: &str, wishes: &Wishes, wrong: &Wrong) -> Result<Response> {
    let lang = me.lang();
    policy::require(policy::shapes_catalog(&me.actor))?;
    let seen = Seen::find(me, key).await?;
    if seen.adoption.is_some() && wrong.status() == StatusCode::OK {
        return Ok(see_other(&format!("/practices/{key}"), None));
    }
    let pack = &seen.offered.pack;
    let teams = people::teams(&me.app.db).await?;
    let plan = preview(pack, wishes, &seen.catalog, &teams, &me.actor);
    let usable: Vec<_> = teams
        .iter()
        .filter(|t| t.kind == "team" && !t.archived)
        .collect();
    let mut calendars: Vec<_> = seen
        .catalog
        .calendars
        .values()
        .filter(|c| !c.archived)
        .collect();
    calendars.sort_by(|a, b| a.name.cmp(&b.name));
    let days: Vec<Opt<'_>> = calendars
        .iter()
        .map(|c| Opt {
            value: &c.id,
            label: &c.name,
            chosen: c.id == plan.calendar_id,
            ..Opt::default()
        })
        .collect();
    let title = t!(lang, "Adopt “{name}”", name = pack.meta.name);
    let base = format!("/practices/{key}");
    let body = html! {
        (crumbs(lang, &[(t!(lang, "Practices"), "/practices"), (&pack.meta.name, &base), (t!(lang, "Adopt"), "")]))
        (wrong.summary(lang))
        section aria-labelledby="h-new" {
            h2 id="h-new" { (t!(lang, "This is what will be there")) }
            ul class="stack mt-3" style="--gap:.5rem" {
                @for line in &plan.lines {
                    @let (icon, kind) = kind_words(lang, line);
                    li class="row nowrap-row" { (icon_s(icon)) span { strong { (line.name) } " " span class="muted small" { (kind) @if line.taken { ", " (t!(lang, "the name is taken and gets a number")) } } } }
                }
            }
            p class="small muted mt-3" { (t!(lang, "Nothing that you have is changed. Services are live at once; you can change them, and leave the practice again.")) }
        }
        form class="stack" method="post" action={ (base) "/adopt" } {
            section aria-labelledby="h-roles" {
                h2 id="h-roles" { (t!(lang, "Who takes which part")) }
                @if usable.is_empty() { (notice(Tone::Warn, "alert", t!(lang, "There is no team yet."), html! { a href="/admin/teams" { (t!(lang, "Make one first")) } })) }
                @for role in &pack.meta.roles {
                    @let name = format!("roles.{}", role.key);
                    @let chosen = plan.roles.get(&role.key);
                    @let options: Vec<Opt<'_>> = usable.iter().map(|t| Opt { value: &t.id, label: &t.name, chosen: Some(&t.id) == chosen, ..Opt::default() }).collect();
                    div class="mt-3" { (select(lang, &Field { hint: &role.does, ..wrong.field(&name, &role.name, "") }, &options, None)) }
                }
            }
            (select(lang, &Field { hint: t!(lang, "In whose working time the promises count."), ..wrong.field("calendar_id", t!(lang, "Calendar"), "") }, &days, None))
            div class="row" {
                (button(Button { label: t!(lang, "Adopt it now"), kind: Kind::Primary, ..Button::default() }))
                a class="btn btn-quiet" href=(base) { (t!(lang, "Back")) }
            }
        }
    };
    let page: Markup = html! {
        (bar(&title, html! {}, html! {}))
        div class="panel-body stack measure" style="--gap:1.5rem" { (body) }
    };
    let page = shell::workspace(me, "/practices", &title, page).await?;
    Ok((wrong.status(), page).into_response())
}
