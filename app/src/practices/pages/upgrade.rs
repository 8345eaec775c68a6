//! A new version beside ours: what changes, and what somebody has to decide.

use std::collections::BTreeMap;

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde_json::Value;

use crate::error::Result;
use crate::i18n::{Lang, t, tn};
use crate::policy;
use crate::practices::merge::{Choices, Difference, Side, Who};
use crate::practices::present::Present;
use crate::practices::upgrade::{compare, newer, upgrade};
use crate::ui::block::{Tone, crumbs, notice, pill};
use crate::ui::button::{Button, Kind, button};
use crate::ui::choice::{Opt, checks};
use crate::ui::field::Field;
use crate::ui::shell::bar;
use crate::web::input::Posted;
use crate::web::{Flash, Me, Wrong, see_other, shell};

/// GET /practices/{practice}/upgrade
pub async fn page(me: Me, Path(key): Path<String>) -> Result<Response> {
    show(&me, &key, &Choices::new(), &Wrong::default()).await
}

/// What was chosen: `take.PATH` is `ours` or `theirs`.
pub fn choices(posted: &BTreeMap<String, Vec<String>>) -> Choices {
    posted
        .iter()
        .filter_map(|(name, values)| {
            let side = match values.first().map(String::as_str) {
                Some("theirs") => Side::Theirs,
                Some("ours") => Side::Ours,
                _ => return None,
            };
            Some((name.strip_prefix("take.")?.to_owned(), side))
        })
        .collect()
}

/// POST /practices/{practice}/upgrade
pub async fn take(me: Me, Path(key): Path<String>, Posted(posted): Posted) -> Result<Response> {
    let lang = me.lang();
    let choices = choices(&posted);
    let version = posted
        .get("version")
        .and_then(|v| v.first())
        .and_then(|v| v.parse().ok());
    match upgrade(&me, &me.actor, &key, version, &choices).await {
        Ok(()) => {
            let said = Flash::new(t!(
                lang,
                "The new version runs. Requests under way keep what they were ordered with."
            ));
            Ok(see_other(&format!("/practices/{key}"), Some(said)))
        }
        Err(error) => {
            let wrong = Wrong::of(lang, error)?;
            show(&me, &key, &choices, &wrong).await
        }
    }
}

/// A value as people read it: short, in one line.
fn words(lang: Lang, value: Option<&Value>) -> String {
    match value {
        None => t!(lang, "not there").to_owned(),
        Some(Value::Null) => t!(lang, "empty").to_owned(),
        Some(Value::String(text)) if text.is_empty() => t!(lang, "empty").to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Bool(true)) => t!(lang, "Yes").to_owned(),
        Some(Value::Bool(false)) => t!(lang, "No").to_owned(),
        Some(Value::Object(map)) => {
            let name = ["name", "label", "title"].iter().find_map(|k| map.get(*k));
            match name.and_then(Value::as_str) {
                Some(name) => name.to_owned(),
                None => map
                    .iter()
                    .map(|(k, v)| format!("{k}: {}", words(lang, Some(v))))
                    .collect::<Vec<_>>()
                    .join(", "),
            }
        }
        Some(Value::Array(items)) => items
            .iter()
            .map(|v| words(lang, Some(v)))
            .collect::<Vec<_>>()
            .join("; "),
        Some(other) => other.to_string(),
    }
}

fn place(path: &str) -> String {
    path.split('/').skip(1).collect::<Vec<_>>().join(" › ")
}

fn row(lang: Lang, d: &Difference, choices: &Choices) -> Markup {
    let name = format!("take.{}", d.path);
    let side = choices.get(&d.path).copied().unwrap_or(Side::Ours);
    let text = |value: Option<&Value>| words(lang, value);
    html! {
        li class="card" {
            p class="small muted" { (place(&d.path)) }
            @match d.who {
                Who::Conflict => {
                    p { (pill(Tone::Warn, "alert", t!(lang, "Both changed it"))) " " (t!(lang, "It was:")) " " (text(d.base.as_ref())) }
                    (checks(lang, &Field { name: &name, label: t!(lang, "What shall it be?"), ..Field::default() }, &[
                        Opt { value: "ours", label: &format!("{} {}", t!(lang, "Ours:"), text(d.ours.as_ref())), chosen: side == Side::Ours, ..Opt::default() },
                        Opt { value: "theirs", label: &format!("{} {}", t!(lang, "New:"), text(d.theirs.as_ref())), chosen: side == Side::Theirs, ..Opt::default() },
                    ], false))
                },
                Who::Theirs => p { (pill(Tone::Info, "up", t!(lang, "New"))) " " del { (text(d.base.as_ref())) } " → " ins { (text(d.theirs.as_ref())) } },
                Who::Ours => p { (pill(Tone::Ok, "check", t!(lang, "Ours stays"))) " " (text(d.ours.as_ref())) },
                Who::Both => p { (pill(Tone::Plain, "check", t!(lang, "The same on both sides"))) " " (text(d.ours.as_ref())) },
            }
        }
    }
}

async fn show(me: &Me, key: &str, choices: &Choices, wrong: &Wrong) -> Result<Response> {
    let lang = me.lang();
    policy::require(policy::shapes_catalog(&me.actor))?;
    let (adoption, offered) = newer(me, key).await?;
    let catalog = me.app.catalog().await?;
    let present = Present::read(&me.app.db).await?;
    let compared = compare(&catalog, &adoption, &offered.pack, &present, choices)?;
    let name = &offered.pack.meta.name;
    let base = format!("/practices/{key}");
    let of = |who: &[Who]| {
        compared
            .differences
            .iter()
            .filter(|d| who.contains(&d.who))
            .collect::<Vec<_>>()
    };
    let groups = [
        (t!(lang, "To decide"), of(&[Who::Conflict])),
        (t!(lang, "What is new"), of(&[Who::Theirs])),
        (
            t!(lang, "What stays as you made it"),
            of(&[Who::Ours, Who::Both]),
        ),
    ];
    let conflicts = i64::try_from(compared.conflicts()).unwrap_or(0);
    let title = t!(
        lang,
        "{name}: {from} and {to}",
        name = name,
        from = compared.from,
        to = compared.to
    );
    let body = html! {
        (crumbs(lang, &[(t!(lang, "Practices"), "/practices"), (name, &base), (t!(lang, "New version"), "")]))
        (wrong.summary(lang))
        @if compared.differences.is_empty() {
            (notice(Tone::Info, "check", t!(lang, "Only texts changed."), html! { (t!(lang, "What runs stays as it is.")) }))
        } @else {
            p { (tn!(lang, conflicts, "{n} thing was changed on both sides.", "{n} things were changed on both sides.")) " " (t!(lang, "Requests under way keep what they were ordered with.")) }
        }
        form class="stack" method="post" action={ (base) "/upgrade" } {
            input type="hidden" name="version" value=(adoption.version);
            @for (heading, list) in &groups {
                @if !list.is_empty() { section { h2 { (heading) } ul class="stack bare-list mt-2" { @for d in list { (row(lang, d, choices)) } } } }
            }
            div class="row" {
                (button(Button { label: t!(lang, "Take the new version"), kind: Kind::Primary, ..Button::default() }))
                a class="btn btn-quiet" href=(base) { (t!(lang, "Back")) }
            }
        }
    };
    let page = html! {
        (bar(&title, html! {}, html! {}))
        div class="panel-body stack measure" style="--gap:1.5rem" { (body) }
    };
    let page = shell::workspace(me, "/practices", &title, page).await?;
    Ok((wrong.status(), page).into_response())
}
